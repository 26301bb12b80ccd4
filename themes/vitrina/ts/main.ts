// Starts what the page names with data-modulo. Without it every page still reads whole.
import { enhanceCopy } from "./copy.ts";
import { proposeSearch } from "./lost.ts";
import { enhanceTable } from "./table.ts";

for (const table of document.querySelectorAll<HTMLTableElement>('table[data-modulo="tabla"]')) enhanceTable(table);
for (const text of document.querySelectorAll<HTMLElement>('[data-modulo="copiar"]')) enhanceCopy(text);
for (const place of document.querySelectorAll<HTMLElement>('[data-modulo="perdida"]')) proposeSearch(place);
