"""Benchmark of what is found: hit@10 by way of typing, with one slip of every kind at any place of any word.

Run it by hand: `.venv/bin/python tests/bench/bench_search_hits.py [--records 10000] [--questions 300] [--misses]`. A
question is found when one of its first ten results has the very words that were meant, in any order: among a hundred
thousand people there are more than ten of some names, and of the same words in another order. Words of three letters
are mistyped like long ones. `bench_search.py` prints the same with fewer questions.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
from search_data import simulated

from vitrina.search.build import build
from vitrina.search.query import query
from vitrina.search.reader import Index
from vitrina.search.tokenize import fold

SHORTEST = 3
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def hits_at_10(
    folder: Path, documents: pl.DataFrame, questions: int = 100, misses: list[str] | None = None
) -> dict[str, str]:
    """Return, per way of typing, the share of *questions* that find; what does not is added to *misses*."""
    pick = random.Random(9)
    names = documents.filter(pl.col("person") == 1)["w8"].to_list()
    titles = documents.filter(pl.col("person") == 0)["w8"].to_list()
    keys = documents["w6"].to_list()

    def one_word(slip: Callable[[str], str]) -> Callable[[str], str]:
        def typed(text: str) -> str:
            words = fold(text).split()
            at = pick.choice([n for n, word in enumerate(words) if len(word) >= SHORTEST])
            return " ".join([*words[:at], slip(words[at]), *words[at + 1 :]])

        return typed

    def left_out(word: str) -> str:
        at = pick.randrange(len(word))
        return word[:at] + word[at + 1 :]

    def doubled(word: str) -> str:
        at = pick.randrange(len(word))
        return word[:at] + word[at] + word[at:]

    def added(word: str) -> str:
        at = pick.randrange(len(word) + 1)
        return word[:at] + pick.choice(LETTERS) + word[at:]

    def other(word: str) -> str:
        at = pick.randrange(len(word))
        return word[:at] + pick.choice(LETTERS.replace(word[at], "")) + word[at + 1 :]

    def exchanged(word: str) -> str:
        at = pick.choice([n for n in range(len(word) - 1) if word[n] != word[n + 1]])
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    def plural(word: str) -> str:
        return word + ("s" if word[-1] in "aeiou" else "es")

    def shuffled(text: str) -> str:
        words = text.split()
        return " ".join(pick.sample(words, len(words)))

    slips = {
        "left out": left_out, "doubled": doubled, "added": added, "other": other, "exchanged": exchanged
    }  # fmt: skip
    ways: dict[str, tuple[str, list[str], Callable[[str], str]]] = {
        "without accents": ("w8", names, fold),
        "upper case": ("w8", names, str.upper),
        "any order, name": ("w8", names, shuffled),
        "any order, title": ("w8", titles, shuffled),
        "id": ("w6", keys, str),
        "id without signs": ("w6", keys, lambda t: t.replace("-", "").replace("/", "")),
        "id with blanks": ("w6", keys, lambda t: t.replace("-", " ").replace("/", " ")),
        "last part of an id": ("w6", keys, lambda t: t.removesuffix("-B").replace("/", "-").split("-")[-1]),
        "plural in a title": ("w8", titles, one_word(plural)),
        **{f"letter {kind}, name": ("w8", names, one_word(slip)) for kind, slip in slips.items()},
        **{f"letter {kind}, title": ("w8", titles, one_word(slip)) for kind, slip in slips.items()},
    }
    index, found = Index(folder), {}
    for way, (column, texts, typed) in ways.items():
        hits = 0
        for text in [pick.choice(texts) for _ in range(questions)]:
            asked = typed(text)
            answer = query(index, asked)
            first = documents[column].gather(answer.hits.refs[:10].tolist())
            hit = _same_words(text) in map(_same_words, first)
            hits += hit
            if not hit and misses is not None:
                misses.append(f"{way}: {text!r} typed {asked!r}: {answer.step} {dict(answer.replaced)}")
        found[way] = f"{hits / questions:.1%}"
    return found


def _same_words(text: str) -> list[str]:
    return sorted(fold(text).split())


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--records", type=int, default=10_000)
    read.add_argument("--questions", type=int, default=300)
    read.add_argument("--misses", action="store_true")
    given = read.parse_args()
    documents = simulated(given.records)
    misses: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        build(documents, Path(folder))
        for way, share in hits_at_10(Path(folder), documents, given.questions, misses).items():
            print(f"{way:26} {share:>7}")
    if given.misses:
        print(*misses, sep="\n")


if __name__ == "__main__":
    main()
