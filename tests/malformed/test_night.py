"""Broken deliveries through the stages: the ledger balances, the other source publishes, the reason names the file."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import generator

from vitrina import build, config, scaffold

NIGHTS = 400 if os.environ.get("VITRINA_WHOLE") else 24
SOURCE = """\
id = "{id}"
title = "Fuente {id}"
system = "{system}"
protocol = "folder"
format = "{kind}"
frequency = "mensual"
synthetic = true

[folder]
path = "data/entrada/{id}"
"""


def test_every_row_of_every_night_is_accounted_for(tmp_path: Path) -> None:
    start = date(2026, 3, 1)
    for slug in ("obras", "permisos"):
        scaffold.new_system(config.settings(tmp_path, start), slug)
    sources = tmp_path / "data" / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for kind in (*generator.WRITERS, "good"):
        text = SOURCE.format(id=f"muni-{kind}", system="obras" if kind != "good" else "permisos", kind="csv")
        (sources / f"muni-{kind}.toml").write_text(
            text.replace('"csv"', f'"{kind}"' if kind != "good" else '"csv"')
        )
        (tmp_path / "data" / "entrada" / f"muni-{kind}").mkdir(parents=True)
    good = generator.write_csv(Random(1), generator.rows(Random(8)))
    (tmp_path / "data" / "entrada" / "muni-good" / "bien.csv").write_bytes(good)
    weather: Counter[str] = Counter()
    for number in range(NIGHTS):
        for kind, write in generator.WRITERS.items():
            rng = Random(f"noche {number} {kind}")
            path = tmp_path / "data" / "entrada" / f"muni-{kind}" / f"datos.{kind}"
            path.write_bytes(generator.harmed(rng, write(rng, generator.rows(rng))))
        night = build.open_night(config.settings(tmp_path, start + timedelta(days=number)))
        for stage in ("pull", "normalize", "check"):
            night.stage(stage)
        for slug in ("obras", "permisos"):
            report = json.loads((tmp_path / "build" / "reports" / f"{slug}.json").read_text(encoding="utf-8"))
            for source in report["sources"]:
                parts = source["published"] + source["quarantined"] + source["withheld"]
                assert source["records_in"] == parts, (number, source)
                weather[source["weather"]] += 1
                if source["weather"] in ("kept", "none"):
                    assert source["message"] and source["remedy"], (number, source)
                if slug == "permisos":
                    assert source["published"] > 0
    assert weather["kept"] and weather["fresh"], weather
