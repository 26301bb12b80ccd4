"""Search from the terminal over the built files: the same plan as the portal's page, through lunr.py.

First the records with every word; when there are none, an id written without separators, then fallbacks that
the answer names: the last word as a beginning, near spellings of absent words, any of the words.
`themes/vitrina/ts/search-engine.ts` follows the same plan; tests compare both on one index.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
from lunr.index import Index
from lunr.query import Query, QueryPresence
from lunr.token_set import TokenSet

from vitrina.errors import UsageError
from vitrina.search.tokenize import Word, fold, words

MAX_WORDS = 12

Step = Literal["every", "empty", "all", "id", "prefix", "near", "any", "none"]
NOTICES: dict[Step, str] = {
    "empty": "Escriba una palabra más precisa: un nombre, un número de expediente o un tema.",
    "prefix": "Ningún registro tiene la última palabra completa: se muestran palabras que empiezan así.",
    "near": "Hay palabras que no están en ningún registro: se muestra lo más parecido.",
    "any": "Ningún registro tiene todas las palabras: se muestran los que tienen alguna.",
    "none": "Ningún registro coincide.",
}


@dataclass(frozen=True)
class Hit:
    """One document found: its number, lunr's score and the terms by which it was found."""

    ref: int
    score: float
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The documents found, best first, the step that found them, and the words no record has."""

    step: Step
    hits: tuple[Hit, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def notice(self) -> str:
        """What a person must be told about how this was found; empty when as asked."""
        return NOTICES.get(self.step, "")


@dataclass(frozen=True)
class _Clause:
    term: str
    kind: Literal["exact", "prefix", "near"] = "exact"
    required: bool = True


@dataclass(frozen=True)
class SearchFiles:
    """The built files of a search, opened."""

    folder: Path
    root: dict[str, Any]
    index: Any = field(repr=False)

    def cards(self, hits: Sequence[Hit]) -> list[dict[str, Any]]:
        """Return the cards of *hits*, as dicts with the names that the root file gives."""
        size = self.root["block"]
        blocks: dict[int, Any] = {}
        for number in sorted({hit.ref // size for hit in hits}):
            blocks[number] = _unpack(self.folder / self.root["blocks"][number])
        return [dict(zip(self.root["card"], blocks[h.ref // size][h.ref % size], strict=True)) for h in hits]


def open_files(folder: Path) -> SearchFiles:
    """Return the search files in *folder* (build/index); UsageError when they have not been built."""
    try:
        current = orjson.loads((folder / "current.json").read_bytes())
        root = orjson.loads((folder / current["root"]).read_bytes())
        load: Any = Index.load
        return SearchFiles(folder, root, load(_unpack(folder / root["index"])))
    except FileNotFoundError as error:
        raise UsageError(f"No hay índice de búsqueda en {folder}", "Ejecute vitrina index.") from error


def query(files: SearchFiles, text: str) -> Found:
    """Return what *text* finds. Never raises, whatever the text; an empty text finds nothing (step "every")."""
    read = words(text)[:MAX_WORDS]
    if not read:
        return Found("empty" if fold(text).strip() else "every")
    return _Plan(files.index, read).follow()


def search(folder: Path, text: str, limit: int = 20) -> dict[str, Any]:
    """Return what *text* finds in the files of *folder*, ready to print or to write as JSON.

    Keys: total, step, note (what a person must be told, or ""), absent, and hits: the first *limit* cards.
    """
    files = open_files(folder)
    found = query(files, text)
    return {
        "total": len(found.hits),
        "step": found.step,
        "note": found.notice,
        "absent": list(found.absent),
        "hits": files.cards(found.hits[:limit]),
    }


class _Plan:
    """The steps in their order, for one query on one index."""

    def __init__(self, index: Any, read: list[Word]) -> None:
        self.index = index
        self.read = read
        self.parts = _unique(part for word in read for part in word.parts)
        self.wholes = _unique(word.whole for word in read if word.whole)
        self.absent = [part for part in self.parts if not self.has(part)]

    def has(self, term: str) -> bool:
        return term in self.index.inverted_index

    def follow(self) -> Found:
        steps: list[tuple[Step, Callable[[], list[Hit]]]] = [
            ("all", self.all_words),
            ("id", self.ids),
            ("prefix", self.last_as_prefix),
            ("near", self.near_spellings),
            ("any", self.any_word),
        ]
        for name, step in steps:
            hits = step()
            if hits:
                return Found(name, tuple(hits), tuple(self.absent))
        return Found("none", absent=tuple(self.absent))

    def all_words(self) -> list[Hit]:
        if self.absent:
            return []
        optional = [_Clause(whole, required=False) for whole in self.wholes if self.has(whole)]
        return self.run([*map(_Clause, self.parts), *optional])

    def ids(self) -> list[Hit]:
        joined = "".join(part for word in self.read for part in word.parts)
        several = len(self.parts) > 1 and any(c.isdecimal() for c in joined)
        as_written = _unique(
            part for word in self.read for part in ([word.whole] if word.whole else word.parts)
        )
        for terms in ([as_written] if self.wholes else []) + ([[joined]] if several else []):
            if all(map(self.has, terms)):
                hits = self.run([*map(_Clause, terms)])
                if hits:
                    return hits
        return []

    def last_as_prefix(self) -> list[Hit]:
        *before, last = self.parts
        if len(last) < 2 or not all(map(self.has, before)):
            return []
        return self.run([*map(_Clause, before), _Clause(last, "prefix")])

    def near_spellings(self) -> list[Hit]:
        near = [self.nearest(term) for term in self.absent]
        if not near or None in near:
            return []
        exact = [_Clause(part) for part in self.parts if self.has(part)]
        return self.run([*exact, *(clause for clause in near if clause)])

    def any_word(self) -> list[Hit]:
        present = [_Clause(term, required=False) for term in (*self.parts, *self.wholes) if self.has(term)]
        return sorted(self.run(present), key=lambda hit: (-len(hit.terms), *_order(hit)))

    def nearest(self, term: str) -> _Clause | None:
        """Return the clause that stands in for an absent word; ids are never guessed at."""
        if len(term) < 4 or any(c.isdecimal() for c in term):
            return None
        fuzzy: Any = TokenSet.from_fuzzy_string
        if self.index.token_set.intersect(fuzzy(term, 1)).to_list():
            return _Clause(term, "near")
        return next((_Clause(other) for other in _numbers(term) if self.has(other)), None)

    def run(self, clauses: Sequence[_Clause]) -> list[Hit]:
        """Return lunr's answer to *clauses* by score; equal scores newest first."""
        if not clauses:
            return []
        asked: Any = self.index.create_query()
        for clause in clauses:
            asked.term(
                clause.term,
                use_pipeline=False,
                presence=QueryPresence.REQUIRED if clause.required else QueryPresence.OPTIONAL,
                wildcard=Query.WILDCARD_TRAILING if clause.kind == "prefix" else Query.WILDCARD_NONE,
                edit_distance=1 if clause.kind == "near" else 0,
            )
        found = [
            Hit(int(result["ref"]), result["score"], tuple(result["match_data"].metadata))
            for result in self.index.query(asked)
        ]
        return sorted(found, key=_order)


def _order(hit: Hit) -> tuple[int, int]:
    return -int(hit.score * 1e6 + 0.5), -hit.ref


def _numbers(term: str) -> list[str]:
    """Return the singulars and plurals of *term*, as Spanish makes them."""
    singular = [f"{term[:-3]}z"] if term.endswith("ces") else []
    return [
        *singular,
        *([term[:-2]] if term.endswith("es") else []),
        f"{term}es",
        f"{term[:-1]}ces" if term.endswith("z") else term,
    ]


def _unique(terms: Any) -> list[str]:
    return list(dict.fromkeys(terms))


def _unpack(path: Path) -> Any:
    return orjson.loads(gzip.decompress(path.read_bytes()))
