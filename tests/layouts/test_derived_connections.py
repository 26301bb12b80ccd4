"""The connection board: observed steps, declared steps, and which bodies have a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from vitrina.layouts.base import Context
from vitrina.layouts.derived_connections import derive
from vitrina.model import Outcome, Row, Source
from vitrina.registry import load_system

SYSTEM = load_system(Path(__file__).parents[2] / "data" / "systems" / "conexion")
TONIGHT = date(2026, 3, 1)
ENTES: list[dict[str, Any]] = [
    {"id": "salud", "nombre": "Secretaría de Salud", "poder": "ejecutivo", "obligado_s1": "true", "obligado_s2": "true"},
    {"id": "tja", "nombre": "Tribunal", "poder": "judicial", "obligado_s3": "true"},
]  # fmt: skip


def frame(rows: list[dict[str, Any]], *columns: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns or rows[0], pl.String))


def board(steps: list[dict[str, str]] | None = None, **systems: Mapping[str, pl.DataFrame]) -> list[Outcome]:
    columns = ("id", "nombre", "poder", "region", *(f"obligado_s{n}" for n in range(1, 7)))
    inputs = {"entes": {"entes": frame(ENTES, *columns)}}
    inputs |= {slug.replace("_", "-"): dict(tables) for slug, tables in systems.items()}
    own = {"pasos": frame(steps or [], "conexion_id", "paso", "fecha_paso", "nota")}
    source = Source("derivado-conexion", "Derivado", "conexion", "derived", "", "diaria")
    return list(derive(inputs, own, Context(SYSTEM, source, TONIGHT)))


def rows(outcomes: list[Outcome]) -> dict[str, Row]:
    return {str(r["id"]): r for o in outcomes for r in o.rows["conexion"]}


def data(*rows: tuple[str | None, str | None]) -> dict[str, pl.DataFrame]:
    main = [{"id": str(n), "ente_id": e, "fecha_actualizacion": d} for n, (e, d) in enumerate(rows)]
    child = [{"declaracion_id": "0", "n": "1", "ente_id": "tja", "fecha_actualizacion": "2026-02-28"}]
    return {"bienes": frame(child), "declaraciones": frame(main)}  # children may come first


def test_each_obliged_body_has_a_row_even_without_data() -> None:
    found = rows(board())
    assert sorted(found) == ["salud-s1", "salud-s2", "tja-s3"]
    assert {(r["paso"], r["paso_origen"], r["registros"]) for r in found.values()} == {("0", "sin_dato", "0")}
    assert found["tja-s3"]["ente_nombre"] == "Tribunal" and found["tja-s3"]["obligado"] == "true"


def test_data_tonight_is_step_6_and_step_7_while_fresh() -> None:
    old = rows(board(s1_declaraciones=data(("salud", "2024-01-01"), ("salud", None), (None, "2026-02-28"))))
    assert (old["salud-s1"]["paso"], old["salud-s1"]["paso_origen"]) == ("6", "observado")
    assert (old["salud-s1"]["registros"], old["salud-s1"]["ultima_fecha"]) == ("2", "2024-01-01")
    new = rows(board(s1_declaraciones=data(("salud", "2024-01-01"), ("salud", "2026-02-20T10:00:00Z"))))
    assert (new["salud-s1"]["paso"], new["salud-s1"]["ultima_fecha"]) == ("7", "2026-02-20")


def test_dates_to_come_and_unreadable_dates_do_not_make_fresh() -> None:
    found = rows(
        board(s1_declaraciones=data(("salud", "2027-01-01"), ("salud", "2026-02-31"), ("salud", "ayer")))
    )
    assert (found["salud-s1"]["paso"], found["salud-s1"]["ultima_fecha"]) == ("6", None)


def test_children_are_not_counted_and_unobliged_bodies_with_data_are_shown() -> None:
    found = rows(board(s1_declaraciones=data(("tja", "2026-02-01"))))
    assert found["tja-s1"]["registros"] == "1" and found["tja-s1"]["obligado"] is None


def test_both_subsystems_of_s3_count_together() -> None:
    found = rows(
        board(
            s3_servidores=data(("tja", "2020-01-01")),
            s3_particulares=data(("tja", "2026-01-01"), ("tja", "2019-01-01")),
        )
    )
    assert (found["tja-s3"]["registros"], found["tja-s3"]["paso"]) == ("3", "7")


def test_the_newest_declared_step_stands_until_data_are_seen() -> None:
    steps = [
        {"conexion_id": "salud-s1", "paso": "3", "fecha_paso": "2026-01-10", "nota": "Por archivo"},
        {"conexion_id": "salud-s1", "paso": "1", "fecha_paso": "2025-01-10", "nota": "Oficio"},
    ]
    row = rows(board(steps))["salud-s1"]
    assert (row["paso"], row["paso_origen"], row["fecha_paso"]) == ("3", "declarado", "2026-01-10")
    assert row["nota"] == "Por archivo"
    seen = rows(board(steps, s1_declaraciones=data(("salud", "2020-01-01"))))["salud-s1"]
    assert (seen["paso"], seen["paso_origen"], seen["fecha_paso"]) == ("6", "observado", None)


def test_a_declared_7_without_data_counts_as_5_and_says_so() -> None:
    outcomes = board([{"conexion_id": "salud-s2", "paso": "7", "fecha_paso": "2026-01-10", "nota": ""}])
    (flagged,) = [o for o in outcomes if o.issues]
    assert flagged.rows["conexion"][0]["paso"] == "5"
    assert flagged.issues[0].code == "paso-no-observado"


def test_a_declared_step_without_a_real_date_is_not_used() -> None:
    steps = [{"conexion_id": "salud-s1", "paso": "4", "fecha_paso": "31/02/2025", "nota": ""}]
    assert rows(board(steps))["salud-s1"]["paso_origen"] == "sin_dato"


def test_the_newest_agreement_in_force_is_linked() -> None:
    agreements = frame(
        [
            {"id": "c1", "ente_id": "salud", "fecha": "2022-01-01", "estatus": "vigente"},
            {"id": "c2", "ente_id": "salud", "fecha": "2024-01-01", "estatus": "vigente"},
            {"id": "c3", "ente_id": "salud", "fecha": "2025-01-01", "estatus": "cancelado"},
            {"id": "c4", "ente_id": "salud", "fecha": "31/02/2025", "estatus": "vigente"},
        ]
    )
    row = rows(board(convenios={"convenios": agreements}))["salud-s1"]
    assert (row["convenio_id"], row["convenio_fecha"]) == ("c2", "2024-01-01")


def test_rows_have_the_declared_columns_and_pass_positions_on() -> None:
    outcomes = board()
    declared = {n for n in SYSTEM.main.names if not n.startswith("fuente_")}
    assert all(set(r) == declared for o in outcomes for r in o.rows["conexion"])
    assert len({o.positions for o in outcomes}) == len(outcomes)
