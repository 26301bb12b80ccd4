"""Layout s2_v2 on its other variants: the specification's names, and the migration script's files and fillers.

All persons and bodies are invented.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.model import Outcome, RawRecord, Source
from vitrina.registry import load_system

HOME = Path(__file__).resolve().parents[2]
LAYOUT = find("s2_v2")


@pytest.fixture(scope="module")
def context() -> Context:
    system = load_system(HOME / "data" / "systems" / "s2-servidores")
    source = Source("s2-prueba", "Prueba", system.slug, "folder", "json", "quincenal", synthetic=True)
    return Context(system, source, date(2026, 3, 1), {"Instituto Prueba": "instituto-prueba"}.get)


def one(data: Any, context: Context) -> Outcome:
    (outcome,) = LAYOUT.outcomes([RawRecord("prueba.json#/0", data)], context)
    return outcome


def filled(row: dict[str, str | None]) -> dict[str, str | None]:
    return {k: v for k, v in row.items() if v is not None and k not in {"id", "servidor_id"}}


def misspellings(outcome: Outcome) -> list[str]:
    assert {i.severity for i in outcome.issues if i.code == "ortografia-del-estandar"} <= {"note"}
    return [i.message for i in outcome.issues if i.code == "ortografia-del-estandar"]


def specified(**change: Any) -> dict[str, Any]:
    """Variant (b): the collection's outer shape; the blocks come in *change*."""
    return {
        "fecha": "2025-08-15",
        "datosGenerales": {"nombre": "Ximena Prueba", "primerApellido": "Ñandú", "sexo": "MUJER"},
        "empleoCargoComision": {"nombreEntePublico": "Instituto Prueba", "denominacion": "Vocal"},
        "tipoProcedimiento": "CONTRATACION_PUBLICA",
    } | change


def test_the_specification_variant_maps_by_alias(context: Context) -> None:
    block = {
        "tipoArea": "AREA_RESPONSABLE_EJECUCION",
        "nivelResponsabilidadContratacion": {
            "autorizacionDictamen": "ELABORAR (A)",
            "evaluacionProposiciones": "SUPERVISAR (D",
            "formalizacionContrato": "EMITIR (E)",
        },
        "datosGeneralesProcedimientos": [{"numeroExpedienteFolio": "E-1", "materia": "ADQUICISION"}],
        "continuaParticipando": "SI",
    }
    concession = {
        "nivelResponsabilidadConcesiones": {"convocatoriaLicitacion": "PERVISAR (D)"},
        "tipoActo": "CONCECIONES",
    }
    data = specified(
        id="00000000-0000-4000-8000-000000000001",
        ejercicio="2024",
        tipoContratacion=[{"contratacionAdquisicion": block, "contratacionObra": None}],
        otorgamientoConcesion=concession,
    )
    outcome = one(data, context)
    (row,) = outcome.rows["servidores"]
    assert row["id_origen"] == "00000000-0000-4000-8000-000000000001"
    assert row["tipo_area"] == "AREA_RESPONSABLE_EJECUCION"
    assert row["nivel_responsabilidad"] == "ELABORAR; SUPERVISAR; EMITIR"
    assert [r["etapa"] for r in outcome.rows["responsabilidades"]] == [
        "AUTORIZACION", "EVALUACION", "FORMALIZACION", "CONVOCATORIA",
    ]  # fmt: skip
    assert outcome.rows["procedimientos"][0]["materia"] == "ADQUISICION"
    assert outcome.rows["procedimientos"][1]["tipo_acto"] == "CONCESIONES"
    assert len(misspellings(outcome)) == 4
    assert outcome.unknown == ()


def migrated(**change: Any) -> dict[str, Any]:
    """What the migration script writes for a v1 record it could not classify: every block, all filler."""
    nobody = {"razonSocial": "", "nombe": "", "primerApellido": "", "segundoApellido": ""}
    filler = {"numeroExpedienteFolio": "", "descripcion": "VOCAL", "fechaInicioProcedimiento": "15-08-2023"}
    return {
        "id": "5f00000000000000000000aa",
        "fecha": "15-08-2023",
        "ejercicio": "2023",
        "datosGenerales": {
            "nombre": "Ximena Prueba",
            "primerApellido": "Ñandú",
            "segundoApellido": "",
            "curp": "CANARIO1",
            "rfc": "CANARIO2",
            "sexo": "MUJER",
        },
        "empleoCargoComision": {
            "entidadFederativa": "No especificado",
            "nivelOrdenGobierno": "MUNICIPAL",
            "ambitoPublico": "NO_ESPECIFICADO",
            "nombreEntePublico": "Municipio Prueba",
            "siglasEntePublico": "",
            "nivelJerarquico": {"clave": "DIRECCION_GENERAL"},
            "denominacion": "VOCAL",
            "areaAdscripcion": "Municipio Prueba",
        },
        "tipoProcedimiento": "SIN_CLASIFICAR",
        "observaciones": "",
        "tipoContratacion": [{"clave": "CONTRATACION_ADQUISICION"}],
        "contratacionAdquisiones": {
            "tipoArea": "TÉCNICA",
            "nivelesResponsabilidad": {
                "autorizacionDictamen": ["ATENCIÓN"],
                "adjudicacionContrato": [""],
                "otro": [""],
            },
            "datosGeneralesProcedimientos": [
                {
                    "numeroExpedienteFolio": "",
                    "tipoProcedimiento": "LICITACION_NACIONAL",
                    "materia": "ADQUICISION",
                }
            ],
            "datosBeneficiariosFinales": nobody,
            "continuaParticipando": True,
        },
        "otorgamientoConcesiones": {
            "tipoActo": "CONCECIONES",
            "nivelesResponsabilidad": {"convocatoriaLicitacion": ["ATENCIÓN"], "otro": [""]},
            "datosGeneralesProcedimientos": {
                "numeroExpedienteFolio": "",
                "denominacion": "VOCAL",
                "nombrePersonaSolicitaOtorga": "",
                "primerApellidoSolicitaOtorga": "",
                "segundoApellidoSolicitaOtorga": "",
                "sectorActo": "",
                "fechaInicioVigencia": "15-08-2023",
                "monto": "",
                "urlInformacionActo": "",
            },
        },
        "datosBeneficiariosFinales": nobody | {"continuaParticipando": True},
        "enajenacionBienes": {
            "nivelesResponsabilidad": {"autorizacionesDictamenes": ["ATENCIÓN"]},
            "datosGeneralesProcedimientos": filler,
        },
        "dictaminacionAvaluos": {
            "nivelesResponsabilidad": {"propuestasAsignaciones": ["ATENCIÓN"]},
            "datosGeneralesProcedimientos": filler,
        },
        "continuaParticipando": True,
        "_metadata": {"requiereRevision": True, "razon": "Múltiples", "fechaProcesamiento": "2025-01-01"},
    } | change


def test_the_migration_variant_is_read_and_its_filler_is_not_published(context: Context) -> None:
    outcome = one(migrated(), context)
    (row,) = outcome.rows["servidores"]
    expected = {
        "fecha_captura": "2023-08-15",
        "id_origen": "5f00000000000000000000aa",
        "entidad": None,
        "orden_gobierno": "MUNICIPAL_ALCALDIA",
        "ambito_publico": None,
        "tipo_procedimiento": "SIN_CLASIFICAR",
        "tipo_contratacion": "CONTRATACION_ADQUISICIONES",
        "tipo_area": "AREA_TECNICA",
        "nivel_responsabilidad": "ATENCION",
        "continua_participando": "true",
        "procedimientos_publicados": "0",
        "observaciones": None,
    }
    assert {k: row[k] for k in expected} == expected
    assert set(outcome.rows) == {"servidores"}
    assert outcome.unknown == ()
    assert "CANARIO" not in repr(outcome.rows)
    codes = {i.code: i.severity for i in outcome.issues}
    assert codes == {
        "ortografia-del-estandar": "note",
        "registro-migrado": "note",
        "relleno-del-migrador": "warning",
        "migrado-por-revisar": "warning",
    }
    assert "Se leyó «contratacionAdquisiones» como «contratacionAdquisiciones»." in misspellings(outcome)
    assert "Se leyó «nombe» como «nombre»." in misspellings(outcome)


def test_a_migrated_procedure_with_file_number_is_published(context: Context) -> None:
    data = migrated()
    data["otorgamientoConcesiones"]["datosGeneralesProcedimientos"] |= {
        "numeroExpedienteFolio": "CO-9",
        "nombrePersonaSolicitaOtorga": "Zeferino",
        "primerApellidoSolicitaOtorga": "Yáñez",
        "sectorActo": "PRIVADO",
        "urlInformacionActo": "https://ejemplo.mx/9",
    }
    data["datosBeneficiariosFinales"] |= {"nombe": "Zeferino", "primerApellido": "Yáñez"}
    data["empleoCargoComision"]["entidadFederativa"] = "Michoacan"
    outcome = one(data, context)
    (procedure,) = outcome.rows["procedimientos"]
    assert filled(procedure) == {
        "n": "1",
        "tipo": "CONCESION",
        "expediente": "CO-9",
        "tipo_acto": "CONCESIONES",
        "denominacion": "VOCAL",
        "persona_fisica": "Zeferino Yáñez",
        "sector": "PRIVADO",
        "fecha_inicio": "2023-08-15",
        "url_acto": "https://ejemplo.mx/9",
        "beneficiario_nombre": "Zeferino Yáñez",
    }
    assert outcome.rows["servidores"][0]["entidad"] == "16"
