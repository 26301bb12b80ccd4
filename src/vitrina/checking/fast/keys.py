"""Unique values, primary and foreign keys: equality of Frictionless' values, decided on canonical columns.

Frictionless compares the values it read (7 for `007` and ` 7 `), so each key column is turned into one where two
cells are equal exactly when those values are; a cell without a value (missing, wrong type) is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from vitrina.checking.fast.cells import Column

Codes = dict[str, dict[Any, str]]
"""Field type → value → the text that stands for it, shared by all the tables of one check."""

_DATE = r"^[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]$"


class Unprovable(Exception):
    """The lane cannot tell which rows are clean."""


def canonical(cells: pl.Series, column: Column, codes: Codes) -> pl.Series:
    """Return a text column (named as the field) where equal cells are those whose values are equal.

    Unprovable for values that are not equal to themselves (NaN) or cannot be compared at all (lists).
    """
    frame = cells.to_frame(column.name)
    given = pl.col(column.name).is_not_null() & ~column.is_missing()
    if not column.blank_is_missing:
        frame, given = frame.select(column.cells), ~column.is_missing()
    text: pl.Expr = pl.when(given).then(pl.col(column.name))
    if column.plain and column.type == "string":
        return frame.select(text.alias(column.name)).to_series()
    plain = text
    if column.plain and column.type == "integer":
        plain = text.cast(pl.Int64, strict=False).cast(pl.String)
    elif column.plain:
        valid = text.str.contains(_DATE) & text.str.to_date("%Y-%m-%d", strict=False).is_not_null()
        plain = pl.when(valid).then(text)
    else:
        plain = pl.lit(None, dtype=pl.String)
    both = frame.select(plain.alias("plain"), text.alias("text"))
    odd = both.filter(pl.col("plain").is_null() & pl.col("text").is_not_null())["text"].unique().to_list()
    if not odd:
        return both["plain"].alias(column.name)
    spelled = {t: _spell(column, t, codes) for t in odd}
    mapped = pl.col("text").replace_strict(spelled, default=None, return_dtype=pl.String)
    return both.select(pl.coalesce("plain", mapped).alias(column.name)).to_series()


def _spell(column: Column, text: str, codes: Codes) -> str | None:
    try:
        value = column.read(text)[0]
        if value is None:
            return None
        if value != value:
            raise Unprovable(column.name)
        if column.type in ("string", "integer"):
            return str(value)
        if column.type == "date":
            return str(value.isoformat())
        known = codes.setdefault(column.type, {})
        return known.setdefault(value, f"{len(known)}")
    except Unprovable:
        raise
    except Exception as error:
        raise Unprovable(column.name) from error


def repeated(keys: pl.DataFrame) -> pl.Series:
    """Return the mask of the rows whose key (all the columns) another row has as well; all-null keys do not count."""
    given = keys.to_series().is_not_null() if keys.width == 1 else ~empty(keys)
    hashes = keys.hash_rows().filter(given)
    if hashes.n_unique() == len(hashes):  # equal keys have equal hashes
        return pl.repeat(False, keys.height, dtype=pl.Boolean, eager=True)
    return keys.is_duplicated() & given


def empty(keys: pl.DataFrame) -> pl.Series:
    """Return the mask of the rows whose key has no value at all."""
    return keys.select(pl.all_horizontal(pl.all().is_null()).alias("e"))["e"]


def orphans(keys: pl.DataFrame, reference: pl.DataFrame) -> pl.Series:
    """Return the mask of the rows of *keys* that are not among *reference*'s (same columns in order)."""
    if keys.width == 1:
        only = keys.to_series()
        return ~only.is_in(reference.to_series().unique().implode()).fill_null(True)
    names = [str(i) for i in range(keys.width)]
    left = keys.rename(dict(zip(keys.columns, names, strict=True))).with_row_index("_row")
    right = reference.rename(dict(zip(reference.columns, names, strict=True))).unique()
    lost = left.join(right, on=names, how="anti", nulls_equal=True)["_row"]
    return _mask(lost, keys.height) & ~empty(keys)


def first_rows(keys: pl.DataFrame, wanted: pl.DataFrame) -> pl.Series:
    """Return, for each key of *wanted*, the index of the first row of *keys* that has it (where one does)."""
    names = [str(i) for i in range(keys.width)]
    left = keys.rename(dict(zip(keys.columns, names, strict=True))).with_row_index("_row")
    right = wanted.rename(dict(zip(wanted.columns, names, strict=True))).unique()
    held = left.join(right, on=names, how="semi", nulls_equal=True)
    return held.group_by(names).agg(pl.col("_row").min())["_row"]


def _mask(rows: pl.Series, height: int) -> pl.Series:
    mask = pl.repeat(False, height, dtype=pl.Boolean, eager=True)
    return mask.scatter(rows, True) if len(rows) else mask


def same_kind(one: Sequence[Column], other: Sequence[Column]) -> bool:
    """Whether two keys hold values of the same types; else Frictionless' rules of equality are not ours to guess."""
    return [c.type for c in one] == [c.type for c in other]
