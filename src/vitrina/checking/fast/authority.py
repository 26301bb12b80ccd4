"""Frictionless itself, run on whole CSV files or on a few of their rows under the numbers they have in the file.

Nothing is sniffed (delimiter, quote, spaces, header row and encoding are explicit) and errors are not limited.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frictionless import Dialect, FrictionlessException, Package, Resource, Schema
from frictionless.errors import PackageError
from frictionless.formats import CsvControl

NO_LIMIT = 1_000_000_000
"""Frictionless stops reading at 1 000 errors unless told otherwise."""

Cells = Sequence[str]


@dataclass(frozen=True)
class CsvTable:
    """A CSV file in UTF-8 with one header row, and the Table Schema its rows must follow.

    *name* is the resource's name, by which foreign keys of other tables refer to it; a file checked on its own
    is named by Frictionless after its path.
    """

    name: str
    path: Path
    schema: Mapping[str, Any]
    delimiter: str = ","


@dataclass(frozen=True)
class Excerpt:
    """Some rows of a table: its header cells, the cells of each row and the row's number in the file."""

    header: Cells
    rows: Sequence[Cells]
    numbers: Sequence[int]


def whole(tables: Sequence[CsvTable], *, package: bool) -> dict[str, list[Any]]:
    """Return table name → Frictionless' errors for the files as they are (the reference, and the slow way)."""
    return _validate([(t, t.path.parent, None) for t in tables], package=package)


def replay(
    tables: Sequence[CsvTable], excerpts: Mapping[str, Excerpt], *, package: bool
) -> dict[str, list[Any]]:
    """Return table name → Frictionless' errors for the *excerpts*, each row under its true number."""
    with tempfile.TemporaryDirectory(prefix="vitrina-check-") as scratch:
        prepared = []
        for place, table in enumerate(tables):
            excerpt = excerpts[table.name]
            folder = Path(scratch) / str(place)
            folder.mkdir()
            _write(folder / table.path.name, excerpt, table.delimiter)
            prepared.append((table, folder, excerpt.numbers))
        return _validate(prepared, package=package)


def dialect(delimiter: str) -> Dialect:
    """Return the explicit dialect of every file checked here."""
    control = CsvControl(
        delimiter=delimiter,
        quote_char='"',
        double_quote=True,
        line_terminator="\r\n",
        skip_initial_space=False,
    )
    return Dialect(header=True, header_rows=[1], controls=[control])


def resource(table: CsvTable, folder: Path, schema: Schema, *, named: bool) -> Any:
    """Return the Frictionless resource for *table*'s file in *folder*."""
    name: dict[str, Any] = {"name": table.name} if named else {}
    return Resource(
        path=table.path.name, basepath=str(folder), scheme="file", format="csv", encoding="utf-8",
        dialect=dialect(table.delimiter), schema=schema, **name,
    )  # fmt: skip


def schema_of(descriptor: Mapping[str, Any]) -> Schema:
    """Return a Schema of its own for *descriptor*; FrictionlessException when the descriptor is wrong.

    Two resources that share one schema object leave the second with an empty one, and Frictionless edits the
    descriptor it is given: hence the copy.
    """
    return Schema.from_descriptor(deepcopy(dict(descriptor)))


def _validate(
    prepared: Sequence[tuple[CsvTable, Path, Sequence[int] | None]], *, package: bool
) -> dict[str, list[Any]]:
    resources = []
    for table, folder, numbers in prepared:
        try:
            made = resource(table, folder, schema_of(table.schema), named=package)
        except FrictionlessException as error:
            if package:
                raise
            return {table.name: error.to_errors()}
        if numbers is not None:
            _number(made.dialect, numbers)
        resources.append(made)
    if not package:
        return {prepared[0][0].name: list(resources[0].validate(limit_errors=NO_LIMIT).task.errors)}
    report = Package(resources=resources).validate(limit_errors=NO_LIMIT)
    if report.errors:
        raise FrictionlessException(PackageError(note=str(report.errors[0].note)), reasons=report.errors)
    return {t.name: list(task.errors) for (t, _, _), task in zip(prepared, report.tasks, strict=True)}


def _number(target: Dialect, numbers: Sequence[int]) -> None:
    """Make *target* number the content rows with *numbers*; Frictionless counts 2, 3, 4… by itself."""

    def numbered(cell_stream: Iterable[list[Any]]) -> Iterator[tuple[int, list[Any]]]:
        rows = iter(cell_stream)
        next(rows, None)  # the header
        yield from zip(numbers, rows, strict=False)

    # Past attrs' own __setattr__, which would take the function for a property of the descriptor.
    object.__setattr__(target, "read_enumerated_content_stream", numbered)


def _write(path: Path, excerpt: Excerpt, delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(excerpt.header)
        writer.writerows(excerpt.rows)
