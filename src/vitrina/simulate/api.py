"""A PDN-standard API over simulated (or given) data, on this machine only: every dialect, and every fault at a switch.

Dialects: token server, PDN v1 (S2, S3 servidores, S3 particulares), S1, Directus v2, the S3 v2 wrapper, PDN S6,
OCDS packages, INAI's yearly arrays, CKAN, plain files. Any prefix before a path is accepted (`/p7/v1/spic`), so
one server can play many providers. `make_server` is for tests and the demo; `serve` for the command line.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vitrina.acceptance.standard import COLLECTIONS, V1, V2
from vitrina.simulate import api_directus, api_faults, api_open, api_query, s6
from vitrina.simulate.api_data import Datasets, open_files, releases, yearly
from vitrina.simulate.api_faults import Fault, Faults, Page
from vitrina.simulate.api_tokens import Account, Family, Tokens, unauthorized
from vitrina.simulate.api_wire import Answer, Request, json_answer, not_found

PROVIDER = "xaltepec"
"""The only provider of the wrapper."""
Rows = Sequence[Any]


class Server(ThreadingHTTPServer):
    """The running API. `base_url` is its address; `log` what was asked; `canaries` who reached what nobody should."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, data: Datasets, port: int, faults: Iterable[Fault], tokens: Tokens) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.data = data
        self.faults = Faults(faults)
        self.tokens = tokens
        self.wrapper_depth = 3
        self.log: list[tuple[str, str]] = []
        self.canaries: list[str] = []
        self._made: dict[Any, Any] = {}
        self._lock = threading.Lock()
        self._shift: dict[str, int] = {}

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def made(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what *make* gives, made once per key (the newest 64 keys are kept)."""
        with self._lock:
            if key not in self._made:
                if len(self._made) >= 64:
                    del self._made[next(iter(self._made))]
                self._made[key] = make()
            return self._made[key]

    # ── rows and pages, with their faults ────────────────────────────────────────────────────────────────

    def rows(self, name: str, request: Request, source: Callable[[], Rows]) -> tuple[Any, Rows]:
        """Return (a key that names this state of the list, the list) with the faults in its rows."""
        found = self.faults.match(request, api_faults.ROWS)
        for fault in found:
            if fault.kind == "shifting" and request.page > 1:
                self._shift[name] = self._shift.get(name, 0) + (int(fault.value) or 1)
        still = tuple(f for f in found if f.kind != "shifting")
        shift = self._shift.get(name, 0)
        key = (name, shift, still)

        def make() -> Rows:
            rows = api_faults.spoil_rows(source(), still) if still else source()
            return api_faults.shifted(rows, shift) if shift else rows

        return key, self.made(key, make)

    def page(self, request: Request, rows: Rows, number: int, size: int) -> Page:
        """Return page *number* of *rows*, with the faults of one page."""
        start = (number - 1) * size
        plain = Page(rows[start : start + size], number, size, len(rows), start + size < len(rows))
        return api_faults.spoil_page(plain, self.faults.match(request, api_faults.PAGE), rows)

    # ── one request ──────────────────────────────────────────────────────────────────────────────────────

    def answer(self, request: Request) -> Answer | None:
        """Return the answer to *request*; None to hang up without one."""
        self.log.append((request.method, request.path))
        for fault in self.faults.match(request, api_faults.INSTEAD):
            if fault.kind == "slow":
                time.sleep(fault.value)
            elif fault.kind == "reset":
                return None
            elif fault.kind == "expired":
                return self._expired(request)
            else:
                return api_faults.answer_of(fault)
        for method, pattern, handle in _ROUTES:
            match = pattern.search(request.path)
            if match and method == request.method:
                try:
                    return handle(self, request, *match.groups())
                except api_directus.QueryError as refused:
                    return refused.answer
        return not_found(request)

    def _expired(self, request: Request) -> Answer:
        if "/items/" in request.path:
            return api_directus.error(401, "TOKEN_EXPIRED", "Token expired.")
        return unauthorized(_family(request), "El token venció; pida otro")


def _family(request: Request) -> Family:
    return "s1" if "declaraciones" in request.path or "/s1/" in request.path else "v1"


# ── dialects ──────────────────────────────────────────────────────────────────────────────────────────────


def _token(server: Server, request: Request) -> Answer:
    if request.fields().get("grant_type") == "refresh_token" and _family(request) == "v1":
        raise ConnectionAbortedError  # the reference server crashes on it; so does ours, for this connection only
    return server.tokens.grant(request, _family(request))


def _search(server: Server, request: Request, name: str) -> Answer:
    collection = COLLECTIONS[name]
    refused = server.tokens.refuse(request, _family(request))
    if refused:
        return refused
    search = api_query.read(request, collection)
    if isinstance(search, Answer):
        return search
    key, rows = server.rows(name, request, lambda: server.data.records.get(name, ()))
    wanted = (key, repr(search.query), repr(search.sort))
    rows = server.made(wanted, lambda: api_query.select(rows, search, collection))
    return _envelope(server.page(request, rows, search.page, search.size))


def _envelope(page: Page) -> Answer:
    pagination = {"pageSize": page.size, "page": page.number, "totalRows": page.total, "hasNextPage": page.more}
    return json_answer(200, {"pagination": pagination, "results": page.rows})


def _entities(server: Server, request: Request, name: str) -> Answer:
    refused = server.tokens.refuse(request, "v1")
    return refused or json_answer(200, api_query.entities(server.data.records.get(name, ())))


def _items(server: Server, request: Request, name: str) -> Answer:
    refused = api_directus.refuse(request, server.tokens.account.static_token)
    if refused or name not in server.data.records or name not in V2:
        return refused or api_directus.forbidden()
    page, shape = _directus_page(server, request, name)
    answer: dict[str, Any] = {"data": api_directus.trim(page.rows, request.query.get("fields", ""), shape)}
    counts = {"total_count": len(server.data.records[name]), "filter_count": page.total}
    asked = request.query.get("meta", "")
    if asked:
        answer["meta"] = {k: v for k, v in counts.items() if asked == "*" or k in asked.split(",")}
    return json_answer(200, answer)


def _directus_page(server: Server, request: Request, name: str) -> tuple[Page, api_directus.Shape]:
    window = api_directus.window(request)
    key, rows = server.rows(name, request, lambda: server.data.records[name])

    def shape() -> Mapping[str, Any]:
        known: Mapping[str, Any] = server.made((key, "shape"), lambda: api_directus.shape_of(rows))
        return known

    chosen = sorted((k, v) for k, v in request.pairs if k.startswith("filter") or k in ("sort", "search"))
    condition = api_directus.prepare(request, shape)
    found = server.made((key, repr(chosen)), lambda: api_directus.select(rows, request, condition))
    size = window.size if window.size >= 0 else max(len(found), 1)
    if size == 0 or window.start % size:  # not on a page boundary: no page-level fault applies
        rest = found[window.start : window.start + size]
        return Page(rest, 1, size, len(found), window.start + size < len(found)), shape
    return server.page(request, found, window.start // size + 1, size), shape


def _providers(server: Server, request: Request) -> Answer:
    return json_answer(200, {"success": True, "data": [{"id": PROVIDER, "name": server.data.publisher}]})


def _wrapped(server: Server, request: Request, name: str, provider: str) -> Answer:
    if provider != PROVIDER or name not in server.data.records or name not in V2:
        return json_answer(400, {"success": False, "error": "Proveedor o colección desconocidos"})
    try:
        page, _ = _directus_page(server, request, name)
    except api_directus.QueryError:
        return json_answer(400, {"success": False, "error": "Consulta inválida"})
    pages = -(-page.total // page.size)
    return json_answer(
        200,
        {
            "success": True, "data": api_directus.trim(page.rows, ".".join("*" * server.wrapper_depth)),
            "meta": {"total_count": len(server.data.records[name]), "filter_count": page.total},
            "pagination": {"page": page.number, "limit": page.size, "totalItems": page.total, "totalPages": pages,
                           "hasNextPage": page.more, "hasPrevPage": page.number > 1},
        },
    )  # fmt: skip


# ── open contracting and files ────────────────────────────────────────────────────────────────────────────


def _s6_search(server: Server, request: Request) -> Answer:
    body = api_query.read(request, _S6)
    if isinstance(body, Answer):
        return body
    key, rows = server.rows("whole", request, lambda: api_open.whole(server.data.processes))
    found = server.made((key, repr(body.query)), lambda: api_open.matching(rows, body.query))
    page = server.page(request, found, body.page, body.size)
    pagination = {"total": page.total, "page": page.number, "pageSize": page.size}
    return json_answer(200, {"pagination": pagination, "data": page.rows})


def _s6_records(server: Server, request: Request) -> Answer:
    refused = server.tokens.refuse(request, "v1")
    body = refused or api_query.read(request, _S6)
    if isinstance(body, Answer):
        return body
    key, rows = server.rows("whole", request, lambda: api_open.whole(server.data.processes))
    found = server.made((key, repr(body.query)), lambda: api_open.matching(rows, body.query))
    page = server.page(request, found, body.page, body.size)
    items = [{"ocid": r.get("ocid", ""), "record": r} for r in page.rows]
    return _envelope(Page(items, page.number, page.size, page.total, page.more))


_S6 = api_query.Collection("records", "S6", {}, {}, (), frozenset())


def _package(server: Server, request: Request, member: str) -> Answer:
    source = (lambda: releases(server.data)) if member == "releases" else (
        lambda: [s6.record([dict(r) for r in group]) for group in server.data.processes]
    )  # fmt: skip
    _, rows = server.rows(member, request, source)
    asked = request.query.get("limit", "100")
    size = int(asked) if asked.isdigit() and int(asked) else 100
    head = s6.package_head(server.data.day, server.data.publisher, member)
    page = server.page(request, rows, request.page, size)
    return api_open.package(page, member, head, f"{server.base_url}{request.path}")


def _years(server: Server, request: Request) -> Answer:
    return api_open.inai_years(server.made("years", lambda: yearly(server.data)))


def _year(server: Server, request: Request, year: str) -> Answer:
    years = server.made("years", lambda: yearly(server.data))
    if year not in years:
        return not_found(request)
    head = s6.package_head(server.data.day, server.data.publisher, year)
    _, rows = server.rows(f"year-{year}", request, lambda: years[year])
    return api_open.inai_year(server.page(request, rows, 1, max(len(rows), 1)).rows, head)


def _ckan(server: Server, request: Request) -> Answer:
    names = [n for n in server.made("files", lambda: open_files(server.data)) if n.endswith(".gz")]
    return api_open.ckan(names, server.base_url, server.data.day)


def _file(server: Server, request: Request, name: str) -> Answer:
    content: bytes | None = server.made("files", lambda: open_files(server.data)).get(name)
    if content is None:
        return not_found(request)
    if name.endswith(".csv"):
        content = api_faults.spoil_table(content, server.faults.match(request, api_faults.ROWS))
    if name.endswith(".csv") and server.faults.match(request, ("empty",)):
        content = content.partition(b"\r\n")[0] + b"\r\n"
    return api_open.file_answer(request, name, content, server.data.day)


def _canary(server: Server, request: Request) -> Answer:
    return api_faults.canary(server.canaries, request)


_V2_NAMES = "([a-z_]+)"
_ROUTES: tuple[tuple[str, re.Pattern[str], Callable[..., Answer]], ...] = tuple(
    (method, re.compile(pattern + "$"), handle)
    for method, pattern, handle in (
        ("POST", "/oauth/token", _token),
        ("POST", f"/v1/({'|'.join(V1)})", _search),
        ("GET", f"/v1/({'|'.join(V1)})/dependencias", _entities),
        ("POST", "/v2/(declaraciones)", _search),
        ("GET", f"/items/{_V2_NAMES}", _items),
        ("GET", "/api/v1/providers", _providers),
        ("GET", f"/api/v1/{_V2_NAMES}/([a-z0-9-]+)", _wrapped),
        ("POST", "/search", _s6_search),
        ("POST", "/records", _s6_records),
        ("GET", "/ocds/(releases|records)", _package),
        ("GET", "/edca/fiscalYears", _years),
        ("GET", r"/edca/contractingprocess/(\d{4})", _year),
        ("GET", "/api/3/action/package_show", _ckan),
        ("GET", "/files/(.+)", _file),
        ("GET", "/interno", _canary),
    )
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
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
            self._send(answer, self.server.faults.match(request, api_faults.WIRE))
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
    datasets: Datasets,
    port: int = 0,
    faults: Iterable[Fault] = (),
    *,
    expires_in: int = 600,
    account: Account | None = None,
) -> Server:
    """Return the API over *datasets* on 127.0.0.1, ready for `serve_forever` (in a thread, in tests)."""
    day = datasets.day
    epoch = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    return Server(datasets, port, faults, Tokens(epoch, account or Account(), expires_in))
