"""What a Parquet file keeps besides its rows: dictionary pages and the footer's least and greatest values.

A table that was filtered and saved again keeps the removed values in its dictionary pages, compressed. A dictionary
page's body is laid out exactly like a plain data page's, so each is wrapped in a tiny Parquet file of its own and
read by polars, whatever its compression. Layout: the Apache Parquet format, Thrift compact protocol.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

_MAGIC = b"PAR1"
_LARGEST_HEADER = 1 << 20
_TOGETHER = 16 << 20
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_DICTIONARY_PAGE = 2
_SPELLED_TYPES = (1, 2, 6)
"""INT32, INT64 and BYTE_ARRAY: the physical types that can spell a value."""

Fields = dict[int, Any]


def extras(path: Path) -> Iterator[bytes]:
    """Yield, as lines of text, the values of each dictionary page and the statistics of each column chunk.

    ValueError or polars' own error when the file is not what its footer says.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - 8))
        tail = stream.read(8)
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != _MAGIC or length + 12 > size:
            raise ValueError("footer")
        stream.seek(size - 8 - length)
        pages: list[_Page] = []
        weight = 0
        footer, _ = _struct(stream.read(length), 0)
        for group in footer.get(4, []):
            for chunk in group.get(1, []):
                column: Fields = chunk.get(3, {})
                limits = [v for v in column.get(12, {}).values() if isinstance(v, bytes)]
                if limits:
                    yield b"\n".join(limits)
                page = _dictionary(stream, column)
                if page:
                    pages.append(page)
                    weight += page.header[2]
                if weight >= _TOGETHER:
                    yield from _values(pages)
                    pages, weight = [], 0
    yield from _values(pages)


@dataclass(frozen=True)
class _Page:
    kind: int
    codec: int
    header: Fields
    body: bytes


def _dictionary(stream: BinaryIO, column: Fields) -> _Page | None:
    """Return the column chunk's dictionary page, if it begins with one that can spell something."""
    first = column.get(11) or column[9]
    stream.seek(first)
    header, start = _struct(stream.read(min(column[7], _LARGEST_HEADER)), 0)
    if header[1] != _DICTIONARY_PAGE or column[1] not in _SPELLED_TYPES or not header[7][1]:
        return None
    stream.seek(first + start)
    return _Page(column[1], column[4], header, stream.read(header[3]))


def _values(pages: list[_Page]) -> Iterator[bytes]:
    """Yield the values of dictionary *pages*, one per line, read as the row groups of one made-up file per type."""
    for kind in _SPELLED_TYPES:
        alike = [p for p in pages if p.kind == kind]
        if alike:
            values = pl.read_parquet(io.BytesIO(_wrapped(alike)))["v"].to_list()
            yield b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values)


def _wrapped(pages: list[_Page]) -> bytes:
    """Return a Parquet file of one required column whose plain data pages are *pages*."""
    body, groups = bytearray(_MAGIC), []
    for page in pages:
        count, size = page.header[7][1], page.header[2]
        levels = [(1, _I32, count), (2, _I32, 0), (3, _I32, 3), (4, _I32, 3)]
        head = _packed([(1, _I32, 0), (2, _I32, size), (3, _I32, page.header[3]), (5, _STRUCT, levels)])
        length = len(head) + len(page.body)
        meta = [
            (1, _I32, page.kind), (2, _LIST, (_I32, [0])), (3, _LIST, (_BINARY, [b"v"])), (4, _I32, page.codec),
            (5, _I64, count), (6, _I64, len(head) + size), (7, _I64, length), (9, _I64, len(body)),
        ]  # fmt: skip
        chunk = [(2, _I64, len(body)), (3, _STRUCT, meta)]
        groups.append([(1, _LIST, (_STRUCT, [chunk])), (2, _I64, length), (3, _I64, count)])
        body += head + page.body
    schema = [
        [(4, _BINARY, b"s"), (5, _I32, 1)],
        [(1, _I32, pages[0].kind), (3, _I32, 0), (4, _BINARY, b"v")],
    ]
    rows = sum(p.header[7][1] for p in pages)
    footer = _packed(
        [(1, _I32, 1), (2, _LIST, (_STRUCT, schema)), (3, _I64, rows), (4, _LIST, (_STRUCT, groups))]
    )
    return bytes(body) + footer + len(footer).to_bytes(4, "little") + _MAGIC


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _struct(data: bytes, at: int) -> tuple[Fields, int]:
    """Return the fields of the Thrift struct at *at* by number, and where it ends. IndexError when it is cut off."""
    fields: Fields = {}
    number = 0
    while data[at]:
        step, kind = data[at] >> 4, data[at] & 15
        at += 1
        if step:
            number += step
        else:
            raw, at = _varint(data, at)
            number = (raw >> 1) ^ -(raw & 1)
        if kind in (_TRUE, _FALSE):
            fields[number] = kind == _TRUE
        else:
            fields[number], at = _value(data, at, kind)
    return fields, at + 1


def _value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (_I16, _I32, _I64):
        raw, at = _varint(data, at)
        return (raw >> 1) ^ -(raw & 1), at
    if kind == _BINARY:
        size, at = _varint(data, at)
        return data[at : at + size], at + size
    if kind == _STRUCT:
        return _struct(data, at)
    if kind in (_LIST, _SET):
        count, item = data[at] >> 4, data[at] & 15
        at += 1
        if count == 15:
            count, at = _varint(data, at)
        items = []
        for _ in range(count):
            value, at = _value(data, at, item)
            items.append(value)
        return items, at
    if kind in (_TRUE, _FALSE, _BYTE):
        return data[at], at + 1
    if kind == _DOUBLE:
        return data[at : at + 8], at + 8
    raise ValueError("thrift")


def _packed(fields: list[tuple[int, int, Any]]) -> bytes:
    """Return a Thrift struct of (number, type, value), numbers rising by less than 16."""
    out, last = bytearray(), 0
    for number, kind, value in fields:
        out.append((number - last) << 4 | kind)
        out += _packed_value(kind, value)
        last = number
    return bytes(out) + b"\0"


def _packed_value(kind: int, value: Any) -> bytes:
    if kind in (_I32, _I64):
        return _packed_varint(value << 1)
    if kind == _BINARY:
        return _packed_varint(len(value)) + bytes(value)
    if kind == _STRUCT:
        return _packed(value)
    item, values = value
    short = len(values) < 15
    head = bytes([len(values) << 4 | item]) if short else bytes([0xF0 | item]) + _packed_varint(len(values))
    return head + b"".join(_packed_value(item, v) for v in values)


def _packed_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])
