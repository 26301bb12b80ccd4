"""What people type, read alike in Python and in the browser; near spellings and stems held to lunr's automata."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lunr.token_set import TokenSet

from vitrina.search import reading
from vitrina.search.tokenize import stem

CASES = json.loads((Path(__file__).parent / "readings.json").read_text(encoding="utf-8"))
PIECES = ["García", "obra", '"', "“", "”", "«", "»", "-", " -", "S.A. de C.V.", "1/2-3", "\n", "\t", "\u00a0", "ñ", "😀", "٣٤",
          "\ud83d", "a@b.mx", "constructor", "__proto__", "$1", "x" * 70, "<b>", "\\", "\x1c", "\u2028"]  # fmt: skip


def flat(found: reading.Reading) -> dict[str, Any]:
    words = [t for word in found.words for t in (*word.parts, *((word.whole,) if word.whole else ()))]
    return {"words": words, "phrases": [list(p) for p in found.phrases], "excluded": list(found.excluded)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"])[:40])
def test_python_follows_the_table(case: dict[str, Any]) -> None:
    assert {"text": case["text"]} | flat(reading.read(case["text"])) == case


def test_the_page_reads_the_same(ask_node: Callable[..., Any]) -> None:
    """The table, and three thousand texts put together at random; nothing makes either throw."""
    pick = random.Random(11)
    texts = [case["text"] for case in CASES]
    texts += ["".join(pick.choice(PIECES) for _ in range(pick.randint(1, 9))) for _ in range(3_000)]
    words = [
        "garcia",
        "garica",
        "gracias",
        "luces",
        "luz",
        "obras",
        "obra",
        "publicos",
        "publica",
        "hernadez",
        "hernandez",
    ]
    words += ["".join(pick.choice("abces") for _ in range(pick.randint(1, 7))) for _ in range(150)]
    pairs = [(a, b) for a in words[:60] for b in words]
    found = ask_node("readings.mts", {"texts": texts, "pairs": pairs})
    wrong = [ascii(t) for t, r in zip(texts, found["readings"], strict=True) if flat(reading.read(t)) != r]
    assert not wrong
    slips = {a: [list(part) for part in reading.turned_slips(a)] if len(a) > 1 else [] for a in words[:60]}
    other = [[stem(a), reading.near(a, b), slips[a]] for a, b in pairs]
    assert other == found["pairs"]


WORDS = st.text("abñ", min_size=2, max_size=6)


@given(WORDS, WORDS)
def test_near_is_lunrs_edit_distance_of_one(one: str, other: str) -> None:
    fuzzy: Any = TokenSet.from_fuzzy_string
    held: Any = TokenSet.from_list([other])
    assert reading.near(one, other) == bool(held.intersect(fuzzy(one, 1)).to_list())


@given(WORDS, WORDS)
def test_near_is_mutual(one: str, other: str) -> None:
    assert reading.near(one, other) == reading.near(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("obra", "obras"), ("hospital", "hospitales"), ("luz", "luces"), ("calle", "calles"), ("público", "públicas"),
     ("contratación", "contrataciones"), ("municipio", "municipios"), ("vez", "veces")],
)  # fmt: skip
def test_singular_plural_and_gender_share_a_stem(one: str, other: str) -> None:
    from vitrina.search.tokenize import fold

    assert stem(fold(one)) == stem(fold(other))


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    found = reading.read(text)
    assert len(found.words) <= reading.MAX_WORDS
    assert all(len(phrase) > 1 for phrase in found.phrases)
