"""The texts of what is noticed while reading belong to codes that exist, and can be read both ways."""

from __future__ import annotations

from vitrina.checking.report_texts import SCHEMA
from vitrina.checking.report_texts_reading import READING
from vitrina.config import HOME


def test_every_text_belongs_to_a_code_that_something_gives() -> None:
    folders = [HOME / "src" / "vitrina" / name for name in ("layouts", "formats", "stages")]
    source = "".join(p.read_text(encoding="utf-8") for f in folders for p in sorted(f.rglob("*.py")))
    assert [code for code in READING if f'"{code}"' not in source] == []


def test_a_text_says_one_thing_of_what_passes_and_another_of_what_fails() -> None:
    for code, text in {**SCHEMA, **READING}.items():
        assert text.title != text.found, code
        assert not text.title.endswith(".") and not text.found.endswith("."), code
        assert text.why.endswith(".") and text.remedy.endswith("."), code
