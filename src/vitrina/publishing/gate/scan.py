"""The gate itself: walks the staged tree, in two processes when it is big, and decides."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from subprocess import PIPE, Popen
from typing import Any

import orjson

from vitrina.errors import PrivacyError
from vitrina.publishing.gate import withheld as memory
from vitrina.publishing.gate.decode import look
from vitrina.publishing.gate.text import UNREADABLE, Finding, safe

WORKERS = 2
APART = 64 << 20
"""Bytes in a tree that repay the moment it takes to start processes."""
_BATCH_BYTES, _BATCH_FILES = 4 << 20, 256
_NAMED, _LISTED = 10, 200
_PACKED, _PACKED_TIMES = {".zip", ".gz", ".xlsx", ".br", ".parquet", ".bz2", ".xz"}, 8

File = tuple[Path, str, int]
Result = tuple[int, list[Finding]]


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


def scan(stage: Path, withheld: Path | None = None, workers: int = WORKERS, apart: int = APART) -> Verdict:
    """Look at every byte under *stage*, decoded, and return the Verdict when nothing blocks.

    *withheld* is the file that `remember` wrote; without one that search is left out. PrivacyError (exit 40) when
    anything private is found or anything cannot be opened: it says what and where, never the value.
    A tree of more than *apart* bytes is shared among *workers* processes.
    """
    files = list(_files(stage))
    batches = list(_batches(files))
    if workers > 1 and len(batches) > 1 and sum(size for _, _, size in files) > apart:
        results = _shared(batches, withheld, workers)
    else:
        known = memory.load(withheld) if withheld else None
        results = [look([(path, name) for path, name, _ in batch], known) for batch in batches]
    findings = [finding for _, found in results for finding in found]
    _refuse([f for f in findings if f.strong])
    return Verdict(len(files), sum(size for size, _ in results), tuple(f for f in findings if not f.strong))


def _shared(batches: list[list[File]], withheld: Path | None, workers: int) -> list[Result]:
    """Return each batch's result, in order, from helper processes that import the gate and nothing else."""
    if withheld:
        memory.load(withheld)  # a damaged one is told here, by its own error
    with ExitStack() as stack:
        idle: SimpleQueue[Popen[bytes]] = SimpleQueue()
        for _ in range(workers):
            idle.put(stack.enter_context(_helper(withheld)))

        def ask(batch: list[File]) -> Result:
            helper = idle.get()
            answer = _asked(helper, batch)
            if answer is None:
                helper = stack.enter_context(_helper(withheld))
                answer = 0, [Finding(f"{UNREADABLE} (el proceso que lo leía se detuvo)", True, _span(batch))]
            idle.put(helper)
            return answer

        # The heaviest first: at the end no one waits long for another.
        heaviest = sorted(range(len(batches)), key=lambda number: -_weight(batches[number]))
        with ThreadPoolExecutor(workers) as pool:
            asked = {number: pool.submit(ask, batches[number]) for number in heaviest}
        return [asked[number].result() for number in range(len(batches))]


def _weight(batch: list[File]) -> int:
    """Return about how long *batch* takes: what is packed grows when it is opened."""
    return sum(size * (_PACKED_TIMES if path.suffix in _PACKED else 1) for path, _, size in batch)


def _asked(helper: Popen[bytes], batch: list[File]) -> Result | None:
    """Return the helper's answer, or None when it died over the batch (its memory, or a crash of a decoder)."""
    assert helper.stdin and helper.stdout
    try:
        helper.stdin.write(orjson.dumps([(str(path), name) for path, name, _ in batch]) + b"\n")
        helper.stdin.flush()
        decoded, found = orjson.loads(helper.stdout.readline())
    except (OSError, ValueError):
        return None
    return decoded, [Finding(*each) for each in found]


def _span(batch: list[File]) -> str:
    first, last = safe(batch[0][1]), safe(batch[-1][1])
    return first if first == last else f"{first} … {last}"


@contextmanager
def _helper(withheld: Path | None) -> Iterator[Popen[bytes]]:
    command = [sys.executable, "-m", "vitrina.publishing.gate.helper", str(withheld or "")]
    with Popen(command, stdin=PIPE, stdout=PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


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
