"""«¿De dónde sale este número?» on the page of a body or a supplier: which rows were counted, and how to count again.

They name no edition: the page of an ente changes only when its rows do, and the hash of the rows says which they are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from typing import Any

import orjson

from vitrina.portal import urls
from vitrina.portal.recipes import keys_hash
from vitrina.portal.shelf import SUPPLIERS, Shelf, mention_columns
from vitrina.portal.site import Site
from vitrina.portal.words import say

NAME = "cifras.json"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the key of the ente or supplier is looked for."""

    tabla: str
    columna: str
    une: str
    """Column that names the record of the main table: `id`, or the child table's parent key."""
    archivo: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many records of a dataset name *clave*: those with it in any of *lugares*, each counted once."""

    conjunto: str
    titulo: str
    clave: str
    consulta: str
    lugares: tuple[Place, ...]
    valor: int
    filas_direccion: str
    filas_sha256: str
    fecha: str
    """Column of the record's date, "" when the dataset has none."""
    por_anio: Mapping[str, int]
    """Year ("" without a date) → records."""
    monto: str
    """Column of the amount where amounts are added up, otherwise "" and nothing is."""
    suma: float
    suma_por_anio: Mapping[str, float]
    contraparte: str
    """Column of the other side: of a supplier's contracts the buyer, of a body's the supplier."""
    por_contraparte: Mapping[str, tuple[int, float]]
    """Key of the other side → records and what they add up to."""


def recipes(
    site: Site, kind: str, row_id: str, found: Mapping[str, Sequence[int]], lists: Mapping[str, str]
) -> list[Recipe]:
    """Return a recipe per dataset of *found* (slug → positions); *lists* says where its rows are listed, if anywhere.

    *kind* is the slug of the register that *row_id* belongs to.
    """
    made = []
    key = "proveedor_id" if kind == SUPPLIERS else "ente_id"
    for slug, rows in found.items():
        shelf = site.shelf(slug)
        main = shelf.system.display.supplier if kind == SUPPLIERS else shelf.system.display.ente
        places = tuple(
            Place(t.name, c, t.parent_key or "id", site.urls.to(urls.data(slug, f"{t.name}.parquet")))
            for t, c in mention_columns(shelf, key, main)
        )
        made.append(
            Recipe(
                conjunto=slug,
                titulo=shelf.system.short_title,
                clave=row_id,
                consulta=_words(row_id, places),
                lugares=places,
                valor=len(rows),
                filas_direccion=lists.get(slug, ""),
                filas_sha256=keys_hash(shelf.ids[at] for at in rows),
                **_numbers(shelf, rows, kind),
            )
        )
    return made


def _words(row_id: str, places: Sequence[Place]) -> str:
    """Say what was counted."""
    where = [say("«{column}» de la tabla {table}", column=p.columna, table=p.tabla) for p in places]
    either = reduce(lambda first, last: say("{first} o {last}", first=first, last=last), where)
    return say(
        "Se cuentan los registros que traen la clave «{key}» en {places}; cada registro, una vez.",
        key=row_id,
        places=either,
    )


def _numbers(shelf: Shelf, rows: Sequence[int], kind: str) -> dict[str, Any]:
    """Return what else the page tells of *rows*: by year, and where somebody is paid the sums and the other sides.

    Amounts add up to something only where somebody is paid: incomes or fines of different people do not.
    """
    display = shelf.system.display
    paid = bool(display.amount and display.supplier)
    other = (display.ente if kind == SUPPLIERS else display.supplier) if paid else ""
    keys = shelf.dataset.frame[other] if other in shelf.dataset.frame.columns else None
    years: dict[str, list[float]] = defaultdict(list)
    sides: dict[str, list[float]] = defaultdict(list)
    for at in rows:
        amount = float(shelf.amounts[at] or 0) if paid else 0.0
        years[str(shelf.dates[at] or "")[:4]].append(amount)
        if keys is not None and keys[at]:
            sides[str(keys[at])].append(amount)
    by_year = dict(sorted(years.items()))
    return {
        "fecha": display.date, "por_anio": {y: len(a) for y, a in by_year.items()}, "monto": display.amount if paid else "",
        "suma": _total(a for of_year in by_year.values() for a in of_year),
        "suma_por_anio": {y: _total(a) for y, a in by_year.items()} if paid else {},
        "contraparte": other, "por_contraparte": {k: (len(a), _total(a)) for k, a in sorted(sides.items())},
    }  # fmt: skip


def _total(amounts: Iterable[float]) -> float:
    """Return the sum in pesos and cents, whatever the order of the rows."""
    return round(math.fsum(amounts), 2)


def as_json(found: Sequence[Recipe]) -> bytes:
    """Return the recipes as the file `cifras.json` beside the page."""
    return orjson.dumps([asdict(r) for r in found], option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2)
