"""Writes records as institutions send them: JSON pages and envelopes, JSON Lines, CSV, XLSX, ZIP.

All writers stream: one record (or one page) in memory at a time. The same records give the same bytes.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import orjson
import xlsxwriter

Record = Mapping[str, Any]
Table = Sequence[str]
T = TypeVar("T")


def chunks(records: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most *size* records."""
    iterator = iter(records)
    while page := list(itertools.islice(iterator, size)):
        yield page


def v1_pages(folder: Path, stem: str, records: Iterable[Record], total: int, size: int = 200) -> list[Path]:
    """Write PDN v1 answers ({pagination, results}), one file per page (pdn.md §2.4)."""
    written = []
    for number, page in enumerate(chunks(records, size), 1):
        pagination = {
            "pageSize": size,
            "page": number,
            "totalRows": total,
            "hasNextPage": number * size < total,
        }
        path = folder / f"{stem}-{number:05}.json"
        path.write_bytes(_pretty({"pagination": pagination, "results": page}))
        written.append(path)
    return written


def directus_pages(
    folder: Path, stem: str, records: Iterable[Record], total: int, size: int = 500
) -> list[Path]:
    """Write Directus answers ({meta, data}), one file per offset (pdn.md §4.3)."""
    written = []
    for number, page in enumerate(chunks(records, size)):
        path = folder / f"{stem}-{number:05}.json"
        meta = {"total_count": total, "filter_count": total}
        path.write_bytes(_pretty({"meta": meta, "data": page}))
        written.append(path)
    return written


def json_array(path: Path, records: Iterable[Any], head: Record | None = None, member: str = "") -> Path:
    """Write one JSON file: a plain array, or *head* with the records under *member*; streamed."""
    with path.open("wb") as out:
        _write_array(out, records, head, member)
    return path


def _write_array(out: IO[bytes], records: Iterable[Any], head: Record | None, member: str) -> None:
    if member:
        opening = orjson.dumps(dict(head or {}))[:-1]
        out.write(opening + (b"," if head else b"") + orjson.dumps(member) + b":[\n")
    else:
        out.write(b"[\n")
    for number, record in enumerate(records):
        out.write((b",\n" if number else b"") + orjson.dumps(record))
    out.write(b"\n]}\n" if member else b"\n]\n")


def json_lines(path: Path, records: Iterable[Record]) -> Path:
    """Write one record per line."""
    with path.open("wb") as out:
        for record in records:
            out.write(orjson.dumps(record) + b"\n")
    return path


def csv_rows(
    path: Path,
    rows: Iterable[Record],
    columns: Table,
    titles: Table = (),
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> Path:
    """Write rows as CSV under *titles* (or the column names). A character the encoding lacks is an error."""
    with path.open("w", encoding=encoding, newline="") as out:
        _write_csv(out, rows, columns, titles, delimiter)
    return path


def csv_tables(folder: Path, items: Iterable[Mapping[str, Sequence[Record]]]) -> list[Path]:
    """Write each table of *items* to `<table>.csv` in one pass; a table without any row gets no file."""
    paths: dict[str, Path] = {}
    writers: dict[str, tuple[Any, Table]] = {}
    with contextlib.ExitStack() as open_files:
        for item in items:
            for table, rows in item.items():
                if rows and table not in writers:
                    paths[table] = folder / f"{table}.csv"
                    out = open_files.enter_context(paths[table].open("w", encoding="utf-8", newline=""))
                    writers[table] = csv.writer(out, lineterminator="\r\n"), tuple(rows[0])
                    writers[table][0].writerow(writers[table][1])
                if rows:
                    writer, columns = writers[table]
                    writer.writerows([_cell(row.get(c)) for c in columns] for row in rows)
    return list(paths.values())


def _write_csv(out: IO[str], rows: Iterable[Record], columns: Table, titles: Table, delimiter: str) -> None:
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(titles or columns)
    writer.writerows([_cell(row.get(c)) for c in columns] for row in rows)


def xlsx_rows(
    path: Path,
    rows: Iterable[Record],
    columns: Table,
    titles: Table = (),
    *,
    sheet: str = "Datos",
    run_date: date,
    preamble: Sequence[str] = (),
) -> Path:
    """Write rows as a spreadsheet, text cells only, below any *preamble* lines; constant memory."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
    book.set_properties({"created": datetime(run_date.year, run_date.month, run_date.day, tzinfo=UTC)})
    page = book.add_worksheet(sheet)
    for number, line in enumerate(preamble):
        page.write_string(number, 0, line)
    page.write_row(len(preamble), 0, list(titles or columns))
    for number, row in enumerate(rows, len(preamble) + 1):
        for column, name in enumerate(columns):
            if text := _cell(row.get(name)):
                page.write_string(number, column, text)
    book.close()
    return path


def zip_csv(path: Path, members: Mapping[str, tuple[Iterable[Record], Table]]) -> Path:
    """Write a ZIP of CSV files (member name → rows and columns), with fixed times."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, (rows, columns) in members.items():
            with archive.open(_member(name), "w", force_zip64=True) as raw:
                text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
                _write_csv(text, rows, columns, (), ",")
                text.flush()
                text.detach()
    return path


def zip_json(path: Path, members: Mapping[str, tuple[Iterable[Any], Record | None, str]]) -> Path:
    """Write a ZIP of JSON files (member name → records, head, member), with fixed times."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, (records, head, member) in members.items():
            with archive.open(_member(name), "w", force_zip64=True) as raw:
                _write_array(raw, records, head, member)
    return path


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    return str(value)


def _pretty(value: Any) -> bytes:
    """JSON with one record per line: readable in a diff, smaller than indented."""
    text = orjson.dumps(value)
    return text.replace(b":[{", b":[\n{", 1) + b"\n"
