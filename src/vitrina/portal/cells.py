"""How one value of a declared field reads: label for a code, date in words, link where it may be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from vitrina.model import Field
from vitrina.portal import filters

MISSING = Markup('<span class="sin-dato">Sin dato</span>')
Render = Callable[[Any], str]
Lookup = Callable[[str], "tuple[str, str] | None"]
"""Id of an ente or supplier → (address, name), None when it has no page."""

_TIME = Markup('<time datetime="{}">{}</time>')
_LINK = Markup('<a href="{}">{}</a>')
_OUT = Markup('<a href="{}" rel="noopener nofollow">{}</a>')
_CODE = Markup("<code>{}</code>")
_ITEM = Markup("<li>{}</li>")
_LIST = Markup('<ul class="valores">{}</ul>')
_NUMERIC = {"integer", "number"}


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
        return lambda v: "" if v is None else ("Sí" if v in (True, "true") else "No")
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
    text = plain(field)
    if lookup is not None:
        return _linked(lookup)
    if field.type in {"date", "datetime"}:
        return lambda v: _TIME.format(filters.iso_date(v), text(v)) if v else MISSING
    if field.display == "list":
        one = _labels(field.categories, split=False) if field.categories else str
        return lambda v: _many([one(p) for p in split(v)]) if v else MISSING
    if field.display == "url" or field.format == "uri":
        return _web_link
    if field.display == "code" and not field.categories:
        return lambda v: _CODE.format(v) if v not in (None, "") else MISSING
    return lambda v: text(v) or MISSING


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
    return parts[0] if len(parts) == 1 else _LIST.format(Markup("").join(_ITEM.format(p) for p in parts))


def _web_link(value: Any) -> str:
    """A value is a link only when it is a plain http(s) address; anything else stays visible text."""
    if value in (None, ""):
        return MISSING
    url = filters.safe_url(value)
    return _OUT.format(url, url) if url else str(value)


def _linked(lookup: Lookup) -> Render:
    def show(value: Any) -> str:
        if value in (None, ""):
            return MISSING
        found = lookup(str(value))
        return _LINK.format(*found) if found else _CODE.format(value)

    return show
