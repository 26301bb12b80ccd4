"""What a case asks with: one source, its addresses and credentials, and answers read without judging them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlencode

import orjson

from vitrina.acceptance.standard import Collection

Dialect = Literal["v1", "directus"]
PAGE = 200


@dataclass(frozen=True)
class Reply:
    """One answer. Status 0: none arrived, and `text` says why."""

    status: int
    document: Any = None
    text: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        if not self.status:
            return f"sin respuesta: {self.text}"
        if isinstance(self.document, Mapping) and "code" in self.document:
            return f"{self.status}, código {self.document['code']}"
        return str(self.status)


Ask = Callable[[str, str, Mapping[str, str], bytes | None], Reply]
"""(method, address, headers, body) → answer; never raises for what the source does."""


@dataclass(frozen=True)
class Target:
    """Where a source answers and with what it lets us in."""

    url: str
    token_url: str = ""
    entities_url: str = ""
    username: str = ""
    password: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = ""
    token: str = ""
    """Static token (Directus)."""

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(u for u in (self.token_url, self.url, self.entities_url) if u)


@dataclass
class Probe:
    """One run's questions. Nothing it sends changes anything at the source."""

    target: Target
    collection: Collection
    dialect: Dialect
    ask: Ask
    wait: Callable[[float], None] = lambda _seconds: None
    _token: str = field(default="", init=False)

    # ── tokens ───────────────────────────────────────────────────────────────────────────────────────────

    def grant(self, **changes: str | None) -> Reply:
        """Ask for a token; *changes* replace fields of the form, None leaves one out. The client goes both ways."""
        target = self.target
        form: dict[str, str | None] = {
            "grant_type": "password", "username": target.username, "password": target.password,
            "client_id": target.client_id, "client_secret": target.client_secret, "scope": target.scope or None,
        }  # fmt: skip
        form |= changes
        sent = {name: value for name, value in form.items() if value is not None}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if "client_id" in sent:
            pair = f"{sent['client_id']}:{sent.get('client_secret', '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        return self.ask("POST", target.token_url, headers, urlencode(sent).encode())

    @property
    def token(self) -> str:
        """A good token, asked for once; "" when the source gives none."""
        if self.dialect == "directus":
            return self.target.token
        if not self._token:
            document = self.grant().document
            self._token = str(document.get("access_token", "")) if isinstance(document, Mapping) else ""
        return self._token

    def _headers(self, token: str | None) -> dict[str, str]:
        """None: the good token; "": no header at all."""
        value = self.token if token is None else token
        return {"Authorization": f"Bearer {value}"} if value else {}

    # ── searches ─────────────────────────────────────────────────────────────────────────────────────────

    def search(self, body: Any = None, token: str | None = None) -> Reply:
        """Search (v1): *body* goes as JSON, {} when None. One more token is asked for when the first has expired."""
        reply = self._search(body, token)
        if token is None and reply.status in (401, 403):
            self._token = ""
            reply = self._search(body, token)
        return reply

    def _search(self, body: Any, token: str | None) -> Reply:
        headers = {"Content-Type": "application/json", **self._headers(token)}
        return self.ask("POST", self.target.url, headers, orjson.dumps({} if body is None else body))

    def entities(self, token: str | None = None) -> Reply:
        """Ask for the institutions (v1 `dependencias`)."""
        return self.ask("GET", self.target.entities_url, self._headers(token), None)

    def items(self, query: Mapping[str, Any] | None = None, token: str | None = None, url: str = "") -> Reply:
        """Read a Directus collection with the parameters in *query*."""
        address = url or self.target.url
        return self.ask(
            "GET", f"{address}?{urlencode(query)}" if query else address, self._headers(token), None
        )

    # ── what the cases stand on ──────────────────────────────────────────────────────────────────────────

    @cached_property
    def sample(self) -> list[Any]:
        """The first records, as many as one page can have; [] when the source gives none."""
        if self.dialect == "v1":
            return rows(self.search({"page": 1, "pageSize": PAGE}))
        return rows(self.items({"fields": "*.*.*.*.*", "limit": PAGE, "meta": "*", "sort": "fecha"}))

    @cached_property
    def total(self) -> int:
        """How many records the source says it has."""
        if self.dialect == "v1":
            return int(pagination(self.search({"page": 1, "pageSize": 1})).get("totalRows", 0))
        return int(meta(self.items({"limit": 1, "meta": "*"})).get("filter_count", 0))


def rows(reply: Reply) -> list[Any]:
    """Return the records of an answer, [] when it has none."""
    document = reply.document if isinstance(reply.document, Mapping) else {}
    found = document.get("results", document.get("data"))
    return found if reply.status == 200 and isinstance(found, list) else []


def pagination(reply: Reply) -> Mapping[str, Any]:
    """Return the `pagination` of an answer, {} when it has none."""
    return _member(reply, "pagination")


def meta(reply: Reply) -> Mapping[str, Any]:
    """Return the `meta` of an answer, {} when it has none."""
    return _member(reply, "meta")


def _member(reply: Reply, name: str) -> Mapping[str, Any]:
    found = reply.document.get(name) if isinstance(reply.document, Mapping) else None
    return found if isinstance(found, Mapping) else {}
