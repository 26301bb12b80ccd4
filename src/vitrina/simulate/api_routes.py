"""The dialects of the simulated API: which path answers what (pdn.md §2-4, ocds.md §2.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from vitrina.acceptance.standard import COLLECTIONS, V1, V2, Collection
from vitrina.simulate import api_directus, api_faults, api_open, api_query, s6
from vitrina.simulate.api_core import Core, family
from vitrina.simulate.api_data import open_files, releases, yearly
from vitrina.simulate.api_faults import Page
from vitrina.simulate.api_wire import Answer, Request, json_answer, not_found

PROVIDER = "xaltepec"
"""The only provider of the wrapper."""


# ── PDN and Directus ──────────────────────────────────────────────────────────────────────────────────────────────


def _token(core: Core, request: Request) -> Answer:
    if request.fields().get("grant_type") == "refresh_token" and family(request) == "v1":
        raise ConnectionAbortedError  # the reference server crashes on it; so does ours, for this connection only
    return core.tokens.grant(request, family(request))


def _search(core: Core, request: Request, name: str) -> Answer:
    collection = COLLECTIONS[name]
    refused = core.tokens.refuse(request, family(request))
    if refused:
        return refused
    search = api_query.read(request, collection)
    if isinstance(search, Answer):
        return search
    key, rows = core.rows(name, request, lambda: core.data.records.get(name, ()))
    wanted = (key, repr(search.query), repr(search.sort))
    rows = core.made(wanted, lambda: api_query.select(rows, search, collection))
    return _envelope(core.page(request, rows, search.page, search.size))


def _envelope(page: Page) -> Answer:
    pagination = {
        "pageSize": page.size,
        "page": page.number,
        "totalRows": page.total,
        "hasNextPage": page.more,
    }
    return json_answer(200, {"pagination": pagination, "results": page.rows})


def _entities(core: Core, request: Request, name: str) -> Answer:
    refused = core.tokens.refuse(request, "v1")
    return refused or json_answer(200, api_query.entities(core.data.records.get(name, ())))


def _items(core: Core, request: Request, name: str) -> Answer:
    refused = api_directus.refuse(request, core.tokens.account.static_token)
    if refused or name not in core.data.records or name not in V2:
        return refused or api_directus.forbidden()
    page, shape = _directus_page(core, request, name)
    answer: dict[str, Any] = {"data": api_directus.trim(page.rows, request.query.get("fields", ""), shape)}
    counts = {"total_count": len(core.data.records[name]), "filter_count": page.total}
    asked = request.query.get("meta", "")
    if asked:
        answer["meta"] = {k: v for k, v in counts.items() if asked == "*" or k in asked.split(",")}
    return json_answer(200, answer)


def _directus_page(core: Core, request: Request, name: str) -> tuple[Page, api_directus.Shape]:
    window = api_directus.window(request)
    key, rows = core.rows(name, request, lambda: core.data.records[name])

    def shape() -> Mapping[str, Any]:
        known: Mapping[str, Any] = core.made((key, "shape"), lambda: api_directus.shape_of(rows))
        return known

    chosen = sorted((k, v) for k, v in request.pairs if k.startswith("filter") or k in ("sort", "search"))
    condition = api_directus.prepare(request, shape)
    found = core.made((key, repr(chosen)), lambda: api_directus.select(rows, request, condition))
    size = window.size if window.size >= 0 else max(len(found), 1)
    if size == 0 or window.start % size:  # not on a page boundary: no page-level fault applies
        rest = found[window.start : window.start + size]
        return Page(rest, 1, size, len(found), window.start + size < len(found)), shape
    return core.page(request, found, window.start // size + 1, size), shape


def _providers(core: Core, _request: Request) -> Answer:
    return json_answer(200, {"success": True, "data": [{"id": PROVIDER, "name": core.data.publisher}]})


def _wrapped(core: Core, request: Request, name: str, provider: str) -> Answer:
    if provider != PROVIDER or name not in core.data.records or name not in V2:
        return json_answer(400, {"success": False, "error": "Proveedor o colección desconocidos"})
    try:
        page, _ = _directus_page(core, request, name)
    except api_directus.QueryError:
        return json_answer(400, {"success": False, "error": "Consulta inválida"})
    pages = -(-page.total // page.size)
    return json_answer(
        200,
        {
            "success": True, "data": api_directus.trim(page.rows, ".".join("*" * core.wrapper_depth)),
            "meta": {"total_count": len(core.data.records[name]), "filter_count": page.total},
            "pagination": {"page": page.number, "limit": page.size, "totalItems": page.total, "totalPages": pages,
                           "hasNextPage": page.more, "hasPrevPage": page.number > 1},
        },
    )  # fmt: skip


# ── open contracting and files ────────────────────────────────────────────────────────────────────────────


def _s6_search(core: Core, request: Request) -> Answer:
    body = api_query.read(request, _S6)
    if isinstance(body, Answer):
        return body
    key, rows = core.rows("whole", request, lambda: api_open.whole(core.data.processes))
    found = core.made((key, repr(body.query)), lambda: api_open.matching(rows, body.query))
    page = core.page(request, found, body.page, body.size)
    pagination = {"total": page.total, "page": page.number, "pageSize": page.size}
    return json_answer(200, {"pagination": pagination, "data": page.rows})


def _s6_records(core: Core, request: Request) -> Answer:
    refused = core.tokens.refuse(request, "v1")
    body = refused or api_query.read(request, _S6)
    if isinstance(body, Answer):
        return body
    key, rows = core.rows("whole", request, lambda: api_open.whole(core.data.processes))
    found = core.made((key, repr(body.query)), lambda: api_open.matching(rows, body.query))
    page = core.page(request, found, body.page, body.size)
    items = [{"ocid": r.get("ocid", ""), "record": r} for r in page.rows]
    return _envelope(Page(items, page.number, page.size, page.total, page.more))


_S6 = Collection("records", "S6", {}, {}, (), frozenset())


def _package(core: Core, request: Request, member: str) -> Answer:
    source = (lambda: releases(core.data)) if member == "releases" else (
        lambda: [s6.record([dict(r) for r in group]) for group in core.data.processes]
    )  # fmt: skip
    _, rows = core.rows(member, request, source)
    asked = request.query.get("limit", "100")
    size = int(asked) if asked.isdigit() and int(asked) else 100
    head = s6.package_head(core.data.day, core.data.publisher, member)
    page = core.page(request, rows, request.page, size)
    return api_open.package(page, member, head, f"{core.base_url}{request.path}")


def _years(core: Core, _request: Request) -> Answer:
    return api_open.inai_years(core.made("years", lambda: yearly(core.data)))


def _year(core: Core, request: Request, year: str) -> Answer:
    years = core.made("years", lambda: yearly(core.data))
    if year not in years:
        return not_found(request)
    head = s6.package_head(core.data.day, core.data.publisher, year)
    _, rows = core.rows(f"year-{year}", request, lambda: years[year])
    return api_open.inai_year(core.page(request, rows, 1, max(len(rows), 1)).rows, head)


def _ckan(core: Core, _request: Request) -> Answer:
    names = [n for n in core.made("files", lambda: open_files(core.data)) if n.endswith(".gz")]
    return api_open.ckan(names, core.base_url, core.data.day)


def _file(core: Core, request: Request, name: str) -> Answer:
    content: bytes | None = core.made("files", lambda: open_files(core.data)).get(name)
    if content is None:
        return not_found(request)
    if name.endswith(".csv"):
        content = api_faults.spoil_table(content, core.faults.match(request, api_faults.STILL))
    if name.endswith(".csv") and core.faults.match(request, ("empty",)):
        content = content.partition(b"\r\n")[0] + b"\r\n"
    return api_open.file_answer(request, name, content, core.data.day)


def _canary(core: Core, request: Request) -> Answer:
    return api_faults.canary(core.canaries, request)


_V2_NAMES = "([a-z_]+)"
ROUTES: tuple[tuple[str, re.Pattern[str], Callable[..., Answer]], ...] = tuple(
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
