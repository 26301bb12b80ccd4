"""Rows of `conexion`: how far each public body has come in connecting to each national system.

The seven steps are those of pde.md: 1 contact, 2 standard delivered, 3 mechanism agreed, 4 tried, 5 approved,
6 real data transferred, 7 kept up to date. Steps 6 and 7 are *observed* in tonight's tables; steps 1 to 5 are
what the secretariat *declared* in its own file (child table `pasos`), and a declared 6 or 7 that no data shows
counts as 5.

`[[options.systems]]` of the system: {key, slugs, date (columns, first one present), days (fresh within)}.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from vitrina.layouts.base import Context
from vitrina.model import Issue, Outcome, Row

Tables = Mapping[str, pl.DataFrame]
_LAST_DECLARED = 5
_IN_FORCE = ("vigente",)


@dataclass(frozen=True)
class _Seen:
    """What tonight's tables show of one body in one system."""

    rows: int = 0
    newest: str | None = None


def derive(inputs: Mapping[str, Tables], own: Tables, context: Context) -> Iterator[Outcome]:
    """Yield one row per body and system that applies to it, or in which it has data or a declared step.

    *inputs*: system slug → table → rows as text (entes, convenios and the systems of the options); *own*: the
    declared steps, child table `pasos` (conexion_id, paso, fecha_paso, nota), which stay as they are and hang from
    the rows yielded. Row ids are "<ente_id>-<system key>", the same that `pasos` points to.
    """
    bodies = sorted((r for r in _rows(inputs, "entes") if r.get("nombre")), key=lambda r: r["id"] or "")
    agreements = _agreements(_rows(inputs, "convenios"))
    declared = {r.get("conexion_id"): r for r in _steps(own.get("pasos"))}
    for system in context.system.options.get("systems", ()):
        seen = _observe(inputs, system, context.run_date)
        for body in bodies:
            mine = declared.get(_id(body, system))
            obliged = body.get(f"obligado_{system['key'].lower()}")
            found = seen.get(body["id"] or "", _Seen())
            if obliged == "true" or mine or found.rows:
                agreement = agreements.get(body["id"], {})
                yield _outcome(_row(body, system, obliged, mine, found, agreement, context), mine, context)


def _id(body: Row, system: Mapping[str, Any]) -> str:
    return f"{body['id']}-{system['key'].lower()}"


def _row(
    body: Row,
    system: Mapping[str, Any],
    obliged: str | None,
    declared: Row | None,
    seen: _Seen,
    agreement: Row,
    context: Context,
) -> Row:
    step, origin = _step(declared, seen, context.run_date - timedelta(days=int(system["days"])))
    said = declared or {}
    row: Row = dict.fromkeys(n for n in context.system.main.names if not n.startswith("fuente_"))
    return row | {
        "id": _id(body, system),
        "ente_id": body["id"],
        "ente_nombre": body.get("nombre"),
        "sistema": system["key"],
        "obligado": obliged,
        "poder": body.get("poder"),
        "region": body.get("region"),
        "paso": str(step),
        "paso_origen": origin,
        "fecha_paso": said.get("fecha_paso") if origin == "declarado" else None,
        "nota": said.get("nota") if origin == "declarado" else None,
        "registros": str(seen.rows),
        "ultima_fecha": seen.newest,
        "convenio_id": agreement.get("id"),
        "convenio_fecha": agreement.get("fecha"),
    }


def _step(declared: Row | None, seen: _Seen, fresh_from: date) -> tuple[int, str]:
    if seen.rows:
        return (7 if seen.newest and seen.newest >= fresh_from.isoformat() else 6), "observado"
    said = _number(declared)
    return (min(said, _LAST_DECLARED), "declarado") if said else (0, "sin_dato")


def _number(declared: Row | None) -> int:
    text = (declared or {}).get("paso") or ""
    return int(text) if text.isdecimal() else 0


def _outcome(row: Row, declared: Row | None, context: Context) -> Outcome:
    issues = []
    if row["paso_origen"] == "declarado" and _number(declared) > _LAST_DECLARED:
        issues.append(
            Issue(
                code="paso-no-observado",
                severity="warning",
                message="Se declaró un paso 6 o 7, pero esta noche no hay datos que lo muestren: se contó como 5.",
                source=context.source.id,
                table=context.system.main.name,
                row_id=row["id"] or "",
                field="paso",
            )
        )
    return Outcome(
        positions=(f"entes#{row['ente_id']}, {row['sistema']}",),
        rows={context.system.main.name: [row]},
        issues=tuple(issues),
    )


def _observe(inputs: Mapping[str, Tables], system: Mapping[str, Any], run_date: date) -> dict[str, _Seen]:
    """Return what each body has in the main tables of *system*; dates after the night do not count."""
    frames = [
        _dated(table, system.get("date", ()))
        for slug in system["slugs"]
        for table in [_main(inputs, slug)]
        if table is not None and "ente_id" in table.columns
    ]
    if not frames:
        return {}
    counted = (
        pl.concat(frames)
        .filter(pl.col("ente_id").is_not_null())
        .group_by("ente_id")
        .agg(
            pl.len().alias("rows"),
            pl.col("day").filter(pl.col("day") <= run_date.isoformat()).max().alias("newest"),
        )
    )
    return {r["ente_id"]: _Seen(r["rows"], r["newest"]) for r in counted.iter_rows(named=True)}


def _dated(table: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return ente_id and the row's day: the first of *columns* that holds a date that exists."""
    days = [
        pl.col(c).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        for c in columns
        if c in table.columns
    ]
    day = pl.coalesce(days) if days else pl.lit(None, dtype=pl.Date)
    return table.select(pl.col("ente_id").cast(pl.String), day.dt.to_string("%Y-%m-%d").alias("day"))


def _agreements(rows: Iterable[Row]) -> dict[str | None, Row]:
    """Return each body's newest agreement in force."""
    found: dict[str | None, Row] = {}
    for row in sorted(rows, key=lambda r: (r.get("fecha") or "", r.get("id") or "")):
        if row.get("ente_id") and row.get("estatus") in _IN_FORCE and _is_day(row.get("fecha")):
            found[row["ente_id"]] = row
    return found


def _steps(table: pl.DataFrame | None) -> list[Row]:
    """Return the well-formed declared steps, oldest first, so that the newest of a body and system wins."""
    rows = [] if table is None else table.to_dicts()
    return sorted(
        (r for r in rows if _is_day(r.get("fecha_paso"))),
        key=lambda r: (r.get("fecha_paso") or "", _number(r)),
    )


def _is_day(text: str | None) -> bool:
    """Return whether *text* is a date; the tables read here are not checked yet, and may hold others."""
    try:
        return bool(text) and bool(date.fromisoformat(text or ""))
    except ValueError:
        return False


def _main(inputs: Mapping[str, Tables], slug: str) -> pl.DataFrame | None:
    """Return a system's main table: the one with an `id` (children have their parent's key and a number)."""
    return next((table for table in inputs.get(slug, {}).values() if "id" in table.columns), None)


def _rows(inputs: Mapping[str, Tables], slug: str) -> list[Row]:
    table = _main(inputs, slug)
    return [] if table is None else table.to_dicts()
