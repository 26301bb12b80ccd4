"""Horizontal bars: plain, stacked by a second column, and dots where only the place matters."""

from __future__ import annotations

from markupsafe import Markup

from vitrina.portal.charts import svg
from vitrina.portal.figures import Figure, Point

_LINE = 18
_BAR = 12
_GAP = 12
_HAIR = 0.4
"""Percent below which a bar would not be seen."""
_NARROWEST = 25
"""Percent the bars keep however long their numbers are."""
_KEY = 20
TONES = 5
"""Tones of a stacked bar (css/pieces/charts.css); what is beyond goes to the last one."""


def _widest(figure: Figure) -> float:
    return max(95 - svg.LETTER * max((len(p.shown) for p in figure.points), default=0), _NARROWEST)


def _label(point: Point, y: float) -> tuple[list[Markup], float]:
    parts = []
    for words in svg.lines_of(point.label):
        y += _LINE
        parts.append(svg.text("grafica__rotulo", 0, y - 5, words))
    return parts, y


def bars(figure: Figure) -> tuple[Markup, float]:
    """Return the bars and the height they take; a negative one grows to the left of the zero."""
    scale = svg.Scale([p.value for p in figure.points], 0, _widest(figure))
    zero = scale(0)
    parts: list[Markup] = []
    y = 0.0
    for point in figure.points:
        label, y = _label(point, y)
        end = scale(point.value)
        mark = "grafica__barra grafica__barra--resto" if point.quiet else "grafica__barra"
        width = max(abs(end - zero), _HAIR)
        parts += [
            *label,
            svg.rect(mark, min(zero, end), y, width, _BAR),
            svg.text("grafica__valor", max(zero, end) + 1.5, y + _BAR - 1, point.shown),
        ]
        y += _BAR + _GAP
    if zero:
        parts.append(svg.line("grafica__cero", zero, 0, zero, y))
    return svg.joined(parts), y


def dots(figure: Figure) -> tuple[Markup, float]:
    """Return a dot per value on a thin rule."""
    scale = svg.Scale([p.value for p in figure.points], 2, _widest(figure))
    parts: list[Markup] = []
    y = 0.0
    for point in figure.points:
        label, y = _label(point, y)
        at, middle = scale(point.value), y + _BAR / 2
        mark = "grafica__punto grafica__punto--resto" if point.quiet else "grafica__punto"
        parts += [
            *label,
            svg.line("grafica__guia", scale(0), middle, at, middle),
            svg.dot(mark, at, middle, 5),
            svg.text("grafica__valor", at + 2.5, y + _BAR - 1, point.shown),
        ]
        y += _BAR + _GAP
    return svg.joined(parts), y


def stacked(figure: Figure) -> tuple[Markup, float]:
    """Return bars cut in the parts of `Point.parts`; negative parts, which no stack can show, have no width.

    Each part of the key says its name beside its tone; the borders between parts are drawn, so that they can be
    told apart without colour, and the table beside says each number.
    """
    parts: list[Markup] = []
    y = 0.0
    for i, name in enumerate(figure.series):
        y += _KEY
        parts.append(svg.rect(_tone(i), 0, y - 13, 3.2, _BAR))
        parts.append(svg.text("grafica__rotulo", 5, y - 3, svg.lines_of(name)[0]))
    y += _GAP if figure.series else 0
    sums = [sum(_positive(v) / 2 for v in p.parts) for p in figure.points]
    scale = svg.Scale(sums, 0, _widest(figure))
    for point in figure.points:
        label, y = _label(point, y)
        parts += label
        so_far, right = 0.0, 0.0
        for i, value in enumerate(point.parts):
            left = scale(so_far)
            so_far += _positive(value) / 2
            right = scale(so_far)
            if right > left:
                parts.append(svg.rect(_tone(i), left, y, right - left, _BAR))
        parts.append(svg.text("grafica__valor", right + 1.5, y + _BAR - 1, point.shown))
        y += _BAR + _GAP
    return svg.joined(parts), y


def _positive(value: float) -> float:
    # Ten parts of the largest number there is must still add up to one.
    return min(max(svg.finite(value), 0.0), 1e300)


def _tone(at: int) -> str:
    return f"grafica__parte grafica__parte--{min(at, TONES - 1) + 1}"
