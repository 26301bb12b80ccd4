// What the search page and its worker say to each other. Types only: nothing here runs.
//
// The page sends `open` once, then any number of the others; every question carries a number `id`, every reply names
// the question it belongs to, and a reply to an older question is to be ignored. For one `ask` come one `answer` and,
// when `more` cards belong to its page, later one `cards`; for one `count`, one `facets`. For one `csv` come several
// `csv-chunk`, the last with `finished`.

/** How the records were found: with all words, as an id, or by a fallback that must be said openly. */
export type Step =
  | "every" // nothing was asked: every record
  | "empty" // only stop words or signs
  | "all" // every word as written
  | "id" // an id written with other separators
  | "prefix" // the last word as the beginning of a word
  | "near" // absent words replaced: `replaced` says by which
  | "stem" // no record has all words as written: singular, plural or gender changed; `replaced` says how
  | "like" // no record has all words: one, by `replaced`, was taken for a slip of others
  | "any" // some of the words only
  | "none";

export type Facet = "system" | "ente" | "year" | "level" | "type" | "status" | "municipality" | "amount";

/** Values chosen per facet (none: no filter), a range of amounts in pesos and one of days; both ends included. */
export interface Filters {
  system: string[];
  ente: string[];
  year: string[];
  level: string[];
  type: string[];
  status: string[];
  municipality: string[];
  amountMin: number | null;
  amountMax: number | null;
  /** ISO days, "" for open ends. A record without a date (or amount) never lies in a range. */
  dateFrom: string;
  dateTo: string;
}

export type Order = "relevancia" | "recientes" | "antiguos" | "monto-desc" | "monto-asc";

export interface Question {
  text: string;
  filters: Filters;
  order: Order;
}

export type Ask =
  | { kind: "open"; index: string }
  | ({ kind: "ask"; id: number; page: number } & Question)
  /** Count facets; `forced`: although there are many results (after `facets` with `pending`). */
  | ({ kind: "count"; id: number; forced: boolean } & Question)
  | { kind: "complete"; id: number; text: string }
  | ({ kind: "csv"; id: number } & Question);

/** One result, as stored; texts are plain and never markup. */
export interface CardFields {
  system: string;
  /** Address from the portal's root: "/<system>/<id>/". */
  url: string;
  title: string;
  subtitle: string;
  /** ISO day or "". */
  date: string;
  /** Pesos. */
  amount: number | null;
  /** Public body; of a contract, the buyer. */
  ente: string;
  status: string;
  /** Label of its kind: type of declaration, of sanction, procurement method… */
  type: string;
  /** Level of government. */
  level: string;
  municipality: string;
  supplier: string;
  /** Until when it holds (a sanction's, a contract's or an agreement's end): ISO day or "". */
  period_end: string;
  /** 1 when it is about a natural person: the homonym notice belongs beside it. */
  person: 0 | 1;
}

export interface Card extends CardFields {
  /** Folded terms to highlight in its texts. */
  terms: string[];
  /** Another result of this page bears the same person's name. */
  homonym: boolean;
}

export interface Count {
  value: string;
  count: number;
  chosen: boolean;
}

/**
 * Per facet the values with their exact counts: what would be found with that value, the other filters kept.
 * Values of `amount` are ranges in pesos, "from-to" (the end not included; "100000000-" is open), in order.
 */
export type Facets = Record<Facet, Count[]>;

export interface Answer {
  kind: "answer";
  id: number;
  step: Step;
  /** Words of the query that no record has. */
  absent: string[];
  /** Terms by which absent words were replaced, all together. */
  used: string[];
  replaced: { asked: string; used: string[] }[];
  /**
   * Phrases in quotes: of `of` records with all the words, the best `checked` were looked at. When none of these has
   * the phrase, `found` is false and the results are the records with the words.
   */
  phrases: { text: string; checked: number; of: number; found: boolean }[];
  /** Words left out with "-". */
  excluded: string[];
  /** Records found before the filters, and after. */
  found: number;
  total: number;
  page: number;
  /** The first cards of the page: what a screen shows; `more` follow in a message of their own. */
  cards: Card[];
  more: number;
  systems: Record<string, string>;
  /** Version of the index: changes when its content does. */
  version: string;
}

export interface Suggestion {
  /** "word" completes the last word; the others are names of what the portal holds. */
  what: "word" | "ente" | "company" | "system";
  /** What is shown. */
  label: string;
  /** The text of the search box once it is taken. */
  text: string;
  /** Records (of a word: about how many), 0 when not known. */
  count: number;
  /** Of a system: its page, from the portal's root; otherwise "". */
  url: string;
}

export type Reply =
  | Answer
  /** Every card of the page, those of the answer again. */
  | { kind: "cards"; id: number; cards: Card[] }
  /** `pending`: too many results to count unasked; ask with `forced`. */
  | { kind: "facets"; id: number; facets: Facets | null; pending: boolean }
  | { kind: "suggestions"; id: number; text: string; suggestions: Suggestion[] }
  | { kind: "csv-chunk"; id: number; rows: CardFields[]; done: number; total: number; finished: boolean }
  | { kind: "error"; id: number; what: "missing-shard" | "offline" | "old-version" };
