"""What the S3 layouts share: reading under the policy, masking, stable ids and the assembly of outcomes.

A layout's reader never takes from a record what the policy hides: those members stay untouched, so the
accounting of `Reader` reports them as withheld and no later step can leak them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from vitrina import values
from vitrina.errors import BadValueError
from vitrina.layouts.base import Context, Reader, as_text, joined, row
from vitrina.layouts.s3_policy import Gravity, Policy, after, day_of, first_day, published_until, verdict
from vitrina.model import Issue, Outcome, RawRecord, Row
from vitrina.privacy import masking
from vitrina.text import fold, safe_id, short_hash

MAIN = "sanciones"
RESERVED_NAME = "Nombre reservado"
"""Stands where the name would be when the policy keeps it private."""

_PERSON_RFC = re.compile(
    r"(?<![A-Z0-9Ñ&])[A-ZÑ&]{4}[- ]?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[- ]?[A-Z0-9]{3}(?![A-Z0-9])",
    re.IGNORECASE,
)
_CURP_SHAPE = re.compile(r"(?<![A-Z0-9])[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d(?![A-Z0-9])", re.IGNORECASE)
_TERM = re.compile(
    r"(?:(\d{1,3}) anos?)?(?:(?: ?,| y)? ?(\d{1,3}) mes(?:es)?)?(?:(?: ?,| y)? ?(\d{1,4}) dias?)?"
)
_HTTP = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
# fmt: off
_KEY = (
    "tipo_registro", "expediente", "persona", "nombre_razon_social", "ente_nombre", "fecha_resolucion",
    "fecha_firme", "fecha_captura", "tipos_falta", "tipos_sancion",
)
"""Public columns that make the id of a record whose source gives none."""
_SANCTION = (
    "clave", "tipo", "denominacion", "descripcion", "modalidad", "fecha", "plazo", "plazo_anios", "plazo_meses",
    "plazo_dias", "fecha_inicial", "fecha_final", "monto", "moneda", "plazo_pago", "cobrado_monto",
    "cobrado_moneda", "cobrado_fecha",
)
# fmt: on
_UNMASKED = frozenset({"id", "rfc", "proveedor_id", "ente_id"})


class RejectedRecord(Exception):
    """Raised by a reader for a record that cannot be published; holds the outcome's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Case:
    """One record being read: where it stands, what the policy lets be read, and what was noticed."""

    reader: Reader
    context: Context
    policy: Policy
    position: str
    gravity: Gravity = "unclassified"
    issues: list[Issue] = field(default_factory=list)

    @property
    def named(self) -> bool:
        """Whether this record may say who was sanctioned."""
        return self.policy.names(self.gravity)

    def note(self, code: str, message: str, field_name: str = "", table: str = MAIN) -> None:
        """Add a finding of severity note about *field_name*."""
        self._add("note", code, message, field_name, table)

    def warn(self, code: str, message: str, field_name: str = "", table: str = MAIN) -> None:
        """Add a finding of severity warning about *field_name*."""
        self._add("warning", code, message, field_name, table)

    def text(self, *paths: str) -> str | None:
        """Return the first value among *paths*, public in every record."""
        return self.reader.text(*paths)

    def who(self, *paths: str) -> str | None:
        """Return the first value among *paths*, read only when the record may name the person."""
        return self.reader.text(*paths) if self.named else None

    def expediente(self, *paths: str) -> str | None:
        """Return the case number, read when named or when the policy's switch allows it."""
        allowed = self.named or self.policy.non_serious_expediente
        return self.reader.text(*paths) if allowed else None

    def prose(self, *paths: str, of: Reader | None = None) -> str | None:
        """Return free text, which can identify people: read when named or when the policy's switch allows it."""
        allowed = self.named or self.policy.non_serious_texts
        return (of or self.reader).text(*paths) if allowed else None

    def day(self, *paths: str, of: Reader | None = None) -> str | None:
        """Return a date as ISO text; one that cannot be read stays as received, for check to quarantine."""
        return _canonical(values.iso_date, (of or self.reader).text(*paths))

    def alias(self, reader: Reader, official: str, other: str) -> str | None:
        """Return *official*'s value or else *other*'s, the same member written another way, with a note."""
        found, variant = reader.text(official), reader.text(other)
        if found is None and variant is not None:
            self.note(
                "nombre-alterno", f"Se leyó {other!r} en lugar de {official!r}, el nombre del contrato."
            )
        return found or variant

    def coded(self, text: str | None, field_name: str, table: str) -> str | None:
        """Return *text* when it is shaped like a catalogue code; prose in its place is dropped with a note."""
        if text is None or _CODE.fullmatch(text):
            return text
        if not self.named:
            self.note("texto-libre-omitido", "Había texto libre en lugar de una clave.", field_name, table)
        return None

    def url(self, *paths: str, of: Reader | None = None) -> str | None:
        """Return a link of http or https, only when named; any other text is dropped with a note."""
        text = (of or self.reader).text(*paths) if self.named else None
        if text is None:
            return None
        if not _HTTP.fullmatch(text) or mask(text) != text:
            self.note(
                "enlace-no-publicable", "El enlace no es http(s) o lleva una clave personal; se omitió."
            )
            return None
        return text

    def _add(self, severity: Any, code: str, message: str, field_name: str, table: str) -> None:
        source, position = self.context.source.id, self.position
        issue = Issue(
            code, severity, message, source=source, table=table, field=field_name, position=position
        )
        self.issues.append(issue)


@dataclass
class Reading:
    """What a layout read of one record that is allowed to be read, before the clock decides."""

    main: Row
    final: bool
    decided: tuple[str | None, ...]
    """Candidate dates of the resolution, the surest first."""
    sanctions: list[Row] = field(default_factory=list)
    faults: list[Row] = field(default_factory=list)
    norms: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)


Read = Callable[[Case], Reading]


@dataclass(frozen=True)
class S3Layout:
    """A layout of `layouts.base.Layout` made of its name, its tell-tale test and its reader."""

    name: str
    tells: Callable[[Any], bool]
    read: Read

    def matches(self, record: Any) -> bool:
        """Return whether *record* has this layout's shape beyond doubt."""
        return isinstance(record, Mapping) and self.tells(record)

    def outcomes(self, records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
        """Yield one outcome per record. ConfigurationError when the system's [options] are wrong."""
        policy = Policy.of(context.system)
        seen: Counter[str] = Counter()
        for raw in records:
            yield _outcome(raw, context, policy, self.read, seen)


def _outcome(raw: RawRecord, context: Context, policy: Policy, read: Read, seen: Counter[str]) -> Outcome:
    if not isinstance(raw.data, Mapping):
        return Outcome((raw.position,), rejected="no-es-registro", message="No es un objeto con campos.")
    case = Case(Reader(raw.data), context, policy, raw.position)
    try:
        reading = read(case)
    except RejectedRecord as error:
        return Outcome((raw.position,), rejected=error.code, message=error.message)
    native = case.text("id")
    decided = first_day(reading.decided)
    ends = [_end(sanction) for sanction in reading.sanctions]
    until = published_until(policy, ends, decided)
    code = verdict(policy, case.gravity, final=reading.final, until=until, run_date=context.run_date)
    unknown, private = case.reader.leftovers([w.path for w in context.system.withheld])
    if code:
        return Outcome((raw.position,), withheld=code, unknown=unknown, withheld_fields=private)
    last = max((end for end in ends if end), default=None)
    reading.main["vigente_hasta"] = last.isoformat() if last else None
    reading.main["publicado_hasta"] = until.isoformat() if until and not policy.keep_ended else None
    _summarize(reading, decided.year if decided else None)
    rows = _masked(case, reading)
    _identify(rows, native, case, seen)
    row_id = rows[MAIN][0]["id"] or ""
    issues = tuple(replace(issue, row_id=row_id) for issue in case.issues)
    return Outcome((raw.position,), rows, issues=issues, unknown=unknown, withheld_fields=private)


def mask(text: str) -> str:
    """Return *text* without private values, those merely shaped like a CURP or a natural person's RFC included."""
    text = _CURP_SHAPE.sub("[CURP reservada]", masking.mask(text, doubtful=True).text)
    return _PERSON_RFC.sub("[RFC reservado]", text)


def number(text: str | None) -> str | None:
    """Return an amount as plain decimal text, or as received when it cannot be read."""
    return _canonical(values.amount, text)


def term(years: str | None, months: str | None, days: str | None) -> str | None:
    """Return a term in words; None when it has no part above zero that is a whole number.

    >>> term("2", "1", None), term(None, "0", "15")
    ('2 años, 1 mes', '15 días')
    """
    words = (("año", "años", years), ("mes", "meses", months), ("día", "días", days))
    parts = [(int(n), one, many) for one, many, n in words if n and re.fullmatch(r"[0-9]{1,4}", n)]
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n) or None


def read_term(text: str | None) -> tuple[str | None, str | None, str | None]:
    """Return the (years, months, days) of a term in plain words; three None when it says anything else.

    >>> read_term("2 AÑOS"), read_term("1 año y 6 meses"), read_term("hasta nuevo aviso")
    (('2', None, None), ('1', '6', None), (None, None, None))
    """
    match = _TERM.fullmatch(fold(text)) if text else None
    return (match[1], match[2], match[3]) if match else (None, None, None)


def sanction(**given: str | None) -> Row:
    """Return a row of `sanciones_impuestas` with every column, those not *given* empty."""
    return {**dict.fromkeys(_SANCTION), **given}


def whole(data: Mapping[str, Any], *members: str) -> None:
    """Raise RejectedRecord when a relation came as a bare number instead of its content (pdn.md §4.3)."""
    for name in members:
        value = data.get(name)
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, int) for item in items):
            raise RejectedRecord(
                "relacion-sin-detalle", f"{name} llegó como número; pida los campos con cinco niveles."
            )


def _canonical(parse: Callable[[str], str], text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return parse(text)
    except BadValueError:
        return text


def _end(sanction: Row) -> date | None:
    """Return the last day of a sanction's period: as received, else its first day plus its term."""
    if end := day_of(sanction["fecha_final"]):
        return end
    start, term = (
        day_of(sanction["fecha_inicial"]),
        [sanction[f"plazo_{u}"] for u in ("anios", "meses", "dias")],
    )
    if start is None or not any(term) or not all(t is None or re.fullmatch(r"[0-9]{1,4}", t) for t in term):
        return None
    years, months, days = (int(t or 0) for t in term)
    return after(start, years=years, months=months, days=days)


def _summarize(reading: Reading, year: int | None) -> None:
    """Fill the main row's summary of its sanctions; amounts of several currencies are never added up."""
    main, sanctions = reading.main, reading.sanctions
    bans = [s for s in sanctions if s["tipo"] == "INHABILITACION"]
    periods = bans or [s for s in sanctions if s["plazo"] or s["fecha_inicial"] or s["fecha_final"]]
    fines = [s for s in sanctions if s["monto"] is not None]
    currencies = {s["moneda"] for s in fines}
    main["anio"] = str(year) if year else None
    main["tipos_sancion"] = joined(s["tipo"] or s["clave"] for s in sanctions)
    main["tipos_falta"] = joined(f["clave"] or f["etiqueta"] for f in reading.faults)
    main["inhabilitacion_inicio"] = bans[0]["fecha_inicial"] if bans else None
    main["inhabilitacion_fin"] = bans[0]["fecha_final"] if bans else None
    main["plazo"] = periods[0]["plazo"] if periods else None
    main["multa_monto"] = _sum([s["monto"] or "" for s in fines]) if len(currencies) == 1 else None
    main["multa_moneda"] = currencies.pop() if len(currencies) == 1 else None


def _sum(amounts: list[str]) -> str | None:
    if len(amounts) == 1:
        return amounts[0]
    try:
        return f"{sum(Decimal(values.amount(a)) for a in amounts):f}"
    except BadValueError:
        return None


def _masked(case: Case, reading: Reading) -> dict[str, list[Row]]:
    rows = {
        MAIN: [reading.main],
        "sanciones_impuestas": reading.sanctions,
        "faltas": reading.faults,
        "normas": reading.norms,
        "documentos": reading.documents,
    }
    for table, table_rows in rows.items():
        for values_of_row in table_rows:
            for name, value in values_of_row.items():
                if value is None or name in _UNMASKED:
                    continue
                clean = mask(value)
                if clean != value:
                    code = next(masking.CODES[k] for k, word in masking.WORDS.items() if word in clean)
                    case.note(code, "El texto llevaba una clave personal; se ocultó.", name, table)
                    values_of_row[name] = clean
    return rows


def _identify(rows: dict[str, list[Row]], native: str | None, case: Case, seen: Counter[str]) -> None:
    """Give the main row its id and each child its key.

    A record without names gets an opaque id and hides the source's own, which could lead back to the person;
    without a usable id, equal anonymous records are told apart by their turn.
    """
    scope = "" if case.context.system.id_scope == "system" else case.context.source.id
    main = rows[MAIN][0]
    usable = native if native and mask(native) == native else None
    main["id_origen"] = usable if case.named else None
    if usable:
        main["id"] = safe_id(usable, scope) if case.named else short_hash(f"{scope}\x1f{usable}", 16)
    else:
        names = _KEY if case.named else tuple(sorted(main))
        key = "\x1f".join([scope, *(main.get(name) or "" for name in names)])
        seen[key] += 1
        turn = f"\x1f{seen[key]}" if not case.named and seen[key] > 1 else ""
        main["id"] = short_hash(key + turn, 16)
    for table, children in rows.items():
        if table != MAIN:
            for n, child in enumerate(children, 1):
                child["sancion_id"], child["n"] = main["id"], str(n)


def supplier(case: Case, rfc_path: str, name: str | None) -> Row:
    """Return the columns that join a company to the suppliers; *name* is None for anyone else.

    A company's RFC is public (pdn.md §6); one that is not valid is dropped with a note.
    """
    if not (name and case.named):
        return row(rfc=None, proveedor_id=None, proveedor_nombre=None)
    received = case.text(rfc_path)
    rfc = values.company_rfc(received)
    if received and not rfc:
        case.note("rfc-invalido", "El RFC de la empresa no es válido; se omitió.", "rfc")
    return row(rfc=rfc, proveedor_id=values.supplier_id(rfc, name), proveedor_nombre=name)


def ente(context: Context, name: str | None) -> str | None:
    """Return the register's id of the institution called *name*, or None."""
    return context.ente_id(name) if name else None


def has(record: Mapping[str, Any], *path: str) -> bool:
    """Return whether *record* holds something other than "missing" at *path*."""
    value: Any = record
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return bool(value) if isinstance(value, (Mapping, list)) else as_text(value) is not None
