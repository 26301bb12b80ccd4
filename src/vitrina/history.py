"""Which fields of a record changed, night by night. Of what they said before, only a number is kept, never the text.

A name or an amount that an institution corrected must not live on here: the history names the fields and the nights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zlib import crc32

import polars as pl

from vitrina.model import System

PRINT = "f:"
"""Before the name of a field (of a child table: of all its rows together) in the columns of prints."""
TYPE: pl.DataType = pl.List(pl.Struct({"dia": pl.Date, "regreso": pl.Boolean, "campos": pl.List(pl.String)}))
"""`historia`: the nights a record changed, the last ones first; `regreso`: it was published again."""
_KEPT = 12


def prints(main: pl.DataFrame, content: Sequence[str], children: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return id → a number per field of *content* and per table of *children* (id, text of all its rows)."""
    found = main.select("id", *(_print(main[name], name) for name in content))
    for name, texts in children.items():
        numbers = texts.select("id", _print(texts["text"], name))
        found = found.join(numbers, on="id", how="left", maintain_order="left")
    return found


def _print(values: pl.Series, name: str) -> pl.Series:
    """Two texts of the same number would hide a change: one chance in four thousand million."""
    texts = values.cast(pl.String)
    distinct = texts.unique()
    numbers = pl.Series([None if v is None else crc32(v.encode()) for v in distinct], dtype=pl.UInt32)
    return texts.replace_strict(distinct, numbers, return_dtype=pl.UInt32).alias(PRINT + name)


def told(joined: pl.DataFrame, system: System, today: date) -> pl.Series:
    """Return the `historia` of each row of *joined*: tonight's rows beside those of the last ledger (`_before`).

    A night that is repeated adds to its own entry; nothing is added for a record that is new.
    """
    if "historia" not in joined.columns:
        joined = joined.with_columns(pl.lit(None, dtype=TYPE).alias("historia"))
    fields = [*system.main.names, *(t.name for t in system.children)]
    known = [n for n in fields if {PRINT + n, f"{PRINT}{n}_before"} <= set(joined.columns)]
    moved = joined.with_row_index("at").filter(
        pl.col("hash_before").is_not_null()
        & ((pl.col("hash") != pl.col("hash_before")) | pl.col("retirado").is_not_null())
    )
    told = joined["historia"].to_list() if moved.height else []
    for row in moved.iter_rows(named=True):
        back = row["retirado"] is not None
        # A withdrawn record left no prints to compare with.
        names = [] if back else [n for n in known if row[PRINT + n] != row[f"{PRINT}{n}_before"]]
        told[row["at"]] = noted(told[row["at"]] or [], today, back, names)
    return pl.Series("historia", told, dtype=TYPE) if told else joined["historia"]


def noted(
    entries: Sequence[Mapping[str, Any]], today: date, back: bool, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return *entries* with what changed *today* before them; the oldest ones fall off."""
    rest = [dict(e) for e in entries]
    if rest and rest[0]["dia"] == today:
        same = rest.pop(0)
        back, names = back or same["regreso"], list(dict.fromkeys([*same["campos"], *names]))
    return [{"dia": today, "regreso": back, "campos": list(names)}, *rest][:_KEPT]
