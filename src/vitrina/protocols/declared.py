"""What a source's declaration says about addresses and secrets, checked before any socket is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from vitrina.config import Settings
from vitrina.errors import ConfigurationError
from vitrina.model import Source
from vitrina.protocols.credentials import Credentials

_SECRET = re.compile(r"(password|passwd|secret|token|contrasena|api[_-]?key|^key|^auth)", re.IGNORECASE)
_RESERVED = "rfcSolicitante"
"""Asking in someone's name makes a PDN source answer reserved data: never sent (pdn.md §2.3)."""


def urls(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield every address of a protocol's table: the keys that end in url or urls."""
    for key, value in options.items():
        if key.endswith("url") and isinstance(value, str):
            yield value
        elif key.endswith("urls") and isinstance(value, list):
            yield from value


def host(url: str) -> str:
    """Return the host of *url* in lower case without the final dot, "" when it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def origin(url: str) -> tuple[str, str, int | None]:
    """Return (scheme, host, port): what a secret is tied to."""
    try:
        parts = urlsplit(url)
        return parts.scheme, host(url), parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", "", None


def joined(base: str, target: str) -> str:
    """Return *target* (a link or a redirect found at *base*) as a whole address, "" when it cannot be one."""
    try:
        return urljoin(base, target)
    except ValueError:
        return ""


def hosts(options: Mapping[str, Any]) -> frozenset[str]:
    """Return the hosts that may be contacted: those of the declared addresses and `allow_hosts`."""
    return frozenset({host(u) for u in urls(options)} | {h.lower() for h in options.get("allow_hosts", ())})


def problem(url: str, *, insecure: bool) -> str:
    """Return why *url* may not be used, "" when it may."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "está mal escrita"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "no es https"
    if parts.scheme == "http" and not insecure:
        return "http:// no es seguro; use https o declare insecure = true"
    if parts.username is not None or parts.password is not None:
        return "lleva usuario o contraseña"
    return ""


def check(source: Source, settings: Settings, credentials: Credentials) -> None:
    """Raise ConfigurationError for what can be known to be wrong before the night starts (exit 30).

    Addresses that are not https without `insecure`, or carry a secret; variables not set; secret files missing or
    open to others; a CA file that is missing; a query in someone's name.
    """
    options = source.options.get(source.protocol, {})
    for url in urls(options):
        _check_url(source, url, insecure=bool(options.get("insecure")))
    if _named(options.get("query"), _RESERVED) or _named(options.get("filter"), _RESERVED):
        raise ConfigurationError(
            f"{source.id}: {_RESERVED} pide datos reservados", "Quítelo: un portal público no debe pedirlos."
        )
    if options.get("ca_file") and not (settings.root / options["ca_file"]).is_file():
        raise ConfigurationError(
            f"{source.id}: no existe ca_file", "Copie ahí el certificado de la autoridad."
        )
    if not settings.offline:
        for key in sorted(options):
            for ending in ("_env", "_file"):
                if key.endswith(ending) and key != "ca_file":
                    credentials.get(options, key.removesuffix(ending))


def _check_url(source: Source, url: str, *, insecure: bool) -> None:
    wrong = problem(url, insecure=insecure)
    if not wrong:
        keys = [k for k, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
        wrong = next((f"lleva un secreto ({k})" for k in keys if _SECRET.search(k)), "")
    if wrong:
        raise ConfigurationError(
            f"{source.id}: una dirección {wrong}" if wrong.startswith("lleva") else f"{source.id}: {wrong}",
            "Corrija la dirección; los secretos van en variables de entorno (…_env).",
        )


def _named(value: Any, name: str) -> bool:
    if isinstance(value, Mapping):
        return any(k == name or _named(v, name) for k, v in value.items())
    return isinstance(value, list) and any(_named(v, name) for v in value)
