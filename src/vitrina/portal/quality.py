"""The report of the check stage in plain Spanish: sources, findings, what was withheld and what was unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from vitrina import weather
from vitrina.model import Source
from vitrina.portal.contexts import IssueView, Night, QualityView, SourceView
from vitrina.portal.quality_rules import rule_views
from vitrina.portal.quality_views import RuleView
from vitrina.portal.site import DECISIONS, PROTOCOLS, WEATHER, Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import Spoken
from vitrina.wording import explain

CONDITIONS = Spoken(weather.CONDITIONS)
"""What vitrina.weather calls the nights of a source, in the language of the render."""


def quality_view(site: Site, dataset: Dataset) -> QualityView:
    """Return what the check found in *dataset*, rule by rule, most serious first."""
    report = dataset.report
    decision = str(report.get("decision") or "empty")
    return QualityView(
        card=site.cards[dataset.slug],
        decision_text=DECISIONS.get(decision, decision),
        sources=source_views(dataset, site.run_date),
        issues=[_issue(rule) for rule in rule_views(site, dataset) if rule.state == "failed"],
        withheld_records=[(_reason(i), int(i.get("count") or 0)) for i in report.get("withheld_records", ())],
        unknown_fields=[
            (str(i.get("path")), int(i.get("count") or 0)) for i in report.get("unknown_fields", ())
        ],
    )


def source_views(dataset: Dataset, today: date) -> list[SourceView]:
    """Return every source of *dataset*: as declared, and as it fared in the report."""
    reported = {str(s.get("source")): s for s in dataset.report.get("sources", ())}
    declared = {s.id: s for s in dataset.sources}
    return [_source(i, declared.get(i), reported.get(i, {}), today) for i in sorted({*reported, *declared})]


FREQUENCY_DAYS: Mapping[str, int] = {
    "diaria": 1, "semanal": 7, "quincenal": 15, "mensual": 31, "trimestral": 92, "semestral": 184, "anual": 366,
}  # fmt: skip
"""Declared frequency → days between two deliveries; an irregular source is never overdue."""
_GRACE_DAYS = 7


def _overdue(source: Source | None, taken: str, today: date) -> bool:
    days = FREQUENCY_DAYS.get(source.frequency) if source and not source.frozen else None
    return bool(days and taken and (today - date.fromisoformat(taken)).days > days + _GRACE_DAYS)


def _nights(calendar: Sequence[Mapping[str, Any]]) -> tuple[list[Night], str]:
    nights = [
        Night(str(n["date"]), str(n["condition"]), CONDITIONS.get(str(n["condition"]), str(n["condition"])))
        for n in calendar
    ]
    counts = Counter(n.text for n in nights)
    return nights, ", ".join(f"{text}: {count}" for text, count in sorted(counts.items()))


def _source(source_id: str, source: Source | None, facts: Mapping[str, Any], today: date) -> SourceView:
    sky = str(facts.get("weather") or ("frozen" if source and source.frozen else "none"))
    condition = str(facts.get("condition") or sky)
    nights, nights_text = _nights(facts.get("calendar", ()))
    return SourceView(
        id=source_id,
        title=str(facts.get("title") or (source.title if source else source_id)),
        publisher=(source.publisher if source else "") or "",
        url=(source.url if source else "") or "",
        protocol=PROTOCOLS.get(source.protocol, source.protocol) if source else PROTOCOLS["derived"],
        frequency=source.frequency if source else "",
        weather=sky,
        weather_text=WEATHER.get(sky, sky),
        taken=str(facts.get("taken") or ""),
        records_in=int(facts.get("records_in") or 0),
        published=int(facts.get("published") or 0),
        quarantined=int(facts.get("quarantined") or 0),
        withheld=int(facts.get("withheld") or 0),
        message=str(facts.get("message") or (source.frozen.get("reason", "") if source else "")),
        synthetic=bool(source and source.synthetic),
        condition=condition,
        condition_text=CONDITIONS.get(condition, condition),
        overdue=_overdue(source, str(facts.get("taken") or ""), today),
        observed_days=facts.get("observed_days"),
        nights=nights,
        nights_text=nights_text,
    )


def _issue(rule: RuleView) -> IssueView:
    return IssueView(
        title=rule.title,
        severity=rule.severity,
        severity_text=rule.severity_text,
        message="",
        why=rule.why,
        remedy=rule.remedy,
        count=rule.failed,
        source="",
        examples=rule.examples,
    )


def _reason(raw: Mapping[str, Any]) -> str:
    return explain(str(raw.get("code") or ""), str(raw.get("title") or "")).title
