"""S3 v2, four collections: telling them apart, mapping, names, clock and leaks. Every person here is invented."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vitrina import registry
from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.model import Outcome, RawRecord, Source

REPO = Path(__file__).resolve().parents[2]
RUN = date(2026, 6, 15)
CURP = "BEML920313HCMLNS09"
PERSON_RFC = "XOXO800101AB1"
SLUGS = {
    "s3_graves_v2": "s3-servidores",
    "s3_no_graves_v2": "s3-servidores",
    "s3_personas_fisicas_v2": "s3-particulares",
    "s3_personas_morales_v2": "s3-particulares",
}

RESOLUTION: dict[str, Any] = {
    "tituloResolucion": "Resolución canaria",
    "fechaResolucion": "2024-11-01",
    "fechaNotificacion": "2024-11-05",
    "fechaResolucionFirme": "2025-01-10",
    "fechaNotificacionFirme": "2025-01-12",
    "urlResolucion": "https://ejemplo.mx/r/1.pdf",
    "urlResolucionFirme": "https://ejemplo.mx/r/firme.pdf",
    "ordenJurisdiccional": "ESTATAL",
    "fechaEjecucion": "2025-02-01",
    "autoridadResolutora": "Tribunal de Prueba",
    "autoridadInvestigadora": "Investigadora de Prueba",
    "autoridadSusbstanciadora": "Substanciadora de Prueba",
}
GRAVE: dict[str, Any] = {
    "id": "00000000-0000-4000-8000-000000000001",
    "date_created": "2025-03-01T01:02:03.000Z",
    "date_updated": None,
    "user_created": {"email": "captura-canaria@ejemplo.mx"},
    "entePublico": 7,
    "fecha": "2025-03-01",
    "expediente": "XAL/G/001",
    "datosGenerales": {
        "id": 3, "nombres": "CANARIA", "primerApellido": "INVENTADA", "segundoApellido": None,
        "sexo": "SEXO-CANARIO", "curp": CURP, "rfc": PERSON_RFC,
    },
    "empleoCargoComision": {
        "entidadFederativa": "14", "nivelOrdenGobierno": "ESTATAL", "ambitoPublico": "EJECUTIVO",
        "nombreEntePublico": "Secretaría de Prueba", "siglasEntePublico": "SEPRU",
        "nivelJerarquico": {"clave": "OTRO", "valor": "Nivel canario"},
        "denominacion": "Puesto canario", "areaAdscripcion": "Área canaria",
    },
    "origenProcedimiento": {"clave": "OTRO", "valor": "Origen canario"},
    "faltaCometida": [
        {"clave": "PECULADO", "valor": None, "descripcionHechos": f"Hechos de {CURP}",
         "normatividadInfringida": [{"nombreNormatividad": "LGRA", "articulo": "53", "fraccion": "I"}]},
        {"clave": "OTRO", "valor": "Falta canaria", "descripcionHechos": "Otros hechos"},
    ],
    "resolucion": RESOLUTION,
    "tipoSancion": [
        {"clave": "INHABILITACION", "sancionEconomica": None,
         "inhabilitacion": {"plazoAnios": 2, "plazoMeses": 0, "plazoDias": 5, "fechaInicial": "2025-01-15",
                            "fechaFinal": "2027-01-20"}},
        {"clave": "SANCION_ECONOMICA",
         "sancionEconomica": {"monto": 100873, "moneda": "MXN", "plazoPago": {"anios": 1, "meses": 6, "dias": None},
                              "efectivamenteCobrado": {"monto": 5, "moneda": "MXN", "fechaCobro": "2025-05-01"},
                              "fechaPagoTotal": "2031-12-31"}},
        {"clave": "DESTITUCION", "destitucionEmpleo": {"fechaDestitucion": "2025-01-20"}},
        {"clave": "OTRO", "otro": {"denominacionSancion": "Sanción canaria"}},
    ],
    "observaciones": "Observación canaria",
}  # fmt: skip


def changed(record: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    result = copy.deepcopy(dict(record))
    for path, value in members.items():
        *parents, last = path.split("__")
        place: Any = result
        for parent in parents:
            place = place[int(parent) if parent.isdigit() else parent]
        place[last] = value
    return result


NO_GRAVE = changed(
    GRAVE,
    faltaCometida=[{"clave": "DECLARACIONES", "valor": "Valor canario", "descripcionHechos": "Hechos canarios"}],
    tipoSancion=[
        {"clave": "AMONESTACION", "amonestacion": {"tipo": "PUBLICA"}, "suspensionEmpleo": None},
        {"clave": "SUSPENSION", "suspensionEmpleo": {"plazoMeses": 1, "plazoDias": 0, "fechaInicial": "2026-06-01",
                                                      "fechaFinal": "2026-06-30"}},
    ],
    resolucion={k: v for k, v in RESOLUTION.items() if k != "ordenJurisdiccional"},
)  # fmt: skip
PLACE = {
    "entidadFederativa": "14",
    "nivelOrdenGobierno": "ESTATAL",
    "nombreEntePublico": "Secretaría de Prueba",
}
_OTHERS = {k: v for k, v in GRAVE.items() if k not in {"empleoCargoComision", "datosGenerales"}}
FISICA = {
    **_OTHERS,
    "dondeCometioLaFalta": PLACE,
    "datosGenerales": {
        "nombres": "CANARIO", "primerApellido": "INVENTADO", "curp": CURP, "rfc": PERSON_RFC,
        "tipoDomicilio": "DOMICILIO_MEXICO", "domicilioMexico": {"nombreVialidad": "CALLE CANARIA"},
        "domicilioExtranjero": {"calle": "CANARY STREET"},
    },
    "faltaCometida": [{"clave": "SOBORNO", "descripcionHechos": "Hechos"}],
    "tipoSancion": [{"clave": "INDEMNIZACION", "indemnizacion": {"monto": 10, "moneda": "USD"}},
                    {"clave": "SANCION_ECONOMICA", "sancionEconomica": {"monto": 20, "moneda": "MXN"}}],
}  # fmt: skip
MORAL = {
    **_OTHERS,
    "dondeCometioLaFalta": PLACE,
    "datosGenerales": {
        "nombreRazonSocial": "Empresa Inventada SA de CV", "rfc": "HPR060210B71", "objetoSocial": "Obras",
        "tipoDomicilio": "DOMICILIO_MEXICO", "domicilioMexico": {"nombreVialidad": "CALLE CANARIA"},
        "domicilioExtranjero": {"calle": "CANARY STREET"},
    },
    "datosDirGeneralReprLegal": {"directorGeneral": {"nombre": "DIRECTORA-CANARIA", "curp": CURP, "rfc": PERSON_RFC}},
    "faltaCometida": [{"clave": "COLUSION", "descripcionHechos": "Hechos"}],
    "tipoSancion": [
        {"clave": "SUSPENSION_ACTIVIDADES",
         "suspensionActividades": {"plazoSuspensioAnios": 1, "plazoSuspensionMeses": 2, "plazoSuspensionDias": 3,
                                   "fechaInicial": "2026-01-01", "fechaFinal": "2027-03-04"}},
        {"clave": "DISOLUCION_SOCIEDAD", "disolucionSociedad": {"fechaDisolucion": "2026-02-01"}},
        {"clave": "otro", "otro": {"denominacionSancion": "Rótulo"}},
    ],
}  # fmt: skip
SAMPLES: dict[str, dict[str, Any]] = {
    "s3_graves_v2": GRAVE,
    "s3_no_graves_v2": NO_GRAVE,
    "s3_personas_fisicas_v2": FISICA,
    "s3_personas_morales_v2": MORAL,
}


def context(layout: str, *, run: date = RUN, named: str = "", **switches: Any) -> Context:
    system = registry.load_system(REPO / "data" / "systems" / SLUGS[layout])
    given_ = {
        k: {"value": v, "reason": "Prueba de la opción", "authority": "Prueba"} for k, v in switches.items()
    }
    system = replace(system, options={**system.options, **given_})
    source = Source("fuente-prueba", "Fuente", system.slug, "folder", "json", "diaria", layout=named)
    return Context(system, source, run, {"Secretaría de Prueba": "sepru"}.get)


def one(layout: str, record: Any, **kind: Any) -> Outcome:
    (outcome,) = find(layout).outcomes([RawRecord("a.json#0", record)], context(layout, **kind))
    return outcome


def text_of(outcome: Outcome) -> str:
    return json.dumps(outcome.rows, ensure_ascii=False)


def codes(outcome: Outcome) -> set[str]:
    return {issue.code for issue in outcome.issues}


@pytest.mark.parametrize("layout", SAMPLES)
def test_each_record_meets_exactly_its_collection(layout: str) -> None:
    assert [name for name in SAMPLES if find(name).matches(SAMPLES[layout])] == [layout]
    assert not find("s3_servidores_v1").matches(SAMPLES[layout])
    for junk in ({}, [], None, 4, {"datosGenerales": {}, "resolucion": {}, "faltaCometida": []}):
        assert not find(layout).matches(junk)


AMBIGUOUS = changed(
    GRAVE,
    faltaCometida=[{"clave": "OTRO", "valor": "Algo"}],
    tipoSancion=[{"clave": "DESTITUCION"}],
    resolucion__ordenJurisdiccional=None,
)


@pytest.mark.parametrize(
    "record",
    [
        AMBIGUOUS,
        changed(AMBIGUOUS, faltaCometida=[{"clave": "CLAVE_NUEVA"}]),
        changed(GRAVE, faltaCometida=[{"clave": "PECULADO"}, {"clave": "DECLARACIONES"}]),
        changed(GRAVE, faltaCometida=[{"clave": "CLAVE_NUEVA"}]),
    ],
)
def test_in_doubt_nothing_is_guessed_unless_the_source_says(record: dict[str, Any]) -> None:
    for layout in ("s3_graves_v2", "s3_no_graves_v2"):
        outcome = one(layout, record)
        assert outcome.rejected == "coleccion-dudosa" and "layout" in outcome.message
        assert one(layout, record, named=layout).rows
    anonymous = one("s3_no_graves_v2", record, named="s3_no_graves_v2")
    assert "CANARIA" not in text_of(anonymous)


def test_in_a_named_collection_an_unknown_or_lesser_fault_hides_the_name() -> None:
    for code in ("CLAVE_NUEVA", "DECLARACIONES"):
        record = changed(GRAVE, faltaCometida__0__clave=code)
        outcome = one("s3_graves_v2", record, named="s3_graves_v2")
        assert outcome.rows["sanciones"][0]["persona"] == "Nombre reservado"
        assert outcome.rows["sanciones"][0]["tipo_registro"] == "otro"
        assert code in (outcome.rows["sanciones"][0]["tipos_falta"] or "")
    assert one("s3_graves_v2", AMBIGUOUS, named="s3_graves_v2").rows["sanciones"][0]["nombres"] == "CANARIA"


def test_a_serious_fault_is_mapped_whole() -> None:
    outcome = one("s3_graves_v2", GRAVE)
    main = outcome.rows["sanciones"][0]
    expected = {
        "tipo_registro": "grave", "persona": "CANARIA INVENTADA", "puesto": "Puesto canario", "nivel": "OTRO",
        "nivel_detalle": "Nivel canario", "area": "Área canaria", "ente_id": "sepru", "entidad": "14",
        "orden_gobierno": "ESTATAL", "ambito": "EJECUTIVO", "origen": "OTRO", "origen_detalle": "Origen canario",
        "titulo_resolucion": "Resolución canaria", "fecha_firme": "2025-01-10", "fecha_captura": "2025-03-01",
        "autoridad_substanciadora": "Substanciadora de Prueba", "orden_jurisdiccional": "ESTATAL",
        "url_resolucion": "https://ejemplo.mx/r/firme.pdf", "inhabilitacion_fin": "2027-01-20",
        "vigente_hasta": "2027-01-20", "plazo": "2 años, 5 días", "multa_monto": "100873", "multa_moneda": "MXN",
        "tipos_sancion": "INHABILITACION; SANCION_ECONOMICA; DESTITUCION; OTRO", "tipos_falta": "PECULADO; OTRO",
        "anio": "2024", "observaciones": None,
    }  # fmt: skip
    assert {k: main[k] for k in expected} == expected
    _, fine, removal, other = outcome.rows["sanciones_impuestas"]
    assert (fine["plazo_pago"], fine["cobrado_monto"], fine["cobrado_fecha"]) == (
        "1 año, 6 meses",
        "5",
        "2025-05-01",
    )
    assert (removal["fecha"], other["denominacion"]) == ("2025-01-20", "Sanción canaria")
    assert outcome.rows["normas"][0] == {
        "falta_n": "1", "norma": "LGRA", "articulo": "53", "fraccion": "I", "sancion_id": main["id"], "n": "1",
    }  # fmt: skip
    assert [d["tipo"] for d in outcome.rows["documentos"]] == ["RESOLUCION", "RESOLUCION_FIRME"]
    assert outcome.unknown == () and not codes(outcome) - {"curp-enmascarada"}


@pytest.mark.parametrize("layout", SAMPLES)
def test_reserved_fields_never_reach_a_row(layout: str) -> None:
    outcome = one(layout, SAMPLES[layout])
    published = text_of(outcome)
    for canary in (CURP, PERSON_RFC, "SEXO-CANARIO", "CALLE CANARIA", "CANARY STREET", "DIRECTORA-CANARIA", "2031-12-31",
                   "captura-canaria", "DOMICILIO_MEXICO"):  # fmt: skip
        assert canary not in published
    assert outcome.unknown == () and outcome.withheld_fields
    system = context(layout).system
    for table, rows in outcome.rows.items():
        for values in rows:
            assert set(values) <= set(system.table(table).names)


def test_no_graves_go_without_name_post_case_links_or_texts() -> None:
    outcome = one("s3_no_graves_v2", NO_GRAVE)
    main, published = outcome.rows["sanciones"][0], text_of(outcome).lower()
    for canary in ("canari", "inventada", "xal/g", "ejemplo.mx", 'otro"', GRAVE["id"]):
        assert canary not in published.replace('"origen": "otro"', "")
    assert main["tipo_registro"] == "no_grave" and main["ente_siglas"] == "SEPRU" and main["entidad"] == "14"
    assert main["tipos_falta"] == "DECLARACIONES" and main["vigente_hasta"] == "2026-06-30"
    assert outcome.rows["sanciones_impuestas"][0]["modalidad"] == "PUBLICA"
    assert outcome.rows["documentos"] == []
    assert {"datosGenerales.nombres", "empleoCargoComision.denominacion", "expediente",
            "resolucion.urlResolucionFirme"} <= set(outcome.withheld_fields)  # fmt: skip
    opened = one("s3_no_graves_v2", NO_GRAVE, non_serious_expediente=True, non_serious_texts=True)
    assert opened.rows["sanciones"][0]["expediente"] == "XAL/G/001"
    assert opened.rows["sanciones"][0]["observaciones"] == "Observación canaria"
    assert opened.rows["faltas"][0]["hechos"] == "Hechos canarios"
    assert "INVENTADA" not in text_of(opened) and "ejemplo.mx" not in text_of(opened)
    assert "Puesto canario" not in text_of(opened)


@pytest.mark.parametrize("layout", SAMPLES)
@pytest.mark.parametrize(
    ("run", "code"), [("2025-01-09", "no-firme"), ("2025-01-10", ""), ("2025-01-11", "")]
)
def test_only_final_resolutions(layout: str, run: str, code: str) -> None:
    record = SAMPLES[layout]
    assert one(layout, record, run=date.fromisoformat(run)).withheld == code
    for missing in (None, " ", "pronto"):
        outcome = one(layout, changed(record, resolucion__fechaResolucionFirme=missing))
        assert outcome.withheld == "no-firme" and not outcome.rows


@pytest.mark.parametrize(
    ("layout", "last", "after"),
    [("s3_graves_v2", "2027-01-20", "2027-01-21"), ("s3_no_graves_v2", "2026-06-30", "2026-07-01"),
     ("s3_personas_fisicas_v2", "2029-11-01", "2029-11-02"), ("s3_personas_morales_v2", "2027-03-04", "2027-03-05")],
)  # fmt: skip
def test_publication_ends_with_the_last_period_or_the_years_rule(layout: str, last: str, after: str) -> None:
    record = SAMPLES[layout]
    until = one(layout, record, run=date.fromisoformat(last))
    assert until.rows["sanciones"][0]["publicado_hasta"] == last
    assert one(layout, record, run=date.fromisoformat(after)).withheld == "concluida"
    assert one(layout, record, run=date.fromisoformat(after), keep_ended=True).rows


def test_amounts_of_two_currencies_are_not_added() -> None:
    outcome = one("s3_personas_fisicas_v2", FISICA)
    main = outcome.rows["sanciones"][0]
    assert main["multa_monto"] is main["multa_moneda"] is None
    assert main["nombre_razon_social"] == "CANARIO INVENTADO" and main["tipo_persona"] == "F"
    same = changed(FISICA, tipoSancion__0__indemnizacion__moneda="MXN")
    assert one("s3_personas_fisicas_v2", same).rows["sanciones"][0]["multa_monto"] == "30"


def test_a_company_joins_the_suppliers() -> None:
    outcome = one("s3_personas_morales_v2", MORAL)
    main = outcome.rows["sanciones"][0]
    assert (main["rfc"], main["proveedor_id"]) == ("HPR060210B71", "hpr060210b71")
    assert main["proveedor_nombre"] == main["nombre_razon_social"] == "Empresa Inventada SA de CV"
    bad = one("s3_personas_morales_v2", changed(MORAL, datosGenerales__rfc=PERSON_RFC))
    assert bad.rows["sanciones"][0]["rfc"] is None and "rfc-invalido" in codes(bad)
    assert PERSON_RFC not in text_of(bad)


def test_official_misspellings_are_silent_and_the_others_are_noted() -> None:
    outcome = one("s3_personas_morales_v2", MORAL)
    suspension, _, other = outcome.rows["sanciones_impuestas"]
    assert (suspension["plazo_anios"], suspension["plazo"]) == ("1", "1 año, 2 meses, 3 días")
    assert (other["clave"], other["tipo"], other["denominacion"]) == ("otro", "OTRO", "Rótulo")
    assert codes(outcome) == {"clave-normalizada"}
    resolution = dict(RESOLUTION)
    resolution["tituloDocumento"] = resolution.pop("tituloResolucion")
    resolution["autoridadSubstanciadora"] = resolution.pop("autoridadSusbstanciadora")
    migrated = changed(
        MORAL, resolucion=resolution, fecha="2025-03-01T08:00:00Z", tipoSancion__2__clave="OTRO"
    )
    block = migrated["tipoSancion"][0]["suspensionActividades"]
    block["plazoSuspensionAnios"] = block.pop("plazoSuspensioAnios")
    again = one("s3_personas_morales_v2", migrated)
    assert again.rows["sanciones"][0]["titulo_resolucion"] == "Resolución canaria"
    assert again.rows["sanciones"][0]["autoridad_substanciadora"] == "Substanciadora de Prueba"
    assert again.rows["sanciones"][0]["fecha_captura"] == "2025-03-01"
    assert again.rows["sanciones_impuestas"][0]["plazo_anios"] == "1"
    assert [i.code for i in again.issues] == ["nombre-alterno"] * 3 and again.unknown == ()


def test_an_unknown_sanction_falls_into_no_category_and_its_block_is_reported() -> None:
    record = changed(GRAVE, tipoSancion__0__clave="CLAVE_RARA")
    outcome = one("s3_graves_v2", record)
    first = outcome.rows["sanciones_impuestas"][0]
    assert (first["clave"], first["tipo"]) == ("CLAVE_RARA", None)
    assert (outcome.rows["sanciones"][0]["tipos_sancion"] or "").startswith("CLAVE_RARA; ")
    assert "sancion-desconocida" in codes(outcome)
    assert "tipoSancion[].inhabilitacion.fechaFinal" in outcome.unknown


def test_relations_without_content_are_rejected() -> None:
    for path in ("faltaCometida", "tipoSancion"):
        outcome = one("s3_graves_v2", changed(GRAVE, **{path: [11, 12]}), named="s3_graves_v2")
        assert outcome.rejected == "relacion-sin-detalle" and path in outcome.message
    deep = changed(GRAVE, tipoSancion__0__inhabilitacion=9)
    assert one("s3_graves_v2", deep).rejected == "relacion-sin-detalle"


def test_only_http_links_are_published() -> None:
    for link in (
        "javascript:alert(1)",
        "ftp://ejemplo.mx/a",
        "ejemplo.mx/a",
        f"https://ejemplo.mx/{CURP}.pdf",
        " ",
    ):
        record = changed(GRAVE, resolucion__urlResolucionFirme=link)
        outcome = one("s3_graves_v2", record)
        assert outcome.rows["sanciones"][0]["url_resolucion"] == "https://ejemplo.mx/r/1.pdf"
        assert ("enlace-no-publicable" in codes(outcome)) is bool(link.strip())


def test_crossed_dates_are_kept_as_received() -> None:
    outcome = one("s3_graves_v2", changed(GRAVE, tipoSancion__0__inhabilitacion__fechaInicial="2030-01-01"))
    ban = outcome.rows["sanciones_impuestas"][0]
    assert (ban["fecha_inicial"], ban["fecha_final"]) == ("2030-01-01", "2027-01-20")
    rules = {r.id: r.severity for r in context("s3_graves_v2").system.rules if r.kind == "dates-in-order"}
    assert rules and set(rules.values()) == {"warning"}


def test_unknown_fields_are_reported_not_published() -> None:
    record = changed(GRAVE, sorpresa="VALOR-CANARIO", datosGenerales__apodo="VALOR-CANARIO")
    outcome = one("s3_graves_v2", record)
    assert outcome.unknown == ("datosGenerales.apodo", "sorpresa")
    assert "VALOR-CANARIO" not in text_of(outcome)
