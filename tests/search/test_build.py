"""The files of the search: same documents, same bytes; numbered by date; nothing missing, nothing stale."""

from __future__ import annotations

import gzip
import hashlib
import random
from pathlib import Path
from typing import Any

import orjson
import pytest

from vitrina.search.build import BLOCK, FIELDS, Document, build, lunr_index, numbered
from vitrina.search.shard import ROWS_BYTES, assemble, cut, rows


def unpack(path: Path) -> Any:
    return orjson.loads(gzip.decompress(path.read_bytes()))


def root_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(
        (folder / orjson.loads((folder / "current.json").read_bytes())["root"]).read_bytes()
    )
    return found


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_two_builds_give_the_same_bytes_whatever_the_order_of_the_documents(
    documents: list[Document], built: Path, tmp_path: Path
) -> None:
    shuffled = documents[:]
    random.Random(1).shuffle(shuffled)
    build(shuffled, tmp_path, {"s3-servidores": "Servidores sancionados"})
    assert bytes_of(tmp_path) == bytes_of(built)


def test_names_carry_the_hash_of_the_content(built: Path) -> None:
    for path in sorted(built.rglob("*")):
        if path.is_file() and path.name != "current.json":
            data = path.read_bytes()
            plain = gzip.decompress(data) if path.suffix == ".bin" else data
            assert path.stem.rpartition("-")[2] == hashlib.sha256(plain).hexdigest()[:10]


def test_the_root_names_every_file_and_no_other(built: Path) -> None:
    root = root_of(built)
    named = {
        root["index"],
        root["columns"],
        *root["blocks"],
        *(n for key in ("terms", "words") for _, n in root[key]),
    }
    found = set(bytes_of(built)) - {"current.json"}
    assert {name for name in found if not name.startswith("root-")} == named
    assert root["systems"]["s3-servidores"] == "Servidores sancionados"
    assert root["systems"]["s4-comunicados"] == "s4-comunicados"


def test_documents_are_numbered_by_date_and_every_card_is_there(
    documents: list[Document], built: Path
) -> None:
    root = root_of(built)
    cards = [dict(zip(root["card"], c, strict=True)) for name in root["blocks"] for c in unpack(built / name)]
    assert len(cards) == root["count"] == len(documents)
    assert [c["date"] for c in cards] == sorted(c["date"] for c in cards)
    assert {c["url"] for c in cards} == {d.url for d in documents}
    assert all(len(unpack(built / name)) == BLOCK for name in root["blocks"][:-1])
    known = next(c for c in cards if c["url"] == "/s6-contrataciones/ocds-zz-9001/")
    assert (known["amount"], known["status"], known["date"]) == (1234.5, "Adjudicada", "2024-02-01")


def test_columns_give_each_document_its_facets(documents: list[Document], built: Path) -> None:
    columns = unpack(built / root_of(built)["columns"])
    for document in numbered(documents):
        for name, expected in (
            ("system", document.system),
            ("ente", document.ente),
            ("year", document.date[:4]),
        ):
            at = columns[name]["rows"][document.ref]
            assert (columns[name]["values"][at] if at >= 0 else "") == expected


def test_shards_hold_the_whole_index(built: Path) -> None:
    root = root_of(built)
    whole = unpack(built / root["index"])
    again = assemble([row for _, name in root["terms"] for row in unpack(built / name)], root["fields"])
    assert again["invertedIndex"] == whole["invertedIndex"]
    assert dict(again["fieldVectors"]) == {ref: vector for ref, vector in whole["fieldVectors"] if vector}
    assert [term for _, name in root["words"] for term in unpack(built / name)] == [
        t for t, _ in whole["invertedIndex"]
    ]


def test_parts_are_in_order_and_of_the_wanted_size(built: Path) -> None:
    parts = root_of(built)["terms"]
    assert len(parts) > 1
    assert [first for first, _ in parts] == sorted(first for first, _ in parts)
    for first, name in parts:
        held = unpack(built / name)
        assert held[0][0] == first
        assert len(orjson.dumps(held)) <= ROWS_BYTES + 2 or len(held) == 1


def test_an_item_larger_than_a_part_stands_alone() -> None:
    written: list[list[str]] = []
    parts = cut(["a", "b" * 100, "c"], 20, lambda held: f"{written.append(held)}")
    assert written == [["a"], ["b" * 100], ["c"]]
    assert [first for first, _ in parts] == ["a", "b" * 100, "c"]


def test_a_new_build_forgets_the_old_files(tmp_path: Path) -> None:
    build([Document("s", "/s/a/", "Alfa", fields={"titulo": "Alfa"})], tmp_path)
    (tmp_path / "ajeno.txt").write_text("se queda", encoding="utf-8")
    build([Document("s", "/s/b/", "Beta", fields={"titulo": "Beta"})], tmp_path)
    root = root_of(tmp_path)
    assert len(list(tmp_path.glob("index-*"))) == len(list(tmp_path.glob("root-*.json"))) == 1
    assert unpack(tmp_path / root["blocks"][0])[0][2] == "Beta"
    assert (tmp_path / "ajeno.txt").exists()


@pytest.mark.parametrize("number", [0, 1])
def test_no_document_and_one(number: int, tmp_path: Path) -> None:
    counts = build(
        [Document("s", f"/s/{n}/", "Uno", fields={"titulo": "Uno"}) for n in range(number)], tmp_path
    )
    assert (counts["documents"], counts["terms"]) == (number, number)
    assert root_of(tmp_path)["count"] == number
    assert unpack(tmp_path / root_of(tmp_path)["index"])["fields"] == list(FIELDS)


def test_rows_keep_lunrs_numbers_to_the_thousandth(documents: list[Document]) -> None:
    index = lunr_index(numbered(documents))
    vectors = {ref: dict(zip(v[::2], v[1::2], strict=True)) for ref, v in index["fieldVectors"]}
    for _term, at, *postings in rows(index):
        for field, steps, scores in postings:
            ref = 0
            for step, score in zip(steps, scores, strict=True):
                ref += step
                assert vectors[f"{index['fields'][field]}/{ref}"][at] == score / 1000
