"""A rule badly declared is refused before anything runs, naming file, line and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from vitrina.errors import ConfigurationError

GOOD: Mapping[str, Any] = {
    "id": "fecha-no-futura",
    "kind": "not-in-future",
    "severity": "warning",
    "field": "fecha",
    "title": "La fecha no está en el futuro",
    "found": "La fecha está en el futuro",
    "why": "Un hecho no puede tener una fecha que no llega.",
    "remedy": "Revise la fecha en el sistema de origen.",
}
CROSS = {
    "kind": "in-system",
    "field": "titulo",
    "system": "permisos",
    "to_table": "registros",
    "to_field": "id",
}
BAD: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "no-field": ({"field": None}, "field"),
    "unknown-kind": ({"kind": "magia"}, "magia"),
    "unknown-severity": ({"severity": "grave"}, "grave"),
    "no-remedy": ({"remedy": None}, "remedy"),
    "unknown-column": ({"field": "fehca"}, "fehca"),
    "not-a-date": ({"field": "titulo"}, "titulo"),
    "unknown-table": ({"table": "partidas"}, "partidas"),
    "unknown-parameter": ({"color": "rojo"}, "color"),
    "unknown-where": ({"where": {"estado": "x"}}, "estado"),
    "cross-error": ({**CROSS, "severity": "error"}, "retiene"),
    "cross-column": ({**CROSS, "to_field": "clave"}, "clave"),
    "repeated-id": ({}, "ese id"),
    "two-shapes": ({"kind": "format", "field": "titulo", "shape": "ocid", "pattern": "x"}, "shape, pattern"),
    "short-title": ({"title": "Fecha"}, "title"),
    "bad-pattern": ({"kind": "format", "field": "titulo", "pattern": "("}, "pattern"),
}  # fmt: skip


def rule(toy: Any, **changes: Any) -> int:
    """Add GOOD with *changes* (None leaves a key out) to `obras`; return the line of its [[rules]]."""
    path = toy.root / "data" / "systems" / "obras" / "system.toml"
    text = path.read_text(encoding="utf-8")
    lines = [f"{k} = {literal(v)}" for k, v in {**GOOD, **changes}.items() if v is not None]
    path.write_text("\n".join([text, "[[rules]]", *lines, ""]), encoding="utf-8")
    return text.count("\n") + 2


def literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {literal(v)}" for k, v in value.items()) + " }"
    return f"'{value}'"


def test_a_good_rule_is_accepted(toy: Any) -> None:
    rule(toy)
    toy.part()


@pytest.mark.parametrize("case", BAD)
def test_a_bad_rule_names_file_line_and_remedy(toy: Any, case: str) -> None:
    changes, named = BAD[case]
    rule(toy, id="fecha-no-futura" if case == "repeated-id" else "otra-regla")
    line = rule(toy, **changes)

    with pytest.raises(ConfigurationError) as wrong:
        toy.part()

    assert wrong.value.exit_code == 30 and wrong.value.remedy
    assert "obras/system.toml" in wrong.value.message and named in wrong.value.message
    told = int(wrong.value.message.partition("línea ")[2].partition(":")[0])
    assert line <= told < line + 12, "la línea es la de la regla mala, no la de otra"
