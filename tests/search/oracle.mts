// Asks the page's search code the given texts on the built files, and lunr.js itself on the index that lunr.py made.
// Writes both sides' answers for the Python test to compare.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { find, type Found, type Source } from "../../themes/vitrina/ts/search-engine.ts";
import { Columns } from "../../themes/vitrina/ts/search-facets.ts";
import { Index } from "../../themes/vitrina/ts/search-index.ts";
import type { Question } from "../../themes/vitrina/ts/search-messages.ts";
import { score, type Clause, type Hits } from "../../themes/vitrina/ts/search-score.ts";

/** A clause as lunr takes it; `spell` asks lunr's own automata for the terms that it stands for. */
interface Asked {
  term: string;
  options: { presence?: number; boost?: number; fields?: number[]; wildcard?: number; editDistance?: number };
}

interface Given {
  modules: string;
  folder: string;
  lunr: string;
  /** Per number of a document in the built files, its number among those that hold; -1 for those that are gone. */
  numbers: number[];
  texts: string[];
  clauses: Asked[][];
  selections: Question[];
}

const { modules, folder, lunr: lunrFile, numbers, texts, clauses, selections }: Given = JSON.parse(readFileSync(0, "utf8"));
const ours: number[] = []; // lunr's number of a document → ours
numbers.forEach((n, ref) => n >= 0 && (ours[n] = ref));
const lunr = createRequire(`${modules}/`)("lunr");
let opened: string[] = [];
let bytes = 0;
const open = async (name: string) => {
  const packed = readFileSync(`${folder}/${name}`);
  opened.push(name);
  bytes += packed.length;
  return new Uint8Array(gunzipSync(packed));
};
const { root } = JSON.parse(readFileSync(`${folder}/current.json`, "utf8"));
const index = new Index(JSON.parse(Buffer.from(await open(root)).toString()), open);
const whole = lunrFile ? lunr.Index.load(JSON.parse(readFileSync(lunrFile, "utf8"))) : null;
const fields: string[] = whole ? whole.fields : [];
const { OPTIONAL, REQUIRED, PROHIBITED } = lunr.Query.presence;
const PRESENCE = { optional: OPTIONAL, required: REQUIRED, prohibited: PROHIBITED };

/** lunr's answer, its automata replaced by lists of terms: what a clause stands for is then given, the rest is lunr's. */
function lunrHits(asked: Clause[]): Hits {
  const { fromClause } = lunr.TokenSet;
  const { tokenSet } = whole;
  const groups = new Map(asked.map((clause, n) => [String(n), clause.terms.filter((term) => Object.hasOwn(inverted, term))]));
  lunr.TokenSet.fromClause = (clause: { term: string }) => clause.term;
  whole.tokenSet = { intersect: (term: string) => ({ toArray: () => groups.get(term)! }) };
  const results = whole.query((query: any) =>
    asked.forEach((clause, n) => {
      const places = clause.fields?.map((field) => fields[field]!);
      query.term(String(n), {
        usePipeline: false,
        presence: PRESENCE[clause.presence],
        ...(clause.boost ? { boost: clause.boost } : {}),
        ...(places ? { fields: places } : {}),
      });
    }),
  );
  lunr.TokenSet.fromClause = fromClause;
  whole.tokenSet = tokenSet;
  return ordered(results, asked);
}

const inverted: Record<string, unknown> = whole ? whole.invertedIndex : {};

/** The order that the portal promises: by score to a millionth, then the newest. */
function ordered(results: any[], asked: Clause[]): Hits {
  const key = (one: any) => Math.round(one.score * 1e6);
  results.sort((a, b) => key(b) - key(a) || Number(b.ref) - Number(a.ref)); // both number by date
  const clausesOf = (one: any) =>
    asked.filter((c) => c.presence !== "prohibited" && c.terms.some((term) => Object.hasOwn(one.matchData.metadata, term))).length;
  return {
    refs: Uint32Array.from(results, (one) => ours[Number(one.ref)]!),
    scores: Float64Array.from(results, (one) => one.score),
    clauses: Uint8Array.from(results, clausesOf),
  };
}

/** What differs between two answers, in words; "" when nothing does. */
function difference(own: Hits, reference: Hits): string {
  if (own.refs.length !== reference.refs.length) return `${own.refs.length} records instead of ${reference.refs.length}`;
  const order = own.refs.findIndex((ref, n) => ref !== reference.refs[n]);
  if (order >= 0) return `order at ${order}`;
  const score = own.scores.findIndex((one, n) => !(Math.abs(one - reference.scores[n]!) <= 1e-9));
  return score >= 0 ? `score at ${score}: ${own.scores[score]} instead of ${reference.scores[score]}` : "";
}

const said = ({ hits: _, ...rest }: Found) => rest;

const found = [];
for (const text of texts) {
  opened = [];
  bytes = 0;
  index.tidy(0);
  const own = await find(index, text);
  const files = [...new Set(opened)];
  const spent = bytes;
  let wrong = "";
  if (whole) {
    const reference = await find(Object.assign(Object.create(index), { score: lunrHits }) as Source, text);
    wrong = difference(own.hits, reference.hits);
    if (JSON.stringify(said(own)) !== JSON.stringify(said(reference))) wrong ||= "what is said";
  }
  const { refs, scores } = own.hits;
  found.push({ ...said(own), total: refs.length, refs: [...refs.slice(0, 50)], scores: [...scores.slice(0, 50)], files, bytes: spent, wrong });
}

const raw = [];
for (const asked of clauses) {
  const spelled: Clause[] = asked.map(({ term, options }) => {
    const query = new lunr.Query(fields);
    query.term(term, { usePipeline: false, ...options });
    const terms = whole.tokenSet.intersect(lunr.TokenSet.fromClause(query.clauses[0])).toArray();
    const presence = options.presence === REQUIRED ? "required" : options.presence === PROHIBITED ? "prohibited" : "optional";
    return { terms, presence, ...(options.boost ? { boost: options.boost } : {}), ...(options.fields ? { fields: options.fields } : {}) };
  });
  await index.load(spelled.flatMap(({ terms }) => terms));
  const own = score(spelled, index.posting, index.fields, index.size);
  index.tidy();
  const results = whole.query((query: any) =>
    asked.forEach(({ term, options }) =>
      query.term(term, { usePipeline: false, ...options, ...(options.fields ? { fields: options.fields.map((n) => fields[n]!) } : {}) }),
    ),
  );
  const reference = ordered(results, spelled);
  raw.push({ total: own.refs.length, wrong: difference(own, reference) });
}

const selected = [];
const columns = new Columns(index);
for (const { text, filters, order } of selections) {
  const { hits } = await find(index, text);
  opened = [];
  const kept = await columns.filtered(hits.refs, filters);
  const all = await columns.arranged(kept, order, Infinity);
  const page = await columns.arranged(kept, order, 20);
  selected.push({ all: [...hits.refs], kept: [...all], page: [...page.slice(0, 20)], facets: await columns.counted(hits.refs, filters), files: [...opened] });
}

process.stdout.write(JSON.stringify({ found, raw, selected, size: index.size }));
