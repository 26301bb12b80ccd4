// The cover of a result: what was asked, of which edition, and how many rows it gave.

import { BOM } from "./csv.ts";
import { say } from "./words.ts";

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

const row = (name: string, text: string) => `${name.padEnd(11)} ${text}`;

/** The cover page, as plain text that every system opens. */
export function coverText(cover: Cover): string {
  const filters = cover.filters.length ? cover.filters : [say("ninguno")];
  const lines = [
    say("Resultado de una búsqueda en {site}", { site: cover.site }),
    ...(cover.synthetic ? [say("DATOS SINTÉTICOS: ninguna persona, empresa ni contrato es real.")] : []),
    "",
    row(say("Búsqueda:"), cover.query || say("(sin palabras)")),
    row(say("Hallado:"), cover.status),
    ...filters.map((filter, n) => row(n ? "" : say("Filtros:"), filter)),
    row(say("Orden:"), cover.order),
    row(say("Filas:"), cover.rows),
    row(say("Edición:"), cover.version),
    row(say("Descargado:"), cover.taken),
    row(say("Dirección:"), cover.url),
    "",
    row(say("Archivo:"), cover.file),
    ...(cover.sum ? [row("SHA-256:", cover.sum)] : []),
    row(
      say("Formato:"),
      say("CSV (RFC 4180), UTF-8 con marca BOM, separado por comas, renglones CR LF, una fila por registro."),
    ),
    row(
      say("Valores:"),
      cover.guarded
        ? say("los textos que empiezan como una fórmula (= + - @) llevan un apóstrofo delante; lo demás, exacto.")
        : say("exactamente como se publican. Si los abre en una hoja de cálculo, no acepte fórmulas."),
    ),
    "",
    say("Cada fila trae la dirección permanente de su registro. Los archivos completos de cada conjunto están en Descargas."),
    say("Un nombre no identifica a nadie: registros de un mismo nombre pueden ser de personas distintas."),
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
