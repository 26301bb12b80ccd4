"""The traps that made other readers lose rows, change names, hang or die (reliability §0), one by one."""

from __future__ import annotations

import io
import json
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from vitrina import formats
from vitrina.config import LIMITS
from vitrina.errors import BadContentError
from vitrina.formats import child
from vitrina.model import Malformed, Source

PARENT_MB = 300
"""What any trap may add to the process that reads it; its child has limits of its own."""


def source(kind: str, **more: Any) -> Source:
    return Source("muni", "Municipio", "obras", "folder", kind, "mensual", **more)


def read(path: Path, kind: str, **more: Any) -> list[Any]:
    return list(formats.records(path, path.name, source(kind, **more), LIMITS))


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def refused(path: Path, kind: str, *said: str) -> None:
    """*path* is refused with its name and the words *said*, and this process stays small."""
    before = peak()
    with pytest.raises(BadContentError) as error:
        read(path, kind)
    assert path.name in error.value.message and error.value.remedy
    assert all(word in error.value.message for word in said), error.value.message
    assert peak() - before < PARENT_MB


# ── text ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["latin-1", "windows-1252", "cp850", "mac-roman"])
def test_a_legacy_encoding_is_refused_with_its_line_never_guessed(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "padron.csv"
    path.write_bytes("id,nombre\n1,Ana\n2,Muñoz\n".encode(encoding))
    refused(path, "csv", "línea 3", "UTF-8")


def test_munoz_stays_munoz_when_the_encoding_is_declared(tmp_path: Path) -> None:
    path = tmp_path / "padron.csv"
    path.write_bytes("id,nombre\n1,Muñoz\n2,Peña\n".encode("windows-1252"))
    assert [r.data["nombre"] for r in read(path, "csv", encoding="windows-1252")] == ["Muñoz", "Peña"]


def test_two_encodings_in_one_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "padron.csv"
    path.write_bytes("id,nombre\n1,Muñoz\n".encode() + "2,Peña\n".encode("latin-1"))
    refused(path, "csv", "línea 3")


def test_one_open_quote_does_not_swallow_five_hundred_rows(tmp_path: Path) -> None:
    path = tmp_path / "padron.csv"
    rows = [f'{n},"Obra {n}"' for n in range(1000)]
    rows[500] = '500,"Obra 500'
    path.write_text("id,nombre\n" + "\n".join(rows) + "\n", encoding="utf-8")
    refused(path, "csv", "comillas")


def test_a_nul_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "padron.csv"
    path.write_bytes(b"id,nombre\n1,Ana\n2,Be\x00a\n")
    refused(path, "csv", "línea 3", "nulo")


def test_semicolons_are_named_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "padron.csv"
    path.write_bytes(b"id;nombre;monto\n1;Ana;3\n")
    refused(path, "csv", "';'")
    options = {"csv": {"delimiter": ";"}}
    assert [r.data for r in read(path, "csv", options=options)] == [
        {"id": "1", "nombre": "Ana", "monto": "3"}
    ]


def test_ragged_rows_and_giant_cells_are_set_aside_with_their_number(tmp_path: Path) -> None:
    path = tmp_path / "padron.csv"
    cells = {
        "2": "1,Ana",
        "3": "2",
        "4": "3,Ana,x",
        "5": f"4,{'x' * 32_768}",
        "6": f"5,{'x' * 32_767}",
        "7": ",",
    }
    path.write_text("id,nombre\n" + "\n".join(cells.values()) + "\n", encoding="utf-8")
    found = {
        r.position.split()[-1]: r.data.code if isinstance(r.data, Malformed) else ""
        for r in read(path, "csv")
    }
    assert found == {
        "2": "", "3": "fila-desigual", "4": "fila-desigual", "5": "celda-enorme", "6": "", "7": "fila-vacia",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"a":' * 100_000, "[" + "1," * 10 + "1" * 5000 + "]", '{"a":1']
)
def test_json_too_deep_or_cut_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "datos.json"
    path.write_text(text, encoding="utf-8")
    try:
        assert len(read(path, "json")) >= 1  # a very long number is legal
    except BadContentError as error:
        assert path.name in error.message


# ── workbooks ─────────────────────────────────────────────────────────────────────────────────────────────


def workbook(path: Path, sheet: str | Callable[[Any], None]) -> Path:
    """Write a workbook; *sheet* is the body of its sheet's XML, or what an xlsxwriter sheet is filled by."""
    with xlsxwriter.Workbook(path) as book:
        made = book.add_worksheet()
        made.write_row(0, 0, ["id", "nombre"])
        made.write_row(1, 0, ["1", "Ana"])
        if callable(sheet):
            sheet(made)
    if isinstance(sheet, str):
        raw = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for member in old.infolist():
                chosen = member.filename == "xl/worksheets/sheet1.xml"
                new.writestr(member.filename, sheet if chosen else old.read(member))
    return path


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet(rows: str, dimension: str = "A1:B2", before: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{before}<worksheet xmlns="{_MAIN}"><dimension ref="{dimension}"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def cells(number: int, *values: str) -> str:
    return (
        f'<row r="{number}">'
        + "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in values)
        + "</row>"
    )


def test_a_far_away_cell_in_five_kilobytes_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "lejos.xlsx", lambda s: s.write(1_048_575, 16_383, "x"))
    assert path.stat().st_size < 8_000
    refused(path, "xlsx")


def test_a_false_dimension_hides_no_rows(tmp_path: Path) -> None:
    rows = cells(1, "id", "nombre") + "".join(cells(n, str(n), "Ana") for n in range(2, 3002))
    path = workbook(tmp_path / "corta.xlsx", sheet(rows, dimension="A1:B5"))
    assert len(read(path, "xlsx")) == 3000


def test_a_lying_dimension_does_not_make_rows(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "larga.xlsx", sheet(cells(1, "id", "nombre") + cells(2, "1", "Ana"), "A1:XFD1048576")
    )
    try:
        assert [r.data for r in read(path, "xlsx")] == [{"id": "1", "nombre": "Ana"}]
    except BadContentError as error:
        assert path.name in error.message


def test_billion_laughs_are_refused(tmp_path: Path) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE w [<!ENTITY l0 "ja">{lol}]>'
    path = workbook(tmp_path / "risa.xlsx", sheet(cells(1, "id", "&l9;"), before=dtd))
    refused(path, "xlsx", "no permitidas")
    hidden = workbook(
        tmp_path / "risa2.xlsx", sheet(cells(1, "id", "&l9;"), before=f"<!--{'x' * 9000}-->{dtd}")
    )
    refused(hidden, "xlsx")


def test_a_sheet_of_six_million_rows_is_refused(tmp_path: Path) -> None:
    """0.9 MB packed: the reader's child stops at its limits, and the night does not."""
    row = b"<row><c><v>1</v></c></row>"
    head, tail = sheet("@").encode().split(b"@")
    path = workbook(tmp_path / "millones.xlsx", "@")
    with zipfile.ZipFile(path) as old:
        others = {m.filename: old.read(m) for m in old.infolist() if m.filename != "xl/worksheets/sheet1.xml"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name, body in others.items():
            new.writestr(name, body)
        with new.open("xl/worksheets/sheet1.xml", "w") as out:
            out.write(head)
            for _ in range(60):
                out.write(row * 100_000)
            out.write(tail)
    assert path.stat().st_size < 1_500_000
    refused(path, "xlsx")


@pytest.mark.parametrize("kind", ["xlsx", "zip"])
def test_the_child_has_the_limits_that_are_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Asked of the kernel, in a child that has been restrained as those of workbooks and archives are."""
    monkeypatch.setattr(child, "_GRACE", 0)
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(child.__file__).parents[2]}")
    (told,) = child.lines("probe", [json.dumps(dict(LIMITS))], "x", LIMITS, "")
    cpu, memory, size = json.loads(told)
    assert (cpu, size) == (LIMITS["child_seconds"], LIMITS["unpacked_bytes"])
    assert LIMITS["child_memory_bytes"] <= memory <= LIMITS["child_memory_bytes"] + (4 << 30)
    module = (Path(child.__file__).parent / f"{kind}_child.py").read_text(encoding="utf-8")
    assert "restrain(" in module


PROBE = """
import json, resource, sys
from vitrina.formats.child import restrain
restrain(json.loads(sys.argv[1]))
print(json.dumps([resource.getrlimit(r)[0] for r in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE)]))
"""


# ── archives ──────────────────────────────────────────────────────────────────────────────────────────────


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, body in members.items():
            out.writestr(name, body)
    return path


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    refused(archive(tmp_path / "bomba.zip", {"a.json": b"[" + b"1," * 50_000_000 + b"1]"}), "zip", "infla")


def test_overlapped_members_are_refused(tmp_path: Path) -> None:
    """Two hundred names for one packed body: 200 times its size for nothing."""
    body = b"[" + b"1," * 5_000_000 + b"1]"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(body) + packer.flush()
    facts = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, zlib.crc32(body), len(packed), len(body), 6, 0)
    local = b"PK\x03\x04" + facts + b"a.json" + packed
    central = b"".join(
        b"PK\x01\x02" + struct.pack("<H", 20) + facts[:-4]
        + struct.pack("<HHHHHLL", 8, 0, 0, 0, 0, 0, 0) + f"a{n:03}.json".encode()[:8]
        for n in range(200)
    )  # fmt: skip
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 200, 200, len(central), len(local), 0)
    path = tmp_path / "encimados.zip"
    path.write_bytes(local + central + end)
    refused(path, "zip")


def test_a_zip_inside_a_zip_is_refused(tmp_path: Path) -> None:
    inner = archive(tmp_path / "dentro.zip", {"a.json": b"[1]"}).read_bytes()
    refused(archive(tmp_path / "fuera.zip", {"dentro.zip": inner}), "zip", "ZIP dentro")


@pytest.mark.parametrize(
    "name",
    ["../../fuera.json", "/etc/fuera.json", "C:\\fuera.json", "a/../../fuera.json", "fuera.json\x00.txt"],
)
def test_names_are_never_paths(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = archive(folder / "nombres.zip", {name: b'[{"id": 1}]'})
    try:
        assert [r.data for r in read(path, "zip")] == [{"id": 1}]
    except BadContentError as error:
        assert path.name in error.message
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["nombres.zip"]


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    members = {f"{n}.json": b"" for n in range(LIMITS["zip_members"] + 1)}
    refused(archive(tmp_path / "muchos.zip", members), "zip", "archivos")
