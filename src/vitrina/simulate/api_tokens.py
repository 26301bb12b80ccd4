"""The token server: OAuth2 password grant, JWT signed with HS256, and the mistakes of both families (pdn.md §2.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from vitrina.simulate.api_wire import Answer, Request, json_answer

Family = Literal["v1", "s1"]
_SECRET = b"clave de firma del servidor simulado"


@dataclass(frozen=True)
class Account:
    """The one user and the one client that the simulated servers know; the static token is for Directus."""

    username: str = "usuario-simulado"
    password: str = "clave-simulada"  # noqa: S105 - public on purpose: it opens nothing real
    client_id: str = "cliente-simulado"
    client_secret: str = "secreto-simulado"  # noqa: S105
    scope: str = "read"
    static_token: str = "token-fijo-simulado"  # noqa: S105


@dataclass
class Tokens:
    """Grants and checks tokens. `epoch` is the second of the year-1970 count at which `clock` stood at zero."""

    epoch: float
    account: Account = field(default_factory=Account)
    expires_in: int = 600
    clock: Callable[[], float] = time.monotonic
    scopes: tuple[str, ...] = ("read", "write")
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def grant(self, request: Request, family: Family) -> Answer:
        """Answer a token request as the S2/S3 (`v1`) or the S1 reference server would."""
        form = request.fields()
        wrong = self._refusal(request, form, family)
        if wrong:
            status, code, message, more = wrong
            if family == "v1":
                return json_answer(status, {"code": str(status), "message": message})
            return json_answer(401, {"code": code, "message": message, "additionalInfo": more})
        answer: dict[str, Any] = {
            "access_token": self._sign(form.get("scope", self.account.scope)),
            "token_type": "Bearer", "expires_in": self.expires_in,
        }  # fmt: skip
        if family == "v1":
            answer |= {
                "refresh_token": hashlib.sha256(answer["access_token"].encode()).hexdigest(),
                "refresh_token_expires_in": 3600, "scope": f"{form['scope']} ",
            }  # fmt: skip
        return json_answer(200, answer)

    def _refusal(
        self, request: Request, form: Mapping[str, str], family: Family
    ) -> tuple[int, str, str, Any] | None:
        account = self.account
        client = _client(request, form)
        if "grant_type" not in form:
            return 401, "e_4002", "Falta grant_type", "grant_type"
        if form["grant_type"] != "password":
            code = "e_4008" if form["grant_type"] == "refresh_token" else "e_4003"
            return 401, code, "Tipo de permiso no admitido", form["grant_type"]
        if client is None:
            return 401, "e_4001", "Faltan los datos del cliente", ["client_id", "client_secret"]
        if client != (account.client_id, account.client_secret):
            return 401, "e_4005", "El cliente no es correcto", "client"
        if not form.get("username") or not form.get("password"):
            return 422, "e_4001", "Faltan los datos del usuario", ["username", "password"]
        if (form["username"], form["password"]) != (account.username, account.password):
            return 401, "e_4005", "Usuario o contraseña incorrectos", "username"
        wanted = form.get("scope", "").split()
        if family == "v1" and not wanted:
            return 422, "", "Falta el alcance (scope)", None
        if any(s not in self.scopes for s in wanted):
            return 422, "e_4007", "Alcance (scope) no concedido", form.get("scope")
        return None

    def _sign(self, scope: str) -> str:
        now = int(self.epoch + self.clock())
        claims = {
            "idUser": "simulado", "jti": str(next(self._numbers)), "scope": scope, "iat": now,
            "exp": now + self.expires_in,
        }  # fmt: skip
        body = f"{_encode(orjson.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_encode(orjson.dumps(claims))}"
        return f"{body}.{_encode(_signature(body))}"

    def refuse(self, request: Request, family: Family) -> Answer | None:
        """Return the answer to a search whose token is missing or wrong; None when the token is good."""
        header = request.headers.get("Authorization", "")
        if not header.startswith("Bearer ") or not header[7:].strip():
            return unauthorized(family, "Falta el token (JWT) en el encabezado")
        claims = self._read(header[7:].strip())
        if isinstance(claims, str):
            return unauthorized(family, claims)
        if claims["exp"] <= self.epoch + self.clock():
            return unauthorized(family, "El token venció; pida otro")
        if family == "s1" and "read" not in str(claims["scope"]).split():
            return unauthorized(family, "El token no permite leer", "e_702")
        return None

    def _read(self, token: str) -> dict[str, Any] | str:
        try:
            body, _, signature = token.rpartition(".")
            given = _decode(signature)
            claims: dict[str, Any] = orjson.loads(_decode(body.split(".")[1]))
        except (ValueError, IndexError, binascii.Error):
            return "jwt malformed"
        if not hmac.compare_digest(given, _signature(body)):
            return "El token fue alterado"
        return claims


def unauthorized(family: Family, message: str, code: str = "e_701") -> Answer:
    """Return the refusal of a search: 401 in S2 and S3, 403 with a code of its own in S1 (pdn.md §2.5)."""
    if family == "v1":
        return json_answer(401, {"code": "401", "message": message})
    return json_answer(403, {"code": code, "message": message, "additionalInfo": "Authorization"})


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str] | None:
    """The client comes by HTTP Basic, in the form, or both; Basic wins."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        try:
            name, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
        except ValueError:
            return None
        return name, secret
    if "client_id" in form:
        return form["client_id"], form.get("client_secret", "")
    return None


def _signature(body: str) -> bytes:
    return hmac.new(_SECRET, body.encode(), hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
