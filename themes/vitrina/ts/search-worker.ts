// The search's worker: fetches the index and the cards, and answers the page. Nothing is fetched before asked for.
import lunr from "lunr";
import { arranged, every, find, PAGE, select, type Columns, type Found, type Hit, type Source } from "./search-engine.ts";
import type { Answer, Ask, Card, CardFields, Facets, Question, Reply, Suggestion } from "./search-messages.ts";
import { sharded, type Parts } from "./search-shards.ts";
import { fold } from "./tokenize.ts";

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

interface Selected {
  found: Found;
  all: Hit[];
  kept: Hit[];
  facets: Facets;
}

async function selected({ text, filters, order }: Question): Promise<Selected> {
  const { columns, count, fields, terms, words } = await root();
  source ??= sharded(lunr, fields, terms, words, open);
  const found = await find(lunr, source, text);
  const all = found.step === "every" ? every(count) : found.hits;
  const { hits, facets } = select(all, await open<Columns>(columns), filters);
  const none = { level: [], type: [], status: [], municipality: [], amount: [] };
  return { found, all, kept: arranged(hits, order), facets: { ...facets, ...none } };
}

async function cards(hits: Hit[]): Promise<CardFields[]> {
  const { block, blocks, card } = await root();
  return Promise.all(
    hits.map(async ({ ref }) => {
      const rows = await open<unknown[][]>(blocks[Math.floor(ref / block)]!);
      const values = rows[ref % block]!;
      const empty = { type: "", level: "", municipality: "", supplier: "", period_end: "", person: 0 };
      return { ...empty, ...Object.fromEntries(card.map((name, n) => [name, values[n]])) } as unknown as CardFields;
    }),
  );
}

async function answer(ask: Extract<Ask, { kind: "ask" }>): Promise<Answer> {
  const { systems } = await root();
  const { found, all, kept, facets } = await selected(ask);
  const last = Math.max(1, Math.ceil(kept.length / PAGE));
  const page = Math.min(Math.max(1, ask.page), last);
  const shown = kept.slice((page - 1) * PAGE, page * PAGE);
  const names = new Map<string, number>();
  const rows = await cards(shown);
  for (const row of rows) if (row.person) names.set(fold(row.title), (names.get(fold(row.title)) ?? 0) + 1);
  const { step, absent, used } = found;
  return {
    kind: "answer",
    id: ask.id,
    step,
    absent,
    used,
    replaced: [],
    phrases: [],
    excluded: [],
    found: all.length,
    total: kept.length,
    page,
    cards: rows.map(
      (row, n): Card => ({ ...row, terms: shown[n]!.terms, homonym: (names.get(fold(row.title)) ?? 0) > 1 }),
    ),
    facets,
    systems,
    version: (await open<{ root: string }>("current.json")).root,
  };
}

async function complete({ id, text }: Extract<Ask, { kind: "complete" }>): Promise<Reply> {
  const { words, systems } = await root();
  const [, before = "", last = ""] = /^(.*?)(\S*)$/su.exec(text) ?? [];
  const start = fold(last);
  const lists = await Promise.all(words.map(([, name]) => open<string[]>(name)));
  const found = start.length < 2 ? [] : lists.flat().filter((word) => word.startsWith(start) && !/\p{Nd}/u.test(word));
  const known = Object.entries(systems).filter(([, title]) => start && fold(title).includes(fold(text.trim())));
  const suggestions: Suggestion[] = [
    ...found.slice(0, 8).map((word) => ({ what: "word", label: word, text: before + word, count: 0, url: "" }) as const),
    ...known.map(([slug, title]) => ({ what: "system", label: title, text: title, count: 0, url: `/${slug}/` }) as const),
  ];
  return { kind: "suggestions", id, text, suggestions };
}

const CHUNK = 500;

async function csv(ask: Extract<Ask, { kind: "csv" }>): Promise<Reply> {
  const { kept } = await selected(ask);
  const total = kept.length;
  let done = 0;
  for (; total - done > CHUNK; done += CHUNK) {
    const rows = await cards(kept.slice(done, done + CHUNK));
    page.postMessage({ kind: "csv-chunk", id: ask.id, rows, done: done + CHUNK, total, finished: false } satisfies Reply);
  }
  return { kind: "csv-chunk", id: ask.id, rows: await cards(kept.slice(done)), done: total, total, finished: true };
}

async function reply(ask: Exclude<Ask, { kind: "open" }>): Promise<Reply> {
  if (ask.kind === "ask") return answer(ask);
  if (ask.kind === "complete") return complete(ask);
  if (ask.kind === "csv") return csv(ask);
  return { kind: "facets", id: ask.id, facets: (await selected(ask)).facets, pending: false };
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
  reply(data)
    .catch((): Reply => {
      opened.clear(); // a new night may have taken the old names away
      source = undefined;
      return { kind: "error", id: data.id, what: navigator.onLine ? "missing-shard" : "offline" };
    })
    .then((message: Reply) => page.postMessage(message));
};
