"""A small static server for looking at the portal: the same answers as NGINX, from the same rules (`hosting`).

The document root may be the `current` link: it is resolved for every request, so a new night shows at once.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote_to_bytes

from vitrina import hosting
from vitrina.errors import UsageError

CHUNK = 1 << 18
RANGE = re.compile(r"\s*(?:(\d+)\s*-\s*(\d*)|-\s*(\d+))\s*")


def normal_path(raw: str) -> str | None:
    """Return the path of request target *raw* decoded and without dot segments; None when it is not a path.

    >>> normal_path("/a/./b/../c%20d/"), normal_path("//a"), normal_path("/a/%2e%2e/%2e%2e/etc"), normal_path("/%zz")
    ('/a/c d/', '/a', None, None)
    """
    raw = re.sub(r"^https?://[^/?#]*", "", raw).partition("?")[0].partition("#")[0]
    if not raw.startswith("/") or re.search(r"%(?![0-9A-Fa-f]{2})", raw):
        return None
    decoded = os.fsdecode(unquote_to_bytes(raw))
    if "\0" in decoded:
        return None
    parts: list[str] = []
    pieces = decoded.split("/")
    for piece in pieces:
        if piece == "..":
            if not parts:
                return None
            parts.pop()
        elif piece not in ("", "."):
            parts.append(piece)
    folder = pieces[-1] in ("", ".", "..") and parts
    return "/" + "/".join(parts) + ("/" if folder else "")


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the end (exclusive) that a Range *header* asks for; None: send everything.

    Several ranges at once and other units are ignored. ValueError when nothing of it exists.

    >>> byte_range("bytes=2-4", 10), byte_range("bytes=-3", 10), byte_range("bytes=7-", 10), byte_range("lines=1-2", 10)
    ((2, 5), (7, 10), (7, 10), None)
    """
    unit, _, asked = header.partition("=")
    if unit.lower() != "bytes" or "," in asked:
        return None
    found = RANGE.fullmatch(asked)
    if not found:
        raise ValueError(header)
    first, last, suffix = found.groups()
    start = max(0, size - int(suffix)) if suffix else int(first)
    end = min(size, int(last) + 1) if last else size
    if start >= end:
        raise ValueError(header)
    return start, end


@dataclass
class Found:
    """An open file and what the client must know of it."""

    path: str
    stream: IO[bytes]
    size: int
    mtime: int
    encoding: str = ""
    varies: bool = False

    @property
    def etag(self) -> str:
        """The same tag that NGINX makes: time and size of the bytes sent."""
        return f'"{self.mtime:x}-{self.size:x}"'

    @property
    def modified(self) -> str:
        return formatdate(self.mtime, usegmt=True)


def find(root: Path, path: str, *, gzip: bool) -> Found | None:
    """Open the file at *path* (already normal) inside *root*, or its `.gz` twin when *gzip* is accepted."""
    target = root.joinpath(path.lstrip("/")).resolve()
    if not target.is_relative_to(root) or not target.is_file():
        return None
    twin = target.with_name(target.name + ".gz")
    varies = twin.is_file() and twin.resolve().is_relative_to(root)
    encoding = "gzip" if varies and gzip else ""
    stream = (twin if encoding else target).open("rb")
    facts = os.fstat(stream.fileno())
    return Found(path, stream, facts.st_size, int(facts.st_mtime), encoding, varies)


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD by the rules of `hosting`; everything else is refused."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, *args: Any, root: Path, **named: Any) -> None:
        self.root = root
        super().__init__(*args, **named)

    def version_string(self) -> str:
        """Name the program and no version, as NGINX does with server_tokens off."""
        return "vitrina"

    def do_GET(self) -> None:
        """Answer with a file, a redirect to a folder's page, or the portal's own 404 page."""
        path = normal_path(self.path)
        if path is None:
            self._plain(400, "Solicitud incorrecta")
            return
        root = self.root.resolve()
        try:
            self._answer(root, path)
        except (OSError, ValueError):  # a name too long, or a file withdrawn between looking and opening
            self._missing(root)

    do_HEAD = do_GET

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Refuse every other method with 405, whatever its name."""
        if name.startswith("do_"):
            return self._refuse
        raise AttributeError(name)

    def _answer(self, root: Path, path: str) -> None:
        if re.search(hosting.HIDDEN, path) or path == "/404.html":
            self._missing(root)
            return
        if self._lacks_slash(root, path):
            args = self.path.partition("?")[2]
            self._plain(
                301, "Está en otra dirección", {"Location": quote(path) + "/" + (f"?{args}" if args else "")}
            )
            return
        names = (path + "index.html", *hosting.book_pages(path)) if path.endswith("/") else (path,)
        opened = (find(root, name, gzip=self._takes_gzip()) for name in names)
        file = next((f for f in opened if f is not None), None)
        if file is None:
            self._missing(root)
            return
        with file.stream:
            self._file(file)

    def _lacks_slash(self, root: Path, path: str) -> bool:
        """Return whether *path* is a folder's, or a record's in a book, without its last slash."""
        if path.endswith("/"):
            return False
        if self._is_folder(root, path):
            return True
        library = hosting.books_of_bare(path)
        return bool(library) and self._is_folder(root, library) and not (root / path.lstrip("/")).exists()

    @staticmethod
    def _is_folder(root: Path, path: str) -> bool:
        target = root.joinpath(path.lstrip("/")).resolve()
        return target.is_dir() and target.is_relative_to(root)

    def _takes_gzip(self) -> bool:
        return bool(
            re.search(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", self.headers.get("Accept-Encoding", ""))
        )

    def _file(self, file: Found) -> None:
        """Send *file*: whole, the part asked for, or only word that the client's copy is still good."""
        if self._unchanged(file):
            fixed = hosting.headers(file.path, hosting.content_type(file.path), found=True)
            del fixed[
                "Content-Security-Policy"
            ]  # see hosting.nginx_maps: it belongs to the page, not to the 304
            self._start(304, fixed | self._marks(file))
            return
        start, end, status = 0, file.size, 200
        if self._range_applies(file):
            try:
                part = byte_range(self.headers["Range"], file.size)
            except ValueError:
                self._plain(416, "Ese tramo no existe", {"Content-Range": f"bytes */{file.size}"}, file.path)
                return
            if part:
                (start, end), status = part, 206
        extra = {"Accept-Ranges": "bytes"} if status == 200 else {}
        if status == 206:
            extra["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        self._send_file(file, status, start, end, extra)

    def _send_file(self, file: Found, status: int, start: int, end: int, extra: dict[str, str]) -> None:
        media = hosting.content_type(file.path)
        fixed = hosting.headers(file.path, media, found=status < 400)
        own = {"Content-Type": hosting.with_charset(media), "Content-Length": str(end - start)}
        if file.encoding:
            own["Content-Encoding"] = file.encoding
        self._start(status, fixed | own | extra | (self._marks(file) if status < 400 else {}))
        file.stream.seek(start)
        left = end - start if self.command != "HEAD" else 0
        while left > 0 and (chunk := file.stream.read(min(CHUNK, left))):
            self.wfile.write(chunk)
            left -= len(chunk)

    def _marks(self, file: Found) -> dict[str, str]:
        marks = {"ETag": file.etag, "Last-Modified": file.modified}
        return marks | {"Vary": "Accept-Encoding"} if file.varies else marks

    def _unchanged(self, file: Found) -> bool:
        """Return whether every condition the client sent still holds."""
        since, tags = self.headers.get("If-Modified-Since"), self.headers.get("If-None-Match")
        named = [tag.strip().removeprefix("W/") for tag in (tags or "").split(",")]
        holds = [since == file.modified] if since is not None else []
        holds += [file.etag in named or named == ["*"]] if tags is not None else []
        return bool(holds) and all(holds)

    def _range_applies(self, file: Found) -> bool:
        condition = self.headers.get("If-Range", file.etag)
        return "Range" in self.headers and condition in (file.etag, file.modified)

    def _missing(self, root: Path) -> None:
        """Send the portal's 404 page with status 404."""
        file = find(root, "/404.html", gzip=self._takes_gzip())
        if file is None:
            self._plain(404, "No existe")
            return
        with file.stream:
            self._send_file(file, 404, 0, file.size, {})

    def _refuse(self) -> None:
        self.close_connection = True  # the body, if any, stays unread
        self._plain(405, "Solo se puede leer", {"Allow": "GET, HEAD"})

    def _plain(
        self, status: int, text: str, extra: dict[str, str] | None = None, path: str = "/404.html"
    ) -> None:
        """Send a bare page of our own words."""
        page = f"<!doctype html><html lang=es-MX><title>{text}</title><h1>{text}</h1>".encode()
        fixed = hosting.headers(path, "text/html", found=False)
        own = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page))}
        self._start(status, fixed | own | (extra or {}))
        if self.command != "HEAD":
            self.wfile.write(page)

    def _start(self, status: int, fields: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer a request that could not even be read; called by the base class."""
        self.command = getattr(self, "command", None) or "GET"
        self.close_connection = True
        self._plain(code, "Solicitud incorrecta")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write no access log: who reads what is nobody's business."""


class Server(ThreadingHTTPServer):
    """Threads that end with the program, and no traceback when a reader goes away."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that went away; show anything else."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def make_server(root: Path, port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Return a server of *root* bound to *host* and *port* (0: any free one), not yet running.

    UsageError when *root* holds no site or the port is taken.
    """
    if not (root / "index.html").is_file():
        raise UsageError(f"No hay sitio en {root}", "Constrúyalo primero con ./scripts/build")
    try:
        return Server((host, port), partial(Handler, root=root))
    except OSError as error:
        raise UsageError(
            f"No se puede abrir el puerto {port}: {error.strerror}", "Elija otro con --port"
        ) from error


def serve(root: Path, port: int, host: str = "127.0.0.1") -> None:
    """Serve *root* until Ctrl-C."""
    with make_server(root, port, host) as server:
        print(f"El portal está en http://{host}:{server.server_port}/ (Ctrl-C para terminar)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
