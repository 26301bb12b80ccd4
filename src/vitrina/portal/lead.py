"""The whole body of a record page: the answer first, then its stages, sections and child tables.

What goes where is declared in `[record]` of system.toml (`model.Layout`); a system without it shows its sections.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from jinja2 import Environment

from vitrina.model import Part, Stage
from vitrina.portal import cells, filters
from vitrina.portal.ficha import Children, Cutter, Pairs, Sections, Seen
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset

DECLARED, NONE = "DECLARADO", "NINGUNO"
"""States of a part of a form; any other one means that the part was not received."""


class Body:
    """Makes the bodies of one dataset's record pages."""

    def __init__(self, site: Site, dataset: Dataset, env: Environment) -> None:
        self.system, self.layout = dataset.system, dataset.system.record
        self.cutter = Cutter(env)
        self.pairs = Pairs(site, self.system, dataset.frame.columns, self.cutter)
        self.at = self.pairs.at
        self.day = site.version.day
        self.children = {
            t.name: Children(site, self.system, t, dataset.children[t.name], self.cutter)
            for t in self.system.children
        }
        self.answer = [self.pairs.pair(n, "told") for n in self.layout.answer]
        self.answered = self.cutter.cut("answer")
        self.steps = [_Step(self, stage) for stage in self.layout.stages]
        self.strip = self.cutter.cut("strip")
        self.parts = [_PartOf(self, part) for part in self.layout.parts]
        self.form = self.cutter.cut("form", slots=2)
        self.codes = frozenset(s.code for s in self.layout.stages)
        taken = {n for s in self.layout.stages for n in s.tables} | {p.table for p in self.layout.parts}
        self.rest = [c for name, c in self.children.items() if name not in taken]
        self.sections = Sections(self.pairs, self._elsewhere())

    def html(self, row: Sequence[Any], row_id: str, title: str) -> str:
        """Return the body of the record *row_id*."""
        seen, blank = Seen(title), list[str]()
        stages = set(cells.split(row[self.at[self.layout.stage_list]])) if self.layout.stage_list else set()
        lead = f"{self._answer(row)}{self._validity(row)}{self._strip(row, stages)}"
        sections = self.sections.html(row, seen, blank)
        steps = "".join([step.html(row, row_id, stages, seen, blank) for step in self.steps])
        form = self._form(row, row_id, seen)
        rest = "".join([c.html(c.of(row_id, but=self.codes), seen) for c in self.rest])
        return f"{lead}{sections}{steps}{form}{rest}{self.sections.blanks(blank)}"

    def _elsewhere(self) -> frozenset[str]:
        """Return the columns that the title, the stages and the parts of a form already tell."""
        parts = {n for p in self.layout.parts for n in (p.state, p.public, p.withheld) if n}
        stages = {n for s in self.layout.stages for n in s.fields} | {self.layout.stage_list}
        title = set(self.system.display.title) if len(self.system.display.title) == 1 else set()
        return frozenset(parts | stages | title)

    def _answer(self, row: Sequence[Any]) -> str:
        told = "".join([pair(row) for pair in self.answer])
        return f"{self.answered[0]}{told}{self.answered[1]}" if told else ""

    def _validity(self, row: Sequence[Any]) -> str:
        """Say whether it is in force on the day of this edition, or that the source does not let anybody say so."""
        if not self.layout.valid_until:
            return ""
        until = _day(row[self.at[self.layout.valid_until]])
        since = _day(row[self.at[self.layout.valid_from]]) if self.layout.valid_from else None
        kind = validity(since, until, self.day)
        named = [filters.long_date(d) if d else "" for d in (since, until, self.day)]
        return self.cutter.whole("validity", kind, *named)

    def _strip(self, row: Sequence[Any], stages: set[str]) -> str:
        if not self.steps:
            return ""
        return f"{self.strip[0]}{''.join([s.mark(row, stages) for s in self.steps])}{self.strip[1]}"

    def _form(self, row: Sequence[Any], row_id: str, seen: Seen) -> str:
        if not self.parts:
            return ""
        lines = "".join([p.line(row) for p in self.parts])
        tables = "".join([p.table(row_id, seen) for p in self.parts])
        return f"{self.form[0]}{lines}{self.form[1]}{tables}{self.form[2]}"


def validity(since: date | None, until: date | None, day: date) -> str:
    """Return how a period stands on *day*: none, before, during or after.

    >>> validity(date(2026, 1, 1), date(2027, 1, 1), date(2026, 6, 1)), validity(None, None, date(2026, 6, 1))
    ('during', 'none')
    """
    if until is None:
        return "none"
    if until < day:
        return "after"
    return "before" if since and since > day else "during"


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


class _Step:
    """One stage: its mark on the strip and its section."""

    def __init__(self, body: Body, stage: Stage) -> None:
        self.stage, self.body = stage, body
        cutter = body.cutter
        self.done = cutter.cut("step", stage.title, f"etapa-{stage.id}")
        self.empty = cutter.whole("step_empty", stage.title)
        self.section = cutter.cut("stage", stage.title, f"etapa-{stage.id}", slots=2)
        self.dates = [body.at[n] for n in stage.dates]
        main = body.system.main
        self.entries = [
            (main.field(n).title, body.at[n], body.pairs.pair(n))
            for n in stage.fields
            if n not in {c for f in main.fields if (c := cells.currency_of(f, main))}
        ]

    def mark(self, row: Sequence[Any], stages: set[str]) -> str:
        """Return the stage's place on the strip: with its dates, or empty."""
        if self.stage.name not in stages:
            return self.empty
        days = list(dict.fromkeys(filters.short_date(row[at]) for at in self.dates if row[at]))
        return f"{self.done[0]}{' – '.join(days)}{self.done[1]}"

    def html(self, row: Sequence[Any], row_id: str, stages: set[str], seen: Seen, blank: list[str]) -> str:
        """Return the stage's fields and rows; "" when the source says nothing of it."""
        shown = []
        for title, at, pair in self.entries:
            made = pair(row)
            if made and not seen.again(row[at]):
                shown.append(made)
            elif not made:
                blank.append(title)
        tables = []
        for name, child in self.body.children.items():
            if name in self.stage.tables:
                tables.append(child.html(child.of(row_id), seen, 3))
            elif child.stage_at >= 0 and self.stage.code:
                tables.append(child.html(child.of(row_id, stage=self.stage.code), seen, 3))
        inside = "".join(tables)
        if not (self.stage.name in stages or shown or inside):
            return ""
        return f"{self.section[0]}{''.join(shown)}{self.section[1]}{inside}{self.section[2]}"


class _PartOf:
    """One part of a form: its line in the overview, and its rows."""

    def __init__(self, body: Body, part: Part) -> None:
        self.part, self.at, self.cutter = part, body.at, body.cutter
        self.child = body.children.get(part.table)

    def line(self, row: Sequence[Any]) -> str:
        """Return what the overview says: declared none, declared and how much of it is public, or not received."""
        state = row[self.at[self.part.state]]
        public = int(row[self.at[self.part.public]] or 0) if self.part.public else 0
        withheld = int(row[self.at[self.part.withheld]] or 0) if self.part.withheld else 0
        kind = "declared" if state == DECLARED else "none" if state == NONE else "absent"
        return self.cutter.whole("part", self.part.title, kind, public, withheld)

    def table(self, row_id: str, seen: Seen) -> str:
        """Return the part's public rows."""
        return self.child.html(self.child.of(row_id), seen, 3) if self.child else ""
