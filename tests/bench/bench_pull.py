"""How much pulling costs beside reading the same pages and throwing them away, and how well sources overlap.

    .venv/bin/python tests/bench/bench_pull.py                     200 000 records by pages, 50 slow sources
    .venv/bin/python tests/bench/bench_pull.py --records 60000
    .venv/bin/python tests/bench/bench_pull.py --file 2.2 --kind csv|json|jsonl    one file of so many GB
    .venv/bin/python tests/bench/bench_pull.py --records 2000000 --rounds 1        2 GB by pages

Prints ratios and peak memory; fails (exit 1) when they miss: 1.5 times the bare loop (in wall and in processor time),
300 MB, 15 s for 50 sources. Each round reads and pulls one after the other, in turns first and second. Processor time
is the median of the rounds' own ratios; by the clock, the best pull counts against the best reading, because what else
a machine does only ever adds. Wall figures mean something on a machine that is not overloaded: see the load it prints.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from vitrina import config
from vitrina.model import Source
from vitrina.protocols import Credentials, Job
from vitrina.protocols.client import Client
from vitrina.stages import pull

PAGE = 200
LATENCY = 2.0


def record(number: int) -> dict[str, Any]:
    """A record the size of a PDN S2 one (about 1 KB)."""
    return {
        "id": f"{number:024x}", "fechaCaptura": "2026-03-01T00:00:00Z", "ejercicioFiscal": "2026",
        "nombres": "Persona inventada", "primerApellido": "Núñez", "segundoApellido": "Ávila",
        "institucionDependencia": {"nombre": "Secretaría de Prueba", "siglas": "SP", "clave": str(number % 90)},
        "puesto": {"nombre": "Jefatura de departamento", "nivel": "O11"},
        "tipoArea": [{"clave": "T", "valor": "TÉCNICA"}, {"clave": "C", "valor": "CONTRATANTE"}],
        "tipoProcedimiento": [{"clave": 1, "valor": "CONTRATACIONES PÚBLICAS"}],
        "superiorInmediato": {"nombres": "Otra persona", "puesto": {"nombre": "Dirección", "nivel": "M11"}},
        "observaciones": "Registro inventado para medir. " * 8,
    }  # fmt: skip


def serve(ready: Any, total: int, latency: float) -> None:
    """Answer tokens and pages on loopback from a process of its own, so that it does not share our interpreter."""
    listener = socket.create_server(("0.0.0.0", 0), backlog=256)
    ready.send(listener.getsockname()[1])
    template = orjson.dumps([record(n) for n in range(PAGE)])

    def page(body: dict[str, Any]) -> bytes:
        number = body.get("page", 1)
        rows = template.replace(b'"id":"0000000000000000', b'"id":"%016x' % number)
        more = b"true" if number * PAGE < total else b"false"
        head = b'{"pagination":{"page":%d,"pageSize":%d,"totalRows":%d,"hasNextPage":%s},"results":'
        return head % (number, PAGE, total, more) + rows + b"}"

    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as stream:
            while first := stream.readline():
                size = 0
                while (line := stream.readline().strip()) != b"":
                    if line.lower().startswith(b"content-length:"):
                        size = int(line.split(b":")[1])
                body = stream.read(size)
                token = b"/oauth" in first
                answer = b'{"access_token": "jwt-de-prueba"}' if token else page(json.loads(body))
                time.sleep(latency)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)

    while True:
        threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()


def start(total: int, latency: float) -> tuple[multiprocessing.Process, int]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, total, latency), daemon=True
    )
    process.start()
    return process, int(ours.recv())


def declared(name: str, host: str, port: int) -> Source:
    table = {
        "token_url": f"http://{host}:{port}/oauth", "search_url": f"http://{host}:{port}/v1/spic",
        "insecure": True, "private_network": True, "username": "u", "source_seconds": 600,
    }  # fmt: skip
    return Source(
        id=name, title="Medida", system="s2", protocol="pdn_v1", format="json", frequency="diaria",
        options={"pdn_v1": table},
    )  # fmt: skip


def bare(source: Source, settings: config.Settings, total: int) -> None:
    """The same client, reading every page and keeping nothing."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Client(Job(source, settings, Path(folder), Credentials(source, settings))) as client,
    ):
        for number in range(1, -(-total // PAGE) + 1):
            body = orjson.dumps({"page": number, "pageSize": PAGE})
            client.json("POST", source.options["pdn_v1"]["search_url"], content=body)


def timed(task: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds by the clock and of processor, all our threads together, that *task* took."""
    started, busy = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - started, time.process_time() - busy


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def by_pages(settings: config.Settings, total: int, rounds: int) -> bool:
    """Pull *total* records and compare with the bare loop."""
    process, port = start(total, 0)
    source = declared("grande", "127.0.0.1", port)
    before = peak_mb()
    loops, stages, cpus = [], [], []

    def take() -> None:
        pull.run(settings, [source])

    for number in range(rounds):
        shutil.rmtree(settings.archive, ignore_errors=True)
        tasks = [lambda: bare(source, settings, total), take]
        taken = [timed(t) for t in (tasks if number % 2 == 0 else reversed(tasks))]
        loop, stage = taken if number % 2 == 0 else reversed(taken)
        loops.append(loop[0])
        stages.append(stage[0])
        cpus.append(stage[1] / loop[1])
        print(
            f"  lectura sola {loop[0]:.2f} s ({loop[1]:.2f} s de procesador), pull {stage[0]:.2f} s ({stage[1]:.2f}): "
            f"{stage[0] / loop[0]:.2f} y {cpus[-1]:.2f} veces"
        )
    process.kill()
    result = json.loads((settings.build / "pull" / "grande.json").read_bytes())
    assert result["records"] == total, result
    wall, cpu, peak = min(stages) / min(loops), statistics.median(cpus), peak_mb()
    print(f"{total} registros por páginas de {PAGE}, {result['bytes'] / 2**20:.0f} MB")
    print(
        f"razón: {cpu:.2f} de procesador (mediana de {rounds}), {wall:.2f} por reloj (lo mejor de cada uno)"
    )
    print(f"carga de la máquina: {os.getloadavg()[0]:.1f} sobre {os.cpu_count()} procesadores")
    print(f"memoria máxima: {before:.0f} MB al empezar, {peak:.0f} MB al terminar")
    return wall <= 1.5 and cpu <= 1.5 and peak <= 300


def side_by_side(settings: config.Settings, many: int) -> bool:
    """Pull *many* sources of two seconds an answer."""
    process, port = start(PAGE, LATENCY)
    sources = [declared(f"lenta-{n}", f"127.0.0.{n}", port) for n in range(1, many + 1)]
    together, _ = timed(lambda: pull.run(settings, sources))
    process.kill()
    print(f"{many} fuentes, {LATENCY:.0f} s por respuesta (token y una página): {together:.1f} s juntas")
    return together <= 15


def pieces(kind: str) -> tuple[bytes, bytes, bytes, bytes]:
    """Return head, first block, every other block (a megabyte of records) and end of a file of *kind*."""
    rows = [record(n) for n in range(1000)]
    if kind == "csv":
        names = ["id", "ejercicioFiscal", "nombres", "primerApellido", "observaciones"]
        lines = "".join('"' + '","'.join(str(r[n]) for n in names) + '"\r\n' for r in rows).encode()
        return (",".join(names) + "\r\n").encode(), lines, lines, b""
    if kind == "jsonl":
        block = b"".join(orjson.dumps(r) + b"\n" for r in rows)
        return b"", block, block, b""
    block = orjson.dumps(rows)[1:-1]
    return b'{"pagination":{},"results":[', block, b"," + block, b"]}"


def serve_file(ready: Any, kind: str, size: int) -> None:
    """Send a file of about *size* bytes, made on the way, to whoever connects."""
    listener = socket.create_server(("127.0.0.1", 0))
    head, first, block, end = pieces(kind)
    blocks = max(0, (size - len(head) - len(first) - len(end)) // len(block))
    whole = len(head) + len(first) + blocks * len(block) + len(end)
    ready.send((listener.getsockname()[1], 1000 * (blocks + 1)))
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1 << 16)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % whole + head + first)
            for _ in range(blocks):
                connection.sendall(block)
            connection.sendall(end)


def one_file(settings: config.Settings, kind: str, size: int) -> bool:
    """Pull one large file."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve_file, args=(theirs, kind, size), daemon=True)
    process.start()
    port, rows = ours.recv()
    table = {
        "url": f"http://127.0.0.1:{port}/datos.{kind}", "insecure": True, "private_network": True,
        "source_bytes": 2 * size, "unpacked_bytes": 2 * size, "request_seconds": 3600,
    }  # fmt: skip
    source = Source(
        id="archivo", title="Medida", system="s2", protocol="http_file", format=kind, frequency="diaria",
        options={"http_file": table},
    )  # fmt: skip
    before = peak_mb()
    wall, cpu = timed(lambda: pull.run(settings, [source]))
    process.kill()
    result = json.loads((settings.build / "pull" / "archivo.json").read_bytes())
    assert result["records"] == rows, result
    print(
        f"un archivo {kind} de {result['bytes'] / 1e9:.2f} GB, {rows} registros: {wall:.0f} s ({cpu:.0f} de procesador)"
    )
    print(f"memoria máxima: {before:.0f} MB al empezar, {peak_mb():.0f} MB al terminar")
    return peak_mb() <= 300


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--file", type=float, default=0.0, metavar="GB")
    parser.add_argument("--kind", choices=["csv", "json", "jsonl"], default="csv")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="vitrina-bench-") as folder:
        limits = {**config.LIMITS, "source_bytes": 8 << 30}
        settings = config.Settings(Path(folder), date(2026, 3, 1), limits=limits)
        if asked.file:
            return 0 if one_file(settings, asked.kind, int(asked.file * 1e9)) else 1
        good = by_pages(settings, asked.records, asked.rounds)
        good = side_by_side(settings, asked.sources) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
