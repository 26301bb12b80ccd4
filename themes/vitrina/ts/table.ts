// Sort, filter and CSV of what is seen for a table. Where the list goes on in other pages (data-parcial) it says so.
// After the APG sortable table: a button in each header, aria-sort on the one sorted column, and a polite message for
// what changed.
import { csvHead, csvLine } from "./csv.ts";
import { say } from "./words.ts";

const collator = new Intl.Collator("es", { numeric: true, sensitivity: "base" });
const FILTER_FROM = 12;
const FILE_FROM = 6;
const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function valueOf(row: HTMLTableRowElement, column: number): string {
  const cell = row.cells[column];
  if (!cell || cell.querySelector(".sin-dato")) return "";
  return (cell.dataset["valor"] ?? cell.textContent ?? "").trim();
}

/** The rows that are seen, in the order in which they are, as CSV (RFC 4180, with BOM): values, not their wording. */
function csvOf(body: HTMLTableSectionElement, titles: readonly string[]): string {
  let file = csvHead([...titles, say("Dirección")]);
  for (const row of body.rows) {
    if (row.hidden) continue;
    file += csvLine([...titles.map((_, at) => valueOf(row, at)), row.querySelector("a")?.href ?? ""], true);
  }
  return file;
}

function offerFile(table: HTMLTableElement, body: HTMLTableSectionElement, titles: readonly string[]): void {
  const button = make("button", "boton tabla__archivo", say("Descargar lo que se ve (CSV)"));
  button.type = "button";
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csvOf(body, titles)], { type: "text/csv" }));
    link.download = `${location.pathname.split("/").filter(Boolean).join("_") || "tabla"}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
  (table.closest(".desplaza") ?? table).after(button);
}

function make<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export function enhanceTable(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  const headers = [...(table.tHead?.rows[0]?.cells ?? [])];
  if (!body || !headers.length) return;
  const rows = [...body.rows];
  const status = make("p", "oculto");
  status.setAttribute("role", "status");
  table.after(status);
  const partial = "parcial" in table.dataset;
  if (partial) table.before(make("p", "tabla__nota quieto", say("Los encabezados ordenan solo las filas de esta página.")));

  const titles = headers.map((header) => (header.textContent ?? "").trim());
  headers.forEach((header, column) => {
    const title = titles[column]!;
    const button = make("button", "tabla__orden", title);
    button.type = "button";
    header.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = header.getAttribute("aria-sort") === "ascending";
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = rows.map((row) => [valueOf(row, column), row] as const);
      // What is missing stays at the end in both directions.
      keyed.sort(([a], [b]) => (!a || !b ? Number(!a) - Number(!b) : collator.compare(a, b) * (down ? -1 : 1)));
      body.append(...keyed.map(([, row]) => row));
      status.textContent = down
        ? say("Ordenado por {title}, de mayor a menor.", { title })
        : say("Ordenado por {title}, de menor a mayor.", { title });
    });
  });

  if (rows.length >= FILE_FROM) offerFile(table, body, titles);
  if (rows.length < FILTER_FROM) return;
  const box = make("label", "tabla__filtro", (partial ? say("Filtrar estas filas") : say("Filtrar esta tabla")) + " ");
  const input = make("input", "");
  input.type = "search";
  box.append(input);
  table.before(box);
  const texts = rows.map((row) => fold(row.textContent ?? ""));
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at]!.includes(word));
      if (!row.hidden) shown += 1;
    });
    status.textContent = say("{count} de {total} filas.", { count: shown, total: rows.length });
  });
}
