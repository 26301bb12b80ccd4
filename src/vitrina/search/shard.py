"""Postings, cut by term into files that a browser fetches one or two of for a query.

A lunr score is dot(query, field vector) / |query|: only the entries of the query's own terms count, so the rows of
those terms are all that an exact answer needs. A file is gzip of streams of varints (seven bits a byte, low first):

    number of terms, bytes of text, text (terms in UTF-8, separated by line breaks, in code point order)
    per term: number of its fields          per field: its number; then, per field: its count of postings
    per posting: step from the document before in its field      per posting: length × 8 + min(frequency, 8) - 1
    per posting of frequency 8 or more: frequency - 8
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitrina.search.postings import MAX_TF, Postings

RAW_BYTES = 26_000
"""Bytes of one file before gzip: about 16 kB packed."""

U8 = NDArray[np.uint8]


class Row(NamedTuple):
    """The postings of one term in one field: documents ascending, frequencies and lengths beside them."""

    field: int
    docs: NDArray[np.int64]
    frequency: NDArray[np.int64]
    length: NDArray[np.int64]


def varint_sizes(values: NDArray[np.uint32]) -> NDArray[np.int64]:
    sizes = np.ones(len(values), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        sizes += values >= np.uint32(1 << bits)
    return sizes


def varints(values: NDArray[np.uint32]) -> bytes:
    """Return *values* as varints, one after another."""
    sizes = varint_sizes(values)
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    starts = ends - sizes
    for place in range(5):
        some = np.flatnonzero(sizes > place)
        if not len(some):
            break
        more = np.where(sizes[some] > place + 1, 128, 0)
        out[starts[some] + place] = ((values[some] >> np.uint32(7 * place)) & 127) + more
    return out.tobytes()


def read_varints(data: U8, at: int, count: int) -> tuple[NDArray[np.int64], int]:
    """Return *count* varints of *data* from *at* on, and where they end."""
    if not count:
        return np.empty(0, np.int64), at
    window = data[at:]
    ends = np.flatnonzero(window < 128)[:count]
    if len(ends) < count:
        raise ValueError("archivo de búsqueda incompleto")
    starts = np.append(0, ends[:-1] + 1)
    sizes = ends - starts + 1
    values = np.zeros(count, dtype=np.int64)
    for place in range(int(sizes.max())):
        some = np.flatnonzero(sizes > place)
        values[some] |= (window[starts[some] + place].astype(np.int64) & 127) << (7 * place)
    return values, at + int(ends[-1]) + 1


def cut(found: Postings, write: Callable[[bytes], object]) -> list[str]:
    """Write all postings in files of about RAW_BYTES; return, per file, what a search for its place compares with.

    That is the shortest beginning of its first term that is greater than every term of the file before.
    """
    width = len(found.fields)
    groups = np.diff(found.starts)
    steps = _steps(found)
    sizes = np.append(0, np.cumsum(varint_sizes(steps) + varint_sizes(found.codes)))
    by_term = found.starts[::width]
    text = np.fromiter((len(t.encode()) + 1 for t in found.terms), np.int64, len(found.terms))
    ends = np.cumsum(sizes[by_term[1:]] - sizes[by_term[:-1]] + text + 3)
    firsts: list[str] = []
    start = 0
    while start < len(found.terms):
        full = (ends[start - 1] if start else 0) + RAW_BYTES
        stop = max(start + 1, int(np.searchsorted(ends, full, side="right")))
        firsts.append(_least(found.terms[start - 1] if start else "", found.terms[start]))
        write(_file(found, start, stop, groups[start * width : stop * width], steps))
        start = stop
    return firsts


def rows(data: bytes, wanted: Callable[[str], bool]) -> Mapping[str, list[Row]]:
    """Return the rows of the terms that are *wanted* from the bytes of one file (gzip taken off)."""
    raw = np.frombuffer(data, dtype=np.uint8)
    (count, size), at = read_varints(raw, 0, 2)
    terms = data[at : at + size].decode().split("\n") if count else []
    per_term, at = read_varints(raw, at + int(size), int(count))
    fields, at = read_varints(raw, at, int(per_term.sum()))
    counts, at = read_varints(raw, at, len(fields))
    steps, at = read_varints(raw, at, int(counts.sum()))
    codes, at = read_varints(raw, at, len(steps))
    frequency = (codes & 7) + 1
    many = np.flatnonzero(frequency == MAX_TF)
    frequency[many] += read_varints(raw, at, len(many))[0]
    first = np.append(0, np.cumsum(counts))
    group = np.append(0, np.cumsum(per_term))
    found: dict[str, list[Row]] = {}
    for number, term in enumerate(terms):
        if wanted(term):
            found[term] = [
                Row(int(fields[g]), np.cumsum(steps[a:b]), frequency[a:b], codes[a:b] >> 3)
                for g in range(group[number], group[number + 1])
                for a, b in [(first[g], first[g + 1])]
            ]
    return found


def _steps(found: Postings) -> NDArray[np.uint32]:
    steps = found.docs.copy()
    steps[1:] -= found.docs[:-1]
    begins = found.starts[:-1][np.diff(found.starts) > 0]
    steps[begins] = found.docs[begins]
    return steps


def _file(
    found: Postings, start: int, stop: int, groups: NDArray[np.int64], steps: NDArray[np.uint32]
) -> bytes:
    width = len(found.fields)
    a, b = int(found.starts[start * width]), int(found.starts[stop * width])
    text = "\n".join(found.terms[start:stop]).encode()
    used = groups > 0
    low, high = np.searchsorted(found.extra_at, [a, b])
    fields = np.tile(np.arange(width), stop - start)[used]
    streams = [
        used.reshape(-1, width).sum(axis=1), fields, groups[used], steps[a:b], found.codes[a:b], found.extra[low:high]
    ]  # fmt: skip
    head = varints(np.array([stop - start, len(text)], dtype=np.uint32))
    return b"".join([head, text, *(varints(stream.astype(np.uint32)) for stream in streams)])


def _least(before: str, first: str) -> str:
    for size in range(1, len(first)):
        if first[:size] > before:
            return first[:size]
    return first
