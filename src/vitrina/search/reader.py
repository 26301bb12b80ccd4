"""The built files of the search, read as the page's worker reads them: only what a question needs."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from vitrina.errors import UsageError
from vitrina.search import reading, shard
from vitrina.search.columns import FACETS
from vitrina.search.score import Ints, Posting, thousandths
from vitrina.search.segment import place


class Index:
    """An index opened in a folder; numbers of documents run over base and delta together, by date."""

    def __init__(self, folder: Path) -> None:
        """Open the index in *folder* (build/index); UsageError when it has not been built or is another format."""
        self.folder = folder
        try:
            name = orjson.loads((folder / "current.json").read_bytes())["root"]
            self.root: dict[str, Any] = orjson.loads(self.file(name))
        except (FileNotFoundError, zlib.error) as error:
            raise UsageError(f"No hay índice de búsqueda en {folder}", "Ejecute vitrina index.") from error
        self.segments: list[dict[str, Any]] = self.root["segments"]
        self.size: int = sum(segment["count"] for segment in self.segments)
        order = np.cumsum(np.array(self.root["order"], dtype=np.int64))
        self.inserted: Ints = order + np.arange(len(order))
        self.gone: Ints = self._of_base(np.cumsum(np.array(self.root["gone"], dtype=np.int64)))
        self._kept: dict[str, list[Posting]] = {}

    def file(self, name: str) -> bytes:
        return zlib.decompress((self.folder / name).read_bytes(), 31)

    def posting(self, term: str) -> list[Posting]:
        """Return the postings of *term*; an empty list when no document has it."""
        if term not in self._kept:
            self._kept[term] = self._read([term], term, lambda t: t == term).get(term, [])
        return self._kept[term]

    def prefix(self, prefix: str, most: int) -> list[str] | None:
        """Return the terms that begin with *prefix*; None when they lie in more than *most* files of a segment."""
        end = f"{prefix}\uffff"
        for segment in self.segments:
            if _place(segment["shards"], end) - _place(segment["shards"], prefix) >= most:
                return None
        found = self._read([prefix], end, lambda t: t.startswith(prefix))
        self._kept |= found
        return sorted(found)

    def words(self, term: str) -> dict[str, int]:
        """Return the words that begin with the first letter of *term* → the power of two of their records."""
        found: dict[str, int] = {}
        for segment in self.segments:
            for number, first in enumerate(segment["words"]):
                if first.startswith(term[0]):
                    for word, power in _words(self.file(f"{segment['name']}/v/{place(number)}.bin")):
                        found[word] = max(power, found.get(word, 0))
        return found

    def slips(self, term: str) -> dict[str, int]:
        """Return the words that differ from *term* in their first letter (another, none, one more, exchanged) → power.

        They lie where *term*, or the rest of it, would be among the turned words (vocabulary.py).
        """
        starts, wholes = reading.turned_slips(term)
        found: dict[str, int] = {}
        for segment in self.segments:
            firsts = segment["turned"]
            ends = [*((s, f"{s}\uffff") for s in starts), *((w, w) for w in wholes)] if firsts else []
            for number in sorted(
                {n for a, b in ends for n in range(max(0, _place(firsts, a)), _place(firsts, b) + 1)}
            ):
                for word, power in _words(self.file(f"{segment['name']}/w/{place(number)}.bin")):
                    if word in wholes or any(len(word) == len(s) + 1 and word.startswith(s) for s in starts):
                        own = word[-1] + word[:-1]
                        found[own] = max(power, found.get(own, 0))
        return {word: power for word, power in found.items() if word != term}

    def every(self) -> Ints:
        """Return every document that holds, the newest first."""
        return np.setdiff1d(np.arange(self.size), self.gone)[::-1]

    def cards(self, refs: Sequence[int] | Ints) -> list[dict[str, Any]]:
        """Return the cards of *refs*, in their order."""
        blocks: dict[str, Any] = {}
        found = []
        for segment_number, ref in zip(*self.local(np.array(refs, dtype=np.int64)), strict=True):
            segment = self.segments[segment_number]
            name = f"{segment['name']}/d/{place(int(ref) // segment['block'])}.bin"
            if name not in blocks:
                blocks[name] = orjson.loads(self.file(name))
            found.append(dict(zip(self.root["card"], blocks[name][int(ref) % segment["block"]], strict=True)))
        return found

    def local(self, refs: Ints) -> tuple[Ints, Ints]:
        """Return, per document, the number of its segment and its number there."""
        before = np.searchsorted(self.inserted, refs)
        inside = np.append(self.inserted, -1)[before] == refs
        return inside.astype(np.int64), np.where(inside, before, refs - before)

    def matching(self, refs: Ints, facet: str, value: str) -> Ints:
        """Return those of *refs* that have *value* of *facet*: one of FACETS, or "year"."""
        if facet == "year":
            runs = [segment["years"] for segment in self.segments]
            low, high = (self._first(runs, key) for key in (value, f"{value}~"))
            return refs[(refs >= low) & (refs < high)]
        if facet not in FACETS:
            raise ValueError(facet)
        segments, own = self.local(refs)
        kept = np.zeros(len(refs), dtype=bool)
        for number, segment in enumerate(self.segments):
            values = orjson.loads(self.file(f"{segment['name']}/f/values.bin"))[facet]
            if value in values:
                column = self._column(segment, facet)
                here = segments == number
                kept[here] = column[own[here]] == values.index(value) + 1
        return refs[kept]

    def _column(self, segment: Mapping[str, Any], facet: str) -> Any:
        values = segment["facets"][facet]
        kind = "u1" if values < 256 else "<u2" if values < 65_536 else "<u4"
        chunks = range(-(-segment["count"] // 65_536))
        return np.frombuffer(
            b"".join(self.file(f"{segment['name']}/f/{facet}/{place(chunk)}.bin") for chunk in chunks),
            dtype=kind,
        )

    def _first(self, runs: Sequence[Sequence[tuple[str, int]]], key: str) -> int:
        found = 0
        for segment, run in zip(self.segments, runs, strict=True):
            found += next((first for value, first in run if value >= key), segment["count"])
        return found

    def _of_base(self, docs: Ints) -> Ints:
        """Return the base's numbers *docs* as numbers of all documents."""
        return docs + np.searchsorted(self.inserted - np.arange(len(self.inserted)), docs, side="right")

    def _read(self, starts: Iterable[str], end: str, wanted: Any) -> dict[str, list[Posting]]:
        joined: dict[str, list[shard.Row]] = {}
        for number, segment in enumerate(self.segments):
            firsts = segment["shards"]
            if not firsts:
                continue
            files = sorted(
                {n for s in starts for n in range(max(0, _place(firsts, s)), _place(firsts, end) + 1)}
            )
            for file in files:
                data = self.file(f"{segment['name']}/t/{place(file)}.bin")
                for term, rows in shard.rows(data, wanted).items():
                    held = [row for row in (self._holding(number, row) for row in rows) if len(row.docs)]
                    if held:
                        joined.setdefault(term, []).extend(held)
        fields, count, lengths = self.root["fields"], self.root["count"], self.root["lengths"]
        return {
            term: [
                Posting(row.field, row.docs, weights)
                for row, weights in zip(rows, thousandths(rows, fields, count, lengths), strict=True)
            ]
            for term, rows in joined.items()
        }

    def _holding(self, segment: int, row: shard.Row) -> shard.Row:
        """Return *row* in numbers of all documents, without those that are gone."""
        if segment:
            return row._replace(docs=self.inserted[row.docs])
        docs = self._of_base(row.docs)
        kept = ~np.isin(docs, self.gone)
        return row._replace(docs=docs[kept], frequency=row.frequency[kept], length=row.length[kept])


def _place(firsts: Sequence[str], term: str) -> int:
    return bisect_right(firsts, term) - 1


def _words(data: bytes) -> Iterable[tuple[str, int]]:
    word = ""
    for line in data.decode().split("\n"):
        if line:
            word = word[: ord(line[0]) - 48] + line[2:]
            yield word, ord(line[1]) - 48
