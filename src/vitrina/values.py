"""Strict parsers for the values institutions send: dates, amounts, years, yes/no, RFC shapes.

Each returns the canonical text that the tables carry (ISO dates, plain decimals) or raises BadValueError
naming the value's kind, never guessing between two readings.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from stdnum.exceptions import ValidationError
from stdnum.mx import rfc as _rfc

from vitrina.errors import BadValueError
from vitrina.text import fold, safe_id, short_hash, tidy

_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_ISO_DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_AMOUNT = re.compile(r"-?\$?\s?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_RFC_PREFIX = re.compile(r"^(MX-)?RFC[-: ]+", re.IGNORECASE)


def iso_date(text: str) -> str:
    """Return *text* as YYYY-MM-DD. Takes ISO dates, ISO date-times (the date as written) and DD/MM/YYYY.

    >>> iso_date("2024-01-05T23:00:00Z"), iso_date("05/01/2024"), iso_date("5-1-2024")
    ('2024-01-05', '2024-01-05', '2024-01-05')
    """
    clean = tidy(text)
    match = _ISO_DATETIME.fullmatch(clean)
    if match:
        clean = match.group(1)
    match = _DAY_FIRST.fullmatch(clean)
    if match:
        day, month, year = (int(g) for g in match.groups())
        clean = f"{year:04}-{month:02}-{day:02}"
    if not _ISO_DATE.fullmatch(clean):
        raise BadValueError(f"no es una fecha: {clean[:40]!r}", "Use AAAA-MM-DD.")
    try:
        return date.fromisoformat(clean).isoformat()
    except ValueError as error:
        raise BadValueError(f"fecha imposible: {clean!r}", "Use AAAA-MM-DD.") from error


def instant(text: str) -> datetime:
    """Return *text* as a date-time for ordering releases; a bare date is the day's start in UTC.

    Raises BadValueError. Naive times count as UTC, as OCDS merges do.
    """
    clean = tidy(text).replace("Z", "+00:00")
    try:
        parsed = datetime.fromisoformat(clean)
    except ValueError as error:
        raise BadValueError(f"no es una fecha y hora: {clean[:40]!r}", "Use AAAA-MM-DDThh:mm:ssZ.") from error
    return (
        parsed
        if parsed.tzinfo
        else parsed.replace(tzinfo=datetime.fromisoformat("2000-01-01T00:00:00+00:00").tzinfo)
    )


def amount(text: str) -> str:
    """Return *text* as a plain decimal. Takes "$1,234.50" and "1234.5"; refuses "1.234,50".

    >>> amount("$1,234.50"), amount("8667.15000"), amount("0")
    ('1234.50', '8667.15', '0')
    """
    clean = tidy(text)
    if not _AMOUNT.fullmatch(clean):
        raise BadValueError(f"no es un monto: {clean[:40]!r}", "Use dígitos y punto decimal, p. ej. 1234.50.")
    try:
        number = Decimal(clean.replace("$", "").replace(",", "").replace(" ", ""))
    except InvalidOperation as error:
        raise BadValueError(f"no es un monto: {clean[:40]!r}", "Use dígitos y punto decimal.") from error
    if -number.as_tuple().exponent > 2:  # type: ignore[operator]  # never NaN here
        number = number.quantize(Decimal("0.01")) if number == number.quantize(Decimal("0.01")) else number
    return f"{number:f}"


def year(text: str) -> str:
    """Return *text* as a four-digit year between 1900 and 2100.

    >>> year("2024.0")
    '2024'
    """
    clean = tidy(text).removesuffix(".0")
    if not re.fullmatch(r"(19|20)\d{2}|2100", clean):
        raise BadValueError(f"no es un año: {clean[:20]!r}", "Use cuatro cifras, p. ej. 2024.")
    return clean


def yes_no(text: str) -> str:
    """Return "true" or "false" for the usual Spanish and English words.

    >>> yes_no("Sí"), yes_no("NO"), yes_no("true")
    ('true', 'false', 'true')
    """
    folded = fold(tidy(text))
    if folded in {"si", "true", "1", "verdadero", "x"}:
        return "true"
    if folded in {"no", "false", "0", "falso"}:
        return "false"
    raise BadValueError(f"no es sí o no: {folded[:20]!r}", "Use sí o no.")


def company_rfc(text: str | None) -> str | None:
    """Return a legal person's RFC in canonical form, or None for a natural person's, a generic or a bad one.

    Prefixes "RFC-" and "MX-RFC-" are dropped. A natural person's RFC has 13 characters and is never returned.

    >>> company_rfc("RFC-HPR060210B71"), company_rfc("XAXX010101000")
    ('HPR060210B71', None)
    """
    if not text:
        return None
    clean = _rfc.compact(_RFC_PREFIX.sub("", tidy(text))).upper()
    if len(clean) != 12:
        return None
    try:
        return str(_rfc.validate(clean))
    except ValidationError:
        return None


def is_person_rfc(text: str | None) -> bool:
    """Return whether *text* is shaped like a natural person's RFC (13 characters, dated)."""
    if not text:
        return False
    clean = _rfc.compact(_RFC_PREFIX.sub("", tidy(text))).upper()
    return len(clean) == 13 and clean[:4].replace("Ñ", "N").isalpha() and clean[4:10].isdigit()


def supplier_id(rfc: str | None, name: str | None) -> str | None:
    """Return a supplier's id: a company's RFC made address-safe, else "n-" and a hash of the folded name.

    Two different RFCs are never one supplier; a name without an RFC joins only equal names. None without both.
    """
    company = company_rfc(rfc)
    if company:
        return safe_id(company.lower())
    folded = re.sub(r"[^a-z0-9]+", " ", fold(name or "")).strip()
    return f"n-{short_hash(folded)}" if folded else None
