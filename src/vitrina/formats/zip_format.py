"""ZIP archives of data files, opened in a child process with budgets on members, size and ratio, one level deep."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from vitrina.errors import BadContentError
from vitrina.formats import child, csv_format, json_format
from vitrina.model import RawRecord, Source

_REMEDY = "Pida los archivos sueltos o un ZIP normal, sin carpetas raras ni ZIP dentro de ZIP."


def read(path: Path, name: str, source: Source, limits: Mapping[str, int]) -> Iterator[RawRecord]:
    """Yield the records of the members that match [zip] pattern, sorted by name; names are never used as paths."""
    options = source.options.get("zip", {})
    pattern, kind = options.get("pattern", "*"), options.get("format", "json")
    if not zipfile.is_zipfile(path):
        raise BadContentError(f"{name}: el ZIP está dañado, incompleto o cifrado", _REMEDY)
    with tempfile.TemporaryDirectory() as folder:
        arguments = [str(path), folder, pattern, json.dumps(dict(limits))]
        for line in child.lines("vitrina.formats.zip_child", arguments, name, limits, _REMEDY):
            file, member = json.loads(line)
            unpacked, label = Path(folder) / file, f"{name}!{member}"
            if kind == "csv":
                yield from csv_format.read(unpacked, label, source, limits)
            elif kind == "jsonl":
                yield from json_format.read_lines(unpacked, label)
            else:
                yield from json_format.read(unpacked, label)
            unpacked.unlink()
