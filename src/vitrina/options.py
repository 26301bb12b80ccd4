"""Options that several commands share, and the settings they lead to."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from vitrina import config
from vitrina.errors import UsageError

Root = Annotated[Path, typer.Option("--root", help="Carpeta del portal.", show_default="la actual")]
RunDate = Annotated[
    str, typer.Option("--run-date", help="Fecha de la noche, AAAA-MM-DD.", show_default="hoy")
]
Only = Annotated[list[str] | None, typer.Option("--only", help="Solo este sistema (puede repetirse).")]
Json = Annotated[bool, typer.Option("--json", help="Resultado en JSON, para máquinas.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Sin avance; solo errores.")]


def settings_of(root: Path, run_date: str, **more: Any) -> config.Settings:
    """Return the settings of the portal at *root*; UsageError when the date or the folder is not one."""
    try:
        day = date.fromisoformat(run_date) if run_date else None
    except ValueError as error:
        raise UsageError(
            f"--run-date {run_date!r} no es una fecha", "Use AAAA-MM-DD, p. ej. 2026-03-01."
        ) from error
    if not root.is_dir():
        raise UsageError(f"No existe la carpeta {root}", "Use --root con la carpeta de un portal.")
    return config.settings(root, day, **more)
