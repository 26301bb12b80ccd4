// An index put together from the shards of a query's terms. lunr answers from it as from the whole index: a score
// needs the vectors' entries at the query's own terms only (src/vitrina/search/shard.py says why and how).
import type lunr from "lunr";
import { numbers, type Need, type Source } from "./search-engine.ts";

type Lunr = typeof lunr;

/** [term, number of the term, [field, [first ref, then steps], [thousandths]], …] */
export type Row = [string, number, ...[number, number[], number[]][]];

/** First term and file name of each part, in order. */
export type Parts = [string, string][];

export type Open = <T>(name: string) => Promise<T>;

export function sharded(engine: Lunr, fields: string[], terms: Parts, words: Parts, open: Open): Source {
  let vocabulary: Promise<lunr.TokenSet> | undefined;

  const spellings = async (near: string[]): Promise<string[]> => {
    vocabulary ??= Promise.all(words.map(([, name]) => open<string[]>(name))).then((lists) =>
      engine.TokenSet.fromArray(lists.flat()),
    );
    vocabulary.catch(() => (vocabulary = undefined));
    const set = await vocabulary;
    return near.flatMap((word) => set.intersect(engine.TokenSet.fromFuzzyString(word, 1)).toArray());
  };

  return async ({ terms: asked, prefix, near = [] }: Need) => {
    const exact = new Set([...asked, ...near.flatMap(numbers), ...(await (near.length ? spellings(near) : []))]);
    const files = new Set([...exact].map((term) => terms[place(terms, term)]?.[1]));
    if (prefix) {
      const end = place(terms, `${prefix}\uffff`);
      for (let n = Math.max(0, place(terms, prefix)); n <= end; n++) files.add(terms[n]![1]);
    }
    files.delete(undefined);
    const shards = await Promise.all([...files].map((name) => open<Row[]>(name!)));
    const wanted = ([term]: Row) => exact.has(term) || (prefix !== undefined && term.startsWith(prefix));
    return engine.Index.load(assemble(shards.flat().filter(wanted), fields));
  };
}

/** The number of the part that would hold `term`: the last one that begins at or before it; -1 before all. */
function place(parts: Parts, term: string): number {
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (parts[middle]![0] <= term) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** lunr's serialized index of these rows. */
export function assemble(rows: Row[], fields: string[]): unknown {
  const vectors = new Map<string, number[]>();
  const inverted = rows
    .slice()
    .sort((a, b) => a[1] - b[1])
    .map(([term, at, ...postings]) => {
      const posting: Record<string, unknown> = { _index: at };
      for (const field of fields) posting[field] = {};
      for (const [field, steps, scores] of postings) {
        const refs: Record<string, object> = {};
        let ref = 0;
        steps.forEach((step, n) => {
          ref += step;
          refs[ref] = {};
          const key = `${fields[field]}/${ref}`;
          const vector = vectors.get(key);
          if (vector) vector.push(at, scores[n]! / 1000);
          else vectors.set(key, [at, scores[n]! / 1000]);
        });
        posting[fields[field]!] = refs;
      }
      return [term, posting] as const;
    });
  inverted.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  return { version: "2.3.9", fields, fieldVectors: [...vectors], invertedIndex: inverted, pipeline: [] };
}
