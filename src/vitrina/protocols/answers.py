"""Reading what a failed answer says, whatever its shape (pdn.md §2.5): never assume JSON, a code or a message."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from typing import Any

import httpcore2
import orjson

_LONGEST = 160
_REMEDIES = {
    400: "La pregunta no le gustó: compruebe query, sort y filter en la fuente.",
    401: "Compruebe el usuario, la contraseña o el token y que no hayan caducado.",
    403: "Compruebe el permiso de acceso: algunas fuentes responden así también cuando algo no existe.",
    404: "Compruebe la dirección con la institución.",
    422: "Compruebe page_size, query y scope en la fuente.",
    429: "La fuente pide ir más despacio; se intentará mañana.",
}


def remedy(status: int) -> str:
    """Return what to do about an HTTP status."""
    if status >= 500:
        return "Compruebe con la institución si su sistema está en mantenimiento."
    return _REMEDIES.get(status, "Compruebe la dirección y el permiso de acceso.")


def network(error: Exception) -> tuple[str, str]:
    """Return the message and remedy for a connection that failed."""
    text = str(error)
    if isinstance(error, httpcore2.TimeoutException):
        return "no respondió a tiempo", "Se intentará mañana; si se repite, avise a la institución."
    if "CERTIFICATE" in text.upper() or "certificate" in text:
        return (
            "su certificado TLS no es de fiar (vencido, de otro nombre o sin su cadena)",
            "Avise a la institución; si solo falta un certificado intermedio, declárelo en ca_file.",
        )
    if "SSL" in text.upper():
        return "no se pudo abrir la conexión cifrada", "Avise a la institución."
    return "no respondió (conexión rechazada o nombre desconocido)", "Compruebe la dirección."


def explanation(body: bytes) -> str:
    """Return ": «what the server says»" from an error body, or "" when it says nothing readable."""
    if body.lstrip()[:1] == b"<":
        return ", con una página web"
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return quoted(said(document))


def quoted(text: str) -> str:
    """Return *text* from a source made harmless for a one-line message."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f": «{line[:_LONGEST]}»" if line else ""


def said(document: Any) -> str:
    """Return the code and message of an error object in any of the known dialects, "" if it has none.

    `{code, message, additionalInfo}` (code a string or a number), `{errors: [{message, extensions: {code}}]}`,
    `{error: {code, message}}`, `{success: false, error: "…"}`.
    """
    if isinstance(document, list):
        return said(document[0]) if document else ""
    if isinstance(document, str):
        return document
    if not isinstance(document, Mapping):
        return ""
    for name in ("errors", "error"):
        if document.get(name):
            return said(document[name])
    extensions = document.get("extensions")
    code = document.get("code") or (extensions.get("code") if isinstance(extensions, Mapping) else None)
    parts = [code, document.get("message") or document.get("error_description")]
    return " ".join(str(p) for p in parts if isinstance(p, str | int))


def is_error(document: Any) -> bool:
    """Return whether a 200 answer's document is an error object and not data."""
    if not isinstance(document, Mapping):
        return False
    if any(isinstance(document.get(name), list) for name in ("results", "data", "releases", "records")):
        return bool(document.get("errors")) or document.get("success") is False
    return bool(
        document.get("errors")
        or document.get("error")
        or "code" in document
        or document.get("success") is False
    )


def retry_after(headers: Mapping[str, str], cap: float) -> float | None:
    """Return the seconds that Retry-After asks to wait (at most *cap*), None when it does not.

    A date is measured against the answer's own Date, so that a wrong clock on either side does not matter.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:6]), cap)
    try:
        until = email.utils.parsedate_to_datetime(value)
        now = email.utils.parsedate_to_datetime(headers.get("date", ""))
        return min(max((until - now).total_seconds(), 0.0), cap)
    except (TypeError, ValueError):
        return None
