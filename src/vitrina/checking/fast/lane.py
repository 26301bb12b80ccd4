"""The fast lane: which rows Frictionless has to see, and its report on them.

The rows kept for Frictionless are closed under everything its verdict on a row looks at: all rows sharing a unique
value or a primary key are kept together, and with a row the rows its foreign keys point to. So its report on the
kept rows is its report on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from vitrina.checking.fast import authority, keys
from vitrina.checking.fast.authority import CsvTable, Excerpt
from vitrina.checking.fast.cells import Column, suspect_cells
from vitrina.checking.fast.content import Content, of_csv, of_frame
from vitrina.checking.fast.keys import Codes, Unprovable

SPEC = ("rowNumber", "fieldNumber", "fieldName", "type", "note", "message")
Errors = dict[str, list[Any]]
_ROUNDS = 50
"""Chains of references followed row by row; a longer one takes the whole table along."""


def validate_csv(path: Path, schema: Mapping[str, Any], *, delimiter: str = ",") -> list[dict[str, Any]]:
    """Return the errors of one CSV file (UTF-8, one header row), each with the properties of SPEC.

    They are those of `frictionless.validate(path, schema=…, dialect=…, encoding="utf-8", limit_errors=…)` in its
    order; wrong encoding, labels or schema are errors in the list, too. *schema* is a Table Schema descriptor.
    """
    table = CsvTable("", path, schema, delimiter)
    errors = validate_csvs([table], package=False)[""]
    return [{k: described.get(k) for k in SPEC} for described in (e.to_descriptor() for e in errors)]


def validate_csvs(tables: Sequence[CsvTable], *, package: bool = True) -> Errors:
    """Return table name → Frictionless' errors for the CSV files of one package (or, alone, of one file).

    frictionless.FrictionlessException when the package's descriptors are wrong.
    """
    contents: Callable[[CsvTable, Sequence[str]], Content] = of_csv
    try:
        excerpts = _excerpts(tables, contents)
    except Unprovable:
        return authority.whole(tables, package=package)
    return authority.replay(tables, excerpts, package=package)


def validate_frames(
    schemas: Mapping[str, Mapping[str, Any]], frames: Mapping[str, pl.DataFrame]
) -> Errors | None:
    """Return table name → Frictionless' errors for all-text *frames* of one package; None when it must see them all.

    *schemas*: table name → Table Schema descriptor, with the fields in the order of the frame's columns. A row's
    number is its index + 2, as in the CSV file of the frame.
    """
    tables = [CsvTable(name, Path(f"{name}.csv"), schema) for name, schema in schemas.items()]
    try:
        excerpts = _excerpts(tables, lambda table, _names: of_frame(frames[table.name]))
    except Unprovable:
        return None
    return authority.replay(tables, excerpts, package=True)


@dataclass
class _Sheet:
    """A table under examination: its rows, its columns, and the mask of the rows kept for Frictionless."""

    table: CsvTable
    schema: Any
    columns: dict[str, Column]
    content: Content
    kept: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.Boolean))
    known: dict[str, pl.Series] = field(default_factory=dict)

    def keys(self, names: Sequence[str], codes: Codes) -> pl.DataFrame:
        """Return the canonical key columns *names*, one row per row of the table."""
        for name in names:
            if name not in self.known:
                parts = [keys.canonical(s, self.columns[name], codes) for s in self.content.column(name)]
                self.known[name] = pl.concat(parts) if parts else pl.Series(name, [], dtype=pl.String)
        return pl.DataFrame([self.known[n].alias(str(i)) for i, n in enumerate(names)])

    def keep(self, mask: pl.Series) -> None:
        self.kept = self.kept | mask


def _excerpts(
    tables: Sequence[CsvTable], read: Callable[[CsvTable, Sequence[str]], Content]
) -> dict[str, Excerpt]:
    codes: Codes = {}
    sheets = {t.name: _sheet(t, read) for t in tables}
    for sheet in sheets.values():
        _keep_wrong(sheet)
        _keep_repeated(sheet, codes)
    links = [link for sheet in sheets.values() for link in _links(sheet, sheets)]
    for link in links:
        link.source.keep(keys.orphans(*link.sides(codes)))
    _follow(links, codes)
    excerpts = {}
    for name, sheet in sheets.items():
        rows, cells = sheet.content.rows(sheet.kept)
        excerpts[name] = Excerpt(sheet.content.header, cells, [i + 2 for i in rows])
    return excerpts


def _sheet(table: CsvTable, read: Callable[[CsvTable, Sequence[str]], Content]) -> _Sheet:
    """Open *table*; Unprovable when its schema is wrong or does not match fields and labels one to one by order."""
    try:
        schema = authority.schema_of(table.schema)
        columns = {f.name: Column(f) for f in schema.fields}
    except (
        Exception
    ) as error:  # a pattern that does not compile, a wrong type…: Frictionless says what and how
        raise Unprovable(table.name) from error
    if not columns or len(columns) != len(schema.fields) or schema.fields_match != "exact":
        raise Unprovable(table.name)
    content = read(table, list(columns))
    if list(content.names) != list(columns) or not any(content.header):
        raise Unprovable(table.name)
    return _Sheet(table, schema, columns, content)


def _keep_wrong(sheet: _Sheet) -> None:
    """Keep the rows with a wrong cell or number of cells, and the blank ones."""
    columns = list(sheet.columns.values())
    masks = [suspect_cells(chunk, columns) for chunk in sheet.content.chunks]
    sheet.kept = pl.concat(masks) if masks else pl.Series([], dtype=pl.Boolean)
    if sheet.content.ragged:
        if not all(c.blank_is_missing for c in columns):  # a missing cell is None there, an empty one is ""
            raise Unprovable(sheet.table.name)
        sheet.kept = sheet.kept.scatter(list(sheet.content.ragged), True)


def _keep_repeated(sheet: _Sheet, codes: Codes) -> None:
    """Keep the rows sharing a unique value or a primary key, and those without any value in the primary key."""
    for name, column in sheet.columns.items():
        if sheet.schema.get_field(name).constraints.get("unique"):
            sheet.keep(keys.repeated(sheet.keys([column.name], codes)))
    primary = sheet.schema.primary_key
    if primary:
        if not set(primary) <= set(sheet.columns):
            raise Unprovable(sheet.table.name)
        own = sheet.keys(primary, codes)
        sheet.keep(keys.repeated(own) | keys.empty(own))


@dataclass
class _Link:
    """A foreign key: the columns of the sheet that has it and those of the sheet it points to."""

    source: _Sheet
    names: Sequence[str]
    target: _Sheet
    target_names: Sequence[str]

    def sides(self, codes: Codes) -> tuple[pl.DataFrame, pl.DataFrame]:
        return self.source.keys(self.names, codes), self.target.keys(self.target_names, codes)


def _links(sheet: _Sheet, sheets: Mapping[str, _Sheet]) -> list[_Link]:
    found = []
    for key in sheet.schema.foreign_keys:
        names, reference = key["fields"], key["reference"]
        target = sheets.get(reference["resource"] or sheet.table.name)
        if target is None or (len(sheets) == 1 and target is not sheet):
            raise Unprovable(sheet.table.name)
        ends = [target.columns.get(n) for n in reference["fields"]]
        starts = [sheet.columns.get(n) for n in names]
        known = [c for c in (*starts, *ends) if c]
        if (
            not names
            or len(known) != 2 * len(names)
            or not keys.same_kind(known[: len(names)], known[len(names) :])
        ):
            raise Unprovable(sheet.table.name)
        found.append(_Link(sheet, names, target, reference["fields"]))
    return found


def _follow(links: Sequence[_Link], codes: Codes) -> None:
    """Keep, for every kept row, a row that its foreign keys point to, and so on."""
    for turn in range(_ROUNDS + 1):
        before = [int(link.target.kept.sum()) for link in links]
        for link in links:
            own, theirs = link.sides(codes)
            wanted = own.filter(link.source.kept)
            if turn == _ROUNDS:
                link.target.keep(~link.target.kept)
            elif wanted.height:
                rows = keys.first_rows(theirs, wanted)
                if len(rows):
                    link.target.kept = link.target.kept.scatter(rows, True)
        if [int(link.target.kept.sum()) for link in links] == before:
            return
