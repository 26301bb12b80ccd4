"""Which cells carry an error: a vector proof per field, then Frictionless' own reader on the texts left over.

The proof is one polars expression per field: true only where the cell surely passes. The distinct texts it leaves
open (odd spellings such as ` 7 ` or `1_000`, values at a bound, types without a proof) are read once each by the
field's Frictionless reader, so the verdict on a cell is always Frictionless'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from vitrina.checking.fast.proofs import value_proof

_MEMORY = 200_000
"""Verdicts remembered per field; beyond it the memory starts anew."""


class Column:
    """One expected field of a table: its missing values, its proof and the verdicts of its reader."""

    def __init__(self, field: Any) -> None:
        """*field* belongs to its schema. What Frictionless raises for a wrong constraint passes through."""
        self.name: str = field.name
        self.type: str = field.type
        self.plain = field.type in ("string", "integer", "date") and field.format == "default"
        """True when one text stands for one value, or nearly: see keys."""
        self.read: Callable[[str], tuple[Any, Any]] = field.create_cell_reader()
        own = field.has_defined("missing_values") or not field.schema
        self.missing: list[str] = list(field.missing_values if own else field.schema.missing_values)
        self.required = bool(field.required) and "required" in field.supported_constraints
        self.blank_is_missing = "" in self.missing
        self.proof = self._proof(field)
        self._verdicts: dict[str, bool] = {}

    @property
    def cells(self) -> pl.Expr:
        """The cells as Frictionless sees them; a null (nothing between two delimiters) is the text ""."""
        return pl.col(self.name).fill_null("")

    def is_missing(self) -> pl.Expr:
        """True where the cell is empty for Frictionless: its value is None, without a type error."""
        if not self.missing:
            return pl.lit(False)
        column, others = pl.col(self.name), [m for m in self.missing if m]
        missing = (column == "") | column.is_null() if self.blank_is_missing else pl.lit(False)
        return missing | column.is_in(others).fill_null(False) if others else missing

    def suspects(self, cells: pl.Series, proved: pl.Series) -> pl.Series | None:
        """Return the mask of the *cells* with an error, None when there is none. *proved*: the proof's mask."""
        if proved.all():
            return None
        left = cells.filter(~proved).unique().to_list()
        bad = [text or "" for text in left if self._wrong(text or "")]
        return ~proved & cells.fill_null("").is_in(bad) if bad else None

    def _wrong(self, text: str) -> bool:
        known = self._verdicts.get(text)
        if known is None:
            if len(self._verdicts) >= _MEMORY:
                self._verdicts.clear()
            try:
                known = self.read(text)[1] is not None
            except Exception:  # Frictionless would stop at this cell as well: the replay raises it again
                known = True
            self._verdicts[text] = known
        return known

    def _proof(self, field: Any) -> pl.Expr:
        value = value_proof(field, self.read)
        if value is None:
            value = pl.lit(False)
        elif not self.blank_is_missing:
            value = value.fill_null(False) & pl.col(self.name).is_not_null()
        if self.required:
            return (value & ~self.is_missing()).fill_null(False)
        if self.blank_is_missing:
            return value.fill_null(False) | pl.col(self.name).is_null()
        return value.fill_null(False)


def suspect_cells(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.Series:
    """Return the mask of the rows of *frame* (all text, one column per field) that Frictionless would fault.

    Cell errors and blank rows only; keys and the number of cells are decided elsewhere.
    """
    mask = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    proved = frame.select(c.proof.alias(c.name) for c in columns)
    if proved.height != frame.height:  # only literals: every field is without a proof, or without a doubt
        proved = frame.select((c.proof & pl.lit(True, dtype=pl.Boolean)).alias(c.name) for c in columns)
    for column in columns:
        found = column.suspects(frame[column.name], proved[column.name])
        if found is not None:
            mask = mask | found
    if not any(c.required for c in columns):
        mask = mask | frame.select(pl.all_horizontal(c.is_missing() for c in columns).alias("m"))["m"]
    return mask
