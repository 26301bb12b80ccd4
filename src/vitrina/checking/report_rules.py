"""What was checked tonight: every class of schema check, every declared rule, and what was noticed while reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from vitrina.checking.report_texts import SCHEMA, Text
from vitrina.checking.report_texts_reading import MEND, NOTICED, READING
from vitrina.checking.rules import Tally
from vitrina.checking.rules_declared import mended, table_of
from vitrina.model import Rule, System, Table

Frames = Mapping[str, pl.DataFrame]
_WORST = ("error", "warning", "note")


def entries(
    system: System, rows: Mapping[str, int], tallies: Mapping[str, Tally], found: pl.DataFrame, read: int
) -> list[dict[str, Any]]:
    """Return one entry per check, in a stable order: the schema's, the declared ones, those of the reading.

    *rows*: table → rows looked at. *tallies*: rule id → how it went. *found*: every finding (findings.LOCATED).
    *read*: records read. A check that had nothing to look at is `not_checked` and says why; it never passed.
    """
    row = pl.struct("table", "source", "position", "index")
    failed = dict(found.group_by("rule").agg(n=row.n_unique()).iter_rows())
    declared = [
        _declared(system, r, tallies.get(r.id, Tally(0, 0, "No se comprobó esta noche.")))
        for r in system.rules
    ]
    schema = list(_schema(system, rows, failed))
    known = {e["id"] for e in [*schema, *declared]}
    return [*schema, *declared, *_reading(found.filter(~pl.col("rule").is_in(sorted(known))), failed, read)]


def _entry(
    name: str, kind: str, severity: str, text: Text, table: str, fields: Iterable[str], tally: Tally
) -> dict[str, Any]:
    state = "failed" if tally.failed else "passed" if tally.checked else "not_checked"
    return {
        "id": name, "kind": kind, "severity": severity, "title": text.title, "found": text.found, "why": text.why,
        "remedy": text.remedy, "table": table, "fields": list(fields), "checked": tally.checked,
        "failed": tally.failed, "state": state, "reason": "" if state != "not_checked" else tally.reason,
    }  # fmt: skip


def _declared(system: System, rule: Rule, tally: Tally) -> dict[str, Any]:
    text = Text(rule.title, rule.found, rule.why, rule.remedy)
    return _entry(rule.id, rule.kind, rule.severity, text, table_of(system, rule).name, mended(rule), tally)


def _schema(system: System, rows: Mapping[str, int], failed: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for name, text in SCHEMA.items():
        tables = [t for t in system.tables if _asks(t, name)]
        if not tables and name not in failed:
            continue
        checked = sum(rows[t.name] for t in tables)
        tally = Tally(checked, failed.get(name, 0), "No hubo filas que revisar.")
        yield _entry(name, "schema", "error", text, tables[0].name if len(tables) == 1 else "", (), tally)


def _asks(table: Table, name: str) -> bool:
    """Return whether the schema of *table* has anything of the class of check *name*."""
    if name == "type-error":
        return any(f.type != "string" or f.format != "default" for f in table.fields)
    if name == "constraint-error":
        return any(set(f.constraints) - {"unique"} for f in table.fields)
    if name == "unique-error":
        return any(f.constraints.get("unique") for f in table.fields)
    if name == "foreign-key":
        return bool(table.foreign_keys)
    return name == "primary-key" and bool(table.primary_key)


def _reading(found: pl.DataFrame, failed: Mapping[str, int], read: int) -> Iterator[dict[str, Any]]:
    """Yield what layouts noticed or could not read; these checks are known only by what they found."""
    for (name,), group in sorted(found.group_by("rule"), key=lambda pair: pair[0]):
        rule = str(name)
        severity = next(s for s in _WORST if (group["severity"] == s).any())
        first = group.sort("severity", "table", "field", "message").row(0, named=True)
        text = READING.get(rule) or Text(first["message"], first["message"], NOTICED, first["remedy"] or MEND)
        tables = sorted(set(group["table"]) - {""})
        yield _entry(
            rule, "reading", severity, text, tables[0] if len(tables) == 1 else "", sorted(set(group["field"]) - {""}),
            Tally(max(read, failed[rule]), failed[rule]),
        )  # fmt: skip
