"""`vitrina report …`: what the secretariat sends out. Called from cli.py, which is the only place that exits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from vitrina import ente_books, registry
from vitrina.build import lock
from vitrina.errors import UsageError
from vitrina.options import Json, Root, RunDate, settings_of

report_app = typer.Typer(help="Lo que la secretaría envía a las instituciones.", no_args_is_help=True)


@report_app.callback()
def _group() -> None:
    """Keep `report` a group while it has a single command."""


@report_app.command("entes")
def report_entes(
    ente: Annotated[
        list[str] | None, typer.Option("--ente", help="Solo esta institución (puede repetirse).")
    ] = None,
    root: Root = Path(),
    run_date: RunDate = "",
    as_json: Json = False,
) -> None:
    """Escribe un libro de Excel por institución con lo que tiene que corregir, en build/quarantine/entes (privado).

    Ejemplo: vitrina report entes --ente secretaria-de-finanzas
    """
    settings = settings_of(root, run_date)
    systems = registry.load_systems(settings)
    if not (settings.build / "quarantine").is_dir():
        raise UsageError("Todavía no hay ninguna revisión", "Ejecute antes vitrina build.")
    with lock(settings):
        books = ente_books.write(
            settings, systems, registry.load_sources(settings, systems), tuple(ente or ())
        )
    missing = sorted(set(ente or ()) - {b.ente for b in books})
    if missing:
        raise UsageError(
            f"Sin nada que corregir, o sin esa clave: {', '.join(missing)}",
            "La clave de cada institución es el final de la dirección de su página (/entes/CLAVE/).",
        )
    if as_json:
        facts = [
            {
                "ente": b.ente, "nombre": b.name, "archivo": str(b.path.relative_to(settings.root)),
                "errores": b.errors, "avisos": len(b.mend) - b.errors, "notas": len(b.noted),
            }
            for b in books
        ]  # fmt: skip
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for book in books:
        place = book.path.relative_to(settings.root)
        print(
            f"{place}: {book.name} · {book.errors} errores, {len(book.mend) - book.errors} avisos, {len(book.noted)} notas"
        )
    print(f"{len(books)} libros. Son privados: envíe a cada institución solo el suyo.")
