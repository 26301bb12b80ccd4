"""What the expectations and the rules decide, seen from outside: files of the check stage and exit codes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from vitrina import weather
from vitrina.errors import ConfigurationError
from vitrina.storage import read_json

HEADER = "id,titulo,descripcion,ente_nombre,fecha\n"
FUTURE = """
[[rules]]
id = "fecha-no-futura"
kind = "not-in-future"
severity = "{severity}"
field = "fecha"
title = "La fecha no está en el futuro"
found = "La fecha está en el futuro"
why = "Un hecho no puede tener una fecha que aún no llega."
remedy = "Revise la fecha en el sistema de origen."
"""


def rows(count: int, start: int = 1, *, day: str = "2026-02-01", described: int | None = None) -> str:
    """Return a delivery of *count* works, the first *described* of them with a description."""
    full = count if described is None else described
    return HEADER + "".join(
        f"O-{n},Obra {n},{'Qué se hará' if n < start + full else ''},Municipio de Prueba,{day}\n"
        for n in range(start, start + count)
    )


def declare(toy: Any, extra: str = "", **expect: str) -> None:
    path = toy.root / "data" / "systems" / "obras" / "system.toml"
    text = path.read_text(encoding="utf-8")
    head, _, _ = text.partition("[expect]")
    bounds = {"min_rows": "1", "max_rows": "1000000", "freshness_days": "90"} | expect
    lines = [f"{k} = {v}" for k, v in bounds.items()]
    path.write_text("\n".join([f"{head}[expect]", *lines, extra, ""]), encoding="utf-8")


def night(toy: Any, content: str, day: str) -> tuple[int, dict[str, Any]]:
    toy.write("muni-obras", "datos.csv", content)
    return toy.night(day), read_json(toy.root / "build" / "reports" / "obras.json")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def codes(report: dict[str, Any]) -> dict[str, str]:
    return {e["code"]: e["severity"] for e in report["expectations"]}


def test_a_system_without_expectations_is_refused(toy: Any) -> None:
    path = toy.root / "data" / "systems" / "obras" / "system.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("[expect]")[0], encoding="utf-8")
    with pytest.raises(ConfigurationError) as wrong:
        toy.night()
    assert wrong.value.exit_code == 30 and "expect" in wrong.value.message


def test_too_many_rows_keep_the_last_good_ones(toy: Any) -> None:
    night(toy, rows(5), "2026-03-01")
    declare(toy, max_rows="6")
    code, report = night(toy, rows(7), "2026-03-02")
    assert (code, report["decision"], codes(report)) == (10, "keep_last_good", {"demasiadas-filas": "error"})
    assert report["tables"]["registros"] == {"rows_in": 7, "published": 5, "quarantined": 7}


def test_stale_rows_and_low_filling_are_published_with_a_warning(toy: Any) -> None:
    declare(toy, freshness_days="10", filled="{ descripcion = 0.9 }")
    code, report = night(toy, rows(5, described=4), "2026-03-01")
    assert (code, report["decision"], report["verdict"]) == (0, "publish", "warnings")
    assert codes(report) == {"poco-llenado": "warning", "sin-datos-recientes": "warning"}


def test_a_fall_in_filling_of_an_expected_column_keeps_the_last_good_rows(toy: Any) -> None:
    declare(toy, filled="{ descripcion = 0.1 }")
    night(toy, rows(20), "2026-03-01")
    assert night(toy, rows(20, described=18), "2026-03-02")[0] == 0, "ten points exactly are let through"

    code, report = night(toy, rows(20, described=15), "2026-03-03")

    assert (code, report["decision"], codes(report)) == (10, "keep_last_good", {"cayo-el-llenado": "error"})
    assert "75%" in report["expectations"][0]["message"] and "90%" in report["expectations"][0]["message"]
    assert pl.read_csv(toy.site / "obras" / "datos" / "registros.csv")["descripcion"].null_count() == 2
    assert night(toy, rows(20, described=17), "2026-03-04")[0] == 0, "compared with the last good night"


def test_a_required_column_that_stops_coming_keeps_the_last_good_rows(toy: Any) -> None:
    night(toy, rows(20), "2026-03-01")
    code, report = night(
        toy,
        rows(20).replace(",Obra 1,", ",,").replace(",Obra 2,", ",,").replace(",Obra 3,", ",,"),
        "2026-03-02",
    )
    assert (code, codes(report)) == (10, {"cayo-el-llenado": "error"})


def test_many_ids_gone_warn_then_block_unless_an_operator_accepts(toy: Any) -> None:
    declare(toy, ids_gone="0.08")
    night(toy, rows(100), "2026-03-01")
    code, report = night(toy, rows(100, start=6), "2026-03-02")
    assert (code, codes(report)) == (0, {"registros-desaparecidos": "warning"})

    code, report = night(toy, rows(100, start=15), "2026-03-03")
    assert (code, codes(report)) == (10, {"registros-desaparecidos": "error"})

    run = report["sources"][0]["snapshot"]
    weather.accept(
        toy.root / "data" / "archive", "muni-obras", run, "Corte de caja", "Prueba", date(2026, 3, 3)
    )
    assert toy.night("2026-03-03") == 0
    assert codes(read_json(toy.root / "build" / "reports" / "obras.json")) == {
        "registros-desaparecidos": "warning"
    }


def test_a_rule_of_severity_error_holds_the_row_and_of_warning_does_not(toy: Any) -> None:
    content = rows(3) + "O-9,Obra del futuro,,Municipio de Prueba,2031-01-01\n"
    for severity, published in (("warning", 4), ("error", 3)):
        declare(toy, FUTURE.format(severity=severity))
        code, report = night(toy, content, "2026-03-01")
        source = report["sources"][0]
        assert (code, source["published"], source["quarantined"]) == (0, published, 4 - published)
        rule = next(r for r in report["rules"] if r["id"] == "fecha-no-futura")
        assert (rule["state"], rule["checked"], rule["failed"], rule["fields"]) == ("failed", 4, 1, ["fecha"])
        issue = next(i for i in report["issues"] if i["rule"] == "fecha-no-futura")
        assert (issue["title"], issue["count"], len(issue["row_ids"])) == (
            "La fecha está en el futuro",
            1,
            published - 3,
        )
        named = pl.read_parquet(toy.root / "build" / "reports" / "obras.findings.parquet")
        assert named.filter(pl.col("rule") == "fecha-no-futura").height == published - 3
    private = toy.root / "build" / "quarantine"
    held = lines(private / "obras.jsonl")
    assert [h["row"]["titulo"] for h in held] == ["Obra del futuro"]
    (told,) = [i for i in lines(private / "obras.issues.jsonl") if i["rule"] == "fecha-no-futura"]
    assert (told["file"], told["label"], told["field_title"]) == ("datos.csv", "Obra del futuro", "Fecha")
    assert told["place"] and told["position"] == f"datos.csv, {told['place']}"
    assert told["remedy"] == "Revise la fecha en el sistema de origen."
    assert "Obra del futuro" not in (toy.root / "build" / "reports" / "obras.json").read_text(
        encoding="utf-8"
    )


def test_every_issue_resolves_into_a_rule_and_what_had_no_rows_is_not_checked(toy: Any) -> None:
    declare(toy, FUTURE.format(severity="note").replace('"fecha"', '"fecha"'))
    _, report = night(toy, HEADER + "O-1,Una sin fecha,,Municipio de Prueba,\n", "2026-03-01")
    rules = {r["id"]: r for r in report["rules"]}
    assert {i["rule"] for i in report["issues"]} <= set(rules)
    assert (
        rules["fecha-no-futura"]["state"] == "not_checked" and "«Fecha»" in rules["fecha-no-futura"]["reason"]
    )
    assert rules["type-error"]["state"] == rules["primary-key"]["state"] == "passed"
    assert [r["id"] for r in report["rules"]][:3] == ["type-error", "constraint-error", "primary-key"]


def test_the_archive_keeps_one_line_per_night(toy: Any) -> None:
    night(toy, rows(5), "2026-03-01")
    night(toy, rows(6), "2026-03-02")
    night(toy, rows(7), "2026-03-02")
    kept = lines(toy.root / "data" / "archive" / "quality" / "obras.jsonl")
    assert [(n["date"], n["checked"], n["published"]) for n in kept] == [
        ("2026-03-01", 5, 5),
        ("2026-03-02", 7, 7),
    ]
    assert kept[0]["filled"] == {"titulo": 1.0}
    toy.night("2026-03-02")
    assert lines(toy.root / "data" / "archive" / "quality" / "obras.jsonl") == kept


def test_findings_of_a_kept_copy_are_those_of_the_night_it_is_from(toy: Any) -> None:
    declare(toy, FUTURE.format(severity="note"))
    night(toy, rows(2) + "O-9,Obra lejana,,Municipio de Prueba,2031-01-01\n", "2026-03-01")
    path = toy.root / "build" / "reports" / "obras.findings.parquet"
    before = pl.read_parquet(path)
    assert (before["rule"] == "fecha-no-futura").sum() == 1

    declare(toy, FUTURE.format(severity="note"), min_rows="3")
    code, report = night(toy, rows(1, day="2032-01-01"), "2026-03-02")

    assert code == 10 and report["published_from"] == "2026-03-01"
    assert pl.read_parquet(path).equals(before)


CROSS = """
[[rules]]
id = "obra-con-permiso"
kind = "in-system"
severity = "warning"
field = "titulo"
system = "permisos"
to_table = "registros"
to_field = "titulo"
title = "La obra tiene permiso"
found = "La obra no tiene permiso publicado"
why = "Toda obra necesita un permiso que se pueda consultar."
remedy = "Publique el permiso o revise el nombre de la obra."
"""


def test_systems_are_compared_once_all_have_their_rows(toy: Any) -> None:
    declare(toy, CROSS)  # `obras` is checked before `permisos`, and needs nothing of it
    toy.write("muni-permisos", "datos.csv", rows(3))
    code, report = night(toy, rows(5), "2026-03-01")
    rule = next(r for r in report["rules"] if r["id"] == "obra-con-permiso")
    assert (code, rule["state"], rule["checked"], rule["failed"]) == (0, "failed", 5, 2)
    assert report["sources"][0]["published"] == 5, "lo que diga otro sistema no retiene un registro"
    assert report["verdict"] == "warnings"


def test_a_comparison_without_the_other_system_is_not_checked(toy: Any) -> None:
    declare(toy, CROSS.replace("permisos", "planes"))
    _, report = night(toy, rows(5), "2026-03-01")
    rule = next(r for r in report["rules"] if r["id"] == "obra-con-permiso")
    assert rule["state"] == "not_checked" and "planes" in rule["reason"]
