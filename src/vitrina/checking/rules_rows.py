"""Rules that one row answers by itself: dates, amounts, what goes with what, shapes and code lists.

Each kind is a function of the rule and its scene that returns `Asked`: in which rows there is something to check,
and in which of those the rule is broken. A row that lacks what the rule needs is never broken and never passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from vitrina.catalogs import read_catalog
from vitrina.checking.rules_declared import names
from vitrina.model import Rule, System

Frames = Mapping[str, pl.DataFrame]
CENT = 0.011
"""Amounts that differ by no more than a cent are equal; a little over, as binary fractions do not hold cents exactly."""


@dataclass(frozen=True)
class Scene:
    """What a rule may look at: typed tables with the row's place in `_i`, the night, and what else there is."""

    system: System
    tables: Frames
    run_date: date
    catalogs: Path
    incomplete: Mapping[str, pl.Series] = field(default_factory=dict)
    """Child table → ids of the main rows that lost some of its rows to quarantine tonight."""
    others: Mapping[str, Frames] = field(default_factory=dict)
    """Other system → its published tables."""


@dataclass(frozen=True)
class Asked:
    """Where a rule has something to check, and where it is broken, as expressions over its table."""

    applies: pl.Expr
    broken: pl.Expr
    needs: str
    """What a row must bring for the rule to be checked, in words."""


class NotAvailableError(Exception):
    """Raised by a kind when the whole rule cannot be checked tonight; says why, in words."""


Kind = Callable[[Rule, pl.DataFrame, Scene], Asked]


def where(conditions: Mapping[str, Any]) -> pl.Expr:
    """Return the expression of a `where` table: every column has its value, or one of its values."""
    expression = pl.lit(value=True)
    for column, value in conditions.items():
        accepted = [_text(v) for v in (value if isinstance(value, list) else [value])]
        expression = expression & pl.col(column).cast(pl.String).is_in(accepted).fill_null(value=False)
    return expression


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def given(*columns: str) -> pl.Expr:
    """Return the expression "none of *columns* is missing"."""
    return pl.all_horizontal(pl.col(c).is_not_null() for c in columns)


def titles(scene: Scene, rule: Rule, *columns: str) -> str:
    """Return the titles of *columns* as people read them in a sentence."""
    table = scene.system.table(rule.table) if rule.table else scene.system.main
    found = [
        (scene.system.main if c.startswith("main.") else table).field(c.removeprefix("main.")).title
        for c in columns
    ]
    return " y ".join(f"«{t}»" for t in found)


def day(column: str) -> pl.Expr:
    """Return *column*, a date or a moment, as a date."""
    return pl.col(column).cast(pl.Date)


def slack(rule: Rule, expected: pl.Expr) -> pl.Expr:
    """Return how far from *expected* an amount may be: a cent, and the rule's `tolerance` as a share of it."""
    return CENT + expected.abs() * float(rule.params.get("tolerance", 0))


def dates_in_order(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """`second` is not before `first`, or not by more than `grace_days`."""
    first, second = names(rule, "first")[0], names(rule, "second")[0]
    earliest = day(first) - timedelta(days=int(rule.params.get("grace_days", 0)))
    return Asked(given(first, second), day(second) < earliest, titles(scene, rule, first, second))


def not_in_future(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """`field` is not after the night's date."""
    column = names(rule, "field")[0]
    return Asked(given(column), day(column) > scene.run_date, titles(scene, rule, column))


def days_between(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """From `first` to `second` go `at_least` days or more, and `at_most` or fewer; a backward period is not asked."""
    first, second = names(rule, "first")[0], names(rule, "second")[0]
    gap = pl.col(second).cast(pl.Datetime("us")) - pl.col(first).cast(pl.Datetime("us"))
    broken = pl.lit(value=False)
    if "at_least" in rule.params:
        broken = broken | (gap < timedelta(days=rule.params["at_least"]))
    if "at_most" in rule.params:
        broken = broken | (gap > timedelta(days=rule.params["at_most"]))
    return Asked(given(first, second) & (gap >= timedelta()), broken, titles(scene, rule, first, second))


def requires(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """Where `when` is given (and is one of `value`, if written), one of `then` is given too."""
    when, then = names(rule, "when")[0], names(rule, "then")
    return Asked(
        _stated(rule, when),
        ~pl.any_horizontal(pl.col(c).is_not_null() for c in then),
        titles(scene, rule, when),
    )


def excludes(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """Where `when` is given (and is one of `value`, if written), none of `then` is given."""
    when, then = names(rule, "when")[0], names(rule, "then")
    return Asked(
        _stated(rule, when),
        pl.any_horizontal(pl.col(c).is_not_null() for c in then),
        titles(scene, rule, when),
    )


def _stated(rule: Rule, when: str) -> pl.Expr:
    return where({when: rule.params["value"]}) if "value" in rule.params else given(when)


_OPERATORS: Mapping[str, Callable[[pl.Expr, pl.Expr, pl.Expr], pl.Expr]] = {
    "<=": lambda one, two, room: one <= two + room,
    ">=": lambda one, two, room: one >= two - room,
    "==": lambda one, two, room: (one - two).abs() <= room,
    "<": lambda one, two, _room: one < two,
    ">": lambda one, two, _room: one > two,
    "!=": lambda one, two, _room: one != two,
}


def held_to(rule: Rule, one: pl.Expr, two: pl.Expr) -> pl.Expr:
    """Return whether *one* stands to *two* as the rule's `op` says, within its tolerance (null if either is)."""
    return _OPERATORS[rule.params.get("op", "==")](one, two, slack(rule, two))


def compare(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """`field` `op` `with` × `factor`, or `field` `op` `value`."""
    column, other = names(rule, "field")[0], names(rule, "with")
    columns = (column, *other)
    two = (
        pl.col(other[0]) * float(rule.params.get("factor", 1))
        if other
        else pl.lit(float(rule.params["value"]))
    )
    return Asked(given(*columns), ~held_to(rule, pl.col(column), two), titles(scene, rule, *columns))


def total(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """`field` is the sum of `terms`."""
    column, terms = names(rule, "field")[0], names(rule, "terms")
    addition = pl.sum_horizontal(pl.col(t) for t in terms)
    return Asked(
        given(column, *terms), ~held_to(rule, pl.col(column), addition), titles(scene, rule, column, *terms)
    )


COMPANY_RFC = r"^[A-ZÑ&]{3}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[A-Z0-9]{2}[0-9A]$"
SHAPES: Mapping[str, str] = {
    "company-rfc": COMPANY_RFC,
    "ocid": r"^ocds-[a-z0-9]{6}-.+$",
    "web-address": r"^https?://[^\s/?#]+\.[^\s]+$",
    "e-mail": r"^[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$",
}
"""Shape of `format` → the pattern it must fully match."""


def shape(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """`field` has the `shape`, or matches the `pattern` (or, with `negate`, does not)."""
    column = names(rule, "field")[0]
    pattern = SHAPES[rule.params["shape"]] if "shape" in rule.params else rule.params["pattern"]
    matches = pl.col(column).str.contains(pattern)
    return Asked(
        given(column), matches if rule.params.get("negate") else ~matches, titles(scene, rule, column)
    )


def code_list(rule: Rule, frame: pl.DataFrame, scene: Scene) -> Asked:
    """Each value of `field` (a "; " list in `display: list` columns) is in the catalogue, and in force on `date`.

    `also` lists codes that this portal accepts besides.

    The catalogue data/catalogs/<list>.csv has `clave`, and may have `desde` and `hasta` (ISO dates, both included).
    """
    column = names(rule, "field")[0]
    table = scene.system.table(rule.table) if rule.table else scene.system.main
    dated = names(rule, "date")
    on = pl.coalesce(day(d) for d in dated) if dated else pl.lit(None, dtype=pl.Date)
    values = frame.select("_i", code=pl.col(column), on=on).drop_nulls("code")
    if table.field(column).display == "list":
        values = values.with_columns(pl.col("code").str.split("; ")).explode("code")
    begun = pl.col("on").is_null() | pl.col("since").is_null() | (pl.col("on") >= pl.col("since"))
    ended = pl.col("on").is_not_null() & pl.col("until").is_not_null() & (pl.col("on") > pl.col("until"))
    known = values.join(_codes(scene, str(rule.params["list"])), on="code", how="inner").filter(
        begun & ~ended
    )
    unknown = (
        values.filter(~pl.col("code").is_in(list(names(rule, "also"))))
        .join(known, on=["_i", "code"], how="anti")["_i"]
        .unique()
    )
    return Asked(given(column), pl.col("_i").is_in(unknown.implode()), titles(scene, rule, column))


def _codes(scene: Scene, name: str) -> pl.DataFrame:
    rows = read_catalog(scene.catalogs / f"{name}.csv")
    return pl.DataFrame(
        [(r["clave"], r.get("desde") or None, r.get("hasta") or None) for r in rows],
        schema={"code": pl.String, "since": pl.String, "until": pl.String}, orient="row",
    ).with_columns(pl.col("since", "until").str.to_date("%Y-%m-%d"))  # fmt: skip


def known_ente(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """The body that `field` names is in the register: `ente_id` could be told."""
    column = names(rule, "field")[0] if "field" in rule.params else "ente_nombre"
    return Asked(given(column), pl.col("ente_id").is_null(), titles(scene, rule, column))


def unique(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """No two rows have the same `fields`; every row of a repeated group is named."""
    columns = names(rule, "fields")
    return Asked(given(*columns), pl.struct(columns).is_duplicated(), titles(scene, rule, *columns))


KINDS: Mapping[str, Kind] = {
    "dates-in-order": dates_in_order,
    "not-in-future": not_in_future,
    "days-between": days_between,
    "requires": requires,
    "excludes": excludes,
    "compare": compare,
    "sum": total,
    "format": shape,
    "code-list": code_list,
    "known-ente": known_ente,
    "unique": unique,
}
