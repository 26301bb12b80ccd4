"""Checks that what a system's declaration names exists: columns, tables, other systems. Errors name file, field and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vitrina.checking import rules_declared
from vitrina.declarations import wrong
from vitrina.errors import ConfigurationError
from vitrina.model import Layout, Rule, System


def check_names(system: System, path: Path) -> None:
    """Every column that the declaration names must exist in the table it speaks of."""
    main = set(system.main.names)
    display = system.display
    named: list[tuple[str, Iterable[str]]] = [
        ("display.title", display.title),
        ("display.subtitle", display.subtitle),
        ("display.columns", display.columns),
        ("display.facets", display.facets),
        ("display.date", [display.date] if display.date else []),
        ("display.amount", [display.amount] if display.amount else []),
        ("display.status", [display.status] if display.status else []),
        ("display.supplier", [display.supplier] if display.supplier else []),
        *(
            (f"display.{key}", [getattr(display, key)] if getattr(display, key) else [])
            for key in ("kind", "level", "municipality", "until", "supplier_name")
        ),
        ("expect.filled", system.expect.filled),
        *((f"display.sections ({s.title})", s.fields) for s in display.sections),
        *_layout_names(system.record),
    ]
    for place, names in named:
        missing = sorted(set(names) - main)
        if missing:
            raise wrong(path, place, f"la tabla {system.main.name} no tiene: {', '.join(missing)}")
    _check_layout(system, path)
    for name in system.display.search:
        table, _, column = name.rpartition(".")
        tables = {t.name: t for t in system.tables}
        if (table and table not in tables) or column not in (tables[table] if table else system.main).names:
            raise wrong(path, "display.search", f"no existe la columna {name}")
    by_name = {t.name: set(t.names) for t in system.tables}
    for chart in system.charts:
        columns = {n for n in (chart.by, chart.measure, chart.split) if n}
        if not columns <= by_name.get(chart.table or system.main.name, set()):
            raise wrong(path, "charts", f"la gráfica {chart.id} nombra una tabla o columna que no existe")
        if (chart.kind == "stacked") != bool(chart.split):
            raise wrong(path, "charts", f"{chart.id}: stacked pide split, y solo stacked lo lleva")


def check_rules(system: System, path: Path) -> None:
    """Every rule has an id of its own and names what the system has."""
    for number, rule in enumerate(system.rules):
        if any(r.id == rule.id for r in system.rules[:number]):
            raise wrong(path, f"rules ({rule.id})", "ya hay otra regla con ese id", ("rules", number, "id"))
        for fault in rules_declared.faults(system, rule):
            raise _wrong_rule(path, number, rule, fault)


def check_comparisons(systems: Sequence[System]) -> None:
    """A rule that compares with another system names what that one has; a portal may do without the other."""
    by_slug = {s.slug: s for s in systems}
    for system in systems:
        for number, rule in enumerate(system.rules):
            other = by_slug.get(str(rule.params.get("system", "")))
            for fault in rules_declared.to_faults(other, rule) if other else ():
                raise _wrong_rule(system.folder / "system.toml", number, rule, fault)


def _wrong_rule(path: Path, number: int, rule: Rule, fault: str) -> ConfigurationError:
    parameter = fault.partition(":")[0]
    return wrong(path, f"rules ({rule.id})", fault, ("rules", number, parameter))


def _layout_names(layout: Layout) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield what [record] names of the main table."""
    yield "record.answer", layout.answer
    single = (layout.valid_from, layout.valid_until, layout.stage_list, layout.series.get("unit"))
    yield "record", [n for n in single if n]
    for stage in layout.stages:
        yield f"record.stages ({stage.title})", (*stage.dates, *stage.fields)
    for part in layout.parts:
        yield f"record.parts ({part.title})", [n for n in (part.state, part.public, part.withheld) if n]


def _check_layout(system: System, path: Path) -> None:
    """The child tables that [record] names must exist, with the columns it names."""
    children = {t.name: set(t.names) for t in system.children}
    layout = system.record
    whole = [n for s in layout.stages for n in s.tables] + [p.table for p in layout.parts if p.table]
    named: list[tuple[str, set[str]]] = [(n, set()) for n in whole]
    named += [(n, set(c.values())) for n, c in (*layout.links.items(), *layout.logs.items())]
    named += layout.series_columns()
    for name, columns in named:
        if name not in children or not columns <= children[name]:
            raise wrong(path, "record", f"no existe la tabla {name} o alguna de sus columnas")
