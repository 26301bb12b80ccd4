"""The pages of one dataset: its own, its listings, its facets, its files and dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jinja2 import Environment
from markupsafe import Markup

from vitrina.model import Chart, Field, Table
from vitrina.portal import cells, charts, citation, figures, filters, listings, urls
from vitrina.portal.charts import files
from vitrina.portal.contexts import (
    Board,
    ChartView,
    Column,
    DatasetView,
    DictionaryView,
    FacetView,
    FieldView,
    FileView,
    Page,
    Route,
)
from vitrina.portal.quality import quality_view
from vitrina.portal.series import Lines
from vitrina.portal.shelf import Facet
from vitrina.portal.site import DECISIONS, Site
from vitrina.portal.store import Dataset
from vitrina.portal.urls import PAGE_ROWS
from vitrina.portal.words import Spoken, say
from vitrina.text import mark

_FACET_VALUES = 6
_SERIES = 4
"""Records whose line the dataset's page shows."""
_TYPES = Spoken(
    {
        "string": mark("Texto"),
        "integer": mark("Número entero"),
        "number": mark("Número"),
        "boolean": mark("Sí o no"),
        "date": mark("Fecha"),
        "datetime": mark("Fecha y hora"),
    }
)


_FILES = {
    "datapackage": mark("Descripción para máquinas"),
    "readme": mark("Léame"),
    "sha256sums": mark("Sumas de comprobación"),
}


def routes(site: Site, dataset: Dataset, env: Environment) -> Iterator[Route]:
    """Yield every page of *dataset* but its records'."""
    columns = listings.columns_of(dataset)
    lines = listings.lines_of(site, dataset, env, columns)
    yield dataset_route(site, dataset, columns, lines[:PAGE_ROWS])
    yield _data_route(site, dataset)
    yield from listings.routes(site, dataset, columns, lines)


# ── the dataset page ──────────────────────────────────────────────────────────────────────────────────────


def dataset_route(site: Site, dataset: Dataset, columns: Sequence[Column], lines: Sequence[Markup]) -> Route:
    """Return the dataset's own page."""
    system = dataset.system
    downloads = file_views(site, dataset)
    meta = Page(
        title=system.title,
        description=system.summary,
        path=urls.dataset(system.slug),
        crumbs=site.crumbs(),
        section="datos",
        jsonld=citation.dataset_jsonld(site, dataset, downloads),
    )
    view = DatasetView(
        system=system,
        card=site.cards[system.slug],
        keys=figures.key_figures(dataset, site.newest[system.slug], site.urls.to(urls.recipes(system.slug))),
        charts=chart_views(site, dataset, system.charts),
        facets=[_facet_view(site, system.slug, f) for f in site.facets[system.slug]],
        columns=columns,
        lines=lines,
        list_url=site.urls.to(urls.listing(system.slug)),
        data_url=site.urls.to(urls.data(system.slug)),
        files=downloads[: whole(dataset, downloads)],
        dictionary=dictionary(dataset, system.main),
        tables=len(system.tables),
        quality=quality_view(site, dataset),
        added=dataset.changes.counts.get("added", len(dataset.changes.added)),
        changed=dataset.changes.counts.get("changed", len(dataset.changes.changed)),
        withdrawn=dataset.changes.counts.get("withdrawn", len(dataset.changes.withdrawn)),
        citation=citation.dataset_citation(site, dataset),
        bibtex=citation.bibtex(site, dataset),
        license_url=citation.license_url(system.license),
        board=board(site, dataset) if system.kind == "board" else None,
        empty_reason="" if dataset.rows else _why_empty(dataset),
    )
    series = Lines(site, dataset).of_dataset(_SERIES) if system.record.series else ()
    return Route(meta.path, "dataset.html", {"meta": meta, "d": view, "series": series})


def _why_empty(dataset: Dataset) -> str:
    decision = str(dataset.report.get("decision") or "empty")
    messages = sorted({str(s["message"]) for s in dataset.report.get("sources", ()) if s.get("message")})
    if not dataset.sources and not dataset.system.derived:
        messages.append(say("Ninguna institución lo entrega todavía."))
    return " ".join([DECISIONS.get(decision, DECISIONS["empty"]), *messages])


def chart_figures(
    site: Site, dataset: Dataset, wanted: Sequence[Chart]
) -> list[tuple[Chart, figures.Figure]]:
    """Return the numbers of the charts of *wanted* that have something to show."""
    shelf = site.shelf(dataset.slug)

    def label(field: Field) -> Callable[[str], str]:
        facet = next((f for f in site.facets[dataset.slug] if f.name == field.name), None)
        if facet is not None and field.type not in {"date", "datetime"}:
            names = {v.key: v.label for v in facet.values}
            return lambda key: names.get(key, key)
        lookup = site.shelves.lookup(field, shelf.system)
        text = cells.plain(field)
        return lambda key: (
            (lookup(key) or ("", key))[1] if lookup else (text(key) if field.categories else key)
        )

    found = [(c, figures.chart_figure(dataset, c, label)) for c in wanted]
    return [(c, f) for c, f in found if f is not None]


def chart_views(site: Site, dataset: Dataset, wanted: Sequence[Chart], prefix: str = "g") -> list[ChartView]:
    """Return the charts of *wanted* that have something to show, drawn."""
    recipes = site.urls.to(urls.recipes(dataset.slug))
    return [
        chart_view(f, prefix, f"{recipes}#grafica-{f.id}", (f"{recipes}{f.id}.csv", f"{recipes}{f.id}.svg"))
        for _, f in chart_figures(site, dataset, wanted)
    ]


def chart_view(figure: figures.Figure, prefix: str, recipe: str, files: tuple[str, str]) -> ChartView:
    """Return *figure* drawn, with the table behind it; *prefix* keeps its ids apart from other charts' on the page."""
    heads = (figure.by, *figure.series, say("Total")) if figure.series else (figure.by, figure.unit)
    rows = [(p.label, *map(filters.number, p.parts), p.shown) for p in figure.points]
    drawn = charts.draw(figure, prefix)
    return ChartView(figure.id, figure.title, figure.finding, drawn, heads, rows, recipe, files)


def chart_files(
    site: Site, dataset: Dataset, drawn: Sequence[tuple[Chart, figures.Figure]]
) -> dict[str, bytes]:
    """Return the charts of the dataset's page as files, by output path."""
    folder = urls.recipes(dataset.slug)
    source = say(
        "Fuente: {site}, {address}, versión {version}",
        site=site.identity.site_name,
        address=site.urls.full(folder),
        version=site.version.id,
    )
    found: dict[str, bytes] = {}
    for _, figure in drawn:
        found |= files.of_figure(figure, charts.draw(figure), folder, site.paint, source)
    return found


def _facet_view(site: Site, slug: str, facet: Facet) -> FacetView:
    return FacetView(
        facet.title,
        site.urls.to(urls.facet(slug, facet.name)),
        len(facet.values),
        listings.facet_links(site, slug, facet)[:_FACET_VALUES],
    )


def file_views(site: Site, dataset: Dataset) -> list[FileView]:
    """Return the dataset's downloads, each with a title people understand."""
    ordered = sorted(dataset.files, key=lambda f: _rank(dataset, f.name))
    return [
        FileView(f, site.urls.to(urls.data(dataset.slug, f.name)), _file_title(dataset, f.name))
        for f in ordered
    ]


def whole(dataset: Dataset, views: Sequence[FileView]) -> int:
    """Return how many of *views* hold the whole dataset or its main table; they come first."""
    return sum(1 for v in views if _rank(dataset, v.file.name) == 0)


def _rank(dataset: Dataset, name: str) -> int:
    stem = name.split(".")[0]
    if stem in {dataset.slug, dataset.system.main.name}:
        return 0
    return 1 if stem in {t.name for t in dataset.system.tables} else 2


def _file_title(dataset: Dataset, name: str) -> str:
    stem = name.split(".")[0]
    by_table = {t.name: t.title for t in dataset.system.tables}
    known = {**_FILES, dataset.slug: mark("Todas las tablas")}
    return by_table.get(stem) or Spoken(known).get(stem.lower(), name)


def dictionary(dataset: Dataset, table: Table) -> DictionaryView:
    """Return the fields of *table* with how full they are and an example."""
    frame = dataset.frame if table is dataset.system.main else dataset.children[table.name]
    return DictionaryView(
        table.name,
        table.title,
        table.description,
        frame.height,
        [_field(dataset, table, f) for f in table.fields],
    )


def _field(dataset: Dataset, table: Table, field: Field) -> FieldView:
    frame = dataset.frame if table is dataset.system.main else dataset.children[table.name]
    rate = figures.fill_rate(dataset, table, field.name)
    declared = field.descriptor.get("example")
    return FieldView(
        field=field,
        kind=say("Lista de textos") if field.display == "list" else _TYPES.get(field.type, field.type),
        fill=filters.percent(rate) if rate is not None else "",
        example=str(declared) if declared is not None else figures.examples(frame, field.name),
        required=field.required,
    )


def _data_route(site: Site, dataset: Dataset) -> Route:
    system = dataset.system
    meta = Page(
        title=say("{dataset}: archivos y diccionario", dataset=system.short_title),
        description=say(
            "Descargas de {dataset} con su suma SHA-256, y qué significa cada columna.", dataset=system.title
        ),
        path=urls.data(system.slug),
        crumbs=site.crumbs(system),
        section="descargas",
    )
    tables = [dictionary(dataset, t) for t in system.tables]
    downloads = file_views(site, dataset)
    values = {"meta": meta, "system": system, "files": downloads, "tables": tables}
    return Route(meta.path, "data.html", values)


# ── the board ─────────────────────────────────────────────────────────────────────────────────────────────


def board(site: Site, dataset: Dataset) -> Board | None:
    """Return bodies × datasets from a `board` dataset: the status of each pair; None without such columns."""
    system = dataset.system
    display = system.display
    others = [
        n for n in display.facets if n not in {display.ente, display.status, display.date, "ente_nombre"}
    ]
    if not (display.status and others and display.ente in system.main.names) or not dataset.rows:
        return None
    across = system.main.field(others[0])
    state, name_of = system.main.field(display.status), cells.plain(across)
    found: dict[str, dict[str, str]] = {}
    columns: dict[str, str] = {}
    for ente, column, status in dataset.frame.select(display.ente, across.name, state.name).iter_rows():
        if ente and column:
            columns[str(column)] = name_of(column)
            found.setdefault(str(ente), {})[str(column)] = str(status or "")
    label = cells.plain(state)
    order = sorted(columns)
    rows = []
    for ente, statuses in found.items():
        address, name = site.shelves.find("entes", ente) or ("", ente)
        rows.append((address, name, [(statuses.get(c, ""), label(statuses.get(c) or None)) for c in order]))
    rows.sort(key=lambda r: (r[1], r[0]))
    title = say("{status} por ente y {column}", status=state.title, column=listings.lower(across.title))
    return Board(title, [columns[c] for c in order], rows)
