"""The cheap look at every byte: one table, one regular expression run by Rust, places that deserve a real look.

Text is scanned as bytes. `fold` gives one ASCII byte per byte (letters small, separators blank, bytes of accented
and other characters `~`), so that offsets stay true and one automaton at some 400 MB/s finds the suspects.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import polars as pl

_OTHER, _SEPARATOR, _BEYOND = ".", " ", "~"
_KEPT = "&@"


def _table() -> bytes:
    table = bytearray(256)
    for byte in range(256):
        char = chr(byte)
        if byte >= 128:
            folded = _BEYOND
        elif char.isalnum():
            folded = char.lower()
        elif char in " \t-_":
            folded = _SEPARATOR
        else:
            folded = char if char in _KEPT else _OTHER
        table[byte] = ord(folded)
    return bytes(table)


_TABLE = _table()

_GAP = "[ ~]{0,7}"
_DIGIT = "[0-9]"
_CURP = _GAP.join(["[a-z]"] * 4 + [_DIGIT] * 6 + ["[a-z]"] * 6 + ["[a-z0-9]", _DIGIT])
_RFC = rf"(?:^|[ .~&@]|rfc)(?:[a-z&]|~){{4,8}}{_GAP}[0-9]{{6}}{_GAP}[a-z0-9]{{2}}{_GAP}[a-z0-9](?:[ .~&@]|$)"
_RFC_SHORT = r"rfc[ .~&@]{1,8}[a-z&]{4}[0-9]{6}(?:[ .~&@]|$)"
_NUMBER = rf"(?:^|[ .~&@])[0-9](?:{_GAP}[0-9]){{14,17}}(?:[ .~&@]|$)"
_TELEPHONE = r"tel(?:(?:e|~~?)fono)?s?[ .~&@]{0,3}(?:de[ ]?)?(?:particular|personal|casa|domicilio)"
_LABEL = rf"celular|m(?:o|~~?)vil|{_TELEPHONE}|casa[. ]{{1,8}}[(+]?[0-9]"
_SUSPECT = f"({_CURP}|{_RFC}|{_RFC_SHORT}|{_NUMBER}|{_LABEL})"

_FEWEST_DIGITS = 6
"""Digits in the shortest number looked for: a suspect with fewer is a label."""
BEFORE, AFTER = 400, 200
"""Bytes of a window around a suspect: labels stand before it, its overlapping neighbours within one length."""

_OWN = re.compile(b"personal|particular|privad")

_STYLED = re.compile(
    rb"(?:\xef[\xbc\xbd][\x80-\xbf]|\xf0(?:\x9d[\x80-\xbf]|\x9f\x84)[\x80-\xbf]|\xe2[\x91-\x93][\x80-\xbf])+"
)
"""Full-width, mathematical, squared and circled characters in UTF-8."""
_STARTS = (
    (b"\xef", (b"\xef\xbc", b"\xef\xbd")),
    (b"\xf0", (b"\xf0\x9d", b"\xf0\x9f\x84")),
    (b"\xe2", (b"\xe2\x91", b"\xe2\x92", b"\xe2\x93")),
)
"""How they begin, for a quick look: most texts have none."""
_URL = re.compile(rb"%(?:2[0Dd]|5[Ff])")
_JSON = re.compile(rb"\\u([0-9A-Fa-f]{4})")
_HTML = re.compile(rb"&(?:#(\d{1,6})|#[xX]([0-9A-Fa-f]{1,5})|nbsp|shy);")


def fold(data: bytes) -> bytes:
    """Return *data* with each byte replaced by its class; same length."""
    return data.translate(_TABLE)


def windows(data: bytes, folded: bytes) -> Iterator[tuple[int, int, bool, bool]]:
    """Yield (start, end, numbers, contacts) of the parts of *data* that may hold either, merged and in order.

    The automaton gives leftmost matches only; what overlaps one lies within its window.
    """
    text = folded.decode("ascii")
    spans = []
    position = 0
    for suspect in pl.Series([text]).str.extract_all(_SUSPECT)[0]:
        position = text.index(suspect, position)
        label = sum(c.isdigit() for c in suspect) < _FEWEST_DIGITS
        spans.append((position, position + len(suspect), label))
        position += len(suspect)
    if b"@" in data:
        spans = sorted(spans + [(at, at + 1, True) for at in _private_mail(folded)])
    start = end = 0
    numbers = contacts = False
    for first, last, label in spans:
        if end and first - BEFORE > end:
            yield start, end, numbers, contacts
            end, numbers, contacts = 0, False, False
        start = start if end else max(0, first - BEFORE)
        end = min(len(data), last + AFTER)
        numbers, contacts = numbers or not label, contacts or label
    if end:
        yield start, end, numbers, contacts


def _private_mail(folded: bytes) -> Iterator[int]:
    """Yield where an @ stands after a word that makes an address a person's own; contact pages are full of others."""
    past = 0
    for word in _OWN.finditer(folded):
        start, end = max(past, word.end()), word.end() + BEFORE
        while (at := folded.find(b"@", start, end)) >= 0:
            yield at
            past = start = at + 1


def readings(data: bytes) -> Iterator[bytes]:
    """Yield *data* without JSON, HTML and URL escapes; then, if it has full-width or styled characters, without them.

    Line breaks stay, so line numbers do; offsets change. The second reading does not replace the first: folding
    could glue a footnote's superscript to a value and hide it.
    """
    if b"\\" in data:
        data = _JSON.sub(lambda m: _char(int(m[1], 16), m[0]), data)
    if b"&" in data:
        data = _HTML.sub(_entity, data)
    if b"%" in data:
        if b"%EF%B" in data or b"%ef%b" in data:
            data = unquote_to_bytes(data)
        data = _URL.sub(b" ", data)
    yield data
    if any(lead in data and any(start in data for start in starts) for lead, starts in _STARTS):
        plain = _STYLED.sub(_unstyled, data)
        if plain != data:
            yield plain


def _unstyled(match: re.Match[bytes]) -> bytes:
    return unicodedata.normalize("NFKC", match.group().decode("utf-8", "replace")).encode()


def _entity(match: re.Match[bytes]) -> bytes:
    decimal, hexadecimal = match.groups()
    if decimal is None and hexadecimal is None:
        return b" "
    return _char(int(decimal) if decimal else int(hexadecimal, 16), match.group())


def _char(code: int, written: bytes) -> bytes:
    """Return the character if it can be part of a value, else the escape as written (a quote must stay a quote)."""
    if code > 127:
        return chr(code).encode("utf-8", "replace") if code < 0x110000 else written
    return chr(code).encode() if chr(code).isalnum() or chr(code) in " -_@." else written
