"""Benchmark of the search build: CPU seconds, peak memory, bytes and files, kilobytes per question, hit@10, a delta.

Run it by hand: `.venv/bin/python tests/bench/bench_search.py [--records 10000 100000] [--lunr]`. Each build runs in a
process of its own; imports and the making of the simulated records are not counted. `--lunr` builds the same
documents with lunr.py's Builder too. Kilobytes are those of files read cold, one question after another.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from bench_search_hits import hits_at_10
from search_data import simulated

from vitrina.search.build import build
from vitrina.search.lunr_export import lunr_index
from vitrina.search.query import query
from vitrina.search.reader import Index

QUESTIONS = 100


def _measured(job: str, records: Path, out: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--job", job, str(records), str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def _peak_mb() -> float:
    """Return this program's own peak; getrusage's would start from that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _job(job: str, records: Path, out: Path) -> None:
    documents = pl.read_ipc(records)
    before = _peak_mb()
    if job == "delta":
        count = len(documents)
        fresh = documents.sample(count // 1000, seed=1).with_columns(url=pl.col("url") + "nuevo/")
        documents = pl.concat([documents, fresh]).sort("date", "system", "url")
    start = time.process_time()
    if job == "lunr":
        data = orjson.dumps(lunr_index(documents))
        said: dict[str, Any] = {"bytes": len(data)}
    else:
        said = build(documents, out / "indice", state=out / "estado")
    said["cpu"] = round(time.process_time() - start, 2)
    said["peak_mb"] = round(_peak_mb())
    said["records_mb"] = round(before)
    print(json.dumps(said))


class _Counting(Index):
    """Counts the packed bytes of index files and of cards apart."""

    spent: dict[str, int]

    def file(self, name: str) -> bytes:
        kind = "cards" if "/d/" in name else "index"
        self.spent[kind] = self.spent.get(kind, 0) + (self.folder / name).stat().st_size
        return super().file(name)


def _kilobytes(folder: Path, documents: pl.DataFrame) -> dict[str, list[float]]:
    """Return, per kind of question, index kB p50 and p95 and kB of ten cards p50."""
    pick = random.Random(3)
    names = documents.filter(pl.col("person") == 1)["title"].to_list()
    titles = documents.filter(pl.col("person") == 0)["title"].to_list()
    keys = documents["w6"].to_list()
    kinds = {
        "surname": lambda: pick.choice(names).split()[-1],
        "title word": lambda: pick.choice(pick.choice(titles).split()),
        "person's name": lambda: pick.choice(names),
        "three title words": lambda: " ".join(pick.sample(pick.choice(titles).split(), 3)),
        "id": lambda: pick.choice(keys),
    }
    found: dict[str, list[float]] = {}
    for kind, make in kinds.items():
        index_kb, cards_kb = [], []
        for _ in range(QUESTIONS):
            _Counting.spent = {}
            index = _Counting(folder)
            _Counting.spent = {}
            hits = query(index, make()).hits
            index.cards(hits.refs[:10])
            index_kb.append(_Counting.spent.get("index", 0) / 1000)
            cards_kb.append(_Counting.spent.get("cards", 0) / 1000)
        index_kb.sort()
        found[kind] = [round(index_kb[50], 1), round(index_kb[95], 1), round(sorted(cards_kb)[50], 1)]
    return found


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    read.add_argument("--lunr", action="store_true")
    read.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    given = read.parse_args()
    if given.job:
        return _job(given.job[0], Path(given.job[1]), Path(given.job[2]))
    for count in given.records:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            documents = simulated(count)
            documents.write_ipc(out / "records.ipc")
            print(count, "build", _measured("build", out / "records.ipc", out))
            print(count, "root kB", round(next((out / "indice").glob("root-*")).stat().st_size / 1000, 1))
            for kind, row in _kilobytes(out / "indice", documents).items():
                print(f"{count} {kind:18} index kB p50 {row[0]} p95 {row[1]}, ten cards kB p50 {row[2]}")
            print(count, "hit@10", hits_at_10(out / "indice", documents))
            before = {p: p.stat().st_mtime_ns for p in (out / "indice").glob("b-*/t/*")}
            print(count, "night of 0.1 %", _measured("delta", out / "records.ipc", out))
            now = [p for p in (out / "indice").rglob("*") if p.is_file()]
            fresh = sum(
                p.stat().st_size for p in now if not p.relative_to(out / "indice").parts[0].startswith("b-")
            )
            share = fresh / sum(p.stat().st_size for p in now) if any(p in before for p in now) else 1.0
            print(count, f"bytes touched {fresh} = {share:.2%}")
            if given.lunr:
                print(count, "lunr.py", _measured("lunr", out / "records.ipc", out))
    return None


if __name__ == "__main__":
    main()
