"""Layout "pdn_dependencias": the list of institutions that a PDN provider answers, as rows of `entes`.

Records are {nombre, siglas, clave, supplier_id, status} (pdn.md §9, §10.7). The list repeats bodies in several
spellings, so the whole of it is read before the first row is made. Two records are one body only when they come
from the same provider, their names are equal after folding (and the system's declared `merge_rules`), and no
siglas or clave contradicts it. The name published is one of those received, never a made one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vitrina.catalogs import name_id, name_key
from vitrina.errors import ConfigurationError
from vitrina.layouts.base import Context, Reader, as_text, joined
from vitrina.model import Issue, Outcome, RawRecord, Row, Severity
from vitrina.text import tidy

_KNOWN = frozenset({"nombre", "siglas", "clave", "supplier_id", "status"})


@dataclass(frozen=True)
class MergeRule:
    """A declared equivalence: the whole words of `pattern`, wherever they stand in a name, read as `replace`."""

    pattern: str
    replace: str

    def apply(self, key: str) -> str:
        """Return the name key with this rule applied.

        >>> MergeRule("h ayuntamiento", "ayuntamiento").apply("h ayuntamiento de mixquia")
        'ayuntamiento de mixquia'
        """
        return f" {key} ".replace(f" {self.pattern} ", f" {self.replace} ").strip()


@dataclass(frozen=True)
class _Entry:
    """One record of the list, read."""

    position: str
    nombre: str
    siglas: str | None
    clave: str | None
    supplier: str | None
    status: str | None
    key: str
    rules: tuple[MergeRule, ...]
    unknown: tuple[str, ...]

    @property
    def code(self) -> tuple[str, str]:
        return name_key(self.siglas or ""), name_key(self.clave or "")


class Dependencias:
    """Institutions as listed by a provider of the national platform."""

    name = "pdn_dependencias"

    def matches(self, record: Any) -> bool:
        """Return whether *record* has only the list's members, a name and a true-or-false status among them."""
        return (
            isinstance(record, Mapping)
            and {"nombre", "status"} <= set(record) <= _KNOWN
            and isinstance(record["status"], bool)
        )

    def outcomes(self, records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
        """Yield one row per body, and a rejection `nombre-vacio` or `registro-invalido` per useless record."""
        rules = merge_rules(context.system.options.get("merge_rules", ()))
        groups: dict[tuple[str, str], list[_Entry]] = {}
        for record in records:
            entry = _read(record, rules)
            if isinstance(entry, Outcome):
                yield entry
            else:
                groups.setdefault((entry.key, name_key(entry.supplier or "")), []).append(entry)
        for entries in groups.values():
            yield from _bodies(entries, context)


LAYOUTS = (Dependencias(),)


def merge_rules(declared: Iterable[Mapping[str, str]]) -> tuple[MergeRule, ...]:
    """Return the rules of `[[options.merge_rules]]` as name keys; ConfigurationError when one has no pattern."""
    rules = tuple(MergeRule(name_key(r.get("pattern", "")), name_key(r.get("replace", ""))) for r in declared)
    if any(not rule.pattern for rule in rules):
        raise ConfigurationError(
            "[[options.merge_rules]]: una regla no tiene pattern", "Escriba las palabras que se reemplazan."
        )
    return rules


def _read(record: RawRecord, rules: tuple[MergeRule, ...]) -> _Entry | Outcome:
    if not isinstance(record.data, Mapping):
        return Outcome(
            (record.position,), rejected="registro-invalido", message="No es un objeto con nombre."
        )
    reader = Reader(record.data)
    nombre = reader.text("nombre")
    siglas, clave, supplier = reader.text("siglas"), reader.text("clave"), reader.text("supplier_id")
    status = as_text(reader.get("status"))
    unknown, _ = reader.leftovers()
    key = name_key(nombre or "")
    if not nombre or not key:
        return Outcome(
            (record.position,),
            rejected="nombre-vacio",
            message="La institución no trae nombre.",
            unknown=unknown,
        )
    applied = []
    for rule in rules:
        changed = rule.apply(key)
        if changed and changed != key:
            applied.append(rule)
            key = changed
    return _Entry(record.position, nombre, siglas, clave, supplier, status, key, tuple(applied), unknown)


def _bodies(entries: list[_Entry], context: Context) -> Iterator[Outcome]:
    """Yield the body that *entries* name, or several when their siglas or claves contradict each other."""
    siglas = {e.code[0] for e in entries} - {""}
    claves = {e.code[1] for e in entries} - {""}
    if len(siglas) <= 1 and len(claves) <= 1:
        yield _body(entries, context, (), doubtful=False)
        return
    apart: dict[tuple[str, str], list[_Entry]] = {}
    for entry in entries:
        apart.setdefault(entry.code, []).append(entry)
    for code, part in apart.items():
        yield _body(part, context, code, doubtful=True)


def _body(entries: list[_Entry], context: Context, code: tuple[str, ...], *, doubtful: bool) -> Outcome:
    first = entries[0]
    statuses = {e.status for e in entries if e.status}
    row: Row = dict.fromkeys(n for n in context.system.main.names if not n.startswith("fuente_"))
    row |= {
        "id": name_id(" ".join(filter(None, (first.key, name_key(first.supplier or ""), *code)))),
        "nombre": first.nombre,
        "otros_nombres": joined(e.nombre for e in entries if e.nombre != first.nombre),
        "siglas": next((e.siglas for e in entries if e.siglas), None),
        "clave": next((e.clave for e in entries if e.clave), None),
        "proveedor_pdn": first.supplier,
        "activo": statuses.pop() if len(statuses) == 1 else None,
    }
    return Outcome(
        positions=tuple(e.position for e in entries),
        rows={context.system.main.name: [row]},
        unknown=tuple(sorted({path for e in entries for path in e.unknown})),
        issues=tuple(_issues(entries, row, context, doubtful=doubtful)),
    )


def _issues(entries: list[_Entry], row: Row, context: Context, *, doubtful: bool) -> Iterator[Issue]:
    def issue(code: str, severity: Severity, message: str, entry: _Entry) -> Issue:
        return Issue(
            code=code,
            severity=severity,
            message=message,
            source=context.source.id,
            table=context.system.main.name,
            row_id=row["id"] or "",
            field="nombre",
            position=entry.position,
        )

    for entry in entries[1:]:
        same = tidy(entry.nombre) == tidy(entries[0].nombre)
        how = "repetido" if same else "con otra escritura"
        yield issue("nombre-fusionado", "note", f"Mismo nombre {how}: se contó como una institución.", entry)
    for entry in entries:
        for rule in entry.rules:
            message = f"Para comparar, «{rule.pattern}» se leyó como «{rule.replace}»."
            yield issue("regla-de-nombre", "note", message, entry)
    if doubtful:
        message = "Otra institución con el mismo nombre trae otras siglas o clave: no se fusionaron."
        yield issue("nombre-en-duda", "warning", message, entries[0])
    if len({e.status for e in entries if e.status}) > 1:
        message = "La misma institución aparece activa e inactiva: se dejó sin dato."
        yield issue("estatus-contradictorio", "warning", message, entries[0])
