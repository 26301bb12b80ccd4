"""A portal over real public files, when the team's reference data lie beside the checkout."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from vitrina import build, config
from vitrina.storage import read_json


@pytest.mark.real
def test_real_files_build_and_every_record_is_accounted_for(repo: Path, tmp_path: Path) -> None:
    data = repo.parent / "shared" / "data"
    if not (data / "ocds").is_dir():
        pytest.skip("no están los archivos públicos de referencia (../shared/data)")
    shutil.copytree(repo / "tests" / "real_root", tmp_path, dirs_exist_ok=True)
    (tmp_path / "data" / "entrada").symlink_to(data.resolve())

    code = build.run(build.open_night(config.settings(tmp_path, date(2026, 11, 20))))

    assert code in (0, 10)
    status = read_json(tmp_path / "build" / "site" / "current" / "status.json")
    sources = {s["source"]: s for system in status["systems"] for s in system["sources"]}
    for source in sources.values():
        assert source["records_in"] == source["published"] + source["quarantined"] + source["withheld"]
    assert sources["inai-ocds"]["records_in"] == 88
    assert sources["inai-ocds"]["published"] >= 85
    assert sources["apf-compilados"]["published"] == 10
    assert sources["jalisco-ocds"]["records_in"] == sources["jalisco-ocds"]["published"] == 20
    assert sources["pdn-s2-v1"]["records_in"] == 447
    assert sources["pdn-s2-v1"]["published"] >= 440
    assert sources["pdn-s2-v2"]["records_in"] == 81
    names = sum(sources[f"pdn-dependencias-{k}"]["records_in"] for k in ("s2", "s3s", "s3p"))
    assert names == 778 + 678 + 3
    rows = {s["system"]: s["rows"] for s in status["systems"]}
    assert rows["proveedores"] > 50
    assert rows["entes"] < names
