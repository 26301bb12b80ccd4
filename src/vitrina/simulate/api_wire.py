"""A request and an answer, as the simulated API's parts hand them to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson


@dataclass(frozen=True)
class Request:
    """One request, as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def query(self) -> dict[str, str]:
        return dict(self.pairs)

    @property
    def is_form(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")

    def fields(self) -> dict[str, str]:
        """Return the body's fields, sent as a form or as JSON; {} when it is neither."""
        if self.is_form:
            return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            body = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return {k: str(v) for k, v in body.items()} if isinstance(body, dict) else {}

    @property
    def page(self) -> int:
        """The page asked for, counted from 1, whatever the dialect calls it."""
        asked = self.fields() if self.method == "POST" else self.query
        try:
            if "offset" in asked and "limit" in asked and int(asked["limit"]) > 0:
                return int(asked["offset"]) // int(asked["limit"]) + 1
            return max(1, int(asked.get("page", 1)))
        except ValueError:
            return 1


@dataclass
class Answer:
    """One answer before it is put on the wire."""

    status: int = 200
    body: bytes = b""
    type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(status: int, value: Any) -> Answer:
    """Return *value* as a JSON answer."""
    return Answer(status, orjson.dumps(value))


def not_found(request: Request) -> Answer:
    """Return the HTML page with which v1 servers answer an unknown path or method (pdn.md §2.5)."""
    page = f"<!DOCTYPE html>\n<html><head><title>Error</title></head><body>No existe {request.method}</body></html>\n"
    return Answer(404, page.encode(), "text/html; charset=utf-8")
