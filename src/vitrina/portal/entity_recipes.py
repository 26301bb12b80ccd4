"""«¿De dónde sale este número?» on the page of a body or a supplier: which rows were counted, and how to count again.

They name no edition: the page of an ente changes only when its rows do, and the hash of the rows says which they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce

import orjson

from vitrina.portal import urls
from vitrina.portal.recipes import keys_hash
from vitrina.portal.shelf import SUPPLIERS, mention_columns
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


def as_json(found: Sequence[Recipe]) -> bytes:
    """Return the recipes as the file `cifras.json` beside the page."""
    return orjson.dumps([asdict(r) for r in found], option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2)
