"""Strict parsers, safe ids and declarations' suppliers: properties that hold for any text."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrina import values
from vitrina.errors import BadValueError
from vitrina.text import fold, safe_id, slugify, tidy


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_reads_the_same_in_each_accepted_form(day: date) -> None:
    forms = [day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day.isoformat()}T23:59:59Z"]
    assert {values.iso_date(f) for f in forms} == {day.isoformat()}


@pytest.mark.parametrize(
    "text", ["2024-13-01", "31/02/2024", "2024/01/05", "mañana", "", "05-01-24", "20240105"]
)
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(BadValueError):
        values.iso_date(text)


@given(st.decimals(0, 10**12, places=2))
def test_an_amount_keeps_its_value(number: Decimal) -> None:
    assert Decimal(values.amount(f"${number:,.2f}")) == Decimal(values.amount(f"{number}")) == number


@pytest.mark.parametrize("text", ["1.234,50", "12,5", "1,23,456", "mil", "", "1e5", "--3"])
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(BadValueError):
        values.amount(text)


@given(st.text())
def test_parsers_raise_only_their_own_error(text: str) -> None:
    for parse in (values.iso_date, values.amount, values.year, values.yes_no, values.instant):
        try:
            parse(text)
        except BadValueError:
            continue


@given(st.text(max_size=400), st.sampled_from(["", "fuente-a"]))
def test_any_id_is_a_safe_file_name_and_address(native: str, scope: str) -> None:
    name = safe_id(native, scope)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name)
    assert len(name) <= 90


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_ids_never_share_an_address(one: str, two: str) -> None:
    if one != two:
        assert safe_id(one, "f") != safe_id(two, "f")


@given(st.text())
def test_folding_tidying_and_slugs_are_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert tidy(tidy(text)) == tidy(text)
    assert slugify(slugify(text)) == slugify(text)


def test_a_natural_persons_rfc_is_never_a_company() -> None:
    assert values.company_rfc("VAMT760225B90") is None
    assert values.is_person_rfc("VAMT760225B90")
    assert values.supplier_id("VAMT760225B90", "Tamara Inventada") == values.supplier_id(
        None, "TAMARA  INVENTADA"
    )
    assert values.supplier_id("RFC-HPR060210B71", "x") == values.supplier_id("HPR060210B71", "otro nombre")
    assert values.supplier_id(None, None) is None
