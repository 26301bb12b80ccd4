"""The search page and how browsers and search engines find it: OpenSearch, schema.org's SearchAction.

The page is whole without script: it lists every way to browse each dataset. What the script says on a card (what
the date is the date of, what the amount means) comes from the declarations, so that a new dataset needs no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitrina.model import System
from vitrina.portal import urls
from vitrina.portal.contexts import BrowseView, Link, Page, Route
from vitrina.portal.shelf import Facet
from vitrina.portal.site import Site
from vitrina.portal.words import say

OPENSEARCH = "opensearch.xml"
_YEARS_SHOWN = 8


def route(site: Site) -> Route:
    """Return the search page."""
    meta = Page(
        say("Buscar"),
        say("Busque por nombre, empresa, institución o folio en todos los conjuntos."),
        "buscar/",
        site.crumbs(),
        "buscar",
    )
    values = {
        "meta": meta,
        "browse": [_browse(site, d.slug) for d in site.datasets],
        "labels": {d.slug: labels(d.system) for d in site.datasets},
    }
    return Route(meta.path, "search.html", values)


def _browse(site: Site, slug: str) -> BrowseView:
    card, facets = site.cards[slug], site.facets[slug]
    years = next((f for f in facets if _is_years(f)), None)
    newest = sorted(years.values, key=lambda v: v.key, reverse=True)[:_YEARS_SHOWN] if years else []
    return BrowseView(
        card=card,
        list_url=site.urls.to(urls.listing(slug)) if card.rows else card.url,
        ways=[
            Link(site.urls.to(urls.facet(slug, f.name)), f.title)
            for f in facets
            if f is not years or len(f.values) > _YEARS_SHOWN
        ],
        years=[Link(site.urls.to(urls.facet_value(slug, years.name, v.slug)), v.label) for v in newest]
        if years
        else [],
    )


def _is_years(facet: Facet) -> bool:
    return bool(facet.values) and all(len(v.key) == 4 and v.key.isdigit() for v in facet.values)


def labels(system: System) -> Mapping[str, Any]:
    """Return what the cards of a dataset call their parts, and the dataset's key and noun.

    A column the dataset lacks has no entry: the script then has a plain word of its own.
    """
    shown, names = system.display, system.main.names
    columns = {
        "date": shown.date,
        "amount": shown.amount,
        "ente": "ente_nombre",
        "supplier": shown.supplier_name or "proveedor_nombre",
        "type": shown.kind,
        "period_end": shown.until,
    }
    found = {part: system.main.field(name).title for part, name in columns.items() if name in names}
    return {"key": system.key, "one": system.singular, **found}


def website_jsonld(site: Site) -> Mapping[str, Any]:
    """Return the schema.org WebSite with its SearchAction: search engines may offer our box beside their results."""
    return {
        "@type": "WebSite",
        "@id": f"{site.urls.full('')}#sitio",
        "name": site.identity.site_name,
        "url": site.urls.full(""),
        "inLanguage": "es-MX",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{site.urls.full('buscar/')}?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }
