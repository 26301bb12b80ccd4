"""S3 v2 (Directus): four collections of sanctions for serious and non-serious faults, pdn.md §4.3 and §6.

The contract's own misspellings (`autoridadSusbstanciadora`, `plazoSuspensioAnios`, `otro`) are read as they
are; the names of the migration files (`tituloDocumento`, `autoridadSubstanciadora`) are read with a note.
Graves and no graves share their shape: they are told apart by their fault codes and by the members that only
one of them has. In doubt a record is rejected unless the source names its `layout`: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitrina.layouts.base import Reader, as_text, row
from vitrina.layouts.s3_common import (
    RESERVED_NAME,
    Case,
    Reading,
    RejectedRecord,
    S3Layout,
    ente,
    has,
    number,
    sanction,
    supplier,
    term,
    whole,
)
from vitrina.layouts.s3_policy import Gravity, day_of, is_final
from vitrina.model import Row

_LGRA_GRAVES = """ABUSO_FUNCIONES COHECHO PECULADO DESVIO_RECURSOS_PUBLICOS UTILIZACION_INDEBIDA_INFORMACION
CONFLICTO_INTERES CONTRATACION_INDEBIDA ENRIQUECIMIENTO_OCULTO TRAFICO_INFLUENCIAS SIMULACION_ACTO_JURIDICO
ENCUBRIMIENTO DESACATO NEPOTISMO OBSTRUCCION"""
_LGRA_NO_GRAVES = """CUMPLIR_FUNCIONES DENUNCIAR_FALTAS ATENDER_INSTRUCCIONES DECLARACIONES CUSTODIAR_DOCUMENTACION
SUPERVISAR_ART_49_LGRA RENDIR_CUENTAS COLABORAR_PROCEDIMIENTOS CAUSAR_DANOS CUMPLIR_FUNCIONES_DISCIPLINA_RESPETO
DENUNCIAR_FALTAS_ADMINISTRATIVAS ATENDER_INSTRUCCIONES_SUPERIORES_DENUNCIAR_IRREGULARIDADES
DECLARACIONES_PATRIMONIALES_INTERESES CUSTODIAR_DOCUMENTACION_EVITAR_DIVULGACION RENDIR_CUENTAS_FUNCIONES
CAUSAR_DANOS_HACIENDA"""
_LGRA_PARTICULARES = """SOBORNO PARTICIPACION_ILICITA TRAFICO_INFLUENCIAS UTILIZACION_INFORMACION_FALSA COLUSION
OBSTRUCCION_FACULTADES CONTRATACION_INDEBIDA USO_INDEBIDO_RECURSOS_PUBLICOS"""
GRAVES = frozenset(_LGRA_GRAVES.split())
NO_GRAVES = frozenset(_LGRA_NO_GRAVES.split())
PARTICULARES = frozenset(_LGRA_PARTICULARES.split())
"""Fault codes of each collection, without OTRO, which all share."""

_PERIODS = {
    "INHABILITACION": ("inhabilitacion", ("plazoAnios", "plazoMeses", "plazoDias")),
    "SUSPENSION": ("suspensionEmpleo", ("plazoAnios", "plazoMeses", "plazoDias")),
    "SUSPENSION_ACTIVIDADES": (
        "suspensionActividades",
        ("plazoSuspensioAnios", "plazoSuspensionMeses", "plazoSuspensionDias"),
    ),
}
_FINES = {"SANCION_ECONOMICA": "sancionEconomica", "INDEMNIZACION": "indemnizacion"}
_DATES = {
    "DESTITUCION": "destitucionEmpleo.fechaDestitucion",
    "DISOLUCION_SOCIEDAD": "disolucionSociedad.fechaDisolucion",
}
_SERVIDORES_SANCTIONS = frozenset(
    {"SUSPENSION", "DESTITUCION", "SANCION_ECONOMICA", "INHABILITACION", "OTRO"}
)
_SANCTIONS = {
    "s3_graves_v2": _SERVIDORES_SANCTIONS,
    "s3_no_graves_v2": _SERVIDORES_SANCTIONS - {"SANCION_ECONOMICA"} | {"AMONESTACION"},
    "s3_personas_fisicas_v2": frozenset({"INHABILITACION", "INDEMNIZACION", "SANCION_ECONOMICA", "OTRO"}),
    "s3_personas_morales_v2": frozenset(
        {"INHABILITACION", "INDEMNIZACION", "SANCION_ECONOMICA", "OTRO", *_PERIODS, *_DATES}
    )
    - {"SUSPENSION", "DESTITUCION"},
}


def _graves(case: Case) -> Reading:
    _certain(case, "grave", "s3_graves_v2")
    case.gravity = _gravity(case.reader.record, GRAVES, NO_GRAVES)
    return _servidor(case, "grave" if case.gravity == "serious" else "otro", "s3_graves_v2")


def _no_graves(case: Case) -> Reading:
    _certain(case, "no_grave", "s3_no_graves_v2")
    case.gravity = "non_serious"
    return _servidor(case, "no_grave", "s3_no_graves_v2")


def _certain(case: Case, sign: str, layout: str) -> None:
    """Reject a record that does not show its collection, unless the source has said which one it is."""
    if case.context.source.layout != layout and _servidor_signs(case.reader.record) != {sign}:
        raise RejectedRecord(
            "coleccion-dudosa",
            f"No se distingue si la falta es grave o no grave; escriba layout en la fuente, p. ej. {layout}.",
        )


def _servidor(case: Case, kind: str, layout: str) -> Reading:
    reading = _common(case, "empleoCargoComision", layout)
    person, post = "datosGenerales", "empleoCargoComision"
    names = [case.who(f"{person}.nombres", f"{person}.nombre")]
    names += [case.who(f"{person}.{part}") for part in ("primerApellido", "segundoApellido")]
    reading.main.update(
        tipo_registro=kind,
        persona=_full(names) if case.named else RESERVED_NAME,
        nombres=names[0],
        primer_apellido=names[1],
        segundo_apellido=names[2],
        puesto=case.who(f"{post}.denominacion"),
        nivel=case.who(f"{post}.nivelJerarquico.clave", f"{post}.nivelJerarquico"),
        nivel_detalle=case.who(f"{post}.nivelJerarquico.valor"),
        area=case.who(f"{post}.areaAdscripcion"),
    )
    return reading


def _persona_fisica(case: Case) -> Reading:
    case.gravity = _gravity(case.reader.record, PARTICULARES, NO_GRAVES)
    reading = _common(case, "dondeCometioLaFalta", "s3_personas_fisicas_v2")
    person = "datosGenerales"
    names = [case.who(f"{person}.nombres", f"{person}.nombre")]
    names += [case.who(f"{person}.{part}") for part in ("primerApellido", "segundoApellido")]
    reading.main.update(_particular(case, "persona_fisica", "F", _full(names)))
    return reading


def _persona_moral(case: Case) -> Reading:
    case.gravity = _gravity(case.reader.record, PARTICULARES, NO_GRAVES)
    reading = _common(case, "dondeCometioLaFalta", "s3_personas_morales_v2")
    name = case.who("datosGenerales.nombreRazonSocial")
    reading.main.update(_particular(case, "persona_moral", "M", name))
    reading.main.update(
        objeto_social=case.who("datosGenerales.objetoSocial"),
        **supplier(case, "datosGenerales.rfc", name),
    )
    return reading


def _particular(case: Case, kind: str, letter: str, name: str | None) -> Row:
    return row(
        tipo_registro=kind,
        tipo_persona=letter,
        nombre_razon_social=name if case.named else RESERVED_NAME,
    )


def _common(case: Case, place: str, layout: str) -> Reading:
    reader = case.reader
    whole(reader.record, "datosGenerales", "resolucion", "faltaCometida", "tipoSancion", place)
    institution = case.text(f"{place}.nombreEntePublico")
    firm = case.day("resolucion.fechaResolucionFirme")
    resolved, notified = case.day("resolucion.fechaResolucion"), case.day("resolucion.fechaNotificacion")
    final_url, first_url = case.url("resolucion.urlResolucionFirme"), case.url("resolucion.urlResolucion")
    main = row(
        expediente=case.expediente("expediente"),
        ente_id=ente(case.context, institution),
        ente_nombre=institution,
        ente_siglas=case.text(f"{place}.siglasEntePublico"),
        entidad=case.text(f"{place}.entidadFederativa"),
        orden_gobierno=case.text(f"{place}.nivelOrdenGobierno"),
        ambito=case.text(f"{place}.ambitoPublico"),
        origen=case.text("origenProcedimiento.clave"),
        origen_detalle=case.prose("origenProcedimiento.valor"),
        titulo_resolucion=_title(case),
        autoridad_resolutora=case.text("resolucion.autoridadResolutora"),
        autoridad_investigadora=case.text("resolucion.autoridadInvestigadora"),
        autoridad_substanciadora=case.alias(
            reader, "resolucion.autoridadSusbstanciadora", "resolucion.autoridadSubstanciadora"
        ),
        orden_jurisdiccional=case.text("resolucion.ordenJurisdiccional"),
        fecha_captura=case.day("fecha", "date_created"),
        fecha_actualizacion=case.day("date_updated"),
        fecha_resolucion=resolved,
        fecha_notificacion=notified,
        fecha_firme=firm,
        fecha_notificacion_firme=case.day("resolucion.fechaNotificacionFirme"),
        fecha_ejecucion=case.day("resolucion.fechaEjecucion"),
        url_resolucion=final_url or first_url,
        observaciones=_remarks(case, layout),
    )
    reading = Reading(main, is_final(day_of(firm), case.context.run_date), (resolved, firm, notified))
    reading.sanctions = [_sanction(case, item, layout) for item in reader.each("tipoSancion")]
    _faults(case, reading)
    reading.documents = _documents(final_url, first_url)
    return reading


def _title(case: Case) -> str | None:
    if not (case.named or case.policy.non_serious_texts):
        return None
    return case.alias(case.reader, "resolucion.tituloResolucion", "resolucion.tituloDocumento")


def _remarks(case: Case, layout: str) -> str | None:
    """Return the remarks: the national role serves them only in no graves (pdn.md §6)."""
    return case.prose("observaciones") if layout == "s3_no_graves_v2" else None


def _faults(case: Case, reading: Reading) -> None:
    for n, item in enumerate(case.reader.each("faltaCometida"), 1):
        whole(item.record, "normatividadInfringida")
        received = item.text("clave")
        code = case.coded(received, "clave", "faltas")
        fault = row(
            clave=code,
            etiqueta=case.prose("valor", of=item) or (received if case.named and not code else None),
            descripcion=None,
            hechos=case.prose("descripcionHechos", of=item),
        )
        reading.faults.append(fault)
        for norm in item.each("normatividadInfringida"):
            reading.norms.append(
                row(
                    falta_n=str(n),
                    norma=norm.text("nombreNormatividad", "nombreNormatividad.clave"),
                    articulo=norm.text("articulo"),
                    fraccion=norm.text("fraccion"),
                )
            )


def _sanction(case: Case, item: Reader, layout: str) -> Row:
    received = item.text("clave")
    kind = (received or "").upper()
    whole(item.record, *(block for block, _ in _PERIODS.values()), *_FINES.values())
    if kind not in _SANCTIONS[layout]:
        message = "La clave de la sanción no está en el catálogo de su colección."
        case.warn("sancion-desconocida", message, "clave", "sanciones_impuestas")
        kind = ""
    elif kind != received:
        case.note("clave-normalizada", f"La clave se leyó como {kind}.", "clave", "sanciones_impuestas")
    result = sanction(
        clave=received if case.named else case.coded(kind or received, "clave", "sanciones_impuestas"),
        tipo=kind or None,
        denominacion=case.prose("otro.denominacionSancion", of=item) if kind == "OTRO" else None,
        modalidad=item.text("amonestacion.tipo") if kind == "AMONESTACION" else None,
        fecha=case.day(_DATES[kind], of=item) if kind in _DATES else None,
    )
    if kind in _PERIODS:
        result.update(_period(case, item, kind))
    if kind in _FINES:
        result.update(_fine(case, item, _FINES[kind]))
    return result


def _period(case: Case, item: Reader, kind: str) -> Row:
    block, names = _PERIODS[kind]
    if kind == "SUSPENSION_ACTIVIDADES":
        years = case.alias(item, f"{block}.{names[0]}", f"{block}.plazoSuspensionAnios")
    else:
        years = item.text(f"{block}.{names[0]}")
    months, days = item.text(f"{block}.{names[1]}"), item.text(f"{block}.{names[2]}")
    return row(
        plazo=term(years, months, days),
        plazo_anios=years,
        plazo_meses=months,
        plazo_dias=days,
        fecha_inicial=case.day(f"{block}.fechaInicial", of=item),
        fecha_final=case.day(f"{block}.fechaFinal", of=item),
    )


def _fine(case: Case, item: Reader, block: str) -> Row:
    paid = f"{block}.efectivamenteCobrado"
    return row(
        monto=number(item.text(f"{block}.monto")),
        moneda=item.text(f"{block}.moneda", f"{block}.moneda.clave"),
        plazo_pago=term(*(item.text(f"{block}.plazoPago.{unit}") for unit in ("anios", "meses", "dias"))),
        cobrado_monto=number(item.text(f"{paid}.monto")),
        cobrado_moneda=item.text(f"{paid}.moneda", f"{paid}.moneda.clave"),
        cobrado_fecha=case.day(f"{paid}.fechaCobro", of=item),
    )


def _documents(final_url: str | None, first_url: str | None) -> list[Row]:
    found = {first_url: "RESOLUCION", final_url: "RESOLUCION_FIRME"}
    return [
        row(tipo=kind, titulo=None, descripcion=None, url=url, fecha=None)
        for url, kind in found.items()
        if url is not None
    ]


def _full(names: list[str | None]) -> str | None:
    return " ".join(name for name in names if name) or None


# ── telling the collections apart ─────────────────────────────────────────────────────────────────────────


def _codes(record: Mapping[str, Any]) -> set[str | None]:
    """Return the fault codes; None stands for a fault whose code cannot be read."""
    faults = record.get("faltaCometida")
    items = faults if isinstance(faults, list) else [faults]
    return {as_text(f.get("clave")) if isinstance(f, Mapping) else None for f in items}


def _gravity(record: Mapping[str, Any], serious: frozenset[str], lesser: frozenset[str]) -> Gravity:
    """Return "serious" only when every fault is in the collection's catalogue; one lesser code says the rest."""
    codes = _codes(record)
    if codes & lesser:
        return "non_serious"
    return "serious" if codes and codes <= serious | {"OTRO"} else "unclassified"


def _base(record: Mapping[str, Any]) -> bool:
    blocks = all(isinstance(record.get(name), Mapping) for name in ("datosGenerales", "resolucion"))
    return blocks and isinstance(record.get("faltaCometida"), (list, Mapping))


def _servidor_signs(record: Mapping[str, Any]) -> set[str]:
    """Return which collections of servidores the record's codes and own members point to; "unknown" is doubt."""
    signs = set()
    for code in _codes(record) - {"OTRO"}:
        signs.add("grave" if code in GRAVES else "no_grave" if code in NO_GRAVES else "unknown")
    if has(record, "resolucion", "ordenJurisdiccional"):
        signs.add("grave")
    sanctions = record.get("tipoSancion")
    for item in sanctions if isinstance(sanctions, list) else ():
        if isinstance(item, Mapping):
            signs |= {"grave"} if "sancionEconomica" in item else set()
            signs |= {"no_grave"} if "amonestacion" in item else set()
    return signs


def _is_servidor(record: Mapping[str, Any], other: str) -> bool:
    """Return whether *record* is a v2 sanction of a servidor that is not plainly of the *other* collection."""
    post = has(record, "empleoCargoComision") and "dondeCometioLaFalta" not in record
    return _base(record) and post and _servidor_signs(record) != {other}


def _is_moral(record: Mapping[str, Any]) -> bool:
    company = has(record, "datosGenerales", "nombreRazonSocial")
    return _base(record) and "dondeCometioLaFalta" in record and company


def _is_fisica(record: Mapping[str, Any]) -> bool:
    named = has(record, "datosGenerales", "nombres") or has(record, "datosGenerales", "nombre")
    return _base(record) and "dondeCometioLaFalta" in record and named and not _is_moral(record)


LAYOUTS = (
    S3Layout("s3_graves_v2", lambda record: _is_servidor(record, "no_grave"), _graves),
    S3Layout("s3_no_graves_v2", lambda record: _is_servidor(record, "grave"), _no_graves),
    S3Layout("s3_personas_fisicas_v2", _is_fisica, _persona_fisica),
    S3Layout("s3_personas_morales_v2", _is_moral, _persona_moral),
)
