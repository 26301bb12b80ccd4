"""lunr's serialized index, cut by term, so that a browser fetches only what a query touches.

A lunr score is dot(query, field vector) / |query|: only the vectors' entries at the query's own terms count. So
each term carries its postings with the numbers they add to their vectors; an index put together again from the
rows of a query's terms answers as the whole one does: same documents, scores, totals. Nothing is recomputed here.

A row is `[term, lunr's number of the term, [field, [first ref, then steps], [thousandths]], …]`; lunr stores
numbers of three decimals, so thousandths are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import orjson

Row = list[Any]
ROWS_BYTES = 50_000
"""JSON bytes of one shard of rows: 16 kB packed."""
WORDS_BYTES = 80_000
"""JSON bytes of one part of the vocabulary."""


def rows(index: Mapping[str, Any]) -> Iterator[Row]:
    """Yield one row per term of lunr's serialized *index*, in lunr's own (code point) order of terms."""
    fields = {name: number for number, name in enumerate(index["fields"])}
    numbers = {ref: dict(zip(v[::2], v[1::2], strict=True)) for ref, v in index["fieldVectors"]}
    for term, posting in index["invertedIndex"]:
        row: Row = [term, posting["_index"]]
        for name, number in fields.items():
            refs = sorted(map(int, posting[name]))
            if refs:
                steps = [refs[0], *(b - a for a, b in pairwise(refs))]
                scores = [round(numbers[f"{name}/{ref}"][posting["_index"]] * 1000) for ref in refs]
                row.append([number, steps, scores])
        yield row


def cut(
    items: Iterator[Any] | Sequence[Any], size: int, write: Callable[[list[Any]], str]
) -> list[list[str]]:
    """Write *items* (terms, or rows that begin with one) in parts of about *size* JSON bytes, in order.

    Return, per part, its first term and the name that *write* gave it. An item larger than *size* stands alone.
    """
    parts: list[list[str]] = []
    held: list[Any] = []
    weight = 0

    def flush() -> None:
        nonlocal held, weight
        if held:
            parts.append([held[0] if isinstance(held[0], str) else held[0][0], write(held)])
        held, weight = [], 0

    for item in items:
        length = len(orjson.dumps(item)) + 1
        if held and weight + length > size:
            flush()
        held.append(item)
        weight += length
    flush()
    return parts


def assemble(parts: Sequence[Row], fields: Sequence[str]) -> dict[str, Any]:
    """Return lunr's serialized index of *parts* (rows of any shards): the inverse of `rows`."""
    vectors: dict[str, list[Any]] = {}
    inverted: list[Any] = []
    for row in sorted(parts, key=lambda r: r[1]):
        posting: dict[str, Any] = {name: {} for name in fields} | {"_index": row[1]}
        for number, steps, scores in row[2:]:
            ref = 0
            for step, score in zip(steps, scores, strict=True):
                ref += step
                posting[fields[number]][str(ref)] = {}
                vectors.setdefault(f"{fields[number]}/{ref}", []).extend((row[1], score / 1000))
        inverted.append([row[0], posting])
    return {
        "version": "2.3.9",
        "fields": list(fields),
        "fieldVectors": [[ref, vector] for ref, vector in vectors.items()],
        "invertedIndex": sorted(inverted, key=lambda entry: entry[0]),
        "pipeline": [],
    }
