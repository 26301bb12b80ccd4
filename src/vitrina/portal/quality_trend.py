"""The nights on record of one dataset: a sparkline for lists, a chart with its sentence and table for its own page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from vitrina.portal import charts, filters
from vitrina.portal.figures import Figure, Point
from vitrina.portal.quality_views import NightRow, TrendView
from vitrina.portal.site import VERDICTS
from vitrina.portal.store import Dataset
from vitrina.portal.words import say

NIGHTS = 30
"""Nights shown, the latest ones."""
_WIDTH, _HEIGHT, _PAD = 120, 28, 3
_SPARK = Markup(
    '<svg class="chispa" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}"><title>{said}</title>'
    '<polyline class="chispa__linea" points="{points}"/><circle class="chispa__punto" cx="{x}" cy="{y}" r="2.5"/></svg>'
)


def nights(dataset: Dataset) -> list[NightRow]:
    """Return the latest nights of *dataset*, oldest first; a night that ran twice counts as its last run."""
    by_day = {str(n.get("date") or ""): n for n in dataset.nights}
    return [_row(day, by_day[day]) for day in sorted(by_day) if day][-NIGHTS:]


def _row(day: str, raw: Mapping[str, Any]) -> NightRow:
    verdict = str(raw.get("verdict") or "not_checked")
    return NightRow(
        day=day,
        verdict=verdict,
        verdict_text=VERDICTS.get(verdict, verdict),
        checked=int(raw.get("checked") or 0),
        published=int(raw.get("published") or 0),
        quarantined=int(raw.get("quarantined") or 0),
        withheld=int(raw.get("withheld") or 0),
        # What somebody has to mend: notes are no fault of anyone.
        issues=int(raw.get("errors") or 0) + int(raw.get("warnings") or 0),
    )


def spark(rows: Sequence[NightRow]) -> Markup:
    """Return a small line of the findings per night; empty with fewer than two nights."""
    if len(rows) < 2:
        return Markup("")
    top = max(r.issues for r in rows) or 1
    step = (_WIDTH - 2 * _PAD) / (len(rows) - 1)
    places = [
        (_PAD + i * step, _HEIGHT - _PAD - r.issues / top * (_HEIGHT - 2 * _PAD)) for i, r in enumerate(rows)
    ]
    return _SPARK.format(
        w=_WIDTH,
        h=_HEIGHT,
        said=sentence(rows),
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        x=f"{places[-1][0]:.1f}",
        y=f"{places[-1][1]:.1f}",
    )


def sentence(rows: Sequence[NightRow]) -> str:
    """Return in words how the findings moved over the nights."""
    if not rows:
        return say("Todavía no hay noches que comparar.")
    last = rows[-1]
    if len(rows) == 1:
        return say("Es la primera noche de la que se guarda memoria: la tendencia empieza con la siguiente.")
    first = rows[0]
    told = {"found": _found(last.issues), "day": filters.long_date(first.day)}
    if first.issues == last.issues:
        if all(r.issues == last.issues for r in rows):
            return say("{found} anoche, sin cambio desde el {day}.", **told)
        return say("{found} anoche, lo mismo que al principio desde el {day}.", **told)
    count = filters.number(abs(last.issues - first.issues))
    if last.issues < first.issues:
        return say("{found} anoche: {count} menos desde el {day}.", count=count, **told)
    return say("{found} anoche: {count} más desde el {day}.", count=count, **told)


def _found(count: int) -> str:
    if not count:
        return say("Nada por corregir")
    if count == 1:
        return say("1 observación por corregir")
    return say("{count} observaciones por corregir", count=filters.number(count))


def trend(dataset: Dataset) -> TrendView:
    """Return the trend of *dataset*, latest night first in its table."""
    rows = nights(dataset)
    drawing = Markup("")
    if len(rows) > 1:
        points = tuple(Point(filters.short_date(r.day), r.issues, filters.number(r.issues)) for r in rows)
        title, unit, by = say("Errores y avisos de cada noche"), say("Observaciones"), say("Noche")
        figure = Figure("noches", title, "years", unit, by, points, sentence(rows))
        drawing = charts.draw(figure, "tendencia")
    return TrendView(drawing, sentence(rows), list(reversed(rows)))
