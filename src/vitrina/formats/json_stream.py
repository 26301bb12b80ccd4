"""JSON documents too large for memory: the records of their list, a megabyte at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from vitrina.errors import BadContentError
from vitrina.formats.decoding import refuse_html

CHUNK = 1 << 20
LONGEST = 64 << 20
"""Bytes that one record, or all that surrounds the list, may have."""
_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+([{}\[\]])', re.DOTALL)
"""From outside a string to the next bracket, over whole strings."""


class _Reader:
    """What is left to read of one file, with its first *buffer* bytes at hand."""

    def __init__(self, stream: BinaryIO, name: str, chunk: int) -> None:
        self._stream, self.name, self._chunk = stream, name, chunk
        self.buffer = stream.read(chunk).removeprefix(_BOM)
        self.done = 0
        """Bytes dropped from the front of the buffer."""

    def more(self) -> bool:
        """Append a chunk to the buffer; say whether there was one. BadContentError when it grows too long."""
        block = self._stream.read(self._chunk)
        self.buffer += block
        if len(self.buffer) > LONGEST:
            raise BadContentError(
                f"{self.name}: un solo registro pasa de {LONGEST >> 20} MB",
                "Pida el archivo en JSON Lines o por año.",
            )
        return bool(block)

    def drop(self, size: int) -> None:
        self.buffer = self.buffer[size:]
        self.done += size

    def damaged(self) -> BadContentError:
        return BadContentError(
            f"{self.name}: JSON mal formado o cortado después del byte {self.done}",
            "El envío llegó incompleto o el sistema de origen lo escribió mal; pídalo de nuevo.",
        )


def items(path: Path, name: str, members: tuple[str, ...], chunk: int = CHUNK) -> Iterator[tuple[str, Any]]:
    """Yield (JSON Pointer, item) of the document's list: the document itself, or its first of *members* that is one.

    BadContentError, possibly after some items: a web page, not whole and valid JSON in UTF-8, no such list, or more
    than 64 MB in one item or around the list.
    """
    with path.open("rb") as stream:
        reader = _Reader(stream, name, chunk)
        refuse_html(reader.buffer[:1024], name)
        while not reader.buffer.strip(_SPACE) and reader.more():
            pass
        start = len(reader.buffer) - len(reader.buffer.lstrip(_SPACE))
        if reader.buffer[start : start + 1] == b"[":
            head, pointer = b"[", ""
            reader.drop(start + 1)
        elif found := _head(reader, members):
            head, pointer = found
        else:
            yield "", _whole(reader)
            return
        for index, item in enumerate(_list(reader)):
            yield f"{pointer}/{index}", item
        while reader.more():
            pass
        _finish(reader, head, pointer.removeprefix("/"), members)


def _whole(reader: _Reader) -> Any:
    """Return the document that has no list; all of it is in the buffer."""
    document = _loads(reader.buffer)
    if document is None:
        raise reader.damaged()
    return document


def _head(reader: _Reader, members: tuple[str, ...]) -> tuple[bytes, str] | None:
    """Read up to the opening bracket of the list; return what stood before it, bracket included, and its pointer.

    None when the document ends without one.
    """
    opening = re.compile(rb'"(' + b"|".join(m.encode() for m in members) + rb')"\s*+:\s*+\[')
    while True:
        for found in opening.finditer(reader.buffer):
            head = reader.buffer[: found.end()]
            # It closes as an object only if the bracket opens a member of the document, not something deeper.
            before = _loads(head + b"]}")
            if isinstance(before, Mapping) and "ocid" in before:  # a record with lists of its own
                while reader.more():
                    pass
                return None
            if isinstance(before, Mapping):
                reader.drop(found.end())
                return head, f"/{found[1].decode()}"
        if not reader.more():
            return None


def _list(reader: _Reader) -> Iterator[Any]:
    """Yield the items up to the closing bracket of the list, and drop it."""
    first, depth, position, safe = True, 0, 0, 0
    while True:
        while step := _TO_BRACKET.match(reader.buffer, position):
            position = step.end()
            depth += 1 if step[1] in b"{[" else -1
            if depth == 0:
                safe = position
            elif depth < 0:
                yield from _parsed(reader, position - 1, first)
                reader.drop(1)
                return
        if safe:
            yield from _parsed(reader, safe, first)
            first, position, safe = False, position - safe, 0
        if not reader.more():
            raise reader.damaged()


def _parsed(reader: _Reader, size: int, first: bool) -> list[Any]:
    """Take *size* bytes, which end outside any item, off the buffer and return the items in them."""
    piece = reader.buffer[:size].strip(_SPACE)
    if not first and piece:
        if not piece.startswith(b",") or not piece[1:].strip(_SPACE):
            raise reader.damaged()
        piece = piece[1:]
    found = _loads(b"[" + piece + b"]")
    if not isinstance(found, list):
        raise reader.damaged()
    reader.drop(size)
    return found


def _finish(reader: _Reader, head: bytes, member: str, members: tuple[str, ...]) -> None:
    """Prove that what surrounds the list is whole, and that the list is the one a small file would be read by."""
    document = _loads(head + b"]" + reader.buffer)
    if document == [] and not member:
        return
    if not isinstance(document, Mapping):
        raise reader.damaged()
    chosen = next((m for m in members if isinstance(document.get(m), list)), "")
    if chosen != member or "ocid" in document:
        raise BadContentError(
            f"{reader.name}: el documento trae más de una lista de registros", "Pida un archivo por lista."
        )


def _loads(text: bytes) -> Any:
    """Return the document, None when *text* is not one (none of ours is null)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
