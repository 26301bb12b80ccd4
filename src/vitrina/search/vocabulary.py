"""Words for completion and near spellings, and names of what the portal holds, with how many records have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import orjson
import polars as pl

from vitrina.search.postings import Postings
from vitrina.search.tokenize import tokens

RAW_BYTES, TURNED_BYTES = 60_000, 20_000
"""Bytes of one file of words before gzip; of turned words one place is looked up, so their files are smaller."""
SHORTEST = 3
COMPANIES = 2_000
"""Companies whose names are offered: those with most records."""


def is_word(term: str) -> bool:
    """Return whether *term* may be guessed: ids and numbers never are, another's file is no near match."""
    return len(term) >= SHORTEST and not any(c.isdecimal() for c in term)


Write = Callable[[bytes], object]


def cut(found: Postings, write: Write) -> list[str]:
    """Write the words of *found* in files; return the first word of each. A file never holds two first letters.

    A file is lines: how much of the word before is kept (one character from "0" on), the power of two of its records
    (another), and the rest of the word.
    """
    return _written(_words(found), RAW_BYTES, write, by_letter=True)


def cut_turned(found: Postings, write: Write) -> list[str]:
    """Write the words of *found* once more, their first letter put last; return the first of each file.

    A word whose first letter is wrong, missing or too many is found by the rest of it, in one place.
    """
    return _written(
        sorted((turned(w), power) for w, power in _words(found)), TURNED_BYTES, write, by_letter=False
    )


def turned(word: str) -> str:
    """Return *word* with its first letter last.

    >>> turned("ricardo")
    'icardor'
    """
    return word[1:] + word[0]


def _words(found: Postings) -> Iterator[tuple[str, int]]:
    """Yield each word and the power of two of its records, in order."""
    width = len(found.fields)
    records = found.starts[width::width] - found.starts[:-1:width]
    powers = np.floor(np.log2(np.maximum(records, 1))).astype(int).tolist()
    return ((term, power) for term, power in zip(found.terms, powers, strict=True) if is_word(term))


def _written(words: Iterable[tuple[str, int]], limit: int, write: Write, *, by_letter: bool) -> list[str]:
    firsts: list[str] = []
    lines: list[str] = []
    size, before = 0, ""
    for word, power in words:
        if lines and (size > limit or (by_letter and word[0] != before[0])):
            write("\n".join(lines).encode())
            lines, size, before = [], 0, ""
        if not lines:
            firsts.append(word)
        kept = _shared(before, word)
        lines.append(f"{chr(48 + kept)}{chr(48 + power)}{word[kept:]}")
        size += len(word) - kept + 3
        before = word
    if lines:
        write("\n".join(lines).encode())
    return firsts


def names(documents: pl.DataFrame) -> dict[str, bytes]:
    """Return, per first letter of any of their words, the institutions and companies to offer: JSON of
    [kind, name, records], most records first."""
    found: list[tuple[str, str, int]] = []
    for column, kind, most in (("ente", "ente", None), ("supplier", "company", COMPANIES)):
        counts = documents[column].value_counts(sort=True).sort(["count", column], descending=[True, False])
        rows = [(kind, name, number) for name, number in counts.iter_rows() if name]
        found += rows[:most]
    by_letter: dict[str, list[tuple[str, str, int]]] = {}
    for row in sorted(found, key=lambda r: (-r[2], r[1], r[0])):
        for letter in sorted({term[0] for term in tokens(row[1])}):
            by_letter.setdefault(letter, []).append(row)
    return {letter: orjson.dumps(rows) for letter, rows in sorted(by_letter.items())}


def _shared(one: str, other: str) -> int:
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        size += 1
    return size
