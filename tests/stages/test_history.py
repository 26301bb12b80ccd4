"""What a record's page tells of its past: which fields changed in which night, never what they said before."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from vitrina import history

TEXTS = st.one_of(st.none(), st.text(max_size=4))


def rewrite(toy: Any, old: str, new: str) -> None:
    path: Path = toy.root / "data" / "entrada" / "muni-obras" / "datos.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def record(toy: Any, source_id: str) -> tuple[str, list[dict[str, Any]]]:
    """The text of the page of a record, and the history of its JSON twin."""
    for path in (toy.site / "obras").glob("*/index.json"):
        twin = orjson.loads(path.read_bytes())
        if source_id in orjson.dumps(twin["tablas"]).decode():
            page = (path.parent / "index.html").read_text(encoding="utf-8")
            return re.sub(r"<[^>]+>", " ", page), twin["historia"]
    raise AssertionError(source_id)


def test_a_page_names_the_fields_that_changed_and_not_what_they_said(toy: Any) -> None:
    toy.night("2026-03-01")
    page, told = record(toy, "Obra número 1")
    assert told == []
    assert "Historia" not in page

    rewrite(toy, "Obra número 1,Descripción 1", "Obra corregida,Otra descripción")
    toy.night("2026-03-02")
    toy.night("2026-03-03")

    page, told = record(toy, "Obra corregida")
    assert told == [{"dia": "2026-03-02", "regreso": False, "campos": ["titulo", "descripcion"]}]
    assert re.search(r"2 de marzo de 2026\. Cambió: \w+, \w+\.", page)
    assert "Obra número 1" not in page
    ledger = pl.read_parquet(toy.root / "data" / "archive" / "ledger" / "obras.parquet")
    assert "Obra" not in str(ledger.to_dicts())


def test_a_night_that_is_repeated_adds_to_its_own_entry(toy: Any) -> None:
    toy.night("2026-03-01")
    rewrite(toy, "Obra número 1", "Obra corregida")
    toy.night("2026-03-02")
    rewrite(toy, "Descripción 1", "Otra")
    toy.night("2026-03-02")
    toy.night("2026-03-02")
    assert record(toy, "Obra corregida")[1] == [
        {"dia": "2026-03-02", "regreso": False, "campos": ["titulo", "descripcion"]}
    ]


def test_what_was_withdrawn_and_is_published_again_says_so(toy: Any) -> None:
    path: Path = toy.root / "data" / "entrada" / "muni-obras" / "datos.csv"
    whole = path.read_text(encoding="utf-8")
    toy.night("2026-03-01")
    path.write_text("".join(line for line in whole.splitlines(True) if "O-2" not in line), encoding="utf-8")
    toy.night("2026-03-02")
    ledger = pl.read_parquet(toy.root / "data" / "archive" / "ledger" / "obras.parquet")
    (gone,) = ledger.filter(pl.col("retirado").is_not_null()).to_dicts()
    assert {v for k, v in gone.items() if k.startswith(history.PRINT)} == {None}
    path.write_text(whole, encoding="utf-8")
    toy.night("2026-03-03")
    page, told = record(toy, "Obra número 2")
    assert told == [{"dia": "2026-03-03", "regreso": True, "campos": []}]
    assert "3 de marzo de 2026. Se volvió a publicar." in page


def test_a_ledger_of_before_says_that_it_changed_and_not_what(toy: Any) -> None:
    toy.night("2026-03-01")
    path = toy.root / "data" / "archive" / "ledger" / "obras.parquet"
    old = pl.read_parquet(path).select("id", "hash", "primera_vez", "ultimo_cambio", "retirado")
    old.write_parquet(path)
    rewrite(toy, "Obra número 1", "Obra corregida")
    toy.night("2026-03-02")
    page, told = record(toy, "Obra corregida")
    assert told == [{"dia": "2026-03-02", "regreso": False, "campos": []}]
    assert "2 de marzo de 2026. Cambió el registro." in page


def prints(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    columns = {"id": [str(n) for n in range(len(rows))], "a": [r[0] for r in rows], "b": [r[1] for r in rows]}
    return history.prints(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), ["a", "b"], {})


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), max_size=8))
def test_prints_differ_exactly_where_the_values_do(rows: list[tuple[Any, ...]]) -> None:
    one, other = prints([r[:2] for r in rows]), prints([r[2:] for r in rows])
    for n, (a, b, a2, b2) in enumerate(rows):
        assert (one["f:a"][n] != other["f:a"][n]) == (a != a2)
        assert (one["f:b"][n] != other["f:b"][n]) == (b != b2)


def test_only_the_last_nights_are_kept() -> None:
    entries: list[dict[str, Any]] = []
    for day in range(1, 29):
        entries = history.noted(entries, date(2026, 2, day), False, ["a"])
    assert [e["dia"].day for e in entries] == list(range(28, 16, -1))
