"""What filters and counts need, by number of document: values of facets, amounts, days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

FACETS = ("system", "ente", "level", "type", "status", "municipality")
"""Facets stored as columns; years follow from the numbering, ranges of amounts from the bands."""
CHUNK = 65_536
"""Documents of one file of a column."""
NONE = 255
"""Band of a document without amount."""

_SERIES = (10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91)
"""Preferred numbers (E24): 24 steps a decade, whole numbers, so that both languages agree on every edge."""
EDGES: tuple[float, ...] = (
    *(n * 10**decade / 10 for decade in range(10) for n in _SERIES),
    1e10,
)
"""Lower edges of the bands 1, 2, …; band 0 is what lies below one peso."""


def bands(amounts: pl.Series) -> NDArray[np.uint8]:
    """Return the band of each amount: how many edges are not above it; NONE where there is no amount."""
    found = np.searchsorted(np.array(EDGES), amounts.fill_null(0.0).to_numpy(), side="right")
    return np.where(amounts.is_null().to_numpy(), NONE, found).astype(np.uint8)


def numbered(values: pl.Series) -> tuple[list[str], NDArray[np.uint32]]:
    """Return the distinct values in order, and per document the number of its value plus one (0: none)."""
    distinct = values.unique().sort().to_list()
    named = [value for value in distinct if value]
    codes = values.cast(pl.Enum(distinct)).to_physical().to_numpy().astype(np.uint32)
    return named, codes + (1 if len(named) == len(distinct) else 0)


def packed(codes: NDArray[np.uint32], values: int) -> NDArray[Any]:
    """Return *codes* in as few bytes as *values* values need: one, two or four, low byte first."""
    return codes.astype("u1" if values < 256 else "<u2" if values < 65_536 else "<u4")


def runs(values: Sequence[str]) -> list[list[Any]]:
    """Return [value, number of the first document that has it] for sorted *values*.

    >>> runs(["", "2020", "2020", "2021"])
    [['', 0], ['2020', 1], ['2021', 3]]
    """
    found: list[list[Any]] = []
    for at, value in enumerate(values):
        if not found or found[-1][0] != value:
            found.append([value, at])
    return found
