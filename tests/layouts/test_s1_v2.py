"""Layout s1_v2: the public part of a declaration, its identity, and what is unknown or misspelt.

The record is tests/layouts/s1_declaracion.json: all persons, bodies and companies are invented, and every
reserved member holds a canary (CANARIO and a number).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import frictionless
import pytest

from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.model import Outcome, RawRecord, Source
from vitrina.registry import load_system

HOME = Path(__file__).resolve().parents[2]
RECORD = (HOME / "tests" / "layouts" / "s1_declaracion.json").read_text(encoding="utf-8")
LAYOUT = find("s1_v2")
KINDS = ("INICIAL", "MODIFICACIÓN", "CONCLUSIÓN")
RENAMED = (
    (
        "remuneracionMensualCargoPublico",
        "remuneracionAnualCargoPublico",
        "remuneracionConclusionCargoPublico",
    ),
    ("otrosIngresosMensualesTotal", "otrosIngresosAnualesTotal", "otrosIngresosConclusionTotal"),
    ("ingresoMensualNetoDeclarante", "ingresoAnualNetoDeclarante", "ingresoConclusionNetoDeclarante"),
    (
        "ingresoMensualNetoParejaDependiente",
        "ingresoAnualNetoParejaDependiente",
        "ingresoConclusionNetoParejaDependiente",
    ),
    ("totalIngresosMensualesNetos", "totalIngresosAnualesNetos", "totalIngresosConclusionNetos"),
    ("saldoSituacionActual", "saldoDiciembreAnterior", "saldoFechaConclusion"),
    ("saldoInsolutoSituacionActual", "saldoInsolutoDiciembreAnterior", "saldoInsolutoFechaConclusion"),
)
COMPANY = "HPR060210B71"  # passes python-stdnum; the invented "Herrería Prueba"


@pytest.fixture(scope="module")
def context() -> Context:
    system = load_system(HOME / "data" / "systems" / "s1-declaraciones")
    source = Source("s1-prueba", "Prueba", system.slug, "folder", "json", "diaria", synthetic=True)
    return Context(system, source, date(2026, 3, 1), {"Secretaría de Obras de Xaltepec": "sop"}.get)


def declaration(kind: str = "INICIAL") -> dict[str, Any]:
    """Return the invented declaration as one of its three kinds: members that change name are renamed."""
    text = RECORD.replace('"INICIAL"', json.dumps(kind, ensure_ascii=False))
    for first, *others in RENAMED:
        text = text.replace(f'"{first}"', f'"{[first, *others][KINDS.index(kind)]}"')
    record: dict[str, Any] = json.loads(text)
    return record


def one(record: Any, context: Context) -> Outcome:
    (outcome,) = LAYOUT.outcomes([RawRecord("prueba.json#/0", record)], context)
    return outcome


def main_row(record: Any, context: Context) -> Mapping[str, str | None]:
    (row,) = one(record, context).rows["declaraciones"]
    return row


def test_main_row_holds_the_public_record(context: Context) -> None:
    row = main_row(declaration(), context)
    expected = {
        "id_origen": "DECL-0001",
        "tipo": "INICIAL",
        "fecha_actualizacion": "2020-03-14",
        "anio": "2020",
        "institucion_receptora": "Contraloría de Xaltepec",
        "nombres": "Ximena Prueba",
        "primer_apellido": "Ñandú",
        "segundo_apellido": "Inventada",
        "ente_id": "sop",
        "ente_nombre": "Secretaría de Obras de Xaltepec",
        "area": "Dirección de Caminos",
        "cargo": "Directora",
        "nivel": "L31",
        "orden_gobierno": "ESTATAL",
        "ambito_publico": "EJECUTIVO",
        "por_honorarios": "false",
        "funcion_principal": "Dirigir obras",
        "fecha_toma_posesion": "2020-01-16",
        "entidad": "07",
        "municipio": "Ciudad Xaltepec",
        "municipio_clave": "001",
        "otro_cargo_publico": "true",
        "declaracion_completa": "true",
        "actualizo_intereses": "false",
        "escolaridad_maxima": "MAE",
        "ingreso_neto": "35000",
        "ingreso_periodo": "MENSUAL",
        "remuneracion_cargo": "30000",
        "otros_ingresos": "5000",
        "servidor_anio_anterior": "true",
        "anio_anterior_neto": "300000",
        "inmuebles_estado": "DECLARADO",
        "inmuebles_publicos": "1",
        "inmuebles_reservados": "1",
        "participaciones_publicos": "1",
        "participaciones_reservados": "1",
        "prestamos_publicos": "2",
    }
    assert {k: row[k] for k in expected} == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "escolaridad",
            {"nivel": "LIC", "institucion": "Universidad Prueba", "fecha_obtencion": "2009-05-04"},
        ),
        ("otros_cargos", {"ente_nombre": "Universidad Prueba", "cargo": "Docente"}),
        ("experiencia", {"empresa": "Herrería Prueba", "empresa_rfc": COMPANY, "fecha_egreso": "2012-02-01"}),
        ("ingresos", {"concepto": "INDUSTRIAL_COMERCIAL", "monto": "5000", "razon_social": "Puesto Prueba"}),
        (
            "inmuebles",
            {
                "tipo": "OTRO",
                "tipo_otro": "Cabaña",
                "superficie_construccion": "80.5",
                "valor_adquisicion": "350000",
                "transmisor_tipo": "FISICA; MORAL",
                "transmisor_nombre": "Casas Prueba",
                "transmisor_rfc": COMPANY,
            },
        ),
        ("vehiculos", {"tipo": "AUMOT", "marca": "Marca Uno", "anio": "2013", "transmisor_nombre": None}),
        ("muebles", {"tipo": "JOYA", "descripcion": "Anillo", "transmisor_tipo": "FISICA"}),
        (
            "inversiones",
            {"subtipo": "CAHO", "institucion_nombre": "Banco Prueba", "institucion_rfc": COMPANY},
        ),
        (
            "adeudos",
            {"monto_original": None, "monto_original_otra_moneda": "2500 USD", "otorgante_nombre": None},
        ),
        ("prestamos", {"tipo_vehiculo": "AUMOT", "dueno_tipo": "FISICA", "dueno_nombre": None}),
        ("participaciones", {"empresa": "Herrería Prueba", "porcentaje": "40", "entidad": "07"}),
        ("decisiones", {"tipo_institucion": "PP", "puesto": "Consejera", "monto_mensual": "1200"}),
        ("apoyos", {"programa": "Apoyo Prueba", "tipo_apoyo_otro": "Beca", "especificacion": "Libros"}),
        ("representaciones", {"persona_tipo": "FISICA", "persona_nombre": None, "pais": "MX"}),
        ("clientes", {"empresa": "Consultoría Prueba", "cliente_tipo": "FISICA", "cliente_nombre": None}),
        ("beneficios", {"tipo_beneficio": "D", "otorgante_nombre": None, "monto_mensual": "100"}),
        (
            "fideicomisos",
            {"ubicacion": "MX", "fiduciario_nombre": "Banco Prueba", "fideicomitente_nombre": None},
        ),
    ],
)
def test_each_section_gives_its_public_columns(
    table: str, expected: dict[str, str | None], context: Context
) -> None:
    row = one(declaration(), context).rows[table][0]
    assert {k: row[k] for k in expected} == expected
    assert (row["n"], row["declaracion_id"]) == ("1", main_row(declaration(), context)["id"])


def test_legal_persons_are_named(context: Context) -> None:
    rows = one(declaration(), context).rows
    assert rows["prestamos"][1]["dueno_nombre"] == "Casas Prueba"
    assert rows["representaciones"][1]["persona_rfc"] == COMPANY


@pytest.mark.parametrize("kind", KINDS)
def test_rows_have_the_schema_columns_and_pass_frictionless(kind: str, context: Context) -> None:
    outcome = one(declaration(kind), context)
    for name, rows in outcome.rows.items():
        table = context.system.table(name)
        fields = [f for f in table.fields if not f.name.startswith("fuente_")]
        names = [f.name for f in fields]
        assert {key for row in rows for key in row} == set(names), name
        schema = frictionless.Schema.from_descriptor({"fields": [_plain(f.descriptor) for f in fields]})
        data = [names, *[[row[n] for n in names] for row in rows]]
        report = frictionless.Resource(data=data, schema=schema).validate()
        assert report.valid, (name, report.flatten(["fieldName", "note"]))


def _plain(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in descriptor.items() if k not in {"display", "categories"}}


@pytest.mark.parametrize(
    ("section", "state"),
    [
        ({"ninguno": True}, "NINGUNO"),
        ({"ninguno": True, "bienInmueble": []}, "NINGUNO"),
        ({}, "NO_PROPORCIONADO"),
        (None, "NO_PROPORCIONADO"),
        ({"ninguno": False}, "NO_PROPORCIONADO"),
    ],
)
def test_none_and_not_given_are_told_apart(section: Any, state: str, context: Context) -> None:
    record = declaration()
    record["declaracion"]["situacionPatrimonial"]["bienesInmuebles"] = section
    row = main_row(record, context)
    assert (row["inmuebles_estado"], row["inmuebles_publicos"]) == (state, "0")


def test_a_simplified_declaration_has_its_sections_as_not_given(context: Context) -> None:
    record = declaration()
    patrimonial = record["declaracion"]["situacionPatrimonial"]
    for name in (
        "bienesInmuebles",
        "vehiculos",
        "bienesMuebles",
        "inversiones",
        "adeudos",
        "prestamoOComodato",
    ):
        del patrimonial[name]
    del record["declaracion"]["interes"]
    row = main_row(record, context)
    states = {k: v for k, v in row.items() if k.endswith("_estado") and k != "experiencia_estado"}
    assert set(states.values()) == {"NO_PROPORCIONADO"}
    assert row["experiencia_estado"] == "DECLARADO"


def test_none_with_data_publishes_the_data_and_says_so(context: Context) -> None:
    record = declaration()
    record["declaracion"]["situacionPatrimonial"]["vehiculos"]["ninguno"] = True
    outcome = one(record, context)
    assert outcome.rows["declaraciones"][0]["vehiculos_estado"] == "DECLARADO"
    assert "ninguno-con-datos" in {i.code for i in outcome.issues}


def test_unknown_members_are_dropped_and_reported(context: Context) -> None:
    record = declaration()
    record["declaracion"]["situacionPatrimonial"]["vehiculos"]["vehiculo"][0]["placas"] = "XYZ-123"
    record["sorpresa"] = {"dentro": 1}
    outcome = one(record, context)
    path = "declaracion.situacionPatrimonial.vehiculos.vehiculo[].placas"
    assert outcome.unknown == (path, "sorpresa.dentro")
    assert "XYZ-123" not in repr(outcome)


def test_misspelt_members_and_old_codes_are_read_and_noted(context: Context) -> None:
    record = declaration()
    patrimonial = record["declaracion"]["situacionPatrimonial"]
    estate_ = patrimonial["bienesInmuebles"]["bienInmueble"][0]
    estate_["fechaAdquiscion"] = estate_.pop("fechaAdquisicion")
    debt = patrimonial["adeudos"]["adeudo"][0]
    debt["fechaAdquision"] = debt.pop("fechaAdquisicion")
    patrimonial["vehiculos"]["vehiculo"][0]["tipoVehiculo"]["clave"] = "AUTMOT"
    trust = record["declaracion"]["interes"]["fideicomisos"]["fideicomiso"][0]
    trust["extanjero"] = trust.pop("extranjero")
    income = patrimonial["ingresos"]
    income["actividadIndustialComercialEmpresarial"] = income.pop("actividadIndustrialComercialEmpresarial")
    outcome = one(record, context)
    assert outcome.rows["inmuebles"][0]["fecha_adquisicion"] == "2015-06-30"
    assert outcome.rows["adeudos"][0]["fecha_adquisicion"] == "2018-03-02"
    assert outcome.rows["vehiculos"][0]["tipo"] == "AUMOT"
    assert outcome.rows["fideicomisos"][0]["ubicacion"] == "MX"
    assert outcome.rows["ingresos"][0]["monto"] == "5000"
    noted = [i.message for i in outcome.issues if i.code == "ortografia-del-estandar"]
    assert len(noted) == 5
    assert {i.severity for i in outcome.issues} == {"note"}
    assert outcome.unknown == ()


def test_earlier_specifications_are_read(context: Context) -> None:
    record = declaration()
    patrimonial = record["declaracion"]["situacionPatrimonial"]
    post = patrimonial["datosEmpleoCargoComision"]
    patrimonial["datosEmpleoCargoComision"] = [post, {"nombreEntePublico": "Otra Prueba"}]
    patrimonial["adeudosPasivos"] = patrimonial.pop("adeudos")
    interes = record["declaracion"]["interes"]
    interes["representaciones"] = interes.pop("representacion")
    del record["metadata"]["declaracionCompleta"]
    outcome = one(record, context)
    (row,) = outcome.rows["declaraciones"]
    assert (row["cargo"], row["adeudos_publicos"], row["representaciones_publicos"]) == (
        "Directora",
        "1",
        "2",
    )
    assert [r["ente_nombre"] for r in outcome.rows["otros_cargos"]] == ["Otra Prueba", "Universidad Prueba"]
    assert outcome.unknown == ()


def test_unreadable_values_stay_as_received_for_check_to_quarantine(context: Context) -> None:
    record = declaration()
    record["metadata"]["actualizacion"] = "ayer"
    record["declaracion"]["situacionPatrimonial"]["ingresos"]["ingresoMensualNetoDeclarante"]["valor"] = (
        "1.234,50"
    )
    row = main_row(record, context)
    assert (row["fecha_actualizacion"], row["anio"], row["ingreso_neto"]) == ("ayer", None, "1.234,50")


def test_ids_are_stable_safe_and_per_source(context: Context) -> None:
    record = declaration()
    assert main_row(record, context)["id"] == main_row(copy.deepcopy(record), context)["id"]
    other = replace(context, source=replace(context.source, id="s1-otra"))
    assert main_row(record, context)["id"] != main_row(record, other)["id"]
    record["id"] = "../../etc/passwd"
    assert "/" not in (main_row(record, context)["id"] or "/")


def test_without_an_id_the_public_keys_make_one(context: Context) -> None:
    record = declaration()
    del record["id"], record["_id"]
    first = main_row(record, context)
    assert len(first["id"] or "") == 16
    assert first["id_origen"] is None
    record["declaracion"]["situacionPatrimonial"]["datosGenerales"]["curp"] = "otra"
    assert main_row(record, context)["id"] == first["id"]
    record["metadata"]["tipo"] = "CONCLUSIÓN"
    assert main_row(record, context)["id"] != first["id"]


@pytest.mark.parametrize(
    "record",
    [None, [], "texto", {}, {"metadata": {"tipo": "INICIAL"}}, {"declaracion": {"situacionPatrimonial": {}}}],
)
def test_other_shapes_do_not_match_and_are_rejected(record: Any, context: Context) -> None:
    assert not LAYOUT.matches(record)
    outcome = one(record, context)
    assert (outcome.rejected, outcome.positions) == ("forma-desconocida", ("prueba.json#/0",))


def test_a_declaration_of_nobody_is_rejected(context: Context) -> None:
    record = {"metadata": {"tipo": "INICIAL"}, "declaracion": {"situacionPatrimonial": {}}}
    assert one(record, context).rejected == "sin-identidad"
