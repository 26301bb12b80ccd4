"""The portal's own pages: front page, search, downloads, quality, sources, changes, credits, 404."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Any

from vitrina.portal import citation, datasets, quality_pages, searching, urls
from vitrina.portal.contexts import ChartView, Link, Page, QualityView, Route
from vitrina.portal.quality import quality_view
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset

_CHANGES = 10
_DIRECTORY_ORDER = 65
"""Datasets from this order on are directories and follow-ups, not systems of the national platform."""
_PROGRAMS = (
    ("pelican", "Escribe las páginas"),
    ("jinja2", "Plantillas"),
    ("markdown", "Textos"),
    ("babel", "Números y fechas en español"),
    ("frictionless", "Revisa los datos"),
    ("polars", "Tablas"),
    ("pandas", "Cuentas de las gráficas"),
    ("ocdskit", "Contrataciones abiertas"),
    ("lunr", "Búsqueda"),
    ("jsonschema", "Revisa las declaraciones"),
    ("xlsxwriter", "Libros de Excel"),
    ("python-stdnum", "Claves oficiales"),
)


def routes(site: Site) -> Iterator[Route]:
    """Yield the pages that belong to no single dataset."""
    quality = [quality_view(site, d) for d in site.datasets]
    yield _home(site)
    yield searching.route(site)
    yield _downloads(site)
    yield from quality_pages.routes(site)
    yield _sources(site, quality)
    yield _changes(site)
    yield _credits(site)
    yield _not_found(site)


def _page(site: Site, title: str, description: str, path: str, section: str = "", **more: Any) -> Page:
    return Page(title, description, path, site.crumbs(), section, **more)


def _home(site: Site) -> Route:
    identity = site.identity
    meta = Page(
        title=identity.site_name,
        description=str(identity.tagline),
        path="",
        jsonld={
            "@context": "https://schema.org/",
            "@graph": [searching.website_jsonld(site), citation.catalog_jsonld(site)],
        },
    )
    groups: list[tuple[str, list[Any]]] = [
        (
            "Sistemas de la plataforma",
            [site.cards[d.slug] for d in site.datasets if d.system.order < _DIRECTORY_ORDER],
        ),
        (
            "Directorios y seguimiento",
            [site.cards[d.slug] for d in site.datasets if d.system.order >= _DIRECTORY_ORDER],
        ),
    ]
    values = {
        "meta": meta,
        "groups": [(title, cards) for title, cards in groups if cards],
        "total": site.total_rows,
        "charts": _telling_charts(site),
        "changes": [c for c in _change_rows(site) if c["added"] or c["changed"] or c["withdrawn"]],
    }
    return Route("", "home.html", values)


def _telling_charts(site: Site) -> list[tuple[ChartView, Link]]:
    """Return up to three charts: those HOME_CHARTS names as "dataset:chart", then the first of each dataset."""
    firsts = [f"{d.slug}:{d.system.charts[0].id}" for d in site.datasets if d.system.charts]
    wanted = dict.fromkeys([*site.home_charts, *firsts])
    found: list[tuple[ChartView, Link]] = []
    for name in wanted:
        slug, _, chart_id = name.partition(":")
        dataset = next((d for d in site.datasets if d.slug == slug), None)
        if dataset is None or len(found) == 3:
            continue
        chosen = [c for c in dataset.system.charts if c.id == chart_id]
        place = Link(site.urls.to(urls.dataset(slug)), dataset.system.short_title)
        found.extend((view, place) for view in datasets.chart_views(site, dataset, chosen, slug))
    return found[:3]


def _downloads(site: Site) -> Route:
    meta = _page(
        site,
        "Descargas",
        "Todos los archivos del portal, con sus filas, su tamaño y su suma SHA-256.",
        "descargas/",
        "descargas",
    )
    sets = [
        (site.cards[d.slug], site.urls.to(urls.data(d.slug)), views[: datasets.whole(d, views)], views)
        for d in site.datasets
        for views in [datasets.file_views(site, d)]
    ]
    return Route(meta.path, "downloads.html", {"meta": meta, "sets": sets})


def _sources(site: Site, views: Sequence[QualityView]) -> Route:
    meta = _page(
        site,
        "Fuentes",
        "Quién entrega cada conjunto, por qué medio, cada cuánto y cuándo fue la última vez.",
        "fuentes/",
        "calidad",
    )
    return Route(meta.path, "sources.html", {"meta": meta, "views": [v for v in views if v.sources]})


def _changes(site: Site) -> Route:
    meta = _page(
        site, "Cambios", "Qué registros se añadieron, cambiaron o retiraron en la última noche.", "cambios/"
    )
    return Route(meta.path, "changes.html", {"meta": meta, "changes": _change_rows(site)})


def _change_rows(site: Site) -> list[dict[str, Any]]:
    return [
        {
            "card": site.cards[d.slug],
            "added": d.changes.counts.get("added", len(d.changes.added)),
            "changed": d.changes.counts.get("changed", len(d.changes.changed)),
            "withdrawn": d.changes.counts.get("withdrawn_tonight", 0),
            "gone": len(d.changes.withdrawn),
            "added_links": _links(site, d, d.changes.added),
            "changed_links": _links(site, d, d.changes.changed),
            "gone_links": [
                (Link(site.urls.to(urls.record(d.slug, w.id)), w.title or w.id), w.since)
                for w in reversed(d.changes.withdrawn[-_CHANGES:])
            ],
        }
        for d in site.datasets
    ]


def _links(site: Site, dataset: Dataset, ids: Sequence[str]) -> list[Link]:
    shelf = site.shelf(dataset.slug)
    known = [shelf.position[i] for i in ids if i in shelf.position][:_CHANGES]
    return [Link(site.urls.record(dataset.slug, shelf.ids[i]), shelf.titles[i]) for i in known]


def _credits(site: Site) -> Route:
    meta = _page(
        site,
        "Créditos",
        "Programas libres con los que está hecho el portal y origen de los datos.",
        "creditos/",
    )
    programs = [(name, use, metadata.version(name), _license(name)) for name, use in _PROGRAMS]
    publishers = sorted({s.publisher for d in site.datasets for s in d.sources if s.publisher})
    return Route(meta.path, "credits.html", {"meta": meta, "programs": programs, "publishers": publishers})


def _license(name: str) -> str:
    facts = metadata.metadata(name).json
    said = facts.get("license_expression")
    if not said:
        named = [str(c) for c in facts.get("classifier", ()) if str(c).startswith("License ::")]
        said = (
            named[0].rsplit("::", 1)[-1].strip()
            if named
            else str(facts.get("license") or "").split("\n")[0][:40]
        )
    return str(said)


def _not_found(site: Site) -> Route:
    meta = Page(
        title="Esta página no está aquí",
        description="La dirección no existe en el portal.",
        path="404.html",
        crumbs=site.crumbs(),
        index=False,
    )
    # On a host that knows no rewriting this page answers at the address of a record without a page of its own.
    viewers = [d.system for d in site.datasets if d.slug in site.urls.books]
    libraries = [
        Link(site.urls.to(urls.library(s.slug)), f"{s.short_title}: libros de registros") for s in viewers
    ]
    places = [site.urls.to(urls.dataset(s.slug)) for s in viewers]
    return Route(meta.path, "404.html", {"meta": meta, "viewers": places, "libraries": libraries})
