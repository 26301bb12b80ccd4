"""The command line: one command per stage, plus build, serve, status and simulate. The only place that exits."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from vitrina import build as night_build
from vitrina import clerk, cli_api, cli_report, cli_simulate, cli_status, config, registry, scaffold, weather
from vitrina.errors import EXIT_STORAGE, UsageError, VitrinaError
from vitrina.options import Json, Only, Quiet, Root, RunDate
from vitrina.options import settings_of as _settings
from vitrina.storage import read_json_or

app = typer.Typer(
    help="Vitrina: publica cada noche los datos anticorrupción de un estado como sitio estático.",
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
)  # fmt: skip
app.add_typer(cli_simulate.simulate_app, name="simulate")
app.add_typer(cli_api.source_app, name="source")
app.add_typer(cli_report.report_app, name="report")

_TITLES = {
    "pull": "Traer las fuentes", "normalize": "Normalizar", "check": "Revisar", "compare": "Comparar con lo publicado",
    "package": "Empaquetar", "index": "Indexar", "render": "Dibujar las páginas", "publish": "Publicar",
}  # fmt: skip


def main() -> None:
    """Run the command line; every VitrinaError ends here, as one clear message and its exit code."""
    try:
        app(standalone_mode=True)
    except VitrinaError as error:
        _complain(error.message, error.remedy)
        sys.exit(error.exit_code)
    except OSError as error:
        _complain(f"{error.filename or 'disco'}: {error.strerror or error}", "Revise espacio y permisos.")
        sys.exit(EXIT_STORAGE)


def _complain(message: str, remedy: str) -> None:
    print(f"ERROR: {message}", file=sys.stderr)
    if remedy:
        print(f"  Qué hacer: {remedy}", file=sys.stderr)


def _night(settings: config.Settings, *, quiet: bool) -> night_build.Night:
    night = night_build.open_night(settings)
    if not quiet:
        night.say = _speaker()
    return night


def _speaker() -> Any:
    """Return (stage, line) → shown: a live line per step on a terminal, plain lines in CI."""
    console = Console(stderr=True, highlight=False, no_color=config.is_terminal_plain())
    seen: list[str] = []

    def say(stage: str, text: str) -> None:
        if not seen or seen[-1] != stage:
            seen.append(stage)
            console.print(f"[bold]{_TITLES[stage]}[/bold]")
        console.print(f"  {text}", markup=False)

    return say


# ── the whole night ───────────────────────────────────────────────────────────────────────────────────────


@app.command()
def build(
    root: Root = Path(),
    run_date: RunDate = "",
    only: Only = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Sin red: las fuentes remotas usan su última copia.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Hace y verifica todo, pero no publica.")
    ] = False,
    demo_api: Annotated[
        bool,
        typer.Option("--demo-api", help="Noche de prueba con una API simulada; sin --root, en otra carpeta."),
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Corre la noche entera: traer, normalizar, revisar, comparar, empaquetar, indexar, dibujar y publicar.

    Ejemplos: vitrina build --root /srv/portal · vitrina build --demo-api
    """
    with cli_api.demo_portal(root, run_date, quiet=quiet) if demo_api else nullcontext(root) as root:
        settings = _settings(root, run_date, offline=offline, only=tuple(only or ()))
        night = _night(settings, quiet=quiet or as_json)
        code = night_build.run(night, dry_run=dry_run)
    if as_json:
        print(json.dumps(night.status, ensure_ascii=False, indent=2))
    elif not quiet:
        _summary(night, code, dry_run=dry_run)
    raise typer.Exit(code)


def _summary(night: night_build.Night, code: int, *, dry_run: bool) -> None:
    status = night.status
    seconds = sum(s["seconds"] for s in night.stages)
    total = sum(s["rows"] for s in status["systems"])
    verb = "verificada, sin publicar" if dry_run else "publicada"
    print(
        f"Versión {status['version']} {verb}: {len(status['systems'])} sistemas, {total} registros, {seconds:.1f} s."
    )
    for system in status["systems"]:
        for source in system["sources"]:
            if source["weather"] in {"kept", "none"}:
                what = (
                    "se conserva su última copia"
                    if source["weather"] == "kept"
                    else "no tiene ninguna copia buena"
                )
                print(f"  AVISO: {source['source']}: no llegó bien; {what}. Vea: vitrina status")
    if code:
        print(f"Código de salida {code}: algún conjunto no se actualizó esta noche.")


@app.command()
def status(root: Root = Path(), as_json: Json = False) -> None:
    """Dice cómo terminó la última noche: sistemas, fuentes y qué hacer con cada una.

    Ejemplo: vitrina status --json
    """
    settings = _settings(root, "")
    run = read_json_or(settings.build / "run.json", None)
    if run is None:
        raise UsageError("Este portal no se ha construido todavía", "Ejecute vitrina build.")
    systems = registry.load_systems(settings)
    reports = {s.slug: read_json_or(settings.build / "reports" / f"{s.slug}.json", None) for s in systems}
    if as_json:
        print(json.dumps({"run": run, "reports": reports}, ensure_ascii=False, indent=2))
        return
    for line in cli_status.lines(run, systems, registry.load_sources(settings, systems), reports):
        print(line)


# ── one command per stage ─────────────────────────────────────────────────────────────────────────────────


def _one(name: str, root: Path, run_date: str, only: list[str] | None, *, quiet: bool, **more: Any) -> None:
    settings = _settings(root, run_date, only=tuple(only or ()), **more)
    night = _night(settings, quiet=quiet)
    with night_build.lock(settings):
        night.stage(name)
    if name == "publish":
        raise typer.Exit(night.exit_code())


@app.command()
def pull(
    root: Root = Path(),
    run_date: RunDate = "",
    only: Only = None,
    offline: bool = False,
    quiet: Quiet = False,
) -> None:
    """Trae las fuentes a data/archive/snapshots. Ejemplo: vitrina pull --only s2-servidores"""
    _one("pull", root, run_date, only, quiet=quiet, offline=offline)


@app.command()
def normalize(root: Root = Path(), run_date: RunDate = "", only: Only = None, quiet: Quiet = False) -> None:
    """Convierte las copias en tablas (build/tables). Ejemplo: vitrina normalize"""
    _one("normalize", root, run_date, only, quiet=quiet)


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="Archivo que una institución quiere revisar antes de enviarlo.")
    ] = None,
    system: Annotated[str, typer.Option("--system", help="Sistema al que va el archivo.")] = "",
    table: Annotated[str, typer.Option("--table", help="Tabla, si no es la principal.")] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="Codificación, si no es UTF-8.")] = "utf-8",
    delimiter: Annotated[str, typer.Option("--delimiter", help="Separador del CSV.")] = ",",
    sheet: Annotated[str, typer.Option("--sheet", help="Hoja del libro, si no es la primera.")] = "",
    header_row: Annotated[
        int, typer.Option("--header-row", min=1, help="Fila de los encabezados en el libro.")
    ] = 1,
    html: Annotated[
        Path | None, typer.Option("--html", help="Escribe también la respuesta como página.")
    ] = None,
    as_json: Json = False,
    root: Root = Path(),
    run_date: RunDate = "",
    only: Only = None,
    quiet: Quiet = False,
) -> None:
    """Revisa las tablas de la noche, o un archivo suelto antes de enviarlo.

    Con un archivo termina con 0 (puede enviarlo), 10 (puede, con avisos) o 20 (corríjalo antes).
    Ejemplos: vitrina check · vitrina check s2.csv --system s2-servidores --html respuesta.html
    """
    if file is None:
        _one("check", root, run_date, only, quiet=quiet)
        return
    settings = _settings(root, run_date)
    options = {"csv": {"delimiter": delimiter}, "xlsx": {"sheet": sheet, "header_row": header_row}}
    systems = registry.load_systems(settings)
    answer = clerk.check_file(
        settings, systems, file, system, table=table, encoding=encoding, options=options
    )
    print(
        json.dumps(clerk.as_json(answer), ensure_ascii=False, indent=2) if as_json else clerk.as_text(answer)
    )
    if html:
        html.write_text(clerk.as_html(answer), encoding="utf-8")
    raise typer.Exit(answer.exit_code)


@app.command()
def compare(root: Root = Path(), run_date: RunDate = "", quiet: Quiet = False) -> None:
    """Compara con lo publicado y da nombre a la versión. Ejemplo: vitrina compare"""
    _one("compare", root, run_date, None, quiet=quiet)


@app.command()
def package(root: Root = Path(), run_date: RunDate = "", quiet: Quiet = False) -> None:
    """Escribe los paquetes de datos (build/packages). Ejemplo: vitrina package"""
    _one("package", root, run_date, None, quiet=quiet)


@app.command()
def index(
    root: Root = Path(),
    run_date: RunDate = "",
    quiet: Quiet = False,
    lunr: Annotated[Path | None, typer.Option(help="Escribe aquí además el índice entero de lunr.")] = None,
) -> None:
    """Hace el índice de búsqueda (build/index). Ejemplo: vitrina index"""
    _one("index", root, run_date, None, quiet=quiet)
    if lunr:
        from vitrina.stages import index as search_index

        settings = _settings(root, run_date)
        search_index.export(settings, registry.load_systems(settings), lunr)


@app.command()
def render(root: Root = Path(), run_date: RunDate = "", quiet: Quiet = False) -> None:
    """Dibuja las páginas (build/stage). Ejemplo: vitrina render"""
    _one("render", root, run_date, None, quiet=quiet)


@app.command()
def publish(root: Root = Path(), run_date: RunDate = "", quiet: Quiet = False) -> None:
    """Verifica lo preparado y lo publica en build/site/current. Ejemplo: vitrina publish"""
    _one("publish", root, run_date, None, quiet=quiet)


# ── around the night ──────────────────────────────────────────────────────────────────────────────────────


@app.command()
def serve(
    root: Root = Path(),
    port: Annotated[int, typer.Option(help="Puerto local.")] = 8000,
    host: Annotated[str, typer.Option(help="Dirección en la que escucha.")] = "127.0.0.1",
) -> None:
    """Muestra el portal construido con las mismas reglas que NGINX. Ejemplo: vitrina serve --port 8080"""
    from vitrina.serve import serve as run_server  # the only command that needs a server

    settings = _settings(root, "")
    if not (settings.site / "current" / "index.html").is_file():
        raise UsageError(
            "Todavía no hay un portal construido", "Ejecute antes ./scripts/build (o vitrina build)."
        )
    run_server(settings.site / "current", port, host)


@app.command()
def accept(
    source: Annotated[str, typer.Argument(help="Fuente (id).")],
    run: Annotated[str, typer.Option("--run", help="Copia que se acepta (la nombra el aviso de la noche).")],
    reason: Annotated[str, typer.Option("--reason", help="Por qué es correcta.")],
    by: Annotated[str, typer.Option("--by", help="Quién lo decide.")],
    root: Root = Path(),
    run_date: RunDate = "",
) -> None:
    """Deja pasar una copia que los guardas de volumen detuvieron: una sola vez, con nombre y razón.

    Ejemplo: vitrina accept finanzas-s2 --run 3f9a01c2b7de --reason "Baja de plazas 2026" --by "Dirección de datos"
    """
    settings = _settings(root, run_date)
    known = {s.id for s in registry.load_sources(settings, registry.load_systems(settings))}
    if source not in known:
        raise UsageError(f"No existe la fuente {source!r}", f"Use una de: {', '.join(sorted(known))}.")
    if len(reason.strip()) < 10 or not by.strip():
        raise UsageError(
            "Falta la razón o quién decide", "Escriba --reason con una frase y --by con un nombre o cargo."
        )
    if not (settings.archive / "snapshots" / source / run / "snapshot.json").is_file():
        raise UsageError(
            f"{source} no tiene una copia {run!r}", "Use la que nombra el aviso: vitrina status."
        )
    weather.accept(settings.archive, source, run, reason, by, settings.run_date)
    print(f"{source}: la copia {run} pasará la próxima vez que corra vitrina build.")


@app.command("new-system")
def new_system(
    slug: Annotated[str, typer.Argument(help="Nombre corto, p. ej. s7-algo.")], root: Root = Path()
) -> None:
    """Escribe el esqueleto de un sistema nuevo: una carpeta en data/systems. Ejemplo: vitrina new-system s7-obras"""
    settings = _settings(root, "")
    for path in scaffold.new_system(settings, slug):
        print(path.relative_to(settings.root))


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(help="Lo que se busca: «--» antes, si hay palabras con guion.")
    ],
    root: Root = Path(),
    system: Annotated[
        list[str] | None, typer.Option(help="Solo estos sistemas (su clave en la dirección).")
    ] = None,
    year: Annotated[list[str] | None, typer.Option(help="Solo estos años.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Cuántos resultados se muestran.")] = 20,
    as_json: Json = False,
) -> None:
    """Busca en el índice construido, como lo hace la página. Ejemplo: vitrina search obra pública --year 2025"""
    from vitrina.search.query import search as run_search

    answer = run_search(_settings(root, "").build / "index", " ".join(words), limit, system or (), year or ())
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    print(f"{answer['total']} resultados{' · ' + answer['note'] if answer['note'] else ''}")
    for asked, used in answer["replaced"].items():
        print(f"  «{asked}» → {', '.join(used)}")
    for hit in answer["hits"]:
        print(f"  {hit['title']} — {hit['url']}")


@app.command()
def clean(root: Root = Path()) -> None:
    """Borra lo generado en build/ menos el sitio publicado. Ejemplo: vitrina clean"""
    settings = _settings(root, "")
    with night_build.lock(settings):
        for path in sorted(settings.build.iterdir()):
            if path.is_dir() and path.name != "site":
                shutil.rmtree(path)
    os.sync()
