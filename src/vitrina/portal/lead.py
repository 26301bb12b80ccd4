"""The whole body of a record page: the answer first, then its sections, stages and child tables.

What goes where is declared in `[record]` of system.toml (`model.Layout`); a system without it shows its sections.
Nothing here names the night's edition: a page changes only when what it says does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from vitrina.model import Part, Stage
from vitrina.portal import cells, filters
from vitrina.portal.children import Children, Family
from vitrina.portal.ficha import Columns, Cutter, Sections, Seen, beside_others
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset

DECLARED, NONE = "DECLARADO", "NINGUNO"
"""States of a part of a form; any other one means that the part was not received."""


class Body:
    """Makes the bodies of one dataset's record pages."""

    def __init__(self, site: Site, dataset: Dataset, cutter: Cutter, parents: Mapping[str, int]) -> None:
        """*parents* gives each record's place in the order in which the pages are made."""
        self.system, self.layout, self.cutter = dataset.system, dataset.system.record, cutter
        self.site, self.day = site, site.version.day
        self.children = {
            t.name: Children(site, self.system, t, dataset.children[t.name], parents, cutter)
            for t in self.system.children
        }
        self.sections = Sections(site, self.system, cutter, self._elsewhere())
        self.answer = [self.sections.entry(n, cutter, "told") for n in self.layout.answer]
        self.answered, self.strip = cutter.cut("answer"), cutter.cut("strip")
        self.form, self.blank = cutter.cut("form", slots=2), cutter.cut("blank")
        self.steps = [_Step(self, stage) for stage in self.layout.stages]
        self.codes = frozenset(s.code for s in self.layout.stages)
        taken = {n for s in self.layout.stages for n in s.tables} | {p.table for p in self.layout.parts}
        self.rest = [name for name in self.children if name not in taken]

    def html(
        self,
        frame: pl.DataFrame,
        titles: Sequence[str],
        families: Mapping[str, Family],
        charts: Sequence[str],
    ) -> list[str]:
        """Return the body of each row of *frame*: its title, its chart, and its *families* of child rows by table."""
        columns, blank = Columns(frame), [list[str]() for _ in titles]
        seen = [Seen(title) for title in titles]
        apart = [Seen() for _ in titles]
        answers = [e.html(columns, apart, [[] for _ in titles]) for e in self.answer]
        sections = self.sections.html(columns, seen, blank)
        steps = [step.pairs(columns, seen, blank) for step in self.steps]
        stages = [set(cells.split(v)) for v in columns[self.layout.stage_list]] if self.steps else []
        found = []
        for at in range(len(titles)):
            told = "".join([a[at] for a in answers])
            parts = [
                f"{self.answered[0]}{told}{self.answered[1]}" if told else "",
                self._validity(columns, at),
                charts[at],
                self._strip(columns, at, stages),
                sections[at],
                *[
                    s.html(at, p[at], stages[at], seen[at], families)
                    for s, p in zip(self.steps, steps, strict=True)
                ],
                self._form(columns, at, seen[at], families),
                *[families[n].html(at, seen[at], but=self.codes) for n in self.rest],
                f"{self.blank[0]}{' · '.join(blank[at])}{self.blank[1]}" if blank[at] else "",
            ]
            found.append("".join(parts))
        return found

    def _elsewhere(self) -> frozenset[str]:
        """Return the columns that the title, the stages and the parts of a form already tell."""
        parts = {n for p in self.layout.parts for n in (p.state, p.public, p.withheld) if n}
        stages = {n for s in self.layout.stages for n in s.fields} | {self.layout.stage_list}
        title = set(self.system.display.title) if len(self.system.display.title) == 1 else set()
        return frozenset(parts | stages | title)

    def _validity(self, columns: Columns, at: int) -> str:
        """Say whether it is in force on the day of this edition, or that the source does not let anybody say so."""
        if not self.layout.valid_until:
            return ""
        until = _day(columns[self.layout.valid_until][at])
        since = _day(columns[self.layout.valid_from][at]) if self.layout.valid_from else None
        named = [filters.long_date(d) if d else "" for d in (since, until)]
        return self.cutter.whole("validity", validity(since, until, self.day), *named)

    def _strip(self, columns: Columns, at: int, stages: Sequence[set[str]]) -> str:
        if not self.steps:
            return ""
        marks = "".join([s.mark(columns, at, stages[at]) for s in self.steps])
        return f"{self.strip[0]}{marks}{self.strip[1]}"

    def _form(self, columns: Columns, at: int, seen: Seen, families: Mapping[str, Family]) -> str:
        if not self.layout.parts:
            return ""
        lines = "".join([self._line(part, columns, at) for part in self.layout.parts])
        tables = "".join([families[p.table].html(at, seen, 3) for p in self.layout.parts if p.table])
        return f"{self.form[0]}{lines}{self.form[1]}{tables}{self.form[2]}"

    def _line(self, part: Part, columns: Columns, at: int) -> str:
        """Return what the overview says: declared none, declared and how much of it is public, or not received."""
        state = columns[part.state][at]
        public = int(columns[part.public][at] or 0) if part.public else 0
        withheld = int(columns[part.withheld][at] or 0) if part.withheld else 0
        kind = "declared" if state == DECLARED else "none" if state == NONE else "absent"
        return self.cutter.whole("part", part.title, kind, public, withheld)


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
        self.stage = stage
        cutter = body.cutter
        self.done = cutter.cut("step", stage.title, f"etapa-{stage.id}")
        self.empty = cutter.whole("step_empty", stage.title)
        self.section = cutter.cut("stage", stage.title, f"etapa-{stage.id}", slots=2)
        said = beside_others(body.site, body.system, body.system.main)
        self.entries = [body.sections.entry(n, cutter) for n in stage.fields if n not in said]
        self.tables = [
            name for name, c in body.children.items() if name in stage.tables or (c.stage and stage.code)
        ]

    def pairs(self, columns: Columns, seen: Sequence[Seen], blank: Sequence[list[str]]) -> list[str]:
        """Return the stage's fields of each row."""
        drawn = [entry.html(columns, seen, blank) for entry in self.entries]
        return list(map("".join, zip(*drawn, strict=True))) if drawn else [""] * len(seen)

    def mark(self, columns: Columns, at: int, stages: set[str]) -> str:
        """Return the stage's place on the strip: with its dates, or empty."""
        if self.stage.name not in stages:
            return self.empty
        given = [columns[n][at] for n in self.stage.dates if columns[n][at]]
        days = list(dict.fromkeys(filters.short_date(day) for day in given))
        return f"{self.done[0]}{' – '.join(days)}{self.done[1]}"

    def html(self, at: int, pairs: str, stages: set[str], seen: Seen, families: Mapping[str, Family]) -> str:
        """Return the stage's fields and rows; "" when the source says nothing of it."""
        inside = "".join([families[n].html(at, seen, 3, stage=self.stage.code) for n in self.tables])
        if not (self.stage.name in stages or pairs or inside):
            return ""
        return f"{self.section[0]}{pairs}{self.section[1]}{inside}{self.section[2]}"
