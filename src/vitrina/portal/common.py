"""The portal's own pages: front page, search, downloads, quality, sources, changes, credits, 404."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vitrina.portal import datasets, home, programs, quality_pages, searching, urls
from vitrina.portal.contexts import Link, Page, QualityView, Route
from vitrina.portal.quality import quality_view
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import say

_CHANGES = 10


def routes(site: Site) -> Iterator[Route]:
    """Yield the pages that belong to no single dataset."""
    quality = [quality_view(site, d) for d in site.datasets]
    yield home.route(site, quality, _change_rows(site))
    yield searching.route(site)
    yield _downloads(site)
    yield from quality_pages.routes(site)
    yield _sources(site, quality)
    yield _changes(site)
    yield programs.route(site)
    yield _not_found(site)


def _page(site: Site, title: str, description: str, path: str, section: str = "", **more: Any) -> Page:
    return Page(title, description, path, site.crumbs(), section, **more)


def _downloads(site: Site) -> Route:
    meta = _page(
        site,
        say("Descargas"),
        say("Todos los archivos del portal, con sus filas, su tamaño y su suma SHA-256."),
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
        say("Fuentes"),
        say("Quién entrega cada conjunto, por qué medio, cada cuánto y cuándo fue la última vez."),
        "fuentes/",
        "calidad",
    )
    return Route(meta.path, "sources.html", {"meta": meta, "views": [v for v in views if v.sources]})


def _changes(site: Site) -> Route:
    meta = _page(
        site,
        say("Cambios"),
        say("Qué registros se añadieron, cambiaron o retiraron en la última noche."),
        "cambios/",
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


def _not_found(site: Site) -> Route:
    meta = Page(
        title=say("Esta página no está aquí"),
        description=say("La dirección no existe en el portal."),
        path="404.html",
        crumbs=site.crumbs(),
        index=False,
    )
    # On a host that knows no rewriting this page answers at the address of a record without a page of its own.
    viewers = [d.system for d in site.datasets if d.slug in site.urls.books]
    libraries = [
        Link(site.urls.to(urls.library(s.slug)), say("{dataset}: libros de registros", dataset=s.short_title))
        for s in viewers
    ]
    places = [site.urls.to(urls.dataset(s.slug)) for s in viewers]
    return Route(meta.path, "404.html", {"meta": meta, "viewers": places, "libraries": libraries})
