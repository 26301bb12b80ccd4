"""Rows of `proveedores` for those who won a published contract and are not in the register (padrón).

The register says who may sell to the State; contracts say who did. Both are needed to follow a supplier, so
whoever appears in an award of S6 gets a row of its own, unless the register already brought one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from vitrina.layouts.base import Context, row
from vitrina.model import Outcome, Row
from vitrina.values import company_rfc

Tables = Mapping[str, pl.DataFrame]
_SYSTEM = "s6-contrataciones"
_AWARDS = ("proceso_id", "n", "proveedor_id", "proveedor_nombre", "proveedor_tipo")
_PARTIES = ("proceso_id", "proveedor_id", "rfc", "municipio", "entidad")


def derive(inputs: Mapping[str, Tables], own: Tables, context: Context) -> Iterator[Outcome]:
    """Yield one row per supplier with an award in S6 that *own* does not list, in order of id.

    *inputs*: system slug → table → rows as text (of S6, `adjudicaciones` and `partes`); *own*: the rows already
    read from the register. Position: the process and award row where the supplier first appears. A company's
    RFC comes from its id or from `partes`, which never carries a natural person's.
    """
    tables = inputs.get(_SYSTEM, {})
    known = _ids(own.get(context.system.main.name))
    parties: dict[str, Row] = {}
    for party in _rows(tables, "partes", _PARTIES):
        if party["proveedor_id"]:
            kept = parties.setdefault(party["proveedor_id"], dict(party))
            kept.update({k: v for k, v in party.items() if kept[k] is None})
    found: dict[str, Row] = {}
    for award in _rows(tables, "adjudicaciones", _AWARDS):
        if award["proveedor_id"] and award["proveedor_nombre"] and award["proveedor_id"] not in known:
            first = found.setdefault(award["proveedor_id"], award)
            first["proveedor_tipo"] = first["proveedor_tipo"] or award["proveedor_tipo"]
    for key in sorted(found):
        yield _outcome(key, found[key], parties.get(key, {}), context)


def _outcome(key: str, award: Row, party: Row, context: Context) -> Outcome:
    columns: Row = dict.fromkeys(n for n in context.system.main.names if not n.startswith("fuente_"))
    kind = award["proveedor_tipo"]
    natural = kind == "fisica"
    values = row(
        id=key,
        nombre=award["proveedor_nombre"],
        rfc=None if natural else company_rfc(party.get("rfc")) or company_rfc(key),
        tipo_persona=kind,
        origen="contrataciones",
        municipio=None if natural else party.get("municipio"),
        entidad=None if natural else party.get("entidad"),
    )
    position = f"{_SYSTEM}/{award['proceso_id']}#{award['n']}"
    return Outcome(positions=(position,), rows={context.system.main.name: [columns | values]})


def _ids(frame: pl.DataFrame | None) -> set[str]:
    return set(frame["id"].drop_nulls()) if frame is not None and "id" in frame.columns else set()


def _rows(tables: Tables, name: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the *columns* of a table in the order of process and row, missing columns as None."""
    frame = tables.get(name)
    if frame is None or frame.is_empty():
        return
    wanted = frame.select(pl.col(c) if c in frame.columns else pl.lit(None).alias(c) for c in columns)
    order = [pl.col("proceso_id")]
    if "n" in columns:
        order.append(pl.col("n").cast(pl.Int64, strict=False))
    yield from wanted.sort(order, maintain_order=True).iter_rows(named=True)
