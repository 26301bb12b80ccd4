"""The weather of a source: how it did each night, and the guards that stop a collapse from being published.

History lives in data/archive/weather/<source>.json, one entry per night, and in <source>.ids.parquet, the ids of
the last night that was taken as good. An operator may let one named snapshot through (`vitrina accept`): it passes
for as long as it is the last good one, and no longer once another has taken its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from vitrina.storage import read_json_or, write_json, write_parquet
from vitrina.text import mark

CONDITIONS: Mapping[str, str] = {
    "fresh": mark("al día"), "unchanged": mark("sin cambios"), "slow": mark("lenta"), "partial": mark("incompleta"),
    "empty": mark("vacía"), "shrank": mark("encogió"), "grew": mark("creció"), "drifted": mark("cambió de forma"),
    "down": mark("no respondió"), "frozen": mark("cerrada"), "none": mark("sin datos"),
}  # fmt: skip
"""Condition → how people read it."""

NIGHTS_KEPT = 400
NIGHTS_COMPARED = 7
SMALLEST = 50
"""Below this many records a source's ups and downs are its normal life: only its declared floor guards it."""
SHRINK, GROW, IDS_GONE, REJECTED = 0.8, 3.0, 0.1, 0.2
"""Design §6: below 80 % of the median or above 3× blocks; 10 % of ids gone blocks; and 20 % newly unreadable."""
ENTE_SMALLEST = 10


@dataclass(frozen=True)
class Night:
    """What one source gave tonight, once read."""

    records: int
    rejected: int = 0
    entes: Mapping[str, int] = field(default_factory=dict)
    """Institution → main rows."""
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """Why tonight's copy is not taken; the last good one stays."""

    condition: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Floors:
    """The least a source declares it will send."""

    records: int = 0
    entes: Mapping[str, int] = field(default_factory=dict)
    """Institution → main rows."""


def judge(
    source: str, run: str, night: Night, archive: Path, day: date, floors: Floors | None = None
) -> Verdict | None:
    """Return why the snapshot *run* may not replace the last good one, or None when it may.

    Nights before *day* are compared. A snapshot accepted by name passes.
    """
    floors = floors or Floors()
    if accepted(archive, source, run):
        return None
    if night.records < floors.records:
        return _verdict(
            "shrank", source, run, f"{night.records} registros; la fuente declara al menos {floors.records}"
        )
    for ente, least in sorted(floors.entes.items()):
        if (now := night.entes.get(ente, 0)) < least:
            return _verdict(
                "shrank", source, run, f"{ente}: {now} registros; la fuente declara al menos {least}"
            )
    before = [n for n in history(archive, source) if n["date"] < day.isoformat()]
    good = [n for n in before if n["taken_as_good"]][-NIGHTS_COMPARED:]
    if not good:
        return None
    usual = median(n["records"] for n in good)
    if usual < SMALLEST:
        return None
    if night.records < SHRINK * usual:
        return _verdict("shrank", source, run, f"{night.records} registros; lo usual son {usual:.0f}")
    if night.records > GROW * usual:
        return _verdict("grew", source, run, f"{night.records} registros; lo usual son {usual:.0f}")
    if night.rejected > REJECTED * night.records and night.rejected > 2 * max(n["rejected"] for n in good):
        return _verdict(
            "drifted", source, run, f"{night.rejected} de {night.records} registros ya no se pueden leer"
        )
    return _by_ente(source, run, night, good) or _by_ids(source, run, night, archive)


def _by_ente(source: str, run: str, night: Night, good: Sequence[Mapping[str, Any]]) -> Verdict | None:
    """One institution's rows all gone, while the total hardly moved."""
    for ente in sorted({e for n in good for e in n["entes"]}):
        usual = median(n["entes"].get(ente, 0) for n in good)
        if usual >= ENTE_SMALLEST and night.entes.get(ente, 0) < usual * (1 - SHRINK):
            now = night.entes.get(ente, 0)
            return _verdict("shrank", source, run, f"{ente}: {now} registros; lo usual son {usual:.0f}")
    return None


def _by_ids(source: str, run: str, night: Night, archive: Path) -> Verdict | None:
    before = _ids(archive, source)
    gone = len(before - night.ids)
    if len(before) >= SMALLEST and gone > IDS_GONE * len(before):
        return _verdict(
            "shrank", source, run, f"desaparecieron {gone} de {len(before)} registros ya publicados"
        )
    return None


def _verdict(condition: str, source: str, run: str, what: str) -> Verdict:
    return Verdict(
        condition,
        f"{source}: {what}",
        f"Pregunte a la institución. Si es correcto: vitrina accept {source} --run {run} --reason … --by …",
    )


def remember(
    archive: Path, source: str, day: date, condition: str, night: Night | None, run: str
) -> list[dict[str, Any]]:
    """Write tonight in the source's history (replacing an earlier run of the same night) and return the history.

    *night* is None when nothing new was taken as good tonight; *run* is the snapshot it was read from.
    """
    entry = {
        "date": day.isoformat(), "condition": condition, "taken_as_good": night is not None,
        "records": night.records if night else 0, "rejected": night.rejected if night else 0,
        "entes": dict(sorted(night.entes.items())) if night else {},
    }  # fmt: skip
    kept = [n for n in _all(archive, source) if n["date"] != entry["date"]]
    nights = sorted([*kept, entry], key=lambda n: str(n["date"]))[-NIGHTS_KEPT:]
    write_json(_folder(archive) / f"{source}.json", nights)
    if night is not None:
        _spend(archive, source, run, day)
        write_parquet(
            _folder(archive) / f"{source}.ids.parquet",
            pl.DataFrame({"id": sorted(night.ids)}, schema={"id": pl.String}),
        )
    return nights


def history(archive: Path, source: str) -> list[dict[str, Any]]:
    """Return the source's nights, oldest first."""
    return _all(archive, source)


def observed_days(nights: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the usual days between two nights that brought something new, None with fewer than two such gaps."""
    fresh = [date.fromisoformat(n["date"]) for n in nights if n["condition"] == "fresh"]
    gaps = [(later - earlier).days for earlier, later in pairwise(fresh)]
    return round(median(gaps)) if len(gaps) > 1 else None


def accept(archive: Path, source: str, run: str, reason: str, by: str, day: date) -> None:
    """Let the snapshot *run* of *source* through the guards, once and by name; who and why are kept."""
    entries = _acceptances(archive, source)
    entries.append({"run": run, "reason": reason, "by": by, "date": day.isoformat()})
    write_json(_folder(archive) / f"{source}.accepted.json", entries)


def accepted(archive: Path, source: str, run: str) -> bool:
    """Return whether an operator let this very snapshot through, and no other has been good since it was."""
    return any(e["run"] == run and "replaced" not in e for e in _acceptances(archive, source))


def _spend(archive: Path, source: str, run: str, day: date) -> None:
    """Note that *run* was taken as good: an acceptance of it is used, and one used before is over."""
    entries = _acceptances(archive, source)
    told = [
        e | ({"used": day.isoformat()} if e["run"] == run and "used" not in e else {})
        | ({"replaced": day.isoformat()} if e["run"] != run and "used" in e and "replaced" not in e else {})
        for e in entries
    ]  # fmt: skip
    if told != entries:
        write_json(_folder(archive) / f"{source}.accepted.json", told)


def _acceptances(archive: Path, source: str) -> list[dict[str, Any]]:
    return list(read_json_or(_folder(archive) / f"{source}.accepted.json", []))


def _folder(archive: Path) -> Path:
    return archive / "weather"


def _all(archive: Path, source: str) -> list[dict[str, Any]]:
    return list(read_json_or(_folder(archive) / f"{source}.json", []))


def _ids(archive: Path, source: str) -> set[str]:
    path = _folder(archive) / f"{source}.ids.parquet"
    return set(pl.read_parquet(path)["id"]) if path.is_file() else set()
