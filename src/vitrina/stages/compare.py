"""Compare: tonight's clean rows against the ledger of every record ever published.

The ledger (data/archive/ledger/<system>.parquet) keeps id, content hash, first night, last change and, for what is
gone, since when. It holds no names: a withdrawn record's page says only that and when it was withdrawn.
`publish` puts the new ledger in the archive once the site is switched, so a failed night leaves no trace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from vitrina.config import Settings
from vitrina.model import System, Version
from vitrina.storage import fresh_folder, read_json, write_json, write_parquet

Progress = Callable[[str], None]
SCHEMA = {
    "id": pl.String,
    "hash": pl.String,
    "primera_vez": pl.Date,
    "ultimo_cambio": pl.Date,
    "retirado": pl.Date,
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
        write_parquet(folder / f"{system.slug}.parquet", live.select("id", "primera_vez", "ultimo_cambio"))
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
    now = _hashes(settings.build / "checked" / system.slug, system)
    today = pl.lit(settings.run_date)
    joined = now.join(before, on="id", how="left", suffix="_before")
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
    )
    gone = before.join(now, on="id", how="anti")
    if decided:
        gone = gone.with_columns(pl.col("retirado").fill_null(today))
    return pl.concat([live, gone.select(live.columns)]).sort("id")


def _read(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=SCHEMA)


def _hashes(folder: Path, system: System) -> pl.DataFrame:
    """Return (id, hash) of each main row with its child rows, provenance of place left out."""
    texts: dict[str, list[str]] = {}
    for table in system.tables:
        path = folder / f"{table.name}.parquet"
        if not path.is_file():
            continue
        frame = pl.read_parquet(path)
        key = table.parent_key or "id"
        content = [c for c in table.names if c not in _NOT_CONTENT]
        lines = frame.select(
            pl.col(key).alias("key"), pl.struct(content).struct.json_encode().alias("json")
        ).sort("key", "json")
        for parent, line in lines.iter_rows():
            if table is system.main:
                texts[parent] = [line]
            elif parent in texts:
                texts[parent].append(line)
    ids = sorted(texts)
    digests = [hashlib.sha256("\n".join(texts[i]).encode()).hexdigest() for i in ids]
    return pl.DataFrame({"id": ids, "hash": digests}, schema={"id": pl.String, "hash": pl.String})


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
