"""Hostile text in every field of every system, in a real browser: nothing runs, nothing becomes markup.

The suite runs a sample of rows; the whole (every payload in every field) is
`XSS=todo .venv/bin/python -m pytest -n 2 tests/browser/test_xss.py`. The pages are opened with their policy switched off,
so that the escaping itself is what holds; one more pass opens them with it on.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from vitrina import build, config, portal
from vitrina.serve import make_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).parent))
from xss_payloads import payloads

pytestmark = pytest.mark.browser

PAYLOADS = payloads()
WHOLE = os.environ.get("XSS") == "todo"
ROWS = len(PAYLOADS) if WHOLE else 6
SEARCHES = len(PAYLOADS) if WHOLE else 15
PARTS = 12 if WHOLE else 1
"""The pages are opened in so many tests, which several processes can share; each opens every PARTS-th."""
STEP = 41
"""Payload of a cell: (row × STEP + column) mod their number; STEP shares no factor with it."""
KEYS = ("id", "fuente_id", "fuente_instantanea", "ente_id", "proveedor_id")
HOOK = "window.hits = []; window.hit = n => { window.hits.push(n); }; window.alert = n => window.hit(n);"
INJECTED = """() => {
  const found = (window.hits || []).map(n => `lo que se ejecutó, ${n}`);
  for (const e of document.querySelectorAll('*')) {
    for (const a of e.attributes) {
      if (a.name.startsWith('on')) found.push(`${e.tagName} ${a.name}`);
      if (/^(href|src|action|data|srcdoc)$/.test(a.name) && /^\\s*(java|vb)script:|^\\s*data:text/i.test(a.value))
        found.push(`${e.tagName} ${a.name}=${a.value}`);
    }
    const tag = e.tagName.toLowerCase();
    if (/^(iframe|object|embed|base|style|audio|video|source|math|template|frame|applet)$/.test(tag)) found.push(tag);
    if (/^(animate|set|foreignobject)$/.test(tag)) found.push(tag);
    if (tag === 'img') found.push('img');
    if (tag === 'script' && !(e.type === 'application/ld+json' || new URL(e.src || 'x:').pathname.startsWith('/recursos/')))
      found.push('script');
  }
  return found;
}"""

SEEN = "document.body.textContent.includes('window.hit(')"
POLICY = """() => [document.querySelector('meta[http-equiv="Content-Security-Policy"]').content,
  document.querySelectorAll("[style], script:not([src]):not([type='application/ld+json'])").length]"""


def spoil(frame: pl.DataFrame, parent: str, parents: list[str] | None, shift: int) -> pl.DataFrame:
    """Return ROWS rows of *frame* (its own, repeated) with a payload in every text column that is no key."""
    if frame.is_empty():
        return frame
    rows = pl.concat([frame] * -(-ROWS // frame.height)).head(ROWS)
    names = [n for n, t in rows.schema.items() if t == pl.String and n not in KEYS and n != parent]
    columns = {
        name: [PAYLOADS[(row * STEP + shift + at) % len(PAYLOADS)] for row in range(ROWS)]
        for at, name in enumerate(names)
    }
    keys = {parent: parents} if parents is not None else {"id": [f"h{i:04}" for i in range(ROWS)]}
    return rows.with_columns(pl.Series(n, v, dtype=pl.String) for n, v in {**columns, **keys}.items())


@pytest.fixture(scope="module")
def hostile(built_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample portal with hostile rows in every table, rendered and indexed; its document root."""
    root = tmp_path_factory.mktemp("hostil")
    shutil.copytree(built_root / "data", root / "data", ignore=shutil.ignore_patterns("archive"))
    for name in ("checked", "reports", "changes", "packages"):
        shutil.copytree(built_root / "build" / name, root / "build" / name)
    settings = config.settings(root, date(2026, 11, 20))
    night = build.open_night(settings)
    for order, system in enumerate(night.systems):
        folder = settings.build / "checked" / system.slug
        for number, table in enumerate(system.tables):
            path = folder / f"{table.name}.parquet"
            frame = pl.read_parquet(path)
            ids = None if table is system.main else [f"h{i:04}" for i in range(ROWS)]
            spoil(frame, table.parent_key, ids, order * 13 + number * 7).write_parquet(path)
        (settings.build / "changes" / f"{system.slug}.parquet").unlink()
        report = settings.build / "reports" / f"{system.slug}.json"
        found = json.loads(report.read_text(encoding="utf-8"))
        for at, source in enumerate(found.get("sources", ())):
            source["message"] = PAYLOADS[(order + at) % len(PAYLOADS)]
        report.write_text(json.dumps(found), encoding="utf-8")
    night.stage("index")
    site = root / "sitio"
    portal.render(settings, site)
    shutil.copytree(settings.build / "index", site / "buscar" / "indice", dirs_exist_ok=True)
    return site


@pytest.fixture(scope="module")
def hostile_server(hostile: Path) -> Iterator[str]:
    server = make_server(hostile, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def bare(browser: Browser) -> Iterator[Page]:
    """A page without the portal's policy, with the hook that payloads call."""
    context = browser.new_context(bypass_csp=True, locale="es-MX")
    context.add_init_script(HOOK)
    yield context.new_page()
    context.close()


def addresses(site: Path) -> list[str]:
    """Return the records of every system and one or more of every other kind of page."""
    systems = sorted(p.parent.name for p in site.glob("*/lista"))
    found = [f"/{p.name}/" for p in sorted(site.iterdir()) if (p / "index.html").is_file()]
    for slug in systems:
        found += [f"/{slug}/{p.name}/" for p in sorted((site / slug).glob("h[0-9]*"))]
        found += [f"/{slug}/lista/", f"/{slug}/datos/"]
        facets = sorted((site / slug).glob("por/*/index.html"))
        values = sorted((site / slug).glob("por/*/*/index.html"))
        found += [
            f"/{p.relative_to(site).as_posix().removesuffix('index.html')}"
            for p in facets + (values if WHOLE else values[:2])
        ]
    return ["/", "/404.html", *found]


def check(page: Page, faults: list[str], address: str) -> None:
    """Add to *faults* what ran or entered on the page that is open, in one question to the browser."""
    faults += [f"{address}: entró {what}" for what in page.evaluate(INJECTED)]


def test_there_are_enough_payloads_and_a_sample_uses_them_all() -> None:
    assert len(set(PAYLOADS)) >= 150
    assert all(len(PAYLOADS) % p or STEP % p for p in range(2, STEP + 1))


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_runs_or_enters_on_any_page(
    hostile: Path, hostile_server: str, bare: Page, part: int
) -> None:
    faults: list[str] = []
    places = addresses(hostile)
    assert len(places) > 14 * (ROWS + 2)
    seen = 0
    for address in places[part::PARTS]:
        bare.goto(hostile_server + address, wait_until="load")
        seen += bare.evaluate(SEEN)
        check(bare, faults, address)
    assert not faults, "\n".join(faults[:20])
    # The payloads were there to be read, or nothing was tested.
    assert seen > 14 * ROWS // PARTS


def test_nothing_runs_or_enters_on_the_search_page(hostile_server: str, bare: Page) -> None:
    faults: list[str] = []
    shown = 0
    for n in range(0, len(PAYLOADS), max(1, len(PAYLOADS) // SEARCHES)):
        bare.goto(f"{hostile_server}/buscar/?q=xm{n}")
        bare.wait_for_function(
            "document.querySelector('main').innerText.match(/xm\\d|No hay|ningún|sin resultado/i)",
            timeout=15_000,
        )
        bare.wait_for_timeout(150)
        shown += bare.evaluate("document.querySelector('main').textContent.includes('window.hit(')")
        check(bare, faults, f"buscar xm{n}")
    for text in PAYLOADS[:: 1 if WHOLE else 23]:
        bare.goto(f"{hostile_server}/buscar/")
        with bare.expect_navigation():
            bare.evaluate("q => { location.search = '?q=' + encodeURIComponent(q) }", text)
        bare.wait_for_timeout(150)
        check(bare, faults, f"buscar {text!r}")
    assert not faults, "\n".join(faults[:20])
    assert shown >= SEARCHES // 2


@pytest.mark.parametrize("part", range(PARTS))
def test_the_policy_has_nothing_to_stop(hostile: Path, hostile_server: str, page: Page, part: int) -> None:
    """With the policy on (headers and meta), no page breaks it: the `page` fixture fails on any violation."""
    for address in addresses(hostile)[part :: PARTS if WHOLE else 9]:
        answer = page.goto(hostile_server + address)
        assert answer is not None
        assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
        meta, inline = page.evaluate(POLICY)
        assert "require-trusted-types-for 'script'" in meta
        assert "unsafe" not in meta + answer.headers["content-security-policy"]
        assert inline == 0


UNSAFE = """<!doctype html><title>{0}</title><div>{0}</div><input value="{0}"><input value='{0}'><a id=liga href="{0}">x</a>
<textarea>{0}</textarea><script>var a = '{0}';</script><script>var b = "{0}";</script><!-- {0} -->"""


def test_the_same_payloads_fire_where_nothing_is_escaped(bare: Page) -> None:
    """The positive control: without it, zero faults would prove nothing."""
    chosen = range(0, len(PAYLOADS), 1 if WHOLE else 5)
    fired = 0
    for n in chosen:
        body = UNSAFE.replace("{0}", PAYLOADS[n])
        bare.route(
            "**/insegura",
            lambda route, _request, body=body: route.fulfill(body=body, content_type="text/html"),
        )
        bare.goto("http://127.0.0.1/insegura", wait_until="load")
        bare.wait_for_timeout(60)
        fired += bool(bare.evaluate("(window.hits || []).length"))
        bare.unroute("**/insegura")
    assert fired >= 0.4 * len(chosen), f"{fired} de {len(chosen)}"


def test_the_injection_probe_sees_what_it_looks_for(bare: Page) -> None:
    bare.set_content("<p onclick=x>a</p><iframe></iframe><a href='javascript:x'>b</a><img src=x>")
    found: Any = bare.evaluate(INJECTED)
    assert len(found) == 4
    bare.evaluate("window.hit(7)")
    assert len(bare.evaluate(INJECTED)) == 5
