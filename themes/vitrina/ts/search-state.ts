// A question as the address keeps it: words, filters, order and page. Whatever the address says, the state is valid.
import type { Facet, Filters, Order, Question } from "./search-messages.ts";
import { locale, say } from "./words.ts";

/** Facets that are chosen by value; an amount is chosen by its bounds. */
export type Chosen = Exclude<Facet, "amount">;

/** Each facet with its name in the address and its title on the page, in the order they are shown. */
export const FACETS: readonly [Chosen, string, string][] = [
  ["system", "sistema", say("Conjunto")],
  ["ente", "ente", say("Institución")],
  ["level", "nivel", say("Orden de gobierno")],
  ["year", "anio", say("Año")],
  ["type", "tipo", say("Clase")],
  ["status", "estado", say("Estado")],
  ["municipality", "municipio", say("Municipio")],
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
    const said = from && to ? say("de {from} a {to}", { from, to }) : from ? say("desde {from}", { from }) : say("hasta {to}", { to });
    if (from || to) found.push({ title, label: said, rest: { ...filters, ...none } });
  };
  const pesos = (value: number | null) => (value === null ? "" : money(value));
  range(say("Monto"), { amountMin: null, amountMax: null }, pesos(filters.amountMin), pesos(filters.amountMax));
  range(say("Fecha"), { dateFrom: "", dateTo: "" }, written(filters.dateFrom, true), written(filters.dateTo, true));
  return found;
}

const figures = new Intl.NumberFormat("es-MX");
const currency = new Intl.NumberFormat("es-MX", { style: "currency", currency: "MXN" });
const days = new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: "UTC" });

export function number(value: number): string {
  return figures.format(value);
}

/** Pesos; cents only when there are some. */
export function money(value: number): string {
  return currency.format(value).replace(/\.00$/, "");
}

const shortDays = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" });

/** An ISO date in full, or short; what is no date comes back as it is. */
export function written(iso: string, short = false): string {
  const date = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? iso : (short ? shortDays : days).format(date);
}
