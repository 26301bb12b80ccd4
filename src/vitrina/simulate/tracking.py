"""Recommendations of the Coordinating Committee with their follow-up, and evaluation indicators with values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from random import Random

from vitrina.simulate import words, world
from vitrina.simulate.audits import quarters
from vitrina.simulate.registers import SITE, Row, Tables, spoil
from vitrina.simulate.world import Ente

FAULTS = ("fecha-imposible", "falta-dato", "ente-desconocido")
_SUBJECTS = (
    ("prevencion_faltas", "publicar el padrón de servidores públicos que intervienen en contrataciones"),
    ("control_interno", "instalar y capacitar a su órgano interno de control"),
    ("fiscalizacion", "atender las observaciones de la cuenta pública dentro del plazo legal"),
    ("fortalecimiento_institucional", "profesionalizar las áreas de adquisiciones y de obra pública"),
    ("prevencion_faltas", "entregar las declaraciones patrimoniales en los formatos aprobados"),
)
_ANSWERS = (
    "aceptada", "aceptada", "aceptada", "aceptada_parcial", "rechazada", "sin_respuesta", "toma_nota", "en_plazo",
)  # fmt: skip


def recommendations(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield recommendations with addressees, the log of what happened, and evidence."""
    rng, last = Random(f"{seed}:recomendaciones"), ""
    for number in range(rows):
        goal, subject = _SUBJECTS[number % len(_SUBJECTS)]
        approved = world.day(rng, run_date, 3, 20)
        bodies = rng.sample(world.ENTES, rng.choice((1, 2, 3, 6)))
        folio = f"XAL-RNV-{approved.year}-{number + 1:03}"
        addressees = [_addressee(rng, folio, n, b, approved, run_date) for n, b in enumerate(bodies, 1)]
        log = _log(folio, approved, addressees)
        row: Row = {
            "id": folio,
            "folio": folio,
            "tipo": rng.choice(("no_vinculante", "no_vinculante", "exhorto", "recomendacion_informe_anual")),
            "titulo": f"Recomendación para {subject}"[:160],
            "texto": f"Se recomienda a las instituciones destinatarias {subject}, en los términos del dictamen aprobado.",
            "resumen_ciudadano": f"El Comité pide {subject}.",
            "objetivo": goal,
            "fundamento_legal": "Ley del Sistema Estatal, artículo 51; Ley del Sistema Estatal, artículo 9",
            "eje_politica": f"Eje {number % 4 + 1}",
            "prioridad_politica": f"Prioridad {number % 12 + 1}; Prioridad {number % 5 + 20}",
            "origen": f"Informe anual {approved.year - 1}",
            "fecha_aprobacion": approved.isoformat(),
            "ente_nombre": world.BY_ID["sesax"].name,
            "unidad_seguimiento": "Unidad de Riesgos y Política Pública",
            "contacto": "seguimiento@sesax.ejemplo.mx",
            "prioritaria": "Sí" if rng.random() < 0.3 else "No",
            "destinatarios_total": str(len(bodies)),
            "estatus": _status(addressees),
            "documento_url": f"{SITE}/recomendaciones/{folio.lower()}.pdf",
            "documento_sha256": sha256(folio.encode()).hexdigest(),
        }
        last = spoil(
            row,
            world.fault(number, FAULTS, "recomendaciones") if faulty else "",
            day="fecha_aprobacion",
            required="texto",
            last=last,
        )
        evidence = _evidence(rng, folio, log)
        yield {
            "recomendaciones": [row],
            "destinatarios": addressees,
            "actuaciones": log,
            "evidencias": evidence,
        }


def _status(addressees: list[Row]) -> str:
    if all(a["estado_verificado"] == "cumplida" for a in addressees):
        return "cerrada_cumplida"
    return "en_plazo" if any(a["sentido_respuesta"] == "en_plazo" for a in addressees) else "en_seguimiento"


def _addressee(rng: Random, folio: str, number: int, body: Ente, approved: date, run_date: date) -> Row:
    notified = approved + timedelta(days=rng.randint(3, 15))
    limit = notified + timedelta(days=21)
    answer = rng.choice(_ANSWERS)
    if limit > run_date:
        answer = "en_plazo"
    elif answer == "en_plazo":
        answer = "sin_respuesta"
    answered = notified + timedelta(days=rng.randint(4, 20))
    accepted = answer.startswith("aceptada")
    replied = answer not in ("sin_respuesta", "en_plazo")
    promise = answered + timedelta(days=180)
    verified = (
        rng.choice(("cumplida", "pruebas_parciales", "sin_pruebas", "cumplida_parcial"))
        if accepted
        else "sin_verificar"
    )
    return {
        "recomendacion_id": folio,
        "n": str(number),
        "ente_nombre": body.name,
        "ambito": body.branch if not body.parent else "paraestatal",
        "oficio": f"SESAX/{rng.randint(1, 999):03}/{approved.year}",
        "fecha_notificacion": notified.isoformat(),
        "fecha_recepcion": notified.isoformat(),
        "plazo_dias": "15",
        "tipo_dias": "habiles",
        "fecha_limite_respuesta": limit.isoformat(),
        "fecha_respuesta": answered.isoformat() if replied else "",
        "sentido_respuesta": answer,
        "motivo_respuesta": "No cuenta con suficiencia presupuestal."
        if answer in ("rechazada", "aceptada_parcial")
        else "",
        "acciones_comprometidas": "Plan de trabajo con calendario y responsables." if accepted else "",
        "fecha_compromiso": (promise + timedelta(days=60)).isoformat() if accepted else "",
        "fecha_compromiso_original": promise.isoformat() if accepted else "",
        "estado_reportado": rng.choice(("en_proceso", "concluida")) if accepted else "sin_informacion",
        "estado_verificado": verified,
        "fecha_verificacion": min(run_date, promise).isoformat() if verified != "sin_verificar" else "",
        "nota_estado": "La unidad revisó las pruebas entregadas." if accepted else "",
        "fecha_cierre": min(run_date, promise).isoformat() if verified == "cumplida" else "",
    }


def _log(folio: str, approved: date, addressees: list[Row]) -> list[Row]:
    events = [
        (
            "aprobacion",
            world.BY_ID["sesax"].name,
            approved.isoformat(),
            "El Comité aprobó la recomendación.",
            "",
        )
    ]
    for a in addressees:
        events.append(
            ("notificacion", a["ente_nombre"], a["fecha_notificacion"], "Se notificó por oficio.", "en_plazo")
        )
        if a["fecha_respuesta"]:
            events.append(
                (
                    "respuesta",
                    a["ente_nombre"],
                    a["fecha_respuesta"],
                    "La institución respondió.",
                    a["sentido_respuesta"],
                )
            )
        if a["fecha_verificacion"]:
            events.append(
                (
                    "verificacion",
                    a["ente_nombre"],
                    a["fecha_verificacion"],
                    "Se revisaron pruebas.",
                    a["estado_verificado"],
                )
            )
    return [
        {
            "recomendacion_id": folio, "n": str(n), "ente_nombre": who, "fecha": when, "tipo": kind,
            "descripcion": what, "estado_resultante": state,
        }
        for n, (kind, who, when, what, state) in enumerate(sorted(events, key=lambda e: e[2]), 1)
    ]  # fmt: skip


def _evidence(rng: Random, folio: str, log: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for event in log:
        if event["tipo"] != "verificacion":
            continue
        public = rng.random() < 0.8
        name = f"{folio}-{event['n']}"
        rows.append({
            "recomendacion_id": folio, "n": str(len(rows) + 1), "actuacion_n": event["n"],
            "titulo": f"Prueba entregada por {event['ente_nombre']}",
            "url": f"{SITE}/evidencias/{name.lower()}.pdf" if public else "",
            "sha256": sha256(name.encode()).hexdigest() if public else "",
            "fecha_documento": event["fecha"], "publica": "Sí" if public else "No",
            "motivo_reserva": "" if public else "Contiene datos personales.",
        })  # fmt: skip
    return rows


_INDICATORS = (
    ("Declaraciones patrimoniales entregadas a tiempo", "porcentaje", "ascendente", "shtfp", 62.0, 95.0),
    ("Instituciones interconectadas con la plataforma", "instituciones", "ascendente", "sesax", 12.0, 80.0),
    ("Adjudicaciones directas en el total de contratos", "porcentaje", "descendente", "sade", 71.0, 40.0),
    ("Observaciones de auditoría solventadas", "porcentaje", "ascendente", "asex", 38.0, 75.0),
    ("Días promedio para resolver una falta grave", "días", "descendente", "tja", 410.0, 180.0),
    ("Denuncias con respuesta en el plazo legal", "porcentaje", "ascendente", "fge", 22.0, 60.0),
)
_LEVELS = ("impacto", "resultado", "producto", "gestion")


def indicators(seed: int, rows: int, run_date: date, faulty: bool = True) -> Iterator[Tables]:
    """Yield indicators with quarterly values, targets and breaks of series."""
    rng, last = Random(f"{seed}:indicadores"), ""
    periods = quarters(run_date, 8)
    for number in range(rows):
        name, unit, sense, body, base, goal = _INDICATORS[number % len(_INDICATORS)]
        region = ("estatal", *words.REGIONS)[number // len(_INDICATORS) % 6]
        code = f"IND-{number + 1:03}"
        values = [_value(rng, code, n, p, len(periods), base, goal) for n, p in enumerate(periods, 1)]
        row: Row = {
            "id": code,
            "nombre": f"{name} ({region})" if number < 36 else f"{name} ({region}, desglose {number + 1})",
            "version_ficha": "1",
            "definicion": f"Mide, para el ámbito {region}, lo siguiente: {name.lower()}.",
            "lectura_ciudadana": "Si sube, mejora." if sense == "ascendente" else "Si baja, mejora.",
            "objetivo": "Reducir los espacios de riesgo de corrupción en el gobierno.",
            "programa": "Programa de implementación de la Política Estatal Anticorrupción",
            "eje": f"Eje {number % 4 + 1}",
            "prioridad": f"Prioridad {number % 12 + 1}",
            "nivel": _LEVELS[number % 4],
            "tipo": "estrategico" if number % 2 else "gestion",
            "dimension": ("eficacia", "eficiencia", "calidad")[number % 3],
            "metodo_calculo": "Casos que cumplen entre total de casos, por cien"
            if unit == "porcentaje"
            else "Conteo al cierre del periodo",
            "unidad_medida": unit,
            "decimales": "1",
            "sentido": sense,
            "limite_natural": "100" if unit == "porcentaje" else "",
            "frecuencia": "trimestral",
            "linea_base_valor": f"{base:.1f}",
            "linea_base_periodo": periods[0][0],
            "meta_final": f"{goal:.1f}",
            "meta_final_periodo": str(run_date.year + 1),
            "ultimo_valor": values[-1]["valor"],
            "ultimo_periodo": values[-1]["periodo"],
            "cobertura_geografica": region,
            "ente_nombre": world.BY_ID[body].name,
            "area_responsable": "Dirección de Evaluación",
            "contacto": f"indicadores@{body}.ejemplo.mx",
            "fuente_organismo": world.BY_ID[body].name,
            "fuente_url": f"{SITE}/indicadores/{code.lower()}.csv",
            "es_proxy": "No",
            "nivel_procesamiento": "calculado_por_se",
            "estatus_reporte": "completo",
            "ultima_publicacion": (run_date - timedelta(days=30)).isoformat(),
            "proxima_publicacion": (run_date + timedelta(days=60)).isoformat(),
        }
        last = spoil(
            row,
            world.fault(number, FAULTS, "indicadores") if faulty else "",
            day="ultima_publicacion",
            required="definicion",
            last=last,
        )
        breaks = [
            {
                "indicador_id": code,
                "n": "1",
                "periodo": periods[3][0],
                "motivo": "Cambió la fuente de los datos.",
            }
        ]
        yield {
            "indicadores": [row],
            "observaciones": values,
            "metas": _targets(code, run_date, base, goal),
            "rupturas": breaks if number % 9 == 0 else [],
        }


def _value(
    rng: Random, code: str, number: int, period: tuple[str, date, date], total: int, base: float, goal: float
) -> Row:
    value = base + (goal - base) * (number / total) * rng.uniform(0.5, 0.9)
    name, first, last = period
    return {
        "indicador_id": code, "n": str(number), "periodo": name, "periodo_inicio": first.isoformat(),
        "periodo_fin": last.isoformat(), "serie": "_T", "sexo": "_T", "valor": f"{value:.1f}",
        "estatus_valor": "preliminar" if number == total else "definitivo",
        "fecha_captura": (last + timedelta(days=25)).isoformat(), "version_dato": "1",
    }  # fmt: skip


def _targets(code: str, run_date: date, base: float, goal: float) -> list[Row]:
    rows: list[Row] = []
    for n, year in enumerate(range(run_date.year - 2, run_date.year + 2), 1):
        planned = base + (goal - base) * n / 4
        moved = n == 3
        rows.append({
            "indicador_id": code, "n": str(n), "periodo": str(year), "meta_programada": f"{planned:.1f}",
            "meta_ajustada": f"{planned * 0.95:.1f}" if moved else "",
            "motivo_ajuste": "Ajuste por recorte presupuestal" if moved else "",
            "fecha_ajuste": f"{year}-02-15" if moved else "",
        })  # fmt: skip
    return rows
