"""A workbook per public body with what it has to mend, row by row: build/quarantine/entes/<ente>.xlsx.

Private, like all of build/quarantine: it names files and records that are not published. The secretariat sends each
body its own; nothing of this folder is ever staged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import xlsxwriter

from vitrina.config import Settings
from vitrina.model import Source, System
from vitrina.storage import fresh_folder, read_json_or
from vitrina.text import safe_id
from vitrina.wording import explain, place

FOLDER = "entes"
NOBODY = "sin-institucion"
"""File of the findings that no institution could be told for."""
_HEADERS = (
    ("Sistema", 22), ("Archivo", 28), ("Fila o lugar", 14), ("Registro", 30), ("Campo", 24), ("Gravedad", 10),
    ("Regla", 34), ("Qué está mal", 44), ("Por qué importa", 44), ("Qué hacer", 44), ("¿Se publicó?", 12),
)  # fmt: skip
_CELL = 32_767
_ROWS = 1_048_575
_SEVERITIES = {"error": "Error", "warning": "Aviso", "note": "Nota"}


@dataclass
class Book:
    """What goes into one body's workbook: rows to mend and rows only noted, each a tuple in the order of _HEADERS."""

    ente: str
    name: str
    mend: list[tuple[str, ...]] = field(default_factory=list)
    noted: list[tuple[str, ...]] = field(default_factory=list)
    path: Path = Path()

    @property
    def errors(self) -> int:
        return sum(1 for row in self.mend if row[5] == _SEVERITIES["error"])


def write(
    settings: Settings, systems: Sequence[System], sources: Sequence[Source], only: Sequence[str] = ()
) -> list[Book]:
    """Write the workbook of every body with findings (or only of the bodies *only*); return them by name.

    The folder is made anew, so that no workbook of an earlier night is sent by mistake.
    """
    night = date.fromisoformat(
        read_json_or(settings.build / "run.json", {}).get("run_date") or settings.run_date.isoformat()
    )
    names = _names(settings)
    books: dict[str, Book] = {}
    for system in systems:
        for ente, severity, row in _rows(settings, system):
            if only and ente not in only:
                continue
            book = books.setdefault(ente, Book(ente, names.get(ente, ente)))
            (book.noted if severity == "note" else book.mend).append(row)
    folder = fresh_folder(settings.build / "quarantine" / FOLDER)
    found = sorted(books.values(), key=lambda b: (b.name, b.ente))
    for book in found:
        book.path = folder / f"{safe_id(book.ente) if book.ente else NOBODY}.xlsx"
        _write(book, night, settings, systems, [s for s in sources if s.ente and s.ente == book.ente])
    return found


def _names(settings: Settings) -> dict[str, str]:
    path = settings.build / "checked" / "entes" / "entes.parquet"
    known = dict(pl.read_parquet(path, columns=["id", "nombre"]).iter_rows()) if path.is_file() else {}
    return {**known, "": "Sin institución reconocida"}


def _rows(settings: Settings, system: System) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (ente, severity, row) of every finding in *system*, in the order of the private list."""
    path = settings.build / "quarantine" / f"{system.slug}.issues.jsonl"
    if not path.is_file():
        return
    report = read_json_or(settings.build / "reports" / f"{system.slug}.json", {})
    rules = {str(r["id"]): r for r in report.get("rules", ())}
    with path.open("rb") as lines:
        for line in lines:
            finding = orjson.loads(line)
            ente = str(finding.get("ente_id") or finding.get("sender") or "")
            yield ente, str(finding["severity"]), _row(system, finding, rules)


def _row(system: System, finding: Mapping[str, Any], rules: Mapping[str, Any]) -> tuple[str, ...]:
    rule = str(finding.get("rule") or finding.get("code") or "")
    raw = rules.get(rule, {})
    message = str(finding.get("message") or "")
    remedy = str(finding.get("remedy") or raw.get("remedy") or "")
    words = explain(
        rule, str(raw.get("found") or raw.get("title") or message), str(raw.get("why") or ""), remedy
    )
    where, path = place(system, str(finding.get("table") or ""), str(finding.get("field") or ""))
    return (
        system.short_title,
        str(finding.get("file") or finding.get("position") or ""),
        str(finding.get("place") or "").removeprefix("#"),
        str(finding.get("label") or finding.get("row_id") or ""),
        f"{where} ({path})" if path else where if finding.get("field") else "",
        _SEVERITIES.get(str(finding["severity"]), str(finding["severity"])),
        words.title,
        message,
        words.why,
        words.remedy,
        "Sí" if finding.get("published") else "No",
    )


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────


def _write(
    book: Book, night: date, settings: Settings, systems: Sequence[System], sources: Sequence[Source]
) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(book.path, options) as out:
        out.set_properties({"created": datetime(night.year, night.month, night.day)})
        plain = out.add_format({"text_wrap": True, "valign": "top"})
        bold = out.add_format({"text_wrap": True, "valign": "top", "bold": True})
        cover = out.add_worksheet("Portada")
        cover.set_column(0, 0, 28)
        cover.set_column(1, 1, 90)
        for n, (label, text) in enumerate(_cover(book, night, settings, systems, sources)):
            cover.write_string(n, 0, label, bold)
            cover.write_string(n, 1, text[:_CELL], plain)
        _sheet(out.add_worksheet("Por corregir"), book.mend, bold, plain)
        if book.noted:
            _sheet(out.add_worksheet("Notas"), book.noted, bold, plain)


def _sheet(sheet: Any, rows: Sequence[tuple[str, ...]], bold: Any, plain: Any) -> None:
    for column, (header, width) in enumerate(_HEADERS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, header, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows[:_ROWS], 1):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text[:_CELL], plain)
    if rows:
        sheet.autofilter(0, 0, min(len(rows), _ROWS), len(_HEADERS) - 1)


def _cover(
    book: Book, night: date, settings: Settings, systems: Sequence[System], sources: Sequence[Source]
) -> Iterator[tuple[str, str]]:
    identity = settings.identity()
    touched = {row[0] for row in [*book.mend, *book.noted]}
    contacts = dict.fromkeys(s.contact for s in systems if s.short_title in touched)
    yield "Para", book.name
    yield "De", f"{identity['IDENTITY'].get('publisher') or identity['SITENAME']} · {identity['SITENAME']}"
    yield "Revisión de la noche del", night.isoformat()
    yield "Errores", f"{book.errors}: el registro no se publica hasta que se corrija."
    yield "Avisos", f"{len(book.mend) - book.errors}: el registro se publica, pero conviene corregirlo."
    yield "Notas", f"{len(book.noted)}: se leyó de otra forma; no es una falta."
    if max(len(book.mend), len(book.noted)) > _ROWS:
        yield "Atención", f"Una hoja no admite más de {_ROWS} filas: aquí van las primeras."
    yield (
        "Cómo leerlo",
        (
            "Cada fila de «Por corregir» es algo que la revisión encontró: en qué archivo y fila está, qué está mal, "
            "por qué importa y qué hacer."
        ),
    )
    yield (
        "Cómo corregir",
        (
            "1. Corrija el dato en su sistema de origen, no en esta hoja. "
            "2. Exporte de nuevo el archivo completo, con los mismos identificadores. "
            "3. Antes de enviarlo, pida que se revise (orden «vitrina check»). "
            "4. Envíelo por el medio de siempre; se revisa otra vez esa noche."
        ),
    )
    for source in sources:
        yield "Entrega", f"{source.title}, {source.frequency}"
    yield "Dudas", ", ".join(contacts)
    yield "Cuidado", "Este libro no es público: puede nombrar registros que la ley pide no publicar."
