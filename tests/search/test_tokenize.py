"""One table of cases, two tokenizers: the index is made in Python and asked in the browser."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrina.search.tokenize import MAX_TERM, STOP_WORDS, fold, tokens, words

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))


def test_the_table_is_large_and_has_no_twins() -> None:
    assert len({case["text"] for case in CASES}) == len(CASES) >= 300


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"])[:40])
def test_python_follows_the_table(case: dict[str, Any]) -> None:
    assert tokens(case["text"]) == case["tokens"]


def test_typescript_follows_the_table(ask_node: Callable[..., Any]) -> None:
    answers = ask_node("tokens.mts", [case["text"] for case in CASES])
    wrong = [
        (case["text"], case["tokens"], answer)
        for case, answer in zip(CASES, answers, strict=True)
        if answer != case["tokens"]
    ]
    assert not wrong


def test_both_agree_on_every_character_of_the_basic_plane(ask_node: Callable[..., Any]) -> None:
    assigned = [chr(n) for n in range(0x10000) if unicodedata.category(chr(n)) != "Cn"]
    texts = [f"x{c}y {c}1-{c} S{c}A." for c in assigned]
    answers = ask_node("tokens.mts", texts)
    wrong = [
        ascii(c) for c, text, answer in zip(assigned, texts, answers, strict=True) if tokens(text) != answer
    ]
    assert len(assigned) > 50_000
    assert not wrong


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GARCÍA", "garcia"),
        ("Muñoz", "MUNOZ"),
        ("Güemez", "guemez"),
        ("D'Acosta", "D’ACOSTA"),
        ("Grúas S.A. de C.V.", "gruas, sa de cv"),
        ("Grúas S. de R.L. de C.V.", "GRUAS"),
        ("I.M.S.S.", "IMSS"),
        ("İstanbul", "istanbul"),
    ],
)
def test_different_writings_of_one_thing_give_the_same_terms(one: str, other: str) -> None:
    assert tokens(one) == tokens(other) != []


def test_an_id_is_found_whole_and_in_parts() -> None:
    assert set(tokens("SFP/2021/004-B")) == {"sfp", "2021", "004", "b", "sfp2021004b"}
    assert tokens("SFP2021004B")[0] in tokens("SFP/2021/004-B")


def test_the_surname_o_is_no_stop_word() -> None:
    assert tokens("María de la O") == ["maria", "o"]


@given(st.text())
def test_any_text_gives_clean_terms(text: str) -> None:
    for term in tokens(text):
        assert term
        assert len(term) <= MAX_TERM
        assert fold(term) == term
        assert all(unicodedata.category(c)[0] in "LN" and ord(c) < 0x10000 for c in term)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_term_read_again_is_itself_unless_it_is_dropped(text: str) -> None:
    for term in tokens(text):
        assert tokens(term) in ([term], [])
        assert tokens(term) == [term] or term in STOP_WORDS or len(term) < 13


@given(st.lists(st.sampled_from(["García", "S.A.", "de C.V.", "SFP/20-1", "la", "O", "\n", "ñ"])))
def test_parts_and_wholes_make_up_the_terms(pieces: list[str]) -> None:
    text = " ".join(pieces)
    flat = [t for w in words(text) for t in (*w.parts, w.whole) if t]
    assert flat == tokens(text)
