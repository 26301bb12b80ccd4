"""The partner's income can never be worked out from what is published of a declaration.

Every amount of the partner or the household is at least ten thousand times any of the declarant's: a published figure
that held one of them, alone or added to anything, would show.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import planted
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.model import RawRecord, Source
from vitrina.registry import load_system

REPO = Path(__file__).resolve().parents[2]
SYSTEM = load_system(REPO / "data" / "systems" / "s1-declaraciones")
PATRIMONIAL = ("declaracion", "situacionPatrimonial")
SPANS = dict(zip(planted.KINDS, ("Mensual", "Anual", "Conclusion"), strict=True))
OWN_MOST, OTHERS_LEAST = 10**5, 10**9
SHAPES = st.sampled_from(["value", "text", "bare", "list", "dollars"])


def written(amount: int, shape: str) -> Any:
    """Return an amount as different capture tools write it."""
    pesos = {"valor": amount, "moneda": "MXN"}
    return {
        "value": pesos, "text": {"valor": f"{amount:,}.00", "moneda": "MXN"}, "bare": amount, "list": [pesos],
        "dollars": {"valor": amount, "moneda": "USD"},
    }[shape]  # fmt: skip


def totals(span: str) -> list[str]:
    """Return every name under which standards and capture tools give the household's total."""
    names = {
        "Mensual": ["Mensuales", "Mensual"],
        "Anual": ["Anuales", "Anual"],
        "Conclusion": ["Conclusion"],
    }[span]
    return [f"totalIngresos{name}Netos" for name in names] + ["totalIngresosNetosAnuales"]


@pytest.mark.parametrize("kind", planted.KINDS)
@settings(max_examples=150, deadline=None)
@given(
    own=st.integers(0, OWN_MOST), partner=st.integers(OTHERS_LEAST, 10**12), shape=SHAPES, other=SHAPES,
    everywhere=st.booleans(),
)  # fmt: skip
def test_no_published_figure_holds_any_of_it(
    kind: str, own: int, partner: int, shape: str, other: str, everywhere: bool
) -> None:
    record = planted.Planter().declaration(kind, 1)
    record = json.loads(re.sub(r'"valor": ?\d{5,}', f'"valor": {OWN_MOST}', json.dumps(record)))
    span = SPANS[kind]
    income = record["declaracion"]["situacionPatrimonial"].setdefault("ingresos", {})
    previous = record["declaracion"]["situacionPatrimonial"].setdefault("actividadAnualAnterior", {})
    income[f"ingreso{span}NetoDeclarante"] = written(own, shape)
    previous["ingresoNetoAnualDeclarante"] = written(own, shape)
    spans = SPANS.values() if everywhere else [span]
    for block in (income, previous):
        for each in spans:
            block[f"ingreso{each}NetoParejaDependiente"] = written(partner, other)
            for name in totals(each):
                block[name] = written(own + partner, other)
        block["ingresoNetoAnualParejaDependiente"] = written(partner, other)
    (outcome,) = find("s1_v2").outcomes([RawRecord("f.json#/0", record)], context())
    assert outcome.rows
    cells = [v for rows in outcome.rows.values() for row in rows for v in row.values() if v]
    figures = [int(n.replace(",", "")) for v in cells for n in re.findall(r"\d[\d,]{6,}", v)]
    assert all(n < OTHERS_LEAST / 10 for n in figures if len(str(n)) <= 13), figures
    net = [row["ingreso_neto"] for row in outcome.rows["declaraciones"]]
    assert shape in ("dollars", "list") or [float(n or -1) for n in net] == [own]
    assert any("ParejaDependiente" in path for path in outcome.withheld_fields)
    assert any("totalIngresos" in path for path in outcome.withheld_fields)


def context() -> Context:
    source = Source("s1", "Prueba", SYSTEM.slug, "folder", "json", "diaria", layout="s1_v2")
    return Context(SYSTEM, source, date(2026, 11, 20))


def test_a_reserved_declaration_is_withheld_before_anything_is_said_of_it() -> None:
    """Norma Vigésima: the list comes first, whatever else the record holds."""
    from dataclasses import replace

    record = planted.Planter().declaration("INICIAL", 7)
    system = replace(SYSTEM, options={"reserved_ids": ["D-00007"]})
    for harm in (record, {**record, "extra": {"curp": "X"}}):
        (outcome,) = find("s1_v2").outcomes([RawRecord("f#0", harm)], replace(context(), system=system))
        assert (outcome.withheld, outcome.rows, outcome.issues, outcome.message) == (
            "reserva-vigesima",
            {},
            (),
            "",
        )
