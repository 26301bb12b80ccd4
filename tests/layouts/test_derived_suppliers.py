"""Suppliers that follow from contracts: each once, none that the register has, no natural person's RFC."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from vitrina import registry
from vitrina.layouts.base import Context
from vitrina.layouts.derived_suppliers import derive
from vitrina.model import Outcome, Source

SYSTEM = registry.load_system(Path(__file__).resolve().parents[2] / "data" / "systems" / "proveedores")
SOURCE = Source("derivado", "Derivado", SYSTEM.slug, "derived", "", "diaria")
PERSON_RFC = "GODE561231GR8"  # the RFC of the tax authority's own worked example


def text(columns: dict[str, list[str | None]]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


AWARDS = text(
    {
        "proceso_id": ["p2", "p1", "p1", "p1", "p3", "p3"],
        "n": ["1", "10", "2", "3", "1", "2"],
        "proveedor_id": ["gfi010203ab1", "gfi010203ab1", "n-aaaa", "n-bbbb", None, "n-aaaa"],
        "proveedor_nombre": [
            "Grupo Ficticio SA",
            "Grupo Ficticio, S.A.",
            "Persona Inventada",
            "Ya Registrada",
            None,
            "X",
        ],
        "proveedor_tipo": [None, "moral", "fisica", None, None, "fisica"],
    }
)
PARTIES = text(
    {
        "proceso_id": ["p1", "p1", "p2"],
        "n": ["1", "2", "1"],
        "proveedor_id": ["gfi010203ab1", "n-aaaa", "gfi010203ab1"],
        "rfc": [None, PERSON_RFC, "GFI010203AB1"],
        "municipio": ["Mixquia", "LOCALIDAD CANARIA", None],
        "entidad": ["Xaltepec", "X", None],
    }
)


def derived(awards: pl.DataFrame | None = AWARDS, own: tuple[str, ...] = ("n-bbbb",)) -> list[Outcome]:
    tables = {"partes": PARTIES} | ({} if awards is None else {"adjudicaciones": awards})
    register = {"proveedores": text({"id": list(own)})}
    context = Context(SYSTEM, SOURCE, date(2026, 6, 15))
    return list(derive({"s6-contrataciones": tables, "entes": {}}, register, context))


def test_each_supplier_outside_the_register_is_one_row_with_its_first_appearance() -> None:
    found = derived()
    rows = [o.rows["proveedores"][0] for o in found]
    assert [r["id"] for r in rows] == ["gfi010203ab1", "n-aaaa"]
    assert [o.positions for o in found] == [("s6-contrataciones/p1#10",), ("s6-contrataciones/p1#2",)]
    company = rows[0]
    assert (company["nombre"], company["rfc"], company["municipio"]) == (
        "Grupo Ficticio, S.A.",
        "GFI010203AB1",
        "Mixquia",
    )
    assert (company["tipo_persona"], company["origen"]) == ("moral", "contrataciones")


def test_rows_have_exactly_the_declared_columns() -> None:
    declared = {n for n in SYSTEM.main.names if not n.startswith("fuente_")}
    assert all(set(o.rows["proveedores"][0]) == declared for o in derived())


def test_a_natural_person_is_named_and_nothing_else() -> None:
    person = next(o.rows["proveedores"][0] for o in derived() if o.rows["proveedores"][0]["id"] == "n-aaaa")
    given = {k: v for k, v in person.items() if v is not None}
    assert given == {
        "id": "n-aaaa",
        "nombre": "Persona Inventada",
        "tipo_persona": "fisica",
        "origen": "contrataciones",
    }


def test_a_person_rfc_is_never_published_even_when_the_kind_is_unknown() -> None:
    awards = AWARDS.with_columns(pl.lit(None, dtype=pl.String).alias("proveedor_tipo"))
    assert PERSON_RFC not in str([o.rows for o in derived(awards)])


def test_positions_are_unique() -> None:
    positions = [p for o in derived(own=()) for p in o.positions]
    assert len(positions) == len(set(positions)) == 3


@pytest.mark.parametrize("awards", [None, AWARDS.clear(), AWARDS.drop("proveedor_tipo")])
def test_missing_or_empty_tables_give_what_they_can(awards: pl.DataFrame | None) -> None:
    assert len(derived(awards)) == (0 if awards is None or awards.is_empty() else 2)
