// Text → search terms, by the rules of src/vitrina/search/tokenize.py. One table holds both to account:
// tests/search/cases.json. Change neither alone.

export const MAX_TERM = 64;
export const STOP_WORDS: ReadonlySet<string> = new Set("a al con de del el en la las los para por y".split(" "));

const JOINED: ReadonlySet<string> = new Set(
  (
    "sadecv sabdecv sapidecv sapibdecv sasdecv scdecv scderl scderldecv sderl sderldecv sderlmi sderldecvmi " +
    "sprderl sprderldecv srldecv abp iap sa sab sapi sas spr srl"
  ).split(" "),
);
const SPELLED: ReadonlySet<string> = new Set("ac abp iap sa sab sapi sas sc senc spr srl".split(" "));
const LONGEST_FORM = 9;

const CHUNK = /[\p{L}\p{N}]+(?:[-_./\u2010\u2013][\p{L}\p{N}]+)*/gu;
const RUN = /[\p{L}\p{N}]+/gu;
const BEYOND = /[\u{10000}-\u{10FFFF}]/gu;

/** What was written as one word: its terms and, for an id of several parts, the id without separators. */
export interface Word {
  parts: string[];
  whole: string;
}

export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .normalize("NFKD")
    .replace(BEYOND, " ")
    .replace(/\p{M}+/gu, "")
    .replace(/ς/g, "σ");
}

export function words(text: string): Word[] {
  return fold(text)
    .split("\n")
    .flatMap((line) => withoutForms(split(line)))
    .filter((word) => word.whole || !STOP_WORDS.has(word.parts[0]!));
}

export function tokens(text: string): string[] {
  return words(text).flatMap((word) => (word.whole ? [...word.parts, word.whole] : word.parts));
}

function split(line: string): Word[] {
  return (line.match(CHUNK) ?? []).flatMap((chunk) => {
    const parts = chunk.match(RUN) ?? [];
    const cut = parts.map((part) => part.slice(0, MAX_TERM));
    const whole = parts.join("").slice(0, MAX_TERM);
    if (cut.length > 1 && /\p{Nd}/u.test(chunk)) return [{ parts: cut, whole }];
    if (cut.length > 2 && cut.every((part) => part.length === 1)) return [{ parts: [whole], whole: "" }]; // I.M.S.S.
    return cut.map((part) => ({ parts: [part], whole: "" }));
  });
}

function withoutForms(line: Word[]): Word[] {
  const kept: Word[] = [];
  for (let at = 0; at < line.length;) {
    const length = formLength(line, at);
    if (!length) kept.push(line[at]!);
    at += length || 1;
  }
  return kept;
}

/** How many words from `start` on spell the longest legal form; 0 when they spell none. */
function formLength(line: Word[], start: number): number {
  let best = 0;
  let joined = "";
  let spelled = true;
  for (let count = 1; count <= LONGEST_FORM && start + count <= line.length; count++) {
    const word = line[start + count - 1]!;
    if (word.whole) break;
    const part = word.parts[0]!;
    joined += part;
    spelled &&= part.length === 1 || part === "en";
    if (JOINED.has(joined) || (spelled && count > 1 && SPELLED.has(joined))) best = count;
  }
  return best;
}
