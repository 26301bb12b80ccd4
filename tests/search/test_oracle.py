"""The page's search against lunr.js on lunr.py's whole index: same records, scores and totals from the shards."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vitrina.search import query as q
from vitrina.search.build import Document, numbered
from vitrina.search.tokenize import tokens

REQUIRED, PROHIBITED, TRAILING = 2, 3, 2


def texts(documents: list[Document]) -> list[str]:
    """Some hundred queries of every kind, from the documents themselves and from outside."""
    pick = random.Random(7)
    found = [
        "constructor",
        "__proto__",
        "toString valueOf",
        "hasownproperty",
        "de la O",
        "zzzz",
        "",
        "de",
        "g",
        "ga",
        "*",
    ]
    found += [
        "DGR2021-777C",
        "HPR 060210 B71",
        "tepozanes",
        "calles de nandues",
        "w" * 300,
        "Grupo García S.A. de C.V.",
    ]
    for document in pick.sample(documents, 60):
        words = document.title.split()
        found += [document.title, words[0], words[-1].upper(), " ".join(reversed(words)), words[-1][:3]]
        found += [
            f"{words[0]} {words[-1][:4]}",
            document.fields.get("clave", "")[:12],
            f"{words[0]} zzzz",
            document.ente,
        ]
        cut = pick.randrange(len(words[-1]))
        found += [words[-1][:cut] + words[-1][cut + 1 :], f"{words[0]} {document.date[:4]} {document.ente}"]
    return found


def clauses(documents: list[Document]) -> list[dict[str, Any]]:
    """lunr's own clauses: boosts, fields, required, prohibited, prefixes, near spellings."""
    pick = random.Random(9)
    found = []
    for _ in range(60):
        one, two = pick.sample(tokens(" ".join(d.title for d in pick.sample(documents, 3))), 2)
        kinds: list[tuple[dict[str, Any], list[Any]]] = [
            ({"terms": [one]}, [[one, {}]]),
            ({"terms": [one, two]}, [[one, {}], [two, {"boost": 3}]]),
            ({"terms": [one, two]}, [[one, {"presence": REQUIRED}], [two, {"presence": REQUIRED}]]),
            ({"terms": [one, two]}, [[one, {"fields": ["titulo"]}], [two, {"fields": ["texto", "ente"]}]]),
            ({"terms": [one, two]}, [[one, {"presence": REQUIRED}], [two, {"presence": PROHIBITED}]]),
            ({"terms": [], "prefix": one[:2]}, [[one[:2], {"wildcard": TRAILING}]]),
            (
                {"terms": [two], "prefix": one[:3]},
                [[two, {"presence": REQUIRED}], [one[:3], {"wildcard": TRAILING}]],
            ),
            ({"terms": [], "near": [one]}, [[one, {"editDistance": 1}]]),
            ({"terms": ["zzzz", one]}, [["zzzz", {"presence": REQUIRED}], [one, {}]]),
        ]
        found += [{"need": need, "terms": terms} for need, terms in kinds]
    return found


FILTERS = [
    ["hernández", {"system": [], "ente": [], "year": []}],
    ["hernández", {"system": ["s3-servidores"], "ente": [], "year": ["2021", "2022"]}],
    ["obra", {"system": ["s6-contrataciones"], "ente": ["Secretaría de Salud"], "year": []}],
    ["obra", {"system": ["no-existe"], "ente": [], "year": []}],
    ["grupo", {"system": [], "ente": ["Secretaría de Salud", "Auditoría Superior"], "year": ["2020"]}],
]


@pytest.fixture(scope="module")
def answers(
    documents: list[Document], built: Path, node_modules: Path, ask_node: Callable[..., Any]
) -> dict[str, Any]:
    question = {
        "modules": str(node_modules),
        "folder": str(built),
        "texts": texts(documents),
        "clauses": clauses(documents),
        "filters": FILTERS,
    }
    found: dict[str, Any] = ask_node("oracle.mts", question)
    return found


def test_shards_answer_as_the_whole_index(documents: list[Document], answers: dict[str, Any]) -> None:
    asked = texts(documents)
    assert len(asked) > 600
    wrong = [t for t, a in zip(asked, answers["found"], strict=True) if a["cut"] != a["whole"]]
    assert not wrong
    steps = {a["cut"]["step"] for a in answers["found"]}
    assert steps == {"every", "empty", "all", "id", "prefix", "near", "any", "none"}


def test_lunr_itself_answers_the_same_from_shards(answers: dict[str, Any]) -> None:
    assert len(answers["raw"]) > 500
    assert sum(bool(a["whole"]) for a in answers["raw"]) > 400
    assert [n for n, a in enumerate(answers["raw"]) if a["cut"] != a["whole"]] == []


def test_terminal_and_page_find_the_same(
    documents: list[Document], built: Path, answers: dict[str, Any]
) -> None:
    files = q.open_files(built)
    for text, answer in zip(texts(documents), answers["found"], strict=True):
        found, page = q.query(files, text), answer["cut"]
        assert (found.step, list(found.absent)) == (page["step"], page["absent"]), text
        assert [h.ref for h in found.hits] == [ref for ref, _, _ in page["hits"]], text
        assert [h.score for h in found.hits] == pytest.approx([s for _, s, _ in page["hits"]], abs=1e-9), text
        assert [sorted(h.terms) for h in found.hits] == [terms for _, _, terms in page["hits"]], text


def test_one_word_fetches_one_shard(documents: list[Document], answers: dict[str, Any]) -> None:
    single = [
        a["files"]
        for t, a in zip(texts(documents), answers["found"], strict=True)
        if a["cut"]["step"] == "all" and len(tokens(t)) == 1
    ]
    assert set(single) == {1}


def test_facet_counts_are_exact(documents: list[Document], answers: dict[str, Any]) -> None:
    """Per facet: what would be found with that value, the other filters kept."""
    ordered = numbered(documents)
    read: dict[str, Callable[[Document], str]] = {
        "system": lambda d: d.system,
        "ente": lambda d: d.ente,
        "year": lambda d: d.date[:4],
    }
    for (_, chosen), answer in zip(FILTERS, answers["selected"], strict=True):

        def passes(ref: int, but: str = "", chosen: Any = chosen) -> bool:
            return all(not v or n == but or read[n](ordered[ref]) in v for n, v in chosen.items())

        assert answer["kept"] == [ref for ref in answer["all"] if passes(ref)]
        for name, rows in answer["facets"].items():
            values = [read[name](ordered[ref]) for ref in answer["all"] if passes(ref, but=name)]
            expected = {v: values.count(v) for v in set(values) - {""}}
            assert {r["value"]: r["count"] for r in rows if r["count"]} == expected
            assert all(r["chosen"] == (r["value"] in chosen[name]) for r in rows)
