"""Search from the terminal over the built files: the same plan as the portal's page, on the same files.

First the records with every word, ids whole; when there are none, ids by their pieces, then an id written with other
separators, then fallbacks that the answer names: the last word as a beginning, absent words replaced, singular and
plural, one word taken for a slip of another, any of the words. Steps look up only the words they need: each may cost
its reader a file.
`themes/vitrina/ts/search-engine.ts` follows the same plan; tests compare both on one index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vitrina.search import reading
from vitrina.search.reader import Index
from vitrina.search.score import Clause, Hits, score
from vitrina.search.tokenize import fold, stem
from vitrina.search.vocabulary import is_word

MAX_PREFIX_FILES = 16
MAX_SUSPECTS = 2
MAX_CHECKED = 200
NO_HITS = Hits(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))

Step = Literal["every", "empty", "all", "id", "prefix", "near", "stem", "like", "any", "none"]
NOTICES: dict[Step, str] = {
    "empty": "Escriba una palabra más precisa: un nombre, un número de expediente o un tema.",
    "prefix": "Ningún registro tiene la última palabra completa: se muestran palabras que empiezan así.",
    "near": "Hay palabras que no están en ningún registro: se muestra lo más parecido.",
    "stem": "Ningún registro tiene las palabras tal cual: se aceptan en singular, plural u otro género.",
    "like": "Ningún registro tiene todas las palabras: en lugar de una se muestran otras que se le parecen.",
    "any": "Ningún registro tiene todas las palabras: se muestran los que tienen alguna.",
    "none": "Ningún registro coincide.",
}


@dataclass(frozen=True)
class Found:
    """What was found, by which step, and what must be said about it."""

    step: Step
    hits: Hits = NO_HITS
    clauses: tuple[Clause, ...] = ()
    absent: tuple[str, ...] = ()
    """Words of the query that no record has."""
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Word as asked → words that stood in for it."""
    phrases: tuple[tuple[str, int, int, bool], ...] = ()
    """Per phrase: its text, how many of how many records were looked at, and whether it was found in one."""
    excluded: tuple[str, ...] = ()

    @property
    def notice(self) -> str:
        """What a person must be told about how this was found; empty when as asked."""
        return NOTICES.get(self.step, "")


def query(index: Index, text: str) -> Found:
    """Return what *text* finds. Never raises, whatever the text; an empty text finds every record."""
    read = reading.read(text)
    found = _Plan(index, read).follow(bool(fold(text).strip()))
    return _phrased(index, read, found) if read.phrases else found


def search(
    folder: Path, text: str, limit: int = 20, system: Sequence[str] = (), year: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what *text* finds in the files of *folder*, ready to print or to write as JSON.

    *system* (slugs) and *year* keep only the records that have one of the values. Keys: total, step, note (what a
    person must be told, or ""), absent, replaced, excluded, and hits: the first *limit* cards with their scores.
    """
    index = Index(folder)
    found = query(index, text)
    kept = np.ones(len(found.hits), dtype=bool)
    for facet, values in (("system", system), ("year", year)):
        if values:
            kept &= np.isin(
                found.hits.refs, np.concatenate([index.matching(found.hits.refs, facet, v) for v in values])
            )
    hits = found.hits.pick(kept)
    cards = index.cards(hits.refs[:limit])
    return {
        "total": len(hits),
        "step": found.step,
        "note": found.notice,
        "absent": list(found.absent),
        "replaced": {asked: list(used) for asked, used in found.replaced.items()},
        "excluded": list(found.excluded),
        "hits": [card | {"score": float(s)} for card, s in zip(cards, hits.scores[:limit], strict=True)],
    }


class _Plan:
    """The steps in their order, for one query on one index."""

    def __init__(self, index: Index, read: reading.Reading) -> None:
        self.index = index
        self.read = read
        self.parts, self.wholes = read.parts, read.wholes
        self.absent: tuple[str, ...] = ()

    def has(self, term: str) -> bool:
        return bool(self.index.posting(term))

    def follow(self, written: bool) -> Found:
        if not self.parts:
            return self.without(written)
        steps: list[Callable[[], Found | None]] = [
            self.whole_ids, self.all_words, self.joined_id, self.last_as_prefix, self.near_spellings, self.same_stems,
            self.like_words, self.any_word,
        ]  # fmt: skip
        found = next((found for step in steps if (found := step())), None)
        return found or self.found("none", NO_HITS)

    def without(self, written: bool) -> Found:
        """Nothing is asked for: every record without those excluded; nothing when only signs were typed."""
        if written and not self.read.excluded:
            return self.found("empty", NO_HITS)
        refs = self.index.every()
        for term in self.read.excluded:
            for posting in self.index.posting(term):
                refs = refs[~np.isin(refs, posting.docs)]
        return self.found("every", Hits(refs, np.zeros(len(refs)), np.zeros(len(refs), np.int64)))

    def whole_ids(self) -> Found | None:
        """Ids as they were written, whole: one file of postings instead of one per piece."""
        if not self.wholes:
            return None
        terms = reading.unique(part for w in self.read.words for part in ((w.whole,) if w.whole else w.parts))
        return self.run("all", _required(terms)) if all(map(self.has, terms)) else None

    def all_words(self) -> Found | None:
        self.absent = tuple(part for part in self.parts if not self.has(part))
        if self.absent:
            return None
        wholes = [Clause((whole,), "optional") for whole in self.wholes if self.has(whole)]
        return self.run("all", [*_required(self.parts), *wholes])

    def joined_id(self) -> Found | None:
        joined = "".join(part for word in self.read.words for part in word.parts)
        if len(self.parts) < 2 or not any(c.isdecimal() for c in joined) or not self.has(joined):
            return None
        return self.run("id", _required([joined]))

    def last_as_prefix(self) -> Found | None:
        *before, last = self.parts
        if len(last) < 2 or not all(map(self.has, before)):
            return None
        terms = self.index.prefix(last, MAX_PREFIX_FILES)
        return self.run("prefix", [*_required(before), Clause(tuple(terms))]) if terms else None

    def near_spellings(self) -> Found | None:
        replaced = {term: self.stand_ins(term) for term in self.absent}
        if not replaced or not all(replaced.values()):
            return None
        present = [part for part in self.parts if self.has(part)]
        return self.run("near", [*_required(present), *map(Clause, replaced.values())], replaced)

    def same_stems(self) -> Found | None:
        """No record has all the words as they are: each may now be singular or plural, of either gender."""
        replaced: dict[str, tuple[str, ...]] = {}
        clauses = []
        for part in self.parts:
            used = self.same_stem(part) if self.has(part) else self.stand_ins(part)
            if used:
                replaced[part] = used
            clauses.append(Clause((part, *used) if self.has(part) else used))
        if not replaced or not all(clause.terms for clause in clauses):
            return None
        return self.run("stem", clauses, replaced)

    def like_words(self) -> Found | None:
        """All the words but one are found together: that one, the rarest first, may be another word mistyped."""
        suspects = sorted(self.parts, key=self.records)[:MAX_SUSPECTS]
        for term in suspects if len(self.parts) > 1 else ():
            others = [part for part in self.parts if part != term]
            if not all(map(self.has, others)) or not self.run("like", _required(others)):
                continue
            for words in (self.index.words, self.index.slips) if is_word(term) else ():
                used = tuple(filter(self.has, reading.alike(term, words(term))))
                if (
                    found := self.run("like", [*_required(others), Clause(used)], {term: used})
                    if used
                    else None
                ):
                    return found
        return None

    def records(self, term: str) -> int:
        """Return in how many records *term* stands, at the least."""
        return max((len(posting.docs) for posting in self.index.posting(term)), default=0)

    def any_word(self) -> Found | None:
        replaced = {term: used for term in self.absent if (used := self.stand_ins(term))}
        present = [Clause((term,), "optional") for term in (*self.parts, *self.wholes) if self.has(term)]
        groups = [Clause(used, "optional") for used in replaced.values()]
        found = self.run("any", [*present, *groups], replaced)
        if not found:
            return None
        order = np.argsort(-found.hits.clauses, kind="stable")
        return replace(found, hits=found.hits.pick(order))

    def stand_ins(self, term: str) -> tuple[str, ...]:
        if not reading.replaceable(term):
            return ()
        used = reading.stand_ins(term, self.index.words(term))
        used = used or reading.stand_ins(term, self.index.slips(term))
        return tuple(filter(self.has, used))

    def same_stem(self, term: str) -> tuple[str, ...]:
        if not reading.replaceable(term):
            return ()
        words = self.index.words(term)
        return tuple(filter(self.has, sorted(w for w in words if w != term and stem(w) == stem(term))))

    def run(
        self, step: Step, clauses: Sequence[Clause], replaced: Mapping[str, tuple[str, ...]] | None = None
    ) -> Found | None:
        if not clauses:
            return None
        out = [Clause((term,), "prohibited") for term in self.read.excluded if self.has(term)]
        hits = score([*clauses, *out], self.index.posting, self.index.size)
        return self.found(step, hits, clauses, replaced) if len(hits) else None

    def found(
        self,
        step: Step,
        hits: Hits,
        clauses: Sequence[Clause] = (),
        replaced: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Found:
        return Found(step, hits, tuple(clauses), self.absent, replaced or {}, (), self.read.excluded)


def _required(terms: Sequence[str]) -> list[Clause]:
    return [Clause((term,)) for term in terms]


def _phrased(index: Index, read: reading.Reading, found: Found) -> Found:
    """Keep the records whose visible texts hold the phrases; only the best candidates are looked at."""
    looked = found.hits.refs[:MAX_CHECKED] if found.step == "all" else found.hits.refs[:0]
    shown = ("title", "subtitle", "ente", "supplier", "status", "type")
    texts = [[card[name] for name in shown] for card in index.cards(looked)]
    kept = [n for n, t in enumerate(texts) if all(reading.has_phrase(p, t) for p in read.phrases)]
    said = tuple((" ".join(p), len(looked), len(found.hits), bool(kept)) for p in read.phrases)
    return replace(found, hits=found.hits.pick(kept) if kept else found.hits, phrases=said)
