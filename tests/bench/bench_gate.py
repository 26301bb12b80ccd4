"""Benchmark of the privacy gate: decoded MB per second and peak memory on two cores; false blocks on clean rows.

Run it by hand: `.venv/bin/python tests/bench/bench_gate.py [--megabytes 400] [--withheld 100000] [--rows 20000]`.
The tree has what a portal has: pages, record JSON, CSV, JSON Lines, Parquet, gzip shards, ZIP, workbooks, all written
from simulated rows that passed the real layouts. The gate runs in a process of its own; making the tree is not
counted. `--rows` is per system and normalizes that many: a false block is a row in which the gate finds anything
strong (goal: at most one in 100 000).
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "publishing"))
import clean_rows

from vitrina.publishing import gate
from vitrina.publishing.gate.decode import Inspector

GOAL = 100.0


def make_tree(built: Path, stage: Path, megabytes: int) -> None:
    """Fill *stage* until its plain text is about *megabytes*: one third pages, two thirds downloads."""
    clean_rows.staged(built, stage)
    texts = [p.read_bytes() for p in sorted(stage.rglob("*.jsonl"))]
    lines = b"".join(texts).splitlines()
    weight = number = 0
    while weight < megabytes * 333_000:
        body = b"".join(b"<dt>campo</dt><dd>%s</dd>\n" % line for line in lines[number % len(lines) :][:40])
        page = b"<!doctype html><html lang=es><body><main>" + body + b"</main></body></html>"
        folder = stage / "registros" / f"r{number}"
        folder.mkdir(parents=True)
        (folder / "index.html").write_bytes(page)
        (folder / "index.json").write_bytes(lines[number % len(lines)])
        weight += len(page)
        number += 1
    big = b"".join(texts)
    big *= max(1, megabytes * 150_000 // len(big))
    (stage / "todo.jsonl").write_bytes(big)
    with zipfile.ZipFile(stage / "todo.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("todo.jsonl", big)
    for start in range(0, len(big) // 2, 1 << 20):
        (stage / f"{start >> 20:04}.bin").write_bytes(gzip.compress(big[start : start + (1 << 20)], 1))
    for path in sorted(built.glob("*/[!_]*.parquet")):
        frame = pl.read_parquet(path)
        frame.write_parquet(stage / path.parent.name / path.name, compression="snappy")
        if frame.height:
            frame.write_excel(stage / path.parent.name / f"{path.stem}.xlsx")


def measure(stage: Path, memory: Path) -> None:
    """Run the gate once and print what it took as JSON (the child's side)."""
    started, cpu = time.perf_counter(), time.process_time()  # imports are not counted
    verdict = gate.scan(stage, memory)
    seconds = time.perf_counter() - started
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime - cpu
    peak = max(own.ru_maxrss, workers.ru_maxrss) // 1024
    numbers = {"files": verdict.files, "megabytes": verdict.decoded_bytes / 1e6, "seconds": seconds}
    print(json.dumps(numbers | {"cpu": cpu, "peak_mb": peak, "warnings": len(verdict.warnings)}))


def false_blocks(built: Path) -> tuple[int, int, int]:
    """Return (rows, strong findings, weak findings) of the tables under *built*, looked at as JSON Lines."""
    rows = strong = weak = 0
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        rows = clean_rows.staged(built, stage)
        for path in sorted(stage.rglob("*.jsonl")):
            for finding in Inspector().files([(path, path.name)]):
                strong, weak = strong + finding.strong, weak + (not finding.strong)
                print("  ", "BLOQUEA" if finding.strong else "avisa", finding)
    return rows, strong, weak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--withheld", type=int, default=0)
    parser.add_argument("--rows", type=int, default=300, help="simulated rows per system")
    parser.add_argument("--only-rows", action="store_true", help="count false blocks, measure nothing")
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        measure(*options.child)
        return 0
    with tempfile.TemporaryDirectory(prefix="puerta-") as folder:
        root = Path(folder)
        built = clean_rows.tables(root / "portal", options.rows)
        rows, strong, weak = false_blocks(built)
        print(f"{rows} filas limpias: {strong} bloqueos falsos, {weak} avisos")
        failed = strong * 100_000 > rows
        if not options.only_rows:
            make_tree(built, root / "stage", options.megabytes)
            memory = root / "withheld-values"
            gate.remember(
                (f"Calle Reservada {n}, {n * 7919 % 90_000}" for n in range(options.withheld)), memory
            )
            # Linux counts the memory of who starts a process as its own: a shell between them has next to none.
            child = [sys.executable, __file__, "--child", str(root / "stage"), str(memory)]
            command = ["sh", "-c", '"$@"; exit $?', "sh", *child]
            done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            speed = done["megabytes"] / done["seconds"]
            print(
                f"{done['files']} archivos, {done['megabytes']:.0f} MB leídos en {done['seconds']:.1f} s "
                f"({done['cpu']:.1f} s de CPU): {speed:.0f} MB/s; memoria máxima {done['peak_mb']} MB por proceso"
            )
            failed |= speed < GOAL
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
