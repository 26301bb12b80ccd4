"""The rows of a table as all-text frames: taken from memory, or read from a CSV file exactly as Frictionless reads it.

A file is read in blocks by polars, and a block is believed only when writing the frame back gives the very bytes
that were read: then Python's `csv` (Frictionless' reader) sees the same cells, whatever quotes, blank lines or
ragged rows there might have been. A file with a block that is not written that way is read by Frictionless' parser.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl
from frictionless import FrictionlessException, Schema
from frictionless.fields import AnyField
from polars.exceptions import PanicException, PolarsError

from vitrina.checking.fast.authority import Cells, CsvTable, resource
from vitrina.checking.fast.keys import Unprovable

_BLOCK = 8 << 20
_BATCH = 20_000


@dataclass
class Content:
    """All rows of a table in order. Ragged rows are cut or filled with nulls in the frames and kept whole aside."""

    header: Cells
    names: Sequence[str]
    chunks: list[pl.DataFrame] = field(default_factory=list)
    ragged: dict[int, list[str]] = field(default_factory=dict)

    @property
    def height(self) -> int:
        return sum(c.height for c in self.chunks)

    def column(self, name: str) -> Iterator[pl.Series]:
        """Yield the cells of one column, chunk by chunk."""
        for chunk in self.chunks:
            yield chunk[name]

    def rows(self, mask: pl.Series) -> tuple[list[int], list[Cells]]:
        """Return the indexes (from 0) and the cells of the rows in *mask*, as the file has them."""
        found = mask.arg_true().to_list()
        cells: list[Cells] = []
        start = 0
        for chunk in self.chunks:
            cells.extend(
                chunk.filter(mask.slice(start, chunk.height)).select(pl.all().fill_null("")).iter_rows()
            )
            start += chunk.height
        return found, [self.ragged.get(i, c) for i, c in zip(found, cells, strict=True)]


def of_frame(frame: pl.DataFrame) -> Content:
    """Return the rows of an all-text frame; its columns are the header. Unprovable when it is not all text."""
    if any(dtype != pl.String for dtype in frame.dtypes):
        raise Unprovable(", ".join(frame.columns))
    slices = [frame.slice(i, 5 * _BATCH) for i in range(0, frame.height, 5 * _BATCH)]
    content = Content(frame.columns, frame.columns, slices)
    if frame.width == 1:  # in its CSV file a null is a line without any cell
        content.ragged = {i: [] for i in frame.to_series().is_null().arg_true()}
    return content


def of_csv(table: CsvTable, names: Sequence[str]) -> Content:
    """Return the rows of *table*'s file under the column *names*; Unprovable when only Frictionless can tell."""
    return _in_blocks(table, names) or _by_parser(table, names)


def _in_blocks(table: CsvTable, names: Sequence[str]) -> Content | None:
    """Read the file with polars; None when some of it is not plainly written."""
    if len(names) < 2:
        return None  # an empty cell and a blank line would be the same
    with table.path.open("rb") as source:
        first = source.readline()
        header = _header(first, table.delimiter)
        if header is None:
            return None
        if len(header) != len(names):
            raise Unprovable(table.name)
        content = Content(header, names)
        end = b"\r\n" if first.endswith(b"\r\n") else b"\n"
        while block := source.read(_BLOCK):
            if not block.endswith(b"\n"):
                block += source.readline()
            if not block.endswith(b"\n"):  # the file's last line, not ended
                block += end
            if not _add(content, block, table.delimiter, end):
                return None
        return content


def _header(line: bytes, delimiter: str) -> list[str] | None:
    """Return the labels of the first *line* when it is one record, written plainly; None otherwise."""
    if not line.endswith(b"\n") or b"\0" in line:
        return None
    try:
        text = line.decode("utf-8")
        cells = next(csv.reader([text], delimiter=delimiter))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        return None
    again = io.StringIO(newline="")
    csv.writer(again, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    if text.startswith("\ufeff") or again.getvalue()[:-2] != text.rstrip("\r\n"):
        return None
    return cells


def _add(content: Content, block: bytes, delimiter: str, end: bytes) -> bool:
    """Append *block* (whole lines) when polars reads it as Python's csv does; return whether it did."""
    if b"\0" in block or (b"\r" in block and (len(end) == 1 or block.count(b"\r") != block.count(b"\r\n"))):
        return False
    try:
        frame = pl.read_csv(
            block, has_header=False, schema=dict.fromkeys(content.names, pl.String), separator=delimiter,
            quote_char='"', truncate_ragged_lines=False,
        )  # fmt: skip
    except (PolarsError, PanicException, ValueError):
        return False
    again = io.BytesIO()
    frame.write_csv(
        again,
        include_header=False,
        separator=delimiter,
        quote_style="necessary",
        line_terminator=end.decode(),
    )
    if again.getvalue() != block:  # a view of the buffer would be compared byte by byte
        return False
    content.chunks.append(frame)
    return True


def _by_parser(table: CsvTable, names: Sequence[str]) -> Content:
    """Read the file with Frictionless' own parser: slower, for any way of writing a CSV."""
    labels = Schema(fields=[AnyField(name=n) for n in names])
    try:
        with resource(table, table.path.parent, labels, named=False) as opened:
            stream = iter(opened.cell_stream)
            header: list[str] = next(stream, [])
            if len(header) != len(names):
                raise Unprovable(table.name)
            content = Content(header, names)
            batch: list[list[str]] = []
            for cells in stream:
                batch.append(cells)
                if len(batch) == _BATCH:
                    _append(content, batch)
                    batch = []
            _append(content, batch)
    except FrictionlessException as error:  # wrong encoding, broken quotes…: the report says it, not we
        raise Unprovable(table.name) from error
    return content


def _append(content: Content, batch: list[list[str]]) -> None:
    width, start = len(content.names), content.height
    rows: list[list[str | None]] = []
    for index, cells in enumerate(batch, start):
        if len(cells) != width:
            content.ragged[index] = cells
            rows.append([*cells[:width], *[None] * (width - len(cells))])
        else:
            rows.append(cells)  # type: ignore[arg-type]
    if rows:
        columns = zip(*rows, strict=True)
        content.chunks.append(
            pl.DataFrame(
                [pl.Series(n, c, dtype=pl.String) for n, c in zip(content.names, columns, strict=True)]
            )
        )
