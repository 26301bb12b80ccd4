"""ZIP archives of data files, with budgets on members, size and ratio counted on real bytes, one level deep."""

from __future__ import annotations

import fnmatch
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from vitrina.errors import BadContentError
from vitrina.formats import csv_format, json_format
from vitrina.model import RawRecord, Source

_REMEDY = "Pida los archivos sueltos o un ZIP normal, sin carpetas raras ni ZIP dentro de ZIP."


def read(path: Path, name: str, source: Source, limits: Mapping[str, int]) -> Iterator[RawRecord]:
    """Yield the records of the members that match [zip] pattern, sorted by name; names are never used as paths."""
    options = source.options.get("zip", {})
    pattern, kind = options.get("pattern", "*"), options.get("format", "json")
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            chosen = _members(archive, pattern, name, limits)
            total = 0
            for index, member in enumerate(chosen):
                unpacked = Path(folder) / f"{index}.dat"
                total += _unpack(archive, member, unpacked, name, limits, total, path.stat().st_size)
                label = f"{name}!{PurePosixPath(member.filename).name}"
                if kind == "csv":
                    yield from csv_format.read(unpacked, label, source, limits)
                elif kind == "jsonl":
                    yield from json_format.read_lines(unpacked, label)
                else:
                    yield from json_format.read(unpacked, label)
                unpacked.unlink()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadContentError(f"{name}: el ZIP está dañado, incompleto o cifrado", _REMEDY) from error


def _members(
    archive: zipfile.ZipFile, pattern: str, name: str, limits: Mapping[str, int]
) -> list[zipfile.ZipInfo]:
    members = [m for m in archive.infolist() if not m.is_dir()]
    if len(members) > limits["zip_members"]:
        raise BadContentError(f"{name}: el ZIP tiene {len(members)} archivos", _REMEDY)
    chosen = [m for m in members if fnmatch.fnmatch(PurePosixPath(m.filename).name, pattern)]
    nested = [m for m in chosen if m.filename.lower().endswith(".zip")]
    if nested:
        raise BadContentError(f"{name}: hay un ZIP dentro del ZIP", _REMEDY)
    if not chosen:
        raise BadContentError(f"{name}: ningún archivo del ZIP se llama como {pattern!r}", _REMEDY)
    return sorted(chosen, key=lambda m: m.filename)


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, name: str,
    limits: Mapping[str, int], before: int, packed: int,
) -> int:  # fmt: skip
    """Write one member to *target* counting real bytes; return how many."""
    size = 0
    with archive.open(member) as stream, target.open("wb") as out:
        while block := stream.read(1 << 20):
            size += len(block)
            if (
                before + size > limits["unpacked_bytes"]
                or before + size > max(packed, 1) * limits["zip_ratio"]
            ):
                raise BadContentError(f"{name}: el ZIP se infla más de lo permitido", _REMEDY)
            out.write(block)
    return size
