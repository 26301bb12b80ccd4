"""A night over HTTP publishes, row for row, what the same data give when they come as files; and the demo can be wired."""

from __future__ import annotations

import json
import stat
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from vitrina import build, config, registry
from vitrina.protocols import PROTOCOLS
from vitrina.simulate import api_data, api_directus, api_open, demo, s6
from vitrina.simulate.api_data import Datasets
from vitrina.storage import read_json

DAY = date(2026, 11, 20)
ROWS = 24
STAGES = ("pull", "normalize", "check", "compare", "package")
NOT_THE_SAME = {"fuente_instantanea", "fuente_posicion"}
"""Where a row stood in what was received; everything else must agree."""


def publish(root: Path) -> dict[str, Any]:
    """Run a night up to the packages; return the weather by source."""
    night = build.open_night(config.settings(root, DAY))
    for stage in STAGES:
        night.stage(stage)
    return {p.stem: read_json(p)["weather"] for p in (root / "build" / "pull").glob("*.json")}


def tables(root: Path) -> dict[str, list[str]]:
    """Return each published table as sorted JSON rows, without the columns that say where a row stood."""
    found = {}
    for path in sorted((root / "build" / "packages").rglob("*.parquet")):
        rows = pl.read_parquet(path).drop(NOT_THE_SAME, strict=False).to_dicts()
        name = str(path.relative_to(root / "build" / "packages"))
        found[name] = sorted(json.dumps(r, default=str, sort_keys=True, ensure_ascii=False) for r in rows)
    return found


def as_files(root: Path, parts: dict[str, Datasets]) -> None:
    """Turn every source of *root* into a folder with the very records its API gives."""
    for path in (root / "data" / "sources").glob("*.toml"):
        source = tomllib.loads(path.read_text(encoding="utf-8"))
        folder = root / "data" / "entrada" / source["id"]
        folder.mkdir(parents=True)
        name, content = records(source, parts)
        (folder / name).write_bytes(content)
        plain = {k: v for k, v in source.items() if k not in PROTOCOLS}
        plain |= {"protocol": "folder", "format": "csv" if name.endswith("csv") else "json"}
        plain["folder"] = {"path": f"data/entrada/{source['id']}"}
        path.write_text(demo.declaration(plain), encoding="utf-8")


def records(source: dict[str, Any], parts: dict[str, Datasets]) -> tuple[str, bytes]:
    data, address = parts[""], json.dumps(source[source["protocol"]])
    if source["protocol"] == "http_file":
        name = source["http_file"]["url"].rpartition("/")[2]
        return name, data.files[name]
    if source["system"] == "s6-contrataciones":
        kind = source["id"].removeprefix("api-s6-")
        groups = parts[kind].processes
        if kind == "entregas":
            found: list[Any] = [release for group in groups for release in group]
        elif kind == "registros":
            found = [s6.record([dict(r) for r in group]) for group in groups]
        else:
            found = api_open.whole(groups)
        return "datos.json", orjson.dumps(found)
    name = next(n for n in data.records if f"/{n}" in address)
    rows = data.records[name]
    if source["protocol"] == "s3_wrapper":
        rows = api_directus.trim(rows, "*.*.*")
    return "datos.json", orjson.dumps(rows)


def test_a_night_over_the_api_publishes_what_the_same_files_give(tmp_path: Path) -> None:
    by_api, by_file = tmp_path / "api", tmp_path / "archivos"
    by_api.mkdir()
    by_file.mkdir()
    with demo.served(by_api, DAY, ROWS) as server:
        weather = publish(by_api)
        demo.write_root(by_file, server.base_url, years=["2025"])
    as_files(by_file, demo.datasets(DAY, ROWS))
    assert set(publish(by_file).values()) == {"fresh"}

    assert set(weather.values()) == {"fresh"}
    assert {s.protocol for s in sources(by_api)} == set(PROTOCOLS) - {"folder"}
    over_http, from_files = tables(by_api), tables(by_file)
    assert set(over_http) == set(from_files)
    for name, rows in over_http.items():
        assert rows == from_files[name], name
    assert sum(map(len, over_http.values())) > 1000


def sources(root: Path) -> Any:
    settings = config.settings(root, DAY)
    return registry.load_sources(settings, registry.load_systems(settings))


def test_secrets_are_private_files_and_stand_in_no_declaration(tmp_path: Path) -> None:
    demo.write_root(tmp_path, "http://127.0.0.1:1", years=["2025"])
    secrets = sorted((tmp_path / demo.SECRETS).iterdir())
    assert [stat.S_IMODE(p.stat().st_mode) for p in secrets] == [0o600] * len(secrets)
    for path in (tmp_path / "data" / "sources").glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert not [s.name for s in secrets if s.read_text(encoding="utf-8").strip() in text]
    assert len(sources(tmp_path)) > 30


def test_the_same_seed_gives_the_same_data() -> None:
    once, again = (api_data.simulated(DAY, 5, 3, ("spic", "processes")) for _ in range(2))
    assert (once.records, once.processes) == (again.records, again.processes)


@pytest.mark.parametrize("prefix", demo.OCDS)
def test_each_publisher_of_contracts_has_processes_of_its_own(prefix: str) -> None:
    parts = demo.datasets(DAY, 20)
    mine = {group[0]["ocid"] for group in parts[prefix].processes}
    others = {g[0]["ocid"] for name, part in parts.items() if name != prefix for g in part.processes}
    assert mine
    assert not mine & others
