"""XLSX read in a child process with limits, because a 5 KB workbook can exhaust any reader (reliability §0.6)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from vitrina.errors import BadContentError
from vitrina.formats import child
from vitrina.formats.csv_format import rows_to_records
from vitrina.model import RawRecord, Source

_REMEDY = "Pida el archivo como CSV en UTF-8, o como XLSX con una sola tabla y sin contraseña."


def read(path: Path, name: str, source: Source, limits: Mapping[str, int]) -> Iterator[RawRecord]:
    """Yield one record (header → cell text) per row of the declared sheet (default: the first).

    BadContentError: see `rows`, and an empty sheet.
    """
    found = rows(path, name, source, limits)
    header = next(found, None)
    if header is None:
        raise BadContentError(f"{name}: la hoja está vacía", _REMEDY)
    may_be_empty = bool(source.policy.get("may_be_empty"))
    yield from rows_to_records(header[1], found, name, limits, may_be_empty=may_be_empty)


def rows(path: Path, name: str, source: Source, limits: Mapping[str, int]) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of the declared sheet, from its header row on.

    BadContentError: not a workbook, has a DTD, no such sheet, passes the limits on memory, time or unpacked size.
    """
    if not zipfile.is_zipfile(path):
        raise BadContentError(f"{name}: no es un libro XLSX o está dañado", _REMEDY)
    options = source.options.get("xlsx", {})
    arguments = [
        str(path), options.get("sheet", ""), str(options.get("header_row", 1)), json.dumps(dict(limits)),
    ]  # fmt: skip
    for line in child.lines("vitrina.formats.xlsx_child", arguments, name, limits, _REMEDY):
        number, cells = json.loads(line)
        yield number, cells
