"""The national list of institutions: what is merged, and what is not merged in doubt."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from vitrina import layouts
from vitrina.catalogs import name_key
from vitrina.config import HOME
from vitrina.errors import ConfigurationError
from vitrina.layouts.base import Context
from vitrina.layouts.dependencias import merge_rules
from vitrina.model import Outcome, RawRecord, Row, Source
from vitrina.registry import load_system

SYSTEM = load_system(HOME / "data" / "systems" / "entes")
SOURCE = Source("f", "Fuente", "entes", "folder", "json", "mensual")
REAL = HOME.parent / "shared" / "data" / "pdn" / "real"


def entry(nombre: str, supplier: str | None = "XAL", status: bool = True, **more: str) -> dict[str, Any]:
    return {
        "nombre": nombre,
        "siglas": "nan",
        "clave": "nan",
        "supplier_id": supplier,
        "status": status,
        **more,
    }


def read(*entries: dict[str, Any]) -> list[Outcome]:
    records = [RawRecord(f"d.json#/{n}", e) for n, e in enumerate(entries)]
    return list(layouts.find("pdn_dependencias").outcomes(records, Context(SYSTEM, SOURCE, date(2026, 3, 1))))


def rows(outcomes: list[Outcome]) -> list[Row]:
    return [row for o in outcomes for row in o.rows.get("entes", ())]


def codes(outcome: Outcome) -> list[str]:
    return [i.code for i in outcome.issues]


def test_spellings_of_one_name_are_one_body_and_stay_listed() -> None:
    (outcome,) = read(
        entry("SECRETARIA DE SALUD"),
        entry("Secretaría de Salud.", siglas="SSX"),
        entry("SECRETARIA DE SALUD"),
    )
    (row,) = outcome.rows["entes"]
    assert outcome.positions == ("d.json#/0", "d.json#/1", "d.json#/2")
    assert row["nombre"] == "SECRETARIA DE SALUD" and row["otros_nombres"] == "Secretaría de Salud."
    assert row["siglas"] == "SSX" and row["clave"] is None and row["activo"] == "true"
    assert row["id"] == "secretaria-de-salud-xal"
    assert codes(outcome) == ["nombre-fusionado", "nombre-fusionado"]
    assert all(i.severity == "note" and "SALUD" not in i.message for i in outcome.issues)


def test_the_same_name_of_two_providers_is_two_bodies() -> None:
    first, second = rows(read(entry("Secretaría de Salud", "XAL"), entry("SECRETARÍA DE SALUD", "OTRO")))
    assert first["id"] != second["id"]


def test_names_that_only_look_alike_are_not_merged() -> None:
    found = rows(
        read(
            entry("Ayuntamiento de Ahuacatlán"),
            entry("Ayuntamiento de Ahuatlán"),
            entry("Comisión de los Derechos"),
        )
    )
    assert len({r["id"] for r in found}) == 3


def test_contradicting_initials_keep_twins_apart() -> None:
    twins = read(entry("Instituto del Deporte", siglas="IDX"), entry("INSTITUTO DEL DEPORTE", siglas="INDE"))
    assert len({r["id"] for r in rows(twins)}) == 2
    assert [codes(o) for o in twins] == [["nombre-en-duda"], ["nombre-en-duda"]]


def test_declared_rules_join_forms_and_are_noted() -> None:
    (outcome,) = read(entry("H. Ayuntamiento de Tres Zanjas"), entry("AYUNTAMIENTO DE TRES ZANJAS"))
    (row,) = outcome.rows["entes"]
    assert row["nombre"] == "H. Ayuntamiento de Tres Zanjas"
    assert sorted(codes(outcome)) == ["nombre-fusionado", "regla-de-nombre"]
    (company,) = read(entry("Puertos de Xaltepec, S.A. DE C.V"), entry("PUERTOS DE XALTEPEC SA DE CV"))
    assert len(company.positions) == 2


@pytest.mark.parametrize("name", ["N/A", "nan", " ", "...", "NA"])
def test_empty_names_are_rejected(name: str) -> None:
    outcome = read(entry(name))[0]
    assert outcome.rejected == "nombre-vacio" and not outcome.rows


def test_contradicting_status_is_left_blank_and_said() -> None:
    (outcome,) = read(entry("Tribunal", status=True), entry("TRIBUNAL", status=False))
    assert outcome.rows["entes"][0]["activo"] is None
    assert "estatus-contradictorio" in codes(outcome)


def test_only_the_lists_shape_matches() -> None:
    layout = layouts.find("pdn_dependencias")
    assert layout.matches({"nombre": "A", "status": True})
    assert not layout.matches({"nombre": "A", "status": "activo"})
    assert not layout.matches({"nombre": "A", "status": True, "poder": "ejecutivo"})
    assert not layout.matches({"status": True}) and not layout.matches("A")


def test_a_rule_without_pattern_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="merge_rules"):
        merge_rules([{"replace": "x"}])


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="the public lists are kept outside the project")
@pytest.mark.parametrize("name", ["s2", "s3s", "s3p"])
def test_real_lists_lose_no_record_and_give_distinct_ids(name: str) -> None:
    entries = json.loads((REAL / f"dependencias_reporte_{name}.json").read_text(encoding="utf-8"))
    outcomes = read(*entries)
    assert sorted(p for o in outcomes for p in o.positions) == sorted(
        f"d.json#/{n}" for n in range(len(entries))
    )
    found = rows(outcomes)
    assert len({r["id"] for r in found}) == len(found)
    assert {name_key(r["nombre"] or "") for r in found} <= {name_key(e["nombre"]) for e in entries}
