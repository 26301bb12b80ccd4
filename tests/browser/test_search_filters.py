"""Filters, counts and sorting against a count of our own over the published files; the state lives in the address."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from playwright.sync_api import expect

from vitrina.search.tokenize import tokens

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WORD = "construccion"


def contracts(site: Path) -> list[dict[str, Any]]:
    """The published contracts that say WORD in what they are searched by, read from the downloads alone."""
    folder = site / "s6-contrataciones" / "datos"
    read = {p.stem: pl.read_parquet(p) for p in folder.glob("*.parquet")}
    main = read["procesos"]
    text: dict[str, list[str]] = {}
    own = (
        "titulo",
        "descripcion",
        "ocid",
        "procedimiento_id",
        "ente_nombre",
        "unidad_solicitante",
        "metodo",
        "categoria",
    )
    for row in main.iter_rows(named=True):
        text[row["id"]] = [str(row[c] or "") for c in own if c in row]
    children = {
        "adjudicaciones": ("proveedor_nombre",), "contratos": ("contrato_id",), "partes": ("nombre", "rfc"),
        "partidas": ("descripcion",),
    }  # fmt: skip
    for name, columns in children.items():
        for row in read[name].iter_rows(named=True):
            text[row["proceso_id"]].extend(str(row[c] or "") for c in columns)
    found = {i for i, values in text.items() if any(WORD in tokens(v) for v in values)}
    return [row for row in main.iter_rows(named=True) if row["id"] in found]


def opened(page: Page, server: str, query: str) -> None:
    page.set_default_timeout(10_000)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{server}/buscar/?{query}")
    answered(page)


def answered(page: Page) -> None:
    expect(page.locator("#resultados[aria-busy]")).to_have_count(0)
    expect(page.locator("#estado")).to_have_text(re.compile("resultado"))
    expect(page.locator("#filtros.contando")).to_have_count(0)


def total(page: Page) -> int:
    said = re.match(r"[\d,]+", page.locator("#estado").inner_text())
    assert said
    return int(said[0].replace(",", ""))


def counts(page: Page, title: str) -> dict[str, int]:
    """What the filter *title* says, all of it."""
    group = page.get_by_role("group", name=title, exact=True)
    more = group.get_by_role("button", name=re.compile("^Ver .* más$"))
    if more.count() and more.is_visible():
        more.click()
    rows = group.locator("label.filtro-valor").all()
    return {
        r.locator("span").first.inner_text(): int(r.locator(".cuenta").inner_text().replace(",", ""))
        for r in rows
    }


def saved(page: Page) -> list[dict[str, str]]:
    page.get_by_role("button", name="Preparar el archivo").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Guardar el CSV")).click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_counts_are_those_of_the_published_files(page: Page, site_server: str, built_site: Path) -> None:
    rows = contracts(built_site)
    assert len(rows) > 20  # else this would prove nothing
    opened(page, site_server, f"q={WORD}&sistema=s6-contrataciones")
    assert total(page) == len(rows)
    assert counts(page, "Año") == dict(Counter(str(r["fecha"])[:4] for r in rows if r["fecha"]))
    assert counts(page, "Institución") == dict(Counter(r["ente_nombre"] for r in rows if r["ente_nombre"]))
    assert sum(counts(page, "Estado").values()) == sum(1 for r in rows if r["estado"])
    edges = [0, 1e4, 1e5, 1e6, 1e7, 1e8, float("inf")]
    amounts = [r["monto_mxn"] for r in rows if r["monto_mxn"] is not None]
    bands = [sum(1 for a in amounts if low <= a < high) for low, high in pairwise(edges)]
    assert sorted(counts(page, "Monto en pesos").values()) == sorted(b for b in bands if b)


def test_each_filter_leaves_what_its_count_promised(page: Page, site_server: str) -> None:
    opened(page, site_server, "q=secretaria")
    for title in ("Conjunto", "Institución", "Año", "Orden de gobierno", "Clase", "Estado", "Municipio"):
        promised = counts(page, title)
        if not promised:
            continue
        value, count = sorted(promised.items())[0]
        box = (
            page.get_by_role("group", name=title, exact=True).get_by_role("checkbox", name=f"{value} ").first
        )
        box.check()
        expect(page.locator("#estado")).to_contain_text(re.compile(rf"^{count:,} resultado"))
        page.locator("#en-uso button").first.click()
        answered(page)


def test_ranges_of_amount_and_date_hold_and_sorting_sorts(
    page: Page, site_server: str, built_site: Path
) -> None:
    rows = contracts(built_site)
    amounts = sorted(r["monto_mxn"] for r in rows if r["monto_mxn"] is not None)
    low, high = amounts[len(amounts) // 4], amounts[3 * len(amounts) // 4]
    inside = [r for r in rows if r["monto_mxn"] is not None and low <= r["monto_mxn"] <= high]
    dated = [r for r in inside if r["fecha"] and "2024-06-01" <= str(r["fecha"])[:10] <= "2025-12-31"]
    base = f"q={WORD}&sistema=s6-contrataciones&min={low}&max={high}"
    opened(page, site_server, f"{base}&orden=monto-desc")
    found = [float(r["monto_mxn"]) for r in saved(page)]
    assert found == sorted((r["monto_mxn"] for r in inside), reverse=True)
    opened(page, site_server, f"{base}&desde=2024-06-01&hasta=2025-12-31&orden=antiguos")
    assert [r["fecha"] for r in saved(page)] == sorted(str(r["fecha"])[:10] for r in dated)


def test_a_value_nobody_has_finds_nothing(page: Page, site_server: str) -> None:
    opened(page, site_server, "q=secretaria&anio=1890")
    expect(page.locator("#estado")).to_have_text(re.compile("^0 resultados con estos filtros; sin ellos hay"))
    page.locator("#resultados").get_by_role("button", name="Quitar los filtros").click()
    expect(page.locator("#resultados h2").first).to_be_visible()
    assert "anio" not in page.url


def test_the_address_holds_the_state_and_back_returns_to_it(page: Page, site_server: str) -> None:
    opened(page, site_server, "q=secretaria")
    first = page.locator("#estado").inner_text()
    page.get_by_role("group", name="Año", exact=True).get_by_role("checkbox").first.check()
    expect(page).to_have_url(re.compile("anio="))
    answered(page)
    second = page.locator("#estado").inner_text()
    page.get_by_label("Ordenar:").select_option("recientes")
    expect(page).to_have_url(re.compile("orden=recientes"))
    answered(page)
    titles = page.locator("#resultados h2").all_inner_texts()
    page.reload()
    answered(page)
    assert page.locator("#resultados h2").all_inner_texts() == titles
    assert page.get_by_label("Ordenar:").input_value() == "recientes"
    page.go_back()
    expect(page.get_by_label("Ordenar:")).to_have_value("relevancia")
    page.go_back()
    expect(page.locator("#estado")).to_have_text(first)
    assert first != second
    page.go_forward()
    expect(page.locator("#estado")).to_have_text(second)


def test_a_phrase_and_a_word_left_out(page: Page, site_server: str) -> None:
    opened(page, site_server, "q=construccion aulas")
    words = total(page)
    opened(page, site_server, "q=%22construccion de aulas%22")
    assert 0 < total(page) <= words
    for title in page.locator("#resultados li").all_inner_texts():
        assert "construcción de aulas" in title.lower()
    opened(page, site_server, "q=construccion -aulas&sistema=s6-contrataciones")
    expect(page.locator("#estado")).to_contain_text("Sin «aulas».")
    assert not [t for t in page.locator("#resultados h2").all_inner_texts() if "aulas" in t.lower()]


def test_one_slip_and_a_beginning_are_forgiven_and_said(page: Page, site_server: str) -> None:
    opened(page, site_server, "q=secretarja")
    expect(page.locator("#estado")).to_contain_text("No hay «secretarja»: se muestra «secretaria»")
    opened(page, site_server, "q=secretar")
    expect(page.locator("#estado")).to_contain_text("empiezan así")


def test_a_dataset_page_searches_only_its_own_records(page: Page, site_server: str) -> None:
    page.goto(f"{site_server}/s6-contrataciones/")
    box = page.get_by_label("Buscar solo en este conjunto")
    box.fill(WORD)
    box.press("Enter")
    answered(page)
    hrefs = [str(a.get_attribute("href")) for a in page.locator("#resultados a").all()]
    assert hrefs and all(h.startswith("/s6-contrataciones/") for h in hrefs)
