"""Open contracting and plain files: OCDS packages with links, INAI's yearly arrays, PDN S6, CKAN (ocds.md §2.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any

from vitrina.acceptance.standard import folded, values
from vitrina.simulate import s6
from vitrina.simulate.api_faults import Page
from vitrina.simulate.api_wire import Answer, Request, json_answer

_TYPES = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "jsonl": "application/x-ndjson", "gz": "application/gzip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "zip": "application/zip",
}  # fmt: skip


def package(page: Page, member: str, head: Mapping[str, Any], here: str) -> Answer:
    """Return one OCDS package of *member* (releases or records); `links.next` while there is more."""
    links = {}
    if page.more:
        links["next"] = f"{here}?page={page.number + 1}&limit={page.size}"
    if page.number > 1:
        links["prev"] = f"{here}?page={page.number - 1}&limit={page.size}"
    return json_answer(200, {**head, member: page.rows, "links": links})


def inai_years(years: Mapping[str, Sequence[Any]]) -> Answer:
    """Return the years that INAI's tool has."""
    rows = [{"id": n, "year": year, "status": True} for n, year in enumerate(years, 1)]
    return json_answer(200, {"fiscalYears": rows})


def inai_year(releases: Sequence[Any], head: Mapping[str, Any]) -> Answer:
    """Return a year as INAI's tool does: an array of packages, each with one full release."""
    return json_answer(200, {"arrayReleasePackage": [{**head, "releases": [r]} for r in releases]})


def ckan(names: Sequence[str], base: str, day: date) -> Answer:
    """Return a CKAN `package_show` that lists *names* as resources."""
    resources = [
        {"id": hashlib.md5(n.encode(), usedforsecurity=False).hexdigest(), "name": n, "url": f"{base}/files/{n}",
         "format": n.removesuffix(".gz").rpartition(".")[2].upper(), "last_modified": f"{day}T00:00:00"}
        for n in names
    ]  # fmt: skip
    result = {"id": "contrataciones", "name": "contrataciones", "resources": resources}
    return json_answer(200, {"success": True, "result": result})


def file_answer(request: Request, name: str, content: bytes, day: date) -> Answer:
    """Return a file with its ETag and date, or 304 when the client has it already."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    modified = format_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC), usegmt=True)
    headers = {"ETag": tag, "Last-Modified": modified}
    known = request.headers.get("If-None-Match")
    if known == tag or (known is None and request.headers.get("If-Modified-Since") == modified):
        return Answer(304, b"", "", headers)
    return Answer(200, content, _TYPES.get(name.rpartition(".")[2], "application/octet-stream"), headers)


# ── PDN S6 ────────────────────────────────────────────────────────────────────────────────────────────────

_SEARCH = {
    "contract_title": "contracts.title", "tender_title": "tender.title", "ocid": "ocid", "buyer_name": "buyer.name",
    "procurementMethod": "tender.procurementMethod", "supplierName": "awards.suppliers.name",
}  # fmt: skip


def matching(releases: Sequence[Any], query: Mapping[str, Any]) -> Sequence[Any]:
    """Return the releases that meet an S6 search: flat names, or nested ones as paths."""
    tests = [(_SEARCH.get(name, name), folded(str(v))) for name, v in _flat(query) if v not in ("", None, [])]
    if not tests:
        return releases
    return [
        r for r in releases if all(any(v in folded(str(x)) for x in values(r, path)) for path, v in tests)
    ]


def _flat(query: Mapping[str, Any], trail: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in query.items():
        if isinstance(value, Mapping):
            flat += _flat(value, f"{trail}{name}.")
        elif name not in ("page", "pageSize"):
            flat.append((f"{trail}{name}", value))
    return flat


def whole(processes: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return the compiled release of each process."""
    return [s6.compiled([dict(r) for r in releases]) for releases in processes]
