"""Commands that make synthetic data: one system's records, the committed samples, and an API that serves them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitrina import cli_api, simulate
from vitrina.errors import UsageError
from vitrina.options import Root, RunDate, settings_of

simulate_app = typer.Typer(help="Datos sintéticos para probar el portal.", no_args_is_help=True)
simulate_app.command("api")(cli_api.simulate_api)


@simulate_app.command("data")
def simulate_data(
    system: Annotated[str, typer.Option("--system", help="Sistema (slug).")],
    out: Annotated[Path, typer.Option("--out", help="Carpeta en la que se escriben los archivos.")],
    rows: Annotated[int, typer.Option("--rows", min=1, max=10_000_000, help="Registros.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Misma semilla, mismos bytes.")] = 1,
    layout: Annotated[
        str, typer.Option("--layout", help="Estándar de los registros; vacío: el más común.")
    ] = "",
    run_date: RunDate = "",
) -> None:
    """Escribe registros sintéticos de un sistema como los enviaría una institución.

    Ejemplo: vitrina simulate data --system s2-servidores --rows 1000 --seed 7 --out /tmp/s2
    """
    if system not in simulate.systems():
        raise UsageError(f"No se sabe simular {system!r}", f"Use uno de: {', '.join(simulate.systems())}.")
    settings = settings_of(Path(), run_date)
    out.mkdir(parents=True, exist_ok=True)
    for path in simulate.write_system(system, rows, seed, out, settings.run_date, layout):
        print(path)


@simulate_app.command("samples")
def simulate_samples(root: Root = Path(), seed: int = 1, run_date: RunDate = "") -> None:
    """Escribe de nuevo las muestras de data/samples. Ejemplo: vitrina simulate samples --run-date 2026-11-20"""
    settings = settings_of(root, run_date)
    simulate.write_samples(settings.root, settings.run_date, seed)
