// Downloads exactly the result on the page: says how large it will be, gathers it from the worker with progress,
// and offers two files: the rows, and a cover that says what they are.
import type { Client } from "./search-client.ts";
import type { CardFields, Question } from "./search-messages.ts";
import { type Cell, csvHead, csvLine } from "./csv.ts";
import { type Cover, coverText, fileName } from "./search-cover.ts";
import { button, el, inside } from "./search-dom.ts";
import { number } from "./search-state.ts";
import { say } from "./words.ts";

const MOST_ROWS = 200_000;
const MOST_BYTES = 20_000_000;
const COLUMNS: readonly [string, (card: CardFields, setting: Setting) => Cell][] = [
  ["conjunto", ({ system }) => system],
  ["conjunto_titulo", ({ system }, { systems }) => systems[system] ?? ""],
  ["titulo", ({ title }) => title],
  ["detalle", ({ subtitle }) => subtitle],
  ["fecha", ({ date }) => date],
  ["monto_mxn", ({ amount }) => amount],
  ["institucion", ({ ente }) => ente],
  ["proveedor", ({ supplier }) => supplier],
  ["estado", ({ status }) => status],
  ["clase", ({ type }) => type],
  ["orden_gobierno", ({ level }) => level],
  ["municipio", ({ municipality }) => municipality],
  ["vigente_hasta", ({ period_end }) => period_end],
  ["es_persona", ({ person }) => (person ? "sí" : "no")],
  ["direccion", ({ url }, { home }) => inside(home, url)],
];

interface Setting {
  systems: Record<string, string>;
  /** Address of the portal, ending in a slash. */
  home: string;
}

export interface Result extends Setting {
  question: Question;
  total: number;
  /** The cards on the page: their mean length tells the size before anything is fetched. */
  cards: readonly CardFields[];
  /** Slugs of the datasets in the result, for when it is too large to gather here. */
  slugs: readonly string[];
  cover: Omit<Cover, "rows" | "file" | "sum" | "guarded">;
}

export function makeDownload(section: HTMLElement, client: Client): (result: Result | null) => void {
  const body = el("div", {});
  section.append(body);
  let links: string[] = [];
  /** The question whose rows are being gathered or lie ready: its counts or its next page must not take them away. */
  let taken: string | null = null;

  const forget = () => {
    client.drop("csv");
    taken = null;
    links.forEach((link) => URL.revokeObjectURL(link));
    links = [];
  };
  const link = (name: string, text: string, content: Blob) => {
    links.push(URL.createObjectURL(content));
    return el("a", { href: links.at(-1)!, download: name, class: "boton" }, text);
  };

  const offer = (result: Result, note = "") => {
    forget();
    const bytes = Math.round((result.total * encoded(result.cards, result)) / result.cards.length);
    const told = { rows: rowsText(result.total), size: sizeText(bytes) };
    if (result.total > MOST_ROWS || bytes > MOST_BYTES) {
      return refuse(
        result,
        say("El resultado es muy grande para prepararlo aquí: {rows}, unos {size}. Use los filtros, o descargue los archivos completos:", told),
      );
    }
    const guard = el("input", { type: "checkbox", id: "para-excel" }) as HTMLInputElement;
    body.replaceChildren(
      el("p", {}, [note, say("Una hoja CSV con {rows}, unos {size}.", told)].filter(Boolean).join(" ")),
      el(
        "p",
        {},
        el("label", { class: "filtro-valor" }, guard, say("Proteger para Excel: un apóstrofo antes de = + - @")),
      ),
      button(say("Preparar el archivo"), () => gather(result, guard.checked)),
    );
  };

  const refuse = (result: Result, why: string) => {
    const places = result.slugs.map((slug) =>
      el("li", {}, el("a", { href: inside(result.home, `${slug}/datos/`) }, result.systems[slug] ?? slug)),
    );
    body.replaceChildren(el("p", {}, why), el("ul", {}, ...places));
  };

  const gather = (result: Result, guard: boolean) => {
    taken = asked(result);
    const lines = [csvHead(COLUMNS.map(([name]) => name))];
    let bytes = 0;
    const bar = el("progress", { max: String(result.total), value: "0", "aria-label": say("Avance de la descarga") });
    body.replaceChildren(
      el("p", { role: "status" }, say("Preparando {rows}…", { rows: rowsText(result.total) })),
      bar,
      " ",
      button(say("Cancelar"), () => offer(result)),
    );
    client.send({ kind: "csv", ...result.question }, (reply) => {
      if (reply.kind === "error") return offer(result, say("No se pudo leer todo el resultado; vuelva a intentar."));
      if (reply.kind !== "csv-chunk") return;
      const text = reply.rows.map((card) => line(card, result, guard)).join("");
      lines.push(text);
      bytes += text.length;
      bar.setAttribute("value", String(reply.done));
      if (bytes > MOST_BYTES) {
        forget();
        refuse(
          result,
          say("El resultado es muy grande para prepararlo aquí: más de {size}. Use los filtros, o descargue los archivos completos:", {
            size: sizeText(MOST_BYTES),
          }),
        );
      } else if (reply.finished) void finish(result, guard, lines, reply.total);
    });
  };

  const finish = async (result: Result, guarded: boolean, lines: string[], total: number) => {
    client.drop("csv");
    const name = fileName(result.question.text, result.cover.version, guarded);
    const sheet = new Blob(lines, { type: "text/csv;charset=utf-8" });
    const sum = await sha256(sheet);
    const cover = coverText({ ...result.cover, rows: number(total), file: `${name}.csv`, sum, guarded });
    const csv = link(`${name}.csv`, say("Guardar el CSV ({rows}, {size})", { rows: rowsText(total), size: sizeText(sheet.size) }), sheet);
    body.replaceChildren(
      el("p", { role: "status" }, say("Listo. La portada dice qué se buscó, en qué edición y cuántas filas dio: guárdela con el CSV.")),
      el(
        "p",
        { class: "bajar__archivos" },
        csv,
        " ",
        link(`${name}_portada.txt`, say("Guardar la portada (texto)"), new Blob([cover], { type: "text/plain;charset=utf-8" })),
      ),
    );
    csv.focus();
  };

  return (result) => {
    if (result?.total && asked(result) === taken) return;
    section.hidden = !result?.total;
    if (result?.total) offer(result);
    else forget();
  };
}

function asked({ question }: Result): string {
  return JSON.stringify(question);
}

function line(card: CardFields, setting: Setting, guard: boolean): string {
  return csvLine(
    COLUMNS.map(([, value]) => value(card, setting)),
    guard,
  );
}

function encoded(cards: readonly CardFields[], setting: Setting): number {
  return new TextEncoder().encode(cards.map((card) => line(card, setting, false)).join("")).length;
}

function rowsText(count: number): string {
  return count === 1 ? say("1 fila") : say("{count} filas", { count: number(count) });
}

export function sizeText(bytes: number): string {
  if (bytes >= 1e6) return `${number(Math.round(bytes / 1e5) / 10)} MB`;
  return `${number(Math.max(1, Math.round(bytes / 1e3)))} kB`;
}

/** "" where the browser gives no hashes: on plain http outside this machine. */
async function sha256(content: Blob): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await content.arrayBuffer()));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
