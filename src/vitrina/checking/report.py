"""The report of one system's night: verdict, ledger per source, issues by rule, fill rates, expectations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from vitrina.errors import RefusedError
from vitrina.model import Issue, Ledger, System

Frames = Mapping[str, pl.DataFrame]
_NAMED_ROWS = 20
"""Row ids kept per finding; every row is counted."""


def build(
    system: System,
    frames: Frames,
    tables: Frames,
    quarantined: Frames,
    records: pl.DataFrame,
    normalized: Mapping[str, Any],
    issues: Sequence[Issue],
    run_date: date,
) -> dict[str, Any]:
    """Return the report as it is written to build/reports/<system>.json (no row values in it).

    RefusedError when a ledger does not balance: that is a defect of the program and nothing may be published.
    """
    sources = [_source_entry(s, records, tables) for s in normalized["sources"]]
    newest = _newest(system, tables)
    expectations = _expectations(system, tables, newest, run_date)
    decision = _decision(system, sources, tables, expectations)
    grouped = [*_grouped(issues, system), *_from_layouts(normalized), *_rejected(records)]
    severities = {i["severity"] for i in grouped} | {e["severity"] for e in expectations}
    checked = sum(f.height for f in frames.values())
    return {
        "system": system.slug,
        "decision": decision,
        "verdict": _verdict(checked, severities),
        "checked_rows": checked,
        "newest_date": newest.isoformat() if newest else "",
        "sources": sources,
        "tables": {
            t.name: {
                "rows_in": frames[t.name].height,
                "published": tables[t.name].height,
                "quarantined": quarantined[t.name].height,
            }
            for t in system.tables
        },
        "issues": sorted(
            grouped, key=lambda i: (_ORDER[i["severity"]], -i["count"], i["code"], i["source"], i["field"])
        ),
        "expectations": expectations,
        "withheld_records": _withheld(records),
        "withheld_fields": normalized["withheld_fields"],
        "unknown_fields": normalized["unknown_fields"],
        "fill": {t.name: _fill(tables[t.name]) for t in system.tables},
    }


def hold(result: dict[str, Any], published: Mapping[str, int]) -> None:
    """Change the figures of *result* for a night whose rows are not published; *published*: rows that stay up."""
    for source in result["sources"]:
        source["quarantined"] += source["published"]
        source["published"] = 0
    for name, entry in result["tables"].items():
        entry["quarantined"] = entry["rows_in"]
        entry["published"] = published[name]


_ORDER = {"error": 0, "warning": 1, "note": 2}


def _source_entry(source: Mapping[str, Any], records: pl.DataFrame, tables: Frames) -> dict[str, Any]:
    own = records.filter(pl.col("source") == source["source"])
    places = _published_places(source["source"], tables)
    published = own.filter((pl.col("fate") == "row") & pl.col("row_position").is_in(sorted(places))).height
    withheld = own.filter(pl.col("fate") == "withheld").height
    ledger = Ledger(source["source"], own.height, published, own.height - published - withheld, withheld)
    if not ledger.balanced or ledger.quarantined < own.filter(pl.col("fate") == "rejected").height:
        raise RefusedError(
            f"El libro de {source['source']} no cuadra: {ledger}", "Avise a quien mantiene el programa."
        )
    return {
        "source": source["source"], "title": source["title"], "weather": source["weather"],
        "condition": source["condition"], "calendar": source.get("calendar", []),
        "observed_days": source.get("observed_days"),
        "snapshot": source["snapshot"], "taken": source["taken"], "message": source["message"],
        "remedy": source["remedy"], "records_in": ledger.records_in, "published": ledger.published,
        "quarantined": ledger.quarantined, "withheld": ledger.withheld,
    }  # fmt: skip


def _published_places(source: str, tables: Frames) -> set[str]:
    places: set[str] = set()
    for frame in tables.values():
        places.update(frame.filter(pl.col("fuente_id") == source)["fuente_posicion"])
    return places


def _newest(system: System, tables: Frames) -> date | None:
    column = system.display.date
    if not column:
        return None
    values = tables[system.main.name][column]
    if values.dtype == pl.Date:
        return values.max()  # type: ignore[return-value]
    if values.dtype == pl.Datetime:
        newest = values.max()
        return newest.date() if newest is not None else None  # type: ignore[union-attr]
    return None


def _expectations(
    system: System, tables: Frames, newest: date | None, run_date: date
) -> list[dict[str, Any]]:
    """Return what [expect] finds wrong; severity error means the rows may not replace the published ones."""
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
    if newest and (run_date - newest).days > expect.freshness_days:
        text = f"el dato más nuevo es del {newest.isoformat()}; se esperaba uno de los últimos {expect.freshness_days} días"
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


def _verdict(checked: int, severities: set[str]) -> str:
    if not checked:
        return "not_checked"
    return "errors" if "error" in severities else "warnings" if "warning" in severities else "ok"


def _grouped(issues: Sequence[Issue], system: System) -> list[dict[str, Any]]:
    rules = {r.id: r for r in system.rules}
    groups: dict[tuple[str, ...], list[Issue]] = defaultdict(list)
    for issue in issues:
        groups[(issue.code, issue.severity, issue.table, issue.field, issue.source, issue.message)].append(
            issue
        )
    entries = []
    for (code, severity, table, field, source, message), found in groups.items():
        rule = rules.get(code)
        published = severity != "error"
        ids = sorted({i.row_id for i in found if i.row_id})[:_NAMED_ROWS] if published else []
        entries.append(
            {
                "code": code, "rule": found[0].rule or code, "severity": severity, "table": table, "field": field,
                "source": source, "count": len(found), "title": message, "message": message,
                "why": rule.why if rule else "", "remedy": found[0].remedy, "row_ids": ids,
            }
        )  # fmt: skip
    return entries


def _from_layouts(normalized: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Notes the layouts made while reading: declared normalizations, masked CURPs, unknown names."""
    return [
        {
            "code": code, "rule": code, "severity": severity, "table": table, "field": field, "source": source,
            "count": count, "title": message, "message": message, "why": "", "remedy": "", "row_ids": [],
        }
        for code, severity, table, field, source, message, count in normalized["issue_counts"]
    ]  # fmt: skip


def _rejected(records: pl.DataFrame) -> list[dict[str, Any]]:
    counts = Counter(
        (r["source"], r["code"], r["message"] or r["code"])
        for r in records.filter(pl.col("fate") == "rejected").iter_rows(named=True)
    )
    return [
        {
            "code": code, "rule": code, "severity": "error", "table": "", "field": "", "source": source, "count": count,
            "title": message, "message": message, "why": "El registro no se puede leer como lo pide el estándar.",
            "remedy": "Corrija el registro en el sistema de origen y envíelo de nuevo.", "row_ids": [],
        }
        for (source, code, message), count in sorted(counts.items())
    ]  # fmt: skip


def _withheld(records: pl.DataFrame) -> list[dict[str, Any]]:
    counts = Counter(
        (r["code"], r["source"]) for r in records.filter(pl.col("fate") == "withheld").iter_rows(named=True)
    )
    return [{"code": code, "source": source, "count": n} for (code, source), n in sorted(counts.items())]


def _fill(frame: pl.DataFrame) -> dict[str, float]:
    if frame.is_empty():
        return dict.fromkeys(frame.columns, 0.0)
    return {c: round(1 - frame[c].null_count() / frame.height, 4) for c in frame.columns}
