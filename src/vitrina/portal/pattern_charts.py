"""The charts of the gallery: each kind with ordinary, single, negative, huge, long and hostile content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vitrina.portal import filters
from vitrina.portal.charts import line
from vitrina.portal.charts.columns import sparkline
from vitrina.portal.charts.line import Line, Moment, ends
from vitrina.portal.contexts import ChartView
from vitrina.portal.datasets import chart_view
from vitrina.portal.figures import Figure, Point

LONG = (
    "Secretaría de Infraestructura, Desarrollo Territorial, Vivienda y Ordenamiento Sustentable-Metropolitano"
)
HOSTILE = '<script>alert(1)</script> & "O\'Higgins" {{ 7*7 }}'

_ORDINARY = [("Peculado", 31.0), (LONG, 12.0), (HOSTILE, 7.0), ("Otros (9)", 5.0)]
_YEARS = [
    (str(y), float(n))
    for y, n in zip(range(2014, 2027), (3, 0, 4, 9, 12, 7, 0, 6, 14, 22, 31, 18, 12), strict=True)
]


def examples(place: str) -> list[tuple[str, Callable[[Any], Any]]]:
    """Return the examples of components/chart.html as (name, what draws it); *place* is where their links lead."""
    shown = [
        ("Barras", _figure("barras", "bars", _ORDINARY)),
        ("Un solo valor", _figure("barra-sola", "bars", [("Único", 1.0)])),
        ("Con valores negativos", _figure("negativas", "bars", [("Cobrado", 40.0), ("Devuelto", -25.0)])),
        ("Números enormes", _figure("enormes", "bars", [("Deuda", 9e14), ("Gasto", 3e12), ("Nada", 0.0)])),
        ("Por año", _figure("anios", "years", _YEARS)),
        ("Apiladas", _stacked()),
        ("Puntos", _figure("puntos", "dots", _ORDINARY)),
    ]
    found: list[tuple[str, Callable[[Any], Any]]] = [
        (name, _drawer(chart_view(figure, "patron", "", (place, place)))) for name, figure in shown
    ]
    drawn = _line()
    view = ChartView(
        drawn.id, drawn.title, drawn.finding, line.draw(drawn, "patron"), ("Periodo", "Valor"),
        [(m.label, m.shown) for m in drawn.values], "", (place, place),
    )  # fmt: skip
    found.append(("Línea con metas, un hueco y una ruptura", _drawer(view)))
    spark = sparkline(
        "patron-chispa", "Registros por año", "2024 fue el año con más: 31.", [v for _, v in _YEARS]
    )
    found.append(("Chispa", lambda _: spark))
    return found


def _drawer(view: ChartView) -> Callable[[Any], Any]:
    return lambda module: module.chart(view)


def _figure(name: str, kind: str, values: list[tuple[str, float]]) -> Figure:
    points = tuple(Point(k, v, filters.number(v), quiet=k.startswith("Otros")) for k, v in values)
    most = max(values, key=lambda p: p[1])
    return Figure(
        name,
        f"Ejemplo: {name}",
        kind,
        "Registros",
        "Grupo",
        points,
        f"Lo más alto es {filters.number(most[1])}.",
    )


def _stacked() -> Figure:
    names = ("Cumplida", "En proceso", HOSTILE, "Sin respuesta", "Rechazada", "Sin dato")
    rows = [("Municipios", (9.0, 4, 2, 6, 1, 1)), (LONG, (3.0, 1, 0, 0, 2, 0)), ("Ninguna", (0.0,) * 6)]
    points = tuple(
        Point(k, float(sum(p)), filters.number(sum(p)), parts=tuple(map(float, p))) for k, p in rows
    )
    return Figure("apiladas", "Ejemplo: apiladas", "stacked", "Recomendaciones", "Ámbito", points,
                  "«Cumplida» es lo más frecuente: 12 de 29.", names, names)  # fmt: skip


def _line() -> Line:
    def moment(period: str, value: float | None) -> Moment:
        return Moment(period, ends(period) or 0.0, value, "" if value is None else filters.number(value))

    observed = [
        ("2023-T1", 60.0),
        ("2023-T2", 63.5),
        ("2023-T4", 66.0),
        ("2024-T1", 64.0),
        ("2024-T2", 71.0),
        ("2024-T3", 74.5),
    ]
    return Line(
        "linea", "Ejemplo: línea", "Porcentaje", "Desde 2024-T2 la serie cambió; la meta para 2024 es 70.",
        tuple(moment(p, v) for p, v in observed), (moment("2023", 65.0), moment("2024", 70.0), moment("2025", 80.0)),
        (moment("2024-T2", None),),
    )  # fmt: skip
