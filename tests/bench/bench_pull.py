"""How much pulling costs beside reading the same pages and throwing them away, and how well sources overlap.

    .venv/bin/python tests/bench/bench_pull.py [records] [sources]

Prints ratios and peak memory; fails (exit 1) when they miss: 1.5 times the bare loop, 300 MB, 15 s for 50 sources.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import shutil
import socket
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
ROUNDS = 3


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


def timed(task: Callable[[], Any]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: list[str]) -> int:
    total, many = (int(a) for a in (arguments + ["200000", "50"][len(arguments) :]))
    with tempfile.TemporaryDirectory(prefix="vitrina-bench-") as folder:
        settings = config.Settings(Path(folder), date(2026, 3, 1))
        process, port = start(total, 0)
        source = declared("grande", "127.0.0.1", port)
        before, bare_seconds, pull_seconds = peak_mb(), [], []
        for _ in range(ROUNDS):  # in turns, so that a busy machine slows both alike; the best of each counts
            bare_seconds.append(timed(lambda: bare(source, settings, total)))
            shutil.rmtree(settings.archive, ignore_errors=True)
            pull_seconds.append(timed(lambda: pull.run(settings, [source])))
        result = json.loads((settings.build / "pull" / "grande.json").read_bytes())
        assert result["records"] == total, result
        process.kill()
        loop, stage, peak = min(bare_seconds), min(pull_seconds), peak_mb()
        ratio = stage / loop
        print(f"{total} registros, {result['bytes'] / 2**20:.0f} MB")
        print(f"lectura sola {loop:.2f} s, pull {stage:.2f} s, razón {ratio:.2f}")
        print(f"memoria máxima: {before:.0f} MB al empezar, {peak:.0f} MB al terminar")

        process, port = start(PAGE, LATENCY)
        sources = [declared(f"lenta-{n}", f"127.0.0.{n}", port) for n in range(1, many + 1)]
        together = timed(lambda: pull.run(settings, sources))
        process.kill()
        print(f"{many} fuentes, {LATENCY:.0f} s por respuesta (token y una página): {together:.1f} s juntas")
    return 0 if ratio <= 1.5 and peak <= 300 and together <= 15 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
