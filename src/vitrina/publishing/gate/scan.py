"""The gate itself: walks the staged tree, two files at a time, and decides."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrina.errors import PrivacyError
from vitrina.publishing.gate import withheld as memory
from vitrina.publishing.gate.decode import Inspector
from vitrina.publishing.gate.text import UNREADABLE, Finding

WORKERS = 2
_BATCH_BYTES, _BATCH_FILES = 4 << 20, 256
_NAMED, _LISTED = 10, 200

File = tuple[Path, str, int]


@dataclass(frozen=True)
class Verdict:
    """What the gate looked at, and what is doubtful but does not block."""

    files: int
    decoded_bytes: int
    warnings: tuple[Finding, ...]

    def report(self) -> dict[str, Any]:
        """Return the verdict as JSON for the operator: counts and the doubtful places, never a value."""
        doubtful = [{"kind": f.kind, "place": f.place} for f in self.warnings[:_LISTED]]
        return {
            "files": self.files,
            "decoded_bytes": self.decoded_bytes,
            "warnings": len(self.warnings),
            "doubtful": doubtful,
        }


def scan(stage: Path, withheld: Path | None = None, workers: int = WORKERS) -> Verdict:
    """Look at every byte under *stage*, decoded, and return the Verdict when nothing blocks.

    *withheld* is the file that `remember` wrote; without one that search is left out. PrivacyError (exit 40) when
    anything private is found or anything cannot be opened: it says what and where, never the value.
    The threads share the work because nearly all of it runs outside the interpreter's lock.
    """
    known = memory.load(withheld) if withheld else None
    files = list(_files(stage))
    batches = list(_batches(files))

    def look(batch: list[File]) -> tuple[int, list[Finding]]:
        inspector = Inspector(known)
        found = list(inspector.files((path, name) for path, name, _ in batch))
        return inspector.decoded, list(dict.fromkeys(found))

    if len(batches) < 2 or workers < 2:
        results = [look(batch) for batch in batches]
    else:
        with ThreadPoolExecutor(workers, thread_name_prefix="puerta") as pool:
            results = list(pool.map(look, batches))
    findings = [finding for _, found in results for finding in found]
    _refuse([f for f in findings if f.strong])
    return Verdict(len(files), sum(size for size, _ in results), tuple(f for f in findings if not f.strong))


def _files(folder: Path, place: str = "") -> Iterator[File]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir():
            yield from _files(Path(entry.path), f"{place}{entry.name}/")
        else:
            yield Path(entry.path), place + entry.name, entry.stat().st_size


def _batches(files: list[File]) -> Iterator[list[File]]:
    batch: list[File] = []
    weight = 0
    for file in files:
        batch.append(file)
        weight += file[2]
        if weight >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _refuse(strong: list[Finding]) -> None:
    if not strong:
        return
    named = "; ".join(map(str, strong[:_NAMED]))
    more = f"; y {len(strong) - _NAMED} más" if len(strong) > _NAMED else ""
    if all(f.kind.startswith(UNREADABLE) for f in strong):
        remedy = (
            "No se publicó nada. Quite o vuelva a generar ese archivo: sin abrirlo no se sabe si está limpio."
        )
    else:
        remedy = (
            "No se publicó nada. Revise qué campo de la fuente lo trae y declárelo como reservado (withheld)."
        )
    raise PrivacyError(f"Datos privados en lo que se iba a publicar: {named}{more}", remedy)
