"""How one record did in the check: what was noted, what it passed, and what nobody looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from vitrina.portal import urls
from vitrina.portal.quality_rules import rule_of, rule_views
from vitrina.portal.quality_views import Noted, Review
from vitrina.portal.shelf import ENTES
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.wording import place


class Reviews:
    """Writes the review of each record of one dataset; records with the same findings share theirs."""

    def __init__(self, site: Site, dataset: Dataset, env: Environment) -> None:
        self.site, self.dataset = site, dataset
        self.rules = {r.id: r for r in rule_views(site, dataset)}
        self.found = by_record(dataset)
        self.url = site.urls.to(urls.quality(dataset.slug))
        self.macro: Any = env.get_template("components/review.html").module.review  # type: ignore[attr-defined]
        self.known: dict[tuple[tuple[str, str, str], ...], Markup] = {}

    def html(self, row_id: str) -> Markup:
        """Return what the record's page says of its review."""
        found = self.found.get(row_id, ())
        if found not in self.known:
            self.known[found] = self.macro(self.review(found))
        return self.known[found]

    def review(self, found: Sequence[tuple[str, str, str]]) -> Review:
        """Return the review of a record with these findings: (rule, table, field)."""
        noted: dict[str, dict[str, None]] = {}
        for rule, table, field in found:
            words = place(self.dataset.system, table, field)[0] if field else ""
            noted.setdefault(rule, {})[words] = None
        others = [r for r in self.rules.values() if r.id not in noted]
        # A rule that did not look at anything, or names only some records, says nothing about this one.
        looked = [r for r in others if r.state != "not_checked"]
        asked = [r for r in looked if r.kind != "reading"]
        return Review(
            noted=[
                Noted(self.rules[rule], ", ".join(f for f in fields if f))
                for rule, fields in noted.items()
                if rule in self.rules
            ],
            passed=[r for r in asked if r.state == "passed" or r.whole],
            unsaid=[r for r in looked if r.state == "failed" and not r.whole],
            not_checked=[r for r in others if r.state == "not_checked"],
            quality_url=self.url,
        )


def by_record(dataset: Dataset) -> Mapping[str, tuple[tuple[str, str, str], ...]]:
    """Return record id → its findings as (rule, table, field), each once, in a fixed order."""
    if dataset.findings is not None:
        columns = dataset.findings.select("row_id", "rule", "table", "field").unique()
        pairs = {
            (str(i), str(rule), table or "", field or "") for i, rule, table, field in columns.iter_rows()
        }
    else:  # only the first ones of each finding are known
        pairs = {
            (str(row_id), rule_of(issue), str(issue.get("table") or ""), str(issue.get("field") or ""))
            for issue in dataset.report.get("issues", ())
            for row_id in issue.get("row_ids", ())
        }
    # Many records have the same findings: they share one tuple.
    known: dict[tuple[tuple[str, str, str], ...], tuple[tuple[str, str, str], ...]] = {}
    found = {}
    for row_id, lines in groupby(sorted(pairs), key=itemgetter(0)):
        findings = tuple((rule, table, field) for _, rule, table, field in lines)
        found[row_id] = known.setdefault(findings, findings)
    return found


def ente_quality_url(site: Site, slug: str, row_id: str) -> str:
    """Return where a public body's own quality page is, "" for other records and bodies without figures."""
    if slug != ENTES or row_id not in site.judged_entes:
        return ""
    return site.urls.to(urls.quality_ente(row_id))
