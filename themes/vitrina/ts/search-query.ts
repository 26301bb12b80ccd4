// What people type, read: words, phrases in quotes, words left out; and the words that can stand in for absent ones.
// src/vitrina/search/reading.py reads the same; tests/search/readings.json holds both to account.
import { words, type Word } from "./tokenize.ts";

export const MAX_WORDS = 12;
const MAX_NEAR = 24;
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

const SOUNDS: Record<string, string> = {
  b: "v", v: "b", c: "szkqx", s: "czx", z: "sc", x: "scj", k: "cq", q: "ck", g: "jh", j: "gxh", i: "yh", y: "il", l: "y",
  a: "h", e: "h", o: "h", u: "h", h: "jg", w: "gu",
}; // prettier-ignore

/** First letters under which a misspelt word may be found when its own has nothing: those that sound alike. */
export function otherLetters(term: string): string[] {
  return [...new Set([...(SOUNDS[term[0]!] ?? ""), term[1]!])].filter((letter) => letter !== term[0]);
}

/** The words of a list that stand in for `term`: of the same stem, or else near it; most frequent first. */
export function standIns(term: string, list: { words: string[]; powers: number[] }): string[] {
  const own = stem(term);
  const pick = (test: (word: string) => boolean) => Array.from(list.words.keys()).filter((n) => test(list.words[n]!));
  const same = pick((word) => word !== term && word[0] === term[0] && stem(word) === own);
  const found = same.length ? same : pick((word) => word !== term && near(term, word));
  found.sort((a, b) => list.powers[b]! - list.powers[a]! || (list.words[a]! < list.words[b]! ? -1 : 1));
  return found.slice(0, MAX_NEAR).map((n) => list.words[n]!);
}

/** Whether `terms` follow each other somewhere in `texts`. */
export function hasPhrase(terms: string[], texts: string[]): boolean {
  return texts.some((text) => {
    const found = words(text).flatMap(({ parts }) => parts);
    return found.some((_, at) => terms.every((term, n) => found[at + n] === term));
  });
}
