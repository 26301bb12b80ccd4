"""The theme's bundles: hashed names, within their budgets, and a plain word when the tools are missing."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest
from toy_portal import RUN_DATE

from vitrina import portal
from vitrina.config import HOME, Settings
from vitrina.errors import RenderError


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The bundles of the program's theme, by logical name."""
    out = tmp_path_factory.mktemp("recursos")
    named = portal.bundle(Settings(root=HOME, run_date=RUN_DATE), out)
    return {name: out / "recursos" / file for name, file in named.items()}


def test_every_entry_has_a_hashed_file(bundled: dict[str, Path]) -> None:
    scripts = {f"{n}.js" for n in ("main", "search", "search-download", "search-worker", "viewer")}
    assert set(bundled) == {"main.css", *scripts}
    for path in bundled.values():
        assert re.fullmatch(r"[a-z-]+-[A-Z0-9]{8}\.(css|js)", path.name)
        assert path.is_file()
    assert not (bundled["main.css"].parent / "bundle-meta.json").exists()


@pytest.mark.parametrize(("name", "budget"), [("main.css", 10_000), ("main.js", 2_000)])
def test_ordinary_pages_stay_light(bundled: dict[str, Path], name: str, budget: int) -> None:
    assert len(gzip.compress(bundled[name].read_bytes(), mtime=0)) <= budget


def test_nothing_asks_another_host_nor_needs_a_new_browser(bundled: dict[str, Path]) -> None:
    css = bundled["main.css"].read_text(encoding="utf-8")
    assert "url(" not in css
    assert "@import" not in css
    assert "@layer" not in css


def test_missing_esbuild_says_what_to_run(tmp_path: Path) -> None:
    shutil.copytree(
        HOME / "themes" / "vitrina",
        tmp_path / "themes" / "vitrina",
        ignore=shutil.ignore_patterns("node_modules"),
    )
    with pytest.raises(RenderError) as caught:
        portal.bundle(Settings(root=tmp_path, run_date=RUN_DATE), tmp_path / "out")
    assert "scripts/build" in caught.value.remedy


def test_a_broken_style_is_named(tmp_path: Path) -> None:
    theme = tmp_path / "themes" / "vitrina"
    shutil.copytree(HOME / "themes" / "vitrina", theme, ignore=shutil.ignore_patterns("node_modules"))
    (theme / "node_modules").symlink_to(HOME / "themes" / "vitrina" / "node_modules")
    (theme / "ts" / "main.ts").write_text("const = ;", encoding="utf-8")
    with pytest.raises(RenderError, match=r"main\.ts"):
        portal.bundle(Settings(root=tmp_path, run_date=RUN_DATE), tmp_path / "out")
