"""Listings of a dataset: all its rows page by page, and the same by each value of each facet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from vitrina.model import Field, System
from vitrina.portal import cells, filters, urls
from vitrina.portal.contexts import Cell, Column, FacetLink, Page, Pager, Route
from vitrina.portal.shelf import Facet, Value
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.portal.urls import PAGE_ROWS
from vitrina.portal.words import say

_INDEX_VALUES = 400


def routes(
    site: Site, dataset: Dataset, columns: Sequence[Column], lines: Sequence[Markup]
) -> Iterator[Route]:
    """Yield the whole list and each facet's pages."""
    yield from _listings(site, dataset, columns, lines)
    for facet in site.facets[dataset.slug]:
        yield from _facet_index(site, dataset, facet)
        for value in facet.values:
            yield from _facet_value(site, dataset, facet, value, columns, lines)


def columns_of(dataset: Dataset) -> tuple[Column, ...]:
    """Return the columns of the dataset's listings; the first one holds the record's title and link."""
    system = dataset.system
    shown = [system.main.field(n) for n in _shown(dataset)]
    return (
        Column("", filters.sentence(system.singular), numeric=False),
        *(Column(f.name, f.title, cells.is_numeric(f)) for f in shown),
    )


def _shown(dataset: Dataset) -> list[str]:
    """The declared columns without those that the linked title already says, or that no record brings."""
    said = {"id", *dataset.system.display.title}
    return [
        n
        for n in dataset.system.display.columns
        if n not in said and not (dataset.rows and dataset.frame[n].null_count() == dataset.rows)
    ]


def lines_of(site: Site, dataset: Dataset, env: Environment, columns: Sequence[Column]) -> list[Markup]:
    """Return each row of the listings as markup, in listing order; made once, placed in many pages."""
    system, shelf = dataset.system, site.shelf(dataset.slug)
    names = _shown(dataset)
    shown = [_cell_maker(site, system, system.main.field(n)) for n in names]
    macro: Callable[..., Markup] = env.get_template("components/data_table.html").module.row  # type: ignore[attr-defined]
    rows = dataset.frame.select(names).iter_rows() if names else ((),) * dataset.rows
    return [
        macro(
            site.urls.record(system.slug, shelf.ids[at]),
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
    missing = cells.missing()

    def make(value: Any) -> Cell:
        if value in (None, ""):
            return Cell(missing, "", numeric)
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
            title=say("{dataset}: lista completa", dataset=system.short_title),
            description=say(
                "Lista de {records}: {first} a {last} de {total}.",
                records=many,
                first=filters.number(at.first),
                last=filters.number(at.last),
                total=filters.number(at.total),
            ),
            path=path(page),
            crumbs=site.crumbs(system),
            section="datos",
        )
        yield _listing_route(meta, system, columns, lines[at.first - 1 : at.last] if lines else (), at, "")


def _facet_value(
    site: Site,
    dataset: Dataset,
    facet: Facet,
    value: Value,
    columns: Sequence[Column],
    lines: Sequence[Markup],
) -> Iterator[Route]:
    system = dataset.system
    many = filters.plural_of(system.singular)

    def path(page: int) -> str:
        return urls.facet_value(system.slug, facet.name, value.slug, page)

    index = (urls.facet(system.slug, facet.name), say("Por {facet}", facet=lower(facet.title)))
    for page in range(1, -(-len(value.rows) // PAGE_ROWS) + 1):
        at = pager(site, path, page, len(value.rows))
        meta = Page(
            title=f"{system.short_title}: {value.label}",
            description=say(
                "{records} con {facet}: {value}.",
                records=filters.plural(at.total, system.singular, many),
                facet=lower(facet.title),
                value=value.label,
            ),
            path=path(page),
            crumbs=site.crumbs(system, index),
            section="datos",
        )
        yield _listing_route(
            meta,
            system,
            columns,
            [lines[i] for i in value.rows[at.first - 1 : at.last]],
            at,
            facet.title,
            value.label,
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
            title=say("{dataset} por {facet}", dataset=system.short_title, facet=lower(facet.title)),
            description=say(
                "{dataset}: cuántos registros hay por {facet}.",
                dataset=system.title,
                facet=lower(facet.title),
            ),
            path=path(page),
            crumbs=site.crumbs(system),
            section="datos",
        )
        links = facet_links(site, system.slug, facet)[at.first - 1 : at.last]
        yield Route(path(page), "facet.html", {"meta": meta, "system": system, "values": links, "pager": at})


def facet_links(site: Site, slug: str, facet: Facet) -> list[FacetLink]:
    return [
        FacetLink(site.urls.to(urls.facet_value(slug, facet.name, v.slug)), v.label, len(v.rows))
        for v in facet.values
    ]


def lower(title: str) -> str:
    """Lower the first letter unless the word is an acronym (RFC, OCID)."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
