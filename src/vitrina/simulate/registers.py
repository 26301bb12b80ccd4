"""Flat registers that institutions send as files: bodies, agreements, supplier registry, connection steps.

Every generator yields {table: [row, …]} per main record; a row has the columns an institution would send.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from vitrina.simulate import words, world
from vitrina.simulate.s2 import UNKNOWN_ENTE
from vitrina.simulate.world import Ente

Row = dict[str, Any]
Tables = dict[str, list[Row]]
SITE = "https://documentos.xaltepec.ejemplo.mx"

_KINDS = {"legislativo": "poder", "judicial": "tribunal", "autonomo": "autonomo", "municipal": "ayuntamiento"}
_PLACE_CODES = {place: f"{world.STATE_CODE}{number:03}" for number, place in enumerate(
    (p for places in words.MUNICIPALITIES.values() for p in places), 1
)}  # fmt: skip


def spoil(row: Row, kind: str, *, day: str, required: str, later: str = "", last: str = "") -> str:
    """Plant one fault in *row* in place; return the row's id, for the next one to repeat.

    *day* is a date column, *required* one that may not be empty, *later* the end of the period that *day* starts.
    """
    if kind == "fecha-imposible":
        row[day] = "31/02/2025"
    elif kind == "falta-dato":
        row[required] = ""
    elif kind == "id-repetido" and last:
        row["id"] = last
    elif kind == "ente-desconocido":
        row["ente_nombre"] = UNKNOWN_ENTE
    elif kind == "fin-antes-de-inicio" and later:
        row[day], row[later] = "2026-05-01", "2025-05-01"
    return str(row["id"])


def entes(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield the register of public bodies; beyond the fixed ones, agencies of the municipalities."""
    rng = Random(f"{seed}:entes")
    for number in range(rows):
        body = world.ENTES[number] if number < len(world.ENTES) else _agency(number)
        row = _ente_row(rng, body, run_date)
        kind = world.fault(number, ("falta-dato",)) if faulty and number >= len(world.ENTES) else ""
        spoil(row, kind, day="fecha_alta", required="nombre")
        yield {"entes": [row]}


def _agency(number: int) -> Ente:
    host = world.entes("municipal")[number % len(world.entes("municipal"))]
    name = f"Agencia municipal {words.SURNAMES[number % len(words.SURNAMES)]} número {number} de {host.municipality}"
    return Ente(f"agencia-{number}", name, f"AM-{number}", "municipal", host.region, host.municipality)


def _ente_row(rng: Random, body: Ente, run_date: date) -> Row:
    municipal = body.branch == "municipal"
    others = [f"{body.name} ({body.acronym})"]
    if body.name.startswith("Municipio de "):
        others.append(f"H. Ayuntamiento de {body.municipality}")
    site = f"https://{body.id}.xaltepec.ejemplo.mx"
    return {
        "id": body.id,
        "nombre": body.name,
        "otros_nombres": "; ".join(others),
        "siglas": body.acronym,
        "clave": f"XAL-{body.id.upper()}"[:30],
        "poder": body.branch,
        "orden": "municipal" if municipal else "estatal",
        "tipo": _KINDS.get(body.branch, "descentralizado" if body.parent else "dependencia"),
        "region": body.region,
        "municipio": body.municipality,
        "municipio_clave": _PLACE_CODES[body.municipality],
        "activo": True,
        "obligado_s1": True,
        "obligado_s2": True,
        "obligado_s3": body.id in ("shtfp", "tja", "asex") or municipal,
        "obligado_s4": body.id in ("asex", "shtfp", "sesax"),
        "obligado_s5": body.id in ("asex", "shtfp", "fge", "sesax") or municipal,
        "obligado_s6": True,
        "domicilio": f"Avenida {rng.choice(words.SURNAMES)} {rng.randint(1, 999)}, {body.municipality}",
        "telefono": f"000 {rng.randint(100, 999)} {rng.randint(1000, 9999)}",
        "correo": f"contacto@{body.id}.ejemplo.mx",
        "sitio": site,
        "fecha_alta": (run_date - timedelta(days=rng.randint(400, 1095))).isoformat(),
    }


_AGREEMENTS = (
    ("coordinacion", "Convenio de coordinación para la interconexión con la Plataforma Digital Estatal"),
    ("colaboracion", "Convenio de colaboración en materia de prevención de la corrupción"),
    ("adhesion", "Convenio de adhesión al sistema de declaraciones"),
    ("tecnico", "Anexo técnico para la entrega de datos de contrataciones"),
)
AGREEMENT_FAULTS = ("fecha-imposible", "fin-antes-de-inicio", "ente-desconocido", "falta-dato", "id-repetido")


def agreements(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield coordination agreements, municipalities first: they are signed one by one."""
    rng, last = Random(f"{seed}:convenios"), ""
    bodies = (*world.entes("municipal"), *world.entes("ejecutivo", "legislativo", "judicial", "autonomo"))
    for number in range(rows):
        body = bodies[number % len(bodies)]
        kind, title = _AGREEMENTS[(number // len(bodies) + number % 7 // 5) % len(_AGREEMENTS)]
        signed = world.day(rng, run_date)
        until = signed + timedelta(days=rng.choice((365, 1095, 2190)))
        row: Row = {
            "id": f"CONV-{signed.year}-{number + 1:04}",
            "titulo": f"{title} con {body.name}",
            "ente_nombre": world.spelled(rng, body, number),
            "region": body.region,
            "fecha": signed.isoformat(),
            "tipo": kind,
            "objeto": f"Establecer las bases para que {body.name} entregue y mantenga al día sus datos.",
            "sistemas": "; ".join(sorted(rng.sample(("S1", "S2", "S3", "S6"), rng.randint(1, 4)))),
            "estatus": "vigente" if until > run_date else "concluido",
            "vigencia_fin": until.isoformat(),
            "documento_url": f"{SITE}/convenios/{signed.year}/{number + 1:04}.pdf",
        }
        kind = world.fault(number, AGREEMENT_FAULTS, "convenios") if faulty else ""
        last = spoil(row, kind, day="fecha", required="objeto", later="vigencia_fin", last=last)
        yield {"convenios": [row]}


SUPPLIER_FAULTS = ("fecha-imposible", "falta-dato", "fin-antes-de-inicio")


def suppliers(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield the State's supplier registry: the companies and persons who sell in S6, reserved data included."""
    rng = Random(f"{seed}:padron")
    for number in range(rows):
        seller = world.supplier(seed, number + number // 5)  # one in six sells without being registered
        signed = world.day(rng, run_date)
        until = signed + timedelta(days=rng.choice((365, 730, 1095)))
        row: Row = {
            "registro_id": f"PP-{number + 1:06}",
            "nombre": seller.name,
            "rfc": seller.rfc,
            "tipo_persona": "moral" if seller.company else "fisica",
            "giro": seller.purpose,
            "municipio": seller.municipality,
            "entidad": world.STATE,
            "estatus": "vigente" if until > run_date else "vencido",
            "fecha_registro": signed.isoformat(),
            "vigencia": until.isoformat(),
            "domicilio": seller.street,
            "telefono": seller.phone,
            "correo": seller.email,
        }
        kind = world.fault(number, SUPPLIER_FAULTS, "proveedores") if faulty else ""
        if kind == "falta-dato":
            row["rfc"] = row["nombre"] = ""
        elif kind == "fecha-imposible":
            row["fecha_registro"] = "31/02/2025"
        elif kind:
            row["vigencia"] = "2020-01-01"
        yield {"proveedores": [row]}


_STEP_NOTES = (
    "", "", "Capacitación impartida en línea.", "Enviaron un archivo de prueba con observaciones.",
    "Falta el oficio de aprobación.",
)  # fmt: skip


def steps(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield the connection steps the secretariat declares: *rows* steps, body by body and system by system."""
    rng, left, number = Random(f"{seed}:conexion"), rows, 0
    while left:
        place = number // 4
        body = world.ENTES[place] if place < len(world.ENTES) else _agency(place)
        log = _steps_of(rng, body, ("S1", "S2", "S3", "S6")[number % 4], run_date)[:left]
        kind = world.fault(number, ("ente-desconocido", "fecha-imposible")) if faulty else ""
        if kind == "ente-desconocido":
            log[0]["ente_nombre"] = UNKNOWN_ENTE
        elif kind:
            log[0]["fecha"] = "31/02/2025"
        left, number = left - len(log), number + 1
        yield {"pasos": log}


def _steps_of(rng: Random, body: Ente, system: str, run_date: date) -> list[Row]:
    when = world.day(rng, run_date, 3, 200)
    log: list[Row] = []
    for step in range(1, rng.choice((1, 2, 2, 3, 4, 5)) + 1):
        note = rng.choice(_STEP_NOTES)
        log.append(
            {
                "ente_nombre": body.name,
                "sistema": system,
                "paso": str(step),
                "fecha": when.isoformat(),
                "nota": note,
            }
        )
        when = min(run_date, when + timedelta(days=rng.randint(10, 60)))
    return log
