"""Documents → the files of the search: lunr's index, result cards, facet columns.

The index is made by lunr.py's own `Builder` fed with our terms, so lunr.js answers from it what lunr.py would;
it is also the oracle against which any other transport of the index is tested. Documents are numbered by date,
so "newest first" and date ranges are plain number order. Same documents, same bytes.

Files in *out* (names with content hashes, safe to keep for ever; `current.json` alone is short-lived):

- `current.json`: {"root": name of the root file}
- `root-<hash>.json`: format, count, fields, names of the files below, titles of systems
- `t/<n>-<hash>.bin`: gzip of the rows of a range of terms (see `shard`): what a browser fetches for a query
- `v/<n>-<hash>.bin`: gzip of a range of the vocabulary, for near spellings
- `index-<hash>.bin`: gzip of lunr's whole serialized index: the terminal's, and the tests' oracle
- `f/columns-<hash>.bin`: gzip of facet values and, per document, the number of its system, ente and year
- `d/<block>-<hash>.bin`: gzip of 32 cards
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from lunr.builder import Builder

from vitrina.search.shard import ROWS_BYTES, WORDS_BYTES, cut, rows
from vitrina.search.tokenize import tokens

FORMAT = 1
FIELDS: Mapping[str, int] = {"titulo": 8, "clave": 6, "ente": 3, "texto": 1}
"""Index fields and their boosts: names and titles, ids, public bodies, everything else."""
BLOCK = 32
CARD = ("system", "url", "title", "subtitle", "date", "amount", "ente", "status")
"""Order of the values of one card (a plain list, to keep blocks small)."""


@dataclass(frozen=True)
class Document:
    """One thing that can be found. `ref` is given by `build`; callers leave it at 0."""

    system: str
    """Slug of its system."""
    url: str
    """Address in the portal, from the root: /<system>/<id>/."""
    title: str
    subtitle: str = ""
    date: str = ""
    """ISO date, or empty."""
    amount: float | None = None
    ente: str = ""
    """Name of the public body it concerns."""
    status: str = ""
    """Label of its status or kind."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Name of an index field (a key of FIELDS) → text; several values are separated by line breaks."""
    ref: int = 0

    @property
    def year(self) -> str:
        return self.date[:4]


def build(
    documents: Iterable[Document], out: Path, titles: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Write the search files of *documents* in folder *out*; return counts of documents, terms, files, bytes.

    *titles* gives each system's short title (its slug stands in for a missing one). What an earlier build left
    in *out* is removed. StorageError is the caller's: this raises OSError as the disk does.
    """
    ordered = numbered(documents)
    index = lunr_index(ordered)
    writer = _Writer(out)
    write_block = writer.numbered("d")
    root = {
        "format": FORMAT,
        "count": len(ordered),
        "fields": list(FIELDS),
        "block": BLOCK,
        "card": list(CARD),
        "index": writer.packed("index", index),
        "terms": cut(rows(index), ROWS_BYTES, writer.numbered("t")),
        "words": cut([term for term, _ in index["invertedIndex"]], WORDS_BYTES, writer.numbered("v")),
        "columns": writer.packed("f/columns", columns(ordered)),
        "blocks": [write_block([_card(d) for d in block]) for block in _blocks(ordered)],
        "systems": {slug: (titles or {}).get(slug, slug) for slug in sorted({d.system for d in ordered})},
    }
    writer.plain("current", {"root": writer.plain("root", root, hashed=True)})
    return {
        "documents": len(ordered),
        "terms": len(index["invertedIndex"]),
        "files": writer.files,
        "bytes": writer.bytes,
    }


def numbered(documents: Iterable[Document]) -> list[Document]:
    """Return *documents* by date ascending (undated first), numbered from 0 in that order."""
    ordered = sorted(documents, key=lambda d: (d.date, d.system, d.url))
    return [replace(document, ref=number) for number, document in enumerate(ordered)]


def lunr_index(documents: Sequence[Document]) -> dict[str, Any]:
    """Return lunr's serialized index (lunr-schema 2.3.9) of numbered *documents*; refs are their numbers."""
    make: Any = Builder  # lunr says it is typed, and is not
    builder = make()
    builder.ref("ref")
    for name, boost in FIELDS.items():
        builder.field(name, boost=boost, extractor=_terms_of(name))
    for document in documents:
        builder.add({"ref": document.ref, "fields": document.fields})
    if not documents:  # lunr divides by the number of documents
        return {
            "version": "2.3.9",
            "fields": list(FIELDS),
            "fieldVectors": [],
            "invertedIndex": [],
            "pipeline": [],
        }
    serialized: dict[str, Any] = builder.build().serialize()
    return serialized


def columns(documents: Sequence[Document]) -> dict[str, Any]:
    """Return the facets: per facet its values in order, and per document the number of its value (-1: none)."""
    found: dict[str, Any] = {}
    for name in ("system", "ente", "year"):
        row_values = [str(getattr(document, name)) for document in documents]
        values = sorted(set(row_values) - {""})
        number = {value: n for n, value in enumerate(values)}
        found[name] = {"values": values, "rows": [number.get(value, -1) for value in row_values]}
    return found


def _terms_of(name: str) -> Any:
    def extract(document: Mapping[str, Any]) -> list[str]:
        return tokens(document["fields"].get(name, ""))

    return extract


def _blocks(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    return (documents[start : start + BLOCK] for start in range(0, len(documents), BLOCK))


def _card(document: Document) -> list[Any]:
    return [getattr(document, name) for name in CARD]


class _Writer:
    """Writes JSON under names that carry the hash of their content, and forgets what was there before."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.files = self.bytes = 0
        for pattern in ("current.json", "root-*.json", "index-*.bin", "[dftv]/*.bin"):
            for old in out.glob(pattern):
                old.unlink()

    def packed(self, name: str, content: Any) -> str:
        """Write *content* gzipped as <name>-<hash>.bin; the reader unpacks it, whatever the server says."""
        plain = orjson.dumps(content)
        return self._write(f"{name}-{_hash(plain)}.bin", gzip.compress(plain, 9, mtime=0))

    def numbered(self, folder: str) -> Callable[[Any], str]:
        """Return a function that writes each content it gets as <folder>/<0, 1, …>-<hash>.bin."""
        numbers = count()
        return lambda content: self.packed(f"{folder}/{next(numbers)}", content)

    def plain(self, name: str, content: Any, *, hashed: bool = False) -> str:
        data = orjson.dumps(content) + b"\n"
        return self._write(f"{name}-{_hash(data)}.json" if hashed else f"{name}.json", data)

    def _write(self, name: str, data: bytes) -> str:
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.files += 1
        self.bytes += len(data)
        return name


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:10]
