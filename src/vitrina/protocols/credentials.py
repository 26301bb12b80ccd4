"""Secrets of a source: read from the environment or a 0600 file, held in memory, and wiped from every text."""

from __future__ import annotations

import base64
import stat
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from vitrina.config import Settings, secret
from vitrina.errors import ConfigurationError
from vitrina.model import Source

MASK = "•••"
_SHORTEST = 3
"""Shorter values are not wiped: they would blank ordinary words (a scope "r", a user "a")."""
_TELLING = 8
"""Only secrets this long are looked for in answers, where a short word may stand by chance."""


class Credentials:
    """The secrets of one source for one night. `clean` must be applied to every text that leaves the protocols."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self._source, self._settings = source, settings
        self._values: set[str] = set()

    def get(self, options: Mapping[str, Any], name: str) -> str:
        """Return the value declared as *name*_env, *name*_file or plain *name*; "" when there is none.

        ConfigurationError: the variable is not set, the file is missing, empty or readable by others.
        """
        if f"{name}_env" in options:
            return self.add(secret(options[f"{name}_env"]))
        if f"{name}_file" in options:
            return self.add(self._from_file(options[f"{name}_file"], name))
        return str(options.get(name, ""))

    def add(self, value: str) -> str:
        """Remember *value* (a secret, or a token just received) as something to wipe; return it."""
        if len(value) >= _SHORTEST:
            self._values.add(value)
        return value

    def basic(self, user: str, password: str) -> str:
        """Return an HTTP Basic header value, itself remembered as a secret."""
        return "Basic " + self.add(base64.b64encode(f"{user}:{password}".encode()).decode())

    def clean(self, text: str) -> str:
        """Return *text* with every secret masked, also in its URL-encoded forms."""
        for value in sorted(self._values, key=len, reverse=True):
            for form in {value, quote(value, safe=""), quote_plus(value)}:
                text = text.replace(form, MASK)
        return text

    def leaked(self, body: bytes) -> bool:
        """Return whether *body* holds one of the secrets: such an answer must not be stored."""
        return any(len(v) >= _TELLING and v.encode() in body for v in self._values)

    def _from_file(self, name: str, key: str) -> str:
        path = self._settings.root / name
        place = f"{self._source.id}: campo {key}_file"
        if not path.is_file():
            raise ConfigurationError(f"{place}: no existe el archivo", "Créelo con permisos 0600.")
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigurationError(f"{place}: otros usuarios pueden leerlo", f"Ejecute chmod 600 {name}.")
        value = path.read_text(encoding="utf-8").strip()
        if not value:
            raise ConfigurationError(f"{place}: el archivo está vacío", "Escriba en él solo el secreto.")
        return value
