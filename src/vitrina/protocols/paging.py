"""Reading a paged source to its proven end: what it says it has must equal what was read, or nothing counts."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from vitrina.formats.json_format import unwrap
from vitrina.protocols.base import Received
from vitrina.protocols.client import Client
from vitrina.protocols.pages import Pages

_WRAPPERS = ("results", "data", "releases", "records", "arrayReleasePackage", "record")
"""Members that may make of one row several records, or another one."""
_KEYS = (str, int)
_MOST = 2
"""A source that sends this many times the rows it says it has never ends: its pages repeat."""


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
Ids = Callable[[Sequence[Any]], list[str | None]]
"""The rows of a page → their ids, None for a row without one."""


class _Moved(Exception):
    """What was read does not match what the source says it has; the text says how."""


@dataclass
class _Reading:
    """One pass over the pages; in memory, one page and eight bytes for each row read before."""

    client: Client
    id_of: Ids
    pages: Pages
    marks: array[int] = field(default_factory=lambda: array("q"))
    """A 64-bit hash of every id: two million of them take 16 MB, and the odds of a clash are 1 in 10 million."""
    known: set[int] = field(default_factory=set)
    """What each page held, as a hash: a page that comes again is never counted."""
    totals: set[int] = field(default_factory=set)
    rows: int = 0
    nameless: int = 0

    def run(self, ask: Ask) -> int:
        """Read every page into files; return the proven total. _Moved when the figures do not agree."""
        number, more = 0, True
        while more:
            number += 1
            more = self._next(ask, number)
        self.pages.close()
        return self._proven()

    def _next(self, ask: Ask, number: int) -> bool:
        """Read one page, dropped on return; say whether another follows."""
        page = ask(number, self.rows)
        self.totals.add(page.total)
        if not page.rows:
            return False
        self._take(page, number)
        return page.more if page.more is not None else self.rows < page.total

    def _take(self, page: Page, number: int) -> None:
        ids = self.id_of(page.rows)
        named = [i for i in ids if i is not None]
        nameless = len(ids) - len(named)
        held = hash(page.body) if nameless else hash(tuple(named))
        self.rows += len(page.rows)
        if held in self.known or self.rows > _MOST * max(self.totals) + len(page.rows):
            raise _Moved(f"la página {number} repite registros de otra")
        self.known.add(held)
        self.marks.extend(map(hash, named))
        self.nameless += nameless
        self.pages.add(page.body, count_records(page.document, page.rows))

    def _proven(self) -> int:
        if len(self.totals) > 1:
            low, high = min(self.totals), max(self.totals)
            raise _Moved(f"unas páginas dicen que tiene {low} registros y otras que {high}")
        (total,) = self.totals
        distinct = pl.Series(self.marks, dtype=pl.Int64).n_unique() + self.nameless
        if distinct != total:
            repeated = self.rows - distinct
            detail = f" ({repeated} repetidos)" if repeated else ""
            raise _Moved(f"dice tener {total} registros y entregó {distinct} distintos{detail}")
        return total


def read_all(client: Client, ask: Ask, id_of: Ids) -> Received:
    """Return every page, proven complete; the whole is read once more when the source moved meanwhile.

    Every page must give the same total, equal to the distinct ids read; records without id are counted.
    [protocol] `unique_ids = false` counts rows instead, for sources that repeat ids for good. BadContentError when
    a second reading does not agree either, or when there is nothing and may_be_empty is not set.
    """
    if client.job.options.get("unique_ids") is False:
        id_of = lambda rows: [None] * len(rows)  # noqa: E731
    pages = Pages(client.job.folder)
    try:
        total = _Reading(client, id_of, pages).run(ask)
    except _Moved:
        pages.drop()
        pages = Pages(client.job.folder)
        try:
            total = _Reading(client, id_of, pages).run(ask)
        except _Moved as moved:
            raise client.bad(
                f"no se pudo leer completa en dos intentos: {moved}",
                "Avise a la institución: sus páginas cambian o se repiten mientras se leen; compruebe sort.",
            ) from None
    finally:
        pages.close()
    if total == 0 and not client.job.source.policy.get("may_be_empty"):
        raise client.empty(
            "dice tener 0 registros", "Si es verdad, declare [policy] may_be_empty = true en la fuente."
        )
    return Received(
        tuple(pages.files), total, client.requests, records=pages.records, hashes=pages.hashes, status=200
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


def id_at(*names: str) -> Ids:
    """Return a function that gives the ids of a page's rows: the members *names* joined (see `id_of`)."""
    first, *rest = names

    def read(rows: Sequence[Any]) -> list[str | None]:
        if not rest:  # nearly always one name and plain texts
            try:
                values = [row[first] for row in rows]
            except (LookupError, TypeError):
                values = []
            if set(map(type, values)) == {str} and "" not in values:
                return values
        return [id_of(row, names) for row in rows]

    return read


def id_of(row: Any, names: Sequence[str]) -> str | None:
    """Return a row's id, the members *names* joined; None when the first is missing, empty or no text or number."""
    first, *rest = names
    value = row.get(first) if isinstance(row, dict) else None
    if not isinstance(value, _KEYS) or value == "":
        return None
    return "\x1f".join(str(v) for v in (value, *map(row.get, rest)) if isinstance(v, _KEYS))
