"""What every protocol is given and gives back."""

from __future__ import annotations

import email.utils
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vitrina.config import Settings, now
from vitrina.model import Source
from vitrina.protocols.credentials import Credentials


class Gate:
    """What the sources of a night share: at most *each* requests at a time to one host and port, and the time it is."""

    def __init__(self, each: int = 6) -> None:
        self._each = each
        self._lock = threading.Lock()
        self._hosts: dict[tuple[str, int], threading.BoundedSemaphore] = {}
        self.stop = threading.Event()
        """Set when the night is being abandoned: every client then gives up at its next step."""
        self.clocks: dict[tuple[str, int], float] = {}
        """Host and port → seconds by which its clock is ahead of ours (behind, if negative)."""

    def hear(self, host: str, port: int, date: str) -> None:
        """Take note of the Date with which a server answered; one that cannot be read tells nothing."""
        try:
            told = email.utils.parsedate_to_datetime(date)
            self.clocks[host, port] = (told - now()).total_seconds()
        except (TypeError, ValueError):
            return

    @contextmanager
    def hold(self, host: str, port: int, seconds: float) -> Iterator[bool]:
        """Yield whether a place was free within *seconds*."""
        with self._lock:
            places = self._hosts.setdefault((host, port), threading.BoundedSemaphore(self._each))
        if not places.acquire(timeout=seconds):
            yield False
            return
        try:
            yield True
        finally:
            places.release()


@dataclass(frozen=True)
class Job:
    """One source to be read tonight. `folder` is empty and takes the files received."""

    source: Source
    settings: Settings
    folder: Path
    credentials: Credentials
    previous: Mapping[str, Any] = field(default_factory=dict)
    """Pointer of the last good snapshot (`address`, `headers`), so that a file can be asked for conditionally."""
    gate: Gate = field(default_factory=Gate)

    @property
    def options(self) -> Mapping[str, Any]:
        """The table of the source's protocol."""
        table: Mapping[str, Any] = self.source.options.get(self.source.protocol, {})
        return table

    def limit(self, name: str, default: int) -> int:
        """Return a budget: the source's own, else the run's, else *default*."""
        return int(self.options.get(name, self.settings.limits.get(name, default)))


@dataclass(frozen=True)
class Received:
    """What a source answered. Files are in reading order, inside the job's folder."""

    files: tuple[Path, ...]
    claimed: int | None = None
    """Rows the source says it has; None when its protocol does not say."""
    requests: int = 0
    unchanged: bool = False
    """True when the source said that nothing changed (304): there are no files then."""
    records: Mapping[str, int] = field(default_factory=dict)
    """File name → records, for files already read to their end; the others are counted by `pull`."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """File name → SHA-256, where it was computed on the way."""
    extras: tuple[Path, ...] = ()
    """Files that go with the snapshot but hold no records of it (PDN `dependencias`)."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that matter: content-type, etag, last-modified."""
