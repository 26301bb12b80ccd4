// Elements and text nodes, never markup: what comes from data can only ever be text.
import { fold, MAX_TERM } from "./tokenize.ts";

type Child = Node | string;

export function el(name: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function button(text: string, press: () => void, kind = "boton"): HTMLElement {
  const made = el("button", { type: "button", class: kind }, text);
  made.addEventListener("click", press);
  return made;
}

const CHUNK = /[\p{L}\p{N}\p{M}]+(?:[-_./\u2010\u2013][\p{L}\p{N}\p{M}]+)*/gu;
const RUN = /[\p{L}\p{N}\p{M}]+/gu;

/** The text as nodes, with every word among `terms` in a <mark>; an id found whole is marked whole. */
export function marked(text: string, terms: ReadonlySet<string>): Node[] {
  const nodes: Node[] = [];
  const asked = (run: string) => terms.has(fold(run).replace(/[-_./\u2010\u2013]/g, "").slice(0, MAX_TERM));
  let end = 0;
  for (const chunk of text.matchAll(CHUNK)) {
    const runs = asked(chunk[0]) ? [{ 0: chunk[0], index: 0 }] : [...chunk[0].matchAll(RUN)].filter((run) => asked(run[0]));
    for (const run of runs) {
      const start = chunk.index + run.index;
      nodes.push(document.createTextNode(text.slice(end, start)), el("mark", {}, run[0]));
      end = start + run[0].length;
    }
  }
  return [...nodes, document.createTextNode(text.slice(end))];
}

/** The address of a page of this portal, whatever `url` says: nothing in it can lead to another host. */
export function inside(home: string, url: string): string {
  return home + url.replace(/^[\\/\s\0-\x1f]+/, ""); // the address parser takes "\\" for "/" and skips control signs
}
