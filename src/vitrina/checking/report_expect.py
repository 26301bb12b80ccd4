"""Expectations: may tonight's rows replace the published ones? Publish, publish with a warning, or keep the last good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from vitrina.model import System

Frames = Mapping[str, pl.DataFrame]


def judge(
    system: System, tables: Frames, sources: Sequence[Mapping[str, Any]], run_date: date
) -> dict[str, Any]:
    """Return decision (publish, keep_last_good, empty), newest_date and what [expect] finds wrong.

    A finding of severity error means that tonight's rows may not replace the published ones.
    """
    last = newest(system, tables)
    found = _against(system, tables, last, run_date)
    return {
        "decision": _decision(system, sources, tables, found),
        "newest_date": last.isoformat() if last else "",
        "expectations": found,
    }


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
