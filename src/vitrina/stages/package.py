"""Package: clean tables → build/packages/<system>/: data package in every format, README, checksums, ZIP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from vitrina.config import Settings
from vitrina.model import Source, System, Table
from vitrina.packaging import descriptor, files
from vitrina.storage import fresh_folder, read_json, sha256, write_bytes, write_json

Progress = Callable[[str], None]


def run(
    settings: Settings,
    systems: Sequence[System],
    sources: Sequence[Source],
    progress: Progress = lambda _t: None,
) -> dict[str, int]:
    """Package every system; return published main rows per system."""
    version = read_json(settings.build / "changes" / "version.json")
    identity = settings.identity()
    counts = {}
    for system in systems:
        tables = [(t, table_frame(settings, system, t)) for t in system.tables]
        _package(settings, system, tables, sources, version, identity)
        counts[system.slug] = tables[0][1].height
        progress(f"{system.slug}: {counts[system.slug]} filas, {len(tables)} tablas")
    return counts


def table_frame(settings: Settings, system: System, table: Table) -> pl.DataFrame:
    """Return the published rows of *table*, sorted by primary key; main tables with their history columns."""
    frame = pl.read_parquet(settings.build / "checked" / system.slug / f"{table.name}.parquet")
    if table is system.main:
        history = pl.read_parquet(settings.build / "changes" / f"{system.slug}.parquet").drop("historia")
        frame = frame.join(history, on="id", how="left")
    return frame.sort(table.primary_key)


def _package(
    settings: Settings,
    system: System,
    tables: list[tuple[Table, pl.DataFrame]],
    sources: Sequence[Source],
    version: dict[str, Any],
    identity: dict[str, Any],
) -> None:
    folder = fresh_folder(settings.build / "packages" / system.slug)
    for table, frame in tables:
        files.write_csv(folder / f"{table.name}.csv", frame)
        files.write_jsonl(folder / f"{table.name}.jsonl", frame)
        files.write_parquet(folder / f"{table.name}.parquet", frame)
    files.write_xlsx(folder / f"{system.slug}.xlsx", tables, date.fromisoformat(version["data_date"]))
    rows = {table.name: frame.height for table, frame in tables}
    package = descriptor.build(system, folder, rows, sources, version, identity)
    write_json(folder / "datapackage.json", package)
    write_bytes(folder / "README.md", descriptor.readme(system, package, identity).encode())
    _sums(folder)
    travels = (".csv", ".json", ".md")
    members = {p.name: p for p in sorted(folder.iterdir()) if p.suffix in travels or p.name == "SHA256SUMS"}
    files.write_zip(folder / f"{system.slug}.zip", members)


def _sums(folder: Path) -> None:
    lines = [f"{sha256(p)}  {p.name}\n" for p in sorted(folder.iterdir())]
    write_bytes(folder / "SHA256SUMS", "".join(lines).encode())
