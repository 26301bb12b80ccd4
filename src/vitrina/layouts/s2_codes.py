"""Codes that S2 v1 and v2 share once mapped, and the known spellings of each (pdn.md §3, §10.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vitrina.layouts.pdn_cells import Cells
from vitrina.text import fold

PROCEDURES: Mapping[str, str] = {
    "1": "CONTRATACION_PUBLICA",
    "2": "OTORGAMIENTO_CONCESIONES",
    "3": "ENAJENACION_BIENES",
    "4": "DICTAMEN_VALUATORIO",
    "5": "OTRO",
}
"""v1 tipoProcedimiento.clave → shared code; v2 uses the shared codes."""

AREAS: Mapping[str, str] = {
    "T": "AREA_TECNICA",
    "RE": "AREA_RESPONSABLE_EJECUCION",
    "RC": "AREA_RESPONSABLE_CONTRATACION",
    "O": "OTRO",
    "C": "AREA_CONTRATANTE",
    "R": "AREA_REQUIRENTE",
}
"""v1 tipoArea.clave → shared code."""

AREA_WORDS: Mapping[str, str] = {
    "tecnica": "AREA_TECNICA",
    "responsable de la ejecucion": "AREA_RESPONSABLE_EJECUCION",
    "responsable de la ejecucion de los trabajos": "AREA_RESPONSABLE_EJECUCION",
    "responsable de la contratacion": "AREA_RESPONSABLE_CONTRATACION",
    "otra": "OTRO",
    "otro": "OTRO",
    "contratante": "AREA_CONTRATANTE",
    "requirente": "AREA_REQUIRENTE",
}
"""Folded v1 label → shared code: the migration script writes labels."""

LEVELS_V1: Mapping[str, str] = {"A": "ATENCION", "T": "TRAMITACION", "R": "RESOLUCION", "O": "OTRO"}
"""v1 nivelResponsabilidad.clave → shared code. v2 gives the same letters another meaning."""

LEVELS_V2: Mapping[str, str] = {
    "A": "ELABORAR",
    "B": "REVISAR",
    "C": "FIRMAR",
    "D": "SUPERVISAR",
    "E": "EMITIR",
}
"""v2 level letter → shared code."""

SEXES: Mapping[str, str] = {"F": "MUJER", "M": "HOMBRE", "O": "OTRO"}

MISSPELT: Mapping[str, str] = {
    "OTORGAMIENTO_CONCECIONES": "OTORGAMIENTO_CONCESIONES",
    "CONCECIONES": "CONCESIONES",
    "ADQUICISION": "ADQUISICION",
    "CONTRATACION_ADQUISICION": "CONTRATACION_ADQUISICIONES",
}
"""Values misspelt in the standard or in its tools → what they stand for."""

GOVERNMENT: Mapping[str, str] = {"MUNICIPAL": "MUNICIPAL_ALCALDIA"}
"""The migration script's word for an order of government → the standard's code."""

_LETTER = re.compile(r"([A-ZÁÉÍÓÚÑ ]+?)\s*\(([A-E])\)?")


def level(value: str, column: str, cells: Cells) -> str | None:
    """Return the shared code of one v2 level: "A", "ELABORAR (A)", "PERVISAR (D)" or a v1 word; else as received."""
    word = fold(value).upper()
    if word in LEVELS_V2:
        return LEVELS_V2[word]
    if word in {*LEVELS_V1.values(), *LEVELS_V2.values()}:
        return word
    match = _LETTER.fullmatch(value.upper())
    if not match:
        return cells.text(value, column)
    code = LEVELS_V2[match.group(2)]
    if match.group(1) != code or not value.endswith(")"):
        cells.misspelt(f"{match.group(1)} ({match.group(2)}", f"{code} ({match.group(2)})", column)
    return code


def area(value: str, column: str, cells: Cells) -> str | None:
    """Return the shared code of one area: v2 code as it is, v1 label by its words; else as received."""
    return cells.code(AREA_WORDS.get(fold(value), value), column)
