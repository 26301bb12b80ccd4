"""What many tests share: a browser, a portal built once from the samples, and a server of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REPO = Path(__file__).resolve().parents[1]
RUN_DATE = "2026-11-20"
sys.path.insert(0, str(REPO / "tests" / "browser_setup"))
import chromium  # noqa: E402


@pytest.fixture(scope="session")
def repo() -> Path:
    """The checkout."""
    return REPO


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that returns a TCP port nobody listens on."""

    def ask() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return ask


@pytest.fixture(scope="session")
def browser_path() -> chromium.Browser:
    """The Chromium to use: `.path` and the `.env` it needs. Fails, never skips: scripts/test installs one."""
    found = chromium.find()
    if found is None:
        pytest.fail("No hay un Chromium que arranque: ejecute ./scripts/test, o ponga su ruta en $CHROMIUM.")
    return found


@pytest.fixture(scope="session")
def browser(browser_path: chromium.Browser) -> Iterator[Browser]:
    """A running headless Chromium, one per test process."""
    with chromium.playwright() as driver:
        running = browser_path.launch(driver)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page in Spanish. The test fails if the page asks another host for anything, throws, or breaks its CSP."""
    context = browser.new_context(locale="es-MX", timezone_id="America/Mexico_City")
    opened = context.new_page()
    faults: list[str] = []

    def check_host(url: str) -> None:
        if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname != "127.0.0.1":
            faults.append(f"petición a otro sitio: {url}")

    opened.on("request", lambda request: check_host(request.url))
    opened.on("pageerror", lambda error: faults.append(f"error en la página: {error}"))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    yield opened
    context.close()
    assert not faults, "\n".join(faults)


def build_portal(root: Path) -> None:
    """Copy the samples and their sources into *root* and run the command a person would run."""
    shutil.copytree(REPO / "data", root / "data", ignore=shutil.ignore_patterns("archive"))
    command = [sys.executable, "-m", "vitrina", "build", "--root", str(root), "--run-date", RUN_DATE]
    env = os.environ | {"CI": "1", "PYTHONPATH": str(REPO / "src")}
    result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=900, check=False)
    assert result.returncode == 0, (
        f"vitrina build terminó con {result.returncode}:\n{result.stdout}\n{result.stderr}"
    )
    (root / "build.log").write_text(result.stdout + result.stderr, encoding="utf-8")


@pytest.fixture(scope="session")
def built_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal's folder after one night on the samples; built once, whatever the number of test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    root, done = shared / "portal", shared / "portal.done"
    with FileLock(shared / "portal.lock"):
        if not done.exists():
            if root.exists():
                pytest.fail("El portal de prueba no se pudo construir (vea el primer error).")
            root.mkdir()
            build_portal(root)
            done.touch()
    return root


@pytest.fixture(scope="session")
def built_site(built_root: Path) -> Path:
    """The document root of that portal. Read it; a test that changes it must copy it first."""
    return (built_root / "build" / "site" / "current").resolve()


@pytest.fixture(scope="session")
def site_server(built_site: Path) -> Iterator[str]:
    """The address of `vitrina serve` on that site, without a slash at the end."""
    from vitrina.serve import make_server

    server = make_server(built_site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
