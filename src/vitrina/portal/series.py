"""The line of a record page: a child table's values in time, with the targets and breaks that others hold.

Declared in [record.series]: `table` with its columns `period` and `value`; `where`, the columns that must hold a value or
nothing; `unit`, the main table's column that says what is measured; `targets`, a table with its `period` and its
`value` columns, the first given one counting; `breaks`, a table with its `period` and `note`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from vitrina.portal import filters, urls
from vitrina.portal.charts import files
from vitrina.portal.charts.line import Line, Moment, draw, ends, lasts
from vitrina.portal.contexts import ChartView
from vitrina.portal.recipes import SERIES
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import say

_NAME = "serie"
_LEAST = 2
"""Values from which there is a line to draw."""


class Lines:
    """The lines of one dataset's records, by id."""

    def __init__(self, site: Site, dataset: Dataset) -> None:
        self.site, self.dataset = site, dataset
        declared = dataset.system.record.series
        self.title = str(declared.get("title", ""))
        self.unit = str(declared.get("unit", ""))
        self.values = _by_parent(dataset, declared) if declared else {}
        self.targets = _by_parent(dataset, declared.get("targets", {}))
        self.breaks = _by_parent(dataset, declared.get("breaks", {}))

    def line(self, row_id: str, title: str, unit: str) -> Line | None:
        """Return the line of the record *row_id*; None when it has too few values."""
        values = self.values.get(row_id, ())
        if sum(1 for m in values if m.value is not None) < _LEAST:
            return None
        targets, breaks = self.targets.get(row_id, ()), self.breaks.get(row_id, ())
        said = finding(values, targets, breaks, unit)
        return Line(_NAME, title, unit or say("Valor"), said, tuple(values), tuple(targets), tuple(breaks))

    def view(self, row_id: str, unit: str, title: str = "", prefix: str = "g") -> ChartView | None:
        """Return the chart of a record, with the addresses of its files; None when there is nothing to draw."""
        line = self.line(row_id, title or self.title, unit)
        if line is None:
            return None
        folder = urls.record(self.dataset.slug, row_id)
        return ChartView(
            id=line.id,
            title=line.title,
            finding=line.finding,
            svg=draw(line, prefix),
            heads=files.line_heads(line)[: 4 if line.breaks else 3],
            rows=_rows(line),
            recipe=f"{self.site.urls.to(urls.recipes(self.dataset.slug))}#{SERIES}",
            files=tuple(self.site.urls.to(f"{folder}{_NAME}.{kind}") for kind in ("csv", "svg")),
        )

    def files(self, row_id: str, unit: str) -> files.Files:
        """Return the record's chart as files, by output path. They do not name the edition: they change with the data."""
        line = self.line(row_id, self.title, unit)
        if line is None:
            return {}
        folder = urls.record(self.dataset.slug, row_id)
        source = say("Fuente: {source}", source=self.site.urls.full(folder))
        return files.of_line(line, draw(line), folder, self.site.paint, source)

    def of_dataset(self, most: int) -> list[tuple[ChartView, str]]:
        """Return the charts of the first records that have targets, *most* of them, each with its record's address."""
        shelf = self.site.shelf(self.dataset.slug)
        found: list[tuple[ChartView, str]] = []
        units = self.dataset.frame[self.unit].to_list() if self.unit else [""] * len(shelf.ids)
        for row_id, title, unit in zip(shelf.ids, shelf.titles, units, strict=True):
            if len(found) == most:
                break
            if row_id in self.targets:
                view = self.view(row_id, str(unit or ""), title, f"g{len(found)}")
                if view:
                    found.append((view, self.site.urls.record(self.dataset.slug, row_id)))
        return found


class Series:
    """Draws the line of each record as the page shows it."""

    def __init__(self, site: Site, dataset: Dataset, env: Environment) -> None:
        self.lines = Lines(site, dataset)
        self.chart = env.get_template("components/chart.html").module.chart  # type: ignore[attr-defined]

    def html(self, row: Mapping[str, Any]) -> str:
        """Return the figure of a main table's *row*, "" when it has none."""
        view = self.lines.view(str(row["id"]), self._unit(row))
        return (
            str(Markup('<section class="serie">{}</section>').format(self.chart(view, level=2)))
            if view
            else ""
        )

    def files(self, row: Mapping[str, Any]) -> files.Files:
        return self.lines.files(str(row["id"]), self._unit(row))

    def _unit(self, row: Mapping[str, Any]) -> str:
        return str(row.get(self.lines.unit) or "")


def finding(values: Sequence[Moment], targets: Sequence[Moment], breaks: Sequence[Moment], unit: str) -> str:
    """Say in words where the series stands: how far it came since it is comparable, and against which target."""
    given = sorted((m for m in values if m.value is not None), key=lambda m: m.at)
    last = given[-1]
    since = max((b.at for b in breaks if b.at <= last.at), default=None)
    first = next(m for m in given if since is None or m.at >= since)
    now = f"{last.shown} ({unit.lower()})" if unit else last.shown
    if first is last:
        said = [say("En {period} fue {value}.", period=last.label, value=now)]
    else:
        told = {"first": first.label, "last": last.label, "before": first.shown, "now": now}
        said = [say("De {first} a {last} pasó de {before} a {now}.", **told)]
    ahead = [t for t in targets if t.value is not None and t.at >= last.at]
    if ahead:
        target = min(ahead, key=lambda t: t.at)
        said.append(say("La meta para {period} es {value}.", period=target.label, value=target.shown))
    if since is not None:
        place = max(breaks, key=lambda b: b.at)
        said.append(
            say(
                "Desde {period} la serie cambió: los valores de antes no son comparables.", period=place.label
            )
        )
    return " ".join(said)


def _rows(line: Line) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (period, _shown(value), _shown(target), why) for period, value, target, why in files.line_rows(line)
    ]
    return rows if line.breaks else [r[:3] for r in rows]


def _shown(value: float | None) -> str:
    return "" if value is None else filters.number(value)


def _by_parent(dataset: Dataset, declared: Mapping[str, Any]) -> dict[str, list[Moment]]:
    """Return record id → the moments of a declared child table, one per period: the last one that was received."""
    if not declared:
        return {}
    frame = dataset.children[declared["table"]]
    parent = dataset.system.table(declared["table"]).parent_key
    where = declared.get("where", {})
    columns = (
        [declared["value"]] if isinstance(declared.get("value"), str) else list(declared.get("value", ()))
    )
    note = declared.get("note", "")
    found: dict[str, dict[str, Moment]] = defaultdict(dict)
    for row in frame.iter_rows(named=True):
        period = str(row[declared["period"]] or "")
        at = ends(period)
        if at is None or any(row[c] not in (None, "", wanted) for c, wanted in where.items()):
            continue
        value = next((float(row[c]) for c in columns if row[c] is not None), None)
        # A break names the period whose values begin a new series: it cuts before that period's own value.
        moment = Moment(period, at, value, _shown(value), str(row[note] or "") if note else "")
        found[str(row[parent])][period] = moment
    return {k: sorted(v.values(), key=lambda m: (m.at, lasts(m.label))) for k, v in found.items()}
