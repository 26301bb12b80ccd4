"""The privacy gate, first form: no checksum-valid CURP may stand in the text of anything about to be published."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from vitrina.errors import PrivacyError
from vitrina.values import find_curps

_TEXT = {".html", ".json", ".jsonl", ".csv", ".md", ".xml", ".txt", ".js", ".svg", ""}
_ARCHIVES = {".xlsx", ".zip"}
_NAMED = 10


def scan(stage: Path) -> int:
    """Return how many files were read; PrivacyError names the files (never the value) when one holds a CURP."""
    found: list[str] = []
    count = 0
    for path in sorted(p for p in stage.rglob("*") if p.is_file()):
        count += 1
        relative = str(path.relative_to(stage))
        for label, text in _texts(path, relative):
            if find_curps(text) or find_curps(relative):
                found.append(label)
    if found:
        more = f" y {len(found) - _NAMED} más" if len(found) > _NAMED else ""
        raise PrivacyError(
            f"Hay una CURP en: {', '.join(found[:_NAMED])}{more}",
            "No se publicó nada. Revise qué campo de la fuente la trae y decláralo como reservado (withheld).",
        )
    return count


def _texts(path: Path, label: str) -> Iterator[tuple[str, str]]:
    if path.suffix in _TEXT:
        yield label, path.read_text(encoding="utf-8", errors="replace")
    elif path.suffix in _ARCHIVES:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{label}!{name}", archive.read(name).decode("utf-8", errors="replace")
