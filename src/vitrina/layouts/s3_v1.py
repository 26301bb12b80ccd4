"""S3 v1 of the national platform: `ssancionados` (servidores) and `psancionados` (particulares), pdn.md §4.1-4.2.

The two share most members, but not the meaning of the sanction codes: S and D differ between them.
A v1 record does not say whether its resolution is final: the source must declare `policy.final_only`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitrina.layouts.base import Reader, row
from vitrina.layouts.s3_common import (
    RESERVED_NAME,
    Case,
    Reading,
    S3Layout,
    ente,
    number,
    read_term,
    sanction,
    supplier,
)
from vitrina.layouts.s3_policy import Gravity, day_of, is_final
from vitrina.model import Row
from vitrina.text import fold
from vitrina.values import is_person_rfc

SERVIDORES = {
    "I": "INHABILITACION",
    "M": "MULTA",
    "S": "SUSPENSION",
    "D": "DESTITUCION",
    "IRSC": "INDEMNIZACION",
    "SE": "SANCION_ECONOMICA",
    "O": "OTRO",
}
PARTICULARES = {
    "I": "INHABILITACION",
    "M": "MULTA",
    "S": "SUSPENSION_ACTIVIDADES",
    "D": "DISOLUCION_SOCIEDAD",
    "A": "AMONESTACION",
    "IND": "INDEMNIZACION",
    "SE": "SANCION_ECONOMICA",
    "O": "OTRO",
}
"""v1 sanction code → the portal's shared type, one catalogue per system. An unknown code has no type."""

_FINES = ("MULTA", "SANCION_ECONOMICA", "INDEMNIZACION")
_KINDS = {"serious": "grave", "non_serious": "no_grave", "unclassified": "otro"}


def _servidor(case: Case) -> Reading:
    case.gravity = _gravity(case)
    person = "servidorPublicoSancionado"
    names = [case.who(f"{person}.{part}") for part in ("nombres", "primerApellido", "segundoApellido")]
    reading = _common(case, SERVIDORES)
    reading.main.update(
        tipo_registro=_KINDS[case.gravity],
        persona=(" ".join(n for n in names if n) or None) if case.named else RESERVED_NAME,
        nombres=names[0],
        primer_apellido=names[1],
        segundo_apellido=names[2],
        puesto=case.who(f"{person}.puesto", f"{person}.puesto.nombre"),
        nivel=case.who(f"{person}.nivel", f"{person}.puesto.nivel"),
    )
    return reading


def _particular(case: Case) -> Reading:
    case.gravity = _gravity(case)
    person = "particularSancionado"
    kind = case.text(f"{person}.tipoPersona")
    company = kind == "M"
    if company and is_person_rfc(_peek(case.reader.record, person, "rfc")):
        case.warn("tipo-persona-dudoso", "Dice persona moral con RFC de persona física.", "tipo_persona")
        company = False
    name = case.who(f"{person}.nombreRazonSocial")
    reading = _common(case, PARTICULARES)
    reading.main.update(
        tipo_registro="persona_moral" if company else "persona_fisica" if kind == "F" else "otro",
        tipo_persona=kind,
        nombre_razon_social=name if case.named else RESERVED_NAME,
        objeto_social=case.who(f"{person}.objetoSocial"),
        objeto_contrato=case.prose("objetoContrato"),
        acto=case.prose("acto"),
        sentido_resolucion=case.prose("resolucion.sentido"),
        **supplier(case, f"{person}.rfc", name if company else None),
    )
    return reading


def _common(case: Case, catalogue: Mapping[str, str]) -> Reading:
    institution = case.text("institucionDependencia.nombre", "institucionDependencia")
    resolved, notified = case.day("resolucion.fechaResolucion"), case.day("resolucion.fechaNotificacion")
    main = row(
        expediente=case.expediente("expediente"),
        ente_id=ente(case.context, institution),
        ente_nombre=institution,
        ente_siglas=case.text("institucionDependencia.siglas"),
        ente_clave=case.text("institucionDependencia.clave"),
        autoridad_sancionadora=case.text("autoridadSancionadora"),
        fecha_captura=case.day("fechaCaptura"),
        fecha_resolucion=resolved,
        fecha_notificacion=notified,
        url_resolucion=case.url("resolucion.url"),
        observaciones=case.prose("observaciones"),
    )
    declared = case.context.source.policy.get("final_only") is True
    past = all(is_final(day, case.context.run_date) for day in map(day_of, (resolved, notified)) if day)
    reading = Reading(main, declared and past, (resolved, notified))
    reading.sanctions = _sanctions(case, catalogue)
    reading.faults = _faults(case)
    reading.documents = _documents(case, main["url_resolucion"])
    return reading


def _faults(case: Case) -> list[Row]:
    received = case.text("tipoFalta.clave", "tipoFalta")
    code = case.coded(received, "clave", "faltas")
    label = case.prose("tipoFalta.valor") or (received if case.named and not code else None)
    fault = row(
        clave=code,
        etiqueta=label,
        descripcion=case.prose("tipoFalta.descripcion"),
        hechos=case.prose("causaMotivoHechos"),
    )
    return [fault] if any(fault.values()) else []


def _sanctions(case: Case, catalogue: Mapping[str, str]) -> list[Row]:
    rows = [_sanction(case, item, catalogue) for item in case.reader.each("tipoSancion")]
    _place(case, rows, ("INHABILITACION",), _period(case))
    _place(case, rows, _FINES, _fine(case))
    return rows


def _sanction(case: Case, item: Reader, catalogue: Mapping[str, str]) -> Row:
    received = item.text("clave")
    kind = catalogue.get(received or "")
    if received and not kind:
        message = "La clave de la sanción no está en el catálogo."
        case.warn("sancion-desconocida", message, "clave", "sanciones_impuestas")
    label = case.prose("valor", of=item)
    return sanction(
        clave=received if case.named else case.coded(received, "clave", "sanciones_impuestas"),
        tipo=kind,
        denominacion=label if kind in (None, "OTRO") else None,
        descripcion=case.prose("descripcion", of=item),
    )


def _place(case: Case, rows: list[Row], kinds: tuple[str, ...], block: Row) -> None:
    """Put *block* (v1 keeps it beside the list) in the first sanction of *kinds*, or in one of its own."""
    if not any(block.values()):
        return
    target = next((r for kind in kinds for r in rows if r["tipo"] == kind), None)
    if target is None and block.get("monto") == "0":
        case.note(
            "multa-en-cero", "La multa dice cero y la lista no nombra ninguna; se omitió.", "multa_monto"
        )
        return
    if target is None:
        target = sanction(tipo=kinds[0])
        rows.append(target)
        message = "Hay plazo o monto de una sanción que la lista no nombra."
        case.warn("sancion-sin-clave", message, "clave", "sanciones_impuestas")
    target.update(block)


def _period(case: Case) -> Row:
    words = case.text("inhabilitacion.plazo")
    years, months, days = read_term(words)
    plain = (
        words
        if case.named or any((years, months, days))
        else case.coded(words, "plazo", "sanciones_impuestas")
    )
    return row(
        plazo=plain,
        plazo_anios=years,
        plazo_meses=months,
        plazo_dias=days,
        fecha_inicial=case.day("inhabilitacion.fechaInicial"),
        fecha_final=case.day("inhabilitacion.fechaFinal"),
    )


def _fine(case: Case) -> Row:
    amount = number(case.text("multa.monto"))
    currency = case.text("multa.moneda.clave", "multa.moneda")
    case.text("multa.moneda.valor")  # the currency's name: its code says the same
    return row(monto=amount, moneda=currency) if amount else {}


def _documents(case: Case, resolution: str | None) -> list[Row]:
    rows = []
    for item in case.reader.each("documentos") if case.named else ():
        rows.append(
            row(
                tipo=item.text("tipo"),
                titulo=item.text("titulo"),
                descripcion=item.text("descripcion"),
                url=case.url("url", of=item),
                fecha=case.day("fecha", of=item),
            )
        )
    if resolution and all(r["url"] != resolution for r in rows):
        rows.append(row(tipo="RESOLUCION", titulo=None, descripcion=None, url=resolution, fecha=None))
    return rows


def _gravity(case: Case) -> Gravity:
    """Return what the fault's code says; words that plainly say "no grave" outweigh any code (fail closed)."""
    words = (_peek(case.reader.record, "tipoFalta", *member) for member in ((), ("clave",), ("valor",)))
    if any("no grave" in fold(word) for word in words if word):
        return "non_serious"
    return case.policy.gravity_v1(case.text("tipoFalta.clave", "tipoFalta"))


def _peek(record: Any, *path: str) -> str | None:
    for part in path:
        record = record.get(part) if isinstance(record, Mapping) else None
    return record if isinstance(record, str) else None


def _is(member: str, other: str) -> Any:
    return lambda record: isinstance(record.get(member), Mapping) and other not in record


LAYOUTS = (
    S3Layout("s3_servidores_v1", _is("servidorPublicoSancionado", "particularSancionado"), _servidor),
    S3Layout("s3_particulares_v1", _is("particularSancionado", "servidorPublicoSancionado"), _particular),
)
