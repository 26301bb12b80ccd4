// The filters: made once, then kept in step with each answer, so that focus, open lists and half-typed amounts stay.
import type { Count, Facet, Facets, Filters } from "./search-messages.ts";
import { button, el } from "./search-dom.ts";
import { amount, type Chosen, FACETS, inUse, money, NO_RANGES, noFilters, number } from "./search-state.ts";
import { fold } from "./tokenize.ts";
import { say } from "./words.ts";

const SHOWN = 6;
/** From so many values on a list has a box to look for one; and so many are written at most. */
const LONG = 15;
const MOST = 200;

type Change = (filters: Filters) => void;
type Label = (facet: Chosen, value: string) => string;

export interface FilterPanel {
  /** The filters now, the titles of the systems, and the counts: null until they are made. */
  show(filters: Filters, systems: Record<string, string>, facets: Facets | null): void;
  /** Offer to count, when that takes a while: `count` is what the button does. */
  offer(count: () => void): void;
  clear(): void;
}

export function makeFilters(place: HTMLElement, chips: HTMLElement, fold: HTMLElement, change: Change): FilterPanel {
  let filters = noFilters();
  let label: Label = (_facet, value) => value;
  const pick = (facet: Chosen, value: string, on: boolean) =>
    change({ ...filters, [facet]: filters[facet].filter((v) => v !== value).concat(on ? [value] : []) });
  const groups = FACETS.map(([facet, , title]) =>
    makeGroup(facet, title, (value) => label(facet, value), (value, on) => pick(facet, value, on)),
  );
  const amounts = makeGroup("amount", say("Monto en pesos"), rangeText, (value, on) =>
    change({ ...filters, ...(on ? bounds(value) : { amountMin: null, amountMax: null }) }),
  );
  const ranges = makeRanges((bounds) => change({ ...filters, ...bounds }));
  const wait = el("p", { class: "quieto" }, say("Contando…"));
  const panel = el("div", {}, wait, ...groups.map(({ node }) => node), amounts.node, ...ranges.nodes);
  fold.addEventListener("click", () => {
    fold.setAttribute("aria-expanded", String(place.classList.toggle("abierto")));
  });
  return {
    show(now, systems, facets) {
      filters = now;
      label = (facet, value) => (facet === "system" ? (systems[value] ?? value) : value);
      if (facets) FACETS.forEach(([facet], n) => groups[n]!.show(facets[facet]));
      if (facets) amounts.show(facets.amount.map((count) => ({ ...count, chosen: isRange(count.value, now) })));
      wait.hidden = Boolean(facets) || groups.some(({ node }) => !node.hidden);
      place.classList.toggle("contando", !facets);
      place.querySelector(".contar")?.remove();
      ranges.show(now);
      const used = inUse(now, label);
      fold.textContent = used.length ? say("Filtrar ({count})", { count: used.length }) : say("Filtrar");
      renderChips(chips, used, change);
      if (!panel.isConnected) place.replaceChildren(panel);
    },
    offer(count) {
      wait.hidden = true;
      place.prepend(button(say("Contar por filtro"), count, "boton contar"));
    },
    clear() {
      panel.remove();
      chips.hidden = true;
    },
  };
}

function renderChips(place: HTMLElement, used: ReturnType<typeof inUse>, change: Change): void {
  const at = [...place.children].findIndex((chip) => chip === document.activeElement);
  const chip = ({ title, label, rest }: (typeof used)[number]) => {
    const made = button(label, () => change(rest), "boton quitar");
    made.setAttribute("aria-label", say("Quitar el filtro {title}: {label}", { title, label }));
    return made;
  };
  const all = used.length > 1 ? [button(say("Quitar todos"), () => change(noFilters()), "boton")] : [];
  place.replaceChildren(...used.map(chip), ...all);
  place.hidden = !used.length;
  if (at < 0) return;
  const next = place.children[Math.min(at, used.length - 1)] ?? document.getElementById("q");
  (next as HTMLElement).focus();
}

interface Group {
  node: HTMLElement;
  show(counts: readonly Count[]): void;
}

/** "10000-100000" as bounds: from the first up to, not with, the second. */
function bounds(value: string): Pick<Filters, "amountMin" | "amountMax"> {
  const [from, to] = value.split("-");
  return { amountMin: Number(from), amountMax: to ? (Number(to) * 100 - 1) / 100 : null };
}

function isRange(value: string, { amountMin, amountMax }: Filters): boolean {
  const range = bounds(value);
  return range.amountMin === amountMin && range.amountMax === amountMax;
}

function rangeText(value: string): string {
  const [from, to] = value.split("-").map(Number);
  if (!to) return say("{from} o más", { from: money(from ?? 0) });
  if (!from) return say("Menos de {to}", { to: money(to) });
  return say("De {from} a menos de {to}", { from: money(from), to: money(to) });
}

function makeGroup(facet: Facet, title: string, label: (value: string) => string, pick: (value: string, on: boolean) => void): Group {
  let counts: readonly Count[] = [];
  let all = false;
  const find = el("input", { type: "search", class: "filtro-buscar", "aria-label": say("Buscar en la lista: {title}", { title }), placeholder: say("Buscar en la lista"), autocomplete: "off" }) as HTMLInputElement;
  const rows = el("div", {});
  const more = button("", () => ((all = !all), draw()), "enlace");
  const node = el("fieldset", { class: "filtro", "data-filtro": facet }, el("legend", {}, title), find, rows, more);

  const draw = () => {
    const asked = fold(find.value.trim());
    const matching = asked ? counts.filter(({ value }) => fold(label(value)).includes(asked)) : counts;
    const shown = matching.filter(({ chosen }, n) => chosen || n < (asked || all ? MOST : SHOWN));
    const focused = document.activeElement instanceof HTMLInputElement && rows.contains(document.activeElement) ? document.activeElement.value : null;
    rows.replaceChildren(
      ...shown.map((count) => row(count)),
      ...(asked && !shown.length ? [el("p", { class: "quieto" }, say("Nada en esta lista se llama así."))] : []),
    );
    if (focused !== null) [...rows.querySelectorAll("input")].find(({ value }) => value === focused)?.focus();
    find.hidden = counts.length <= LONG;
    more.hidden = Boolean(asked) || counts.length <= SHOWN;
    more.textContent = all ? say("Ver menos") : say("Ver {count} más", { count: number(Math.min(counts.length, MOST) - SHOWN) });
    more.setAttribute("aria-expanded", String(all));
    node.hidden = !counts.length;
  };
  const row = ({ value, count, chosen }: Count) => {
    const box = el("input", { type: "checkbox", name: facet, value, ...(chosen ? { checked: "" } : {}) });
    box.addEventListener("change", () => pick(value, (box as HTMLInputElement).checked));
    const text = label(value);
    return el("label", { class: "filtro-valor" }, box, el("span", {}, text), " ", el("span", { class: "cuenta" }, number(count)));
  };
  find.addEventListener("input", draw);
  draw(); // nothing to show until the counts come
  return { node, show: (given) => ((counts = given), draw()) };
}

type Bounds = Pick<Filters, "amountMin" | "amountMax" | "dateFrom" | "dateTo">;

interface Ranges {
  nodes: HTMLElement[];
  show(filters: Filters): void;
}

/** Amount from/to and date from/to; a bound counts when its box is left, or on Enter. */
function makeRanges(change: (bounds: Bounds) => void): Ranges {
  const box = (kind: "text" | "date") =>
    el("input", kind === "text" ? { type: kind, inputmode: "decimal", autocomplete: "off" } : { type: kind }) as HTMLInputElement;
  const [least, most, from, to] = [box("text"), box("text"), box("date"), box("date")] as const;
  const read = () => {
    const bounds: Bounds = { ...NO_RANGES, dateFrom: from.value, dateTo: to.value };
    for (const [input, name] of [[least, "amountMin"], [most, "amountMax"]] as const) {
      const value = amount(input.value);
      const wrong = input.value.trim() !== "" && value === null;
      input.setCustomValidity(wrong ? say("Escriba una cantidad, por ejemplo 150000") : "");
      if (!input.reportValidity()) return;
      bounds[name] = value;
    }
    change(bounds);
  };
  for (const input of [least, most, from, to]) input.addEventListener("change", read);
  const field = (text: string, input: HTMLElement) => el("label", { class: "filtro-rango" }, el("span", {}, text), input);
  const group = (title: string, ...inputs: HTMLElement[]) => el("fieldset", { class: "filtro" }, el("legend", {}, title), ...inputs);
  const nodes = [
    group(say("Otro monto"), field(say("Desde"), least), field(say("Hasta"), most)),
    group(say("Fecha"), field(say("Desde"), from), field(say("Hasta"), to)),
  ];
  const put = (input: HTMLInputElement, value: string | number | null) => {
    if (document.activeElement !== input) input.value = String(value ?? "");
  };
  return {
    nodes,
    show({ amountMin, amountMax, dateFrom, dateTo }) {
      put(least, amountMin);
      put(most, amountMax);
      put(from, dateFrom);
      put(to, dateTo);
    },
  };
}
