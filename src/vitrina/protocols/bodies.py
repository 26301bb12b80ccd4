"""Bodies proven whole: transport encodings decoded here, because HTTP clients accept a cut gzip in silence."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_PIECE = 1 << 18
_BOMB_FLOOR = 8 << 20
"""Below this many unpacked bytes the ratio is not judged: small answers may repeat themselves a lot."""


class Cut(Exception):
    """The body ended before its own end mark."""


class Damaged(Exception):
    """The body is not what its encoding says."""


class TooBig(Exception):
    """The body unpacks to more than its budget, or far out of proportion to what was sent."""


class Plain:
    """No encoding: bytes pass as they are."""

    ended = False
    """Whether the encoding itself proved the end."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._left -= len(data)
        if self._left < 0:
            raise TooBig
        yield data

    def finish(self) -> None:
        """Nothing to prove."""


class Gunzip:
    """gzip (one or several members) with budgets on unpacked bytes and on the ratio, and its end mark required."""

    def __init__(self, limit: int, ratio: int) -> None:
        self._limit, self._ratio = limit, ratio
        self._packed = self._unpacked = 0
        self._member: zlib._Decompress | None = None

    @property
    def ended(self) -> bool:
        return self._member is not None and self._member.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the unpacked bytes of *data* in pieces; Damaged, TooBig."""
        self._packed += len(data)
        full = False
        while data or full:
            if self._member is None or self._member.eof:
                data = data.lstrip(b"\0") if self._member else data  # padding after a member is legal
                if not data:
                    return
                self._member = zlib.decompressobj(31)
            try:
                piece = self._member.decompress(data, _PIECE)
            except zlib.error as error:
                raise Damaged(str(error)) from error
            full = len(piece) == _PIECE
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            self._count(len(piece))
            if piece:
                yield piece

    def _count(self, size: int) -> None:
        self._unpacked += size
        if self._unpacked > self._limit or self._unpacked > max(_BOMB_FLOOR, self._packed * self._ratio):
            raise TooBig

    def finish(self) -> None:
        """Cut when the last member has not ended."""
        if not self.ended:
            raise Cut


def decoder(encoding: str, limit: int, ratio: int) -> Plain | Gunzip:
    """Return the decoder of a Content-Encoding; Damaged for one that was not asked for."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return Plain(limit)
    if name in ("gzip", "x-gzip"):
        return Gunzip(limit, ratio)
    raise Damaged(f"Content-Encoding {name[:20]!r}")
