"""Commands about sources that answer over HTTP: their acceptance sheet, and the simulated API to rehearse with."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from vitrina import registry
from vitrina.errors import EXIT_OK, EXIT_REFUSED, UsageError
from vitrina.options import Json, Root, RunDate, settings_of

source_app = typer.Typer(help="Probar una fuente antes de conectarla.", no_args_is_help=True)


@source_app.callback()
def _source() -> None:
    """Probar una fuente antes de conectarla."""


@source_app.command("test")
def source_test(
    source: Annotated[str, typer.Argument(help="Fuente (id) de data/sources.")],
    stress: Annotated[
        bool, typer.Option("--stress", help="Añade unas cuarenta consultas seguidas y a la vez.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Escribe también la hoja para imprimir.")
    ] = None,
    level: Annotated[str, typer.Option("--level", help="Nivel: federal, estatal, municipal…")] = "",
    environment: Annotated[
        str, typer.Option("--environment", help="Ambiente: desarrollo, pruebas, producción.")
    ] = "",
    as_json: Json = False,
    root: Root = Path(),
    run_date: RunDate = "",
) -> None:
    """Hace la hoja de pruebas de una fuente: seguridad, paginación, consulta, orden y esquema. Solo lee.

    Termina con 0 si todas pasan y con 20 si no. Ejemplo: vitrina source test finanzas-s2 --html hoja.html
    """
    from vitrina import acceptance  # the night does not need it

    settings = settings_of(root, run_date)
    known = {s.id: s for s in registry.load_sources(settings, registry.load_systems(settings))}
    if source not in known:
        raise UsageError(f"No existe la fuente {source!r}", f"Use una de: {', '.join(sorted(known))}.")
    dots = sys.stderr.isatty()
    sheet = acceptance.run(
        known[source], settings, stress, level=level, environment=environment,
        progress=lambda r: print("·" if r.passed is not False else "x", end="", file=sys.stderr, flush=True)
        if dots else None,
    )  # fmt: skip
    if dots:
        print(file=sys.stderr)
    if html:
        html.write_text(sheet.as_html(), encoding="utf-8")
    print(json.dumps(sheet.as_dict(), ensure_ascii=False, indent=2) if as_json else sheet.as_text())
    raise typer.Exit(EXIT_REFUSED if sheet.failed else EXIT_OK)


def simulate_api(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Puerto local; 0: uno libre.")] = 8900,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="Falla: tipo[,path=…][,page=N][,times=N][,value=X] (puede repetirse)."),
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=100_000, help="Registros por colección.")] = 120,
    seed: Annotated[int, typer.Option("--seed", help="Misma semilla, mismos datos.")] = 1,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root", help="Escribe aquí un portal de prueba que lee esta API.", show_default="ninguno"
        ),
    ] = None,
    run_date: RunDate = "",
) -> None:
    """Sirve en este equipo una API con los estándares de la PDN y datos sintéticos, sana o con fallas.

    Ejemplo: vitrina simulate api --root /tmp/prueba --fault cut-length,path=/v1/spic,page=2,value=0.5
    """
    from vitrina.simulate import api, api_data, api_faults, demo

    faults = [api_faults.parse(text) for text in fault or ()]
    day = settings_of(Path(), run_date).run_date
    data = {name: part.public() for name, part in demo.datasets(day, rows, seed).items()}
    data[""] = api_data.simulated(day, rows, seed).public()
    try:
        server = api.make_server(data, port, faults)
    except OSError as error:
        raise UsageError(f"El puerto {port} está ocupado", "Use otro: --port 0 elige uno libre.") from error
    with server.running():
        if root:
            demo.write_root(root, server.base_url, years=api_data.yearly(data["archivos"]))
        print(demo.describe(server), flush=True)
        if root:
            print(f"  portal de prueba: vitrina source test api-s2-v1 --root {root}", flush=True)
        _wait_for_the_end()
    print("Terminó.")


def _wait_for_the_end() -> None:
    """Wait for Ctrl+C or a polite end; set by hand because a shell's background jobs are born ignoring Ctrl+C."""
    ended = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    ended.wait()


@contextmanager
def demo_portal(root: Path, run_date: str, *, quiet: bool) -> Iterator[Path]:
    """Yield a portal fed by the simulated API, which answers while the block lasts: at *root*, or in a temporary folder.

    UsageError when *root* already has sources of its own. The folder stays, so that the portal can be seen.
    """
    from vitrina.simulate import demo

    chosen = root if root != Path() else Path(tempfile.mkdtemp(prefix="vitrina-demo-"))
    chosen.mkdir(parents=True, exist_ok=True)
    with demo.served(chosen, settings_of(chosen, run_date).run_date) as server:
        if not quiet:
            print(f"API simulada en {server.base_url}; portal de prueba en {chosen}", file=sys.stderr)
        yield chosen
    if not quiet:
        print(f"Para verlo: vitrina serve --root {chosen}", file=sys.stderr)
