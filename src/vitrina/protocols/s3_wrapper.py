"""The national aggregator of S3 v2: GET by page and limit, no token of its own (pdn.md §4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from vitrina.protocols import answers
from vitrina.protocols.base import Job, Received
from vitrina.protocols.client import Client
from vitrina.protocols.paging import Page, id_at, read_all, whole_number
from vitrina.protocols.search import Fixed

PAGE_SIZE = 200


def fetch(job: Job) -> Received:
    """Read [s3_wrapper] `url` (one collection of one provider) to its end; SourceError when it is not all there."""
    with Client(job) as client:
        access = Fixed(client, job.options)
        return read_all(client, lambda number, _: _page(client, access, number), id_at("id"))


def _page(client: Client, access: Fixed, number: int) -> Page:
    options = client.job.options
    query = urlencode({"page": number, "limit": options.get("page_size", PAGE_SIZE)})
    url = f"{options['url']}{'&' if '?' in options['url'] else '?'}{query}"
    # It answers 400 also when the provider behind it is down for a moment.
    answer = client.json("GET", url, headers=access.header(), passing=(400,))
    document = answer.document if isinstance(answer.document, Mapping) else {}
    if answers.is_error(document):
        raise client.down(
            f"contestó con un mensaje de error{answers.quoted(answers.said(document))}",
            "Avise a la institución.",
        )
    pagination, meta, rows = document.get("pagination"), document.get("meta"), document.get("data")
    total = whole_number(pagination.get("totalItems")) if isinstance(pagination, Mapping) else None
    if total is None and isinstance(meta, Mapping):
        total = whole_number(meta.get("filter_count"))
    if not isinstance(rows, list) or total is None:
        raise client.bad("la respuesta no trae data y pagination.totalItems", "Compruebe la dirección.")
    more = pagination.get("hasNextPage") if isinstance(pagination, Mapping) else None
    return Page(answer.body, answer.document, rows, total, more if isinstance(more, bool) else None)
