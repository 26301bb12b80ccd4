// The search's worker: fetches what a question needs, and answers the page. Nothing is fetched before asked for.
import { complete } from "./search-complete.ts";
import { readJson } from "./search-data.ts";
import { find, PAGE, termsOf, type Found } from "./search-engine.ts";
import { Columns } from "./search-facets.ts";
import { FORMAT, Index, type Root } from "./search-index.ts";
import type { Ask, Card, CardFields, Question, Reply } from "./search-messages.ts";
import { fold } from "./tokenize.ts";

const FIRST = 10; // cards that are shown as soon as they are there: on a slow line twenty take twice as long
const CHUNK = 512; // records of one message of a download
const SMALL = 200_000; // records up to which facets are always counted
const MANY = 20_000; // results that are counted unasked in a larger index
const KEPT_BYTES = 6_000_000;

type Failure = "missing-shard" | "offline" | "old-version";

class Failed extends Error {
  what: Failure;
  constructor(what: Failure, message: string) {
    super(message);
    this.what = what;
  }
}

let address = "";
let opening: Promise<Opened> | undefined;

interface Opened {
  index: Index;
  columns: Columns;
  version: string;
}

const kept = new Map<string, Promise<Uint8Array>>();
let keptBytes = 0;

/** Fetch and unpack a file once; a failure is forgotten, so that the next question tries again. */
function open(name: string): Promise<Uint8Array> {
  const found = kept.get(name) ?? read(new URL(name, address));
  kept.delete(name); // the least recently used comes first
  kept.set(name, found);
  return found.then(
    (data) => data,
    (error: unknown) => {
      kept.delete(name);
      throw error;
    },
  );
}

async function read(url: URL, cache: RequestCache = "default"): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { cache });
  } catch (error) {
    throw new Failed(navigator.onLine ? "missing-shard" : "offline", String(error));
  }
  if (!response.ok) throw new Failed(response.status === 404 ? "old-version" : "missing-shard", url.pathname);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b; // some servers unpack on the way
  if (!packed) return counted(bytes);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return counted(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** Forget what was used longest ago when much is held. */
function counted(data: Uint8Array): Uint8Array {
  keptBytes += data.length;
  for (const [name, content] of kept) {
    if (keptBytes <= KEPT_BYTES || kept.size < 8) break;
    kept.delete(name);
    void content.then((old) => (keptBytes -= old.length), () => undefined);
    break;
  }
  return data;
}

function opened(): Promise<Opened> {
  opening ??= (async () => {
    const { root: version } = readJson<{ root: string }>(await read(new URL(address), "no-cache"));
    const root = readJson<Root>(await read(new URL(version, address)));
    if (root.format !== FORMAT) throw new Failed("old-version", `format ${root.format}`);
    const index = new Index(root, open);
    return { index, columns: new Columns(index), version };
  })();
  opening.catch(() => (opening = undefined));
  return opening;
}

interface Selected {
  found: Found;
  kept: Uint32Array;
}

let last: { text: string; version: string; found: Found } | undefined;

/** What a question finds; moving to another page or filter does not search again. */
async function selected({ text, filters, order }: Question, most: number): Promise<Selected> {
  const { index, columns, version } = await opened();
  if (last?.text !== text || last.version !== version) {
    index.tidy();
    last = undefined;
    const found = await find(index, text);
    last = { text, version, found };
  }
  const { found } = last;
  const passed = await columns.filtered(found.hits.refs, filters);
  const by = found.step === "every" && order === "relevancia" ? "recientes" : order;
  return { found, kept: await columns.arranged(passed, by, most) };
}

async function answer(ask: Extract<Ask, { kind: "ask" }>, again: Again): Promise<null> {
  const { index, version } = await opened();
  const { found, kept } = await selected(ask, ask.page * PAGE);
  const page = Math.min(Math.max(1, ask.page), Math.max(1, Math.ceil(kept.length / PAGE)));
  const shown = kept.slice((page - 1) * PAGE, page * PAGE);
  const terms = Array.from(shown, (ref) => termsOf(found, ref, index.posting));
  const cards = async (refs: Uint32Array): Promise<Card[]> =>
    withHomonyms(await index.cards(refs)).map((row, n) => ({ ...row, terms: terms[n]! }));
  const first = shown.slice(0, FIRST);
  const all = found.hits.refs;
  const { systems } = index.root;
  const { step, absent, replaced, phrases, excluded } = found;
  send({
    kind: "answer",
    id: ask.id,
    step,
    absent,
    used: [...new Set(replaced.flatMap(({ used }) => used))].filter((term) => all.length && index.posting(term)),
    replaced,
    phrases,
    excluded,
    found: all.length,
    total: kept.length,
    page,
    cards: await cards(first),
    more: shown.length - first.length,
    systems,
    version,
  });
  if (shown.length > first.length) aside(again, cards(shown).then((cards) => ({ kind: "cards", id: ask.id, cards })));
  return null;
}

/** A person's name that stands on two cards may be two persons. */
function withHomonyms(rows: CardFields[]): Omit<Card, "terms">[] {
  const names = new Map<string, number>();
  const name = (row: CardFields) => fold(row.title).trim();
  for (const row of rows) if (row.person) names.set(name(row), (names.get(name(row)) ?? 0) + 1);
  return rows.map((row) => ({ ...row, homonym: row.person === 1 && names.get(name(row))! > 1 }));
}

async function count(ask: Extract<Ask, { kind: "count" }>, again: Again): Promise<Reply | null> {
  const { index, columns } = await opened();
  const { found } = await selected(ask, 0);
  const { refs } = found.hits;
  const { id, filters, forced } = ask;
  if (!forced && index.root.count > SMALL && refs.length > MANY) return { kind: "facets", id, facets: null, pending: true };
  return aside(again, columns.counted(refs, filters).then((facets) => ({ kind: "facets", id, facets, pending: false })));
}

let wanted = 0; // the last download asked for: an older one is not gone on with

/** Send the result in chunks, each in a turn of its own: what is asked meanwhile is answered between two of them. */
async function csv(ask: Extract<Ask, { kind: "csv" }>): Promise<Reply> {
  wanted = ask.id;
  const { index } = await opened();
  const { kept } = await selected(ask, Infinity);
  const total = kept.length;
  const chunk = async (from: number): Promise<Reply> => {
    const rows = await index.cards(kept.slice(from, from + CHUNK));
    const done = from + rows.length;
    if (done < total) inTurn(() => (wanted === ask.id ? chunk(done).catch((error: unknown) => failed(ask.id, error)) : null));
    return { kind: "csv-chunk", id: ask.id, rows, done, total, finished: done === total };
  };
  return chunk(0);
}

async function reply(ask: Exclude<Ask, { kind: "open" }>, again: Again): Promise<Reply | null> {
  if (ask.kind === "csv") return csv(ask);
  if (ask.kind === "count") return count(ask, again);
  if (ask.kind === "complete") {
    const { index } = await opened();
    return { kind: "suggestions", id: ask.id, text: ask.text, suggestions: await complete(index, ask.text) };
  }
  return answer(ask, again);
}

const page = self as unknown as Worker;

function send(message: Reply): void {
  page.postMessage(message);
}

function failure(error: unknown): Failure {
  return error instanceof Failed ? error.what : "missing-shard";
}

function failed(id: number, error: unknown): Reply {
  return { kind: "error", id, what: failure(error) };
}

/** A new night takes the old files away: then everything is opened anew, once, before the page is told. */
async function answered(ask: Exclude<Ask, { kind: "open" }>, tried = false): Promise<Reply | null> {
  const again: Again = async (error) => {
    kept.clear();
    keptBytes = 0;
    opening = undefined;
    last = undefined;
    return tried || failure(error) !== "old-version" ? failed(ask.id, error) : answered(ask, true);
  };
  try {
    return await reply(ask, again);
  } catch (error) {
    return again(error);
  }
}

/** What to answer after an error: the same once more, or that it failed. */
type Again = (error: unknown) => Promise<Reply | null>;

/** What the next question need not wait for. */
function aside(again: Again, work: Promise<Reply>): null {
  work.then(send, (error: unknown) => inTurn(() => again(error)));
  return null;
}

let queue: Promise<unknown> = Promise.resolve();

/** One question at a time: they share what is loaded. */
function inTurn(work: () => Promise<Reply | null> | null): void {
  queue = queue.then(work).then((found) => found && send(found));
}

page.onmessage = ({ data }: MessageEvent<Ask>) => {
  if (data.kind === "open") {
    address = new URL(data.index, self.location.href).href;
    opened().catch(() => undefined); // ready before the first letter
    return;
  }
  inTurn(() => answered(data));
};
