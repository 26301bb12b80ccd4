// One record out of its list book, at its permanent address. Without it the book reads whole.
// A host that knows no rewriting answers a record's address with the 404 page: this script then leads to the book.
import { say } from "./words.ts";

interface Library { largo: number; resto: string; libros: string[] }

function bookOf(id: string, library: Library): string {
  const tail = /[A-Za-z0-9-]*$/.exec(id)![0].slice(-library.largo);
  const known = new Set(library.libros);
  for (let at = 0; at < tail.length; at++) if (known.has(tail.slice(at))) return tail.slice(at);
  return known.has(library.resto) ? library.resto : "";
}

async function lead(system: string, id: string): Promise<void> {
  const answer = await fetch(`${system}libros/index.json`);
  const ending = answer.ok ? bookOf(id, (await answer.json()) as Library) : "";
  if (ending) location.replace(`${system}libro/${encodeURIComponent(ending)}/#r-${encodeURIComponent(id)}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function showOne(book: HTMLElement, system: string): void {
  const inPath = location.pathname.startsWith(`${system}libro/`) ? "" : location.pathname.slice(system.length).replace(/\/$/, "");
  const place = decoded(location.hash.slice(1));
  const asked = decoded(inPath) || place.replace(/^r-/, "");
  if (!asked) return;
  const records = [...book.querySelectorAll<HTMLElement>("article[data-id]")];
  const record = records.find((r) => r.dataset["id"] === asked || (!inPath && r.id === place));
  const note = document.createElement("p");
  note.className = "aviso aviso--quieto";
  note.setAttribute("role", "status");
  if (!record) {
    note.textContent = say("Este registro no está publicado. Este es el libro en el que estaría.");
    book.before(note);
    return;
  }
  for (const other of records) other.hidden = other !== record;
  const title = document.querySelector("h1");
  const own = record.querySelector("h2");
  if (title && own) {
    title.textContent = own.textContent;
    own.hidden = true;
    document.title = `${own.textContent} · ${document.title.split(" · ").slice(1).join(" · ")}`;
  }
  history.replaceState(null, "", `${system}${encodeURIComponent(record.dataset["id"]!)}/`);
  const all = document.createElement("button");
  all.type = "button";
  all.className = "boton";
  all.textContent = say("Mostrar los {count} registros de este libro", { count: records.length });
  all.addEventListener("click", () => {
    for (const other of records) other.hidden = false;
    if (own) own.hidden = false;
    note.remove();
  });
  note.append(say("Se muestra solo este registro."), " ", all);
  book.before(note);
  scrollTo(0, 0);
}

const book = document.querySelector<HTMLElement>("[data-libro]");
const form = document.querySelector<HTMLFormElement>("[data-visor]");
const lost = document.querySelector<HTMLElement>("[data-sistemas]");
if (book) {
  const system = book.dataset["libro"]!;
  showOne(book, system);
  addEventListener("hashchange", () => location.reload());
} else if (form) {
  const id = new URLSearchParams(location.search).get("id")?.trim();
  if (id) void lead(form.dataset["visor"]!, id);
} else if (lost) {
  for (const system of lost.dataset["sistemas"]!.split(" ")) {
    const rest = location.pathname.startsWith(system) ? location.pathname.slice(system.length) : "";
    if (/^[^/]+\/?$/.test(rest)) void lead(system, decoded(rest.replace(/\/$/, "")));
  }
}
