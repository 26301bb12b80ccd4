// Filters, exact counts and sorting, from the columns of the index (src/vitrina/search/columns.py).
import { path, readJson } from "./search-data.ts";
import { lowerBound, type Index } from "./search-index.ts";
import type { CardFields, Count, Facet, Facets, Filters, Order } from "./search-messages.ts";

const STORED = ["system", "ente", "level", "type", "status", "municipality"] as const;
type Stored = (typeof STORED)[number];
export const FACETS: readonly Facet[] = ["system", "ente", "year", "level", "type", "status", "municipality", "amount"];

const CHUNK = 65_536;
const NO_BAND = 255;
const SHOWN = 20; // as many documents as a page shows are counted from their cards: no column is fetched for them
const FEW = 64; // documents whose amounts are read from their cards rather than from the columns
const SERIES = [10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91];
export const EDGES: readonly number[] = [
  ...Array.from({ length: 10 }, (_, decade) => SERIES.map((n) => (n * 10 ** decade) / 10)).flat(),
  1e10,
];
/** Ranges offered as a facet: decades, so that they are whole bands. */
const RANGES = [0, 1e4, 1e5, 1e6, 1e7, 1e8];

/** How many edges are not above `amount`: its band. */
export function band(amount: number): number {
  let n = 0;
  while (n < EDGES.length && EDGES[n]! <= amount) n += 1;
  return n;
}

/** Per facet, its values and, per document asked about, the number of its value (-1: none). */
interface Coded {
  values: string[];
  codes: Int32Array;
}

export class Columns {
  private readonly index: Index;
  private shown: { refs: Uint32Array; cards: Promise<CardFields[]> } | undefined;
  private dictionary: Promise<Record<Stored, string[]>[]> | undefined;

  constructor(index: Index) {
    this.index = index;
  }

  async coded(facet: Facet, refs: Uint32Array): Promise<Coded> {
    if (facet === "year") return this.years(refs);
    if (facet === "amount") return this.ranges(refs);
    if (refs.length <= SHOWN) {
      const own = (await this.cards(refs)).map((card) => card[facet]);
      const values = [...new Set(own)].filter(Boolean).sort();
      return { values, codes: Int32Array.from(own, (value) => values.indexOf(value)) };
    }
    const dictionaries = await this.values();
    const values = [...new Set(dictionaries.flatMap((one) => one[facet]))].sort();
    const number = new Map(values.map((value, n) => [value, n]));
    const codes = await this.column(facet, refs);
    const global = dictionaries.map((one) => Int32Array.from([-1, ...one[facet].map((value) => number.get(value)!)]));
    const { segments } = this.index.local(refs);
    return { values, codes: Int32Array.from(refs, (_, n) => global[segments[n]!]![codes[n]!]!) };
  }

  private cards(refs: Uint32Array): Promise<CardFields[]> {
    if (this.shown?.refs !== refs) {
      const cards = this.index.cards(refs);
      this.shown = { refs, cards };
      cards.catch(() => (this.shown = undefined));
    }
    return this.shown!.cards;
  }

  private values(): Promise<Record<Stored, string[]>[]> {
    this.dictionary ??= Promise.all(
      this.index.root.segments.map(async ({ name }) => readJson(await this.index.open(`${name}/f/values.bin`))),
    );
    this.dictionary.catch(() => (this.dictionary = undefined));
    return this.dictionary;
  }

  private years(refs: Uint32Array): Coded {
    const runs = this.index.root.segments.map((segment) => segment.years);
    const values = [...new Set(runs.flat().map(([year]) => year))].filter(Boolean).sort();
    const firsts = Uint32Array.from(values, (year) => this.index.first(runs, year));
    return { values, codes: Int32Array.from(refs, (ref) => lowerBound(firsts, ref + 1) - 1) };
  }

  private async ranges(refs: Uint32Array): Promise<Coded> {
    const bands = await this.bands(refs);
    const starts = RANGES.map((from) => (from ? band(from) : 0));
    const values = RANGES.map((from, n) => `${from}-${RANGES[n + 1] ?? ""}`);
    const code = (one: number) => (one === NO_BAND ? -1 : starts.filter((start) => start <= one).length - 1);
    return { values, codes: Int32Array.from(bands, code) };
  }

  /** The stored numbers of `refs`; files are fetched once each, only those that are touched. */
  private async column(name: Stored | "band" | "amount", refs: Uint32Array): Promise<Float64Array> {
    const { segments } = this.index.root;
    const places = this.index.local(refs);
    const none = name === "band" ? NO_BAND : name === "amount" ? NaN : 0;
    const values = new Float64Array(refs.length).fill(none);
    for (const [segment, { name: folder, amounts, facets, count }] of segments.entries()) {
      if (!(name === "band" || name === "amount" ? amounts : facets[name])) continue;
      const touched = new Uint8Array(Math.ceil(count / CHUNK));
      for (let n = 0; n < refs.length; n++) {
        if (places.segments[n] === segment) touched[Math.floor(places.refs[n]! / CHUNK)] = 1;
      }
      const chunks = await Promise.all(
        Array.from(touched, async (used, chunk) =>
          used ? view(await this.index.open(`${folder}/f/${name}/${path(chunk)}.bin`), name, facets[name] ?? 0) : [],
        ),
      );
      for (let n = 0; n < refs.length; n++) {
        const ref = places.refs[n]!;
        if (places.segments[n] === segment) values[n] = chunks[Math.floor(ref / CHUNK)]![ref % CHUNK]!;
      }
    }
    return values;
  }

  private async bands(refs: Uint32Array): Promise<ArrayLike<number>> {
    if (refs.length > SHOWN) return this.column("band", refs);
    return (await this.cards(refs)).map(({ amount }) => (amount === null ? NO_BAND : band(amount)));
  }

  /** Exact amounts (NaN: none): of a few documents from their cards, of many from the columns. */
  private async amounts(refs: Uint32Array): Promise<Float64Array> {
    if (refs.length > FEW) return this.column("amount", refs);
    return Float64Array.from(await this.index.cards(refs), ({ amount }) => amount ?? NaN);
  }

  /** Per document, whether it lies in the ranges of days and amounts. */
  private async inRanges(refs: Uint32Array, filters: Filters): Promise<Uint8Array> {
    const passes = new Uint8Array(refs.length).fill(1);
    if (filters.dateFrom || filters.dateTo) {
      const days = await this.index.days();
      const low = this.index.first(days, filters.dateFrom || "0");
      const high = filters.dateTo ? this.index.first(days, `${filters.dateTo}~`) : this.index.size;
      refs.forEach((ref, n) => ref < low || ref >= high ? (passes[n] = 0) : 0);
    }
    const { amountMin, amountMax } = filters;
    if (amountMin === null && amountMax === null) return passes;
    const [low, high] = [amountMin ?? -Infinity, amountMax ?? Infinity];
    const bands = await this.bands(refs);
    const [lowBand, highBand] = [band(low), band(high)];
    const doubtful: number[] = [];
    Array.from(bands).forEach((one, n) => {
      if (one === NO_BAND || one < lowBand || one > highBand) passes[n] = 0;
      else if (passes[n] && ((one === lowBand && amountMin !== null) || (one === highBand && amountMax !== null))) doubtful.push(n);
    });
    const exact = await this.amounts(Uint32Array.from(doubtful, (n) => refs[n]!));
    doubtful.forEach((n, k) => (passes[n] = exact[k]! >= low && exact[k]! <= high ? 1 : 0));
    return passes;
  }

  /** The documents of `refs` that pass every filter, in the same order. */
  async filtered(refs: Uint32Array, filters: Filters): Promise<Uint32Array> {
    let kept = refs;
    for (const facet of FACETS) {
      const chosen = facet === "amount" ? [] : filters[facet];
      if (!chosen.length) continue;
      const found = await this.coded(facet, kept);
      const wanted = numbers(chosen, found);
      kept = kept.filter((_, n) => wanted.has(found.codes[n]!));
    }
    const passes = await this.inRanges(kept, filters);
    return kept.filter((_, n) => passes[n]);
  }

  /** Per facet and value, how many of `refs` would be found with it, every other filter kept. */
  async counted(refs: Uint32Array, filters: Filters): Promise<Facets> {
    const passes = await this.inRanges(refs, filters);
    const beyond = filters.amountMin === null && filters.amountMax === null
      ? passes
      : await this.inRanges(refs, { ...filters, amountMin: null, amountMax: null });
    const coded = await Promise.all(FACETS.map((facet) => this.coded(facet, refs)));
    const chosen = FACETS.map((facet, f) => {
      const values = facet === "amount" ? [] : filters[facet];
      return values.length ? numbers(values, coded[f]!) : null;
    });
    const counts = coded.map(({ values }) => new Uint32Array(values.length));
    for (let n = 0; n < refs.length; n++) {
      let failed = -1;
      let failures = 0;
      for (let f = 0; f < FACETS.length; f++) {
        if (chosen[f]?.has(coded[f]!.codes[n]!) ?? true) continue;
        failed = f;
        failures += 1;
      }
      for (let f = 0; f < FACETS.length; f++) {
        const code = coded[f]!.codes[n]!;
        const others = failures === 0 || (failures === 1 && failed === f);
        if (code >= 0 && others && (FACETS[f] === "amount" ? beyond : passes)[n]) counts[f]![code]! += 1;
      }
    }
    const range = `${filters.amountMin ?? 0}-${filters.amountMax ?? ""}`;
    const rows = FACETS.map((facet, f) => [facet, listed(facet, coded[f]!.values, counts[f]!, facet === "amount" ? [range] : filters[facet])] as const);
    return Object.fromEntries(rows) as Facets;
  }

  /** `refs` in the wanted order; only the first `most` need be right (all of them for a download). */
  async arranged(refs: Uint32Array, order: Order, most: number): Promise<Uint32Array> {
    if (order === "relevancia") return refs;
    if (order === "recientes") return refs.slice().sort().reverse();
    if (order === "antiguos") return refs.slice().sort();
    const down = order === "monto-desc" ? -1 : 1;
    const bands = await this.bands(refs);
    const key = (n: number) => (bands[n] === NO_BAND ? Infinity : down * bands[n]!);
    const places = Array.from(refs.keys()).sort((a, b) => key(a) - key(b) || refs[b]! - refs[a]!);
    let end = Math.min(most, places.length);
    while (end < places.length && end && key(places[end]!) === key(places[end - 1]!)) end += 1;
    const head = places.slice(0, end).filter((n) => bands[n] !== NO_BAND);
    const exact = await this.amounts(Uint32Array.from(head, (n) => refs[n]!));
    const sorted = Array.from(head.keys()).sort((a, b) => down * (exact[a]! - exact[b]!) || refs[head[b]!]! - refs[head[a]!]!);
    return Uint32Array.from([...sorted.map((n) => head[n]!), ...places.slice(head.length)], (n) => refs[n]!);
  }
}

function numbers(chosen: string[], { values }: Coded): Set<number> {
  return new Set(chosen.map((value) => values.indexOf(value)).filter((n) => n >= 0));
}

function view(data: Uint8Array, name: string, values: number): ArrayLike<number> {
  const copy = data.slice().buffer; // from its beginning, so that wider numbers are aligned
  if (name === "amount") return new Float64Array(copy);
  return name === "band" || values < 256 ? data : values < 65_536 ? new Uint16Array(copy) : new Uint32Array(copy);
}

function listed(facet: Facet, values: string[], counts: Uint32Array, chosen: string[]): Count[] {
  const unseen = facet === "amount" ? [] : chosen.filter((value) => !values.includes(value));
  const found = [...values, ...unseen]
    .map((value, n) => ({ value, count: counts[n] ?? 0, chosen: chosen.includes(value) }))
    .filter((row) => row.count || (row.chosen && facet !== "amount"));
  if (facet === "amount") return found;
  return found.sort((a, b) =>
    facet === "year" ? b.value.localeCompare(a.value) : b.count - a.count || a.value.localeCompare(b.value, "es"),
  );
}
