"""The portal built from the samples, judged from outside: its files, its counts, what it must not contain."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from frictionless import Package

SYSTEMS = (
    "s1-declaraciones", "s2-servidores", "s3-servidores", "s3-particulares", "s4-auditorias", "s4-comunicados",
    "s5-denuncias", "s6-contrataciones", "proveedores", "recomendaciones", "indicadores", "entes", "convenios", "conexion",
)  # fmt: skip
RESERVED = {
    "curp",
    "rfc",
    "telefono",
    "celular",
    "correoelectronico",
    "numeroserieregistro",
    "numerocuentacontrato",
    "homoclave",
}


WORD = r"[A-Za-z0-9Ññ@._+-]{8,}"


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_night_is_ok_and_has_fourteen_systems_with_rows(built_site: Path) -> None:
    status = load(built_site / "status.json")
    assert status["state"] == "ok"
    assert {s["system"] for s in status["systems"]} == set(SYSTEMS)
    assert all(s["rows"] > 0 for s in status["systems"]), {s["system"]: s["rows"] for s in status["systems"]}


def test_every_source_accounts_for_every_record(built_site: Path) -> None:
    sources = [s for system in load(built_site / "status.json")["systems"] for s in system["sources"]]
    assert len(sources) >= 14
    for source in sources:
        assert source["records_in"] == source["published"] + source["quarantined"] + source["withheld"], (
            source
        )
    assert sum(s["quarantined"] for s in sources) > 0, "las muestras traen filas defectuosas a propósito"
    assert sum(s["withheld"] for s in sources) > 0, "las muestras traen sanciones que no se publican"


@pytest.mark.parametrize("slug", SYSTEMS)
def test_every_institution_accounts_for_its_records_and_every_issue_for_its_rule(
    built_site: Path, slug: str
) -> None:
    report = load(built_site / slug / "datos" / "calidad.json")
    for entry in report["entes"]:
        assert entry["checked"] == entry["published"] + entry["quarantined"] + entry["withheld"], entry[
            "ente_id"
        ]
    for column in ("published", "quarantined", "withheld"):
        assert sum(e[column] for e in report["entes"]) == sum(s[column] for s in report["sources"]), column
    rules = {r["id"]: r for r in report["rules"]}
    for issue in report["issues"]:
        assert rules[issue["rule"]]["state"] == "failed"
        assert issue["why"] and issue["remedy"] and sum(issue["entes"].values()) == issue["count"], issue[
            "rule"
        ]
    for rule in rules.values():
        assert rule["state"] == (
            "failed" if rule["failed"] else "passed" if rule["checked"] else "not_checked"
        )
        assert bool(rule["reason"]) == (rule["state"] == "not_checked"), rule["id"]


@pytest.mark.parametrize("slug", SYSTEMS)
def test_the_four_formats_agree_on_rows(built_site: Path, slug: str) -> None:
    folder = built_site / slug / "datos"
    package = load(folder / "datapackage.json")
    tables = [r for r in package["resources"] if r["format"] == "csv"]
    book = pd.ExcelFile(folder / f"{slug}.xlsx", engine="calamine")
    for table in tables:
        rows = table["vitrina:rows"]
        name = table["name"]
        assert pl.read_csv(folder / f"{name}.csv", infer_schema=False).height == rows
        assert sum(1 for _ in (folder / f"{name}.jsonl").open(encoding="utf-8")) == rows
        assert pl.read_parquet(folder / f"{name}.parquet").height == rows
        assert len(pd.read_excel(book, name[:31], dtype=object)) == rows
    assert tables[0]["vitrina:rows"] == len(list((built_site / slug).glob("*/index.json")))


@pytest.mark.parametrize("slug", SYSTEMS)
def test_the_published_package_is_valid_for_frictionless(built_site: Path, slug: str) -> None:
    folder = built_site / slug / "datos"
    package = load(folder / "datapackage.json")
    package["resources"] = [r for r in package["resources"] if r["format"] == "csv"]
    report = Package.from_descriptor(package, basepath=str(folder)).validate()
    assert report.valid, report.flatten(["type", "note"])[:5]


@pytest.mark.parametrize("slug", SYSTEMS)
def test_every_record_has_a_page_and_a_twin(built_site: Path, slug: str) -> None:
    main = load(built_site / slug / "datos" / "datapackage.json")["resources"][0]["name"]
    ids = pl.read_parquet(built_site / slug / "datos" / f"{main}.parquet")["id"].to_list()
    assert ids
    for row_id in ids:
        page = (built_site / slug / row_id / "index.html").read_text(encoding="utf-8")
        assert page.count("<h1") == 1
        assert load(built_site / slug / row_id / "index.json")["tablas"][main]["id"] == row_id


def test_the_checksums_hold(built_site: Path) -> None:
    manifest = load(built_site / "manifest.json")["files"]
    found = {p.relative_to(built_site).as_posix() for p in built_site.rglob("*") if p.is_file()} - {
        "manifest.json"
    }
    assert found == set(manifest)
    for name, entry in manifest.items():
        data = (built_site / name).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (entry["sha256"], entry["bytes"]), name
    for sums in built_site.glob("*/datos/SHA256SUMS"):
        for line in sums.read_text(encoding="utf-8").splitlines():
            digest, name = line.split("  ", 1)
            assert hashlib.sha256((sums.parent / name).read_bytes()).hexdigest() == digest


def test_every_page_says_the_data_are_synthetic(built_site: Path) -> None:
    pages = list(built_site.rglob("*.html"))
    assert len(pages) > 1000
    silent = [p for p in pages if "Datos sintéticos" not in p.read_text(encoding="utf-8")]
    assert silent == []


def test_the_sitemap_names_every_page_once(built_site: Path) -> None:
    listed = re.findall(r"<loc>(.*?)</loc>", (built_site / "sitemap.xml").read_text(encoding="utf-8"))
    pages = list(built_site.rglob("index.html"))
    assert len(listed) == len(set(listed)) == len(pages)


def test_the_workbooks_hold_no_formula_and_no_link(built_site: Path) -> None:
    for path in built_site.glob("*/datos/*.xlsx"):
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                text = book.read(name)
                assert b"<f>" not in text and b"<f " not in text and b"<hyperlink" not in text, (
                    path.name,
                    name,
                )


def reserved_values(value: Any, key: str = "") -> Iterator[str]:
    """Yield the values of fields that no system may publish, from a sample as an institution sends it."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from reserved_values(child, name)
    elif isinstance(value, list):
        for child in value:
            yield from reserved_values(child, key)
    elif isinstance(value, str) and len(value) >= 8 and key.lower() in RESERVED and is_private(key, value):
        yield value


def is_private(key: str, value: str) -> bool:
    """A company's RFC (12 characters) is public; a person's (13) is not."""
    return key.lower() != "rfc" or len(value) == 13


def test_no_reserved_value_of_the_samples_is_anywhere_in_the_site(built_site: Path, repo: Path) -> None:
    private: set[str] = set()
    for path in (repo / "data" / "samples").rglob("*"):
        if path.suffix == ".json":
            private.update(reserved_values(load(path)))
        elif path.suffix == ".jsonl":
            private.update(
                v for line in path.open(encoding="utf-8") for v in reserved_values(json.loads(line))
            )
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.endswith(".json"):
                        private.update(reserved_values(json.loads(archive.read(name))))
    assert len(private) > 300, "las muestras deben traer datos reservados, como los sistemas de verdad"
    words = {v for v in private if re.fullmatch(WORD, v)}
    phrases = sorted(private - words)
    for path in sorted(p for p in built_site.rglob("*") if p.is_file()):
        for label, text in texts_of(path):
            found = words.intersection(re.findall(WORD, text)) or [p for p in phrases if p in text]
            assert not found, f"{label}: {sorted(found)[0][:4]}…"


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix == ".parquet":
        out = io.StringIO()
        pl.read_parquet(path).write_ndjson(out)  # type: ignore[call-overload]
        yield path.name, out.getvalue()
        yield path.name, path.read_bytes().decode("latin-1")
    elif path.suffix in {".zip", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{path.name}!{name}", archive.read(name).decode("utf-8", "replace")
    elif path.suffix == ".bin":
        data = path.read_bytes()
        yield (
            path.name,
            (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace"),
        )
    else:
        yield str(path), path.read_text(encoding="utf-8", errors="replace")


def test_another_build_of_the_samples_gives_the_same_bytes(
    built_root: Path, repo: Path, tmp_path: Path
) -> None:
    shutil.copytree(repo / "data", tmp_path / "data", ignore=shutil.ignore_patterns("archive"))
    command = [
        sys.executable,
        "-m",
        "vitrina",
        "build",
        "--quiet",
        "--root",
        str(tmp_path),
        "--run-date",
        "2026-11-20",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    one = load(built_root / "build" / "site" / "current" / "manifest.json")
    two = load(tmp_path / "build" / "site" / "current" / "manifest.json")
    assert one == two
