// What the search box offers while one types: the last word completed, and names of what the portal holds.
import type { Index } from "./search-index.ts";
import type { Suggestion } from "./search-messages.ts";
import { fold, tokens } from "./tokenize.ts";

const MOST_WORDS = 8;
const MOST_NAMES = 6;

export async function complete(index: Index, text: string): Promise<Suggestion[]> {
  const [, before = "", typed = ""] = /^(.*?)([\p{L}\p{M}\p{N}]*)$/su.exec(text) ?? [];
  const start = fold(typed);
  const asked = tokens(text);
  const [words, names] = await Promise.all([
    start.length < 2 || /\p{Nd}/u.test(start) ? [] : completed(index, before, start),
    asked.length ? named(index, asked) : [],
  ]);
  return [...systems(index, asked), ...names, ...words];
}

async function completed(index: Index, before: string, start: string): Promise<Suggestion[]> {
  const { words, powers } = await index.words(start);
  const places = Array.from(words.keys()).filter((n) => words[n]!.startsWith(start) && words[n] !== start);
  places.sort((a, b) => powers[b]! - powers[a]! || (words[a]! < words[b]! ? -1 : 1));
  return places.slice(0, MOST_WORDS).map((n) => ({
    what: "word",
    label: words[n]!,
    text: before + words[n]!,
    count: 2 ** powers[n]!,
    url: "",
  }));
}

/** Institutions and companies with every word typed, the last one as a beginning; those with most records first. */
async function named(index: Index, asked: string[]): Promise<Suggestion[]> {
  const found = (await index.names(asked[0]![0]!)).filter(([, name]) => matches(asked, tokens(name)));
  return found.slice(0, MOST_NAMES).map(([what, name, count]) => ({ what, label: name, text: name, count, url: "" }));
}

function systems(index: Index, asked: string[]): Suggestion[] {
  const found = Object.entries(index.root.systems).filter(([, title]) => asked.length && matches(asked, tokens(title)));
  return found.map(([slug, title]) => ({ what: "system", label: title, text: title, count: 0, url: `/${slug}/` }));
}

function matches(asked: string[], terms: string[]): boolean {
  return asked.every((term, n) => terms.some((one) => (n === asked.length - 1 ? one.startsWith(term) : one === term)));
}
