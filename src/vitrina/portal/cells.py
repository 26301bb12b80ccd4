"""How one value of a declared field reads: label for a code, date in words, link where it may be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from vitrina.model import Field, Table
from vitrina.portal import filters
from vitrina.portal.words import say

Render = Callable[[Any], str]
Lookup = Callable[[str], "tuple[str, str] | None"]
"""Id of an ente or supplier → (address, name), None when it has no page."""

_NUMERIC = {"integer", "number"}


def missing() -> Markup:
    """Return what stands where there is no value."""
    return Markup('<span class="sin-dato">{}</span>').format(say("Sin dato"))


def link(address: str, text: str, *, outside: bool = False) -> Markup:
    """Return a link within the portal, or to another place when *outside*."""
    rel = ' rel="noopener nofollow"' if outside else ""
    return Markup(f'<a href="{escape(address)}"{rel}>{escape(text)}</a>')  # noqa: S704  # both parts escaped


def currency_of(field: Field, table: Table) -> str:
    """Return the column that says in which money *field* is: `x_moneda`, `x` of `x_monto`, else `moneda`; "" if none.

    A column called `moneda` speaks of the amounts and prices beside it, not of quantities.
    """
    if field.type != "number" or field.display:
        return ""
    names = set(table.names)
    for name in (f"{field.name}_moneda", f"{field.name.removesuffix('_monto')}_moneda"):
        if name in names:
            return name
    return "moneda" if "moneda" in names and field.name.startswith(("monto", "precio", "pagado")) else ""


def money(value: float, currency: str | None) -> str:
    """Return an amount with its money; what the source left without currency stays a plain number.

    >>> money(1500.5, "MXN"), money(20, "USD"), money(20, None)
    ('$1,500.50', '20 USD', '20')
    """
    if currency == "MXN":
        return filters.pesos(float(value))
    return f"{filters.number(float(value))} {currency or ''}".strip()


@lru_cache(maxsize=16_384)
def _time(value: Any) -> Markup:
    shown = escape(filters.long_date(value))
    return Markup(f'<time datetime="{filters.iso_date(value)}">{shown}</time>')  # noqa: S704  # escaped


def _code(value: Any) -> Markup:
    return Markup(f"<code>{escape(value)}</code>")  # noqa: S704  # escaped


def is_numeric(field: Field) -> bool:
    """Return whether the field's values line up on the right (years and codes read as words)."""
    return field.type in _NUMERIC and field.display not in {"year", "code"} and not field.categories


def plain(field: Field) -> Callable[[Any], str]:
    """Return the function that turns a value of *field* into plain text, "" where there is none."""
    if field.categories:
        return _labels(field.categories, split=field.display == "list")
    if field.display == "mxn":
        return lambda v: "" if v is None else filters.pesos(float(v))
    if field.display == "percent":
        return lambda v: "" if v is None else f"{filters.number(float(v))} %"
    if field.type == "boolean":
        return lambda v: "" if v is None else (say("Sí") if v in (True, "true") else say("No"))
    if field.type in {"date", "datetime"}:
        return lambda v: filters.long_date(v) if v else ""
    if is_numeric(field):
        return lambda v: "" if v is None else filters.number(float(v))
    return lambda v: "" if v is None else str(v)


def short(field: Field) -> Callable[[Any], str]:
    """Return the same for a table's cell, where dates are short."""
    if field.type in {"date", "datetime"} and not field.categories:
        return lambda v: filters.short_date(v) if v else ""
    return plain(field)


def rich(field: Field, lookup: Lookup | None = None) -> Render:
    """Return the function that turns a value of *field* into what a record page shows (text or safe markup)."""
    text, absent = plain(field), missing()
    if lookup is not None:
        return _linked(lookup)
    if field.type in {"date", "datetime"}:
        return lambda v: _time(v) if v else absent
    if field.display == "list":
        one = _labels(field.categories, split=False) if field.categories else str
        return lambda v: _many([one(p) for p in split(v)]) if v else absent
    if field.display == "url" or field.format == "uri":
        return _web_link
    if field.display == "code" and not field.categories:
        return lambda v: _code(v) if v not in (None, "") else absent
    return lambda v: text(v) or absent


def split(value: Any) -> list[str]:
    """Return the parts of a `display: list` cell.

    >>> split("a; b;c")
    ['a', 'b', 'c']
    """
    return [p for p in (part.strip() for part in str(value or "").split(";")) if p]


def _labels(categories: Mapping[str, str], *, split: bool) -> Callable[[Any], str]:
    labels = {str(k): v for k, v in categories.items()}
    if split:
        return lambda v: "; ".join(labels.get(p.strip(), p.strip()) for p in str(v).split(";")) if v else ""
    return lambda v: "" if v is None else labels.get(str(v), str(v))


def _many(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    items = "".join(f"<li>{escape(p)}</li>" for p in parts)
    return Markup(f'<ul class="valores">{items}</ul>')  # noqa: S704  # every part escaped


def _web_link(value: Any) -> str:
    """A value is a link only when it is a plain http(s) address; anything else stays visible text."""
    if value in (None, ""):
        return missing()
    url = filters.safe_url(value)
    if not url:
        return str(value)
    shown = escape(url)
    return Markup(f'<a href="{shown}" rel="noopener nofollow">{shown}</a>')  # noqa: S704  # escaped


def _linked(lookup: Lookup) -> Render:
    absent = missing()

    def show(value: Any) -> str:
        if value in (None, ""):
            return absent
        found = lookup(str(value))
        return link(*found) if found else _code(value)

    return show
