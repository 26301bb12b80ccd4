"""Index: build/checked → build/index, the search over every main row of every system.

One document per main row, with what its declaration says about title, date, amount and body; `display.search`
decides which columns (and which children's) are searched and how much a word there counts.
The base of the index stays in build/search-base, so that a night with few changes writes few files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from vitrina.config import Settings
from vitrina.model import Field, System, Table
from vitrina.search.build import build
from vitrina.search.documents import CARD, combined
from vitrina.search.lunr_export import lunr_index
from vitrina.search.tokenize import initials

Progress = Callable[[str], None]
ENTES = "entes"
"""The system whose ids `ente_id` columns hold (one name per body, however sources spell it)."""
OWN_ID_WEIGHT = 6
"""How much the source's own id counts where the declaration says nothing of it."""
INITIALS_WEIGHT = 2
"""How much the initials of a body's name count: people ask for IMSS or SHCP, which registers often do not write."""
LEVEL, MUNICIPALITY = "orden", "municipio"
"""Columns of the register of bodies that stand in where a system has none of its own."""


def run(
    settings: Settings, systems: Sequence[System], progress: Progress = lambda _t: None
) -> dict[str, int]:
    """Write build/index; return documents, terms, files, bytes, new, gone. A system without tables adds nothing."""
    ordered = sorted(systems, key=lambda s: (s.order, s.slug))
    titles = {s.slug: s.short_title for s in ordered}
    counts = build(
        documents(settings, systems), settings.build / "index", titles, settings.build / "search-base"
    )
    progress(f"{counts['documents']} registros, {counts['terms']} palabras, {counts['bytes'] // 1024} kB")
    return counts


def export(settings: Settings, systems: Sequence[System], file: Path) -> None:
    """Write, as plain JSON for any lunr, the whole index that lunr.py makes of the same documents."""
    file.write_bytes(orjson.dumps(lunr_index(documents(settings, systems))))


def documents(settings: Settings, systems: Sequence[System]) -> pl.DataFrame:
    """Return every document of *systems*, numbered: see `search.documents`."""
    bodies = _bodies(settings, systems)
    frames = [_documents(settings, system, bodies) for system in sorted(systems, key=lambda s: s.slug)]
    return combined([found for found in frames if found is not None])


def _documents(settings: Settings, system: System, bodies: pl.DataFrame) -> pl.DataFrame | None:
    table = _read(settings, system, system.main)
    if table is None or not len(table):
        return None
    shown = system.display
    fields = {f.name: f for f in system.main.fields}
    empty = pl.Series([None] * len(table), dtype=pl.String)

    def text(column: str) -> pl.Series:
        return _text(table[column], fields[column]) if column in table.columns else empty

    def joined(columns: Sequence[str], between: str) -> pl.Series:
        parts = pl.DataFrame({str(n): text(column) for n, column in enumerate(columns)})
        filled = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in parts.columns]
        return parts.select(pl.concat_str(filled, separator=between, ignore_nulls=True)).to_series()

    body = pl.DataFrame({"id": text(shown.ente)}).join(bodies, on="id", how="left", maintain_order="left")
    row = pl.DataFrame(
        {
            "system": pl.Series([system.slug] * len(table), dtype=pl.String),
            "url": f"/{system.slug}/" + table["id"].cast(pl.String) + "/",
            "title": _first(joined(shown.title, " "), table["id"].cast(pl.String))
            if shown.title
            else table["id"],
            "subtitle": joined(shown.subtitle, " · ") if shown.subtitle else empty,
            "date": _day(table, shown.date, empty),
            "amount": table[shown.amount].cast(pl.Float64) if shown.amount in table.columns else None,
            "ente": _first(body["name"], text("ente_nombre")),
            "status": text(shown.status),
            "type": text(shown.kind),
            "level": _first(text(shown.level), body["level"]),
            "municipality": _first(text(shown.municipality), body["municipality"]),
            "supplier": text(shown.supplier_name),
            "period_end": _day(table, shown.until, empty),
            "person": pl.Series([int(shown.person)] * len(table)),
        },
        schema=CARD,
    )
    return row.with_columns(_searched(settings, system, table, text))


def _searched(
    settings: Settings, system: System, table: pl.DataFrame, text: Callable[[str], pl.Series]
) -> list[pl.Series]:
    """Return the searched text of each weight (`w<weight>`); values stay on lines of their own."""
    weighed = dict(system.display.search)
    if "id_origen" in system.main.names:
        weighed.setdefault("id_origen", OWN_ID_WEIGHT)
    groups: dict[int, list[pl.Series]] = {}
    for column, weight in weighed.items():
        found = _child_text(settings, system, column, table["id"]) if "." in column else text(column)
        groups.setdefault(weight, []).append(found)
    if system.slug == ENTES and "nombre" in system.main.names:
        said = text("nombre").map_elements(initials, return_dtype=pl.String)
        groups.setdefault(INITIALS_WEIGHT, []).append(said)
    made = []
    for weight, columns in sorted(groups.items()):
        parts = pl.DataFrame({str(n): values for n, values in enumerate(columns)})
        filled = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in parts.columns]
        lines = parts.select(pl.concat_str(filled, separator="\n", ignore_nulls=True)).to_series()
        made.append(lines.alias(f"w{weight}"))
    return made


def _child_text(settings: Settings, system: System, column: str, ids: pl.Series) -> pl.Series:
    """Return, per main row, the distinct values of a searched "child.column", one per line, in table order."""
    table_name, _, name = column.partition(".")
    declared = system.table(table_name)
    table = _read(settings, system, declared)
    if table is None:
        return pl.Series([None] * len(ids), dtype=pl.String)
    values = pl.DataFrame(
        {"id": table[declared.parent_key], "text": _text(table[name], declared.field(name))}
    )
    lines = values.drop_nulls().group_by("id", maintain_order=True)
    found = lines.agg(pl.col("text").unique(maintain_order=True).str.join("\n"))
    return pl.DataFrame({"id": ids}).join(found, on="id", how="left", maintain_order="left")["text"]


def _bodies(settings: Settings, systems: Sequence[System]) -> pl.DataFrame:
    """Return id, name, level and municipality of every public body of the register."""
    register = next((s for s in systems if s.slug == ENTES), None)
    table = _read(settings, register, register.main) if register else None
    wanted = {"id": "id", "name": "nombre", "level": LEVEL, "municipality": MUNICIPALITY}
    if register is None or table is None or not {"id", "nombre"} <= set(table.columns):
        return pl.DataFrame(schema=dict.fromkeys(wanted, pl.String))
    fields = {f.name: f for f in register.main.fields}
    empty = pl.Series([None] * len(table), dtype=pl.String)
    columns = {k: _text(table[c], fields[c]) if c in table.columns else empty for k, c in wanted.items()}
    return pl.DataFrame(columns).unique("id", keep="first", maintain_order=True)


def _read(settings: Settings, system: System, table: Table) -> pl.DataFrame | None:
    path = settings.build / "checked" / system.slug / f"{table.name}.parquet"
    return pl.read_parquet(path) if path.is_file() else None


def _text(values: pl.Series, field: Field) -> pl.Series:
    """Return *values* as people read them: labels for codes, lists included."""
    if values.dtype == pl.String and not field.categories:
        return values
    label = _labels(field)
    distinct = [value for value in values.unique().to_list() if value is not None]
    if not distinct:
        return pl.Series(values.name, [None] * len(values), dtype=pl.String)
    return values.replace_strict(distinct, [label(v) for v in distinct], default=None, return_dtype=pl.String)


def _labels(field: Field) -> Callable[[Any], str]:
    if field.type == "boolean":
        return lambda value: "Sí" if value else "No"
    if not field.categories:
        return str
    labels: Mapping[str, str] = {str(code): label for code, label in field.categories.items()}
    if field.display != "list":
        return lambda value: labels.get(str(value), str(value))
    return lambda value: "; ".join(labels.get(p.strip(), p.strip()) for p in str(value).split(";"))


def _first(one: pl.Series, other: pl.Series) -> pl.Series:
    """Return *one*, or *other* where it is null or empty."""
    both = pl.DataFrame({"one": one, "other": other})
    return both.select(pl.when(pl.col("one") != "").then("one").otherwise("other")).to_series()


def _day(table: pl.DataFrame, column: str, empty: pl.Series) -> pl.Series:
    return table[column].cast(pl.String).str.slice(0, 10) if column in table.columns else empty
