"""The page's worker on built files: completion, the download in chunks, faults; what is asked meanwhile comes first."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vitrina.search.build import build
from vitrina.search.documents import Document

CHUNK = 512
NO_FILTERS: dict[str, Any] = {
    **{name: [] for name in ("system", "ente", "year", "level", "type", "status", "municipality")},
    "amountMin": None, "amountMax": None, "dateFrom": "", "dateTo": "",
}  # fmt: skip


def ask(number: int, text: str, kind: str = "ask") -> dict[str, Any]:
    """A message of the page; for a download or an answer alike."""
    asked = {
        "kind": kind,
        "id": number,
        "text": text,
        "filters": NO_FILTERS,
        "order": "relevancia",
        "page": 1,
    }
    return asked | ({"forced": False} if kind == "count" else {})


@pytest.fixture
def work(built: Path, ask_node: Callable[..., Any]) -> Callable[..., list[dict[str, Any]]]:
    """A function that sends groups of messages and returns every reply, in order."""

    def sent(*groups: dict[str, Any], folder: Path = built) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask_node("worker.mts", {"folder": str(folder), "groups": groups})
        return found

    return sent


def test_a_question_asked_during_a_download_is_answered_before_its_end(
    work: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    count = 3 * CHUNK + 5
    days = [f"2024-01-{1 + n % 28:02}" for n in range(count)]
    build(
        [
            Document("s", f"/s/{n}/", f"Obra {n}", date=day, fields={8: f"obra {n}"})
            for n, day in enumerate(days)
        ],
        tmp_path,
    )
    replies = work({"ask": [ask(1, "", "csv"), ask(2, "obra")]}, folder=tmp_path)
    kinds = [(r["id"], r["kind"]) for r in replies]
    assert kinds.index((2, "answer")) == 1  # after the first chunk, before the second
    chunks = [r for r in replies if r["kind"] == "csv-chunk"]
    assert len(chunks) == math.ceil(count / CHUNK)
    assert [c["finished"] for c in chunks] == [False, False, False, True]
    assert [c["done"] for c in chunks] == [CHUNK, 2 * CHUNK, 3 * CHUNK, count]
    assert len({row["url"] for c in chunks for row in c["rows"]}) == count


def test_a_newer_download_takes_the_place_of_an_older(
    work: Callable[..., list[dict[str, Any]]], documents: list[Document]
) -> None:
    replies = work({"ask": [ask(1, "", "csv")], "leave": True}, {"ask": [ask(2, "", "csv"), ask(3, "obra")]})
    rows = {
        n: sum(len(r["rows"]) for r in replies if r["id"] == n and r["kind"] == "csv-chunk") for n in (1, 2)
    }
    assert rows == {1: CHUNK, 2: len(documents)}
    assert len(documents) > CHUNK


def test_what_is_typed_is_completed(
    work: Callable[..., list[dict[str, Any]]], documents: list[Document]
) -> None:
    texts = ["obra mant", "secretaria de sal", "grupo nor", "servidores s", "12", "x", "", "zzz"]
    replies = work({"ask": [{"kind": "complete", "id": n, "text": t} for n, t in enumerate(texts)]})
    found = {r["text"]: {(s["what"], s["label"], s["text"]) for s in r["suggestions"]} for r in replies}
    assert ("word", "mantenimiento", "obra mantenimiento") in found["obra mant"]
    assert ("ente", "Secretaría de Salud", "Secretaría de Salud") in found["secretaria de sal"]
    assert ("company", "Grupo Norte", "Grupo Norte") in found["grupo nor"]
    assert ("system", "Servidores sancionados", "Servidores sancionados") in found["servidores s"]
    assert found["12"] == found[""] == found["zzz"] == set()
    ente = next(s for r in replies for s in r["suggestions"] if s["label"] == "Secretaría de Salud")
    assert ente["count"] == sum(d.ente == "Secretaría de Salud" for d in documents)


@pytest.mark.parametrize(
    ("trouble", "what"),
    [
        ({"broken": "/t/"}, "missing-shard"),
        ({"broken": "/d/"}, "old-version"),
        ({"broken": "current"}, "missing-shard"),
        ({"online": False}, "offline"),
    ],
)
def test_a_fault_is_told_and_the_next_question_is_answered(
    work: Callable[..., list[dict[str, Any]]], trouble: dict[str, Any], what: str
) -> None:
    replies = work(trouble | {"ask": [ask(1, "obra")]}, {"ask": [ask(2, "obra")]})
    assert [(r["kind"], r.get("what")) for r in replies if r["id"] == 1][-1] == ("error", what)
    answer = next(r for r in replies if r["id"] == 2)
    assert answer["kind"] == "answer"
    assert answer["total"] > 20
    assert answer["more"] == 10 == len(answer["cards"])
    cards = replies[-1]
    assert cards["kind"] == "cards"
    assert len(cards["cards"]) == 20
    assert cards["cards"][:10] == answer["cards"]


def test_what_is_counted_keeps_no_question_waiting(work: Callable[..., list[dict[str, Any]]]) -> None:
    replies = work({"ask": [ask(1, "obra")]}, {"ask": [ask(2, "obra", "count"), ask(3, "secretaria")]})
    order = [(r["id"], r["kind"]) for r in replies]
    assert order.index((3, "answer")) < order.index((2, "facets"))
    assert any(r["count"] for r in replies[-1]["facets"]["year"])


def test_counts_asked_after_a_new_edition_are_made_anew(work: Callable[..., list[dict[str, Any]]]) -> None:
    replies = work({"ask": [ask(1, "obra")]}, {"broken": "/f/", "times": 1, "ask": [ask(2, "obra", "count")]})
    assert [r["kind"] for r in replies] == ["answer", "cards", "facets"]
    replies = work({"ask": [ask(1, "obra")]}, {"broken": "/f/", "ask": [ask(2, "obra", "count")]})
    assert (replies[-1]["kind"], replies[-1]["what"]) == ("error", "old-version")


def test_a_download_that_breaks_off_says_so(work: Callable[..., list[dict[str, Any]]]) -> None:
    replies = work({"broken": "/d/", "ask": [ask(1, "", "csv")]})
    assert [(r["kind"], r.get("what")) for r in replies] == [("error", "old-version")]
