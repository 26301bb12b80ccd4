"""Layout "tabular": one row of a spreadsheet, CSV or flat JSON object per record, for any declared table.

Headers are matched to the table's columns by name, by title or by the source's declared aliases; everything
else is reported. Values are put in canonical form (ISO dates, plain numbers, codes); each change of form is a
note, and what cannot be read stays as received so that check can say precisely what is wrong.

`[options]` of the system that this layout reads:
  id_from           "supplier" (RFC or name), "name" (slug of `nombre`) or a list of columns to hash
  parent_from       columns of a child table whose values, joined by "-", are the main row's id
  constants         column → text for rows of a file that does not bring that column
  company_rfc_only  columns where only a company's RFC may be published; a person's is withheld
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vitrina import values
from vitrina.catalogs import name_id, name_key
from vitrina.errors import ConfigurationError
from vitrina.layouts.base import Context, as_text
from vitrina.layouts.tabular_values import CHANGES, canonical
from vitrina.model import Field, Issue, Outcome, RawRecord, Row, Severity, Table
from vitrina.privacy import masking
from vitrina.text import safe_id, short_hash

_OURS = frozenset({"fuente_id", "fuente_instantanea", "fuente_posicion", "primera_vez", "ultimo_cambio"})
_COMPANY_SHAPE = re.compile(r"[A-ZÑ&]{3}\d{6}[A-Z0-9]{3}")
_CACHE_LIMIT = 50_000


class Tabular:
    """Rows of tables sent as files by institutions without an API."""

    name = "tabular"

    def matches(self, record: Any) -> bool:
        """Return whether *record* is a flat object: text headers, and no objects inside.

        Which columns it must bring depends on the table, so that is judged record by record in `outcomes`.
        """
        return (
            isinstance(record, Mapping)
            and bool(record)
            and all(isinstance(key, str) and _flat(value) for key, value in record.items())
        )

    def outcomes(self, records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
        """Yield one outcome per record: a main row, or one child row when the source fills a child table.

        Rejections: registro-invalido, fila-vacia, faltan-columnas, sin-id, sin-padre, id-con-curp.
        """
        sheet = _Sheet(context)
        for record in records:
            yield sheet.outcome(record)


LAYOUTS = (Tabular(),)


@dataclass(frozen=True)
class _Plan:
    """What one set of headers means: header → column, and headers that mean nothing or are private."""

    columns: Mapping[str, Field]
    unknown: tuple[str, ...]
    withheld: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass
class _Cells:
    """One record while it is being read: the row so far and what was noticed."""

    position: str
    row: Row
    issues: list[tuple[str, Severity, str, str]] = field(default_factory=list)
    """(code, severity, column, message)."""
    withheld: list[str] = field(default_factory=list)

    def note(self, code: str, column: str, message: str = "", severity: Severity = "note") -> None:
        self.issues.append((code, severity, column, message or CHANGES[code]))


class _Sheet:
    """Reads the records of one source into one table."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.ente_id = lru_cache(maxsize=20_000)(context.ente_id)
        self.table: Table = (
            context.system.table(context.source.table) if context.source.table else context.system.main
        )
        self.is_main = self.table.name == context.system.main.name
        self.fields = {f.name: f for f in self.table.fields if f.name not in _OURS}
        self.by_key = header_keys(self.fields.values())
        self.aliases = self._aliases()
        self.id_from: str | Sequence[str] = context.system.options.get("id_from", ())
        self.parent_from: Sequence[str] = context.system.options.get("parent_from", ())
        self.company_only: Sequence[str] = context.system.options.get("company_rfc_only", ())
        self.constants: Mapping[str, str] = (
            context.system.options.get("constants", {}) if self.is_main else {}
        )
        # A column that may hold a company's RFC is read first, and judged row by row in `_companies`.
        private = {name_key(w.path.removeprefix("*.")) for w in context.system.withheld}
        self.private = private - {name_key(column) for column in self.company_only}
        self.scope = "" if context.system.id_scope == "system" else context.source.id
        self.plans: dict[tuple[str, ...], _Plan] = {}
        self.cache: dict[str, dict[str, tuple[str | None, str]]] = {name: {} for name in self.fields}
        self.counted: dict[str, int] = {}

    # ── headers ───────────────────────────────────────────────────────────────────────────────────────────

    def _aliases(self) -> dict[str, Field]:
        declared = self.context.source.options.get("tabular", {}).get("columns", {})
        wrong = sorted(set(declared.values()) - set(self.fields))
        if wrong:
            raise ConfigurationError(
                f"data/sources/{self.context.source.id}.toml: [tabular.columns]: "
                f"la tabla {self.table.name} no tiene: {', '.join(wrong)}",
                f"Use una de: {', '.join(self.fields)}.",
            )
        return {name_key(header): self.fields[column] for header, column in declared.items()}

    def _plan(self, headers: tuple[str, ...]) -> _Plan:
        columns: dict[str, Field] = {}
        unknown: list[str] = []
        withheld: list[str] = []
        taken: set[str] = set()
        for header in headers:
            key = name_key(header)
            found = self.aliases.get(key) or self.by_key.get(key)
            if key in self.private:
                withheld.append(header)
            elif found is None or found.name in taken:
                unknown.append(header)
            else:
                columns[header] = found
                taken.add(found.name)
        missing = tuple(n for n in self._needed() if n not in taken)
        return _Plan(columns, tuple(unknown), tuple(withheld), missing)

    def _needed(self) -> Iterator[str]:
        """Yield the columns a file must bring: the required ones that are not worked out here."""
        made = {"id", "n", "ente_id", "proveedor_id"}
        if not self.is_main and self.parent_from:
            made.add(self.table.parent_key)
        for column in self.fields.values():
            wanted = column.required or column.name == self.table.parent_key
            if wanted and column.name not in made:
                yield column.name

    # ── records ───────────────────────────────────────────────────────────────────────────────────────────

    def outcome(self, record: RawRecord) -> Outcome:
        """Return what became of *record*."""
        data = record.data
        if not isinstance(data, Mapping) or not all(isinstance(k, str) and _flat(v) for k, v in data.items()):
            return _rejected(record, "registro-invalido", "El registro no es un renglón de tabla.")
        headers = tuple(data)
        plan = self.plans.get(headers)
        if plan is None:
            plan = self.plans.setdefault(headers, self._plan(headers))
        unknown = tuple(h for h in plan.unknown if _given(data[h]))
        cells = _Cells(record.position, dict.fromkeys(self.fields))
        cells.withheld.extend(h for h in plan.withheld if _given(data[h]))
        if not (self._read(cells, plan, data) or unknown or cells.withheld):
            return _rejected(record, "fila-vacia", "El renglón no trae ningún dato.")
        if plan.missing:
            message = f"El archivo no trae estas columnas: {', '.join(plan.missing)}."
            return _rejected(record, "faltan-columnas", message, unknown)
        for column, text in self.constants.items():
            cells.row[column] = cells.row[column] or text
        self._companies(cells)
        self._join(cells, {f.name for f in plan.columns.values()})
        problem = self._identify(cells) if self.is_main else self._attach(cells)
        if problem:
            return _rejected(record, *problem, unknown)
        return self._done(cells, unknown)

    def _read(self, cells: _Cells, plan: _Plan, data: Mapping[str, Any]) -> bool:
        """Fill the row from the known headers; return whether any had a value."""
        filled = False
        for header, column in plan.columns.items():
            text, code = self._value(column, data[header])
            if text is not None:
                cells.row[column.name] = text
                filled = True
                if code:
                    cells.note(code, column.name)
        return filled

    def _value(self, column: Field, value: Any) -> tuple[str | None, str]:
        """Return a cell's canonical text and the code of its change; texts met before are remembered."""
        if type(value) is not str:
            text = _cell(value)
            return (None, "") if text is None else canonical(column, text)
        seen = self.cache[column.name]
        found = seen.get(value)
        if found is None:
            if len(seen) >= _CACHE_LIMIT:
                seen.clear()
            text = as_text(value)
            found = seen[value] = (None, "") if text is None else canonical(column, text)
        return found

    def _companies(self, cells: _Cells) -> None:
        """Keep companies' RFC in canonical form and drop whatever may be a person's (fail closed)."""
        for column in self.company_only:
            text = cells.row.get(column)
            if not text:
                continue
            company = values.company_rfc(text)
            if company:
                cells.row[column] = company
            elif _COMPANY_SHAPE.fullmatch(text.upper()):
                message = "El RFC parece de empresa, pero su fecha o su forma no son válidas."
                cells.note("rfc-dudoso", column, message, "warning")
            else:
                cells.row[column] = None
                cells.withheld.append(column)

    def _identify(self, cells: _Cells) -> tuple[str, str] | None:
        """Fill `id` and `id_origen` of a main row; return the rejection when it cannot have an id."""
        row = cells.row
        native = row["id"]
        if native and (masking.holds(native) or any(word in native for word in masking.WORDS.values())):
            return "id-con-curp", "El identificador del registro es un dato personal; use un folio."
        made = self._made_id(row)
        if self.id_from == "supplier":
            row["id"] = made
        else:
            row["id"] = safe_id(native, self.scope) if native else made
        if not row["id"]:
            return "sin-id", "El renglón no trae identificador ni los datos para formarlo."
        if native and self.id_from == "supplier" and values.is_person_rfc(native):
            cells.withheld.append("id")
        elif native and "id_origen" in row and not row["id_origen"]:
            row["id_origen"] = native
        return None

    def _made_id(self, row: Row) -> str | None:
        if self.id_from == "supplier":
            return values.supplier_id(row.get("rfc"), row.get("nombre"))
        if self.id_from == "name":
            return name_id(row["nombre"] or "") or None
        parts = [row.get(column) or "" for column in self.id_from]
        return short_hash("\x1f".join(parts), 16) if any(parts) else None

    def _attach(self, cells: _Cells) -> tuple[str, str] | None:
        """Point a child row to its main row and number it; return the rejection when it has no parent."""
        native = cells.row[self.table.parent_key]
        parts = [cells.row.get(column) or "" for column in self.parent_from]
        parent = self._reference(native) if native else "-".join(parts).lower() if all(parts) else ""
        if not parent:
            return (
                "sin-padre",
                "El renglón no dice a qué registro pertenece, o su institución es desconocida.",
            )
        cells.row[self.table.parent_key] = parent
        if "n" in self.fields and not cells.row["n"]:
            self.counted[parent] = self.counted.get(parent, 0) + 1
            cells.row["n"] = str(self.counted[parent])
        return None

    def _reference(self, native: str) -> str:
        if self.id_from == "supplier":
            return (values.company_rfc(native) or native).lower()
        if self.id_from == "name":
            return name_id(native)
        return safe_id(native, self.scope)

    def _join(self, cells: _Cells, brought: set[str]) -> None:
        """Fill the columns by which systems are joined: ente_id and proveedor_id."""
        row = cells.row
        if "ente_id" in row:
            self._join_ente(cells, brought)
        if "proveedor_id" in row and not row["proveedor_id"]:
            rfc = row.get("proveedor_rfc") or row.get("rfc")
            row["proveedor_id"] = values.supplier_id(rfc, row.get("proveedor_nombre"))

    def _join_ente(self, cells: _Cells, brought: set[str]) -> None:
        row, given = cells.row, cells.row["ente_id"]
        own = self.context.source.ente if not brought & {"ente_id", "ente_nombre"} else ""
        row["ente_id"] = next(
            (
                found
                for name in (given, row.get("ente_nombre"), own)
                if name and (found := self.ente_id(name))
            ),
            None,
        )
        if given and row["ente_id"] is None:
            message = "La institución no está en el registro; se dejó sin enlace."
            cells.note("ente-desconocido", "ente_id", message, "warning")

    def _done(self, cells: _Cells, unknown: tuple[str, ...]) -> Outcome:
        row_id = cells.row["id"] if self.is_main else cells.row[self.table.parent_key]
        return Outcome(
            positions=(cells.position,),
            rows={self.table.name: [cells.row]},
            unknown=unknown,
            withheld_fields=tuple(cells.withheld),
            issues=tuple(
                Issue(
                    code=code,
                    severity=severity,
                    message=message,
                    source=self.context.source.id,
                    table=self.table.name,
                    row_id=row_id or "",
                    field=column,
                    position=cells.position,
                )
                for code, severity, column, message in cells.issues
            ),
        )


def header_keys(fields: Iterable[Field]) -> dict[str, Field]:
    """Return header key (catalogs.name_key) → column, by name and by title; a title of several columns is left out."""
    fields = tuple(fields)
    titles = [name_key(f.title) for f in fields]
    by_title = {k: f for k, f in zip(titles, fields, strict=True) if k and titles.count(k) == 1}
    return {**by_title, **{name_key(f.name): f for f in fields}}


def _flat(value: Any) -> bool:
    if type(value) is str:
        return True
    if isinstance(value, list):
        return not any(isinstance(item, (Mapping, list)) for item in value)
    return not isinstance(value, Mapping)


def _cell(value: Any) -> str | None:
    if isinstance(value, list):
        return "; ".join(t.replace(";", ",") for t in map(as_text, value) if t) or None
    return as_text(value)


def _given(value: Any) -> bool:
    return _cell(value) is not None


def _rejected(record: RawRecord, code: str, message: str, unknown: tuple[str, ...] = ()) -> Outcome:
    return Outcome((record.position,), rejected=code, message=message, unknown=unknown)
