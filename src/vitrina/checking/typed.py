"""Clean text → typed columns. What Frictionless passed must fit our types; a misfit is an issue, never a null."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vitrina.model import Field, Issue, System

POLARS: Mapping[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us", "UTC"),
}
"""Table Schema type → polars type of build/checked and of the published Parquet."""


def cast(system: System, clean: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], list[Issue]]:
    """Return the typed tables, and an issue ("#index") for each text that does not fit its type."""
    tables: dict[str, pl.DataFrame] = {}
    issues: list[Issue] = []
    for table in system.tables:
        text = clean[table.name]
        frame = text.select(_typed(f) for f in table.fields)
        tables[table.name] = frame
        for field in table.fields:
            lost = (text[field.name].is_not_null() & frame[field.name].is_null()).arg_true()
            issues.extend(
                Issue(
                    code="type-error", severity="error", message=f"El valor no es del tipo esperado ({field.title})",
                    table=table.name, field=field.name, position=f"#{i}", rule="type-error",
                    remedy=f"Corrija el dato: se espera {field.type}.",
                )
                for i in lost
            )  # fmt: skip
    return tables, issues


def empty(system: System) -> dict[str, pl.DataFrame]:
    """Return the system's tables, typed and without rows."""
    return {t.name: pl.DataFrame(schema={f.name: POLARS[f.type] for f in t.fields}) for t in system.tables}


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
