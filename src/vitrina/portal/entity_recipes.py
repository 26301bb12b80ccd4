"""«¿De dónde sale este número?» on the page of a body or a supplier: which rows were counted, and how to count again.

They name no edition: the page of an ente changes only when its rows do, and the hash of the rows says which they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import orjson

from vitrina.portal import urls
from vitrina.portal.recipes import keys_hash
from vitrina.portal.shelf import SUPPLIERS, mention_columns
from vitrina.portal.site import Site

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
        where = " o ".join(f"«{p.columna}» de la tabla {p.tabla}" for p in places)
        made.append(
            Recipe(
                conjunto=slug,
                titulo=shelf.system.short_title,
                clave=row_id,
                consulta=f"Se cuentan los registros que traen la clave «{row_id}» en {where}; cada registro, una vez.",
                lugares=places,
                valor=len(rows),
                filas_direccion=lists.get(slug, ""),
                filas_sha256=keys_hash(shelf.ids[at] for at in rows),
            )
        )
    return made


def as_json(found: Sequence[Recipe]) -> bytes:
    """Return the recipes as the file `cifras.json` beside the page."""
    return orjson.dumps([asdict(r) for r in found], option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2)
