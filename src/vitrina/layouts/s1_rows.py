"""From one S1 section to rows: cells of public items, state and counts for the main row.

Reserved items are taken out of a fresh copy of the record before anything is read (`without_reserved`), so no
later step can see them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from vitrina import values
from vitrina.layouts.base import Reader, as_text, joined
from vitrina.layouts.pdn_cells import Cells, each, peek
from vitrina.layouts.s1_model import Column, Party, Section
from vitrina.model import Row

DECLARED, NONE, NOT_GIVEN = "DECLARADO", "NINGUNO", "NO_PROPORCIONADO"
_OTHERS = frozenset({"OTRO", "OTR", "O"})


def without_reserved(
    record: Mapping[str, Any], sections: tuple[Section, ...]
) -> tuple[Mapping[str, Any], dict[str, int]]:
    """Return a copy of *record* without the items the norm reserves, and how many each section lost."""
    counts: dict[str, int] = {}
    for section in sections:
        for path in section.paths:
            record, lost = _pruned(record, [*path.split("."), section.items], section)
            counts[section.name] = counts.get(section.name, 0) + lost
    return record, counts


def reserved_items(record: Mapping[str, Any], sections: tuple[Section, ...]) -> Iterator[Any]:
    """Yield the items that `without_reserved` takes out."""
    for section in sections:
        for path in section.paths:
            items = peek(record, f"{path}.{section.items}")
            yield from (
                i for i in (items if isinstance(items, list) else [items]) if not _may_show(i, section)
            )


def _pruned(value: Any, parts: list[str], section: Section) -> tuple[Any, int]:
    if not isinstance(value, Mapping) or parts[0] not in value:
        return value, 0
    child = value[parts[0]]
    if len(parts) > 1:
        child, lost = _pruned(child, parts[1:], section)
        return {**value, parts[0]: child}, lost
    items = child if isinstance(child, list) else [child]
    kept = [i for i in items if _may_show(i, section)]
    return {**value, parts[0]: kept}, len(items) - len(kept)


def _may_show(item: Any, section: Section) -> bool:
    return not isinstance(item, Mapping) or section.rule is None or section.rule.passes(item)


def section_rows(root: Reader, section: Section, kind: str, cells: Cells) -> tuple[list[Row], str]:
    """Return the public rows of *section* (without keys) and its state: declared, none or not given.

    *kind* is the declaration's tipo: balances are public only in INICIAL.
    """
    rows: list[Row] = []
    state = NOT_GIVEN
    for path in section.paths:
        if cells.yes_no(root.text(f"{path}.ninguno"), f"{section.name}_estado") == "true":
            state = NONE
        for item in each(root, f"{path}.{section.items}"):
            for member in section.rule.members if section.rule else ():
                item.get(member)  # says only that it is the declarant's, which the rule has proved
            rows.append(item_row(item, section, kind, replace_table(cells, section.name)))
    if rows and state == NONE:
        cells.tell(
            "ninguno-con-datos",
            f"La sección {section.name} dice «ninguno» y también trae datos; se publican los datos.",
            f"{section.name}_estado",
        )
    return rows, DECLARED if rows else state


def replace_table(cells: Cells, table: str) -> Cells:
    """Return cells that write to the same issues and withheld paths, for another table."""
    return replace(cells, table=table)


def item_row(item: Reader, section: Section, kind: str, cells: Cells) -> Row:
    """Return the row of one public item."""
    row = columns_row(item, section.columns, kind, cells)
    for party in section.parties:
        row.update(party_cells(item, party, cells))
    return row


def columns_row(item: Reader, columns: tuple[Column, ...], kind: str, cells: Cells) -> Row:
    """Return the cells of *columns*; a misspelt member that filled one is noted."""
    row: Row = {}
    for column in columns:
        for wrong in column.wrong:
            if peek(item.record, wrong) is not None:
                cells.misspelt(wrong, column.path, column.name)
        row.update(_cells(item, column, kind, cells))
    return row


def _cells(item: Reader, column: Column, kind: str, cells: Cells) -> Row:
    name, path = column.name, column.path
    if column.kind == "balance":
        # Only INICIAL shows a balance; in the others the leaf stays unread and is reported as withheld.
        hidden: Row = {name: None, f"{name}_otra_moneda": None}
        return money(item, path, name, cells) if kind == "INICIAL" else hidden
    if column.kind == "money":
        return money(item, path, name, cells)
    if column.kind in {"code", "other", "state"}:
        return _pair(item, column, cells)
    raw = item.text(path, *column.wrong)
    if column.kind == "rfc":
        return {name: cells.company_rfc(raw, name)}
    makers = {
        "text": cells.text,
        "free": cells.free,
        "date": cells.date,
        "number": cells.number,
        "year": cells.year,
        "yes_no": cells.yes_no,
    }
    return {name: makers[column.kind](raw, name)}


def _pair(item: Reader, column: Column, cells: Cells) -> Row:
    """Return the code of a {clave, valor} pair (or of a bare text) and, for "other", what it specifies."""
    paths = (column.path, *column.wrong)
    clave = item.text(*(f"{p}.clave" for p in paths), *paths)
    valor = item.text(*(f"{p}.valor" for p in paths))
    if column.kind == "state":
        return {column.name: cells.state(clave or valor, column.name)}
    row = {column.name: cells.code(clave or valor, column.name, wrong=column.old_codes)}
    if column.kind == "other":
        row[f"{column.name}_otro"] = cells.free(valor, f"{column.name}_otro") if clave in _OTHERS else None
    return row


def money(item: Reader, path: str, name: str, cells: Cells) -> Row:
    """Return an amount in pesos, or as text with its currency when it is in another: never one for the other."""
    raw = item.text(f"{path}.valor", path)
    currency = (item.text(f"{path}.moneda") or "MXN").upper()
    other = f"{name}_otra_moneda"
    if currency == "MXN":
        return {name: cells.amount(raw, name), other: None}
    return {name: None, other: cells.text(f"{raw} {currency}", other) if raw else None}


def party_cells(item: Reader, party: Party, cells: Cells) -> Row:
    """Return kind, name and RFC of the others in an item; name and RFC of natural persons are withheld.

    Who is not plainly a legal person (tipoPersona MORAL, or an institution by the standard, and no natural
    person's RFC) counts as natural.
    """
    kinds: list[str | None] = []
    names: list[str | None] = []
    rfcs: list[str | None] = []
    natural = bool(party.unless[0]) and _clave(item, party.unless[0]) == party.unless[1]
    for other in each(item, party.path) if party.path else [item]:
        kind = other.text(party.kind) if party.kind else "MORAL"
        kinds.append(cells.code(kind, f"{party.prefix}_tipo"))
        if kind == "MORAL" and not natural and not values.is_person_rfc(as_text(other.record.get(party.rfc))):
            names.append(cells.text(other.text(party.name), f"{party.prefix}_nombre"))
            rfcs.append(cells.company_rfc(other.text(party.rfc), f"{party.prefix}_rfc"))
            continue
        present = (m for m in (party.name, party.rfc) if as_text(other.record.get(m)) is not None)
        cells.withheld.update(f"{other.prefix}{member}" for member in present)
    row = {f"{party.prefix}_nombre": joined(names), f"{party.prefix}_rfc": joined(rfcs)}
    return {f"{party.prefix}_tipo": joined(kinds), **row} if party.kind else row


def _clave(item: Reader, member: str) -> str | None:
    value = item.record.get(member)
    return as_text(value.get("clave") if isinstance(value, Mapping) else value)
