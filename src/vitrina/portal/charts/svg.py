"""The elements all charts are made of. Every text passes through markupsafe; no attribute ever holds data."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence

from markupsafe import Markup

LETTER = 2.7
"""Percent of a phone's width that one letter of a bar's number takes; the longest bar leaves room for it."""
_CHARACTERS = 42
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SVG = Markup(
    '<svg class="grafica grafica--{kind}" role="img" aria-labelledby="{id}-t {id}-d" width="100%" height="{height}">'
    '<title id="{id}-t">{title}</title><desc id="{id}-d">{desc}</desc>{body}</svg>'
)
_TEXT = Markup('<text class="{cls}" x="{x}" y="{y}">{text}</text>')
_RECT = Markup('<rect class="{cls}" x="{x}" y="{y}" width="{width}" height="{height}"/>')
_LINE = Markup('<line class="{cls}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')
_DOT = Markup('<circle class="{cls}" cx="{x}" cy="{y}" r="{r}"/>')


def wrapped(kind: str, name: str, title: str, finding: str, body: Markup, height: float) -> Markup:
    """Return the whole drawing: *kind* for its class, *name* for the ids of its title and description."""
    return _SVG.format(
        kind=kind, id=name, height=f"{height:g}", title=clean(title), desc=clean(finding), body=body
    )


def clean(text: str) -> str:
    """Return *text* without the characters that no XML file may hold."""
    return _NOT_XML.sub("", text)


def finite(value: float) -> float:
    """Return *value*, 0 when it is no number one can draw."""
    return value if math.isfinite(value) else 0.0


def percent(value: float) -> str:
    return f"{value:.2f}%"


def text(cls: str, x: float, y: float, said: str) -> Markup:
    """*x* in percent of the width, *y* in units, like in all the others."""
    return _TEXT.format(cls=cls, x=percent(x), y=f"{y:.1f}", text=clean(said))


def rect(cls: str, x: float, y: float, width: float, height: float) -> Markup:
    return _RECT.format(cls=cls, x=percent(x), y=f"{y:.1f}", width=percent(width), height=f"{height:.1f}")


def line(cls: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return _LINE.format(cls=cls, x1=percent(x1), y1=f"{y1:.1f}", x2=percent(x2), y2=f"{y2:.1f}")


def dot(cls: str, x: float, y: float, radius: float = 4) -> Markup:
    return _DOT.format(cls=cls, x=percent(x), y=f"{y:.1f}", r=f"{radius:g}")


def joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def lines_of(label: str) -> list[str]:
    """Return a label in at most two lines."""
    return textwrap.wrap(clean(label), _CHARACTERS, max_lines=2, placeholder="…") or [""]


class Scale:
    """Values → places between *start* and *end*; 0 is always on it, and no value falls outside."""

    def __init__(self, values: Sequence[float], start: float, end: float, *, zero: bool = True) -> None:
        found = [finite(v) for v in values] or [0.0]
        # Halved before subtracting: the span of two huge values of opposite sign is no number.
        self.low = min([*found, 0.0] if zero else found) / 2
        self.high = max([*found, 0.0] if zero else found) / 2
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = (finite(value) / 2 - self.low) / span if span else 0.0
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)
