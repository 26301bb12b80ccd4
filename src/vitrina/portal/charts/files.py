"""A chart as files: its numbers as CSV, and its drawing as an SVG that needs no style sheet."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from vitrina.portal.charts import svg
from vitrina.portal.charts.line import Line
from vitrina.portal.figures import Figure

_WIDTH = 640
_HEAD = 30
_TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-fA-F]{3,8})\s*;")
_CLASS = re.compile(r' class="([^"]*)"')
_FORMULA = re.compile(r"[=+\-@\t\r]")
_LETTERS = 'font-family="sans-serif"'

# Class → what the style sheet says of it, as attributes; {name} is a colour of identidad.css. After
# css/pieces/charts.css: whoever changes one changes the other.
_PAINT = {
    "grafica__rotulo": 'font-size="14" fill="{tinta}"',
    "grafica__valor": 'font-size="14" font-weight="600" fill="{tinta}"',
    "grafica__cifra": 'font-size="14" font-weight="600" fill="{tinta}" text-anchor="middle"',
    "grafica__eje": 'font-size="13" fill="{tinta-suave}" text-anchor="middle"',
    "grafica__cifra--inicio": 'text-anchor="start"',
    "grafica__cifra--fin": 'text-anchor="end"',
    "grafica__barra": 'fill="{serie}"',
    "grafica__barra--resto": 'fill="{serie-resto}"',
    "grafica__base": 'fill="{raya-firme}"',
    "grafica__cero": 'stroke="{raya-firme}"',
    "grafica__guia": 'stroke="{raya-firme}"',
    "grafica__reja": 'stroke="{raya}"',
    "grafica__punto": 'fill="{serie}"',
    "grafica__punto--resto": 'fill="{serie-resto}"',
    "grafica__trazo": 'stroke="{serie}" stroke-width="2.5"',
    "grafica__meta": 'stroke="{aviso}" stroke-width="2" stroke-dasharray="6 4"',
    "grafica__meta-punto": 'fill="{hoja}" stroke="{aviso}" stroke-width="2"',
    "grafica__ruptura": 'stroke="{tinta-suave}" stroke-width="1.5" stroke-dasharray="2 3"',
    "grafica__parte": 'stroke="{hoja}" stroke-width="1.5"',
    **{f"grafica__parte--{i}": f'fill="{{parte-{i}}}"' for i in range(1, 6)},
}


class Paint:
    """The colours of the portal's identity, for drawings that leave the page. Light ones: files are for paper."""

    def __init__(self, sheets: Sequence[Path]) -> None:
        """*sheets*: the theme's identidad.css and the portal's own; in each the first value of a name is the light one."""
        self.colours: dict[str, str] = {}
        for sheet in sheets:
            own: dict[str, str] = {}
            for name, colour in _TOKEN.findall(sheet.read_text(encoding="utf-8")) if sheet.is_file() else ():
                own.setdefault(name, colour)
            self.colours |= own
        self.known: dict[str, str] = {}

    def file(self, drawing: Markup, title: str, source: str) -> bytes:
        """Return *drawing* as a file of its own, under its *title* and over a line that says its *source*."""
        text = _CLASS.sub(lambda found: self._attributes(found[1]), str(drawing))
        start, _, body = text.partition(">")
        height = float(re.findall(r'height="([\d.]+)"', start)[-1])
        start = re.sub(r' width="[^"]*" height="[^"]*"', "", start)
        head = Markup('<text x="0" y="18" font-size="16" font-weight="700" fill="{}">{}</text>')
        foot = Markup('<text x="0" y="{}" font-size="12" fill="{}">{}</text>')
        ink = self.colours.get("tinta", "#000000")
        whole = height + _HEAD + 30
        named, _, shapes = body.removesuffix("</svg>").partition("</desc>")
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'{start} xmlns="http://www.w3.org/2000/svg" {_LETTERS} width="{_WIDTH + 48}" height="{whole:g}">{named}</desc>'
            f'<rect width="100%" height="100%" fill="{self.colours.get("hoja", "#ffffff")}"/>'
            f'<svg x="12" y="8" width="{_WIDTH}" height="{whole:g}" overflow="visible">'
            f"{head.format(ink, svg.clean(title))}"
            f'<svg y="{_HEAD}" width="{_WIDTH}" height="{height:g}" overflow="visible">{shapes}</svg>'
            f"{foot.format(f'{height + _HEAD + 10:g}', ink, svg.clean(source))}</svg></svg>\n"
        ).encode()

    def _attributes(self, classes: str) -> str:
        if classes not in self.known:
            pairs: dict[str, str] = {}
            for name in classes.split():
                painted = _PAINT.get(name, "")
                for attribute, value in re.findall(r'([a-z-]+)="([^"]*)"', painted):
                    pairs[attribute] = self.colours.get(value[1:-1], "#333333") if value[0] == "{" else value
            self.known[classes] = "".join(f' {k}="{v}"' for k, v in pairs.items())
        return self.known[classes]


def figure_csv(figure: Figure) -> bytes:
    """Return the numbers of *figure*, one row per bar, exact."""
    names = figure.series or (figure.unit,)
    rows = [[p.label, *(map(_plain, p.parts if figure.series else (p.value,)))] for p in figure.points]
    return _csv([figure.by, *names], rows)


def line_csv(line: Line) -> bytes:
    """Return a line's periods with value, target and break, in order of time."""
    return _csv(
        ["Periodo", line.unit, "Meta", "Ruptura de la serie"],
        [[r[0], *map(_plain, r[1:3]), r[3]] for r in line_rows(line)],
    )


def line_rows(line: Line) -> list[tuple[str, float | None, float | None, str]]:
    """Return (period, value, target, why it is a break) in order of time."""
    values = {(m.at, m.label): m.value for m in line.values}
    targets = {(m.at, m.label): m.value for m in line.targets}
    breaks = {(m.at, m.label): m.note or "Sí" for m in line.breaks}
    # Of a quarter and a year that end on the same day, the quarter comes first.
    order = sorted({*values, *targets, *breaks}, key=lambda k: (k[0], -len(k[1]), k[1]))
    return [(k[1], values.get(k), targets.get(k), breaks.get(k, "")) for k in order]


def _plain(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(round(value, 6))


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 with a BOM; a name that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_safe(c) for c in head])
    writer.writerows([[_safe(row[0]), *row[1:-1], _last(row)] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _last(row: Sequence[str]) -> str:
    return row[-1] if _number(row[-1]) else _safe(row[-1])


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", text))


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


Files = Mapping[str, bytes]


def of_figure(figure: Figure, drawing: Markup, folder: str, paint: Paint, source: str) -> Files:
    """Return the two files of *figure* by their output path."""
    return {
        f"{folder}{figure.id}.csv": figure_csv(figure),
        f"{folder}{figure.id}.svg": paint.file(drawing, figure.title, source),
    }


def of_line(line: Line, drawing: Markup, folder: str, paint: Paint, source: str) -> Files:
    """Return the two files of *line* by their output path."""
    return {
        f"{folder}{line.id}.csv": line_csv(line),
        f"{folder}{line.id}.svg": paint.file(drawing, line.title, source),
    }
