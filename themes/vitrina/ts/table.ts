// Sort and filter for a table. Where the list goes on in other pages (data-parcial) it says so. After the APG sortable table: a button in each header,
// aria-sort on the one sorted column, and a polite message for what changed.
const collator = new Intl.Collator("es", { numeric: true, sensitivity: "base" });
const FILTER_FROM = 12;

const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function valueOf(row: HTMLTableRowElement, column: number): string {
  const cell = row.cells[column];
  return cell ? (cell.dataset["valor"] ?? cell.textContent ?? "").trim() : "";
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
  if (partial) table.before(make("p", "tabla__nota quieto", "Los encabezados ordenan solo las filas de esta página."));

  headers.forEach((header, column) => {
    const title = header.textContent ?? "";
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
      status.textContent = `Ordenado por ${title}, ${down ? "de mayor a menor" : "de menor a mayor"}.`;
    });
  });

  if (rows.length < FILTER_FROM) return;
  const box = make("label", "tabla__filtro", partial ? "Filtrar estas filas " : "Filtrar esta tabla ");
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
    status.textContent = `${shown} de ${rows.length} filas.`;
  });
}
