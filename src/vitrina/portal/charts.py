"""SVG charts drawn at build time: horizontal bars and columns per year, coloured by CSS classes only.

Widths and horizontal places are percentages, heights and texts are plain units: a chart fills a phone or a
sheet of paper without its letters growing or shrinking. The drawing is for the eye; the table that the
template puts beside it is the accessible form.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from markupsafe import Markup

from vitrina.portal.figures import Figure, Point

_LINE = 18
_BAR = 12
_GAP = 12
_LETTER = 2.7
"""Percent of a phone's width that one letter of a bar's number takes; the longest bar leaves room for it."""
_CHARACTERS = 42
_COLUMNS_HEIGHT = 150
_MARGIN = 24
_LABELS = 8

_SVG = Markup(
    '<svg class="grafica grafica--{kind}" role="img" aria-labelledby="{id}-t {id}-d" width="100%" height="{height}">'
    '<title id="{id}-t">{title}</title><desc id="{id}-d">{desc}</desc>{body}</svg>'
)
_TEXT = Markup('<text class="{cls}" x="{x}" y="{y}">{text}</text>')
_RECT = Markup('<rect class="{cls}" x="{x}" y="{y}" width="{width}" height="{height}"/>')


def draw(figure: Figure, prefix: str = "g") -> Markup:
    """Return *figure* as an SVG element; *prefix* keeps its ids apart from other charts' on the page."""
    columns = figure.kind == "years"
    body, height = _columns(figure.points) if columns else _bars(figure.points)
    return _SVG.format(
        kind="columnas" if columns else "barras",
        id=f"{prefix}-{figure.id}",
        height=height,
        title=figure.title,
        desc=figure.finding,
        body=body,
    )


def _bars(points: Sequence[Point]) -> tuple[Markup, int]:
    top = max((p.value for p in points), default=0) or 1
    widest = 95 - _LETTER * max((len(p.shown) for p in points), default=0)
    parts: list[Markup] = []
    y = 0
    for point in points:
        for line in _wrap(point.label):
            y += _LINE
            parts.append(_TEXT.format(cls="grafica__rotulo", x=0, y=y - 5, text=line))
        width = max(point.value, 0) / top * widest
        mark = "grafica__barra grafica__barra--resto" if point.quiet else "grafica__barra"
        parts.append(_RECT.format(cls=mark, x=0, y=y, width=f"{max(width, 0.4):.2f}%", height=_BAR))
        parts.append(
            _TEXT.format(cls="grafica__valor", x=f"{width + 1.5:.2f}%", y=y + _BAR - 1, text=point.shown)
        )
        y += _BAR + _GAP
    return Markup("").join(parts), y


def _wrap(label: str) -> list[str]:
    return textwrap.wrap(label, _CHARACTERS, max_lines=2, placeholder="…") or [""]


def _columns(points: Sequence[Point]) -> tuple[Markup, int]:
    top = max((p.value for p in points), default=0) or 1
    step = 100 / max(len(points), 1)
    every = -(-len(points) // _LABELS)
    parts: list[Markup] = []
    base = _MARGIN + _COLUMNS_HEIGHT
    for i, point in enumerate(points):
        height = max(point.value, 0) / top * _COLUMNS_HEIGHT
        if height:
            parts.append(
                _RECT.format(
                    cls="grafica__barra",
                    x=f"{i * step + step * 0.14:.2f}%",
                    y=f"{base - max(height, 1.5):.1f}",
                    width=f"{step * 0.72:.2f}%",
                    height=f"{max(height, 1.5):.1f}",
                )
            )
        middle = f"{i * step + step / 2:.2f}%"
        # Labels count back from the last year, so that the year people look for first is always named.
        if (len(points) - 1 - i) % every == 0:
            parts.append(_TEXT.format(cls="grafica__eje", x=middle, y=base + 18, text=point.label))
        if point.value == top or i == len(points) - 1:
            cls = "grafica__cifra" + _edge(i, len(points))
            parts.append(_TEXT.format(cls=cls, x=middle, y=f"{base - height - 7:.1f}", text=point.shown))
    parts.append(_RECT.format(cls="grafica__base", x=0, y=base, width="100%", height=1))
    return Markup("").join(parts), base + _MARGIN


def _edge(at: int, count: int) -> str:
    """A number over the first or last column grows inwards, so that it is never cut."""
    if count < 4:
        return ""
    return " grafica__cifra--inicio" if at == 0 else " grafica__cifra--fin" if at >= count - 1 else ""
