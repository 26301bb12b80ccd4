"""Rows of spreadsheets and CSV files, whatever table they fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.mx.curp import calc_check_digit

from vitrina import layouts
from vitrina.errors import ConfigurationError
from vitrina.layouts.base import Context
from vitrina.model import (
    Display,
    Expect,
    Field,
    Outcome,
    RawRecord,
    Section,
    Source,
    System,
    Table,
    Withheld,
)

CURP = "XEXX800101HNEXXX0"
CURP += calc_check_digit(CURP)
COMPANY = "HPR060210B71"


def fields(*specs: Field) -> tuple[Field, ...]:
    origin = [Field(n, "string", n, n) for n in ("fuente_id", "fuente_instantanea", "fuente_posicion")]
    return (*specs, *origin)


MAIN = Table(
    "obras",
    "Obras",
    fields(
        Field("id", "string", "Identificador", ""),
        Field("id_origen", "string", "Folio en la fuente", ""),
        Field("titulo", "string", "Título", "", constraints={"required": True}),
        Field("ente_id", "string", "Clave de la institución", ""),
        Field("ente_nombre", "string", "Institución", ""),
        Field("fecha", "date", "Fecha", ""),
        Field("visto", "datetime", "Visto", ""),
        Field("monto", "number", "Monto", "", display="mxn"),
        Field("cuenta", "integer", "Cuenta", ""),
        Field("anio", "integer", "Año", "", display="year"),
        Field("vigente", "boolean", "Vigente", ""),
        Field("tipo", "string", "Tipo", "", categories={"obra": "Obra pública", "otra": "Otra"}),
        Field("temas", "string", "Temas", "", display="list", categories={"a": "Agua", "c": "Caminos"}),
        Field("nota", "string", "Nota", ""),
        Field("proveedor_id", "string", "Clave del proveedor", ""),
        Field("proveedor_nombre", "string", "Proveedor", ""),
        Field("proveedor_rfc", "string", "RFC del proveedor", ""),
    ),
    ("id",),
)
CHILD = Table(
    "pagos",
    "Pagos",
    fields(
        Field("obra_id", "string", "Obra", "", constraints={"required": True}),
        Field("n", "integer", "Número", "", constraints={"required": True}),
        Field("monto", "number", "Monto", ""),
        Field("ente_id", "string", "Clave", ""),
        Field("ente_nombre", "string", "Institución", ""),
        Field("sistema", "string", "Sistema", ""),
    ),
    ("obra_id", "n"),
    parent_key="obra_id",
)
PLAIN = {"Folio en la fuente": "7", "Título": "Puente"}


def system(id_scope: Any = "system", **options: Any) -> System:
    return System(
        slug="obras", key="X", title="Obras", short_title="Obras", singular="obra", summary="", question="",
        kind="records", order=1, scope=(), exclusions=(), legal_basis=(), publisher="", contact="", license="",
        frequency="diaria", layouts=("tabular",), tables=(MAIN, CHILD),
        display=Display(("titulo",), (), "", (), (), {}, (Section("", ("titulo",)),)),
        charts=(), expect=Expect(1, 10, {}, 1),
        withheld=(Withheld("*.contratista.curp", "", "", ""), Withheld("*.beneficiario", "", "", "")),
        rules=(), id_scope=id_scope, options=options,
    )  # fmt: skip


def context(of: System | None = None, **source: Any) -> Context:
    plain = {"id": "f", "title": "Fuente", "system": "obras", "protocol": "folder", "format": "csv"}
    known = {"secretaría de salud": "salud", "salud": "salud", "sefin": "sefin"}
    return Context(
        system=of or system(id_from=["titulo"]),
        source=Source(**plain, frequency="diaria", **source),
        run_date=date(2026, 3, 1),
        ente_id=lambda name: known.get(name.lower()),
    )


def read(rows: Sequence[Any], used: Context | None = None) -> list[Outcome]:
    records = [RawRecord(f"a.csv, fila {n}", row) for n, row in enumerate(rows, 2)]
    return list(layouts.find("tabular").outcomes(records, used or context()))


def one(
    record: Mapping[str, Any], used: Context | None = None, table: str = "obras"
) -> dict[str, str | None]:
    (outcome,) = read([record], used)
    assert not outcome.rejected, outcome.message
    (row,) = outcome.rows[table]
    return row


def codes(outcome: Outcome) -> set[tuple[str, str]]:
    return {(i.code, i.field) for i in outcome.issues}


def test_headers_match_by_name_title_and_declared_alias() -> None:
    used = context(options={"tabular": {"columns": {"Importe (con IVA)": "monto"}}})
    record = {"TITULO ": "Puente", "institución": "Secretaría de Salud", "Importe (con IVA)": "$1,200.50"}
    row = one(record, used)
    assert (row["titulo"], row["ente_nombre"], row["monto"]) == ("Puente", "Secretaría de Salud", "1200.50")
    assert row["ente_id"] == "salud"


def test_an_alias_to_no_column_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="importe_total"):
        read([PLAIN], context(options={"tabular": {"columns": {"Importe": "importe_total"}}}))


def test_unknown_headers_are_reported_and_private_ones_withheld() -> None:
    record = {
        **PLAIN,
        "Color": "rojo",
        "Vacía": " ",
        "BENEFICIARIO": "X",
        "fuente_id": "falsa",
        "titulo": "otro",
    }
    (outcome,) = read([record])
    assert outcome.unknown == ("Color", "fuente_id", "titulo")
    assert outcome.withheld_fields == ("BENEFICIARIO",)
    assert "rojo" not in str(outcome.rows) and "falsa" not in str(outcome.rows)


@pytest.mark.parametrize(
    ("column", "received", "stored", "code"),
    [
        ("fecha", "05/01/2024", "2024-01-05", "fecha-normalizada"),
        ("fecha", " 2024-01-05 ", "2024-01-05", ""),
        ("fecha", "31/02/2025", "31/02/2025", ""),
        ("visto", "2024-01-05T10:00:00-06:00", "2024-01-05T16:00:00Z", "fecha-normalizada"),
        ("visto", "0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00+05:00", ""),
        ("monto", "$1,234.50", "1234.50", "numero-normalizado"),
        ("monto", 12.5, "12.5", ""),
        ("monto", "1.234,50", "1.234,50", ""),
        ("cuenta", "3.0", "3", "numero-normalizado"),
        ("cuenta", "3.5", "3.5", ""),
        ("anio", "2024.0", "2024", "numero-normalizado"),
        ("anio", "24", "24", ""),
        ("vigente", "Sí", "true", "si-no-normalizado"),
        ("vigente", False, "false", ""),
        ("vigente", "tal vez", "tal vez", ""),
        ("tipo", "OBRA PUBLICA", "obra", "categoria-normalizada"),
        ("tipo", "obra", "obra", ""),
        ("tipo", "Puente", "Puente", ""),
        ("temas", "Agua;c", "a; c", "categoria-normalizada"),
        ("temas", ["a", "c"], "a; c", ""),
        ("temas", "a;c;", "a; c", "lista-normalizada"),
        ("nota", f"Ver {CURP}.", "Ver [CURP reservada].", "curp-enmascarada"),
        ("nota", " nan ", None, ""),
    ],
)
def test_values_take_their_canonical_form_and_each_change_is_noted(
    column: str, received: Any, stored: str | None, code: str
) -> None:
    (outcome,) = read([{**PLAIN, column: received}])
    assert outcome.rows["obras"][0][column] == stored
    assert codes(outcome) == ({(code, column)} if code else set())
    assert all(i.severity == "note" and i.position == "a.csv, fila 2" for i in outcome.issues)


def test_own_ids_are_made_safe_and_kept() -> None:
    assert one({"id": "ob-1", "titulo": "P"})["id"] == "ob-1"
    row = one({"id": "OB/1", "titulo": "P"})
    assert row["id"] != "OB/1" and row["id"].startswith("ob-1-") and row["id_origen"] == "OB/1"
    apart = {one({"id": "1", "titulo": "P"}, context(replace(system("source")), ente=e))["id"] for e in "ab"}
    assert len(apart) == 1  # same source, same id
    assert one({"id": "1", "titulo": "P"}, context(system("source")))["id"] != "1"


def test_ids_from_columns_are_stable_and_differ() -> None:
    first, again, other = (one({"titulo": t})["id"] for t in ("Puente", " Puente ", "Camino"))
    assert first == again != other and len(first or "") == 16


def test_ids_from_supplier_and_name() -> None:
    table = replace(
        MAIN,
        fields=(*MAIN.fields, Field("nombre", "string", "Nombre", ""), Field("rfc", "string", "RFC", "")),
    )
    base = system(id_from="supplier", company_rfc_only=["rfc"])
    used = context(replace(base, tables=(table,)))
    assert one({"titulo": "P", "nombre": "Acme", "rfc": f"RFC-{COMPANY}"}, used)["id"] == COMPANY.lower()
    (person,) = read(
        [{"titulo": "P", "nombre": "Persona", "rfc": "XEXX800101AB1", "id": "XEXX800101AB1"}], used
    )
    assert person.rows["obras"][0]["rfc"] is None and person.withheld_fields == ("rfc", "id")
    assert "XEXX800101AB1" not in str(person.rows) and person.rows["obras"][0]["id"].startswith("n-")
    named = context(replace(base, tables=(table,), options={"id_from": "name"}))
    assert one({"titulo": "P", "nombre": "Secretaría de Salud."}, named)["id"] == "secretaria-de-salud"


@pytest.mark.parametrize("rfc", ["XEXX800101", "XAXX010101000", "cualquier cosa", "XEXX-800101-AB1"])
def test_what_may_be_a_persons_rfc_never_passes(rfc: str) -> None:
    used = context(system(id_from=["titulo"], company_rfc_only=["proveedor_rfc"]))
    (outcome,) = read([{**PLAIN, "proveedor_rfc": rfc}], used)
    assert outcome.rows["obras"][0]["proveedor_rfc"] is None
    assert outcome.withheld_fields == ("proveedor_rfc",)


def test_a_declared_rfc_is_still_published_for_companies() -> None:
    base = system(id_from=["titulo"], company_rfc_only=["proveedor_rfc"])
    used = context(replace(base, withheld=(Withheld("proveedor_rfc", "", "", ""),)))
    assert one({**PLAIN, "proveedor_rfc": COMPANY}, used)["proveedor_rfc"] == COMPANY
    (person,) = read([{**PLAIN, "proveedor_rfc": "XEXX800101AB1"}], used)
    assert person.withheld_fields == ("proveedor_rfc",)


def test_a_doubtful_company_rfc_stays_with_a_warning() -> None:
    used = context(system(id_from=["titulo"], company_rfc_only=["proveedor_rfc"]))
    (outcome,) = read([{**PLAIN, "proveedor_rfc": "HPR069910B71"}], used)
    assert outcome.rows["obras"][0]["proveedor_rfc"] == "HPR069910B71"
    assert codes(outcome) == {("rfc-dudoso", "proveedor_rfc")}


def test_suppliers_join_by_rfc_then_name() -> None:
    assert one({**PLAIN, "proveedor_rfc": COMPANY})["proveedor_id"] == COMPANY.lower()
    assert str(one({**PLAIN, "proveedor_nombre": "Acme"})["proveedor_id"]).startswith("n-")
    assert one(PLAIN)["proveedor_id"] is None


def test_bodies_are_resolved_by_id_name_or_the_sources_own() -> None:
    assert one({**PLAIN, "ente_id": "salud"})["ente_id"] == "salud"
    assert one({**PLAIN, "ente_nombre": "Desconocida"}, context(ente="sefin"))["ente_id"] is None
    assert one(PLAIN, context(ente="sefin"))["ente_id"] == "sefin"
    (outcome,) = read([{**PLAIN, "ente_id": "inventado"}])
    assert outcome.rows["obras"][0]["ente_id"] is None
    assert codes(outcome) == {("ente-desconocido", "ente_id")}


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"fecha": "2024-01-01"}, "faltan-columnas"),
        ({"titulo": " ", "fecha": ""}, "fila-vacia"),
        ({"titulo": "", "fecha": "2024-01-01"}, "sin-id"),
        ({"id": CURP, "titulo": "P"}, "id-con-curp"),
        ({"titulo": {"es": "P"}}, "registro-invalido"),
        (["P"], "registro-invalido"),
    ],
)
def test_useless_records_are_rejected_with_a_reason(record: Any, code: str) -> None:
    (outcome,) = read([record])
    assert (outcome.rejected, outcome.rows) == (code, {}) and outcome.message
    assert CURP not in outcome.message


def test_child_rows_point_to_the_main_row_and_are_numbered() -> None:
    used = context(table="pagos")
    rows = [{"obra": "OB/1", "monto": "5"}, {"obra": "b", "monto": "6"}, {"obra": "OB/1", "monto": "7"}]
    found = [o.rows["pagos"][0] for o in read(rows, used)]
    parent = one({"id": "OB/1", "titulo": "P"})["id"]
    assert [(r["obra_id"], r["n"]) for r in found] == [(parent, "1"), ("b", "1"), (parent, "2")]
    assert one({"obra": "b", "Número": "9"}, used, "pagos")["n"] == "9"
    assert read([{"obra": "", "monto": "5"}], used)[0].rejected == "sin-padre"
    assert read([{"monto": "5"}], used)[0].rejected == "faltan-columnas"


def test_child_rows_may_find_their_parent_by_columns() -> None:
    used = context(system(parent_from=["ente_id", "sistema"]), table="pagos")
    assert (
        one({"Institución": "Secretaría de Salud", "Sistema": "S1"}, used, "pagos")["obra_id"] == "salud-s1"
    )
    assert read([{"Institución": "Otra", "Sistema": "S1"}], used)[0].rejected == "sin-padre"


def test_only_flat_objects_match() -> None:
    layout = layouts.find("tabular")
    assert layout.matches({"a": 1, "b": None, "c": ["x"]})
    assert not any(layout.matches(x) for x in ({}, [], "x", {"a": {"b": 1}}, {"a": [{"b": 1}]}, {1: "a"}))


cells = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from([*MAIN.names, "otra", "Título"]), cells), max_size=8))
def test_every_record_has_one_outcome_of_text(rows: list[dict[str, Any]]) -> None:
    outcomes = read(rows)
    assert [p for o in outcomes for p in o.positions] == [f"a.csv, fila {n}" for n in range(2, len(rows) + 2)]
    for outcome in outcomes:
        assert bool(outcome.rows) != bool(outcome.rejected)
        for row in outcome.rows.get("obras", ()):
            assert row["id"] and all(v is None or isinstance(v, str) for v in row.values())
