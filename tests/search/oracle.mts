// Asks the page's search code the given texts, on lunr.js' whole index and on the shards, and lunr.js itself the
// given clauses on both. Writes both sides' answers for the Python test to compare.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { find, select, type Found, type Need } from "../../themes/vitrina/ts/search-engine.ts";
import type { Filters } from "../../themes/vitrina/ts/search-messages.ts";
import { sharded } from "../../themes/vitrina/ts/search-shards.ts";

interface Question {
  modules: string;
  folder: string;
  texts: string[];
  clauses: { need: Need; terms: [string, object][] }[];
  filters: [string, Filters][];
}

const { modules, folder, texts, clauses, filters }: Question = JSON.parse(readFileSync(0, "utf8"));
const lunr = createRequire(`${modules}/`)("lunr");
const plain = (name: string) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
let opened: string[] = [];
const open = async (name: string) => {
  opened.push(name);
  return JSON.parse(gunzipSync(readFileSync(`${folder}/${name}`)).toString());
};

const root = plain(plain("current.json").root);
const whole = lunr.Index.load(await open(root.index));
const shards = sharded(lunr, root.fields, root.terms, root.words, open);
const columns = await open(root.columns);

const written = ({ step, absent, used, hits }: Found) => ({
  step,
  absent,
  used: [...used].sort(),
  hits: hits.map(({ ref, score, terms }) => [ref, score, [...terms].sort()]),
});

const found = [];
for (const text of texts) {
  opened = [];
  const cut = written(await find(lunr, shards, text));
  found.push({ cut, whole: written(await find(lunr, async () => whole, text)), files: opened.length });
}

const raw = [];
for (const { need, terms } of clauses) {
  const ask = (index: any) =>
    index
      .query((query: any) => terms.forEach(([term, options]) => query.term(term, { usePipeline: false, ...options })))
      .map((result: any) => [result.ref, result.score, result.matchData.metadata]);
  raw.push({ whole: ask(whole), cut: ask(await shards(need)) });
}

const selected = [];
for (const [text, chosen] of filters) {
  const { hits } = await find(lunr, shards, text);
  const selection = select(hits, columns, chosen);
  selected.push({
    all: hits.map((hit) => hit.ref),
    kept: selection.hits.map((hit) => hit.ref),
    facets: selection.facets,
  });
}

process.stdout.write(JSON.stringify({ found, raw, selected }));
