"""A record's book is found from its id alone, by the web server and by us, and does not depend on other records."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from vitrina import books

ids = st.lists(st.text(alphabet="abc01-ñ.%", min_size=1, max_size=9), min_size=1, max_size=400, unique=True)


@given(ids)
def test_every_record_is_in_the_book_its_id_leads_to(names: list[str]) -> None:
    found = books.shelve(names)
    assert sorted(i for at in found.values() for i in at) == list(range(len(names)))
    for ending, at in found.items():
        for i in at:
            assert books.book_of(names[i], found) == ending


@given(ids)
def test_the_order_of_the_records_does_not_move_them(names: list[str]) -> None:
    there = {n: e for e, at in books.shelve(names).items() for n in (names[i] for i in at)}
    turned = names[::-1]
    assert there == {n: e for e, at in books.shelve(turned).items() for n in (turned[i] for i in at)}


def test_books_of_hashed_ids_are_small_and_a_new_record_touches_one() -> None:
    names = [hashlib.sha256(str(i).encode()).hexdigest()[:16] for i in range(20_000)]
    before = books.shelve(names)
    assert max(len(at) for at in before.values()) <= books.LARGEST
    assert 200 < len(before) < 4_100
    after = books.shelve([*names, "0123456789abcdef"])
    assert sum(1 for e, at in after.items() if before.get(e) != at) == 1


def test_ids_that_end_alike_still_fit() -> None:
    found = books.shelve([f"expediente-{i:05}-2024" for i in range(3_000)])
    assert all(len(e) == books.DEEPEST for e in found)
    assert sum(map(len, found.values())) == 3_000
