"""The vector proof of each field type: an expression true only where Frictionless surely finds no error.

Narrower than Frictionless everywhere (ASCII digits, plain spellings, values off the bounds): a text left unproved
costs one call of Frictionless' reader, a text wrongly proved would hide an error.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from vitrina.checking.fast.patterns import translate

Reader = Callable[[str], tuple[Any, Any]]

_DATE = r"[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]"
_CLOCK = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
_ZONE = r"(Z|[+-](0[1-9]|1[0-3]):[0-5][0-9])"
_NUMBER = r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"
_TEXTS = {
    "email": r"^[a-z0-9]{1,20}([._][a-z0-9]{1,12}){0,2}@[a-z0-9]{1,30}(\.[a-z0-9]{1,30}){0,3}\.[a-z]{2,6}$",
    "uri": r"^https?://[a-z][a-z0-9]{0,62}([.-][a-z][a-z0-9]{0,62}){0,5}"
    r"(/[A-Za-z0-9._~-]{0,200}){0,20}(\?[A-Za-z0-9._~=&-]{0,200})?$",
    "uuid": r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
}
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_DAY = timedelta(days=2)
"""No two time zones are further apart."""


def value_proof(field: Any, read: Reader) -> pl.Expr | None:
    """Return the proof for *field*'s cells (null where the cell is), or None when there is none for its type."""
    rules = {k: v for k, v in field.constraints.items() if k in field.supported_constraints and v is not None}
    if "enum" in rules:
        # The whole column against the texts of the list that Frictionless itself passes, bounds and all.
        return pl.col(field.name).is_in([t for t in map(str, rules["enum"]) if _passes(read, t)])
    maker = _MAKERS.get(field.type)
    bounds = {k: _bound(field, rules[k]) for k in _BOUNDS if k in rules}
    if maker is None or any(b is None or b != b for b in bounds.values()):
        return None
    return maker(field, rules, bounds)


def _passes(read: Reader, text: str) -> bool:
    try:
        return read(text)[1] is None
    except Exception:
        return False


def _bound(field: Any, raw: Any) -> Any:
    try:
        return field.create_value_reader()(raw)
    except Exception:
        return None


def _string(field: Any, rules: dict[str, Any], _bounds: dict[str, Any]) -> pl.Expr | None:
    column = pl.col(field.name)
    if field.format == "default":
        proof = column.is_not_null()
    elif field.format in _TEXTS:
        proof = column.str.contains(_TEXTS[field.format])
    else:
        return None
    if "minLength" in rules:
        proof = proof & (column.str.len_chars() >= rules["minLength"])
    if "maxLength" in rules:
        proof = proof & (column.str.len_chars() <= rules["maxLength"])
    if "pattern" in rules:
        pattern = translate(rules["pattern"])
        if pattern is None or not _compiles(pattern):
            return None
        proof = proof & column.str.contains(pattern)
    return proof


def _compiles(pattern: str) -> bool:
    try:
        pl.Series(["x"]).str.contains(pattern)
    except PolarsError:
        return False
    return True


def _integer(field: Any, _rules: dict[str, Any], bounds: dict[str, Any]) -> pl.Expr | None:
    # polars reads -?\+?[0-9]+ within 64 bits and nothing else, always as Python's int() does.
    value = pl.col(field.name).cast(pl.Int64, strict=False)
    if any(not isinstance(b, int) or abs(b) >= 2**62 for b in bounds.values()):
        return None
    return _within(value.is_not_null(), value, bounds)


def _number(field: Any, _rules: dict[str, Any], bounds: dict[str, Any]) -> pl.Expr | None:
    if {"group_char", "decimal_char", "bare_number"} & set(field.list_defined()):
        return None
    column = pl.col(field.name)
    proof = column.str.contains(_NUMBER)
    if not bounds:
        return proof
    if any(not isinstance(b, Decimal | float | int) for b in bounds.values()):
        return None
    # Rounding to a float keeps the order, so a float strictly beyond the bound's proves the exact value beyond it.
    value = column.cast(pl.Float64, strict=False)
    return _within(proof, value, {k: float(b) for k, b in bounds.items()}, strictly=True)


def _date(field: Any, _rules: dict[str, Any], bounds: dict[str, Any]) -> pl.Expr | None:
    if field.format != "default" or any(type(b) is not date for b in bounds.values()):
        return None
    column = pl.col(field.name)
    value = column.str.to_date("%Y-%m-%d", strict=False)
    proof = column.str.contains(f"^{_DATE}$") & value.is_not_null()
    return _within(proof, value, {k: pl.lit(b) for k, b in bounds.items()})


def _datetime(field: Any, _rules: dict[str, Any], bounds: dict[str, Any]) -> pl.Expr | None:
    if field.format != "default" or any(not isinstance(b, datetime) for b in bounds.values()):
        return None
    zones = {b.tzinfo is not None for b in bounds.values()}
    if len(zones) > 1:
        return None
    zone = f"{_ZONE}?" if not zones else _ZONE if zones == {True} else ""
    column = pl.col(field.name)
    # Bounds are compared by day, with a margin for the zones; what lies near one is read by Frictionless.
    value = column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    proof = column.str.contains(f"^{_DATE}{_CLOCK}{zone}$") & value.is_not_null()
    try:
        margins = {k: pl.lit(b.date() + (_DAY if "inimum" in k else -_DAY)) for k, b in bounds.items()}
    except OverflowError:
        return None
    return _within(proof, value, margins)


def _any(field: Any, _rules: dict[str, Any], _bounds: dict[str, Any]) -> pl.Expr:
    return pl.col(field.name).is_not_null()


def _within(proof: pl.Expr, value: pl.Expr, bounds: dict[str, Any], *, strictly: bool = False) -> pl.Expr:
    for name, bound in bounds.items():
        exclusive = strictly or name.startswith("exclusive")
        if "inimum" in name:
            proof = proof & (value > bound if exclusive else value >= bound)
        else:
            proof = proof & (value < bound if exclusive else value <= bound)
    return proof


_MAKERS: dict[str, Callable[[Any, dict[str, Any], dict[str, Any]], pl.Expr | None]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "any": _any,
}
