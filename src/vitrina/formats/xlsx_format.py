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

    BadContentError: not a workbook, has a DTD, no such sheet, passes the limits on memory, time or unpacked size.
    """
    if not zipfile.is_zipfile(path):
        raise BadContentError(f"{name}: no es un libro XLSX o está dañado", _REMEDY)
    options = source.options.get("xlsx", {})
    arguments = [
        str(path), options.get("sheet", ""), str(options.get("header_row", 1)), json.dumps(dict(limits)),
    ]  # fmt: skip
    found = child.lines("vitrina.formats.xlsx_child", arguments, name, limits, _REMEDY)
    rows = (json.loads(line) for line in found)
    header = next(rows, None)
    if header is None:
        raise BadContentError(f"{name}: la hoja está vacía", _REMEDY)
    may_be_empty = bool(source.policy.get("may_be_empty"))
    yield from rows_to_records(header[1], ((n, c) for n, c in rows), name, limits, may_be_empty=may_be_empty)
