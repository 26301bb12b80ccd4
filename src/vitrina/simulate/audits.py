"""S4 (audits, documents of the system) and S5 (complaint channels and their statistics), as flat tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from hashlib import sha256
from random import Random

from vitrina.simulate import words, world
from vitrina.simulate.registers import SITE, Row, Tables, spoil
from vitrina.simulate.world import Ente

FAULTS = ("fecha-imposible", "ente-desconocido", "falta-dato", "id-repetido", "fin-antes-de-inicio")
_TYPES = ("cumplimiento_financiero", "desempeno", "obra_publica", "forense", "cuenta_publica")
_FUNDS = (
    "Fondo de infraestructura social",
    "Participaciones",
    "Fondo para la seguridad",
    "Recursos propios",
    "",
)
_ACTIONS = ("recomendacion", "solicitud_aclaracion", "pliego_observaciones", "promocion_responsabilidad")
_FOUND = (
    "Falta documentación que acredite la entrega de los bienes.",
    "Se pagaron volúmenes de obra no ejecutados.",
    "No se acreditó la aplicación de penas convencionales por atraso.",
    "El expediente no contiene el dictamen de excepción a la licitación.",
)


def audits(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield audits of the state's audit office with their observations."""
    rng, last = Random(f"{seed}:auditorias"), ""
    for number in range(rows):
        body = rng.choice(world.ENTES)
        start = world.day(rng, run_date, 3, 40)
        end = start + timedelta(days=rng.randint(60, 320))
        done = end <= run_date
        reviewed = round(10 ** rng.uniform(5.3, 8.95), 2)
        seen = round(reviewed * rng.choice((0, 0.02, 0.08, 0.2)), 2)
        cleared = round(seen * rng.choice((0, 0.3, 0.9, 1)), 2)
        folio = f"ASEX/{body.acronym[-5:].strip(' .')}/{start.year}/{number + 1:04}"
        row: Row = {
            "id": f"AUD-{start.year}-{number + 1:05}",
            "folio": folio,
            "titulo": f"Auditoría a {body.name}, ejercicio {start.year - 1}",
            "ejercicio": str(start.year - 1),
            "ente_nombre": world.spelled(rng, body, number),
            "fiscalizador": "Auditoría Superior del Estado de Xaltepec",
            "tipo": rng.choice(_TYPES),
            "objeto": f"Revisar el gasto en {rng.choice(words.WORKS).lower()}.",
            "fondo": rng.choice(_FUNDS),
            "monto_revisado": f"{reviewed:.2f}",
            "monto_observado": f"{seen:.2f}",
            "monto_aclarado": f"{cleared:.2f}",
            "monto_pendiente": f"{seen - cleared:.2f}",
            "estatus": "concluida" if done else "en_proceso",
            "fecha_inicio": start.isoformat(),
            "fecha_conclusion": end.isoformat() if done else "",
            "fecha_informe": (end + timedelta(days=20)).isoformat() if done and end + timedelta(days=20) <= run_date else "",
            "informe_url": f"{SITE}/auditorias/{number + 1:05}.pdf" if done else "",
        }  # fmt: skip
        findings = _findings(rng, row["id"], seen, cleared, end) if seen else []
        kind = world.fault(number, FAULTS, "auditorias") if faulty else ""
        last = spoil(row, kind, day="fecha_inicio", required="folio", later="fecha_conclusion", last=last)
        yield {"auditorias": [row], "observaciones": findings}


def _findings(rng: Random, parent: str, seen: float, cleared: float, end: date) -> list[Row]:
    count = rng.randint(1, 3)
    share, paid = round(seen / count, 2), round(cleared / count, 2)
    return [
        {
            "auditoria_id": parent,
            "n": str(number),
            "folio": f"{parent}-{number:02}",
            "tipo": rng.choice(_ACTIONS),
            "descripcion": rng.choice(_FOUND),
            "monto_observado": f"{share:.2f}",
            "monto_aclarado": f"{paid:.2f}",
            "estatus": "atendida"
            if paid == share
            else rng.choice(("notificada", "en_aclaracion", "turnada")),
            "fecha_notificacion": end.isoformat(),
            "fecha_atencion": (end + timedelta(days=30)).isoformat() if paid == share else "",
        }
        for number in range(1, count + 1)
    ]


_DOCUMENTS = (
    ("acuerdo", "Acuerdo por el que se aprueba"), ("acta", "Acta de la sesión sobre"), ("informe", "Informe anual de"),
    ("comunicado", "Comunicado sobre"), ("lineamiento", "Lineamientos para"), ("convocatoria", "Convocatoria para"),
)  # fmt: skip
_TOPICS = (
    "interconexión de los municipios", "política estatal anticorrupción", "declaraciones patrimoniales",
    "evaluación del riesgo en contrataciones", "participación ciudadana", "protección de denunciantes",
)  # fmt: skip
_BODIES = (
    "Comité Coordinador",
    "Comité de Participación Ciudadana",
    "Órgano de Gobierno",
    "Comisión Ejecutiva",
)


def documents(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield agreements, minutes and reports of the anti-corruption system."""
    rng, last = Random(f"{seed}:comunicados"), ""
    issuers = [world.BY_ID[i] for i in ("sesax", "sesax", "sesax", "asex", "shtfp", "tja", "fge")]
    for number in range(rows):
        issuer, (kind, start) = rng.choice(issuers), rng.choice(_DOCUMENTS)
        topics = rng.sample(_TOPICS, rng.randint(1, 2))
        when = world.day(rng, run_date)
        code = f"{issuer.acronym}-{kind[:3].upper()}-{when.year}-{number + 1:03}"
        row: Row = {
            "id": code,
            "titulo": f"{start} la {topics[0]}",
            "tipo": kind,
            "fecha": when.isoformat(),
            "ente_nombre": world.spelled(rng, issuer, number),
            "organo": rng.choice(_BODIES),
            "sesion": f"{rng.choice(('Primera', 'Segunda', 'Tercera', 'Cuarta'))} sesión ordinaria de {when.year}",
            "numero": f"{number + 1}/{when.year}",
            "resumen": f"El {rng.choice(_BODIES)} conoció el tema de {topics[-1]} y ordenó su publicación.",
            "temas": "; ".join(topics),
            "documento_url": f"{SITE}/comunicados/{code.lower()}.pdf",
            "documento_sha256": sha256(code.encode()).hexdigest(),
        }
        kind = world.fault(number, FAULTS[:4], "comunicados") if faulty else ""
        last = spoil(row, kind, day="fecha", required="titulo", last=last)
        yield {"comunicados": [row]}


_CHANNELS = (
    ("en_linea", "Formulario en línea"),
    ("telefono", "Línea ética"),
    ("presencial", "Ventanilla de denuncias"),
    ("buzon", "Buzón transparente"),
)
_HOURS = "Lunes a viernes de 9:00 a 17:00"


def channels(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield complaint channels with quarterly statistics; counts below the threshold are suppressed."""
    rng, last = Random(f"{seed}:denuncias"), ""
    bodies = (
        [world.BY_ID[i] for i in ("shtfp", "asex", "fge", "sesax")]
        + list(world.entes("municipal"))
        + list(world.entes("ejecutivo"))
    )
    for number in range(rows):
        body = bodies[number % len(bodies)]
        via, name = _CHANNELS[(number + number // len(bodies)) % len(_CHANNELS)]
        row: Row = {
            "id": f"CANAL-{number + 1:05}",
            "ente_nombre": world.spelled(rng, body, number),
            "nombre": f"{name} de {body.name}",
            "via": via,
            "url": f"https://denuncias.{body.id}.ejemplo.mx" if via == "en_linea" else "",
            "telefono": "000 000 0000" if via == "telefono" else "",
            "correo": f"denuncias@{body.id}.ejemplo.mx",
            "domicilio": f"Calle {rng.choice(words.SURNAMES)} {rng.randint(1, 400)}, {body.municipality}",
            "municipio": body.municipality,
            "horario": "Todo el día" if via == "en_linea" else _HOURS,
            "anonima": "Sí" if rng.random() < 0.7 else "No",
            "faltas": rng.choice(
                ("no_grave; grave", "no_grave; grave; hecho_corrupcion", "hecho_corrupcion")
            ),
            "requisitos": "Describir los hechos; las pruebas ayudan pero no son obligatorias.",
            "fecha_actualizacion": world.day(rng, run_date, 1).isoformat(),
        }
        statistics = _complaints(rng, body, row["id"], via, run_date)
        kind = world.fault(number, FAULTS[:4], "canales") if faulty else ""
        last = spoil(row, kind, day="fecha_actualizacion", required="nombre", last=last)
        yield {"canales": [row], "estadisticas": statistics}


def quarters(run_date: date, count: int) -> Sequence[tuple[str, date, date]]:
    """Return the last *count* finished quarters as (period, first day, last day), oldest first."""
    year, quarter = run_date.year, (run_date.month - 1) // 3
    found = []
    for _ in range(count):
        year, quarter = (year - 1, 4) if quarter == 0 else (year, quarter)
        first = date(year, 3 * quarter - 2, 1)
        following = date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
        found.append((f"{year}-T{quarter}", first, following - timedelta(days=1)))
        quarter -= 1
    return found[::-1]


def _complaints(rng: Random, body: Ente, parent: str, via: str, run_date: date) -> list[Row]:
    rows: list[Row] = []
    for period, _, _ in quarters(run_date, 6 if body.branch == "ejecutivo" else 2):
        count = rng.choice((1, 3, 8, 12, 25, 40))
        hidden = count < 5
        rows.append({
            "canal_id": parent, "n": str(len(rows) + 1), "periodo": period, "via": via,
            "tipo_falta": rng.choice(("no_grave", "grave", "hecho_corrupcion")),
            "estatus": rng.choice(("recibida", "en_investigacion", "turnada", "desechada", "con_sancion")),
            "total": "" if hidden else str(count), "suprimido": "Sí" if hidden else "No", "umbral": "5",
        })  # fmt: skip
    return rows
