// What the search finds and in which order: the steps that src/vitrina/search/query.py follows too.
// No document, no network: the worker brings the index, the tests bring their own.
import type { CardFields, Step } from "./search-messages.ts";
import type { Words } from "./search-data.ts";
import { alike, hasPhrase, mistakable, read, replaceable, standIns, stem, type Reading } from "./search-query.ts";
import { byClauses, NO_HITS, score, type Clause, type Hits, type Posting } from "./search-score.ts";
import { fold } from "./tokenize.ts";

export const PAGE = 20;
const MAX_PREFIX_FILES = 16;
const MAX_CHECKED = 200;
const MAX_SUSPECTS = 2;

/** What a search asks of an index. */
export interface Source {
  size: number;
  fields: number;
  load(terms: Iterable<string>): Promise<void>;
  posting(term: string): Posting[] | undefined;
  prefix(prefix: string, most: number): Promise<string[] | null>;
  words(term: string): Promise<Words>;
  slips(term: string): Promise<Words>;
  every(): Uint32Array;
  cards(refs: Uint32Array): Promise<CardFields[]>;
  score?(clauses: Clause[]): Hits;
}

export interface Replaced {
  asked: string;
  used: string[];
}

export interface Phrase {
  text: string;
  checked: number;
  of: number;
  found: boolean;
}

export interface Found {
  step: Step;
  hits: Hits;
  clauses: Clause[];
  /** Words of the query that no record has. */
  absent: string[];
  replaced: Replaced[];
  phrases: Phrase[];
  excluded: string[];
}

export async function find(source: Source, text: string): Promise<Found> {
  const reading = read(text);
  const found = await new Plan(source, reading).follow(fold(text).trim() !== "");
  return reading.phrases.length ? phrased(source, reading, found) : found;
}

class Plan {
  private readonly source: Source;
  private readonly reading: Reading;
  private readonly parts: string[];
  private readonly wholes: string[];
  private absent: string[] = [];

  constructor(source: Source, reading: Reading) {
    this.source = source;
    this.reading = reading;
    this.parts = [...new Set(reading.words.flatMap((word) => word.parts))];
    this.wholes = [...new Set(reading.words.map((word) => word.whole).filter(Boolean))];
  }

  async follow(written: boolean): Promise<Found> {
    await this.source.load(this.reading.excluded);
    if (!this.parts.length) return this.without(written);
    return (
      (await this.wholeIds()) ??
      (await this.allWords()) ??
      (await this.joinedId()) ??
      (await this.lastAsPrefix()) ??
      (await this.nearSpellings()) ??
      (await this.sameStems()) ??
      (await this.likeWords()) ??
      this.anyWord()
    );
  }

  private has(term: string): boolean {
    return this.source.posting(term) !== undefined;
  }

  /** Nothing is asked for: every record, without those that are excluded; nothing when signs were typed. */
  private without(written: boolean): Found {
    const { excluded } = this.reading;
    if (written && !excluded.length) return this.found("empty", NO_HITS, []);
    const out = new Set(excluded.flatMap((term) => this.source.posting(term) ?? []).flatMap(({ docs }) => [...docs]));
    const refs = this.source.every().filter((ref) => !out.has(ref));
    const hits = { refs, scores: new Float64Array(refs.length), clauses: new Uint8Array(refs.length) };
    return this.found("every", hits, []);
  }

  /** Ids as they were written, whole: one file of postings instead of one per piece. */
  private async wholeIds(): Promise<Found | null> {
    if (!this.wholes.length) return null;
    const terms = [...new Set(this.reading.words.flatMap(({ parts, whole }) => (whole ? [whole] : parts)))];
    await this.source.load(terms);
    return terms.every((term) => this.has(term)) ? this.run("all", required(terms)) : null;
  }

  private async allWords(): Promise<Found | null> {
    await this.source.load([...this.parts, ...this.wholes]);
    this.absent = this.parts.filter((part) => !this.has(part));
    if (this.absent.length) return null;
    return this.run("all", [...required(this.parts), ...optional(this.wholes.filter((term) => this.has(term)))]);
  }

  private async joinedId(): Promise<Found | null> {
    const joined = this.reading.words.flatMap(({ parts }) => parts).join("");
    if (this.parts.length < 2 || !/\p{Nd}/u.test(joined)) return null;
    await this.source.load([joined]);
    return this.has(joined) ? this.run("id", required([joined])) : null;
  }

  private async lastAsPrefix(): Promise<Found | null> {
    const before = this.parts.slice(0, -1);
    const last = this.parts.at(-1)!;
    if (last.length < 2 || !before.every((term) => this.has(term))) return null;
    const terms = await this.source.prefix(last, MAX_PREFIX_FILES);
    return terms?.length ? this.run("prefix", [...required(before), { terms, presence: "required" }]) : null;
  }

  private async nearSpellings(): Promise<Found | null> {
    if (!this.absent.length) return null;
    const replaced = await this.standIns(this.absent);
    if (replaced.some(({ used }) => !used.length)) return null;
    const present = this.parts.filter((part) => this.has(part));
    return this.run("near", [...required(present), ...replaced.map(group)], replaced);
  }

  /** No record has all the words as they are: each may now be singular or plural, of either gender. */
  private async sameStems(): Promise<Found | null> {
    const replaced: Replaced[] = [];
    const clauses: Clause[] = [];
    for (const part of this.parts) {
      const used = this.has(part) ? await this.sameStem(part) : (await this.standIns([part]))[0]!.used;
      if (used.length) replaced.push({ asked: part, used });
      clauses.push({ terms: this.has(part) ? [part, ...used] : used, presence: "required" });
    }
    return replaced.length && clauses.every(({ terms }) => terms.length) ? this.run("stem", clauses, replaced) : null;
  }

  /** All the words but one are found together: that one, the rarest first, may be another word mistyped. */
  private async likeWords(): Promise<Found | null> {
    const records = (term: string) => Math.max(0, ...(this.source.posting(term) ?? []).map(({ docs }) => docs.length));
    const suspects = this.parts.slice().sort((a, b) => records(a) - records(b)).slice(0, MAX_SUSPECTS);
    for (const term of this.parts.length > 1 ? suspects : []) {
      const others = this.parts.filter((part) => part !== term);
      if (!others.every((part) => this.has(part)) || !this.run("like", required(others))) continue;
      for (const list of mistakable(term) ? (["words", "slips"] as const) : []) {
        const words = alike(term, await this.source[list](term));
        await this.source.load(words);
        const used = words.filter((word) => this.has(word));
        const found = used.length && this.run("like", [...required(others), group({ asked: term, used })], [{ asked: term, used }]);
        if (found) return found;
      }
    }
    return null;
  }

  private async anyWord(): Promise<Found> {
    const replaced = (await this.standIns(this.absent)).filter(({ used }) => used.length);
    const present = [...this.parts, ...this.wholes].filter((term) => this.has(term));
    const groups = replaced.map((one): Clause => ({ ...group(one), presence: "optional" }));
    const found = this.run("any", [...optional(present), ...groups], replaced);
    return found ? { ...found, hits: byClauses(found.hits) } : this.found("none", NO_HITS, []);
  }

  private async standIns(terms: string[]): Promise<Replaced[]> {
    const found: Replaced[] = [];
    for (const asked of terms) {
      let used = replaceable(asked) ? standIns(asked, await this.source.words(asked)) : [];
      if (!used.length && replaceable(asked)) used = standIns(asked, await this.source.slips(asked));
      found.push({ asked, used });
    }
    await this.source.load(found.flatMap(({ used }) => used));
    return found.map(({ asked, used }) => ({ asked, used: used.filter((term) => this.has(term)) }));
  }

  private async sameStem(term: string): Promise<string[]> {
    if (!replaceable(term)) return [];
    const { words } = await this.source.words(term);
    const used = words.filter((word) => word !== term && stem(word) === stem(term)).sort();
    await this.source.load(used);
    return used.filter((word) => this.has(word));
  }

  private run(step: Step, clauses: Clause[], replaced: Replaced[] = []): Found | null {
    const out = this.reading.excluded.filter((term) => this.has(term));
    const all: Clause[] = [...clauses, ...out.map((term): Clause => ({ terms: [term], presence: "prohibited" }))];
    const { source } = this;
    const hits = source.score?.(all) ?? score(all, (term) => source.posting(term), source.fields, source.size);
    return hits.refs.length ? this.found(step, hits, clauses, replaced) : null;
  }

  private found(step: Step, hits: Hits, clauses: Clause[], replaced: Replaced[] = []): Found {
    return { step, hits, clauses, absent: this.absent, replaced, phrases: [], excluded: this.reading.excluded };
  }
}

function required(terms: string[]): Clause[] {
  return terms.map((term) => ({ terms: [term], presence: "required" }));
}

function optional(terms: string[]): Clause[] {
  return terms.map((term) => ({ terms: [term], presence: "optional" }));
}

function group({ used }: Replaced): Clause {
  return { terms: used, presence: "required" };
}

/** Keep the records whose visible texts hold the phrases; only the best candidates are looked at. */
async function phrased(source: Source, { phrases }: Reading, found: Found): Promise<Found> {
  const of = found.hits.refs.length;
  const looked = found.step === "all" ? found.hits.refs.slice(0, MAX_CHECKED) : new Uint32Array(0);
  const texts = (await source.cards(looked)).map((card) => [card.title, card.subtitle, card.ente, card.supplier, card.status, card.type]);
  const kept = Array.from(looked.keys()).filter((n) => phrases.every((terms) => hasPhrase(terms, texts[n]!)));
  const said = phrases.map((terms) => ({ text: terms.join(" "), checked: looked.length, of, found: kept.length > 0 }));
  if (!kept.length) return { ...found, phrases: said };
  const { refs, scores, clauses } = found.hits;
  const hits = {
    refs: Uint32Array.from(kept, (n) => refs[n]!),
    scores: Float64Array.from(kept, (n) => scores[n]!),
    clauses: Uint8Array.from(kept, (n) => clauses[n]!),
  };
  return { ...found, hits, phrases: said };
}

/** The terms by which `ref` was found: what to highlight. */
export function termsOf(found: Found, ref: number, posting: (term: string) => Posting[] | undefined): string[] {
  const terms = new Set(found.clauses.flatMap((clause) => clause.terms));
  return [...terms].filter((term) => posting(term)?.some(({ docs }) => includes(docs, ref)));
}

function includes(docs: Uint32Array, ref: number): boolean {
  let low = 0;
  let high = docs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (docs[middle]! < ref) low = middle + 1;
    else high = middle;
  }
  return docs[low] === ref;
}
