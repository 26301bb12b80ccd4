"""A new dataset is one folder: nothing else changes, and pages, downloads and search follow."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import polars as pl


def tree(root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}


def test_the_script_writes_one_folder_and_the_portal_has_the_dataset(toy: Any, repo: Path) -> None:
    before = tree(toy.root)

    run = subprocess.run(
        [repo / "scripts" / "new-system", "s7-obras", "--root", str(toy.root)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert tree(toy.root) - before == {
        "data/systems/s7-obras/system.toml",
        "data/systems/s7-obras/schema.json",
    }
    toy.source("muni-s7", "s7-obras")
    toy.write(
        "muni-s7",
        "datos.csv",
        "id,titulo,fecha\nX-1,Puente de los Suspiros Xolotl,2026-02-01\nX-2,Otra,2025-02-01\n",
    )
    assert toy.night() == 0

    folder = toy.site / "s7-obras"
    assert "Puente de los Suspiros Xolotl" in (folder / "index.html").read_text(encoding="utf-8")
    assert pl.read_csv(folder / "datos" / "registros.csv").height == 2
    assert len(list(folder.glob("*/index.json"))) == 2
    assert "s7-obras" in (toy.site / "index.html").read_text(encoding="utf-8")
    found = subprocess.run(
        [repo / ".venv" / "bin" / "python", "-m", "vitrina", "search", "xolotl", "--json", "--root", str(toy.root)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    hits = json.loads(found.stdout)["hits"]
    assert [h["url"].startswith("/s7-obras/") for h in hits] == [True]


def test_a_taken_or_bad_name_is_refused(toy: Any, repo: Path) -> None:
    for name in ("obras", "S7 Obras", "../fuera"):
        run = subprocess.run(
            [repo / "scripts" / "new-system", name, "--root", str(toy.root)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 2, (name, run.stdout, run.stderr)
    assert not (toy.root.parent / "fuera").exists()
