// What people type, read: words, phrases in quotes, words left out; and the words that can stand in for absent ones.
// src/vitrina/search/reading.py reads the same; tests/search/readings.json holds both to account.
import { words, type Word } from "./tokenize.ts";

export const MAX_WORDS = 12;
const MAX_NEAR = 24;
const MAX_ALIKE = 6;
const BLANK = " \\t\\n\\r\\f\\v\\u00a0";
const PHRASE = /["“”«]([^"“”«»]*)["“”»]/gu;
const EXCLUDED = new RegExp(`(^|[${BLANK}])-([\\p{L}\\p{N}][^${BLANK}]*)`, "gu");

export interface Reading {
  words: Word[];
  /** Terms of each phrase, in their order. */
  phrases: string[][];
  excluded: string[];
}

export function read(text: string): Reading {
  const excluded: string[] = [];
  const rest = text.replace(EXCLUDED, (_, blank: string, word: string) => {
    excluded.push(...words(word).flatMap(({ parts, whole }) => (whole ? [whole] : parts)));
    return blank;
  });
  const phrases = [...rest.matchAll(PHRASE)].map(([, inner]) => words(inner!).flatMap(({ parts }) => parts));
  return {
    words: words(rest).slice(0, MAX_WORDS),
    phrases: phrases.filter((terms) => terms.length > 1),
    excluded: [...new Set(excluded)].slice(0, MAX_WORDS),
  };
}

/** Whether a word may be replaced by another: ids never are, another's file is no near match. */
export function replaceable(term: string): boolean {
  return term.length >= 4 && !/\p{Nd}/u.test(term);
}

/** What a word shares with its plural, singular and other gender (`stem` of src/vitrina/search/tokenize.py). */
export function stem(term: string): string {
  if (!replaceable(term)) return term;
  if (term.endsWith("ces")) return `${term.slice(0, -3)}z`;
  const ending = ["es", "s"].find((one) => term.endsWith(one) && term.length - one.length >= 3) ?? "";
  const rest = ending ? term.slice(0, -ending.length) : term;
  return /[aeo]$/.test(rest) && rest.length > 3 ? rest.slice(0, -1) : rest;
}

/** Whether one letter more, less, other or two neighbours exchanged make one word of the other. */
export function near(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let a = one.length;
  let b = other.length;
  while (a > start && b > start && one[a - 1] === other[b - 1]) {
    a -= 1;
    b -= 1;
  }
  if (a - start <= 1 && b - start <= 1) return true;
  const exchanged = one[start] === other[start + 1] && one[start + 1] === other[start];
  return a - start === 2 && b - start === 2 && exchanged;
}

/**
 * How words with another first letter than `term` begin when turned (first letter last), and those that are known whole:
 * another letter, none, one more, the first two exchanged. Beginnings of fewer than three letters would be everywhere.
 * See turned_slips of src/vitrina/search/reading.py.
 */
export function turnedSlips(term: string): { starts: string[]; wholes: string[] } {
  const rest = term.slice(2) + term[1]!;
  return { starts: [term, term.slice(1)].filter(({ length }) => length >= 3), wholes: [rest, term[0]! + rest] };
}

/** The words of a list that stand in for `term`: of the same stem, or else near it; most frequent first. */
export function standIns(term: string, list: { words: string[]; powers: number[] }): string[] {
  const own = stem(term);
  const same = pick(list, (word) => word !== term && word[0] === term[0] && stem(word) === own);
  const found = same.length ? same : pick(list, (word) => word !== term && near(term, word));
  return found.slice(0, MAX_NEAR);
}

/** The words of a list that pass, most frequent first. */
function pick({ words, powers }: { words: string[]; powers: number[] }, test: (word: string) => boolean): string[] {
  const found = Array.from(words.keys()).filter((n) => test(words[n]!));
  found.sort((a, b) => powers[b]! - powers[a]! || (words[a]! < words[b]! ? -1 : 1));
  return found.map((n) => words[n]!);
}

/** Whether `term` may be a slip of another word: shorter ones too, but never an id. */
export function mistakable(term: string): boolean {
  return term.length >= 3 && !/\p{Nd}/u.test(term);
}

/** The words of a list near `term`; fewer than of an absent word, for each costs a file. */
export function alike(term: string, list: { words: string[]; powers: number[] }): string[] {
  return pick(list, (word) => word !== term && near(term, word)).slice(0, MAX_ALIKE);
}

/** Whether `terms` follow each other somewhere in `texts`. */
export function hasPhrase(terms: string[], texts: string[]): boolean {
  return texts.some((text) => {
    const found = words(text).flatMap(({ parts }) => parts);
    return found.some((_, at) => terms.every((term, n) => found[at + n] === term));
  });
}
