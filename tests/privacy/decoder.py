"""Reads everything a published tree says, without the gate's code: one text per place, whatever the container."""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import sqlite3
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import brotli
import polars as pl
import python_calamine

from vitrina.packaging.files import write_parquet


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of every file under *root*, opened as far as it goes, names included."""
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        yield f"nombre {name}", name
        if path.is_file():
            yield from _bytes(path.read_bytes(), name)


def _bytes(data: bytes, name: str) -> Iterator[tuple[str, str]]:
    yield name, data.decode("utf-8", "replace")
    if data[:2] == b"\x1f\x8b":
        yield f"{name} (cabecera)", data[:300].decode("latin-1")
        yield from _bytes(gzip.decompress(data), f"{name}!gz")
    elif name.endswith(".br"):
        yield from _bytes(brotli.decompress(data), f"{name}!br")
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                yield f"{name}!{member.filename}", member.filename + repr(member.comment) + repr(member.extra)
                yield from _bytes(archive.read(member), f"{name}!{member.filename}")
            if "xl/workbook.xml" in archive.namelist():
                book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
                for sheet in book.sheet_names:
                    yield f"{name}!{sheet}", repr(book.get_sheet_by_name(sheet).to_python())
    elif data[:4] == b"PAR1":
        yield from _parquet(data, name)
    elif data[:15] == b"SQLite format 3":
        with tempfile.NamedTemporaryFile() as held:
            held.write(data)
            held.flush()
            yield f"{name}!sql", "\n".join(sqlite3.connect(held.name).iterdump())
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png(data, name)
    elif name.endswith((".html", ".xml")):
        text = data.decode("utf-8", "replace")
        yield f"{name} (sin etiquetas)", html.unescape(re.sub(r"<[^>]*>", "", text))
        for block in re.findall(
            r'<script type="application/(?:ld\+)?json"[^>]*>(.*?)</script>', text, re.DOTALL
        ):
            yield f"{name} (json)", json.dumps(json.loads(block), ensure_ascii=False)


def _parquet(data: bytes, name: str) -> Iterator[tuple[str, str]]:
    """Rows; and the proof that pages, dictionaries and statistics hold nothing else: rows alone give the same bytes."""
    frame = pl.read_parquet(io.BytesIO(data))
    yield f"{name}!filas", "\n".join(map(repr, frame.rows()))
    fresh = pl.DataFrame({c: frame[c].to_list() for c in frame.columns}, schema=frame.schema)
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / "de-nuevo.parquet"
        write_parquet(again, fresh)
        assert again.read_bytes() == data, f"{name} trae más que sus filas"


def _png(data: bytes, name: str) -> Iterator[tuple[str, str]]:
    at = 8
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if kind in (b"zTXt", b"iTXt"):
            start = body.find(b"x\x9c")  # how zlib begins
            packed = zlib.decompressobj().decompress(body[start:]) if start >= 0 else body
            yield f"{name}!{kind!r}", packed.decode("utf-8", "replace")
        at += 12 + size


_JOINED = re.compile(r"[\s\-_().,;:#/·\u00ad\u2000-\u2015\u2028-\u202f\u2060\u2212\ufeff]+")


def plain(text: str) -> str:
    """Return *text* as someone would read it aloud: no escapes, styles, case or separators."""
    text = html.unescape(unquote(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)))
    decomposed = unicodedata.normalize("NFKD", text).lower()
    return _JOINED.sub("", "".join(c for c in decomposed if not unicodedata.combining(c)))
