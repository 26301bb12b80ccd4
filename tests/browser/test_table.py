"""Tables: what is filtered and sorted is what the file has; without script a table is a plain table."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
from pathlib import Path
from time import sleep

import walk
from playwright.sync_api import Browser, Page, Route

from vitrina.portal.assets import _esbuild

THEME = Path(__file__).resolve().parents[2] / "themes" / "vitrina"
LIST = "/s6-contrataciones/lista/"


def downloaded(page: Page) -> list[list[str]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Descargar lo que se ve (CSV)").first.click()
    data = Path(waiting.value.path()).read_bytes()
    assert waiting.value.suggested_filename == "s6-contrataciones_lista.csv"
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_file_has_what_is_seen_in_the_order_it_is_seen(page: Page, site_server: str) -> None:
    page.goto(f"{site_server}{LIST}")
    whole = downloaded(page)
    titles = [t.strip() for t in page.locator("main thead th").all_inner_texts()]
    assert whole[0] == [*titles, "Dirección"]
    assert len(whole) == 1 + page.locator("main tbody tr").count()
    word = whole[5][1].split()[-1]
    page.get_by_label("Filtrar").first.fill(word)
    page.get_by_role("button", name=titles[0]).first.click()
    found = downloaded(page)
    names = page.locator("main tbody tr:not([hidden]) th").all_text_contents()
    assert 1 < len(found) < len(whole)
    assert [row[0] for row in found[1:]] == [n.strip() for n in names]
    assert {tuple(r) for r in found[1:]} <= {tuple(r) for r in whole[1:]}
    assert all(row[-1].startswith(f"{site_server}/s6-contrataciones/") for row in found[1:])


def test_amounts_and_days_go_as_values_and_a_hostile_text_as_text(page: Page, site_server: str) -> None:
    page.goto(f"{site_server}{LIST}")
    page.evaluate("""() => {
        const row = document.querySelector("main tbody tr");
        row.cells[1].textContent = '=HYPERLINK("http://malo.ejemplo","x")';
        row.cells[2].innerText = '-5';
    }""")
    rows = downloaded(page)
    assert rows[1][1] == '\'=HYPERLINK("http://malo.ejemplo","x")'
    assert rows[1][2] == "-5"
    assert not any("$" in cell for row in rows[2:] for cell in row[3:-1])
    assert not any(cell == "Sin dato" for row in rows[1:] for cell in row)


def test_what_is_missing_stays_last_in_both_directions(page: Page, site_server: str) -> None:
    page.goto(f"{site_server}{LIST}")
    page.evaluate("""() => {
        const cell = document.querySelector("main tbody tr").cells[1];
        delete cell.dataset.valor;
        const mark = document.createElement("span");
        mark.className = "sin-dato";
        mark.textContent = "Sin dato";
        cell.replaceChildren(mark);
    }""")
    header = page.locator("main thead th").nth(1).locator("button")
    for _ in range(2):
        header.click()
        last = page.locator("main tbody tr").last
        assert last.locator("td").first.inner_text() == "Sin dato"


def test_without_script_it_is_a_plain_table(browser: Browser, site_server: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site_server}{LIST}")
    assert page.locator("main tbody tr").count() > 12
    assert page.locator("main table button, .tabla__archivo, .tabla__filtro").count() == 0
    page.context.close()


def test_the_script_of_tables_weighs_under_two_kilobytes(tmp_path: Path) -> None:
    out = tmp_path / "table.js"
    command = [*_esbuild(THEME), "ts/table.ts", "--bundle", "--minify", "--format=esm", f"--outfile={out}"]
    subprocess.run(
        [*command, "--target=es2020", "--charset=utf8"], cwd=THEME, check=True, capture_output=True
    )
    assert 500 < len(gzip.compress(out.read_bytes(), 9)) < 2_000


def test_a_slow_script_moves_nothing_that_was_already_seen(browser: Browser, site_server: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(walk.SHIFTS)

    def late(route: Route) -> None:
        sleep(0.7)
        route.continue_()

    page.route("**/recursos/main-*.js", late)
    page.goto(f"{site_server}/municipios/ciudad-xaltepec/")
    page.get_by_role("button", name="Institución").first.wait_for()
    page.wait_for_timeout(200)
    assert page.evaluate("shifts") == []
    context.close()
