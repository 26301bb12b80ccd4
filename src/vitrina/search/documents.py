"""What can be found: documents, as objects for a few and as a polars frame for a million.

A frame has one row per document: the columns of CARD (what a result shows) and text columns `w<weight>`, one per
declared search weight, which become lunr's fields with that weight as their boost. Values of one text column are
separated by line breaks, so that words of two values never join.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

CARD: Mapping[str, Any] = {
    "system": pl.String,
    "url": pl.String,
    "title": pl.String,
    "subtitle": pl.String,
    "date": pl.String,
    "amount": pl.Float64,
    "ente": pl.String,
    "status": pl.String,
    "type": pl.String,
    "level": pl.String,
    "municipality": pl.String,
    "supplier": pl.String,
    "period_end": pl.String,
    "person": pl.Int8,
}
"""Names and types of the values of one card, in the order in which they are stored."""

ORDER = ("date", "system", "url")
"""Documents are numbered by date ascending; undated ones come first."""


@dataclass(frozen=True)
class Document:
    """One thing that can be found."""

    system: str
    """Slug of its system."""
    url: str
    """Address in the portal, from the root: /<system>/<id>/. With the system it is the document's identity."""
    title: str
    subtitle: str = ""
    date: str = ""
    """ISO date, or empty."""
    amount: float | None = None
    ente: str = ""
    """Name of the public body it concerns (of a contract, the buyer)."""
    status: str = ""
    fields: Mapping[int, str] = field(default_factory=dict)
    """Weight → searched text; several values are separated by line breaks."""
    type: str = ""
    level: str = ""
    municipality: str = ""
    supplier: str = ""
    period_end: str = ""
    person: int = 0
    """1 when it is about a natural person."""


def frame(documents: Iterable[Document]) -> pl.DataFrame:
    """Return *documents* as a frame, in the given order."""
    rows = list(documents)
    used = sorted({weight for row in rows for weight in row.fields})
    columns: dict[str, pl.Series] = {
        name: pl.Series(name, [getattr(row, name) for row in rows], dtype=kind) for name, kind in CARD.items()
    }
    for weight in used:
        columns[f"w{weight}"] = pl.Series(
            f"w{weight}", [row.fields.get(weight, "") for row in rows], dtype=pl.String
        )
    return pl.DataFrame(columns)


def combined(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the documents of all *frames* in the order in which they are numbered; no text is null."""
    if not frames:
        return pl.DataFrame(schema=dict(CARD))
    whole = pl.concat(frames, how="diagonal")
    texts = [name for name, kind in whole.schema.items() if kind == pl.String]
    names = [*CARD, *(f"w{weight}" for weight in weights(whole) if f"w{weight}" in whole.columns)]
    return whole.select(names).with_columns(pl.col(texts).fill_null("")).sort(ORDER)


def weights(documents: pl.DataFrame) -> list[int]:
    """Return the weights of the text columns of *documents*, heaviest first: lunr's fields. [1] when there are none."""
    found = (int(name[1:]) for name in documents.columns if name[0] == "w" and name[1:].isdigit())
    return sorted(found, reverse=True) or [1]
