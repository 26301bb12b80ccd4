"""The things Vitrina talks about, as frozen dataclasses without input or output.

Rows and records of data stay plain dicts; everything that is *declared* or *decided* has a type here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
Kind = Literal["records", "statistics", "documents", "directory", "board"]
Weather = Literal["fresh", "unchanged", "kept", "none", "frozen"]
Decision = Literal["publish", "keep_last_good", "empty"]

Row = dict[str, str | None]
"""One normalized row: column name → text as it will be checked, None where the source gave nothing."""


@dataclass(frozen=True)
class Field:
    """One column of a published table (Table Schema field descriptor plus how to show it)."""

    name: str
    type: str
    title: str
    description: str
    constraints: Mapping[str, Any] = field(default_factory=dict)
    format: str = "default"
    categories: Mapping[str, str] = field(default_factory=dict)
    """Code → label, from the descriptor's `categories` (Data Package v2)."""
    display: str = ""
    """How people read it: "", mxn, percent, list (text separated by "; "), url, year, code."""
    descriptor: Mapping[str, Any] = field(default_factory=dict)
    """The descriptor as declared, to be published in datapackage.json."""

    @property
    def required(self) -> bool:
        return bool(self.constraints.get("required"))


@dataclass(frozen=True)
class Table:
    """One table of a system. The main table's key is `id`; a child points to it with `parent_key`."""

    name: str
    title: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[Mapping[str, Any], ...] = ()
    description: str = ""
    parent_key: str = ""
    """Column of a child table that holds the main row's id; empty in the main table."""
    descriptor: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.fields)

    def field(self, name: str) -> Field:
        """Return the field called *name*; KeyError when there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


@dataclass(frozen=True)
class Withheld:
    """A part of the source's records that is read but never published, and why."""

    path: str
    title: str
    reason: str
    basis: str
    conditional: bool = False
    """Whether who the record is about decides, so that the same path is public in other records."""


@dataclass(frozen=True)
class Section:
    """A titled group of fields on the record page."""

    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """A chart of the dataset page: rows (or the sum of `measure`) grouped `by` a field or by its year.

    `split` is the column that cuts the bars of a stacked chart.
    """

    id: str
    title: str
    kind: str
    by: str
    measure: str = ""
    table: str = ""
    top: int = 12
    split: str = ""


@dataclass(frozen=True)
class Display:
    """How a system's main rows are listed, titled, searched and browsed."""

    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    date: str
    columns: tuple[str, ...]
    facets: tuple[str, ...]
    search: Mapping[str, int]
    """Field (or "table.field" of a child) → boost."""
    sections: tuple[Section, ...]
    amount: str = ""
    status: str = ""
    ente: str = "ente_id"
    supplier: str = ""
    person: bool = False
    """True when a row is about a natural person: pages then carry the homonym notice."""
    kind: str = ""
    level: str = ""
    municipality: str = ""
    """Columns that the search offers as filters, with `status`."""
    until: str = ""
    """Column of the day until which a row holds: the end of a sanction, a contract or an agreement."""
    supplier_name: str = ""


@dataclass(frozen=True)
class Stage:
    """A step in the life of what a record tells, and what of the record belongs to it."""

    id: str
    title: str
    name: str
    """The entry of the record's list of stages (`Layout.stage_list`) that says this one has data."""
    code: str = ""
    """Value of `Layout.stage_column` in the child rows of this stage."""
    dates: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A part of a form: the column that says whether it was filled in, how many rows are public and how many not."""

    title: str
    state: str
    table: str = ""
    public: str = ""
    withheld: str = ""


@dataclass(frozen=True)
class Layout:
    """What a record page says before its sections, and how its child tables read ([record] of system.toml)."""

    answer: tuple[str, ...] = ()
    """Fields that answer the question people come with, shown first."""
    valid_from: str = ""
    valid_until: str = ""
    stages: tuple[Stage, ...] = ()
    stage_list: str = ""
    stage_column: str = ""
    parts: tuple[Part, ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Child table → {"url": column, "text": column}: drawn as a list of links."""
    logs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Child table → {"date": column, "kind": column, "text": column}: drawn as dated notes."""
    series: Mapping[str, Any] = field(default_factory=dict)
    """Child tables drawn as a line with targets and breaks (portal.series says what each key is); {} for none."""

    def series_columns(self) -> Iterator[tuple[str, set[str]]]:
        """Yield the child tables that `series` names, each with its columns."""
        for part in (self.series, self.series.get("targets"), self.series.get("breaks")):
            if part:
                values = part.get("value", ())
                plain = {part["period"], *part.get("where", ()), *([part["note"]] if "note" in part else [])}
                yield part["table"], plain | ({values} if isinstance(values, str) else set(values))


@dataclass(frozen=True)
class Expect:
    """Bounds that decide whether a night's rows may replace the published ones."""

    min_rows: int
    max_rows: int
    filled: Mapping[str, float]
    freshness_days: int
    ids_gone: float = 0.3
    """Share of the last good ids that may be gone; beyond half of it there is a warning."""


@dataclass(frozen=True)
class Rule:
    """A check beyond the schema, written in `system.toml` ([[rules]])."""

    id: str
    kind: str
    severity: Severity
    title: str
    """True of a row that passes ("La sanción no termina antes de empezar")."""
    found: str
    """True of a row that does not ("La sanción termina antes de empezar")."""
    why: str
    remedy: str
    table: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class System:
    """A dataset family of the platform, as declared in data/systems/<slug>/."""

    slug: str
    key: str
    title: str
    short_title: str
    singular: str
    summary: str
    question: str
    kind: Kind
    order: int
    scope: tuple[str, ...]
    exclusions: tuple[str, ...]
    legal_basis: tuple[str, ...]
    publisher: str
    contact: str
    license: str
    frequency: str
    layouts: tuple[str, ...]
    tables: tuple[Table, ...]
    display: Display
    charts: tuple[Chart, ...]
    expect: Expect
    withheld: tuple[Withheld, ...]
    rules: tuple[Rule, ...]
    needs: tuple[str, ...] = ()
    derived: str = ""
    """Ending of the module layouts/derived_*.py that makes rows from other systems; empty when pulled only."""
    id_scope: Literal["source", "system"] = "source"
    """"system" when source ids are unique in the whole system by standard (ocid, folio); else one per source."""
    record_pages: Literal["pages", "viewer"] = "pages"
    notes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    """Words of the glossary (their anchors) that its page explains where it uses them."""
    folder: Path = Path()
    record: Layout = Layout()
    options: Mapping[str, Any] = field(default_factory=dict)
    """[options]: policy switches read by the system's layouts."""

    @property
    def main(self) -> Table:
        return self.tables[0]

    @property
    def children(self) -> tuple[Table, ...]:
        return self.tables[1:]

    def table(self, name: str) -> Table:
        """Return the table called *name*; KeyError when there is none."""
        for candidate in self.tables:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


@dataclass(frozen=True)
class Source:
    """One provider of one system, as declared in data/sources/<id>.toml."""

    id: str
    title: str
    system: str
    protocol: str
    format: str
    frequency: str
    ente: str = ""
    publisher: str = ""
    url: str = ""
    license: str = ""
    synthetic: bool = False
    layout: str = ""
    table: str = ""
    """Table filled by a `tabular` source; empty means the system's main table."""
    encoding: str = "utf-8"
    frozen: Mapping[str, str] = field(default_factory=dict)
    """Empty, or {"since": ISO date, "reason": text}: kept as it is and no longer pulled."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The protocol's and the format's own tables, e.g. {"folder": {...}, "csv": {...}}."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    """[policy]: what this source's body has decided in writing (final_only, …)."""
    file: Path = Path()


@dataclass(frozen=True)
class RawRecord:
    """One record as received: where it stood in the snapshot, and its content."""

    position: str
    """"<file>#<pointer>" or "<file>, fila N"; never a path of this machine."""
    data: Any


@dataclass(frozen=True)
class Issue:
    """One finding about a row, a record, a field or a source. Never carries the row's values."""

    code: str
    severity: Severity
    message: str
    source: str = ""
    table: str = ""
    row_id: str = ""
    field: str = ""
    position: str = ""
    remedy: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a layout made of one record (or of several records of one process).

    Exactly one of these holds: `rows` has one main row; `withheld` names the rule that keeps the record
    private; `rejected` names the reason it cannot be published. `positions` are the records it accounts for.
    """

    positions: tuple[str, ...]
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    withheld: str = ""
    rejected: str = ""
    message: str = ""
    issues: tuple[Issue, ...] = ()
    unknown: tuple[str, ...] = ()
    """Paths of the record that no rule maps or withholds; they are dropped and reported."""
    withheld_fields: tuple[str, ...] = ()
    """Declared private paths that were present and dropped."""


@dataclass(frozen=True)
class Ledger:
    """One source's account for one night: records_in must equal the three others together."""

    source: str
    records_in: int
    published: int
    quarantined: int
    withheld: int

    @property
    def balanced(self) -> bool:
        return self.records_in == self.published + self.quarantined + self.withheld


@dataclass(frozen=True)
class Snapshot:
    """What a source answered in one run, as received, and the proof that it is whole."""

    source: str
    run: str
    taken: date
    files: tuple[Mapping[str, Any], ...]
    """Per file: name, bytes, sha256, records."""
    records: int
    folder: Path


@dataclass(frozen=True)
class Version:
    """What one night published."""

    id: str
    day: date
    data_date: date
    synthetic: bool


@dataclass(frozen=True)
class Malformed:
    """A record that arrived but cannot be read as one (ragged row, huge cell); goes to quarantine with its place."""

    code: str
    message: str
