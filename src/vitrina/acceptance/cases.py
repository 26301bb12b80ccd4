"""What a case is, and the small judgements that many cases share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vitrina.acceptance.probe import Probe, Reply
from vitrina.acceptance.standard import values
from vitrina.text import sort_key

Group = Literal["seguridad", "paginación", "consulta", "orden", "esquema", "estrés"]


@dataclass(frozen=True)
class Finding:
    """What was obtained. `passed` None: the case does not apply to this source, and does not count."""

    passed: bool | None
    obtained: str


@dataclass(frozen=True)
class Case:
    """One test of the sheet: what is sent, what is expected, and how to see it."""

    id: str
    group: Group
    name: str
    sends: str
    expects: str
    check: Callable[[Probe], Finding] = field(compare=False)


def not_applicable(why: str) -> Finding:
    """Return a finding that counts neither for nor against."""
    return Finding(None, why)


def no_example(probe: Probe, why: str) -> Finding:
    """Return that the case does not apply for lack of an example; a source without records does not pass it."""
    return not_applicable(why) if probe.sample else Finding(False, "la fuente no dio registros")


def refused(reply: Reply, *statuses: int) -> Finding:
    """Expect a refusal with one of *statuses*."""
    return Finding(reply.status in statuses, str(reply))


def error_object(reply: Reply) -> Finding:
    """Expect an error of the standard: 4xx with {code, message}, code a text or a number (pdn.md §2.5)."""
    document = reply.document if isinstance(reply.document, Mapping) else {}
    shaped = bool(document.get("message")) and isinstance(document.get("code"), (str, int))
    said = str(reply) if shaped else f"{reply}, sin code y message"
    return Finding(400 <= reply.status < 500 and shaped, said)


def all_true(checks: Iterable[tuple[bool, str]]) -> Finding:
    """Return the first failed check's words, or those of the last."""
    said = "nada que comprobar"
    for passed, said in checks:
        if not passed:
            return Finding(False, said)
    return Finding(True, said)


def in_order(records: Sequence[Any], path: str, backwards: bool) -> bool:
    """Return whether *records* stand in Spanish order of the value at *path*; those without one are not looked at."""
    keys = [k for k in (order_key(next(values(r, path), None)) for r in records) if k is not None]
    pairs = itertools.pairwise(reversed(keys) if backwards else keys)
    return all(a <= b for a, b in pairs)


def order_key(value: Any) -> tuple[int, Any] | None:
    """Return what a value is ordered by: numbers by size, texts as Spanish does (accents aside, ñ after n)."""
    if value in (None, "", " "):
        return None
    return (0, value) if isinstance(value, (int, float)) else (1, sort_key(str(value))[0])


def schema_faults(
    records: Sequence[Any], required: Iterable[tuple[str, type | tuple[type, ...]]]
) -> list[str]:
    """Return "path: what is wrong" for each required part that some record lacks or has of another type."""
    faults = {}
    for path, kind in required:
        bad = [r for r in records if not any(isinstance(v, kind) for v in _whole(r, path))]
        if bad:
            faults[path] = f"{path}: falta o es de otro tipo en {len(bad)} de {len(records)}"
    return list(faults.values())


def _whole(record: Any, path: str) -> list[Any]:
    """Values at *path* with lists whole (an empty list is a value of type list)."""
    for step in path.split("."):
        record = record.get(step) if isinstance(record, Mapping) else None
    return [] if record is None else [record]
