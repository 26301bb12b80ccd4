// The words around the results: what was found and how, what to try when nothing was, what went wrong.
import type { Answer, Reply } from "./search-messages.ts";
import { button, el } from "./search-dom.ts";
import { number, PAGE } from "./search-state.ts";
import { locale, say } from "./words.ts";

/** What was found and how, in one breath: it is also what a screen reader says after each answer. */
export function statusText(answer: Answer, text: string): string {
  const { total, found, step } = answer;
  const query = text.trim().slice(0, 80);
  if (step === "none" && query.length < 2) return say("Siga escribiendo: con dos letras ya se busca.");
  if (step === "empty") return say("Escriba una palabra más precisa: un nombre, un número de expediente o un tema.");
  if (step === "none" || !found) return say("Ningún registro coincide con «{query}».", { query });
  if (!total) return say("0 resultados con estos filtros; sin ellos hay {count}.", { count: number(found) });
  const how = notes(answer, query);
  const count = number(total);
  if (query && !how.length) {
    return total === 1 ? say("1 resultado para «{query}».", { query }) : say("{count} resultados para «{query}».", { count, query });
  }
  return [total === 1 ? say("1 resultado.") : say("{count} resultados.", { count }), ...how].join(" ");
}

function notes({ step, replaced, phrases, excluded }: Answer, query: string): string[] {
  const said: string[] = [];
  const others = replaced.map(({ asked, used }) => [quoted([asked]), quoted(used)] as const);
  if (step === "prefix") said.push(say("Ningún registro tiene «{query}» completo: se muestran palabras que empiezan así.", { query }));
  if (step === "near") said.push(...others.map(([asked, used]) => say("No hay {asked}: se muestra {used}.", { asked, used })));
  if (step === "stem") said.push(...others.map(([asked, used]) => say("Junto con {asked} se buscó {used}.", { asked, used })));
  if (step === "like") {
    said.push(...others.map(([asked, used]) => say("Ningún registro tiene todas las palabras: en lugar de {asked} se muestra {used}.", { asked, used })));
  }
  if (step === "any") said.push(say("Ningún registro tiene todas las palabras: se muestran los que tienen alguna."));
  for (const { text, checked, of, found } of phrases) {
    if (!found) said.push(say("Ninguno dice «{text}» seguido: se muestran los que tienen las palabras.", { text }));
    else if (checked < of) said.push(say("«{text}» se buscó en los {count} mejores de {total}.", { text, count: number(checked), total: number(of) }));
  }
  if (excluded.length) said.push(say("Sin {words}.", { words: quoted(excluded) }));
  return said;
}

function quoted(words: readonly string[]): string {
  const shown = words.slice(0, 4).map((word) => `«${word}»`);
  return new Intl.ListFormat(locale(), { type: "disjunction" }).format(words.length > 4 ? [...shown, say("otras")] : shown);
}

/** What helps when nothing was found; `free` takes the filters away. */
export function renderEmpty(list: HTMLElement, answer: Answer, filtered: boolean, free: () => void): void {
  const hints = [
    say("Revise cómo está escrito; los acentos y las mayúsculas no importan."),
    say("Pruebe con menos palabras: un apellido, el nombre de una institución o un tema."),
    say("De un expediente o contrato escriba el número completo, con o sin guiones."),
  ];
  const way = filtered && answer.found ? [el("p", {}, button(say("Quitar los filtros"), free))] : [];
  list.replaceChildren(
    el(
      "li",
      { class: "sin-resultados" },
      ...way,
      ...(way.length ? [] : [el("p", {}, say("Para encontrarlo:")), el("ul", {}, ...hints.map((hint) => el("li", {}, hint)))]),
    ),
  );
}

/** Why the worker could not answer. */
export type Fault = Extract<Reply, { kind: "error" }>["what"];

const FAILURES: Record<Fault, string> = {
  offline: say("No hay conexión. Lo escrito sigue aquí: se buscará en cuanto vuelva."),
  "missing-shard": say("No se pudo leer una parte del buscador. Lo escrito sigue aquí; también puede recorrer las listas de abajo."),
  "old-version": say("Falta una parte del buscador: quizá el portal publicó una edición nueva. Lo escrito sigue aquí."),
};

export function renderFailure(status: HTMLElement, what: Fault, again: () => void): void {
  const old = what === "old-version";
  const way = button(old ? say("Cargar de nuevo") : say("Volver a intentar"), old ? () => location.reload() : again);
  status.replaceChildren(FAILURES[what], " ", way);
}

export function renderPager(nav: HTMLElement, answer: Answer, address: (page: number) => string): void {
  const last = Math.ceil(answer.total / PAGE);
  const link = (page: number, label: string, rel: string) =>
    el("a", { href: address(page), rel, class: "boton" }, label);
  nav.hidden = last < 2;
  nav.replaceChildren(
    ...(answer.page > 1 ? [link(answer.page - 1, say("Anterior"), "prev")] : []),
    el("span", { "aria-current": "page" }, " ", say("Página {page} de {last}", { page: number(answer.page), last: number(last) }), " "),
    ...(answer.page < last ? [link(answer.page + 1, say("Siguiente"), "next")] : []),
  );
}
