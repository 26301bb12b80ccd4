"""Counts and sums behind the charts and key figures, with pandas; every number can be traced to its rows."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vitrina.model import Chart, Field, Table
from vitrina.portal import cells, filters
from vitrina.portal.shelf import NO_VALUE
from vitrina.portal.store import Dataset
from vitrina.portal.words import listed, say

MAX_YEARS = 40
_PERIOD = re.compile(r"\d{4}-[TSBQ]?\d+").fullmatch


@dataclass(frozen=True)
class Point:
    """One bar: what it stands for and how much it is."""

    label: str
    value: float
    shown: str
    quiet: bool = False
    """True for the remainder ("Otros", "Sin dato"), drawn in a lighter tone."""
    key: str = ""
    """The value of the grouping column it stands for."""
    parts: tuple[float, ...] = ()
    """What it is made of in a stacked chart, in the order of `Figure.series`."""


@dataclass(frozen=True)
class Figure:
    """A chart's numbers and the sentence that says what they show."""

    id: str
    title: str
    kind: str
    unit: str
    by: str
    points: tuple[Point, ...]
    finding: str
    series: tuple[str, ...] = ()
    """Names of the parts of a stacked chart."""
    series_keys: tuple[str, ...] = ()
    """The values of the splitting column they stand for; "" for rows without it."""


def chart_figure(
    dataset: Dataset, chart: Chart, label: Callable[[Field], Callable[[str], str]]
) -> Figure | None:
    """Return the numbers of a declared chart, None when there is nothing to draw."""
    system = dataset.system
    table = system.table(chart.table) if chart.table else system.main
    frame = dataset.frame if table is system.main else dataset.children[table.name]
    if frame.is_empty():
        return None
    field = table.field(chart.by)
    measure = table.field(chart.measure) if chart.measure else None
    columns = list(dict.fromkeys(n for n in (chart.by, chart.measure, chart.split) if n))
    data = pd.DataFrame(frame.select(columns).to_dict(as_series=False), dtype=object)
    counts = _counts(data, field, measure)
    if not any(counts.index != ""):  # a bar of nothing but missing values tells nobody anything
        return None
    show = _shown(measure)
    unit = measure.title if measure else filters.sentence(_unit(dataset, table))
    if chart.kind == "years":
        points = _years(counts, show)
        finding = _years_finding(points, "" if measure else _unit(dataset, table).lower())
    elif chart.kind == "stacked":
        split = table.field(chart.split)
        return _stacked(chart, field, split, data, measure, unit, (label(field), label(split)))
    else:
        points = _bars(counts, show, label(field), chart.top)
        finding = _bars_finding(points, float(counts.sum()))
    return Figure(chart.id, chart.title, chart.kind, unit, field.title, points, finding) if points else None


def _stacked(
    chart: Chart,
    field: Field,
    split: Field,
    data: pd.DataFrame,
    measure: Field | None,
    unit: str,
    labels: tuple[Callable[[str], str], Callable[[str], str]],
) -> Figure | None:
    """Return the figure of *data* grouped by *field* and cut by *split*, whose missing values are a part as well."""
    show, (name, part) = _shown(measure), labels
    sizes = _counts(data, split, measure)
    keys = sorted((str(k) for k in sizes.index), key=lambda k: (k == "", -float(sizes[k]), k))
    cut = data[split.name].map(lambda v: "" if v is None else str(v))
    table = {k: _counts(data[cut == k], field, measure) for k in keys}
    whole = _counts(data, field, measure)
    plain = _years(whole, show) if _by_year(field) else _bars(whole, show, name, chart.top)
    kept = {p.key for p in plain if not p.quiet}
    points = []
    for point in plain:
        groups = [point.key] if not point.quiet else [""] if point.label == say(NO_VALUE) else None
        cuts = tuple(
            sum((float(table[k].get(g, 0.0)) for g in groups), 0.0)
            if groups is not None
            else sum((float(v) for g, v in table[k].items() if g and str(g) not in kept), 0.0)
            for k in keys
        )
        points.append(dataclasses.replace(point, parts=cuts))
    if not points:
        return None
    names = tuple(part(k) if k else say(NO_VALUE) for k in keys)
    total = sum(sum(p.parts) for p in points)
    first = sum(p.parts[0] for p in points)
    told = {"name": names[0], "count": show(first), "total": show(total)}
    if total > 0:
        share = filters.percent(first / total)
        finding = say("«{name}» es lo más frecuente: {count} de {total} ({share}).", share=share, **told)
    else:
        finding = say("«{name}» es lo más frecuente: {count} de {total}.", **told)
    return Figure(
        chart.id, chart.title, chart.kind, unit, field.title, tuple(points), finding, names, tuple(keys)
    )


def _by_year(field: Field) -> bool:
    return field.type in {"date", "datetime"} or field.display == "year"


def _unit(dataset: Dataset, table: Table) -> str:
    return filters.plural_of(dataset.system.singular) if table is dataset.system.main else table.title


def _shown(measure: Field | None) -> Callable[[float], str]:
    if measure is not None and measure.display == "mxn":
        return filters.short_pesos
    return filters.number


def _counts(data: pd.DataFrame, field: Field, measure: Field | None) -> pd.Series[float]:
    """Return rows, or the sum of *measure*, per key of *field*; a list cell counts once for each part."""
    if field.type in {"date", "datetime"}:
        keys = data[field.name].map(lambda v: str(v)[:4] if v else "")
    elif field.display == "list":
        keys = data[field.name].map(lambda v: cells.split(v) or [""])
    else:
        keys = data[field.name].map(lambda v: "" if v is None else str(v))
    amounts = data[measure.name].map(lambda v: float(v or 0)) if measure else pd.Series(1.0, index=data.index)
    frame = pd.DataFrame({"key": keys, "amount": amounts}).explode("key")
    return frame.groupby("key", sort=True)["amount"].sum()


def _years(counts: pd.Series[float], show: Callable[[float], str]) -> tuple[Point, ...]:
    found = {int(str(k)): float(v) for k, v in counts.items() if str(k).isdigit()}
    if not found:
        return ()
    last = max(found)
    first = max(min(found), last - MAX_YEARS + 1)
    return tuple(
        Point(str(y), found.get(y, 0.0), show(found.get(y, 0.0)), key=str(y)) for y in range(first, last + 1)
    )


def _bars(
    counts: pd.Series[float], show: Callable[[float], str], label: Callable[[str], str], top: int
) -> tuple[Point, ...]:
    ordered = sorted(((str(k), float(v)) for k, v in counts.items() if k), key=lambda p: (-p[1], p[0]))
    if ordered and all(_PERIOD(k) for k, _ in ordered):
        # Time has its own order; of many periods the latest ones are told one by one.
        ordered.sort(reverse=True)
    points = [Point(label(k), v, show(v), key=k) for k, v in ordered[:top]]
    rest = ordered[top:]
    if rest:
        total = sum(v for _, v in rest)
        points.append(
            Point(say("Otros ({count})", count=filters.number(len(rest))), total, show(total), quiet=True)
        )
    missing = float(counts.get("", 0.0))
    if missing:
        points.append(Point(say(NO_VALUE), missing, show(missing), quiet=True))
    return tuple(points)


def _years_finding(points: Sequence[Point], unit: str) -> str:
    """Say which year has most; *unit* is what is counted, "" for a sum."""
    if not points:
        return ""
    top = max(points, key=lambda p: (p.value, p.label))
    last = points[-1]
    if len(points) == 1:
        return say("Todo corresponde a {year}: {count}.", year=top.label, count=top.shown)
    told = {"year": top.label, "count": top.shown, "unit": unit, "last": last.label, "now": last.shown}
    if top is last:
        if unit:
            return say("{year} fue el año con más {unit}: {count}.", **told)
        return say("{year} fue el año más alto: {count}.", **told)
    if unit:
        return say(
            "{year} fue el año con más {unit}: {count}; en {last}, el más reciente, hay {now}.", **told
        )
    return say("{year} fue el año más alto: {count}; en {last}, el más reciente, hay {now}.", **told)


def _bars_finding(points: Sequence[Point], total: float) -> str:
    named = sorted((p for p in points if not p.quiet), key=lambda p: -p.value)
    if not named:
        return ""
    first = named[0]
    if len(named) > 1 and first.value == named[1].value:
        tied = [p for p in named if p.value == first.value]
        if len(tied) == len(named):
            return say("Todos tienen lo mismo: {count} cada uno.", count=first.shown)
        names = _joined([say("«{name}»", name=p.label) for p in tied])
        return say("Van primero, empatados con {count}: {names}.", count=first.shown, names=names)
    count = first.shown
    if total > 0:
        share = filters.percent(first.value / total)
        count = say("{count} ({share} del total)", count=first.shown, share=share)
    if len(named) == 1:
        return say("Solo aparece «{name}»: {count}.", name=first.label, count=count)
    return say(
        "«{name}» va primero con {count}; le sigue «{next}», con {after}.",
        name=first.label,
        count=count,
        next=named[1].label,
        after=named[1].shown,
    )


def _joined(words: Sequence[str]) -> str:
    """Return words as an enumeration, the first three when there are many."""
    if len(words) > 3:
        return say("{first} y {count} más", first=", ".join(words[:3]), count=len(words) - 3)
    return listed(words)


@dataclass(frozen=True)
class Key:
    """One key figure of a dataset page, and where its recipe is told."""

    label: str
    value: str
    recipe: str = ""


@dataclass(frozen=True)
class Measure:
    """A key figure as an operation (count, distinct, sum or max) over a column of the main table."""

    id: str
    label: str
    operation: str
    column: str
    value: float | str
    shown: str


def key_measures(dataset: Dataset, newest: str) -> tuple[Measure, ...]:
    """Return how many records there are, of how many bodies, worth how much, and from when."""
    display, frame = dataset.system.display, dataset.frame
    many = filters.sentence(filters.plural_of(dataset.system.singular))
    found = [Measure("registros", many, "count", "", frame.height, filters.number(frame.height))]
    if display.ente and display.ente in frame.columns and dataset.slug != "entes":
        bodies = frame[display.ente].drop_nulls().n_unique()
        if bodies:  # none recognized says nothing of how many there are: the quality page tells that
            label = say("Entes del registro")
            found.append(Measure("entes", label, "distinct", display.ente, bodies, filters.number(bodies)))
    # Only a sum that the declaration itself charts means something: incomes of different people do not add up.
    if display.amount and any(c.measure == display.amount for c in dataset.system.charts):
        total = pd.Series([float(v) for v in frame[display.amount].drop_nulls()], dtype="float64").sum()
        field = dataset.system.main.field(display.amount)
        found.append(
            Measure("monto", field.title, "sum", field.name, float(total), _shown(field)(float(total)))
        )
    if newest and display.date:
        shown = filters.short_date(newest)
        found.append(Measure("mas-reciente", say("Dato más reciente"), "max", display.date, newest, shown))
    return tuple(found)


def key_figures(dataset: Dataset, newest: str, recipes: str) -> tuple[Key, ...]:
    """Return the key figures, each with its place on the page *recipes*."""
    return tuple(Key(m.label, m.shown, f"{recipes}#{m.id}") for m in key_measures(dataset, newest))


def examples(frame: Any, name: str) -> str:
    """Return the first published value of a column as an example, cut at 60 characters."""
    values = frame[name].drop_nulls()
    text = str(values[0]) if len(values) else ""
    return text if len(text) <= 60 else f"{text[:59]}…"


def fill_rate(dataset: Dataset, table: Table, name: str) -> float | None:
    """Return the share of rows with a value, from the report, else counted; None in an empty table."""
    reported = dataset.report.get("fill", {}).get(table.name, {}).get(name)
    if reported is not None:
        return float(reported)
    frame = dataset.frame if table is dataset.system.main else dataset.children[table.name]
    return None if frame.is_empty() else 1 - frame[name].null_count() / frame.height
