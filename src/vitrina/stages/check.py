"""Check: tables → build/checked (typed, clean), build/reports/<system>.json, build/quarantine (private).

Frictionless is the authority on cells, rows, keys and references; the declared rules follow; the expectations
decide whether tonight's rows may replace the published ones; and the ledger is closed per source and per public
body. A system derived from others gets its rows when those are checked. Once every system has its rows, the rules that
compare systems are checked, and the reports written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from vitrina import weather
from vitrina.checking import (
    findings,
    frictionless_lane,
    quarantine,
    report,
    report_expect,
    report_files,
    report_ledger,
    rules,
    typed,
)
from vitrina.checking.rules import Tally
from vitrina.checking.rules_rows import Scene
from vitrina.config import Settings
from vitrina.layouts import derived
from vitrina.model import System
from vitrina.storage import fresh_folder, read_json, write_json, write_parquet

Progress = Callable[[str], None]
Frames = dict[str, pl.DataFrame]
_FINDINGS = "_findings"
"""Name, among the tables of build/checked, of what was found in the published records."""


def run(
    settings: Settings, systems: Sequence[System], progress: Progress = lambda _t: None
) -> dict[str, str]:
    """Check every system; return its decision: publish, keep_last_good or empty."""
    nights = []
    for system in systems:
        if system.derived:
            derived.add(settings, system, {slug: _published(settings, slug) for slug in system.needs})
        nights.append(_check_system(settings, system))
        progress(f"{system.slug}: {_DECISIONS[nights[-1].summary['decision']]}")
    for checked in nights:
        _finish(settings, checked)
    return {n.system.slug: str(n.summary["decision"]) for n in nights}


_DECISIONS = {
    "publish": "se publica",
    "keep_last_good": "conserva la última copia buena",
    "empty": "sin datos",
}


def _check_system(settings: Settings, system: System) -> report.Checked:
    """Check the system's own rows, write build/checked and the rows in quarantine, and return what was found."""
    folder = settings.build / "tables" / system.slug
    frames = {t.name: pl.read_parquet(folder / f"{t.name}.parquet") for t in system.tables}
    tables, held, found, tallies = _judged(settings, system, frames)
    states = report_ledger.settled(system, frames, held, pl.read_parquet(folder / "_records.parquet"))
    normalized = read_json(folder / "_normalize.json")
    located = pl.concat(
        [
            findings.located(system, frames, found, held),
            report_files.notes(pl.read_parquet(folder / "_notes.parquet"), states),
            report_files.rejections(states),
        ]
    )
    report_files.write_quarantine(
        settings.build / "quarantine" / f"{system.slug}.jsonl", frames, held, states
    )
    expected = _expected(settings, system, frames, tables, normalized["sources"])
    result = report.summary(system, frames, held, tables, states, normalized, expected, _names(settings))
    _place(settings, system, tables, report_files.public(located), result)
    return report.Checked(system, result, located, tallies, states.height)


def _judged(
    settings: Settings, system: System, frames: Frames
) -> tuple[Frames, quarantine.Held, pl.DataFrame, Mapping[str, Tally]]:
    """Return the typed rows to publish, which rows of *frames* are held, what was found and how each rule went."""
    scratch = settings.build / "check" / system.slug
    found = findings.from_issues(frictionless_lane.validate(system, frames, scratch))
    held = quarantine.extended(system, frames, quarantine.none(frames), found)
    clean, _ = quarantine.parted(frames, held)
    tables, misfits = typed.cast(system, clean)
    if (
        misfits.height
    ):  # Frictionless passed a text our types cannot hold: those rows go to quarantine as well
        held = quarantine.extended(system, frames, held, misfits)
        tables, _ = typed.cast(system, quarantine.parted(frames, held)[0])
    scene = Scene(
        system, tables, settings.run_date, settings.catalogs, quarantine.incomplete(system, frames, held)
    )
    broken, tallies = rules.apply(rules.own(system), scene)
    after = quarantine.extended(system, frames, held, broken)
    kept = {n: t.filter(~after[n].filter(~held[n])).drop("_i") for n, t in tables.items()}
    return kept, after, pl.concat([found, misfits, broken]), tallies


def _expected(
    settings: Settings, system: System, frames: Frames, tables: Frames, sources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what the expectations decide, against the last good night that the archive remembers."""
    day, slug = settings.run_date.isoformat(), system.slug
    lines = report_files.nights(settings.archive / "quality" / f"{slug}.jsonl")
    good = [n for n in lines if n["decision"] == "publish" and n["date"] < day]
    kept = settings.archive / "last_good" / slug / f"{system.main.name}.parquet"
    past = report_expect.Past(
        filled=good[-1].get("filled", {}) if good else {},
        ids=pl.read_parquet(kept, columns=["id"])["id"] if kept.is_file() else None,
        accepted=any(weather.accepted(settings.archive, s["source"], s["snapshot"]) for s in sources),
    )
    filled = report_expect.received(system, frames[system.main.name])
    judged = report_expect.judge(system, tables, filled, sources, past, settings.run_date)
    return judged | {"received_fill": filled}


def _names(settings: Settings) -> dict[str, str]:
    """Return the names of public bodies by id, as the register publishes them tonight."""
    path = settings.build / "checked" / "entes" / "entes.parquet"
    return dict(pl.read_parquet(path, columns=["id", "nombre"]).iter_rows()) if path.is_file() else {}


def _place(
    settings: Settings, system: System, tables: Frames, found: pl.DataFrame, result: dict[str, Any]
) -> None:
    """Put what is published in build/checked, with what was *found* in it: tonight's rows or the last good ones.

    The report's figures follow: what is not published tonight counts as held back, whatever its rows were worth.
    """
    target = fresh_folder(settings.build / "checked" / system.slug)
    kept = settings.archive / "last_good" / system.slug
    if result["decision"] == "keep_last_good" and (kept / "from.json").is_file():
        tables = {t.name: pl.read_parquet(kept / f"{t.name}.parquet") for t in system.tables}
        past = kept / f"{_FINDINGS}.parquet"
        found = pl.read_parquet(past) if past.is_file() else found.clear()
        result["published_from"] = read_json(kept / "from.json")["date"]
    elif result["decision"] != "publish":
        tables = {name: frame.clear() for name, frame in tables.items()}
        found = found.clear()
    for name, frame in {**tables, _FINDINGS: found}.items():
        write_parquet(target / f"{name}.parquet", frame)
    if result["decision"] != "publish":
        report.hold(result, {name: frame.height for name, frame in tables.items()})


def _finish(settings: Settings, checked: report.Checked) -> None:
    """Compare the system's published rows with the others', and write its report, findings and line of the night."""
    slug, day = checked.system.slug, settings.run_date.isoformat()
    across, tallies = _across(settings, checked.system)
    result = report.complete(checked, across, tallies)
    reports = settings.build / "reports"
    own = pl.read_parquet(settings.build / "checked" / slug / f"{_FINDINGS}.parquet")
    own = own.filter(~pl.col("rule").is_in([r.id for r in rules.across(checked.system)]))
    found = pl.concat([own, report_files.public(across)]).unique().sort(report_files.PUBLIC)
    write_parquet(reports / f"{slug}.findings.parquet", found)
    write_parquet(settings.build / "checked" / slug / f"{_FINDINGS}.parquet", found)
    report_files.write_findings(
        settings.build / "quarantine" / f"{slug}.issues.jsonl",
        pl.concat([checked.found, across]), result["sources"], checked.system,
    )  # fmt: skip
    report_files.remember(settings.archive / "quality" / f"{slug}.jsonl", result, day)
    write_json(reports / f"{slug}.json", result)


def _across(settings: Settings, system: System) -> tuple[pl.DataFrame, Mapping[str, Tally]]:
    """Return what the rules that compare systems find in the published rows of *system*, and how each went."""
    declared = rules.across(system)
    if not declared:
        return findings.empty(findings.LOCATED), {}
    tables = _published(settings, system.slug)
    others = {
        slug: _published(settings, slug) for slug in sorted({str(r.params["system"]) for r in declared})
    }
    numbered = {name: frame.with_row_index("_i") for name, frame in tables.items()}
    scene = Scene(system, numbered, settings.run_date, settings.catalogs, others=others)
    found, tallies = rules.apply(declared, scene)
    return findings.located(system, tables, found), tallies


def _published(settings: Settings, slug: str) -> Frames:
    folder = settings.build / "checked" / slug
    return {p.stem: pl.read_parquet(p) for p in sorted(folder.glob("[!_]*.parquet"))}
