"""Every check of a dataset and how it went: the report's rules, told in words, with the records they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vitrina.model import System
from vitrina.portal import urls
from vitrina.portal.contexts import Link
from vitrina.portal.quality_views import Place, RuleView
from vitrina.portal.site import SEVERITIES, Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import say
from vitrina.text import slugify
from vitrina.wording import explain, place

EXAMPLES = 3
"""Records shown under a rule; when there are more, a list of their own holds all."""
_ORDER = {"error": 0, "warning": 1, "note": 2}
_STATES = ("failed", "not_checked", "passed")
_CELL = frozenset({"type-error", "constraint-error"})

Raw = Mapping[str, Any]


def rule_views(site: Site, dataset: Dataset) -> list[RuleView]:
    """Return every rule of *dataset*: broken ones first, by severity and count, then not checked, then kept."""
    issues = _by_rule(dataset.report.get("issues", ()))
    reported = _merged(dataset.report.get("rules", ()))
    for rule in dataset.system.rules:
        reported.setdefault(rule.id, _unreported(rule))
    named = records_by_rule(dataset, site)
    ids = dict.fromkeys([*reported, *issues])
    views = [_view(site, dataset, i, reported.get(i, {}), issues.get(i, ()), named.get(i, ())) for i in ids]
    order = {state: n for n, state in enumerate(_STATES)}
    return sorted(views, key=lambda v: (order[v.state], _ORDER.get(v.severity, 3), -v.failed, v.title, v.id))


def records_by_rule(dataset: Dataset, site: Site) -> dict[str, list[str]]:
    """Return rule → ids of the published records in which it found something, in listing order."""
    position = site.shelf(dataset.slug).position
    found: dict[str, set[str]] = defaultdict(set)
    if dataset.findings is not None:
        for rule, row_id in dataset.findings.select("rule", "row_id").unique().iter_rows():
            found[str(rule)].add(str(row_id))
    else:  # only the first ones of each finding are known
        for issue in dataset.report.get("issues", ()):
            found[rule_of(issue)].update(map(str, issue.get("row_ids", ())))
    return {rule: sorted(ids & position.keys(), key=position.__getitem__) for rule, ids in found.items()}


def record_links(site: Site, slug: str, ids: Sequence[str]) -> list[Link]:
    """Return links to published records; where two would read the same, each says its id."""
    shelf = site.shelf(slug)
    titles = [shelf.titles[shelf.position[i]] for i in ids]
    return [
        Link(site.urls.record(slug, i), title if titles.count(title) == 1 else f"{title} ({i})")
        for i, title in zip(ids, titles, strict=True)
    ]


def rule_of(issue: Raw) -> str:
    """Return the id of the rule that an issue of the report belongs to."""
    return str(issue.get("rule") or issue.get("code") or "")


def anchor(rule: str) -> str:
    """Return the id of a rule's section in the quality page."""
    return f"regla-{slugify(rule) or 'sin-nombre'}"


def _by_rule(issues: Iterable[Raw]) -> dict[str, list[Raw]]:
    found: dict[str, list[Raw]] = {}
    for issue in issues:
        found.setdefault(rule_of(issue), []).append(issue)
    return found


def _merged(rules: Iterable[Raw]) -> dict[str, dict[str, Any]]:
    """Return id → rule; a check that the report lists once per table becomes one, with its figures together."""
    found: dict[str, dict[str, Any]] = {}
    for raw in rules:
        rule = {**raw, "parts": [(str(raw.get("table") or ""), tuple(raw.get("fields") or ()))]}
        known = found.setdefault(str(raw.get("id")), rule)
        if known is rule:
            continue
        known["checked"] = int(known.get("checked") or 0) + int(rule.get("checked") or 0)
        known["failed"] = int(known.get("failed") or 0) + int(rule.get("failed") or 0)
        known["parts"] += rule["parts"]
        states = {str(known.get("state")), str(rule.get("state"))}
        known["state"] = next((s for s in ("failed", "passed") if s in states), "not_checked")
        known["reason"] = known.get("reason") or rule.get("reason")
    return found


def _unreported(rule: Any) -> dict[str, Any]:
    """A declared rule the report does not mention was not checked: silence never counts as passed."""
    return {
        "kind": rule.kind, "severity": rule.severity, "title": rule.title, "why": rule.why, "remedy": rule.remedy,
        "parts": [(rule.table, ())], "state": "not_checked", "reason": say("El informe de anoche no la menciona."),
    }  # fmt: skip


def _view(
    site: Site, dataset: Dataset, rule: str, raw: Raw, issues: Sequence[Raw], records: Sequence[str]
) -> RuleView:
    first = issues[0] if issues else {}
    severities = [str(x.get("severity")) for x in (raw, *issues) if x.get("severity")]
    severity = min(severities, key=lambda s: _ORDER.get(s, 3), default="note")
    counted = sum(int(i.get("count") or 0) for i in issues)
    state = "failed" if issues else str(raw.get("state") or "not_checked")
    words = explain(
        rule,
        str(raw.get("found") or raw.get("title") or first.get("title") or first.get("message") or ""),
        str(raw.get("why") or first.get("why") or ""),
        str(raw.get("remedy") or first.get("remedy") or ""),
    )
    kept = str(raw.get("title") or words.title)
    many = len(records) > EXAMPLES
    return RuleView(
        id=rule,
        anchor=anchor(rule),
        url=f"{site.urls.to(urls.quality(dataset.slug))}#{anchor(rule)}",
        kind=str(raw.get("kind") or "reading"),
        title=words.title if state == "failed" else kept,
        kept=kept,
        severity=severity,
        severity_text=SEVERITIES.get(severity, severity),
        why=words.why,
        remedy=words.remedy,
        about=_about(dataset.system, raw.get("parts", ())),
        checked=int(raw.get("checked") or 0),
        failed=int(raw.get("failed") or 0) or counted,
        state=state,
        reason=str(raw.get("reason") or ""),
        places=_places(dataset, rule, words.title, issues),
        records=len(records),
        examples=record_links(site, dataset.slug, records[:EXAMPLES]),
        list_url=site.urls.to(urls.quality_rule(dataset.slug, slugify(rule)))
        if many and slugify(rule)
        else "",
        whole=_names_all(dataset, issues),
    )


def _names_all(dataset: Dataset, issues: Sequence[Raw]) -> bool:
    """Whether every published record with a finding is named: by the file of findings, else by the report's list."""
    noted = [i for i in issues if i.get("severity") != "error"]
    return dataset.findings is not None or all(
        int(i.get("count") or 0) <= len(i.get("row_ids", ())) for i in noted
    )


def _about(system: System, parts: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Return the tables and fields a rule looks at: those of the main table need not be said to be of it."""
    said: dict[str, None] = {}
    for table, fields in parts:
        for field in fields or ("",):
            said[place(system, table, str(field))[0]] = None
    words = [w for w in said if w]
    if len(words) <= 8:
        return ", ".join(words)
    return say("{first} y {count} más", first=", ".join(words[:7]), count=len(words) - 7)


def _places(dataset: Dataset, rule: str, title: str, issues: Sequence[Raw]) -> list[Place]:
    titles = {str(s.get("source")): str(s.get("title")) for s in dataset.report.get("sources", ())}
    messages = {str(i.get("message") or "") for i in issues}
    counts: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for issue in issues:
        source = str(issue.get("source") or "")
        where, path = place(dataset.system, str(issue.get("table") or ""), str(issue.get("field") or ""))
        detail = _detail(rule, title, issue, several=len(messages) > 1)
        counts[titles.get(source, source), where, path, detail] += int(issue.get("count") or 0)
    return [Place(*key, n) for key, n in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))]


def _detail(rule: str, title: str, issue: Raw, *, several: bool) -> str:
    """Return what a finding says beyond its rule: what a cell asks for, or what differs from finding to finding."""
    if rule in _CELL:
        text = str(issue.get("remedy") or "").removeprefix("Corrija el dato: ")
    else:
        message = str(issue.get("message") or "")
        _, colon, after = message.partition(": ")
        text = after if colon and rule == "estructura" else message if several or "«" in message else ""
    return "" if text.strip(".") == title.strip(".") else text[:1].upper() + text[1:]
