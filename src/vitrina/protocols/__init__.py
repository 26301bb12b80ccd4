"""How bytes arrive: one module per protocol, one function `fetch` each. Only these and stages/pull open sockets."""

from __future__ import annotations

from collections.abc import Callable

from vitrina.config import Settings
from vitrina.errors import ConfigurationError
from vitrina.model import Source
from vitrina.protocols import (
    declared,
    directus,
    folder,
    http_file,
    ocds_api,
    pdn_s1,
    pdn_s6,
    pdn_v1,
    s3_wrapper,
)
from vitrina.protocols.base import Gate, Job, Received
from vitrina.protocols.credentials import Credentials

__all__ = ["PROTOCOLS", "Credentials", "Gate", "Job", "Received", "prepare"]

Fetch = Callable[[Job], Received]
"""The files received, proven whole. Raises SourceError; every text of it is already free of secrets."""

PROTOCOLS: dict[str, Fetch] = {
    "directus": directus.fetch,
    "folder": folder.fetch,
    "http_file": http_file.fetch,
    "ocds_api": ocds_api.fetch,
    "pdn_s1": pdn_s1.fetch,
    "pdn_s6": pdn_s6.fetch,
    "pdn_v1": pdn_v1.fetch,
    "s3_wrapper": s3_wrapper.fetch,
}


def prepare(source: Source, settings: Settings) -> Credentials:
    """Return the source's credentials after checking all that can be known before opening a socket.

    ConfigurationError: unknown protocol, a secret that is missing or written in an address, an unsafe address.
    """
    if source.protocol not in PROTOCOLS:
        raise ConfigurationError(
            f"{source.id}: no existe el protocolo {source.protocol!r}", f"Use uno de: {', '.join(PROTOCOLS)}."
        )
    credentials = Credentials(source, settings)
    declared.check(source, settings, credentials)
    return credentials
