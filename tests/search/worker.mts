// Runs the page's search worker as it is, on built files: what it is sent, and what it answers, in order.
import { readFileSync } from "node:fs";

interface Given {
  folder: string;
  /** Groups of messages: a group is sent at once, the next when each of the one before has had its last answer. */
  groups: { ask: Record<string, unknown>[]; broken?: string; times?: number; online?: boolean; leave?: boolean }[];
}

const { folder, groups }: Given = JSON.parse(readFileSync(0, "utf8"));
const replies: Record<string, any>[] = [];
let broken = "";
let times = Infinity;
let online = true;
let heard = () => {};

Object.defineProperty(globalThis, "navigator", { value: { get onLine() { return online; } }, configurable: true });
const self = { location: { href: "http://portal/recursos/worker.js" }, onmessage: (_: { data: unknown }) => {}, postMessage };
Object.assign(globalThis, { self, fetch: fetched });

function postMessage(reply: Record<string, any>): void {
  replies.push(reply);
  heard();
}

async function fetched(address: URL): Promise<Response> {
  const name = address.pathname.replace("/indice/", "");
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (!online) throw new TypeError("no network");
  if (broken && name.includes(broken) && times-- > 0) {
    return new Response("", { status: ["/d/", "/f/"].includes(broken) ? 404 : 500 });
  }
  if (name.includes("/f/")) await new Promise((resolve) => setTimeout(resolve, 60));
  return new Response(readFileSync(`${folder}/${name}`));
}

await import("../../themes/vitrina/ts/search-worker.ts");

const ended = (id: unknown) =>
  replies.some((r) => r.id === id && (["error", "facets", "suggestions", "cards"].includes(r.kind) || r.finished || r.more === 0));

self.onmessage({ data: { kind: "open", index: "/indice/current.json" } });
for (const group of groups) {
  broken = group.broken ?? "";
  times = group.times ?? Infinity;
  online = group.online ?? true;
  const all = new Promise<void>((resolve) => {
    heard = () => group.ask.every(({ id }) => ended(id)) && resolve();
  });
  for (const data of group.ask) self.onmessage({ data });
  if (!group.leave) await all; // otherwise the next group follows at once
}
process.stdout.write(JSON.stringify(replies));
