// lunr's answer to a query, over typed arrays: the formula, clauses and presences of lunr 2.3.9, the same numbers.
// tests/search compares it with lunr.js on an index that lunr.py built.
import type { Row } from "./search-data.ts";

/** What is asked: any of `terms` (one word, or the spellings that stand for it), as one clause of lunr's. */
export interface Clause {
  terms: string[];
  presence: "optional" | "required" | "prohibited";
  boost?: number;
  /** Numbers of the fields looked in; all when absent. */
  fields?: number[];
}

/** Numbers and weights of the index, over all its segments. */
export interface Statistics {
  fields: number[]; // boosts
  k1: number;
  b: number;
  count: number;
  /** Terms per field in all documents together. */
  lengths: number[];
}

export interface Posting {
  field: number;
  docs: Uint32Array;
  /** What each adds to its field's vector, in thousandths: lunr keeps three decimals. */
  weights: Uint32Array;
}

export interface Hits {
  refs: Uint32Array;
  scores: Float64Array;
  /** How many clauses each was found by. */
  clauses: Uint8Array;
}

export const NO_HITS: Hits = { refs: new Uint32Array(0), scores: new Float64Array(0), clauses: new Uint8Array(0) };

/** The rows of one term with lunr's numbers in place of frequencies and lengths. */
export function weigh(rows: Row[], { fields, k1, b, count, lengths }: Statistics): Posting[] {
  const pairs = rows.reduce((sum, row) => sum + row.docs.length, 0);
  const idf = Math.log(1 + Math.abs((count - pairs + 0.5) / (pairs + 0.5)));
  return rows.map(({ field, docs, frequency, length }) => {
    const mean = lengths[field]! / count;
    const known = new Map<number, number>();
    const weights = new Uint32Array(docs.length);
    for (let n = 0; n < docs.length; n++) {
      const tf = frequency[n]!;
      const key = length[n]! * 65536 + tf;
      let weight = known.get(key);
      if (weight === undefined) {
        const score = ((idf * ((k1 + 1) * tf)) / (k1 * (1 - b + b * (length[n]! / mean)) + tf)) * fields[field]!;
        known.set(key, (weight = Math.round(score * 1000)));
      }
      weights[n] = weight;
    }
    return { field, docs, weights };
  });
}

/** The documents that `clauses` find, by score; equal scores (to a millionth) by number, the greatest first. */
export function score(
  clauses: Clause[],
  posting: (term: string) => Posting[] | undefined,
  fields: number,
  size: number,
): Hits {
  const inField = (clause: Clause, field: number) => !clause.fields || clause.fields.includes(field);
  const found = clauses.map((clause) => {
    const terms = [...new Set(clause.terms)].flatMap((term) => posting(term) ?? []);
    return terms.filter(({ field }) => inField(clause, field));
  });
  const allowed = candidates(clauses, found, size);
  const vectors = queryVectors(clauses, posting, inField, fields);
  // Slots: document → place among the candidates plus one.
  const slots = new Int32Array(size);
  allowed.forEach((doc, n) => (slots[doc] = n + 1));
  const scores = new Float64Array(allowed.length);
  const counts = new Uint8Array(allowed.length);
  for (let field = 0; field < fields; field++) {
    const vector = vectors[field]!;
    if (!vector.size) continue;
    let squares = 0;
    const sums = new Float64Array(allowed.length); // thousandths: whole numbers, so their order does not matter
    for (const [term, boost] of vector) {
      squares += boost * boost;
      for (const one of posting(term)!) if (one.field === field) add(one, boost, slots, sums);
    }
    const magnitude = Math.sqrt(squares);
    for (let n = 0; n < sums.length; n++) scores[n]! += sums[n]! / 1000 / magnitude;
  }
  clauses.forEach((clause, c) => {
    if (clause.presence === "prohibited") return;
    const seen = new Uint8Array(allowed.length);
    for (const { docs } of found[c]!) for (const doc of docs) if (slots[doc]) seen[slots[doc]! - 1] = 1;
    for (let n = 0; n < seen.length; n++) counts[n]! += seen[n]!;
  });
  return sorted(allowed, scores, counts, size);
}

function add({ docs, weights }: Posting, boost: number, slots: Int32Array, sums: Float64Array): void {
  for (let n = 0; n < docs.length; n++) {
    const slot = slots[docs[n]!]!;
    if (slot) sums[slot - 1]! += boost * weights[n]!;
  }
}

/** lunr's query vectors: per field, the terms asked for there with the sum of their boosts. */
function queryVectors(
  clauses: Clause[],
  posting: (term: string) => Posting[] | undefined,
  inField: (clause: Clause, field: number) => boolean,
  fields: number,
): Map<string, number>[] {
  const vectors = Array.from({ length: fields }, () => new Map<string, number>());
  for (const clause of clauses) {
    if (clause.presence === "prohibited") continue;
    for (const term of new Set(clause.terms)) {
      if (!posting(term)) continue;
      vectors.forEach((vector, field) => {
        if (inField(clause, field)) vector.set(term, (vector.get(term) ?? 0) + (clause.boost ?? 1));
      });
    }
  }
  return vectors;
}

/** Documents in every required clause, or without one in any optional clause, less those of prohibited ones. */
function candidates(clauses: Clause[], found: Posting[][], size: number): Uint32Array {
  const required = clauses.flatMap((clause, n) => (clause.presence === "required" ? [found[n]!] : []));
  const optional = clauses.flatMap((clause, n) => (clause.presence === "optional" ? [found[n]!] : []));
  const total = (lists: Posting[]) => lists.reduce((sum, { docs }) => sum + docs.length, 0);
  required.sort((a, b) => total(a) - total(b));
  const marks = new Uint8Array(size);
  const asked = required.length ? required : [optional.flat()];
  asked.forEach((lists, step) => {
    for (const { docs } of lists) for (const doc of docs) if (marks[doc] === step) marks[doc] = step + 1;
  });
  clauses.forEach((clause, n) => {
    if (clause.presence !== "prohibited") return;
    for (const { docs } of found[n]!) for (const doc of docs) marks[doc] = 0;
  });
  const kept: number[] = [];
  const seen = new Uint8Array(size);
  for (const { docs } of asked[0]!) {
    for (const doc of docs) {
      if (marks[doc] !== asked.length || seen[doc]) continue;
      seen[doc] = 1;
      kept.push(doc);
    }
  }
  return Uint32Array.from(kept);
}

function sorted(refs: Uint32Array, scores: Float64Array, clauses: Uint8Array, size: number): Hits {
  const place = new Int32Array(size);
  refs.forEach((ref, n) => (place[ref] = n));
  // One number orders both: whole millionths, then the document. Below 2^53 for scores to 4 000 and 2 million records.
  const keys = Float64Array.from(refs, (ref, n) => Math.round(scores[n]! * 1e6) * size + ref).sort();
  const hits = { refs: new Uint32Array(keys.length), scores: new Float64Array(keys.length), clauses: new Uint8Array(keys.length) };
  for (let n = 0, k = keys.length - 1; k >= 0; n++, k--) {
    const ref = keys[k]! % size;
    hits.refs[n] = ref;
    hits.scores[n] = scores[place[ref]!]!;
    hits.clauses[n] = clauses[place[ref]!]!;
  }
  return hits;
}

/** The same hits, those found by more clauses first. */
export function byClauses(hits: Hits): Hits {
  const order = Array.from(hits.refs, (_, n) => n).sort((a, b) => hits.clauses[b]! - hits.clauses[a]! || a - b);
  return {
    refs: Uint32Array.from(order, (n) => hits.refs[n]!),
    scores: Float64Array.from(order, (n) => hits.scores[n]!),
    clauses: Uint8Array.from(order, (n) => hits.clauses[n]!),
  };
}
