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

/** The text as nodes, with every word among `terms` in a <mark>. */
export function marked(text: string, terms: ReadonlySet<string>): Node[] {
  const nodes: Node[] = [];
  let end = 0;
  for (const run of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (!terms.has(fold(run[0]).slice(0, MAX_TERM))) continue;
    nodes.push(document.createTextNode(text.slice(end, run.index)), el("mark", {}, run[0]));
    end = run.index + run[0].length;
  }
  return [...nodes, document.createTextNode(text.slice(end))];
}

/** The address of a page of this portal, whatever `url` says: nothing in it can lead to another host. */
export function inside(home: string, url: string): string {
  return home + url.replace(/^[\\/\s\0-\x1f]+/, ""); // the address parser takes "\\" for "/" and skips control signs
}
