"""Looks at tables by column, so that a column's name counts as the words around its values.

Shared by CSV, Parquet, SQLite and workbooks. Equal values of a batch are looked at once.
"""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import polars as pl

from vitrina.privacy import patterns
from vitrina.publishing.gate import parquet_pages, sqlite_pages, text
from vitrina.publishing.gate.text import Finding
from vitrina.text import fold

Scan = Callable[[Iterable[text.Item]], Iterator[Finding]]
BATCH = 20_000
_BIG = 1e14
"""A float of this size may be a card or account number that lost its type."""


def is_reserved(name: str) -> bool:
    """Return whether a column named *name* makes its values suspect."""
    return bool(patterns.LABEL.search(fold(name).encode("utf-8", "replace")))


def column(name: str, values: Sequence[Any], label: str, first: int) -> text.Item:
    """Return one column's *values* as something to look at; *first* is the row number of the first of them."""
    distinct = list(dict.fromkeys(v for v in values if v is not None and v != ""))
    head = f"{name}: " if is_reserved(name) else ""
    lines = [f"{head}{_one_line(v)}" for v in distinct]

    def where(_before: bytes, line: int) -> str:
        return f"{label}, columna «{name}», fila {first + values.index(distinct[line])}"

    return where, "\n".join(lines).encode("utf-8", "replace")


def _one_line(value: Any) -> str:
    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return shown.replace("\n", " ").replace("\r", " ")


def csv_columns(scan: Scan, stream: IO[bytes], header: Sequence[str], label: str) -> Iterator[Finding]:
    """Yield the findings of the columns whose header is a reserved word; the others were read as text."""
    chosen = [i for i, name in enumerate(header) if is_reserved(name)]
    if not chosen:
        return
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    rows = csv.reader(lines)
    next(rows, None)
    try:
        for first, batch in _batches(rows, 2):
            yield from scan(
                column(header[i], [r[i] if i < len(r) else "" for r in batch], label, first) for i in chosen
            )
    finally:
        lines.detach()


def _batches(rows: Iterator[Any], first: int) -> Iterator[tuple[int, list[Any]]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield first, batch
            first, batch = first + BATCH, []
    if batch:
        yield first, batch


def parquet(scan: Scan, path: Path, label: str) -> Iterator[Finding]:
    """Yield the findings of every value and of every dictionary page, which may keep values that no row has."""
    yield from scan(_parquet_items(path, label))


def _parquet_items(path: Path, label: str) -> Iterator[text.Item]:
    lazy = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    rows = lazy.select(pl.len()).collect().item()
    for first in range(0, rows, BATCH):
        for series in lazy.slice(first, BATCH).collect():
            values = _texts(series)
            if values is not None:
                yield column(series.name, values.to_list(), label, first + 1)
    for kept in parquet_pages.extras(path):
        yield text.in_bytes(f"{label}, diccionario o estadísticas"), kept


def _texts(series: pl.Series) -> pl.Series | None:
    """Return *series* as text, or None for a type that cannot spell anything private (dates, yes/no, small floats)."""
    kind = series.dtype
    if kind == pl.String:
        return series
    if kind.is_float():
        return series.filter(series.abs() >= _BIG).cast(pl.Int64, strict=False).cast(pl.String)
    if kind == pl.Boolean or kind.is_temporal() or kind == pl.Null:
        return None
    if kind == pl.Binary:
        values = [None if v is None else v.decode("utf-8", "replace") for v in series.to_list()]
        return pl.Series(series.name, values, dtype=pl.String)
    if kind.is_nested():
        return pl.Series(
            series.name, [None if v is None else str(v) for v in series.to_list()], dtype=pl.String
        )
    return series.cast(pl.String)


def sqlite(scan: Scan, path: Path, label: str) -> Iterator[Finding]:
    """Yield the findings of every table of the database and of what it keeps of rows deleted or moved."""
    yield from scan(
        (text.in_bytes(f"{label}, restos de filas borradas"), rest) for rest in sqlite_pages.remains(path)
    )
    database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    try:
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in names:
            quoted = '"' + table.replace('"', '""') + '"'
            rows = database.execute(f"SELECT * FROM {quoted}")  # noqa: S608 - the database's own name, quoted
            titles = [d[0] for d in rows.description]
            place = f"{label}, tabla «{table}»"
            for first, batch in _batches(rows, 1):
                yield from scan(
                    column(title, [_cell(r[i]) for r in batch], place, first)
                    for i, title in enumerate(titles)
                )
    finally:
        database.close()


def _cell(value: Any) -> Any:
    return int(value) if isinstance(value, float) and abs(value) >= _BIG and value == value // 1 else value
