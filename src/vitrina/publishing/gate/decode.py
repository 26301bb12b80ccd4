"""Opens everything a staged file can hold: archives, compressed streams, Parquet, SQLite, workbooks, pictures.

Every file is also read as the bytes it is. What cannot be opened cannot be proven clean, and that is a finding too.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
import shutil
import tempfile
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from os.path import splitext
from pathlib import Path, PurePosixPath
from typing import IO, Any

from vitrina.publishing.gate import sheets, tables, text
from vitrina.publishing.gate.text import UNREADABLE, Finding
from vitrina.publishing.gate.withheld import END, Withheld

DEEPEST = 3
"""Containers inside containers: a workbook in a ZIP in a gzip is the most the portal could ever publish."""

_MAGIC = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b", "gzip"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz"),
    (b"PAR1", "parquet"), (b"SQLite format 3\x00", "sqlite"), (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\x28\xb5\x2f\xfd", "zstd"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"ARROW1", "arrow"), (b"%PDF-", "pdf"),
)  # fmt: skip
_SUFFIX = {
    ".zip": "zip", ".xlsx": "zip", ".ods": "zip", ".docx": "zip", ".epub": "zip", ".gz": "gzip", ".tgz": "gzip",
    ".bz2": "bz2", ".xz": "xz", ".br": "brotli", ".parquet": "parquet", ".sqlite": "sqlite", ".sqlite3": "sqlite",
    ".png": "png", ".zst": "zstd", ".7z": "7z", ".arrow": "arrow", ".feather": "arrow", ".pdf": "pdf",
}  # fmt: skip
_NO_READER = {
    "zstd": "Zstandard", "7z": "7-Zip", "arrow": "Arrow", "pdf": "PDF",
}  # fmt: skip
_WIDE = (
    (BOM_UTF32_LE, "utf-32"), (BOM_UTF32_BE, "utf-32"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"),
)  # fmt: skip

_TERMS = re.compile(r"(^|/)indice/[bd]-[0-9a-f]+/[tv]/(\d+/)?\d+\.bin$")
"""Sorted lists of the search's words: neighbours there stand side by side by chance."""

Stream = IO[bytes]


class Inspector:
    """Reads files and counts the bytes it looked at, decoded."""

    def __init__(self, withheld: Withheld | None = None) -> None:
        self.withheld = withheld
        self.decoded = 0
        self._held: list[text.Item] = []
        self._weight = 0

    def files(self, files: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
        """Yield the findings of files of the stage, names included; each name is the file's place in the site."""
        chosen = list(files)
        yield from self.items([text.names([name for _, name in chosen])])
        for path, name in chosen:
            with path.open("rb") as stream:
                yield from self._guarded(self._opening(stream, name, name, 0), name)
        yield from self._flush()

    def _guarded(self, open_it: Callable[[], Iterator[Finding]], label: str) -> Iterator[Finding]:
        """Yield what *open_it* yields; any failure becomes the finding that the content cannot be proven clean."""
        try:
            yield from open_it()
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic of polars' engine is no Exception, and says as little
            yield self._closed(type(error).__name__, label)

    def _closed(self, why: str, label: str, strong: bool = True) -> Finding:
        return Finding(f"{UNREADABLE} ({why})", strong, text.safe(label, self.withheld))

    def scan(self, read: Callable[[int], bytes], where: text.Where) -> Iterator[Finding]:
        """Yield what stands in a stream of text or raw bytes. A short one waits to be looked at with others."""
        first = _full(read, text.BLOCK)
        if len(first) < text.BLOCK:
            yield from self.items([(where, first)])
            return
        waiting = [first]

        def counted(size: int) -> bytes:
            block = waiting.pop() if waiting else _full(read, size)
            self.decoded += len(block)
            return block

        yield from text.scan(counted, where, self.withheld)

    def items(self, items: Iterable[text.Item]) -> Iterator[Finding]:
        """Take short texts, and yield what stands in those taken so far once they are worth a look."""
        for item in items:
            self.decoded += len(item[1])
            self._weight += len(item[1])
            self._held.append(item)
            if self._weight >= text.BLOCK:
                yield from self._flush()

    def _flush(self) -> Iterator[Finding]:
        held, self._held, self._weight = self._held, [], 0
        yield from text.scan_items(held, self.withheld)

    def _stream(self, stream: Stream, name: str, label: str, depth: int) -> Iterator[Finding]:
        """Yield the findings of a seekable *stream*: as bytes, then opened."""
        head = stream.read(16)
        kind = next((k for magic, k in _MAGIC if head.startswith(magic)), None)
        declared = _SUFFIX.get(splitext(name)[1].lower())  # noqa: PTH122 - a path object for each of many pages is slow
        stream.seek(0)
        if declared is None and kind is None:
            yield from self._text(stream, head, name, label)
            return
        yield from self.scan(stream.read, text.in_bytes(label))
        stream.seek(0)
        opened = kind or str(declared)
        if declared not in (None, kind, "brotli"):
            yield self._closed(f"no es {declared}", label)
        elif opened in _NO_READER:
            yield self._closed(_NO_READER[opened], label, opened != "pdf")
        elif depth >= DEEPEST:
            yield self._closed("demasiados archivos uno dentro de otro", label)
        else:
            if declared == "brotli":
                opened = "brotli"
            opener: Any = getattr(self, f"_{opened}")
            yield from opener(stream, name, label, depth)

    def _text(self, stream: Stream, head: bytes, name: str, label: str) -> Iterator[Finding]:
        wide = next((codec for mark, codec in _WIDE if head.startswith(mark)), None)
        if wide:
            yield from self.scan(_recoded(stream, wide), text.in_text(label))
            stream.seek(0)
            yield from self.scan(stream.read, text.in_bytes(label))
            return
        if _TERMS.search(label):
            yield from self.items([(text.in_text(label), stream.read().replace(b"\n", END))])
            return
        if not name.lower().endswith(".csv"):
            yield from self.scan(stream.read, text.in_text(label))
            return
        header = next(csv.reader([stream.readline(1 << 16).decode("utf-8-sig", "replace")]), [])
        stream.seek(0)
        yield from self.scan(stream.read, text.in_csv(label, header))
        stream.seek(0)
        yield from tables.csv_columns(self.items, stream, header, label)

    # One method per kind of container: (stream at 0, name, label, depth) → findings.

    def _zip(self, stream: Stream, _name: str, label: str, depth: int) -> Iterator[Finding]:
        with _held(stream) as held, zipfile.ZipFile(held) as archive:
            workbook = "xl/workbook.xml" in archive.namelist()
            yield from self.items([text.names([f"{label}!{m.filename}" for m in archive.infolist()])])
            for member in archive.infolist():
                place = f"{label}!{member.filename}"
                if member.is_dir():
                    continue
                if workbook and member.filename.startswith("xl/worksheets/"):
                    with archive.open(member) as sheet:
                        yield from self.scan(sheet.read, text.in_sheet(place))
                    continue
                with archive.open(member) as inner:
                    yield from self._guarded(self._opening(inner, member.filename, place, depth + 1), place)
            if workbook:
                yield from sheets.columns(self.items, archive, label)

    def _opening(self, held: Stream, name: str, label: str, depth: int) -> Callable[[], Iterator[Finding]]:
        return lambda: self._stream(held, name, label, depth)

    def _unpacked(self, inner: Stream, name: str, label: str, depth: int) -> Iterator[Finding]:
        path = PurePosixPath(name)
        shorter = path.stem if path.suffix.lower() in (".gz", ".bz2", ".xz", ".br") else ""
        yield from self._stream(inner, shorter, label, depth + 1)

    def _gzip(self, stream: Stream, name: str, label: str, depth: int) -> Iterator[Finding]:
        with gzip.GzipFile(fileobj=stream) as inner:
            yield from self._unpacked(inner, name, label, depth)  # type: ignore[arg-type]

    def _bz2(self, stream: Stream, name: str, label: str, depth: int) -> Iterator[Finding]:
        with bz2.BZ2File(stream) as inner:
            yield from self._unpacked(inner, name, label, depth)

    def _xz(self, stream: Stream, name: str, label: str, depth: int) -> Iterator[Finding]:
        with lzma.LZMAFile(stream) as inner:
            yield from self._unpacked(inner, name, label, depth)

    def _brotli(self, stream: Stream, name: str, label: str, depth: int) -> Iterator[Finding]:
        try:
            import brotli  # type: ignore[import-untyped]
        except ImportError:
            yield self._closed("falta el paquete brotli", label)
            return
        decoder = brotli.Decompressor()
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as held:
            while block := stream.read(1 << 16):
                held.write(decoder.process(block))
            if not decoder.is_finished():
                raise EOFError
            held.seek(0)
            yield from self._stream(held, PurePosixPath(name).stem, label, depth + 1)

    def _parquet(self, stream: Stream, _name: str, label: str, _depth: int) -> Iterator[Finding]:
        with _on_disk(stream) as path:
            yield from tables.parquet(self.items, path, label)

    def _sqlite(self, stream: Stream, _name: str, label: str, _depth: int) -> Iterator[Finding]:
        with _on_disk(stream) as path:
            yield from tables.sqlite(self.items, path, label)

    def _png(self, stream: Stream, _name: str, label: str, _depth: int) -> Iterator[Finding]:
        """Unpack the compressed text chunks; plain ones were read with the bytes."""
        stream.seek(8)
        while len(head := stream.read(8)) == 8:
            size = int.from_bytes(head[:4])
            if head[4:] not in (b"zTXt", b"iTXt"):
                stream.seek(size + 4, io.SEEK_CUR)
                continue
            _, _, rest = stream.read(size).partition(b"\0")
            packed = rest[1:] if head[4:] == b"zTXt" else rest[2:].split(b"\0", 2)[-1]
            if head[4:] == b"zTXt" or rest[:1] == b"\1":
                yield from self.scan(io.BytesIO(zlib.decompress(packed)).read, text.in_text(label))
            stream.seek(4, io.SEEK_CUR)


def look(files: Iterable[tuple[Path, str]], known: Withheld | None) -> tuple[int, list[Finding]]:
    """Return how many bytes the files (path, place in the site) hold decoded, and what stands in them, told once."""
    inspector = Inspector(known)
    found = list(dict.fromkeys(inspector.files(files)))
    return inspector.decoded, found


_IN_MEMORY = 16 << 20


def _full(read: Callable[[int], bytes], size: int) -> bytes:
    """Return *size* bytes, fewer only at the end: compressed streams give what they have at hand."""
    block = read(size)
    if len(block) in (0, size):
        return block
    parts = [block]
    missing = size - len(block)
    while missing and (block := read(missing)):
        parts.append(block)
        missing -= len(block)
    return b"".join(parts)


def _held(stream: Stream) -> AbstractContextManager[Any]:
    """Give *stream* itself when it is a file, else a copy (on disk when big): packed streams jump about slowly."""
    if isinstance(stream, io.BufferedReader):
        return nullcontext(stream)
    held = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(stream, held, 1 << 20)
    held.seek(0)
    return held


class _on_disk:
    """Give the path of *stream*: its own when it is a file, else a copy that is removed."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._copy: IO[bytes] | None = None

    def __enter__(self) -> Path:
        if isinstance(self._stream, io.BufferedReader):
            return Path(self._stream.name)
        handle = tempfile.NamedTemporaryFile(prefix="puerta-")
        self._stream.seek(0)
        shutil.copyfileobj(self._stream, handle, 1 << 20)
        handle.flush()
        self._copy = handle
        return Path(handle.name)

    def __exit__(self, *_error: object) -> None:
        if self._copy is not None:
            self._copy.close()


def _recoded(stream: Stream, codec: str) -> Callable[[int], bytes]:
    """Return a reader of *stream* as UTF-8; the last call says that the text ends."""
    decoder = getincrementaldecoder(codec)("replace")

    def read(size: int) -> bytes:
        while block := stream.read(size):
            if out := decoder.decode(block).encode("utf-8", "replace"):
                return out
        return decoder.decode(b"", True).encode("utf-8", "replace")

    return read
