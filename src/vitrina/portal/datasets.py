"""The pages of one dataset: its own, its listings, its facets, its files and dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from vitrina.model import Chart, Field, System, Table
from vitrina.portal import cells, charts, citation, figures, filters, urls
from vitrina.portal.contexts import (
    Board,
    Cell,
    ChartView,
    Column,
    DatasetView,
    DictionaryView,
    FacetLink,
    FacetView,
    FieldView,
    FileView,
    Page,
    Pager,
    Route,
)
from vitrina.portal.quality import quality_view
from vitrina.portal.shelf import Facet
from vitrina.portal.site import DECISIONS, Site
from vitrina.portal.store import Dataset
from vitrina.portal.urls import PAGE_ROWS

_FACET_VALUES = 6
_INDEX_VALUES = 400
_TYPES = {
    "string": "Texto",
    "integer": "Número entero",
    "number": "Número",
    "boolean": "Sí o no",
    "date": "Fecha",
    "datetime": "Fecha y hora",
}


def routes(site: Site, dataset: Dataset, env: Environment) -> Iterator[Route]:
    """Yield every page of *dataset* but its records'."""
    columns = listing_columns(dataset.system)
    lines = listing_lines(site, dataset, env, columns)
    yield dataset_route(site, dataset, columns, lines[:PAGE_ROWS])
    yield _data_route(site, dataset)
    yield from _listings(site, dataset, columns, lines)
    for facet in site.facets[dataset.slug]:
        yield from _facet_index(site, dataset, facet)
        for value in facet.values:
            yield from _facet_value(site, dataset, facet, value, columns, lines)


# ── rows of listings ──────────────────────────────────────────────────────────────────────────────────────


def listing_columns(system: System) -> tuple[Column, ...]:
    """Return the columns of the dataset's listings; the first one holds the record's title and link."""
    shown = [system.main.field(n) for n in _shown(system)]
    return (
        Column("", filters.sentence(system.singular), numeric=False),
        *(Column(f.name, f.title, cells.is_numeric(f)) for f in shown),
    )


def _shown(system: System) -> list[str]:
    """The declared columns without those that the linked title already says."""
    said = {"id", *system.display.title}
    return [n for n in system.display.columns if n not in said]


def listing_lines(
    site: Site, dataset: Dataset, env: Environment, columns: Sequence[Column]
) -> list[Markup]:
    """Return each row of the listings as markup, in listing order; made once, placed in many pages."""
    system, shelf = dataset.system, site.shelf(dataset.slug)
    names = _shown(system)
    shown = [_cell_maker(site, system, system.main.field(n)) for n in names]
    macro: Callable[..., Markup] = env.get_template("components/data_table.html").module.row  # type: ignore[attr-defined]
    rows = dataset.frame.select(names).iter_rows() if names else ((),) * dataset.rows
    return [
        macro(
            site.urls.to(urls.record(system.slug, shelf.ids[at])),
            shelf.titles[at],
            [make(v) for make, v in zip(shown, row, strict=True)],
            columns,
        )
        for at, row in enumerate(rows)
    ]


def _cell_maker(site: Site, system: System, field: Field) -> Callable[[Any], Cell]:
    text, numeric = cells.short(field), cells.is_numeric(field)
    lookup = site.shelves.lookup(field, system)
    is_date = field.type in {"date", "datetime"}

    def make(value: Any) -> Cell:
        if value in (None, ""):
            return Cell(cells.MISSING, "", numeric)
        if lookup is not None:
            found = lookup(str(value))
            return Cell(found[1] if found else str(value), "", numeric)
        return Cell(text(value), str(value) if numeric or is_date else "", numeric)

    return make


def pager(site: Site, path: Callable[[int], str], page: int, total: int, size: int = PAGE_ROWS) -> Pager:
    """Return where *page* stands among the pages of *total* items."""
    pages = max(1, -(-total // size))
    wanted = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    numbers: list[tuple[int, str]] = []
    for number in wanted:
        if numbers and number - numbers[-1][0] > 1:
            numbers.append((0, ""))
        numbers.append((number, site.urls.to(path(number))))
    return Pager(
        page=page,
        pages=pages,
        first=(page - 1) * size + 1 if total else 0,
        last=min(page * size, total),
        total=total,
        previous=site.urls.to(path(page - 1)) if page > 1 else "",
        next=site.urls.to(path(page + 1)) if page < pages else "",
        numbers=numbers,
    )


def _listings(
    site: Site, dataset: Dataset, columns: Sequence[Column], lines: Sequence[Markup]
) -> Iterator[Route]:
    system = dataset.system
    many = filters.plural_of(system.singular)

    def path(page: int) -> str:
        return urls.listing(system.slug, page)

    for page in range(1, max(1, -(-len(lines) // PAGE_ROWS)) + 1):
        at = pager(site, path, page, len(lines))
        meta = Page(
            title=f"{system.short_title}: lista completa",
            description=f"Lista de {many}: {filters.number(at.first)} a {filters.number(at.last)} "
            f"de {filters.number(at.total)}.",
            path=path(page),
            crumbs=site.crumbs(system),
            section="datos",
        )
        yield _listing_route(meta, system, columns, lines[at.first - 1 : at.last] if lines else (), at, "")


def _facet_value(
    site: Site, dataset: Dataset, facet: Facet, value: Any, columns: Sequence[Column], lines: Sequence[Markup]
) -> Iterator[Route]:
    system = dataset.system
    many = filters.plural_of(system.singular)

    def path(page: int) -> str:
        return urls.facet_value(system.slug, facet.name, value.slug, page)

    index = (urls.facet(system.slug, facet.name), f"Por {_lower(facet.title)}")
    for page in range(1, -(-len(value.rows) // PAGE_ROWS) + 1):
        at = pager(site, path, page, len(value.rows))
        meta = Page(
            title=f"{system.short_title}: {value.label}",
            description=f"{filters.plural(at.total, system.singular, many)} con "
            f"{_lower(facet.title)}: {value.label}.",
            path=path(page),
            crumbs=site.crumbs(system, index),
            section="datos",
        )
        yield _listing_route(
            meta, system, columns, [lines[i] for i in value.rows[at.first - 1 : at.last]], at, facet.title, value.label
        )


def _listing_route(
    meta: Page,
    system: System,
    columns: Sequence[Column],
    lines: Sequence[Markup],
    at: Pager,
    facet: str,
    label: str = "",
) -> Route:
    values = {"meta": meta, "system": system, "columns": columns, "lines": lines, "pager": at}
    return Route(meta.path, "listing.html", {**values, "facet_title": facet, "facet_label": label})


def _facet_index(site: Site, dataset: Dataset, facet: Facet) -> Iterator[Route]:
    system = dataset.system

    def path(page: int) -> str:
        return urls.facet(system.slug, facet.name, page)

    for page in range(1, -(-len(facet.values) // _INDEX_VALUES) + 1):
        at = pager(site, path, page, len(facet.values), _INDEX_VALUES)
        meta = Page(
            title=f"{system.short_title} por {_lower(facet.title)}",
            description=f"{system.title}: cuántos registros hay por {_lower(facet.title)}.",
            path=path(page),
            crumbs=site.crumbs(system),
            section="datos",
        )
        links = _facet_links(site, system.slug, facet)[at.first - 1 : at.last]
        yield Route(path(page), "facet.html", {"meta": meta, "system": system, "values": links, "pager": at})


def _facet_links(site: Site, slug: str, facet: Facet) -> list[FacetLink]:
    return [
        FacetLink(site.urls.to(urls.facet_value(slug, facet.name, v.slug)), v.label, len(v.rows))
        for v in facet.values
    ]


def _lower(title: str) -> str:
    """Lower the first letter unless the word is an acronym (RFC, OCID)."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


# ── the dataset page ──────────────────────────────────────────────────────────────────────────────────────


def dataset_route(
    site: Site, dataset: Dataset, columns: Sequence[Column], lines: Sequence[Markup]
) -> Route:
    """Return the dataset's own page."""
    system = dataset.system
    files = file_views(site, dataset)
    meta = Page(
        title=system.title,
        description=system.summary,
        path=urls.dataset(system.slug),
        crumbs=site.crumbs(),
        section="datos",
        jsonld=citation.dataset_jsonld(site, dataset, files),
    )
    view = DatasetView(
        system=system,
        card=site.cards[system.slug],
        keys=figures.key_figures(dataset, site.newest[system.slug]),
        charts=chart_views(site, dataset, system.charts),
        facets=[_facet_view(site, system.slug, f) for f in site.facets[system.slug]],
        columns=columns,
        lines=lines,
        list_url=site.urls.to(urls.listing(system.slug)),
        data_url=site.urls.to(urls.data(system.slug)),
        files=files[: whole(dataset, files)],
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
    return Route(meta.path, "dataset.html", {"meta": meta, "d": view})


def _why_empty(dataset: Dataset) -> str:
    decision = str(dataset.report.get("decision") or "empty")
    messages = sorted({str(s["message"]) for s in dataset.report.get("sources", ()) if s.get("message")})
    if not dataset.sources and not dataset.system.derived:
        messages.append("Ninguna institución lo entrega todavía.")
    return " ".join([DECISIONS.get(decision, DECISIONS["empty"]), *messages])


def chart_views(site: Site, dataset: Dataset, wanted: Sequence[Chart], prefix: str = "g") -> list[ChartView]:
    """Return the charts of *wanted* that have something to show."""
    shelf = site.shelf(dataset.slug)

    def label(field: Field) -> Callable[[str], str]:
        facet = next((f for f in site.facets[dataset.slug] if f.name == field.name), None)
        if facet is not None and field.type not in {"date", "datetime"}:
            names = {v.key: v.label for v in facet.values}
            return lambda key: names.get(key, key)
        lookup = site.shelves.lookup(field, shelf.system)
        text = cells.plain(field)
        return lambda key: (lookup(key) or ("", key))[1] if lookup else (text(key) if field.categories else key)

    found = (figures.chart_figure(dataset, c, label) for c in wanted)
    return [
        ChartView(f.id, f.title, f.by, f.unit, f.finding, charts.draw(f, prefix), [(p.label, p.shown) for p in f.points])
        for f in found
        if f is not None
    ]


def _facet_view(site: Site, slug: str, facet: Facet) -> FacetView:
    return FacetView(
        facet.title,
        site.urls.to(urls.facet(slug, facet.name)),
        len(facet.values),
        _facet_links(site, slug, facet)[:_FACET_VALUES],
    )


def file_views(site: Site, dataset: Dataset) -> list[FileView]:
    """Return the dataset's downloads, each with a title people understand."""
    ordered = sorted(dataset.files, key=lambda f: _rank(dataset, f.name))
    return [FileView(f, site.urls.to(urls.data(dataset.slug, f.name)), _file_title(dataset, f.name)) for f in ordered]


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
    known = {"datapackage": "Descripción para máquinas", "readme": "Léame", "sha256sums": "Sumas de comprobación", dataset.slug: "Todas las tablas"}
    return by_table.get(stem) or known.get(stem.lower(), name)


def dictionary(dataset: Dataset, table: Table) -> DictionaryView:
    """Return the fields of *table* with how full they are and an example."""
    frame = dataset.frame if table is dataset.system.main else dataset.children[table.name]
    return DictionaryView(
        table.name, table.title, table.description, frame.height, [_field(dataset, table, f) for f in table.fields]
    )


def _field(dataset: Dataset, table: Table, field: Field) -> FieldView:
    frame = dataset.frame if table is dataset.system.main else dataset.children[table.name]
    rate = figures.fill_rate(dataset, table, field.name)
    declared = field.descriptor.get("example")
    return FieldView(
        field=field,
        kind="Lista de textos" if field.display == "list" else _TYPES.get(field.type, field.type),
        fill=filters.percent(rate) if rate is not None else "",
        example=str(declared) if declared is not None else figures.examples(frame, field.name),
        required=field.required,
    )


def _data_route(site: Site, dataset: Dataset) -> Route:
    system = dataset.system
    meta = Page(
        title=f"{system.short_title}: archivos y diccionario",
        description=f"Descargas de {system.title} con su suma SHA-256, y qué significa cada columna.",
        path=urls.data(system.slug),
        crumbs=site.crumbs(system),
        section="descargas",
    )
    tables = [dictionary(dataset, t) for t in system.tables]
    files = file_views(site, dataset)
    return Route(meta.path, "data.html", {"meta": meta, "system": system, "files": files, "tables": tables})


# ── the board ─────────────────────────────────────────────────────────────────────────────────────────────


def board(site: Site, dataset: Dataset) -> Board | None:
    """Return bodies × datasets from a `board` dataset: the status of each pair; None without such columns."""
    system = dataset.system
    display = system.display
    others = [n for n in display.facets if n not in {display.ente, display.status, display.date, "ente_nombre"}]
    if not (display.status and others and display.ente in system.main.names) or not dataset.rows:
        return None
    across = system.main.field(others[0])
    mark, name_of = system.main.field(display.status), cells.plain(across)
    found: dict[str, dict[str, str]] = {}
    columns: dict[str, str] = {}
    for ente, column, status in dataset.frame.select(display.ente, across.name, mark.name).iter_rows():
        if ente and column:
            columns[str(column)] = name_of(column)
            found.setdefault(str(ente), {})[str(column)] = str(status or "")
    label = cells.plain(mark)
    order = sorted(columns)
    rows = []
    for ente, statuses in found.items():
        address, name = site.shelves.find("entes", ente) or ("", ente)
        rows.append((address, name, [(statuses.get(c, ""), label(statuses.get(c) or None)) for c in order]))
    rows.sort(key=lambda r: (r[1], r[0]))
    return Board(f"{mark.title} por ente y {_lower(across.title)}", [columns[c] for c in order], rows)
