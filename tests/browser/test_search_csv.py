"""The download of exactly the result on the page: what is in the file, how large it may be, what goes beside it."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fake_worker import answer, card, facets, serve
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TEXTS = (
    "=HYPERLINK(\"http://otro.ejemplo\")", "+52 55", "-3.5%", "@SUMA(A1)", "\t=1", "＝1+1", "comillas \"dobles\", coma",
    "dos\r\nrenglones", "dos\nrenglones", " espacio al principio", "espacio al final ", "ñ ü é 😀", "\ufeffmarca",
    "'apóstrofo", "-12.50", "", "a;b", "nulo\x00aquí",
)  # fmt: skip


def ready(page: Page, server: str, address: str = "?q=persona") -> None:
    page.set_default_timeout(10_000)
    page.goto(f"{server}/buscar/{address}")
    expect(page.get_by_role("button", name="Preparar el archivo")).to_be_visible()


def saved(page: Page, name: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile(name)).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def rows_of(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def fake_csv(rows: list[dict[str, Any]], **parts: Any) -> list[dict[str, Any]]:
    """The rows in two chunks, as the worker sends a long result."""
    half, total = len(rows) // 2, len(rows)
    chunks = [(rows[:half], half, False), (rows[half:], total, True)]
    return [
        {"kind": "csv-chunk", "rows": part, "done": done, "total": total, "finished": finished} | parts
        for part, done, finished in chunks
    ]


def test_values_come_out_exactly_as_they_went_in(page: Page, site_server: str) -> None:
    cards = [
        card(title=text, subtitle=text, ente=text, url=f"/s3-servidores/{n}/") for n, text in enumerate(TEXTS)
    ]
    serve(page, ask=[answer(cards)], csv=fake_csv(cards))
    ready(page, site_server)
    page.get_by_role("button", name="Preparar el archivo").click()
    _, data = saved(page, "Guardar el CSV")
    found = rows_of(data)
    assert [(r["titulo"], r["detalle"], r["institucion"]) for r in found] == [(t, t, t) for t in TEXTS]
    assert found[3]["direccion"] == f"{site_server}/s3-servidores/3/"
    assert data.count(b"\r\n") >= len(TEXTS) + 1
    assert data.endswith(b"\r\n")


def test_the_guard_for_spreadsheets_disarms_formulas_and_nothing_else(page: Page, site_server: str) -> None:
    cards = [card(title=text, amount=-12.5) for text in TEXTS]
    serve(page, ask=[answer(cards)], csv=fake_csv(cards))
    ready(page, site_server)
    page.get_by_label("Proteger para Excel").check()
    page.get_by_role("button", name="Preparar el archivo").click()
    name, data = saved(page, "Guardar el CSV")
    assert name.endswith("_excel.csv")
    found = rows_of(data)
    formulas = [t for t in TEXTS if t[:1] in tuple("=+-@\t＝") and t != "-12.50"]
    assert [r["titulo"] for r in found] == [f"'{t}" if t in formulas else t for t in TEXTS]
    assert {r["monto_mxn"] for r in found} == {"-12.5"}
    _, cover = saved(page, "Guardar la portada")
    assert "apóstrofo" in cover.decode("utf-8-sig")


def test_the_cover_says_what_was_asked_of_which_edition_and_how_many(
    page: Page, site_server: str, built_site: Path
) -> None:
    address = "?q=construccion&sistema=s6-contrataciones&anio=2025&orden=recientes"
    ready(page, site_server, address)
    count = int(re.match(r"[\d,]+", page.locator("#estado").inner_text())[0].replace(",", ""))  # type: ignore[index]
    page.get_by_role("button", name="Preparar el archivo").click()
    name, data = saved(page, "Guardar el CSV")
    cover_name, text = saved(page, "Guardar la portada")
    cover = text.decode("utf-8-sig")
    version = re.search(r"versión <code>([^<]+)", (built_site / "index.html").read_text(encoding="utf-8"))
    assert version
    assert name == f"busqueda_construccion_{version[1]}.csv"
    assert cover_name == name.replace(".csv", "_portada.txt")
    for said in (
        "Vitrina anticorrupción", "DATOS SINTÉTICOS", "Búsqueda:   construccion", "Conjunto: Contrataciones", "Año: 2025",
        "Orden:      Más recientes", f"Filas:      {count}", f"Edición:    {version[1]}", f"{site_server}/buscar/{address}",
        f"Archivo:    {name}", hashlib.sha256(data).hexdigest(),
    ):  # fmt: skip
        assert said in cover, said
    rows = rows_of(data)
    assert len(rows) == count
    assert {r["conjunto"] for r in rows} == {"s6-contrataciones"}
    assert [r["fecha"] for r in rows] == sorted((r["fecha"] for r in rows), reverse=True)
    first = page.locator("#resultados a").first
    assert rows[0]["direccion"] == first.evaluate("a => a.href")
    for row in rows:
        assert (built_site / row["direccion"].removeprefix(f"{site_server}/") / "index.html").is_file()


def test_its_size_is_said_before_anything_is_fetched(page: Page, site_server: str) -> None:
    ready(page, site_server, "?q=secretaria")
    said = page.locator("#bajar p").first.inner_text()
    promised = re.search(r"([\d,]+) filas, unos ([\d.,]+) kB", said)
    assert promised, said
    page.get_by_role("button", name="Preparar el archivo").click()
    _, data = saved(page, "Guardar el CSV")
    assert len(rows_of(data)) == int(promised[1].replace(",", ""))
    assert 0.5 < len(data) / 1000 / float(promised[2].replace(",", "")) < 2


def test_without_its_script_the_results_stand_and_the_next_question_tries_again(
    page: Page, site_server: str
) -> None:
    serve(page, ask=[answer([card()])])
    page.route("**/recursos/search-download-*.js", lambda route: route.abort(), times=1)
    page.goto(f"{site_server}/buscar/?q=persona")
    expect(page.locator("#bajar")).to_contain_text("se intentará en la próxima búsqueda")
    expect(page.locator("#resultados li")).to_have_count(1)
    page.locator("#q").fill("otra persona")
    expect(page.get_by_role("button", name="Preparar el archivo")).to_be_visible()
    expect(page.locator("#bajar")).not_to_contain_text("próxima búsqueda")


def test_counts_that_come_late_do_not_take_the_file_away(page: Page, site_server: str) -> None:
    rows = [card(), card()]
    late = {"kind": "facets", "facets": facets(), "pending": False, "to": "count"}
    first, last = fake_csv(rows)
    serve(page, ask=[answer(rows)], csv=[first, late, last, late])
    ready(page, site_server)
    page.get_by_role("button", name="Preparar el archivo").click()
    _, data = saved(page, "Guardar el CSV")
    assert len(rows_of(data)) == 2


def test_a_result_too_large_points_to_the_whole_files(page: Page, site_server: str) -> None:
    counts = [{"value": "s6-contrataciones", "count": 300_000, "chosen": False}]
    serve(
        page,
        ask=[answer([card()], total=300_000, found=300_000)],
        count=[{"kind": "facets", "facets": facets(system=counts), "pending": False}],
    )
    page.goto(f"{site_server}/buscar/?q=persona")
    expect(page.locator("#bajar")).to_contain_text("300,000 filas")
    expect(page.get_by_role("button", name="Preparar el archivo")).to_have_count(0)
    link = page.locator("#bajar").get_by_role("link", name="Contrataciones")
    answered = page.request.get(str(link.evaluate("a => a.href")))
    assert answered.ok


def test_rows_that_turn_out_too_heavy_stop_the_download(page: Page, site_server: str) -> None:
    heavy = [card(grow=6_000_000) for _ in range(4)]
    serve(page, ask=[answer([card()], total=4, found=4)], csv=fake_csv(heavy))
    ready(page, site_server)
    page.get_by_role("button", name="Preparar el archivo").click()
    expect(page.locator("#bajar")).to_contain_text("muy grande")
    expect(page.get_by_role("link", name=re.compile("Guardar"))).to_have_count(0)


def test_a_download_can_be_cancelled_and_a_fault_is_said(page: Page, site_server: str) -> None:
    rows = [card(), card()]
    half = [fake_csv(rows)[0]]
    serve(page, ask=[answer(rows)], csv=half)
    ready(page, site_server)
    page.get_by_role("button", name="Preparar el archivo").click()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "1")
    page.get_by_role("button", name="Cancelar").click()
    expect(page.get_by_role("button", name="Preparar el archivo")).to_be_visible()
    page.unroute_all()
    serve(page, ask=[answer(rows)], csv=[*half, {"kind": "error", "what": "missing-shard"}])
    ready(page, site_server)
    page.get_by_role("button", name="Preparar el archivo").click()
    expect(page.locator("#bajar")).to_contain_text("No se pudo leer todo el resultado")
    expect(page.get_by_role("link", name=re.compile("Guardar"))).to_have_count(0)
