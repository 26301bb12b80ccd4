// The search page: reads the address, asks the worker, shows what it answers. Every text is put in as text.
// The hooks are listed in templates/search.html.
import type { Answer, Card, Facets, Order, Reply, Suggestion } from "./search-messages.ts";
import { isNamed, type Labels, renderCards } from "./search-cards.ts";
import { connect, ownScript } from "./search-client.ts";
import { makeCombobox, type OptionGroup } from "./search-combobox.ts";
import type { makeDownload } from "./search-download.ts";
import { el } from "./search-dom.ts";
import { makeFilters } from "./search-filters.ts";
import { address, inUse, noFilters, readState, type State } from "./search-state.ts";
import { fold } from "./tokenize.ts";
import { type Fault, renderEmpty, renderFailure, renderPager, statusText } from "./search-view.ts";
import { locale, say } from "./words.ts";

const TYPING_MS = 150;
const KINDS: readonly [Suggestion["what"], string][] = [
  ["word", say("Palabras")],
  ["ente", say("Instituciones")],
  ["company", say("Empresas")],
  ["system", say("Conjuntos de datos")],
];

const root = document.getElementById("busqueda")!;
const place = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const input = place<HTMLInputElement>("q");
const [results, status, pager, lists] = ["resultados", "estado", "paginas", "recorrer"].map(place) as HTMLElement[];
const order = place<HTMLSelectElement>("orden");
const index = new URL(root.dataset["index"]!, location.href).href;
const home = new URL("../..", index); // the index lies in <portal>/buscar/indice/
const labels = JSON.parse(root.dataset["rotulos"]!) as Record<string, Labels>;

let state = readState(location.search);
let answer: Answer | null = null;
let counts: Facets | null = null;
let counted = false;
let failures = 0;
let download: ReturnType<typeof makeDownload> | undefined;
let timer = 0;
let focusResults = false;

const filters = place("filtros");
const client = connect(root.dataset["worker"]!, index);
const panel = makeFilters(filters, place("en-uso"), place("plegar"), (chosen) => go({ filters: chosen }));
const box = makeCombobox(input, place("sugerencias"));

const filtered = () => inUse(state.filters, (_facet, value) => value).length > 0;

function ask(): void {
  const { page, ...question } = state;
  if (!question.text.trim() && !filtered()) return rest();
  results!.setAttribute("aria-busy", "true");
  client.drop("count");
  client.send({ kind: "ask", page, ...question }, hear);
}

/** Nothing asked: the page as it came. */
function rest(): void {
  client.drop("ask");
  client.drop("count");
  answer = null;
  for (const part of [status, results, pager]) part!.replaceChildren();
  settle(0);
  panel.clear();
  download?.(null);
  lists!.hidden = false;
}

function hear(reply: Reply): void {
  if (reply.kind === "answer") show(reply);
  else if (reply.kind === "cards") showRest(reply.cards);
  else if (reply.kind === "facets") showCounts(reply.facets, reply.pending);
  else if (reply.kind === "error") fail(reply.what);
}

function show(given: Answer): void {
  answer = given;
  counts = null;
  counted = false;
  state.page = given.page;
  status!.replaceChildren(statusText(given, state.text));
  if (given.total) renderCards(results!, given, setting());
  else renderEmpty(results!, given, filtered(), () => go({ filters: noFilters() }));
  if (given.total || filtered()) panel.show(state.filters, given.systems, null);
  else panel.clear();
  countWhenSeen();
  renderPager(pager!, given, (page) => address({ ...state, page }));
  settle(given.total, given.more > 0);
  lists!.hidden = given.total > 0;
  if (given.total || download) void loadDownload().then(() => answer && offerDownload(answer));
  if (focusResults) results!.querySelector("a")?.focus();
  focusResults = false;
}

function setting() {
  return { labels, home: home.pathname, today: new Date().toLocaleDateString("sv-SE") };
}

function showRest(cards: Card[]): void {
  if (!answer) return;
  answer = { ...answer, cards, more: 0 };
  renderCards(results!, answer, setting());
  settle(answer.total);
}

function settle(total: number, busy = false): void {
  if (!busy) results!.removeAttribute("aria-busy");
  order.parentElement!.hidden = !total && !filtered();
  place("homonimos").hidden = !answer?.cards.some(isNamed);
}

/** Count once the filters are seen: their columns are most of what a question costs, and a phone keeps them folded. */
function countWhenSeen(): void {
  if (counted || !(answer?.total || (answer && filtered())) || !filters.getClientRects().length) return;
  counted = true;
  client.send({ kind: "count", forced: false, ...question() }, hear);
}

/** The counts, or the offer to make them. */
function showCounts(facets: Facets | null, pending: boolean): void {
  if (!answer) return;
  counts = facets;
  panel.show(state.filters, answer.systems, facets);
  if (facets) offerDownload(answer);
  if (pending) panel.offer(() => client.send({ kind: "count", forced: true, ...question() }, hear));
}

function question() {
  const { page: _page, ...asked } = state;
  return asked;
}

function fail(what: Fault): void {
  settle(answer?.total ?? 0);
  lists!.hidden = false;
  renderFailure(status!, what, ask);
}

/** The download's own script: it comes after the first results, so that they need not wait for it. */
async function loadDownload(): Promise<void> {
  if (download) return;
  const section = place("bajar");
  section.querySelector(".falla")?.remove();
  try {
    // A browser remembers that an address could not be loaded: with another fragment it asks again.
    const script = (await import(`${ownScript(root.dataset["bajar"]!)}#${failures}`)) as { makeDownload: typeof makeDownload };
    download ??= script.makeDownload(section, client);
  } catch {
    failures += 1;
    section.hidden = false;
    section.append(el("p", { class: "falla" }, say("No se pudo cargar esta parte; se intentará en la próxima búsqueda.")));
  }
}

function offerDownload(given: Answer): void {
  const { systems, total, cards } = given;
  const named = inUse(state.filters, (facet, value) => (facet === "system" ? (systems[value] ?? value) : value));
  const slugs = counts?.system.filter(({ count, chosen }) => count && (chosen || !state.filters.system.length));
  download?.({
    question: question(),
    systems,
    home: home.href,
    total,
    cards,
    slugs: (slugs ?? Object.keys(systems).map((value) => ({ value }))).map(({ value }) => value),
    cover: {
      site: root.dataset["sitio"]!,
      synthetic: root.dataset["muestra"] !== undefined,
      url: new URL(address({ ...state, page: 1 }), location.href).href,
      query: state.text.trim(),
      status: statusText(given, state.text),
      filters: named.map(({ title, label }) => `${title}: ${label}`),
      order: order.selectedOptions[0]?.textContent ?? "",
      version: root.dataset["edicion"]!,
      taken: new Date().toLocaleString(locale(), { dateStyle: "long", timeStyle: "short" }),
    },
  });
}

/** Take a new state: typing replaces the address, a decision adds one that the back button returns from. */
function go(change: Partial<State>, typing = false): void {
  window.clearTimeout(timer);
  state = { ...state, page: 1, ...change };
  const target = address(state);
  try {
    if (target !== location.pathname + location.search) history[typing ? "replaceState" : "pushState"](null, "", target);
  } catch {
    // Browsers limit how often the address may change; the search goes on without it.
  }
  fill(typing);
  ask();
}

function fill(typing = false): void {
  if (!typing) input.value = state.text;
  order.value = state.order;
}

function complete(): void {
  const text = input.value;
  if (text.trim().length < 2) return box.close();
  client.send({ kind: "complete", text }, (reply) => {
    if (reply.kind === "suggestions" && reply.text === input.value) box.show(groups(reply.suggestions));
  });
}

function groups(suggestions: readonly Suggestion[]): OptionGroup[] {
  return KINDS.map(([kind, title]) => ({
    title,
    options: suggestions
      .filter(({ what, label }) => what === kind && (what !== "word" || fold(label) !== fold(input.value.trim())))
      .map((suggestion) => ({
        text: suggestion.label,
        ...(suggestion.count && kind !== "word" ? { note: suggestion.count.toLocaleString("es-MX") } : {}),
        take: () => take(suggestion),
      })),
  }));
}

/** A word or a name goes into the box; an institution or a dataset becomes a filter. */
function take({ what, label, text, url }: Suggestion): void {
  const slug = url.split("/").filter(Boolean)[0];
  if (what === "system" && slug) go({ text: "", filters: { ...state.filters, system: [slug] } });
  else if (what === "ente") go({ text: "", filters: { ...state.filters, ente: [label] } });
  else go({ text });
}

input.addEventListener("focus", () => client.open(), { once: true });
input.addEventListener("input", () => {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    complete();
    go({ text: input.value }, true);
  }, TYPING_MS);
});
input.form!.addEventListener("submit", (event) => {
  event.preventDefault();
  client.drop("complete");
  box.close();
  go({ text: input.value });
});
order.addEventListener("change", () => go({ order: order.value as Order }));
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("#paginas a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  focusResults = true;
  go(readState(new URL(link.href).search));
});
window.addEventListener("popstate", () => {
  window.clearTimeout(timer);
  state = readState(location.search);
  fill();
  ask();
});
new ResizeObserver(countWhenSeen).observe(filters);
window.addEventListener("online", () => {
  if (status!.querySelector("button")) ask();
});
fill();
ask();
