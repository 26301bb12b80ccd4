"""A PDN-standard API over simulated (or given) data, on this machine only: every dialect, and every fault at a switch.

Dialects: token server, PDN v1 (S2, S3 servidores, S3 particulares), S1, Directus v2, the S3 v2 wrapper, PDN S6,
OCDS packages, INAI's yearly arrays, CKAN, plain files. A prefix before a path (`/p7/v1/spic`) stands for another
provider: one server plays as many as it is given.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from vitrina.simulate import api_directus, api_faults
from vitrina.simulate.api_core import Core, family
from vitrina.simulate.api_data import Datasets
from vitrina.simulate.api_faults import Fault, Faults
from vitrina.simulate.api_routes import ROUTES
from vitrina.simulate.api_tokens import Account, Tokens, unauthorized
from vitrina.simulate.api_wire import Answer, Request, not_found


class Server(ThreadingHTTPServer):
    """The running API: a `core` per provider, by prefix; `log` is what it was asked: (method, path), without any secret."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, cores: Mapping[str, Core], port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.cores = cores
        for prefix, core in cores.items():
            core.base_url = f"{self.base_url}/{prefix}".rstrip("/")
        self.log: list[tuple[str, str]] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def core(self, path: str = "/") -> Core:
        """Return the provider that answers *path*: the one named by its first part, else the first of all."""
        return self.cores.get(path.split("/")[1], next(iter(self.cores.values())))

    def switch(self, *faults: Fault) -> None:
        """Replace the faults of every provider; lists that had moved are back where they were."""
        switches = Faults(faults)
        for core in self.cores.values():
            core.faults = switches
            core.settle()
        self.log.clear()

    def answer(self, request: Request) -> Answer | None:
        """Return the answer to *request*; None to hang up without one."""
        self.log.append((request.method, request.path))
        core = self.core(request.path)
        for fault in core.faults.match(request, api_faults.INSTEAD):
            if fault.kind == "slow":
                time.sleep(fault.value)
            elif fault.kind == "reset":
                return None
            elif fault.kind == "expired":
                return _expired(request)
            else:
                return api_faults.answer_of(fault)
        for method, pattern, handle in ROUTES:
            match = pattern.search(request.path)
            if match and method == request.method:
                try:
                    return handle(core, request, *match.groups())
                except api_directus.QueryError as refused:
                    return refused.answer
        return not_found(request)

    @contextmanager
    def running(self) -> Iterator[Server]:
        """Answer in a thread while the block lasts."""
        thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()


def _expired(request: Request) -> Answer:
    if "/items/" in request.path:
        return api_directus.error(401, "TOKEN_EXPIRED", "Token expired.")
    return unauthorized(family(request), "El token venció; pida otro")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's ACK of its headers
    server: Server

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
        try:
            answer = self.server.answer(request)
            if answer is None:
                self.close_connection = True
                return
            faults = self.server.core(request.path).faults
            # an answer without a body (304) has nothing to cut or to drip
            self._send(answer, faults.match(request, api_faults.WIRE) if answer.body else ())
        except (BrokenPipeError, ConnectionError):
            self.close_connection = True

    def _send(self, answer: Answer, faults: Sequence[Fault]) -> None:
        how = api_faults.sending(answer.body, faults)
        self.send_response(answer.status)
        headers = {"Content-Type": answer.type, **answer.headers, **how.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in how.pieces:
            if how.chunked:
                piece = b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""
            self.wfile.write(piece)
            if how.pause:
                time.sleep(how.pause)
        if how.chunked and how.last_chunk:
            self.wfile.write(b"0\r\n\r\n")
        if how.close:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing: `log` has it."""


def make_server(
    datasets: Datasets | Mapping[str, Datasets],
    port: int = 0,
    faults: Iterable[Fault] = (),
    *,
    expires_in: int = 600,
    account: Account | None = None,
) -> Server:
    """Return the API over *datasets* (or one per prefix) on 127.0.0.1, ready for `running()` or `serve_forever()`."""
    parts = {"": datasets} if isinstance(datasets, Datasets) else datasets
    day = next(iter(parts.values())).day
    epoch = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    tokens = Tokens(epoch, account or Account(), expires_in)
    switches = Faults(faults)
    return Server({prefix: Core(data, switches, tokens) for prefix, data in parts.items()}, port)
