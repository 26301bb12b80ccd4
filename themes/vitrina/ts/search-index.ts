// The index as its files give it: a base and perhaps a delta, numbered together by date (src/vitrina/search/build.py).
import { path, place, readJson, readWords, rows, type Row, type Words } from "./search-data.ts";
import { turnedSlips } from "./search-query.ts";
import { weigh, type Posting, type Statistics } from "./search-score.ts";
import type { CardFields } from "./search-messages.ts";

/** Gives the unpacked bytes of a file by its name from the folder of the index. */
export type Open = (name: string) => Promise<Uint8Array>;

export interface Segment {
  name: string;
  count: number;
  shards: string[];
  words: string[];
  turned: string[];
  names: string;
  block: number;
  facets: Record<string, number>;
  amounts: boolean;
  years: [string, number][];
}

export interface Root {
  format: number;
  fields: number[];
  k1: number;
  b: number;
  count: number;
  lengths: number[];
  card: (keyof CardFields)[];
  systems: Record<string, string>;
  segments: Segment[];
  gone: number[];
  order: number[];
}

export const FORMAT = 3;
const KEPT_TERMS = 48;

/** Where documents lie: numbers of their segments and their numbers there. */
export interface Places {
  segments: Uint8Array;
  refs: Uint32Array;
}

export class Index {
  readonly root: Root;
  /** Documents of all segments, those that are gone included: numbers go from 0 to here. */
  readonly size: number;
  readonly fields: number;
  readonly open: Open;
  readonly statistics: Statistics;
  /** Numbers of the delta's documents, ascending. */
  private readonly inserted: Uint32Array;
  private readonly gone: Uint32Array;
  private readonly kept = new Map<string, Posting[] | undefined>();

  constructor(root: Root, open: Open) {
    this.root = root;
    this.open = open;
    this.statistics = root;
    this.fields = root.fields.length;
    this.size = root.segments.reduce((sum, { count }) => sum + count, 0);
    this.inserted = summed(root.order).map((before, n) => before + n);
    this.gone = this.renumber(summed(root.gone));
  }

  /** The base's numbers (ascending) as numbers of all documents. */
  private renumber(docs: ArrayLike<number>): Uint32Array {
    const { inserted } = this;
    let before = 0;
    return Uint32Array.from(docs, (doc) => {
      while (before < inserted.length && inserted[before]! <= doc + before) before += 1;
      return doc + before;
    });
  }

  private numbered(segment: number, docs: Uint32Array): Uint32Array {
    return segment ? docs.map((doc) => this.inserted[doc]!) : this.inserted.length ? this.renumber(docs) : docs;
  }

  local(refs: Uint32Array): Places {
    const segments = new Uint8Array(refs.length);
    if (!this.inserted.length) return { segments, refs };
    const own = refs.map((ref, n) => {
      const before = lowerBound(this.inserted, ref);
      segments[n] = this.inserted[before] === ref ? 1 : 0;
      return segments[n] ? before : ref - before;
    });
    return { segments, refs: own };
  }

  isGone(ref: number): boolean {
    return this.gone[lowerBound(this.gone, ref)] === ref;
  }

  /** Every document that holds, the newest first. */
  every(): Uint32Array {
    const found = new Uint32Array(this.root.count);
    for (let ref = this.size - 1, n = 0; ref >= 0; ref--) if (!this.isGone(ref)) found[n++] = ref;
    return found;
  }

  /** Load what `terms` need; `posting` answers for them afterwards. */
  async load(terms: Iterable<string>): Promise<void> {
    const wanted = new Set([...terms].filter((term) => !this.kept.has(term)));
    if (!wanted.size) return;
    for (const [term, found] of await this.read((term) => wanted.has(term), wanted)) {
      this.kept.set(term, found);
      wanted.delete(term);
    }
    for (const term of wanted) this.kept.set(term, undefined);
  }

  posting = (term: string): Posting[] | undefined => this.kept.get(term);

  /** Forget the postings of long ago; what a query needs must be loaded again before it is asked. */
  tidy(most = KEPT_TERMS): void {
    for (const term of [...this.kept.keys()].slice(0, Math.max(0, this.kept.size - most))) this.kept.delete(term);
  }

  /** The terms that begin with `prefix`, loaded; null when they lie in more than `most` files of a segment. */
  async prefix(prefix: string, most: number): Promise<string[] | null> {
    const end = `${prefix}\uffff`;
    const wide = this.root.segments.some(({ shards }) => place(shards, end) - place(shards, prefix) >= most);
    if (wide) return null;
    const found = await this.read((term) => term.startsWith(prefix), [prefix], end);
    for (const [term, postings] of found) this.kept.set(term, postings);
    return [...found.keys()].sort();
  }

  private async read(
    wanted: (term: string) => boolean,
    from: Iterable<string>,
    to = "",
  ): Promise<Map<string, Posting[]>> {
    const starts = [...from];
    const perSegment = await Promise.all(
      this.root.segments.map(async ({ name, shards }, segment) => {
        const numbers = new Set<number>();
        for (const term of starts) {
          const first = Math.max(0, place(shards, term));
          for (let n = first; n <= (to ? place(shards, to) : first); n++) numbers.add(n);
        }
        const files = shards.length ? [...numbers].sort((a, b) => a - b) : [];
        const datas = await Promise.all(files.map((n) => this.open(`${name}/t/${path(n)}.bin`)));
        return datas.flatMap((data) => [...rows(data, wanted)].map(([term, found]) => [term, segment, found] as const));
      }),
    );
    const joined = new Map<string, Row[]>();
    for (const [term, segment, found] of perSegment.flat()) {
      const held = found.map((row) => this.holding(segment, row)).filter((row) => row.docs.length);
      if (held.length) joined.set(term, [...(joined.get(term) ?? []), ...held]);
    }
    return new Map([...joined].map(([term, found]) => [term, weigh(found, this.statistics)]));
  }

  /** `row` in numbers of all documents, without those that are gone. */
  private holding(segment: number, row: Row): Row {
    const docs = this.numbered(segment, row.docs);
    if (segment || !this.gone.length) return { ...row, docs };
    const kept = Uint32Array.from(docs.keys()).filter((n) => !this.isGone(docs[n]!));
    const pick = (values: Uint32Array) => Uint32Array.from(kept, (n) => values[n]!);
    return { field: row.field, docs: pick(docs), frequency: pick(row.frequency), length: pick(row.length) };
  }

  /** The words that begin with the first letter of `term`, over all segments. */
  words(term: string): Promise<Words> {
    return this.vocabulary("v", ({ words }) => words.flatMap((first, n) => (first[0] === term[0] ? [n] : [])), (word) => word);
  }

  /** The words that differ from `term` in their first letter: they lie where it would be among the turned words. */
  slips(term: string): Promise<Words> {
    const { starts, wholes } = turnedSlips(term);
    const ends = [...starts.map((start) => [start, `${start}\uffff`]), ...wholes.map((one) => [one, one])] as [string, string][];
    const places = ({ turned }: Segment) =>
      ends.flatMap(([a, b]) => between(Math.max(0, place(turned, a)), turned.length ? place(turned, b) : -1));
    return this.vocabulary("w", places, (word) => {
      const fits = wholes.includes(word) || starts.some((start) => word.length === start.length + 1 && word.startsWith(start));
      const own = word.slice(-1) + word.slice(0, -1);
      return fits && own !== term ? own : "";
    });
  }

  private async vocabulary(folder: string, places: (segment: Segment) => number[], own: (word: string) => string): Promise<Words> {
    const names = new Set(this.root.segments.flatMap((one) => places(one).map((n) => `${one.name}/${folder}/${path(n)}.bin`)));
    const powers = new Map<string, number>();
    for (const data of await Promise.all([...names].map(this.open))) {
      const found = readWords(data);
      found.words.forEach((written, n) => {
        const word = own(written);
        if (word) powers.set(word, Math.max(powers.get(word) ?? 0, found.powers[n]!));
      });
    }
    return { words: [...powers.keys()], powers: [...powers.values()] };
  }

  /** Institutions and companies with a word that begins with `letter`: [kind, name, records]. */
  async names(letter: string): Promise<["ente" | "company", string, number][]> {
    const held = this.root.segments.filter(({ names }) => names.includes(letter));
    const code = letter.charCodeAt(0).toString(16);
    const lists = await Promise.all(held.map(({ name }) => this.open(`${name}/n/${code}.bin`)));
    return lists.flatMap((data) => readJson<["ente" | "company", string, number][]>(data));
  }

  async cards(refs: Uint32Array): Promise<CardFields[]> {
    const { card } = this.root;
    const places = this.local(refs);
    const blocks = new Map<string, Promise<unknown[][]>>();
    return Promise.all(
      Array.from(places.refs, async (ref, n) => {
        const { name, block } = this.root.segments[places.segments[n]!]!;
        const file = `${name}/d/${path(Math.floor(ref / block))}.bin`;
        if (!blocks.has(file)) blocks.set(file, this.open(file).then((data) => readJson<unknown[][]>(data)));
        const values = (await blocks.get(file)!)[ref % block]!;
        return Object.fromEntries(card.map((key, k) => [key, values[k]])) as unknown as CardFields;
      }),
    );
  }

  /** The number of the first document whose day (or year) is not before `key`, by the runs of each segment. */
  first(runs: [string, number][][], key: string): number {
    return runs.reduce((sum, list, segment) => {
      const found = list.find(([value]) => value >= key);
      return sum + (found ? found[1] : this.root.segments[segment]!.count);
    }, 0);
  }

  async days(): Promise<[string, number][][]> {
    const files = this.root.segments.map(({ name }) => this.open(`${name}/f/days.bin`));
    return (await Promise.all(files)).map((data) => readJson<[string, number][]>(data));
  }
}

function between(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
}

function summed(steps: number[]): Uint32Array {
  let at = 0;
  return Uint32Array.from(steps, (step) => (at += step));
}

/** The first place in ascending `values` whose value is not below `value`. */
export function lowerBound(values: Uint32Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
