"""Frictionless' verdict on a system's tables, as our issues: the authority on cells, rows, keys and references.

All tables are validated as one package, so that foreign keys between them are checked too, and errors are not
limited. The fast lane (`checking.fast`) sees to it that Frictionless reads only the rows that need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from vitrina.checking.fast import authority, lane
from vitrina.checking.fast.authority import CsvTable
from vitrina.model import Issue, System, Table
from vitrina.storage import fresh_folder

TITLES: Mapping[str, tuple[str, str]] = {
    "type-error": ("El valor no es del tipo esperado", "Corrija el dato: {expected}."),
    "constraint-error": ("El valor no cumple una regla del campo", "Corrija el dato: {expected}."),
    "primary-key": (
        "Identificador repetido o vacío",
        "Cada registro lleva un identificador propio; quite el repetido.",
    ),
    "foreign-key": (
        "Apunta a un registro que no existe",
        "Envíe también el registro principal, o corrija la clave.",
    ),
    "unique-error": (
        "Valor repetido en un campo que debe ser único",
        "Corrija o quite el registro repetido.",
    ),
    "missing-cell": ("Falta una celda", "Complete la fila."),
    "extra-cell": ("Sobra una celda", "Quite la celda de más."),
    "blank-row": ("Fila vacía", "Quite la fila."),
}
"""Frictionless error type → (title, remedy) for people; `{expected}` says what the field asks for."""


def validate(
    system: System, frames: Mapping[str, pl.DataFrame], folder: Path, *, fast: bool = True
) -> list[Issue]:
    """Return one error issue per Frictionless finding; `position` is "#<row index in the frame>".

    *frames*: table name → all-text frame in schema order. The fast lane proves rows clean and shows Frictionless
    the others; where it cannot prove anything, or with *fast* off, Frictionless reads every row from CSV files in
    *folder*, a scratch space rewritten each time. AssertionError when a declaration itself is wrong.
    """
    schemas = {t.name: schema_descriptor(t) for t in system.tables}
    found = lane.validate_frames(schemas, frames) if fast else None
    if found is None:
        fresh_folder(folder)
        for name in schemas:
            frames[name].write_csv(folder / f"{name}.csv", quote_style="necessary")
        tables = [CsvTable(n, folder / f"{n}.csv", schema) for n, schema in schemas.items()]
        found = authority.whole(tables, package=True)
    return [_issue(system.table(name), error) for name, errors in found.items() for error in errors]


def schema_descriptor(table: Table) -> dict[str, Any]:
    """Return the Table Schema of *table* with only the properties validation needs."""
    known = ("name", "type", "format", "constraints")
    fields = [{k: f[k] for k in known if k in f} for f in table.descriptor["fields"]]
    return {
        "fields": fields,
        "primaryKey": list(table.primary_key),
        "foreignKeys": [dict(k) for k in table.foreign_keys],
        "missingValues": [""],
    }


def _issue(table: Table, error: Any) -> Issue:
    row = getattr(error, "row_number", None)
    if row is None:
        # Not about a row: our own CSV or schema is wrong, which is a defect of the declaration, not of the data.
        raise AssertionError(f"{table.name}: {error.type}: {error.note}")
    field = getattr(error, "field_name", "") or ",".join(getattr(error, "field_names", []) or [])
    title, remedy = TITLES.get(error.type, ("Error de formato", "Corrija el dato."))
    label = _label(table, field)
    return Issue(
        code=error.type, severity="error", message=f"{title}{f' ({label})' if label else ''}", table=table.name,
        field=field, position=f"#{row - 2}", remedy=remedy.format(expected=expected(table, field)), rule=error.type,
    )  # fmt: skip


def _label(table: Table, field: str) -> str:
    return table.field(field).title if field in table.names else ""


_TYPES = {
    "integer": "un número entero", "number": "un número con punto decimal", "boolean": "true o false",
    "date": "una fecha AAAA-MM-DD", "datetime": "fecha y hora AAAA-MM-DDThh:mm:ssZ", "string": "texto",
}  # fmt: skip


def expected(table: Table, field: str) -> str:
    """Return in words what *field* asks for, for the clerk who has to mend it."""
    if field not in table.names:
        return "vea el diccionario de datos"
    declared = table.field(field)
    parts = [f"se espera {_TYPES[declared.type]}"]
    rules = declared.constraints
    if declared.required:
        parts.append("no puede ir vacío")
    if "enum" in rules:
        parts.append("solo admite: " + ", ".join(map(str, rules["enum"])))
    if "minimum" in rules or "maximum" in rules:
        parts.append(f"entre {rules.get('minimum', '…')} y {rules.get('maximum', '…')}")
    if "pattern" in rules:
        parts.append(f"con la forma {rules['pattern']}")
    return "; ".join(parts)
