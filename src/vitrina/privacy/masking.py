"""Hides private values in one text, by the very rules with which the gate refuses to publish them.

So that what a layout masked, the gate does not stop: CURP, natural persons' RFC, CLABE, cards, and telephones and
e-mails that the text itself calls personal; with blanks, dashes, small letters or full-width characters in between.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from vitrina.privacy import patterns

WORDS = {
    patterns.CURP: "[CURP reservada]",
    patterns.RFC: "[RFC reservado]",
    patterns.CLABE: "[cuenta reservada]",
    patterns.CARD: "[tarjeta reservada]",
    patterns.EMAIL: "[correo reservado]",
    patterns.PHONE: "[teléfono reservado]",
}
"""Kind of value → what stands in its place."""

CODES = {
    patterns.CURP: "curp-enmascarada",
    patterns.RFC: "rfc-enmascarado",
    patterns.CLABE: "cuenta-enmascarada",
    patterns.CARD: "cuenta-enmascarada",
    patterns.EMAIL: "contacto-enmascarado",
    patterns.PHONE: "contacto-enmascarado",
}
"""Kind of value → code of the note that says so."""

_GAP = r"[\s\-_.()\u00ad\u2000-\u2015\u2028-\u202f\u2060\u2212\ufeff]{0,3}"
_DIGITS = rf"\d(?:{_GAP}\d)"
_SUSPECT = re.compile(
    rf"(?:[^\W\d_]|&){_GAP}{_DIGITS}{{5}}{_GAP}(?:[^\W_]{_GAP}){{3}}|{_DIGITS}{{9}}|@|[rR][fF][cC]\W{{1,8}}[A-Za-z&]{{4}}\d{{6}}"
)
"""Every value looked for has a letter, six digits and three more signs, or ten digits, or an @; most texts have none."""
_ODD = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


@dataclass(frozen=True)
class Masked:
    """A text without its private values, and the kinds that were in it, once per value."""

    text: str
    kinds: tuple[str, ...] = ()


def mask(text: str, *, doubtful: bool = False) -> Masked:
    """Return *text* with every private value replaced by WORDS; other texts come back as they are.

    With *doubtful* also the values that are only shaped like a CURP or a natural person's RFC (wrong check digit).

    >>> mask("celular 55 1234 5678"), mask("Muñoz").kinds
    (Masked(text='celular [teléfono reservado]', kinds=('teléfono personal',)), ())
    """
    plain = text if _is_plain(text) else _plain(text)
    if not _SUSPECT.search(plain):
        return Masked(text)
    data = plain.encode("utf-8", "surrogatepass")
    kinds: list[str] = []
    out: list[bytes] = []
    place = 0
    for match in sorted(patterns.examine(data), key=lambda m: (m.start, -m.end)):
        if match.start < place or not (match.strong or (doubtful and match.kind in _SHAPED)):
            continue
        out += [data[place : match.start], WORDS[match.kind].encode()]
        kinds.append(match.kind)
        place = match.end
    if not kinds:
        return Masked(text)
    return Masked(b"".join([*out, data[place:]]).decode("utf-8", "surrogatepass"), tuple(kinds))


def holds(text: str, *, doubtful: bool = False) -> bool:
    """Return whether `mask` would hide anything in *text*."""
    return bool(mask(text, doubtful=doubtful).kinds)


_SHAPED = frozenset({patterns.CURP, patterns.RFC})


def _is_plain(text: str) -> bool:
    return text.isascii() or (unicodedata.is_normalized("NFKC", text) and not _ODD.search(text))


def _plain(text: str) -> str:
    """Return *text* with full-width and styled letters and digits as plain ones and invisible marks gone."""
    return "".join(
        c if c.isascii() or (c.isalpha() and unicodedata.normalize("NFKC", c) == c) else _folded(c)
        for c in text
    )


def _folded(char: str) -> str:
    if unicodedata.category(char) == "Cf":
        return ""
    folded = unicodedata.normalize("NFKC", char)
    return str(unicodedata.digit(char)) if unicodedata.category(char) == "Nd" else folded
