"""A small portal of two invented systems, to see a whole night in seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from vitrina import build, config, scaffold

HEADER = "id,titulo,descripcion,ente_nombre,fecha\n"
ROWS = "".join(
    f"O-{n},Obra número {n},Descripción {n},Municipio de Prueba,2026-0{n}-01\n" for n in range(1, 6)
)
SOURCE = """\
id = "{id}"
title = "Fuente {id}"
system = "{system}"
protocol = "folder"
frequency = "mensual"
synthetic = true

[folder]
path = "data/entrada/{id}"
"""


class Toy:
    """A portal root with systems `obras` and `permisos`, one CSV source each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for slug in ("obras", "permisos"):
            scaffold.new_system(config.settings(root, date(2026, 3, 1)), slug)
            self.source(f"muni-{slug}", slug)
            self.write(f"muni-{slug}", "datos.csv", HEADER + ROWS)

    def source(self, name: str, system: str, extra: str = "") -> Path:
        path = self.root / "data" / "sources" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE.format(id=name, system=system) + extra, encoding="utf-8")
        return path

    def write(self, source: str, name: str, content: str | bytes) -> Path:
        path = self.root / "data" / "entrada" / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def night(self, day: str = "2026-03-01") -> int:
        """Run one whole night and return its exit code."""
        return build.run(build.open_night(config.settings(self.root, date.fromisoformat(day))))

    def part(self, day: str = "2026-03-01", *stages: str) -> build.Night:
        """Run the named stages only (default: up to check)."""
        night = build.open_night(config.settings(self.root, date.fromisoformat(day)))
        for stage in stages or ("pull", "normalize", "check"):
            night.stage(stage)
        return night

    @property
    def site(self) -> Path:
        return self.root / "build" / "site" / "current"


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)


@pytest.fixture
def make_toy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Toy]:
    return lambda: Toy(tmp_path_factory.mktemp("portal"))
