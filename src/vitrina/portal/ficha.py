"""The fields of a record page, put together from pieces of the template: the hot path of the whole render.

A macro of components/ficha.html is rendered once per field with a mark where the value goes, and cut there. Rows
pass in groups, column by column, and equal values of a column are drawn once: a field then costs one look-up.
The markup stays in the template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import polars as pl
from jinja2 import Environment
from markupsafe import Markup, escape

from vitrina.model import Field, System, Table
from vitrina.portal import cells
from vitrina.portal.site import Site
from vitrina.portal.words import say

HIDDEN = frozenset(
    {"id", "fuente_id", "fuente_instantanea", "fuente_posicion", "primera_vez", "ultimo_cambio"}
)
"""Columns the page tells in its own words, not as a field."""
_LONG = 30
"""Characters from which a text that repeats one already on the page is not written again."""
_SLOT = Markup("\ue000")
_MANY = 2_048
"""Different values of a column kept as drawn; beyond that a value is drawn whenever it comes."""


def safe(value: str) -> str:
    """Escape text and leave markup: what `escape` does, without a call for the many values that are markup."""
    return value if type(value) is Markup else escape(value)


class Drawn(dict[Any, str]):
    """Value → its markup, drawn the first time it comes: most columns have few different values."""

    def __init__(self, draw: Callable[[Any], str]) -> None:
        super().__init__()
        self.draw = draw

    def __missing__(self, value: Any) -> str:
        shown = str(self.draw(value))
        if len(self) < _MANY:
            self[value] = shown
        return shown


class Cutter:
    """Renders macros of one component and cuts them at their slots."""

    def __init__(self, env: Environment, *, deeper: bool = False) -> None:
        """With *deeper* second headings become third ones, for a record within a page of records."""
        self.deeper = deeper
        self.module = env.get_template("components/ficha.html").module
        self.known: dict[tuple[Any, ...], str] = {}

    def cut(self, macro: str, *values: Any, slots: int = 1) -> list[str]:
        """Return the pieces around the *slots* that follow *values* in the macro's parameters."""
        drawn = str(getattr(self.module, macro)(*values, *[_SLOT] * slots))
        if self.deeper:
            drawn = drawn.replace("<h2>", "<h3>").replace("</h2>", "</h3>")
        return drawn.split(_SLOT)

    def whole(self, macro: str, *values: Any) -> str:
        """Return the macro rendered, for what has no slot; what many records say alike is rendered once."""
        found = self.known.get((macro, *values))
        if found is None:
            found = self.known[macro, *values] = str(getattr(self.module, macro)(*values))
        return found


class Columns:
    """A frame's columns as lists, each made once."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows = rows
        self.lists: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        if name not in self.lists:
            self.lists[name] = self.rows[name].to_list()
        return self.lists[name]


class Seen:
    """The long texts a page has already said: sources repeat a contract's title in every table."""

    def __init__(self, *texts: Any) -> None:
        self.texts = {_folded(t) for t in texts}

    def again(self, value: Any) -> bool:
        """Return whether *value* is a long text that was said before; from now on it was."""
        if type(value) is not str or len(value) < _LONG:
            return False
        folded = _folded(value)
        if folded in self.texts:
            return True
        self.texts.add(folded)
        return False


def _folded(value: Any) -> str:
    return str(value or "").strip(" .").casefold()


def is_prose(field: Field) -> bool:
    """Return whether the field holds free text, which sources repeat from table to table."""
    return field.type == "string" and not field.display and not field.categories


class Value:
    """How one column of a table reads: alone, with the money it is in, or as the name of what its key stands for."""

    def __init__(self, site: Site, system: System, table: Table, field: Field) -> None:
        self.name, self.title, self.prose = field.name, field.title, is_prose(field)
        self.numeric = cells.is_numeric(field)
        self.beside = ""
        """Column that goes with this one, "" when it reads alone."""
        key, lookup = _key(site, system, table, field)
        if currency := cells.currency_of(field, table):
            self.beside = currency
            self.show: Callable[[Any], str] = lambda pair: cells.money(*pair) if pair[0] is not None else ""
        elif lookup is not None:
            self.beside = key
            self.show = lambda pair: _named(lookup, *pair)
        else:
            rich = cells.rich(field, site.shelves.lookup(field, system))
            self.show = lambda value: "" if value in (None, "") else rich(value)

    def drawn(self, before: str, after: str) -> Drawn:
        """Return the values between two pieces of the template, "" where there is none."""

        def draw(value: Any) -> str:
            shown = self.show(value)
            return f"{before}{safe(shown)}{after}" if shown else ""

        return Drawn(draw)

    def of(self, columns: Columns) -> Iterable[Any]:
        """Return the column's values, each with what goes beside it."""
        plain = columns[self.name]
        return zip(plain, columns[self.beside], strict=True) if self.beside else plain


def _key(site: Site, system: System, table: Table, field: Field) -> tuple[str, cells.Lookup | None]:
    """Return, for a name that stands beside its key (ente_nombre, ente_id), the key and its look-up."""
    key = f"{field.name.removesuffix('_nombre')}_id"
    if not field.name.endswith("_nombre") or key not in table.names:
        return "", None
    return key, site.shelves.lookup(table.field(key), system)


def _named(lookup: cells.Lookup, received: Any, key: Any) -> str:
    """The name as received, leading to the page of the body or supplier its key stands for."""
    if not received:
        return ""
    found = lookup(str(key)) if key else None
    return cells.link(found[0], received) if found else escape(received)


def beside_others(site: Site, system: System, table: Table) -> frozenset[str]:
    """Return the columns of *table* that are told together with another one: keys of names, and moneys."""
    found = {c for f in table.fields if (c := cells.currency_of(f, table))}
    for field in table.fields:
        key, lookup = _key(site, system, table, field)
        if lookup is not None:
            found.add(key)
    return frozenset(found)


class Entry:
    """A main table's field as a label-and-value pair."""

    def __init__(self, value: Value, cutter: Cutter, macro: str = "pair") -> None:
        self.value = value
        self.title = str(escape(value.title))
        self.pairs = value.drawn(*cutter.cut(macro, value.title))

    def html(self, columns: Columns, seen: Sequence[Seen], blank: Sequence[list[str]]) -> list[str]:
        """Return each row's pair, "" where it has no value (its title goes to *blank*) or repeats a text."""
        drawn = list(map(self.pairs.__getitem__, self.value.of(columns)))
        for titles, pair in zip(blank, drawn, strict=True):
            if not pair:
                titles.append(self.title)
        if not self.value.prose:
            return drawn
        texts = columns[self.value.name]
        return ["" if s.again(t) else d for s, t, d in zip(seen, texts, drawn, strict=True)]


class Sections:
    """The titled groups of fields of a main table's rows, without what *elsewhere* on the page already says."""

    def __init__(self, site: Site, system: System, cutter: Cutter, elsewhere: frozenset[str]) -> None:
        self.site, self.system = site, system
        self.groups = [
            (cutter.cut("section", title), [self.entry(n, cutter) for n in names])
            for title, names in self._named(elsewhere)
        ]

    def entry(self, name: str, cutter: Cutter, macro: str = "pair") -> Entry:
        """Return the main table's column *name* as an entry."""
        main = self.system.main
        return Entry(Value(self.site, self.system, main, main.field(name)), cutter, macro)

    def html(self, columns: Columns, seen: Sequence[Seen], blank: Sequence[list[str]]) -> list[str]:
        """Return all sections of each row."""
        groups = []
        for (start, end), entries in self.groups:
            if entries:
                drawn = map("".join, zip(*[e.html(columns, seen, blank) for e in entries], strict=True))
                groups.append([f"{start}{pairs}{end}" if pairs else "" for pairs in drawn])
        return list(map("".join, zip(*groups, strict=True))) if groups else [""] * len(seen)

    def _named(self, elsewhere: frozenset[str]) -> list[tuple[str, list[str]]]:
        """The declared sections; public columns that no section names come last, so that none is lost."""
        main, display = self.system.main, self.system.display
        said = HIDDEN | elsewhere | beside_others(self.site, self.system, main)
        placed = {n for s in display.sections for n in s.fields} | said
        groups = [(s.title, [n for n in s.fields if n not in said]) for s in display.sections]
        rest = [n for n in main.names if n not in placed]
        return [*groups, (say("Otros datos"), rest)] if rest else groups
