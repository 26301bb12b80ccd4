"""Bytes ↔ records. `records` reads one received file strictly; every failure is a BadContentError."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from vitrina.errors import BadContentError, EmptyContentError
from vitrina.formats import csv_format, json_format, xlsx_format, zip_format
from vitrina.model import RawRecord, Source

PAGES_SUFFIX = ".pages.jsonl"
"""Ending of the files in which `pull` keeps the JSON pages of a source, one per line, whatever its format says."""
SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".zip": "zip",
}


def format_of(name: str, source: Source) -> str:
    """Return the declared format of *source*, else the one of the file name's ending; BadContentError if unknown."""
    if name.endswith(PAGES_SUFFIX):
        return "jsonl"
    if source.format:
        return source.format
    try:
        return SUFFIXES[Path(name).suffix.lower()]
    except KeyError:
        raise BadContentError(
            f"{name}: no se sabe en qué formato está", f'Escriba format = "csv" (u otro) en {source.id}.toml.'
        ) from None


def records(path: Path, name: str, source: Source, limits: Mapping[str, int]) -> Iterator[RawRecord]:
    """Yield the records of the file at *path*, positions given with the file's received *name*.

    A row that cannot be read alone is yielded with `Malformed` data; a file that cannot be trusted as a whole
    (empty, HTML, wrong encoding, unclosed quote, cut JSON) raises BadContentError, possibly after some records.
    """
    kind = format_of(name, source)
    if path.stat().st_size == 0:
        raise EmptyContentError(
            f"{name}: el archivo está vacío (0 bytes)", "Pida a la institución que lo envíe de nuevo."
        )
    if kind == "csv":
        return csv_format.read(path, name, source, limits)
    if kind == "json":
        return json_format.read(path, name)
    if kind == "jsonl":
        return json_format.read_lines(path, name)
    if kind == "xlsx":
        return xlsx_format.read(path, name, source, limits)
    return zip_format.read(path, name, source, limits)
