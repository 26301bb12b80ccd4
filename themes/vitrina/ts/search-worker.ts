// The search's worker: fetches what a question needs, and answers the page. Nothing is fetched before asked for.
import { complete } from "./search-complete.ts";
import { readJson } from "./search-data.ts";
import { find, PAGE, termsOf, type Found } from "./search-engine.ts";
import { Columns } from "./search-facets.ts";
import { FORMAT, Index, type Root } from "./search-index.ts";
import type { Answer, Ask, Card, CardFields, Question, Reply } from "./search-messages.ts";
import { fold } from "./tokenize.ts";

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

async function answer(ask: Extract<Ask, { kind: "ask" }>): Promise<Answer> {
  const { index, columns, version } = await opened();
  const { found, kept } = await selected(ask, ask.page * PAGE);
  const page = Math.min(Math.max(1, ask.page), Math.max(1, Math.ceil(kept.length / PAGE)));
  const shown = kept.slice((page - 1) * PAGE, page * PAGE);
  const rows = await index.cards(shown);
  const all = found.hits.refs;
  const { systems } = index.root;
  const { step, absent, replaced, phrases, excluded } = found;
  return {
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
    cards: withHomonyms(rows).map((row, n) => ({ ...row, terms: termsOf(found, shown[n]!, index.posting) })),
    facets: all.length ? null : await columns.counted(all, ask.filters),
    systems,
    version,
  };
}

/** A person's name that stands on two cards may be two persons. */
function withHomonyms(rows: CardFields[]): Omit<Card, "terms">[] {
  const names = new Map<string, number>();
  const name = (row: CardFields) => fold(row.title).trim();
  for (const row of rows) if (row.person) names.set(name(row), (names.get(name(row)) ?? 0) + 1);
  return rows.map((row) => ({ ...row, homonym: row.person === 1 && names.get(name(row))! > 1 }));
}

async function facets(ask: Question & { id: number }, asked: boolean): Promise<Reply> {
  const { index, columns } = await opened();
  const { found } = await selected(ask, 0);
  const { refs } = found.hits;
  const pending = !asked && index.root.count > SMALL && refs.length > MANY;
  return { kind: "facets", id: ask.id, facets: pending ? null : await columns.counted(refs, ask.filters), pending };
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

async function reply(ask: Exclude<Ask, { kind: "open" }>): Promise<Reply> {
  if (ask.kind === "csv") return csv(ask);
  if (ask.kind === "count") return facets(ask, true);
  if (ask.kind === "complete") {
    const { index } = await opened();
    return { kind: "suggestions", id: ask.id, text: ask.text, suggestions: await complete(index, ask.text) };
  }
  const found = await answer(ask);
  if (found.facets) return found;
  send(found);
  return facets(ask, false);
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
async function answered(ask: Exclude<Ask, { kind: "open" }>): Promise<Reply> {
  try {
    return await reply(ask);
  } catch (error) {
    kept.clear();
    keptBytes = 0;
    opening = undefined;
    last = undefined;
    if (failure(error) !== "old-version") return failed(ask.id, error);
  }
  try {
    return await reply(ask);
  } catch (error) {
    return failed(ask.id, error);
  }
}

let queue: Promise<unknown> = Promise.resolve();

/** One question at a time: they share what is loaded. */
function inTurn(work: () => Promise<Reply> | null): void {
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
