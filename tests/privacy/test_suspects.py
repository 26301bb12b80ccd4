"""The cheap look loses nothing: reading only its windows finds every match that reading the whole text finds."""

from __future__ import annotations

from functools import cache

import canaries
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrina.privacy import patterns, suspects

FILLS = (
    "Obra pública en Xaltepec, contrato LPN/2024/0001 por $1,234,567.89. ",
    "ñandú 2024-11-20 ",
    "<td>",
    ",",
    "\n",
)


@cache
def planted() -> list[bytes]:
    """Values of every kind, in every disguise that needs no decoding first."""
    texts = [
        c.text
        for block in range(4)
        for c in canaries.make(block, 700)
        if c.kind != "dato reservado esta noche"
    ]
    return [reading for text in texts for reading in suspects.readings(text.encode())]


pieces = st.one_of(
    st.integers(0, 10**9).map(lambda n: planted()[n % len(planted())]),
    st.builds(lambda fill, times: fill.encode() * times, st.sampled_from(FILLS), st.integers(0, 60)),
    st.text(max_size=30).map(str.encode),
    st.text("0123456789 -_@ABCXyz", max_size=30).map(str.encode),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(pieces, max_size=8).map(b"".join))
def test_the_windows_hold_all_that_the_whole_text_holds(data: bytes) -> None:
    whole = {(m.kind, m.start, m.end) for m in patterns.examine(data) if m.strong}
    seen = {
        (m.kind, first + m.start, first + m.end)
        for first, last, *wanted in suspects.windows(data)
        for m in patterns.examine(data[first:last], *wanted)
        if m.strong
    }
    assert whole <= seen
