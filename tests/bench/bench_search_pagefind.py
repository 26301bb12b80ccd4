"""Pagefind over the simulated records: build CPU seconds, peak memory, files and bytes, beside our own benchmark.

Run it by hand: `.venv/bin/python tests/bench/bench_search_pagefind.py [--records 10000]`; `bench_search_browser.py` asks
both in a browser. Pagefind is no dependency: a pinned one is put in build/bench-pagefind. A record has the same
texts as our documents, with filters by institution, kind and year and sorts by date and amount.
"""

from __future__ import annotations

import argparse
import base64
import json
import queue
import resource
import subprocess
import sys
import tempfile
import threading
import time
import venv
from pathlib import Path
from typing import Any

PINNED = "pagefind-bin==1.5.2"
HOME = Path(__file__).resolve().parents[2] / "build" / "bench-pagefind"
TIMEOUT = 900


def python() -> Path:
    """Return the interpreter of the environment that has Pagefind, made at the first need."""
    found = HOME / "bin" / "python"
    if not (HOME / "ready").is_file():
        venv.create(HOME, with_pip=True, clear=True)
        subprocess.run([found, "-m", "pip", "install", "--quiet", PINNED], check=True)
        (HOME / "ready").touch()
    return found


def measured(documents: Any, out: Path) -> dict[str, Any]:
    """Build Pagefind's files of *documents* (a frame) in *out*/pagefind; return cpu, wall, peak_mb, files, bytes."""
    lines = out / "pagefind.jsonl"
    with lines.open("w", encoding="utf-8") as file:
        for row in documents.iter_rows(named=True):
            file.write(json.dumps(_record(row), ensure_ascii=False) + "\n")
    done = subprocess.run(
        [python(), __file__, "--job", lines, out / "pagefind"],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    files = [path for path in (out / "pagefind").rglob("*") if path.is_file()]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said | {"files": len(files), "bytes": sum(path.stat().st_size for path in files)}


def _record(row: dict[str, Any]) -> dict[str, Any]:
    said = {"title": row["title"], "ente": row["ente"], "date": row["date"]}
    amount = "" if row["amount"] is None else f"{row['amount']:015.2f}"
    texts = [row[name] for name in row if name.startswith("w") and name[1:].isdigit()]
    filters = {"ente": row["ente"], "type": row["type"], "year": row["date"][:4]}
    return {
        "url": row["url"], "content": ". ".join(filter(None, texts)), "language": "es", "meta": said,
        "filters": {name: [value] for name, value in filters.items() if value},
        "sort": {"date": row["date"], "amount": amount},
    }  # fmt: skip


def _build(lines: Path, out: Path) -> dict[str, Any]:
    """Speak to Pagefind's program itself: its Python package looks for an answer ten times a second, no oftener."""
    program = next(HOME.glob("lib/*/site-packages/pagefind_bin/pagefind"))
    start = time.monotonic()
    with subprocess.Popen(
        [program, "--service"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as service:
        assert service.stdin and service.stdout
        last: dict[str, Any] = {}
        answers: queue.Queue[dict[str, Any]] = queue.Queue()

        def hear() -> None:
            rest = b""
            while chunk := service.stdout.read1(1 << 16):  # type: ignore[union-attr]
                *whole, rest = (rest + chunk).split(b",")
                for one in whole:
                    answers.put(json.loads(base64.b64decode(one)))

        threading.Thread(target=hear, daemon=True).start()

        def say(number: int, **payload: Any) -> None:
            message = json.dumps({"message_id": number, "payload": payload})
            service.stdin.write(base64.b64encode(message.encode()) + b",")  # type: ignore[union-attr]

        say(0, type="NewIndex", config={"force_language": "es"})
        service.stdin.flush()
        index = answers.get(timeout=TIMEOUT)["payload"]["index_id"]
        count = 0
        with lines.open(encoding="utf-8") as file:
            for count, line in enumerate(file, 1):
                say(count, type="AddRecord", index_id=index, **json.loads(line))
        say(count + 1, type="WriteFiles", index_id=index, output_path=str(out))
        service.stdin.flush()
        while last.get("message_id") != count + 1:
            last = answers.get(timeout=TIMEOUT)
        wall = time.monotonic() - start
        peak = int(Path(f"/proc/{service.pid}/status").read_text().split("VmHWM:")[1].split()[0])
        service.terminate()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "cpu": round(used.ru_utime + used.ru_stime, 2), "wall": round(wall, 1), "peak_mb": round(peak / 1024)
    }  # fmt: skip


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--records", type=int, nargs="+", default=[10_000])
    read.add_argument("--job", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = read.parse_args()
    if given.job:
        print(json.dumps(_build(*given.job)))
        return
    sys.path.insert(0, str(Path(__file__).parent))
    from search_data import simulated

    for count in given.records:
        with tempfile.TemporaryDirectory() as folder:
            print(count, "Pagefind", measured(simulated(count), Path(folder)), flush=True)


if __name__ == "__main__":
    main()
