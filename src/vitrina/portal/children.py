"""The child tables of a record page: as a table, as blocks, as a list of documents or as dated notes."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from markupsafe import escape

from vitrina.model import System, Table
from vitrina.portal import cells, filters
from vitrina.portal.ficha import HIDDEN, Columns, Cutter, Seen, Value, beside_others
from vitrina.portal.site import Site

_NARROW = 4
"""Columns up to which a child table is drawn as a table; wider ones read better as blocks, on a phone above all."""
_SORTABLE = 6
_PLACE, _ROW, _FILLED = "\ue000place", "\ue000row", "\ue000filled"
"""Working columns: a child row's parent as a position, its own place, and which of its cells are not empty."""


class _Column:
    """A child table's column: its header, and its values bare, as cells of a table and as pairs of a block."""

    def __init__(self, value: Value, cutter: Cutter) -> None:
        self.value, self.name = value, value.name
        self.header = cutter.cut("header", value.title, value.numeric, slots=0)[0]
        self.bare = value.drawn("", "")
        self.pairs = value.drawn(*cutter.cut("pair", value.title))
        cell = cutter.cut("cell", value.title, value.numeric)
        self.cells = value.drawn(*cell)
        self.empty = f"{cell[0]}{cells.missing()}{cell[1]}"


class _Frames:
    """What goes around a child table's rows, under a heading of one level."""

    def __init__(self, cutter: Cutter, title: str, level: int) -> None:
        self.plain = cutter.cut("narrow", title, level, False, slots=2)
        self.sortable = cutter.cut("narrow", title, level, True, slots=2)
        self.wide = cutter.cut("wide", title, level)
        self.links = cutter.cut("links", title, level)
        self.log = cutter.cut("log", title, level)


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
        layout = system.record
        stage = layout.stage_column if layout.stage_column in table.names else ""
        hidden = HIDDEN | {table.parent_key, "n", stage} | beside_others(site, system, table)
        self.table, self.stage = table, stage
        self.columns = [
            _Column(Value(site, system, table, f), cutter) for f in table.fields if f.name not in hidden
        ]
        self.by_name = {c.name: c for c in self.columns}
        self.link, self.log = layout.links.get(table.name), layout.logs.get(table.name)
        self.block, self.note = cutter.cut("block"), cutter.cut("noted", slots=2)
        self.entry = cutter.cut("logged", slots=3)
        self.frames = {level: _Frames(cutter, table.title, level) for level in (2, 3)}
        places = [parents.get(str(key), -1) for key in frame[table.parent_key]]
        # Only the order is kept: rows in the order of their parents are gathered group by group.
        placed = pl.DataFrame({_PLACE: pl.Series(places, dtype=pl.Int64)}).with_row_index(_ROW)
        placed = placed.filter(pl.col(_PLACE) >= 0).sort(_PLACE, _ROW)
        edges = pl.Series(range(len(parents) + 1), dtype=pl.Int64)
        self.ends: Sequence[int] = array("I", placed[_PLACE].search_sorted(edges, side="left"))
        self.order = placed[_ROW]
        self.frame = frame.select([n for n in table.names if n != table.parent_key])
        self.filled = self._filled(frame)

    def _filled(self, frame: pl.DataFrame) -> pl.Expr:
        """Return the column that says, one bit per shown column, which of a row's cells are not empty."""
        bits = [
            pl.when(_given(frame, c.name)).then(pl.lit(1 << i, dtype=pl.Int64)).otherwise(0)
            for i, c in enumerate(self.columns)
        ]
        return pl.sum_horizontal(bits).cast(pl.Int64).alias(_FILLED) if bits else pl.lit(0).alias(_FILLED)

    def of(self, start: int, end: int) -> Family:
        """Return the rows of the parents in positions *start* to *end*."""
        first = self.ends[start]
        rows = self.frame[self.order[first : self.ends[end]]].with_columns(self.filled)
        return Family(self, rows, [e - first for e in self.ends[start : end + 1]])


def _given(frame: pl.DataFrame, name: str) -> pl.Expr:
    given = pl.col(name).is_not_null()
    return given & (pl.col(name) != "") if frame.schema[name] in (pl.String, pl.Categorical) else given


class Family:
    """The child rows of some consecutive parents."""

    def __init__(self, children: Children, rows: pl.DataFrame, ends: Sequence[int]) -> None:
        self.children, self.ends = children, ends
        self.filled: list[int] = rows[_FILLED].to_list()
        self.rows = rows.drop(_FILLED)
        self.columns = Columns(rows)
        self.values: dict[str, list[Any]] = {}

    def html(
        self, at: int, seen: Seen, level: int = 2, stage: str | None = None, but: frozenset[str] = frozenset()
    ) -> str:
        """Return one parent's rows under a heading of *level*, "" when it has none.

        With *stage* only the rows of that stage; else those of none of the stages in *but*.
        """
        picked: Sequence[int] = range(self.ends[at], self.ends[at + 1])
        if picked and self.children.stage:
            stages = self.columns[self.children.stage]
            picked = [i for i in picked if (stages[i] == stage if stage else stages[i] not in but)]
        if not picked:
            return ""
        frames, link, log = self.children.frames[level], self.children.link, self.children.log
        if link:
            return self._framed(frames.links, self._links(picked, link))
        if log:
            return self._framed(frames.log, self._log(picked, log))
        filled = 0
        for i in picked:
            filled |= self.filled[i]
        if filled.bit_count() > _NARROW:
            return self._framed(frames.wide, [self._block(i, seen) for i in picked])
        kept = [c for i, c in enumerate(self.children.columns) if filled >> i & 1]
        return self._narrow(picked, kept, frames)

    @staticmethod
    def _framed(frame: Sequence[str], lines: Sequence[str]) -> str:
        return f"{frame[0]}{''.join(lines)}{frame[1]}"

    def _of(self, column: _Column) -> list[Any]:
        if column.name not in self.values:
            self.values[column.name] = list(column.value.of(self.columns))
        return self.values[column.name]

    def _narrow(self, picked: Sequence[int], kept: Sequence[_Column], frames: _Frames) -> str:
        before, middle, after = frames.sortable if len(picked) >= _SORTABLE else frames.plain
        drawn = [[c.cells[self._of(c)[i]] or c.empty for i in picked] for c in kept]
        lines = [f"<tr>{''.join(line)}</tr>" for line in zip(*drawn, strict=True)]
        return f"{before}{''.join([c.header for c in kept])}{middle}{''.join(lines)}{after}"

    def _block(self, at: int, seen: Seen) -> str:
        """Wide rows read better as blocks, on a phone above all; a block has no empty cells and repeats no text."""
        before, after = self.children.block
        filled = self.filled[at]
        pairs, kept = [], ""
        for i, column in enumerate(self.children.columns):
            if filled >> i & 1:
                pair = column.pairs[self._of(column)[at]]
                if column.value.prose and seen.again(self.columns[column.name][at]):
                    kept = kept or pair
                else:
                    pairs.append(pair)
        # A block whose only text was said before says it again: a reader could not tell what it was.
        return f"{before}{''.join(pairs) or kept}{after}"

    def _bare(self, column: _Column, at: int) -> str:
        return column.bare[self._of(column)[at]]

    def _links(self, picked: Sequence[int], places: Mapping[str, str]) -> list[str]:
        """A list of links, each with what else its row says; a document without address is named all the same."""
        by_name, (before, middle, after) = self.children.by_name, self.children.note
        text, url = by_name[places["text"]], by_name[places["url"]]
        others = [c for c in self.children.columns if c not in (text, url)]
        lines = []
        for at in picked:
            notes = [n for c in others if (n := self._bare(c, at))]
            named = self._bare(text, at)
            if not named:
                named, notes = (
                    (notes[0], notes[1:]) if notes else (str(escape(self.children.table.title)), [])
                )
            address = filters.safe_url(self.columns[url.name][at])
            shown = f'<a href="{escape(address)}" rel="noopener nofollow">{named}</a>' if address else named
            said = " · ".join([n for n in notes if n != named])
            lines.append(f"{before}{shown}{middle}{said}{after}")
        return lines

    def _log(self, picked: Sequence[int], places: Mapping[str, str]) -> list[str]:
        by_name, (before, second, third, after) = self.children.by_name, self.children.entry
        day, kind, text = (by_name[places[k]] for k in ("date", "kind", "text"))
        others = [c for c in self.children.columns if c not in (day, kind, text)]
        days = self.columns[day.name]
        lines = []
        for at in sorted(picked, key=lambda i: str(days[i] or "")):
            notes = [n for c in (kind, *others) if (n := self._bare(c, at))]
            lines.append(
                f"{before}{self._bare(day, at)}{second}{' · '.join(notes)}{third}{self._bare(text, at)}{after}"
            )
        return lines

    def plain(self) -> list[list[dict[str, Any]]]:
        """Return each parent's rows as they are, for its JSON."""
        rows = self.rows.rows(named=True)
        return [rows[a:b] for a, b in itertools.pairwise(self.ends)]
