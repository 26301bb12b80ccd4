"""Search as a citizen uses it, in a real browser over the built portal."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def ask(page: Page, server: str, words: str) -> list[str]:
    """Search for *words* from the home page and return the addresses found, best first."""
    page.goto(f"{server}/")
    page.locator("main input[name=q]").fill(words)
    page.locator("main input[name=q]").press("Enter")
    page.wait_for_url("**/buscar/**")
    page.wait_for_function("() => /resultado/.test(document.querySelector('#estado')?.textContent ?? '')")
    page.locator("#resultados:not([aria-busy])").wait_for(
        state="attached"
    )  # the first ten come before the others
    return [str(a.get_attribute("href")) for a in page.locator("#resultados a").all()]


def table(site: Path, slug: str, name: str = "") -> pl.DataFrame:
    package = json.loads((site / slug / "datos" / "datapackage.json").read_text(encoding="utf-8"))
    return pl.read_parquet(site / slug / "datos" / f"{name or package['resources'][0]['name']}.parquet")


def test_a_word_without_its_accent_finds_it_with_it(page: Page, site_server: str) -> None:
    plain = ask(page, site_server, "contratacion")
    assert plain
    assert "contratación" in page.locator("#resultados").inner_text().lower() + visit_text(
        page, site_server, plain[0]
    )
    assert ask(page, site_server, "CONTRATACIÓN") == plain


def visit_text(page: Page, server: str, address: str) -> str:
    page.goto(server + address)
    return page.locator("main").inner_text().lower()


def test_two_surnames_in_any_order_find_the_person(page: Page, site_server: str, built_site: Path) -> None:
    people = table(built_site, "s2-servidores").drop_nulls(["primer_apellido", "segundo_apellido"])
    person: dict[str, Any] = random.Random(7).choice(people.to_dicts())
    one, two = person["primer_apellido"], person["segundo_apellido"]
    address = f"/s2-servidores/{person['id']}/"
    assert address in ask(page, site_server, f"{one} {two} {person['nombres']}")
    assert address in ask(page, site_server, f"{person['nombres']} {two} {one}".upper())


def test_an_ocid_finds_its_process_first(page: Page, site_server: str, built_site: Path) -> None:
    process: dict[str, Any] = random.Random(3).choice(table(built_site, "s6-contrataciones").to_dicts())
    assert ask(page, site_server, process["ocid"])[0] == f"/s6-contrataciones/{process['id']}/"


def test_a_supplier_is_found_by_name_and_by_rfc(page: Page, site_server: str, built_site: Path) -> None:
    suppliers = table(built_site, "proveedores").drop_nulls("rfc").to_dicts()
    supplier: dict[str, Any] = random.Random(5).choice(suppliers)
    address = f"/proveedores/{supplier['id']}/"
    assert address in ask(page, site_server, supplier["nombre"])
    assert address in ask(page, site_server, supplier["rfc"].lower())


@pytest.mark.parametrize("slug", [
    "s1-declaraciones", "s2-servidores", "s3-servidores", "s3-particulares", "s4-auditorias", "s4-comunicados",
    "s5-denuncias", "s6-contrataciones", "proveedores", "recomendaciones", "indicadores", "entes", "convenios", "conexion",
])  # fmt: skip
def test_every_system_is_found_by_the_title_of_a_record(
    page: Page, site_server: str, built_site: Path, slug: str
) -> None:
    twins = sorted((built_site / slug).glob("*/index.json"))
    page_file = twins[len(twins) // 2].parent / "index.html"
    page.goto(f"{site_server}/{slug}/{page_file.parent.name}/")
    title = page.locator("h1").inner_text()
    ask(page, site_server, title)
    page.wait_for_function("() => document.querySelectorAll('#resultados a').length > 0")
    found = [str(a.get_attribute("href")) for a in page.locator("#resultados a").all()]
    assert any(a.startswith(f"/{slug}/") for a in found), (title, found[:5])


@pytest.mark.parametrize(
    "words", ["zzqxw", "<img src=x onerror=alert(1)>", "__proto__ constructor", '"', "-", "a" * 400]
)
def test_no_question_breaks_the_page(page: Page, site_server: str, words: str) -> None:
    page.goto(f"{site_server}/buscar/")
    page.locator("main input[name=q]").fill(words)
    page.locator("main input[name=q]").press("Enter")
    page.wait_for_function("() => (document.querySelector('#estado')?.textContent ?? '').trim() !== ''")
    assert page.locator("#resultados img").count() == 0


def test_the_question_stays_in_the_address_and_back_works(page: Page, site_server: str) -> None:
    ask(page, site_server, "obra")
    assert "q=obra" in page.url
    page.locator("#resultados a").first.click()
    page.wait_for_load_state()
    page.go_back()
    page.wait_for_function("() => /resultado/.test(document.querySelector('#estado')?.textContent ?? '')")
    page.locator("#resultados:not([aria-busy])").wait_for(
        state="attached"
    )  # the first ten come before the others
    assert page.locator("main input[name=q]").input_value() == "obra"


def test_without_javascript_the_search_page_offers_the_lists(browser: Browser, site_server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_server}/buscar/")
    links = [str(a.get_attribute("href")) for a in page.locator("main a").all()]
    assert any("lista" in a or a == "/s6-contrataciones/" for a in links), links
    context.close()
