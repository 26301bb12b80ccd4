"""S3 v1: sanctioned officials and private parties (pdn.md §4.1-4.2).

Most sanctions are final and in force; about one in eight has ended or is not final, so that the publication
policy has something to withhold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from vitrina.simulate import words, world
from vitrina.simulate.s2 import GENDERS, staff
from vitrina.simulate.world import Ente, Supplier
from vitrina.text import slugify

FAULTS = ("fecha-imposible", "sin-causa", "id-repetido", "fin-antes-de-inicio")

_MISDEEDS = (
    ("PEC", "PECULADO"), ("CEX", "COHECHO O EXTORSION"), ("AFN", "ABUSO DE FUNCIONES"),
    ("DRP", "DESVÍO DE RECURSOS PÚBLICOS"), ("CIND", "CONTRATACIÓN INDEBIDA"), ("TINF", "TRÁFICO DE INFLUENCIAS"),
    ("ABCI", "ACTUACIÓN BAJO CONFLICTO DE INTERÉS"), ("AG", "ADMINISTRATIVA GRAVE"), ("DSCT", "DESACATO"),
    ("ENCB", "ENCUBRIMIENTO"), ("UII", "UTILIZACIÓN INDEBIDA DE INFORMACIÓN"), ("ANG", "ADMINISTRATIVA NO GRAVE"),
)  # fmt: skip
_PESO = {"clave": "MXN", "valor": "PESO MEXICANO"}
_AUTHORITY = "Órgano Interno de Control de la {0}"
COURT = "Tribunal de Justicia Administrativa y Combate a la Corrupción"


def officials(
    seed: int, rows: int, run_date: date, bodies: Sequence[Ente], faulty: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield v1 `ssancionados` records."""
    salt = f"s3s:{bodies[0].id}"
    rng = Random(f"{seed}:{salt}")
    size, last = staff(rows, bodies), ""
    for number in range(rows):
        ente = rng.choice(bodies)
        who = world.official(seed, ente, rng.randrange(size))
        code, label = rng.choice(_MISDEEDS)
        record = _common(rng, run_date, ente, number) | {
            "servidorPublicoSancionado": {
                "nombres": who.given, "primerApellido": who.first, "segundoApellido": who.second,
                "genero": GENDERS[who.sex], "rfc": who.rfc, "curp": who.curp,
                "puesto": who.post, "nivel": f"M{rng.randint(11, 33)}",
            },
            "tipoFalta": {"clave": code, "valor": label, "descripcion": ""},
            "autoridadSancionadora": _AUTHORITY.format(ente.acronym),
        }  # fmt: skip
        resolved = _sanction(rng, record, run_date, ("M", "MULTADO"))
        record["resolucion"] = {
            "fechaResolucion": resolved.isoformat(),
            "url": _url(rng, record["expediente"]),
        }
        last = _spoil(record, world.fault(number, FAULTS, salt) if faulty else "", last)
        yield record


def private(
    seed: int, rows: int, run_date: date, bodies: Sequence[Ente], faulty: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield v1 `psancionados` records; the companies also appear among the State's suppliers."""
    salt = f"s3p:{bodies[0].id}"
    rng = Random(f"{seed}:{salt}")
    pool, last = world.suppliers_for(rows), ""
    for number in range(rows):
        ente = rng.choice(bodies)
        party = world.supplier(seed, world.sanctioned(number, pool))
        judge = world.official(seed, ente, 900 + rng.randrange(3))
        cause = rng.choice(words.GOODS + words.WORKS)
        record = _common(rng, run_date, ente, number) | {
            "particularSancionado": _party(rng, seed, party, number),
            "objetoContrato": f"{cause} para {rng.choice(words.PLACES)}",
            "acto": rng.choice(("Licitación pública", "Adjudicación directa", "Ejecución del contrato")),
            "tipoFalta": rng.choice(("Soborno", "Colusión", "Uso indebido de recursos públicos")),
            "autoridadSancionadora": COURT,
            "responsableSancion": {
                "nombres": judge.given, "primerApellido": judge.first, "segundoApellido": judge.second,
            },
        }  # fmt: skip
        resolved = _sanction(rng, record, run_date, ("SE", "SANCIÓN ECONÓMICA"))
        record["resolucion"] = {
            "sentido": rng.choice(("Inhabilitación", "Sanción económica e inhabilitación")),
            "url": _url(rng, record["expediente"]),
            "fechaNotificacion": (resolved + timedelta(days=9)).isoformat(),
        }
        last = _spoil(record, world.fault(number, FAULTS, salt) if faulty else "", last)
        yield record


def _common(rng: Random, run_date: date, ente: Ente, number: int) -> dict[str, Any]:
    captured = world.day(rng, run_date, 1)
    return {
        "id": world.hex_id(rng),
        "fechaCaptura": f"{captured}T12:{rng.randint(0, 59):02}:00.000Z",
        "expediente": f"{ente.acronym[:5].strip(' .')}/PRA/{rng.randint(1, 899):03}/{captured.year - rng.randint(0, 2)}",
        "institucionDependencia": {
            "nombre": world.spelled(rng, ente, number),
            "siglas": ente.acronym,
            "clave": ente.id.upper(),
        },
        "causaMotivoHechos": rng.choice(words.CAUSES),
        "observaciones": rng.choice(words.REMARKS),
    }


def _sanction(rng: Random, record: dict[str, Any], run_date: date, money: tuple[str, str]) -> date:
    """Fill tipoSancion, multa, inhabilitacion and documentos; return the day of the resolution."""
    resolved, start, end, words_of_term = term(rng, run_date)
    fined = rng.random() < 0.5
    kinds = [("I", "INHABILITADO"), *([money] if fined else [])]
    record["tipoSancion"] = [
        {"clave": c, "valor": v, "descripcion": f"{v.capitalize()} según la resolución"} for c, v in kinds
    ]
    if fined:
        record["multa"] = {"monto": rng.randint(1_000, 4_000_000), "moneda": _PESO}
    record["inhabilitacion"] = {
        "plazo": words_of_term,
        "fechaInicial": start.isoformat(),
        "fechaFinal": end.isoformat(),
    }
    if rng.random() < 0.4:
        record["documentos"] = [{
            "id": world.hex_id(rng, 8), "tipo": "RESOLUCION", "titulo": "Resolución definitiva",
            "descripcion": "Versión pública de la resolución", "url": _url(rng, record["expediente"]),
            "fecha": resolved.isoformat(),
        }]  # fmt: skip
    return resolved


def term(rng: Random, run_date: date) -> tuple[date, date, date, str]:
    """Return resolution, start, end and the term in words; one in ten has already ended."""
    if rng.random() < 0.1:
        start = run_date - timedelta(days=rng.randint(500, 1000))
        return start - timedelta(days=20), start, start + timedelta(days=365), "1 año"
    start = world.day(rng, run_date, 2.6)
    years = rng.randint(max(1, run_date.year + 2 - start.year), 10)
    end = date(start.year + years, start.month, min(start.day, 28))
    return start - timedelta(days=rng.randint(5, 40)), start, end, f"{years} año{'s' if years > 1 else ''}"


def _spoil(record: dict[str, Any], kind: str, last: str) -> str:
    if kind == "fecha-imposible":
        record["inhabilitacion"]["fechaFinal"] = f"{record['inhabilitacion']['fechaFinal'][:4]}-02-30"
    elif kind == "sin-causa":
        record["causaMotivoHechos"] = ""
    elif kind == "id-repetido":
        record["id"] = last
    elif kind == "fin-antes-de-inicio":
        record["inhabilitacion"]["fechaInicial"] = "2036-01-15"
        record["inhabilitacion"]["fechaFinal"] = "2034-01-15"
    return str(record["id"])


def _url(rng: Random, case: str) -> str:
    """One blank in place of a URL is what capture tools really write (pdn.md §4.1)."""
    return " " if rng.random() < 0.3 else f"https://resoluciones.xaltepec.ejemplo.mx/{slugify(case)}.pdf"


def _party(rng: Random, seed: int, party: Supplier, number: int) -> dict[str, Any]:
    block: dict[str, Any] = {
        "nombreRazonSocial": party.name,
        "objetoSocial": party.purpose if party.company else "",
        "rfc": party.rfc,
        "tipoPersona": "M" if party.company else "F",
        "telefono": party.phone.replace(" ", "")[:12],
        "domicilioMexico": {
            "pais": {"clave": "MX", "valor": "MÉXICO"},
            "entidadFederativa": {"clave": world.STATE_CODE, "valor": world.STATE.upper()},
            "municipio": {"clave": "001", "valor": party.municipality.upper()},
            "localidad": {"clave": "0001", "valor": party.municipality.upper()},
            "vialidad": {"clave": "CALLE", "valor": party.street},
            "codigoPostal": f"{rng.randint(100, 999):05}",
            "numeroExterior": str(rng.randint(1, 900)),
        },
    }
    if party.company:
        for member in ("directorGeneral", "apoderadoLegal"):
            who = world.official(seed, world.ENTES[0], 2_000_000 + number)
            block[member] = {
                "nombres": who.given, "primerApellido": who.first, "segundoApellido": who.second, "curp": who.curp,
            }  # fmt: skip
    return block
