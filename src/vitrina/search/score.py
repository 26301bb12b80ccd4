"""lunr's scores, from postings: the formula of lunr 2.3.9's Builder and Index, operation by operation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vitrina.search.shard import Row

K1, B = 1.2, 0.75
Ints = NDArray[np.int64]


def idf(count: int, pairs: int) -> float:
    """Return the weight of a term that *pairs* (document, field) pairs of *count* documents have."""
    return math.log(1 + abs((count - pairs + 0.5) / (pairs + 0.5)))


def thousandths(rows: Sequence[Row], boosts: Sequence[int], count: int, lengths: Sequence[int]) -> list[Ints]:
    """Return, per row of one term, what each posting adds to its field's vector: lunr keeps three decimals.

    *lengths* are the terms of each field in all *count* documents together.
    """
    weight = idf(count, sum(len(row.docs) for row in rows))
    found = []
    for row in rows:
        mean = lengths[row.field] / count if count else 0.0
        pairs, place = np.unique(row.frequency << 20 | row.length, return_inverse=True)
        scores = [
            round(
                round(
                    weight * ((K1 + 1) * tf) / (K1 * (1 - B + B * (length / mean)) + tf) * boosts[row.field],
                    3,
                )
                * 1000
            )
            for tf, length in ((int(p) >> 20, int(p) & 0xFFFFF) for p in pairs)
        ]
        found.append(np.array(scores, dtype=np.int64)[place])
    return found


@dataclass(frozen=True)
class Clause:
    """What is asked: any of *terms* (one word, or the spellings that stand for it), as one clause of lunr's."""

    terms: tuple[str, ...]
    presence: Literal["optional", "required", "prohibited"] = "required"


@dataclass(frozen=True)
class Hits:
    """Documents found, best first, with lunr's scores and by how many clauses each was found."""

    refs: Ints
    scores: NDArray[np.float64]
    clauses: Ints

    def __len__(self) -> int:
        return len(self.refs)

    def pick(self, places: Any) -> Hits:
        return Hits(self.refs[places], self.scores[places], self.clauses[places])


@dataclass(frozen=True)
class Posting:
    """One term in one field: documents ascending, and what each adds to its field's vector, in thousandths."""

    field: int
    docs: Ints
    weights: Ints


Source = Callable[[str], Sequence[Posting]]


def score(clauses: Sequence[Clause], posting: Source, size: int) -> Hits:
    """Return the documents that *clauses* find, by score; equal scores (to a millionth) by number, greatest first.

    *posting* gives the postings of a term (none when no document has it); documents are numbers below *size*.
    """
    found = [_docs(clause, posting) for clause in clauses]
    required = [docs for clause, docs in zip(clauses, found, strict=True) if clause.presence == "required"]
    marks = np.zeros(size, dtype=np.int64)
    for docs in required:
        marks[docs] += 1
    allowed = marks == len(required)
    if not required:
        allowed[:] = False
        for clause, docs in zip(clauses, found, strict=True):
            if clause.presence == "optional":
                allowed[docs] = True
    for clause, docs in zip(clauses, found, strict=True):
        if clause.presence == "prohibited":
            allowed[docs] = False
    refs = np.flatnonzero(allowed)
    total, counts = np.zeros(size), np.zeros(size, dtype=np.int64)
    asked = [clause for clause in clauses if clause.presence != "prohibited"]
    boosts = Counter(term for clause in asked for term in dict.fromkeys(clause.terms) if posting(term))
    magnitude = math.sqrt(sum(boost * boost for boost in boosts.values()))
    sums: dict[int, NDArray[np.int64]] = {}
    for term, boost in boosts.items():
        for one in posting(term):
            sums.setdefault(one.field, np.zeros(size, dtype=np.int64))[one.docs] += boost * one.weights
    for field in sorted(sums):
        total += sums[field] / 1000 / magnitude
    for clause, docs in zip(clauses, found, strict=True):
        if clause.presence != "prohibited":
            counts[docs] += 1
    order = np.lexsort((-refs, -np.floor(total[refs] * 1e6 + 0.5)))
    refs = refs[order]
    return Hits(refs, total[refs], counts[refs])


def _docs(clause: Clause, posting: Source) -> Ints:
    lists = [one.docs for term in clause.terms for one in posting(term)]
    return np.unique(np.concatenate(lists)) if lists else np.empty(0, np.int64)
