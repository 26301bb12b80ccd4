"""What a person types at the terminal, and what is found: the plan's steps in their order, said openly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrina.errors import UsageError
from vitrina.search import query as q
from vitrina.search.build import build
from vitrina.search.documents import Document, combined, frame
from vitrina.search.reader import Index
from vitrina.search.score import Posting
from vitrina.search.tokenize import tokens


@pytest.fixture(scope="module")
def files(built: Path) -> Index:
    return Index(built)


INIGO = "/s3-servidores/uno/"
NANDU = "/s6-contrataciones/ocds-zz-9001/"


@pytest.mark.parametrize(
    ("text", "step", "first"),
    [
        ("Íñigo Zaldívar Muñoz", "all", INIGO),
        ("inigo zaldivar munoz", "all", INIGO),
        ("MUÑOZ ZALDÍVAR ÍÑIGO", "all", INIGO),
        ("zaldivar munoz, iñigo", "all", INIGO),
        ("DGR/2021/777-C", "all", INIGO),
        ("dgr 2021 777", "all", INIGO),
        ("DGR2021777C", "all", INIGO),
        ("DGR2021-777C", "all", INIGO),
        ("ocds-zz-9001", "all", NANDU),
        ("OCDS ZZ 9001", "all", NANDU),
        ("HPR060210B71", "all", NANDU),
        ("HPR-060210-B71", "all", NANDU),
        ("HPR 060210 B71", "id", NANDU),
        ("Constructora Tepozán del Valle SA de CV", "all", NANDU),
        ("tepozan s.a. de c.v. pavimentacion", "all", NANDU),
        ("pavimentación nandu", "all", NANDU),
        ("tepoz", "prefix", NANDU),
        ("constructora tep", "prefix", NANDU),
        ("tepozam", "near", NANDU),
        ("aldívar muñoz", "near", INIGO),
        ("saldívar íñigo", "near", INIGO),
        ("zzaldivar", "near", INIGO),
        ("azldivar munoz", "near", INIGO),
        ("tepozanes", "near", NANDU),
        ("calles de nandues", "near", NANDU),
        ("tepozán inexistentes zzzz", "any", NANDU),
        ("constructor", "all", "/s4-comunicados/x/"),
        ("__proto__ toString", "all", "/s4-comunicados/x/"),
        ("w" * 300, "all", "/s4-comunicados/x/"),
        ("de la O", "all", "/s3-servidores/o/"),
    ],
)  # fmt: skip
def test_the_record_is_first_by_the_expected_step(files: Index, text: str, step: str, first: str) -> None:
    found = q.query(files, text)
    assert (found.step, files.cards(found.hits.refs[:1])[0]["url"]) == (step, first)
    assert bool(found.notice) == (step in {"prefix", "near", "stem", "like", "any"})


def test_a_slip_that_is_another_word_gives_way_to_the_word_that_was_meant(tmp_path: Path) -> None:
    names = ("Juan Pérez Luna", "Jun Ortega Mora", "Ana Pérez Luna", "Luis Pérez")
    build([Document("s", f"/s/{n}/", name, fields={8: name}) for n, name in enumerate(names)], tmp_path)
    files = Index(tmp_path)
    found = q.query(files, "jun pérez luna")
    assert (found.step, dict(found.replaced)) == ("like", {"jun": ("juan",)})
    assert [c["title"] for c in files.cards(found.hits.refs)] == ["Juan Pérez Luna"]
    assert q.query(files, "jun ortega").step == "all"
    assert q.query(files, "ana ortega").step == "any"


@pytest.mark.parametrize(
    ("text", "step"),
    [("", "every"), ("  \n", "every"), ("de la", "empty"), ("S.A. de C.V.", "empty"), ("¿?", "empty")],
)
def test_a_text_without_words_finds_all_or_nothing(
    files: Index, documents: list[Document], text: str, step: str
) -> None:
    found = q.query(files, text)
    assert (found.step, len(found.hits)) == (step, len(documents) if step == "every" else 0)


def test_ids_are_never_guessed(files: Index) -> None:
    """A near spelling of a file number is somebody else's file."""
    assert q.query(files, "HPR060210B72").step == "none"


def test_an_id_costs_one_file_and_its_pieces_are_asked_only_when_it_is_not_there(files: Index) -> None:
    asked: list[str] = []

    class Watched(Index):
        def posting(self, term: str) -> list[Posting]:
            asked.append(term)
            return super().posting(term)

    found = q.query(Watched(files.folder), "SFP/2019/0777 DGR/2021/777-C")
    assert len(found.hits) and {"dgr", "777"} <= set(asked)
    asked.clear()
    found = q.query(Watched(files.folder), "DGR/2021/777-C")
    assert (found.step, set(asked)) == ("all", {"dgr2021777c"})
    assert files.cards(found.hits.refs)[0]["url"] == INIGO


def test_absent_words_are_named(files: Index) -> None:
    assert q.query(files, "tepozam pavimentacion").absent == ("tepozam",)
    assert q.query(files, "zzzz").absent == ("zzzz",)


def test_all_words_means_all_and_nothing_is_left_out(files: Index, documents: list[Document]) -> None:
    found = q.query(files, "hernandez salud")
    ordered = combined([frame(documents)]).select("w8", "w6", "w3", "w1").rows()
    terms = {ref: set(tokens("\n".join(texts))) for ref, texts in enumerate(ordered)}
    assert found.step == "all"
    assert (
        set(found.hits.refs.tolist()) == {r for r, t in terms.items() if {"hernandez", "salud"} <= t} != set()
    )


def test_equal_scores_come_newest_first(tmp_path: Path) -> None:
    days = ["2020-01-01", "2024-01-01", "2022-01-01"]
    build([Document("s", f"/s/{d}/", "Obra", date=d, fields={8: "obra igual"}) for d in days], tmp_path)
    files = Index(tmp_path)
    assert [c["date"] for c in files.cards(q.query(files, "obra").hits.refs)] == sorted(days, reverse=True)


def test_an_answer_to_print(built: Path) -> None:
    answer = q.search(built, "tepoz", limit=1)
    assert (answer["total"], answer["step"], answer["absent"]) == (1, "prefix", ["tepoz"])
    assert answer["note"].startswith("Ningún registro tiene la última palabra")
    assert answer["hits"][0]["url"] == NANDU
    assert len(q.search(built, "hernandez", limit=3)["hits"]) == 3 < q.search(built, "hernandez")["total"]


def test_without_files_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="vitrina index"):
        Index(tmp_path)


def test_an_empty_index_answers(tmp_path: Path) -> None:
    build([], tmp_path)
    assert q.query(Index(tmp_path), "garcía").step == "none"


PIECES = st.sampled_from(
    ["García", "hernandes", "*", "~1", "^", "+", "-", ":", "nombre:", "constructor", "__proto__", "S.A. de C.V.", "1/2-3",
     "de", "\ud800", "𐐀", "ñ", "garc", "\u0000", "'", '"', "x" * 300, "(", "\\"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=20).map(" ".join)))
def test_no_text_makes_it_fail(files: Index, text: str) -> None:
    found = q.query(files, text)
    assert len(set(found.hits.refs.tolist())) == len(found.hits)
    assert bool(len(found.hits)) or found.step in {"empty", "none", "every"}
    assert len(files.cards(found.hits.refs[:3])) == min(3, len(found.hits))
