"""OAuth2 password grant as PDN providers understand it (pdn.md §2.2): the client goes in Basic and in the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from vitrina.protocols import answers
from vitrina.protocols.client import Client

_NAMES = ("username", "password", "client_id", "client_secret")


class Token:
    """The Bearer token of one source, asked for when first needed and again when the source refuses it.

    Refresh tokens are never used: one reference server refuses them, another crashes on one.
    """

    def __init__(self, client: Client, options: Mapping[str, Any]) -> None:
        self._client, self._url = client, str(options["token_url"])
        credentials = client.job.credentials
        given = {name: credentials.get(options, name) for name in _NAMES}
        self._form = {"grant_type": "password"} | {k: v for k, v in given.items() if v}
        if options.get("scope"):
            self._form["scope"] = str(options["scope"])
        self._basic = (
            credentials.basic(given["client_id"], given["client_secret"]) if given["client_id"] else ""
        )
        self._value = ""

    def header(self) -> dict[str, str]:
        """Return the Authorization header, asking for a token if there is none yet."""
        if not self._value:
            self._value = self._ask()
        return {"Authorization": f"Bearer {self._value}"}

    def forget(self) -> None:
        """Drop the token: the source no longer takes it."""
        self._value = ""

    def _ask(self) -> str:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._basic:
            headers["Authorization"] = self._basic
        form = urlencode(self._form).encode()
        answer = self._client.json("POST", self._url, headers=headers, content=form, token=True)
        document = answer.document
        token = document.get("access_token") if isinstance(document, Mapping) else None
        if (
            not isinstance(token, str)
            or not token.isascii()
            or not token.isprintable()
            or " " in token
            or not token
        ):
            said = answers.quoted(answers.said(document)) if answers.is_error(document) else ""
            raise self._client.bad(f"el servidor de acceso no dio un token{said}", "Avise a la institución.")
        return self._client.job.credentials.add(token)
