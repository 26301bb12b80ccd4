"""A drawing that leaves the page: what the style sheets say of its classes becomes attributes of its elements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from vitrina.portal.charts import svg

_WIDTH = 640
_HEAD = 30
_LETTER = 14
"""The size of the texts, as in css/pieces/charts.css."""
_REM = 16
_TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-fA-F]{3,8})\s*;")
_CLASS = re.compile(r' class="([^"]*)"')
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_OF_CLASS = re.compile(r"(?:\.grafica text)?\.(grafica__[a-z0-9-]+)")
_ATTRIBUTES = {"fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap"}
_ATTRIBUTES |= {"font-size", "font-weight", "text-anchor"}
"""Properties that are attributes of SVG too (SVG 2, 6.6); the rest only helps on the page."""


class Paint:
    """The colours of the portal's identity, for drawings that leave the page. Light ones: files are for paper."""

    def __init__(self, charts: Path, sheets: Sequence[Path]) -> None:
        """*charts*: css/pieces/charts.css; *sheets*: the theme's identidad.css and the portal's own.

        In each of the latter the first value of a name is the light one.
        """
        self.colours: dict[str, str] = {}
        for sheet in sheets:
            own: dict[str, str] = {}
            for name, colour in _TOKEN.findall(sheet.read_text(encoding="utf-8")) if sheet.is_file() else ():
                own.setdefault(name, colour)
            self.colours |= own
        self.colours["papel"] = self.colours.get("hoja", "#ffffff")  # a file is on a sheet, not on the page
        self.rules = _rules(charts.read_text(encoding="utf-8"))
        self.known: dict[str, str] = {}

    def file(self, drawing: Markup, title: str, source: str) -> bytes:
        """Return *drawing* as a file of its own, under its *title* and over a line that says its *source*."""
        text = _CLASS.sub(lambda found: self._attributes(found[1]), str(drawing))
        start, _, body = text.partition(">")
        height = float(re.findall(r'height="([\d.]+)"', start)[-1])
        start = re.sub(r' width="[^"]*" height="[^"]*"', "", start)
        ink, whole = self.colours.get("tinta", "#000000"), height + _HEAD + 30
        letters = f'font-family="sans-serif" font-size="{_LETTER}" fill="{ink}"'
        head = Markup('<text x="0" y="18" font-size="16" font-weight="700">{}</text>').format(
            svg.clean(title)
        )
        foot = Markup('<text x="0" y="{:g}" font-size="12">{}</text>').format(
            height + _HEAD + 10, svg.clean(source)
        )
        named, _, shapes = body.removesuffix("</svg>").partition("</desc>")
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'{start} xmlns="http://www.w3.org/2000/svg" {letters} width="{_WIDTH + 48}" height="{whole:g}">'
            f'{named}</desc><rect width="100%" height="100%" fill="{self.colours["papel"]}"/>'
            f'<svg x="12" y="8" width="{_WIDTH}" height="{whole:g}" overflow="visible">{head}'
            f'<svg y="{_HEAD}" width="{_WIDTH}" height="{height:g}" overflow="visible">{shapes}</svg>{foot}</svg></svg>\n'
        ).encode()

    def _attributes(self, classes: str) -> str:
        if classes not in self.known:
            pairs: dict[str, str] = {}
            for name in classes.split():
                pairs |= self.rules.get(name, {})
            self.known[classes] = "".join(f' {k}="{self._value(v)}"' for k, v in pairs.items())
        return self.known[classes]

    def _value(self, value: str) -> str:
        return self.colours.get(value[6:-1], "#333333") if value.startswith("var(--") else value


def _rules(sheet: str) -> dict[str, dict[str, str]]:
    """Return class → attribute → value of *sheet*, for the rules of one class; a colour stays a variable."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in _RULE.findall(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        declared = (d.split(":", 1) for d in body.split(";") if ":" in d)
        pairs = {k.strip(): _length(v.strip()) for k, v in declared if k.strip() in _ATTRIBUTES}
        for selector in selectors.split(","):
            of_class = _OF_CLASS.fullmatch(selector.strip())
            if of_class:
                found.setdefault(of_class[1], {}).update(pairs)
    return found


def _length(value: str) -> str:
    return f"{float(value.removesuffix('rem')) * _REM:g}" if value.endswith("rem") else value
