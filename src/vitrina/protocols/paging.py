"""Reading a paged source to its proven end: what it says it has must equal what was read, or nothing counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vitrina.formats.json_format import unwrap
from vitrina.protocols.base import Received
from vitrina.protocols.client import Client

_WRAPPERS = ("results", "data", "releases", "records", "arrayReleasePackage", "record")
"""Members that may make of one row several records, or another one."""
_KEYS = (str, int)


@dataclass(frozen=True)
class Page:
    """One page as received, and what its envelope says."""

    body: bytes
    document: Any
    rows: list[Any]
    total: int
    more: bool | None = None
    """The envelope's own word on whether another page follows; None when it does not say."""


Ask = Callable[[int, int], Page]
"""(page number from 1, rows read so far) → the page."""


class _Moved(Exception):
    """What was read does not match what the source says it has; the text says how."""


@dataclass
class _Reading:
    """One pass over the pages; in memory, one document and at most one page still on its way to disk."""

    client: Client
    id_of: Callable[[Any], str | None]
    writer: Executor
    """One thread that puts a page on disk while the next one is asked for."""
    writing: Future[int] | None = None
    files: list[Path] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    bodies: set[bytes] = field(default_factory=set)
    rows: int = 0
    nameless: int = 0
    first_total: int = 0
    last_total: int = 0

    @property
    def distinct(self) -> int:
        return len(self.seen) + self.nameless

    def run(self, ask: Ask) -> int:
        """Read every page into files; return the proven total. _Moved when the figures do not agree."""
        number, more = 0, True
        while more:
            number += 1
            more = self._next(ask, number)
        self.settle()
        self._prove()
        return self.last_total

    def _next(self, ask: Ask, number: int) -> bool:
        """Read one page, dropped on return; say whether another follows."""
        page = ask(number, self.rows)
        self.last_total = page.total
        if number == 1:
            self.first_total = page.total
        if not page.rows:
            return False
        self._take(page, number)
        return page.more if page.more is not None else self.rows < page.total

    def _take(self, page: Page, number: int) -> None:
        digest = hashlib.sha256(page.body).digest()
        ids = [self.id_of(row) for row in page.rows]
        fresh = {i for i in ids if i is not None} - self.seen
        nameless = ids.count(None)
        if digest in self.bodies or not (fresh or nameless):
            raise _Moved(f"la página {number} repite registros de otra")
        self.bodies.add(digest)
        self.seen |= fresh
        self.nameless += nameless
        self.rows += len(page.rows)
        path = self.client.job.folder / f"page-{number:05}.json"
        self.settle()
        self.writing = self.writer.submit(path.write_bytes, page.body)
        self.files.append(path)
        self.records[path.name] = count_records(page.document, page.rows)
        self.hashes[path.name] = digest.hex()

    def _prove(self) -> None:
        if self.first_total != self.last_total:
            raise _Moved(
                f"dijo tener {self.first_total} registros al empezar y {self.last_total} al terminar"
            )
        if self.distinct != self.last_total:
            repeated = self.rows - self.distinct
            detail = f" ({repeated} repetidos)" if repeated else ""
            raise _Moved(
                f"dice tener {self.last_total} registros y entregó {self.distinct} distintos{detail}"
            )

    def settle(self) -> None:
        """Wait for the page being written; its OSError, if any, is raised here."""
        if self.writing is not None:
            self.writing.result()
            self.writing = None

    def drop(self) -> None:
        """Forget this pass: its pages are removed."""
        self.settle()
        for path in self.files:
            path.unlink()


def read_all(client: Client, ask: Ask, id_of: Callable[[Any], str | None]) -> Received:
    """Return every page as a file, proven complete; the whole is read once more when the source moved meanwhile.

    The total of the first and of the last page must be the same and equal the distinct ids read; records without
    id are counted. [protocol] `unique_ids = false` counts rows instead, for sources that repeat ids for good.
    BadContentError when a second reading does not agree either, or when there is nothing and may_be_empty is not set.
    """
    if client.job.options.get("unique_ids") is False:
        id_of = lambda _row: None  # noqa: E731
    with ThreadPoolExecutor(1, thread_name_prefix="page") as writer:
        reading = _Reading(client, id_of, writer)
        try:
            total = reading.run(ask)
        except _Moved:
            reading.drop()
            reading = _Reading(client, id_of, writer)
            try:
                total = reading.run(ask)
            except _Moved as moved:
                raise client.bad(
                    f"no se pudo leer completa en dos intentos: {moved}",
                    "Avise a la institución: sus páginas cambian o se repiten mientras se leen; compruebe sort.",
                ) from None
    if total == 0 and not client.job.source.policy.get("may_be_empty"):
        raise client.bad(
            "dice tener 0 registros", "Si es verdad, declare [policy] may_be_empty = true en la fuente."
        )
    return Received(
        tuple(reading.files),
        total,
        client.requests,
        records=reading.records,
        hashes=reading.hashes,
        status=200,
    )


def count_records(document: Any, rows: list[Any]) -> int:
    """Return how many records `formats` will find in *document*, whose envelope holds *rows*.

    The same answer as counting `unwrap(document)`, without walking the records that cannot wrap others.
    """
    inner = next((document[m] for m in ("results", "data") if isinstance(document.get(m), list)), None)
    if inner is not rows or not document.keys().isdisjoint(("ocid", "arrayReleasePackage")):
        return sum(1 for _ in unwrap(document))
    plain = [isinstance(row, dict) and row.keys().isdisjoint(_WRAPPERS) for row in rows]
    wrapped = (sum(1 for _ in unwrap(row)) for row, easy in zip(rows, plain, strict=True) if not easy)
    return plain.count(True) + sum(wrapped)


def whole_number(value: Any) -> int | None:
    """Return a count given as a number or as digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value.strip()[:18])
    return None


def id_at(*names: str) -> Callable[[Any], str | None]:
    """Return a function that gives a row's id: the members *names* joined; None when the first is missing."""

    first, *rest = names

    def read(row: Any) -> str | None:
        value = row.get(first) if isinstance(row, dict) else None
        if not isinstance(value, _KEYS) or value == "":
            return None
        if not rest:
            return str(value)
        return "\x1f".join(str(v) for v in (value, *map(row.get, rest)) if isinstance(v, _KEYS))

    return read
