"""The report of the check stage in plain Spanish: sources, findings, what was withheld and what was unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from vitrina.model import Source
from vitrina.portal.contexts import IssueView, Link, Night, QualityView, SourceView
from vitrina.portal.site import DECISIONS, PROTOCOLS, SEVERITIES, WEATHER, Site
from vitrina.portal.store import Dataset
from vitrina.weather import CONDITIONS

_ORDER = {"error": 0, "warning": 1, "note": 2}
_EXAMPLES = 5


def quality_view(site: Site, dataset: Dataset) -> QualityView:
    """Return what the check found in *dataset*, most serious first."""
    report = dataset.report
    issues = sorted(
        report.get("issues", ()),
        key=lambda i: (_ORDER.get(str(i.get("severity")), 3), -int(i.get("count") or 0), str(i.get("code"))),
    )
    decision = str(report.get("decision") or "empty")
    sources = source_views(dataset, site.run_date)
    titles = {s.id: s.title for s in sources}
    return QualityView(
        card=site.cards[dataset.slug],
        decision_text=DECISIONS.get(decision, decision),
        sources=sources,
        issues=[_issue(site, dataset, i, titles) for i in issues],
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
    weather = str(facts.get("weather") or ("frozen" if source and source.frozen else "none"))
    condition = str(facts.get("condition") or weather)
    nights, nights_text = _nights(facts.get("calendar", ()))
    return SourceView(
        id=source_id,
        title=str(facts.get("title") or (source.title if source else source_id)),
        publisher=(source.publisher if source else "") or "",
        url=(source.url if source else "") or "",
        protocol=PROTOCOLS.get(source.protocol, source.protocol) if source else PROTOCOLS["derived"],
        frequency=source.frequency if source else "",
        weather=weather,
        weather_text=WEATHER.get(weather, weather),
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
        nights=nights,
        nights_text=nights_text,
    )


def _issue(site: Site, dataset: Dataset, raw: Mapping[str, Any], titles: Mapping[str, str]) -> IssueView:
    severity = str(raw.get("severity") or "note")
    shelf = site.shelf(dataset.slug)
    known = [str(i) for i in raw.get("row_ids", ()) if str(i) in shelf.position]
    return IssueView(
        title=str(raw.get("title") or raw.get("message") or raw.get("code")),
        severity=severity,
        severity_text=SEVERITIES.get(severity, severity),
        message=str(raw.get("message") or ""),
        why=str(raw.get("why") or ""),
        remedy=str(raw.get("remedy") or ""),
        count=int(raw.get("count") or 0),
        source=titles.get(str(raw.get("source")), str(raw.get("source") or "")),
        examples=[
            Link(site.urls.record(dataset.slug, i), shelf.titles[shelf.position[i]])
            for i in known[:_EXAMPLES]
        ],
    )


def _reason(raw: Mapping[str, Any]) -> str:
    return str(raw.get("title") or raw.get("message") or str(raw.get("code") or "").replace("-", " "))


def by_record(dataset: Dataset) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return record id → findings that name it."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for issue in dataset.report.get("issues", ()):
        for row_id in issue.get("row_ids", ()):
            found.setdefault(str(row_id), []).append(issue)
    return found


def names_every_record(dataset: Dataset) -> bool:
    """Return whether the report names every record it found something in (it lists at most 20 per finding)."""
    return all(
        int(i.get("count") or 0) <= len(i.get("row_ids", ())) or i.get("severity") == "error"
        for i in dataset.report.get("issues", ())
    )
