"""Layout s2_v1: the shared row, the shared codes, what is reserved. All persons and bodies are invented."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.mx import curp

from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.model import Outcome, RawRecord, Row, Source
from vitrina.registry import load_system

HOME = Path(__file__).resolve().parents[2]
REAL = HOME.parent / "shared" / "data" / "pdn"
LAYOUT = find("s2_v1")
INVENTED_CURP = "XUXX800101MCSNBX0" + curp.calc_check_digit("XUXX800101MCSNBX0")


@pytest.fixture(scope="module")
def context() -> Context:
    system = load_system(HOME / "data" / "systems" / "s2-servidores")
    source = Source("s2-prueba", "Prueba", system.slug, "folder", "json", "quincenal", synthetic=True)
    return Context(system, source, date(2026, 3, 1), {"Instituto Prueba": "instituto-prueba"}.get)


def record(**change: Any) -> dict[str, Any]:
    return {
        "id": "a1b2",
        "fechaCaptura": "2024-02-29T06:00:00.000Z",
        "ejercicioFiscal": "2024",
        "ramo": {"clave": 33, "valor": "Aportaciones"},
        "rfc": "CANARIO1",
        "curp": "CANARIO2",
        "nombres": "Ximena Prueba",
        "primerApellido": "Ñandú",
        "segundoApellido": "Inventada",
        "genero": {"clave": "F", "valor": "FEMENINO"},
        "institucionDependencia": {"nombre": "Instituto Prueba", "siglas": "IP", "clave": "9"},
        "puesto": {"nombre": "Directora", "nivel": "M32"},
        "tipoArea": [{"clave": "RC", "valor": "RESPONSABLE DE LA CONTRATACIÓN"}, {"clave": "O"}],
        "nivelResponsabilidad": [{"clave": "A", "valor": "ATENCIÓN"}, {"clave": "R"}],
        "tipoProcedimiento": [{"clave": 1, "valor": "CONTRATACIONES PÚBLICAS"}, {"clave": 4}],
        "superiorInmediato": {
            "nombres": "Zeferino Prueba",
            "primerApellido": "Yáñez",
            "segundoApellido": "Falso",
            "curp": "CANARIO3",
            "rfc": "CANARIO4",
            "genero": {"clave": "CANARIO5"},
            "puesto": {"nombre": "Titular", "nivel": "K1"},
        },
        "observaciones": "Ninguna.",
        "__v": 7,
    } | change


def one(data: Any, context: Context) -> Outcome:
    (outcome,) = LAYOUT.outcomes([RawRecord("prueba.json#/0", data)], context)
    return outcome


def row_of(data: Any, context: Context) -> Row:
    (row,) = one(data, context).rows["servidores"]
    return row


def test_each_public_field_is_mapped(context: Context) -> None:
    row = row_of(record(), context)
    assert (row.pop("id") or "").startswith("a1b2-")
    assert {k: v for k, v in row.items() if v is not None} == {
        "id_origen": "a1b2",
        "version_estandar": "v1",
        "fecha_captura": "2024-02-29",
        "ejercicio": "2024",
        "nombres": "Ximena Prueba",
        "primer_apellido": "Ñandú",
        "segundo_apellido": "Inventada",
        "sexo": "MUJER",
        "ente_id": "instituto-prueba",
        "ente_nombre": "Instituto Prueba",
        "ente_siglas": "IP",
        "ente_clave": "9",
        "puesto": "Directora",
        "nivel": "M32",
        "ramo_clave": "33",
        "ramo": "Aportaciones",
        "tipo_procedimiento": "CONTRATACION_PUBLICA; DICTAMEN_VALUATORIO",
        "tipo_area": "AREA_RESPONSABLE_CONTRATACION; OTRO",
        "nivel_responsabilidad": "ATENCION; RESOLUCION",
        "procedimientos_publicados": "0",
        "superior_nombres": "Zeferino Prueba",
        "superior_primer_apellido": "Yáñez",
        "superior_segundo_apellido": "Falso",
        "superior_puesto": "Titular",
        "superior_nivel": "K1",
        "observaciones": "Ninguna.",
    }
    columns = {n for n in context.system.main.names if not n.startswith("fuente_")}
    assert set(row) | {"id"} == columns


def test_reserved_fields_are_withheld_and_nothing_is_left_unknown(context: Context) -> None:
    outcome = one(record(), context)
    assert "CANARIO" not in repr(outcome.rows) + repr(outcome.issues)
    assert outcome.unknown == ()
    reserved = ("__v", "curp", "rfc", "superiorInmediato.curp", "superiorInmediato.genero.clave")
    assert outcome.withheld_fields == (*reserved, "superiorInmediato.rfc")


@pytest.mark.parametrize(
    ("clave", "code"),
    [
        (1, "CONTRATACION_PUBLICA"),
        (2, "OTORGAMIENTO_CONCESIONES"),
        (3, "ENAJENACION_BIENES"),
        (4, "DICTAMEN_VALUATORIO"),
        ("5", "OTRO"),
        (9, "9"),
    ],
)
def test_procedures_take_the_shared_codes(clave: Any, code: str, context: Context) -> None:
    data = record(tipoProcedimiento=[{"clave": clave}])
    assert row_of(data, context)["tipo_procedimiento"] == code
    shared = context.system.main.field("tipo_procedimiento").categories
    assert code == "9" or code in shared


@pytest.mark.parametrize(
    ("change", "column", "cell"),
    [
        ({"puesto": "Jefa de compras"}, "puesto", "Jefa de compras"),
        ({"genero": "M"}, "sexo", "HOMBRE"),
        ({"tipoArea": {"clave": "T"}}, "tipo_area", "AREA_TECNICA"),
        ({"tipoArea": ["C", "R"]}, "tipo_area", "AREA_CONTRATANTE; AREA_REQUIRENTE"),
        ({"ejercicioFiscal": 2019}, "ejercicio", "2019"),
        ({"ejercicioFiscal": "veinte"}, "ejercicio", "veinte"),
        ({"fechaCaptura": "31/02/2020"}, "fecha_captura", "31/02/2020"),
        ({"segundoApellido": " Dato no proporcionado "}, "segundo_apellido", None),
    ],
)
def test_variants_seen_in_files_are_read(
    change: dict[str, Any], column: str, cell: str | None, context: Context
) -> None:
    outcome = one(record(**change), context)
    assert outcome.rows["servidores"][0][column] == cell
    assert outcome.unknown == ()


def test_unknown_members_are_dropped_and_reported(context: Context) -> None:
    outcome = one(record(sorpresa={"x": [{"y": "secreto"}]}), context)
    assert outcome.unknown == ("sorpresa.x[].y",)
    assert "secreto" not in repr(outcome)


def test_curps_in_observations_are_masked_and_doubtful_text_is_not_published(context: Context) -> None:
    masked = one(record(observaciones=f"Ver {INVENTED_CURP.lower()}."), context)
    assert masked.rows["servidores"][0]["observaciones"] == "Ver [CURP reservada]."
    assert [i.code for i in masked.issues] == ["curp-enmascarada"]
    for text in ("véase XAXA800101AB1", "CURP XUXX800101MCSÑBX00"):
        doubtful = one(record(observaciones=text), context)
        assert doubtful.rows["servidores"][0]["observaciones"] is None
        assert [(i.code, i.field) for i in doubtful.issues] == [("texto-dudoso", "observaciones")]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        record(institucionDependencia="texto"),
        record() | {"tipoFalta": {"clave": "ANG"}},
        {"fechaCaptura": "2023-01-01", "entePublico": {"nombre": "X"}, "tipoArea": [], "procedimientos": []},
    ],
)
def test_other_layouts_do_not_match_and_are_rejected(data: Any, context: Context) -> None:
    assert not LAYOUT.matches(data)
    assert one(data, context).rejected == "forma-desconocida"


def test_ids_are_stable_safe_and_per_source(context: Context) -> None:
    first = row_of(record(), context)["id"]
    assert first == row_of(record(curp="OTRA", observaciones="otra"), context)["id"]
    other = replace(context, source=replace(context.source, id="s2-otra"))
    assert first != row_of(record(), other)["id"]
    hostile = row_of(record(id="../../INDEX"), context)["id"] or ""
    assert hostile.replace("-", "").isalnum()
    nameless = {k: v for k, v in record().items() if k != "id"}
    hashed = row_of(nameless, context)["id"] or ""
    assert len(hashed) == 16
    assert hashed != row_of(nameless | {"ejercicioFiscal": "2020"}, context)["id"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9999, 9999) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["clave", "valor", "nombre", "puesto"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(member=st.sampled_from(sorted(record())), value=_JSON)
def test_any_json_in_place_of_a_member_never_crashes(context: Context, member: str, value: Any) -> None:
    outcome = one(record(**{member: value}), context)
    assert bool(outcome.rows) + bool(outcome.rejected) == 1
    assert all(
        v is None or isinstance(v, str) for r in outcome.rows.get("servidores", ()) for v in r.values()
    )


@pytest.mark.real
def test_real_file_maps_whole_and_passes_frictionless(context: Context) -> None:
    path = REAL / "v1" / "s2.json"
    if not path.is_file():
        pytest.skip("sin ../shared/data: los archivos reales no viajan con el proyecto")
    records = json.loads(path.read_text(encoding="utf-8"))
    outcomes = list(LAYOUT.outcomes([RawRecord(f"s2.json#/{i}", r) for i, r in enumerate(records)], context))
    rows = [o.rows["servidores"][0] for o in outcomes]
    assert len({r["id"] for r in rows}) == len(records) == 447
    assert {path for o in outcomes for path in o.unknown} == set()
    private = {r["curp"] for r in records} | {r["superiorInmediato"]["rfc"] for r in records}
    assert not private & {v for r in rows for v in r.values()}
    fields = [f for f in context.system.main.fields if not f.name.startswith("fuente_")]
    plain = [{k: v for k, v in f.descriptor.items() if k not in {"display", "categories"}} for f in fields]
    data = [[f.name for f in fields], *[[r[f.name] for f in fields] for r in rows]]
    schema = frictionless.Schema.from_descriptor({"fields": plain, "primaryKey": ["id"]})
    assert frictionless.Resource(data=data, schema=schema).validate().valid
