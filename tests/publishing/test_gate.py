"""The privacy gate finds every planted value in every kind of file, never says it, and lets clean trees pass."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import sys
import unicodedata
import zipfile
from pathlib import Path
from random import Random

import canaries
import clean_rows
import polars as pl
import pytest
from canaries import Canary
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from vitrina.errors import ConfigurationError, PrivacyError
from vitrina.publishing import gate
from vitrina.publishing.gate import decode
from vitrina.publishing.gate.decode import Inspector

COUNT = int(os.environ.get("VITRINA_CANARIES", "320"))
NOISE = (
    "El 20 de noviembre de 2026 se adjudicó «la obra» por $1,234,567.89 a Constructora Ñandú, S.A. de C.V.",
    "ocds-07smqs-1035 9f86d081884c7d659a2feaa0c55ad015 3f2504e0-4f89-11d3-9a0c-0305e82c3301 HPR060210B71",
    "Expediente SADE/PRA/017/2025, tel. 000 123 4567, datos@sea.ejemplo.mx; 2026-11-20 10:00",
)


def bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", text).lower())


def look(path: Path, known: object = None) -> list[gate.Finding]:
    return list(Inspector(known).files([(path, path.name)]))  # type: ignore[arg-type]


def scan(stage: Path, name: str, data: str | bytes) -> gate.Verdict:
    """Scan a tree of one file."""
    path = stage / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return gate.scan(stage)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[Canary, Path]], Path]:
    """A tree with one value per file: every kind meets every hiding place."""
    stage = tmp_path_factory.mktemp("stage")
    rng = Random(11)
    made = []
    for number, canary in enumerate(canaries.make(3, COUNT)):
        place = canaries.PLACES[number // len(canaries.KINDS) % len(canaries.PLACES)]
        folder = stage / f"s{number % 9}"
        folder.mkdir(exist_ok=True)
        made.append((canary, place(canary, rng.choice(NOISE), folder / f"f{number}")))
    memory = tmp_path_factory.mktemp("private") / "withheld-values"
    gate.remember([c.value for c, _ in made if c.kind == "dato reservado esta noche"], memory)
    return stage, made, memory


def test_every_planted_value_is_found_and_none_is_repeated(
    planted: tuple[Path, list[tuple[Canary, Path]], Path],
) -> None:
    _, made, memory = planted
    known = gate.load(memory)
    missed = []
    for canary, path in made:
        findings = look(path, known)
        if not any(f.strong and f.kind == canary.kind for f in findings):
            missed.append((canary, path.name))
        assert all(bare(canary.value) not in bare(str(f)) for f in findings)
        assert all(path.name.split(".")[0] in str(f) for f in findings)
    assert not missed
    assert len(made) >= 300


def test_the_tree_is_refused_with_the_privacy_exit_code(
    planted: tuple[Path, list[tuple[Canary, Path]], Path],
) -> None:
    stage, made, memory = planted
    with pytest.raises(PrivacyError) as refused:
        gate.scan(stage, memory)
    assert refused.value.exit_code == 40
    said = bare(str(refused.value))
    assert all(bare(canary.value) not in said for canary, _ in made)


def test_without_the_nights_memory_that_search_is_left_out(tmp_path: Path) -> None:
    assert scan(tmp_path / "stage", "a.txt", "Calle Tlapanquil 123, 68000").warnings == ()
    assert gate.scan(tmp_path / "stage", tmp_path / "no-hay").files == 1


def test_a_damaged_memory_is_an_error_not_an_empty_one(tmp_path: Path) -> None:
    memory = tmp_path / "withheld-values"
    gate.remember(["Calle Tlapanquil 123"], memory)
    memory.write_bytes(memory.read_bytes()[:-3])
    with pytest.raises(ConfigurationError):
        gate.load(memory)


def test_the_memory_leaves_out_what_is_public_or_too_plain(tmp_path: Path) -> None:
    memory = tmp_path / "withheld-values"
    plain = ["2024-01-05", "2024-01-05T10:00:00Z", "Soltera", "Secretaría", "123456789", "a@b.c"]
    assert gate.remember([*plain, "Calle Ñandú 5"], memory, public=["CALLE NANDU, 5"]) == 0
    assert gate.load(memory) is None
    assert gate.remember(["Mario Ñandúbal Pérez"], memory) == 1
    assert b"andu" not in memory.read_bytes()


def test_words_of_the_search_index_are_not_read_as_one(tmp_path: Path) -> None:
    """Sorted terms stand side by side by chance: 000100 before 3346 is not the telephone 000 100 3346."""
    memory = tmp_path / "withheld-values"
    gate.remember(["000 100 3346"], memory)
    known = gate.load(memory)
    place = "buscar/indice/b-c45d6c9cbdf7/t/0.bin"
    path = tmp_path / "0.bin"
    path.write_bytes(gzip.compress(b"\x01\t000100\n3346\nabc\n"))
    assert decode.look([(path, place)], known)[1] == []
    assert [f.kind for f in decode.look([(path, "datos/0.bin")], known)[1]] == ["dato reservado esta noche"]
    path.write_bytes(gzip.compress(b"\x01\t000100\n0001003346\nabc\n"))
    assert [f.kind for f in decode.look([(path, place)], known)[1]] == ["dato reservado esta noche"]


@pytest.mark.parametrize("near", range(-12, 4))
def test_a_remembered_value_is_found_across_the_seams_of_its_search(tmp_path: Path, near: int) -> None:
    memory = tmp_path / "withheld-values"
    gate.remember(["NS12345X6789Z"], memory)
    known = gate.load(memory)
    assert known is not None
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xc3\xb1 ".ljust((1 << 20) + near, b".") + b" NS12345X6789Z y m\xc3\xa1s")
    assert [f.kind for f in look(path, known)] == ["dato reservado esta noche"]


CURP_STEM = "XEXX010101HNEXXXA"


def curp() -> str:
    from stdnum.mx import curp as rules

    return CURP_STEM + rules.calc_check_digit(CURP_STEM)


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("a/notas.jsonl", '{"id":1}\n{"id":2,"nota":"%s"}\n', "a/notas.jsonl, línea 2, clave «nota»"),
        ("datos.csv", 'id,nota,obs\n1,x,y\n2,"a, b",%s\n', "datos.csv, línea 3, columna «obs»"),
        ("%s.html", "limpio", "el nombre de [reservado]"),
        ("%s/a.html", "limpio", "el nombre de [reservado]/a.html"),
    ],
)
def test_the_place_is_told(tmp_path: Path, name: str, data: str, place: str) -> None:
    with pytest.raises(PrivacyError) as refused:
        scan(tmp_path, name.replace("%s", curp()), data.replace("%s", curp()))
    assert f"CURP en {place}" in str(refused.value)
    assert curp() not in str(refused.value)


def test_the_place_in_tables_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"id": [1, 2, 3], "nota": ["a", curp(), None]}).write_parquet(path, statistics=False)
    assert "CURP en t.parquet, columna «nota», fila 2" in [str(f) for f in look(path)]
    book = canaries._xlsx(Canary("", "", "", curp()), "nada", tmp_path / "libro")
    assert "CURP en libro.xlsx!xl/worksheets/sheet1.xml, celda B3" in [str(f) for f in look(book)]


@pytest.mark.parametrize(
    ("heading", "value", "kind"),
    [
        ("CLABE", "032180000118359719", "CLABE"),
        ("Número de cuenta", "032180000118359719", "CLABE"),
        ("tarjeta", "4111111111111111", "tarjeta bancaria"),
        ("celular", "5512345678", "teléfono personal"),
        ("telefono_particular", "55 1234 5678", "teléfono personal"),
        ("Correo electrónico personal", "a.b@correo.ejemplo", "correo personal"),
        ("rfc", "GODE561231GR7", "RFC de persona física"),
    ],
)
def test_a_columns_name_counts_as_the_words_around_its_values(
    tmp_path: Path, heading: str, value: str, kind: str
) -> None:
    """Far below its heading, in every kind of table."""
    import sqlite3

    import xlsxwriter

    count = 400
    (tmp_path / "t.csv").write_text(f"id,{heading}\n" + "1,\n" * count + f"2,{value}\n", encoding="utf-8")
    frame = pl.DataFrame({"id": range(count + 1), heading: [None] * count + [value]})
    frame.write_parquet(tmp_path / "t.parquet", statistics=False)
    for name, memory in (("inline", True), ("shared", False)):
        with xlsxwriter.Workbook(tmp_path / f"{name}.xlsx", {"constant_memory": memory}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["id", heading])
            for row in range(1, count):
                sheet.write_string(row, 0, "algo")
            sheet.write_string(count, 1, value)
    database = sqlite3.connect(tmp_path / "t.sqlite")
    database.execute(f'CREATE TABLE t (id, "{heading}")')
    database.executemany("INSERT INTO t VALUES (?, ?)", [*[(1, "x" * 50)] * count, (2, value)])
    database.commit()
    database.close()
    for path in sorted(tmp_path.iterdir()):
        assert any(f.strong and f.kind == kind for f in look(path)), path.name


def test_a_number_column_of_accounts_is_read_too(tmp_path: Path) -> None:
    frame = pl.DataFrame({"cuenta": [32180000118359719 + 10**18, 127180000118359718], "monto": [1.5, 4e15]})
    path = tmp_path / "t.parquet"
    frame.with_columns(cuenta=pl.lit(646180000118359711)).write_parquet(path, statistics=False)
    kinds = {f.kind for f in look(path)}
    assert kinds <= {"CLABE"}


CLEAN = (
    "HPR060210B71 MX-RFC-HPR060210B71 XAXX010101000 XEXX010101000",
    "032180000118359719 sin nada que diga qué es",
    "https://ejemplo.mx/?a=1%20b&amp;c=2 datos@sea.ejemplo.mx contacto: 55 1234 5678",
    "Teléfono: 951 501 5000 ext. 123, correo institucional a.b@gob.ejemplo",
    "Se reserva: teléfono particular, correo personal, CURP y RFC (art. 113).",
    "abcd-240115-112 PROC-240115-112 LPN/2024/0001 1732060800123 20261120103000",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "0.1234567890123456 -99.1234567890123456 12345678901234567890",
    "2026-11-20 2026-11-21 2026-11-22, 1 000 000 000 000 000",
)


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_public_does_not_block(tmp_path: Path, text: str) -> None:
    assert scan(tmp_path, "a.html", f"<p>{text}</p>").files == 1


@pytest.mark.parametrize("text", ["GODE561231GR7 suelto", "032180000118359719 suelto"])
def test_doubtful_values_warn(tmp_path: Path, text: str) -> None:
    verdict = scan(tmp_path, "a.txt", text)
    assert len(verdict.warnings) == 1 and verdict.report()["warnings"] == 1
    assert text.split()[0] not in str(verdict.report())


HARMED = [
    (suffix, harm)
    for suffix in (".zip", ".xlsx", ".parquet", ".gz", ".br", ".sqlite")
    for harm in ("cut", "flipped", "rubbish", "empty")
    # Parquet pages carry no checksum: flipped bytes may read as other values, which are then scanned like any.
    if (suffix, harm) != (".parquet", "flipped")
]


@pytest.mark.parametrize(("suffix", "harm"), HARMED)
def test_what_cannot_be_opened_blocks(tmp_path: Path, suffix: str, harm: str) -> None:
    canary = canaries.make(1, 1)[0]
    makers = {".zip": 8, ".xlsx": 10, ".parquet": 12, ".gz": 19, ".br": 7, ".sqlite": 14}
    clean = Canary("", "", "", " ".join(NOISE) * 50)
    path = canaries.PLACES[makers[suffix]](clean, canary.kind, tmp_path / "archivo")
    data = bytearray(path.read_bytes())
    if harm == "cut":
        del data[len(data) * 2 // 3 :]
    elif harm == "flipped":
        middle = len(data) // 3 if suffix != ".sqlite" else 100
        data[middle : middle + 24] = bytes(b ^ 0x5A for b in data[middle : middle + 24])
    else:
        data = bytearray(b"no es lo que dice ser" if harm == "rubbish" else b"")
    path.write_bytes(data)
    with pytest.raises(PrivacyError) as refused:
        gate.scan(tmp_path)
    assert "no se puede revisar" in str(refused.value) and path.name in str(refused.value)


def test_archives_too_deep_or_of_unknown_kind_block(tmp_path: Path) -> None:
    inner = b"limpio"
    for depth in range(5):
        path = tmp_path / "z.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"n{depth}.zip" if depth else "a.txt", inner)
        inner = path.read_bytes()
    with pytest.raises(PrivacyError, match="uno dentro de otro"):
        gate.scan(tmp_path)
    path.unlink()
    with pytest.raises(PrivacyError, match="Zstandard"):
        scan(tmp_path, "datos.bin", b"\x28\xb5\x2f\xfd" + b"x" * 40)


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    head=st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"PAR1",
            b"\x1f\x8b\x08",
            b"SQLite format 3\x00",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xfe",
        ]
    ),
    body=st.binary(max_size=4000),
    name=st.sampled_from(
        ["a.html", "a.csv", "a.bin", "a.zip", "a.parquet", "a.xlsx", "a.json", "a", "a.png"]
    ),
)
def test_no_bytes_break_the_gate(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, body: bytes, name: str
) -> None:
    stage = tmp_path_factory.mktemp("azar")
    try:
        (stage / name).write_bytes(head + body)
        try:
            gate.scan(stage)
        except PrivacyError as error:
            assert name in str(error)
    finally:
        shutil.rmtree(stage)


@hypothesis_settings(max_examples=200, deadline=None)
@given(before=st.text(max_size=300), after=st.text(max_size=300), seed=st.integers(0, 10**6))
def test_a_curp_in_any_text_is_found(
    tmp_path_factory: pytest.TempPathFactory, before: str, after: str, seed: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "texto.html"
    canary = canaries._curp(Random(seed))
    path.write_text(f"{before} | {canary.text} | {after}", encoding="utf-8", errors="replace")
    assert any(f.strong and f.kind == "CURP" for f in look(path))


def test_two_processes_and_one_agree(planted: tuple[Path, list[tuple[Canary, Path]], Path]) -> None:
    stage, _, memory = planted
    said = []
    for apart in (1 << 40, 0):
        with pytest.raises(PrivacyError) as refused:
            gate.scan(stage, memory, apart=apart)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_helper_that_dies_blocks_what_it_was_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(600):
        (tmp_path / f"{number:03}.html").write_text("limpio", encoding="utf-8")
    assert gate.scan(tmp_path, apart=0).files == 600
    monkeypatch.setattr(sys, "executable", shutil.which("true"))
    with pytest.raises(PrivacyError, match=r"000\.html … 255\.html"):
        gate.scan(tmp_path, apart=0)


def test_clean_simulated_rows_raise_no_false_block(tmp_path: Path) -> None:
    """A sample of what `tests/bench/bench_gate.py --rows` checks at the size of a state."""
    rows = clean_rows.staged(clean_rows.tables(tmp_path / "portal", 150), tmp_path / "stage")
    verdict = gate.scan(tmp_path / "stage")
    assert rows > 2000 and verdict.decoded_bytes > 10**6
    assert len(verdict.warnings) <= rows // 1000
