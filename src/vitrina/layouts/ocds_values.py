"""Reads single values of a compiled release: texts without personal ids, dates, amounts that may be added up."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.mx import rfc as _rfc

from vitrina.errors import BadValueError
from vitrina.layouts.base import Reader, as_text
from vitrina.layouts.ocds_notes import Notes
from vitrina.layouts.ocds_words import CURRENCIES
from vitrina.text import fold
from vitrina.values import amount, find_curps, iso_date, mask_curps

_NOTHING = frozenset({"#n/a", "#ref!", "#value!", "sin dato", "sin datos", "no aplica", "."})
_PERSON_RFC = re.compile(r"(?<![A-Z0-9Ñ&])[A-ZÑ&]{4}\d{6}[A-Z0-9]{3}(?![A-Z0-9])")
_URL = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


_SPELLINGS = {"netAmount": "amountNet"}
"""Member of a Value → how the PDN's schema spells it."""


@dataclass(frozen=True)
class Money:
    """An amount as it goes into a table, and as a number when it can be added to others."""

    text: str | None = None
    currency: str | None = None
    number: Decimal | None = None


def members(reader: Reader, path: str) -> Iterator[Reader]:
    """Yield a reader for each object of the list at *path*, or for the single object there."""
    *steps, name = path.split(".")
    value: Any = reader.record
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    value = value.get(name) if isinstance(value, Mapping) else None
    mark = "[]" if isinstance(value, list) else ""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield Reader(item, f"{reader.prefix}{path}{mark}.", reader.taken)


def said(reader: Reader, notes: Notes, *paths: str) -> str | None:
    """Return the first present text of *paths* with CURPs and natural persons' RFCs masked."""
    text = reader.text(*paths)
    if text is None or fold(text) in _NOTHING:
        return None
    return masked(text, notes, reader.prefix + paths[0])


def masked(text: str, notes: Notes, path: str) -> str:
    """Return *text* with each valid CURP and each natural person's RFC of valid check digit replaced."""
    text, times = mask_curps(text)
    if times:
        notes.add("curp-enmascarada", path, times)
    spans = [m.span() for m in _PERSON_RFC.finditer(text) if _is_rfc(m.group())]
    for start, end in reversed(spans):
        text = f"{text[:start]}[RFC reservado]{text[end:]}"
    if spans:
        notes.add("rfc-enmascarado", path, len(spans))
    return text


def link(reader: Reader, notes: Notes, path: str) -> str | None:
    """Return an http(s) address without personal ids in it, or None (noted)."""
    text = reader.text(path)
    if text is None:
        return None
    if (
        not _URL.fullmatch(text)
        or find_curps(text)
        or any(_is_rfc(m) for m in _PERSON_RFC.findall(text.upper()))
    ):
        notes.add("liga-descartada", reader.prefix + path)
        return None
    return text


def day(reader: Reader, path: str) -> str | None:
    """Return the ISO date at *path*; what cannot be read stays as received, for check to quarantine."""
    text = reader.text(path)
    if text is None:
        return None
    try:
        return iso_date(text)
    except BadValueError:
        return text


def money(reader: Reader, notes: Notes, *paths: str, member: str = "amount") -> Money:
    """Return the first present Value object of *paths*; what cannot be read stays as received."""
    found = Money()
    for path in paths:
        raw = reader.get(f"{path}.{member}")
        if as_text(raw) is None and member in _SPELLINGS:
            raw = reader.get(f"{path}.{_SPELLINGS[member]}")
        currency = _currency(reader, notes, f"{path}.currency")
        if as_text(raw) is None or found.text is not None:
            continue
        text = _plain(raw)
        try:
            number = Decimal(amount(text))
            found = Money(amount(text), currency, number)
        except (BadValueError, InvalidOperation):
            notes.add("monto-ilegible", f"{reader.prefix}{path}.{member}")
            found = Money(text, currency, None)
    return found


def total(amounts: Iterable[Money], notes: Notes, path: str) -> Money:
    """Return the sum of *amounts* of one currency; nothing when none is above zero or currencies differ."""
    given = list(amounts)
    present = [m for m in given if m.number is not None and m.number != 0]
    if any(m.number == 0 for m in given):
        notes.add("monto-cero", path)
    if not present:
        return Money()
    if len({m.currency for m in present}) > 1:
        notes.add("monedas-distintas", path)
        return Money()
    if len(present) < len(given):
        notes.add("monto-incompleto", path)
    number = sum((m.number for m in present if m.number is not None), Decimal(0))
    return Money(f"{number:f}", present[0].currency, number)


def _plain(raw: Any) -> str:
    """Return a number as plain decimal text: floats by their 15 sure digits, never in exponent form."""
    if isinstance(raw, float) and math.isfinite(raw):
        return f"{Decimal(f'{raw:.15g}'):f}"
    return as_text(raw) or ""


def _currency(reader: Reader, notes: Notes, path: str) -> str | None:
    text = reader.text(path)
    if text is None:
        return None
    known = CURRENCIES.get(fold(text))
    if known:
        notes.add("moneda-corregida", reader.prefix + path)
        return known
    return text.upper()


def _is_rfc(text: str) -> bool:
    try:
        _rfc.validate(text, validate_check_digits=True)
    except ValidationError:
        return False
    return True
