"""A clerk checks a file before sending it: the same rules as the night, a readable answer, an exit code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitrina import cli

Run = Callable[..., "Done"]
TITLES = [
    "Identificador",
    "Nombre(s)",
    "Primer apellido",
    "Institución",
    "Ejercicio",
    "Fecha de registro",
    "Procedimientos en que interviene",
]
GOOD = ["a-1", "Ana", "Prueba", "Municipio de Puerto Malinal", "2025", "2025-09-14", "CONTRATACION_PUBLICA"]


def with_date(text: str) -> list[str]:
    return [*GOOD[:5], text, GOOD[6]]


class Done:
    """How one command ended: exit code and what it said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command, in this process: what `vitrina check FILE …` does, without the second it takes to start."""

    def call(file: Path, *more: str, system: str = "s2-servidores") -> Done:
        arguments = [
            "check",
            str(file),
            "--root",
            str(repo),
            "--run-date",
            "2026-11-20",
            "--system",
            system,
            *more,
        ]
        monkeypatch.setattr(sys, "argv", ["vitrina", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out
        return Done(int(ended.value.code or 0), said.out, said.err)

    return call


def csv_file(path: Path, *rows: Sequence[str], encoding: str = "utf-8") -> Path:
    lines = [",".join(f'"{c}"' if "," in c else c for c in row) for row in rows]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def book(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], merged: str = "") -> Path:
    with xlsxwriter.Workbook(path) as out:
        day = out.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = out.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(r, c, value, day)
                    elif value is not None:
                        sheet.write(r, c, value)
            if merged:
                sheet.merge_range(merged, "Municipio de Puerto Malinal")
    return path


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_good_file_may_be_sent_and_the_program_ends_with_zero(repo: Path, tmp_path: Path) -> None:
    file = csv_file(tmp_path / "mio.csv", TITLES, GOOD)
    command = [
        sys.executable, "-m", "vitrina", "check", str(file), "--root", str(repo), "--system", "s2-servidores",
        "--run-date", "2026-11-20",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 registro: 1 correctos" in done.stdout
    assert "CORRECTO: puede enviarlo." in done.stdout


def test_a_bad_cell_is_told_by_row_column_and_remedy(run: Run, tmp_path: Path) -> None:
    bad = with_date("31/02/2025")
    file = csv_file(tmp_path / "mio.csv", TITLES, GOOD, ["a-2", *bad[1:]], ["a-3", *bad[1:]], GOOD)
    done = run(file)
    assert done.code == 20
    assert "filas 3 y 4, columna F «Fecha de registro»" in done.out
    assert "Se espera una fecha AAAA-MM-DD" in done.out or "se espera una fecha AAAA-MM-DD" in done.out
    assert "fila 5, columna A «Identificador»" in done.out  # the repeated id
    assert "Qué hacer:" in done.out and "CORRÍJALO ANTES DE ENVIAR." in done.out


def test_the_page_to_print_says_the_same_without_scripts(run: Run, tmp_path: Path) -> None:
    file = csv_file(tmp_path / "<b>mío.csv", TITLES, with_date("ayer"))
    page = tmp_path / "respuesta.html"
    done = run(file, "--html", str(page))
    text = page.read_text(encoding="utf-8")
    assert done.code == 20
    assert "columna F «Fecha de registro»" in text and "CORRÍJALO" in text
    assert "<script" not in text and "http" not in text and "<b>mío" not in text
    assert text.count("<h1>") == 1 and 'lang="es-MX"' in text


def test_the_answer_for_programs_holds_rows_and_code(run: Run, tmp_path: Path) -> None:
    done = run(csv_file(tmp_path / "mio.csv", TITLES, with_date("ayer")), "--json")
    answer = json.loads(done.out)
    assert answer["codigo"] == done.code == 20
    found = {r["id"]: r for r in answer["reglas"]}
    assert found["type-error"]["lugares"][0]["filas"] == [2]
    assert answer["registros"] == {"recibidos": 1, "correctos": 0, "con_errores": 1, "reservados": 0}


def test_what_was_not_checked_here_is_said_and_never_as_right(run: Run, tmp_path: Path, repo: Path) -> None:
    done = run(csv_file(tmp_path / "mio.csv", TITLES, GOOD))
    asked = done.out.split("NO SE REVISÓ AQUÍ")[1]
    assert "registro de instituciones" in asked or (repo / "build/packages/entes/entes.csv").is_file()
    assert "No hubo filas" in asked


def test_unknown_and_private_columns_are_named_by_letter(run: Run, tmp_path: Path) -> None:
    file = csv_file(
        tmp_path / "mio.csv", [*TITLES, "curp", "Nota interna", "Segundo apelido"], [*GOOD, "", "x", "y"]
    )
    done = run(file)
    assert done.code == 10
    assert "H «curp»: se recibe, pero está reservada" in done.out
    assert "I «Nota interna»: no se conoce" in done.out
    assert "J «Segundo apelido»: no se conoce; ¿quiso decir «Segundo apellido»?" in done.out


def test_excel_dates_and_numbers_with_signs_are_read(run: Run, tmp_path: Path) -> None:
    file = book(tmp_path / "mio.xlsx", {"Hoja": [TITLES, [*GOOD[:4], 2025, date(2025, 9, 14), GOOD[6]]]})
    assert run(file).code == 0
    titles = ["Indicador", "Periodo", "Serie", "Valor"]
    money = csv_file(tmp_path / "montos.csv", titles, ["I-1", "2025", "total", "$1,234.50"])
    done = run(money, "--table", "observaciones", system="indicadores")
    assert "El número traía signos de más" in done.out and "columna D «Valor»" in done.out
    # The indicators themselves are not in this file: whether I-1 exists is not for it to say.
    assert "aquí no están los registros de" in done.out and done.code == 0


# ── files that cannot be read ─────────────────────────────────────────────────────────────────────────────

UNREADABLE: dict[str, tuple[str, bytes, str, str]] = {
    "vacío": ("a.csv", b"", "está vacío", "expórtelo de nuevo"),
    "solo encabezado": (
        "a.csv",
        (",".join(TITLES) + "\n").encode(),
        "ninguna fila",
        "Escriba los datos debajo",
    ),
    "página web": ("a.csv", b"<!DOCTYPE html><html></html>", "una página web", "descárguelos de nuevo"),
    "latin-1": ("a.csv", "Nombre(s)\nMuñoz\n".encode("latin-1"), "línea 2", "CSV UTF-8"),
    "comillas": ("a.csv", b'Identificador,Nombre(s)\n"sin cerrar,1\n', "comillas sin cerrar", "comillas"),
    "nulo": ("a.csv", b"Identificador,Nombre(s)\n1,\x00\n", "carácter nulo", "expórtelo de nuevo"),
    "punto y coma": (
        "a.csv",
        ";".join(TITLES).encode() + b"\na;b;c;d;e;f\n",
        "separado por ';'",
        "--delimiter ';'",
    ),
    "formato": ("a.pdf", b"%PDF", "formato", "Guárdelo como CSV"),
    "xls viejo": ("a.xlsx", b"\xd0\xcf\x11\xe0 antiguo", "no es un libro XLSX", "Libro de Excel (.xlsx)"),
    "json cortado": ("a.json", b'[{"id": 1}, {"id"', "JSON mal formado", "expórtelo de nuevo"),
    "zip roto": ("a.zip", b"PK\x03\x04 roto", "ZIP", "sin contraseña"),
    "un libro llamado libro": ("libro ZIP válido.csv", b"", "está vacío", "expórtelo de nuevo"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(run: Run, tmp_path: Path, case: str) -> None:
    name, content, why, remedy = UNREADABLE[case]
    file = tmp_path / name
    file.write_bytes(content)
    done = run(file)
    assert done.code == 20
    assert "NO SE PUDO LEER" in done.out and why in done.out and remedy in done.out
    assert (
        ".toml" not in done.out and "Pida" not in done.out
    )  # the clerk holds the file; nobody else will send it


def test_headers_below_the_first_row_are_found(run: Run, tmp_path: Path) -> None:
    rows = [["Reporte de servidores"], [], TITLES, GOOD]
    done = run(csv_file(tmp_path / "mio.csv", *rows))
    assert done.code == 20 and "los encabezados están en la fila 3" in done.out
    file = book(tmp_path / "mio.xlsx", {"Hoja": rows})
    done = run(file)
    assert done.code == 20 and "revise con --header-row 3" in done.out
    assert run(file, "--header-row", "3").code == 0


def test_other_sheets_and_merged_cells_are_told(run: Run, tmp_path: Path) -> None:
    sheets = {"Enero": [TITLES, GOOD, ["a-2", *GOOD[1:]]], "Vacía": [], "Febrero & más": [TITLES, GOOD]}
    file = book(tmp_path / "mio.xlsx", sheets, merged="D2:D3")
    done = run(file)
    assert done.code == 10
    assert "se revisó «Enero» y no se leyó «Febrero & más»" in done.out.replace("«Vacía», ", "")
    assert "celdas combinadas (D2:D3)" in done.out
    done = run(file, "--sheet", "Marzo")
    assert done.code == 20 and "debe ser igual al de su pestaña" in done.out


def test_missing_columns_are_named_once(run: Run, tmp_path: Path) -> None:
    titles = ["Folio", "Fecha de recepción"]
    done = run(
        csv_file(tmp_path / "mio.csv", titles, ["1", "2025-01-01"], ["2", "2025-01-01"]),
        system="recomendaciones",
    )
    assert done.code == 20
    assert "Al archivo le faltan columnas" in done.out or "no tiene ningún título" in done.out


def test_another_datasets_file_is_recognized(run: Run, tmp_path: Path) -> None:
    done = run(csv_file(tmp_path / "mio.csv", TITLES, GOOD), system="indicadores")
    assert done.code == 20 and "parecen de «Servidores públicos en contrataciones»" in done.out
    assert "--system s2-servidores" in done.out


def test_a_spreadsheet_where_the_standard_asks_for_json_is_told(run: Run, tmp_path: Path) -> None:
    done = run(csv_file(tmp_path / "mio.csv", TITLES, GOOD), system="s6-contrataciones")
    assert done.code == 20 and "no se recibe en hojas de cálculo" in done.out


def test_json_and_zip_deliveries_are_checked(run: Run, repo: Path, tmp_path: Path) -> None:
    sample = next((repo / "data" / "samples").glob("s6-*/*.json*"))
    assert run(sample, system="s6-contrataciones").code in (0, 10, 20)
    packed = tmp_path / "todo.zip"
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr("carpeta/uno.csv", ",".join(TITLES) + "\n" + ",".join(GOOD) + "\n")
    done = run(packed)
    assert "1 registro" in done.out and done.code in (0, 10)
    with zipfile.ZipFile(packed, "a") as out:
        out.writestr("dos.json", "[]")
    done = run(packed)
    assert done.code == 20 and "de un solo tipo" in done.out


def test_an_unknown_system_table_or_file_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    file = csv_file(tmp_path / "mio.csv", TITLES, GOOD)
    assert run(tmp_path / "no.csv").code == 2
    assert run(tmp_path).code == 2
    assert run(file, system="no-existe").code == 2
    assert run(file, system="").code == 2
    done = run(file, "--table", "no-existe")
    assert done.code == 2 and "Use una de: servidores" in done.err


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda t: (",".join(TITLES) + "\n" + t).encode("utf-8", "replace")),
    )
)
def test_no_content_makes_it_crash(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "raro.csv"
    file.write_bytes(content)
    done = run(file)
    assert done.code in (0, 10, 20)
    assert "el programa falló" not in done.out


def test_a_defect_of_the_program_is_words_and_no_traceback(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("vitrina.clerk.check.run", broken)
    done = run(csv_file(tmp_path / "mio.csv", TITLES, GOOD))
    assert done.code == 20 and "No es culpa del archivo" in done.out


def test_row_numbers_are_told_in_runs(run: Run, tmp_path: Path) -> None:
    rows = [[f"a-{n}", *with_date("ayer")[1:]] for n in range(30)]
    out = io.StringIO(run(csv_file(tmp_path / "mio.csv", TITLES, *rows)).out)
    assert any("filas 2–31, columna F" in line for line in out)
