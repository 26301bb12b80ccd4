"""The front page: what this is, the question people come with, the figures, how fresh it is, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vitrina.portal import citation, datasets, figures, searching, urls
from vitrina.portal.contexts import Card, ChartView, Fresh, HomeFigure, Link, Page, QualityView, Route
from vitrina.portal.site import Site
from vitrina.portal.words import say
from vitrina.text import mark

_CHARTS = 3
_GOOD = frozenset({"fresh", "unchanged", "frozen"})
_REST = mark("Otros conjuntos")


def route(site: Site, quality: Sequence[QualityView], changes: Sequence[Mapping[str, Any]]) -> Route:
    """Return the front page; *quality* and *changes* are those of every dataset, in its order."""
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
    values = {
        "meta": meta,
        "questions": questions(site),
        "figures": key_figures(site),
        "fresh": freshness(quality),
        "charts": telling_charts(site),
        "changes": [c for c in changes if c["added"] or c["changed"] or c["withdrawn"]],
    }
    return Route("", "home.html", values)


def questions(site: Site) -> list[tuple[str, list[Card]]]:
    """Return what people come for → the datasets that answer, as HOME_QUESTIONS groups them; none is left out."""
    named = {slug for slugs in site.home_questions.values() for slug in slugs}
    rest = [d.slug for d in site.datasets if d.slug not in named]
    groups = [*site.home_questions.items(), (say(_REST), rest)]
    found = [(title, [site.cards[s] for s in slugs if s in site.cards]) for title, slugs in groups]
    return [(title, cards) for title, cards in found if cards]


def key_figures(site: Site) -> list[HomeFigure]:
    """Return the first figures of the datasets HOME_FIGURES names, each with its recipe."""
    by_slug = {d.slug: d for d in site.datasets}
    wanted = [by_slug[s] for s in site.home_figures if s in by_slug] or list(site.datasets[:4])
    found = []
    for dataset in wanted:
        if dataset.rows:
            # Each leads to its recipe, which leads to the rows.
            recipes = site.urls.to(urls.recipes(dataset.slug))
            count, *others = figures.key_figures(dataset, site.newest[dataset.slug], recipes)
            found.append(HomeFigure(count.value, dataset.system.short_title, count.recipe))
            found += [HomeFigure(k.value, k.label, k.recipe) for k in others if "$" in k.value]
    return found


def freshness(quality: Sequence[QualityView]) -> list[Fresh]:
    """Return, for each dataset, its newest date and how many of its sources delivered."""
    found = []
    for view in quality:
        good = sum(1 for s in view.sources if s.weather in _GOOD and not s.overdue)
        found.append(Fresh(view.card, good, len(view.sources)))
    return found


def telling_charts(site: Site) -> list[tuple[ChartView, Link]]:
    """Return up to three charts: those HOME_CHARTS names as "dataset:chart", then the first of each dataset."""
    firsts = [f"{d.slug}:{d.system.charts[0].id}" for d in site.datasets if d.system.charts]
    found: list[tuple[ChartView, Link]] = []
    for name in dict.fromkeys([*site.home_charts, *firsts]):
        slug, _, chart_id = name.partition(":")
        dataset = next((d for d in site.datasets if d.slug == slug), None)
        if dataset is None or len(found) == _CHARTS:
            continue
        chosen = [c for c in dataset.system.charts if c.id == chart_id]
        place = Link(site.urls.to(urls.dataset(slug)), dataset.system.short_title)
        found.extend((view, place) for view in datasets.chart_views(site, dataset, chosen, slug))
    return found[:_CHARTS]
