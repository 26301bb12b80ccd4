"""Any numbers and any text: no mark outside the frame, sums that hold, and nothing injected."""

from __future__ import annotations

import csv
import io
import math
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from vitrina.config import HOME
from vitrina.portal import charts
from vitrina.portal.charts import files, line
from vitrina.portal.charts.columns import sparkline
from vitrina.portal.charts.line import Line, Moment
from vitrina.portal.charts.paint import Paint
from vitrina.portal.figures import Figure, Point

CHARTS = HOME / "themes" / "vitrina" / "css" / "pieces" / "charts.css"
KINDS = ("bars", "years", "dots", "stacked")
NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**12), 10**12).map(float)
TEXTS = st.text(max_size=80) | st.sampled_from(
    ['<script>alert(1)</script>', '"/><image href=x onerror=alert(1)>', "]]>", "{{ 7*7 }}", "\x00\x08", "=1+1", ""]
)  # fmt: skip
ELEMENTS = {"svg", "title", "desc", "text", "rect", "line", "circle"}
ATTRIBUTES = {
    "class", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "id", "role", "aria-labelledby",
    "fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "text-anchor",
    "overflow",
}  # fmt: skip


@st.composite
def figures(draw: st.DrawFn, kind: str) -> Figure:
    series = tuple(draw(st.lists(TEXTS, min_size=1, max_size=7))) if kind == "stacked" else ()
    points = draw(
        st.lists(
            st.builds(
                Point,
                TEXTS,
                NUMBERS,
                TEXTS,
                quiet=st.booleans(),
                parts=st.tuples(*[NUMBERS] * len(series)),
            ),
            max_size=12,
        )
    )
    return Figure(
        "f", draw(TEXTS), kind, draw(TEXTS), draw(TEXTS), tuple(points), draw(TEXTS), series, series
    )


MOMENTS = st.builds(
    Moment, TEXTS, st.floats(1990, 2060), st.none() | NUMBERS.filter(math.isfinite), TEXTS, TEXTS
)
LINES = st.builds(
    Line, st.just("serie"), TEXTS, TEXTS, TEXTS, *[st.lists(MOMENTS, max_size=9).map(tuple)] * 3
)


def elements(svg: Markup | bytes) -> list[ET.Element]:
    """Every element of a drawing, which must be well formed and made of what charts are made of."""
    root = ET.fromstring(svg)
    found = list(root.iter())
    for element in found:
        assert element.tag.rpartition("}")[2] in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
    return found


def place(element: ET.Element, name: str) -> float:
    return float(element.attrib.get(name, "0").rstrip("%"))


def assert_inside(svg: Markup) -> None:
    root, *rest = elements(svg)
    height = place(root, "height")
    for e in rest:
        if e.tag == "rect":
            assert place(e, "x") >= 0
            assert place(e, "x") + place(e, "width") <= 100.02
            assert place(e, "y") >= 0
            assert place(e, "y") + place(e, "height") <= height + 0.1
        if e.tag == "line":
            assert 0 <= min(place(e, "x1"), place(e, "x2")) <= max(place(e, "x1"), place(e, "x2")) <= 100
            assert 0 <= min(place(e, "y1"), place(e, "y2")) <= max(place(e, "y1"), place(e, "y2")) <= height
        if e.tag == "circle":
            assert 0 <= place(e, "cx") <= 100
            assert 0 <= place(e, "cy") <= height


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(data=st.data())
def test_any_figure_stays_inside_its_frame_and_injects_nothing(kind: str, data: st.DataObject) -> None:
    assert_inside(charts.draw(data.draw(figures(kind))))


@settings(deadline=None)
@given(LINES)
def test_any_line_stays_inside_its_frame_and_injects_nothing(drawn: Line) -> None:
    assert_inside(line.draw(drawn))


@settings(deadline=None)
@given(TEXTS, TEXTS, st.lists(NUMBERS, max_size=40))
def test_any_sparkline_stays_inside_its_frame(title: str, finding: str, values: list[float]) -> None:
    assert_inside(sparkline("s", title, finding, values))


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(data=st.data())
def test_any_file_is_a_drawing_by_itself_and_the_same_twice(kind: str, data: st.DataObject) -> None:
    figure = data.draw(figures(kind))
    paint = Paint(CHARTS, [])
    made = paint.file(charts.draw(figure), figure.title, "Fuente: la prueba")
    assert elements(made)
    assert b"class=" not in made
    assert made == Paint(CHARTS, []).file(charts.draw(figure), figure.title, "Fuente: la prueba")


def widths(svg: Markup, cls: str) -> list[float]:
    return [place(e, "width") for e in elements(svg) if str(e.get("class", "")).startswith(cls)]


@settings(deadline=None)
@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=10))
def test_bars_are_in_proportion(values: list[int]) -> None:
    points = tuple(Point("a", float(v), str(v)) for v in values)
    found = widths(charts.draw(Figure("f", "t", "bars", "u", "b", points, "d")), "grafica__barra")
    widest = max(found)
    for value, width in zip(values, found, strict=True):
        assert width == pytest.approx(max(value / max(values) * widest, 0.4), abs=0.02)


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 10_000)] * 3), min_size=1, max_size=8))
def test_the_parts_of_a_stack_add_up_to_its_bar(rows: list[tuple[int, int, int]]) -> None:
    points = tuple(Point("a", float(sum(r)), "n", parts=tuple(map(float, r))) for r in rows)
    figure = Figure("f", "t", "stacked", "u", "b", points, "d", ("x", "y", "z"), ("x", "y", "z"))
    key, drawn = 3, elements(charts.draw(figure))
    bars = [e for e in drawn if e.tag == "rect"][key:]
    assert len(bars) <= 3 * len(rows)
    by_row: dict[str, float] = {}
    for e in bars:
        by_row[e.attrib["y"]] = by_row.get(e.attrib["y"], 0) + place(e, "width")
    most = max(max(map(sum, rows)), 1)
    whole = max(by_row.values(), default=0)
    sums = [sum(r) / most * whole for r in rows if sum(r)]
    assert sorted(by_row.values()) == pytest.approx(sorted(sums), abs=0.08)


def moments(*values: tuple[str, float | None]) -> tuple[Moment, ...]:
    return tuple(Moment(p, line.ends(p) or 0, v, str(v)) for p, v in values)


def test_a_missing_value_and_a_break_are_not_joined() -> None:
    values = moments(("2024-T1", 1), ("2024-T2", 2), ("2024-T4", 3), ("2025-T1", 4), ("2025-T2", 5))
    breaks = moments(("2025-T2", None))
    found = [[m.label for m in run] for run in line.runs(values, breaks)]
    assert found == [["2024-T1", "2024-T2"], ["2024-T4", "2025-T1"], ["2025-T2"]]


def test_a_period_told_as_empty_is_a_gap() -> None:
    found = line.runs(moments(("2022", 1), ("2023", None), ("2024", 3)), ())
    assert [len(run) for run in found] == [1, 1]


@settings(deadline=None)
@given(st.lists(NUMBERS.filter(math.isfinite), max_size=20))
def test_the_axis_holds_every_value(values: list[float]) -> None:
    levels = line.ticks(values)
    assert levels == sorted(levels)
    assert 2 <= len(levels) <= 18
    unseen = levels[-1] * 1e-9 - levels[0] * 1e-9  # of the axis: too little to be drawn
    for value in values:
        assert levels[0] - unseen <= value <= levels[-1] + unseen


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@settings(deadline=None)
@given(figures("stacked"))
def test_the_csv_has_a_row_per_bar_and_no_formula(figure: Figure) -> None:
    found = rows_of(files.figure_csv(figure))
    assert len(found) == 1 + len(figure.points)
    assert all(len(r) == 1 + len(figure.series) for r in found)
    for cell in (*found[0], *(r[0] for r in found)):
        assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_the_csv_of_a_line_has_what_the_line_shows() -> None:
    drawn = Line(
        "serie", "t", "Porcentaje", "f", moments(("2024-T4", 65.5), ("2025-T1", None)),
        targets=moments(("2024", 70.2)), breaks=(Moment("2025-T1", 2025.25, None, "", "Cambió la fuente"),),
    )  # fmt: skip
    assert rows_of(files.line_csv(drawn)) == [
        ["Periodo", "Porcentaje", "Meta", "Ruptura de la serie"],
        ["2024-T4", "65.5", "", ""],
        ["2024", "", "70.2", ""],
        ["2025-T1", "", "", "Cambió la fuente"],
    ]


def test_the_file_has_the_colours_of_the_portal(tmp_path: Path) -> None:
    theme, own = tmp_path / "a.css", tmp_path / "b.css"
    theme.write_text(
        ":root { --serie: #2f6b58; --tinta: #18211d; }\n@media x { :root { --serie: #6fb197; } }"
    )
    own.write_text(":root { --serie: #123456; }")
    figure = Figure("f", "t", "bars", "u", "b", (Point("a", 1.0, "1"),), "d")
    made = Paint(CHARTS, [theme, own]).file(charts.draw(figure), "t", "s").decode()
    assert 'fill="#123456"' in made
    assert "#6fb197" not in made
