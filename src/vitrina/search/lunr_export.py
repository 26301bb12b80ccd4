"""lunr.py's own index of documents: the reference that ours is held to, and a file that plain lunr opens.

It is made by lunr.py's `Builder`, whole and slowly (a minute for 100,000 documents), from the same terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from lunr.builder import Builder

from vitrina.search.documents import weights
from vitrina.search.tokenize import tokens


def lunr_index(documents: pl.DataFrame) -> dict[str, Any]:
    """Return lunr's serialized index (lunr-schema 2.3.9) of numbered *documents*; refs are their numbers.

    A field w8 holds the terms of the columns declared with weight 8, which is its boost. The terms are ours: a
    query must be folded (`tokenize.fold`) and asked with `usePipeline: false`.
    """
    fields = weights(documents)
    if not len(documents):  # lunr divides by the number of documents
        names = [f"w{weight}" for weight in fields]
        return {"version": "2.3.9", "fields": names, "fieldVectors": [], "invertedIndex": [], "pipeline": []}
    make: Any = Builder  # lunr says it is typed, and is not
    builder = make()
    builder.ref("ref")
    for weight in fields:
        builder.field(f"w{weight}", boost=weight, extractor=_terms_of(f"w{weight}"))
    texts = documents.select(pl.int_range(pl.len()).alias("ref"), *(f"w{weight}" for weight in fields))
    for document in texts.iter_rows(named=True):
        builder.add(document)
    serialized: dict[str, Any] = builder.build().serialize()
    return serialized


def _terms_of(name: str) -> Any:
    def extract(document: Mapping[str, Any]) -> list[str]:
        return tokens(document[name] or "")

    return extract
