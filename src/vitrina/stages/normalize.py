"""Normalize: snapshots → build/tables/<system>/<table>.parquet, every column text, private data already gone.

Each record meets a layout by its shape; one that meets none is quarantined, never guessed. Rows that follow from other
systems come later, when those are checked (layouts/derived.py).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from vitrina import formats, weather
from vitrina.catalogs import load_entes
from vitrina.config import Settings
from vitrina.errors import SourceError
from vitrina.layouts import find
from vitrina.layouts.base import Context, Layout
from vitrina.layouts.collected import Collected
from vitrina.layouts.reserved import Leaves, Split
from vitrina.model import Malformed, Outcome, RawRecord, Source, System
from vitrina.publishing.gate import Memory
from vitrina.snapshots import Store
from vitrina.storage import read_json_or

Progress = Callable[[str], None]
_CALENDAR = 56
"""Nights a source's calendar shows."""


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
        collected = Collected.of(system)
        for source in sources:
            if source.system == system.slug:
                _read_source(settings, system, source, resolve, collected, memory)
        collected.write(settings.build / "tables" / system.slug, system)
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
    collected: Collected,
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
        collected.merge(gathered)


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
) -> tuple[Collected | None, weather.Night | None]:
    """Return the rows of the snapshot that *entry* names, and its figures; (None, None) when it gives none."""
    if not entry["snapshot"]:
        return None, None
    folder = settings.archive / "snapshots" / source.id / entry["snapshot"] / "files"
    context = Context(system, source, settings.run_date, resolve)
    gathered = Collected.of(system)
    try:
        seen = _Remembering(system, memory)
        records = seen.before(_counted(_records(folder, source, settings), entry))
        for outcome in seen.after(_outcomes(records, context)):
            gathered.gather(outcome, source, entry["snapshot"])
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


def _night(system: System, gathered: Collected, records: int) -> weather.Night:
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
