"""Words for describing the public part of an S1 section, and the rules that decide each item.

Follows norma Decimonovena (DOF 23 Sep 2019; pdn.md §5.3): an item is public only if the source says that it
belongs to the declarant alone. What it does not say is not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vitrina.layouts.base import as_text
from vitrina.layouts.pdn_cells import peek

ColumnKind = Literal[
    "text", "free", "date", "number", "year", "yes_no", "code", "other", "money", "balance", "rfc", "state"
]


@dataclass(frozen=True)
class Column:
    """A public column: where it is read, how, and the misspelt or older members that mean the same."""

    name: str
    kind: ColumnKind
    path: str
    wrong: tuple[str, ...] = ()
    old_codes: Mapping[str, str] = field(default_factory=dict)
    """Codes of earlier specifications → today's."""


@dataclass(frozen=True)
class Party:
    """Somebody else in an item: kind, name and RFC columns; name and RFC only of legal persons."""

    prefix: str
    path: str = ""
    kind: str = "tipoPersona"
    """Member with FISICA or MORAL; empty where the standard only admits institutions."""
    name: str = "nombreRazonSocial"
    rfc: str = "rfc"
    unless: tuple[str, str] = ("", "")
    """Catalogue member and clave of the item that make the party a natural person whatever else is said."""


@dataclass(frozen=True)
class Rule:
    """Decides whether an item is the declarant's alone, from its `members`."""

    passes: Callable[[Mapping[str, Any]], bool]
    members: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A section of the declaration: one child table and its state and count columns in the main one."""

    name: str
    paths: tuple[str, ...]
    items: str
    columns: tuple[Column, ...]
    parties: tuple[Party, ...] = ()
    rule: Rule | None = None
    """What an item must pass; None where every item is the declarant's."""
    reserved_path: str = ""
    """Declared withheld path of the items that do not pass."""


def sole_declarant(item: Mapping[str, Any]) -> bool:
    """Return whether the only holder is the declarant: one titular, clave DEC, and no third party named.

    >>> sole_declarant({"titular": [{"clave": "DEC"}]}), sole_declarant({})
    (True, False)
    >>> sole_declarant({"titular": [{"clave": "DEC"}, {"clave": "CYG"}]})
    False
    """
    holders = _listed(item.get("titular"))
    partners = [p for p in _listed(item.get("tercero")) if _names_somebody(p)]
    return len(holders) == 1 and _clave(holders[0]) == "DEC" and not partners


def declarant_relation(item: Mapping[str, Any]) -> bool:
    """Return whether the interest is the declarant's own (tipoRelacion DECLARANTE); absent counts as not.

    >>> declarant_relation({"tipoRelacion": "DECLARANTE"}), declarant_relation({"tipoRelacion": "PAREJA"})
    (True, False)
    """
    return _clave(item.get("tipoRelacion")) == "DECLARANTE"


def declarant_beneficiary(item: Mapping[str, Any]) -> bool:
    """Return whether every beneficiary is the declarant (clave DC) and there is one."""
    people = _listed(item.get("beneficiarioPrograma")) + _listed(item.get("beneficiario"))
    return bool(people) and all(_clave(p) == "DC" for p in people)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _clave(value: Any) -> str | None:
    return as_text(value.get("clave") if isinstance(value, Mapping) else value)


def _names_somebody(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(as_text(peek(value, member)) for member in ("nombreRazonSocial", "rfc"))
    return as_text(value) is not None


TITULAR = Rule(sole_declarant, ("titular",))
RELATION = Rule(declarant_relation, ("tipoRelacion",))
BENEFICIARY = Rule(declarant_beneficiary, ("beneficiarioPrograma", "beneficiario"))
