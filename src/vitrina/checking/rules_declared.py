"""What a rule of `[[rules]]` may say: its kinds, the columns each names, and the check that they exist.

A column of the main table is written `main.<column>` in a rule about a child table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vitrina.model import Rule, System, Table

DATES = ("date", "datetime")
NUMBERS = ("integer", "number")
ANY = ("string", "integer", "number", "boolean", "date", "datetime")


@dataclass(frozen=True)
class Kind:
    """The parameters of one kind of rule that name columns, and of which types those must be."""

    own: Mapping[str, tuple[str, ...]]
    mended: tuple[str, ...]
    """Parameters, in order of preference, that name the columns the institution has to mend."""
    to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Parameters that name columns of `to_table`."""
    cross: bool = False
    """True when `to_table` belongs to another system (`system`); such a rule never holds a row back."""


KINDS: Mapping[str, Kind] = {
    "dates-in-order": Kind({"first": DATES, "second": DATES}, ("second",)),
    "not-in-future": Kind({"field": DATES}, ("field",)),
    "days-between": Kind({"first": DATES, "second": DATES}, ("first", "second")),
    "requires": Kind({"when": ANY, "then": ANY}, ("then",)),
    "excludes": Kind({"when": ANY, "then": ANY}, ("then",)),
    "compare": Kind({"field": NUMBERS, "with": NUMBERS}, ("field",)),
    "sum": Kind({"field": NUMBERS, "terms": NUMBERS}, ("field",)),
    "format": Kind({"field": ("string",)}, ("field",)),
    "code-list": Kind({"field": ("string",), "date": DATES}, ("field",)),
    "known-ente": Kind({"field": ("string",)}, ("field",)),
    "unique": Kind({"fields": ANY}, ("fields",)),
    "exists-in": Kind({"fields": ANY}, ("fields",), {"to_fields": ANY}),
    "children": Kind({"field": NUMBERS}, ("field",), {"to_field": NUMBERS}),
    "linked": Kind({"field": NUMBERS, "fields": ANY}, ("field",), {"to_fields": ANY, "to_field": NUMBERS}),
    "in-system": Kind({"field": ("string",)}, ("field",), {"to_field": ("string",)}, cross=True),
    "listed-during": Kind(
        {"field": ("string",), "date": DATES}, ("field",),
        {"to_field": ("string",), "from": DATES, "until": DATES}, cross=True,
    ),
    "spread": Kind({"field": ("string",), "by": ANY}, ("field",)),
}  # fmt: skip
"""Kind → the columns it names. Parameters and their meaning: docs/declaraciones.md; their shape: system.schema.json."""


_OTHERS: Mapping[str, frozenset[str]] = {
    "dates-in-order": frozenset({"grace_days"}),
    "days-between": frozenset({"at_least", "at_most"}),
    "requires": frozenset({"value"}),
    "excludes": frozenset({"value"}),
    "compare": frozenset({"op", "value", "factor", "tolerance"}),
    "sum": frozenset({"op", "tolerance"}),
    "format": frozenset({"shape", "pattern", "negate"}),
    "code-list": frozenset({"list", "also"}),
    "exists-in": frozenset({"to_table", "anywhere", "to_where"}),
    "children": frozenset({"to_table", "op", "value", "tolerance", "to_where"}),
    "linked": frozenset({"to_table", "op", "factor", "tolerance", "anywhere", "to_where"}),
    "in-system": frozenset({"system", "to_table", "to_where"}),
    "listed-during": frozenset({"system", "to_table", "to_where"}),
    "spread": frozenset({"characters", "at_least", "company_only"}),
}
"""Kind → its parameters that are not columns."""


def names(rule: Rule, parameter: str) -> tuple[str, ...]:
    """Return the columns that *parameter* of *rule* names; none when it is not given."""
    value = rule.params.get(parameter, ())
    return (value,) if isinstance(value, str) else tuple(value)


def mended(rule: Rule) -> tuple[str, ...]:
    """Return the columns that the institution mends when *rule* is broken, without `main.`."""
    found = [n.removeprefix("main.") for p in KINDS[rule.kind].mended for n in names(rule, p)]
    return tuple(dict.fromkeys(found))


def main_columns(rule: Rule) -> tuple[str, ...]:
    """Return the columns of the main table that *rule*, about a child table, names as `main.<column>`."""
    every = [n for p in KINDS[rule.kind].own for n in names(rule, p)]
    wanted = [
        n.removeprefix("main.") for n in [*every, *rule.params.get("where", {})] if n.startswith("main.")
    ]
    return tuple(dict.fromkeys(wanted))


def table_of(system: System, rule: Rule) -> Table:
    """Return the table that *rule* is about; KeyError when the system has none of that name."""
    return system.table(rule.table) if rule.table else system.main


def faults(system: System, rule: Rule) -> Iterator[str]:
    """Yield, in Spanish, each thing *rule* names that *system* does not have or that cannot be compared so."""
    kind = KINDS[rule.kind]
    unknown = sorted(set(rule.params) - {"where", *kind.own, *kind.to} - _OTHERS.get(rule.kind, frozenset()))
    if unknown:
        yield f"las reglas {rule.kind} no llevan: {', '.join(unknown)}"
    tables = {t.name: t for t in system.tables}
    if rule.table and rule.table not in tables:
        yield f"no existe la tabla {rule.table}"
        return
    table = table_of(system, rule)
    for parameter, types in kind.own.items():
        yield from _missing(system, table, names(rule, parameter), types, parameter)
    yield from _missing(system, table, tuple(rule.params.get("where", {})), ANY, "where")
    if kind.cross and rule.severity == "error":
        yield "compara con otro sistema, y por lo que diga otro sistema no se retiene un registro: use warning o note"
    if kind.to and not kind.cross:
        if rule.params["to_table"] not in tables:
            yield f"no existe la tabla {rule.params['to_table']}"
            return
        yield from to_faults(system, rule)
    if len(names(rule, "fields")) != len(names(rule, "to_fields")) and "to_fields" in kind.to:
        yield "fields y to_fields deben tener las mismas columnas, en el mismo orden"


def to_faults(other: System, rule: Rule) -> Iterator[str]:
    """Yield what *rule* names of `to_table`, a table of *other*, that is not there."""
    target = next((t for t in other.tables if t.name == rule.params["to_table"]), None)
    if target is None:
        yield f"{other.slug} no tiene la tabla {rule.params['to_table']}"
        return
    for parameter, types in KINDS[rule.kind].to.items():
        yield from _missing(other, target, names(rule, parameter), types, parameter)
    yield from _missing(other, target, tuple(rule.params.get("to_where", {})), ANY, "to_where")


def _missing(
    system: System, table: Table, columns: tuple[str, ...], types: tuple[str, ...], parameter: str
) -> Iterator[str]:
    for name in columns:
        own = system.main if name.startswith("main.") else table
        column = name.removeprefix("main.")
        if column not in own.names:
            yield f"{parameter}: la tabla {own.name} no tiene: {column}"
        elif own.field(column).type not in types:
            yield f"{parameter}: {own.name}.{column} es de tipo {own.field(column).type}, y debe ser {' o '.join(types)}"
