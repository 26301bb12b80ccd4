"""How bytes arrive: one module per protocol, one function `fetch` each. Only these and stages/pull open sockets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vitrina.config import Settings
from vitrina.model import Source
from vitrina.protocols import folder, http_file

Fetch = Callable[[Source, Settings, Path], list[Path]]
"""(source, settings, empty folder) → the files received, in reading order. Raises SourceError."""

PROTOCOLS: dict[str, Fetch] = {"folder": folder.fetch, "http_file": http_file.fetch}
