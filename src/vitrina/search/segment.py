"""A set of documents → a folder of search files that never changes again; its name says what is in it.

Files in <segment>/ (gzip, no names of their own: the folder's carries the hash of everything in it):

- `t/<n>.bin`: postings of a range of terms (see `shard`); `v/<n>.bin`: words; `n/<letter>.bin`: names (`vocabulary`)
- `d/<n>.bin`: the cards of `block` documents, JSON
- `f/values.bin`: the values of the facets, JSON; `f/<facet>/<n>.bin`: their numbers for 65,536 documents;
  `f/band/<n>.bin` and `f/amount/<n>.bin`: bands and exact amounts (doubles, NaN for none)
- `f/days.bin`: JSON of [day, first document of that day]
Folders of more than a thousand files are divided: file 12345 of d is d/12/345.bin.
"""

from __future__ import annotations

import hashlib
import shutil
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count as counter
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from vitrina.search import columns, shard, vocabulary
from vitrina.search.documents import CARD
from vitrina.search.postings import count

SMALL_BLOCK, LARGE_BLOCK = 32, 64
MANY = 300_000
"""Documents from which cards are kept 64 to a file, so that files stay below twenty thousand."""
PER_FOLDER = 1_000


@dataclass(frozen=True)
class Segment:
    """What the root file says about a segment, and what later nights must remember of it."""

    folder: Path
    meta: dict[str, Any]
    lengths: Any = field(repr=False)
    """Terms per field and document (uint32)."""
    terms: int = 0


def write(documents: pl.DataFrame, fields: Sequence[int], parent: Path, kind: str) -> Segment:
    """Write the search files of *documents*, as numbered, in *parent*/<kind>-<hash>; return what was written."""
    making = parent / f"{kind}-making"
    shutil.rmtree(making, ignore_errors=True)
    files = _Files(making)
    found = count(documents, fields)
    meta: dict[str, Any] = {
        "count": len(documents),
        "shards": shard.cut(found, files.numbered("t")),
        "words": vocabulary.cut(found, files.numbered("v")),
        "turned": vocabulary.cut_turned(found, files.numbered("w")),
        "block": SMALL_BLOCK if len(documents) < MANY else LARGE_BLOCK,
    }
    named = vocabulary.names(documents)
    for letter, content in named.items():
        files.add(f"n/{ord(letter):x}.bin", content)
    meta["names"] = "".join(named)
    terms, lengths = len(found.terms), found.lengths
    del found
    _cards(documents, meta["block"], files.numbered("d"))
    _facets(documents, meta, files)
    meta["name"] = f"{kind}-{files.digest()}"
    folder = parent / meta["name"]
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)
    return Segment(folder, meta, lengths, terms)


def place(number: int) -> str:
    """Return the path of file *number* inside its folder.

    >>> place(7), place(12345)
    ('7', '12/345')
    """
    return str(number) if number < PER_FOLDER else f"{number // PER_FOLDER}/{number % PER_FOLDER}"


def pack(content: bytes) -> bytes:
    """Return *content* as gzip without a date or a name."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(content) + packer.flush()


def _cards(documents: pl.DataFrame, block: int, write_block: Callable[[bytes], object]) -> None:
    cards = documents.select(*CARD)
    for start in range(0, len(cards), block):
        write_block(orjson.dumps(cards.slice(start, block).rows()))


def _facets(documents: pl.DataFrame, meta: dict[str, Any], files: _Files) -> None:
    values: dict[str, list[str]] = {}
    for facet in columns.FACETS:
        values[facet], codes = columns.numbered(documents[facet])
        if values[facet]:
            _column(f"f/{facet}", columns.packed(codes, len(values[facet])), files)
    meta["facets"] = {facet: len(found) for facet, found in values.items()}
    meta["amounts"] = bool(documents["amount"].is_not_null().any())
    if meta["amounts"]:
        _column("f/band", columns.bands(documents["amount"]), files)
        amounts = documents["amount"].fill_null(float("nan")).to_numpy()
        _column("f/amount", np.where(np.isnan(amounts), np.nan, amounts).astype("<f8"), files)
    meta["years"] = columns.runs(documents["date"].str.slice(0, 4).to_list())
    files.add("f/values.bin", orjson.dumps(values))
    files.add("f/days.bin", orjson.dumps(columns.runs(documents["date"].to_list())))


def _column(name: str, values: Any, files: _Files) -> None:
    for number, start in enumerate(range(0, len(values), columns.CHUNK)):
        files.add(f"{name}/{place(number)}.bin", values[start : start + columns.CHUNK].tobytes())


class _Files:
    """Writes packed files and keeps the hash of all of them, in the order in which they were written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hash = hashlib.sha256()
        folder.mkdir(parents=True)

    def add(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack(content))
        self.hash.update(f"{name} {len(content)}\n".encode())
        self.hash.update(content)

    def numbered(self, folder: str) -> Callable[[bytes], object]:
        numbers = counter()
        return lambda content: self.add(f"{folder}/{place(next(numbers))}.bin", content)

    def digest(self) -> str:
        return self.hash.hexdigest()[:12]
