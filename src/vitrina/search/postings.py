"""Documents → postings: per term and field, in which documents, how often, and how long that field is there.

What lunr's Builder counts, counted a column at a time. A posting keeps term frequency and field length instead of
lunr's finished score, so that scores stay exact when documents are added or withdrawn (`score` has the formula).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vitrina.search.terms import Lexicon, Tokens

SLICE = 50_000
"""Documents read at a time: what bounds the memory of the texts."""
MAX_TF = 8
"""Term frequencies from here on do not fit in the three bits beside the length; see `extra`."""

U32 = NDArray[np.uint32]


@dataclass(frozen=True)
class Postings:
    """The postings of a set of documents, by term (code point order), then field, then document."""

    terms: list[str]
    fields: list[int]
    """Weights, heaviest first."""
    starts: NDArray[np.int64]
    """Where the postings of term t and field f begin: starts[t * len(fields) + f]; one more at the end."""
    docs: U32
    codes: U32
    """Field length × 8 + min(term frequency, 8) - 1."""
    extra_at: NDArray[np.int64]
    """Postings whose term frequency is 8 or more…"""
    extra: U32
    """…and what it has beyond 8."""
    lengths: U32
    """Terms per field (row) and document (column)."""


def count(documents: pl.DataFrame, fields: Sequence[int]) -> Postings:
    """Return the postings of *documents* (numbered as they stand) in the text columns of *fields* (weights)."""
    lexicon = Lexicon()
    lengths = np.zeros((len(fields), len(documents)), dtype=np.uint32)
    pieces: list[tuple[int, U32, U32, U32]] = []
    for start in range(0, len(documents), SLICE):
        part = documents.slice(start, SLICE)
        for number, weight in enumerate(fields):
            name = f"w{weight}"
            if name in part.columns:
                found = lexicon.read(part[name])
                lengths[number, start : start + len(part)] = np.bincount(found.row, minlength=len(part))
                pieces.append((number, *_counted(found, start, len(part), lengths[number])))
    used = np.zeros(
        len(lexicon.terms), dtype=bool
    )  # pieces of legal forms were read too, and are in no document
    for _, term, _, _ in pieces:
        used[term] = True
    terms = sorted(term for term, number in lexicon.terms.items() if used[number])
    rank = np.zeros(len(lexicon.terms), dtype=np.int64)
    rank[np.fromiter((lexicon.terms[t] for t in terms), np.int64, len(terms))] = np.arange(len(terms))
    del lexicon
    return _sorted(pieces, rank, terms, list(fields), lengths)


def _counted(found: Tokens, start: int, rows: int, lengths: U32) -> tuple[U32, U32, U32]:
    """Return terms, documents and codes (with the full term frequency above bit 0) of one column of one slice."""
    keys, frequency = np.unique(found.term * rows + found.row, return_counts=True)
    term, doc = np.divmod(keys, rows)
    doc += start
    length = lengths[doc].astype(np.uint64)
    packed = (length << np.uint64(16)) | np.minimum(frequency, 0xFFFF).astype(np.uint64)
    return term.astype(np.uint32), doc.astype(np.uint32), packed.astype(np.uint32)


def _sorted(pieces: Any, rank: Any, terms: list[str], fields: list[int], lengths: U32) -> Postings:
    """Place the postings of all pieces by a counting sort: pieces are already in order of documents."""
    width = len(fields)
    sizes = np.zeros(len(terms) * width + 1, dtype=np.int64)
    for number, term, _, _ in pieces:
        sizes[1:] += np.bincount(rank[term] * width + number, minlength=len(terms) * width)
    starts = np.cumsum(sizes)
    cursor = starts[:-1].copy()
    docs = np.empty(int(starts[-1]), dtype=np.uint32)
    packed = np.empty(int(starts[-1]), dtype=np.uint32)
    while pieces:
        number, term, doc, value = pieces.pop(0)
        if not len(term):
            continue
        group = rank[term] * width + number
        first = np.flatnonzero(np.append(True, term[1:] != term[:-1]))
        inside = np.arange(len(term)) - np.repeat(first, np.diff(np.append(first, len(term))))
        at = cursor[group] + inside
        docs[at] = doc
        packed[at] = value
        cursor[group[first]] += np.diff(np.append(first, len(term)))
    frequency = packed & 0xFFFF
    extra_at = np.flatnonzero(frequency >= MAX_TF)
    codes = (packed >> 16) * 8 + np.minimum(frequency, MAX_TF) - 1
    return Postings(
        terms,
        fields,
        starts,
        docs,
        codes.astype(np.uint32),
        extra_at,
        (frequency[extra_at] - MAX_TF).astype(np.uint32),
        lengths,
    )
