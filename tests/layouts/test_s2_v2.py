"""Layout s2_v2 on the Directus collection: rows, reserved fields, misspellings, identity.

All persons, bodies and companies are invented.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.model import Outcome, RawRecord, Row, Source
from vitrina.registry import load_system

HOME = Path(__file__).resolve().parents[2]
REAL = HOME.parent / "shared" / "data" / "pdn"
LAYOUT = find("s2_v2")
WINNER = {"razonSocial": "Caminos Prueba", "nombre": None, "primerApellido": None, "segundoApellido": None}


@pytest.fixture(scope="module")
def context() -> Context:
    system = load_system(HOME / "data" / "systems" / "s2-servidores")
    source = Source("s2-prueba", "Prueba", system.slug, "folder", "json", "quincenal", synthetic=True)
    return Context(system, source, date(2026, 3, 1), {"Instituto Prueba": "instituto-prueba"}.get)


def record(**change: Any) -> dict[str, Any]:
    """Variant (a): the Directus collection, with everything an over-privileged token would add."""
    return {
        "date_created": "CANARIO1",
        "user_created": {"first_name": "CANARIO2"},
        "entePublico": {"id": 4, "nombre": "CANARIO3"},
        "fecha": "2025-08-15",
        "ejercicio": 2025,
        "datosGenerales": {
            "id": 12,
            "nombre": "Ximena Prueba",
            "primerApellido": "Ñandú",
            "segundoApellido": None,
            "sexo": "MUJER",
            "curp": "CANARIO4",
            "rfc": "CANARIO5",
        },
        "empleoCargoComision": {
            "id": 13,
            "entePublico": "CANARIO6",
            "entidadFederativa": "07",
            "nivelOrdenGobierno": "ESTATAL",
            "ambitoPublico": "EJECUTIVO",
            "nombreEntePublico": "Instituto Prueba",
            "siglasEntePublico": "IP",
            "nivelJerarquico": {"clave": "OTRO", "valor": "Vocalía"},
            "denominacion": "Vocal",
            "areaAdscripcion": "Compras",
        },
        "tipoProcedimiento": "CONTRATACION_PUBLICA",
        "tipoContratacion": [
            {
                "clave": "CONTRATACION_ADQUISICIONES",
                "contratacionAdquisicion": {
                    "tipoArea": ["AREA_REQUIRENTE", "AREA_TECNICA"],
                    "nivelResponsabilidadContratacion": {
                        "autorizacion": ["A", "C"],
                        "adjudicacion": ["E"],
                        "otro_especifique": [{"id": 1, "especifiqueOtro": "Archivar"}],
                    },
                    "datosGeneralesProcedimientos": [
                        {
                            "numeroExpedienteFolio": "EXP-1",
                            "tipoProcedimiento": " LICITACION_INTERNACIONAL",
                            "materia": "OTRO",
                            "otroMateria": "Consultoría",
                            "fechaInicioProcedimiento": "2025-01-02",
                            "fechaConclusionProcedimiento": "2025-03-04",
                        },
                        {"numeroExpedienteFolio": "EXP-2", "tipoProcedimiento": "INVITACION"},
                    ],
                    "informacionPersonasBeneficiarias": WINNER,
                    "continuaParticipando": "SI",
                },
                "contratacionObra": None,
            },
            {
                "clave": "CONTRATACION_OBRAS",
                "contratacionAdquisicion": None,
                "contratacionObra": {
                    "tipoArea": ["AREA_EJECUCION"],
                    "nivelResponsabilidadObra": {"evaluacion": ["B"]},
                    "datosGeneralesProcedimientos": [
                        {
                            "numeroExpedienteFolio": "OP-1",
                            "materia": "OBRA",
                            "inicioProcedimiento": "2025-02-01",
                            "conclusionProcedimiento": "2025-02-20",
                        }
                    ],
                    "informacionPersonasBeneficiarias": {
                        "nombre": "Zeferino",
                        "primerApellido": "Yáñez",
                        "segundoApellido": "Falso",
                    },
                    "continuaParticipando": "NO",
                },
            },
        ],
        "otorgamientoConcesion": None,
        "enajenacionBien": None,
        "avaluosJustipreciacion": None,
        "Observaciones": "Sin novedad.",
    } | change


CONCESSION = {
    "tipoActo": "LICENCIAS",
    "nivelResponsabilidadConcesiones": {"dictamenes": ["D"], "determinacion": ["E"]},
    "datosGeneralesConcesiones": {
        "numeroExpedienteFolio": "CO-1",
        "denominacion": "Licencia Prueba",
        "objeto": "Uso de suelo",
        "fundamento": "Artículo 1",
        "nombrePersonaFisica": "Zeferino Yáñez Falso",
        "denominacionPersonaMoral": "Caminos Prueba",
        "sectorActoJuridico": ["PUBLICO", "PRIVADO"],
        "fechaInicioVigencia": "2024-01-01",
        "fechaConclusionVigencia": "2026-01-01",
        "monto": "8667.15000",
        "urlActoJuridico": "https://ejemplo.mx/acto.pdf",
    },
    "informacionPersonasBeneficiarias": WINNER,
    "continuaParticipando": "NO",
}
DISPOSAL = {
    "nivelesResponsabilidadesEnajenaciones": {"autorizaciones": ["A"], "formalizacoin": ["C"]},
    "datosEnajenacionesBienes": {
        "numeroExpedienteFolio": "EN-1",
        "descripcion": "Sillas",
        "fechaInicioProcedimiento": "2024-05-01",
    },
}
APPRAISAL = {
    "nivelesResponsabilidadesAvaluos": {"propuestas": ["A"], "emision": ["E"]},
    "datosDictaminacionesAvaluos": {"numeroExpedienteFolio": "AV-1", "descripcion": "Terreno"},
    "continuaParticipando": "SI",
}


def one(data: Any, context: Context) -> Outcome:
    (outcome,) = LAYOUT.outcomes([RawRecord("prueba.json#/0", data)], context)
    return outcome


def row_of(data: Any, context: Context) -> Row:
    (row,) = one(data, context).rows["servidores"]
    return row


def filled(row: Row) -> Row:
    return {k: v for k, v in row.items() if v is not None and k not in {"id", "servidor_id"}}


def misspellings(outcome: Outcome) -> list[str]:
    assert {i.severity for i in outcome.issues if i.code == "ortografia-del-estandar"} <= {"note"}
    return [i.message for i in outcome.issues if i.code == "ortografia-del-estandar"]


def test_each_public_field_of_the_collection_is_mapped(context: Context) -> None:
    outcome = one(record(), context)
    (row,) = outcome.rows["servidores"]
    assert filled(row) == {
        "version_estandar": "v2",
        "fecha_captura": "2025-08-15",
        "ejercicio": "2025",
        "nombres": "Ximena Prueba",
        "primer_apellido": "Ñandú",
        "sexo": "MUJER",
        "ente_id": "instituto-prueba",
        "ente_nombre": "Instituto Prueba",
        "ente_siglas": "IP",
        "entidad": "07",
        "orden_gobierno": "ESTATAL",
        "ambito_publico": "EJECUTIVO",
        "puesto": "Vocal",
        "nivel_jerarquico": "OTRO",
        "nivel_jerarquico_otro": "Vocalía",
        "area": "Compras",
        "tipo_procedimiento": "CONTRATACION_PUBLICA",
        "tipo_contratacion": "CONTRATACION_ADQUISICIONES; CONTRATACION_OBRAS",
        "tipo_area": "AREA_REQUIRENTE; AREA_TECNICA; AREA_EJECUCION",
        "nivel_responsabilidad": "ELABORAR; FIRMAR; EMITIR; REVISAR",
        "continua_participando": "true",
        "procedimientos_publicados": "3",
        "observaciones": "Sin novedad.",
    }
    assert [filled(r) for r in outcome.rows["procedimientos"]] == [
        {
            "n": "1",
            "tipo": "ADQUISICION",
            "expediente": "EXP-1",
            "modalidad": "LICITACION_INTERNACIONAL",
            "materia": "OTRO",
            "materia_otra": "Consultoría",
            "fecha_inicio": "2025-01-02",
            "fecha_conclusion": "2025-03-04",
            "beneficiario_razon_social": "Caminos Prueba",
        },
        {
            "n": "2",
            "tipo": "ADQUISICION",
            "expediente": "EXP-2",
            "modalidad": "INVITACION",
            "beneficiario_razon_social": "Caminos Prueba",
        },
        {
            "n": "3",
            "tipo": "OBRA",
            "expediente": "OP-1",
            "materia": "OBRA",
            "fecha_inicio": "2025-02-01",
            "fecha_conclusion": "2025-02-20",
            "beneficiario_nombre": "Zeferino Yáñez Falso",
        },
    ]
    duties = [(r["tipo"], r["etapa"], r["niveles"], r["detalle"]) for r in outcome.rows["responsabilidades"]]
    assert duties == [
        ("ADQUISICION", "AUTORIZACION", "ELABORAR; FIRMAR", None),
        ("ADQUISICION", "ADJUDICACION", "EMITIR", None),
        ("ADQUISICION", "OTRO", None, "Archivar"),
        ("OBRA", "EVALUACION", "REVISAR", None),
    ]


def test_concessions_disposals_and_appraisals_are_mapped(context: Context) -> None:
    data = record(
        tipoProcedimiento="OTORGAMIENTO_CONCESIONES",
        tipoContratacion=[],
        otorgamientoConcesion=CONCESSION,
        enajenacionBien=DISPOSAL,
        avaluosJustipreciacion=APPRAISAL,
    )
    outcome = one(data, context)
    concession, disposal, appraisal = (filled(r) for r in outcome.rows["procedimientos"])
    assert concession == {
        "n": "1",
        "tipo": "CONCESION",
        "expediente": "CO-1",
        "tipo_acto": "LICENCIAS",
        "denominacion": "Licencia Prueba",
        "objeto": "Uso de suelo",
        "fundamento": "Artículo 1",
        "persona_fisica": "Zeferino Yáñez Falso",
        "persona_moral": "Caminos Prueba",
        "sector": "PUBLICO; PRIVADO",
        "fecha_inicio": "2024-01-01",
        "fecha_conclusion": "2026-01-01",
        "monto": "8667.15",
        "url_acto": "https://ejemplo.mx/acto.pdf",
        "beneficiario_razon_social": "Caminos Prueba",
    }
    assert (disposal["tipo"], disposal["descripcion"]) == ("ENAJENACION", "Sillas")
    assert (appraisal["tipo"], appraisal["expediente"]) == ("AVALUO", "AV-1")
    stages = [r["etapa"] for r in outcome.rows["responsabilidades"]]
    assert stages == [
        "DICTAMENES", "DETERMINACION", "AUTORIZACION", "FORMALIZACION", "PROPUESTAS", "EMISION",
    ]  # fmt: skip
    assert outcome.unknown == ()


def test_reserved_fields_are_withheld_and_nothing_is_left_unknown(context: Context) -> None:
    outcome = one(record(), context)
    assert "CANARIO" not in repr(outcome.rows) + repr(outcome.issues)
    assert outcome.unknown == ()
    assert {"datosGenerales.curp", "datosGenerales.rfc", "user_created.first_name"} <= set(
        outcome.withheld_fields
    )


def test_rows_have_the_schema_columns_and_pass_frictionless(context: Context) -> None:
    _valid([one(record(otorgamientoConcesion=CONCESSION), context)], context)


def _valid(outcomes: list[Outcome], context: Context) -> dict[str, int]:
    counts = {}
    for table in context.system.tables:
        rows = [r for o in outcomes for r in o.rows.get(table.name, ())]
        fields = [f for f in table.fields if not f.name.startswith("fuente_")]
        names = [f.name for f in fields]
        assert all(set(r) == set(names) for r in rows), table.name
        plain = [
            {k: v for k, v in f.descriptor.items() if k not in {"display", "categories"}} for f in fields
        ]
        schema = frictionless.Schema.from_descriptor({"fields": plain, "primaryKey": list(table.primary_key)})
        data = [names, *[[r[n] for n in names] for r in rows]]
        report = frictionless.Resource(data=data, schema=schema).validate()
        assert report.valid, (table.name, report.flatten(["fieldName", "note"]))
        counts[table.name] = len(rows)
    return counts


def test_misspellings_of_the_collection_are_read_and_noted(context: Context) -> None:
    data = record(tipoProcedimiento="OTORGAMIENTO_CONCECIONES", enajenacionBien=DISPOSAL)
    outcome = one(data, context)
    assert outcome.rows["servidores"][0]["tipo_procedimiento"] == "OTORGAMIENTO_CONCESIONES"
    assert misspellings(outcome) == [
        "Se leyó « LICITACION_INTERNACIONAL» como «LICITACION_INTERNACIONAL».",
        "Se leyó «formalizacoin» como «formalizacion».",
        "Se leyó «OTORGAMIENTO_CONCECIONES» como «OTORGAMIENTO_CONCESIONES».",
    ]


def test_a_dangerous_link_does_not_pass_the_schema(context: Context) -> None:
    act = CONCESSION["datosGeneralesConcesiones"] | {"urlActoJuridico": "javascript:alert(1)"}  # type: ignore[operator]
    data = record(otorgamientoConcesion=CONCESSION | {"datosGeneralesConcesiones": act})
    with pytest.raises(AssertionError, match="url_acto"):
        _valid([one(data, context)], context)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {
            "fechaCaptura": "2023-01-01",
            "entePublico": {"nombre": "X"},
            "tipoArea": [],
            "procedimientos": [{}],
        },
        record(datosGenerales={"nombres": "Plural"}),
        record(empleoCargoComision=None),
        record() | {"faltaCometida": []},
    ],
)
def test_other_layouts_do_not_match_and_are_rejected(data: Any, context: Context) -> None:
    assert not LAYOUT.matches(data)
    assert one(data, context).rejected == "forma-desconocida"


def test_without_a_readable_id_public_data_make_a_stable_one(context: Context) -> None:
    first = row_of(record(), context)["id"] or ""
    assert len(first) == 16
    private = record()["datosGenerales"] | {"curp": "otra", "rfc": "otro"}
    assert row_of(record(datosGenerales=private, date_created="hoy"), context)["id"] == first
    assert row_of(record(ejercicio=2024), context)["id"] != first
    assert row_of(record(tipoContratacion=record()["tipoContratacion"][:1]), context)["id"] != first


def test_unknown_members_are_dropped_and_reported(context: Context) -> None:
    data = record(otorgamientoConcesion=CONCESSION | {"sorpresa": "secreto"})
    outcome = one(data, context)
    assert outcome.unknown == ("otorgamientoConcesion.sorpresa",)
    assert "secreto" not in repr(outcome)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9999, 9999) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["clave", "contratacionObra", "tipoArea", "nivelesResponsabilidad", "otro", "autorizacion",
             "datosGeneralesProcedimientos", "informacionPersonasBeneficiarias", "tipoProcedimiento"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=14,
)  # fmt: skip
_MIGRATED = (
    "contratacionAdquisiones",
    "otorgamientoConcesiones",
    "enajenacionBienes",
    "dictaminacionAvaluos",
)
_OTHERS = ("_metadata", "datosBeneficiariosFinales", "continuaParticipando")
_MEMBERS = sorted({*record(), *_MIGRATED, *_OTHERS})


@settings(max_examples=150, deadline=None)
@given(member=st.sampled_from(_MEMBERS), value=_JSON)
def test_any_json_in_place_of_a_member_never_crashes(context: Context, member: str, value: Any) -> None:
    outcome = one(record(**{member: value}), context)
    assert bool(outcome.rows) + bool(outcome.rejected) == 1
    cells = [v for rows in outcome.rows.values() for r in rows for v in r.values()]
    assert all(v is None or isinstance(v, str) for v in cells)
    assert not any("CANARIO" in (v or "") for v in cells)


@pytest.mark.real
def test_real_file_maps_whole_and_passes_frictionless(context: Context) -> None:
    path = REAL / "v2" / "s2_servidores.json"
    if not path.is_file():
        pytest.skip("sin ../shared/data: los archivos reales no viajan con el proyecto")
    records = json.loads(path.read_text(encoding="utf-8"))["data"]
    outcomes = list(LAYOUT.outcomes([RawRecord(f"s2.json#/{i}", r) for i, r in enumerate(records)], context))
    assert [o.rejected for o in outcomes if o.rejected] == []
    assert {path for o in outcomes for path in o.unknown} == set()
    assert _valid(outcomes, context) == {"servidores": 81, "procedimientos": 69, "responsabilidades": 110}
