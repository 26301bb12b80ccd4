"""XLSX read in a child process with limits, because a 5 KB workbook can exhaust any reader (reliability §0.6)."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from vitrina.errors import BadContentError
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
    inspect(path, name, limits)
    options = source.options.get("xlsx", {})
    command = [
        sys.executable, "-m", "vitrina.formats.xlsx_child", str(path), options.get("sheet", ""),
        str(options.get("header_row", 1)), str(limits["child_memory_bytes"]), str(limits["child_seconds"]),
    ]  # fmt: skip
    try:
        child = subprocess.run(
            command, capture_output=True, timeout=limits["child_seconds"] + 30, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BadContentError(f"{name}: la hoja de cálculo tarda demasiado en abrirse", _REMEDY) from error
    if child.returncode == 3:
        raise BadContentError(f"{name}: {child.stderr.decode('utf-8', 'replace').strip()}", _REMEDY)
    if child.returncode != 0:
        raise BadContentError(f"{name}: la hoja de cálculo no se puede abrir sin agotar los límites", _REMEDY)
    for line in child.stdout.decode("utf-8").splitlines():
        number, cells = json.loads(line)
        yield number, cells


def inspect(path: Path, name: str, limits: Mapping[str, int]) -> None:
    """Refuse what is not a plain workbook before any parser sees it."""
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            if "xl/workbook.xml" not in book.namelist():
                raise BadContentError(f"{name}: no es un libro XLSX", _REMEDY)
            if (
                len(members) > limits["zip_members"]
                or sum(m.file_size for m in members) > limits["unpacked_bytes"]
            ):
                raise BadContentError(
                    f"{name}: el libro pasa del tamaño permitido al descomprimirse", _REMEDY
                )
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and _has_dtd(book, member):
                    raise BadContentError(f"{name}: el libro trae definiciones XML no permitidas", _REMEDY)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise BadContentError(f"{name}: no es un libro XLSX o está dañado", _REMEDY) from error


def _has_dtd(book: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with book.open(member) as part:
        return b"<!DOCTYPE" in part.read(4096).upper()
