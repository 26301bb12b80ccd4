"""Workbooks: columns whose heading is a reserved word. The parts' XML is read as text elsewhere."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, iterparse

from vitrina.publishing.gate import tables
from vitrina.publishing.gate.text import Finding

_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHARED = "xl/sharedStrings.xml"
_COLUMN = re.compile(r"[A-Z]+")


def columns(scan: tables.Scan, archive: zipfile.ZipFile, label: str) -> Iterator[Finding]:
    """Yield the findings of the columns with a reserved heading (in the sheet's first row with anything)."""
    parts = [n for n in archive.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
    shared: list[str] | None = None
    for part in parts:
        headings: dict[str, str] = {}
        found: dict[str, list[str]] = {}
        with archive.open(part) as sheet:
            for row in _rows(sheet):
                if shared is None and any(c.get("t") == "s" for c in row):
                    shared = _shared(archive)
                cells = {_letters(c): _value(c, shared or []) for c in row}
                if not headings:
                    headings = {k: v for k, v in cells.items() if v}
                    found = {k: [] for k, v in headings.items() if tables.is_reserved(v)}
                    if headings and not found:
                        break
                    continue
                for letters, values in found.items():
                    values.append(cells.get(letters, ""))
                if found and len(next(iter(found.values()))) >= tables.BATCH:
                    yield from _look(scan, headings, found, f"{label}!{part}")
                    found = {k: [] for k in found}
        yield from _look(scan, headings, found, f"{label}!{part}")


def _look(
    scan: tables.Scan, headings: dict[str, str], found: dict[str, list[str]], label: str
) -> Iterator[Finding]:
    yield from scan(tables.column(headings[letters], values, label, 2) for letters, values in found.items())


def _rows(sheet: object) -> Iterator[Element]:
    for _, element in iterparse(sheet, events=("end",)):  # type: ignore[call-overload]  # noqa: S314 - see below
        # expat ≥ 2.4 refuses entity bombs; the gate never opens what came from outside, only what the portal wrote.
        if element.tag == f"{_NAMESPACE}row":
            yield element
            element.clear()


def _letters(cell: Element) -> str:
    match = _COLUMN.match(cell.get("r", ""))
    return match.group() if match else ""


def _value(cell: Element, shared: list[str]) -> str:
    joined = "".join(cell.itertext())
    if cell.get("t") == "s" and joined.isdigit() and int(joined) < len(shared):
        return shared[int(joined)]
    return joined


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if _SHARED not in archive.namelist():
        return []
    with archive.open(_SHARED) as part:
        return [
            "".join(e.itertext())
            for _, e in iterparse(part, events=("end",))  # noqa: S314 - as above
            if e.tag == f"{_NAMESPACE}si"
        ]
