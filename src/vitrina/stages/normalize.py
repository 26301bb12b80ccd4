"""Normalize: snapshots → build/tables/<system>/<table>.parquet, every column text, private data already gone.

Each record meets a layout by its shape; one that meets none is quarantined, never guessed. What became of each
record is written to `_records.parquet`, so that `check` can close the ledger: no record disappears unseen.
"""

from __future__ import annotations

import importlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from vitrina import formats, weather
from vitrina.catalogs import load_entes
from vitrina.config import Settings
from vitrina.errors import SourceError
from vitrina.layouts import find
from vitrina.layouts.base import Context, Layout
from vitrina.layouts.reserved import Leaves, Split
from vitrina.model import Issue, Malformed, Outcome, RawRecord, Row, Source, System
from vitrina.publishing.gate import Memory
from vitrina.snapshots import Store
from vitrina.storage import fresh_folder, read_json_or, text_frame, write_json, write_parquet

Progress = Callable[[str], None]
RECORD_COLUMNS = ("source", "position", "row_position", "fate", "code", "message")
NOTE_COLUMNS = (
    "source",
    "position",
    "row_position",
    "row_id",
    "table",
    "code",
    "severity",
    "field",
    "message",
    "remedy",
)
_CALENDAR = 56
"""Nights a source's calendar shows."""


@dataclass
class _Collected:
    """What one system's sources gave, gathered record by record."""

    rows: dict[str, list[Row]]
    records: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld_fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    sources: list[dict[str, Any]] = field(default_factory=list)


def run(
    settings: Settings,
    systems: Sequence[System],
    sources: Sequence[Source],
    progress: Progress = lambda _t: None,
) -> dict[str, int]:
    """Normalize every system in order; return main rows per system."""
    counts = {}
    memory = Memory()
    resolve: Callable[[str], str | None] = lambda _name: None  # noqa: E731 - replaced once `entes` is known
    for system in systems:
        collected = _Collected({t.name: [] for t in system.tables})
        for source in sources:
            if source.system == system.slug:
                _read_source(settings, system, source, resolve, collected, memory)
        if system.derived:
            _derive(settings, system, resolve, collected)
        _write(settings, system, collected)
        counts[system.slug] = len(collected.rows[system.main.name])
        if system.slug == "entes":
            resolve = load_entes(settings.catalogs, collected.rows[system.main.name]).ente_id
        progress(f"{system.slug}: {counts[system.slug]} registros")
    memory.write(settings.build / "private" / "withheld-values")
    return counts


def _read_source(
    settings: Settings,
    system: System,
    source: Source,
    resolve: Callable[[str], str | None],
    collected: _Collected,
    memory: Memory,
) -> None:
    pulled = read_json_or(settings.build / "pull" / f"{source.id}.json", None) or {
        "weather": "none", "condition": "none", "snapshot": "", "taken": "", "records": 0,
        "message": "la fuente no se ha leído todavía", "remedy": "Ejecute vitrina pull.",
    }  # fmt: skip
    entry = {**pulled, "source": source.id, "title": source.title, "ente": source.ente, "read": 0}
    collected.sources.append(entry)
    gathered, night = _read_snapshot(settings, system, source, resolve, entry, memory)
    if night is not None and pulled["weather"] in ("fresh", "unchanged"):
        verdict = weather.judge(
            source.id, entry["snapshot"], night, settings.archive, settings.run_date, _floors(source)
        )
        if verdict:
            _fall_back(settings, source, entry, verdict)
            gathered, _ = _read_snapshot(settings, system, source, resolve, entry, memory)
            night = None
    else:
        night = None
    nights = weather.remember(
        settings.archive, source.id, settings.run_date, entry["condition"], night, entry["snapshot"]
    )
    entry["observed_days"] = weather.observed_days(nights)
    entry["calendar"] = [{"date": n["date"], "condition": n["condition"]} for n in nights[-_CALENDAR:]]
    if gathered is not None:
        _merge(collected, gathered)


def _floors(source: Source) -> weather.Floors:
    guard = source.options.get("guard", {})
    return weather.Floors(int(guard.get("min_records", 0)), guard.get("entes", {}))


def _fall_back(settings: Settings, source: Source, entry: dict[str, Any], verdict: weather.Verdict) -> None:
    """Put the last good snapshot in the place of tonight's, which arrived whole but may not be published."""
    good = Store(settings.archive, source.id).demote(entry["snapshot"])
    entry.update(
        weather="kept" if good else "none", condition=verdict.condition, read=0,
        message=verdict.message, remedy=verdict.remedy,
        snapshot=good["run"] if good else "", taken=good["taken"] if good else "",
        records=good["records"] if good else 0,
    )  # fmt: skip


def _read_snapshot(
    settings: Settings,
    system: System,
    source: Source,
    resolve: Callable[[str], str | None],
    entry: dict[str, Any],
    memory: Memory,
) -> tuple[_Collected | None, weather.Night | None]:
    """Return the rows of the snapshot that *entry* names, and its figures; (None, None) when it gives none."""
    if not entry["snapshot"]:
        return None, None
    folder = settings.archive / "snapshots" / source.id / entry["snapshot"] / "files"
    context = Context(system, source, settings.run_date, resolve)
    gathered = _Collected({t.name: [] for t in system.tables})
    try:
        seen = _Remembering(system, memory)
        records = seen.before(_counted(_records(folder, source, settings), entry))
        for outcome in seen.after(_outcomes(records, context)):
            _gather(gathered, outcome, source, entry["snapshot"])
    except SourceError as error:
        entry.update(weather="none", condition=error.condition, message=error.message, remedy=error.remedy)
        return None, None
    if len(gathered.records) != entry["read"] or entry["read"] != entry["records"]:
        # The first clause of the ledger: a layout may neither lose nor invent a record (design §6).
        entry.update(
            weather="none", condition="partial",
            message=f"el libro no cuadra: {entry['records']} registros recibidos, {entry['read']} leídos, "
            f"{len(gathered.records)} contados",
            remedy="La fuente queda fuera esta noche; avise a quien mantiene el programa.",
        )  # fmt: skip
        return None, None
    return gathered, _night(system, gathered, entry["read"])


def _night(system: System, gathered: _Collected, records: int) -> weather.Night:
    rows = gathered.rows[system.main.name]
    return weather.Night(
        records=records,
        rejected=sum(1 for r in gathered.records if r["fate"] == "rejected"),
        entes=Counter(e for r in rows if (e := r.get("ente_id"))),
        ids=frozenset(i for r in rows if (i := r.get("id"))),
    )


def _records(folder: Path, source: Source, settings: Settings) -> Iterator[RawRecord]:
    for path in sorted(folder.iterdir()):
        yield from formats.records(path, path.name, source, settings.limits)


def _counted(records: Iterable[RawRecord], entry: dict[str, Any]) -> Iterator[RawRecord]:
    for record in records:
        entry["read"] += 1
        yield record


class _Remembering:
    """Lets the gate's memory see each record's values before a layout does, and the doubtful ones once it has judged."""

    def __init__(self, system: System, memory: Memory) -> None:
        self._split, self._memory = Split(system), memory
        self._waiting: dict[str, Leaves] = {}

    def before(self, records: Iterable[RawRecord]) -> Iterator[RawRecord]:
        for record in records:
            leaves = self._split.leaves(record.data)
            for reserved, texts in ((True, leaves.reserved), (False, leaves.public)):
                for text in texts:
                    self._memory.add(text, reserved=reserved)
            if leaves.conditional:
                self._waiting[record.position] = leaves
            yield record

    def after(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            for position in outcome.positions:
                leaves = self._waiting.pop(position, None)
                for reserved, text in leaves.judged(outcome) if leaves else ():
                    self._memory.add(text, reserved=reserved)
            yield outcome


def _outcomes(records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
    """Route each record to its layout; unknown and malformed ones become rejections on the side."""
    aside: list[Outcome] = []
    layouts = [
        find(n) for n in ([context.source.layout] if context.source.layout else context.system.layouts)
    ]

    def routed() -> Iterator[tuple[Layout, RawRecord]]:
        for record in records:
            if isinstance(record.data, Malformed):
                aside.append(
                    Outcome((record.position,), rejected=record.data.code, message=record.data.message)
                )
                continue
            layout = next((x for x in layouts if x.matches(record.data)), None)
            if layout is None:
                message = "el registro no tiene la forma de ningún estándar que este sistema admita"
                aside.append(Outcome((record.position,), rejected="layout-desconocido", message=message))
                continue
            yield layout, record

    for _, group in itertools.groupby(routed(), key=lambda pair: pair[0].name):
        first = next(group)
        yield from first[0].outcomes((r for _, r in itertools.chain([first], group)), context)
    yield from aside


def _gather(collected: _Collected, outcome: Outcome, source: Source, snapshot: str) -> None:
    place = outcome.positions[0] + (f" (+{len(outcome.positions) - 1})" if len(outcome.positions) > 1 else "")
    fate = "row" if outcome.rows else "withheld" if outcome.withheld else "rejected"
    code = outcome.withheld or outcome.rejected
    for position in outcome.positions:
        collected.records.append(
            {
                "source": source.id,
                "position": position,
                "row_position": place,
                "fate": fate,
                "code": code,
                "message": outcome.message,
            }
        )
    for table, rows in outcome.rows.items():
        for row in rows:
            row.update(fuente_id=source.id, fuente_instantanea=snapshot, fuente_posicion=place)
            collected.rows[table].append(row)
    if outcome.issues:
        main = next(iter(outcome.rows.get(next(iter(collected.rows)), ())), None)
        own = (main and main.get("id")) or ""
        collected.notes.extend(_note(i, source, place, own) for i in outcome.issues)
    collected.unknown.update((path, source.id) for path in outcome.unknown)
    collected.withheld_fields.update((path, source.id) for path in outcome.withheld_fields)


def _note(issue: Issue, source: Source, place: str, row_id: str) -> Row:
    """Return what a layout noticed as a row of `_notes.parquet`; *place* and *row_id*: those of its main row."""
    return {
        "source": source.id, "position": issue.position or place, "row_position": place,
        "row_id": issue.row_id or row_id, "table": issue.table, "code": issue.code, "severity": issue.severity,
        "field": issue.field, "message": issue.message, "remedy": issue.remedy,
    }  # fmt: skip


def _merge(collected: _Collected, gathered: _Collected) -> None:
    for table, rows in gathered.rows.items():
        collected.rows[table].extend(rows)
    collected.records.extend(gathered.records)
    collected.notes.extend(gathered.notes)
    collected.unknown.update(gathered.unknown)
    collected.withheld_fields.update(gathered.withheld_fields)


def _derive(
    settings: Settings, system: System, resolve: Callable[[str], str | None], collected: _Collected
) -> None:
    """Add the rows that follow from other systems' tables, as a source of its own in the ledger."""
    module = importlib.import_module(f"vitrina.layouts.derived_{system.derived}")
    source = Source(
        id=f"derivado-{system.slug}", title="Derivado de los demás sistemas del portal", system=system.slug,
        protocol="derived", format="", frequency="diaria",
    )  # fmt: skip
    inputs = {
        slug: {
            p.stem: pl.read_parquet(p)
            for p in sorted((settings.build / "tables" / slug).glob("[!_]*.parquet"))
        }
        for slug in system.needs
    }
    own = {t.name: text_frame(collected.rows[t.name], t.names) for t in system.tables}  # type: ignore[arg-type]
    gathered = _Collected({t.name: [] for t in system.tables})
    for outcome in module.derive(inputs, own, Context(system, source, settings.run_date, resolve)):
        _gather(gathered, outcome, source, settings.run_date.isoformat())
    collected.sources.append(
        {
            "source": source.id, "title": source.title, "system": system.slug, "weather": "fresh",
            "condition": "fresh", "calendar": [],
            "snapshot": settings.run_date.isoformat(), "taken": settings.run_date.isoformat(),
            "records": len(gathered.records), "read": len(gathered.records), "message": "", "remedy": "",
        }
    )  # fmt: skip
    _merge(collected, gathered)


def _write(settings: Settings, system: System, collected: _Collected) -> None:
    folder = fresh_folder(settings.build / "tables" / system.slug)
    for table in system.tables:
        rows: list[Mapping[str, str | None]] = list(collected.rows[table.name])
        write_parquet(folder / f"{table.name}.parquet", text_frame(rows, table.names))
    write_parquet(folder / "_records.parquet", text_frame(list(collected.records), RECORD_COLUMNS))
    write_parquet(folder / "_notes.parquet", text_frame(list(collected.notes), NOTE_COLUMNS))
    write_json(
        folder / "_normalize.json",
        {
            "sources": collected.sources,
            "unknown_fields": [
                {"path": p, "source": s, "count": n} for (p, s), n in sorted(collected.unknown.items())
            ],
            "withheld_fields": [
                {"path": p, "source": s, "count": n}
                for (p, s), n in sorted(collected.withheld_fields.items())
            ],
        },
    )
