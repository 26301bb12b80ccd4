"""Turns one compiled OCDS release into the rows of a contracting process (main row and child tables).

The year a citizen means is that of the signature; when it is missing the next best date is used and said
(`anio_origen`). The same holds for the amount (`monto_origen`). Different currencies are never added up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vitrina.layouts.base import Reader, joined, row
from vitrina.layouts.ocds_children import (
    Award,
    Contract,
    award_rows,
    awards,
    contract_rows,
    contracts,
    document_rows,
    from_contracts,
    item_rows,
    live_suppliers,
)
from vitrina.layouts.ocds_notes import Notes
from vitrina.layouts.ocds_parties import Parties, Party
from vitrina.layouts.ocds_screen import Release, published_id
from vitrina.layouts.ocds_values import Fields, Money, day, leftovers, masked, members, money, said, total
from vitrina.layouts.ocds_words import STAGE_LABELS
from vitrina.model import Row
from vitrina.text import fold

_FIRST_YEAR = 1990
_NOTICES = ("tenderNotice", "hearingNotice", "awardNotice", "contractNotice")
_UNITS = ("requestingUnits", "contractingUnits", "responsibleUnits")
_UNIT_ROLES = ("requestingUnit", "contractingUnit", "responsibleUnit")
_ENVELOPE = ("ocid", "id", "tag", "initiationType", "language")


@dataclass(frozen=True)
class Process:
    """The rows of one process, the paths nobody mapped and the private ones that were dropped."""

    rows: Mapping[str, Sequence[Row]]
    unknown: tuple[str, ...]
    withheld: tuple[str, ...]


def process_rows(
    key: str,
    ocid: str,
    release: Release,
    notes: Notes,
    *,
    private: Sequence[str] = (),
    run_date: date,
    ente_id: Callable[[str], str | None],
) -> Process:
    """Return the rows of the compiled *release*, whose record page is *key*."""
    reader = Fields(release)
    for path in _ENVELOPE:
        reader.get(path)
    parties = Parties.read(reader, notes)
    buyer, units = _buyer(reader, parties, notes, ente_id)
    tenderers = [parties.at(t, notes, "tenderer") for t in members(reader, "tender.tenderers")]
    given, signed = awards(reader, parties, notes), contracts(reader, parties, notes)
    if buyer.name is None:
        buyer = next((b for c in signed for b in c.buyers if b.name), buyer)
    supplied = given if any(a.suppliers for a in given) else [*given, *from_contracts(signed)]
    documents = list(document_rows(key, reader, notes))
    items = list(item_rows(key, reader, notes))
    won = _suppliers(supplied)
    title, text = _title(reader, given, signed, items, won["proveedor_nombre"], ocid, notes)
    main = row(
        id=key,
        ocid=ocid,
        titulo=title,
        descripcion=text,
        ente_id=_ente_id(buyer, ente_id),
        ente_nombre=_long_name(buyer),
        unidad_solicitante=joined(_long_name(u) for u in units),
        **_state(reader, given, signed),
        **_method(reader, notes),
        **_dates(reader, given, signed, notes, run_date),
        **_amounts(reader, given, signed, notes),
        **won,
        n_contratos=str(len(signed)),
        n_postores=reader.text("tender.numberOfTenderers")
        or (str(len(set(tenderers))) if tenderers else None),
        liga=_notice(documents),
    )
    rows: dict[str, Sequence[Row]] = {
        "procesos": [main],
        "adjudicaciones": list(award_rows(key, supplied)),
        "contratos": list(contract_rows(key, signed, given)),
        "partes": list(parties.rows(key, notes)),
        "partidas": items,
        "documentos": documents,
    }
    unknown, withheld = leftovers(reader, tuple(private))
    return Process(rows, tuple(sorted(unknown)), tuple(sorted(withheld | parties.withheld())))


# ── who buys ──────────────────────────────────────────────────────────────────────────────────────────────


def _buyer(
    reader: Reader, parties: Parties, notes: Notes, ente_id: Callable[[str], str | None]
) -> tuple[Party, list[Party]]:
    """Return the public body that contracts and the units inside it that asked for it.

    Some publishers write an area as the buyer and the body as the procuring entity: the one that the register
    knows, or else the one with an RFC (areas have none), is the body.
    """
    buyers = [parties.at(b, notes, "buyer") for b in members(reader, "buyer")]
    entities = [parties.at(e, notes, "procuringEntity") for e in members(reader, "tender.procuringEntity")]
    asking = [
        parties.at(u, notes, role)
        for path, role in zip(_UNITS, _UNIT_ROLES, strict=True)
        for u in members(reader, f"planning.{path}")
    ]
    candidates = [c for c in [*buyers, *entities, *parties.having("buyer", "procuringEntity")] if c.name]
    if not candidates:
        return Party(None, None), asking
    body = (
        next((c for c in candidates if _ente_id(c, ente_id)), None)
        or next((c for c in candidates if c.rfc), None)
        or candidates[0]
    )
    units = (
        asking or list(parties.having(*_UNIT_ROLES)) or [b for b in buyers if b.name and b.key != body.key]
    )
    return body, units


def _ente_id(party: Party, ente_id: Callable[[str], str | None]) -> str | None:
    names = [party.legal_name, party.name, *(party.name or "").split(" | ")[1:]]
    return next((found for name in names if name and (found := ente_id(name))), None)


def _long_name(party: Party) -> str | None:
    """Return the name, or the legal name where the name is only an acronym."""
    return party.legal_name if party.legal_name and party.name and " " not in party.name else party.name


# ── what is bought ────────────────────────────────────────────────────────────────────────────────────────


def _title(
    reader: Reader,
    given: Sequence[Award],
    signed: Sequence[Contract],
    items: Sequence[Row],
    supplier: str | None,
    ocid: str,
    notes: Notes,
) -> tuple[str, str | None]:
    """Return a title (the tender's, or the best text there is) and a description that says something else."""
    own = said(reader, notes, "tender.title")
    texts = [
        said(reader, notes, "tender.description"),
        *(c.title for c in signed),
        *(c.description for c in signed),
        *(a.title for a in given),
        said(reader, notes, "planning.budget.project"),
        said(reader, notes, "planning.budget.description"),
        said(reader, notes, "planning.rationale"),
        *(i["descripcion"] for i in items),
    ]
    useful = [t for t in texts if t and _says_something(t)]
    if not (own and _says_something(own)):
        notes.add("titulo-vacio", "tender.title")
        own = useful[0] if useful else f"Contratación {f'con {supplier}' if supplier else ocid}"
    return own, next((t for t in useful if fold(t) != fold(own)), None)


def _says_something(text: str) -> bool:
    return len(re.findall(r"[^\W\d_]", text)) >= 3


def _method(reader: Reader, notes: Notes) -> Row:
    number = published_id(reader.get("tender.id"))
    return row(
        metodo=said(reader, notes, "tender.procurementMethod"),
        metodo_detalle=said(reader, notes, "tender.procurementMethodDetails"),
        metodo_motivo=said(reader, notes, "tender.procurementMethodRationale"),
        categoria=said(reader, notes, "tender.mainProcurementCategory"),
        categorias_adicionales=joined(
            masked(t, notes, "tender.additionalProcurementCategories")
            for t in reader.texts("tender.additionalProcurementCategories")
        ),
        criterio=said(reader, notes, "tender.awardCriteria"),
        procedimiento_id=number if number != reader.text("ocid") else None,
    )


def _notice(documents: Sequence[Row]) -> str | None:
    by_kind = {d["tipo"]: d["liga"] for d in reversed(documents) if d["liga"]}
    return next((by_kind[k] for k in _NOTICES if k in by_kind), None)


# ── how far it is ─────────────────────────────────────────────────────────────────────────────────────────


def _state(reader: Reader, given: Sequence[Award], signed: Sequence[Contract]) -> Row:
    """Return the stages with content, the current one, and the tender's own status."""
    tender = reader.record.get("tender")
    status = reader.text("tender.status")
    present = {
        "planning": bool(reader.record.get("planning")),
        "tender": isinstance(tender, Mapping) and set(tender) - {"id"} != set(),
        "award": bool(given),
        "contract": bool(signed),
        "implementation": any(c.running for c in signed),
    }
    stages = [s for s in STAGE_LABELS if present[s]]
    current: str | None = stages[-1] if stages else None
    live = [c for c in signed if c.live]
    if live and all(c.status == "terminated" for c in live):
        current = "concluded"
    elif signed and not live:
        current = "cancelled"
    elif not signed and status in {"cancelled", "unsuccessful", "withdrawn"}:
        current = "unsuccessful" if status == "unsuccessful" else "cancelled"
    elif not signed and given and not any(a.live for a in given):
        current = "unsuccessful"
    return row(estado=current, estado_procedimiento=status, etapas=joined(STAGE_LABELS[s] for s in stages))


def _dates(
    reader: Reader, given: Sequence[Award], signed: Sequence[Contract], notes: Notes, run_date: date
) -> Row:
    """Return the dates, and the year with the date it comes from: the first present of those in order."""
    opened, published = day(reader, "tender.tenderPeriod.startDate"), day(reader, "date")
    awarded = _earliest((a.date for a in given), notes, run_date, "awards[].date")
    signature = _earliest((c.signed for c in signed), notes, run_date, "contracts[].dateSigned")
    starts = [
        *(c.start for c in signed),
        *(a.start for a in given),
        day(reader, "tender.contractPeriod.startDate"),
    ]
    start = _earliest(starts, notes, run_date, "contracts[].period.startDate")
    ends = [e for c in signed if (e := _plausible(c.end, run_date, ahead=60))]
    ordered = {
        "firma": signature,
        "adjudicacion": awarded,
        "inicio": start,
        "convocatoria": _earliest([opened], notes, run_date, "tender.tenderPeriod.startDate"),
        "entrega": _earliest([published], notes, run_date, "date"),
    }
    origin = next((name for name, value in ordered.items() if value), None)
    chosen = ordered[origin] if origin else None
    return row(
        fecha=chosen,
        anio=chosen[:4] if chosen else None,
        anio_origen=origin,
        fecha_convocatoria=opened,
        fecha_cierre=day(reader, "tender.tenderPeriod.endDate"),
        fecha_adjudicacion=awarded,
        fecha_firma=signature,
        fecha_inicio=start,
        fecha_fin=max(ends, default=None),
        fecha_entrega=published,
    )


def _earliest(values: Iterable[str | None], notes: Notes, run_date: date, path: str) -> str | None:
    given = [v for v in values if v]
    good = [v for v in given if _plausible(v, run_date)]
    notes.add("fecha-improbable", path, len(given) - len(good))
    return min(good, default=None)


def _plausible(value: str | None, run_date: date, ahead: int = 2) -> str | None:
    try:
        found = date.fromisoformat(value or "")
    except ValueError:
        return None
    return value if _FIRST_YEAR <= found.year <= run_date.year + ahead else None


# ── for how much, and to whom ─────────────────────────────────────────────────────────────────────────────


def _amounts(reader: Reader, given: Sequence[Award], signed: Sequence[Contract], notes: Notes) -> Row:
    """Return the amount and where it comes from: contracts, contracts with tax, awards, or the estimate."""
    live = [c for c in signed if c.live]
    standing = [a for a in given if a.live] if live or not signed else []
    estimate = money(reader, notes, "tender.value")
    budget = money(reader, notes, "planning.budget.amount")
    sources = {
        "contrato": ([c.value for c in live], "contracts[].value"),
        "contrato_con_iva": ([c.taxed for c in live], "contracts[].valueWithTax"),
        "adjudicacion": ([a.value for a in standing], "awards[].value"),
        "estimado": ([estimate], "tender.value"),
    }
    found, origin = Money(), None
    for name, (amounts, path) in sources.items():
        found = total(amounts, notes, path)
        if found.text or len({m.currency for m in amounts if m.number}) > 1:
            origin = name if found.text else None
            break
    return row(
        monto=found.text,
        moneda=found.currency,
        monto_origen=origin,
        monto_mxn=found.text if found.currency == "MXN" and origin != "estimado" else None,
        monto_estimado=estimate.text,
        monto_estimado_moneda=estimate.currency,
        presupuesto=budget.text,
        presupuesto_moneda=budget.currency,
    )


def _suppliers(supplied: Sequence[Award]) -> Row:
    ranked = [p for p, _ in live_suppliers(supplied) if p.name]
    once = {p.supplier: p for p in reversed(ranked)}
    first = ranked[0] if ranked else Party(None, None)
    return row(
        proveedor_id=first.supplier,
        proveedor_nombre=first.name,
        proveedores=joined(p.name for p in reversed(once.values())),
        n_proveedores=str(len(once)),
    )
