"""A line in time with its targets and the breaks of its series. Gaps in the data are gaps in the line."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from vitrina.portal.charts import svg
from vitrina.portal.words import say
from vitrina.text import mark

_PERIOD = re.compile(r"(\d{4})(?:-?(?:([TSBQ])(\d)|(\d{2})(?:-\d{2})?))?")
_PARTS = {"T": 4, "Q": 4, "S": 2, "B": 6}
_HEIGHT = 170
_TOP = 30
_FOOT = 26
_LEFT, _RIGHT = 13.0, 90.0
"""Percent between which the line runs: numbers of the axis to the left, the last number above it to the right."""
_TICKS = 4
_LABELS = 6
_SIZES = ((1e12, mark("{number} B")), (1e6, mark("{number} M")), (1e3, mark("{number} mil")))
_LEAP = 1.5
"""Times the usual distance between two values from which one is missing between them."""


@dataclass(frozen=True)
class Moment:
    """A value at the end of a period, as a year with decimals; None where the period has no value."""

    label: str
    at: float
    value: float | None
    shown: str
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A series: what was observed, what was to be reached, and where values stop being comparable."""

    id: str
    title: str
    unit: str
    finding: str
    values: tuple[Moment, ...]
    targets: tuple[Moment, ...] = ()
    breaks: tuple[Moment, ...] = ()
    """The period from which the values are not comparable with those before; `note` says why."""


def ends(period: str) -> float | None:
    """Return when a period ends, in years; None for what is no period.

    >>> ends("2024"), ends("2024-T2"), ends("2024-S1"), ends("2024-03"), ends("pronto")
    (2025.0, 2024.5, 2024.5, 2024.25, None)
    """
    found = _PERIOD.fullmatch(period.strip().upper())
    if found is None:
        return None
    year, kind, part, month = found.groups()
    if kind:
        return int(year) + min(int(part), _PARTS[kind]) / _PARTS[kind]
    return int(year) + (min(int(month), 12) / 12 if month else 1.0)


def lasts(period: str) -> float:
    """Return how long a period is, in years.

    >>> lasts("2024"), lasts("2024-T2")
    (1.0, 0.25)
    """
    found = _PERIOD.fullmatch(period.strip().upper())
    if found is None or not (found[2] or found[4]):
        return 1.0
    return 1 / _PARTS[found[2]] if found[2] else 1 / 12


def draw(line: Line, prefix: str = "g") -> Markup:
    """Return the line as an SVG element; *prefix* keeps its ids apart from other charts' on the page."""
    body, height = _body(line)
    return svg.wrapped("linea", f"{prefix}-{line.id}", line.title, line.finding, body, height)


def runs(values: Sequence[Moment], breaks: Sequence[Moment]) -> list[list[Moment]]:
    """Return the values in the stretches that may be joined: none crosses a missing value or a break."""
    known = sorted(values, key=lambda m: m.at)
    given = [m for m in known if m.value is not None]
    steps = [b.at - a.at for a, b in itertools.pairwise(known)]
    usual = sorted(steps)[len(steps) // 2] if steps else 0.0
    empty = [m.at for m in known if m.value is None]
    # A break stands in the period it starts in: its own value already belongs to the new series.
    cuts = [m.at for m in breaks]
    found: list[list[Moment]] = []
    for moment in given:
        last = found[-1][-1] if found else None
        if last is None or (
            moment.at - last.at > usual * _LEAP + 1e-9
            or any(last.at < e < moment.at for e in empty)
            or any(last.at < c <= moment.at for c in cuts)
        ):
            found.append([])
        found[-1].append(moment)
    return found


def _body(line: Line) -> tuple[Markup, float]:
    given = [m for m in line.values if m.value is not None]
    targets = [m for m in line.targets if m.value is not None]
    levels = ticks([m.value or 0.0 for m in (*given, *targets)])
    up = svg.Scale(levels, _TOP + _HEIGHT, _TOP, zero=False)
    times = [m.at for m in (*given, *targets)] or [0.0]
    first = math.ceil(min(times)) - 1
    last = max(math.ceil(max(times)), first + 1)
    across = svg.Scale([float(first), float(last)], _LEFT, _RIGHT, zero=False)
    parts = [*_axes(levels, up, across, range(first, last))]
    # A break stands halfway between the end of the last old period and that of the first new one.
    for moment in line.breaks:
        at = moment.at - lasts(moment.label) / 2
        if first <= at <= last:
            x = across(at)
            parts.append(svg.line("grafica__ruptura", x, _TOP - 8, x, _TOP + _HEIGHT))
            cls = "grafica__eje" + (" grafica__cifra--fin" if x > 60 else " grafica__cifra--inicio")
            parts.append(svg.text(cls, x, _TOP - 14, say("Ruptura de la serie")))
    for a, b in itertools.pairwise(sorted(targets, key=lambda m: m.at)):
        parts.append(
            svg.line("grafica__meta", across(a.at), up(a.value or 0), across(b.at), up(b.value or 0))
        )
    parts += [svg.dot("grafica__meta-punto", across(m.at), up(m.value or 0), 4) for m in targets]
    for run in runs(line.values, line.breaks):
        for a, b in itertools.pairwise(run):
            parts.append(
                svg.line("grafica__trazo", across(a.at), up(a.value or 0), across(b.at), up(b.value or 0))
            )
        parts += [svg.dot("grafica__punto", across(m.at), up(m.value or 0), 3.5) for m in run]
    parts += _said(given, targets, up, across)
    return svg.joined(parts), _TOP + _HEIGHT + _FOOT + (20 if targets else 0)


def _axes(levels: Sequence[float], up: svg.Scale, across: svg.Scale, years: range) -> list[Markup]:
    parts = []
    for level in levels:
        y = up(level)
        parts.append(svg.line("grafica__reja", _LEFT, y, 100, y))
        parts.append(svg.text("grafica__eje grafica__cifra--fin", _LEFT - 2, y + 4, _short(level)))
    every = -(-len(years) // _LABELS)
    for i, year in enumerate(years):
        if (len(years) - 1 - i) % every == 0:
            x = (across(year) + across(year + 1)) / 2
            parts.append(svg.text("grafica__eje", x, _TOP + _HEIGHT + 18, str(year)))
    return parts


def _said(
    given: Sequence[Moment], targets: Sequence[Moment], up: svg.Scale, across: svg.Scale
) -> list[Markup]:
    """Return the words of the drawing: the last value, and in the key the last target."""
    parts = []
    if given:
        last = max(given, key=lambda m: m.at)
        x, y = across(last.at), up(last.value or 0)
        nearest = min((up(t.value or 0) for t in targets if abs(across(t.at) - x) < 12), default=None,
                      key=lambda t: abs(t - y))  # fmt: skip
        below = nearest is not None and nearest < y
        parts.append(
            svg.text("grafica__cifra grafica__cifra--fin", x, y + 19 if below else y - 9, last.shown)
        )
    if targets:
        last = max(targets, key=lambda m: m.at)
        y = _TOP + _HEIGHT + _FOOT + 14
        parts.append(svg.line("grafica__trazo", 0, y - 4, 6, y - 4))
        parts.append(svg.text("grafica__rotulo", 8, y, say("Valor")))
        parts.append(svg.line("grafica__meta", 28, y - 4, 34, y - 4))
        aim = say("Meta; para {period}: {value}", period=last.label, value=last.shown)
        parts.append(svg.text("grafica__rotulo", 36, y, aim[:36]))
    return parts


def ticks(values: Sequence[float]) -> list[float]:
    """Return round levels that hold all *values* between the first and the last.

    >>> ticks([65.5, 88.6]), ticks([]), ticks([3])
    ([60.0, 70.0, 80.0, 90.0], [0.0, 1.0], [0.0, 1.0, 2.0, 3.0])
    """
    found = [svg.finite(v) for v in values] or [0.0, 1.0]
    low, high = min(found), max(found)
    # The axis starts at 0 unless the line would then be a flat stroke at the top.
    low = min(low, 0.0) if low <= 0 or low < high * 0.4 or low == high else low
    high = max(high, 0.0)
    if low == high:
        return [low, low + 1]
    if high / 2 - low / 2 > 1e300 or high - low < 1e-300:
        return [low, high]
    step = _round((high - low) / _TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    if not math.isfinite(first * step) or last - first > 4 * _TICKS:
        return [low, high]
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def _round(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= step * 0.999)


def _short(level: float) -> str:
    """Return a level of the axis in few letters."""
    for size, name in _SIZES:
        if abs(level) >= size * (10 if size == 1e3 else 1):
            return say(name, number=f"{level / size:.3g}")
    return f"{level:.4g}"
