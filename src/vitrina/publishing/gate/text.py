"""Scans a stream of text in overlapping blocks, so that memory stays flat whatever the member's size."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from vitrina.privacy import patterns, suspects
from vitrina.publishing.gate.withheld import Withheld

BLOCK = 4 << 20
OVERLAP = 4096
_EDGE = 256
"""Bytes at a block's end that are left to the next block, where what follows them is known."""
_SLICE = 1 << 20
"""Bytes whose words are hashed at once: each costs some forty bytes of memory meanwhile."""
ENOUGH = 20
"""Strong findings in one member after which reading on adds nothing."""

OWN = "dato reservado esta noche"
UNREADABLE = "contenido que no se puede revisar"

Where = Callable[[bytes, int], str]
"""(text before the match, line counted from 0) → the place in words; a private name in it is masked later."""
Item = tuple[Where, bytes]


@dataclass(frozen=True)
class Finding:
    """One thing found: what kind, whether it blocks, and where; never its value."""

    kind: str
    strong: bool
    place: str

    def __str__(self) -> str:
        return f"{self.kind} en {self.place}"


def in_text(label: str) -> Where:
    """Return the place as line and, where there is one, the JSON key or XML element before the match."""

    def where(before: bytes, line: int) -> str:
        key = _KEY.search(before[-200:])
        named = f", clave «{key.group(1).decode('utf-8', 'replace')}»" if key else ""
        return f"{label}, línea {line + 1}{named}"

    return where


def in_bytes(label: str) -> Where:
    """Return the place as the file alone: raw bytes have no lines."""
    return lambda _before, _line: f"{label} (bytes)"


def names(paths: Sequence[str]) -> Item:
    """Return names of files as one text to look at, one per line."""
    lines = [path.replace("\n", " ") for path in paths]
    return (lambda _before, line: f"el nombre de {lines[line]}"), "\n".join(lines).encode("utf-8", "replace")


_BREAK = b"\0" * 128
"""Between bundled texts: longer than any label can stand from its value."""
_PARTS = re.compile(r"([/!«»]|, |el nombre de )")
_KEY = re.compile(rb'"([^"\\\n]{1,60})"\s*:\s*\[?\s*"?[^"\n]{0,120}$')
_CELL = re.compile(rb'.*<c r="([A-Z]{1,3}\d{1,7})"', re.DOTALL)


def in_sheet(label: str) -> Where:
    """Return the place as the cell of a worksheet's XML, or the line when there is none before."""

    def where(before: bytes, line: int) -> str:
        cell = _CELL.match(before)
        return f"{label}, celda {cell.group(1).decode()}" if cell else f"{label}, línea {line + 1}"

    return where


def in_csv(label: str, header: list[str]) -> Where:
    """Return the place as line and column of a CSV whose first row is *header*."""

    def where(before: bytes, line: int) -> str:
        row = before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")
        try:
            cells = next(csv.reader([row]), [""]) if row else [""]
        except csv.Error:  # a cell beyond the reader's limit: the line will do
            cells = []
        column = f", columna «{header[len(cells) - 1]}»" if 0 < len(cells) <= len(header) else ""
        return f"{label}, línea {line + 1}{column}"

    return where


def scan(read: Callable[[int], bytes], where: Where, withheld: Withheld | None = None) -> Iterator[Finding]:
    """Yield what stands in the stream that *read* gives, in order; stop after ENOUGH strong findings."""
    carry, line, strong = b"", 0, 0
    fresh = read(BLOCK)
    while fresh or carry:
        following = read(BLOCK) if fresh else b""
        data = carry + fresh
        low = len(carry) - _EDGE if carry else -1
        high = len(data) - _EDGE if following else len(data) + 1
        for reading in suspects.readings(data):
            if reading is not data:  # offsets moved: see what the overlaps hold twice rather than not at all
                low, high = -1, len(reading) - _EDGE if following else len(reading) + 1
            for kind, is_strong, start, end in matches(reading, withheld):
                if low < end <= high:
                    yield _finding(kind, is_strong, where, reading, start, line, withheld)
                    strong += is_strong
        if strong >= ENOUGH or not following:
            return
        carry = data[-OVERLAP:]
        line += data.count(b"\n", 0, len(data) - len(carry))
        fresh = following


def scan_items(items: Iterable[Item], withheld: Withheld | None = None) -> Iterator[Finding]:
    """Yield what stands in many short texts, bundled: a look costs the same for one page as for a hundred."""
    held: list[Item] = []
    weight = 0
    for where, data in items:
        if len(data) > BLOCK:
            yield from scan(io.BytesIO(data).read, where, withheld)
            continue
        for number, reading in enumerate(suspects.readings(data)):
            held.append((where, reading))
            weight += len(reading) * (number == 0) + len(_BREAK)
        if weight >= BLOCK:
            yield from _bundle(held, withheld)
            held, weight = [], 0
    if held:
        yield from _bundle(held, withheld)


def _bundle(items: Sequence[Item], withheld: Withheld | None) -> Iterator[Finding]:
    starts = list(accumulate((len(data) + len(_BREAK) for _, data in items), initial=0))
    for kind, strong, start, end in matches(_BREAK.join(data for _, data in items), withheld):
        place = bisect_right(starts, start) - 1
        where, data = items[place]
        if end - starts[place] <= len(data):  # words of two items side by side are no one's
            yield _finding(kind, strong, where, data, start - starts[place], 0, withheld)


def _finding(
    kind: str, strong: bool, where: Where, data: bytes, start: int, line: int, withheld: Withheld | None
) -> Finding:
    before = data[max(0, start - 2000) : start]
    return Finding(kind, strong, safe(where(before, line + data.count(b"\n", 0, start)), withheld))


def matches(data: bytes, withheld: Withheld | None = None) -> Iterator[tuple[str, bool, int, int]]:
    """Yield (kind, strong, start, end) of everything found in one block."""
    for first, last, *wanted in suspects.windows(data):
        for match in patterns.examine(data[first:last], *wanted):
            yield match.kind, match.strong, first + match.start, first + match.end
    if withheld:
        for first in range(0, len(data), _SLICE):
            for start, end in withheld.find(data[first : first + _SLICE + OVERLAP]):
                if start < _SLICE:
                    yield OWN, True, first + start, first + end


def safe(place: str, withheld: Withheld | None = None) -> str:
    """Return *place* fit for a message: names of files and columns in which the gate finds something are masked."""

    def holds(text: str) -> bool:
        data = text.encode("utf-8", "replace")
        return any(True for reading in suspects.readings(data) for _ in matches(reading, withheld))

    if not holds(place):
        return place
    parts = ["[reservado]" if holds(part) else part for part in _PARTS.split(place)]
    masked = "".join(parts)
    return "[reservado]" if holds(masked) else masked
