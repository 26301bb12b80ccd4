// The cover of a result: what was asked, of which edition, and how many rows it gave.

import { BOM } from "./csv.ts";

export interface Cover {
  site: string;
  synthetic: boolean;
  url: string;
  query: string;
  status: string;
  filters: readonly string[];
  order: string;
  rows: string;
  version: string;
  taken: string;
  file: string;
  sum: string;
  guarded: boolean;
}

/** The cover page, as plain text that every system opens. */
export function coverText(cover: Cover): string {
  const lines = [
    `Resultado de una búsqueda en ${cover.site}`,
    ...(cover.synthetic ? ["DATOS SINTÉTICOS: ninguna persona, empresa ni contrato es real."] : []),
    "",
    `Búsqueda:   ${cover.query || "(sin palabras)"}`,
    `Hallado:    ${cover.status}`,
    ...(cover.filters.length ? cover.filters : ["ninguno"]).map(
      (filter, n) => `${n ? "           " : "Filtros:   "} ${filter}`,
    ),
    `Orden:      ${cover.order}`,
    `Filas:      ${cover.rows}`,
    `Edición:    ${cover.version}`,
    `Descargado: ${cover.taken}`,
    `Dirección:  ${cover.url}`,
    "",
    `Archivo:    ${cover.file}`,
    ...(cover.sum ? [`SHA-256:    ${cover.sum}`] : []),
    "Formato:    CSV (RFC 4180), UTF-8 con marca BOM, separado por comas, renglones CR LF, una fila por registro.",
    cover.guarded
      ? "Valores:    los textos que empiezan como una fórmula (= + - @) llevan un apóstrofo delante; lo demás, exacto."
      : "Valores:    exactamente como se publican. Si los abre en una hoja de cálculo, no acepte fórmulas.",
    "",
    "Cada fila trae la dirección permanente de su registro. Los archivos completos de cada conjunto están en Descargas.",
    "Un nombre no identifica a nadie: registros de un mismo nombre pueden ser de personas distintas.",
    "",
  ];
  return BOM + lines.join("\r\n");
}

/** A name for the files, from the question and the edition. */
export function fileName(query: string, version: string, guarded: boolean): string {
  const words = query
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return ["busqueda", words, version, guarded ? "excel" : ""].filter(Boolean).join("_");
}
