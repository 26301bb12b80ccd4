"""What people come for, with the keyboard alone, on a phone's width: with scripts, and with none."""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parent))
import walk

pytestmark = pytest.mark.browser

FOCUS = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return {href: e.getAttribute('href') || '', type: e.getAttribute('type') || '', tag: e.tagName,
          ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          seen: box.bottom > 0 && box.top < innerHeight};
}"""


@pytest.fixture(params=[True, False], ids=["con scripts", "sin scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the person's browser runs scripts."""
    return bool(request.param)


@pytest.fixture
def reader(browser: Browser, scripts: bool) -> Iterator[Page]:
    """A page that only the keyboard may drive."""
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": 360, "height": 800}, locale="es-MX"
    )
    yield context.new_page()
    context.close()


def tab_to(page: Page, wanted: str) -> dict[str, Any]:
    """Press Tab until the focus is on a link whose address matches *wanted* (or on an input of that type).

    It fails if the focus never comes there, or if the person could not see where it is.
    """
    for _ in range(500):
        page.keyboard.press("Tab")
        now: dict[str, Any] = page.evaluate(FOCUS)
        if re.search(wanted, now["href"]) or (now["tag"] == "INPUT" and now["type"] == wanted):
            assert now["ring"], f"el foco no se ve en {now}"
            assert now["seen"], f"el foco queda fuera de la pantalla en {now}"
            return now
    pytest.fail(f"con Tab no se llega a {wanted} en {page.url}")


def follow(page: Page, wanted: str) -> None:
    """Reach a link with Tab and open it with Enter."""
    tab_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def search_for(page: Page, words: str) -> None:
    """Write *words* in the first search box that Tab reaches, and press Enter."""
    tab_to(page, "search")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/buscar/?q=*")
    page.locator("main").get_by_role("link", name=words).first.wait_for()


def heading(site: Path, page: Path) -> str:
    """Return the title of a page, from its file."""
    found = re.search(r"<h1>(.*?)</h1>", page.read_text(encoding="utf-8"))
    assert found
    return found[1]


def test_find_a_sanctioned_official(reader: Page, site_server: str, built_site: Path, scripts: bool) -> None:
    wanted = next(p for p in walk.pages_of(built_site, "record.html") if p.parents[1].name == "s3-servidores")
    at, name = re.escape(walk.address(built_site, wanted)), heading(built_site, wanted)
    reader.goto(f"{site_server}/")
    if scripts:
        search_for(reader, name)
        follow(reader, f"^{at}")
    else:
        follow(reader, r"^/s3-servidores/$")
        follow(reader, r"^/s3-servidores/lista/$")
        follow(reader, r"^/s3-servidores/(?!lista|por|datos|cifras)[^/]+/$")
    assert reader.locator("h1").inner_text().strip()
    assert reader.locator(".vigencia").inner_text().strip()
    assert reader.locator("dt", has_text=re.compile("Sanción|Falta")).count() >= 1


def test_find_who_contracts_with_a_company(
    reader: Page, site_server: str, built_site: Path, scripts: bool
) -> None:
    companies = [p for p in walk.pages_of(built_site, "entity.html") if p.parents[1].name == "proveedores"]
    wanted = next(p for p in companies if "Por comprador" in p.read_text(encoding="utf-8"))
    reader.goto(f"{site_server}/")
    if scripts:
        search_for(reader, heading(built_site, wanted))
        follow(reader, f"^{re.escape(walk.address(built_site, wanted))}")
    else:
        follow(reader, r"^/s6-contrataciones/$")
        follow(reader, r"^/s6-contrataciones/ocds-[^/]+/$")
        follow(reader, r"^/proveedores/[^/]+/$")
    buyers = reader.locator("table", has=reader.locator("caption", has_text="Por comprador"))
    assert buyers.locator("tbody tr").count() >= 1
    follow(reader, r"^/entes/[^/]+/$")
    assert reader.locator("h1").inner_text().strip()


def download(page: Page, wanted: str) -> tuple[bytes, str]:
    """Download the file of a link with the keyboard; return its bytes and the checksum the page gives for it."""
    href = tab_to(page, wanted)["href"]
    shown = (
        page.locator("li", has=page.locator(f'a[href="{href}"]')).locator(".archivo__suma code").inner_text()
    )
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    return coming.value.path().read_bytes(), shown


def test_download_a_dataset_and_compare_its_checksum(reader: Page, site_server: str) -> None:
    reader.goto(f"{site_server}/")
    follow(reader, r"^/s3-servidores/$")
    follow(reader, r"^/s3-servidores/datos/$")
    content, shown = download(reader, r"^/s3-servidores/datos/sanciones\.csv$")
    assert hashlib.sha256(content).hexdigest() == shown


def test_check_a_figure_down_to_the_rows(reader: Page, site_server: str) -> None:
    """From a figure of the home page to how it is counted, to the list, and to the file anyone can count again."""
    reader.goto(f"{site_server}/")
    follow(reader, r"^/s3-servidores/cifras/#")
    recipe = reader.locator("section:target") if "#" in reader.url else reader.locator("section").first
    title = recipe.locator("h2").inner_text()
    rows = int(recipe.locator("dt:has-text('Filas que entran') + dd").inner_text().replace(",", ""))
    file = recipe.locator("dt:has-text('Archivo') + dd code").inner_text()
    assert f"{rows:,}" in title
    follow(reader, r"^/s3-servidores/lista/$")
    counted = re.search(r"de ([\d,]+)", reader.locator("p.lugar").inner_text())
    assert counted and counted[1] == f"{rows:,}"
    reader.go_back()
    follow(reader, r"^/s3-servidores/datos/$")
    content, _ = download(reader, r"^/s3-servidores/datos/sanciones\.csv$")
    assert file.rsplit(".", 1)[0].rsplit("/", 1)[-1] == "sanciones"
    assert len(list(csv.DictReader(content.decode("utf-8-sig").splitlines()))) == rows
