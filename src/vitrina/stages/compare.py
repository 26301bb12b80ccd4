"""Compare: tonight's clean rows against the ledger of every record ever published.

The ledger (data/archive/ledger/<system>.parquet) keeps id, content hash, first night, last change, which fields
changed when (history.py) and, for what is gone, since when. It holds no names, and of withdrawn records no numbers of
their fields either: a withdrawn record's page says only that and when it was withdrawn.
`publish` puts the new ledger in the archive once the site is switched, so a failed night leaves no trace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from vitrina import history
from vitrina.config import Settings
from vitrina.model import System, Table, Version
from vitrina.storage import fresh_folder, read_json, write_json, write_parquet

Progress = Callable[[str], None]
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "hash": pl.String,
    "primera_vez": pl.Date,
    "ultimo_cambio": pl.Date,
    "retirado": pl.Date,
    "historia": history.TYPE,
}
_NOT_CONTENT = ("fuente_instantanea", "fuente_posicion")
"""A row that only moved to another line or file has not changed."""
_NAMED = 500
"""Ids listed per kind of change; the counts are always whole."""


def run(
    settings: Settings, systems: Sequence[System], *, synthetic: bool, progress: Progress = lambda _t: None
) -> Version:
    """Write build/changes/ (per system: ledger, history columns, summary; version.json) and return the version."""
    folder = fresh_folder(settings.build / "changes")
    digest = hashlib.sha256()
    newest: list[str] = []
    for system in systems:
        report = read_json(settings.build / "reports" / f"{system.slug}.json")
        newest.append(report["newest_date"])
        ledger = _ledger(settings, system, decided=report["decision"] == "publish")
        write_parquet(folder / "ledger" / f"{system.slug}.parquet", ledger)
        live = ledger.filter(pl.col("retirado").is_null())
        shown = live.select("id", "primera_vez", "ultimo_cambio", "historia")
        write_parquet(folder / f"{system.slug}.parquet", shown)
        summary = _summary(ledger, settings.run_date)
        write_json(folder / f"{system.slug}.json", summary)
        digest.update(system.slug.encode())
        digest.update("".join(live["hash"]).encode())
        counts = summary["counts"]
        progress(f"{system.slug}: +{counts['added']} ~{counts['changed']} −{counts['withdrawn_tonight']}")
    data_date = date.fromisoformat(max([n for n in newest if n] or [settings.run_date.isoformat()]))
    version = Version(
        id=f"{settings.run_date.isoformat()}-{digest.hexdigest()[:8]}", day=settings.run_date,
        data_date=min(data_date, settings.run_date), synthetic=synthetic,
    )  # fmt: skip
    write_json(
        folder / "version.json",
        {
            "id": version.id, "date": version.day.isoformat(), "data_date": version.data_date.isoformat(),
            "synthetic": synthetic,
        },
    )  # fmt: skip
    return version


def _ledger(settings: Settings, system: System, *, decided: bool) -> pl.DataFrame:
    """Return the new ledger, sorted by id. Without a decision to publish nothing counts as withdrawn."""
    before = _read(settings.archive / "ledger" / f"{system.slug}.parquet")
    now = _contents(settings.build / "checked" / system.slug, system)
    today = pl.lit(settings.run_date)
    joined = now.join(before, on="id", how="left", suffix="_before", maintain_order="left")
    same = pl.col("hash") == pl.col("hash_before")
    live = joined.select(
        "id",
        "hash",
        pl.col("primera_vez").fill_null(today),
        pl.when(same & pl.col("retirado").is_null())
        .then(pl.col("ultimo_cambio"))
        .otherwise(today)
        .alias("ultimo_cambio"),
        pl.lit(None, dtype=pl.Date).alias("retirado"),
        history.told(joined, system, settings.run_date),
        *(c for c in now.columns if c.startswith(history.PRINT)),
    )
    gone = before.join(now, on="id", how="anti")
    if decided:
        gone = gone.with_columns(pl.col("retirado").fill_null(today))
    held = [c for c in live.columns if c in gone.columns]
    # What a withdrawn record said must not be guessed from its numbers by trying names.
    withdrawn = pl.col("retirado").is_not_null()
    bare = [pl.when(~withdrawn).then(pl.col(c)).alias(c) for c in held if c.startswith(history.PRINT)]
    return pl.concat([live, gone.select(held).with_columns(bare)], how="diagonal").sort("id")


def _read(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=SCHEMA)


def _contents(folder: Path, system: System) -> pl.DataFrame:
    """Return per main row (id, hash, a print per field): its own text and its child rows', provenance of place left out."""
    paths = {t.name: folder / f"{t.name}.parquet" for t in system.tables}
    if not paths[system.main.name].is_file():
        return pl.DataFrame(schema={"id": pl.String, "hash": pl.String})
    main = pl.read_parquet(paths[system.main.name])
    children = {
        t.name: _lines(pl.read_parquet(paths[t.name]), t) for t in system.children if paths[t.name].is_file()
    }
    whole = _lines(main, system.main)
    for name, lines in children.items():
        whole = whole.join(lines.rename({"text": name}), on="id", how="left", maintain_order="left")
    texts = ["text", *children]
    joined = whole.select(pl.concat_str(texts, separator="\n", ignore_nulls=True)).to_series()
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in joined]
    prints = history.prints(main, _content(system.main), children)
    return whole.select("id", pl.Series("hash", digests, dtype=pl.String)).join(prints, on="id", how="left")


def _content(table: Table) -> list[str]:
    return [c for c in table.names if c not in _NOT_CONTENT]


def _lines(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return (id of the main row, text of its rows of *table*), by id."""
    lines = frame.select(
        pl.col(table.parent_key or "id").alias("id"),
        pl.struct(_content(table)).struct.json_encode().alias("text"),
    ).sort("id", "text")
    return lines.group_by("id", maintain_order=True).agg(pl.col("text").str.join("\n"))


def _summary(ledger: pl.DataFrame, today: date) -> dict[str, Any]:
    """Return what changed tonight. It follows from the ledger's dates alone, so a repeated night says the same."""
    live = ledger.filter(pl.col("retirado").is_null())
    added = live.filter(pl.col("primera_vez") == today)["id"]
    changed = live.filter((pl.col("ultimo_cambio") == today) & (pl.col("primera_vez") < today))["id"]
    gone = ledger.filter(pl.col("retirado").is_not_null())
    return {
        "added": added.head(_NAMED).to_list(),
        "changed": changed.head(_NAMED).to_list(),
        "withdrawn": [
            {"id": i, "since": since.isoformat(), "first": first.isoformat()}
            for i, since, first in gone.select("id", "retirado", "primera_vez").iter_rows()
        ],
        "counts": {
            "rows": live.height,
            "added": added.len(),
            "changed": changed.len(),
            "withdrawn_tonight": gone.filter(pl.col("retirado") == today).height,
            "withdrawn": gone.height,
        },
    }
