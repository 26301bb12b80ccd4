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
