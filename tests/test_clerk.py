"""A clerk checks a file before sending it: the same rules as the night, a readable answer, an exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEADER = "id,nombre,fecha\n"
GOOD = "Folio,Título,Ente público,Fecha\n"


def run(repo: Path, file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "vitrina",
        "check",
        str(file),
        "--root",
        str(repo),
        "--run-date",
        "2026-11-20",
        *more,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_good_file_may_be_sent(repo: Path) -> None:
    sample = repo / "data" / "samples" / "s2-puerto-malinal" / "servidores.csv"
    done = run(repo, sample, "--system", "s2-servidores")
    assert done.returncode in (0, 10), done.stdout + done.stderr
    assert "45 registros" in done.stdout
    assert "curp, rfc" not in done.stdout or "no se publicarán" in done.stdout


def test_a_bad_row_is_named_with_its_place_field_and_remedy(repo: Path, tmp_path: Path) -> None:
    sample = repo / "data" / "samples" / "s2-puerto-malinal" / "servidores.csv"
    header, first, second, *_ = sample.read_text(encoding="utf-8").splitlines()
    cells = second.split(",")
    cells[10] = "31/02/2025"
    file = tmp_path / "mio.csv"
    file.write_text("\n".join([header, first, ",".join(cells), first]) + "\n", encoding="utf-8")

    done = run(repo, file, "--system", "s2-servidores", "--html", str(tmp_path / "respuesta.html"))

    assert done.returncode == 20
    assert "mio.csv, fila 3" in done.stdout and "Fecha" in done.stdout and "Qué hacer" in done.stdout
    assert "mio.csv, fila 4" in done.stdout  # the repeated id
    assert "CORRÍJALO" in done.stdout
    page = (tmp_path / "respuesta.html").read_text(encoding="utf-8")
    assert "mio.csv, fila 3" in page and "<script" not in page


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", "nombre\nMuñoz\n".encode("latin-1"), b'a,b\n"sin cerrar,1\n']
)
def test_a_file_that_cannot_be_read_says_why(repo: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mio.csv"
    file.write_bytes(content)
    done = run(repo, file, "--system", "s2-servidores")
    assert done.returncode == 20
    assert "NO SE PUDO LEER" in done.stdout and "Qué hacer" in done.stdout
    assert "Traceback" not in done.stderr


def test_an_unknown_system_or_file_is_a_usage_error(repo: Path, tmp_path: Path) -> None:
    assert run(repo, tmp_path / "no.csv", "--system", "s2-servidores").returncode == 2
    (tmp_path / "si.csv").write_text("a\n1\n", encoding="utf-8")
    assert run(repo, tmp_path / "si.csv", "--system", "no-existe").returncode == 2
