"""Questions as people type them, over the built samples, as `vitrina search` answers them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from vitrina.search.query import search

QUESTIONS = Path(__file__).with_name("relevance.toml")
SHARE = 0.95


def test_what_people_look_for_is_in_the_first_three(built_root: Path) -> None:
    asked: dict[str, str] = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["samples"]
    assert len(asked) >= 60
    misses = []
    for text, wanted in asked.items():
        found = search(built_root / "build" / "index", text, 3)["hits"]
        if not any(wanted in f"{hit['url']} {hit['title']}" for hit in found):
            misses.append(f"«{text}»: {[hit['title'] for hit in found]}")
    print(f"{len(asked) - len(misses)} de {len(asked)} entre los tres primeros", *misses, sep="\n")
    assert len(misses) <= (1 - SHARE) * len(asked), "\n".join(misses)
