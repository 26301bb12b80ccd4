"""The archive of what each source sent: content-addressed folders, a pointer to the last good one, retention.

    data/archive/snapshots/<source>/last_good.json      pointer: run, history, address and headers of the last answer
                                   /<run>/snapshot.json  sidecar, written last: without it the folder does not count
                                         /files/         bytes as received
                                         /extras/        files that hold no records of the source

`run` is the start of a hash over the files, so the same answer is kept once and keeps its first date.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vitrina.storage import fresh_folder, read_json_or, sha256, write_json

KEPT = 7
"""Distinct good snapshots that stay; the last good one is always among them."""
_WORK = ".work-"


class Store:
    """One source's snapshots."""

    def __init__(self, archive: Path, source: str) -> None:
        self.folder = archive / "snapshots" / source

    @property
    def pointer(self) -> dict[str, Any]:
        """The pointer as written, {} when there is no good snapshot yet."""
        return _object(self.folder / "last_good.json") or {}

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Give an empty folder on the archive's disk, so that keeping a file is a rename; gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(f"{_WORK}*"):  # of a night that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=self.folder) as folder:
            yield Path(folder)

    def good(self) -> dict[str, Any] | None:
        """Return the sidecar of the newest good snapshot whose bytes are still what they were; None without one."""
        pointer = self.pointer
        runs = [pointer.get("run"), *reversed(pointer.get("history", []))]
        for run in dict.fromkeys(r for r in runs if isinstance(r, str)):
            if (sidecar := self._intact(run)) is not None:
                return sidecar
        return None

    def keep(
        self,
        files: Sequence[Path],
        extras: Sequence[Path],
        entries: list[dict[str, Any]],
        about: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Move *files* in as a snapshot unless the same content is already there; return its sidecar.

        *entries* describe the files (name, bytes, sha256, records); *about* is the rest of the sidecar.
        """
        content = "\n".join(f"{e['name']} {e['sha256']}" for e in entries)
        run = hashlib.sha256(content.encode()).hexdigest()[:12]
        known, old = self._intact(run), self._sidecar(run) or {}
        is_current = self.pointer.get("run") == run
        # Content that comes back after another is current since today; content that stays keeps its date.
        taken = old.get("taken", about["taken"]) if is_current else about["taken"]
        if known is None:
            self._move_in(run, files, extras)
        sidecar = {**(known or about), "run": run, "taken": taken}
        if sidecar != known:
            write_json(self.folder / run / "snapshot.json", sidecar)
        return sidecar

    def _move_in(self, run: str, files: Sequence[Path], extras: Sequence[Path]) -> None:
        """Move the files in. A power cut may leave less on disk than the sidecar says: `good` hashes before it trusts."""
        target = fresh_folder(self.folder / run)
        for name, paths in (("files", files), ("extras", extras)):
            if paths or name == "files":
                (target / name).mkdir()
            for path in paths:
                path.replace(target / name / path.name)

    def point(self, run: str, address: str, headers: Mapping[str, str]) -> None:
        """Make *run* the last good snapshot and drop those beyond the retention."""
        old = self.pointer.get("history") or [self.pointer.get("run", run)]
        history = [*(r for r in old if r != run and (self.folder / r).is_dir()), run][-KEPT:]
        write_json(
            self.folder / "last_good.json",
            {"run": run, "history": history, "address": address, "headers": dict(headers)},
        )
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in history and not path.name.startswith(_WORK):
                shutil.rmtree(path)

    def demote(self, run: str) -> dict[str, Any] | None:
        """Take *run* out of the good ones (it arrived whole but may not be published); return the one before it.

        The next pull asks for everything again, so that an accepted or mended answer is seen.
        """
        history = [r for r in self.pointer.get("history", []) if r != run]
        if history:
            write_json(
                self.folder / "last_good.json",
                {"run": history[-1], "history": history, "address": "", "headers": {}},
            )
        else:
            (self.folder / "last_good.json").unlink(missing_ok=True)
        return self.good()

    def _sidecar(self, run: str) -> dict[str, Any] | None:
        return _object(self.folder / run / "snapshot.json")

    def _sizes_match(self, run: str, sidecar: Mapping[str, Any]) -> bool:
        folder = self.folder / run / "files"
        wanted = {e["name"]: e["bytes"] for e in sidecar["files"]}
        return folder.is_dir() and {p.name: p.stat().st_size for p in folder.iterdir()} == wanted

    def _intact(self, run: str) -> dict[str, Any] | None:
        """Return the sidecar of *run* if every file has the size and hash it says (a power cut, a bad disk)."""
        sidecar = self._sidecar(run)
        if sidecar is None or not self._sizes_match(run, sidecar):
            return None
        folder = self.folder / run / "files"
        same = all(sha256(folder / e["name"]) == e["sha256"] for e in sidecar["files"])
        return sidecar if same else None


def _object(path: Path) -> dict[str, Any] | None:
    """Return the JSON object at *path*; None when it is missing or was left damaged."""
    try:
        found = read_json_or(path, None)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def last(archive: Path, source: str) -> dict[str, Any] | None:
    """Return the sidecar of the source's last good snapshot as the pointer names it, without reading its files."""
    store = Store(archive, source)
    run = store.pointer.get("run")
    return _object(store.folder / run / "snapshot.json") if run else None
