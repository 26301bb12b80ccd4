"""Which list book a record stands in when its system has no page per record (record_pages = "viewer").

A book holds the records whose id ends alike: `libro/3fa/` those ending in 3fa. Endings are as short as they can be
with at most LARGEST records in a book, so the book of an id is the longest of its endings that is a book. Any web
server can find it with `try_files` and no list, and a record stays in its book whatever happens to the others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

LARGEST = 100
"""Records a book may hold before it is cut by one more letter of their ids."""
DEEPEST = 6
"""Letters of the longest ending; the web server tries one file per letter."""
REST = "_"
"""The book of ids whose last letter cannot name a folder."""
_LETTER = re.compile(r"[A-Za-z0-9-]")


def shelve(ids: Sequence[str]) -> dict[str, list[int]]:
    """Return ending → positions in *ids*, both in order.

    >>> shelve(["a1", "b1", "a2", "ñ"])
    {'1': [0, 1], '2': [2], '_': [3]}
    """
    return dict(sorted(_cut(ids, range(len(ids)), "")))


def _cut(ids: Sequence[str], at: Sequence[int], ending: str) -> Iterator[tuple[str, list[int]]]:
    if ending and (len(at) <= LARGEST or len(ending) == DEEPEST):
        yield ending, list(at)
        return
    longer: dict[str, list[int]] = defaultdict(list)
    for i in at:
        letter = ids[i][-len(ending) - 1 : len(ids[i]) - len(ending)]
        longer[letter if _LETTER.fullmatch(letter) else ""].append(i)
    for letter, found in longer.items():
        if letter:
            yield from _cut(ids, found, letter + ending)
        else:
            yield ending or REST, found


def endings(row_id: str) -> tuple[str, ...]:
    """Return the endings of an id from the longest, then REST: the first that is a book is its book.

    >>> endings("x-3fa")
    ('x-3fa', '-3fa', '3fa', 'fa', 'a', '_')
    """
    tail = ""
    for letter in reversed(row_id[-DEEPEST:]):
        if not _LETTER.fullmatch(letter):
            break
        tail = letter + tail
    return (*(tail[i:] for i in range(len(tail))), REST)


def book_of(row_id: str, books: Collection[str] | Mapping[str, object]) -> str:
    """Return the ending whose book would hold *row_id*; "" when there is none."""
    return next((e for e in endings(row_id) if e in books), "")
