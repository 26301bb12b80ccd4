// What the search page shows, built of elements and text nodes only.
import type { Answer, Card, Count, Facet } from "./search-messages.ts";
import { PAGE } from "./search-engine.ts";
import { fold as folded, MAX_TERM } from "./tokenize.ts";

const SHOWN = 8;
const TITLES = { system: "Sistema", ente: "Institución", year: "Año" } as const;
export type Shown = keyof typeof TITLES;
const number = new Intl.NumberFormat("es-MX");
const money = new Intl.NumberFormat("es-MX", { style: "currency", currency: "MXN" });
const day = new Intl.DateTimeFormat("es-MX", { dateStyle: "long", timeZone: "UTC" });

export function el(name: string, attributes: Record<string, string> = {}, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function statusText(answer: Answer, text: string): string {
  const { total, found, step, absent, used } = answer;
  const query = text.trim().slice(0, 80);
  if (step === "none" && query.length < 2) return "Siga escribiendo: con dos letras ya se busca.";
  if (step === "empty") return "Escriba una palabra más precisa: un nombre, un número de expediente o un tema.";
  if (step === "none" || !found) return `Ningún registro coincide con «${query}».`;
  const count = `${number.format(total)} ${total === 1 ? "resultado" : "resultados"}`;
  const list = (words: string[]) =>
    words
      .slice(0, 5)
      .map((word) => `«${word}»`)
      .join(", ");
  if (!total) return `0 resultados con estos filtros; sin ellos hay ${number.format(found)}.`;
  if (step === "prefix")
    return `${count}. Ningún registro tiene «${query}» completo: se muestran palabras que empiezan así.`;
  if (step === "near") return `${count}. No hay ${list(absent)}: se muestra lo más parecido, ${list(used)}.`;
  if (step === "any") return `${count}. Ningún registro tiene todas las palabras: se muestran los que tienen alguna.`;
  return query ? `${count} para «${query}».` : `${count}.`;
}

export function renderCards(list: HTMLElement, answer: Answer, home: string): void {
  list.setAttribute("start", String((answer.page - 1) * PAGE + 1));
  list.replaceChildren(
    ...answer.cards.map((card) => el("li", { class: "resultado" }, ...cardParts(card, answer.systems, home))),
  );
}

function cardParts(card: Card, systems: Record<string, string>, home: string): HTMLElement[] {
  const terms = new Set(card.terms);
  const href = home + card.url.replace(/^\/+/, ""); // always a page of this portal
  const label = el("span", { class: "etiqueta" }, systems[card.system] ?? card.system);
  const ente = card.ente && !card.subtitle.includes(card.ente) ? [el("span", {}, ...marked(card.ente, terms))] : [];
  const amount = card.amount === null ? "" : money.format(card.amount);
  const facts = [card.status, card.date && written(card.date), amount, ...ente].filter(Boolean);
  return [
    el("p", { class: "resultado-sistema" }, label),
    el("h2", { class: "resultado-titulo" }, el("a", { href }, ...marked(card.title || card.url, terms))),
    ...(card.subtitle ? [el("p", { class: "resultado-detalle" }, ...marked(card.subtitle, terms))] : []),
    ...(facts.length
      ? [el("p", { class: "resultado-datos" }, ...facts.flatMap((fact, n) => (n ? [" · ", fact] : [fact])))]
      : []),
  ];
}

function written(iso: string): string {
  const date = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? iso : day.format(date);
}

/** The text as nodes, with every word among `terms` in a <mark>. */
export function marked(text: string, terms: ReadonlySet<string>): Node[] {
  const nodes: Node[] = [];
  let end = 0;
  for (const run of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (!terms.has(folded(run[0]).slice(0, MAX_TERM))) continue;
    nodes.push(document.createTextNode(text.slice(end, run.index)), el("mark", {}, run[0]));
    end = run.index + run[0].length;
  }
  return [...nodes, document.createTextNode(text.slice(end))];
}

export function renderEmpty(list: HTMLElement, answer: Answer, filtered: boolean): void {
  const hints = [
    ...(filtered && answer.found
      ? [el("a", { href: location.pathname, "data-sin-filtros": "" }, "Quitar los filtros")]
      : []),
    "Revise cómo está escrito; los acentos y las mayúsculas no importan.",
    "Pruebe con menos palabras: un apellido, el nombre de una institución o un tema.",
    "De un expediente o contrato escriba el número completo, con o sin guiones.",
  ];
  const item = el(
    "li",
    { class: "sin-resultados" },
    el("p", {}, "Para encontrarlo:"),
    el("ul", {}, ...hints.map((hint) => el("li", {}, hint))),
  );
  list.replaceChildren(item);
}

/** The filters anew, with focus and opened lists as they were; folded at first where they would push results away. */
export function renderFilters(place: HTMLElement, answer: Answer, names: Record<Shown, string>): void {
  const active = document.activeElement;
  const focused = active && place.contains(active) ? active : null;
  const [name, value] = focused instanceof HTMLInputElement ? [focused.name, focused.value] : ["", ""];
  const folds = focused?.parentElement?.getAttribute("data-filtro");
  const before = [...place.querySelectorAll("details")];
  const open = new Set(before.filter((details) => details.open).map((details) => details.getAttribute("data-filtro")));
  if (!before.length && matchMedia("(min-width: 54rem)").matches) open.add("todo");
  const facets = (Object.keys(TITLES) as Shown[]).filter((facet) => rowsOf(answer, facet).length);
  const chosen = facets.flatMap((facet) => rowsOf(answer, facet).filter((row) => row.chosen)).length;
  const groups = facets.map((facet) => group(facet, answer, names[facet], open.has(facet)));
  const summary = chosen ? `Filtrar (${chosen} en uso)` : "Filtrar";
  place.replaceChildren(...(groups.length ? [fold("todo", open.has("todo"), summary, groups)] : []));
  const boxes = [...place.querySelectorAll("input")];
  boxes.find((box) => box.name === name && box.value === value)?.focus();
  if (folds) place.querySelector<HTMLElement>(`[data-filtro=${folds}] > summary`)?.focus();
}

function fold(name: string, open: boolean, summary: string, content: HTMLElement[]): HTMLElement {
  return el("details", { "data-filtro": name, ...(open ? { open: "" } : {}) }, el("summary", {}, summary), ...content);
}

function rowsOf(answer: Answer, facet: Facet): Count[] {
  return answer.facets?.[facet] ?? [];
}

function group(facet: Shown, answer: Answer, name: string, open: boolean): HTMLElement {
  const rows = rowsOf(answer, facet).slice().sort((a, b) => Number(b.chosen) - Number(a.chosen));
  const row = (count: Count) =>
    filterRow(count, name, facet === "system" ? (answer.systems[count.value] ?? count.value) : count.value);
  const rest = rows.slice(SHOWN);
  const more = fold(facet, open, `Ver ${rest.length} más`, rest.map(row));
  return el(
    "fieldset",
    { class: "filtro" },
    el("legend", {}, TITLES[facet]),
    ...rows.slice(0, SHOWN).map(row),
    ...(rest.length ? [more] : []),
  );
}

function filterRow(row: Count, name: string, label: string): HTMLElement {
  const box = el("input", { type: "checkbox", name, value: row.value, ...(row.chosen ? { checked: "" } : {}) });
  return el(
    "label",
    { class: "filtro-valor" },
    box,
    ` ${label} `,
    el("span", { class: "cuenta" }, `(${number.format(row.count)})`),
  );
}

export function renderPager(nav: HTMLElement, answer: Answer, address: (page: number) => string): void {
  const last = Math.ceil(answer.total / PAGE);
  const link = (page: number, label: string, rel: string) =>
    el("a", { href: address(page), rel, class: "boton" }, label);
  nav.hidden = last < 2;
  nav.replaceChildren(
    ...(answer.page > 1 ? [link(answer.page - 1, "Anterior", "prev")] : []),
    el("span", { "aria-current": "page" }, ` Página ${number.format(answer.page)} de ${number.format(last)} `),
    ...(answer.page < last ? [link(answer.page + 1, "Siguiente", "next")] : []),
  );
}
