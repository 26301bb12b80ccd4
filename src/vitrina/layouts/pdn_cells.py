"""Cells of the PDN layouts S1 and S2: strict values, masked text, and what was noteworthy on the way.

One `Cells` serves one record. It never repairs in silence: a known misspelling adds a note, a text that may
hold a CURP or a natural person's RFC is masked or withheld with a warning (design §6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vitrina import values
from vitrina.errors import BadValueError
from vitrina.layouts.base import Reader, as_text
from vitrina.model import Issue, Severity
from vitrina.privacy import masking, patterns
from vitrina.text import fold, safe_id, short_hash

_LETTER = "A-ZÁÉÍÓÚÜÑ"
_BIRTH = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_CURP_LIKE = re.compile(
    rf"(?<![{_LETTER}0-9])[{_LETTER}]{{4}}\d{{6}}[HMX][{_LETTER}]{{5}}[{_LETTER}0-9]\d(?!\w)"
)
_RFC_LIKE = re.compile(rf"(?<![{_LETTER}0-9])[{_LETTER}]{{4}}{_BIRTH}[A-Z0-9]{{3}}(?!\w)")
_STATES = (
    "Aguascalientes", "Baja California", "Baja California Sur", "Campeche", "Coahuila de Zaragoza", "Colima",
    "Chiapas", "Chihuahua", "Ciudad de México", "Durango", "Guanajuato", "Guerrero", "Hidalgo", "Jalisco",
    "México", "Michoacán de Ocampo", "Morelos", "Nayarit", "Nuevo León", "Oaxaca", "Puebla", "Querétaro",
    "Quintana Roo", "San Luis Potosí", "Sinaloa", "Sonora", "Tabasco", "Tamaulipas", "Tlaxcala",
    "Veracruz de Ignacio de la Llave", "Yucatán", "Zacatecas",
)  # fmt: skip
_SHORT_STATES = {
    "coahuila": "05",
    "michoacan": "16",
    "veracruz": "30",
    "estado de mexico": "15",
    "distrito federal": "09",
}
STATE_CODES: Mapping[str, str] = {fold(n): f"{i:02}" for i, n in enumerate(_STATES, 1)} | _SHORT_STATES
"""Folded name of a federal entity → INEGI code of two digits."""

NOT_SPECIFIED = frozenset({"no especificado", "no_especificado"})
"""Words the migration script writes where it knew nothing (pdn.md §3.2 c)."""


@dataclass
class Cells:
    """Makes the cells of one record; `issues` and `withheld` gather what the outcome must tell."""

    source: str
    position: str
    table: str
    row_id: str = ""
    issues: list[Issue] = field(default_factory=list)
    withheld: set[str] = field(default_factory=set)

    def tell(self, code: str, message: str, column: str = "", severity: Severity = "note") -> None:
        """Add an issue, once per code, column and message; *message* must not carry a row's value."""
        issue = Issue(
            code,
            severity,
            message,
            source=self.source,
            table=self.table,
            row_id=self.row_id,
            field=column,
            position=self.position,
        )
        if issue not in self.issues:
            self.issues.append(issue)

    def text(self, value: str | None, column: str) -> str | None:
        """Return *value* with private values masked; None (and a warning) if it still looks like it holds a CURP."""
        return self._screened(value, column, (_CURP_LIKE,))

    def free(self, value: str | None, column: str) -> str | None:
        """Like `text`, for prose: also refuses what looks like a natural person's RFC (reliability.md §6)."""
        return self._screened(value, column, (_CURP_LIKE, _RFC_LIKE))

    def date(self, value: str | None, column: str) -> str | None:
        return self._parsed(value, column, values.iso_date)

    def amount(self, value: str | None, column: str) -> str | None:
        return self._parsed(value, column, values.amount)

    def number(self, value: str | None, column: str) -> str | None:
        """Return a plain number; a trailing percent sign is dropped."""
        return self._parsed(value.removesuffix("%").strip() if value else value, column, values.amount)

    def year(self, value: str | None, column: str) -> str | None:
        return self._parsed(value, column, values.year)

    def yes_no(self, value: str | None, column: str) -> str | None:
        return self._parsed(value, column, values.yes_no)

    def code(
        self,
        value: str | None,
        column: str,
        same: Mapping[str, str] | None = None,
        wrong: Mapping[str, str] | None = None,
    ) -> str | None:
        """Return the code for *value*: *same* renames other standards' codes, *wrong* known misspellings (noted)."""
        if value is None:
            return None
        if wrong and value in wrong:
            self.misspelt(value, wrong[value], column)
            return wrong[value]
        return self.text((same or {}).get(value, value), column)

    def misspelt(self, wrong: str, right: str, column: str = "") -> None:
        """Note that a misspelling known from the standards was read as what it stands for."""
        self.tell("ortografia-del-estandar", f"Se leyó «{wrong}» como «{right}».", column)

    def state(self, value: str | None, column: str) -> str | None:
        """Return the INEGI code (01–32) of a federal entity given by code or by name; else the text as received."""
        if value is None or fold(value) in NOT_SPECIFIED:
            return None
        if value.isascii() and value.isdigit() and 1 <= int(value) <= 32:
            return f"{int(value):02}"
        return STATE_CODES.get(fold(value)) or self.text(value, column)

    def company_rfc(self, value: str | None, column: str) -> str | None:
        """Return a legal person's valid RFC; anything else is dropped (and noted when it is malformed)."""
        found = values.company_rfc(value)
        if value and not found and not values.is_person_rfc(value):
            self.tell(
                "rfc-no-valido", "El RFC no tiene la forma de una persona moral y no se publica.", column
            )
        return found

    def _parsed(self, value: str | None, column: str, parse: Callable[[str], str]) -> str | None:
        if value is None:
            return None
        try:
            return parse(value)
        except BadValueError:
            return self.text(value, column)  # kept as received: check quarantines it with its reason

    def _screened(self, value: str | None, column: str, doubtful: tuple[re.Pattern[str], ...]) -> str | None:
        if value is None:
            return None
        found = masking.mask(value)
        for kind in found.kinds:
            self.tell(
                masking.CODES[kind],
                f"Se ocultó un dato personal escrito en el texto: {kind}.",
                column,
                "warning",
            )
        masked, upper = found.text, found.text.upper()
        shaped = masking.mask(masked, doubtful=True).kinds
        if (
            any(p.search(upper) for p in doubtful)
            or patterns.CURP in shaped
            or (shaped and _RFC_LIKE in doubtful)
        ):
            self.tell(
                "texto-dudoso",
                "El texto parece contener una CURP o un RFC de persona física; no se publica hasta revisarlo.",
                column,
                "warning",
            )
            return None
        return masked


def peek(item: Any, path: str) -> Any:
    """Return the value at *path* of a nested mapping without marking it as read; None if absent."""
    for part in path.split("."):
        item = item.get(part) if isinstance(item, Mapping) else None
    return item


def each(reader: Reader, path: str) -> Iterator[Reader]:
    """Yield a reader per object at *path*, list or single object, with the path as the record has it."""
    value = peek(reader.record, path)
    if isinstance(value, Mapping):
        yield Reader(value, f"{reader.prefix}{path}.", reader.taken)
    else:
        yield from reader.each(path)


def texts(reader: Reader, path: str) -> list[str]:
    """Return the present texts at *path*, be it one value or a list of values, and mark them as read.

    Objects in the list are left alone, so that what they hold is reported as unknown.
    """
    value = peek(reader.record, path)
    found = []
    for item in value if isinstance(value, list) else [value]:
        text = as_text(item)
        if text is not None:
            reader.taken.add(f"{reader.prefix}{path}{'[]' if isinstance(value, list) else ''}")
            found.append(text)
    return found


def row_id(native: str | None, keys: tuple[str | None, ...], scope: str) -> str | None:
    """Return the main row's id: safe form of the source's own, else a hash of the public keys; None without both."""
    if native:
        return safe_id(native, scope)
    if not any(keys):
        return None
    return short_hash("\x1f".join((scope, *(k or "" for k in keys))), 16)
