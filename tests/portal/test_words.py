"""How values read: the quick ways of writing numbers against Babel's, and what may become a link."""

from __future__ import annotations

import doctest
from datetime import date
from types import ModuleType

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st
from toy_portal import HOSTILE

from vitrina.model import Field
from vitrina.portal import cells, filters, plugin, urls, words
from vitrina.portal.plugin import rebase


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_whole_numbers_read_as_babel_writes_them(value: int) -> None:
    assert filters.number(value) == format_decimal(value, locale="es_MX")


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_amounts_read_as_babel_writes_them(cents: int) -> None:
    amount = cents / 100
    assert filters.pesos(amount) == format_currency(amount, "MXN", locale="es_MX")


@given(st.text(max_size=40))
def test_no_text_becomes_a_link_but_a_web_address(text: str) -> None:
    assert filters.safe_url(text) == "" or text.strip().lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//a.mx",
        "https://",
        "http:\n//a.mx",
        "https://a b",
    ],
)
def test_other_schemes_stay_text(text: str) -> None:
    assert filters.safe_url(text) == ""
    assert "<a" not in cells.rich(Field("liga", "string", "Liga", "Dirección.", display="url"))(text)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (
            Field("f", "date", "F", "d"),
            date(2026, 3, 1),
            '<time datetime="2026-03-01">1 de marzo de 2026</time>',
        ),
        (Field("f", "string", "F", "d"), None, str(cells.missing())),
        (Field("f", "boolean", "F", "d"), False, "No"),
        (Field("f", "number", "F", "d", display="mxn"), 0.0, "$0.00"),
        (Field("f", "integer", "F", "d", display="year"), 2024, "2024"),
        (Field("f", "integer", "F", "d"), 2024, "2,024"),
        (Field("f", "string", "F", "d", categories={"A": "Alta"}), "A", "Alta"),
        (Field("f", "string", "F", "d", categories={"A": "Alta"}), "Z", "Z"),
        (
            Field("f", "string", "F", "d", display="list", categories={"A": "<Alta>"}),
            "A; B",
            '<ul class="valores"><li>&lt;Alta&gt;</li><li>B</li></ul>',
        ),
        (Field("f", "string", "F", "d", display="code"), "<b>", "<code>&lt;b&gt;</code>"),
    ],
)
def test_values_read_as_their_field_declares(field: Field, value: object, expected: str) -> None:
    assert cells.rich(field)(value) == expected


def test_structured_data_keep_their_block_closed() -> None:
    assert "<" not in filters.json_data({"name": HOSTILE})
    assert "</script" not in filters.json_data({"name": "</script><script>"})


def test_prose_keeps_foreign_links_as_they_are() -> None:
    html = '<a href="/a/">a</a> <a href="https://ejemplo.mx/">b</a>'
    assert rebase(html, "/portal") == '<a href="/portal/a/">a</a> <a href="https://ejemplo.mx/">b</a>'
    assert rebase(html, "") == html


@pytest.mark.parametrize("module", [cells, filters, plugin, urls, words])
def test_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.failed == 0
    assert found.attempted > 0
