"""The night's own withheld values: remembered as hashes while normalizing, looked for in what is published.

A value is its letters and digits only, small and without accents: `(55) 1234-5678` and `5512345678` are one. It is
found wherever up to five neighbouring words spell it, whatever stands between them. Longer values are known by
their five words richest in digits, so an address copied without its city is found too.

Left out, because they are public elsewhere by right or by chance: values of fewer than eight letters and digits,
dates, numbers of fewer than ten digits, single words. The file holds no values, but short ones can be guessed
from their hashes: it stays in the private folder.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitrina.errors import ConfigurationError
from vitrina.storage import write_bytes

_MAGIC = b"vitrina-reservados-1\n"
WORDS = 5
_SHORTEST, _LONGEST = 8, 200
_DATE = re.compile(rb"\d{4}[-/]\d{2}[-/]\d{2}(?:[T ].*)?|\d{1,2}[-/]\d{1,2}[-/]\d{4}", re.DOTALL)
_MARK = b"\x01"
_BITS = 24

U64 = NDArray[np.uint64]
_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xD6E8FEB86659FD93)


def _letters() -> tuple[bytes, dict[bytes, bytes]]:
    table = bytearray(256)
    for byte in range(256):
        char = chr(byte)
        table[byte] = ord(char.lower()) if byte < 128 and char.isalnum() else 0
    pairs = {}
    for code in range(0xC0, 0x100):
        plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
        # A mark that counts for nothing keeps the length, so that offsets stay true.
        pairs[chr(code).encode()] = plain.encode() + _MARK if plain.isascii() and plain.isalpha() else b"  "
    table[_MARK[0]] = _MARK[0]
    return bytes(table), pairs


_TABLE, _ACCENTED = _letters()
_PAIR = re.compile(rb"\xc3[\x80-\xbf]")


def _spelled(data: bytes) -> bytes:
    """Return *data* with small ASCII letters and digits; everything else is NUL. Same length."""
    if b"\xc3" in data:
        data = _PAIR.sub(lambda m: _ACCENTED[m.group()], data)
    return data.translate(_TABLE)


def key(value: str) -> bytes | None:
    """Return the letters and digits *value* is known by, or None when it is too plain to look for.

    >>> key("(55) 1234-5678"), key("2024-01-05"), key("Soltera")
    (b'5512345678', None, None)
    """
    text = unicodedata.normalize("NFKC", value).encode("utf-8", "replace")
    words = _spelled(text).replace(_MARK, b"").replace(b"\0", b" ").split()
    if len(words) > WORDS:
        starts = range(len(words) - WORDS + 1)
        digits = [sum(any(48 <= c < 58 for c in w) for w in words[i : i + WORDS]) for i in starts]
        best = digits.index(max(digits))
        words = words[best : best + WORDS]
    joined = b"".join(words)
    if not _SHORTEST <= len(joined) <= _LONGEST or _DATE.fullmatch(text.strip()):
        return None
    if joined.isdigit():
        return joined if len(joined) >= 10 else None
    return joined if len(words) > 1 or any(48 <= c < 58 for c in joined) else None


def remember(values: Iterable[str], path: Path, public: Iterable[str] = ()) -> int:
    """Write the hashes of *values* to *path*, less those that *public* values share; return how many are kept.

    Format: a magic line, the count (8 bytes), the sorted BLAKE2b-64 of the keys, the sorted quick hashes (8 bytes
    each, little endian).
    """
    keys = {k for k in map(key, values) if k} - {k for k in map(key, public) if k}
    exact = np.sort(np.array([_digest(k) for k in keys], dtype="<u8"))
    quick = np.sort(np.array([_quick(k) for k in keys], dtype="<u8"))
    write_bytes(path, _MAGIC + len(keys).to_bytes(8, "little") + exact.tobytes() + quick.tobytes())
    return len(keys)


def _digest(joined: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "little")


def _quick(joined: bytes) -> int:
    """Return the polynomial hash that `Withheld.find` computes for all words of a block at once."""
    total, power = 0, 1
    for byte in joined:
        total += byte * power
        power = power * _BASE % 2**64
    return total * int(_MIX) % 2**64


class Withheld:
    """The remembered hashes, ready to search blocks of text."""

    def __init__(self, exact: U64, quick: U64) -> None:
        self._exact, self._quick = exact, quick
        self._bitmap = np.zeros(1 << _BITS, dtype=bool)
        self._bitmap[quick >> np.uint64(64 - _BITS)] = True
        one = np.ones(1, dtype=np.uint64)
        self._powers = (one, one)

    def __len__(self) -> int:
        return len(self._exact)

    def find(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield the (start, end) in *data* of each remembered value."""
        spelled = _spelled(data)
        array = np.frombuffer(spelled, dtype=np.uint8)
        inside = np.zeros(len(array) + 2, dtype=np.int8)
        inside[1:-1] = array != 0
        edges = np.flatnonzero(np.diff(inside))
        starts, ends = edges[::2], edges[1::2]
        if not len(starts):
            return
        joined = spelled.translate(None, b"\0" + _MARK)
        if _MARK in spelled:
            counted = np.concatenate(([0], np.cumsum(array > _MARK[0])))
            first, last = counted[starts], counted[ends]
        else:
            last = np.cumsum(ends - starts)
            first = np.concatenate(([0], last[:-1]))
        for index, count in self._hits(np.frombuffer(joined, dtype=np.uint8), first, last):
            if self._holds(joined[first[index] : last[index + count - 1]]):
                yield int(starts[index]), int(ends[index + count - 1])

    def _hits(self, joined: NDArray[np.uint8], first: Any, last: Any) -> Iterator[tuple[int, int]]:
        """Yield (word, number of words) of the runs whose quick hash is among the remembered."""
        powers, inverse = self._tables(len(joined) + 1)
        sums = np.zeros(len(joined) + 1, dtype=np.uint64)
        np.cumsum(joined * powers[: len(joined)], out=sums[1:])
        before, after, shift = sums[first], sums[last], inverse[first] * _MIX
        for count in range(1, min(WORDS, len(first)) + 1):
            runs = len(first) - count + 1
            hashes = (after[count - 1 :] - before[:runs]) * shift[:runs]
            likely = np.flatnonzero(self._bitmap[hashes >> np.uint64(64 - _BITS)])
            found = np.searchsorted(self._quick, hashes[likely])
            found[found == len(self._quick)] = 0
            for index in likely[self._quick[found] == hashes[likely]]:
                yield int(index), count

    def _tables(self, size: int) -> tuple[U64, U64]:
        tables = self._powers  # one name, read and set whole: threads share it
        if len(tables[0]) < size:
            powers = np.full(size, _BASE, dtype=np.uint64)
            inverse = np.full(size, pow(_BASE, -1, 2**64), dtype=np.uint64)
            powers[0] = inverse[0] = 1
            tables = self._powers = (np.cumprod(powers), np.cumprod(inverse))
        return tables

    def _holds(self, joined: bytes) -> bool:
        digest = np.uint64(_digest(joined))
        place = int(np.searchsorted(self._exact, digest))
        return place < len(self._exact) and bool(self._exact[place] == digest)


def load(path: Path) -> Withheld | None:
    """Return the values remembered at *path*; None when there is no such file or it is empty of values.

    ConfigurationError when the file is damaged: an unread list must not pass as an empty one.
    """
    if not path.is_file():
        return None
    data = path.read_bytes()
    head = len(_MAGIC) + 8
    count = int.from_bytes(data[len(_MAGIC) : head], "little")
    if not data.startswith(_MAGIC) or len(data) != head + 16 * count:
        raise ConfigurationError(
            f"{path.name}: la lista de valores reservados está dañada", "Repita vitrina normalize."
        )
    if not count:
        return None
    hashes = np.frombuffer(data, dtype="<u8", offset=head).astype(np.uint64)
    return Withheld(hashes[:count], hashes[count:])
