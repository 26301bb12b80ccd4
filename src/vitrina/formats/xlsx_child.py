"""Child process of xlsx_format: prints the rows of one sheet as JSON lines [row number, cells].

Run as `python -m vitrina.formats.xlsx_child FILE SHEET HEADER_ROW LIMITS`, LIMITS as JSON; exit 3 with a Spanish
reason on stderr when the workbook is refused, any other failure is the limits at work.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import pandas as pd

from vitrina.formats.child import refuse, restrain

_MAX_CELLS = 20_000_000


def cell_text(value: Any) -> str:
    """Return a cell as the text a CSV of the same sheet would hold: ISO dates, whole numbers without ".0"."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep="T")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def main(arguments: list[str]) -> int:
    path, sheet, header_row, limits = *arguments[:3], json.loads(arguments[3])
    restrain(limits)
    if problem := _problem(path, limits):
        return refuse(problem)
    try:
        frame = pd.read_excel(
            path, sheet_name=sheet or 0, header=None, dtype=object, engine="calamine", na_filter=False
        )
    except ValueError as error:
        return refuse(f"no se puede leer la hoja {sheet or 'primera'}: {error}")
    if frame.size > _MAX_CELLS:
        return refuse("la hoja tiene demasiadas celdas")
    first = int(header_row)
    for number, cells in enumerate(frame.itertuples(index=False, name=None), 1):
        if number >= first:
            print(json.dumps([number, [cell_text(c) for c in cells]], ensure_ascii=False))
    return 0


def _problem(path: str, limits: Mapping[str, int]) -> str:
    """Return why this is not a plain workbook, "" when it is; asked before any parser sees it."""
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            if "xl/workbook.xml" not in book.namelist():
                return "no es un libro XLSX"
            unpacked = sum(m.file_size for m in members)
            if len(members) > limits["zip_members"] or unpacked > limits["unpacked_bytes"]:
                return "el libro pasa del tamaño permitido al descomprimirse"
            if any(_has_dtd(book, m) for m in members if m.filename.endswith((".xml", ".rels"))):
                return "el libro trae definiciones XML no permitidas"
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return "no es un libro XLSX o está dañado"
    return ""


def _has_dtd(book: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with book.open(member) as part:
        return b"<!DOCTYPE" in part.read(4096).upper()


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
