"""Index: build/checked → build/index, the search over every main row of every system.

One document per main row, with what its declaration says about title, date, amount and body; `display.search`
decides which columns (and which children's) are searched and in which group of the index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from vitrina.config import Settings
from vitrina.model import Field, System, Table
from vitrina.search.build import Document, build

Progress = Callable[[str], None]
ENTES = "entes"
"""The system whose ids `ente_id` columns hold (one name per body, however sources spell it)."""
TITLE_BOOST = 5
"""Declared boost from which a column counts like a title."""
_KEYS = frozenset({"id_origen", "ocid", "rfc", "folio", "clave", "expediente", "numero"})


def run(
    settings: Settings, systems: Sequence[System], progress: Progress = lambda _t: None
) -> dict[str, int]:
    """Write build/index; return documents, terms, files, bytes. A system without tables tonight adds nothing."""
    names = _ente_names(settings, systems)
    ordered = sorted(systems, key=lambda s: (s.order, s.slug))
    documents = [document for system in ordered for document in _documents(settings, system, names)]
    counts = build(documents, settings.build / "index", {s.slug: s.short_title for s in ordered})
    progress(f"{counts['documents']} registros, {counts['terms']} palabras, {counts['bytes'] // 1024} kB")
    return counts


def _documents(settings: Settings, system: System, names: Mapping[str, str]) -> Iterator[Document]:
    frame = _read(settings, system, system.main)
    if frame is None:
        return
    shown = system.display
    children = _child_texts(settings, system)
    labelled = {f.name: _labels(f) for f in system.main.fields}

    def text(row: Mapping[str, Any], column: str) -> str:
        return labelled[column](row[column]) if row.get(column) is not None else ""

    for row in frame.iter_rows(named=True):
        amount = row.get(shown.amount)
        yield Document(
            system=system.slug,
            url=f"/{system.slug}/{row['id']}/",
            title=_joined((text(row, c) for c in shown.title), " ") or row["id"],
            subtitle=_joined((text(row, c) for c in shown.subtitle), " · "),
            date=_day(row.get(shown.date)),
            amount=None if amount is None else float(amount),
            ente=names.get(str(row.get(shown.ente) or ""), "") or text(row, "ente_nombre"),
            status=text(row, shown.status),
            fields=_fields(system, row, text, children),
        )


def _fields(
    system: System,
    row: Mapping[str, Any],
    text: Callable[[Mapping[str, Any], str], str],
    children: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """Return the searched text of *row* per index field; values stay on lines of their own."""
    found: dict[str, list[str]] = {}
    own = (
        ["id_origen"] if "id_origen" in system.main.names and "id_origen" not in system.display.search else []
    )
    for column in (*system.display.search, *own):
        value = children[column].get(row["id"], "") if "." in column else text(row, column)
        if value:
            found.setdefault(_group(system, column), []).append(value)
    return {name: "\n".join(values) for name, values in found.items()}


def _group(system: System, column: str) -> str:
    """Return the index field of a searched column: titulo, clave (ids), ente or texto."""
    name = column.rpartition(".")[2]
    if name in _KEYS or name.endswith("_id"):
        return "clave"
    if name == "ente_nombre" and column not in system.display.title:
        return "ente"
    if column in system.display.title or system.display.search.get(column, 0) >= TITLE_BOOST:
        return "titulo"
    return "texto"


def _child_texts(settings: Settings, system: System) -> dict[str, dict[str, str]]:
    """Return, per searched "child.column", main id → its distinct values, one per line, in table order."""
    found: dict[str, dict[str, str]] = {}
    for column in (c for c in system.display.search if "." in c):
        table_name, _, name = column.partition(".")
        table = system.table(table_name)
        frame = _read(settings, system, table)
        labels = _labels(table.field(name))
        lines: dict[str, dict[str, None]] = {}
        for parent, value in () if frame is None else frame.select(table.parent_key, name).iter_rows():
            if parent is not None and value is not None:
                lines.setdefault(parent, {})[labels(value)] = None
        found[column] = {parent: "\n".join(values) for parent, values in lines.items()}
    return found


def _ente_names(settings: Settings, systems: Sequence[System]) -> dict[str, str]:
    register = next((s for s in systems if s.slug == ENTES), None)
    frame = _read(settings, register, register.main) if register else None
    if frame is None or not {"id", "nombre"} <= set(frame.columns):
        return {}
    return dict(frame.select("id", "nombre").drop_nulls().iter_rows())


def _read(settings: Settings, system: System, table: Table) -> pl.DataFrame | None:
    path = settings.build / "checked" / system.slug / f"{table.name}.parquet"
    return pl.read_parquet(path) if path.is_file() else None


def _labels(field: Field) -> Callable[[Any], str]:
    """Return the function that writes a value of *field* as people read it: labels for codes, lists included."""
    if field.type == "boolean":
        return lambda value: "Sí" if value else "No"
    if not field.categories:
        return str
    labels = {str(code): label for code, label in field.categories.items()}
    if field.display != "list":
        return lambda value: labels.get(str(value), str(value))
    return lambda value: "; ".join(labels.get(p.strip(), p.strip()) for p in str(value).split(";"))


def _joined(texts: Iterator[str], between: str) -> str:
    return between.join(text for text in texts if text)


def _day(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value or "")[:10]
