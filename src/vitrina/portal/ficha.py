"""The body of a record page, put together from pieces of the template: the hot path of the whole render.

A macro of components/ficha.html is rendered once per field with a mark where the value goes, and cut there. Rows
pass in groups, column by column, and equal values of a column are drawn once: a field then costs one look-up.
The markup stays in the template.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
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
_PLACE, _ROW, _FILLED = "\ue000place", "\ue000row", "\ue000filled"
"""Working columns: a child row's parent as a position, its own place, and which of its cells are not empty."""

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

    def cut(self, macro: str, *values: Any, slots: int = 1) -> list[str]:
        """Return the pieces around the *slots* that follow *values* in the macro's parameters."""
        drawn = str(getattr(self.module, macro)(*values, *[_SLOT] * slots))
        if self.deeper:
            drawn = drawn.replace("<h2>", "<h3>").replace("</h2>", "</h3>")
        return drawn.split(_SLOT)


class Sections:
    """The titled groups of fields of a main table's row."""

    def __init__(self, site: Site, system: System, cutter: Cutter) -> None:
        self.site, self.system, self.cutter = site, system, cutter
        self.groups = [
            (cutter.cut("section", title), [self._maker(n) for n in names]) for title, names in self._named()
        ]

    def html(self, rows: pl.DataFrame) -> list[str]:
        """Return all sections of each of *rows*."""
        columns = _Columns(rows)
        groups = [
            [f"{start}{pairs}{end}" for pairs in map("".join, zip(*[c(columns) for c in made], strict=True))]
            for (start, end), made in self.groups
            if made
        ]
        return list(map("".join, zip(*groups, strict=True))) if groups else [""] * rows.height

    def _named(self) -> list[tuple[str, list[str]]]:
        """The declared sections; public columns that no section names come last, so that none is lost."""
        main, display = self.system.main, self.system.display
        placed = {n for s in display.sections for n in s.fields} | HIDDEN
        besides = [self.site.shelves.beside(f, self.system) for f in main.fields]
        placed |= {found[0] for found in besides if found}
        groups = [(s.title, [n for n in s.fields if n != "id"]) for s in display.sections]
        rest = [n for n in main.names if n not in placed]
        return [*groups, ("Otros datos", rest)] if rest else groups

    def _maker(self, name: str) -> Column:
        field = self.system.main.field(name)
        start, end = self.cutter.cut("pair", field.title)
        beside = self.site.shelves.beside(field, self.system)
        if beside is None:
            show = cells.rich(field, self.site.shelves.lookup(field, self.system))
            drawn = Drawn(lambda value: f"{start}{safe(show(value))}{end}")
            return lambda columns: map(drawn.__getitem__, columns[name])
        key, lookup = beside

        def named(pair: tuple[Any, Any]) -> str:
            """The name as received, leading to the page of the body or supplier its key stands for."""
            received, value = pair
            found = lookup(str(value)) if value else None
            shown = escape(received) if received else cells.MISSING
            return f"{start}{cells.link(found[0], received) if found and received else shown}{end}"

        pairs = Drawn(named)
        return lambda columns: map(pairs.__getitem__, zip(columns[name], columns[key], strict=True))


class _Columns:
    """A frame's columns as lists, each made once."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows = rows
        self.lists: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        if name not in self.lists:
            self.lists[name] = self.rows[name].to_list()
        return self.lists[name]


Column = Callable[[_Columns], Iterable[str]]
"""How one field of many rows reads, as safe markup."""


class _ChildColumn:
    """A child table's column: its header, and its values as cells of a table and as pairs of a block."""

    def __init__(self, site: Site, system: System, field: Field, cutter: Cutter) -> None:
        numeric = cells.is_numeric(field)
        show = cells.rich(field, site.shelves.lookup(field, system))
        cell, pair = cutter.cut("cell", field.title, numeric), cutter.cut("pair", field.title)
        self.name = field.name
        self.header = cutter.cut("header", field.title, numeric, slots=0)[0]
        self.cells = Drawn(lambda value: f"{cell[0]}{safe(show(value))}{cell[1]}")
        # A block has no empty cells: a process may have thirty parties of ten columns each.
        self.pairs = Drawn(
            lambda value: "" if value in (None, "") else f"{pair[0]}{safe(show(value))}{pair[1]}"
        )


class Children:
    """A child table's rows by parent, and how they read. Kept as a frame; rows become Python objects as they pass."""

    def __init__(
        self,
        site: Site,
        system: System,
        table: Table,
        frame: pl.DataFrame,
        parents: Mapping[str, int],
        cutter: Cutter,
    ) -> None:
        hidden = HIDDEN | {table.parent_key, "n"}
        self.table = table
        self.columns = [_ChildColumn(site, system, f, cutter) for f in table.fields if f.name not in hidden]
        self.plain_table = cutter.cut("narrow", table.title, False, slots=2)
        self.sortable_table = cutter.cut("narrow", table.title, True, slots=2)
        self.blocks, self.block = cutter.cut("wide", table.title), cutter.cut("block")
        places = [parents.get(str(key), -1) for key in frame[table.parent_key]]
        # Only the order is kept: rows in the order of their parents are gathered group by group.
        placed = pl.DataFrame({_PLACE: pl.Series(places, dtype=pl.Int64)}).with_row_index(_ROW)
        placed = placed.filter(pl.col(_PLACE) >= 0).sort(_PLACE, _ROW)
        edges = pl.Series(range(len(parents) + 1), dtype=pl.Int64)
        self.ends: Sequence[int] = placed[_PLACE].search_sorted(edges, side="left").to_list()
        self.order = placed[_ROW]
        self.frame = frame.select([n for n in table.names if n != table.parent_key])
        bits = [
            pl.when(_given(frame, c.name)).then(pl.lit(1 << i, dtype=pl.Int64)).otherwise(0)
            for i, c in enumerate(self.columns)
        ]
        # One bit per shown column tells which of a row's cells are not empty.
        self.filled = (
            pl.sum_horizontal(bits).cast(pl.Int64).alias(_FILLED) if bits else pl.lit(0).alias(_FILLED)
        )

    def of(self, start: int, end: int) -> _Family:
        """Return the rows of the parents in positions *start* to *end*."""
        first = self.ends[start]
        rows = self.frame[self.order[first : self.ends[end]]].with_columns(self.filled)
        return _Family(self, rows, [e - first for e in self.ends[start : end + 1]])


def _given(frame: pl.DataFrame, name: str) -> pl.Expr:
    given = pl.col(name).is_not_null()
    return given & (pl.col(name) != "") if frame.schema[name] == pl.String else given


class _Family:
    """The child rows of some consecutive parents."""

    def __init__(self, children: Children, rows: pl.DataFrame, ends: Sequence[int]) -> None:
        self.children, self.ends = children, ends
        self.filled: list[int] = rows[_FILLED].to_list()
        self.rows = rows.drop(_FILLED)
        self.columns = _Columns(rows)
        self.blocks: list[str] | None = None

    def html(self, at: int) -> str:
        """Return one parent's rows, without the columns that are empty in all of them; "" when it has none."""
        start, end = self.ends[at], self.ends[at + 1]
        if start == end:
            return ""
        filled = 0
        for bits in self.filled[start:end]:
            filled |= bits
        if filled.bit_count() > _NARROW:
            return self._wide(start, end)
        kept = [c for i, c in enumerate(self.children.columns) if filled >> i & 1]
        return self._narrow(start, end, kept)

    def _narrow(self, start: int, end: int, kept: Sequence[_ChildColumn]) -> str:
        sortable = end - start >= _SORTABLE
        before, middle, after = self.children.sortable_table if sortable else self.children.plain_table
        drawn = [[c.cells[v] for v in self.columns[c.name][start:end]] for c in kept]
        lines = [f"<tr>{''.join(line)}</tr>" for line in zip(*drawn, strict=True)] or ["<tr></tr>"] * (
            end - start
        )
        return f"{before}{''.join([c.header for c in kept])}{middle}{''.join(lines)}{after}"

    def _wide(self, start: int, end: int) -> str:
        """One block per row: wide rows read better so, on a phone above all."""
        if self.blocks is None:
            before, after = self.children.block
            drawn = [map(c.pairs.__getitem__, self.columns[c.name]) for c in self.children.columns]
            self.blocks = [f"{before}{pairs}{after}" for pairs in map("".join, zip(*drawn, strict=True))]
        first, last = self.children.blocks
        return f"{first}{''.join(self.blocks[start:end])}{last}"

    def plain(self) -> list[list[dict[str, Any]]]:
        """Return each parent's rows as they are, for its JSON."""
        rows = self.rows.rows(named=True)
        return [rows[a:b] for a, b in itertools.pairwise(self.ends)]
