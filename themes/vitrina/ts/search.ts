// The search page: reads the address, asks the worker, shows what it answers. Every text is put in as text.
// The hooks are listed in templates/search.html.
import type { Answer, Facets, Order, Reply, Suggestion } from "./search-messages.ts";
import { isNamed, type Labels, renderCards } from "./search-cards.ts";
import { connect } from "./search-client.ts";
import { makeCombobox, type OptionGroup } from "./search-combobox.ts";
import { makeDownload } from "./search-download.ts";
import { makeFilters } from "./search-filters.ts";
import { address, inUse, noFilters, readState, type State } from "./search-state.ts";
import { fold } from "./tokenize.ts";
import { type Fault, renderEmpty, renderFailure, renderPager, statusText } from "./search-view.ts";

const TYPING_MS = 150;
const KINDS: readonly [Suggestion["what"], string][] = [
  ["word", "Palabras"],
  ["ente", "Instituciones"],
  ["company", "Empresas"],
  ["system", "Conjuntos de datos"],
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
let timer = 0;
let focusResults = false;

const client = connect(root.dataset["worker"]!, index);
const panel = makeFilters(place("filtros"), place("en-uso"), place("plegar"), (filters) => go({ filters }));
const box = makeCombobox(input, place("sugerencias"));
const download = makeDownload(place("bajar"), client);

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
  download(null);
  lists!.hidden = false;
}

function hear(reply: Reply): void {
  if (reply.kind === "answer") show(reply);
  else if (reply.kind === "facets") count(reply.facets, reply.pending);
  else if (reply.kind === "error") fail(reply.what);
}

function show(given: Answer): void {
  answer = given;
  state.page = given.page;
  status!.replaceChildren(statusText(given, state.text));
  renderCards(results!, given, { labels, home: home.pathname, today: new Date().toLocaleDateString("sv-SE") });
  if (!given.total) renderEmpty(results!, given, filtered(), () => go({ filters: noFilters() }));
  if (given.total || filtered()) panel.show(state.filters, given.systems, given.facets);
  else panel.clear();
  renderPager(pager!, given, (page) => address({ ...state, page }));
  settle(given.total);
  lists!.hidden = given.total > 0;
  offerDownload(given);
  if (focusResults) results!.querySelector("a")?.focus();
  focusResults = false;
}

function settle(total: number): void {
  results!.removeAttribute("aria-busy");
  order.parentElement!.hidden = !total && !filtered();
  place("homonimos").hidden = !answer?.cards.some(isNamed);
}

/** Counts that came after the answer, or the offer to make them. */
function count(facets: Facets | null, pending: boolean): void {
  if (!answer?.total && !filtered()) return;
  if (!answer) return;
  panel.show(state.filters, answer.systems, facets);
  if (facets) offerDownload((answer = { ...answer, facets }));
  if (pending) panel.offer(() => client.send({ kind: "count", ...question() }, hear));
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

function offerDownload(given: Answer): void {
  const { systems, total, cards } = given;
  const named = inUse(state.filters, (facet, value) => (facet === "system" ? (systems[value] ?? value) : value));
  const slugs = given.facets?.system.filter(({ count, chosen }) => count && (chosen || !state.filters.system.length));
  download({
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
      taken: new Date().toLocaleString("es-MX", { dateStyle: "long", timeStyle: "short" }),
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
window.addEventListener("online", () => {
  if (status!.querySelector("button")) ask();
});
fill();
ask();
