"""Text → search terms, by rules that `themes/vitrina/ts/tokenize.ts` repeats word for word.

Both sides answer to one table, `tests/search/cases.json`: a term that only one side makes is a record nobody
can find. The rules: lower case, NFKD without marks (ñ becomes n), split at anything that is not a letter or a
digit, ids in parts and whole, a short stop list, legal forms (S.A. de C.V.) dropped as a unit, no stemming.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

MAX_TERM = 64
"""Longer terms are cut, on both sides alike: nobody types more, and automata grow with every letter."""

STOP_WORDS = frozenset(["a", "al", "con", "de", "del", "el", "en", "la", "las", "los", "para", "por", "y"])

_WITH_DE = (
    "sadecv sabdecv sapidecv sapibdecv sasdecv scdecv scderl scderldecv sderl sderldecv sderlmi sderldecvmi "
    "sprderl sprderldecv srldecv"
)
_JOINED = frozenset(f"{_WITH_DE} abp iap sa sab sapi sas spr srl".split())
"""Legal forms however they are spaced or dotted: S.A. de C.V., SA DE CV, S.A.deC.V."""
_SPELLED = frozenset(["ac", "abp", "iap", "sa", "sab", "sapi", "sas", "sc", "senc", "spr", "srl"])
"""Legal forms only when spelled letter by letter: S.C. is a form, SC may be a name."""
_LONGEST_FORM = 9
FORM_PIECES = frozenset(
    form[start:end]
    for form in _JOINED | _SPELLED
    for start in range(len(form))
    for end in range(start + 1, len(form) + 1)
)
"""Every word that can be part of a legal form."""

# A chunk: runs of letters and digits joined by single signs that ids use. Beyond the basic plane Python and
# JavaScript order letters differently, so such letters (after NFKD) only separate.
_CHUNK = re.compile(r"[^\W_]+(?:[-_./\u2010\u2013][^\W_]+)*")
_RUN = re.compile(r"[^\W_]+")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


class Word(NamedTuple):
    """What was written as one word: its terms and, for an id of several parts, the id without separators."""

    parts: tuple[str, ...]
    whole: str = ""


def fold(text: str) -> str:
    """Return *text* in lower case, decomposed and without marks; letters beyond the basic plane become blanks.

    >>> fold("Muñoz Güemez")
    'munoz guemez'
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    plain = "".join(c for c in _BEYOND.sub(" ", decomposed) if unicodedata.category(c)[0] != "M")
    return plain.replace("ς", "σ")


def words(text: str) -> list[Word]:
    """Return the words of *text* without stop words and legal forms; each line is read by itself.

    >>> words("Grúas D'Acosta, S.A. de C.V.")
    [Word(parts=('gruas',), whole=''), Word(parts=('d',), whole=''), Word(parts=('acosta',), whole='')]
    >>> words("SFP/2021/004-B")
    [Word(parts=('sfp', '2021', '004', 'b'), whole='sfp2021004b')]
    """
    found: list[Word] = []
    for line in fold(text).split("\n"):
        found += _without_forms(_split(line))
    return [word for word in found if word.whole or word.parts[0] not in STOP_WORDS]


def tokens(text: str) -> list[str]:
    """Return the terms under which *text* is indexed, in order of appearance, repeated as often as written.

    >>> tokens("Exp. SFP/2021/004-B de la Secretaría")
    ['exp', 'sfp', '2021', '004', 'b', 'sfp2021004b', 'secretaria']
    """
    return [term for word in words(text) for term in (*word.parts, *([word.whole] if word.whole else ()))]


def initials(name: str) -> str:
    """Return the initials of the words of *name*, three to eight; "" when it has fewer or more.

    >>> initials("Instituto Mexicano del Seguro Social"), initials("Secretaría de Salud")
    ('imss', '')
    """
    found = "".join(word.parts[0][0] for word in words(name))
    return found if 3 <= len(found) <= 8 else ""


def touches_form(text: str) -> bool:
    """Return whether some word of *text* can be part of a legal form that goes on in its neighbours."""
    return any(
        not w.whole and w.parts[0] in FORM_PIECES for line in fold(text).split("\n") for w in _split(line)
    )


def has_words(text: str) -> bool:
    """Return whether *text* has a letter or a digit, stop words included."""
    return _RUN.search(fold(text)) is not None


def stem(term: str) -> str:
    """Return what *term* shares with its plural, singular and other gender; itself when it is short or an id.

    Used only to find stand-ins for words as typed, never in the index.

    >>> stem("luces"), stem("luz"), stem("obras"), stem("publicas"), stem("publico"), stem("contrataciones")
    ('luz', 'luz', 'obr', 'public', 'public', 'contratacion')
    """
    if len(term) < 4 or any(c.isdecimal() for c in term):
        return term
    if term.endswith("ces"):
        return f"{term[:-3]}z"
    for ending in ("es", "s"):
        if term.endswith(ending) and len(term) - len(ending) >= 3:
            term = term[: -len(ending)]
            break
    return term[:-1] if term[-1] in "aeo" and len(term) > 3 else term


def _split(line: str) -> list[Word]:
    found: list[Word] = []
    for chunk in _CHUNK.findall(line):
        parts = _RUN.findall(chunk)
        whole = "".join(parts)[:MAX_TERM]
        if len(parts) > 1 and any(c.isdecimal() for c in chunk):
            found.append(Word(tuple(p[:MAX_TERM] for p in parts), whole))
        elif len(parts) > 2 and all(len(part) == 1 for part in parts):
            found.append(Word((whole,)))  # I.M.S.S. is IMSS
        else:
            found += [Word((part[:MAX_TERM],)) for part in parts]
    return found


def _without_forms(line: list[Word]) -> list[Word]:
    kept: list[Word] = []
    at = 0
    while at < len(line):
        length = _form_length(line, at)
        if not length:
            kept.append(line[at])
        at += length or 1
    return kept


def _form_length(line: list[Word], start: int) -> int:
    """Return how many words from *start* on spell the longest legal form; 0 when they spell none."""
    best, joined, spelled = 0, "", True
    for count, word in enumerate(line[start : start + _LONGEST_FORM], 1):
        if word.whole:
            break
        joined += word.parts[0]
        spelled = spelled and (len(word.parts[0]) == 1 or word.parts[0] == "en")
        if joined in _JOINED or (spelled and count > 1 and joined in _SPELLED):
            best = count
    return best
