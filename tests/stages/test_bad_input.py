"""Whatever a source sends, the others publish, nothing is lost silently, and the exit code says what happened."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vitrina.checking import findings, frictionless_lane, quarantine
from vitrina.registry import load_system
from vitrina.storage import read_json, text_frame

HEADER = "id,titulo,descripcion,ente_nombre,fecha\n"

BROKEN: dict[str, bytes | None] = {
    "absent": None,
    "empty": b"",
    "html": b"<!DOCTYPE html><html><body>Inicie sesi\xc3\xb3n</body></html>",
    "wrong-encoding": (HEADER + "O-9,Obra de Muñoz,,,2026-01-01\n").encode("latin-1"),
    "unclosed-quote": (HEADER + 'O-9,"Obra sin cerrar,,,2026-01-01\nO-10,Otra,,,2026-01-02\n').encode(),
    "header-only": HEADER.encode(),
    "repeated-header": b"id,titulo,titulo\nO-1,a,b\n",
    "nul": (HEADER + "O-9,Obra\x00,,,2026-01-01\n").encode(),
    "semicolons": HEADER.replace(",", ";").encode() + b"O-9;Obra;;;2026-01-01\n",
}


def report(toy: Any, system: str) -> dict[str, Any]:
    return read_json(toy.root / "build" / "reports" / f"{system}.json")


def spoil(toy: Any, content: bytes | None) -> None:
    path = toy.root / "data" / "entrada" / "muni-obras" / "datos.csv"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("fault", BROKEN)
def test_a_bad_file_keeps_the_last_good_copy_and_does_not_touch_the_other_source(
    toy: Any, fault: str
) -> None:
    toy.part("2026-03-01")
    spoil(toy, BROKEN[fault])

    toy.part("2026-03-02")

    source = report(toy, "obras")["sources"][0]
    assert source["weather"] == "kept"
    assert source["records_in"] == source["published"] == 5
    assert source["message"] and source["remedy"]
    assert report(toy, "permisos")["sources"][0]["weather"] == "unchanged"


@pytest.mark.parametrize("fault", BROKEN)
def test_a_source_that_never_sent_a_good_file_is_reported_as_having_none(toy: Any, fault: str) -> None:
    spoil(toy, BROKEN[fault])

    toy.part()

    source = report(toy, "obras")["sources"][0]
    assert (source["weather"], source["records_in"]) == ("none", 0)
    assert report(toy, "permisos")["sources"][0]["published"] == 5


def test_the_night_publishes_the_others_and_exits_10(toy: Any) -> None:
    spoil(toy, BROKEN["html"])

    assert toy.night() == 10

    status = read_json(toy.site / "status.json")
    assert status["state"] == "kept_last_good"
    assert {s["system"]: s["rows"] for s in status["systems"]} == {"obras": 0, "permisos": 5}
    assert (toy.site / "obras" / "index.html").is_file()


def test_the_last_good_rows_stay_published_when_the_source_breaks(toy: Any) -> None:
    assert toy.night("2026-03-01") == 0
    before = (toy.site / "obras" / "datos" / "registros.csv").read_bytes()
    spoil(toy, b"")

    assert toy.night("2026-03-02") == 10

    assert (toy.site / "obras" / "datos" / "registros.csv").read_bytes() == before


def test_bad_rows_are_quarantined_with_their_place_and_the_ledger_balances(toy: Any) -> None:
    toy.write(
        "muni-obras",
        "datos.csv",
        HEADER
        + "O-1,Obra buena,,,2026-01-01\n"
        + "O-2,,,,2026-01-01\n"  # no title: required
        + "O-3,Fecha imposible,,,2026-02-31\n"
        + "O-1,Repetida,,,2026-01-01\n"
        + "O-4,Le falta una celda,,2026-01-01\n"
        + "O-5,Le sobra una celda,,,2026-01-01,x\n"
        + ",,,,\n"
        + f"O-6,{'x' * 40000},,,2026-01-01\n",
    )

    toy.part()

    night = report(toy, "obras")
    source = night["sources"][0]
    assert (source["records_in"], source["published"], source["quarantined"]) == (8, 1, 7)
    codes = {i["code"] for i in night["issues"] if i["severity"] == "error"}
    assert codes >= {
        "constraint-error",
        "type-error",
        "primary-key",
        "fila-desigual",
        "fila-vacia",
        "celda-enorme",
    }
    held = (toy.root / "build" / "quarantine" / "obras.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(held) == 7
    assert any("fila 4" in json.dumps(json.loads(line)) for line in held)


@pytest.mark.parametrize(
    "native",
    [
        "..",
        "/",
        "a/../../b",
        "CON",
        "x" * 300,
        "A-1",
        "a-1",
        "\u0001\u0002",
        "ñandú",
        "n\u0303andu",
        "por",
        "datos",
    ],
)
def test_any_record_id_becomes_a_safe_unique_address(toy: Any, native: str) -> None:
    rows = [f'"{native}",Obra rara,,,2026-01-01', '"a-1-otra",Obra normal,,,2026-01-01']
    toy.write("muni-obras", "datos.csv", HEADER + "\n".join(rows) + "\n")

    assert toy.night() == 0

    pages = sorted(p.parent.name for p in (toy.site / "obras").glob("*/index.json"))
    assert len(pages) == 2
    assert all(p.isascii() and "/" not in p and p.strip(".") and len(p) <= 90 for p in pages)


def test_an_unknown_column_is_dropped_and_reported(toy: Any) -> None:
    toy.write("muni-obras", "datos.csv", "id,titulo,curp_conyuge\nO-1,Obra,SECRETO-QUE-NO-SALE\n")

    assert toy.night() == 0

    assert [u["path"] for u in report(toy, "obras")["unknown_fields"]] == ["curp_conyuge"]
    for path in toy.site.rglob("*"):
        assert not path.is_file() or b"SECRETO-QUE-NO-SALE" not in path.read_bytes(), path


def test_a_record_of_no_known_shape_is_quarantined_not_guessed(toy: Any) -> None:
    toy.source("muni-json", "obras")
    toy.write(
        "muni-json", "datos.json", json.dumps([{"algo": {"raro": 1}}, {"id": "J-1", "titulo": "Buena"}])
    )

    toy.part()

    source = next(s for s in report(toy, "obras")["sources"] if s["source"] == "muni-json")
    assert (source["records_in"], source["published"], source["quarantined"]) == (2, 1, 1)
    assert "layout-desconocido" in {i["code"] for i in report(toy, "obras")["issues"]}


def test_the_children_of_a_repeated_record_do_not_join_the_first_one(toy: Any) -> None:
    system = toy.root / "data" / "systems" / "obras"
    declaration = (system / "system.toml").read_text(encoding="utf-8")
    child = '[[tables]]\nname = "partidas"\ntitle = "Partidas"\nparent_key = "proceso_id"\n\n[display]'
    (system / "system.toml").write_text(declaration.replace("[display]", child, 1), encoding="utf-8")
    schema = json.loads((system / "schema.json").read_text(encoding="utf-8"))
    key = {"fields": ["proceso_id"], "reference": {"resource": "registros", "fields": ["id"]}}
    texts = {"title": "Columna", "description": "Columna de la prueba."}
    schema["partidas"] = {
        "fields": [
            {"name": "proceso_id", "type": "string", **texts},
            {"name": "n", "type": "integer", **texts},
            {"name": "descripcion", "type": "string", **texts},
        ],
        "primaryKey": ["proceso_id", "n"],
        "foreignKeys": [key],
    }
    (system / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    main = {"id": "a", "titulo": "Uno", "fuente_id": "s", "fuente_instantanea": "r"}
    item = {"proceso_id": "a", "descripcion": "x", "fuente_id": "s", "fuente_instantanea": "r"}
    rows = {
        "registros": [{**main, "fuente_posicion": p} for p in ("primero", "segundo")],
        "partidas": [
            {**item, "n": str(n), "fuente_posicion": p}
            for n, p in ((1, "primero"), (1, "segundo"), (2, "segundo"))
        ],
    }
    declared = load_system(system)
    frames = {t.name: text_frame(rows[t.name], t.names) for t in declared.tables}

    found = frictionless_lane.validate(declared, frames, toy.root / "build" / "check")
    marked = quarantine.extended(declared, frames, quarantine.none(frames), findings.from_issues(found))
    clean, held = quarantine.parted(frames, marked)

    assert clean["registros"]["fuente_posicion"].to_list() == ["primero"]
    assert clean["partidas"]["fuente_posicion"].to_list() == ["primero"]
    assert held["partidas"].height == 2
