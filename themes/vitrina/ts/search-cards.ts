// One card a result. What it shows follows from what its dataset declares: a sanction its period, a contract its
// amount and supplier, a recommendation its state; the words for each come with the page (data-rotulos).
import type { Answer, Card } from "./search-messages.ts";
import { el, inside, marked } from "./search-dom.ts";
import { money, PAGE, written } from "./search-state.ts";
import { say } from "./words.ts";

/** What the cards of a dataset call their parts: src/vitrina/portal/searching.py, labels(). */
export interface Labels {
  key: string;
  one: string;
  date?: string;
  amount?: string;
  ente?: string;
  supplier?: string;
  type?: string;
  period_end?: string;
}

export interface Setting {
  labels: Record<string, Labels>;
  /** Path of the portal, ending in a slash: every result is a page under it. */
  home: string;
  /** Today, in ISO form: a sanction's period has ended or it has not. */
  today: string;
}

/** What an item of the list was made of: it stays, with the focus in it, while that is the same. */
const drawn = new WeakMap<Element, string>();

export function renderCards(list: HTMLElement, answer: Answer, setting: Setting): void {
  list.setAttribute("start", String((answer.page - 1) * PAGE + 1));
  const old = [...list.children];
  answer.cards.forEach((card, n) => {
    const made = JSON.stringify(card);
    const there = old[n];
    if (there && drawn.get(there) === made) return;
    const item = el("li", { class: "resultado" }, ...parts(card, answer, setting));
    drawn.set(item, made);
    if (there) there.replaceWith(item);
    else list.append(item);
  });
  for (const item of old.slice(answer.cards.length)) item.remove();
}

function parts(card: Card, { systems }: Answer, setting: Setting): HTMLElement[] {
  const terms = new Set(card.terms);
  // A sanction weighs most on the wrong person: a person's sanction always says so.
  const namesake = isNamed(card) && (card.homonym || card.period_end);
  const labels: Partial<Labels> = setting.labels[card.system] ?? {};
  const href = inside(setting.home, card.url);
  const said = card.title + card.subtitle;
  const fact = (label: string, value: string, kind = "") =>
    value && !said.includes(value)
      ? [el("div", kind ? { class: kind } : {}, el("dt", {}, label), el("dd", {}, ...marked(value, terms)))]
      : [];
  const facts = [
    ...fact(labels.amount ?? say("Monto"), card.amount === null ? "" : money(card.amount), "monto"),
    ...fact(labels.type ?? say("Clase"), card.type === card.status ? "" : card.type),
    ...fact(labels.ente ?? say("Institución"), card.ente),
    ...fact(labels.supplier ?? say("Proveedor"), card.supplier),
    ...fact(say("Municipio"), card.municipality),
    ...fact(labels.date ?? say("Fecha"), card.date && written(card.date)),
    ...fact(labels.period_end ?? say("Vigente hasta"), card.person || !card.period_end ? "" : written(card.period_end)),
  ];
  const tags = [
    el("span", { class: "signatura signatura--linea" }, labels.key ?? ""),
    el("span", {}, systems[card.system] ?? card.system),
    ...[card.status, period(card, setting.today)]
      .filter(Boolean)
      .map((text) => el("span", { class: "estado" }, ...marked(text, terms))),
  ];
  return [
    el("p", { class: "resultado-sistema" }, ...tags.slice(labels.key ? 0 : 1).flatMap((tag) => [tag, " "])),
    el("h2", { class: "resultado-titulo" }, el("a", { href }, ...marked(card.title || card.url, terms))),
    ...(card.subtitle ? [el("p", { class: "resultado-detalle" }, ...marked(card.subtitle, terms))] : []),
    ...(facts.length ? [el("dl", { class: "resultado-datos" }, ...facts)] : []),
    ...(namesake
      ? [el("p", { class: "homonimo" }, say("Puede tratarse de personas distintas con el mismo nombre."))]
      : []),
  ];
}

/** Written in place of a name that is not public (src/vitrina/layouts/s3_common.py). */
const RESERVED = "Nombre reservado";

/** Whether a card is about a person and says who. */
export function isNamed({ person, title }: Card): boolean {
  return person === 1 && title !== RESERVED;
}

/** Of a person's sanction, whether it still runs. */
function period({ period_end, person }: Card, today: string): string {
  if (!period_end || !person) return "";
  const date = written(period_end);
  return period_end < today ? say("Concluyó el {date}", { date }) : say("Hasta el {date}", { date });
}
