// Reads {texts, pairs}; writes what the page reads in each text, and stem and nearness of each pair of words.
import { readFileSync } from "node:fs";
import { near, read, stem, turnedSlips } from "../../themes/vitrina/ts/search-query.ts";

const { texts, pairs }: { texts: string[]; pairs: [string, string][] } = JSON.parse(readFileSync(0, "utf8"));
const readings = texts.map((text) => {
  const { words, phrases, excluded } = read(text);
  return { words: words.flatMap((word) => (word.whole ? [...word.parts, word.whole] : word.parts)), phrases, excluded };
});
const answers = pairs.map(([one, other]) => [stem(one), near(one, other), one.length > 1 ? Object.values(turnedSlips(one)) : []]);
process.stdout.write(JSON.stringify({ readings, pairs: answers }));
