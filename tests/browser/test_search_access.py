"""The search page without a mouse, without sight, on a small screen, without a network and without script."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from fake_worker import answer, card, counts, serve
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

STATES = {
    "quieta": "",
    "resultados": "?q=secretaria",
    "filtros": "?q=secretaria&sistema=s6-contrataciones&anio=2025&min=1000&desde=2020-01-01",
    "personas": "?sistema=s3-servidores",
    "nada": "?q=zzqxw",
    "nada con filtros": "?q=secretaria&anio=1890",
}


def settled(page: Page) -> None:
    expect(page.locator("#resultados[aria-busy]")).to_have_count(0)
    expect(page.locator("#estado")).not_to_be_empty()


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
)
def test_axe_finds_nothing_in_any_state(browser: Browser, site_server: str, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="es-MX", bypass_csp=True
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    faults: list[str] = []

    def look(state: str) -> None:
        found = Axe().run(page).response["violations"]
        faults.extend(f"{state}: {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            faults.append(f"{state}: se desborda {wide} px")

    for name, query in STATES.items():
        page.goto(f"{site_server}/buscar/{query}")
        if query:
            settled(page)
        if page.locator("#plegar").is_visible():
            page.locator("#plegar").click()
        look(name)
    page.goto(f"{site_server}/buscar/")
    page.locator("#q").press_sequentially("secre")
    expect(page.get_by_role("option").first).to_be_visible()
    settled(page)  # results that are still being looked for are drawn pale
    page.keyboard.press("ArrowDown")
    look("sugerencias")
    page.keyboard.press("Enter")
    settled(page)
    page.get_by_role("button", name="Preparar el archivo").click()
    expect(page.get_by_role("link", name=re.compile("Guardar el CSV"))).to_be_visible()
    look("descarga")
    page.route("**/recursos/search-worker-*.js", lambda route: route.abort())
    page.goto(f"{site_server}/buscar/?q=secretaria")
    expect(page.get_by_role("button", name="Volver a intentar")).to_be_visible()
    look("falla")
    context.close()
    assert faults == []


def test_the_scripts_of_the_search_stay_within_their_weight(built_site: Path) -> None:
    later = set((built_site / "recursos").glob("search-download-*.js"))
    first = set((built_site / "recursos").glob("search-*.js")) - later
    assert (len(first), len(later)) == (2, 1)
    assert (
        sum(len(gzip.compress(p.read_bytes())) for p in first) <= 19_000
    )  # and the root of the index: 20 kB in all


def test_a_screen_reader_meets_a_search_form_a_combobox_filters_and_a_list(
    page: Page, site_server: str
) -> None:
    years = [{"value": "2025", "count": 7, "chosen": False}, {"value": "2024", "count": 2, "chosen": False}]
    serve(
        page,
        ask=[
            answer(
                [card(title="Persona Inventada", person=1, homonym=True, ente="Ente Uno", date="2025-03-02")]
            )
        ],
        count=[counts(year=years)],
        complete=[
            {
                "kind": "suggestions",
                "suggestions": [
                    {"what": "ente", "label": "Ente Uno", "text": "Ente Uno", "count": 12, "url": ""}
                ],
            }
        ],
    )
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site_server}/buscar/")
    box = page.get_by_role("combobox", name="Nombre, empresa, institución, folio o tema")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("en")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("listbox", name="Sugerencias")).to_match_aria_snapshot(
        """
        - listbox "Sugerencias":
          - group "Instituciones":
            - text: Instituciones
            - option "Ente Uno 12"
        """
    )
    page.keyboard.press("ArrowDown")
    option = page.get_by_role("option", name="Ente Uno 12", selected=True)
    expect(box).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("en")
    expect(page.locator("main")).to_match_aria_snapshot(
        """
        - main:
          - heading "Buscar" [level=1]
          - search:
            - combobox "Nombre, empresa, institución, folio o tema"
            - button "Buscar"
          - status: 1 resultado para «en».
          - combobox "Ordenar:"
          - group "Filtros":
            - group "Año":
              - checkbox "2025 7"
              - checkbox "2024 2"
            - group "Otro monto":
              - textbox "Desde"
              - textbox "Hasta"
            - group "Fecha"
          - list:
            - listitem:
              - heading "Persona Inventada" [level=2]:
                - link "Persona Inventada"
          - region "Descargar este resultado"
        """
    )


def test_everything_is_done_with_the_keyboard(page: Page, site_server: str) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{site_server}/buscar/")
    page.locator("#q").focus()
    page.keyboard.type("secr", delay=30)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowUp")  # the last suggestion: a dataset, an institution or a word
    expect(page.locator("#sugerencias [aria-selected=true]")).to_have_count(1)
    page.keyboard.press("ArrowDown")  # past the last: the box itself
    expect(page.locator("#sugerencias [aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    taken = page.locator("#sugerencias [aria-selected=true]").locator("span").first.inner_text()
    page.keyboard.press("Enter")
    settled(page)
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#q")).to_have_value(taken)
    before = page.locator("#estado").inner_text()
    page.locator("#plegar").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#plegar")).to_have_attribute("aria-expanded", "true")
    box = page.locator("#filtros input[type=checkbox]").first
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator("#estado")).not_to_have_text(before)
    expect(page.locator("#filtros input[type=checkbox]:checked")).to_be_focused()  # where it was
    chip = page.locator("#en-uso button")
    expect(chip).to_have_count(1)
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#estado")).to_have_text(before)
    expect(page.locator("#q")).to_be_focused()  # its button is gone: focus is not lost
    page.get_by_role("link", name="Siguiente").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#paginas")).to_contain_text("Página 2")
    expect(page.locator("#resultados a").first).to_be_focused()


def test_on_a_phone_results_come_first_and_filters_unfold(page: Page, site_server: str) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{site_server}/buscar/?q=secretaria")
    settled(page)
    first = page.locator("#resultados a").first
    assert first.bounding_box()["y"] < 700  # type: ignore[index]
    expect(page.locator("#filtros")).to_be_hidden()
    page.locator("#plegar").click()
    expect(page.get_by_role("group", name="Conjunto")).to_be_visible()
    small = page.locator("main :is(button, select, input, summary):visible").evaluate_all(
        "all => all.filter(e => e.type !== 'checkbox' && e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML)"
    )
    assert small == []


def test_without_a_network_it_says_so_and_goes_on_when_it_is_back(page: Page, site_server: str) -> None:
    page.goto(f"{site_server}/buscar/?q=secretaria")
    settled(page)
    page.context.set_offline(True)
    page.locator("#q").fill("zapoteca")
    page.locator("#q").press("Enter")
    expect(page.locator("#estado")).to_contain_text("No hay conexión")
    expect(page.locator("#q")).to_have_value("zapoteca")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#estado")).to_have_text(re.compile("resultado|Ningún"))


@pytest.mark.parametrize(
    ("status", "said", "button"),
    [(503, "No se pudo leer una parte", "Volver a intentar"), (404, "Falta una parte", "Cargar de nuevo")],
)
def test_a_missing_piece_of_the_index_is_said_and_the_search_goes_on(
    page: Page, site_server: str, status: int, said: str, button: str
) -> None:
    page.goto(f"{site_server}/buscar/?q=secretaria")
    settled(page)
    page.route("**/buscar/indice/**", lambda route: route.fulfill(status=status, body="no"))
    page.locator("#q").fill("zapoteca")
    page.locator("#q").press("Enter")
    expect(page.locator("#estado")).to_contain_text(said)
    page.unroute_all()
    page.get_by_role("button", name=button).click()
    expect(page.locator("#estado")).to_have_text(re.compile("resultado|Ningún"))


def test_without_script_the_page_leads_to_every_record(browser: Browser, site_server: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{site_server}/buscar/?q=obra&sistema=s6-contrataciones")
    expect(page.locator("noscript p")).to_be_visible()
    for gone in ("#sugerencias", "#bajar", "#en-uso", "#plegar", "#orden"):
        expect(page.locator(gone)).to_be_hidden()
    lists = page.locator("#recorrer")
    lists.get_by_role("link", name="Contrataciones públicas").click()
    assert page.url.endswith("/s6-contrataciones/lista/")
    page.go_back()
    lists.locator("a[href='/s6-contrataciones/por/metodo/']").click()
    page.locator("main a[href*='/por/metodo/']").first.click()
    page.locator("main table a").first.click()
    assert page.locator("h1").count() == 1
    page.go_back()
    page.goto(f"{site_server}/buscar/")
    lists.locator("a[href^='/s6-contrataciones/por/anio/2']").first.click()
    assert page.locator("main table a").count() > 0
    context.close()
