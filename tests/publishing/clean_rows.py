"""Simulated rows as the portal would publish them: every system, through the real layouts, private parts dropped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from vitrina import build, config, simulate

DAY = date(2026, 11, 20)
SOURCE = """\
id = "{id}"
title = "Fuente simulada {id}"
system = "{slug}"
protocol = "folder"
format = "{format}"
frequency = "diaria"
synthetic = true
{more}
[folder]
path = "data/entrada/{id}"
"""


def tables(root: Path, rows: int, seed: int = 5, systems: tuple[str, ...] = ()) -> Path:
    """Simulate *rows* main records of each system under *root*, normalize them, and return the tables' folder."""
    for slug in systems or simulate.systems():
        folder = root / "data" / "entrada" / slug
        for path in simulate.write_system(slug, rows, seed, folder, DAY):
            name, more = slug, ""
            if path.suffix == ".csv":
                name, more = (
                    f"{slug}-{path.stem}".replace("_", "-"),
                    f'layout = "tabular"\ntable = "{path.stem}"\n',
                )
                apart = folder.with_name(name)
                apart.mkdir(exist_ok=True)
                path.rename(apart / path.name)
            source = root / "data" / "sources" / f"{name}.toml"
            source.parent.mkdir(parents=True, exist_ok=True)
            text = SOURCE.format(id=name, slug=slug, format=path.suffix[1:], more=more)
            source.write_text(text, encoding="utf-8")
    night = build.open_night(config.settings(root, DAY))
    night.stage("pull")
    night.stage("normalize")
    return root / "build" / "tables"


def staged(built: Path, stage: Path) -> int:
    """Write every table under *built* as CSV and JSON Lines under *stage*; return how many rows there are."""
    rows = 0
    for path in sorted(built.glob("*/[!_]*.parquet")):
        frame = pl.read_parquet(path)
        folder = stage / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        frame.write_csv(folder / f"{path.stem}.csv")
        frame.write_ndjson(folder / f"{path.stem}.jsonl")
        rows += frame.height
    return rows
