// Reads a JSON list of texts, writes the list of their terms as the page makes them.
import { readFileSync } from "node:fs";
import { tokens } from "../../themes/vitrina/ts/tokenize.ts";

const texts: string[] = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map((text) => tokens(text))));
