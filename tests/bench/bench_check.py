"""Benchmark of the fast lane against Frictionless on the same package: CPU seconds, ratio, peak memory, same report.

Run it by hand: `.venv/bin/python tests/bench/bench_check.py [--rows 100000] [--dirty 0.005] [--lane-only]`.
Each side runs in a process of its own, so that neither warms the other's caches nor adds to its memory; imports
are not counted. The table has 20 columns (keys, pattern, lengths, lists, bounds, dates, URI, reference).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

SEED = 7
BUYERS = 2_000
GOALS = {(100_000, False): 12.0, (1_000_000, False): 20.0, (100_000, True): 8.0, (1_000_000, True): 8.0}


def _field(name: str, kind: str = "string", **constraints: Any) -> dict[str, Any]:
    return {"name": name, "type": kind} | ({"constraints": constraints} if constraints else {})


SCHEMAS: dict[str, dict[str, Any]] = {
    "contratos": {
        "fields": [
            _field("id", "integer", required=True, minimum=1),
            _field("ocid", required=True, unique=True, pattern=r"ocds-[a-z0-9]{6}-\d{8}"),
            _field("titulo", minLength=5, maxLength=200),
            _field("descripcion", maxLength=2000),
            _field("procedimiento", enum=["licitación", "invitación", "adjudicación"]),
            _field("estatus", enum=["activo", "terminado", "cancelado", "borrador"]),
            _field("moneda", enum=["MXN", "USD"]),
            _field("categoria", enum=["bienes", "servicios", "obra"]),
            _field("monto", "number", minimum=0, maximum=10**12),
            _field("iva", "number", minimum=0),
            _field("inicio", "date", minimum="2015-01-01"),
            _field("fin", "date"),
            _field("publicado", "datetime"),
            _field("plurianual", "boolean"),
            _field("ejercicio", "year"),
            {"name": "liga", "type": "string", "format": "uri"},
            _field("ente_id", required=True),
            _field("partidas", "integer", minimum=0, maximum=500),
            _field("proveedor", maxLength=120),
            _field("expediente", pattern=r"[A-Z]{3}/\d{4}/\d+"),
        ],
        "missingValues": ["", "NA"],
        "primaryKey": ["id"],
        "foreignKeys": [{"fields": ["ente_id"], "reference": {"resource": "entes", "fields": ["id"]}}],
    },
    "entes": {"fields": [_field("id", required=True), _field("nombre", required=True)], "primaryKey": ["id"]},
}


def write_package(folder: Path, rows: int, dirty: float) -> None:
    """Write contratos.csv (*rows* × 20) and entes.csv; *dirty* is the share of rows with one fault."""
    chance = random.Random(SEED)
    with (folder / "entes.csv").open("w", encoding="utf-8", newline="") as out:
        out.write("id,nombre\n")
        out.writelines(f"E{i:05d},Ente número {i}\n" for i in range(BUYERS))
    with (folder / "contratos.csv").open("w", encoding="utf-8", newline="") as out:
        out.write(",".join(f["name"] for f in SCHEMAS["contratos"]["fields"]) + "\n")
        for number in range(1, rows + 1):
            cells = _row(chance, number)
            if chance.random() < dirty:
                _spoil(chance, cells, number)
            out.write(",".join(cells) + "\n")


def _row(chance: random.Random, n: int) -> list[str]:
    day = f"20{chance.randint(16, 25)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    return [
        str(n), f"ocds-abc123-{n:08d}", f"Compra de material número {n} para oficinas",
        f'"Adquisición de bienes, lote {n % 97}, según el programa anual del ejercicio que corresponde"',
        chance.choice(["licitación", "invitación", "adjudicación"]), chance.choice(["activo", "terminado", "cancelado"]),
        chance.choice(["MXN", "MXN", "USD", "NA"]), chance.choice(["bienes", "servicios", "obra"]),
        f"{chance.randint(0, 10**9) / 100:.2f}", f"{chance.randint(0, 10**8) / 100:.2f}", day,
        chance.choice(["", day]), f"{day}T{chance.randint(0, 23):02d}:15:00Z", chance.choice(["true", "false"]), day[:4],
        f"https://compras.xaltepec.ejemplo.mx/contratos/{n}", f"E{chance.randrange(BUYERS):05d}",
        str(chance.randint(0, 400)), f"Proveedora {chance.randint(1, 20_000)} SA de CV", f"ABC/{day[:4]}/{n}",
    ]  # fmt: skip


def _spoil(chance: random.Random, cells: list[str], n: int) -> None:
    place, text = chance.choice(
        [(0, str(max(1, n - 5))), (1, "sin folio"), (1, f"ocds-abc123-{max(1, n - 9):08d}"), (4, "otra"), (8, "mucho"),
         (8, "-1.5"), (10, "2024-02-30"), (12, "ayer"), (13, "quizá"), (15, "no es una liga"), (16, "E99999"),
         (16, ""), (17, "501"), (19, "abc")]
    )  # fmt: skip
    cells[place] = text


def measure(side: str, folder: Path) -> dict[str, Any]:
    """Validate the package in *folder* in this process and return CPU seconds, peak MB, errors and their digest."""
    from vitrina.checking.fast import authority, lane

    tables = [authority.CsvTable(n, folder / f"{n}.csv", s) for n, s in SCHEMAS.items()]
    start, wall = _cpu(), time.perf_counter()
    errors = lane.validate_csvs(tables) if side == "lane" else authority.whole(tables, package=True)
    spent, wall = _cpu() - start, time.perf_counter() - wall
    digest = hashlib.sha256()
    for name, found in errors.items():
        for error in found:
            digest.update(orjson.dumps([name, error.to_descriptor()], option=orjson.OPT_SORT_KEYS))
    return {
        "cpu": spent, "wall": wall, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "errors": sum(map(len, errors.values())), "digest": digest.hexdigest(),
    }  # fmt: skip


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> int:
    """Print one line per case; exit 1 when a report differs or a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--dirty", type=float, default=0.0)
    asked.add_argument("--lane-only", action="store_true")
    asked.add_argument("--side", choices=["lane", "frictionless"])
    asked.add_argument("--folder", type=Path)
    options = asked.parse_args()
    if options.side:
        print(json.dumps(measure(options.side, options.folder)))
        return 0
    with tempfile.TemporaryDirectory(prefix="vitrina-bench-") as scratch:
        write_package(Path(scratch), options.rows, options.dirty)
        sides = ["lane"] if options.lane_only else ["lane", "frictionless"]
        found = {side: _child(side, scratch) for side in sides}
    for side, result in found.items():
        print(f"{side:13} {options.rows:>9} rows, dirty {options.dirty:.1%}: {result['cpu']:7.2f} CPU-s "
              f"{result['wall']:7.2f} s  peak {result['peak_mb']:.0f} MB  {result['errors']} errors")  # fmt: skip
    if options.lane_only:
        return 0
    ratio = found["frictionless"]["cpu"] / found["lane"]["cpu"]
    same = found["frictionless"]["digest"] == found["lane"]["digest"]
    goal = GOALS.get((options.rows, options.dirty > 0), 0.0)
    print(f"ratio {ratio:.1f} (goal {goal:.0f}); reports {'equal' if same else 'DIFFERENT'}")
    return 0 if same and ratio >= goal and found["lane"]["peak_mb"] <= 1200 else 1


def _child(side: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--side", side, "--folder", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    sys.exit(main())
