"""The toy portal (toy_portal.py), rendered once for the tests that only read it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vitrina import portal
from vitrina.config import Settings

sys.path.insert(0, str(Path(__file__).parent))
from toy_portal import ASSETS, make_toy


@pytest.fixture
def toy(tmp_path: Path) -> Settings:
    """A portal's root of its own, for tests that spoil something."""
    return make_toy(tmp_path / "raiz")


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy portal's pages, written once."""
    folder = tmp_path_factory.mktemp("portal")
    portal.render(make_toy(folder / "raiz"), folder / "sitio", bundled=ASSETS)
    return folder / "sitio"
