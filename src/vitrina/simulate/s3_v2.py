"""S3 v2: the four Directus collections of sanctioned officials and private parties (pdn.md §4.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from vitrina.simulate import words, world
from vitrina.simulate.s2 import UNKNOWN_ENTE, employment, staff
from vitrina.simulate.s3 import COURT, term
from vitrina.simulate.world import Ente, Supplier
from vitrina.text import slugify

FAULTS = ("fecha-imposible", "ente-desconocido", "id-repetido", "fin-antes-de-inicio")

_GRAVE = (
    "ABUSO_FUNCIONES", "COHECHO", "PECULADO", "DESVIO_RECURSOS_PUBLICOS", "UTILIZACION_INDEBIDA_INFORMACION",
    "CONFLICTO_INTERES", "CONTRATACION_INDEBIDA", "ENRIQUECIMIENTO_OCULTO", "TRAFICO_INFLUENCIAS", "DESACATO",
)  # fmt: skip
_MINOR = (
    "CUMPLIR_FUNCIONES_DISCIPLINA_RESPETO", "DENUNCIAR_FALTAS_ADMINISTRATIVAS",
    "DECLARACIONES_PATRIMONIALES_INTERESES", "CUSTODIAR_DOCUMENTACION_EVITAR_DIVULGACION",
    "RENDIR_CUENTAS_FUNCIONES", "CAUSAR_DANOS_HACIENDA",
)  # fmt: skip
_PRIVATE = (
    "SOBORNO", "PARTICIPACION_ILICITA", "TRAFICO_INFLUENCIAS", "UTILIZACION_INFORMACION_FALSA", "COLUSION",
    "OBSTRUCCION_FACULTADES", "CONTRATACION_INDEBIDA", "USO_INDEBIDO_RECURSOS_PUBLICOS",
)  # fmt: skip
_ORIGINS = ("ASF_ENTIDADES_FISCALIZACION", "AUDITORIA_OIC", "DENUNCIA", "DE_OFICIO")


def officials(
    seed: int, rows: int, run_date: date, bodies: Sequence[Ente], grave: bool, faulty: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield `faltas_administrativas_graves` or `…_no_graves`; the latter keep the names the policy hides."""
    salt = f"s3v2:{grave}:{bodies[0].id}"
    rng = Random(f"{seed}:{salt}")
    size, last = staff(rows, bodies), ""
    sub = (
        "suspensionEmpleo",
        "destitucionEmpleo",
        "sancionEconomica" if grave else "amonestacion",
        "inhabilitacion",
        "otro",
    )
    for number in range(rows):
        ente = rng.choice(bodies)
        who = world.official(seed, ente, rng.randrange(size))
        record = _common(rng, run_date, ente) | {
            "datosGenerales": {
                "nombres": who.given, "primerApellido": who.first, "segundoApellido": who.second or None,
                "sexo": who.sex, "curp": who.curp, "rfc": who.rfc,
            },
            "empleoCargoComision": employment(who, world.spelled(rng, ente, number)),
            "faltaCometida": [_misdeed(rng, _GRAVE if grave else _MINOR)],
        }  # fmt: skip
        keys = ("INHABILITACION", "SANCION_ECONOMICA") if grave else ("INHABILITACION", "AMONESTACION")
        _resolution(rng, record, run_date, keys, sub, links=grave)
        last = _spoil(
            record, "empleoCargoComision", world.fault(number, FAULTS, salt) if faulty else "", last
        )
        yield record


def private(
    seed: int, rows: int, run_date: date, bodies: Sequence[Ente], company: bool, faulty: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield `faltas_graves_personas_morales` (*company*) or `…_fisicas`."""
    salt = f"s3pv2:{company}:{bodies[0].id}"
    rng = Random(f"{seed}:{salt}")
    parties, last = _parties(seed, world.suppliers_for(rows), company), ""
    sub: tuple[str, ...] = ("inhabilitacion", "indemnizacion", "sancionEconomica", "otro")
    sub += ("suspensionActividades", "disolucionSociedad") if company else ()
    for number in range(rows):
        ente = rng.choice(bodies)
        party = next(parties)
        who = world.official(seed, ente, 2_100_000 + number)
        home = {
            "tipoDomicilio": "DOMICILIO_MEXICO",
            "domicilioMexico": _home(rng, party),
            "domicilioExtranjero": None,
        }
        if company:
            person: dict[str, Any] = {
                "nombreRazonSocial": party.name,
                "rfc": party.rfc,
                "objetoSocial": party.purpose,
            }
        else:
            person = {
                "nombres": who.given, "primerApellido": who.first, "segundoApellido": who.second or None,
                "curp": who.curp, "rfc": who.rfc,
            }  # fmt: skip
        record = _common(rng, run_date, ente) | {
            "datosGenerales": person | home,
            "dondeCometioLaFalta": {
                "entidadFederativa": world.STATE_CODE, "nivelOrdenGobierno": ente.level, "ambitoPublico": ente.power,
                "nombreEntePublico": world.spelled(rng, ente, number), "siglasEntePublico": ente.acronym,
            },
            "faltaCometida": [_misdeed(rng, _PRIVATE)],
        }  # fmt: skip
        if company:
            name = {"nombre": who.given, "primerApellido": who.first, "segundoApellido": who.second}
            manager = name | {"rfc": who.rfc, "curp": who.curp}
            record["datosDirGeneralReprLegal"] = {"directorGeneral": manager, "representanteLegal": manager}
        _resolution(rng, record, run_date, ("INHABILITACION", "SANCION_ECONOMICA"), sub, links=True)
        last = _spoil(
            record, "dondeCometioLaFalta", world.fault(number, FAULTS, salt) if faulty else "", last
        )
        yield record


def _parties(seed: int, pool: int, company: bool) -> Iterator[Supplier]:
    number = 0
    while True:
        party = world.supplier(seed, world.sanctioned(number, pool))
        number += 1
        if party.company == company:
            yield party


def _common(rng: Random, run_date: date, ente: Ente) -> dict[str, Any]:
    captured = world.day(rng, run_date, 1)
    return {
        "id": world.uuid(rng),
        "date_created": f"{captured}T18:{rng.randint(10, 59)}:11.558Z",
        "date_updated": None,
        "fecha": captured.isoformat(),
        "expediente": f"TJA/{ente.acronym[:4].strip(' .')}/{rng.randint(1, 899):03}/{captured.year - 1}",
        "origenProcedimiento": {"clave": rng.choice(_ORIGINS), "valor": None},
        "observaciones": rng.choice(words.REMARKS) or None,
    }


def _misdeed(rng: Random, codes: Sequence[str]) -> dict[str, Any]:
    law = {
        "nombreNormatividad": "LGRA",
        "articulo": str(rng.randint(49, 72)),
        "fraccion": rng.choice(("I", "II", "V", None)),
    }
    return {
        "clave": rng.choice(codes),
        "valor": None,
        "descripcionHechos": rng.choice(words.CAUSES),
        "normatividadInfringida": [law],
    }


def _resolution(
    rng: Random,
    record: dict[str, Any],
    run_date: date,
    keys: tuple[str, str],
    sub: Sequence[str],
    *,
    links: bool,
) -> None:
    resolved, start, end, _ = term(rng, run_date)
    final = rng.random() > 0.06
    slug = slugify(record["expediente"])
    record["resolucion"] = {
        "tituloResolucion": f"Resolución definitiva del expediente {record['expediente']}",
        "fechaResolucion": resolved.isoformat(),
        "fechaNotificacion": (resolved + timedelta(days=3)).isoformat(),
        "fechaResolucionFirme": start.isoformat() if final else None,
        "fechaNotificacionFirme": start.isoformat() if final else None,
        "fechaEjecucion": start.isoformat() if final else None,
        "autoridadResolutora": COURT,
        "autoridadInvestigadora": "Auditoría Superior del Estado de Xaltepec",
        "autoridadSusbstanciadora": "Órgano Interno de Control",
    }
    if links:
        record["resolucion"] |= {
            "urlResolucion": f"https://resoluciones.xaltepec.ejemplo.mx/{slug}.pdf",
            "urlResolucionFirme": f"https://resoluciones.xaltepec.ejemplo.mx/{slug}-firme.pdf"
            if final
            else " ",
            "ordenJurisdiccional": "ESTATAL",
        }
    chosen = keys if rng.random() < 0.5 else keys[:1]
    record["tipoSancion"] = [_sanction(rng, key, sub, start, end) for key in chosen]


def _sanction(rng: Random, key: str, sub: Sequence[str], start: date, end: date) -> dict[str, Any]:
    sanction: dict[str, Any] = {"clave": key, **dict.fromkeys(sub)}
    if key == "INHABILITACION":
        sanction["inhabilitacion"] = {
            "plazoAnios": end.year - start.year, "plazoMeses": 0, "plazoDias": 0,
            "fechaInicial": start.isoformat(), "fechaFinal": end.isoformat(),
        }  # fmt: skip
    elif key == "AMONESTACION":
        sanction["amonestacion"] = {"tipo": rng.choice(("PUBLICA", "PRIVADA"))}
    else:
        amount = rng.randint(1_000, 9_000_000)
        sanction["sancionEconomica"] = {
            "monto": amount, "moneda": "MXN", "plazoPago": {"anios": 0, "meses": 6, "dias": 0},
            "efectivamenteCobrado": {"monto": amount // 2, "moneda": "MXN", "fechaCobro": end.isoformat()}
            if rng.random() < 0.3 else None,
            "fechaPagoTotal": None,
        }  # fmt: skip
    return sanction


def _home(rng: Random, party: Supplier) -> dict[str, Any]:
    return {
        "tipoVialidad": "CALLE",
        "nombreVialidad": party.street,
        "numeroExterior": str(rng.randint(1, 900)),
        "numeroInterior": None,
        "coloniaLocalidad": rng.choice(words.COMPANY_NAMES),
        "municipioAlcaldia": party.municipality,
        "codigoPostal": f"{rng.randint(100, 999):05}",
        "entidadFederativa": world.STATE_CODE,
    }


def _spoil(record: dict[str, Any], place: str, kind: str, last: str) -> str:
    if kind == "fecha-imposible":
        record["resolucion"]["fechaResolucion"] = "2026-02-30"
    elif kind == "ente-desconocido":
        record[place]["nombreEntePublico"] = UNKNOWN_ENTE
    elif kind == "id-repetido":
        record["id"] = last
    elif kind == "fin-antes-de-inicio":
        block = record["tipoSancion"][0]["inhabilitacion"]
        block["fechaInicial"], block["fechaFinal"] = "2036-01-15", "2034-01-15"
    return str(record["id"])
