"""One file behind one address, fetched with a wall-clock deadline, a byte budget and proof that it is whole."""

from __future__ import annotations

import ssl
import time
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import httpx2
import stamina
import truststore

from vitrina.config import Settings, secret
from vitrina.errors import BadContentError, ConfigurationError, SourceUnavailableError
from vitrina.model import Source

_TRIES = 4
_CHUNK = 1 << 16


class _TryAgain(SourceUnavailableError):
    """A passing failure (connection, 429, 5xx): worth another try."""


def fetch(source: Source, settings: Settings, target: Path) -> list[Path]:
    """Download [http_file] `url` into *target*; return the one file.

    https only unless `insecure = true`. SourceUnavailableError after 4 tries or at the deadline;
    BadContentError when the body is cut or passes the budget; ConfigurationError for a missing secret.
    """
    options = source.options["http_file"]
    url = options["url"]
    parts = urlsplit(url)
    if parts.scheme != "https" and not options.get("insecure"):
        raise ConfigurationError(
            f"{source.id}: {parts.scheme}:// no es seguro",
            "Use https, o declare insecure = true si no hay otra vía.",
        )
    if settings.offline:
        raise SourceUnavailableError(
            f"{source.id}: la noche corre sin red (--offline)", "Se usa la última copia buena."
        )
    name = PurePosixPath(unquote(parts.path)).name or "datos"
    path = target / name
    headers = {"User-Agent": "Vitrina (portal de datos abiertos)", "Accept-Encoding": "identity"}
    if options.get("token_env"):
        headers["Authorization"] = f"Bearer {secret(options['token_env'])}"
    deadline = time.monotonic() + settings.limits["request_seconds"]
    for attempt in stamina.retry_context(
        on=_TryAgain, attempts=_TRIES, timeout=settings.limits["request_seconds"]
    ):
        with attempt:
            _download(url, headers, path, source, settings.limits["source_bytes"], deadline)
    return [path]


def _download(
    url: str, headers: dict[str, str], path: Path, source: Source, budget: int, deadline: float
) -> None:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    received = 0
    try:
        with (
            httpx2.Client(verify=context, timeout=20, headers=headers) as client,
            client.stream("GET", url) as answer,
            path.open("wb") as out,
        ):
            _check_status(answer, source)
            for block in answer.iter_raw(_CHUNK):
                received += len(block)
                if received > budget:
                    raise BadContentError(
                        f"{source.id}: el archivo pasa de {budget} bytes", "Pida archivos por año."
                    )
                if time.monotonic() > deadline:
                    raise SourceUnavailableError(
                        f"{source.id}: no terminó de llegar a tiempo", "Se intentará mañana."
                    )
                out.write(block)
            length = answer.headers.get("Content-Length")
    except httpx2.HTTPError as error:
        kind = type(error).__name__
        raise _TryAgain(
            f"{source.id}: no respondió ({kind})", "Compruebe la dirección y avise a la institución."
        ) from error
    if length is not None and int(length) != received:
        raise _TryAgain(f"{source.id}: llegaron {received} de {length} bytes", "Se volverá a intentar.")


def _check_status(answer: httpx2.Response, source: Source) -> None:
    if answer.status_code == 200:
        return
    message = f"{source.id}: respondió con el código {answer.status_code}"
    if answer.status_code == 429 or answer.status_code >= 500:
        raise _TryAgain(message, "Compruebe con la institución si su sistema está en mantenimiento.")
    raise SourceUnavailableError(message, "Compruebe la dirección y el permiso de acceso.")
