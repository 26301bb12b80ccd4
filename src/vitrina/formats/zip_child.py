"""Child process of zip_format: unpacks the members asked for, counting real bytes; prints [file, member name] each.

Run as `python -m vitrina.formats.zip_child FILE FOLDER PATTERN LIMITS`, LIMITS as JSON; exit 3 with a Spanish
reason on stderr when the archive is refused, any other failure is the limits at work.
"""

from __future__ import annotations

import fnmatch
import json
import lzma
import struct
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from vitrina.formats.child import refuse, restrain

_DAMAGED = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error, struct.error,
    lzma.LZMAError,
)  # fmt: skip
"""What `zipfile` and the decoders under it raise for a damaged archive, seeks to impossible places included."""


class _Refused(Exception):
    pass


def main(arguments: list[str]) -> int:
    path, folder, pattern, limits = (
        Path(arguments[0]),
        Path(arguments[1]),
        arguments[2],
        json.loads(arguments[3]),
    )
    restrain(limits)
    budget = min(limits["unpacked_bytes"], max(path.stat().st_size, 1) * limits["zip_ratio"])
    try:
        with zipfile.ZipFile(path) as archive:
            for index, member in enumerate(_chosen(archive, pattern, limits)):
                target = folder / f"{index}.dat"
                budget -= _unpack(archive, member, target, budget)
                print(json.dumps([target.name, PurePosixPath(member.filename).name]))
    except _Refused as refused:
        return refuse(str(refused))
    except _DAMAGED:
        return refuse("el ZIP está dañado, incompleto o cifrado")
    return 0


def _chosen(archive: zipfile.ZipFile, pattern: str, limits: Mapping[str, int]) -> list[zipfile.ZipInfo]:
    members = [m for m in archive.infolist() if not m.is_dir()]
    if len(members) > limits["zip_members"]:
        raise _Refused(f"el ZIP tiene {len(members)} archivos")
    chosen = [m for m in members if fnmatch.fnmatch(PurePosixPath(m.filename).name, pattern)]
    if any(m.filename.lower().endswith(".zip") for m in chosen):
        raise _Refused("hay un ZIP dentro del ZIP")
    if not chosen:
        raise _Refused(f"ningún archivo del ZIP se llama como {pattern!r}")
    return sorted(chosen, key=lambda m: m.filename)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: int) -> int:
    size = 0
    with archive.open(member) as stream, target.open("wb") as out:
        while block := stream.read(1 << 20):
            size += len(block)
            if size > budget:
                raise _Refused("el ZIP se infla más de lo permitido")
            out.write(block)
    return size


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
