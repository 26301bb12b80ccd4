"""The body of a record page, put together from pieces of the template: the hot path of the whole render.

A macro of components/ficha.html is rendered once per field with a mark where the value goes, and cut there;
a value then costs one escape and one concatenation. The markup stays in the template.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from jinja2 import Environment
from markupsafe import Markup, escape

from vitrina.model import Field, System, Table
from vitrina.portal import cells
from vitrina.portal.site import Site

HIDDEN = frozenset(
    {"id", "fuente_id", "fuente_instantanea", "fuente_posicion", "primera_vez", "ultimo_cambio"}
)
"""Columns the page tells in its own words, not as a field."""
_NARROW = 4
"""Columns up to which a child table is drawn as a table; wider ones read better as blocks, on a phone above all."""
_SORTABLE = 6
_SLOT = Markup("\ue000")

Maker = Callable[[Sequence[Any]], str]
"""How one field of a row reads, as safe markup."""


def _safe(value: str) -> str:
    """Escape text and leave markup: what `escape` does, without a call for the many values that are markup."""
    return value if type(value) is Markup else escape(value)


class Cutter:
    """Renders macros of one component and cuts them at their slots."""

    def __init__(self, env: Environment) -> None:
        self.module = env.get_template("components/ficha.html").module

    def cut(self, macro: str, *values: Any, slots: int = 1) -> list[str]:
        """Return the pieces around the *slots* that follow *values* in the macro's parameters."""
        return str(getattr(self.module, macro)(*values, *[_SLOT] * slots)).split(_SLOT)


class Sections:
    """The titled groups of fields of a main table's row."""

    def __init__(self, site: Site, system: System, columns: Sequence[str], cutter: Cutter) -> None:
        self.site, self.system, self.cutter = site, system, cutter
        self.at = {name: i for i, name in enumerate(columns)}
        self.groups = [
            (cutter.cut("section", title), [self._maker(n) for n in names]) for title, names in self._named()
        ]

    def html(self, row: Sequence[Any]) -> str:
        """Return all sections of *row*."""
        return "".join(
            f"{start}{''.join([make(row) for make in makers])}{end}" for (start, end), makers in self.groups
        )

    def _named(self) -> list[tuple[str, list[str]]]:
        """The declared sections; public columns that no section names come last, so that none is lost."""
        main, display = self.system.main, self.system.display
        placed = {n for s in display.sections for n in s.fields} | HIDDEN
        besides = [self.site.shelves.beside(f, self.system) for f in main.fields]
        placed |= {found[0] for found in besides if found}
        groups = [(s.title, [n for n in s.fields if n != "id"]) for s in display.sections]
        rest = [n for n in main.names if n not in placed]
        return [*groups, ("Otros datos", rest)] if rest else groups

    def _maker(self, name: str) -> Maker:
        field, at = self.system.main.field(name), self.at[name]
        start, end = self.cutter.cut("pair", field.title)
        beside = self.site.shelves.beside(field, self.system)
        if beside is None:
            show = cells.rich(field, self.site.shelves.lookup(field, self.system))
            return lambda row: f"{start}{_safe(show(row[at]))}{end}"
        key, lookup = self.at[beside[0]], beside[1]

        def named(row: Sequence[Any]) -> str:
            """The name as received, leading to the page of the body or supplier its key stands for."""
            found = lookup(str(row[key])) if row[key] else None
            shown = escape(row[at]) if row[at] else cells.MISSING
            return f"{start}{cells.link(found[0], row[at]) if found and row[at] else shown}{end}"

        return named


class _Column:
    """A child table's column: where it stands, and its pieces as header, cell and pair."""

    def __init__(self, site: Site, system: System, field: Field, at: int, cutter: Cutter) -> None:
        numeric = cells.is_numeric(field)
        self.at = at
        self.show = cells.rich(field, site.shelves.lookup(field, system))
        self.header = cutter.cut("header", field.title, numeric, slots=0)[0]
        self.cell = cutter.cut("cell", field.title, numeric)
        self.pair = cutter.cut("pair", field.title)


class Children:
    """A child table's rows by parent, and how they read."""

    def __init__(self, site: Site, system: System, table: Table, frame: pl.DataFrame, cutter: Cutter) -> None:
        hidden = HIDDEN | {table.parent_key, "n"}
        self.table = table
        self.names = [n for n in table.names if n != table.parent_key]
        self.columns = [
            _Column(site, system, f, self.names.index(f.name), cutter)
            for f in table.fields
            if f.name not in hidden
        ]
        self.plain_table = cutter.cut("narrow", table.title, False, slots=2)
        self.sortable_table = cutter.cut("narrow", table.title, True, slots=2)
        self.blocks, self.block = cutter.cut("wide", table.title), cutter.cut("block")
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        at = frame.columns.index(table.parent_key)
        for row in frame.iter_rows():
            self.rows.setdefault(str(row[at]), []).append(row[:at] + row[at + 1 :])

    def html(self, row_id: str) -> str:
        """Return one record's rows, without the columns that are empty in all of them; "" when it has none."""
        rows = self.rows.get(row_id)
        if not rows:
            return ""
        kept = [c for c in self.columns if any(r[c.at] not in (None, "") for r in rows)]
        return self._wide(rows, kept) if len(kept) > _NARROW else self._narrow(rows, kept)

    def _narrow(self, rows: Sequence[tuple[Any, ...]], kept: Sequence[_Column]) -> str:
        start, middle, end = self.sortable_table if len(rows) >= _SORTABLE else self.plain_table
        lines = [
            f"<tr>{''.join([f'{c.cell[0]}{_safe(c.show(r[c.at]))}{c.cell[1]}' for c in kept])}</tr>"
            for r in rows
        ]
        return f"{start}{''.join([c.header for c in kept])}{middle}{''.join(lines)}{end}"

    def _wide(self, rows: Sequence[tuple[Any, ...]], kept: Sequence[_Column]) -> str:
        """One block per row, without its empty cells: a process may have thirty parties of ten columns each."""
        lines = [f"{self.block[0]}{self._pairs(r, kept)}{self.block[1]}" for r in rows]
        return f"{self.blocks[0]}{''.join(lines)}{self.blocks[1]}"

    def _pairs(self, row: tuple[Any, ...], kept: Sequence[_Column]) -> str:
        given = [c for c in kept if row[c.at] not in (None, "")]
        return "".join([f"{c.pair[0]}{_safe(c.show(row[c.at]))}{c.pair[1]}" for c in given])

    def plain(self, row_id: str) -> list[dict[str, Any]]:
        """Return one record's rows as they are, for its JSON."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows.get(row_id, ())]
