"""A simulated API and the sources that a portal would declare to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vitrina import acceptance, config, registry
from vitrina.acceptance.sheet import Sheet
from vitrina.acceptance.standard import COLLECTIONS
from vitrina.simulate import api, api_data, demo

DAY = date(2026, 11, 20)
Try = Callable[..., Sheet]


@pytest.fixture(scope="session")
def data() -> api_data.Datasets:
    """What a server in order serves: several pages of 200 in no collection, so that a sheet takes a second."""
    return api_data.simulated(DAY, 60, collections=COLLECTIONS).public()


@pytest.fixture
def sheet_of(data: api_data.Datasets, tmp_path: Path) -> Iterator[Try]:
    """A function (source, faults…) → the sheet of that source of the demo's portal."""
    with ExitStack() as running:

        def run(source: str, *faults: Any, datasets: Any = None, stress: bool = False, **more: Any) -> Sheet:
            server = running.enter_context(api.make_server(datasets or data, 0, faults, **more).running())
            demo.write_root(tmp_path, server.base_url)
            settings = config.settings(tmp_path, DAY)
            sources = registry.load_sources(settings, registry.load_systems(settings))
            chosen = next(s for s in sources if s.id == source)
            return acceptance.run(chosen, settings, stress=stress)

        yield run
