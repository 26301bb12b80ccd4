"""What people type, read: words, phrases in quotes, words left out; and the words that stand in for absent ones.

`themes/vitrina/ts/search-query.ts` reads the same; `tests/search/readings.json` holds both to account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitrina.search.tokenize import Word, stem, words

MAX_WORDS = 12
MAX_ALIKE = 6
MAX_NEAR = 24
_BLANK = " \t\n\r\f\v\u00a0"
_PHRASE = re.compile('["“”«]([^"“”«»]*)["“”»]')
_EXCLUDED = re.compile(f"(^|[{_BLANK}])-([^\\W_][^{_BLANK}]*)")


@dataclass(frozen=True)
class Reading:
    """A text as the search understands it."""

    words: tuple[Word, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    """The terms of each phrase, in their order."""
    excluded: tuple[str, ...] = ()

    @property
    def parts(self) -> list[str]:
        return unique(part for word in self.words for part in word.parts)

    @property
    def wholes(self) -> list[str]:
        return unique(word.whole for word in self.words if word.whole)


def read(text: str) -> Reading:
    """Return what *text* asks for; any text is accepted."""
    excluded: list[str] = []

    def leave_out(match: re.Match[str]) -> str:
        excluded.extend(t for word in words(match[2]) for t in ((word.whole,) if word.whole else word.parts))
        return match[1]

    rest = _EXCLUDED.sub(leave_out, text)
    phrases = [tuple(part for word in words(inner) for part in word.parts) for inner in _PHRASE.findall(rest)]
    return Reading(
        tuple(words(rest)[:MAX_WORDS]),
        tuple(p for p in phrases if len(p) > 1),
        tuple(unique(excluded)[:MAX_WORDS]),
    )


def unique(terms: object) -> list[str]:
    return list(dict.fromkeys(terms))  # type: ignore[call-overload]


def replaceable(term: str) -> bool:
    """Return whether a word may be replaced: ids never are, another's file is no near match."""
    return len(term) >= 4 and not any(c.isdecimal() for c in term)


def near(one: str, other: str) -> bool:
    """Return whether one letter more, less, other or two neighbours exchanged make one word of the other.

    >>> near("hernadez", "hernandez"), near("garica", "garcia"), near("luz", "lazo")
    (True, True, False)
    """
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = len(one), len(other)
    while a > start and b > start and one[a - 1] == other[b - 1]:
        a, b = a - 1, b - 1
    left, right = one[start:a], other[start:b]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


def turned_slips(term: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return how words with another first letter begin when turned (first letter last), and those that are known whole.

    Beginnings of fewer than three letters would be everywhere.

    >>> turned_slips("vicardo")
    (('vicardo', 'icardo'), ('cardoi', 'vcardoi'))
    """
    return tuple(s for s in (term, term[1:]) if len(s) >= 3), (
        term[2:] + term[1],
        term[0] + term[2:] + term[1],
    )


def stand_ins(term: str, powers: Mapping[str, int]) -> list[str]:
    """Return the words (with the powers of two of their records) that stand in for *term*, most frequent first.

    Those of the same stem, or else those near it.
    """
    own = stem(term)
    same = [w for w in powers if w != term and w[0] == term[0] and stem(w) == own]
    found = same or [w for w in powers if w != term and near(term, w)]
    return sorted(found, key=lambda w: (-powers[w], w))[:MAX_NEAR]


def alike(term: str, powers: Mapping[str, int]) -> list[str]:
    """Return the words near *term*, most frequent first; fewer than of an absent word, for each costs a file."""
    return sorted((w for w in powers if w != term and near(term, w)), key=lambda w: (-powers[w], w))[
        :MAX_ALIKE
    ]


def has_phrase(terms: Sequence[str], texts: Sequence[str]) -> bool:
    """Return whether *terms* follow each other in one of *texts*."""
    size = len(terms)
    for text in texts:
        found = [part for word in words(text) for part in word.parts]
        if any(tuple(found[at : at + size]) == tuple(terms) for at in range(len(found) - size + 1)):
            return True
    return False
