"""`vitrina check FILE --system S`: a clerk checks a file before sending it, by the very rules of the night.

A portal of one source is made in a temporary folder and its first three stages run; nothing is published and
nothing is kept.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from vitrina.clerk import answer, look
from vitrina.clerk.answer import EXIT_ERRORS, EXIT_WARNINGS, Answer
from vitrina.clerk.shown import as_html, as_json, as_text
from vitrina.config import Settings
from vitrina.errors import BadContentError, UsageError, VitrinaError
from vitrina.formats import SUFFIXES
from vitrina.model import Expect, Source, System
from vitrina.registry import select
from vitrina.stages import check, normalize, pull
from vitrina.storage import read_json

__all__ = ["EXIT_ERRORS", "EXIT_WARNINGS", "Answer", "as_html", "as_json", "as_text", "check_file"]

_OWN_WORDS: Mapping[str, str] = {
    "no se sabe en qué formato": "Guárdelo como CSV, XLSX, JSON, JSON Lines o ZIP, con esa terminación en el nombre.",
    "está vacío (0 bytes)": "El archivo no trae nada: expórtelo de nuevo desde su sistema.",
    "no tiene encabezado ni filas": "El archivo no trae nada: expórtelo de nuevo desde su sistema.",
    "válido": "En Excel: Archivo › Guardar como › «CSV UTF-8 (delimitado por comas)». "
    "Si no puede, revise con --encoding windows-1252.",
    "no está en UTF-8 ni en": "En Excel: Archivo › Guardar como › «CSV UTF-8 (delimitado por comas)».",
    "carácter nulo": "El archivo está dañado: expórtelo de nuevo desde su sistema.",
    "parece separado por": "Guárdelo separado por comas, o diga con qué está separado: --delimiter ';'.",
    "ninguna fila": "Escriba los datos debajo de los encabezados. Si de verdad no hay datos, avíselo al entregar.",
    "una página web": "Lo que se descargó es una página, no los datos: descárguelos de nuevo desde su sistema.",
    "no es un libro XLSX": "Ábralo en Excel y guárdelo como «Libro de Excel (.xlsx)», sin contraseña. "
    "Los .xls antiguos no sirven.",
    "la hoja está vacía": "Ponga la tabla en la primera hoja, o diga en cuál está con --sheet.",
    "no se puede leer la hoja": "Revise el nombre de la hoja: debe ser igual al de su pestaña.",
    "abrirse": "Copie solo la tabla a un libro nuevo, o guárdela como «CSV UTF-8».",
    "agotar los límites": "Copie solo la tabla a un libro nuevo, o guárdela como «CSV UTF-8».",
    "libro": "Copie la tabla a un libro nuevo y guárdelo como «Libro de Excel (.xlsx)», sin contraseña.",
    "demasiadas celdas": "Copie solo la tabla a un libro nuevo, o guárdela como «CSV UTF-8».",
    "JSON mal formado": "Está cortado o mal escrito cerca de ese lugar: expórtelo de nuevo desde su sistema.",
    "mensaje de error": "El archivo trae un mensaje de error en lugar de datos: expórtelo de nuevo.",
    "ningún registro": "El archivo no trae registros: expórtelo de nuevo desde su sistema.",
    "ZIP": "Envíe los archivos sueltos, o un ZIP normal: sin contraseña y sin otro ZIP dentro.",
}
"""What the readers say (a part of their message) → what whoever holds the file can do about it."""


def check_file(
    settings: Settings, systems: Sequence[System], path: Path, slug: str, **declared: Any
) -> Answer:
    """Check the file at *path* as a delivery to system *slug*; *declared*: table, encoding, options of the source.

    UsageError when the file, the system or the table does not exist. Whatever is wrong with the file is an answer.
    """
    if not path.is_file():
        raise UsageError(f"No existe el archivo {path}", "Revise el nombre y la carpeta.")
    if not slug:
        raise UsageError(
            "Falta decir a qué conjunto va el archivo", f"Use --system con uno de: {_slugs(systems)}."
        )
    system = select(systems, [slug])[0]
    if (table := declared.get("table")) and table not in {t.name for t in system.tables}:
        names = ", ".join(t.name for t in system.tables)
        raise UsageError(f"«{system.title}» no tiene la tabla {table!r}", f"Use una de: {names}.")
    name = path.name.lstrip(".") or path.name
    options = {"folder": {"path": "entrada"}, **declared.pop("options", {})}
    try:
        options.setdefault("zip", _zip_options(path, name))
        source = Source(
            id="archivo", title=name, system=slug, protocol="folder", format="", frequency="irregular",
            options=options, **declared,
        )  # fmt: skip
        return _checked(settings, systems, system, source, path, name)
    except look.ForTheClerkError as error:
        return answer.unread(name, system, error.message, error.remedy)
    except BadContentError as error:
        return answer.unread(name, system, error.message, _remedy(name, error.message, error.remedy))
    except VitrinaError:
        raise
    except (
        Exception
    ) as error:  # a file from outside may hit a defect of ours: the clerk gets words, not a traceback
        return answer.unread(
            name,
            system,
            f"{name}: el programa falló al revisarlo ({type(error).__name__}: {error})"[:500],
            "No es culpa del archivo: envíe este mensaje a quien mantiene el portal.",
        )


def _checked(
    settings: Settings, systems: Sequence[System], system: System, source: Source, path: Path, name: str
) -> Answer:
    with tempfile.TemporaryDirectory(prefix="vitrina-") as folder:
        root = Path(folder)
        inbox = root / "entrada"
        inbox.mkdir()
        copy = inbox / name
        shutil.copyfile(path, copy)
        seen = look.take(copy, source, systems, system, settings.limits)
        own = replace(settings, root=root, only=())
        chosen = [_alone(system, source.table)]
        register = _register(settings, systems, system, root)
        pull.run(own, [source, *(s for _, s in register)])
        normalize.run(own, [*(s for s, _ in register), *chosen], [source, *(s for _, s in register)])
        check.run(own, chosen)
        report = read_json(own.build / "reports" / f"{system.slug}.json")
        findings = (own.build / "quarantine" / f"{system.slug}.issues.jsonl").read_bytes().splitlines()
    fate = report["sources"][0]
    if fate["weather"] == "none":
        return answer.unread(
            name, system, fate["message"], _remedy(name, fate["message"], fate["remedy"]), seen.remarks
        )
    unasked: dict[str, str] = {}
    if not register:
        unasked |= {
            r.id: "aquí no está el registro de instituciones" for r in system.rules if r.kind == "known-ente"
        }
    if source.table not in {"", system.main.name}:
        unasked["foreign-key"] = f"aquí no están los registros de «{system.main.title}»"
    return answer.build(name, system, report, map(orjson.loads, findings), seen, unasked)


def _alone(system: System, table: str) -> System:
    """Return *system* as one file can be judged: without other systems, without what is expected of the whole
    dataset, and, for a file of a child *table*, without the main records it points to."""
    tables = system.tables
    if table not in {"", system.main.name}:
        tables = tuple(replace(t, foreign_keys=()) for t in tables)
    lenient = Expect(min_rows=0, max_rows=sys.maxsize, filled={}, freshness_days=sys.maxsize)
    return replace(system, needs=(), derived="", tables=tables, expect=lenient)


def _register(
    settings: Settings, systems: Sequence[System], system: System, root: Path
) -> list[tuple[System, Source]]:
    """Return the register of public bodies that the portal last built, as a source of its own; empty without one."""
    built = settings.build / "packages" / "entes" / "entes.csv"
    entes = next((s for s in systems if s.slug == "entes"), None)
    if entes is None or entes is system or not built.is_file():
        return []
    folder = root / "registro"
    folder.mkdir()
    shutil.copyfile(built, folder / built.name)
    source = Source(
        id="registro", title="Registro de instituciones", system=entes.slug, protocol="folder", format="",
        frequency="irregular", options={"folder": {"path": "registro"}},
    )  # fmt: skip
    return [(replace(entes, needs=(), derived=""), source)]


def _remedy(name: str, message: str, remedy: str) -> str:
    said = message.replace(name, "")  # a file may be called anything
    return next((ours for part, ours in _OWN_WORDS.items() if part in said), remedy)


def _slugs(systems: Sequence[System]) -> str:
    return ", ".join(s.slug for s in systems)


def _zip_options(path: Path, name: str) -> dict[str, str]:
    """Return what a ZIP holds, told by the names inside: one kind of file only."""
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        files = [PurePosixPath(i.filename) for i in archive.infolist() if not i.is_dir()]
    kinds = {SUFFIXES.get(f.suffix.lower(), f.suffix.lower()) for f in files if not f.name.startswith(".")}
    if len(kinds) > 1 or not kinds <= {"csv", "json", "jsonl"}:
        raise look.ForTheClerkError(
            f"{name}: el ZIP trae {', '.join(sorted(kinds))}, y debe traer solo archivos CSV o solo JSON",
            "Ponga en el ZIP archivos de un solo tipo, sin carpetas de más.",
        )
    return {"format": next(iter(kinds), "json")}
