"""Findings as a frame: one row per thing found wrong, with the record it speaks of and never its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from vitrina.model import Issue, System, Table

Frames = Mapping[str, pl.DataFrame]

FOUND: dict[str, pl.DataType] = {
    "table": pl.String(), "index": pl.Int64(), "rule": pl.String(), "severity": pl.String(), "field": pl.String(),
    "message": pl.String(), "remedy": pl.String(),
}  # fmt: skip
"""A finding as a check makes it: `index` is the row's place in the frame of its table."""

LOCATED: dict[str, pl.DataType] = FOUND | {
    "source": pl.String(), "position": pl.String(), "row_id": pl.String(), "ente_id": pl.String(),
    "label": pl.String(), "published": pl.Boolean(),
}  # fmt: skip
"""The same, with where the source gave the row, the record it belongs to, whose it is and what became of it.

`label` is the record's title as its institution knows it: it is private, like build/quarantine.
"""


def empty(schema: dict[str, pl.DataType] = FOUND) -> pl.DataFrame:
    """Return no findings."""
    return pl.DataFrame(schema=schema)


def from_issues(issues: Sequence[Issue]) -> pl.DataFrame:
    """Return *issues* whose `position` is "#<row index>" as a frame of FOUND."""
    return pl.DataFrame(
        [
            (i.table, int(i.position.removeprefix("#")), i.rule or i.code, i.severity, i.field, i.message, i.remedy)
            for i in issues
        ],
        schema=FOUND, orient="row",
    )  # fmt: skip


def located(
    system: System, frames: Frames, found: pl.DataFrame, held: Mapping[str, pl.Series] | None = None
) -> pl.DataFrame:
    """Return *found* (FOUND) as LOCATED, in the order of the system's tables, then of *found*.

    *frames*: table → the rows that `index` counts. *held*: table → which of them are not published (default: none).
    """
    facts = _records(system, frames[system.main.name])
    parts = [empty(LOCATED)]
    for table in system.tables:
        own = found.filter(pl.col("table") == table.name)
        if own.is_empty():
            continue
        frame = frames[table.name][own["index"]]
        key = "id" if table is system.main else table.parent_key
        places = frame.select(
            source=pl.col("fuente_id"), position=pl.col("fuente_posicion"), row_id=pl.col(key).fill_null("")
        )
        if table is system.main:
            known = _facts(system, frame)
        else:
            known = places.select("row_id").join(facts, on="row_id", how="left", maintain_order="left")
        out = held[table.name][own["index"]] if held else pl.repeat(value=False, n=own.height, eager=True)
        parts.append(
            pl.concat(
                [own, places, known.select(pl.col("ente_id", "label").fill_null(""))], how="horizontal"
            ).with_columns(published=~out)
        )
    return pl.concat(parts)


def ente_column(system: System, table: Table) -> str:
    """Return the column of *table* that says whose its records are; empty when it has none."""
    return system.display.ente if system.display.ente in table.names else ""


def _facts(system: System, frame: pl.DataFrame) -> pl.DataFrame:
    """Return ente_id and label of main rows."""
    ente = ente_column(system, system.main)
    return frame.select(
        ente_id=pl.col(ente) if ente else pl.lit(""),
        label=pl.concat_str([pl.col(c).cast(pl.String) for c in system.display.title], separator=" ", ignore_nulls=True),
    )  # fmt: skip


def _records(system: System, main: pl.DataFrame) -> pl.DataFrame:
    """Return row_id, ente_id and label of every main record; of two with one id, the first."""
    facts = _facts(system, main).with_columns(row_id=main["id"])
    return facts.filter(pl.col("row_id").is_not_null()).unique("row_id", keep="first", maintain_order=True)
