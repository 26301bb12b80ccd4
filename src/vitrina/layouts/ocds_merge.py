"""Validates and merges the releases of one contracting process, offline, with our own structural schema.

Order is by instant, not by the text of `date`: the publisher's time zone must not decide which value wins. A
full release (compiled, or any when the source says `last_release_wins`) makes everything before it superfluous.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import jsonschema_rs
from ocdsmerge.exceptions import OCDSMergeError, OCDSMergeWarning
from ocdsmerge.merge import CompiledRelease
from ocdsmerge.rules import get_merge_rules

from vitrina.config import HOME
from vitrina.layouts.ocds_notes import Notes
from vitrina.layouts.ocds_screen import Delivery, Release, Screen, UnusableError

SCHEMA = HOME / "data" / "standards" / "ocds-1.1-edca-mx.schema.json"

_MAX_FINDINGS = 40
"""Findings counted per release: one with more is broken as a whole and says so already."""


@cache
def schema() -> dict[str, Any]:
    """Return the structural schema of an OCDS 1.1 / EDCA-MX release (JSON Schema draft-04)."""
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return loaded


@cache
def screen() -> Screen:
    return Screen(schema())


@cache
def _validator() -> Any:
    return jsonschema_rs.Draft4Validator(schema(), validate_formats=True)


@cache
def _rules() -> Any:
    return get_merge_rules(schema())


def is_valid(release: Any) -> bool:
    """Return whether *release* obeys the structural schema."""
    return bool(_validator().is_valid(release))


def findings(release: Release) -> Iterator[str]:
    """Yield "path|what" for each structural fault of *release*, list positions as []; never a value."""
    try:
        errors = () if is_valid(release) else _validator().iter_errors(release)
    except UnicodeEncodeError:  # half a surrogate pair: legal JSON, impossible text
        errors = ()
        yield "(entrega)|trae caracteres que no existen en Unicode"
    for number, error in enumerate(errors):
        if number >= _MAX_FINDINGS:
            return
        path = ""
        for part in error.instance_path:
            path += "[]" if isinstance(part, int) else f".{part}"
        yield f"{path.lstrip('.') or '(entrega)'}|{_spanish(error.kind)}"


def _spanish(kind: Any) -> str:
    name = type(kind).__name__
    if name == "Required":
        return f"falta «{kind.property}»"
    if name == "Type":
        return f"se esperaba {' o '.join(_TYPES.get(t, t) for t in sorted(kind.types) if t != 'null')}"
    if name == "Enum":
        codes = [str(o) for o in kind.options if o is not None]
        listed = f"; se admite: {', '.join(codes)}" if len(codes) <= _FEW_CODES else ""
        return f"código fuera de la lista cerrada de OCDS 1.1{listed}"
    if name == "Format":
        return _FORMATS.get(kind.format, "no está escrito como se pide")
    return {
        "MinLength": "el texto viene vacío",
        "MinItems": "la lista viene vacía",
        "MinProperties": "el objeto viene vacío",
        "UniqueItems": "la lista repite elementos",
        "Pattern": "no está escrito como se pide",
    }.get(name, "el valor no cumple lo que se pide")


_FORMATS = {
    "date-time": "la fecha está mal escrita; ejemplo: 2026-03-01T10:00:00-06:00",
    "date": "la fecha está mal escrita; ejemplo: 2026-03-01",
    "uri": "la dirección de internet está mal escrita; ejemplo: https://www.ejemplo.gob.mx/contrato.pdf",
}
_FEW_CODES = 10
"""Codes that a message can name; longer lists are in the standard."""
_TYPES = {
    "string": "un texto (entre comillas)", "number": "un número (sin comillas)", "array": "una lista (entre corchetes)",
    "integer": "un número entero (sin comillas)", "object": "un objeto (entre llaves)", "boolean": "true o false",
}  # fmt: skip


def compiled(deliveries: Sequence[Delivery], notes: Notes, *, last_wins: bool = False) -> Release:
    """Return the compiled release of one process from its usable *deliveries* (all dated, or a single one).

    Raises UnusableError when the releases contradict each other's shape even in the standard's own fields.
    """
    ordered = (
        [d for _, d in sorted(enumerate(deliveries), key=lambda pair: (pair[1].when, pair[1].full, pair[0]))]
        if len(deliveries) > 1
        else list(deliveries)
    )
    if last_wins and len(ordered) > 1:
        notes.add("ultima-entrega")
        ordered = ordered[-1:]
    start = max((i for i, d in enumerate(ordered) if d.full), default=0)
    releases = [d.release for d in ordered[start:]]
    if len(releases) == 1:
        return releases[0]
    try:
        return merged(releases)
    except OCDSMergeError:
        notes.add("mezcla-parcial")
    try:
        return merged([screen().known(r) for r in releases])
    except OCDSMergeError as error:
        raise UnusableError(
            "mezcla-imposible", "Las entregas escriben un mismo campo de formas que no se pueden mezclar."
        ) from error


def merged(releases: Sequence[Mapping[str, Any]]) -> Release:
    """Return *releases* merged in the order given, by the rules of OCDS 1.1; a missing date stays None."""
    target = CompiledRelease(merge_rules=_rules())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OCDSMergeWarning)  # whole-list arrays may repeat ids; nothing is lost
        for release in releases:
            target.append(dict(release))
    result: Release = target.asdict()
    return result
