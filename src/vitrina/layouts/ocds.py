"""Layout of public contracting: OCDS 1.1 with the EDCA-MX extensions, in every shape Mexican publishers use.

All the records of a source are grouped by ocid, screened and repaired, merged (OCDS 1.1, "Merging") and turned
into rows. Nothing here opens a socket: schema and merge rules come from data/standards.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from typing import Any

import orjson

from vitrina.layouts.base import Context
from vitrina.layouts.ocds_merge import compiled, findings, screen
from vitrina.layouts.ocds_notes import Notes
from vitrina.layouts.ocds_rows import process_rows
from vitrina.layouts.ocds_screen import Delivery, Release, UnusableError, matches, unwrap
from vitrina.model import Outcome, RawRecord
from vitrina.text import safe_id

Parts = list[tuple[str, list[tuple[Release, bool]]]]
"""Positions of one process with the releases found at each, and whether each is a full one."""


class Ocds:
    """Releases, compiled releases, records and the PDN's S6 records → rows of one system."""

    name = "ocds"

    def matches(self, record: Any) -> bool:
        return matches(record)

    def outcomes(self, records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
        """Yield one outcome per ocid, and one per record that is of no use (reason in `rejected`)."""
        with closing(_Shelf()) as shelf:
            for record in records:
                try:
                    ocid, releases = unwrap(record.data)
                    shelf.add(ocid, record.position, releases)
                except UnusableError as error:
                    yield _rejected([record.position], error)
                except RecursionError:
                    yield _rejected([record.position], UnusableError("demasiado-profundo", _TOO_DEEP))
            for ocid, parts in shelf.processes():
                yield from _process(ocid, parts, context)


LAYOUTS = (Ocds(),)

_TOO_DEEP = "El registro anida demasiados niveles."


def _process(ocid: str, parts: Parts, context: Context) -> Iterator[Outcome]:
    key, notes = safe_id(ocid), Notes()
    try:
        deliveries, unusable = _usable(ocid, parts, notes)
        yield from (_rejected([position], error) for position, error in unusable)
        used = [position for position, _ in parts if position not in {p for p, _ in unusable}]
        if not used:
            return
        last_wins = bool(context.source.policy.get("last_release_wins"))
        release = compiled(deliveries, notes, last_wins=last_wins)
    except UnusableError as error:
        yield _rejected(used, error)
        return
    found = process_rows(
        key,
        ocid,
        release,
        notes,
        private=[w.path for w in context.system.withheld],
        run_date=context.run_date,
        ente_id=context.ente_id,
    )
    for delivery in deliveries:
        notes.update(delivery.notes)
    yield Outcome(
        positions=tuple(used),
        rows=found.rows,
        issues=notes.issues(context.source.id, key, used[0]),
        unknown=found.unknown,
        withheld_fields=found.withheld,
    )


def _usable(ocid: str, parts: Parts, notes: Notes) -> tuple[list[Delivery], list[tuple[str, UnusableError]]]:
    """Return the deliveries that can be merged, and the positions none of whose releases can be.

    Exact copies count once. Without a date only a lone release is of use: nothing says which of several is newer.
    """
    deliveries: list[Delivery] = []
    unusable: list[tuple[str, UnusableError]] = []
    distinct = {_packed(release) for _, releases in parts for release, _ in releases}
    seen: set[bytes] = set()
    for position, releases in parts:
        good = 0
        for release, full in releases:
            packed = _packed(release)
            if packed in seen:
                notes.add("copia-identica")
                good += 1
                continue
            delivery = screen().delivery(position, ocid, release, full=full)
            if delivery.when is None and len(distinct) > 1:
                continue
            good += 1
            seen.add(packed)
            if delivery.when is None:
                notes.add("fecha-faltante", "date")
            for finding in findings(release):
                notes.add("estructura", finding)
            deliveries.append(delivery)
        if not good:
            unusable.append((position, UnusableError("sin-fecha", _NO_DATE)))
        elif good < len(releases):
            notes.add("entrega-descartada", "date", len(releases) - good)
    return deliveries, unusable


_NO_DATE = "No trae una fecha legible y el proceso tiene otras entregas: no se sabe cuál es la más reciente."


def _rejected(positions: list[str], error: UnusableError) -> Outcome:
    return Outcome(positions=tuple(positions), rejected=error.code, message=error.message)


class _Shelf:
    """The releases of a source by ocid, in a private temporary database: memory stays flat (ocds.md §3)."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            "CREATE TABLE parts (ocid TEXT, number INTEGER PRIMARY KEY, position TEXT, body BLOB)"
        )

    def add(self, ocid: str, position: str, releases: list[tuple[Release, bool]]) -> None:
        self._database.execute(
            "INSERT INTO parts (ocid, position, body) VALUES (?, ?, ?)", (ocid, position, _packed(releases))
        )

    def processes(self) -> Iterator[tuple[str, Parts]]:
        """Yield each ocid, in order, with its records in the order they were added."""
        self._database.execute("CREATE INDEX by_ocid ON parts (ocid, number)")
        found = self._database.execute("SELECT ocid, position, body FROM parts ORDER BY ocid, number")
        for ocid, group in groupby(found, key=lambda part: part[0]):
            yield ocid, [(position, _unpacked(body)) for _, position, body in group]

    def close(self) -> None:
        self._database.close()


def _packed(value: Any) -> bytes:
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # broken surrogates or integers beyond 64 bits, which JSON allows
        return json.dumps(value, default=str).encode()


def _unpacked(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)
