"""The gallery of components, /patrones/: each macro drawn with short, long, missing and hostile content.

What a macro receives is what the comment at the head of its file says; the gallery shows that comment. The tests walk
this page like any other, so a component that breaks with a long word or a missing date breaks here first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from vitrina.portal import cells, pattern_charts
from vitrina.portal.contexts import (
    Card,
    Cell,
    Changed,
    Column,
    FacetLink,
    FacetView,
    FileView,
    Fresh,
    Page,
    Pager,
    Route,
)
from vitrina.portal.pattern_charts import HOSTILE, LONG
from vitrina.portal.site import Site
from vitrina.portal.store import File

PATH = "patrones/"
_HEAD = re.compile(r"\s*\{#(.*?)#\}", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A component drawn once: which content it was given, and the result."""

    name: str
    html: Markup


@dataclass(frozen=True)
class Pattern:
    """A component: its file, what it receives and its examples."""

    file: str
    receives: str
    examples: tuple[Example, ...]


def routes(site: Site, env: Environment) -> Iterator[Route]:
    """Yield the gallery."""
    meta = Page(
        title="Patrones",
        description="Las piezas con que están hechas las páginas, con contenido corto, largo, ausente y hostil.",
        path=PATH,
        crumbs=site.crumbs(),
        section="acerca",
    )
    yield Route(PATH, "patterns.html", {"meta": meta, "patterns": [*_patterns(site, env)]})


def _patterns(site: Site, env: Environment) -> Iterator[Pattern]:
    for file, macros in _examples(site).items():
        source, _, _ = env.loader.get_source(env, f"components/{file}")  # type: ignore[union-attr]
        head = _HEAD.match(source)
        module = env.get_template(f"components/{file}").module
        drawn = [Example(name, Markup(draw(module))) for name, draw in macros]  # noqa: S704  # a macro escaped it
        yield Pattern(file, " ".join(head[1].split()) if head else "", tuple(drawn))


Drawn = tuple[str, Callable[[Any], Any]]


def _examples(site: Site) -> dict[str, list[Drawn]]:
    place = site.urls.to(PATH)
    return {
        "spine.html": [("Clave corta", lambda m: m.spine("S3")), ("Clave larga", lambda m: m.spine("Convenios"))],
        "search_box.html": [("En una página", lambda m: m.search_box("patron-q", "Busque un nombre o un folio"))],
        "cards.html": [
            ("Preguntas", lambda m: m.questions("Una empresa", [_card(place), _card(place, long=True)])),
            ("Sin registros, con texto hostil", lambda m: m.questions("Otra", [_card(place, rows=0)])),
        ],
        "freshness.html": [("Al día, a medias y sin fuentes", lambda m: m.freshness(_fresh(place)))],
        "history.html": [("Dos noches", lambda m: Markup("<dl class=\"ficha\">{}</dl>").format(m.history(
            [Changed("2026-03-01", LONG), Changed("2026-02-01", HOSTILE)]
        )))],
        "chart.html": pattern_charts.examples(place),
        "facets.html": [("Con pocos y con muchos valores", lambda m: m.facets(_facets(place)))],
        "pager.html": [("A la mitad de muchas páginas", lambda m: m.pager(_pager(place)))],
        "data_table.html": [("Tabla con un dato ausente", lambda m: _table(m, place))],
        "file_list.html": [
            ("Con archivos", lambda m: m.file_list([_file(place)], "Archivos de ejemplo")),
            ("Sin archivos", lambda m: m.file_list([], "Archivos de ejemplo")),
        ],
        "ficha.html": [
            ("La respuesta", lambda m: m.answer(Markup("").join(
                [m.told("Qué", "Inhabilitación"), m.told("Quién", LONG), m.told("Texto hostil", HOSTILE)]
            ))),
            ("En vigor", lambda m: m.validity("during", "1 de enero de 2026", "1 de enero de 2027")),
            ("Aún no empieza", lambda m: m.validity("before", "1 de enero de 2027", "1 de enero de 2028")),
            ("Ya terminó", lambda m: m.validity("after", "1 de enero de 2020", "1 de enero de 2021")),
            ("Sin plazo", lambda m: m.validity("none", "", "")),
            ("Etapas", lambda m: m.strip(
                Markup("").join([m.step("Convocatoria", "etapa-ejemplo", "1 ene 2026"), m.step_empty("Contrato")])
            )),
            ("Una etapa", lambda m: m.stage(
                "Convocatoria", "etapa-ejemplo", m.pair("Institución", LONG) + m.pair("Fecha", cells.missing()), ""
            )),
            ("Apartados de una declaración", lambda m: m.form(Markup("").join([
                m.part("Vehículos", "declared", 2, 1), m.part("Adeudos", "declared", 0, 3),
                m.part("Bienes muebles", "none", 0, 0), m.part("Apoyos", "absent", 0, 0),
            ]), "")),
            ("Documentos", lambda m: m.links("Documentos", 3, m.noted(HOSTILE, "PDF · 1 de enero de 2026"))),
            ("Bitácora", lambda m: m.log("Bitácora", 3, m.logged("1 de enero de 2026", "Respuesta", LONG))),
            ("Campos sin dato", lambda m: m.blank("Área · Nivel · Fecha de notificación")),
        ],
    }  # fmt: skip


def _card(place: str, *, long: bool = False, rows: int = 1234) -> Card:
    name = LONG if long else "Particulares sancionados" if rows else HOSTILE
    return Card(
        "ejemplo", place, "S3", name, name, f"¿{name}?", rows, "sanciones", "2026-03-01", "ok", "Sin errores"
    )


def _fresh(place: str) -> list[Fresh]:
    card = _card(place)
    return [Fresh(card, 3, 3), Fresh(_card(place, long=True), 1, 2), Fresh(card, 0, 1), Fresh(card, 0, 0)]


def _facets(place: str) -> list[FacetView]:
    few = [FacetLink(place, "2026", 12), FacetLink(place, LONG, 3), FacetLink(place, HOSTILE, 1)]
    return [FacetView("Año", place, 3, few), FacetView("Institución", place, 85, few)]


def _pager(place: str) -> Pager:
    numbers = [(1, place), (0, ""), (6, place), (7, place), (8, place), (0, ""), (1200, place)]
    return Pager(7, 1200, 301, 350, 60_000, place, place, numbers)


def _file(place: str) -> FileView:
    file = File("ejemplo.csv", "CSV", 123_456, "0" * 64, 1234, "ejemplo")
    return FileView(file, place, "Todas las filas")


def _table(module: Any, place: str) -> Markup:
    columns = [
        Column("", "Contratación", False),
        Column("monto", "Monto", True),
        Column("fecha", "Fecha", False),
    ]
    given = [Cell("$1,234.50", "1234.5", True), Cell("1 mar 2026", "2026-03-01", False)]
    absent = [Cell(cells.missing(), "", True), Cell(cells.missing(), "", False)]
    lines = [
        module.row(place, title, row, columns)
        for title, row in (("Papelería", given), (LONG, absent), (HOSTILE, given))
    ]
    return Markup(module.table("Contrataciones de ejemplo", columns, lines))  # noqa: S704  # a macro escaped it
