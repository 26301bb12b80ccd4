"""Security cases: the token server, and searches that must be refused (pdn.md §2.2, §2.5, §7)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from vitrina.acceptance.cases import Case, Finding, all_true, not_applicable, refused
from vitrina.acceptance.probe import Probe, Reply
from vitrina.acceptance.standard import reserved

_LONGEST_WAIT = 5
"""Seconds that a sheet waits for a token to expire; longer lives are judged by what the token says."""


def cases(directus: bool) -> Iterator[Case]:
    """Yield the security cases of a dialect."""
    yield Case("SEG-01", "seguridad", "Direcciones cifradas", "—", "https en todas las direcciones", _https)
    if not directus:
        yield from _token_cases()
    yield from _search_cases(directus)
    yield Case(
        "SEG-30", "seguridad", "Sin datos reservados", "búsqueda sin rfcSolicitante",
        "ningún dato reservado en los registros", _no_reserved,
    )  # fmt: skip


def _https(probe: Probe) -> Finding:
    open_urls = [u for u in probe.target.urls if not u.startswith("https://")]
    if not open_urls:
        return Finding(True, "https en todas")
    local = all(u.startswith(("http://127.", "http://localhost", "http://[::1]")) for u in open_urls)
    return Finding(local, "http, solo dentro de este equipo" if local else f"sin cifrar: {len(open_urls)}")


def _token_cases() -> Iterator[Case]:
    yield Case(
        "SEG-02", "seguridad", "Token con datos correctos", "grant_type=password con usuario y cliente",
        "200 con access_token, token_type y expires_in", _good_grant,
    )  # fmt: skip
    yield Case(
        "SEG-03", "seguridad", "Vigencia del token", "token recién pedido",
        "expires_in coincide con la vigencia escrita en el token", _lifetime,
    )  # fmt: skip
    wrong: tuple[tuple[str, str, dict[str, str | None]], ...] = (
        ("Usuario desconocido", "username que no existe", {"username": "nadie-con-este-nombre"}),
        ("Contraseña incorrecta", "password equivocada", {"password": "no-es-esta"}),
        ("Cliente desconocido", "client_id que no existe", {"client_id": "nadie-con-este-nombre"}),
        ("Secreto del cliente incorrecto", "client_secret equivocado", {"client_secret": "no-es-este"}),
        ("Sin cliente", "sin client_id ni client_secret", {"client_id": None, "client_secret": None}),
        ("Sin usuario", "sin username", {"username": None}),
        ("Sin contraseña", "sin password", {"password": None}),
        ("Sin tipo de permiso", "sin grant_type", {"grant_type": None}),
        (
            "Tipo de permiso no admitido",
            "grant_type=client_credentials",
            {"grant_type": "client_credentials"},
        ),
    )
    for number, (name, sends, changes) in enumerate(wrong, 4):
        check = partial(_bad_grant, changes=changes)
        yield Case(f"SEG-{number:02}", "seguridad", name, sends, "400, 401 o 422 y ningún token", check)


def _good_grant(probe: Probe) -> Finding:
    reply = probe.grant()
    document = reply.document if isinstance(reply.document, Mapping) else {}
    missing = [n for n in ("access_token", "token_type", "expires_in") if not document.get(n)]
    if reply.status != 200 or missing:
        return Finding(False, f"{reply}; falta: {', '.join(missing) or 'nada'}")
    kind = str(document["token_type"]).lower() == "bearer"
    lasts = isinstance(document["expires_in"], int) and document["expires_in"] > 0
    return Finding(kind and lasts, f"200, {document['token_type']}, {document['expires_in']} s")


def _lifetime(probe: Probe) -> Finding:
    document = probe.grant().document
    document = document if isinstance(document, Mapping) else {}
    claims = _claims(str(document.get("access_token", "")))
    if "exp" not in claims or "iat" not in claims:
        return not_applicable("el token no dice su vigencia")
    inside = claims["exp"] - claims["iat"]
    told = document.get("expires_in")
    return Finding(
        isinstance(told, int) and abs(inside - told) <= 1, f"anunciada {told} s, escrita {inside} s"
    )


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


def _bad_grant(probe: Probe, changes: dict[str, str | None]) -> Finding:
    reply = probe.grant(**changes)
    given = isinstance(reply.document, Mapping) and "access_token" in reply.document
    return Finding(reply.status in (400, 401, 422) and not given, f"{reply}{', con token' if given else ''}")


def _search_cases(directus: bool) -> Iterator[Case]:
    tokens = (
        ("Sin token", "sin encabezado Authorization"),
        ("Token mal formado", "un texto cualquiera como token"),
    )
    places = ("búsqueda",) if directus else ("búsqueda", "dependencias")
    number = 13
    for place in places:
        for kind, (name, sends) in enumerate(tokens):
            check = partial(_bad_token, kind=kind, place=place)
            yield Case(
                f"SEG-{number}", "seguridad", f"{name} ({place})", f"{place}, {sends}", "401 o 403", check
            )
            number += 1
    if directus:
        yield Case(
            "SEG-17",
            "seguridad",
            "Colección desconocida",
            "una colección que no existe",
            "403 o 404",
            _unknown,
        )
        return
    for name, sends, kind in (
        ("Token alterado", "token con la firma cambiada", 2),
        ("Token con la vigencia alterada", "token con otra fecha de vencimiento y la misma firma", 3),
    ):
        check = partial(_bad_token, kind=kind, place="búsqueda")
        yield Case(f"SEG-{number}", "seguridad", name, sends, "401 o 403", check)
        number += 1
    yield Case(
        f"SEG-{number}", "seguridad", "Token vencido", "token después de expires_in", "401 o 403", _expired
    )


def _bad_token(probe: Probe, kind: int, place: str) -> Finding:
    if place == "dependencias" and not probe.target.entities_url:
        return not_applicable("la fuente no tiene dependencias")
    if kind >= 2 and not _claims(probe.token):
        return not_applicable("el token no es un JWT")
    token = ("", "esto-no-es-un-token", _resigned(probe.token), _prolonged(probe.token))[kind]
    if probe.dialect == "directus":
        reply = probe.items({"limit": 1}, token)
    else:
        reply = probe.entities(token) if place == "dependencias" else probe.search({"pageSize": 1}, token)
    return refused(reply, 401, 403)


def _resigned(token: str) -> str:
    """The token with its signature's first letter changed."""
    body, _, signature = token.rpartition(".")
    return f"{body}.{'A' if signature[:1] != 'A' else 'B'}{signature[1:]}"


def _prolonged(token: str) -> str:
    claims = _claims(token)
    if not claims:
        return token
    head, _, signature = token.split(".")
    claims["exp"] = claims.get("exp", 0) + 86_400
    body = base64.urlsafe_b64encode(orjson.dumps(claims)).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def _expired(probe: Probe) -> Finding:
    document = probe.grant().document
    document = document if isinstance(document, Mapping) else {}
    lasts = document.get("expires_in")
    if not isinstance(lasts, int) or lasts > _LONGEST_WAIT:
        return not_applicable(f"el token dura {lasts} s; pida en desarrollo uno de {_LONGEST_WAIT} s o menos")
    probe.wait(lasts + 1)
    return refused(probe.search({"pageSize": 1}, str(document.get("access_token", ""))), 401, 403)


def _unknown(probe: Probe) -> Finding:
    base = probe.target.url.rpartition("/")[0]
    reply: Reply = probe.items(url=f"{base}/coleccion_que_no_existe")
    return refused(reply, 403, 404)


def _no_reserved(probe: Probe) -> Finding:
    found = all_true(
        (not paths, f"reservado: {', '.join(paths[:5])}")
        for paths in (reserved(r, probe.collection) for r in probe.sample)
    )
    if not probe.sample:
        return Finding(False, "la fuente no dio registros")
    return found if not found.passed else Finding(True, f"ninguno en {len(probe.sample)} registros")
