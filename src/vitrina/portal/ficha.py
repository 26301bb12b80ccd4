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
from vitrina.portal import cells, filters
from vitrina.portal.site import Site

HIDDEN = frozenset(
    {"id", "fuente_id", "fuente_instantanea", "fuente_posicion", "primera_vez", "ultimo_cambio"}
)
"""Columns the page tells in its own words, not as a field."""
_NARROW = 4
"""Columns up to which a child table is drawn as a table; wider ones read better as blocks, on a phone above all."""
_SORTABLE = 6
_LONG = 30
"""Characters from which a text that repeats one already on the page is not written again."""
_SLOT = Markup("\ue000")

Maker = Callable[[Sequence[Any]], str]
"""How one field of a row reads, as safe markup; "" where the row has no value."""


def _safe(value: str) -> str:
    """Escape text and leave markup: what `escape` does, without a call for the many values that are markup."""
    return value if type(value) is Markup else escape(value)


class Cutter:
    """Renders macros of one component and cuts them at their slots."""

    def __init__(self, env: Environment) -> None:
        self.module = env.get_template("components/ficha.html").module
        self.known: dict[tuple[Any, ...], str] = {}

    def cut(self, macro: str, *values: Any, slots: int = 1) -> list[str]:
        """Return the pieces around the *slots* that follow *values* in the macro's parameters."""
        return str(getattr(self.module, macro)(*values, *[_SLOT] * slots)).split(_SLOT)

    def whole(self, macro: str, *values: Any) -> str:
        """Return the macro rendered, for what has no slot; what many records say alike is rendered once."""
        found = self.known.get((macro, *values))
        if found is None:
            found = self.known[macro, *values] = str(getattr(self.module, macro)(*values))
        return found


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


class Pairs:
    """Makes the label-and-value pairs of a main table's row."""

    def __init__(self, site: Site, system: System, columns: Sequence[str], cutter: Cutter) -> None:
        self.site, self.system, self.cutter = site, system, cutter
        self.at = {name: i for i, name in enumerate(columns)}

    def value(self, name: str) -> Maker:
        """Return the function that shows column *name* of a row."""
        field, at = self.system.main.field(name), self.at[name]
        beside = self.site.shelves.beside(field, self.system)
        currency = cells.currency_of(field, self.system.main)
        if currency:
            unit = self.at[currency]
            return lambda row: "" if row[at] is None else str(escape(cells.money(row[at], row[unit])))
        if beside is None:
            show = cells.rich(field, self.site.shelves.lookup(field, self.system))
            return lambda row: "" if row[at] in (None, "") else _safe(show(row[at]))
        key, lookup = self.at[beside[0]], beside[1]

        def named(row: Sequence[Any]) -> str:
            """The name as received, leading to the page of the body or supplier its key stands for."""
            if not row[at]:
                return ""
            found = lookup(str(row[key])) if row[key] else None
            return cells.link(found[0], row[at]) if found else escape(row[at])

        return named

    def pair(self, name: str, macro: str = "pair") -> Maker:
        """Return the function that makes the whole pair, label and value."""
        make = self.value(name)
        start, end = self.cutter.cut(macro, self.system.main.field(name).title)

        def pair(row: Sequence[Any]) -> str:
            shown = make(row)
            return f"{start}{shown}{end}" if shown else ""

        return pair


class Sections:
    """The titled groups of fields of a main table's row, without what *elsewhere* on the page already says."""

    def __init__(self, pairs: Pairs, elsewhere: frozenset[str]) -> None:
        self.pairs, self.cutter = pairs, pairs.cutter
        self.blank = self.cutter.cut("blank")
        self.groups = [
            (self.cutter.cut("section", title), [self._entry(n) for n in names])
            for title, names in self._named(elsewhere)
        ]

    def html(self, row: Sequence[Any], seen: Seen, blank: list[str]) -> str:
        """Return all sections of *row*; the titles of fields without a value are added to *blank*."""
        return "".join([self._section(group, row, seen, blank) for group in self.groups])

    def blanks(self, titles: Sequence[str]) -> str:
        """Return the note that names the fields the source gave nothing for."""
        return f"{self.blank[0]}{' · '.join(titles)}{self.blank[1]}" if titles else ""

    def _section(self, group: Any, row: Sequence[Any], seen: Seen, blank: list[str]) -> str:
        (start, end), entries = group
        shown = []
        for title, at, pair in entries:
            made = pair(row)
            if not made:
                blank.append(title)
            elif not seen.again(row[at]):
                shown.append(made)
        return f"{start}{''.join(shown)}{end}" if shown else ""

    def _entry(self, name: str) -> tuple[str, int, Maker]:
        title = self.pairs.system.main.field(name).title
        return str(escape(title)), self.pairs.at[name], self.pairs.pair(name)

    def _named(self, elsewhere: frozenset[str]) -> list[tuple[str, list[str]]]:
        """The declared sections; public columns that no section names come last, so that none is lost."""
        system, shelves = self.pairs.system, self.pairs.site.shelves
        main, display = system.main, system.display
        placed = {n for s in display.sections for n in s.fields} | HIDDEN | elsewhere
        besides = [shelves.beside(f, system) for f in main.fields]
        placed |= {found[0] for found in besides if found}
        placed |= {c for f in main.fields if (c := cells.currency_of(f, main))}
        said = HIDDEN | elsewhere | {c for f in main.fields if (c := cells.currency_of(f, main))}
        groups = [(s.title, [n for n in s.fields if n not in said]) for s in display.sections]
        rest = [n for n in main.names if n not in placed]
        return [*groups, ("Otros datos", rest)] if rest else groups


class _Column:
    """A child table's column: where it stands, and its pieces as header, cell and pair."""

    def __init__(self, site: Site, system: System, table: Table, field: Field, cutter: Cutter) -> None:
        numeric = cells.is_numeric(field)
        names = [n for n in table.names if n != table.parent_key]
        self.name, self.at = field.name, names.index(field.name)
        self.title = field.title
        self.show = cells.rich(field, site.shelves.lookup(field, system))
        currency = cells.currency_of(field, table)
        self.unit = names.index(currency) if currency else -1
        self.header = cutter.cut("header", field.title, numeric, slots=0)[0]
        self.cell = cutter.cut("cell", field.title, numeric)
        self.pair = cutter.cut("pair", field.title)

    def value(self, row: Sequence[Any]) -> str:
        """Return the row's value as markup."""
        if self.unit >= 0 and row[self.at] is not None:
            return escape(cells.money(row[self.at], row[self.unit]))
        return _safe(self.show(row[self.at]))


class _Frames:
    """What goes around a child table's rows, under a heading of one level."""

    def __init__(self, cutter: Cutter, title: str, level: int) -> None:
        self.plain = cutter.cut("narrow", title, level, False, slots=2)
        self.sortable = cutter.cut("narrow", title, level, True, slots=2)
        self.wide = cutter.cut("wide", title, level)
        self.links = cutter.cut("links", title, level)
        self.log = cutter.cut("log", title, level)


class Children:
    """A child table's rows by parent, and how they read."""

    def __init__(self, site: Site, system: System, table: Table, frame: pl.DataFrame, cutter: Cutter) -> None:
        units = {c for f in table.fields if (c := cells.currency_of(f, table))}
        stage = system.record.stage_column
        hidden = HIDDEN | {table.parent_key, "n"} | units | ({stage} if stage else set())
        self.table, self.cutter = table, cutter
        self.names = [n for n in table.names if n != table.parent_key]
        beside = {f"{n.removesuffix('_id')}_nombre": n for n in self.names if n.endswith("_id")}
        hidden |= {key for name, key in beside.items() if name in self.names}
        self.columns = [_Column(site, system, table, f, cutter) for f in table.fields if f.name not in hidden]
        self.linked = _names(site, system, table, self.names)
        self.stage_at = self.names.index(stage) if stage in self.names else -1
        self.block, self.note = cutter.cut("block"), cutter.cut("noted", slots=2)
        self.entry = cutter.cut("logged", slots=3)
        self.link, self.log = system.record.links.get(table.name), system.record.logs.get(table.name)
        self.frames = {level: _Frames(cutter, table.title, level) for level in (2, 3)}
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        at = frame.columns.index(table.parent_key)
        for row in frame.iter_rows():
            self.rows.setdefault(str(row[at]), []).append(row[:at] + row[at + 1 :])

    def of(self, row_id: str, stage: str | None = None, but: frozenset[str] = frozenset()) -> list[Any]:
        """Return one record's rows: those of one *stage*, or those of none of the stages in *but*."""
        rows = self.rows.get(row_id, [])
        if self.stage_at < 0:
            return rows
        if stage is not None:
            return [r for r in rows if r[self.stage_at] == stage]
        return [r for r in rows if r[self.stage_at] not in but]

    def html(self, rows: Sequence[tuple[Any, ...]], seen: Seen, level: int = 2) -> str:
        """Return *rows* under a heading of *level*, without the columns that are empty in all; "" for no rows."""
        if not rows:
            return ""
        frames = self.frames[level]
        if self.link:
            start, end = frames.links
            return f"{start}{self._links(rows, self.link)}{end}"
        kept = [c for c in self.columns if any(r[c.at] not in (None, "") for r in rows)]
        if self.log:
            start, end = frames.log
            return f"{start}{self._log(rows, self.log, kept)}{end}"
        if len(kept) <= _NARROW:
            return self._narrow(rows, kept, frames)
        start, end = frames.wide
        return f"{start}{self._wide(rows, kept, seen)}{end}"

    def _narrow(self, rows: Sequence[tuple[Any, ...]], kept: Sequence[_Column], frames: _Frames) -> str:
        start, middle, end = frames.sortable if len(rows) >= _SORTABLE else frames.plain
        lines = [
            f"<tr>{''.join([f'{c.cell[0]}{self._value(c, r)}{c.cell[1]}' for c in kept])}</tr>" for r in rows
        ]
        return f"{start}{''.join([c.header for c in kept])}{middle}{''.join(lines)}{end}"

    def _wide(self, rows: Sequence[tuple[Any, ...]], kept: Sequence[_Column], seen: Seen) -> str:
        """One block per row, without its empty cells: a process may have thirty parties of ten columns each."""
        lines = [f"{self.block[0]}{self._pairs(r, kept, seen)}{self.block[1]}" for r in rows]
        return "".join(lines)

    def _pairs(self, row: tuple[Any, ...], kept: Sequence[_Column], seen: Seen) -> str:
        given = [c for c in kept if row[c.at] not in (None, "")]
        # A block keeps at least its first value, or a reader could not tell what it was.
        shown = [c for i, c in enumerate(given) if not seen.again(row[c.at]) or i + 1 == len(given) == 1]
        return "".join([f"{c.pair[0]}{self._value(c, row)}{c.pair[1]}" for c in shown])

    def _links(self, rows: Sequence[tuple[Any, ...]], places: Any) -> str:
        """A list of links, each with what else its row says; a document without address is named all the same."""
        by_name = {c.name: c for c in self.columns}
        text, url = by_name[places["text"]], by_name[places["url"]]
        others = [c for c in self.columns if c not in (text, url)]
        lines = []
        for row in rows:
            notes = [self._value(c, row) for c in others if row[c.at] not in (None, "", row[text.at])]
            named = str(row[text.at] or self.table.title)
            address = filters.safe_url(row[url.at])
            shown = cells.link(address, named, outside=True) if address else escape(named)
            lines.append(f"{self.note[0]}{shown}{self.note[1]}{' · '.join(notes)}{self.note[2]}")
        return "".join(lines)

    def _log(self, rows: Sequence[tuple[Any, ...]], places: Any, kept: Sequence[_Column]) -> str:
        by_name = {c.name: c for c in self.columns}
        day, kind, text = (by_name[places[k]] for k in ("date", "kind", "text"))
        others = [c for c in kept if c not in (day, kind, text)]
        lines = []
        for row in sorted(rows, key=lambda r: str(r[day.at] or "")):
            notes = [self._value(c, row) for c in others if row[c.at] not in (None, "")]
            told = " · ".join([self._value(kind, row), *notes])
            said = self._value(text, row) if row[text.at] else ""
            lines.append(
                f"{self.entry[0]}{self._value(day, row)}{self.entry[1]}{told}{self.entry[2]}{said}{self.entry[3]}"
            )
        return "".join(lines)

    def _value(self, column: _Column, row: tuple[Any, ...]) -> str:
        found = self.linked.get(column.name)
        if found and row[column.at] and row[found[0]]:
            place = found[1](str(row[found[0]]))
            if place:
                return cells.link(place[0], row[column.at])
        return column.value(row)

    def plain(self, row_id: str) -> list[dict[str, Any]]:
        """Return one record's rows as they are, for its JSON."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows.get(row_id, ())]


def _names(
    site: Site, system: System, table: Table, names: Sequence[str]
) -> dict[str, tuple[int, cells.Lookup]]:
    """Return, for a name beside its key (proveedor_nombre, proveedor_id): where the key is and its look-up."""
    found = {}
    for name in names:
        key = f"{name.removesuffix('_nombre')}_id"
        if name.endswith("_nombre") and key in names:
            lookup = site.shelves.lookup(table.field(key), system)
            if lookup:
                found[name] = (names.index(key), lookup)
    return found
