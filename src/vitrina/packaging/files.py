"""Writes a typed table as CSV, JSON Lines, Parquet and a workbook; same rows in each, same bytes for the same rows."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from vitrina.model import Table

XLSX_ROWS = 1_048_575
"""Rows a sheet can hold below its header."""
XLSX_CELL = 32_767
_CUT_NOTE = "… [sigue en el CSV]"
_CUT = XLSX_CELL - len(_CUT_NOTE)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write_csv(path: Path, frame: pl.DataFrame) -> None:
    """Write RFC 4180 CSV in UTF-8 without BOM: exact values, empty for missing, true/false, ISO dates."""
    frame.write_csv(path, line_terminator="\r\n", quote_style="necessary")


def write_jsonl(path: Path, frame: pl.DataFrame) -> None:
    """Write one JSON object per row, every column present, null for missing."""
    frame.write_ndjson(path)


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Write Parquet (snappy, row groups of 20 000) from plain columns: no dictionary carries removed values over."""
    frame.write_parquet(path, compression="snappy", row_group_size=20_000, statistics=True)


def write_xlsx(path: Path, tables: Sequence[tuple[Table, pl.DataFrame]], created: date) -> list[str]:
    """Write one sheet per table for people; return the names of tables too long for a sheet.

    Every text is a typed string: no formula, no link, whatever it starts with. A too long table gets a sheet that
    says so instead of a cut one. *created* fixes the document's date, so equal rows give equal bytes.
    """
    too_long = []
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": datetime(created.year, created.month, created.day)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for table, frame in tables:
            sheet = book.add_worksheet(table.name[:31])
            if frame.height > XLSX_ROWS:
                too_long.append(table.name)
                sheet.write_string(
                    0, 0, f"Esta tabla tiene {frame.height} filas y no cabe en una hoja; use el CSV."
                )
                continue
            _write_sheet(sheet, frame, bold)
    return too_long


def _write_sheet(sheet: Any, frame: pl.DataFrame, bold: Any) -> None:
    for column, name in enumerate(frame.columns):
        sheet.write_string(0, column, name, bold)
    sheet.freeze_panes(1, 0)
    if frame.width and frame.height:
        sheet.autofilter(0, 0, frame.height, frame.width - 1)
    for number, values in enumerate(frame.iter_rows(), 1):
        for column, value in enumerate(values):
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_boolean(number, column, value)
            elif isinstance(value, (int, float)):
                sheet.write_number(number, column, value)
            else:
                text = value.isoformat() if isinstance(value, (date, datetime)) else value
                sheet.write_string(
                    number, column, text if len(text) <= XLSX_CELL else text[:_CUT] + _CUT_NOTE
                )


def write_zip(path: Path, members: Mapping[str, Path]) -> None:
    """Write *members* (name → file) sorted, with a fixed date, so equal members give equal bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name].read_bytes())
