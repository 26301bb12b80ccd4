"""A server in order passes its whole sheet, in every dialect; each thing a server does wrong fails its own cases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from vitrina.acceptance import runner
from vitrina.acceptance.cases import in_order
from vitrina.acceptance.sheet import Result, Sheet
from vitrina.acceptance.standard import COLLECTIONS, folded, reserved
from vitrina.errors import UsageError
from vitrina.simulate import api_data, api_directus, api_query
from vitrina.simulate.api_faults import Fault
from vitrina.simulate.api_tokens import Tokens
from vitrina.text import fold

Try = Callable[..., Sheet]

# Source of the demo → cases that count. They are not a figure to keep, only a floor: no case may be lost unseen.
SHEETS = {
    "api-s1": 105, "api-s2-v1": 71, "api-s3s-v1": 73, "api-s3p-v1": 65, "api-s2-v2": 32, "api-s3s-graves": 32,
    "api-s3s-no-graves": 32, "api-s3p-morales": 32,
}  # fmt: skip


@pytest.mark.parametrize("source", SHEETS)
def test_a_server_in_order_passes_in_full(sheet_of: Try, source: str) -> None:
    sheet = sheet_of(source, stress=True)

    assert [(r.id, r.name, r.obtained) for r in sheet.failed] == []
    assert sheet.counted >= SHEETS[source]
    assert sheet.summary == f"{sheet.counted} pruebas, {sheet.counted} aprobadas"
    assert len({r.id for r in sheet.results}) == len(sheet.results)
    groups = {r.group for r in sheet.results}
    assert groups == {"seguridad", "paginación", "consulta", "orden", "esquema", "estrés"}


def test_an_expired_token_is_tried_where_it_expires_soon(sheet_of: Try) -> None:
    sheet = sheet_of("api-s2-v1", expires_in=2)
    assert sheet.failed == ()
    assert next(r for r in sheet.results if r.name == "Token vencido").passed is True


def test_stress_is_off_unless_asked_for(sheet_of: Try) -> None:
    assert "estrés" not in {r.group for r in sheet_of("api-s2-v2").results}


def failed(sheet: Sheet) -> set[str]:
    return {r.id for r in sheet.failed}


@pytest.mark.parametrize(
    ("fault", "must_fail", "must_pass"),
    [
        (Fault("wrong-total", "/v1/spic", value=3), {"PAG-15"}, {"SEG-02", "PAG-05", "ORD-01"}),
        (Fault("duplicate-page", "/v1/spic", page=2), {"PAG-15"}, {"SEG-02", "PAG-01"}),
        (Fault("endless", "/v1/spic"), {"PAG-12", "PAG-14"}, {"SEG-13", "PAG-05", "ESQ-02"}),
        (Fault("empty", "/v1/spic"), {"PAG-15", "ESQ-02", "ORD-01", "SEG-30"}, {"SEG-02", "SEG-13", "PAG-05"}),
        (Fault("drift-drop", "/v1/spic", field="nombres"), {"ESQ-02"}, {"PAG-15", "SEG-02", "CON-05"}),
        (Fault("drift-rename", "/v1/spic", field="tipoProcedimiento"), {"ESQ-02"}, {"PAG-15", "ORD-01"}),
        (Fault("error-200", "/v1/spic"), {"SEG-13", "PAG-01", "PAG-05", "ESQ-01"}, {"SEG-02", "SEG-05"}),
        (Fault("html", "/v1/spic"), {"SEG-13", "PAG-01", "CON-02", "ESQ-01"}, {"SEG-02"}),
        (Fault("burst", "/v1/spic", value=500), {"SEG-13", "PAG-01", "PAG-05", "CON-01"}, {"SEG-04"}),
        (Fault("burst", "/oauth/", value=500), {"SEG-02", "SEG-04", "PAG-01"}, {"SEG-13"}),
        (Fault("html", "dependencias"), {"ESQ-05", "SEG-15"}, {"ESQ-01", "SEG-13"}),
    ],
    ids=lambda value: f"{value.kind}{value.path}" if isinstance(value, Fault) else "",
)  # fmt: skip
def test_a_fault_fails_the_right_cases(
    sheet_of: Try, fault: Fault, must_fail: set[str], must_pass: set[str]
) -> None:
    sheet = sheet_of("api-s2-v1", fault)
    assert must_fail <= failed(sheet)
    assert not must_pass & failed(sheet)
    assert sheet.passed + len(sheet.failed) == sheet.counted


def test_reserved_data_fail_one_case_and_no_other(sheet_of: Try, data: api_data.Datasets) -> None:
    whole = api_data.simulated(data.day, 60, collections=("spic",))
    sheet = sheet_of("api-s2-v1", datasets=whole)
    assert failed(sheet) == {"SEG-30"}
    assert "curp" in sheet.failed[0].obtained
    assert not re.search(r"[A-Z]{4}\d{6}", json.dumps(sheet.as_dict()))  # names of fields, never their values


# A server that does one thing wrong: which cases must see it.
MUTANTS: dict[str, tuple[str, Any, str, Any, set[str]]] = {
    "any token will do": ("api-s2-v1", Tokens, "refuse", lambda *_: None, {"SEG-13", "SEG-14", "SEG-15", "SEG-17", "SEG-18"}),
    "any password will do": ("api-s2-v1", Tokens, "_refusal", lambda *_: None, {"SEG-04", "SEG-07", "SEG-12"}),
    "filters know accents": ("api-s2-v1", api_query, "folded", str, {"CON-03", "CON-04"}),
    "n is ñ": ("api-s2-v1", api_query, "folded", fold, {"CON-15"}),
    "filters do nothing": ("api-s2-v1", api_query, "_test", lambda *_: lambda _r: True, {"CON-01", "CON-02", "CON-21"}),
    "sort does nothing": ("api-s2-v1", api_query, "ordered", lambda rows, *_: list(rows), {"ORD-01", "ORD-02"}),
    "types are not checked": ("api-s3p-v1", api_query, "_wrong_types", lambda *_: iter(()), {"PAG-11", "ESQ-04"}),
    "ranges are ignored": ("api-s1", api_query, "_test", lambda *_: lambda _r: True, {"CON-01", "CON-02"}),
    "fields are ignored": ("api-s3s-graves", api_directus, "trim",
                           lambda rows, *_: [dict.fromkeys(r, 1) | {"fecha": r["fecha"]} for r in rows],
                           {"ESQ-02", "ESQ-03"}),
    "filters of v2 do nothing": ("api-s2-v2", api_directus, "_meets", lambda *_: True, {"CON-01", "CON-08"}),
    "sort of v2 does nothing": ("api-s2-v2", api_directus, "ordered", lambda rows, *_: list(rows), {"ORD-01", "ORD-02"}),
    "static token is not looked at": ("api-s2-v2", api_directus, "refuse", lambda *_: None, {"SEG-13", "SEG-14"}),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_thing_done_wrong_is_seen(sheet_of: Try, monkeypatch: pytest.MonkeyPatch, mutant: str) -> None:
    source, place, name, wrong, cases = MUTANTS[mutant]
    monkeypatch.setattr(place, name, wrong)
    assert cases <= failed(sheet_of(source))


def test_nothing_sent_writes_or_asks_in_someones_name(sheet_of: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, str, bytes]] = []
    ask = runner.Client.json

    def spy(self: Any, method: str, url: str, **more: Any) -> Any:
        sent.append((method, url, more.get("content") or b""))
        return ask(self, method, url, **more)

    monkeypatch.setattr(runner.Client, "json", spy)
    for source in ("api-s1", "api-s2-v1", "api-s2-v2"):
        sheet_of(source, stress=True)
    assert {m for m, url, _ in sent if "/items/" in url} == {"GET"}
    assert {m for m, *_ in sent} == {"GET", "POST"}
    assert not [
        url
        for method, url, _ in sent
        if method == "POST" and not url.endswith(("token", "spic", "declaraciones"))
    ]
    assert not [body for *_, body in sent if b"rfcSolicitante" in body or b"refresh_token" in body]
    assert len(sent) < 600


# ── the sheet itself ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sheet() -> Sheet:
    results = (
        Result("SEG-01", "seguridad", "Cifrado", "—", "https", "https en todas", True),
        Result("PAG-01", "paginación", "Sin <nada>", "{}", "10", "200 & 9", False),
        Result("PAG-02", "paginación", "Otra", "x", "y", "sin datos", None),
    )
    return Sheet(
        "f",
        "Fuente <b>",
        "2026-11-20",
        "S2 (spic)",
        "Ente",
        "estatal",
        "desarrollo",
        ("https://a.ejemplo",),
        results,
    )


def test_text_says_what_failed_and_ends_with_the_count(sheet: Sheet) -> None:
    text = sheet.as_text()
    assert text.splitlines()[-1] == "2 pruebas, 1 aprobadas"
    assert "PAG-01 Sin <nada>: NO aprobada (200 & 9)" in text
    assert "se esperaba: 10" in text
    for part in ("2026-11-20", "S2 (spic)", "Ente", "estatal", "desarrollo", "https://a.ejemplo"):
        assert part in text


def test_json_is_complete(sheet: Sheet) -> None:
    told = json.loads(json.dumps(sheet.as_dict()))
    assert (told["tests"], told["passed"], told["summary"]) == (2, 1, "2 pruebas, 1 aprobadas")
    assert [r["passed"] for r in told["results"]] == [True, False, None]


def test_the_page_stands_alone_and_is_safe(sheet: Sheet) -> None:
    page = sheet.as_html()
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="es-MX">' in page
    assert "Sin &lt;nada&gt;" in page
    assert "Fuente &lt;b&gt;" in page
    assert "200 &amp; 9" in page
    assert not re.search(r"<script|src=|href=|url\(", page)
    assert page.count("<table>") == 2
    assert "@media print" in page


def test_a_command_prints_each_form_and_says_whether_all_passed(
    sheet_of: Try, monkeypatch: pytest.MonkeyPatch, sheet: Sheet
) -> None:
    monkeypatch.setattr(runner, "run", lambda *_args, **_more: sheet)
    source: Any = type("S", (), {"id": "f"})()
    settings: Any = None
    text, good = runner.command([source], "f", settings, "text", False)
    assert (text.splitlines()[-1], good) == ("2 pruebas, 1 aprobadas", False)
    assert json.loads(runner.command([source], "f", settings, "json", False)[0])["tests"] == 2
    assert runner.command([source], "f", settings, "html", False)[0].startswith("<!DOCTYPE")
    with pytest.raises(UsageError):
        runner.command([source], "otra", settings, "text", False)


def test_a_source_of_another_protocol_has_no_sheet(sheet_of: Try) -> None:
    with pytest.raises(UsageError, match="No hay pruebas"):
        sheet_of("api-s6-entregas")


# ── small judgements ──────────────────────────────────────────────────────────────────────────────────────


def test_order_is_spanish_and_missing_values_do_not_count() -> None:
    rows = [{"n": n} for n in ("Nuevo", "Núñez", None, "Ñuño", "Ocampo")]
    assert in_order(rows, "n", False)
    assert in_order(rows[::-1], "n", True)
    assert not in_order([{"n": "Ñuño"}, {"n": "Nuevo"}], "n", False)
    assert in_order([{"n": 9}, {"n": 10}], "n", False)


def test_reserved_data_are_found_by_name_by_text_and_by_owner() -> None:
    party = COLLECTIONS["psancionados"]
    assert reserved({"particularSancionado": {"tipoPersona": "F", "rfc": "X"}}, party) == [
        "particularSancionado.rfc"
    ]
    assert reserved({"particularSancionado": {"tipoPersona": "M", "rfc": "X", "telefono": " "}}, party) == []
    assert reserved({"observaciones": "CURP XUXI881008HNEXXX90"}, party) == [
        "observaciones (CURP en el texto)"
    ]
    declaration = {"declaracion": {"x": {"vehiculo": [{"titular": [{"clave": "CYG"}]}]}}}
    assert reserved(declaration, COLLECTIONS["declaraciones"]) == ["declaracion.x.vehiculo[de otra persona]"]


def test_folding_keeps_the_enie() -> None:
    assert folded("Muñóz") == "muñoz"
