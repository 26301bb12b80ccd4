"""Which rows stay out tonight: those with an error, and the children of a main row that stays out."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vitrina.model import System

Frames = Mapping[str, pl.DataFrame]
Held = dict[str, pl.Series]
"""Table → one boolean per row of its frame: true when the row is not published."""


def none(frames: Frames) -> Held:
    """Return that no row of *frames* is held."""
    return {name: pl.repeat(value=False, n=frame.height, eager=True) for name, frame in frames.items()}


def extended(system: System, frames: Frames, held: Held, found: pl.DataFrame) -> Held:
    """Return *held* with the rows that *found* (findings.FOUND) has an error for, and all that follow them.

    Children follow a main row by its id, once no row of that id is left, and by the very record it was read from:
    where two records share an id, the second's children must not join the first.
    """
    errors = found.filter(pl.col("severity") == "error")
    result = {}
    for table in system.tables:
        bad = errors.filter(pl.col("table") == table.name)["index"].unique()
        result[table.name] = _marked(held[table.name], bad)
    main = frames[system.main.name]
    out = main.filter(result[system.main.name])
    if out.is_empty():
        return result
    left = main.filter(~result[system.main.name])["id"].drop_nulls()
    lost = out["id"].drop_nulls().unique()
    lost = lost.filter(~lost.is_in(left.implode()))
    places = out.select("fuente_id", "fuente_posicion").unique()
    for child in system.children:
        frame = frames[child.name].with_row_index("_i")
        orphans = frame.filter(pl.col(child.parent_key).is_in(lost.implode()))["_i"]
        siblings = frame.join(places, on=["fuente_id", "fuente_posicion"], how="semi", nulls_equal=True)["_i"]
        result[child.name] = _marked(result[child.name], pl.concat([orphans, siblings]))
    return result


def _marked(held: pl.Series, rows: pl.Series) -> pl.Series:
    """Return *held* with the *rows* (places) marked too, as a new series."""
    if rows.is_empty():
        return held
    return held | pl.int_range(held.len(), eager=True).is_in(rows.cast(pl.Int64).implode())


def parted(frames: Frames, held: Held) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """Return the rows to publish and the rows held, each with its place in *frames* as column `_i`."""
    numbered = {name: frame.with_row_index("_i") for name, frame in frames.items()}
    kept = {name: frame.filter(~held[name]) for name, frame in numbered.items()}
    return kept, {name: frame.filter(held[name]) for name, frame in numbered.items()}


def incomplete(system: System, frames: Frames, held: Held) -> dict[str, pl.Series]:
    """Return, per child table, the ids of main rows that lost some of its rows: no total of theirs can be checked."""
    return {
        c.name: frames[c.name].filter(held[c.name])[c.parent_key].drop_nulls().unique()
        for c in system.children
    }
