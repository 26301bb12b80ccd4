"""A chart as files: its numbers as CSV, and its drawing as an SVG that needs no style sheet."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from vitrina.portal.charts.line import Line
from vitrina.portal.charts.paint import Paint
from vitrina.portal.figures import Figure
from vitrina.portal.words import say

_FORMULA = re.compile(r"[=+\-@\t\r]")


def figure_csv(figure: Figure) -> bytes:
    """Return the numbers of *figure*, one row per bar, exact."""
    names = figure.series or (figure.unit,)
    rows = [[p.label, *(map(_plain, p.parts if figure.series else (p.value,)))] for p in figure.points]
    return _csv([figure.by, *names], rows)


def line_csv(line: Line) -> bytes:
    """Return a line's periods with value, target and break, in order of time."""
    return _csv(
        line_heads(line),
        [[r[0], *map(_plain, r[1:3]), r[3]] for r in line_rows(line)],
    )


def line_heads(line: Line) -> list[str]:
    """Return the names of the columns of `line_rows`."""
    return [say("Periodo"), line.unit, say("Meta"), say("Ruptura de la serie")]


def line_rows(line: Line) -> list[tuple[str, float | None, float | None, str]]:
    """Return (period, value, target, why it is a break) in order of time."""
    values = {(m.at, m.label): m.value for m in line.values}
    targets = {(m.at, m.label): m.value for m in line.targets}
    breaks = {(m.at, m.label): m.note or say("Sí") for m in line.breaks}
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
