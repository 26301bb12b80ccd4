"""The run's settings: folders, clock, limits. The only module that reads environment variables or the clock."""

from __future__ import annotations

import os
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from vitrina.errors import ConfigurationError

TIMEZONE = ZoneInfo("America/Mexico_City")
HOME = Path(__file__).resolve().parents[2]
"""The checkout that holds the program, its systems, theme and texts; a portal's root may override each."""


def today() -> date:
    """Return the date in Mexico City; called once per run, at the start."""
    return datetime.now(TIMEZONE).date()


def now() -> datetime:
    """Return this machine's time; only for telling whether its clock can be trusted, never for what is published."""
    return datetime.now(TIMEZONE)


@dataclass(frozen=True)
class Settings:
    """Everything a run needs to know. `root` is the portal's folder, `run_date` the night's date."""

    root: Path
    run_date: date
    offline: bool = False
    home: Path = HOME
    only: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=lambda: dict(LIMITS))

    def part(self, relative: str) -> Path:
        """Return root/*relative* if the portal has its own, else the program's."""
        own = self.root / relative
        return own if own.exists() else self.home / relative

    @property
    def systems(self) -> Path:
        return self.part("data/systems")

    @property
    def sources(self) -> Path:
        return self.root / "data" / "sources"

    @property
    def catalogs(self) -> Path:
        return self.part("data/catalogs")

    @property
    def content(self) -> Path:
        return self.part("content")

    @property
    def theme(self) -> Path:
        return self.part("themes/vitrina")

    @property
    def publishconf(self) -> Path:
        return self.part("publishconf.py")

    @property
    def archive(self) -> Path:
        return self.root / "data" / "archive"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def site(self) -> Path:
        return self.build / "site"

    def identity(self) -> dict[str, Any]:
        """Return the upper-case names of publishconf.py (site name, URL, state, publisher, licence).

        ConfigurationError when the file is missing, fails to run, or lacks SITENAME, SITEURL or IDENTITY.
        """
        path = self.publishconf
        if not path.is_file():
            raise ConfigurationError(
                f"Falta {path.name} en {self.root}", "Copie publishconf.py del programa y cambie sus valores."
            )
        try:
            values = {k: v for k, v in runpy.run_path(str(path)).items() if k.isupper()}
        except Exception as error:  # a settings file is code written by people: any failure is theirs to read
            raise ConfigurationError(f"{path}: {error}", "Corrija el archivo de ajustes.") from error
        for name in ("SITENAME", "SITEURL", "IDENTITY"):
            if name not in values:
                raise ConfigurationError(
                    f"{path}: falta {name}", "Añádalo como en el publishconf.py original."
                )
        return values


LIMITS: dict[str, int] = {
    "source_bytes": 2 * 1024**3,
    "request_seconds": 120,
    "unpacked_bytes": 2 * 1024**3,
    "zip_members": 10_000,
    "zip_ratio": 200,
    "child_memory_bytes": 1024**3,
    "child_seconds": 60,
    "cell_characters": 32_767,
}
"""Budgets per source; a portal overrides none of them silently."""


def settings(
    root: Path | None = None,
    run_date: date | None = None,
    *,
    offline: bool = False,
    only: tuple[str, ...] = (),
) -> Settings:
    """Return the run's settings; *run_date* falls back to VITRINA_RUN_DATE, then to today in Mexico City."""
    if run_date is None:
        named = os.environ.get("VITRINA_RUN_DATE", "")
        try:
            run_date = date.fromisoformat(named) if named else today()
        except ValueError as error:
            raise ConfigurationError(
                f"VITRINA_RUN_DATE={named!r} no es una fecha", "Use AAAA-MM-DD, p. ej. 2026-03-01."
            ) from error
    return Settings(root=(root or Path.cwd()).resolve(), run_date=run_date, offline=offline, only=only)


def secret(name: str) -> str:
    """Return the secret in environment variable *name*; ConfigurationError when it is not set."""
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(
            f"Falta la variable de entorno {name}",
            "Defínala en el servicio nocturno; nunca en un archivo del proyecto.",
        )
    return value


def is_terminal_plain() -> bool:
    """Return whether progress must be plain lines (CI, or NO_COLOR)."""
    return bool(os.environ.get("CI") or os.environ.get("NO_COLOR"))
