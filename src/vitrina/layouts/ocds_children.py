"""Rows of the child tables of a contracting process: awards, contracts, items and documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vitrina.layouts.base import Reader, row
from vitrina.layouts.ocds_notes import Notes
from vitrina.layouts.ocds_parties import Parties, Party, names
from vitrina.layouts.ocds_screen import published_id
from vitrina.layouts.ocds_values import Money, day, link, members, money, said, total
from vitrina.model import Row
from vitrina.text import fold

_VOID = frozenset({"cancelled", "unsuccessful"})


@dataclass(frozen=True)
class Award:
    """An award, or the part of a contract that names its suppliers when no award was published."""

    origin: str
    id: str | None
    title: str | None
    date: str | None
    status: str | None
    value: Money
    suppliers: tuple[Party, ...]
    start: str | None = None

    @property
    def live(self) -> bool:
        return self.status not in _VOID


@dataclass(frozen=True)
class Contract:
    """A contract with what the main row needs to know of it."""

    cells: Row
    status: str | None
    signed: str | None
    start: str | None
    end: str | None
    value: Money
    taxed: Money
    award: str | None
    title: str | None
    description: str | None
    running: bool
    suppliers: tuple[Party, ...]
    buyers: tuple[Party, ...]

    @property
    def live(self) -> bool:
        return self.status not in _VOID


def awards(release: Reader, parties: Parties, notes: Notes) -> list[Award]:
    """Return the awards of the compiled release."""
    return [
        Award(
            origin="adjudicacion",
            id=published_id(reader.get("id")),
            title=said(reader, notes, "title", "description"),
            date=day(reader, "date"),
            status=reader.text("status"),
            value=money(reader, notes, "value"),
            suppliers=tuple(parties.at(s, notes, "supplier") for s in members(reader, "suppliers")),
            start=day(reader, "contractPeriod.startDate"),
        )
        for reader in members(release, "awards")
    ]


def award_rows(process: str, found: Sequence[Award]) -> Iterator[Row]:
    """Yield one row per award and supplier; an award's amount stands in its first row only."""
    number = 0
    for award in found:
        for place, party in enumerate(award.suppliers or (Party(None, None),)):
            number += 1
            first = award.value if place == 0 else Money()
            yield row(
                proceso_id=process,
                n=str(number),
                origen=award.origin,
                adjudicacion_id=award.id,
                titulo=award.title,
                fecha=award.date,
                estado=award.status,
                proveedor_id=party.supplier,
                proveedor_nombre=party.name,
                proveedor_tipo=party.kind or None,
                n_proveedores=str(len(award.suppliers)),
                monto=first.text,
                moneda=first.currency,
            )


def contracts(release: Reader, parties: Parties, notes: Notes) -> list[Contract]:
    """Return the contracts of the compiled release, their row without the process's key."""
    return [_contract(reader, parties, notes) for reader in members(release, "contracts")]


def contract_rows(process: str, found: Sequence[Contract], given: Sequence[Award]) -> Iterator[Row]:
    """Yield the rows of `contratos`; suppliers come from the contract itself or from its award."""
    for number, contract in enumerate(found, 1):
        suppliers = contract.suppliers or _of_award(contract, given)
        yield {"proceso_id": process, "n": str(number), **contract.cells, "proveedores": names(suppliers)}


def from_contracts(found: Sequence[Contract]) -> list[Award]:
    """Return what the contracts say of suppliers, for publishers that give no awards."""
    return [
        Award(
            origin="contrato",
            id=c.award,
            title=c.title,
            date=c.signed,
            status=c.status,
            value=c.value if c.value.text else c.taxed,
            suppliers=c.suppliers,
        )
        for c in found
        if c.suppliers
    ]


def _of_award(contract: Contract, given: Sequence[Award]) -> tuple[Party, ...]:
    linked = [a for a in given if contract.award and a.id == contract.award]
    only = linked or (list(given) if len(given) == 1 else [])
    return tuple(p for a in only for p in a.suppliers)


def _contract(reader: Reader, parties: Parties, notes: Notes) -> Contract:
    value, taxed = money(reader, notes, "value"), money(reader, notes, "valueWithTax")
    net = money(reader, notes, "value", member="netAmount")
    paid = total(
        [money(t, notes, "value", "amount") for t in members(reader, "implementation.transactions")],
        Notes(),
        "contracts[].implementation.transactions",
    )
    low, high = (
        money(reader, notes, "contractDetails.minValue"),
        money(reader, notes, "contractDetails.maxValue"),
    )
    title, text = said(reader, notes, "title"), said(reader, notes, "description")
    award = published_id(reader.get("awardID"))
    status, signed = reader.text("status"), day(reader, "dateSigned")
    start, end = day(reader, "period.startDate"), day(reader, "period.endDate")
    running = reader.record.get("implementation")
    changes = [*members(reader, "amendments"), *members(reader, "amendment")]
    cells = row(
        contrato_id=published_id(reader.get("id")),
        adjudicacion_id=award,
        titulo=title,
        descripcion=text if text != title else None,
        estado=status,
        fecha_firma=signed,
        fecha_inicio=start,
        fecha_fin=end,
        monto=value.text,
        moneda=value.currency or taxed.currency,
        monto_sin_iva=net.text,
        monto_con_iva=taxed.text,
        monto_minimo=low.text,
        monto_maximo=high.text,
        pagado=paid.text,
        pagado_moneda=paid.currency,
        n_convenios=str(len(changes)) if changes else None,
    )
    return Contract(
        cells=cells,
        status=status,
        signed=signed,
        start=start,
        end=end,
        value=value,
        taxed=taxed,
        award=award,
        title=title,
        description=text,
        running=bool(running),
        suppliers=tuple(parties.at(s, notes, "supplier") for s in members(reader, "suppliers")),
        buyers=tuple(parties.at(b, notes, "buyer") for b in members(reader, "buyers")),
    )


def item_rows(process: str, release: Reader, notes: Notes) -> Iterator[Row]:
    """Yield each item once, as its most advanced stage describes it (contract, then award, then tender)."""
    listed: set[tuple[str | None, str]] = set()
    number = 0
    for stage, path in (("contract", "contracts"), ("award", "awards"), ("tender", "tender")):
        here: set[tuple[str | None, str]] = set()
        for owner in members(release, path):
            for item in members(owner, "items"):
                key = published_id(item.get("id"))
                cells = _item(item, notes)
                same = (key, fold(cells["descripcion"] or ""))
                here.add(same)
                if same in listed or not any(cells.values()):
                    continue
                number += 1
                reference = None if path == "tender" else published_id(owner.get("id"))
                yield {
                    "proceso_id": process,
                    "n": str(number),
                    "etapa": stage,
                    "referencia": reference,
                    **cells,
                }
        listed |= here


def _item(item: Reader, notes: Notes) -> Row:
    price = money(item, notes, "unit.value")
    quantity = item.get("quantity")
    return row(
        descripcion=said(item, notes, "description") or said(item, notes, "classification.description"),
        clasificacion=said(item, notes, "classification.description"),
        clasificacion_id=item.text("classification.id"),
        clasificacion_esquema=item.text("classification.scheme"),
        cantidad=item.text("quantity") if quantity is not None else None,
        unidad=item.text("unit.name"),
        precio_unitario=price.text,
        moneda=price.currency,
    )


def document_rows(process: str, release: Reader, notes: Notes) -> Iterator[Row]:
    """Yield the documents of every stage, each address once per stage."""
    seen: set[tuple[str | None, ...]] = set()
    number = 0
    for stage, path in (
        ("planning", "planning"),
        ("tender", "tender"),
        ("award", "awards"),
        ("contract", "contracts"),
        ("implementation", "contracts"),
    ):
        for owner in members(release, path):
            inner = "implementation.documents" if stage == "implementation" else "documents"
            for document in members(owner, inner):
                cells = _document(document, notes)
                key = (stage, cells["liga"], cells["titulo"], cells["tipo"])
                if key in seen or not (cells["liga"] or cells["titulo"]):
                    continue
                seen.add(key)
                number += 1
                yield {"proceso_id": process, "n": str(number), "etapa": stage, **cells}


def _document(document: Reader, notes: Notes) -> Row:
    title, text = said(document, notes, "title"), said(document, notes, "description")
    document.get("id")
    return row(
        tipo=document.text("documentType"),
        titulo=title or text,
        descripcion=text if title and text != title else None,
        liga=link(document, notes, "url"),
        fecha=day(document, "datePublished"),
        formato=document.text("format"),
    )


def live_suppliers(found: Sequence[Award]) -> list[tuple[Party, Money]]:
    """Return the suppliers of awards that stand, largest award first."""
    ranked = sorted((a for a in found if a.live), key=lambda a: -(a.value.number or 0))
    return [(p, a.value) for a in ranked for p in a.suppliers]
