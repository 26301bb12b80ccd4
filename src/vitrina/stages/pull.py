"""Pull: bytes from each source into data/archive/snapshots, raw, proven whole, with a sidecar.

The only stage that opens a socket. A source that fails keeps its last good snapshot; the others go on.
Snapshots are content-addressed: an answer equal to the kept one costs nothing and keeps its first date.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vitrina import formats
from vitrina.config import Settings
from vitrina.errors import BadContentError, SourceError
from vitrina.model import Source
from vitrina.protocols import PROTOCOLS
from vitrina.storage import fresh_folder, read_json, read_json_or, sha256, write_json

Progress = Callable[[str], None]


def run(
    settings: Settings, sources: Sequence[Source], progress: Progress = lambda _t: None
) -> dict[str, int]:
    """Pull every source; write build/pull/<source>.json with its weather. Return how many had each weather."""
    folder = settings.build / "pull"
    if not settings.only:
        fresh_folder(folder)
    counts: dict[str, int] = {}
    for source in sources:
        result = _pull_one(source, settings)
        write_json(folder / f"{source.id}.json", result)
        counts[result["weather"]] = counts.get(result["weather"], 0) + 1
        progress(f"{source.id}: {result['weather']} ({result['records']} registros)")
    return counts


def _pull_one(source: Source, settings: Settings) -> dict[str, Any]:
    store = settings.archive / "snapshots" / source.id
    if source.frozen:
        return _kept(
            source,
            store,
            "frozen",
            f"fuente cerrada desde {source.frozen['since']}: {source.frozen['reason']}",
            "",
        )
    try:
        with tempfile.TemporaryDirectory(prefix="vitrina-") as folder:
            return _take(source, settings, store, Path(folder))
    except SourceError as error:
        return _kept(source, store, "kept", error.message, error.remedy)


def _take(source: Source, settings: Settings, store: Path, folder: Path) -> dict[str, Any]:
    received = PROTOCOLS[source.protocol](source, settings, folder)
    total = sum(p.stat().st_size for p in received)
    if total > settings.limits["source_bytes"]:
        raise BadContentError(f"{source.id}: {total} bytes pasan del límite", "Divida la fuente por año.")
    files = [_proven(path, source, settings) for path in received]
    digest = hashlib.sha256("\n".join(f"{f['name']} {f['sha256']}" for f in files).encode()).hexdigest()[:12]
    target = store / digest
    if not (target / "snapshot.json").is_file():
        _keep(target, received, files, source, settings)
    snapshot = read_json(target / "snapshot.json")
    write_json(store / "last_good.json", {"run": digest})
    weather = "fresh" if snapshot["taken"] == settings.run_date.isoformat() else "unchanged"
    return _result(source, weather, snapshot, "", "")


def _proven(path: Path, source: Source, settings: Settings) -> dict[str, Any]:
    """Return the file's sidecar entry after reading it to its end, so that a cut file never counts as good."""
    count = sum(1 for _ in formats.records(path, path.name, source, settings.limits))
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256(path), "records": count}


def _keep(
    target: Path, received: list[Path], files: list[dict[str, Any]], source: Source, settings: Settings
) -> None:
    """Copy the received bytes to *target*; snapshot.json comes last, so a half-written snapshot never counts."""
    fresh_folder(target / "files")
    for path in received:
        shutil.copyfile(path, target / "files" / path.name)
    write_json(
        target / "snapshot.json",
        {
            "source": source.id, "run": target.name, "taken": settings.run_date.isoformat(),
            "protocol": source.protocol, "url": source.url, "files": files,
            "records": sum(f["records"] for f in files), "bytes": sum(f["bytes"] for f in files),
        },
    )  # fmt: skip


def _kept(source: Source, store: Path, weather: str, message: str, remedy: str) -> dict[str, Any]:
    pointer = read_json_or(store / "last_good.json", None)
    if pointer is None:
        return _result(source, "none", None, message, remedy)
    return _result(source, weather, read_json(store / pointer["run"] / "snapshot.json"), message, remedy)


def _result(
    source: Source, weather: str, snapshot: dict[str, Any] | None, message: str, remedy: str
) -> dict[str, Any]:
    return {
        "source": source.id, "system": source.system, "weather": weather,
        "snapshot": snapshot["run"] if snapshot else "", "taken": snapshot["taken"] if snapshot else "",
        "records": snapshot["records"] if snapshot else 0, "message": message, "remedy": remedy,
    }  # fmt: skip
