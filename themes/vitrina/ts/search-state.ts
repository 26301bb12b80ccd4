// A question as the address keeps it: words, filters, order and page. Whatever the address says, the state is valid.
import type { Facet, Filters, Order, Question } from "./search-messages.ts";

/** Facets that are chosen by value; an amount is chosen by its bounds. */
export type Chosen = Exclude<Facet, "amount">;

/** Each facet with its name in the address and its title on the page, in the order they are shown. */
export const FACETS: readonly [Chosen, string, string][] = [
  ["system", "sistema", "Conjunto"],
  ["ente", "ente", "Institución"],
  ["level", "nivel", "Orden de gobierno"],
  ["year", "anio", "Año"],
  ["type", "tipo", "Clase"],
  ["status", "estado", "Estado"],
  ["municipality", "municipio", "Municipio"],
];
const ORDERS: readonly string[] = ["relevancia", "recientes", "antiguos", "monto-desc", "monto-asc"];

export interface State extends Question {
  page: number;
}

export const PAGE = 20;

export const NO_RANGES = { amountMin: null, amountMax: null, dateFrom: "", dateTo: "" } as const;

export function noFilters(): Filters {
  const lists = Object.fromEntries(FACETS.map(([facet]) => [facet, [] as string[]])) as Record<Chosen, string[]>;
  return { ...lists, ...NO_RANGES };
}

export function readState(search: string): State {
  const params = new URLSearchParams(search);
  const filters = noFilters();
  for (const [facet, name] of FACETS) filters[facet] = [...new Set(params.getAll(name).filter(Boolean))];
  filters.amountMin = amount(params.get("min"));
  filters.amountMax = amount(params.get("max"));
  filters.dateFrom = day(params.get("desde"));
  filters.dateTo = day(params.get("hasta"));
  const order = params.get("orden") ?? "";
  const page = Number(params.get("pagina"));
  return {
    text: (params.get("q") ?? "").slice(0, 400),
    filters,
    order: (ORDERS.includes(order) ? order : "relevancia") as Order,
    page: Number.isInteger(page) && page > 0 && page < 1e6 ? page : 1,
  };
}

/** The path and query of a state on this page. */
export function address(state: State): string {
  const { text, filters, order, page } = state;
  const params = new URLSearchParams();
  if (text.trim()) params.set("q", text.trim());
  for (const [facet, name] of FACETS) for (const value of filters[facet]) params.append(name, value);
  const single: [string, string | number | null][] = [
    ["min", filters.amountMin],
    ["max", filters.amountMax],
    ["desde", filters.dateFrom],
    ["hasta", filters.dateTo],
    ["orden", order === "relevancia" ? null : order],
    ["pagina", page > 1 ? page : null],
  ];
  for (const [name, value] of single) if (value !== null && value !== "") params.set(name, String(value));
  const query = params.toString();
  return location.pathname + (query && `?${query}`);
}

/** An amount as people type it, with or without separators of thousands and a peso sign; null when it is none. */
export function amount(typed: string | null): number | null {
  const plain = (typed ?? "").replace(/[$,\s]/g, "");
  const value = Number(plain);
  return plain && Number.isFinite(value) && value >= 0 ? value : null;
}

function day(typed: string | null): string {
  const valid = /^\d{4}-\d\d-\d\d$/.test(typed ?? "") && !Number.isNaN(Date.parse(typed!));
  return valid ? typed! : "";
}

export interface InUse {
  title: string;
  label: string;
  /** The filters without this one. */
  rest: Filters;
}

/** The filters in use, one by one, each with what remains when it is taken away. */
export function inUse(filters: Filters, label: (facet: Chosen, value: string) => string): InUse[] {
  const found: InUse[] = [];
  for (const [facet, , title] of FACETS) {
    for (const value of filters[facet]) {
      const rest = { ...filters, [facet]: filters[facet].filter((other) => other !== value) };
      found.push({ title, label: label(facet, value), rest });
    }
  }
  const range = (title: string, none: Partial<Filters>, from: string, to: string) => {
    const said = from && to ? `de ${from} a ${to}` : from ? `desde ${from}` : `hasta ${to}`;
    if (from || to) found.push({ title, label: said, rest: { ...filters, ...none } });
  };
  const pesos = (value: number | null) => (value === null ? "" : money(value));
  range("Monto", { amountMin: null, amountMax: null }, pesos(filters.amountMin), pesos(filters.amountMax));
  range("Fecha", { dateFrom: "", dateTo: "" }, written(filters.dateFrom, true), written(filters.dateTo, true));
  return found;
}

const figures = new Intl.NumberFormat("es-MX");
const currency = new Intl.NumberFormat("es-MX", { style: "currency", currency: "MXN" });
const days = new Intl.DateTimeFormat("es-MX", { dateStyle: "long", timeZone: "UTC" });

export function number(value: number): string {
  return figures.format(value);
}

/** Pesos; cents only when there are some. */
export function money(value: number): string {
  return currency.format(value).replace(/\.00$/, "");
}

const shortDays = new Intl.DateTimeFormat("es-MX", { dateStyle: "medium", timeZone: "UTC" });

/** An ISO date in full, or short; what is no date comes back as it is. */
export function written(iso: string, short = false): string {
  const date = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? iso : (short ? shortDays : days).format(date);
}
