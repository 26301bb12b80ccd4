"""Derived rows: what follows from what other systems publish tonight → build/tables/<system>, beside its own.

`check` calls it for a system once those it needs are checked: a supplier whose only contract was set apart, or a
delivery that did not pass, must not be told of in another dataset.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import polars as pl

from vitrina.config import Settings
from vitrina.layouts.base import Context
from vitrina.layouts.collected import Collected
from vitrina.model import Source, System
from vitrina.storage import text_frame


def add(settings: Settings, system: System, published: Mapping[str, Mapping[str, pl.DataFrame]]) -> None:
    """Add to the system's tables the rows that its function makes, as a source of its own in the ledger.

    *published*: the tables, by system and name, of those it needs. Rows of an earlier run of the night are replaced.
    """
    module = importlib.import_module(f"vitrina.layouts.derived_{system.derived}")
    day = settings.run_date.isoformat()
    source = Source(
        id=f"derivado-{system.slug}", title="Derivado de los demás sistemas del portal", system=system.slug,
        protocol="derived", format="", frequency="diaria",
    )  # fmt: skip
    folder = settings.build / "tables" / system.slug
    collected = Collected.read(folder, system, without=source.id)
    inputs = {slug: {n: t.cast(pl.String) for n, t in tables.items()} for slug, tables in published.items()}
    own = {t.name: text_frame(list(collected.rows[t.name]), t.names) for t in system.tables}
    gathered = Collected.of(system)
    for outcome in module.derive(inputs, own, Context(system, source, settings.run_date, lambda _name: None)):
        gathered.gather(outcome, source, day)
    collected.sources.append(
        {
            "source": source.id, "title": source.title, "system": system.slug, "weather": "fresh",
            "condition": "fresh", "calendar": [], "snapshot": day, "taken": day,
            "records": len(gathered.records), "read": len(gathered.records), "message": "", "remedy": "",
        }
    )  # fmt: skip
    collected.merge(gathered)
    collected.write(folder, system)
