"""S3 v1 of servidores and particulares: mapping, names, clock and leaks. Every person here is invented."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrina import registry
from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.model import Outcome, RawRecord, Source

SYSTEMS = Path(__file__).resolve().parents[2] / "data" / "systems"
RUN = date(2026, 6, 15)
CURP = "BEML920313HCMLNS09"  # a made-up key with a right check digit
PERSON_RFC = "XOXO800101AB1"

SERVIDOR: dict[str, Any] = {
    "id": "5f0c8a1e9d3b2c0011223344",
    "fechaCaptura": "2025-02-01T10:00:00Z",
    "expediente": "XAL/OIC/001/2025",
    "institucionDependencia": {"nombre": "Secretaría de Prueba", "siglas": "SEPRU", "clave": "S01"},
    "servidorPublicoSancionado": {
        "nombres": "CANARIA",
        "primerApellido": "INVENTADA",
        "segundoApellido": "DE PRUEBA",
        "genero": {"clave": "F", "valor": "GENERO-CANARIO"},
        "rfc": PERSON_RFC,
        "curp": CURP,
        "puesto": "Jefa de Oficina Canaria",
        "nivel": "NIVEL-9",
    },
    "autoridadSancionadora": "OIC de Prueba",
    "tipoFalta": {"clave": "PEC", "valor": "PECULADO", "descripcion": "Describe la falta"},
    "tipoSancion": [
        {"clave": "I", "valor": "INHABILITADO", "descripcion": "Sin cargos"},
        {"clave": "SE", "valor": "SANCION ECONOMICA"},
        {"clave": "S", "valor": "SUSPENSION"},
        {"clave": "D", "valor": "DESTITUCION"},
    ],
    "causaMotivoHechos": f"Los hechos de {CURP} y rfc {PERSON_RFC}.",
    "resolucion": {"fechaResolucion": "2025-01-10", "url": "https://ejemplo.mx/r/1.pdf"},
    "multa": {"monto": 1500.5, "moneda": {"clave": "MXN", "valor": "PESO"}},
    "inhabilitacion": {"plazo": "2 años y 6 meses", "fechaInicial": "2025-01-15", "fechaFinal": "2027-07-15"},
    "observaciones": "Nada más",
    "documentos": [
        {"id": "d1", "tipo": "RESOLUCION", "titulo": "Resolución", "descripcion": "Completa",
         "url": "https://ejemplo.mx/d/1.pdf", "fecha": "2025-01-10"},
        {"id": "d2", "tipo": "OTRO", "titulo": "Carpeta", "descripcion": "Local", "url": "file:///etc/secreto",
         "fecha": "2025-01-10"},
    ],
}  # fmt: skip
PARTICULAR: dict[str, Any] = {
    "id": "p-1",
    "fechaCaptura": "2025-02-01T10:00:00Z",
    "expediente": "XAL/TJA/007/2025",
    "institucionDependencia": {"nombre": "Municipio de Prueba"},
    "particularSancionado": {
        "nombreRazonSocial": "Empresa Canaria SA de CV",
        "tipoPersona": "M",
        "objetoSocial": "Obras",
        "rfc": "HPR060210B71",
        "telefono": "5550001111",
        "domicilioMexico": {"vialidad": {"clave": "1", "valor": "CALLE CANARIA"}, "codigoPostal": "99999"},
        "domicilioExtranjero": {"calle": "CANARY STREET"},
        "directorGeneral": {"nombres": "DIRECTOR-CANARIO", "curp": CURP},
        "apoderadoLegal": {"nombres": "APODERADO-CANARIO", "curp": CURP},
    },
    "objetoContrato": "Pavimento",
    "acto": "Licitación 1",
    "autoridadSancionadora": "Tribunal de Prueba",
    "tipoFalta": "COLUSION EN LICITACION",
    "tipoSancion": [{"clave": "S", "valor": "SUSPENSION"}, {"clave": "D", "valor": "DISOLUCION"}],
    "causaMotivoHechos": "Acuerdo de precios",
    "responsableSancion": {"nombres": "MAGISTRADA-CANARIA", "primerApellido": "X"},
    "resolucion": {"sentido": "Sancionatoria", "url": " ", "fechaNotificacion": "2025-01-20"},
    "multa": {"monto": 0, "moneda": {"clave": "MXN"}},
}
SLUGS = {"s3_servidores_v1": "s3-servidores", "s3_particulares_v1": "s3-particulares"}


def context(layout: str, *, final: bool = True, run: date = RUN, **switches: Any) -> Context:
    system = registry.load_system(SYSTEMS / SLUGS[layout])
    changed = {
        k: {"value": v, "reason": "Prueba de la opción", "authority": "Prueba"} for k, v in switches.items()
    }
    system = replace(system, options={**system.options, **changed})
    policy = {"final_only": True} if final else {}
    source = Source("fuente-prueba", "Fuente", system.slug, "folder", "json", "diaria", policy=policy)
    return Context(system, source, run, {"Secretaría de Prueba": "sepru"}.get)


def one(layout: str, record: Any, **kind: Any) -> Outcome:
    (outcome,) = find(layout).outcomes([RawRecord("a.json#0", record)], context(layout, **kind))
    assert outcome.positions == ("a.json#0",)
    return outcome


def changed(record: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    result = copy.deepcopy(dict(record))
    for path, value in members.items():
        *parents, last = path.split("__")
        place = result
        for parent in parents:
            place = place[parent]
        place[last] = value
    return result


def text_of(outcome: Outcome) -> str:
    return json.dumps(outcome.rows, ensure_ascii=False)


def test_layouts_recognize_only_their_own_shape() -> None:
    servidores, particulares = find("s3_servidores_v1"), find("s3_particulares_v1")
    assert servidores.matches(SERVIDOR) and not servidores.matches(PARTICULAR)
    assert particulares.matches(PARTICULAR) and not particulares.matches(SERVIDOR)
    both = {**SERVIDOR, **PARTICULAR}
    for junk in (
        both,
        {},
        [],
        None,
        "x",
        3,
        {"servidorPublicoSancionado": "x"},
        {"particularSancionado": None},
    ):
        assert not servidores.matches(junk) and not particulares.matches(junk)


def test_a_serious_fault_is_mapped_whole() -> None:
    outcome = one("s3_servidores_v1", SERVIDOR)
    main = outcome.rows["sanciones"][0]
    expected = {
        "id_origen": SERVIDOR["id"], "expediente": "XAL/OIC/001/2025", "tipo_registro": "grave",
        "persona": "CANARIA INVENTADA DE PRUEBA", "nombres": "CANARIA", "puesto": "Jefa de Oficina Canaria",
        "ente_id": "sepru", "ente_nombre": "Secretaría de Prueba", "ente_siglas": "SEPRU",
        "fecha_resolucion": "2025-01-10", "inhabilitacion_inicio": "2025-01-15",
        "inhabilitacion_fin": "2027-07-15", "vigente_hasta": "2027-07-15", "publicado_hasta": "2027-07-15",
        "plazo": "2 años y 6 meses", "multa_monto": "1500.5", "multa_moneda": "MXN", "anio": "2025",
        "tipos_sancion": "INHABILITACION; SANCION_ECONOMICA; SUSPENSION; DESTITUCION", "tipos_falta": "PEC",
        "url_resolucion": "https://ejemplo.mx/r/1.pdf",
    }  # fmt: skip
    assert {k: main[k] for k in expected} == expected
    ban, fine, *_ = outcome.rows["sanciones_impuestas"]
    assert (ban["n"], ban["clave"], ban["plazo_anios"], ban["plazo_meses"], ban["fecha_final"]) == (
        "1", "I", "2", "6", "2027-07-15",
    )  # fmt: skip
    assert (fine["tipo"], fine["monto"], fine["moneda"]) == ("SANCION_ECONOMICA", "1500.5", "MXN")
    assert all(
        r["sancion_id"] == main["id"] for t, rows in outcome.rows.items() if t != "sanciones" for r in rows
    )
    assert outcome.unknown == ()


def test_personal_keys_inside_prose_are_hidden_and_told() -> None:
    outcome = one("s3_servidores_v1", SERVIDOR)
    facts = outcome.rows["faltas"][0]["hechos"]
    assert facts == "Los hechos de [CURP reservada] y rfc [RFC reservado]."
    assert "curp-enmascarada" in {i.code for i in outcome.issues}
    assert all(CURP not in i.message for i in outcome.issues)
    wrong_digit = one("s3_servidores_v1", changed(SERVIDOR, causaMotivoHechos=f"De {CURP[:-1]}0"))
    assert CURP[:10] not in text_of(wrong_digit)


@pytest.mark.parametrize("layout", SLUGS)
def test_reserved_fields_never_reach_a_row(layout: str) -> None:
    record = SERVIDOR if layout == "s3_servidores_v1" else PARTICULAR
    natural = changed(PARTICULAR, particularSancionado__tipoPersona="F", particularSancionado__rfc=PERSON_RFC)
    for received in [record] if layout == "s3_servidores_v1" else [record, natural]:
        outcome = one(layout, received)
        published = text_of(outcome)
        for canary in (CURP, PERSON_RFC, "GENERO-CANARIO", "5550001111", "CALLE CANARIA", "99999", "CANARY STREET",
                       "DIRECTOR-CANARIO", "APODERADO-CANARIO", "MAGISTRADA-CANARIA", "etc/secreto"):  # fmt: skip
            assert canary not in published
        assert outcome.unknown == ()
        assert outcome.withheld_fields


@pytest.mark.parametrize("code", ["ANG", "NAD", "IDSP", "OTRO", "XYZ", "VPC", None])
def test_other_faults_go_without_name_post_case_or_texts(code: str | None) -> None:
    outcome = one("s3_servidores_v1", changed(SERVIDOR, tipoFalta__clave=code))
    main = outcome.rows["sanciones"][0]
    published = text_of(outcome)
    for canary in ("CANARIA", "INVENTADA", "DE PRUEBA\"", "Oficina", "NIVEL-9", "XAL/OIC", "hechos de", "ejemplo.mx",
                   "Describe la falta", "Nada más", "Sin cargos", "PECULADO", SERVIDOR["id"]):  # fmt: skip
        assert canary not in published
    assert main["persona"] == "Nombre reservado" and main["ente_nombre"] == "Secretaría de Prueba"
    assert main["tipo_registro"] == ("no_grave" if code in {"ANG", "NAD", "IDSP"} else "otro")
    assert "documentos" not in outcome.rows or outcome.rows["documentos"] == []
    assert {"servidorPublicoSancionado.nombres", "expediente", "resolucion.url"} <= set(
        outcome.withheld_fields
    )
    assert outcome.unknown == ()


def test_switches_open_what_they_say_and_no_more() -> None:
    record = changed(SERVIDOR, tipoFalta__clave="ANG")
    with_case = one("s3_servidores_v1", record, non_serious_expediente=True)
    assert with_case.rows["sanciones"][0]["expediente"] == "XAL/OIC/001/2025"
    assert "CANARIA" not in text_of(with_case) and with_case.rows["faltas"][0]["hechos"] is None
    texts = one("s3_servidores_v1", record, non_serious_texts=True)
    assert "Los hechos" in text_of(texts) and "CANARIA" not in text_of(texts)
    named = one(
        "s3_servidores_v1", changed(SERVIDOR, tipoFalta__clave="OTRO"), publish_unclassified_names=True
    )
    assert named.rows["sanciones"][0]["persona"] == "CANARIA INVENTADA DE PRUEBA"
    still = one("s3_servidores_v1", record, publish_unclassified_names=True)
    assert still.rows["sanciones"][0]["persona"] == "Nombre reservado"
    assert one("s3_servidores_v1", record, publish_non_serious=False).withheld == "no-grave"


def test_words_that_say_no_grave_outweigh_a_serious_code() -> None:
    outcome = one("s3_servidores_v1", changed(SERVIDOR, tipoFalta__valor="Administrativa NO GRAVE"))
    assert outcome.rows["sanciones"][0]["tipo_registro"] == "no_grave"
    company = one("s3_particulares_v1", changed(PARTICULAR, tipoFalta="Falta administrativa no grave"))
    assert "Empresa Canaria" not in text_of(company) and "HPR060210B71" not in text_of(company)


def test_v1_needs_the_source_to_declare_final_resolutions() -> None:
    for layout, record in (("s3_servidores_v1", SERVIDOR), ("s3_particulares_v1", PARTICULAR)):
        outcome = one(layout, record, final=False)
        assert outcome.withheld == "no-firme" and not outcome.rows
    assert one("s3_servidores_v1", SERVIDOR, run=date(2025, 1, 9)).withheld == "no-firme"
    assert one("s3_servidores_v1", SERVIDOR, run=date(2025, 1, 10)).rows


@pytest.mark.parametrize(
    ("run", "code"), [("2027-07-14", ""), ("2027-07-15", ""), ("2027-07-16", "concluida")]
)
def test_publication_ends_with_the_sanction(run: str, code: str) -> None:
    assert one("s3_servidores_v1", SERVIDOR, run=date.fromisoformat(run)).withheld == code
    assert one("s3_servidores_v1", SERVIDOR, run=date.fromisoformat(run), keep_ended=True).withheld == ""


@pytest.mark.parametrize(("run", "code"), [("2030-01-10", ""), ("2030-01-11", "concluida")])
def test_without_a_period_the_declared_years_rule(run: str, code: str) -> None:
    record = changed(SERVIDOR, inhabilitacion=None, tipoSancion=[{"clave": "D", "valor": "DESTITUCION"}])
    assert one("s3_servidores_v1", record, run=date.fromisoformat(run)).withheld == code


def test_an_end_that_is_missing_is_counted_from_the_term() -> None:
    record = changed(SERVIDOR, inhabilitacion__fechaFinal=None)
    assert one("s3_servidores_v1", record).rows["sanciones"][0]["vigente_hasta"] == "2027-07-15"
    undated = changed(SERVIDOR, inhabilitacion=None, resolucion={"url": " "})
    assert one("s3_servidores_v1", undated).withheld == "sin-plazo"


def test_the_same_letter_means_another_sanction_in_each_system() -> None:
    private = one("s3_particulares_v1", PARTICULAR).rows["sanciones"][0]
    assert private["tipos_sancion"] == "SUSPENSION_ACTIVIDADES; DISOLUCION_SOCIEDAD"
    public = one("s3_servidores_v1", SERVIDOR).rows["sanciones_impuestas"]
    assert [r["tipo"] for r in public if r["clave"] in "SD"] == ["SUSPENSION", "DESTITUCION"]


def test_an_unknown_sanction_falls_into_no_category() -> None:
    outcome = one("s3_servidores_v1", changed(SERVIDOR, tipoSancion=[{"clave": "QQ", "valor": "RARA"}]))
    first, ban, fine = outcome.rows["sanciones_impuestas"]
    assert (first["clave"], first["tipo"], first["denominacion"]) == ("QQ", None, "RARA")
    assert (ban["clave"], ban["tipo"], fine["tipo"]) == (None, "INHABILITACION", "MULTA")
    assert {"sancion-desconocida", "sancion-sin-clave"} <= {i.code for i in outcome.issues}


def test_a_company_carries_its_rfc_and_a_person_does_not() -> None:
    company = one("s3_particulares_v1", PARTICULAR).rows["sanciones"][0]
    assert (company["tipo_registro"], company["rfc"], company["proveedor_id"]) == (
        "persona_moral", "HPR060210B71", "hpr060210b71",
    )  # fmt: skip
    person = changed(PARTICULAR, particularSancionado__tipoPersona="F")
    outcome = one("s3_particulares_v1", person)
    natural = outcome.rows["sanciones"][0]
    assert natural["tipo_registro"] == "persona_fisica" and natural["nombre_razon_social"]
    assert natural["rfc"] is natural["proveedor_id"] is natural["proveedor_nombre"] is None
    assert "particularSancionado.rfc" in outcome.withheld_fields
    doubtful = one("s3_particulares_v1", changed(PARTICULAR, particularSancionado__rfc=PERSON_RFC))
    assert doubtful.rows["sanciones"][0]["tipo_registro"] == "otro"
    assert PERSON_RFC not in text_of(doubtful)


def test_a_fine_of_zero_is_no_sanction() -> None:
    outcome = one("s3_particulares_v1", PARTICULAR)
    assert len(outcome.rows["sanciones_impuestas"]) == 2
    assert "multa-en-cero" in {i.code for i in outcome.issues}


def test_unknown_fields_are_reported_not_published() -> None:
    record = changed(SERVIDOR, sorpresa={"dentro": "VALOR-CANARIO"}, resolucion__extra="VALOR-CANARIO")
    outcome = one("s3_servidores_v1", record)
    assert outcome.unknown == ("resolucion.extra", "sorpresa.dentro")
    assert "VALOR-CANARIO" not in text_of(outcome)


def test_values_that_cannot_be_read_stay_as_received() -> None:
    record = changed(SERVIDOR, fechaCaptura="31/02/2025", multa__monto="mucho")
    outcome = one("s3_servidores_v1", record)
    assert outcome.rows["sanciones"][0]["fecha_captura"] == "31/02/2025"
    assert outcome.rows["sanciones"][0]["multa_monto"] == "mucho"


def test_ids_are_stable_distinct_and_never_personal() -> None:
    def row_id(record: Any, layout: str = "s3_servidores_v1") -> str:
        return str(one(layout, record).rows["sanciones"][0]["id"])

    assert row_id(SERVIDOR) == row_id(copy.deepcopy(SERVIDOR)) != row_id(changed(SERVIDOR, id="otro"))
    assert CURP.lower() not in row_id(changed(SERVIDOR, id=CURP))
    assert one("s3_servidores_v1", changed(SERVIDOR, id=CURP)).rows["sanciones"][0]["id_origen"] is None
    assert len(row_id(changed(SERVIDOR, id=None))) == 16
    assert row_id(changed(SERVIDOR, id=None)) != row_id(changed(SERVIDOR, id=None, expediente="otro"))
    anonymous = changed(SERVIDOR, id=None, tipoFalta__clave="ANG")
    twins = [RawRecord(f"a#{n}", anonymous) for n in range(2)]
    found = [
        o.rows["sanciones"][0]["id"]
        for o in find("s3_servidores_v1").outcomes(twins, context("s3_servidores_v1"))
    ]
    assert len(set(found)) == 2


def test_what_is_not_an_object_is_rejected() -> None:
    assert one("s3_servidores_v1", [1]).rejected == "no-es-registro"


@pytest.mark.parametrize("layout", SLUGS)
def test_rows_carry_only_declared_columns(layout: str) -> None:
    outcome = one(layout, SERVIDOR if layout == "s3_servidores_v1" else PARTICULAR)
    system = context(layout).system
    for table, rows in outcome.rows.items():
        for values in rows:
            assert set(values) <= set(system.table(table).names)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def _mangled(draw: st.DrawFn) -> dict[str, Any]:
    record = copy.deepcopy(draw(st.sampled_from([SERVIDOR, PARTICULAR])))
    for key in draw(st.lists(st.sampled_from(sorted(record)), max_size=4)):
        value = record[key]
        if isinstance(value, dict) and value and draw(st.booleans()):
            value[draw(st.sampled_from(sorted(value)))] = draw(JSON)
        else:
            record[key] = draw(JSON)
    return record


CONTEXTS = {name: context(name) for name in SLUGS}


@settings(max_examples=120, deadline=None)
@given(st.one_of(JSON, _mangled()))
def test_no_record_crashes_a_layout(record: Any) -> None:
    for name, known in CONTEXTS.items():
        layout = find(name)
        assert layout.matches(record) in {True, False}
        (outcome,) = layout.outcomes([RawRecord("x#0", record)], known)
        assert sum(map(bool, (outcome.rows, outcome.withheld, outcome.rejected))) == 1
