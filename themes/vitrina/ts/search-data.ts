// The search files as typed arrays: varints, rows of postings, words. Formats: src/vitrina/search/{shard,vocabulary}.py.

/** Postings of one term in one field: documents ascending; frequencies and field lengths beside them. */
export interface Row {
  field: number;
  docs: Uint32Array;
  frequency: Uint32Array;
  length: Uint32Array;
}

const MAX_TF = 8;
const utf8 = new TextDecoder();

class Reader {
  at = 0;
  data: Uint8Array;
  constructor(data: Uint8Array) {
    this.data = data;
  }

  one(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.data[this.at++];
      if (byte === undefined) throw new RangeError("search file cut short");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }

  many(count: number): Uint32Array {
    const values = new Uint32Array(count);
    for (let n = 0; n < count; n++) values[n] = this.one();
    return values;
  }

  skip(count: number): void {
    const { data } = this;
    let left = count;
    let at = this.at;
    while (left) if (data[at++]! < 128) left -= 1;
    this.at = at;
  }
}

/** The rows of the wanted terms in one file of postings. */
export function rows(data: Uint8Array, wanted: (term: string) => boolean): Map<string, Row[]> {
  const reader = new Reader(data);
  const count = reader.one();
  const size = reader.one();
  const terms = count ? utf8.decode(data.subarray(reader.at, reader.at + size)).split("\n") : [];
  reader.at += size;
  const groups = reader.many(count);
  const total = groups.reduce((sum, number) => sum + number, 0);
  const fields = reader.many(total);
  const counts = reader.many(total);
  const all: (Row | null)[] = [];
  const found = new Map<string, Row[]>();
  terms.forEach((term, n) => {
    const want = wanted(term);
    if (want) found.set(term, []);
    for (let left = groups[n]!; left; left--) {
      const length = counts[all.length]!;
      const row = want ? emptyRow(fields[all.length]!, reader.many(length)) : null;
      if (row) found.get(term)!.push(row);
      else reader.skip(length);
      all.push(row);
    }
  });
  const many: [Uint32Array, number][] = []; // postings whose frequency goes on in the last stream
  all.forEach((row, group) => readCodes(reader, row, counts[group]!, many));
  for (const [frequency, at] of many) {
    const beyond = reader.one();
    if (frequency.length) frequency[at]! += beyond;
  }
  return found;
}

function emptyRow(field: number, docs: Uint32Array): Row {
  for (let n = 1; n < docs.length; n++) docs[n]! += docs[n - 1]!;
  return { field, docs, frequency: new Uint32Array(docs.length), length: new Uint32Array(docs.length) };
}

const NOWHERE = new Uint32Array(0);

function readCodes(reader: Reader, row: Row | null, count: number, many: [Uint32Array, number][]): void {
  for (let n = 0; n < count; n++) {
    const code = reader.one();
    const frequency = (code & 7) + 1;
    if (row) {
      row.frequency[n] = frequency;
      row.length[n] = code >>> 3;
    }
    if (frequency === MAX_TF) many.push([row?.frequency ?? NOWHERE, n]);
  }
}

/** A file of words: parallel lists of words and of the powers of two of their records. */
export interface Words {
  words: string[];
  powers: number[];
}

export function readWords(data: Uint8Array): Words {
  const found: Words = { words: [], powers: [] };
  let before = "";
  for (const line of utf8.decode(data).split("\n")) {
    if (!line) continue;
    before = before.slice(0, line.charCodeAt(0) - 48) + line.slice(2);
    found.words.push(before);
    found.powers.push(line.charCodeAt(1) - 48);
  }
  return found;
}

export function readJson<T>(data: Uint8Array): T {
  return JSON.parse(utf8.decode(data)) as T;
}

/** The number of the file that would hold `term`: the last one that begins at or before it; -1 before all. */
export function place(firsts: string[], term: string): number {
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (firsts[middle]! <= term) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Path of file `number` in its folder: see `place` of src/vitrina/search/segment.py. */
export function path(number: number): string {
  return number < 1000 ? `${number}` : `${Math.floor(number / 1000)}/${number % 1000}`;
}
