"""A unique private value in every reserved field and in every free text of the sources: none comes out.

A sample in the suite; all of it (over 3 000 values) with `VITRINA_WHOLE=1 .venv/bin/python -m pytest tests/privacy`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import canaries
import decoder
import planted
import polars as pl
import pytest

from vitrina.publishing import gate
from vitrina.publishing.gate.decode import Inspector

REPO = Path(__file__).resolve().parents[2]
COPIES = 8 if os.environ.get("VITRINA_WHOLE") else 1
DAY = "2026-11-20"
SYSTEMS = ("s1-declaraciones", "s2-servidores", "s3-servidores", "s3-particulares", "s6-contrataciones")


PERSONAL = {
    "rfc", "curp", "homoClave", "telefono", "celularPersonal", "casa", "personal", "domicilioMexico",
    "domicilioExtranjero", "domicilioDeclarante", "datosPareja", "fechaNacimiento", "numeroCuentaContrato",
    "numeroSerieRegistro", "datoIdentificacion", "directorGeneral", "apoderadoLegal", "representanteLegal",
    "datosDirGeneralReprLegal", "user_created", "user_updated", "aclaracionesObservaciones", "contactPoint",
    "additionalContactPoints", "email", "telephone", "faxNumber", "streetAddress", "postalCode", "payee",
    "givenName", "patronymicName", "matronymicName", "sexo", "genero", "__v",
}  # fmt: skip
"""Members that pdn.md §6 says to hunt for, with those of OCDS: dropped by name, never merely unknown."""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, planted.Planter]:
    """The planted portal after the command that an operator runs."""
    root = tmp_path_factory.mktemp("portal")
    planter = planted.portal(root, COPIES)
    command = [sys.executable, "-m", "vitrina", "build", "--root", str(root), "--run-date", DAY]
    env = os.environ | {"CI": "1", "PYTHONPATH": str(REPO / "src")}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=900, check=False)
    (root / "said.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert done.returncode in (0, 10), done.stdout[-3000:] + done.stderr[-3000:]
    return root, planter


def found(places: Iterator[tuple[str, str]], planter: planted.Planter) -> dict[str, str]:
    """Return each planted value (as read aloud) that stands in *places*, and the first place."""
    values = {decoder.plain(c.value): f"{c.kind}, de {place}" for c, place in planter.made}
    assert len(values) == len(planter.made) and min(map(len, values)) >= 9
    patterns = list(values)
    hits: dict[str, str] = {}
    for place, text in places:
        for value in pl.Series([decoder.plain(text)]).str.extract_many(patterns)[0]:
            hits.setdefault(f"{values[value]}: {value}", place)
    return hits


def test_no_planted_value_is_published(night: tuple[Path, planted.Planter]) -> None:
    root, planter = night
    assert len(planter.made) >= (3000 if COPIES > 1 else 300)
    site = (root / "build" / "site" / "current").resolve()
    assert found(decoder.texts(site), planter) == {}


def test_no_planted_value_is_said(night: tuple[Path, planted.Planter]) -> None:
    root, planter = night
    spoken = [root / "said.txt", *sorted((root / "build" / "reports").glob("*.json"))]
    places = [
        (p.name, p.read_text(encoding="utf-8")) for p in [*spoken, root / "build" / "private" / "gate.json"]
    ]
    assert found(iter(places), planter) == {}


def test_the_decoder_sees_what_is_there(night: tuple[Path, planted.Planter], tmp_path: Path) -> None:
    """The finder is no blind eye: the same values put into any container are seen."""
    _, planter = night
    chosen = Random(5).sample([c for c, _ in planter.made if c.kind != "nombre"], 60)
    places = [p for p in canaries.PLACES if p not in (canaries._residue, canaries._deleted, canaries._wide)]
    for number, canary in enumerate(chosen):
        places[number % len(places)](canary, "nada", tmp_path / f"f{number}")
    seen = found(_without_proof(tmp_path), planter)
    assert {decoder.plain(c.value) for c in chosen} <= {k.rpartition(": ")[2] for k in seen}


def _without_proof(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        if path.suffix == ".parquet":
            yield path.name, repr(pl.read_parquet(path).rows())
        else:
            yield from decoder._bytes(path.read_bytes(), path.name)


def test_rows_are_published_and_every_planted_field_is_accounted_for(
    night: tuple[Path, planted.Planter],
) -> None:
    """Nothing leaks because nothing came out: records are there, and what was dropped was declared."""
    root, _ = night
    for slug in SYSTEMS:
        report = json.loads((root / "build" / "reports" / f"{slug}.json").read_text(encoding="utf-8"))
        assert report["decision"] == "publish", slug
        assert all(s["published"] > 0 for s in report["sources"]), slug
        unknown = {part for u in report["unknown_fields"] for part in u["path"].replace("[]", "").split(".")}
        assert not unknown & PERSONAL, slug
        for source in report["sources"]:
            assert source["records_in"] == source["published"] + source["quarantined"] + source["withheld"]


def test_the_gate_finds_all_of_them_in_the_staged_tree(
    night: tuple[Path, planted.Planter], tmp_path: Path
) -> None:
    """With the very memory of that night, whatever container they are in."""
    root, planter = night
    known = gate.load(root / "build" / "private" / "withheld-values")
    rng = Random(3)
    missed = []
    for number, (canary, place) in enumerate((c, p) for c, p in planter.made if c.kind != "nombre"):
        hide = canaries.PLACES[number % len(canaries.PLACES)]
        path = hide(canary, "nada que ver", tmp_path / f"f{rng.randrange(10**9)}")
        if not any(f.strong for f in Inspector(known).files([(path, path.name)])):
            missed.append((canary.kind, canary.text, place, path.name))
        path.unlink()
    assert missed == []
