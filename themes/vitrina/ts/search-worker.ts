// The search's worker: fetches the index and the cards, and answers the page. Nothing is fetched before asked for.
import lunr from "lunr";
import {
  arranged,
  every,
  find,
  PAGE,
  select,
  type Columns,
  type Count,
  type Facet,
  type Filters,
  type Order,
  type Source,
  type Step,
} from "./search-engine.ts";
import { sharded, type Parts } from "./search-shards.ts";

export type Ask =
  | { kind: "open"; index: string }
  | { kind: "ask"; id: number; text: string; filters: Filters; order: Order; page: number };

export interface Card {
  system: string;
  url: string;
  title: string;
  subtitle: string;
  date: string;
  amount: number | null;
  ente: string;
  status: string;
  terms: string[];
}

export interface Answer {
  kind: "answer";
  id: number;
  step: Step;
  absent: string[];
  used: string[];
  /** Records found before the filters, and after. */
  found: number;
  total: number;
  page: number;
  cards: Card[];
  facets: Record<Facet, Count[]>;
  systems: Record<string, string>;
}

export type Reply = Answer | { kind: "error"; id: number };

interface Root {
  format: number;
  count: number;
  block: number;
  card: (keyof Card)[];
  fields: string[];
  terms: Parts;
  words: Parts;
  columns: string;
  blocks: string[];
  systems: Record<string, string>;
}

let base = "";
let source: Source | undefined;
const opened = new Map<string, Promise<unknown>>();

/** Fetch and parse a file once; a failure is forgotten, so that the next question tries again. */
function open<T>(name: string): Promise<T> {
  const kept = opened.get(name);
  if (kept) return kept as Promise<T>;
  const content = read(new URL(name, base));
  opened.set(name, content);
  content.catch(() => opened.delete(name));
  return content as Promise<T>;
}

async function read(url: URL): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${url.pathname}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b; // some servers unpack on the way
  const stream = new Blob([bytes]).stream();
  return new Response(packed ? stream.pipeThrough(new DecompressionStream("gzip")) : stream).json();
}

async function root(): Promise<Root> {
  const { root: name } = await open<{ root: string }>("current.json");
  return open<Root>(name);
}

async function answer(ask: Extract<Ask, { kind: "ask" }>): Promise<Answer> {
  const { block, blocks, card, columns, count, fields, systems, terms, words } = await root();
  source ??= sharded(lunr, fields, terms, words, open);
  const found = await find(lunr, source, ask.text);
  const hits = found.step === "every" ? every(count) : found.hits;
  const selected = select(hits, await open<Columns>(columns), ask.filters);
  const ordered = arranged(selected.hits, ask.order);
  const last = Math.max(1, Math.ceil(ordered.length / PAGE));
  const page = Math.min(Math.max(1, ask.page), last);
  const shown = ordered.slice((page - 1) * PAGE, page * PAGE);
  const cards = await Promise.all(
    shown.map(async ({ ref, terms }) => {
      const rows = await open<unknown[][]>(blocks[Math.floor(ref / block)]!);
      const values = rows[ref % block]!;
      return { ...Object.fromEntries(card.map((name, n) => [name, values[n]])), terms } as unknown as Card;
    }),
  );
  const { step, absent, used } = found;
  const { facets } = selected;
  return {
    kind: "answer",
    id: ask.id,
    step,
    absent,
    used,
    found: hits.length,
    total: ordered.length,
    page,
    cards,
    facets,
    systems,
  };
}

const page = self as unknown as Worker;

page.onmessage = ({ data }: MessageEvent<Ask>) => {
  if (data.kind === "open") {
    base = new URL(data.index, self.location.href).href;
    root()
      .then(({ columns }) => open(columns))
      .catch(() => undefined); // ready before the first letter
    return;
  }
  answer(data)
    .catch((): Reply => {
      opened.clear(); // a new night may have taken the old names away
      source = undefined;
      return { kind: "error", id: data.id };
    })
    .then((reply: Reply) => page.postMessage(reply));
};
