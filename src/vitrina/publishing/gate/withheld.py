"""The night's own withheld values: remembered as hashes while normalizing, looked for in what is published.

A value is its letters and digits only, small and without accents: `(55) 1234-5678` and `5512345678` are one. It is
found wherever up to five neighbouring words spell it, whatever stands between them. Longer values are known by
their five words richest in digits, so an address copied without its city is found too; e-mails by their end.

Left out, because they are public elsewhere by right or by chance: values of fewer than eight letters and digits,
dates, numbers of fewer than ten digits, single words. The file holds no values, but short ones can be guessed
from their hashes: it stays in the private folder.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vitrina.errors import ConfigurationError
from vitrina.storage import write_bytes

_MAGIC = b"vitrina-reservados-1\n"
WORDS = 5
_SHORTEST, _LONGEST = 8, 200
_DATE = re.compile(rb"\d{4}[-/]\d{2}[-/]\d{2}(?:[T ].*)?|\d{1,2}[-/]\d{1,2}[-/]\d{4}", re.DOTALL)
_MAIL = re.compile(rb"[^\s,;<>()]{1,64}@[^\s,;<>()]{3,100}")
_FEWEST_DIGITS = 3
"""In the five words that a longer value is known by: prose has words in common with other prose."""
_MARK, _LEAD = 1, 0xC3
_BITS = 22
_BLOCK = 1 << 20
END = b" z" * WORDS + b"\n"
"""After each public value: words enough that those of two values are never read as one."""

Bytes = NDArray[np.uint8]
_MIX = np.uint64(0x9E3779B97F4A7C15)


def _tables() -> tuple[bytes, Bytes]:
    """Return what each ASCII byte, and each byte after 0xC3 (À to ÿ in UTF-8), is spelled with; 0 for nothing."""
    plain = bytes(ord(chr(b).lower()) if b < 128 and chr(b).isalnum() else 0 for b in range(256))
    second = np.zeros(256, dtype=np.uint8)
    for code in range(0xC0, 0x100):
        letter = unicodedata.normalize("NFKD", chr(code))[0].lower()
        second[code - 0x40] = ord(letter) if letter.isascii() and letter.isalpha() else 0
    return plain, second


_PLAIN, _SECOND = _tables()


def _spelled(data: bytes) -> Bytes:
    """Return *data* as small ASCII letters and digits, the rest 0. Same length: the first byte of an accented letter
    becomes a mark that belongs to the word and counts for nothing."""
    raw = np.frombuffer(data, dtype=np.uint8)
    out = np.frombuffer(data.translate(_PLAIN), dtype=np.uint8).copy()
    leads = np.flatnonzero(raw[:-1] == _LEAD)
    letters = _SECOND[raw[leads + 1]]
    out[leads + 1] = letters
    out[leads[letters > 0]] = _MARK
    return out


def key(value: str) -> bytes | None:
    """Return the letters and digits *value* is known by, or None when it is too plain to look for.

    >>> key("(55) 1234-5678"), key("2024-01-05"), key("Soltera")
    (b'5512345678', None, None)
    """
    text = unicodedata.normalize("NFC", value).encode("utf-8", "replace")
    mail = _MAIL.search(text)
    words = _words(mail.group() if mail else text)
    if mail:
        words = words[-WORDS:]  # its end: the beginning may be a person's public name
    elif len(words) > WORDS:
        starts = range(len(words) - WORDS + 1)
        digits = [sum(48 <= c < 58 for c in b"".join(words[i : i + WORDS])) for i in starts]
        if max(digits) < _FEWEST_DIGITS:
            return None
        best = digits.index(max(digits))
        words = words[best : best + WORDS]
    joined = b"".join(words)
    if not _SHORTEST <= len(joined) <= _LONGEST or _DATE.fullmatch(text.strip()):
        return None
    if joined.isdigit():
        return joined if len(joined) >= 10 else None
    return joined if len(words) > 1 or any(48 <= c < 58 for c in joined) else None


class Memory:
    """Gathers the night's reserved values, and what the sources themselves give as public, as the records go by."""

    def __init__(self) -> None:
        self._keys: set[bytes] = set()
        self._public = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object

    def add(self, value: str, *, reserved: bool) -> None:
        """Take one value of a record."""
        if not reserved:
            self._public.write(value.encode("utf-8", "replace") + END)
        elif found := key(value):
            self._keys.add(found)

    def write(self, path: Path) -> int:
        """Write the hashes to *path* less those that stand in a public value; return how many are kept.

        A telephone of a public office, say, is no one's secret though a declaration reserves it.
        """
        known = Withheld.of(self._keys)
        shared: set[int] = set()
        self._public.seek(0)
        rest = b""
        while known and (block := self._public.read(_BLOCK)):
            block = rest + block
            cut = block.rfind(END) + len(END) if END in block else len(block)
            rest = block[cut:]
            shared.update(digest for digest, _, _ in known.found(block[:cut]))
        return _write({k for k in self._keys if _digest(k) not in shared}, path)


def _words(text: bytes) -> list[bytes]:
    return _spelled(text).tobytes().replace(bytes([_MARK]), b"").replace(b"\0", b" ").split()


def remember(values: Iterable[str], path: Path, public: Iterable[str] = ()) -> int:
    """Write the hashes of *values* to *path*, less those that *public* values share; return how many are kept.

    Format: a magic line, the count (8 bytes), the sorted BLAKE2b-64 of the keys, the hashes of their first eight
    letters (8 bytes each, little endian).
    """
    keys = {k for k in map(key, values) if k} - {k for k in map(key, public) if k}
    return _write(keys, path)


def _write(keys: set[bytes], path: Path) -> int:
    exact, first = _hashes(keys)
    content = exact.tobytes() + first.astype("<u8").tobytes()
    write_bytes(path, _MAGIC + len(keys).to_bytes(8, "little") + content)
    path.chmod(0o600)
    return len(keys)


def _hashes(keys: Iterable[bytes]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    listed = list(keys)
    exact = np.sort(np.array([_digest(k) for k in listed], dtype="<u8"))
    return exact, np.sort(np.frombuffer(b"".join(k[:_SHORTEST] for k in listed), dtype="<u8") * _MIX)


def _digest(joined: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "little")


def _place(marked: Bytes, offset: int) -> int:
    """Return where *offset*, counted without the marks, stands with them."""
    marks = np.flatnonzero(marked == _MARK)
    return offset + int(np.searchsorted(marks - np.arange(len(marks)), offset, side="right"))


class Withheld:
    """The remembered hashes, ready to search blocks of text."""

    def __init__(self, exact: NDArray[np.uint64], first: NDArray[np.uint64]) -> None:
        self._exact = frozenset(exact.tolist())
        self._first = np.unique(first)
        self._bitmap = np.zeros(1 << _BITS, dtype=bool)
        self._bitmap[first >> np.uint64(64 - _BITS)] = True

    def __len__(self) -> int:
        return len(self._exact)

    @classmethod
    def of(cls, keys: Iterable[bytes]) -> Withheld | None:
        """Return the *keys* ready to search; None when there is none."""
        exact, first = _hashes(keys)
        return cls(exact, first) if len(exact) else None

    def find(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield the (start, end) in *data* of each remembered value."""
        for _, start, end in self.found(data):
            yield start, end

    def found(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """Yield (hash, start, end) of each remembered value in *data*.

        The first eight letters from the start of each word, whatever separates them, decide whether to look closer.
        """
        marked = _spelled(data)
        letters = marked.tobytes().replace(bytes([_MARK]), b"")  # faster than picking them from the array
        spelled = np.frombuffer(letters, dtype=np.uint8)
        inside = np.zeros(len(spelled) + 2, dtype=bool)
        inside[1:-1] = spelled > 0
        edges = np.flatnonzero(inside[1:] != inside[:-1])
        starts, ends = edges[::2], edges[1::2]
        joined = letters.translate(None, b"\0")
        lengths = ends - starts
        last = np.cumsum(lengths)
        first = last - lengths
        for index in self._likely(joined, first):
            for end in range(index, min(index + WORDS, len(first))):
                digest = _digest(joined[first[index] : last[end]])
                if digest in self._exact:
                    yield digest, _place(marked, int(starts[index])), _place(marked, int(ends[end]))

    def _likely(self, joined: bytes, first: NDArray[np.int64]) -> list[int]:
        """Return the words (by number) whose next eight letters begin a remembered value."""
        size = len(joined)
        padded = joined + bytes(_SHORTEST)
        eights = np.ndarray((size + 1,), dtype="<u8", buffer=padded, strides=(1,))
        hashes = eights[first].astype(np.uint64) * _MIX
        likely = np.flatnonzero(self._bitmap[hashes >> np.uint64(64 - _BITS)])
        places = np.searchsorted(self._first, hashes[likely])
        sure = self._first[places % len(self._first)] == hashes[likely]
        return [int(i) for i in likely[sure]]


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
