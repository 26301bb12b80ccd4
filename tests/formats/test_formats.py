"""Every format is read strictly: rows out equal rows in, and what cannot be trusted is refused with its place."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from vitrina import formats
from vitrina.config import LIMITS
from vitrina.errors import BadContentError
from vitrina.model import Malformed, Source

NAMES = ["Muñoz", "Núñez", "Ávila", "Güereca", "D'Acosta", "Xóchitl"]


def source(kind: str = "", **more: Any) -> Source:
    return Source(
        id="muni",
        title="Municipio",
        system="obras",
        protocol="folder",
        format=kind,
        frequency="mensual",
        **more,
    )


def read(tmp_path: Path, name: str, content: bytes, src: Source | None = None) -> list[Any]:
    path = tmp_path / name.replace("/", "_")
    path.write_bytes(content)
    return list(formats.records(path, name, src or source(), LIMITS))


cell = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)


@given(rows=st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=20))
def test_csv_gives_back_every_row_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])

    records = read(tmp_path_factory.mktemp("csv"), "x.csv", out.getvalue().encode())

    assert len(records) == len(rows)
    for record, row in zip(records, rows, strict=True):
        if any(c.strip() for c in row):
            assert list(record.data.values()) == row
        else:
            assert isinstance(record.data, Malformed)


@given(junk=st.binary(min_size=1, max_size=400))
def test_no_bytes_crash_any_reader(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    folder = tmp_path_factory.mktemp("junk")
    for kind in ("csv", "json", "jsonl", "zip"):
        try:
            read(folder, f"x.{kind}", junk, source(kind))
        except BadContentError as refused:
            assert refused.message and refused.remedy


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_names_survive_each_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    text = "nombre\n" + "\n".join(NAMES) + "\n"
    assert [r.data["nombre"] for r in read(tmp_path, "x.csv", text.encode(encoding))] == NAMES


def test_a_declared_legacy_encoding_is_used_and_an_undeclared_one_refused(tmp_path: Path) -> None:
    legacy = ("nombre\n" + "\n".join(NAMES) + "\n").encode("windows-1252")
    declared = source("csv", encoding="windows-1252")
    assert [r.data["nombre"] for r in read(tmp_path, "x.csv", legacy, declared)] == NAMES
    with pytest.raises(BadContentError, match="línea 2"):
        read(tmp_path, "x.csv", legacy)


def test_one_stray_byte_does_not_change_the_other_names(tmp_path: Path) -> None:
    mixed = "nombre\nMuñoz\n".encode() + b"Nu\xf1ez\n"
    with pytest.raises(BadContentError, match="línea 3"):
        read(tmp_path, "x.csv", mixed)


@pytest.mark.parametrize("cut", range(1, 60, 3))
def test_cut_json_is_never_taken_for_whole(tmp_path: Path, cut: int) -> None:
    whole = json.dumps({"pagination": {"page": 1}, "results": [{"id": "1"}, {"id": "2"}]}).encode()
    with pytest.raises(BadContentError):
        read(tmp_path, "x.json", whole[: len(whole) - cut])


ENVELOPES = {
    "array": [{"id": 1}, {"id": 2}],
    "pdn": {"pagination": {"totalRows": 2}, "results": [{"id": 1}, {"id": 2}]},
    "directus": {"data": [{"id": 1}, {"id": 2}], "meta": {"filter_count": 2}},
    "release-package": {"uri": "x", "releases": [{"ocid": "a"}, {"ocid": "b"}]},
    "packages": [{"uri": "x", "releases": [{"ocid": "a"}]}, {"uri": "y", "releases": [{"ocid": "b"}]}],
    "record-package": {"uri": "x", "records": [{"ocid": "a"}, {"ocid": "b"}]},
    "inai": {"arrayReleasePackage": [{"releases": [{"ocid": "a"}]}, {"releases": [{"ocid": "b"}]}]},
    "pdn-s6": {
        "pagination": {},
        "results": [{"ocid": "a", "record": {"ocid": "a"}}, {"ocid": "b", "record": {}}],
    },
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_known_envelopes_are_unwrapped_with_a_pointer_to_each_record(tmp_path: Path, name: str) -> None:
    records = read(tmp_path, "x.json", json.dumps(ENVELOPES[name]).encode())
    assert len(records) == 2
    assert len({r.position for r in records}) == 2
    assert all(r.position.startswith("x.json#/") for r in records)


@pytest.mark.parametrize(
    "body", [{"code": "401", "message": "no"}, {"errors": [{"message": "no"}]}, {"error": {"code": 500}}]
)
def test_an_error_body_is_a_failure_not_zero_rows(tmp_path: Path, body: Any) -> None:
    with pytest.raises(BadContentError, match="mensaje de error"):
        read(tmp_path, "x.json", json.dumps(body).encode())


def book(path: Path, rows: list[list[Any]]) -> bytes:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Datos")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    return path.read_bytes()


def test_a_workbook_gives_the_text_of_its_cells(tmp_path: Path) -> None:
    content = book(
        tmp_path / "b.xlsx", [["nombre", "monto", "activo"], ["Muñoz", 1234.5, True], ["Núñez", 7, False]]
    )
    records = read(tmp_path, "x.xlsx", content)
    assert [r.data for r in records] == [
        {"nombre": "Muñoz", "monto": "1234.5", "activo": "true"},
        {"nombre": "Núñez", "monto": "7", "activo": "false"},
    ]
    assert records[0].position == "x.xlsx, fila 2"


def test_a_sparse_workbook_bomb_is_refused_and_we_are_still_here(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "lejos")
    with pytest.raises(BadContentError):
        read(tmp_path, "x.xlsx", path.read_bytes())


def test_a_workbook_with_a_dtd_is_refused(tmp_path: Path) -> None:
    plain = book(tmp_path / "b.xlsx", [["a"], ["1"]])
    evil = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(evil, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/workbook.xml":
                data = data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "aaaa">]>', 1)
            new.writestr(name, data)
    with pytest.raises(BadContentError, match="no permitidas"):
        read(tmp_path, "x.xlsx", evil.getvalue())


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_zip_gives_the_records_of_all_its_members(tmp_path: Path) -> None:
    content = zipped({"2.json": b'[{"id": 2}]', "../1.json": b'[{"id": 1}]', "leeme.txt": b"hola"})
    src = source("zip", options={"zip": {"format": "json", "pattern": "*.json"}})
    assert sorted(r.data["id"] for r in read(tmp_path, "x.zip", content, src)) == [1, 2]
    assert not (tmp_path.parent / "1.json").exists()


@pytest.mark.parametrize(
    "content",
    [
        zipped({"a.json": b" " * 30_000_000}),
        zipped({"a.zip": zipped({"b.json": b"[]"})}),
        zipped({"a.txt": b"x"}),
    ],
    ids=["bomb", "nested", "no-member"],
)
def test_a_dangerous_or_useless_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    src = source("zip", options={"zip": {"format": "json", "pattern": "*.[jz]*"}})
    with pytest.raises(BadContentError):
        read(tmp_path, "x.zip", content, src)


def test_a_cut_zip_is_refused(tmp_path: Path) -> None:
    whole = zipped({"a.json": json.dumps([{"id": n} for n in range(500)]).encode()})
    src = source("zip", options={"zip": {"format": "json"}})
    for cut in (1, 30, len(whole) // 2):
        with pytest.raises(BadContentError):
            read(tmp_path, "x.zip", whole[:-cut], src)
