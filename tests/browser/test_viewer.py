"""A record of a system in books, at its permanent address: with script, without, and on a host that rewrites nothing."""

from __future__ import annotations

import functools
import http.server
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vitrina.serve import make_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "portal"))
from nginx_server import NGINX, WHY, run_nginx
from toy_portal import render_in_books

pytestmark = pytest.mark.browser


class PagesHost(http.server.SimpleHTTPRequestHandler):
    """A host for static pages: no rules, only 404.html for what it does not have."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the site's own page."""
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def books_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_in_books(tmp_path_factory.mktemp("libros"))


@pytest.fixture(
    scope="module",
    params=[
        "vitrina serve",
        "anfitrión de páginas",
        pytest.param("nginx", marks=[pytest.mark.nginx, pytest.mark.skipif(not NGINX, reason=WHY)]),
    ],
)
def address(
    request: pytest.FixtureRequest,
    books_site: Path,
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
) -> Iterator[tuple[str, str]]:
    if request.param == "nginx":
        with run_nginx(books_site, tmp_path_factory.mktemp("nginx"), free_port) as port:
            yield request.param, f"http://127.0.0.1:{port}"
        return
    if request.param == "vitrina serve":
        server: Any = make_server(books_site, 0)
    else:
        handler = functools.partial(PagesHost, directory=str(books_site))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield request.param, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_with_script_only_the_record_asked_for_is_shown(address: tuple[str, str], page: Page) -> None:
    base = address[1]
    page.goto(f"{base}/contratos/c-007/")
    page.wait_for_selector("h1:has-text('Contrato 7')")
    assert page.url == f"{base}/contratos/c-007/"
    shown = page.locator("article:visible")
    assert shown.count() == 1
    assert "Contrato 7" in page.title()
    page.get_by_role("button", name="registros de este libro").click()
    assert page.locator("article:visible").count() > 5


def test_an_address_without_its_last_slash_leads_to_the_record(address: tuple[str, str], page: Page) -> None:
    host, base = address
    page.goto(f"{base}/contratos/c-007?de=correo")
    page.wait_for_selector("h1:has-text('Contrato 7')")
    assert page.url == f"{base}/contratos/c-007/"
    answer = page.request.get(f"{base}/contratos/c-007?de=correo", max_redirects=0)
    if host == "anfitrión de páginas":
        assert answer.status == 404, "su página 404 lleva al registro, con script"
    else:
        assert (answer.status, answer.headers["location"]) == (301, "/contratos/c-007/?de=correo")
    assert page.request.get(f"{base}/contratos/datos/nada.csv").status == 404
    assert page.request.get(f"{base}/otros/c-007").status == 404


def test_a_link_of_the_list_leads_to_the_same_place(address: tuple[str, str], page: Page) -> None:
    base = address[1]
    page.goto(f"{base}/contratos/lista/")
    first = page.locator("tbody th a").first
    name = first.inner_text()
    first.click()
    page.wait_for_selector(f"h1:has-text('{name}')")
    assert page.url.startswith(f"{base}/contratos/c-")
    page.reload()
    page.wait_for_selector(f"h1:has-text('{name}')")
    assert page.locator("article:visible").count() == 1


def test_an_id_that_is_not_published_is_said_so(
    books_site: Path, address: tuple[str, str], page: Page
) -> None:
    page.goto(f"{address[1]}/contratos/c-777777/")
    page.wait_for_selector("text=Este registro no está publicado")


def test_the_library_leads_from_an_id_to_its_record(address: tuple[str, str], page: Page) -> None:
    page.goto(f"{address[1]}/contratos/libros/")
    page.get_by_label("Identificador del registro").fill("c-042")
    page.get_by_role("button", name="Ir al registro").click()
    page.wait_for_selector("h1:has-text('Contrato 42')")


def test_without_script_the_address_leads_to_the_book(address: tuple[str, str], browser: Browser) -> None:
    host, base = address
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    answer = page.goto(f"{base}/contratos/c-007/")
    assert answer is not None
    if host != "anfitrión de páginas":
        assert answer.status == 200
    else:
        # A host without rules can only send its 404 page: it names the library, and the library the book.
        assert answer.status == 404
        page.get_by_role("link", name="libros de registros").click()
        page.get_by_role("link", name="…7", exact=True).click()
    record = page.locator("[id='r-c-007']")
    assert record.is_visible()
    assert "Contrato 7" in record.inner_text()
    assert "$7,003.50" in record.inner_text()
    context.close()


def test_every_record_answers_at_its_address_with_its_book(
    books_site: Path, address: tuple[str, str], browser: Browser
) -> None:
    """Asked without a browser, as search engines and archives ask: 200, the record in the bytes, the page's policy."""
    host, base = address
    if host == "anfitrión de páginas":
        return  # it has no rules: the test above says what it can do
    books = sorted((books_site / "contratos" / "libro").glob("*/index.html"))
    assert len(books) > 1
    request = browser.new_context().request
    asked = 0
    for book in books:
        for name in sorted(set(re.findall(r'id="r-([^"]+)"', book.read_text(encoding="utf-8"))))[:4]:
            answer = request.get(f"{base}/contratos/{name}/", max_redirects=0)
            assert answer.status == 200, name
            assert answer.body() == book.read_bytes(), name
            assert answer.headers["content-type"].startswith("text/html")
            assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
            asked += 1
    assert asked >= 2 * len(books)
