"""Layout s1_v2: what of a declaration must never be published (norma Decimonovena and Vigésima).

The record is tests/layouts/s1_declaracion.json: all persons, bodies and companies are invented, and every
reserved member holds a canary (CANARIO and a number).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.mx import curp

from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.layouts.s1_sections import SECTIONS
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
CANARIES = re.findall(r"CANARIO\d+X", RECORD)
INVENTED_CURP = "XUXX800101MCSNBX0" + curp.calc_check_digit("XUXX800101MCSNBX0")


def pesos(value: float) -> dict[str, Any]:
    return {"valor": value, "moneda": "MXN"}


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


@pytest.mark.parametrize("kind", KINDS)
def test_no_canary_of_a_reserved_field_reaches_a_row_or_an_issue(kind: str, context: Context) -> None:
    assert len(CANARIES) > 100
    outcome = one(declaration(kind), context)
    public = repr(outcome.rows) + repr(outcome.issues) + outcome.message
    assert [c for c in CANARIES if c in public] == []
    if kind != "INICIAL":
        assert "777001" not in public  # balances
        assert "777002" not in public


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_mapped_or_declared_as_withheld(kind: str, context: Context) -> None:
    outcome = one(declaration(kind), context)
    assert outcome.unknown == ()
    base = "declaracion.situacionPatrimonial."
    assert base + "datosGenerales.curp" in outcome.withheld_fields
    assert base + "bienesInmuebles.bienInmueble[titular≠DEC]" in outcome.withheld_fields
    assert base + "bienesInmuebles.bienInmueble[].transmisor[].rfc" in outcome.withheld_fields
    assert base + "datosPareja.curp" in outcome.withheld_fields


def test_every_conditional_path_is_declared_with_its_basis(context: Context) -> None:
    declared = {w.path: w for w in context.system.withheld}
    for section in SECTIONS:
        if section.rule:
            assert "Decimonovena" in declared[section.reserved_path].basis


@pytest.mark.parametrize(
    ("titular", "tercero", "shown"),
    [
        ([{"clave": "DEC"}], None, True),
        ([{"clave": "DEC"}], [{"tipoPersona": "FISICA", "nombreRazonSocial": " "}], True),
        ([{"clave": "DEC"}], [{"nombreRazonSocial": "Alguien"}], False),
        ([{"clave": "DEC"}, {"clave": "CYG"}], None, False),
        ([{"clave": "DEC"}, {"clave": "DEC"}], None, False),
        ([{"clave": "CTER"}], None, False),
        ([{"valor": "DECLARANTE"}], None, False),
        ([], None, False),
        (None, None, False),
        ("DEC", None, True),
        ({"clave": "DEC"}, None, True),
    ],
)
@pytest.mark.parametrize("place", ["bienesInmuebles", "vehiculos", "bienesMuebles", "inversiones", "adeudos"])
def test_an_asset_shows_only_if_the_declarant_is_the_one_holder(
    place: str, titular: Any, tercero: Any, shown: bool, context: Context
) -> None:
    record = declaration()
    key, table = {
        "bienesInmuebles": ("bienInmueble", "inmuebles"),
        "vehiculos": ("vehiculo", "vehiculos"),
        "bienesMuebles": ("bienMueble", "muebles"),
        "inversiones": ("inversion", "inversiones"),
        "adeudos": ("adeudo", "adeudos"),
    }[place]
    item = {"titular": titular} | ({"tercero": tercero} if tercero else {})
    record["declaracion"]["situacionPatrimonial"][place] = {"ninguno": False, key: [item]}
    row = main_row(record, context)
    assert (row[f"{table}_publicos"], row[f"{table}_reservados"]) == (("1", "0") if shown else ("0", "1"))
    assert row[f"{table}_estado"] == "DECLARADO"


@pytest.mark.parametrize("relation", ["PAREJA", "DEPENDIENTE_ECONOMICO", "", None, ["DECLARANTE"]])
def test_an_interest_of_somebody_else_or_of_nobody_named_is_reserved(relation: Any, context: Context) -> None:
    record = declaration()
    for section in record["declaracion"]["interes"].values():
        for items in section.values():
            for item in items if isinstance(items, list) else ():
                item.pop("beneficiarioPrograma", None)
                item.pop("beneficiario", None)
                item["tipoRelacion"] = relation
    outcome = one(record, context)
    (row,) = outcome.rows["declaraciones"]
    names = ("participaciones", "decisiones", "apoyos", "representaciones", "clientes", "beneficios")
    for name in (*names, "fideicomisos"):
        assert row[f"{name}_publicos"] == "0"
        assert int(row[f"{name}_reservados"] or 0) >= 2
        assert name not in outcome.rows


@pytest.mark.parametrize(
    "change",
    [
        {"tipoPersona": None},
        {"tipoPersona": "moral "},
        {"tipoPersona": {"clave": "MORAL"}},
        {"tipoPersona": "MORAL", "rfc": "CANA800101AB1"},
    ],
)
def test_who_is_not_plainly_a_legal_person_is_not_named(change: dict[str, Any], context: Context) -> None:
    record = declaration()
    item = record["declaracion"]["interes"]["beneficiosPrivados"]["beneficio"][0]
    item["otorgante"] = {"tipoPersona": "MORAL", "nombreRazonSocial": "Zutana Secreta", "rfc": "x"} | change
    assert "Zutana Secreta" not in repr(one(record, context).rows)


def test_balances_show_only_in_the_initial_declaration(context: Context) -> None:
    first = one(declaration("INICIAL"), context).rows
    assert first["inversiones"][0]["saldo"] == "777001"
    assert first["adeudos"][0]["saldo"] == "777002"
    for kind in ("MODIFICACIÓN", "CONCLUSIÓN"):
        later = one(declaration(kind), context).rows
        assert (later["inversiones"][0]["saldo"], later["adeudos"][0]["saldo"]) == (None, None)
        assert later["inversiones"][0]["porcentaje_cambio"] == "-12.5"


def test_an_initial_balance_inside_a_later_declaration_is_withheld(context: Context) -> None:
    record = declaration("MODIFICACIÓN")
    record["declaracion"]["situacionPatrimonial"]["adeudos"]["adeudo"][0]["saldoInsolutoSituacionActual"] = (
        pesos(55512)
    )
    assert "55512" not in repr(one(record, context).rows)


def test_household_total_is_never_published_even_if_equal(context: Context) -> None:
    record = declaration()
    record["declaracion"]["situacionPatrimonial"]["ingresos"]["totalIngresosMensualesNetos"] = pesos(8642097)
    outcome = one(record, context)
    assert "8642097" not in repr(outcome.rows)
    assert any("totalIngresosMensualesNetos" in path for path in outcome.withheld_fields)


def test_a_declaration_reserved_by_a_committee_is_withheld_whole(context: Context) -> None:
    system = replace(context.system, options={"reserved_ids": ["DECL-0001"]})
    outcome = one(declaration(), replace(context, system=system))
    assert (outcome.withheld, outcome.rows) == ("reserva-vigesima", {})


def test_curps_in_free_text_are_masked_and_doubtful_text_is_not_published(context: Context) -> None:
    record = declaration()
    goods = record["declaracion"]["situacionPatrimonial"]["bienesMuebles"]["bienMueble"][0]
    support = record["declaracion"]["interes"]["apoyos"]["apoyo"][0]
    goods["descripcionGeneralBien"] = f"Reloj de {INVENTED_CURP}"
    support["especifiqueApoyo"] = "Para XAXA800101AB1 y familia"
    outcome = one(record, context)
    assert outcome.rows["muebles"][0]["descripcion"] == "Reloj de [CURP reservada]"
    assert outcome.rows["apoyos"][0]["especificacion"] is None
    assert {i.code for i in outcome.issues} >= {"curp-enmascarada", "texto-dudoso"}


PATRIMONY = json.loads(RECORD)["declaracion"]["situacionPatrimonial"]
INTERESTS = json.loads(RECORD)["declaracion"]["interes"]
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["clave", "valor", "ninguno", "titular", "tercero", "rfc", "tipoRelacion", "transmisor"]
            )
            | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
_PLACES = [
    ("metadata",),
    ("id",),
    *[("declaracion", "situacionPatrimonial", name) for name in PATRIMONY],
    *[("declaracion", "interes", name) for name in INTERESTS],
    ("declaracion", "situacionPatrimonial", "bienesInmuebles", "bienInmueble"),
    ("declaracion", "situacionPatrimonial", "datosEmpleoCargoComision", "otroEmpleoCargoComision"),
    ("declaracion", "interes", "participacion", "participacion"),
    ("declaracion", "interes"),
]


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(_PLACES), value=_JSON)
def test_any_json_in_place_of_a_section_never_crashes(
    context: Context, place: tuple[str, ...], value: Any
) -> None:
    record = declaration()
    target = record
    for name in place[:-1]:
        target = target[name]
    target[place[-1]] = value
    outcome = one(record, context)
    assert bool(outcome.rows) + bool(outcome.withheld) + bool(outcome.rejected) == 1
    assert not any(c in repr(outcome.rows) for c in CANARIES)
    cells = [v for rows in outcome.rows.values() for row in rows for v in row.values()]
    assert all(v is None or isinstance(v, str) for v in cells)
