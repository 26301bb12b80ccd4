"""The rules of `[[rules]]`: checks beyond the schema, each in vectors over the clean rows.

kind "dates-in-order": column `second` may not be before `first`. kind "requires": `then` must be filled where
`when` is. kind "known-ente": `ente_id` must be resolved. A rule of severity error sends its rows to quarantine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from vitrina.errors import ConfigurationError
from vitrina.model import Issue, Rule, System

Frames = dict[str, pl.DataFrame]


def located(issue: Issue, row: Mapping[str, Any]) -> Issue:
    """Return *issue* with the source, place and main-row id of the *row* it speaks of."""
    parent = next((v for k, v in row.items() if k.endswith("_id") and k not in _NOT_PARENTS), None)
    return replace(
        issue, source=row.get("fuente_id") or "", position=row.get("fuente_posicion") or "",
        row_id=row.get("id") or parent or "",
    )  # fmt: skip


_NOT_PARENTS = frozenset({"fuente_id", "ente_id", "proveedor_id"})


def apply(
    system: System, clean: Frames, quarantined: Frames, issues: list[Issue]
) -> tuple[Frames, Frames, list[Issue]]:
    """Return the three with every declared rule applied."""
    clean, quarantined, issues = dict(clean), dict(quarantined), list(issues)
    for rule in system.rules:
        table = system.table(rule.table) if rule.table else system.main
        frame = clean[table.name]
        hit = frame.filter(_broken(rule, frame.columns, system))
        issues.extend(located(_finding(rule, table.name), row) for row in hit.iter_rows(named=True))
        if rule.severity == "error" and hit.height:
            clean[table.name] = frame.join(hit.select(table.primary_key), on=table.primary_key, how="anti")
            quarantined[table.name] = pl.concat([quarantined[table.name], hit])
            if table is system.main:
                _follow(system, clean, quarantined, hit["id"])
    return clean, quarantined, issues


def _follow(system: System, clean: Frames, quarantined: Frames, lost: pl.Series) -> None:
    """Send the children of quarantined main rows after them."""
    for child in system.children:
        frame = clean[child.name]
        gone = pl.col(child.parent_key).is_in(lost.implode())
        clean[child.name], held = frame.filter(~gone), frame.filter(gone)
        quarantined[child.name] = pl.concat([quarantined[child.name], held])


def _finding(rule: Rule, table: str) -> Issue:
    return Issue(
        code=rule.id, severity=rule.severity, message=rule.title, table=table,
        field=str(rule.params.get("second") or rule.params.get("then") or rule.params.get("field") or ""),
        remedy=rule.remedy, rule=rule.id,
    )  # fmt: skip


def _broken(rule: Rule, columns: list[str], system: System) -> pl.Expr:
    try:
        expression, names = _KINDS[rule.kind](rule)
    except KeyError as error:
        raise ConfigurationError(
            f"{system.slug}: a la regla {rule.id} le falta {error}", "Complétela en system.toml."
        ) from error
    missing = [n for n in names if n not in columns]
    if missing:
        raise ConfigurationError(
            f"{system.slug}: la regla {rule.id} nombra {', '.join(missing)}, que no existe", "Corríjala."
        )
    return expression


def _dates_in_order(rule: Rule) -> tuple[pl.Expr, list[str]]:
    first, second = rule.params["first"], rule.params["second"]
    # ISO dates compare as text; a date-time compares by its date.
    return pl.col(second).str.slice(0, 10) < pl.col(first).str.slice(0, 10), [first, second]


def _requires(rule: Rule) -> tuple[pl.Expr, list[str]]:
    when, then = rule.params["when"], rule.params["then"]
    given = pl.col(when).is_not_null()
    if "value" in rule.params:
        given = pl.col(when) == str(rule.params["value"])
    return given & pl.col(then).is_null(), [when, then]


def _known_ente(rule: Rule) -> tuple[pl.Expr, list[str]]:
    name = rule.params.get("field", "ente_nombre")
    return pl.col(name).is_not_null() & pl.col("ente_id").is_null(), [name, "ente_id"]


_KINDS: dict[str, Callable[[Rule], tuple[pl.Expr, list[str]]]] = {
    "dates-in-order": _dates_in_order,
    "requires": _requires,
    "known-ente": _known_ente,
}
