"""Check: tables → build/checked (typed, clean), build/reports/<system>.json, build/quarantine (private).

Frictionless is the authority on cells, rows, keys and references; the declared rules follow; then the ledger is
closed per source and the expectations decide whether tonight's rows may replace the published ones.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import orjson
import polars as pl

from vitrina.checking import frictionless_lane, report, rules, typed
from vitrina.config import Settings
from vitrina.model import Issue, System, Table
from vitrina.storage import fresh_folder, read_json, write_bytes, write_json, write_parquet

Progress = Callable[[str], None]
Frames = dict[str, pl.DataFrame]


def run(
    settings: Settings, systems: Sequence[System], progress: Progress = lambda _t: None
) -> dict[str, str]:
    """Check every system; return its decision: publish, keep_last_good or empty."""
    decisions = {}
    for system in systems:
        decisions[system.slug] = _check_system(settings, system)
        progress(f"{system.slug}: {_DECISIONS[decisions[system.slug]]}")
    return decisions


_DECISIONS = {
    "publish": "se publica",
    "keep_last_good": "conserva la última copia buena",
    "empty": "sin datos",
}


def _check_system(settings: Settings, system: System) -> str:
    folder = settings.build / "tables" / system.slug
    frames = {t.name: pl.read_parquet(folder / f"{t.name}.parquet") for t in system.tables}
    found = frictionless_lane.validate(system, frames, settings.build / "check" / system.slug)
    clean, quarantined, issues = _split(system, frames, found)
    clean, quarantined, issues = rules.apply(system, clean, quarantined, issues)
    tables, cast_issues = typed.cast(system, clean)
    if cast_issues:  # Frictionless passed a text our types cannot hold: those rows go to quarantine as well
        clean, quarantined, more = _split(system, clean, cast_issues, quarantined)
        issues = [*issues, *more]
        tables, _ = typed.cast(system, clean)
    records = pl.read_parquet(folder / "_records.parquet")
    normalized = read_json(folder / "_normalize.json")
    result = report.build(system, frames, tables, quarantined, records, normalized, issues, settings.run_date)
    _place(settings, system, tables, result)
    _write_quarantine(settings, system, quarantined, records, issues)
    write_json(settings.build / "reports" / f"{system.slug}.json", result)
    return str(result["decision"])


def _split(
    system: System, frames: Frames, found: Sequence[Issue], before: Frames | None = None
) -> tuple[Frames, Frames, list[Issue]]:
    """Separate rows with an error from the clean ones, then the children of a quarantined main row.

    Issues carry the row's index in the frame as `position` ("#12"); the returned ones carry the row's place.
    """
    bad: dict[str, set[int]] = {t.name: set() for t in system.tables}
    placed = []
    for issue in found:
        index = int(issue.position.removeprefix("#"))
        row = frames[issue.table].row(index, named=True)
        placed.append(rules.located(issue, row))
        if issue.severity == "error":
            bad[issue.table].add(index)
    clean, out = {}, {}
    gone: tuple[pl.DataFrame, set[str]] = (frames[system.main.name].clear(), set())
    for table in system.tables:
        frame = frames[table.name].with_row_index("_i")
        drop = pl.col("_i").is_in(sorted(bad[table.name]))
        if table is not system.main:
            drop = drop | _orphaned(frame, table, *gone)
        out[table.name] = frame.filter(drop).drop("_i")
        clean[table.name] = frame.filter(~drop).drop("_i")
        if table is system.main:
            kept = set(clean[table.name]["id"].drop_nulls())
            gone = (out[table.name], set(out[table.name]["id"].drop_nulls()) - kept)
    if before:
        out = {name: pl.concat([before[name], frame]) for name, frame in out.items()}
    return clean, out, placed


def _orphaned(frame: pl.DataFrame, table: Table, out: pl.DataFrame, lost: set[str]) -> pl.Expr:
    """Return which rows of a child table follow the quarantined main rows *out*.

    Rows of a *lost* id, and rows read from the very record of a quarantined one: where two records share an id, the
    second's children must not join the first.
    """
    places = out.select(pl.struct("fuente_id", "fuente_posicion"))
    expression = pl.struct("fuente_id", "fuente_posicion").is_in(places.to_series().implode())
    return expression | pl.col(table.parent_key).is_in(sorted(lost)) if frame.height else pl.lit(value=False)


def _place(settings: Settings, system: System, tables: Frames, result: dict[str, Any]) -> None:
    """Put the tables to publish in build/checked: tonight's, or the last good ones when the report says so.

    The report's figures follow: what is not published tonight counts as held back, whatever its rows were worth.
    """
    target = fresh_folder(settings.build / "checked" / system.slug)
    kept = settings.archive / "last_good" / system.slug
    if result["decision"] == "keep_last_good" and (kept / "from.json").is_file():
        for path in sorted(kept.glob("*.parquet")):
            shutil.copyfile(path, target / path.name)
        tables = {t.name: pl.read_parquet(target / f"{t.name}.parquet") for t in system.tables}
        result["published_from"] = read_json(kept / "from.json")["date"]
    else:
        if result["decision"] != "publish":
            tables = {name: frame.clear() for name, frame in tables.items()}
        for name, frame in tables.items():
            write_parquet(target / f"{name}.parquet", frame)
    if result["decision"] != "publish":
        report.hold(result, {name: frame.height for name, frame in tables.items()})


def _write_quarantine(
    settings: Settings, system: System, quarantined: Frames, records: pl.DataFrame, issues: Sequence[Issue]
) -> None:
    """Write what was held back and every finding with its place; private: build/quarantine is never published."""
    folder = settings.build / "quarantine"
    lines: list[bytes] = []
    for name, frame in quarantined.items():
        lines.extend(orjson.dumps({"table": name, "row": row}) for row in frame.iter_rows(named=True))
    rejected = records.filter(pl.col("fate") == "rejected")
    lines.extend(orjson.dumps({"record": row}) for row in rejected.iter_rows(named=True))
    write_bytes(folder / f"{system.slug}.jsonl", b"".join(line + b"\n" for line in lines))
    found = [*issues, *(_rejection(row) for row in rejected.iter_rows(named=True))]
    write_bytes(
        folder / f"{system.slug}.issues.jsonl", b"".join(orjson.dumps(asdict(i)) + b"\n" for i in found)
    )


def _rejection(row: dict[str, Any]) -> Issue:
    return Issue(
        code=row["code"], severity="error", message=row["message"] or row["code"], source=row["source"],
        position=row["position"], remedy="Corrija el registro y envíelo de nuevo.", rule=row["code"],
    )  # fmt: skip
