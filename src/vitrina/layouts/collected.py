"""What one system's sources gave, on its way to build/tables/<system>: rows, each record's fate, notes and counts.

`_records.parquet` says what became of each record, so that `check` can close the ledger: no record disappears unseen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from vitrina.model import Issue, Outcome, Row, Source, System
from vitrina.storage import fresh_folder, read_json, text_frame, write_json, write_parquet

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


@dataclass
class Collected:
    """What one system's sources gave, gathered record by record."""

    rows: dict[str, list[Row]]
    records: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld_fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    sources: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, system: System) -> Collected:
        """Return one without rows, for all tables of *system*."""
        return cls({t.name: [] for t in system.tables})

    @classmethod
    def read(cls, folder: Path, system: System, *, without: str) -> Collected:
        """Return what `write` left in *folder*, except what came from the source *without*."""
        facts = read_json(folder / "_normalize.json")

        def counted(name: str) -> Counter[tuple[str, str]]:
            return Counter(
                {(e["path"], e["source"]): e["count"] for e in facts[name] if e["source"] != without}
            )

        def rows(name: str, column: str) -> list[Row]:
            return (
                pl.read_parquet(folder / f"{name}.parquet")
                .filter(pl.col(column).ne_missing(without))
                .to_dicts()
            )

        return cls(
            {t.name: rows(t.name, "fuente_id") for t in system.tables},
            rows("_records", "source"),
            rows("_notes", "source"),
            counted("unknown_fields"),
            counted("withheld_fields"),
            [s for s in facts["sources"] if s["source"] != without],
        )

    def gather(self, outcome: Outcome, source: Source, snapshot: str) -> None:
        """Add what a layout made of one record, or of several that are one."""
        more = len(outcome.positions) - 1
        place = outcome.positions[0] + (f" (+{more})" if more else "")
        fate = "row" if outcome.rows else "withheld" if outcome.withheld else "rejected"
        code = outcome.withheld or outcome.rejected
        for position in outcome.positions:
            self.records.append(
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
                self.rows[table].append(row)
        if outcome.issues:
            main = next(iter(outcome.rows.get(next(iter(self.rows)), ())), None)
            own = (main and main.get("id")) or ""
            self.notes.extend(_note(i, source, place, own) for i in outcome.issues)
        self.unknown.update((path, source.id) for path in outcome.unknown)
        self.withheld_fields.update((path, source.id) for path in outcome.withheld_fields)

    def merge(self, other: Collected) -> None:
        """Add what *other* gathered."""
        for table, rows in other.rows.items():
            self.rows[table].extend(rows)
        self.records.extend(other.records)
        self.notes.extend(other.notes)
        self.unknown.update(other.unknown)
        self.withheld_fields.update(other.withheld_fields)

    def write(self, folder: Path, system: System) -> None:
        """Write all of it in *folder*, in the place of what was there."""
        fresh_folder(folder)
        for table in system.tables:
            rows: list[Mapping[str, str | None]] = list(self.rows[table.name])
            write_parquet(folder / f"{table.name}.parquet", text_frame(rows, table.names))
        write_parquet(folder / "_records.parquet", text_frame(list(self.records), RECORD_COLUMNS))
        write_parquet(folder / "_notes.parquet", text_frame(list(self.notes), NOTE_COLUMNS))
        write_json(
            folder / "_normalize.json",
            {
                "sources": self.sources,
                "unknown_fields": _counts(self.unknown),
                "withheld_fields": _counts(self.withheld_fields),
            },
        )


def _counts(counter: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"path": p, "source": s, "count": n} for (p, s), n in sorted(counter.items())]


def _note(issue: Issue, source: Source, place: str, row_id: str) -> Row:
    """Return what a layout noticed as a row of `_notes.parquet`; *place* and *row_id*: those of its main row."""
    return {
        "source": source.id, "position": issue.position or place, "row_position": place,
        "row_id": issue.row_id or row_id, "table": issue.table, "code": issue.code, "severity": issue.severity,
        "field": issue.field, "message": issue.message, "remedy": issue.remedy,
    }  # fmt: skip
