"""What the quality templates receive, as dataclasses: the docstring under each name is its help text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from vitrina.portal.contexts import Card, Link, QualityView


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule found something: source, field in words, its path in the source, what exactly, how often."""

    source: str
    field: str
    path: str
    detail: str
    count: int


@dataclass(frozen=True, slots=True)
class RuleView:
    """One check of a dataset, and how it went last night."""

    id: str
    anchor: str
    """Id of its section in the dataset's quality page."""
    url: str
    """Address of that section."""
    kind: str
    """schema, reading (known only by what it found), or the kind of a declared rule."""
    title: str
    """What it found, when it found something; else what it asks."""
    kept: str
    """What it asks, true of a record that passed it."""
    severity: str
    severity_text: str
    why: str
    remedy: str
    about: str
    """The table and fields it looks at, in words."""
    checked: int
    """Rows it looked at; 0 when the report does not say."""
    failed: int
    state: str
    """passed, failed or not_checked."""
    reason: str
    """Why it was not checked."""
    places: Sequence[Place]
    records: int
    """Published records it names."""
    examples: Sequence[Link]
    list_url: str
    """Where all of them are listed; "" when the examples are all there is."""
    whole: bool
    """True when it names every published record it found something in: the others then passed it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was expected of the whole dataset, and whether it came true."""

    text: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class EnteRow:
    """The figures of one public body in one dataset, or in all of them."""

    name: str
    url: str
    checked: int
    published: int
    quarantined: int
    withheld: int
    issues: int


@dataclass(frozen=True, slots=True)
class EnteIssue:
    """What one rule found in one public body's records."""

    rule: RuleView
    count: int
    examples: Sequence[Link]


@dataclass(frozen=True, slots=True)
class EnteSet:
    """One dataset seen from one public body."""

    card: Card
    row: EnteRow
    issues: Sequence[EnteIssue]


@dataclass(frozen=True, slots=True)
class WithheldField:
    """A field that is received and never published: why, by what law, and how many records brought it."""

    title: str
    path: str
    reason: str
    basis: str
    count: int


@dataclass(frozen=True, slots=True)
class WithheldRecords:
    """Records that are received and not published, by reason."""

    title: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class NightRow:
    """One night of the trend."""

    day: str
    verdict: str
    verdict_text: str
    checked: int
    published: int
    quarantined: int
    withheld: int
    issues: int


@dataclass(frozen=True, slots=True)
class TrendView:
    """The nights on record: a drawing, the sentence that says the same, and the table behind it."""

    svg: Markup
    finding: str
    nights: Sequence[NightRow]


@dataclass(frozen=True, slots=True)
class SetView:
    """The quality page of one dataset."""

    view: QualityView
    sentence: str
    rules_sentence: str
    failed: Sequence[RuleView]
    passed: Sequence[RuleView]
    not_checked: Sequence[RuleView]
    expectations: Sequence[Expectation]
    entes: Sequence[EnteRow]
    entes_url: str
    withheld_fields: Sequence[WithheldField]
    withheld_records: Sequence[WithheldRecords]
    trend: TrendView
    json_url: str


@dataclass(frozen=True, slots=True)
class SetLine:
    """One dataset in the list of all."""

    card: Card
    url: str
    checked: int
    published: int
    quarantined: int
    withheld: int
    totals: Mapping[str, int]
    """Findings by severity: error, warning, note."""
    not_checked: int
    spark: Markup


@dataclass(frozen=True, slots=True)
class Noted:
    """What a rule noted in one record."""

    rule: RuleView
    fields: str


@dataclass(frozen=True, slots=True)
class Review:
    """How one record did: what was noted, passed, looked at only for the whole file, and not checked."""

    noted: Sequence[Noted]
    passed: Sequence[RuleView]
    unsaid: Sequence[RuleView]
    not_checked: Sequence[RuleView]
    quality_url: str
