"""Every kind of rule on small tables: what it finds, what it leaves alone, and what it says it could not check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from vitrina.checking import rules
from vitrina.checking.rules_rows import Scene
from vitrina.model import Display, Expect, Field, Rule, System, Table

DAY = date(2026, 11, 20)
POLARS = {
    "string": pl.String,
    "number": pl.Float64,
    "date": pl.Date,
    "boolean": pl.Boolean,
    "integer": pl.Int64,
}
MAIN = {
    "id": "string", "titulo": "string", "inicio": "date", "fin": "date", "monto": "number", "maximo": "number",
    "extra": "number", "clase": "string", "abierto": "boolean", "ente_id": "string", "ente_nombre": "string",
    "rfc": "string",
}  # fmt: skip
CHILD = {
    "obra_id": "string",
    "n": "integer",
    "pago": "number",
    "clave": "string",
    "fecha": "date",
    "giro": "string",
}


def table(name: str, columns: Mapping[str, str], **extra: Any) -> Table:
    fields = tuple(Field(n, t, n.capitalize(), "", display=extra.pop(n, "")) for n, t in columns.items())
    return Table(name, name, fields, tuple(extra.pop("primary_key")), **extra)


OBRAS = table("obras", MAIN, primary_key=["id"])
PAGOS = table("pagos", CHILD, primary_key=["obra_id", "n"], parent_key="obra_id")
AVISOS = table("avisos", CHILD, primary_key=["obra_id", "n"], parent_key="obra_id")
SYSTEM = System(
    slug="obras", key="O", title="", short_title="", singular="", summary="", question="", kind="records", order=1,
    scope=(), exclusions=(), legal_basis=(), publisher="", contact="", license="", frequency="", layouts=(),
    tables=(OBRAS, PAGOS, AVISOS), display=Display(("titulo",), (), "", (), (), {}, ()), charts=(),
    expect=Expect(0, 1, {}, 1), withheld=(), rules=(),
)  # fmt: skip


def frame(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    schema = {n: POLARS[t] for n, t in columns.items()}
    return pl.DataFrame([{n: r.get(n) for n in columns} for r in rows], schema=schema).with_row_index("_i")


def ask(
    kind: str,
    main: Sequence[Mapping[str, Any]] = (),
    pagos: Sequence[Mapping[str, Any]] = (),
    avisos: Sequence[Mapping[str, Any]] = (),
    *,
    on: str = "",
    scene: Mapping[str, Any] | None = None,
    **params: Any,
) -> tuple[list[int], rules.Tally]:
    """Return the places of the rows that break one rule of *kind*, and its tally."""
    numbered = [{"id": str(n), **row} for n, row in enumerate(main)]
    tables = {"obras": frame(MAIN, numbered), "pagos": frame(CHILD, pagos), "avisos": frame(CHILD, avisos)}
    given = {"catalogs": Path(), **(scene or {})}
    rule = Rule("la-regla", kind, "warning", "pasa", "falla", "porque", "haga", on, params)
    found, tallies = rules.apply([rule], Scene(SYSTEM, tables, DAY, **given))
    assert set(found["rule"]) <= {"la-regla"} and set(found["message"]) <= {"falla"}
    return sorted(found["index"]), tallies["la-regla"]


def days(*pairs: tuple[str | None, str | None]) -> list[dict[str, Any]]:
    day = lambda text: date.fromisoformat(text) if text else None  # noqa: E731
    return [{"inicio": day(a), "fin": day(b)} for a, b in pairs]


def test_dates_in_order_leaves_equal_and_missing_dates_alone() -> None:
    rows = days(
        ("2026-01-02", "2026-01-01"),
        ("2026-01-01", "2026-01-01"),
        (None, "2026-01-01"),
        ("2026-01-01", None),
    )
    assert ask("dates-in-order", rows, first="inicio", second="fin") == ([0], rules.Tally(2, 1))
    assert ask("dates-in-order", rows, first="inicio", second="fin", grace_days=1)[0] == []


def test_a_rule_without_rows_to_look_at_says_so_and_never_passes() -> None:
    _, tally = ask("dates-in-order", days((None, None)), first="inicio", second="fin")
    assert (tally.checked, tally.failed) == (0, 0) and "«Inicio» y «Fin»" in tally.reason
    _, tally = ask("dates-in-order", [], first="inicio", second="fin")
    assert "No hubo filas" in tally.reason


def test_not_in_future_is_measured_from_the_run_date() -> None:
    assert ask("not-in-future", days(("2026-11-20", None), ("2026-11-21", None)), field="inicio")[0] == [1]


def test_days_between_asks_only_forward_periods() -> None:
    rows = days(("2026-01-01", "2026-01-16"), ("2026-01-01", "2026-01-15"), ("2026-01-05", "2026-01-01"))
    assert ask("days-between", rows, first="inicio", second="fin", at_least=15) == ([1], rules.Tally(2, 1))
    assert ask("days-between", rows, first="inicio", second="fin", at_most=14)[0] == [0]


def test_requires_and_excludes_look_at_the_stated_value_only() -> None:
    rows = [
        {"abierto": True, "titulo": None},
        {"abierto": True, "titulo": "x"},
        {"abierto": False},
        {"abierto": None},
    ]
    assert ask("requires", rows, when="abierto", value=True, then="titulo") == ([0], rules.Tally(2, 1))
    assert ask("requires", rows, when="abierto", value=True, then=["titulo", "id"])[0] == []
    assert ask("requires", rows, when="abierto", then="titulo")[0] == [0, 2]
    assert ask("excludes", rows, when="abierto", value=True, then="titulo") == ([1], rules.Tally(2, 1))


def test_compare_allows_a_cent_and_the_declared_share() -> None:
    rows = [
        {"monto": 100.01, "maximo": 100.0},
        {"monto": 100.03, "maximo": 100.0},
        {"monto": -1.0},
        {"monto": 5.0, "maximo": None},
    ]
    assert ask("compare", rows, field="monto", op="<=", **{"with": "maximo"})[0] == [1]
    assert ask("compare", rows, field="monto", op="<=", tolerance=0.01, **{"with": "maximo"})[0] == []
    assert ask("compare", rows, field="monto", op=">=", value=0) == ([2], rules.Tally(4, 1))
    assert ask("compare", rows, field="monto", op="<=", factor=0.5, **{"with": "maximo"})[0] == [0, 1]


def test_sum_asks_only_rows_with_every_term() -> None:
    rows = [
        {"monto": 3.0, "maximo": 1.0, "extra": 2.0},
        {"monto": 4.0, "maximo": 1.0, "extra": 2.0},
        {"monto": 9.0, "maximo": 1.0},
    ]
    assert ask("sum", rows, field="monto", terms=["maximo", "extra"]) == ([1], rules.Tally(2, 1))


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("HPR060210B71", True), ("ÑÑÑ060210B7A", True), ("HPR061310B71", False), ("ABCD800101XX1", False),
        ("hpr060210b71", False),
    ],
)  # fmt: skip
def test_the_rfc_of_a_company_has_twelve_characters_and_a_date(text: str, fine: bool) -> None:
    assert (ask("format", [{"rfc": text}], field="rfc", shape="company-rfc")[0] == []) is fine


def test_format_by_pattern_and_its_negation() -> None:
    rows = [{"titulo": "Licitación 1"}, {"titulo": "Invitación"}, {}]
    assert ask("format", rows, field="titulo", pattern="(?i)licitaci")[0] == [1]
    assert ask("format", rows, field="titulo", pattern="(?i)licitaci", negate=True) == (
        [0],
        rules.Tally(2, 1),
    )


def test_a_code_must_be_in_force_on_the_date_of_the_row(tmp_path: Path) -> None:
    (tmp_path / "clases.csv").write_text(
        "clave,nombre,desde,hasta\nA,Uno,2020-01-01,2023-12-31\nA,Uno otra vez,2026-01-01,\nB,Dos,,\n",
        encoding="utf-8",
    )
    days = ["2023-12-31", "2024-06-01", "2026-01-01", None, "1990-01-01", None, None]
    rows = [
        {"clase": c, "inicio": date.fromisoformat(d) if d else None}
        for c, d in zip("AAAABCX", days, strict=True)
    ]
    asked = {"field": "clase", "list": "clases", "date": ["inicio"], "scene": {"catalogs": tmp_path}}
    assert ask("code-list", rows, **asked) == ([1, 5, 6], rules.Tally(7, 3))
    assert ask("code-list", rows, also=["X"], **asked)[0] == [1, 5]


def test_unique_names_every_row_of_the_group() -> None:
    rows = [{"titulo": "a"}, {"titulo": "b"}, {"titulo": "a"}, {"titulo": None}, {"titulo": None}]
    assert ask("unique", rows, fields=["titulo"]) == ([0, 2], rules.Tally(3, 2))


def test_a_reference_is_looked_for_in_the_same_record() -> None:
    pagos = [{"obra_id": "0", "n": 1, "clave": "x"}, {"obra_id": "1", "n": 1, "clave": "x"}]
    avisos = [{"obra_id": "0", "n": 1, "clave": "x"}]
    asked = {"on": "pagos", "fields": ["clave"], "to_table": "avisos", "to_fields": ["clave"]}
    assert ask("exists-in", [{}, {}], pagos, avisos, **asked) == ([1], rules.Tally(2, 1))
    assert ask("exists-in", [{}, {}], pagos, avisos, anywhere=True, **asked)[0] == []
    lost = {"incomplete": {"avisos": pl.Series(["1"])}}
    assert ask("exists-in", [{}, {}], pagos, avisos, scene=lost, **asked) == ([], rules.Tally(1, 0))


def test_totals_are_compared_only_when_the_whole_detail_is_there() -> None:
    main = [{"monto": 3.0}, {"monto": 5.0}, {"monto": 1.0}, {"monto": 2.0}]
    pagos = [
        {"obra_id": i, "n": n, "pago": p}
        for n, (i, p) in enumerate([("0", 1.0), ("0", 2.0), ("1", 4.0), ("3", None)])
    ]
    asked = {"field": "monto", "op": "==", "to_table": "pagos", "to_field": "pago"}
    assert ask("children", main, pagos, **asked) == ([1], rules.Tally(2, 1))
    lost = {"incomplete": {"pagos": pl.Series(["1"])}}
    assert ask("children", main, pagos, scene=lost, **asked) == ([], rules.Tally(1, 0))
    assert ask("children", main, pagos, to_table="pagos", op=">=", value=1)[0] == [2]


def test_a_linked_amount_is_the_sum_of_what_the_row_points_to() -> None:
    pagos = [
        {"obra_id": "0", "n": 1, "clave": "a", "pago": 15.0},
        {"obra_id": "0", "n": 2, "clave": "b", "pago": 11.0},
    ]
    avisos = [
        {"obra_id": "0", "n": n, "clave": c, "pago": p}
        for n, (c, p) in enumerate([("a", 6.0), ("a", 4.0), ("b", 10.0)])
    ]
    assert ask(
        "linked", [{}], pagos, avisos, on="pagos", field="pago", op="<=", factor=1.4, fields=["clave"], to_table="avisos",
        to_fields=["clave"], to_field="pago",
    ) == ([0], rules.Tally(2, 1))  # fmt: skip


def test_a_child_may_be_compared_with_its_main_row() -> None:
    main = [{"fin": date(2026, 2, 1)}]
    pagos = [{"obra_id": "0", "n": n, "fecha": date(2026, n, 1)} for n in (1, 2, 3)]
    assert ask("dates-in-order", main, pagos, on="pagos", first="main.fin", second="fecha")[0] == [0]
    assert (
        ask("not-in-future", main, pagos, on="pagos", field="fecha", where={"main.clase": "A"})[1].checked
        == 0
    )


BARRED = pl.DataFrame(
    {
        "rfc": ["HPR060210B71", "XAXX010101000", None],
        "desde": [date(2024, 1, 1), date(2020, 1, 1), date(2020, 1, 1)],
        "hasta": [date(2024, 12, 31), None, None],
        "nombre": ["Ñu Obras", "Ana", "Ñu Obras"],
    }
)
LISTED = {
    "field": "rfc", "date": ["inicio", "fin"], "system": "s3", "to_table": "sanciones", "to_field": "rfc",
    "from": "desde", "until": "hasta",
}  # fmt: skip


def test_a_barred_company_is_met_by_its_rfc_inside_the_period_only() -> None:
    def won(rfc: str | None, day: str | None, other: str | None = None) -> dict[str, Any]:
        first, second = (date.fromisoformat(d) if d else None for d in (day, other))
        return {"rfc": rfc, "inicio": first, "fin": second}

    rows = [
        won("hpr060210b71", "2024-01-01"), won("HPR060210B71", "2024-12-31"), won("HPR060210B71", "2025-01-01"),
        won("HPR060210B71", "2023-12-31"), won("HPR060210B71", None, "2024-06-01"), won("HPR060210B71", None),
        won("XAXX010101000", "2024-06-01"), won("n-nombre", "2024-06-01"), won(None, "2024-06-01"),
    ]  # fmt: skip
    others = {"others": {"s3": {"sanciones": BARRED}}}
    assert ask("listed-during", rows, scene=others, **LISTED) == ([0, 1, 4], rules.Tally(5, 3))


def test_without_the_other_system_the_comparison_is_not_made() -> None:
    row = [{"rfc": "HPR060210B71", "inicio": date(2024, 6, 1)}]
    for others in ({}, {"s3": {"sanciones": BARRED.clear()}}):
        found, tally = ask("listed-during", row, scene={"others": others}, **LISTED)
        assert found == [] and tally.checked == 0 and "s3" in tally.reason
    known = {"field": "rfc", "system": "s3", "to_table": "sanciones", "to_field": "rfc"}
    others = {"others": {"s3": {"sanciones": BARRED}}}
    assert ask("in-system", [*row, {"rfc": "OTR060210B71"}], scene=others, **known)[0] == [1]


def test_a_supplier_of_very_different_things_stands_out_from_the_others() -> None:
    def sold(who: str, *codes: str) -> list[tuple[str, str]]:
        return [(who, code) for code in codes]

    company = ["AAA010101AA1", "BBB010101AA1", "CCC010101AA1", "DDD010101AA1", "EEE010101AA1"]
    sales = [
        *sold(company[0], "1000", "1100"), *sold(company[1], "1000", "1001"), *sold(company[2], "1000", "1002"),
        *sold(company[3], "1000", "1003"), *sold(company[4], "1000"), *sold("n-persona", "1000", "2000"),
    ]  # fmt: skip
    main = [{"rfc": who} for who, _ in sales]
    pagos = [{"obra_id": str(n), "n": 1, "giro": code} for n, (_, code) in enumerate(sales)]
    asked = {"on": "pagos", "by": "main.rfc", "field": "giro", "characters": 2, "company_only": True}
    assert ask("spread", main, pagos, at_least=2, **asked) == ([0, 1], rules.Tally(8, 2))
    assert "20 registros" in ask("spread", main, pagos, at_least=20, **asked)[1].reason


def test_a_period_of_moments_is_measured_to_the_second() -> None:
    start = datetime(2000, 1, 1, 18, tzinfo=UTC)
    ends = [datetime(2000, 1, 16, 17, 59, 59, tzinfo=UTC), datetime(2000, 1, 16, 18, tzinfo=UTC)]
    moments = frame(MAIN, [{}, {}]).with_columns(inicio=pl.lit(start), fin=pl.Series(ends))
    empty = {"pagos": frame(CHILD, []), "avisos": frame(CHILD, [])}
    rule = Rule(
        "r", "days-between", "note", "", "", "", "", "", {"first": "inicio", "second": "fin", "at_least": 15}
    )
    found, _ = rules.apply([rule], Scene(SYSTEM, {"obras": moments, **empty}, DAY, Path()))
    assert found["index"].to_list() == [0]
