"""`python -m pytest tests/faults --whole` runs the whole matrix; without it, a sample of every fault and format."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from vitrina import config, registry
from vitrina.model import Source
from vitrina.simulate import api, api_data, demo
from vitrina.simulate.api_faults import Fault
from vitrina.stages import pull
from vitrina.storage import read_json, sha256, write_json

sys.path.insert(0, str(Path(__file__).parent))  # test_matrix imports its table by name

DAY = date(2026, 11, 20)
REQUEST, SOURCE = 2, 3
"""Seconds that one request and one source may take."""
PAGE_SIZES = {"pdn_v1": 20, "pdn_s1": 20, "directus": 20, "s3_wrapper": 20, "pdn_s6": 5}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="toda la matriz de fallas, no una muestra")


@dataclass
class Bench:
    """A running API, the sources that read it, and an archive with one good night."""

    server: api.Server
    root: Path
    sources: dict[str, Source]

    def settings(self, root: Path, day: date) -> config.Settings:
        limits = {**config.LIMITS, "request_seconds": REQUEST, "source_seconds": SOURCE, "backoff_ms": 2}
        return replace(config.settings(root, day), limits=limits)

    def night(self, root: Path, names: Sequence[str], day: date) -> tuple[dict[str, Any], float]:
        """Pull the sources *names* and return what became of each, and the seconds it took."""
        started = monotonic()
        pull.run(self.settings(root, day), [self.sources[n] for n in names])
        seconds = monotonic() - started
        return {n: read_json(root / "build" / "pull" / f"{n}.json") for n in names}, seconds


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    root = tmp_path_factory.mktemp("fallas")
    data = demo.datasets(DAY, 60)
    with api.make_server(data).running() as server:
        demo.write_root(root, server.base_url, years=api_data.yearly(data["archivos"]))
        settings = config.settings(root, DAY)
        found = registry.load_sources(settings, registry.load_systems(settings))
        bench = Bench(server, root, {s.id: _in_pages(s) for s in found})
        results, _ = bench.night(root, list(bench.sources), DAY)
        assert {r["weather"] for r in results.values()} == {"fresh"}
        yield bench


def _in_pages(source: Source) -> Source:
    """The same source read in small pages, so that there is a first, a middle and a last one."""
    options = dict(source.options[source.protocol])
    if source.protocol in PAGE_SIZES:
        options["page_size"] = PAGE_SIZES[source.protocol]
    elif options.get("kind") == "packages":
        options["url"] += f"?limit={25 if 'releases' in options['url'] else 5}"
    return replace(source, options={**source.options, source.protocol: options})


@dataclass(frozen=True)
class Outcome:
    """What one faulty night did to the target, to the others, and to the bytes kept before."""

    weather: str
    condition: str
    message: str
    records: int
    claimed: int | None
    seconds: float
    others: dict[str, str]
    untouched: bool
    asked: int


@pytest.fixture
def strike(bench: Bench, tmp_path: Path) -> Iterator[Callable[..., Outcome]]:
    """A function (source, faults) → the outcome of a night with those faults, after a good one (or as the first)."""

    def run(name: str, *faults: Fault, first: bool = False) -> Outcome:
        others = [o for o in ("api-s3p-v1", "api-entes-entes") if o != name]
        shutil.copytree(bench.root / "data" / "secretos", tmp_path / "data" / "secretos", dirs_exist_ok=True)
        for source in [*others, *([] if first else [name])]:
            kept = Path("data") / "archive" / "snapshots" / source
            shutil.copytree(bench.root / kept, tmp_path / kept)
        _forget_validators(tmp_path, name)
        before = _bytes(tmp_path, name)
        bench.server.switch(*faults)
        results, seconds = bench.night(tmp_path, [name, *others], DAY + timedelta(days=1))
        result = results.pop(name)
        return Outcome(
            result["weather"], result["condition"], result["message"], result["records"], result["claimed"], seconds,
            {n: r["weather"] for n, r in results.items()}, _bytes(tmp_path, name) == before, len(bench.server.log),
        )  # fmt: skip

    yield run
    bench.server.switch()


def _forget_validators(root: Path, source: str) -> None:
    """Make the next reading unconditional: a 304 has no body for a fault to spoil."""
    path = root / "data" / "archive" / "snapshots" / source / "last_good.json"
    if path.is_file():
        write_json(path, {**read_json(path), "headers": {}})


def _bytes(root: Path, source: str) -> dict[str, str]:
    folder = root / "data" / "archive" / "snapshots" / source
    return {str(p.relative_to(folder)): sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
