"""A server of raw answers on loopback, and a portal that pulls from it."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from vitrina import config
from vitrina.model import Source
from vitrina.stages import pull
from vitrina.storage import read_json

SECRETS = {
    "CANARIO_USUARIO": "usuario-canario-7f3a",
    "CANARIO_CLAVE": "clave+canario/9c1d&=",
    "CANARIO_CLIENTE": "cliente-canario-55e0",
    "CANARIO_SECRETO": "secreto%canario b2",
    "CANARIO_TOKEN": "token-fijo-canario-0d4e",
}


@dataclass(frozen=True)
class Request:
    """One request as the server saw it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(urlsplit(self.target).query).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")

    @property
    def form(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Reply:
    """An answer in its own bytes. `keep` False closes the connection after it; `drip` sends a byte at a time."""

    raw: bytes
    keep: bool = True
    drip: float = 0.0
    wait: float = 0.0


def reply(
    body: Any = b"", status: int = 200, framing: str = "length", packed: bool = False, cut: int | None = None,
    **headers: str,
) -> Reply:  # fmt: skip
    """Build an answer. *framing*: length, chunked or close; *packed*: gzip; *cut*: bytes of the body really sent."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    kind = "application/json" if not isinstance(body, bytes) else "application/octet-stream"
    lines = {"Content-Type": kind} | {k.replace("_", "-"): v for k, v in headers.items()}
    if packed:
        data, lines["Content-Encoding"] = gzip.compress(data, mtime=0), "gzip"
    whole = data
    if framing == "length":
        lines["Content-Length"] = str(len(whole))
    elif framing == "chunked":
        lines["Transfer-Encoding"] = "chunked"
        step = max(1, len(data) // 3)
        parts = [data[i : i + step] for i in range(0, len(data), step)]
        whole = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"
    sent = whole if cut is None else whole[:cut]
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
    return Reply(head.encode() + sent, keep=framing != "close" and cut is None)


@dataclass
class Server:
    """Answers each request with what `answer` returns; remembers what it was asked and who connected."""

    answer: Callable[[Request], Reply]
    seen: list[Request] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._open = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._open = False
        self._listener.close()

    def _accept(self) -> None:
        while self._open:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                while self._open and (request := _read(stream)):
                    self.seen.append(request)
                    given = self.answer(request)
                    time.sleep(given.wait)
                    if given.drip:
                        for byte in given.raw:
                            connection.sendall(bytes([byte]))
                            time.sleep(given.drip)
                    else:
                        connection.sendall(given.raw)
                    if not given.keep:
                        return
            except OSError:
                return


def _read(stream: Any) -> Request | None:
    first = stream.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while (line := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))
    return Request(first[0], first[1], headers, body)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Request], Reply]], Server]]:
    """Start servers; they are closed at the end of the test."""
    started: list[Server] = []

    def start(answer: Callable[[Request], Reply]) -> Server:
        started.append(Server(answer))
        return started[-1]

    yield start
    for server in started:
        server.close()


class Portal:
    """A root where sources are pulled, with impatient limits."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []

    def pull(
        self, *sources: Source, day: str = "2026-03-01", offline: bool = False, **limits: int
    ) -> dict[str, Any]:
        """Run the stage; return build/pull/<source>.json of each source by id."""
        settings = config.Settings(
            self.root, date.fromisoformat(day), offline=offline,
            limits={**config.LIMITS, "request_seconds": 10, "backoff_ms": 5, **limits},
        )  # fmt: skip
        pull.run(settings, sources, self.said.append)
        return {s.id: read_json(self.root / "build" / "pull" / f"{s.id}.json") for s in sources}

    def one(self, source: Source, **more: Any) -> dict[str, Any]:
        return self.pull(source, **more)[source.id]

    def snapshot(self, result: Mapping[str, Any]) -> Path:
        return self.root / "data" / "archive" / "snapshots" / result["source"] / result["snapshot"]

    def files(self, result: Mapping[str, Any]) -> dict[str, bytes]:
        """Name → bytes of the files of the snapshot that *result* names."""
        return {p.name: p.read_bytes() for p in sorted((self.snapshot(result) / "files").iterdir())}

    def pages(self, result: Mapping[str, Any]) -> list[Any]:
        """The pages kept, in reading order."""
        return [json.loads(body) for body in self.bodies(result)]

    def bodies(self, result: Mapping[str, Any]) -> list[bytes]:
        """The bytes of each page kept: several stand in one file, one per line."""
        found: list[bytes] = []
        for name, data in self.files(result).items():
            found += data.splitlines() if name.endswith(".pages.jsonl") else [data]
        return found

    def rows(self, result: Mapping[str, Any], member: str = "results") -> list[Any]:
        return [row for page in self.pages(result) for row in page[member]]

    def everything(self) -> bytes:
        """Every byte and name the night left on disk, and every line it said."""
        left = [
            str(p).encode() + (p.read_bytes() if p.is_file() else b"") for p in sorted(self.root.rglob("*"))
        ]
        return b"\n".join([*left, "\n".join(self.said).encode()])


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Portal(tmp_path)


def source(protocol: str, name: str = "fuente", fmt: str = "", **more: Any) -> Source:
    """Declare a source on loopback. Keyword arguments are its protocol's table; `policy` is its own."""
    policy = more.pop("policy", {})
    table = {"insecure": True, "private_network": True} | more
    return Source(
        id=name, title="Fuente", system="obras", protocol=protocol, format=fmt, frequency="mensual",
        policy=policy, options={protocol: table},
    )  # fmt: skip


def pdn(server: Server, protocol: str = "pdn_v1", **more: Any) -> Source:
    """Declare a PDN search with OAuth2 on *server*."""
    return source(
        protocol, token_url=f"{server.url}/oauth/token", search_url=f"{server.url}/v1/spic",
        username_env="CANARIO_USUARIO", password_env="CANARIO_CLAVE",
        client_id_env="CANARIO_CLIENTE", client_secret_env="CANARIO_SECRETO", **more,
    )  # fmt: skip


class Pdn:
    """A well-behaved PDN v1 search over *rows*; tests override `page` or `token` to break it."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.tokens = 0
        self.pages: list[int] = []
        self.change: Callable[[int, Request], Reply | None] = lambda _count, _request: None
        """(search requests before this one, request) → another reply, or None for the good one."""

    def __call__(self, request: Request) -> Reply:
        if request.path == "/oauth/token":
            self.tokens += 1
            return reply(
                {"access_token": f"jwt-{self.tokens}-canario", "token_type": "Bearer", "expires_in": 600}
            )
        if request.path.endswith("/dependencias"):
            return reply([{"nombre": "Secretaría de Prueba", "siglas": "SP", "clave": "1"}])
        count = len(self.pages)
        self.pages.append(request.json.get("page", 1))
        return self.change(count, request) or self.good(request)

    def good(self, request: Request, **wrong: Any) -> Reply:
        asked = request.json
        number, size = asked.get("page", 1), asked.get("pageSize", 10)
        rows = self.rows[(number - 1) * size : number * size]
        pagination = {
            "page": number, "pageSize": size, "totalRows": len(self.rows),
            "hasNextPage": number * size < len(self.rows),
        }  # fmt: skip
        return reply({"pagination": pagination | wrong, "results": rows})


def records(count: int, first: int = 1) -> list[dict[str, Any]]:
    return [{"id": f"r-{n}", "nombres": f"Núñez {n}"} for n in range(first, first + count)]
