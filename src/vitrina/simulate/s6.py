"""S6: contracting processes in OCDS 1.1 / EDCA-MX, from planning to payment (ocds.md §2).

A process is told in one to five releases, each adding its stage; `processes` yields them grouped, so that
packages, records and INAI's yearly arrays are made from the same world.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from vitrina.simulate import words, world
from vitrina.simulate.world import Ente, Supplier

FAULTS = ("fecha-imposible", "sin-ocid", "premio-sin-id", "fin-antes-de-inicio")
PREFIX = "ocds-xalt26"
STAGES = ("planning", "tender", "award", "contract", "implementation")
_METHODS = (
    ("open", "Licitación pública"), ("selective", "Invitación a cuando menos tres personas"),
    ("direct", "Adjudicación directa"), ("direct", "Adjudicación directa"),
)  # fmt: skip
_CATEGORIES = (
    ("works", words.WORKS, "61400", "División de terrenos y construcción de obras de urbanización"),
    ("goods", words.GOODS, "21101", "Materiales y útiles de oficina"),
    ("services", words.SERVICES, "33801", "Servicios de vigilancia"),
)  # fmt: skip
Release = dict[str, Any]


@dataclass
class _Process:
    """What one process is about, drawn once; the releases tell it bit by bit."""

    rng: Random
    seed: int
    ocid: str
    buyer: Ente
    title: str
    category: str
    item: dict[str, Any]
    method: tuple[str, str]
    amount: float
    winner: Supplier
    bidders: list[Supplier]
    days: dict[str, date]
    reached: int
    tender: dict[str, Any] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.ocid.removeprefix(f"{PREFIX}-")


def processes(
    seed: int, rows: int, run_date: date, bodies: Sequence[Ente], faulty: bool = True
) -> Iterator[list[Release]]:
    """Yield the releases of each of *rows* processes, oldest first."""
    rng = Random(f"{seed}:s6:{bodies[0].id}")
    pool = world.suppliers_for(rows)
    for number in range(rows):
        process = _draw(rng, seed, number, run_date, bodies, pool)
        releases = [_release(process, stage) for stage in range(process.reached + 1)]
        _spoil(releases, world.fault(number, FAULTS, bodies[0].name) if faulty else "")
        yield releases


def _draw(rng: Random, seed: int, number: int, run_date: date, bodies: Sequence[Ente], pool: int) -> _Process:
    buyer = rng.choice(bodies)
    category, subjects, code, label = rng.choice(_CATEGORIES)
    subject = f"{rng.choice(subjects)} en {rng.choice(words.PLACES)}, {buyer.municipality}"
    title = _long(rng, subject) if number % 45 == 11 else subject
    start = world.day(rng, run_date, 3.0, 10)
    days = {"planning": start}
    for stage, gap in zip(STAGES[1:], ((5, 30), (12, 45), (3, 20), (20, 200)), strict=True):
        start += timedelta(days=rng.randint(*gap))
        days[stage] = start
    reached = max((i for i, s in enumerate(STAGES) if days[s] <= run_date), default=0)
    bidders = _bidders(rng, seed, pool)
    return _Process(
        rng=rng, seed=seed, ocid=f"{PREFIX}-{buyer.id}-{days['planning'].year}-{number + 1:06}", buyer=buyer,
        title=title, category=category, method=rng.choice(_METHODS), amount=_amount(rng), winner=bidders[0],
        bidders=bidders, days=days, reached=reached,
        item={"id": "1", "description": title[:140], "quantity": rng.randint(1, 400),
              "classification": {"scheme": "CUCoP", "id": code, "description": label},
              "unit": {"name": rng.choice(("Pieza", "Servicio", "Metro cuadrado", "Lote"))}},
    )  # fmt: skip


def _long(rng: Random, subject: str) -> str:
    """A title as long as real ones get: about 300 characters."""
    text = subject
    while len(text) < 300:
        text += f", {rng.choice(words.CLAUSES)}"
    return text


def _amount(rng: Random) -> float:
    """From 1 000 to 900 000 000 pesos, most of them small."""
    value = 10 ** (3 + 3 * rng.random() + 2.954 * rng.random() ** 4)
    return round(min(value, 900_000_000), 2)


def _bidders(rng: Random, seed: int, pool: int) -> list[Supplier]:
    numbers = dict.fromkeys(world.pick(rng, pool) for _ in range(rng.randint(1, 4)))
    return [world.supplier(seed, n) for n in numbers]


def _release(p: _Process, stage: int) -> Release:
    name = STAGES[stage]
    day = p.days[name]
    release: Release = {
        "ocid": p.ocid,
        "id": f"{p.slug}-{stage + 1}-{name}",
        "date": f"{day}T{9 + stage:02}:30:00-06:00",
        "tag": [name],
        "initiationType": "tender",
        "language": "es",
        "buyer": {"id": _ente_id(p.buyer), "name": p.buyer.name},
        "parties": _parties(p, stage),
    }
    builder = (_planning, _tender, _award, _contract, _implementation)[stage]
    release.update(builder(p, day))
    return release


def _ente_id(ente: Ente) -> str:
    return f"{world.STATE[:3].upper()}-{ente.id}"


def _supplier_ref(seller: Supplier) -> dict[str, str]:
    return {"id": f"MX-RFC-{seller.rfc}", "name": seller.name}


def _parties(p: _Process, stage: int) -> list[dict[str, Any]]:
    buyer = {
        "id": _ente_id(p.buyer),
        "name": p.buyer.name,
        "identifier": {"scheme": "XAL-ENTES", "id": p.buyer.id, "legalName": p.buyer.name},
        "address": {"locality": p.buyer.municipality, "region": world.STATE, "countryName": "México"},
        "contactPoint": _contact(p),
        "roles": ["buyer", "procuringEntity"],
    }
    if stage == 0:
        return [buyer]
    rest = p.bidders if stage == 1 else [p.winner]
    return [buyer, *(_seller(s, stage > 1 and s is p.winner) for s in rest)]


def _contact(p: _Process) -> dict[str, str]:
    who = world.official(p.seed, p.buyer, 0)
    return {"name": f"{who.given} {who.first}", "email": who.email, "telephone": "000 000 0000"}


def _seller(seller: Supplier, won: bool) -> dict[str, Any]:
    kind = "legalPerson" if seller.company else "naturalPerson"
    return {
        **_supplier_ref(seller),
        "identifier": {
            "scheme": "MX-RFC", "id": seller.rfc, "legalName": seller.name, "legalPersonality": kind,
        },
        "address": {
            "streetAddress": seller.street, "locality": seller.municipality, "region": world.STATE,
            "postalCode": "00100", "countryName": "México",
        },
        "contactPoint": {"name": seller.name, "email": seller.email, "telephone": seller.phone},
        "roles": ["tenderer", "supplier"] if won else ["tenderer"],
    }  # fmt: skip


def _pesos(amount: float) -> dict[str, Any]:
    return {"amount": round(amount, 2), "currency": "MXN"}


def _planning(p: _Process, day: date) -> Release:
    area = p.rng.randrange(len(words.AREAS))
    return {"planning": {
        "requestingUnits": [{"id": f"{p.buyer.id}-{area}", "name": words.AREAS[area]}],
            "rationale": f"Necesidad detectada por {p.buyer.name} para atender a la población de {p.buyer.region}.",
        "budget": {
            "id": f"PAA-{day.year}-{p.slug[-6:]}", "description": "Recurso estatal", "amount": _pesos(p.amount * 1.05),
            "project": f"Programa anual {day.year}",
        },
    }}  # fmt: skip


def _document(p: _Process, code: str, title: str, day: date) -> dict[str, str]:
    return {
        "id": f"{p.slug}-{code}", "documentType": code, "title": title, "language": "es", "format": "application/pdf",
        "url": f"https://contratos.xaltepec.ejemplo.mx/{p.slug}/{code}.pdf", "datePublished": f"{day}T12:00:00-06:00",
    }  # fmt: skip


def _tender(p: _Process, day: date) -> Release:
    method, details = p.method
    end = p.days["award"] - timedelta(days=p.rng.randint(1, 9))
    return {"tender": {
        "id": f"T-{p.slug}", "title": p.title, "description": f"{p.title}.", "status": "complete" if p.reached > 1 else "active",
        "procurementMethod": method, "procurementMethodDetails": details,
        "procurementMethodRationale": "Artículo 46 de la Ley de Adquisiciones del Estado" if method == "direct" else "",
        "mainProcurementCategory": p.category, "awardCriteria": "priceOnly",
        "value": _pesos(p.amount * 1.02), "items": [p.item],
        "tenderPeriod": {"startDate": f"{day}T09:00:00-06:00", "endDate": f"{end}T14:00:00-06:00"},
        "hasEnquiries": p.rng.random() < 0.3, "numberOfTenderers": len(p.bidders),
        "tenderers": [_supplier_ref(s) for s in p.bidders],
        "procuringEntity": {"id": _ente_id(p.buyer), "name": p.buyer.name},
        "documents": [_document(p, "tenderNotice", "Convocatoria", day)],
    }}  # fmt: skip


def _award(p: _Process, day: date) -> Release:
    return {"awards": [{
        "id": f"A-{p.slug}", "title": p.title, "status": "active", "date": f"{day}T13:00:00-06:00",
        "value": _pesos(p.amount), "suppliers": [_supplier_ref(p.winner)], "items": [p.item],
        "documents": [_document(p, "awardNotice", "Fallo", day)],
    }]}  # fmt: skip


def _contract(p: _Process, day: date) -> Release:
    end = day + timedelta(days=p.rng.randint(20, 360))
    return {"contracts": [{
        "id": f"C-{p.slug}", "awardID": f"A-{p.slug}", "title": p.title, "description": f"{p.title}.",
        "status": "active", "dateSigned": f"{day}T11:00:00-06:00",
        "period": {"startDate": f"{day}T00:00:00-06:00", "endDate": f"{end}T00:00:00-06:00"},
        "value": _pesos(p.amount) | {"netAmount": round(p.amount / 1.16, 2)}, "items": [p.item],
        "documents": [_document(p, "contractSigned", "Contrato", day)],
    }]}  # fmt: skip


def _implementation(p: _Process, day: date) -> Release:
    share = p.rng.choice((1.0, 0.5, 0.3))
    payment = {
        "id": f"P-{p.slug}-1", "date": f"{day}T10:00:00-06:00", "value": _pesos(p.amount * share),
        "payer": {"id": _ente_id(p.buyer), "name": p.buyer.name}, "payee": _supplier_ref(p.winner),
    }  # fmt: skip
    status = "concluded" if share == 1.0 else "ongoing"
    contract: dict[str, Any] = {
        "id": f"C-{p.slug}", "awardID": f"A-{p.slug}", "implementation": {"status": status, "transactions": [payment]},
    }  # fmt: skip
    if p.rng.random() < 0.12:
        contract["amendments"] = [{
            "id": f"M-{p.slug}-1", "date": f"{day}T10:00:00-06:00", "description": "Convenio modificatorio del plazo",
            "rationale": "Lluvias extraordinarias",
        }]  # fmt: skip
    return {"contracts": [contract]}


def _spoil(releases: list[Release], kind: str) -> None:
    last = releases[-1]
    if kind == "fecha-imposible":
        last["date"] = f"{last['date'][:4]}-02-31T10:00:00-06:00"
    elif kind == "sin-ocid":
        del last["ocid"]
    elif kind == "premio-sin-id":
        for award in (a for r in releases for a in r.get("awards", ())):
            del award["id"]
    elif kind == "fin-antes-de-inicio":
        for contract in (c for r in releases for c in r.get("contracts", ()) if "period" in c):
            period = contract["period"]
            period["startDate"], period["endDate"] = period["endDate"], period["startDate"]


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────────


def package_head(run_date: date, publisher: str, stem: str) -> dict[str, Any]:
    """Return the members of a release or record package, without its list."""
    return {
        "uri": f"https://contratos.xaltepec.ejemplo.mx/paquetes/{stem}.json",
        "version": "1.1",
        "publishedDate": f"{run_date}T00:00:00-06:00",
        "publisher": {"name": publisher, "scheme": "XAL-ENTES"},
        "license": "https://creativecommons.org/licenses/by/4.0/deed.es",
    }


def compiled(releases: Sequence[Release]) -> Release:
    """Return the whole process as one compiled release (later stages win; contracts are completed by id)."""
    whole: Release = {}
    parties: dict[str, Any] = {}
    contracts: dict[str, dict[str, Any]] = {}
    for release in releases:
        whole.update(release)
        parties.update({p["id"]: p for p in release["parties"]})
        for contract in release.get("contracts", ()):
            contracts[contract["id"]] = contracts.get(contract["id"], {}) | contract
    whole.update(parties=list(parties.values()), tag=["compiled"])
    if "ocid" in whole:
        whole["id"] = f"{whole['ocid']}-{whole['date'][:10]}"
    if contracts:
        whole["contracts"] = list(contracts.values())
    return whole


def record(releases: Sequence[Release]) -> dict[str, Any]:
    """Return a record: its compiled release, and links to the releases as Jalisco's do."""
    whole = compiled(releases)
    links = [
        {"url": f"https://contratos.xaltepec.ejemplo.mx/r/{r['id']}.json", "date": r["date"], "tag": r["tag"]}
        for r in releases
    ]
    return {"ocid": whole.get("ocid", ""), "compiledRelease": whole, "releases": links}


def inai_package(releases: Sequence[Release], head: Mapping[str, Any]) -> dict[str, Any]:
    """Return one element of `arrayReleasePackage`: a package whose only release is a full snapshot."""
    whole = compiled(releases)
    whole["tag"] = [r["tag"][0] for r in releases]
    return {**head, "releases": [whole]}
