"""What the templates receive, as dataclasses: the docstring under each name is its help text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from vitrina.model import Field, System
from vitrina.portal.figures import Key
from vitrina.portal.store import File


@dataclass(frozen=True, slots=True)
class Link:
    """A place and what people call it."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """What every page says about itself, in the head and above the title."""

    title: str
    """The `<h1>`, and the first part of the `<title>`."""
    description: str
    """One or two sentences for search engines and shared cards."""
    path: str
    """Output path of the page, e.g. `s2-servidores/lista/`; "" is the front page."""
    crumbs: Sequence[Link] = ()
    """The way here from the front page, without the page itself."""
    section: str = ""
    """Which item of the main menu is the current one: buscar, datos, descargas, calidad, acerca or none."""
    alternate: str = ""
    """Address of the same thing as JSON, "" when there is none."""
    jsonld: Mapping[str, Any] | None = None
    """schema.org description of what the page is about."""
    index: bool = True
    """False for pages that search engines should not list (tombstones, the 404 page)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    title: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: text or safe markup, the value to sort by, and how it lines up."""

    value: str
    sort: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a listing page stands among its siblings."""

    page: int
    pages: int
    first: int
    last: int
    total: int
    previous: str
    next: str
    numbers: Sequence[tuple[int, str]]
    """The page numbers to offer with their addresses; an empty address marks a gap."""


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart ready to place: the drawing, the sentence, the table behind it and the same as files."""

    id: str
    title: str
    finding: str
    svg: Markup
    heads: Sequence[str]
    """Titles of the table's columns."""
    rows: Sequence[Sequence[str]]
    recipe: str = ""
    """Where the page of recipes tells how these numbers were counted."""
    files: Sequence[str] = ()
    """Addresses of the numbers as CSV and of the drawing as SVG."""


@dataclass(frozen=True, slots=True)
class Card:
    """A dataset in a list of datasets."""

    slug: str
    url: str
    key: str
    title: str
    short_title: str
    question: str
    rows: int
    unit: str
    newest: str
    verdict: str
    verdict_text: str


@dataclass(frozen=True, slots=True)
class HomeFigure:
    """A figure of the front page and the list of the rows it was counted from."""

    value: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """How up to date a dataset is: its card, and how many of its sources delivered on time."""

    card: Card
    good: int
    sources: int


@dataclass(frozen=True, slots=True)
class BrowseView:
    """A dataset and the lists to browse it by, for those who search without script."""

    card: Card
    list_url: str
    """Its whole list; the dataset's own page when it has no rows tonight."""
    ways: Sequence[Link]
    """Indexes of values: by institution, by kind…"""
    years: Sequence[Link]
    """The newest years, each straight to its records."""


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value to browse by, with how many records have it."""

    url: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet with its first values."""

    title: str
    url: str
    total: int
    values: Sequence[FacetLink]


@dataclass(frozen=True, slots=True)
class FieldView:
    """A row of the dictionary."""

    field: Field
    kind: str
    """The type in plain words."""
    fill: str
    example: str
    required: bool


@dataclass(frozen=True, slots=True)
class DictionaryView:
    """The fields of one table."""

    name: str
    title: str
    description: str
    rows: int
    fields: Sequence[FieldView]


@dataclass(frozen=True, slots=True)
class FileView:
    """A download."""

    file: File
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class IssueView:
    """A finding of the check, told to a citizen."""

    title: str
    severity: str
    severity_text: str
    message: str
    why: str
    remedy: str
    count: int
    source: str
    examples: Sequence[Link]


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source: who sends it, how, how often, and how it fared last night."""

    id: str
    title: str
    publisher: str
    url: str
    protocol: str
    frequency: str
    weather: str
    weather_text: str
    taken: str
    records_in: int
    published: int
    quarantined: int
    withheld: int
    message: str
    synthetic: bool
    condition: str
    """How it did tonight, whichever copy is shown (vitrina.weather.CONDITIONS)."""
    condition_text: str
    overdue: bool
    """Nothing new has come for longer than its declared frequency."""
    observed_days: int | None
    """The usual days between two deliveries that brought something new; None while they are too few to tell."""
    nights: Sequence[Night]
    nights_text: str


@dataclass(frozen=True, slots=True)
class Night:
    """One square of a source's calendar."""

    date: str
    condition: str
    text: str


@dataclass(frozen=True, slots=True)
class QualityView:
    """The quality of one dataset."""

    card: Card
    decision_text: str
    sources: Sequence[SourceView]
    issues: Sequence[IssueView]
    withheld_records: Sequence[tuple[str, int]]
    unknown_fields: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Records of one dataset that speak of an ente or a supplier."""

    title: str
    unit: str
    count: int
    url: str
    """Where all of them are listed; "" when there is no such page."""
    total: str
    """Sum of their amounts, "" when the dataset has none."""
    rows: Sequence[tuple[str, str, str, str]]
    """(address, title, date, amount) of the latest ones."""
    by_year: Sequence[tuple[str, int, str]]
    by_other: Sequence[tuple[str, str, int, str]]
    """(address, name, records, amount) per buyer; empty where it makes no sense."""
    other_title: str = ""
    slug: str = ""
    """Its dataset: the page's anchors and recipes are named after it."""
    spark: Markup | None = None
    """Its years drawn in the height of a line; None when there are fewer than two."""
    counted: str = ""
    """How its count was made, in words."""


@dataclass(frozen=True, slots=True)
class Program:
    """A free program the portal is made with."""

    name: str
    use: str
    version: str
    license: str


@dataclass(frozen=True, slots=True)
class PlaceBody:
    """A public body of a municipality, and how many records of each dataset name it."""

    link: Link
    counts: Sequence[tuple[str, int]]
    records: int


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality: its page, its tile on the map (0 when it has none) and its bodies."""

    name: str
    url: str
    path: str
    region: str
    sign: str
    column: int
    row: int
    bodies: Sequence[PlaceBody]
    records: int
    level: int = 0
    """Tone of its tile: 0 nothing published, 1 to 4 by quarters."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What a body owes one system and how far it has come."""

    system: str
    owed: bool | None
    step: str
    records: str
    newest: str
    url: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A night in which a published record changed: its day (ISO) and what, never what it said before."""

    day: str
    text: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a record comes from."""

    source: str
    source_url: str
    snapshot: str
    position: str
    since: str
    changed: str
    unchanged: bool = False
    """The record says what it said when it was first published."""
    history: Sequence[Changed] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """A matrix of bodies by datasets."""

    title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]
    """(address, name, [(mark, text) per column])."""


@dataclass(frozen=True, slots=True)
class DatasetView:
    """Everything a dataset page shows."""

    system: System
    card: Card
    keys: Sequence[Key]
    charts: Sequence[ChartView]
    facets: Sequence[FacetView]
    columns: Sequence[Column]
    lines: Sequence[Markup]
    list_url: str
    data_url: str
    files: Sequence[FileView]
    dictionary: DictionaryView
    tables: int
    quality: QualityView
    added: int
    changed: int
    withdrawn: int
    citation: str
    bibtex: str
    license_url: str
    board: Board | None = None
    empty_reason: str = ""


@dataclass(slots=True)
class Route:
    """One page to write: its path, its template and the template's variables."""

    path: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
