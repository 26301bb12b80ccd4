// The words around the results: what was found and how, what to try when nothing was, what went wrong.
import type { Answer, Reply } from "./search-messages.ts";
import { button, el } from "./search-dom.ts";
import { number, PAGE } from "./search-state.ts";

/** What was found and how, in one breath: it is also what a screen reader says after each answer. */
export function statusText(answer: Answer, text: string): string {
  const { total, found, step } = answer;
  const query = text.trim().slice(0, 80);
  if (step === "none" && query.length < 2) return "Siga escribiendo: con dos letras ya se busca.";
  if (step === "empty") return "Escriba una palabra más precisa: un nombre, un número de expediente o un tema.";
  if (step === "none" || !found) return `Ningún registro coincide con «${query}».`;
  if (!total) return `0 resultados con estos filtros; sin ellos hay ${number(found)}.`;
  const count = `${number(total)} ${total === 1 ? "resultado" : "resultados"}`;
  const how = notes(answer, query);
  if (how.length) return [`${count}.`, ...how].join(" ");
  return query ? `${count} para «${query}».` : `${count}.`;
}

function notes({ step, replaced, phrases, excluded }: Answer, query: string): string[] {
  const said: string[] = [];
  const others = replaced.map(({ asked, used }) => [quoted([asked]), quoted(used)] as const);
  if (step === "prefix") said.push(`Ningún registro tiene «${query}» completo: se muestran palabras que empiezan así.`);
  if (step === "near") said.push(...others.map(([asked, used]) => `No hay ${asked}: se muestra ${used}.`));
  if (step === "stem") said.push(...others.map(([asked, used]) => `Junto con ${asked} se buscó ${used}.`));
  if (step === "like") {
    said.push(...others.map(([asked, used]) => `Ningún registro tiene todas las palabras: en lugar de ${asked} se muestra ${used}.`));
  }
  if (step === "any") said.push("Ningún registro tiene todas las palabras: se muestran los que tienen alguna.");
  for (const { text, checked, of, found } of phrases) {
    if (!found) said.push(`Ninguno dice «${text}» seguido: se muestran los que tienen las palabras.`);
    else if (checked < of) said.push(`«${text}» se buscó en los ${number(checked)} mejores de ${number(of)}.`);
  }
  if (excluded.length) said.push(`Sin ${quoted(excluded)}.`);
  return said;
}

function quoted(words: readonly string[]): string {
  const shown = words.slice(0, 4).map((word) => `«${word}»`);
  return new Intl.ListFormat("es-MX", { type: "disjunction" }).format(words.length > 4 ? [...shown, "otras"] : shown);
}

/** What helps when nothing was found; `free` takes the filters away. */
export function renderEmpty(list: HTMLElement, answer: Answer, filtered: boolean, free: () => void): void {
  const hints = [
    "Revise cómo está escrito; los acentos y las mayúsculas no importan.",
    "Pruebe con menos palabras: un apellido, el nombre de una institución o un tema.",
    "De un expediente o contrato escriba el número completo, con o sin guiones.",
  ];
  const way = filtered && answer.found ? [el("p", {}, button("Quitar los filtros", free))] : [];
  list.replaceChildren(
    el(
      "li",
      { class: "sin-resultados" },
      ...way,
      ...(way.length ? [] : [el("p", {}, "Para encontrarlo:"), el("ul", {}, ...hints.map((hint) => el("li", {}, hint)))]),
    ),
  );
}

/** Why the worker could not answer. */
export type Fault = Extract<Reply, { kind: "error" }>["what"];

const FAILURES: Record<Fault, string> = {
  offline: "No hay conexión. Lo escrito sigue aquí: se buscará en cuanto vuelva.",
  "missing-shard": "No se pudo leer una parte del buscador. Lo escrito sigue aquí; también puede recorrer las listas de abajo.",
  "old-version": "Falta una parte del buscador: quizá el portal publicó una edición nueva. Lo escrito sigue aquí.",
};

export function renderFailure(status: HTMLElement, what: Fault, again: () => void): void {
  const old = what === "old-version";
  const way = button(old ? "Cargar de nuevo" : "Volver a intentar", old ? () => location.reload() : again);
  status.replaceChildren(FAILURES[what], " ", way);
}

export function renderPager(nav: HTMLElement, answer: Answer, address: (page: number) => string): void {
  const last = Math.ceil(answer.total / PAGE);
  const link = (page: number, label: string, rel: string) =>
    el("a", { href: address(page), rel, class: "boton" }, label);
  nav.hidden = last < 2;
  nav.replaceChildren(
    ...(answer.page > 1 ? [link(answer.page - 1, "Anterior", "prev")] : []),
    el("span", { "aria-current": "page" }, ` Página ${number(answer.page)} de ${number(last)} `),
    ...(answer.page < last ? [link(answer.page + 1, "Siguiente", "next")] : []),
  );
}
