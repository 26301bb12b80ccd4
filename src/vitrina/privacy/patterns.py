"""What the gate looks for, exactly: shape, date, check digit and, where a shape is common, the words around it.

`examine` reads one window of text (bytes) and yields matches. Strong ones stop the night; weak ones are reported.
Sources: check digits by python-stdnum (CURP, RFC) and `luhn`; the CLABE's control digit and bank codes are Banxico's.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import luhn
from stdnum.mx import curp as _curp
from stdnum.mx import rfc as _rfc

CURP, RFC, CLABE, CARD = "CURP", "RFC de persona física", "CLABE", "tarjeta bancaria"
EMAIL, PHONE = "correo personal", "teléfono personal"


@dataclass(frozen=True)
class Match:
    """One suspect in a window: its kind, whether it blocks, and where it stands."""

    kind: str
    strong: bool
    start: int
    end: int


_GAP = (
    rb"(?:[ \t\-_]|\xc2[\xa0\xad]|\xe2\x80[\x80-\x95\xa8-\xaf]|\xe2\x81\xa0|\xe2\x88\x92|\xef\xbb\xbf){0,3}"
)
_ALONE, _END = rb"(?<![A-Za-z0-9])", rb"(?![A-Za-z0-9])"
_ENIE = rb"(?:[A-Z&]|\xc3[\x91\xb1]|\xd1|\xf1)"


def _compile(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.IGNORECASE)


_CURP = _compile(
    rb"(?=("
    + _GAP.join([rb"[A-Z]"] * 4 + [rb"\d"] * 6 + [rb"[HMX]"] + [rb"[A-Z]"] * 5 + [rb"[A-Z0-9]", rb"\d"])
    + rb"))"
)
_RFC = _compile(
    rb"(?:" + _ALONE + rb"|(?<=RFC))(" + _ENIE + rb"{4}" + _GAP + rb"\d{6}" + _GAP + rb"[A-Z0-9]{2}" + _GAP
    + rb"[A-Z0-9])" + _END
)  # fmt: skip
_RFC_SHORT = _compile(rb"RFC[^A-Z0-9]{1,8}([A-Z&]{4}\d{6})" + _END)
_NUMBERS = tuple(
    _compile(rb"(?<![A-Za-z0-9.])(?=(\d(?:%s\d){%d})%s)" % (_GAP, length - 1, _END))
    for length in (18, 16, 15)
)
_EMAIL = _compile(rb"[A-Z0-9._%+\-]{1,64}@[A-Z0-9\-]{1,63}(?:\.[A-Z0-9\-]{1,63}){1,4}")
_BETWEEN = rb"(?:[ \-.]|\xc2\xa0){0,2}"
_PHONE = _compile(
    rb"(?<![A-Za-z0-9])(?:\+?52" + _BETWEEN + rb"(?:1" + _BETWEEN + rb")?)?\(?\d{2,3}\)?(?:" + _BETWEEN + rb"\d){7,8}" + _END
)  # fmt: skip

_NEAR = 40
_TAG = re.compile(rb"<[^<>]*>")
_SPACES = re.compile(rb"\s+")
_ACCENTS = ((b"\xc3\xa9", b"e"), (b"\xc3\x89", b"e"), (b"\xc3\xb3", b"o"), (b"\xc3\x93", b"o"))
_SAYS_RFC = re.compile(rb"(?:rfc|contribuyentes?|homoclave)[^0-9]{0,40}$")
_SAYS_CLABE = re.compile(rb"clabe|interbancaria")
_SAYS_ACCOUNT = re.compile(rb"clabe|interbancaria|cuenta|account")
_SAYS_CARD = re.compile(rb"tarjeta|card|visa\b|credito|debito|amex|american express")
_PRIVATE = rb"(?:personal|particular|privad[oa])(?:es)?"
_QUOTE = rb"[\\\"']{1,3}"  # a key's own, or doubled or escaped because the whole is a text in another file
_SAYS_EMAIL = re.compile(
    rb"(?:correos?|e-?mail|mail)[ _\-]?(?:electronicos?)?[ _\-]?" + _PRIVATE + rb"[^@]{0,40}$"
    rb"|" + _QUOTE + _PRIVATE + _QUOTE + rb"\s?:\s?" + _QUOTE + rb"$"
)  # fmt: skip
_SAYS_PHONE = re.compile(
    rb"(?:tel(?:efono)?s?[ ._\-]{0,2}(?:de[ _\-]?)?(?:particular|personal|casa|domicilio|celular|movil)"
    rb"|celular|telefono movil|" + _QUOTE + rb"casa" + _QUOTE + rb")[^0-9]{0,40}$"
)  # fmt: skip
LABEL = re.compile(
    rb"rfc|clabe|interbancaria|cuenta|tarjeta|celular|movil|(?:tel|correo|mail).{0,16}(?:particular|personal|casa)"
)
"""Names of columns and keys that make what stands under them suspect."""

_GENERIC_RFC = {"XAXX010101000", "XEXX010101000"}
_STATE_CODES = (
    "AS BC BS CC CH CL CM CS CX DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS"
)
_STATES = frozenset(_STATE_CODES.split())
_BANK_CODES = (
    "002 006 009 012 014 019 021 030 032 036 037 042 044 058 059 060 062 072 102 103 106 108 110 112 113 116 "
    "124 126 127 128 129 130 131 132 133 134 135 136 137 138 139 140 141 143 145 147 148 149 150 151 152 154 "
    "155 156 157 158 159 160 166 167 168 600 601 602 605 606 607 608 610 613 614 615 616 617 618 619 620 621 "
    "622 623 626 627 628 629 630 631 632 633 634 636 637 638 640 642 646 647 648 649 651 652 653 655 656 659 "
    "661 670 677 680 683 684 685 686 688 689 699 703 706 710 714 715 720 721 722 723 728 730 732 734 736 738 "
    "901 902"
)
_BANKS = frozenset(_BANK_CODES.split())
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def words(before: bytes, limit: int = 160) -> bytes:
    """Return the end of *before* as a reader sees it: no tags, single blanks, small letters, é and ó without accent."""
    clean = _TAG.sub(b" ", before)
    if (cut := clean.find(b">")) >= 0 and b"<" not in clean[:cut]:
        clean = clean[cut + 1 :]  # the window began inside a tag
    clean = _SPACES.sub(b" ", clean)
    for accented, letter in _ACCENTS:
        clean = clean.replace(accented, letter)
    return clean[-limit:].lower()


def examine(window: bytes, numbers: bool = True, contacts: bool = True) -> Iterator[Match]:
    """Yield every match of the rules asked for in *window*; one value may match once per rule."""
    if numbers:
        yield from _curps(window)
        yield from _rfcs(window)
        yield from _numbers(window)
    if contacts:
        yield from _contacts(window)


def _compact(value: bytes) -> str:
    text = value.decode("utf-8", "replace") if b"\xc3" in value else value.decode("latin-1")
    return "".join(c for c in text.upper() if (c.isascii() and c.isalnum()) or c in "&Ñ")


def _is_date(digits: str) -> bool:
    """Return whether *digits* (yymmdd) can be a date; 29 February passes in years divisible by four."""
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return (
        1 <= month <= 12
        and 1 <= day <= _MONTH_DAYS[month - 1]
        and not (month == 2 and day == 29 and year % 4)
    )


def _curps(window: bytes) -> Iterator[Match]:
    end = 0
    for match in _CURP.finditer(window):
        start, stop = match.span(1)
        written = match.group(1)
        value = _compact(written)
        if start < end or len(value) != 18 or not _is_date(value[4:10]):
            continue
        alone = not window[max(0, start - 1) : start].isalnum() and not window[stop : stop + 1].isalnum()
        # Glued to other text, or spelled with gaps, a chance match must also name a state and three consonants.
        if not (alone and len(written) == 18) and not (
            value[11:13] in _STATES and not set(value[13:16]) & set("AEIOU")
        ):
            continue
        if value[-1] == _curp.calc_check_digit(value):
            yield Match(CURP, True, start, stop)
            end = stop
        elif alone and len(written) == 18:
            yield Match(CURP, False, start, stop)


def _rfcs(window: bytes) -> Iterator[Match]:
    for match in _RFC.finditer(window):
        value = _compact(match.group(1))
        if len(value) != 13 or value in _GENERIC_RFC or not _is_date(value[4:10]):
            continue
        near = words(window[max(0, match.start() - 300) : match.start()], _NEAR)
        strong = bool(_SAYS_RFC.search(near)) or (
            _has_check_digit(value) and not _is_docket(match.group(1), value)
        )
        yield Match(RFC, strong, *match.span(1))
    for match in _RFC_SHORT.finditer(window):
        if _is_date(match.group(1)[4:].decode()):
            yield Match(RFC, True, *match.span(1))


def _has_check_digit(value: str) -> bool:
    return value[-1] == _rfc.calc_check_digit(value[:-1])


def _is_docket(written: bytes, value: str) -> bool:
    """Return whether it reads as a file number such as PROC-240115-112: parts, a serial of digits, no name's vowel."""
    return not written.isalnum() and value[10:].isdigit() and value[1] not in "AEIOUX"


def _numbers(window: bytes) -> Iterator[Match]:
    for match in itertools.chain.from_iterable(rule.finditer(window) for rule in _NUMBERS):
        start, stop = match.span(1)
        digits = _compact(match.group(1))
        clabe = len(digits) == 18 and _is_clabe(digits)
        if not clabe and not (len(digits) < 18 and _is_card(digits)):
            continue
        near = (
            words(window[max(0, start - 300) : start], _NEAR)
            + b" | "
            + words(window[stop : stop + 120])[:_NEAR]
        )
        if not clabe:
            yield Match(CARD, bool(_SAYS_CARD.search(near)), start, stop)
            continue
        known = digits[:3] in _BANKS
        said = _SAYS_CLABE.search(near) or (known and _SAYS_ACCOUNT.search(near))
        if said or known:
            yield Match(CLABE, bool(said), start, stop)


_WEIGHTS = (3, 7, 1) * 6


def _is_clabe(digits: str) -> bool:
    total = sum(int(d) * w % 10 for d, w in zip(digits[:17], _WEIGHTS, strict=False))
    return (10 - total % 10) % 10 == int(digits[17]) and len(set(digits)) > 2


def _is_card(digits: str) -> bool:
    prefix = int(digits[:2])
    issued = (
        prefix in (34, 37)
        if len(digits) == 15
        else digits[0] in "46" or 50 <= prefix <= 55 or 22 <= prefix <= 27
    )
    return issued and len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def _contacts(window: bytes) -> Iterator[Match]:
    for match in _EMAIL.finditer(window) if b"@" in window else ():
        if _SAYS_EMAIL.search(words(window[max(0, match.start() - 300) : match.start()])):
            yield Match(EMAIL, True, *match.span())
    for match in _PHONE.finditer(window):
        digits = _compact(match.group())
        if len(digits) not in (10, 12, 13) or len(set(digits)) < 3:
            continue
        if _SAYS_PHONE.search(words(window[max(0, match.start() - 300) : match.start()])):
            yield Match(PHONE, True, *match.span())
