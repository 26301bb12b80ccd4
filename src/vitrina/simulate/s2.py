"""S2: officials who take part in procurement, in the v1 and v2 (Directus) layouts (pdn.md §3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from vitrina.simulate import words, world
from vitrina.simulate.world import Ente, Official

FAULTS = ("fecha-imposible", "sin-nombre", "id-repetido", "ente-desconocido")
FAULTS_V2 = ("fecha-imposible", "sin-nombre", "fin-antes-de-inicio", "ente-desconocido")
UNKNOWN_ENTE = "Dirección de Asuntos Varios y Conexos"

_AREAS = (
    ("T", "TÉCNICA"), ("RE", "RESPONSABLE DE LA EJECUCIÓN DE LOS TRABAJOS"),
    ("RC", "RESPONSABLE DE LA CONTRATACIÓN"), ("O", "OTRA"), ("C", "CONTRATANTE"), ("R", "REQUIRENTE"),
)  # fmt: skip
_LEVELS = (("A", "ATENCIÓN"), ("T", "TRAMITACIÓN"), ("R", "RESOLUCIÓN"), ("O", "OTRO"))
_PROCEDURES = (
    (1, "CONTRATACIONES PÚBLICAS"),
    (2, "CONCESIONES, LICENCIAS, PERMISOS, AUTORIZACIONES Y SUS PRÓRROGAS"),
    (3, "ENAJENACIÓN DE BIENES MUEBLES"),
    (4, "ASIGNACIÓN Y EMISIÓN DE DICTÁMENES DE AVALÚOS NACIONALES"),
    (5, "OTRO"),
)
GENDERS = {"MUJER": {"clave": "F", "valor": "FEMENINO"}, "HOMBRE": {"clave": "M", "valor": "MASCULINO"}}


def staff(rows: int, bodies: Sequence[Ente]) -> int:
    """Return how many different officials of each body a system of *rows* records speaks of."""
    return max(6, rows // (2 * len(bodies)))


def v1(
    seed: int, rows: int, run_date: date, bodies: Sequence[Ente], faulty: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield S2 v1 records, reserved fields included as real servers do."""
    rng = Random(f"{seed}:s2v1:{bodies[0].id}")
    size, last = staff(rows, bodies), ""
    for number in range(rows):
        ente = rng.choice(bodies)
        who = world.official(seed, ente, rng.randrange(size))
        boss = world.official(seed, ente, size + rng.randrange(3))
        captured = world.day(rng, run_date)
        record: dict[str, Any] = {
            "id": world.hex_id(rng),
            "fechaCaptura": f"{captured}T{rng.randint(8, 19):02}:{rng.randint(0, 59):02}:07.000Z",
            "ejercicioFiscal": str(captured.year),
            "ramo": {"clave": 33, "valor": "Aportaciones Federales para Entidades Federativas y Municipios"},
            "rfc": who.rfc,
            "curp": who.curp,
            "nombres": who.given,
            "primerApellido": who.first,
            "segundoApellido": who.second,
            "genero": GENDERS[who.sex],
            "institucionDependencia": {
                "nombre": world.spelled(rng, ente, number), "siglas": ente.acronym, "clave": ente.id.upper(),
            },
            "puesto": {"nombre": who.post, "nivel": f"{rng.choice('KLMNO')}{rng.randint(11, 33)}"},
            "tipoArea": _pairs(rng, _AREAS),
            "nivelResponsabilidad": _pairs(rng, _LEVELS),
            "tipoProcedimiento": _pairs(rng, _PROCEDURES),
            "superiorInmediato": {
                "nombres": boss.given, "primerApellido": boss.first, "segundoApellido": boss.second,
                "curp": boss.curp, "rfc": boss.rfc, "puesto": {"nombre": boss.post, "nivel": "M31"},
            },
            "observaciones": _remark(rng, who, number),
        }  # fmt: skip
        kind = world.fault(number, FAULTS, bodies[0].id) if faulty else ""
        if kind == "fecha-imposible":
            record["fechaCaptura"] = f"{captured.year}-02-31T10:00:00Z"
        elif kind == "sin-nombre":
            record["nombres"] = " "
        elif kind == "id-repetido":
            record["id"] = last
        elif kind == "ente-desconocido":
            record["institucionDependencia"] = {"nombre": UNKNOWN_ENTE, "siglas": "", "clave": ""}
        last = record["id"]
        yield record


def _pairs(rng: Random, catalog: Sequence[tuple[Any, str]]) -> list[dict[str, Any]]:
    chosen = rng.sample(catalog, rng.choice((1, 1, 1, 2, 3)))
    return [{"clave": code, "valor": label} for code, label in chosen]


def _remark(rng: Random, who: Official, number: int) -> str:
    if number % 150 == 60:  # what must never be published, in a free text as clerks really write it
        return f"Sustituye a la persona con CURP {who.curp} por licencia médica."
    return rng.choice(words.REMARKS)


# ── v2 ───────────────────────────────────────────────────────────────────────────────────────────────────

_ACQUISITION_AREAS = (
    "AREA_REQUIRENTE",
    "AREA_SUPERVISORA",
    "AREA_CONTRATANTE",
    "AREA_TECNICA",
    "INTEGRANTE_COMITE",
)
_WORK_AREAS = ("AREA_EJECUCION", "AREA_RESPONSABLE", "AREA_TECNICA", "AREA_REQUIRENTE", "INTEGRANTE_COMITE")
_STEPS = ("autorizacion", "justificacion", "convocatoria", "evaluacion", "adjudicacion", "formalizacion")
_CONCESSION_STEPS = ("convocatoria", "dictamenes", "visitas", "evaluacion", "determinacion")
_DISPOSAL_STEPS = (
    "autorizaciones", "analisis", "modificaciones", "presentacion", "evaluacion", "adjudicacion", "formalizacoin",
)  # fmt: skip
_V2_PROCEDURES = (
    "CONTRATACION_PUBLICA", "CONTRATACION_PUBLICA", "CONTRATACION_PUBLICA", "OTORGAMIENTO_CONCECIONES",
    "ENAJENACION_BIENES", "DICTAMEN_VALUATORIO",
)  # fmt: skip


def v2(
    seed: int, rows: int, run_date: date, bodies: Sequence[Ente], faulty: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield records of the Directus collection; like the published role, without id and capture dates."""
    rng = Random(f"{seed}:s2v2:{bodies[0].id}")
    size = staff(rows, bodies)
    for number in range(rows):
        ente = rng.choice(bodies)
        who = world.official(seed, ente, rng.randrange(size))
        when = world.day(rng, run_date)
        kind = rng.choice(_V2_PROCEDURES)
        record: dict[str, Any] = {
            "fecha": when.isoformat(),
            "ejercicio": when.year,
            "datosGenerales": {
                "nombre": who.given, "primerApellido": who.first, "segundoApellido": who.second or None,
                "sexo": who.sex, "curp": who.curp, "rfc": who.rfc,
            },
            "empleoCargoComision": employment(who, world.spelled(rng, ente, number)),
            "tipoProcedimiento": kind,
            "tipoContratacion": [],
            "otorgamientoConcesion": None,
            "enajenacionBien": None,
            "avaluosJustipreciacion": None,
            "Observaciones": _remark(rng, who, number) or None,
        }  # fmt: skip
        record.update(_block(rng, kind, seed, rows, when))
        flaw = world.fault(number, FAULTS_V2, bodies[0].id) if faulty else ""
        if flaw == "fecha-imposible":
            record["fecha"] = f"{when.year}-13-05"
        elif flaw == "sin-nombre":
            record["datosGenerales"]["nombre"] = None
        elif flaw == "ente-desconocido":
            record["empleoCargoComision"]["nombreEntePublico"] = UNKNOWN_ENTE
        elif flaw == "fin-antes-de-inicio":
            record.update(_block(rng, "ENAJENACION_BIENES", seed, rows, when, backwards=True))
            record.update(tipoProcedimiento="ENAJENACION_BIENES", tipoContratacion=[])
        yield record


def employment(who: Official, name: str) -> dict[str, Any]:
    """Return the empleoCargoComision block that S2 v2 and S3 v2 share."""
    return {
        "entidadFederativa": world.STATE_CODE,
        "nivelOrdenGobierno": who.ente.level,
        "ambitoPublico": who.ente.power,
        "nombreEntePublico": name,
        "siglasEntePublico": who.ente.acronym,
        "nivelJerarquico": {"clave": who.rank, "valor": who.post if who.rank == "OTRO" else None},
        "denominacion": who.post,
        "areaAdscripcion": who.area,
    }


def _block(
    rng: Random, kind: str, seed: int, rows: int, when: date, backwards: bool = False
) -> dict[str, Any]:
    start = when - timedelta(days=rng.randint(5, 90))
    end = start + timedelta(days=rng.randint(10, 300)) * (-1 if backwards else 1)
    folio = f"EXP/{rng.randint(1, 999):03}/{when.year}"
    if kind == "CONTRATACION_PUBLICA":
        return {"tipoContratacion": [_contracting(rng, seed, rows, folio, start, end)]}
    yes_no = rng.choice(("SI", "NO"))
    if kind == "OTORGAMIENTO_CONCECIONES":
        return {"otorgamientoConcesion": _concession(rng, seed, rows, folio, start, end, yes_no)}
    general = {
        "numeroExpedienteFolio": folio,
        "descripcion": f"{rng.choice(('Vehículos', 'Mobiliario', 'Maquinaria', 'Terrenos'))} en {rng.choice(words.PLACES)}",
        "fechaInicioProcedimiento": start.isoformat(),
        "fechaConclusionProcedimiento": end.isoformat(),
    }
    if kind == "ENAJENACION_BIENES":
        levels = _levels(rng, _DISPOSAL_STEPS)
        return {"enajenacionBien": {
            "nivelesResponsabilidadesEnajenaciones": levels, "datosEnajenacionesBienes": general,
            "informacionPersonasBeneficiarias": _beneficiary(rng, seed, rows), "continuaParticipando": yes_no,
        }}  # fmt: skip
    return {"avaluosJustipreciacion": {
        "nivelesResponsabilidadesAvaluos": _levels(rng, ("propuestas", "asignacion", "emision")),
        "datosDictaminacionesAvaluos": general, "continuaParticipando": yes_no,
    }}  # fmt: skip


def _levels(rng: Random, steps: Sequence[str]) -> dict[str, Any]:
    return {
        step: sorted(rng.sample("ABCDE", rng.randint(1, 3))) if rng.random() < 0.6 else None for step in steps
    }


def _contracting(rng: Random, seed: int, rows: int, folio: str, start: date, end: date) -> dict[str, Any]:
    work = rng.random() < 0.4
    dates = ("inicioProcedimiento", "conclusionProcedimiento")
    if not work:
        dates = ("fechaInicioProcedimiento", "fechaConclusionProcedimiento")
    procedure = {
        "numeroExpedienteFolio": folio,
        "tipoProcedimiento": rng.choice(
            ("LICITACION_NACIONAL", " LICITACION_INTERNACIONAL", "INVITACION", "ADJUDICACION")
        ),
        "materia": rng.choice(
            ("OBRA", "SERVICIOS_RELACIONADOS") if work else ("ARRENDAMIENTO", "ADQUISICION", "SERVICIOS")
        ),
        "otroMateria": None,
        dates[0]: start.isoformat(),
        dates[1]: end.isoformat(),
    }
    block = {
        "tipoArea": rng.sample(_WORK_AREAS if work else _ACQUISITION_AREAS, rng.randint(1, 2)),
        "nivelResponsabilidadObra" if work else "nivelResponsabilidadContratacion": _levels(rng, _STEPS),
        "datosGeneralesProcedimientos": [procedure],
        "informacionPersonasBeneficiarias": _beneficiary(rng, seed, rows),
        "continuaParticipando": rng.choice(("SI", "NO")),
    }
    return {
        "clave": "CONTRATACION_OBRAS" if work else "CONTRATACION_ADQUISICIONES",
        "contratacionAdquisicion": None if work else block,
        "contratacionObra": block if work else None,
    }


def _concession(
    rng: Random, seed: int, rows: int, folio: str, start: date, end: date, yes_no: str
) -> dict[str, Any]:
    who = _beneficiary(rng, seed, rows)
    return {
        "tipoActo": rng.choice(("CONCESIONES", "LICENCIAS", "PERMISOS", "AUTORIZACIONES")),
        "nivelResponsabilidadConcesiones": _levels(rng, _CONCESSION_STEPS),
        "datosGeneralesConcesiones": {
            "numeroExpedienteFolio": folio,
            "denominacion": f"Uso de {rng.choice(words.PLACES)}",
            "objeto": "Explotación de un servicio público de transporte",
            "fundamento": f"Artículo {rng.randint(2, 90)} de la Ley de Concesiones del Estado",
            "nombrePersonaFisica": who["nombre"] and f"{who['nombre']} {who['primerApellido']}",
            "denominacionPersonaMoral": who["razonSocial"],
            "sectorActoJuridico": rng.sample(("PUBLICO", "PRIVADO"), rng.randint(1, 2)),
            "fechaInicioVigencia": start.isoformat(),
            "fechaConclusionVigencia": (end + timedelta(days=1500)).isoformat(),
            "monto": f"{rng.randint(1_000, 9_000_000)}.{rng.randint(0, 99):02}000",
            "urlActoJuridico": f"https://actos.xaltepec.ejemplo.mx/{folio.replace('/', '-')}.pdf",
        },
        "informacionPersonasBeneficiarias": who,
        "continuaParticipando": yes_no,
    }


def _beneficiary(rng: Random, seed: int, rows: int) -> dict[str, Any]:
    seller = world.supplier(seed, world.pick(rng, world.suppliers_for(rows)))
    if seller.company:
        return {"razonSocial": seller.name, "nombre": None, "primerApellido": None, "segundoApellido": None}
    given, first, *rest = seller.name.split(" ", 2)
    return {
        "razonSocial": None,
        "nombre": given,
        "primerApellido": first,
        "segundoApellido": " ".join(rest) or None,
    }
