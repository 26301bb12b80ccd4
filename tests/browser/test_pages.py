"""Pages in a real browser: accessible in both schemes and widths, readable without scripts, no foreign request."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PLAIN = (
    "/", "/buscar/", "/s6-contrataciones/", "/s6-contrataciones/lista/", "/s1-declaraciones/", "/conexion/", "/descargas/",
    "/calidad/", "/calidad/s6-contrataciones/", "/calidad/s3-servidores/", "/calidad/instituciones/",
    "/fuentes/", "/cambios/", "/creditos/", "/metodologia/", "/404.html",
    "/municipios/", "/municipios/ciudad-xaltepec/", "/patrones/", "/accesibilidad/",
)  # fmt: skip


def templates(site: Path) -> list[str]:
    """Return one address of every kind of page."""
    found = [p for p in PLAIN if (site / p.lstrip("/") / "index.html").is_file() or p.endswith(".html")]
    for slug in (
        "s1-declaraciones",
        "s3-servidores",
        "s6-contrataciones",
        "proveedores",
        "entes",
        "recomendaciones",
        "indicadores",
        "s2-servidores",
        "s3-particulares",
        "s4-auditorias",
    ):
        twins = sorted((site / slug).glob("*/index.json"))
        found.append(f"/{slug}/{twins[len(twins) // 3].parent.name}/")
    for kind in ("instituciones/*/index.html", "s*/*/index.html"):  # an institution; the records a rule names
        judged = [p for p in sorted((site / "calidad").glob(kind)) if p.parent.name != "pagina"]
        found += ["/" + p.relative_to(site).as_posix().removesuffix("index.html") for p in judged[:1]]
    facet = sorted((site / "s6-contrataciones" / "por").glob("*/*/index.html"))[0]
    found.append("/" + facet.relative_to(site).as_posix().removesuffix("index.html"))
    return found


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
)
def test_axe_finds_nothing_on_any_template(
    browser: Browser, site_server: str, built_site: Path, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="es-MX", bypass_csp=True
    )
    page = context.new_page()
    faults = []
    for address in templates(built_site):
        page.goto(site_server + address)
        result = Axe().run(page)
        faults += [
            f"{address}: {v['id']}: {v['nodes'][0]['html'][:120]}" for v in result.response["violations"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            faults.append(f"{address}: se desborda {wide} px a {width}")
    context.close()
    assert faults == []


def test_no_page_asks_another_host_or_breaks_its_policy(
    page: Page, site_server: str, built_site: Path
) -> None:
    for address in templates(built_site):  # the `page` fixture fails on foreign requests and CSP reports
        page.goto(site_server + address)
        assert page.locator("h1").count() == 1


def test_a_citizen_without_scripts_finds_a_sanction_and_downloads_a_dataset(
    browser: Browser, site_server: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(f"{site_server}/")
    page.get_by_role("link", name=re.compile("persona servidora pública fue sancionada")).click()
    assert page.url.endswith("/s3-servidores/")
    page.locator(
        'main a[href^="/s3-servidores/"][href$="/"]:not([href*="por/"]):not([href*="lista"])'
    ).first.click()
    assert page.locator("h1").count() == 1
    page.goto(f"{site_server}/s3-servidores/")
    link = page.locator('a[href$=".csv"]').first
    answer = page.request.get(site_server + str(link.get_attribute("href")))
    assert answer.ok and answer.headers["content-type"].startswith("text/csv")
    context.close()


def test_tables_sort_with_the_keyboard(page: Page, site_server: str, built_site: Path) -> None:
    pages = sorted((built_site / "s6-contrataciones").rglob("index.html"))
    sortable = next(p for p in pages if 'data-modulo="tabla"' in p.read_text(encoding="utf-8"))
    page.goto(f"{site_server}/{sortable.parent.relative_to(built_site).as_posix()}/")
    button = page.locator("th button").first
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator('th[aria-sort="ascending"], th[aria-sort="descending"]').count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/s6-contrataciones/",
        "/s1-declaraciones/",
        "/buscar/",
        "/calidad/",
        "/calidad/s6-contrataciones/",
    ],
)
def test_pages_stay_within_their_weight(built_site: Path, address: str) -> None:
    html = (built_site / address.lstrip("/") / "index.html").read_bytes()
    assert len(gzip.compress(html)) <= 30_000
    styles = list((built_site / "recursos").glob("*.css"))
    assert sum(len(gzip.compress(p.read_bytes())) for p in styles) <= 10_000
    ordinary = [p for p in (built_site / "recursos").glob("*.js") if not p.name.startswith("search")]
    assert sum(len(gzip.compress(p.read_bytes())) for p in ordinary) <= 5_000


def tab_to(page: Page, wanted: str, limit: int = 400) -> None:
    """Press Tab until what has the focus is a link whose address matches *wanted*; fail if it never comes."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        href = page.evaluate("document.activeElement.getAttribute('href') || ''")
        if re.search(wanted, href):
            return
    pytest.fail(f"con Tab no se llega a {wanted}")


def follow(page: Page, wanted: str) -> None:
    """Reach a link with Tab and open it with Enter."""
    tab_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False])
def test_journeys_with_the_keyboard_only(browser: Browser, site_server: str, scripts: bool) -> None:
    """Find a sanctioned official; find who contracts with a company; check a figure; reach a download."""
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 360, "height": 800})
    page = context.new_page()

    def focused(wanted: str) -> None:
        follow(page, wanted) if scripts else page.goto(site_server + found(wanted))

    def found(wanted: str) -> str:
        links = page.locator("main a[href]")
        every = [str(links.nth(i).get_attribute("href")) for i in range(links.count())]
        return next(href for href in every if re.search(wanted, href))

    page.goto(f"{site_server}/")
    focused(r"^/s3-servidores/$")
    focused(r"^/s3-servidores/[0-9a-f]{8}[^/]*/$")
    assert page.locator(".vigencia").inner_text().strip()

    page.goto(f"{site_server}/")
    focused(r"^/s6-contrataciones/$")
    focused(r"^/s6-contrataciones/ocds-[^/]+/$")
    focused(r"^/proveedores/[^/]+/$")
    assert page.locator("caption", has_text="Por comprador").count() == 1

    page.goto(f"{site_server}/")
    focused(r"^/s3-servidores/cifras/")
    focused(r"^/s3-servidores/lista/$")
    counted = re.search(r"de ([\d,]+)", page.locator("p.lugar").inner_text())
    page.goto(f"{site_server}/")
    assert counted and counted[1] in page.locator(".cifras--portada").inner_text()

    page.goto(f"{site_server}/s3-servidores/")
    if scripts:
        tab_to(page, r"/s3-servidores/datos/.*\.csv$")
    else:
        assert page.request.get(site_server + found(r"\.csv$")).ok
    context.close()


def test_the_lost_page_proposes_to_search_for_the_words_of_the_address(page: Page, site_server: str) -> None:
    page.goto(f"{site_server}/s6-contrataciones/camino-real-de-xaltepec/")
    assert page.locator("input[type=search]").input_value() == "camino real de xaltepec"


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
    record = next(address for address in templates(built_site) if address.startswith("/s4-auditorias/"))
    for address in (record, "/s6-contrataciones/"):
        page.goto(site_server + address)
        page.emulate_media(media="print")
        assert page.locator(".menu").is_hidden()
        assert page.locator(".cita").first.is_visible()
        page.set_viewport_size({"width": 700, "height": 900})  # a sheet of letter paper without its margins
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "en papel, lo que se desborda se pierde"
        assert re.search(r"versión", page.locator(".cita").first.inner_text())
        assert page.pdf(format="Letter").startswith(b"%PDF")
    context.close()
