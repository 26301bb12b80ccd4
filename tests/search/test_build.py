"""The files of the search: same documents, same bytes; numbered by date; nothing missing, nothing stale; nights."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrina.search import columns, postings, shard, vocabulary
from vitrina.search.build import build
from vitrina.search.documents import Document, combined, frame
from vitrina.search.lunr_export import lunr_index
from vitrina.search.query import query
from vitrina.search.reader import Index
from vitrina.search.tokenize import tokens


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def one(number: int, **more: Any) -> Document:
    text = f"Obra {number} camino"
    return Document(
        "s", f"/s/{number:05}/", text, date=f"20{10 + number % 15}-01-02", fields={8: text}, **more
    )


def test_two_builds_give_the_same_bytes_whatever_the_order_of_the_documents(
    documents: list[Document], built: Path, tmp_path: Path
) -> None:
    shuffled = documents[:]
    random.Random(1).shuffle(shuffled)
    build(shuffled, tmp_path, {"s3-servidores": "Servidores sancionados"})
    assert bytes_of(tmp_path) == bytes_of(built)


def test_names_change_with_the_content(documents: list[Document], built: Path, tmp_path: Path) -> None:
    build(documents[:-1], tmp_path)
    names = set(bytes_of(built)) & set(bytes_of(tmp_path))
    assert names == {"current.json"}


def test_documents_are_numbered_by_date_and_every_card_is_there(
    documents: list[Document], built: Path
) -> None:
    index = Index(built)
    cards = index.cards(list(range(index.size)))
    assert index.root["count"] == index.size == len(documents)
    assert [c["date"] for c in cards] == sorted(c["date"] for c in cards)
    assert {c["url"] for c in cards} == {d.url for d in documents}
    known = next(c for c in cards if c["url"] == "/s6-contrataciones/ocds-zz-9001/")
    assert (known["amount"], known["status"], known["date"]) == (1234.5, "Adjudicada", "2024-02-01")
    assert index.root["systems"]["s3-servidores"] == "Servidores sancionados"
    assert index.root["systems"]["s4-comunicados"] == "s4-comunicados"


def test_shards_hold_what_lunrs_builder_counts(documents: list[Document], built: Path) -> None:
    """Every posting of lunr.py's index, with lunr's number, and no other."""
    whole = lunr_index(combined([frame(documents)]))
    numbers = {ref: dict(zip(v[::2], v[1::2], strict=True)) for ref, v in whole["fieldVectors"]}
    index = Index(built)
    firsts = index.segments[0]["shards"]
    assert firsts == sorted(firsts)
    assert len(firsts) > 1
    seen = 0
    for term, posting in whole["invertedIndex"]:
        found = {
            (whole["fields"][p.field], ref): weight / 1000
            for p in index.posting(term) for ref, weight in zip(p.docs.tolist(), p.weights.tolist(), strict=True)
        }  # fmt: skip
        expected = {
            (name, int(ref)): numbers[f"{name}/{ref}"][posting["_index"]]
            for name in whole["fields"] for ref in posting[name]
        }  # fmt: skip
        assert found == expected, term
        seen += 1
    files = [gzip.decompress(p.read_bytes()) for p in sorted(built.glob("b-*/t/*.bin"))]
    assert sum(len(shard.rows(data, lambda _: True)) for data in files) == seen


def test_words_are_for_completion_and_ids_are_not(documents: list[Document], built: Path) -> None:
    index = Index(built)
    letters = sorted({first[0] for first in index.segments[0]["words"]})
    words = {word: power for letter in letters for word, power in index.words(letter).items()}
    expected = {
        t for d in documents for text in d.fields.values() for t in tokens(text) if vocabulary.is_word(t)
    }
    assert set(words) == expected
    assert "garcia" in words
    assert "sfp2021004b" not in words


def test_words_are_found_with_the_first_letter_wrong_missing_or_too_many(built: Path) -> None:
    index = Index(built)
    letters = sorted({first[0] for first in index.segments[0]["words"]})
    words = [word for letter in letters for word in index.words(letter)]
    pick = random.Random(5)
    for word in pick.sample(words, 60):
        other = pick.choice("abcdefghijklmnopqrstuvwxyz")
        for slip in (word[1:], other + word, other + word[1:], word[1] + word[0] + word[2:]):
            if len(slip) < 3:
                continue
            wanted = {w for w in words if w[1:] == slip or (w[1:] == slip[1:] and len(slip) > 3)}
            wanted |= {w for w in words if w in {slip[1:], slip[1] + slip[0] + slip[2:]}}
            assert set(index.slips(slip)) == wanted - {slip}, (word, slip)


def test_a_new_build_forgets_the_old_files(tmp_path: Path) -> None:
    build([one(1)], tmp_path)
    (tmp_path / "ajeno.txt").write_text("se queda", encoding="utf-8")
    (tmp_path / "t").mkdir()
    build([one(2)], tmp_path)
    assert len(list(tmp_path.glob("b-*"))) == len(list(tmp_path.glob("root-*"))) == 1
    assert not (tmp_path / "t").exists()
    assert (tmp_path / "ajeno.txt").exists()


@pytest.mark.parametrize("number", [0, 1])
def test_no_document_and_one(number: int, tmp_path: Path) -> None:
    counts = build([one(n) for n in range(number)], tmp_path)
    assert (counts["documents"], counts["terms"]) == (number, 3 * number)
    assert len(query(Index(tmp_path), "obra").hits) == number
    assert len(query(Index(tmp_path), "").hits) == number


def test_a_night_with_few_changes_touches_few_bytes(tmp_path: Path) -> None:
    first = [one(n) for n in range(4_000)]
    build(first, tmp_path / "a", state=tmp_path / "estado", whole=1_000)
    before = bytes_of(tmp_path / "a")
    second = [*first[3:], one(2, status="Corregida"), *(one(n) for n in range(5_000, 5_002))]
    counts = build(second, tmp_path / "a", state=tmp_path / "estado", whole=1_000)
    assert (counts["new"], counts["gone"]) == (3, 3)
    after = bytes_of(tmp_path / "a")
    fresh = sum(len(data) for name, data in after.items() if before.get(name) != data)
    assert fresh < 0.04 * sum(
        map(len, after.values())
    )  # 3 of 4 000 records; the smallest files weigh most here
    assert all(after[name] == data for name, data in before.items() if name.startswith("b-"))
    index = Index(tmp_path / "a")
    urls = [c["url"] for c in index.cards(index.every())]
    assert sorted(urls) == sorted(d.url for d in second)
    dates = [c["date"] for c in index.cards(index.every())]
    assert dates == sorted(dates, reverse=True)


def test_a_night_without_changes_writes_nothing_new(tmp_path: Path) -> None:
    documents = [one(n) for n in range(50)]
    build(documents, tmp_path / "a", state=tmp_path / "estado", whole=10)
    before = bytes_of(tmp_path / "a")
    build(documents[::-1], tmp_path / "a", state=tmp_path / "estado", whole=10)
    assert bytes_of(tmp_path / "a") == before


def test_only_withdrawn_records_make_no_second_segment(tmp_path: Path) -> None:
    documents = [one(n) for n in range(1_000)]
    build(documents, tmp_path / "a", state=tmp_path / "estado", whole=10)
    build(documents[2:], tmp_path / "a", state=tmp_path / "estado", whole=10)
    index = Index(tmp_path / "a")
    assert (len(index.segments), index.root["count"], index.size) == (1, 998, 1_000)
    assert len(query(index, "camino").hits) == 998
    assert query(index, "1").step == "none"


@pytest.mark.parametrize(
    "harm", ["nothing", "state.json", "documents.parquet", "other weights", "many changes"]
)
def test_a_state_that_does_not_serve_is_made_anew(tmp_path: Path, harm: str) -> None:
    documents = [one(n) for n in range(300)]
    state = tmp_path / "estado"
    build(documents, tmp_path / "a", state=state, whole=10)
    tonight = [*documents, one(999)]
    if harm in ("state.json", "documents.parquet"):
        (state / harm).write_bytes(b"{")
    if harm == "other weights":
        tonight[-1] = Document("s", "/s/x/", "x", fields={5: "equis"})
    if harm == "many changes":
        tonight += [one(n) for n in range(400, 500)]
    build(tonight, tmp_path / "a", state=state, whole=10)
    index = Index(tmp_path / "a")
    assert len(index.segments) == (2 if harm == "nothing" else 1)
    assert index.root["count"] == len(tonight)


def test_a_segment_of_many_files_divides_its_folders(tmp_path: Path) -> None:
    build([one(n) for n in range(32_100)], tmp_path)
    assert (next(iter(tmp_path.glob("b-*"))) / "d" / "1" / "3.bin").is_file()
    index = Index(tmp_path)
    assert index.cards([32_099])[0]["date"] == "2024-01-02"


@given(st.lists(st.integers(0, 2**32 - 1), max_size=50))
def test_varints_are_read_as_written(values: list[int]) -> None:
    data = shard.varints(np.array(values, dtype=np.uint32))
    found, end = shard.read_varints(np.frombuffer(data, dtype=np.uint8), 0, len(values))
    assert (found.tolist(), end) == (values, len(data))


TEXTS = st.lists(st.text("aáñ 1-.SACV\nde", max_size=40), min_size=1, max_size=8)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_columns_of_text_hold_the_same_terms_as_each_text(one_text: list[str], other: list[str]) -> None:
    size = min(len(one_text), len(other))
    table = pl.DataFrame({"w8": one_text[:size], "w2": other[:size]})
    found = postings.count(table, [8, 2])
    seen: dict[tuple[int, int], dict[str, int]] = {}
    place = 0
    for number, (low, high) in enumerate(zip(found.starts[:-1], found.starts[1:], strict=True)):
        term, field = divmod(number, 2)
        for place in range(low, high):
            many = dict(zip(found.extra_at.tolist(), found.extra.tolist(), strict=True)).get(place, 0)
            key = (field, int(found.docs[place]))
            seen.setdefault(key, {})[found.terms[term]] = int(found.codes[place] & 7) + 1 + many
            assert found.codes[place] >> 3 == found.lengths[field, found.docs[place]]
    for field, name in enumerate(["w8", "w2"]):
        for row, text in enumerate(table[name]):
            expected = tokens(text)
            assert seen.get((field, row), {}) == {t: expected.count(t) for t in set(expected)}


def test_bands_are_the_same_decade_by_decade() -> None:
    amounts = pl.Series([None, 0.0, -5.0, 0.99, 1.0, 9_999.99, 10_000.0, 1e10, 1e12])
    found = columns.bands(amounts).tolist()
    assert found[:5] == [columns.NONE, 0, 0, 0, 1]
    assert found[6] == found[5] + 1
    assert found[-1] == found[-2] == len(columns.EDGES) < columns.NONE


def test_plain_lunr_opens_the_exported_index(documents: list[Document]) -> None:
    from lunr.index import Index as Lunr

    index: Any = Lunr.load(orjson.loads(orjson.dumps(lunr_index(combined([frame(documents)])))))
    assert index.search("inigo")
