"""The ledger of one night, per source and per public body: records in = published + quarantined + withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from vitrina.checking.findings import ente_column
from vitrina.errors import RefusedError
from vitrina.model import Ledger, System

Frames = Mapping[str, pl.DataFrame]
_PLACE = ["fuente_id", "fuente_posicion"]
COUNTS = ("published", "quarantined", "withheld")


def settled(
    system: System, frames: Frames, held: Mapping[str, pl.Series], records: pl.DataFrame
) -> pl.DataFrame:
    """Return *records* with `state` (one of COUNTS) and `ente_id` ("" when no row tells whose the record is).

    *records*: one row per record received (source, position, row_position, fate, code, message). A record is
    published when any row read from it is.
    """
    out = (
        pl.concat([frames[n].select(_PLACE).filter(~held[n]) for n in frames])
        .unique()
        .with_columns(seen=True)
    )
    placed = records.join(
        out, left_on=["source", "row_position"], right_on=_PLACE, how="left", maintain_order="left"
    ).join(
        _entes(system, frames), left_on=["source", "row_position"], right_on=_PLACE, how="left", maintain_order="left"
    )  # fmt: skip
    state = (
        pl.when(pl.col("fate") == "withheld").then(pl.lit("withheld"))
        .when((pl.col("fate") == "row") & pl.col("seen").fill_null(value=False)).then(pl.lit("published"))
        .otherwise(pl.lit("quarantined"))
    )  # fmt: skip
    return placed.with_columns(state=state, ente_id=pl.col("ente_id").fill_null("")).drop("seen")


def _entes(system: System, frames: Frames) -> pl.DataFrame:
    """Return the body of each place rows were read from: by the main row there, else by the main row they point to."""
    column = ente_column(system, system.main)
    main = frames[system.main.name]
    if not column:
        return main.clear().select(*_PLACE, ente_id=pl.lit(""))
    owners = (
        main.select("id", ente_id=pl.col(column)).drop_nulls().unique("id", keep="first", maintain_order=True)
    )
    parts = [main.select(*_PLACE, ente_id=pl.col(column))]
    parts += [
        frames[t.name].select(*_PLACE, id=pl.col(t.parent_key))
        .join(owners, on="id", how="left", maintain_order="left").select(*_PLACE, "ente_id")
        for t in system.children
    ]  # fmt: skip
    return pl.concat(parts).drop_nulls().unique(_PLACE, keep="first", maintain_order=True)


def by_source(sources: Sequence[Mapping[str, Any]], states: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the entry of each source, in the order of *sources* (what `normalize` wrote of each).

    RefusedError when a ledger does not balance: that is a defect of the program and nothing may be published.
    """
    counted = _counted(states, "source")
    return [_source(s, counted.get(s["source"], dict.fromkeys(COUNTS, 0)), states) for s in sources]


def _source(source: Mapping[str, Any], counts: Mapping[str, int], states: pl.DataFrame) -> dict[str, Any]:
    ledger = Ledger(source["source"], int(source["read"]), **counts)
    rejected = states.filter((pl.col("source") == source["source"]) & (pl.col("fate") == "rejected")).height
    if not ledger.balanced or ledger.quarantined < rejected:
        raise RefusedError(
            f"El libro de {source['source']} no cuadra: {ledger}", "Avise a quien mantiene el programa."
        )
    return {
        "source": source["source"], "title": source["title"], "ente": source.get("ente", ""), "weather": source["weather"],
        "condition": source["condition"], "calendar": source.get("calendar", []),
        "observed_days": source.get("observed_days"),
        "snapshot": source["snapshot"], "taken": source["taken"], "message": source["message"],
        "remedy": source["remedy"], "records_in": ledger.records_in, "published": ledger.published,
        "quarantined": ledger.quarantined, "withheld": ledger.withheld,
    }  # fmt: skip


def by_ente(states: pl.DataFrame, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the entry of each public body, sorted by id; *names*: id → name in the register. Issues are empty."""
    return [
        {
            "ente_id": ente,
            "ente": names.get(ente, ""),
            "checked": sum(counts.values()),
            **counts,
            "issues": {},
        }
        for ente, counts in sorted(_counted(states, "ente_id").items())
    ]


def with_issues(entries: Sequence[dict[str, Any]], found: pl.DataFrame) -> list[dict[str, Any]]:
    """Return *entries* of bodies with the number of findings of each rule in `issues`, sorted by id.

    A body whose only rows are last good copies, found wanting against another system, has an entry of its own.
    """
    counts: dict[str, dict[str, int]] = {}
    for ente, rule, n in found.group_by("ente_id", "rule").len().sort("ente_id", "rule").iter_rows():
        counts.setdefault(ente, {})[rule] = n
    known = {e["ente_id"] for e in entries}
    more = [
        {"ente_id": e, "ente": "", "checked": 0, **dict.fromkeys(COUNTS, 0), "issues": {}}
        for e in counts
        if e not in known
    ]
    return [
        e | {"issues": counts.get(e["ente_id"], {})}
        for e in sorted([*entries, *more], key=lambda e: e["ente_id"])
    ]


def hold(entries: Sequence[dict[str, Any]]) -> None:
    """Change *entries* (of sources or bodies) for a night whose rows are not published: all count as held back."""
    for entry in entries:
        entry["quarantined"] += entry["published"]
        entry["published"] = 0


def _counted(states: pl.DataFrame, by: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for key, state, n in states.group_by(by, "state").len().sort(by, "state").iter_rows():
        found.setdefault(key, dict.fromkeys(COUNTS, 0))[state] = n
    return found
