// What the search finds and in which order: the plan of src/vitrina/search/query.py, with filters and counts.
// No document, no network: the worker brings the index, the tests bring their own.
import type lunr from "lunr";
import { fold, words } from "./tokenize.ts";
import type { Count, Filters, Order, Step } from "./search-messages.ts";

type Lunr = typeof lunr;
type Index = lunr.Index;

export const MAX_WORDS = 12;
export const PAGE = 20;


export interface Hit {
  ref: number;
  score: number;
  terms: string[];
}

export interface Found {
  step: Step;
  hits: Hit[];
  /** Words of the query that no record has, and the spellings found in their place. */
  absent: string[];
  used: string[];
}

/** Terms a step reads: exact ones, one prefix, and words whose near spellings (and plurals) count too. */
export interface Need {
  terms: string[];
  prefix?: string;
  near?: string[];
}

/** Gives an index that answers for `need`; how much more it holds is its own affair. */
export type Source = (need: Need) => Promise<Index>;

interface Clause {
  term: string;
  kind: "exact" | "prefix" | "near";
  required: boolean;
}

export async function find(engine: Lunr, source: Source, text: string): Promise<Found> {
  const read = words(text).slice(0, MAX_WORDS);
  if (!read.length) return { step: fold(text).trim() ? "empty" : "every", hits: [], absent: [], used: [] };
  const parts = [...new Set(read.flatMap((word) => word.parts))];
  const wholes = [...new Set(read.map((word) => word.whole).filter(Boolean))];
  const joined = parts.length > 1 && /\p{Nd}/u.test(parts.join("")) ? [read.flatMap((w) => w.parts).join("")] : [];
  const index = await source({ terms: [...parts, ...wholes, ...joined] });
  const has = (term: string) => term in index.invertedIndex;
  const absent = parts.filter((part) => !has(part));
  const done = (step: Step, hits: Hit[], used: string[] = []): Found => ({ step, hits, absent, used });
  const required = (terms: string[]) => terms.map((term): Clause => ({ term, kind: "exact", required: true }));

  if (!absent.length) {
    const optional = wholes.filter(has).map((term): Clause => ({ term, kind: "exact", required: false }));
    const hits = run(engine, index, [...required(parts), ...optional]);
    if (hits.length) return done("all", hits);
  }
  const ids = [[...new Set(read.flatMap((word) => (word.whole ? [word.whole] : word.parts)))], joined];
  for (const terms of wholes.length ? ids : [joined]) {
    if (terms.length && terms.every(has)) {
      const hits = run(engine, index, required(terms));
      if (hits.length) return done("id", hits);
    }
  }
  const last = parts.at(-1)!;
  const before = parts.slice(0, -1);
  if (last.length > 1 && before.every(has)) {
    const wider = await source({ terms: before, prefix: last });
    const hits = run(engine, wider, [...required(before), { term: last, kind: "prefix", required: true }]);
    if (hits.length) return done("prefix", hits);
  }
  if (absent.length) {
    const wider = await source({ terms: parts, near: absent });
    const near = absent.flatMap((term) => nearest(engine, wider, term) ?? []);
    if (near.length === absent.length) {
      const hits = run(engine, wider, [...required(parts.filter(has)), ...near.map(({ clause }) => clause)]);
      const spellings = new Set(near.flatMap(({ terms }) => terms));
      const used = new Set(hits.flatMap(({ terms }) => terms.filter((term) => spellings.has(term))));
      if (hits.length) return done("near", hits, [...used]);
    }
  }
  const present = [...parts, ...wholes].filter(has);
  const hits = run(
    engine,
    index,
    present.map((term): Clause => ({ term, kind: "exact", required: false })),
  );
  hits.sort((a, b) => b.terms.length - a.terms.length || order(a, b));
  return done(hits.length ? "any" : "none", hits);
}

/** Singular and plural of a word, as Spanish makes them. */
export function numbers(term: string): string[] {
  const singular = /ces$/.test(term) ? [`${term.slice(0, -3)}z`] : [];
  return [...singular, ...(/es$/.test(term) ? [term.slice(0, -2)] : []), `${term}es`, term.replace(/z$/, "ces")];
}

/** The clause that stands in for an absent word; ids are never guessed at: another's file is not a near match. */
function nearest(engine: Lunr, index: Index, term: string): { clause: Clause; terms: string[] } | null {
  if (term.length < 4 || /\p{Nd}/u.test(term)) return null;
  const spellings = index.tokenSet.intersect(engine.TokenSet.fromFuzzyString(term, 1)).toArray();
  if (spellings.length) return { clause: { term, kind: "near", required: true }, terms: spellings };
  const number = numbers(term).find((other) => other in index.invertedIndex);
  return number ? { clause: { term: number, kind: "exact", required: true }, terms: [number] } : null;
}

function run(engine: Lunr, index: Index, clauses: Clause[]): Hit[] {
  if (!clauses.length) return [];
  const { presence, wildcard } = engine.Query;
  const results = index.query((query) => {
    for (const { term, kind, required } of clauses) {
      query.term(term, {
        presence: required ? presence.REQUIRED : presence.OPTIONAL,
        wildcard: kind === "prefix" ? wildcard.TRAILING : wildcard.NONE,
        usePipeline: false,
        ...(kind === "near" ? { editDistance: 1 } : {}), // lunr.js takes a 0 for "fuzzy" and forgets the wildcard
      });
    }
  });
  return results
    .map(({ ref, score, matchData }) => ({ ref: Number(ref), score, terms: Object.keys(matchData.metadata) }))
    .sort(order);
}

/** Best first; equal scores (to a millionth, sums of floats differ) newest first: records are numbered by date. */
function order(a: Hit, b: Hit): number {
  return Math.round(b.score * 1e6) - Math.round(a.score * 1e6) || b.ref - a.ref;
}

export const FACETS = ["system", "ente", "year"] as const;
type Known = (typeof FACETS)[number];
export type Columns = Record<Known, { values: string[]; rows: number[] }>;

export interface Selection {
  hits: Hit[];
  facets: Record<Known, Count[]>;
}

/** The hits that pass every filter, and per facet how many there would be of each value (its own filter aside). */
export function select(hits: Hit[], columns: Columns, filters: Pick<Filters, Known>): Selection {
  const chosen = FACETS.map((name) => new Set(filters[name].map((value) => columns[name].values.indexOf(value))));
  const counts = FACETS.map((name) => new Uint32Array(columns[name].values.length));
  const kept = hits.filter(({ ref }) => {
    const failed = FACETS.filter((name, f) => chosen[f]!.size && !chosen[f]!.has(columns[name].rows[ref]!));
    FACETS.forEach((name, f) => {
      const value = columns[name].rows[ref]!;
      if (value >= 0 && (!failed.length || (failed.length === 1 && failed[0] === name))) counts[f]![value]! += 1;
    });
    return !failed.length;
  });
  const facets = Object.fromEntries(
    FACETS.map((name, f) => [name, tally(columns[name].values, counts[f]!, filters[name], name === "year")]),
  ) as Record<Known, Count[]>;
  return { hits: kept, facets };
}

function tally(values: string[], counts: Uint32Array, chosen: string[], byValue: boolean): Count[] {
  const found = values
    .map((value, n) => ({ value, count: counts[n]!, chosen: chosen.includes(value) }))
    .filter((row) => row.count || row.chosen);
  return found.sort((a, b) =>
    byValue ? b.value.localeCompare(a.value) : b.count - a.count || a.value.localeCompare(b.value, "es"),
  );
}

export function every(count: number): Hit[] {
  return Array.from({ length: count }, (_, n) => ({ ref: count - 1 - n, score: 0, terms: [] }));
}

export function arranged(hits: Hit[], by: Order): Hit[] {
  if (by === "recientes") return hits.slice().sort((a, b) => b.ref - a.ref);
  return by === "antiguos" ? hits.slice().sort((a, b) => a.ref - b.ref) : hits;
}
