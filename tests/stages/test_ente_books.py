"""The private workbook of each institution: what it has to mend, row by row, and never in the site."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vitrina import cli

HEADER = "id,titulo,descripcion,ente_nombre,fecha\n"


def report(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *more: str
) -> Any:
    """Run `vitrina report entes --json`; return its exit code and what it lists."""
    arguments = [
        "vitrina",
        "report",
        "entes",
        "--root",
        str(root),
        "--run-date",
        "2026-03-09",
        "--json",
        *more,
    ]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), json.loads(said.out) if said.out else said.err


def rows_of(path: Path, sheet: str) -> list[dict[str, str]]:
    frame = pd.read_excel(path, sheet_name=sheet, engine="calamine", dtype=str, na_filter=False)
    return [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")]


def test_each_institution_gets_its_own_rows_and_nothing_of_them_is_published(
    toy: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = '"=HYPERLINK(""http://malo.mx"",""x"")"'
    toy.source("muni-obras", "obras", "").write_text(
        toy.source("muni-obras", "obras")
        .read_text(encoding="utf-8")
        .replace('frequency = "mensual"', 'frequency = "mensual"\nente = "municipio-de-prueba"'),
        encoding="utf-8",
    )
    bad = (
        HEADER + f"O-1,{hostile},d,Municipio de Prueba,2026-01-01\nO-2,Dos,d,Municipio de Prueba,31/02/2026\n"
    )
    toy.write("muni-obras", "datos.csv", bad + "http://malo.mx,Tres,d,Municipio de Prueba,ayer\n")
    toy.night()

    code, listed = report(toy.root, monkeypatch, capsys)

    assert code == 0
    mine = next(b for b in listed if b["ente"] == "municipio-de-prueba")
    assert mine["errores"] == 2
    path = toy.root / mine["archivo"]
    assert path.parent == toy.root / "build" / "quarantine" / "entes"
    rows = rows_of(path, "Por corregir")
    errors = [r for r in rows if r["Gravedad"] == "Error"]
    assert [r["Archivo"] for r in errors] == ["datos.csv", "datos.csv"]
    assert sorted(r["Fila o lugar"] for r in errors) == ["fila 3", "fila 4"]
    assert all(r["Qué hacer"] and r["Por qué importa"] and r["Regla"] for r in errors)
    assert {r["Campo"] for r in errors} == {"Fecha"} and {r["¿Se publicó?"] for r in errors} == {"No"}
    cover = pd.read_excel(path, sheet_name="Portada", engine="calamine", header=None, dtype=str)
    facts = dict(zip(cover[0], cover[1], strict=True))
    assert facts["Revisión de la noche del"] == "2026-03-01"  # the night's, not the day of the command
    assert "vitrina check" in facts["Cómo corregir"] and "Fuente muni-obras, mensual" in facts["Entrega"]
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            assert not re.search(rb"<f[ >]|<hyperlink", book.read(name)), name
    staged = [*(toy.root / "build" / "stage").rglob("*"), *toy.site.rglob("*")]
    assert not [p for p in staged if p.name == path.name or "quarantine" in p.parts[-3:]]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert not [p for p in staged if p.is_file() and hashlib.sha256(p.read_bytes()).hexdigest() == digest]


def test_the_same_night_gives_the_same_bytes_and_old_books_go_away(
    toy: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toy.write("muni-obras", "datos.csv", HEADER + "O-1,Uno,d,Municipio de Prueba,ayer\n")
    toy.part()
    _, first = report(toy.root, monkeypatch, capsys)
    folder = toy.root / "build" / "quarantine" / "entes"
    sums = {p.name: p.read_bytes() for p in folder.iterdir()}
    (folder / "de-otra-noche.xlsx").write_bytes(b"viejo")
    _, again = report(toy.root, monkeypatch, capsys)
    assert first == again
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == sums


def test_one_institution_may_be_asked_for_and_an_unknown_one_is_told(
    toy: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = report(toy.root, monkeypatch, capsys)
    assert code == 2 and "vitrina build" in said
    toy.part()
    code, said = report(toy.root, monkeypatch, capsys, "--ente", "nadie")
    assert code == 2 and "nadie" in said


def test_the_command_has_help_in_spanish(repo: Path) -> None:
    command = [sys.executable, "-m", "vitrina", "report", "entes", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=repo)
    assert done.returncode == 0 and "libro de Excel por institución" in done.stdout
