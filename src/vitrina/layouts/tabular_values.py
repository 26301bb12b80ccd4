"""Cells of a spreadsheet in the canonical form of their column: dates, numbers, yes/no, codes, lists, free text.

Used by the layout "tabular". Each change of form has a code, so that it can be counted (design §6); text that
cannot be read is left as received.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from decimal import Decimal

from vitrina import values
from vitrina.catalogs import name_key
from vitrina.errors import BadValueError
from vitrina.model import Field
from vitrina.privacy import masking
from vitrina.text import tidy

CHANGES = {
    "fecha-normalizada": "La fecha venía en otra forma y se escribió como AAAA-MM-DD.",
    "numero-normalizado": "El número traía signos o ceros de más y se escribió con dígitos y punto decimal.",
    "si-no-normalizado": "El sí o no venía en otra forma y se escribió como true o false.",
    "categoria-normalizada": "Venía el nombre de la categoría y se guardó su clave.",
    "lista-normalizada": "La lista se escribió con sus valores separados por punto y coma.",
    "curp-enmascarada": "El texto traía una CURP y se ocultó.",
    "rfc-enmascarado": "El texto traía el RFC de una persona física y se ocultó.",
    "cuenta-enmascarada": "El texto traía una cuenta o tarjeta bancaria y se ocultó.",
    "contacto-enmascarado": "El texto traía un teléfono o correo personal y se ocultó.",
}


def canonical(column: Field, text: str) -> tuple[str, str]:
    """Return tidy *text* in the column's canonical form, and the code of the change ("" when it is the same).

    Text that the column's type cannot read comes back as it is, without a code.

    >>> canonical(Field("f", "date", "", ""), "05/01/2024")
    ('2024-01-05', 'fecha-normalizada')
    """
    if column.type == "string" and column.display != "year":
        return _text(column, text)
    code, parse = _PARSERS["year" if column.display == "year" else column.type]
    try:
        value = parse(text)
    except (BadValueError, OverflowError):  # the year 1 has no earlier time zone
        return text, ""
    return value, code if value != text else ""


def _text(column: Field, text: str) -> tuple[str, str]:
    if column.display == "list":
        parts = [_text_one(column, part) for part in map(tidy, text.split(";")) if part]
        value = "; ".join(part for part, _ in parts)
        changed = next((code for _, code in parts if code), "")
        return value, changed or ("lista-normalizada" if value != text else "")
    return _text_one(column, text)


def _text_one(column: Field, text: str) -> tuple[str, str]:
    if column.categories:
        code = text if text in column.categories else _labels(column).get(name_key(text))
        return (code, "categoria-normalizada" if code != text else "") if code else (text, "")
    found = masking.mask(text)
    return found.text, masking.CODES[found.kinds[0]] if found.kinds else ""


def _labels(column: Field) -> dict[str, str]:
    """Return key → code for a coded column's labels and codes; a key of two codes is left out."""
    found: dict[str, set[str]] = {}
    for code, label in column.categories.items():
        for written in (code, label):
            found.setdefault(name_key(written), set()).add(code)
    return {key: next(iter(codes)) for key, codes in found.items() if len(codes) == 1}


def _integer(text: str) -> str:
    number = Decimal(values.amount(text))
    if number != number.to_integral_value():
        raise BadValueError("no es un número entero", "Use dígitos sin punto decimal.")
    return f"{number.to_integral_value():f}"


def _datetime(text: str) -> str:
    return values.instant(text).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_PARSERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "date": ("fecha-normalizada", values.iso_date),
    "datetime": ("fecha-normalizada", _datetime),
    "number": ("numero-normalizado", values.amount),
    "integer": ("numero-normalizado", _integer),
    "year": ("numero-normalizado", values.year),
    "boolean": ("si-no-normalizado", values.yes_no),
}
