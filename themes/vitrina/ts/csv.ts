// CSV by RFC 4180, UTF-8 with BOM, values exactly as published.

export const BOM = "\uFEFF";
/** What a spreadsheet would take for a formula (OWASP's list, with the full-width forms). */
const FORMULA = /^[=+\-@\t\r\0＝＋－＠]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

export type Cell = string | number | boolean | null;

/** One line of CSV. With `guard` a text that begins like a formula gets an apostrophe before it: no longer exact. */
export function csvLine(row: readonly Cell[], guard: boolean): string {
  return `${row.map((cell) => csvCell(cell, guard)).join(",")}\r\n`;
}

function csvCell(cell: Cell, guard: boolean): string {
  let text = cell === null ? "" : String(cell);
  if (guard && FORMULA.test(text) && !NUMBER.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replace(/"/g, '""')}"` : text;
}

export function csvHead(columns: readonly string[]): string {
  return BOM + csvLine(columns, false);
}
