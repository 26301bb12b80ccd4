"""Columns per year, and the sparkline: the same years in the height of a line of text."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from vitrina.portal.charts import svg
from vitrina.portal.figures import Figure

_HEIGHT = 150
_MARGIN = 24
_LABELS = 8
_THIN = 1.5
_SPARK = 32


def columns(figure: Figure) -> tuple[Markup, float]:
    """Return the columns and the height they take; a negative one hangs from the base."""
    points = figure.points
    step = 100 / max(len(points), 1)
    every = -(-len(points) // _LABELS)
    scale = svg.Scale([p.value for p in points], _MARGIN + _HEIGHT, _MARGIN)
    base = scale(0)
    top = max((svg.finite(p.value) for p in points), default=0)
    parts: list[Markup] = []
    for i, point in enumerate(points):
        end = scale(point.value)
        if end != base:
            height = max(abs(end - base), _THIN)
            parts.append(
                svg.rect(
                    "grafica__barra",
                    i * step + step * 0.14,
                    base - height if end < base else base,
                    step * 0.72,
                    height,
                )
            )
        middle = i * step + step / 2
        # Labels count back from the last year, so that the year people look for first is always named.
        if (len(points) - 1 - i) % every == 0:
            parts.append(svg.text("grafica__eje", middle, _MARGIN + _HEIGHT + 18, point.label))
        if point.value == top or i == len(points) - 1:
            cls = "grafica__cifra" + _edge(i, len(points))
            parts.append(svg.text(cls, middle, min(end, base) - 7, point.shown))
    parts.append(svg.rect("grafica__base", 0, base, 100, 1))
    return svg.joined(parts), _HEIGHT + 2 * _MARGIN


def _edge(at: int, count: int) -> str:
    """A number over the first or last column grows inwards, so that it is never cut."""
    if count < 4:
        return ""
    return " grafica__cifra--inicio" if at == 0 else " grafica__cifra--fin" if at >= count - 1 else ""


def sparkline(name: str, title: str, finding: str, values: Sequence[float]) -> Markup:
    """Return small columns without numbers, one per value; the table beside them has the numbers.

    *name* is used for the ids of its title and description.
    """
    step = 100 / max(len(values), 1)
    scale = svg.Scale(values, _SPARK, 0)
    base = scale(0)
    parts = []
    for i, value in enumerate(values):
        end = scale(value)
        height = max(abs(end - base), 1)
        mark = "grafica__barra grafica__barra--ultima" if i == len(values) - 1 else "grafica__barra"
        top = min(end, base) if height > 1 else min(base, _SPARK - 1)
        parts.append(svg.rect(mark, i * step + step * 0.1, top, step * 0.8, height))
    return svg.wrapped("chispa", name, title, finding, svg.joined(parts), _SPARK)
