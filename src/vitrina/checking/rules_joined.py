"""Rules that a row answers together with others: its children, another table, the whole table, another system."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vitrina.checking.rules_declared import names
from vitrina.checking.rules_rows import (
    COMPANY_RFC,
    Asked,
    Kind,
    NotAvailableError,
    Scene,
    day,
    given,
    held_to,
    titles,
    where,
)
from vitrina.model import Rule


def exists_in(rule: Rule, frame: pl.DataFrame, scene: Scene) -> Asked:
    """The `fields` of the row are the `to_fields` of some row of `to_table`, of the same record unless `anywhere`."""
    columns = names(rule, "fields")
    mine, theirs = _keys(rule, scene)
    target = _target(rule, scene).select(pl.col(t).alias(m) for m, t in zip(mine, theirs, strict=True))
    lost = frame.drop_nulls(columns).join(target, on=mine, how="anti")["_i"]
    complete = ~_incomplete(rule, scene, str(rule.params["to_table"]))
    return Asked(
        given(*columns) & complete, pl.col("_i").is_in(lost.implode()), titles(scene, rule, *columns)
    )


def children(rule: Rule, frame: pl.DataFrame, scene: Scene) -> Asked:
    """`field` of the main row stands (`op`) to the sum of `to_field` in its rows of `to_table`, or to their number.

    Without `field`, the number of rows itself stands to `value`. A record that lost some of those rows to
    quarantine is not asked, nor, for a sum, one with a row that lacks the amount.
    """
    table = scene.system.table(str(rule.params["to_table"]))
    column = names(rule, "field")
    rows = _target(rule, scene)
    if to := names(rule, "to_field"):
        unknown = rows.filter(pl.col(to[0]).is_null())[table.parent_key].unique()
        sums = rows.group_by(table.parent_key).agg(total=pl.col(to[0]).sum())
        applies = (
            given(column[0])
            & pl.col("id").is_in(sums[table.parent_key].implode())
            & ~pl.col("id").is_in(unknown.implode())
        )
    else:
        sums = rows.group_by(table.parent_key).agg(total=pl.len().cast(pl.Float64))
        applies = given(*column) if column else pl.lit(value=True)
    totals = (
        frame.select("_i", "id")
        .join(sums, left_on="id", right_on=table.parent_key, how="left", maintain_order="left")["total"]
        .fill_null(0)
    )
    one, two = (
        (pl.col(column[0]), pl.lit(totals))
        if column
        else (pl.lit(totals), pl.lit(float(rule.params["value"])))
    )
    complete = ~_incomplete(rule, scene, table.name)
    return Asked(
        applies & complete, ~held_to(rule, one, two), titles(scene, rule, *column) or "la tabla de detalle"
    )


def linked(rule: Rule, frame: pl.DataFrame, scene: Scene) -> Asked:
    """`field` stands (`op`) to the sum of `to_field` in the rows of `to_table` that `fields` point to, × `factor`."""
    column, to = names(rule, "field")[0], names(rule, "to_field")[0]
    mine, theirs = _keys(rule, scene)
    sums = (
        _target(rule, scene)
        .group_by(theirs)
        .agg(total=pl.col(to).sum(), given=pl.col(to).is_not_null().any())
    )
    sums = sums.filter(pl.col("given")).drop("given")
    joined = frame.select("_i", *mine).join(
        sums, left_on=mine, right_on=theirs, how="left", maintain_order="left"
    )
    other = pl.lit(joined["total"] * float(rule.params.get("factor", 1)))
    return Asked(
        given(column) & other.is_not_null() & ~_incomplete(rule, scene, str(rule.params["to_table"])),
        ~held_to(rule, pl.col(column), other), titles(scene, rule, column),
    )  # fmt: skip


def spread(rule: Rule, frame: pl.DataFrame, scene: Scene) -> Asked:
    """Who appears as `by` in `at_least` records or more does so with no more different kinds than the others do.

    The kind is the first `characters` of `field`. Beyond the upper fence (third quartile plus one and a half times
    the range between quartiles, as OCP's Cardinal does in its indicator R048), every record of theirs is named.
    With `company_only`, only RFCs of companies are looked at in `by`.
    """
    by, column = names(rule, "by")[0], names(rule, "field")[0]
    key = scene.system.table(rule.table).parent_key if rule.table else "id"
    rows = frame.drop_nulls([by, column]).filter(where(rule.params.get("where", {})))
    if rule.params.get("company_only"):
        rows = rows.filter(pl.col(by).str.to_uppercase().str.contains(COMPANY_RFC))
    kind = pl.col(column).str.slice(0, int(rule.params["characters"]))
    kinds = rows.group_by(by).agg(records=pl.col(key).n_unique(), kinds=kind.n_unique())
    enough = kinds.filter(pl.col("records") >= int(rule.params["at_least"]))
    if enough.is_empty():
        raise NotAvailableError(f"Nadie aparece en {rule.params['at_least']} registros o más.")
    low, high = (float(enough["kinds"].quantile(q, "linear") or 0) for q in (0.25, 0.75))
    over = enough.filter(pl.col("kinds") > high + 1.5 * (high - low))[by]
    return Asked(
        pl.col("_i").is_in(rows["_i"].implode()) & pl.col(by).is_in(enough[by].implode()),
        pl.col(by).is_in(over.implode()), titles(scene, rule, column),
    )  # fmt: skip


def in_system(rule: Rule, _frame: pl.DataFrame, scene: Scene) -> Asked:
    """The value of `field` is some `to_field` of `to_table` in another system (where `to_where` holds)."""
    column, to = names(rule, "field")[0], names(rule, "to_field")[0]
    known = _other(rule, scene)[to].drop_nulls().unique()
    return Asked(given(column), ~pl.col(column).is_in(known.implode()), titles(scene, rule, column))


def listed_during(rule: Rule, frame: pl.DataFrame, scene: Scene) -> Asked:
    """The company RFC in `field` is not listed, in another system, for a period that holds the row's date.

    `date` may name several columns: the first one given counts. Only RFCs of companies are compared, on both
    sides, and never names: two companies may share a name, and so may two persons. An open end counts as listed.
    """
    column, dates = names(rule, "field")[0], names(rule, "date")
    to, since, until = (names(rule, p)[0] for p in ("to_field", "from", "until"))
    listed = _other(rule, scene).select(
        rfc=pl.col(to).str.to_uppercase(), since=day(since), until=day(until)
    ).drop_nulls(["rfc", "since"]).filter(pl.col("rfc").str.contains(COMPANY_RFC))  # fmt: skip
    own = frame.select("_i", rfc=_company(column), on=pl.coalesce(day(d) for d in dates)).drop_nulls()
    hits = own.join(listed, on="rfc", how="inner").filter(
        (pl.col("on") >= pl.col("since")) & (pl.col("until").is_null() | (pl.col("on") <= pl.col("until")))
    )
    return Asked(
        pl.col("_i").is_in(own["_i"].implode()), pl.col("_i").is_in(hits["_i"].unique().implode()),
        f"el RFC de una empresa y {titles(scene, rule, dates[0])}",
    )  # fmt: skip


def _company(column: str) -> pl.Expr:
    upper = pl.col(column).str.to_uppercase()
    return pl.when(upper.str.contains(COMPANY_RFC)).then(upper)


def _keys(rule: Rule, scene: Scene) -> tuple[list[str], list[str]]:
    """Return the columns to join on, here and there; within one record unless the rule says `anywhere`."""
    mine, theirs = list(names(rule, "fields")), list(names(rule, "to_fields"))
    if rule.params.get("anywhere"):
        return mine, theirs
    here, there = (
        scene.system.table(n) if n else scene.system.main for n in (rule.table, str(rule.params["to_table"]))
    )
    return [here.parent_key or "id", *mine], [there.parent_key or "id", *theirs]


def _target(rule: Rule, scene: Scene) -> pl.DataFrame:
    return scene.tables[str(rule.params["to_table"])].filter(where(rule.params.get("to_where", {})))


def _incomplete(rule: Rule, scene: Scene, table: str) -> pl.Expr:
    """Return which rows belong to a record that lost rows of *table* tonight: nothing can be said of those."""
    lost = scene.incomplete.get(table, pl.Series([], dtype=pl.String))
    key = scene.system.table(rule.table).parent_key if rule.table else ""
    return pl.col(key or "id").is_in(lost.implode())


def _other(rule: Rule, scene: Scene) -> pl.DataFrame:
    slug, table = str(rule.params["system"]), str(rule.params["to_table"])
    frame = scene.others.get(slug, {}).get(table)
    if frame is None:
        raise NotAvailableError(f"No hay datos publicados del sistema {slug} con los que comparar.")
    rows = frame.filter(where(rule.params.get("to_where", {})))
    if rows.is_empty():
        raise NotAvailableError(f"El sistema {slug} no tiene registros con los que comparar.")
    return rows


KINDS: Mapping[str, Kind] = {
    "exists-in": exists_in,
    "children": children,
    "linked": linked,
    "spread": spread,
    "in-system": in_system,
    "listed-during": listed_during,
}
