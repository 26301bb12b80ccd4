"""Pages in a real browser: what each does for the person who reads it, and on paper."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parent))
import walk

pytestmark = pytest.mark.browser


def test_no_page_breaks_its_policy(page: Page, site_server: str, built_site: Path) -> None:
    for address in walk.chosen(built_site):  # the `page` fixture fails on CSP reports and foreign requests
        page.goto(site_server + address)


def test_tables_sort_with_the_keyboard(page: Page, site_server: str, built_site: Path) -> None:
    pages = sorted((built_site / "s6-contrataciones").rglob("index.html"))
    sortable = next(p for p in pages if 'data-modulo="tabla"' in p.read_text(encoding="utf-8"))
    page.goto(f"{site_server}/{sortable.parent.relative_to(built_site).as_posix()}/")
    button = page.locator("th button").first
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator('th[aria-sort="ascending"], th[aria-sort="descending"]').count() == 1


def test_the_lost_page_proposes_to_search_for_the_words_of_the_address(page: Page, site_server: str) -> None:
    page.goto(f"{site_server}/s6-contrataciones/camino-real-de-xaltepec/")
    assert page.locator("input[type=search]").input_value() == "camino real de xaltepec"


def test_a_word_is_explained_in_its_place_with_the_keyboard_and_without_scripts(
    browser: Browser, site_server: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site_server}/s3-servidores/")
    word = page.get_by_role("button", name="Inhabilitación")
    meaning = page.locator("#que-es-inhabilitacion")
    expect(meaning).not_to_be_visible()
    word.focus()
    page.keyboard.press("Enter")
    expect(meaning).to_be_visible()
    expect(meaning).to_contain_text("Prohibición de ocupar cargos públicos")
    page.keyboard.press("Escape")
    expect(meaning).not_to_be_visible()
    expect(word).to_be_focused()
    context.close()


def test_the_map_and_its_list_name_the_same_municipalities(page: Page, site_server: str) -> None:
    page.goto(f"{site_server}/municipios/")
    tiles = page.locator(".mosaico a").evaluate_all("found => found.map(a => a.getAttribute('href')).sort()")
    listed = page.locator(".indice a").evaluate_all("found => found.map(a => a.getAttribute('href')).sort()")
    assert tiles == listed and len(tiles) == 42


def test_a_record_and_a_dataset_print_with_their_citation_and_version(
    browser: Browser, site_server: str, built_site: Path
) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    audits = [p for p in walk.pages_of(built_site, "record.html") if p.parents[1].name == "s4-auditorias"]
    record = walk.address(built_site, audits[-1])
    for address in (record, "/s6-contrataciones/"):
        page.goto(site_server + address)
        page.emulate_media(media="print")
        assert page.locator(".menu").is_hidden()
        assert page.locator(".cita").first.is_visible()
        page.set_viewport_size({"width": 700, "height": 900})  # a sheet of letter paper without its margins
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "en papel, lo que se desborda se pierde"
        paper = pypdfium2.PdfDocument(page.pdf(format="Letter", prefer_css_page_size=True))
        sheets = [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in paper]
        text = " ".join(sheets).replace("- ", "-")
        citation = " ".join(page.locator(".cita").first.inner_text().split())
        assert re.search(r"versión 2026-11-20", citation)
        assert citation.replace("- ", "-").removesuffix(" Copiar la cita") in text
        assert address in text
        assert len(sheets) > 1 and all(f"{n} / {len(sheets)}" in s for n, s in enumerate(sheets, 1))
        assert min(map(len, sheets)) > 150, "una hoja casi vacía"
    assert re.search(r"Edición del 20 de noviembre de 2026 · versión 2026-11-20-[0-9a-f]{8}", text)
    context.close()
