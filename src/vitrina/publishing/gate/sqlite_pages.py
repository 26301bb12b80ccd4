"""What a SQLite file keeps besides its rows: freed blocks, the unused middle of pages, free pages.

A deleted row stays where it was, less its first bytes, until its place is needed. In the file's bytes it touches the
next row's header, whose bytes may pass for letters; here each remainder is cut out, so that its end is an end.
Layout: the SQLite database file format, sections 1.3, 1.5 and 1.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_LEAVES, _INTERIORS = (10, 13), (2, 5)


def remains(path: Path) -> Iterator[bytes]:
    """Yield each remainder in the database at *path* that holds anything but zeros."""
    with path.open("rb") as stream:
        head = stream.read(100)
        size = int.from_bytes(head[16:18])
        size = 65_536 if size == 1 else size
        if size < 512:
            raise ValueError("page size")
        stream.seek(0)
        free: set[int] = set()
        trunk = int.from_bytes(head[32:36])
        while trunk and trunk not in free:
            free.add(trunk)
            stream.seek((trunk - 1) * size)
            page = stream.read(size)
            count = min(int.from_bytes(page[4:8]), size // 4 - 2)
            free.update(int.from_bytes(page[8 + 4 * i : 12 + 4 * i]) for i in range(count))
            trunk = int.from_bytes(page[:4])
        stream.seek(0)
        number = 0
        while page := stream.read(size):
            number += 1
            parts = [page] if number in free else _unused(page, 100 if number == 1 else 0)
            yield from (part for part in parts if part.strip(b"\0"))


def _unused(page: bytes, start: int) -> Iterator[bytes]:
    """Yield the unused parts of a page of a table or index; of any other page, nothing."""
    kind = page[start]
    if kind not in _LEAVES + _INTERIORS:
        return
    block, cells, content = (int.from_bytes(page[start + at : start + at + 2]) for at in (1, 3, 5))
    yield page[start + (8 if kind in _LEAVES else 12) + 2 * cells : content or len(page)]
    seen = 0
    while block > seen:  # blocks stand in rising order; anything else is damage
        length = int.from_bytes(page[block + 2 : block + 4])
        yield page[block + 4 : block + length]
        seen, block = block, int.from_bytes(page[block : block + 2])
