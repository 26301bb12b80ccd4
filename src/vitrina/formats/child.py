"""Archives and workbooks are opened by a child process: what exhausts a reader exhausts the child, not the night."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile

from vitrina.errors import BadContentError

REFUSED = 3
"""Exit code of a child that says on stderr why the file is refused."""
_GRACE = 30


def lines(
    module: str, arguments: list[str], name: str, limits: Mapping[str, int], remedy: str
) -> Iterator[str]:
    """Run `python -m module arguments` to its end and yield the lines it printed, from disk.

    BadContentError: it refused the file *name*, or it ran into its limits.
    """
    command = [sys.executable, "-m", module, *arguments]
    with TemporaryFile() as out:
        try:
            child = subprocess.run(
                command,
                stdout=out,
                stderr=subprocess.PIPE,
                timeout=limits["child_seconds"] + _GRACE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BadContentError(f"{name}: tarda demasiado en abrirse", remedy) from error
        if child.returncode == REFUSED:
            raise BadContentError(f"{name}: {child.stderr.decode('utf-8', 'replace').strip()}", remedy)
        if child.returncode != 0:
            raise BadContentError(f"{name}: no se puede abrir sin agotar los límites", remedy)
        out.seek(0)
        for line in out:
            yield line.decode("utf-8")


def restrain(limits: Mapping[str, int]) -> None:
    """Called by the child before it opens the file: limit what it may add in memory, its seconds and its writing."""
    seconds, size = limits["child_seconds"], limits["unpacked_bytes"]
    memory = _address_space() + limits["child_memory_bytes"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse(reason: str) -> int:
    """Say on stderr why the file is refused; return the exit code that means so."""
    print(reason, file=sys.stderr)
    return REFUSED


def _address_space() -> int:
    """Return the bytes of address space already mapped (imports), so that the limit is what the file may add."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - one line, read once
        return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
