"""Expectations: may tonight's rows replace the published ones? Publish, publish with a warning, or keep the last good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from vitrina.model import System
from vitrina.weather import SMALLEST

Frames = Mapping[str, pl.DataFrame]
FILL_FALL = 0.10
"""A column that must be there, brought by this much less of the rows than on the last good night, stops them."""
_OURS = ("id", "fuente_id", "fuente_instantanea", "fuente_posicion")
"""Columns the program writes itself."""


@dataclass(frozen=True)
class Past:
    """What the last good night was like, to tell a collapse from a quiet night."""

    filled: Mapping[str, float] = field(default_factory=dict)
    """Column of the main table → share of the rows received that brought it."""
    ids: pl.Series | None = None
    """Ids of the last good rows; None when there are none."""
    accepted: bool = False
    """True when an operator let one of tonight's sources through by name (`vitrina accept`)."""


def received(system: System, main: pl.DataFrame) -> dict[str, float]:
    """Return, of the columns that must be there or are expected, the share of *main*'s rows that bring each."""
    columns = sorted(
        {f.name for f in system.main.fields if f.required and f.name not in _OURS} | set(system.expect.filled)
    )
    return {c: round(1 - main[c].null_count() / main.height, 4) for c in columns} if main.height else {}


def judge(
    system: System,
    tables: Frames,
    filled: Mapping[str, float],
    sources: Sequence[Mapping[str, Any]],
    past: Past,
    run_date: date,
) -> dict[str, Any]:
    """Return decision (publish, keep_last_good, empty), newest_date and what [expect] finds wrong.

    *tables*: tonight's rows that passed. *filled*: `received` of tonight's. A finding of severity error means that
    tonight's rows may not replace the published ones; a warning, that they are published and the page says so.
    """
    last = newest(system, tables)
    found = [
        *_against(system, tables, last, run_date),
        *_fallen(system, filled, past),
        *_gone(system, tables[system.main.name], past),
    ]
    return {
        "decision": _decision(system, sources, tables, found),
        "newest_date": last.isoformat() if last else "",
        "expectations": found,
    }


def _fallen(system: System, filled: Mapping[str, float], past: Past) -> list[dict[str, Any]]:
    """Return the columns that far fewer rows bring tonight than on the last good night."""
    fallen = [
        (c, past.filled[c], filled[c]) for c in filled if past.filled.get(c, 0) - filled[c] > FILL_FALL + 1e-9
    ]
    return [
        _finding(
            "cayo-el-llenado",
            "warning" if past.accepted else "error",
            f"{system.main.field(c).title}: lo traen {now:.0%} de las filas; la última noche buena eran {before:.0%}",
        )
        for c, before, now in fallen
    ]


def _gone(system: System, main: pl.DataFrame, past: Past) -> list[dict[str, Any]]:
    """Return whether too many of the published records are not there tonight."""
    limit = system.expect.ids_gone
    if past.ids is None or past.ids.len() < SMALLEST:
        return []
    gone = int((~past.ids.is_in(main["id"].implode())).sum())
    share = gone / past.ids.len()
    if share <= limit / 2:
        return []
    severity = "error" if share > limit and not past.accepted else "warning"
    text = f"desaparecieron {gone} de {past.ids.len()} registros ya publicados ({share:.0%}); se admite hasta {limit:.0%}"
    return [_finding("registros-desaparecidos", severity, text)]


def newest(system: System, tables: Frames) -> date | None:
    """Return the newest date of the main table's date column; None when it has none."""
    column = system.display.date
    if not column:
        return None
    values = tables[system.main.name][column]
    if values.dtype == pl.Date:
        return values.max()  # type: ignore[return-value]
    if values.dtype == pl.Datetime:
        last = values.max()
        return last.date() if last is not None else None  # type: ignore[union-attr]
    return None


def _against(system: System, tables: Frames, last: date | None, run_date: date) -> list[dict[str, Any]]:
    expect, main = system.expect, tables[system.main.name]
    found = []
    if main.height < expect.min_rows:
        found.append(
            _finding("pocas-filas", "error", f"{main.height} filas; se esperaban al menos {expect.min_rows}")
        )
    if main.height > expect.max_rows:
        found.append(
            _finding(
                "demasiadas-filas", "error", f"{main.height} filas; se esperaban como mucho {expect.max_rows}"
            )
        )
    for column, floor in sorted(expect.filled.items()):
        rate = 1 - main[column].null_count() / main.height if main.height else 1.0
        if rate < floor:
            title = system.main.field(column).title
            text = f"{title}: {rate:.0%} de las filas lo traen; se esperaba al menos {floor:.0%}"
            found.append(_finding("poco-llenado", "warning", text))
    if last and (run_date - last).days > expect.freshness_days:
        text = f"el dato más nuevo es del {last.isoformat()}; se esperaba uno de los últimos {expect.freshness_days} días"
        found.append(_finding("sin-datos-recientes", "warning", text))
    return found


def _finding(code: str, severity: str, message: str) -> dict[str, Any]:
    return {"code": code, "severity": severity, "message": message}


def _decision(
    system: System,
    sources: Sequence[Mapping[str, Any]],
    tables: Frames,
    expectations: Sequence[Mapping[str, Any]],
) -> str:
    if not sources or (tables[system.main.name].is_empty() and all(s["weather"] == "none" for s in sources)):
        return "keep_last_good" if sources else "empty"
    return "keep_last_good" if any(e["severity"] == "error" for e in expectations) else "publish"
