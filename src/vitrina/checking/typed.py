"""Clean text → typed columns. What Frictionless passed must fit our types; a misfit is an issue, never a null."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vitrina.checking import findings
from vitrina.model import Field, System

POLARS: Mapping[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us", "UTC"),
}
"""Table Schema type → polars type of build/checked and of the published Parquet."""


def cast(system: System, clean: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the typed tables, and a finding (findings.FOUND) for each text that does not fit its type.

    *clean*: table → text columns with the row's place in column `_i`, which the typed tables keep.
    """
    tables: dict[str, pl.DataFrame] = {}
    found = [findings.empty()]
    for table in system.tables:
        text = clean[table.name]
        frame = text.select("_i", *(_typed(f) for f in table.fields))
        tables[table.name] = frame
        for field in table.fields:
            lost = text[field.name].is_not_null() & frame[field.name].is_null()
            if field.type != "string" and lost.any():
                found.append(_misfits(table.name, field, frame.filter(lost)["_i"]))
    return tables, pl.concat(found)


def _misfits(table: str, field: Field, rows: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"index": rows.cast(pl.Int64)}).select(
        table=pl.lit(table), index="index", rule=pl.lit("type-error"), severity=pl.lit("error"),
        field=pl.lit(field.name), message=pl.lit(f"El valor no es del tipo esperado ({field.title})"),
        remedy=pl.lit(f"Corrija el dato: se espera {field.type}."),
    )  # fmt: skip


def _typed(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    if field.type == "string":
        return column
    if field.type == "boolean":
        return column.replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
    if field.type == "date":
        return column.str.to_date("%Y-%m-%d", strict=False)
    if field.type == "datetime":
        return column.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    if field.type == "integer":
        return column.cast(pl.Int64, strict=False)
    return column.cast(pl.Float64, strict=False)


_BOOLEANS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "1": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "0": False,
}
"""Frictionless' default true and false values."""
