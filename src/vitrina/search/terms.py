"""Columns of text → numbers of terms, as `tokenize.tokens` would give them, a column at a time.

Texts are cut at blanks by polars; each distinct piece is read once by `tokenize` and remembered as a list of term
numbers. Only legal forms (S.A. de C.V.) reach over blanks: neighbouring pieces that could be part of one are read
together, once per distinct sequence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vitrina.search.tokenize import FORM_PIECES, MAX_TERM, STOP_WORDS, has_words, tokens, touches_form

Ints = NDArray[np.int64]
_LINE = "\n"


@dataclass(frozen=True)
class Tokens:
    """The terms of one column of texts: parallel arrays, in reading order."""

    row: Ints
    term: Ints


class Lexicon:
    """Gives every term a number, in order of first appearance, and remembers what each piece of text holds."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = {}
        self._pieces: dict[str, int] = {}
        self._runs: dict[tuple[int, ...], int] = {}
        self._texts: list[str] = []
        """The text of a piece that may be part of a legal form; empty for all others."""
        self._flat: list[int] = []
        self._starts: list[int] = [0]
        self._add("", ())  # number 0: nothing that a reader would see
        self._pieces[""] = 0
        self._pieces[_LINE] = self._add("", ())

    def read(self, texts: pl.Series) -> Tokens:
        """Return the terms of *texts* (strings, no nulls), each with the number of its row."""
        cut = texts.str.replace_all(_LINE, " \n ", literal=True).str.split(" ")
        lengths = cut.list.len().to_numpy().astype(np.int64)
        pieces = cut.explode()
        row = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
        distinct = pieces.unique().sort()
        codes = pieces.cast(pl.Enum(distinct)).to_physical().to_numpy()
        numbers = np.fromiter(map(self._piece, distinct.to_list()), np.int64, len(distinct))[codes]
        kept = numbers != 0
        numbers, row = numbers[kept], row[kept]
        self._join_forms(numbers, row)
        starts = np.array(self._starts, dtype=np.int64)
        first, count = starts[numbers], starts[numbers + 1] - starts[numbers]
        total = int(count.sum())
        before = np.cumsum(count) - count
        at = np.arange(total, dtype=np.int64) + np.repeat(first - before, count)
        return Tokens(np.repeat(row, count), np.array(self._flat, dtype=np.int64)[at])

    def _piece(self, piece: str) -> int:
        found = self._pieces.get(piece)
        if found is None:
            if piece.isascii() and piece.isalnum() and (word := piece.lower()) not in FORM_PIECES:
                found = self._add("", () if word in STOP_WORDS else (word[:MAX_TERM],))
            elif not has_words(piece):
                found = 0
            else:
                found = self._add(piece if touches_form(piece) else "", tokens(piece))
            self._pieces[piece] = found
        return found

    def _add(self, text: str, found: Any) -> int:
        number = len(self._texts)
        self._texts.append(text)
        self._flat += [self.terms.setdefault(term, len(self.terms)) for term in found]
        self._starts.append(len(self._flat))
        return number

    def _join_forms(self, numbers: Ints, row: Ints) -> None:
        """Replace, in place, each sequence of pieces that may hold a legal form by one piece read as a whole."""
        may = np.fromiter(map(bool, self._texts), np.bool_, len(self._texts))[numbers]
        follows = np.zeros(len(numbers), np.bool_)
        follows[1:] = may[1:] & may[:-1] & (row[1:] == row[:-1])
        starts = np.flatnonzero(follows[1:] & ~follows[:-1]) if len(numbers) > 1 else np.empty(0, np.int64)
        if not len(starts):
            return
        ends = np.flatnonzero(follows & ~np.append(follows[1:], False)) + 1
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            run = tuple(numbers[start:end].tolist())
            found = self._runs.get(run)
            if found is None:
                text = " ".join(self._texts[number] for number in run)
                found = self._runs[run] = self._add("", tokens(text))
            numbers[start] = found
            numbers[start + 1 : end] = 0
