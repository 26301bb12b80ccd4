"""The numbers of the charts, and the drawing of them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date

import polars as pl
import pytest
from toy_portal import HOSTILE

from vitrina.config import Settings
from vitrina.model import Chart, Field
from vitrina.portal import cells, charts, figures, store
from vitrina.portal.figures import Figure, Point


def figure(settings: Settings, chart: Chart, rows: list[dict[str, object]]) -> Figure | None:
    """The figure of *chart* over *rows* of the toy contracts."""
    _, datasets = store.load(settings)
    contracts = next(d for d in datasets if d.slug == "contratos")
    columns = {n: contracts.frame.schema[n] for n in contracts.frame.columns}
    replaced = store.Dataset(
        **{**contracts.__dict__, "frame": pl.DataFrame(rows, schema=columns, orient="row")}
    )

    def label(field: Field):  # type: ignore[no-untyped-def]
        text = cells.plain(field)
        return lambda key: text(key)

    return figures.chart_figure(replaced, chart, label)


def test_years_are_whole_and_summed(toy: Settings) -> None:
    rows = [
        {"id": "a", "fecha": date(2021, 1, 1), "monto": 10.5},
        {"id": "b", "fecha": date(2023, 1, 1), "monto": None},
        {"id": "c", "fecha": None, "monto": 5.0},
    ]
    found = figure(toy, Chart("x", "Monto", "years", "fecha", "monto"), rows)
    assert found is not None
    assert [(p.label, p.value) for p in found.points] == [("2021", 10.5), ("2022", 0.0), ("2023", 0.0)]


def test_bars_name_the_rest_and_the_missing_and_lose_nothing(toy: Settings) -> None:
    rows = [
        {"id": str(i), "ente_nombre": name}
        for i, name in enumerate(["A", "A", "A", "B", "B", "C", "D", None])
    ]
    found = figure(toy, Chart("x", "Entes", "bars", "ente_nombre", top=2), rows)
    assert found is not None
    assert [(p.label, p.value, p.quiet) for p in found.points] == [
        ("A", 3, False), ("B", 2, False), ("Otros (2)", 2, True), ("Sin dato", 1, True),
    ]  # fmt: skip
    assert sum(p.value for p in found.points) == len(rows)
    assert found.finding == "«A» va primero con 3 (37.5\xa0% del total); le sigue «B», con 2."


@pytest.mark.parametrize("kind", ["bars", "years", "stacked"])
def test_a_chart_of_nothing_but_missing_values_is_not_drawn(toy: Settings, kind: str) -> None:
    by = "fecha" if kind == "years" else "ente_nombre"
    rows = [{"id": str(i), "fecha": None, "ente_nombre": None, "metodo": "LP"} for i in range(3)]
    assert figure(toy, Chart("x", "Entes", kind, by, split="metodo"), rows) is None


def test_no_rows_no_chart(toy: Settings) -> None:
    assert figure(toy, Chart("x", "Entes", "bars", "ente_nombre"), []) is None


@pytest.mark.parametrize("kind", ["bars", "years"])
def test_drawing_is_well_formed_and_described(kind: str) -> None:
    points = tuple(
        Point(label, value, str(value)) for label, value in (("2020", 4.0), (HOSTILE, 0.0), ("2022", 2.0))
    )
    svg = ET.fromstring(charts.draw(Figure("f", HOSTILE, kind, "Unidad", "Año", points, "Lo que dice.")))
    assert svg.get("role") == "img"
    assert svg.findtext("title") == HOSTILE
    assert svg.findtext("desc") == "Lo que dice."
    assert svg.get("style") is None


def test_bars_are_in_proportion() -> None:
    points = (Point("a", 10.0, "10"), Point("b", 5.0, "5"))
    svg = ET.fromstring(charts.draw(Figure("f", "t", "bars", "u", "b", points, "d")))
    wide, half = (float(str(r.get("width")).rstrip("%")) for r in svg.findall("rect"))
    assert wide == pytest.approx(2 * half, abs=0.02)
    assert wide < 95


@pytest.mark.parametrize(
    ("names", "finding"),
    [
        ("AABBC", "Van primero, empatados con 2: «A» y «B»."),
        ("ABC", "Todos tienen lo mismo: 1 cada uno."),
        ("AA", "Solo aparece «A»: 2 (100\xa0% del total)."),
    ],
)
def test_a_tie_is_told_as_a_tie(toy: Settings, names: str, finding: str) -> None:
    rows: list[dict[str, object]] = [{"id": str(i), "ente_nombre": name} for i, name in enumerate(names)]
    found = figure(toy, Chart("x", "Entes", "bars", "ente_nombre"), rows)
    assert found is not None
    assert found.finding == finding
