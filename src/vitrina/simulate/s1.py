"""S1: asset and interest declarations, the three kinds (pdn.md §5), with public and reserved parts alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from vitrina.simulate import words, world
from vitrina.simulate.s1_items import (
    COUNTRY,
    FINAL,
    INITIAL,
    MODIFIED,
    SECTOR,
    Maker,
    debt,
    estate,
    goods,
    interests,
    investment,
    loan,
    vehicle,
)
from vitrina.simulate.s2 import UNKNOWN_ENTE, staff
from vitrina.simulate.world import Ente, Supplier

FAULTS = ("fecha-imposible", "sin-nombre", "id-repetido", "ente-desconocido")
_SPAN = {INITIAL: "Mensual", MODIFIED: "Anual", FINAL: "Conclusion"}
_INCOME = {
    INITIAL: ("otrosIngresosMensualesTotal", "totalIngresosMensualesNetos"),
    MODIFIED: ("otrosIngresosAnualesTotal", "totalIngresosAnualesNetos"),
    FINAL: ("otrosIngresosConclusionTotal", "totalIngresosConclusionNetos"),
}
_SCHOOL = (
    ("BCH", "BACHILLERATO"), ("CTC", "CARRERA TÉCNICA O COMERCIAL"), ("LIC", "LICENCIATURA"), ("LIC", "LICENCIATURA"),
    ("ESP", "ESPECIALIDAD"), ("MAE", "MAESTRÍA"), ("DOC", "DOCTORADO"),
)  # fmt: skip


def declarations(
    seed: int,
    rows: int,
    run_date: date,
    bodies: Sequence[Ente],
    faulty: bool = True,
    kinds: Sequence[str] = (),
) -> Iterator[dict[str, Any]]:
    """Yield S1 v2 declarations; the same officials as in S2 and S3 declare."""
    rng = Random(f"{seed}:s1:{bodies[0].id}")
    size, last = staff(rows, bodies), ""
    pool = world.suppliers_for(rows)
    for number in range(rows):
        ente = rng.choice(bodies)
        who = world.official(seed, ente, rng.randrange(size))
        kind = rng.choice(kinds or (INITIAL, MODIFIED, MODIFIED, MODIFIED, FINAL))
        when = world.day(rng, run_date)
        seller = _company(rng, seed, pool)
        maker = Maker(rng, kind, who, seller, when)
        name = world.spelled(rng, ente, number)
        record: dict[str, Any] = {
            "id": world.uuid(rng),
            "metadata": {
                "actualizacion": f"{when}T{rng.randint(8, 20):02}:15:00.000Z",
                "institucion": name,
                "tipo": kind,
                "declaracionCompleta": rng.random() < 0.6,
                "actualizacionConflictoInteres": rng.random() < 0.1,
            },
            "declaracion": {"situacionPatrimonial": _wealth(maker, name), "interes": interests(maker)},
        }
        if not record["metadata"]["declaracionCompleta"]:
            _simplify(record["declaracion"])
        last = _spoil(record, world.fault(number, FAULTS, bodies[0].id) if faulty else "", last)
        yield record


def _company(rng: Random, seed: int, pool: int) -> Supplier:
    number = world.pick(rng, pool)
    return world.supplier(seed, number if number % 9 != 4 else number + 1)


def _simplify(declaration: dict[str, Any]) -> None:
    """The short form leaves out assets and interests altogether."""
    for section in (
        "bienesInmuebles",
        "vehiculos",
        "bienesMuebles",
        "inversiones",
        "adeudos",
        "prestamoOComodato",
    ):
        del declaration["situacionPatrimonial"][section]
    del declaration["interes"]


def _spoil(record: dict[str, Any], kind: str, last: str) -> str:
    wealth = record["declaracion"]["situacionPatrimonial"]
    if kind == "fecha-imposible":
        wealth["datosEmpleoCargoComision"]["fechaTomaPosesion"] = "2023-15-40"
    elif kind == "sin-nombre":
        wealth["datosGenerales"]["nombre"] = ""
    elif kind == "id-repetido":
        record["id"] = last
    elif kind == "ente-desconocido":
        wealth["datosEmpleoCargoComision"]["nombreEntePublico"] = UNKNOWN_ENTE
        record["metadata"]["institucion"] = UNKNOWN_ENTE
    return str(record["id"])


# ── wealth ────────────────────────────────────────────────────────────────────────────────────────────────


def _wealth(m: Maker, ente_name: str) -> dict[str, Any]:
    sections = {
        "datosGenerales": _person(m),
        "domicilioDeclarante": {"domicilioMexico": m.home(), "aclaracionesObservaciones": ""},
        "datosCurricularesDeclarante": {"escolaridad": _schooling(m), "aclaracionesObservaciones": ""},
        "datosEmpleoCargoComision": _post(m, ente_name),
        "experienciaLaboral": m.listed("experiencia", _experience(m)),
        "datosPareja": _partner(m),
        "datosDependienteEconomico": m.listed("dependienteEconomico", _dependants(m)),
        "ingresos": _income(m),
        "bienesInmuebles": m.listed("bienInmueble", [estate(m)] if m.some(0.6) else []),
        "vehiculos": m.listed("vehiculo", [vehicle(m)] if m.some(0.6) else []),
        "bienesMuebles": m.listed("bienMueble", [goods(m)] if m.some(0.25) else []),
        "inversiones": m.listed("inversion", [investment(m)] if m.some(0.5) else []),
        "adeudos": m.listed("adeudo", [debt(m)] if m.some(0.4) else []),
        "prestamoOComodato": m.listed("prestamo", [loan(m)] if m.some(0.1) else []),
    }
    if m.kind != MODIFIED:
        sections["actividadAnualAnterior"] = _last_year(m)
    return sections


def _person(m: Maker) -> dict[str, Any]:
    who = m.who
    return {
        "nombre": who.given,
        "primerApellido": who.first,
        "segundoApellido": who.second,
        "curp": who.curp,
        "rfc": {"rfc": who.rfc[:10], "homoClave": who.rfc[10:]},
        "correoElectronico": {"institucional": who.email, "personal": f"personal.{who.email}"},
        "telefono": {"casa": m.phone(), "celularPersonal": m.phone()},
        "situacionPersonalEstadoCivil": {"clave": "CAS", "valor": "CASADO (A)"},
        "regimenMatrimonial": {"clave": "SOC", "valor": "SOCIEDAD CONYUGAL"},
        "paisNacimiento": COUNTRY,
        "nacionalidad": COUNTRY,
        "aclaracionesObservaciones": m.rng.choice(words.REMARKS),
    }  # fmt: skip


def _schooling(m: Maker) -> list[dict[str, Any]]:
    levels = m.rng.sample(_SCHOOL, m.rng.choice((1, 1, 2)))
    return [
        {
            "tipoOperacion": "AGREGAR",
            "nivel": {"clave": code, "valor": label},
            "institucionEducativa": {
                "nombre": "Universidad Autónoma «Lázara Güerequiz» de Xaltepec",
                "ubicacion": COUNTRY,
            },
            "carreraAreaConocimiento": m.rng.choice(
                ("Administración", "Derecho", "Ingeniería civil", "Contaduría")
            ),
            "estatus": m.rng.choice(("FINALIZADO", "FINALIZADO", "CURSANDO", "TRUNCO")),
            "documentoObtenido": m.rng.choice(("TITULO", "CERTIFICADO", "CONSTANCIA")),
            "fechaObtencion": m.past(20),
        }
        for code, label in levels
    ]


def _post(m: Maker, ente_name: str) -> dict[str, Any]:
    who = m.who
    post: dict[str, Any] = {
        "tipoOperacion": "AGREGAR" if m.kind == INITIAL else "SIN_CAMBIOS",
        "nivelOrdenGobierno": who.ente.level,
        "ambitoPublico": who.ente.power,
        "nombreEntePublico": ente_name,
        "areaAdscripcion": who.area,
        "empleoCargoComision": who.post,
        "contratadoPorHonorarios": m.some(0.1),
        "nivelEmpleoCargoComision": f"M{m.rng.randint(11, 33)}",
        "funcionPrincipal": m.rng.choice(("Contrataciones", "Administración de bienes", "Áreas técnicas")),
        "fechaTomaPosesion": m.past(6),
        "telefonoOficina": {"telefono": m.phone(), "extension": str(m.rng.randint(100, 999))},
        "domicilioMexico": m.home(),
        "aclaracionesObservaciones": "",
    }  # fmt: skip
    if m.kind == MODIFIED:
        post["cuentaConOtroCargoPublico"] = False
        post["otroEmpleoCargoComision"] = []
    return post


def _experience(m: Maker) -> list[dict[str, Any]]:
    if m.some(0.2):
        return []
    entered = m.day - timedelta(days=m.rng.randint(2000, 7000))
    base = {
        "tipoOperacion": "AGREGAR",
        "fechaIngreso": entered.isoformat(),
        "fechaEgreso": (entered + timedelta(days=m.rng.randint(200, 1900))).isoformat(),
        "ubicacion": COUNTRY,
    }
    if m.some(0.5):
        old = m.rng.choice(world.ENTES)
        return [base | {
            "ambitoSector": {"clave": "PUB", "valor": "PÚBLICO"}, "nivelOrdenGobierno": old.level,
            "ambitoPublico": old.power, "nombreEntePublico": old.name, "areaAdscripcion": m.rng.choice(words.AREAS),
            "empleoCargoComision": m.rng.choice(words.POSTS)[0], "funcionPrincipal": "Administración",
        }]  # fmt: skip
    return [base | {
        "ambitoSector": {"clave": "PRV", "valor": "PRIVADO"}, "nombreEmpresaSociedadAsociacion": m.seller.name,
        "rfc": m.seller.rfc, "area": "Ventas", "puesto": "Gerente", "sector": SECTOR,
    }]  # fmt: skip


def _partner(m: Maker) -> dict[str, Any]:
    if m.some(0.4):
        return {"ninguno": True}
    other = world.official(0, m.who.ente, m.rng.randrange(500))
    return {
        "ninguno": False, "tipoOperacion": "AGREGAR", "nombre": other.given, "primerApellido": other.first,
        "segundoApellido": other.second, "fechaNacimiento": other.born.isoformat(), "rfc": other.rfc,
        "curp": other.curp, "relacionConDeclarante": "CONYUGE", "ciudadanoExtranjero": False,
        "esDependienteEconomico": False, "habitaDomicilioDeclarante": True, "lugarDondeReside": "MEXICO",
        "domicilioMexico": m.home(), "aclaracionesObservaciones": "",
    }  # fmt: skip


def _dependants(m: Maker) -> list[dict[str, Any]]:
    if m.some(0.6):
        return []
    child = world.official(0, m.who.ente, 600 + m.rng.randrange(500))
    return [{
        "tipoOperacion": "AGREGAR", "nombre": child.given, "primerApellido": m.who.first,
        "segundoApellido": child.second, "fechaNacimiento": m.past(15), "curp": child.curp,
        "parentescoRelacion": {"clave": "HIJ", "valor": "HIJO(A)"}, "extranjero": False,
        "habitaDomicilioDeclarante": True, "lugarDondeReside": "MEXICO", "domicilioMexico": m.home(),
    }]  # fmt: skip


def _income(m: Maker) -> dict[str, Any]:
    span, (other, total) = _SPAN[m.kind], _INCOME[m.kind]
    factor = 1 if m.kind == INITIAL else 12
    salary = m.rng.randint(9_000, 110_000) * factor
    extra = m.rng.choice((0, 0, 0, 2_500 * factor))
    partner = m.rng.choice((0, 0, 14_000 * factor))

    def pesos(value: int) -> dict[str, Any]:
        return {"valor": value, "moneda": "MXN"}

    income = {
        f"remuneracion{span}CargoPublico": pesos(salary),
        other: pesos(extra),
        f"ingreso{span}NetoDeclarante": pesos(salary + extra),
        f"ingreso{span}NetoParejaDependiente": pesos(partner),
        total: pesos(salary + extra + partner),
        "aclaracionesObservaciones": "",
    }
    if extra:
        service = {"remuneracion": pesos(extra), "tipoServicio": "Docencia"}
        income["serviciosProfesionales"] = {"remuneracionTotal": pesos(extra), "servicios": [service]}
    return income


def _last_year(m: Maker) -> dict[str, Any]:
    if m.some(0.5):
        return {"servidorPublicoAnioAnterior": False}
    salary = m.money(100_000, 700_000)
    return {
        "servidorPublicoAnioAnterior": True, "fechaIngreso": (m.day - timedelta(days=900)).isoformat(),
        "fechaConclusion": m.past(1),
        "remuneracionNetaCargoPublico": salary, "otrosIngresosTotal": {"valor": 0, "moneda": "MXN"},
        "ingresoNetoAnualDeclarante": salary, "ingresoNetoAnualParejaDependiente": m.money(0, 100_000),
        "totalIngresosNetosAnuales": m.money(700_000, 900_000), "aclaracionesObservaciones": "",
    }  # fmt: skip
