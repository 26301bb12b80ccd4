"""Questions as people type them, as `vitrina search` answers them: over the built samples, and over real files.

    VITRINA_REAL_DATA=FOLDER .venv/bin/python -m pytest -s tests/search/test_relevance.py

asks those of `[real]` too, of a portal built from the public files of FOLDER (without it, of ../shared/data).
"""

from __future__ import annotations

import os
import shutil
import tomllib
from datetime import date
from pathlib import Path

import pytest

from vitrina import build, config
from vitrina.search.query import search

QUESTIONS = tomllib.loads(Path(__file__).with_name("relevance.toml").read_text(encoding="utf-8"))
SHARE = 0.95


def test_what_people_look_for_is_in_the_first_three(built_root: Path) -> None:
    assert len(QUESTIONS["samples"]) >= 60
    _ask(QUESTIONS["samples"], built_root / "build" / "index")


@pytest.mark.real
def test_so_it_is_over_real_files(repo: Path, tmp_path: Path) -> None:
    data = Path(os.environ.get("VITRINA_REAL_DATA", repo.parent / "shared" / "data"))
    if not (data / "ocds").is_dir():
        pytest.skip(f"no están los archivos públicos de referencia ({data}); indíquelos en VITRINA_REAL_DATA")
    shutil.copytree(repo / "tests" / "real_root", tmp_path, dirs_exist_ok=True)
    (tmp_path / "data" / "entrada").symlink_to(data.resolve())
    assert build.run(build.open_night(config.settings(tmp_path, date(2026, 11, 20)))) in (0, 10)
    assert len(QUESTIONS["real"]) >= 20
    _ask(QUESTIONS["real"], tmp_path / "build" / "index")


def _ask(asked: dict[str, str], index: Path) -> None:
    misses = []
    for text, wanted in asked.items():
        found = search(index, text, 3)
        if not any(wanted in f"{hit['url']} {hit['title']}" for hit in found["hits"]):
            misses.append(f"«{text}» ({found['step']}): {[hit['url'] for hit in found['hits']]}")
    print(f"{len(asked) - len(misses)} de {len(asked)} entre los tres primeros", *misses, sep="\n")
    assert len(misses) <= (1 - SHARE) * len(asked), "\n".join(misses)
