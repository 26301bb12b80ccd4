"""SVG charts drawn at build time, coloured by CSS classes only.

Widths and horizontal places are percentages, heights and texts are plain units: a chart fills a phone or a
sheet of paper without its letters growing or shrinking, and long names stand above their bar, so that one
drawing serves both. The drawing is for the eye; the table that the template puts beside it is the accessible form.
"""

from __future__ import annotations

from markupsafe import Markup

from vitrina.portal.charts.bars import bars, dots, stacked
from vitrina.portal.charts.columns import columns
from vitrina.portal.charts.svg import wrapped
from vitrina.portal.figures import Figure

_DRAWN = {
    "bars": ("barras", bars),
    "dots": ("puntos", dots),
    "stacked": ("apiladas", stacked),
    "years": ("columnas", columns),
}


def draw(figure: Figure, prefix: str = "g") -> Markup:
    """Return *figure* as an SVG element; *prefix* keeps its ids apart from other charts' on the page."""
    name, shape = _DRAWN[figure.kind]
    body, height = shape(figure)
    return wrapped(name, f"{prefix}-{figure.id}", figure.title, figure.finding, body, height)
