"""The quality pages of public bodies: all of them, and each with its own figures in every dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vitrina.portal import urls
from vitrina.portal.contexts import Page, Route
from vitrina.portal.listings import pager
from vitrina.portal.quality_rules import EXAMPLES, record_links, records_by_rule
from vitrina.portal.quality_views import EnteIssue, EnteRow, EnteSet, RuleView
from vitrina.portal.shelf import ENTES
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import say
from vitrina.text import mark, sort_key

SHOWN = 50
"""Bodies in a dataset's own page, those with most to mend."""
_PAGE = 100
NOBODY = mark("Sin institución reconocida")
_FIGURES = ("checked", "published", "quarantined", "withheld")

Rules = Mapping[str, Sequence[RuleView]]


def routes(site: Site, rules: Rules) -> Iterator[Route]:
    """Yield the list of bodies and the page of each one that some report knows."""
    if not site.judged_entes:
        return
    yield from _index(site)
    named = {d.slug: records_by_rule(d, site) for d in site.datasets}
    for ente in sorted(site.judged_entes):
        yield _page(site, ente, rules, named)


def rows_of(site: Site, dataset: Dataset) -> list[EnteRow]:
    """Return the figures of each body in *dataset*, those with most set aside or noted first."""
    if not site.tells_of_entes(dataset):
        return []
    rows = [_row(site, e) for e in dataset.report.get("entes", ())]
    return sorted(rows, key=lambda r: (-r.quarantined, -r.issues, -r.checked, sort_key(r.name), r.name))


def _row(site: Site, raw: Mapping[str, Any]) -> EnteRow:
    ente = str(raw.get("ente_id") or "")
    known = ente in site.judged_entes
    figures = {n: int(raw.get(n) or 0) for n in _FIGURES}
    return EnteRow(
        name=name_of(site, ente, str(raw.get("ente") or "")),
        url=site.urls.to(urls.quality_ente(ente)) if known else "",
        issues=sum(int(n or 0) for n in (raw.get("issues") or {}).values()),
        **figures,
    )


def name_of(site: Site, ente: str, said: str) -> str:
    """Return a body's name: from the register, else as the report says it."""
    found = site.shelves.find(ENTES, ente) if ente else None
    return found[1] if found else said or say(NOBODY)


def _index(site: Site) -> Iterator[Route]:
    rows = []
    for entries in site.judged_entes.values():
        parts = [_row(site, raw) for _, raw in entries]
        sums = [sum(getattr(p, n) for p in parts) for n in (*_FIGURES, "issues")]
        rows.append(EnteRow(parts[0].name, parts[0].url, *sums))
    rows.sort(key=lambda r: (sort_key(r.name), r.url))
    for page in range(1, -(-len(rows) // _PAGE) + 1):
        at = pager(site, lambda n: urls.quality_ente(page=n), page, len(rows), _PAGE)
        meta = Page(
            title=say("Calidad por institución"),
            description=say("Qué entregó cada institución, qué se publicó y qué tiene que corregir."),
            path=urls.quality_ente(page=page),
            crumbs=site.crumbs(None, (urls.quality(), say("Calidad"))),
            section="calidad",
        )
        values = {"meta": meta, "rows": rows[at.first - 1 : at.last], "pager": at}
        yield Route(meta.path, "quality_entes.html", values)


def _page(site: Site, ente: str, rules: Rules, named: Mapping[str, Mapping[str, Sequence[str]]]) -> Route:
    entries = site.judged_entes[ente]
    name = name_of(site, ente, str(entries[0][1].get("ente") or ""))
    meta = Page(
        title=say("Calidad: {name}", name=name),
        description=say(
            "Qué entregó {name} a cada conjunto, qué se publicó y qué tiene que corregir.", name=name
        ),
        path=urls.quality_ente(ente),
        crumbs=site.crumbs(
            None, (urls.quality(), say("Calidad")), (urls.quality_ente(), say("Por institución"))
        ),
        section="calidad",
    )
    sets = [
        EnteSet(site.cards[slug], _row(site, raw), _issues(site, ente, slug, raw, rules[slug], named[slug]))
        for slug, raw in entries
    ]
    place = site.shelves.find(ENTES, ente)
    values = {"meta": meta, "ente_name": name, "sets": sets, "ente_url": place[0] if place else ""}
    return Route(meta.path, "quality_ente.html", values)


def _issues(
    site: Site, ente: str, slug: str, raw: Mapping[str, Any], rules: Sequence[RuleView],
    named: Mapping[str, Sequence[str]],
) -> list[EnteIssue]:  # fmt: skip
    counts = {str(rule): int(n or 0) for rule, n in (raw.get("issues") or {}).items()}
    shelf = site.shelf(slug)
    own = set(site.shelves.of_ente.get(ente, {}).get(slug, ()))
    found = []
    for rule in rules:  # broken ones come first, by severity
        if counts.get(rule.id):
            mine = [i for i in named.get(rule.id, ()) if shelf.position[i] in own][:EXAMPLES]
            found.append(EnteIssue(rule, counts[rule.id], record_links(site, slug, mine)))
    return found
