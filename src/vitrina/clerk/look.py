"""A first look at a clerk's file, before any rule: its columns by letter, and what keeps it from being read well.

The night reads strictly and says so to the operator; here the same limits are told to whoever holds the file.
"""

from __future__ import annotations

import csv
import difflib
import io
import itertools
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vitrina.catalogs import name_key
from vitrina.errors import BadContentError
from vitrina.formats import format_of, xlsx_format
from vitrina.formats.decoding import decode
from vitrina.layouts.tabular import header_keys
from vitrina.model import Source, System, Table

_TOP = 20
"""Rows in which a misplaced header is looked for."""
_PART = 1 << 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*\bname=\"([^\"]*)\"[^>]*\bid=\"([^\"]*)\"")
_TARGET = re.compile(rb"<Relationship\b[^>]*>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
_MERGES_SHOWN = 5
_PROVENANCE = frozenset(
    {"fuente_id", "fuente_instantanea", "fuente_posicion", "primera_vez", "ultimo_cambio"}
)


class ForTheClerkError(BadContentError):
    """Raised for a file that is not worth reading on; its remedy already speaks to whoever holds the file."""


@dataclass(frozen=True)
class Column:
    """One column of the file: its letter in a spreadsheet, its header, and the field it fills ("" for none)."""

    letter: str
    header: str
    field: str
    advice: str = ""
    """For a column that fills no field: what it may have been meant to be."""


@dataclass(frozen=True)
class Remark:
    """Something about the file as a whole."""

    severity: str
    title: str
    remedy: str


@dataclass(frozen=True)
class Look:
    """What the first look found."""

    columns: tuple[Column, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def column(self, field: str) -> Column | None:
        """Return the column that fills *field*."""
        return next((c for c in self.columns if c.field == field), None)


def take(
    path: Path, source: Source, systems: Sequence[System], system: System, limits: Mapping[str, int]
) -> Look:
    """Return the first look at the file at *path*, a delivery of *source* to *system*.

    ForTheClerkError when reading on makes no sense: a header that is not in the first row or is another dataset's, or
    a spreadsheet where the standard asks for JSON. BadContentError when a workbook cannot be opened. Files of other
    formats are not looked at.
    """
    if path.stat().st_size == 0 or format_of(path.name, source) not in {"csv", "xlsx"}:
        return Look()
    if "tabular" not in system.layouts:
        raise ForTheClerkError(
            f"{path.name}: «{system.title}» no se recibe en hojas de cálculo, sino en JSON",
            "Envíe el archivo JSON que exporta su sistema de captura, o revise que --system sea el conjunto correcto.",
        )
    kind = format_of(path.name, source)
    rows = _xlsx_top(path, source, limits) if kind == "xlsx" else _csv_top(path, source)
    remarks = list(_workbook(path, source)) if kind == "xlsx" else []
    if not rows:
        return Look(remarks=tuple(remarks))
    table = system.table(source.table) if source.table else system.main
    names = [str(c).strip() for c in rows[0][1]]
    _refuse_misplaced(path.name, rows, table, systems, system, kind)
    return Look(_columns(names, table, system), tuple(remarks))


# ── headers ───────────────────────────────────────────────────────────────────────────────────────────────


def _columns(names: Sequence[str], table: Table, system: System) -> tuple[Column, ...]:
    keys = header_keys(f for f in table.fields if f.name not in _PROVENANCE)
    titles = {name_key(f.title): f.title for f in table.fields if f.name not in _PROVENANCE}
    private = {name_key(w.path.removeprefix("*.")): w for w in system.withheld}
    found = []
    for at, name in enumerate(names):
        key = name_key(name)
        field = keys.get(key)
        advice = ""
        if key in private and not (field and field.name in system.options.get("company_rfc_only", ())):
            field, advice = None, f"se recibe, pero está reservada: {private[key].reason}"
        elif field is None:
            close = difflib.get_close_matches(key, titles, n=1, cutoff=0.7)
            advice = f"no se conoce; ¿quiso decir «{titles[close[0]]}»?" if close else "no se conoce"
        found.append(Column(letter_of(at), name, field.name if field else "", advice))
    return tuple(found)


def letter_of(at: int) -> str:
    """Return the letters a spreadsheet gives to the column at index *at*.

    >>> letter_of(0), letter_of(25), letter_of(26), letter_of(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _known(cells: Sequence[str], table: Table) -> int:
    keys = header_keys(f for f in table.fields if f.name not in _PROVENANCE)
    return len({name_key(str(c)) for c in cells if str(c).strip()} & set(keys))


def _refuse_misplaced(
    name: str, rows: Sequence[tuple[int, Sequence[str]]], table: Table,
    systems: Sequence[System], system: System, kind: str,
) -> None:  # fmt: skip
    first, here = rows[0][0], _known(rows[0][1], table)
    number, best = max(((n, _known(cells, table)) for n, cells in rows), key=lambda pair: (pair[1], -pair[0]))
    if best >= 2 and best > here and number != first:
        by_hand = f", o revise con --header-row {number}" if kind == "xlsx" else ""
        raise ForTheClerkError(
            f"{name}: los encabezados están en la fila {number} y deben estar en la primera",
            f"Borre las filas que están encima de los encabezados y guarde{by_hand}.",
        )
    others = [(_known(rows[0][1], t), s, t) for s in systems if "tabular" in s.layouts for t in s.tables]
    count, other, its = max(others, key=lambda o: o[0], default=(0, system, table))
    if count >= 3 and count > 2 * here and (other, its) != (system, table):
        more = f" --table {its.name}" if its is not other.main else ""
        raise ForTheClerkError(
            f"{name}: sus columnas no son de «{system.title}»; parecen de «{other.title}»",
            f"Revise con --system {other.slug}{more}, o cambie el archivo.",
        )
    if not here:
        needed = ", ".join(f"«{f.title}»" for f in table.fields if f.name not in _PROVENANCE and f.required)
        raise ForTheClerkError(
            f"{name}: la primera fila no tiene ningún título de columna de «{system.title}» ({table.title})",
            f"Escriba en la primera fila los títulos de las columnas. Las obligatorias: {needed}.",
        )


def _csv_top(path: Path, source: Source) -> list[tuple[int, list[str]]]:
    """Return the first rows of a CSV; none when its text or its quotes are wrong, which the reader will say."""
    try:
        text = decode(path.read_bytes(), path.name, source.encoding)
        delimiter = source.options.get("csv", {}).get("delimiter", ",")
        rows = list(itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _TOP))
    except (BadContentError, csv.Error):
        return []
    other = ";" if delimiter == "," else ","
    if rows and len(rows[0]) == 1 and rows[0][0].count(other) > 1:
        return []
    return [(n, cells) for n, cells in enumerate(rows, 1) if any(c.strip() for c in cells)]


# ── workbooks ─────────────────────────────────────────────────────────────────────────────────────────────


def _xlsx_top(path: Path, source: Source, limits: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    found = itertools.islice(xlsx_format.rows(path, path.name, source, limits), _TOP)
    return [(n, cells) for n, cells in found if any(c.strip() for c in cells)]


def _workbook(path: Path, source: Source) -> Iterator[Remark]:
    """Yield what a workbook has that a table has not: more sheets, merged cells. A child has read it before."""
    with zipfile.ZipFile(path) as book:
        sheets = dict(_sheets(book))
        wanted = source.options.get("xlsx", {}).get("sheet", "")
        chosen = wanted or next(iter(sheets), "")
        others = [s for s, part in sheets.items() if s != chosen and _has_cells(book, part)]
        if others:
            listed = ", ".join(f"«{s}»" for s in others)
            yield Remark(
                "warning",
                f"El libro tiene varias hojas: se revisó «{chosen}» y no se leyó {listed}.",
                "Envíe un archivo por hoja, o revise otra con --sheet.",
            )
        merged = list(itertools.islice(_merges(book, sheets.get(chosen, "")), _MERGES_SHOWN + 1))
        if merged:
            more = " y otras" if len(merged) > _MERGES_SHOWN else ""
            yield Remark(
                "warning",
                f"Hay celdas combinadas ({', '.join(merged[:_MERGES_SHOWN])}{more}): "
                "solo la primera celda de cada grupo conserva el dato; las demás se leen vacías.",
                "Separe las celdas combinadas y escriba el dato en cada fila.",
            )


def _sheets(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield (sheet name, part of the ZIP) in the order of the tabs."""
    parts = {}
    for element in _TARGET.findall(_head(book, "xl/_rels/workbook.xml.rels")):
        found = dict(re.findall(rb"(\w+)=\"([^\"]*)\"", element))
        parts[found.get(b"Id", b"")] = found.get(b"Target", b"").decode("utf-8", "replace")
    for title, rel in _SHEET.findall(_head(book, "xl/workbook.xml")):
        target = parts.get(rel, "")
        yield _unescaped(title), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _unescaped(title: bytes) -> str:
    text = title.decode("utf-8", "replace")
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text


def _head(book: zipfile.ZipFile, part: str) -> bytes:
    if part not in book.namelist():
        return b""
    with book.open(part) as stream:
        return stream.read(_PART)


def _has_cells(book: zipfile.ZipFile, part: str) -> bool:
    return bool(re.search(rb"<(?:\w+:)?(?:v|is)>", _head(book, part)))


def _merges(book: zipfile.ZipFile, part: str) -> Iterator[str]:
    """Yield the merged ranges of a sheet; they stand after its cells, so all of it is read, a block at a time."""
    if part not in book.namelist():
        return
    with book.open(part) as stream:
        tail = b""
        while block := stream.read(_PART):
            text = tail + block
            end = 0
            for found in _MERGED.finditer(text):
                end = found.end()
                yield found.group(1).decode("ascii")
            tail = text[max(end, len(text) - 200) :]
