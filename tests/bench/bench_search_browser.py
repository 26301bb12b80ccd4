"""Benchmark of the search page in a real browser on a slow network, beside Pagefind: kilobytes, requests, time, heap.

Run it by hand after ./scripts/build: `.venv/bin/python tests/bench/bench_search_browser.py [--records 10000] [--pagefind]`.
The built sample portal is served with the index of simulated records in place of its own. The server itself is the
slow network (150 ms before each answer, 1.6 Mbit/s shared by all, gzip), so that the page's worker is slowed like the
page; the page's main thread is slowed four times by Chromium (which cannot slow a worker). Every question is asked by
a browser with an empty cache: the page is opened, the box gets the focus, and once all is quiet the form is sent.
The time is that to the first ten results; the cards are told for these ten and for the page of twenty. The window is
a phone's, where the filters are folded and nothing is counted until they are opened; `--desktop` has them open.
`--fast` leaves out the slow line and the slowed thread. Heaps are told after ten questions on one page: what the page's
and the worker's own objects take, and the memory of their buffers, which engines do not count as heap.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import json
import mimetypes
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any, ClassVar

import polars as pl
from bench_search_pagefind import measured
from search_data import simulated

from vitrina.search.build import build

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tests"))
LATENCY, BYTES_PER_SECOND = 0.150, 1_600_000 / 8
SLOWER = 4
PACKED = {".html", ".js", ".css", ".json", ".svg"}

ASK = """async (text) => {
  const list = document.getElementById("resultados");
  const input = document.getElementById("q");
  const start = performance.now();
  const done = new Promise((resolve) => {
    new MutationObserver(() => list.children.length && resolve(performance.now() - start)).observe(list, { childList: true });
  });
  input.value = text;
  input.form.requestSubmit();
  return done;
}"""
PAGEFIND_OPEN = """async () => {
  globalThis.pagefind = await import("/pagefind/pagefind.js");
  await pagefind.init();
}"""
PAGEFIND_ASK = """async (text) => {
  const start = performance.now();
  const { results } = await pagefind.search(text);
  const first = await Promise.all(results.slice(0, 10).map((one) => one.data()));
  return first.length ? performance.now() - start : null;
}"""


class Slow(http.server.BaseHTTPRequestHandler):
    """Serves the first of `roots` that has a file, over one slow line, and keeps account of what it sent."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    roots: ClassVar[list[tuple[str, Path]]] = []
    sent: ClassVar[list[tuple[str, int, float]]] = []
    latency: ClassVar[float] = LATENCY
    rate: ClassVar[float] = BYTES_PER_SECOND
    line = threading.Lock()
    free: ClassVar[float] = 0.0
    busy: ClassVar[float] = 0.0

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        found = next((f for prefix, root in Slow.roots if path.startswith(prefix)
                      and (f := _file(root, path[len(prefix):]))), None)  # fmt: skip
        time.sleep(Slow.latency)
        body = found.read_bytes() if found else b""
        self.send_response(200 if found else 404)
        if found:
            self.send_header(
                "Content-Type", mimetypes.guess_type(found.name)[0] or "application/octet-stream"
            )
            if found.suffix in PACKED:
                body = gzip.compress(body, 6)
                self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for at in range(0, len(body), 4096):
            part = body[at : at + 4096]
            with Slow.line:
                Slow.free = max(Slow.free, time.monotonic()) + len(part) / Slow.rate
                wait = Slow.free - time.monotonic()
            time.sleep(max(0.0, wait))
            self.wfile.write(part)
        Slow.busy = time.monotonic()
        Slow.sent.append((path, len(body), Slow.busy))

    def log_message(self, *_: Any) -> None:
        return


def _file(root: Path, path: str) -> Path | None:
    found = root / path.strip("/")
    found = found / "index.html" if found.is_dir() else found
    return found if found.is_file() else None


def quiet(page: Any, seconds: float = 0.7) -> None:
    """Wait until nothing has been sent for a while."""
    Slow.busy = time.monotonic()
    while time.monotonic() - Slow.busy < seconds:
        page.wait_for_timeout(50)


def _kinds(documents: pl.DataFrame, count: int) -> dict[str, list[str]]:
    pick = random.Random(17)
    names = documents.filter(pl.col("person") == 1)["title"].to_list()
    titles = documents.filter(pl.col("person") == 0)["title"].to_list()
    return {
        "one word": [pick.choice(pick.choice(titles).split()) for _ in range(count)],
        "person's name": [pick.choice(names) for _ in range(count)],
        "id": [pick.choice(documents["w6"].to_list()) for _ in range(count)],
    }


def _asked(
    browser: Any, origin: str, text: str, pagefind: bool, slower: int, window: tuple[int, int]
) -> tuple[float | None, list[Any], list[Any], list[Any]]:
    """Return ms to the results, and what was sent before the question, for it, and until the results stood."""
    context = browser.new_context(viewport={"width": window[0], "height": window[1]})
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    Slow.sent.clear()
    page.goto(f"{origin}/vacia.html" if pagefind else f"{origin}/buscar/")
    if pagefind:
        page.evaluate(PAGEFIND_OPEN)
    else:
        page.locator("#q").focus()
    quiet(page)
    before = list(Slow.sent)
    Slow.sent.clear()
    asked = time.monotonic()
    took = page.evaluate(PAGEFIND_ASK if pagefind else ASK, text)
    quiet(page)
    after = list(Slow.sent)
    context.close()
    until = asked + (took or 0) / 1000 + 0.01
    return took, before, after, [one for one in after if one[2] <= until]


def _heaps(browser: Any, origin: str, texts: list[str], pagefind: bool) -> str:
    """Return the megabytes of page and worker after all of *texts*, garbage collected: objects, and buffers."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    answers: list[dict[str, Any]] = []
    session.on("Target.receivedMessageFromTarget", lambda event: answers.append(json.loads(event["message"])))
    workers: list[str] = []
    session.on("Target.attachedToTarget", lambda event: workers.append(event["sessionId"]))
    session.send(
        "Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
    )
    page.goto(f"{origin}/vacia.html" if pagefind else f"{origin}/buscar/")
    if pagefind:
        page.evaluate(PAGEFIND_OPEN)
    for text in texts:
        page.evaluate(PAGEFIND_ASK if pagefind else ASK, text)
        page.wait_for_timeout(400)
    session.send("HeapProfiler.collectGarbage")
    found = [session.send("Runtime.getHeapUsage")]
    for worker in workers:
        for number, method in enumerate(("HeapProfiler.collectGarbage", "Runtime.getHeapUsage")):
            message = json.dumps({"id": number, "method": method})
            session.send("Target.sendMessageToTarget", {"message": message, "sessionId": worker})
        page.wait_for_timeout(500)
    found += [answer["result"] for answer in answers if answer.get("id") == 1 and "result" in answer]
    context.close()
    objects = sum(one["usedSize"] for one in found) / 1e6
    buffers = sum(one.get("backingStorageSize", 0) for one in found) / 1e6
    return f"objects {objects:.1f} MB, buffers {buffers:.1f} MB in {len(found)} heaps"


def _kilobytes(sent: list[Any], *marks: str) -> float:
    return sum(size for path, size, _ in sent if any(mark in path for mark in marks)) / 1000


def _report(name: str, rows: list[Any], pagefind: bool) -> None:
    times = sorted(row[0] for row in rows if row[0] is not None)
    starts = ("/pagefind/",) if pagefind else ("search-", "indice/current", "indice/root")
    index, cards = (("/index/",), ("/fragment/",)) if pagefind else (("/t/", "/v/"), ("/d/",))
    index_kb = sorted(_kilobytes(row[2], *index) for row in rows)
    late = int(0.95 * (len(rows) - 1) + 0.5)
    print(
        f"{name:32} start kB {median(_kilobytes(r[1], *starts) for r in rows):7.1f}"
        f" | index kB p50 {median(index_kb):6.1f} p95 {index_kb[late]:6.1f}"
        f" | ten cards kB {median(_kilobytes(r[3], *cards) for r in rows):5.1f} in {_requests(rows, 3, cards)}"
        f" | the page's {median(_kilobytes(r[2], *cards) for r in rows):5.1f} in {_requests(rows, 2, cards)}"
        f" | facets kB {median(_kilobytes(r[2], '/f/') for r in rows):5.1f}"
        f" | ms p50 {median(times):5.0f} p95 {times[int(0.95 * (len(times) - 1) + 0.5)]:5.0f}",
        flush=True,
    )


def _requests(rows: list[Any], part: int, marks: tuple[str, ...]) -> str:
    """Return how many requests for cards a question took: the median and the most."""
    counts = [sum(any(m in path for m in marks) for path, _, _ in row[part]) for row in rows]
    return f"{median(counts):.0f}..{max(counts)}"


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--records", type=int, nargs="+", default=[10_000])
    read.add_argument("--questions", type=int, default=9)
    for flag in ("--pagefind", "--desktop", "--fast"):
        read.add_argument(flag, action="store_true")
    given = read.parse_args()
    window = (1280, 900) if given.desktop else (390, 800)
    if given.fast:
        Slow.latency, Slow.rate = 0.0, 1e9
    from browser_setup import chromium

    site = REPO / "build" / "site" / "current"
    found = chromium.find()
    if not found or not (site / "buscar").is_dir():
        sys.exit("Faltan el portal de muestra (./scripts/build) o un navegador (CHROMIUM).")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    with chromium.playwright() as driver:
        env = dict(os.environ) | found.env
        browser = driver.chromium.launch(executable_path=found.path, env=env)
        for count in given.records:
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder)
                documents = simulated(count)
                build(documents, out / "indice")
                (out / "vacia.html").write_text(
                    "<!doctype html><html lang=es><title>x</title>", encoding="utf-8"
                )
                peers = [False]
                if given.pagefind:
                    print(count, "Pagefind build", measured(documents, out), flush=True)
                    peers.append(True)
                Slow.roots = [
                    ("/buscar/indice/", out / "indice"),
                    ("/pagefind/", out / "pagefind"),
                    ("/", site),
                    ("/", out),
                ]
                for peer in peers:
                    for kind, texts in _kinds(documents, given.questions).items():
                        rows = [
                            _asked(browser, origin, text, peer, 1 if given.fast else SLOWER, window)
                            for text in texts
                        ]
                        _report(f"{count} {'Pagefind' if peer else 'Vitrina'} {kind}", rows, peer)
                    asked = [text for texts in _kinds(documents, 4).values() for text in texts][:10]
                    print(
                        f"{count} {'Pagefind' if peer else 'Vitrina'}, ten questions:",
                        _heaps(browser, origin, asked, peer),
                    )
        browser.close()


if __name__ == "__main__":
    main()
