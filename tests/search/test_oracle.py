"""The page's search against lunr.js on lunr.py's whole index, and against plain counting for filters and sorting."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from vitrina.search import query as q
from vitrina.search.build import build
from vitrina.search.documents import Document, combined, frame
from vitrina.search.reader import Index

sys.path.insert(0, str(Path(__file__).parent))
import exactness

FACETS = ("system", "ente", "year", "level", "type", "status", "municipality")
NO_FILTERS: dict[str, Any] = {
    **{name: [] for name in FACETS}, "amountMin": None, "amountMax": None, "dateFrom": "", "dateTo": ""
}  # fmt: skip


def texts(documents: pl.DataFrame) -> list[str]:
    """Some hundred queries of every kind, from the documents themselves and from outside."""
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
    found += [
        "-obra",
        "-zzzz",
        "- obra",
        "obra -publica -camino",
        '"obra pública"',
        '"',
        '""',
        "«obra camino» -luz",
        "-",
    ]
    found += ["gernandez", "ernandez", "ximenez", "obras publicos", "-" * 50, "obra " * 40, "SFP -2021"]
    for make in exactness.text_kinds(documents, 7).values():
        found += [make() for _ in range(25)]
    return found


def selections(documents: pl.DataFrame) -> list[dict[str, Any]]:
    """Questions with random filters in every order."""
    pick = random.Random(5)
    found = []
    for number in range(60):
        filters = dict(NO_FILTERS)
        for name in pick.sample(FACETS, pick.choice([0, 1, 1, 2, 3])):
            column = documents["date"].str.slice(0, 4) if name == "year" else documents[name]
            filters[name] = [*pick.sample([v for v in column.unique().sort() if v], 2), "no existe"]
        if number % 3 == 0:
            amount = pick.choice(
                [1e4, 1e5, 250_000.0, pick.choice(documents["amount"].drop_nulls().to_list())]
            )
            filters |= {
                "amountMin": pick.choice([None, amount]),
                "amountMax": pick.choice([None, amount * 3]),
            }
        if number % 4 == 0:
            filters |= {
                "dateFrom": pick.choice(["", "2020-02-03"]),
                "dateTo": pick.choice(["", "2023-05", "2024-02-01"]),
            }
        order = ["relevancia", "recientes", "antiguos", "monto-desc", "monto-asc"][number % 5]
        text = pick.choice(
            [
                "",
                "obra",
                "hernandez",
                "grupo",
                "secretaria",
                "maria lopez",
                "maria lopez perez",
                "zzzz",
                "camino -luz",
            ]
        )
        found.append({"text": text, "filters": filters, "order": order})
    return found


@pytest.fixture(scope="module", params=["whole", "with delta"])
def folder(
    request: pytest.FixtureRequest, documents: list[Document], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Built files of `documents`: once as a base, once as a base of another night and a delta."""
    out: Path = tmp_path_factory.mktemp("indice")
    tonight = combined([frame(documents)])
    if request.param == "whole":
        build(tonight, out)
    else:
        exactness.with_delta(tonight, out)
    return out


@pytest.fixture(scope="module")
def answers(
    documents: list[Document], folder: Path, node_modules: Path, ask_node: Callable[..., Any]
) -> dict[str, Any]:
    tonight = combined([frame(documents)])
    question = {
        "modules": str(node_modules), "folder": str(folder), "lunr": "", "numbers": exactness.numbers(folder),
        "texts": texts(tonight), "clauses": [], "selections": selections(tonight),
    }  # fmt: skip
    found: dict[str, Any] = ask_node("oracle.mts", question)
    return found


def test_the_built_files_answer_as_lunr_does(tmp_path: Path, node_modules: Path) -> None:
    """A sample of what tests/search/exactness.py asks; forty kinds of questions, with and without a delta."""
    found = exactness.run(exactness.simulated(1_200), 12, tmp_path, node_modules)
    assert len(found) >= 40
    assert {kind: row for kind, row in found.items() if row[2]} == {}
    assert sum(some for _, some, _ in found.values()) > 0.8 * sum(asked for asked, _, _ in found.values())


def test_a_difference_would_be_seen(
    tmp_path: Path, node_modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitrina.search.build.K1", 1.3)
    found = exactness.run(exactness.simulated(300), 2, tmp_path, node_modules)
    assert sum(wrong for _, _, wrong in found.values()) > 50


def test_every_step_is_taken(answers: dict[str, Any]) -> None:
    steps = {a["step"] for a in answers["found"]}
    assert steps == {"every", "empty", "all", "id", "prefix", "near", "stem", "like", "any", "none"}


def test_terminal_and_page_find_the_same(
    documents: list[Document], folder: Path, answers: dict[str, Any]
) -> None:
    index = Index(folder)
    for text, page in zip(texts(combined([frame(documents)])), answers["found"], strict=True):
        found = q.query(index, text)
        assert (found.step, list(found.absent), list(found.excluded)) == (
            page["step"],
            page["absent"],
            page["excluded"],
        ), text
        assert {a: list(u) for a, u in found.replaced.items()} == {
            r["asked"]: r["used"] for r in page["replaced"]
        }, text
        said = [{"text": t, "checked": c, "of": n, "found": f} for t, c, n, f in found.phrases]
        assert said == page["phrases"], text
        assert len(found.hits) == page["total"], text
        assert found.hits.refs[:50].tolist() == page["refs"], text
        assert found.hits.scores[:50].tolist() == pytest.approx(page["scores"], abs=1e-9), text


def test_one_word_fetches_one_shard_of_each_segment(folder: Path, answers: dict[str, Any]) -> None:
    segments = len(Index(folder).segments)
    single = [
        a for a in answers["found"] if a["step"] == "all" and len(a["clauses"]) <= 1
        and len(a["files"]) == segments
    ]  # fmt: skip
    assert single
    assert all("/t/" in name for a in single for name in a["files"])


def test_filters_counts_and_orders_are_exact(
    documents: list[Document], folder: Path, answers: dict[str, Any]
) -> None:
    """Against plain counting over the documents; per facet, what would be found with a value, the others kept."""
    ordered = combined([frame(documents)]).with_columns(year=pl.col("date").str.slice(0, 4)).to_dicts()
    live = exactness.numbers(folder)
    kept_some = 0
    for question, answer in zip(selections(combined([frame(documents)])), answers["selected"], strict=True):
        filters = question["filters"]

        def passes(row: dict[str, Any], but: str = "", filters: Any = filters) -> bool:
            return (
                all(name == but or not filters[name] or row[name] in filters[name] for name in FACETS)
                and (but == "amount" or _in(row["amount"], filters["amountMin"], filters["amountMax"]))
                and (not filters["dateFrom"] or row["date"] >= filters["dateFrom"])
                and (not filters["dateTo"] or (row["date"] != "" and row["date"] <= f"{filters['dateTo']}~"))
            )

        found = [live[ref] for ref in answer["all"]]
        expected = _sorted([n for n in found if passes(ordered[n])], ordered, question)
        assert [live[ref] for ref in answer["kept"]] == expected, question
        assert [live[ref] for ref in answer["page"]] == expected[:20], question
        kept_some += bool(expected)
        for name in FACETS:
            values = [ordered[n][name] for n in found if passes(ordered[n], but=name)]
            counts = {r["value"]: r["count"] for r in answer["facets"][name] if r["count"]}
            assert counts == {v: values.count(v) for v in set(values) - {""}}, (question, name)
            assert all(r["chosen"] == (r["value"] in filters[name]) for r in answer["facets"][name])
        for row in answer["facets"]["amount"]:
            low, _, high = row["value"].partition("-")
            amounts = [ordered[n]["amount"] for n in found if passes(ordered[n], but="amount")]
            top = float(high or "inf")
            assert row["count"] == sum(a is not None and float(low) <= a < top for a in amounts), question
    assert kept_some > 20


def test_what_a_page_shows_is_counted_without_columns(answers: dict[str, Any]) -> None:
    few = [a for a in answers["selected"] if 0 < len(a["all"]) <= 20]
    many = [a for a in answers["selected"] if len(a["all"]) > 20]
    assert few
    assert not [name for a in few for name in a["files"] if "/f/" in name and "days" not in name]
    assert any("/f/ente/" in name for a in many for name in a["files"])


def _in(amount: float | None, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    return amount is not None and (low or -math.inf) <= amount <= (math.inf if high is None else high)


def _sorted(found: list[int], ordered: list[dict[str, Any]], question: dict[str, Any]) -> list[int]:
    order = question["order"]
    if order == "recientes":
        return sorted(found, reverse=True)
    if order == "antiguos":
        return sorted(found)
    if order == "relevancia":
        return found
    way = -1 if order == "monto-desc" else 1

    def key(n: int) -> tuple[bool, float, int]:
        amount = ordered[n]["amount"]
        return amount is None, way * (amount or 0), -n

    return sorted(found, key=key)
