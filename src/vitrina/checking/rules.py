"""The rules of `[[rules]]`: checks beyond the schema, in vectors over the typed clean rows.

The kinds are in `rules_rows` (a row by itself) and `rules_joined` (a row with others). Every rule sees the same
rows, so their order in the file does not matter; a rule of severity error holds its rows back afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from vitrina.checking import findings, rules_joined, rules_rows
from vitrina.checking.rules_declared import KINDS, main_columns, mended, table_of
from vitrina.checking.rules_rows import NotAvailableError, Scene, where
from vitrina.model import Rule, System, Table

_KINDS = {**rules_rows.KINDS, **rules_joined.KINDS}


@dataclass(frozen=True)
class Tally:
    """How one rule went: rows in which there was something to check, rows that break it, or why it was not checked."""

    checked: int
    failed: int
    reason: str = ""


def own(system: System) -> list[Rule]:
    """Return the rules that a system's own rows answer."""
    return [r for r in system.rules if not KINDS[r.kind].cross]


def across(system: System) -> list[Rule]:
    """Return the rules that compare with another system; they are checked once every system has its rows."""
    return [r for r in system.rules if KINDS[r.kind].cross]


def apply(rules: Iterable[Rule], scene: Scene) -> tuple[pl.DataFrame, Mapping[str, Tally]]:
    """Return what *rules* find in the scene's tables (findings.FOUND) and how each went, by its id."""
    found = [findings.empty()]
    tallies = {}
    for rule in rules:
        table = table_of(scene.system, rule)
        broken, tallies[rule.id] = _ask(rule, table, scene)
        if broken.len():
            found.append(_findings(rule, table, broken))
    return pl.concat(found), tallies


def _ask(rule: Rule, table: Table, scene: Scene) -> tuple[pl.Series, Tally]:
    """Return the places of the rows that break *rule*, and its tally."""
    nothing = pl.Series([], dtype=pl.Int64)
    frame = _with_main(rule, table, scene)
    if frame.is_empty():
        return nothing, Tally(0, 0, f"No hubo filas en la tabla «{table.title}».")
    try:
        asked = _KINDS[rule.kind](rule, frame, scene)
    except NotAvailableError as why:
        return nothing, Tally(0, 0, str(why))
    condition = where(rule.params.get("where", {}))
    flags = frame.select(
        "_i",
        applies=(asked.applies & condition).fill_null(value=False),
        broken=(asked.applies & condition & asked.broken).fill_null(value=False),
    )
    checked = int(flags["applies"].sum())
    broken = flags.filter(pl.col("broken"))["_i"].cast(pl.Int64)
    reason = "" if checked else f"Ninguna fila trae lo que la regla necesita: {asked.needs}."
    return broken, Tally(checked, broken.len(), reason)


def _with_main(rule: Rule, table: Table, scene: Scene) -> pl.DataFrame:
    """Return the rule's table, with the columns of the main row it names as `main.<column>`."""
    frame, columns = scene.tables[table.name], main_columns(rule)
    if not columns:
        return frame
    main = scene.tables[scene.system.main.name].select("id", *(pl.col(c).alias(f"main.{c}") for c in columns))
    return frame.join(
        main.unique("id"), left_on=table.parent_key, right_on="id", how="left", maintain_order="left"
    )


def _findings(rule: Rule, table: Table, rows: pl.Series) -> pl.DataFrame:
    columns = mended(rule)
    return pl.DataFrame({"index": rows}).select(
        table=pl.lit(table.name), index="index", rule=pl.lit(rule.id), severity=pl.lit(rule.severity),
        field=pl.lit(columns[0] if columns else ""), message=pl.lit(rule.found), remedy=pl.lit(rule.remedy),
    )  # fmt: skip
