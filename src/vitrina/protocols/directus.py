"""Directus, the server of S2 v2 and S3 v2: GET with a static token, limit and offset (pdn.md §3.2, §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import orjson

from vitrina.protocols.base import Job, Received
from vitrina.protocols.client import Client
from vitrina.protocols.paging import Page, id_at, read_all, whole_number
from vitrina.protocols.search import Fixed, with_token

PAGE_SIZE = 200
FIELDS = "*.*.*.*.*"
"""Five levels: with fewer, amounts and terms come back as bare numbers of other tables."""
SORT = "date_created"
"""Without a sort the order changes between pages; this one is taken even where the role cannot read the column."""


def fetch(job: Job) -> Received:
    """Read the collection at [directus] `url` to its end; SourceError when it is not all there."""
    with Client(job) as client:
        access = Fixed(client, job.options)
        return read_all(client, lambda _, offset: _page(client, access, offset), id_at("id"))


def _page(client: Client, access: Fixed, offset: int) -> Page:
    options = client.job.options
    query = {
        "fields": options.get("fields", FIELDS), "meta": "*", "limit": options.get("page_size", PAGE_SIZE),
        "offset": offset, "sort": options.get("sort", SORT),
    }  # fmt: skip
    if options.get("filter"):
        query["filter"] = orjson.dumps(options["filter"]).decode()
    url = f"{options['url']}{'&' if '?' in options['url'] else '?'}{urlencode(query, safe='*.,')}"
    answer = with_token(client, access, "GET", url)
    document = answer.document if isinstance(answer.document, Mapping) else {}
    meta, rows = document.get("meta"), document.get("data")
    total = whole_number(meta.get("filter_count")) if isinstance(meta, Mapping) else None
    if not isinstance(rows, list) or total is None:
        raise client.bad(
            "la respuesta no trae data y meta.filter_count",
            "La dirección no es de una colección de Directus.",
        )
    return Page(answer.body, answer.document, rows, total)
