"""The report of one system's night: verdict, ledgers, rules and what each found, fill rates, expectations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from vitrina.checking import report_ledger, report_rules
from vitrina.checking.rules import Tally
from vitrina.model import System

Frames = Mapping[str, pl.DataFrame]
_NAMED_ROWS = 20
"""Row ids kept per finding; every row is counted, and <system>.findings.parquet names every published one."""


@dataclass(frozen=True)
class Checked:
    """What the check of one system's own rows gave, before other systems are compared."""

    system: System
    summary: dict[str, Any]
    """The report without issues and rules: what no other system can change."""
    found: pl.DataFrame
    """findings.LOCATED: of the schema, of the system's own rules, and of the reading."""
    tallies: Mapping[str, Tally]
    read: int
    """Records read."""


def summary(
    system: System,
    frames: Frames,
    held: Mapping[str, pl.Series],
    tables: Frames,
    states: pl.DataFrame,
    normalized: Mapping[str, Any],
    expected: Mapping[str, Any],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Return the part of the report that no other system can change, for a night whose rows may be published.

    *frames*: what came; *held*: which of it is in quarantine; *tables*: the rest, typed. *states*:
    report_ledger.settled. *expected*: decision, newest_date, expectations and
    received_fill. *names*: public body → its name.
    RefusedError when a ledger does not balance.
    """
    return {
        "system": system.slug,
        "decision": expected["decision"],
        "verdict": "not_checked",
        "checked_rows": sum(f.height for f in frames.values()),
        "newest_date": expected["newest_date"],
        "sources": report_ledger.by_source(normalized["sources"], states),
        "entes": report_ledger.by_ente(states, names),
        "tables": {
            n: {"rows_in": f.height, "published": tables[n].height, "quarantined": int(held[n].sum())}
            for n, f in frames.items()
        },
        "rules": [],
        "issues": [],
        "expectations": expected["expectations"],
        "withheld_records": _withheld(states),
        "withheld_fields": normalized["withheld_fields"],
        "unknown_fields": normalized["unknown_fields"],
        "fill": {n: _fill(f) for n, f in tables.items()},
        "received_fill": expected["received_fill"],
    }


def hold(result: dict[str, Any], published: Mapping[str, int]) -> None:
    """Change the figures of *result* for a night whose rows are not published; *published*: rows that stay up."""
    report_ledger.hold(result["sources"])
    report_ledger.hold(result["entes"])
    for name, entry in result["tables"].items():
        entry["quarantined"] = entry["rows_in"]
        entry["published"] = published[name]


def complete(checked: Checked, across: pl.DataFrame, tallies: Mapping[str, Tally]) -> dict[str, Any]:
    """Return the whole report; *across* and *tallies*: what the rules that compare systems found, and how they went."""
    result, found = checked.summary, pl.concat([checked.found, across])
    rows = {name: entry["rows_in"] for name, entry in result["tables"].items()}
    rules = report_rules.entries(checked.system, rows, {**checked.tallies, **tallies}, found, checked.read)
    issues = _issues(found, {r["id"]: r for r in rules})
    severities = {i["severity"] for i in issues} | {e["severity"] for e in result["expectations"]}
    return result | {
        "entes": report_ledger.with_issues(result["entes"], found),
        "rules": rules,
        "issues": issues,
        "verdict": _verdict(result["checked_rows"], severities),
    }


def _issues(found: pl.DataFrame, rules: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the findings grouped by what they say, where and of which source, most serious first."""
    keys = ["rule", "severity", "table", "field", "source", "message"]
    named = pl.col("row_id").filter(
        pl.col("published") & (pl.col("severity") != "error") & (pl.col("row_id") != "")
    )
    groups = found.group_by(keys).agg(
        count=pl.len(), remedy=pl.col("remedy").min(), row_ids=named.unique().sort().head(_NAMED_ROWS)
    )
    entes: dict[tuple[Any, ...], dict[str, int]] = {}
    for *key, ente, n in found.group_by(*keys, "ente_id").len().sort("ente_id").iter_rows():
        entes.setdefault(tuple(key), {})[ente] = n
    entries = [
        {
            "code": g["rule"], "rule": g["rule"], "severity": g["severity"], "table": g["table"], "field": g["field"],
            "source": g["source"], "count": g["count"], "title": g["message"], "message": g["message"],
            "why": rules[g["rule"]]["why"], "remedy": g["remedy"] or rules[g["rule"]]["remedy"],
            "row_ids": g["row_ids"], "entes": entes[tuple(g[k] for k in keys)],
        }
        for g in groups.iter_rows(named=True)
    ]  # fmt: skip
    return sorted(
        entries,
        key=lambda i: (_ORDER[i["severity"]], -i["count"], i["code"], i["source"], i["table"], i["field"], i["message"]),
    )  # fmt: skip


_ORDER = {"error": 0, "warning": 1, "note": 2}


def _verdict(checked: int, severities: set[str]) -> str:
    if not checked:
        return "not_checked"
    return "errors" if "error" in severities else "warnings" if "warning" in severities else "ok"


def _withheld(records: pl.DataFrame) -> list[dict[str, Any]]:
    counts = Counter(records.filter(pl.col("fate") == "withheld").select("code", "source").iter_rows())
    return [{"code": code, "source": source, "count": n} for (code, source), n in sorted(counts.items())]


def _fill(frame: pl.DataFrame) -> dict[str, float]:
    if frame.is_empty():
        return dict.fromkeys(frame.columns, 0.0)
    return {c: round(1 - frame[c].null_count() / frame.height, 4) for c in frame.columns}
