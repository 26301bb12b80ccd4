"""Words for completion and near spellings, and names of what the portal holds, with how many records have them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import orjson
import polars as pl

from vitrina.search.postings import Postings
from vitrina.search.tokenize import tokens

RAW_BYTES = 60_000
"""Bytes of one file of words before gzip; a file never holds two first letters."""
SHORTEST = 3
COMPANIES = 2_000
"""Companies whose names are offered: those with most records."""


def is_word(term: str) -> bool:
    """Return whether *term* may be guessed: ids and numbers never are, another's file is no near match."""
    return len(term) >= SHORTEST and not any(c.isdecimal() for c in term)


def cut(found: Postings, write: Callable[[bytes], object]) -> list[str]:
    """Write the words of *found* in files; return the first word of each.

    A file is lines: how much of the word before is kept (one character from "0" on), the power of two of its records
    (another), and the rest of the word.
    """
    width = len(found.fields)
    records = found.starts[width::width] - found.starts[:-1:width]
    power = np.floor(np.log2(np.maximum(records, 1))).astype(int).tolist()
    firsts: list[str] = []
    lines: list[str] = []
    size, before = 0, ""
    for term, records_power in zip(found.terms, power, strict=True):
        if not is_word(term):
            continue
        if lines and (size > RAW_BYTES or term[0] != before[0]):
            write("\n".join(lines).encode())
            lines, size, before = [], 0, ""
        if not lines:
            firsts.append(term)
        kept = _shared(before, term)
        lines.append(f"{chr(48 + kept)}{chr(48 + records_power)}{term[kept:]}")
        size += len(term) - kept + 3
        before = term
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
