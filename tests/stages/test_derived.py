"""Rows derived from other systems follow from what those publish, never from what the check set apart."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from vitrina import build, config, simulate
from vitrina.config import HOME

DAY = date(2026, 3, 1)
SOURCE = """\
id = "contratos"
title = "Contratos de prueba"
system = "s6-contrataciones"
ente = "sade"
protocol = "folder"
format = "json"
frequency = "diaria"
layout = "ocds"
synthetic = true

[folder]
path = "data/entrada"
pattern = "*.json"
"""


class Portal:
    """A portal whose only source brings a few contracting processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(
            HOME / "data", root / "data", ignore=shutil.ignore_patterns("archive", "samples", "sources")
        )
        (root / "data" / "sources").mkdir()
        (root / "data" / "sources" / "contratos.toml").write_text(SOURCE, encoding="utf-8")
        simulate.write_system("s6-contrataciones", 12, 3, root / "data" / "entrada", DAY, "ocds")

    def night(self, *stages: str) -> None:
        night = build.open_night(config.settings(self.root, DAY))
        for stage in stages:
            night.stage(stage)

    def rows(self, system: str, table: str) -> list[dict[str, Any]]:
        return pl.read_parquet(self.root / "build" / "checked" / system / f"{table}.parquet").to_dicts()

    def suppliers(self) -> set[str]:
        return {r["id"] for r in self.rows("proveedores", "proveedores")}

    def awarded(self) -> set[str]:
        return {r["proveedor_id"] for r in self.rows("s6-contrataciones", "adjudicaciones")} - {None}

    def spoil(self, supplier: str) -> int:
        """Give the processes that award to *supplier* a date that is none; return how many processes they are."""
        (path,) = (self.root / "data" / "entrada").glob("*.json")
        package = json.loads(path.read_text(encoding="utf-8"))
        awards = self.rows("s6-contrataciones", "adjudicaciones")
        awarding = {a["proceso_id"] for a in awards if a["proveedor_id"] == supplier}
        theirs = {p["ocid"] for p in self.rows("s6-contrataciones", "procesos") if p["id"] in awarding}
        for release in package["releases"]:
            if release["ocid"] in theirs:
                release.setdefault("tender", {})["tenderPeriod"] = {"endDate": "ayer"}
        path.write_text(json.dumps(package), encoding="utf-8")
        return len(theirs)


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    return Portal(tmp_path)


def test_a_supplier_of_contracts_set_apart_is_not_published(portal: Portal) -> None:
    portal.night("pull", "normalize", "check")
    before = portal.suppliers()
    assert before == portal.awarded() != set()

    gone = min(before)
    assert portal.spoil(gone)
    portal.night("pull", "normalize", "check")
    assert gone not in portal.awarded()
    assert portal.suppliers() == portal.awarded() < before


def test_a_check_that_is_repeated_derives_the_same(portal: Portal) -> None:
    portal.night("pull", "normalize", "check")
    first = {n: portal.rows(n, n) for n in ("proveedores", "conexion")}
    portal.night("check", "check")
    assert {n: portal.rows(n, n) for n in first} == first
    report = json.loads((portal.root / "build" / "reports" / "proveedores.json").read_text(encoding="utf-8"))
    (source,) = report["sources"]
    assert source["records_in"] == len(first["proveedores"])
