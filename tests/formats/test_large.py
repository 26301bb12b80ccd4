"""Files larger than memory are read in pieces, with the same records and refusals as when they are read whole."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from vitrina import formats
from vitrina.config import LIMITS
from vitrina.errors import BadContentError, EmptyContentError
from vitrina.formats import csv_format, decoding, json_format, json_stream
from vitrina.model import Source

LISTS = ("results", "data", "releases", "records")


def source(kind: str, **more: Any) -> Source:
    return Source(
        id="muni", title="Municipio", system="obras", protocol="folder", format=kind, frequency="mensual", **more
    )  # fmt: skip


def outcome(path: Path, src: Source) -> tuple[list[Any], str]:
    """The records, in their places, and the kind of refusal ("" when it is read to its end)."""
    found: list[Any] = []
    try:
        for record in formats.records(path, path.name, src, LIMITS):
            found.append((record.position, record.data))
    except BadContentError as error:
        return found, type(error).__name__
    return found, ""


def in_pieces(path: Path, chunk: int) -> tuple[list[Any], str]:
    """The same, with a file that is large for its reader, in pieces of *chunk* bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_format, "SMALL", 0)
        whole = json_stream.items
        patch.setattr(json_stream, "items", lambda p, n, m: whole(p, n, m, chunk))
        return outcome(path, source("json"))


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.text('añ"\\{[]},: \n', max_size=6)
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text("ab", max_size=2), v, max_size=3), max_leaves=6
)  # fmt: skip
records = st.dictionaries(st.sampled_from(["id", "nombre", "ocid", "data", "record"]), values, max_size=3)
envelopes = st.one_of(
    st.lists(records | scalars, max_size=6),
    st.tuples(st.dictionaries(st.sampled_from(["uri", "meta", "pagination"]), values), st.sampled_from(LISTS),
              st.lists(records, max_size=6)).map(lambda t: {**t[0], t[1]: t[2], "links": {"next": "x"}}),
    st.lists(records, max_size=3).map(lambda r: {"arrayReleasePackage": [{"releases": r}, {"releases": []}]}),
    records.map(lambda r: dict(sorted(r.items(), reverse=True))),  # a record's ocid stands before its lists
)  # fmt: skip


@given(document=envelopes, chunk=st.sampled_from([1, 2, 3, 7, 64]), indent=st.sampled_from([None, 1]))
def test_a_document_in_pieces_gives_the_records_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, document: Any, chunk: int, indent: int | None
) -> None:
    path = tmp_path_factory.mktemp("grande") / "x.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=indent), encoding="utf-8")
    assert in_pieces(path, chunk) == outcome(path, source("json"))


@given(document=envelopes.filter(lambda d: isinstance(d, list) or set(d) & {*LISTS}), data=st.data())
def test_a_document_cut_or_changed_anywhere_is_refused_in_pieces_as_it_is_whole(
    tmp_path_factory: pytest.TempPathFactory, document: Any, data: st.DataObject
) -> None:
    text = json.dumps(document, ensure_ascii=False).encode()
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = data.draw(
        st.sampled_from([text[:at], text[:at] + text[at + 1 :], text[:at] + b"]" + text[at:]])
    )
    path = tmp_path_factory.mktemp("grande") / "x.json"
    path.write_bytes(damaged)
    whole, pieces = outcome(path, source("json")), in_pieces(path, 5)
    assert bool(pieces[1]) == bool(whole[1])
    if not whole[1]:
        assert pieces == whole


def test_an_error_body_is_refused_however_large(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"code": "500", "message": "no " * 50}))
    assert in_pieces(path, 16) == ([], "BadContentError")


def test_a_large_record_that_names_its_process_last_is_refused_rather_than_taken_apart(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"releases": [{"id": 1}], "ocid": "o-1"}))
    assert in_pieces(path, 16)[1] == "BadContentError"


def test_two_lists_in_a_large_document_are_not_guessed_between(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"data": [{"id": 1}], "results": [{"id": 2}]}))
    assert in_pieces(path, 16)[1] == "BadContentError"


def test_a_record_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "LONGEST", 1000)
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"id": "x" * 2000}]))
    assert in_pieces(path, 16)[1] == "BadContentError"


@pytest.mark.parametrize(
    ("kind", "module", "limit"),
    [("csv", csv_format, "LONGEST"), ("jsonl", json_format, "LONGEST_LINE")],
)
def test_a_line_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, module: Any, limit: str
) -> None:
    monkeypatch.setattr(module, limit, 100)
    path = tmp_path / "x.dat"
    path.write_text("a\n" + "1" * 200 + "\n")
    assert outcome(path, source(kind))[1] == "BadContentError"


def test_a_quote_that_never_closes_does_not_swallow_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_format, "LONGEST", 100)
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"sin fin\n' + "2,3\n" * 50)
    found, refused = outcome(path, source("csv"))
    assert (found, refused) == ([], "BadContentError")


@given(
    text=st.text(st.characters(codec="windows-1252", exclude_characters="\0"), max_size=40),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1252"]),
    declared=st.sampled_from(["utf-8", "windows-1252"]),
    stray=st.binary(max_size=2),
    block=st.sampled_from([1, 2, 5, 1 << 20]),
)
def test_the_encoding_found_in_pieces_is_the_one_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    encoding: str,
    declared: str,
    stray: bytes,
    block: int,
) -> None:
    data = text.encode(encoding) + stray
    path = tmp_path_factory.mktemp("texto") / "x.csv"
    path.write_bytes(data)

    def whole() -> str:
        return decoding.decode(data, "x", declared)

    def pieces() -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decoding, "_BLOCK", block)
            return path.read_bytes().decode(decoding.encoding_of(path, "x", declared))

    def told(read: Any) -> str:
        try:
            return str(read())
        except BadContentError as error:
            return error.message

    assert told(pieces) == told(whole)


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


LIMITED: dict[str, dict[str, int]] = {
    "members": {"zip_members": 1}, "unpacked": {"unpacked_bytes": 100}, "ratio": {"zip_ratio": 1},
    "seconds": {"child_seconds": 0},
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "limit"), [*(("zip", n) for n in LIMITED), *(("xlsx", n) for n in LIMITED if n != "ratio")]
)
def test_an_archive_is_held_to_every_limit(tmp_path: Path, kind: str, limit: str) -> None:
    path = tmp_path / f"x.{kind}"
    if kind == "zip":
        zipped(path, {"a.csv": b"a\n" + b"1\n" * 5000, "b.csv": b"a\n1\n"})
    else:
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet().write_column(0, 0, ["a", "1"])
    src = source(kind, options={"zip": {"format": "csv", "pattern": "*.csv"}})
    assert list(formats.records(path, path.name, src, LIMITS))
    with pytest.raises(BadContentError) as refused:
        list(formats.records(path, path.name, src, {**LIMITS, **LIMITED[limit]}))
    assert not isinstance(refused.value, EmptyContentError)


@pytest.mark.parametrize("module", ["zip_child", "xlsx_child"])
def test_a_child_cannot_take_more_memory_than_its_limit(module: str) -> None:
    """The limit is set before the file is opened, and holds: asking for more ends the child, not us."""
    program = (
        f"import vitrina.formats.{module}; from vitrina.formats.child import restrain\n"
        f"restrain({{**{dict(LIMITS)!r}, 'child_memory_bytes': 50_000_000}})\n"
        "bytearray(20_000_000); print('cabe', flush=True)\nbytearray(200_000_000); print('no cabe')"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert child.stdout.split() == ["cabe"] and "MemoryError" in child.stderr
