"""Pages as files: one JSON document per line, because creating a file costs the machine as much as reading a page."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

from vitrina.formats import PAGES_SUFFIX

_BOM = b"\xef\xbb\xbf"


class Pages:
    """Puts page bodies, as received, into *folder*: those that fit in one line together, any other in its own file.

    A file is named after its first page, so that names sort in reading order; each body ends with a line break.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._open: BinaryIO | None = None
        self._hash: Any = None
        self.files: list[Path] = []
        self.records: dict[str, int] = {}
        self.hashes: dict[str, str] = {}
        """File name → records in it, and its SHA-256; complete after `close`."""

    def add(self, body: bytes, records: int) -> None:
        """Append a page that holds *records*. OSError: no space."""
        self._count += 1
        inside = body.find(b"\n")
        if body.startswith(_BOM) or -1 < inside < len(body) - 1:
            self.close()
            path = self._next(".json", records)
            path.write_bytes(body)
            self.hashes[path.name] = hashlib.sha256(body).hexdigest()
            return
        if self._open is None:
            self._open = self._next(PAGES_SUFFIX, 0).open("wb")
            self._hash = hashlib.sha256()
        for piece in (body, b"\n") if inside < 0 else (body,):
            self._open.write(piece)
            self._hash.update(piece)
        self.records[self.files[-1].name] += records

    def close(self) -> None:
        """End the file being written, if there is one."""
        if self._open is not None:
            self._open.close()
            self.hashes[self.files[-1].name] = self._hash.hexdigest()
            self._open = None

    def drop(self) -> None:
        """Forget every page: their files are removed."""
        self.close()
        for path in self.files:
            path.unlink()

    def _next(self, suffix: str, records: int) -> Path:
        path = self._folder / f"page-{self._count:05}{suffix}"
        self.files.append(path)
        self.records[path.name] = records
        return path
