// The search page: reads the address, asks the worker, shows what it answers. Every text is put in as text.
// Hooks (templates/search.html): [data-worker][data-index] with a form holding input[name=q], #resultados, #estado,
// #filtros; #paginas and select[name=orden] are made here when the page has none.
import type { Answer, Ask, Filters, Order, Reply } from "./search-messages.ts";
import { type Shown, el, renderCards, renderEmpty, renderFilters, renderPager, statusText } from "./search-view.ts";

const NAMES: Record<Shown, string> = { system: "sistema", ente: "ente", year: "anio" };
const ORDERS: readonly [Order, string][] = [
  ["relevancia", "Más relevantes"],
  ["recientes", "Más recientes"],
  ["antiguos", "Más antiguos"],
];
const TYPING_MS = 150;
const NO_FILTERS: Filters = {
  system: [],
  ente: [],
  year: [],
  level: [],
  type: [],
  status: [],
  municipality: [],
  amountMin: null,
  amountMax: null,
  dateFrom: "",
  dateTo: "",
};

interface State {
  text: string;
  filters: Filters;
  order: Order;
  page: number;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

function readState(search: string): State {
  const params = new URLSearchParams(search);
  const asked = params.get("orden");
  const page = Number(params.get("pagina"));
  return {
    text: params.get("q") ?? "",
    filters: {
      ...NO_FILTERS,
      system: params.getAll("sistema"),
      ente: params.getAll("ente"),
      year: params.getAll("anio"),
    },
    order: ORDERS.find(([value]) => value === asked)?.[0] ?? "relevancia",
    page: Number.isInteger(page) && page > 0 && page < 1e6 ? page : 1,
  };
}

function address(state: State): string {
  const params = new URLSearchParams();
  if (state.text.trim()) params.set("q", state.text.trim());
  for (const facet of Object.keys(NAMES) as Shown[]) {
    for (const value of state.filters[facet]) params.append(NAMES[facet], value);
  }
  if (state.order !== "relevancia") params.set("orden", state.order);
  if (state.page > 1) params.set("pagina", String(state.page));
  return `${location.pathname}${params.size ? `?${params}` : ""}`;
}

function ownScript(given: string): string {
  const target = new URL(given, location.href);
  if (target.origin !== location.origin || !/\/recursos\/[\w.-]+\.js$/.test(target.pathname)) {
    throw new TypeError(`No es un guion del portal: ${given}`);
  }
  return target.href;
}

/** Only our own bundled scripts may become a worker, whatever the page says. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("vitrina", {
  createScriptURL: ownScript,
}) ?? { createScriptURL: ownScript };

function start(root: HTMLElement): void {
  const input =
    root.querySelector<HTMLInputElement>("input[name=q]") ??
    document.querySelector<HTMLInputElement>("main input[name=q]");
  const form = input?.form;
  const results = document.getElementById("resultados");
  const status = document.getElementById("estado");
  const filters = document.getElementById("filtros");
  if (!input || !form || !results || !status) return;
  const pager =
    document.getElementById("paginas") ??
    results.insertAdjacentElement("afterend", el("nav", { id: "paginas", "aria-label": "Páginas de resultados" }))!;
  const order = form.querySelector<HTMLSelectElement>("select[name=orden]") ?? makeOrder(form);
  const orderPlace = order.closest<HTMLElement>(".busca__orden, label") ?? order;
  const index = new URL(root.dataset["index"] ?? "/buscar/indice/current.json", location.href).href;
  const home = new URL("../..", index).pathname; // the index lies in <portal>/buscar/indice/

  let worker: Worker | undefined;
  let asked = 0;
  let timer = 0;
  let focusResults = false;
  let state = readState(location.search);

  const fail = () => {
    status.replaceChildren(
      "No se pudo abrir el buscador: falta un archivo del índice o no hay conexión. Lo escrito sigue aquí. ",
      el("button", { type: "button", class: "boton" }, "Volver a intentar"),
    );
    status.querySelector("button")?.addEventListener("click", () => ask());
    results.removeAttribute("aria-busy");
  };

  const ready = (): Worker | undefined => {
    if (worker) return worker;
    try {
      worker = new Worker(policy.createScriptURL(root.dataset["worker"] ?? ""));
      worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if (data.id !== asked) return; // an older question: a newer one is on its way
        if (data.kind === "error") fail();
        else if (data.kind === "answer") show(data);
      };
      worker.onerror = () => {
        worker = undefined; // the next question starts another
        fail();
      };
      worker.postMessage({ kind: "open", index } satisfies Ask);
    } catch {
      fail();
    }
    return worker;
  };

  const chosen = () => (Object.keys(NAMES) as Shown[]).some((name) => state.filters[name].length);

  const ask = () => {
    asked += 1;
    if (!state.text.trim() && !chosen()) {
      status.replaceChildren();
      for (const part of [results, pager, filters]) part?.replaceChildren();
      return;
    }
    results.setAttribute("aria-busy", "true");
    ready()?.postMessage({ kind: "ask", id: asked, ...state } satisfies Ask);
  };

  const show = (answer: Answer) => {
    results.removeAttribute("aria-busy");
    state.page = answer.page;
    status.replaceChildren(statusText(answer, state.text));
    if (answer.total) renderCards(results, answer, home);
    else renderEmpty(results, answer, chosen());
    if (filters) renderFilters(filters, answer, NAMES);
    renderPager(pager as HTMLElement, answer, (page) => address({ ...state, page }));
    orderPlace.hidden = answer.total < 2;
    if (focusResults) results.querySelector<HTMLElement>("a")?.focus({ preventScroll: false });
    focusResults = false;
  };

  /** Take a new state: typing replaces the address, a decision adds one that the back button returns from. */
  const go = (change: Partial<State>, typing = false) => {
    window.clearTimeout(timer);
    state = { ...state, page: 1, ...change };
    try {
      history[typing ? "replaceState" : "pushState"](null, "", address(state));
    } catch {
      // Browsers limit how often the address may change; the search goes on without it.
    }
    ask();
  };

  const fill = () => {
    input.value = state.text;
    order.value = state.order;
  };

  input.addEventListener("focus", () => void ready(), { once: true });
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => go({ text: input.value }, true), TYPING_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go({ text: input.value });
  });
  order.addEventListener("change", () => go({ order: order.value as Order }));
  filters?.addEventListener("change", () => {
    const boxes = [...filters.querySelectorAll<HTMLInputElement>("input:checked")];
    const values = (facet: Shown) => boxes.filter((box) => box.name === NAMES[facet]).map((box) => box.value);
    go({ filters: { ...NO_FILTERS, system: values("system"), ente: values("ente"), year: values("year") } });
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("#paginas a, #resultados a[data-sin-filtros]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    focusResults = link.closest("#paginas") !== null;
    go(
      link.dataset["sinFiltros"] === undefined
        ? readState(new URL(link.href).search)
        : { filters: NO_FILTERS },
    );
  });
  window.addEventListener("popstate", () => {
    window.clearTimeout(timer);
    state = readState(location.search);
    fill();
    ask();
  });
  fill();
  orderPlace.hidden = true;
  ask();
}

function makeOrder(form: HTMLFormElement): HTMLSelectElement {
  const select = el("select", { name: "orden" }, ...ORDERS.map(([value, label]) => el("option", { value }, label)));
  form.append(el("label", { class: "orden" }, "Ordenar: ", select));
  return select as HTMLSelectElement;
}

const root = document.querySelector<HTMLElement>("[data-worker]");
if (root) start(root);
