"""The search by POST shared by PDN dialects: token, page and pageSize, `{pagination, results}` (pdn.md §2.3-2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import orjson

from vitrina.protocols import answers
from vitrina.protocols.base import Job, Received
from vitrina.protocols.client import Answer, Client
from vitrina.protocols.oauth import Token
from vitrina.protocols.paging import Ids, Page, id_at, read_all, whole_number


class Door(Protocol):
    """Whatever puts the Authorization header and can be asked to renew it."""

    def header(self) -> dict[str, str]: ...
    def forget(self) -> None: ...


class Fixed:
    """A static token, or none."""

    def __init__(self, client: Client, options: Mapping[str, Any]) -> None:
        token = client.job.credentials.get(options, "token")
        self._header = {"Authorization": f"Bearer {token}"} if token else {}

    def header(self) -> dict[str, str]:
        return self._header

    def forget(self) -> None:
        """A static token cannot be renewed: the second refusal is final."""


def door(client: Client) -> Door:
    """Return OAuth2 when the source declares `token_url`, else its static token or nothing."""
    options = client.job.options
    return Token(client, options) if options.get("token_url") else Fixed(client, options)


def with_token(client: Client, access: Door, method: str, url: str, content: bytes | None = None) -> Answer:
    """Ask once; 401 and 403 alike mean "get a new token", once, and then the refusal is final."""
    kind = {"Content-Type": "application/json"} if content is not None else {}
    renewable = isinstance(access, Token)
    answer = client.json(
        method, url, headers=kind | access.header(), content=content,
        accept=(200, 401, 403) if renewable else (200,),
    )  # fmt: skip
    if answer.status != 200:
        access.forget()
        answer = client.json(method, url, headers=kind | access.header(), content=content)
    if answers.is_error(answer.document):
        said = answers.quoted(answers.said(answer.document))
        raise client.down(f"contestó con un mensaje de error{said}", "Avise a la institución.")
    return answer


_by_id = id_at("id")


def fetch(job: Job, page_size: int, id_of: Ids = _by_id) -> Received:
    """Read [protocol] `search_url` to its end, and `dependencias_url` if declared (as an extra of the snapshot).

    With `dependencias_url` and no `search_url`, the institutions are the source's records.
    """
    options = job.options
    with Client(job) as client:
        access = door(client)
        if not options.get("search_url"):
            path = _dependencias(client, access)
            return Received((path,), requests=client.requests, status=200)
        received = read_all(client, lambda number, _: _page(client, access, number, page_size), id_of)
        extras = (_dependencias(client, access),) if options.get("dependencias_url") else ()
        return replace(received, extras=extras, requests=client.requests)


def _page(client: Client, access: Door, number: int, page_size: int) -> Page:
    options = client.job.options
    body: dict[str, Any] = {"page": number, "pageSize": int(options.get("page_size", page_size))}
    body |= {name: options[name] for name in ("query", "sort") if options.get(name)}
    answer = with_token(client, access, "POST", options["search_url"], orjson.dumps(body))
    return read_envelope(client, answer)


def read_envelope(client: Client, answer: Answer) -> Page:
    """Return the page in `{pagination: {totalRows | total, hasNextPage?}, results | data}`; BadContentError if not one."""
    document = answer.document
    envelope = document if isinstance(document, Mapping) else {}
    pagination = envelope.get("pagination")
    rows = envelope.get("results", envelope.get("data"))
    total = None
    if isinstance(pagination, Mapping):
        total = whole_number(pagination.get("totalRows", pagination.get("total")))
    if not isinstance(rows, list) or not isinstance(pagination, Mapping) or total is None:
        raise client.bad(
            "la respuesta no trae pagination.totalRows y results",
            "La dirección no es de una búsqueda de la PDN.",
        )
    more = pagination.get("hasNextPage")
    return Page(answer.body, document, rows, total, more if isinstance(more, bool) else None)


def _dependencias(client: Client, access: Door) -> Path:
    answer = with_token(client, access, "GET", client.job.options["dependencias_url"])
    if not isinstance(answer.document, list):
        raise client.bad("las dependencias no son una lista", "Compruebe dependencias_url.")
    path = client.job.folder / "dependencias.json"
    path.write_bytes(answer.body)
    return path
