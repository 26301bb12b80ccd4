"""The path to another language: its catalogue names only words the templates say, and reaches the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from toy_portal import ASSETS, make_toy

from vitrina import portal
from vitrina.config import HOME, Settings
from vitrina.errors import ConfigurationError

THEME = HOME / "themes" / "vitrina"
OPTIONS = {"**.html": {"trimmed": "false", "extensions": "jinja2.ext.i18n,jinja2.ext.do"}}


def said() -> set[str]:
    """Return every text that the templates pass through gettext, as Babel extracts them."""
    found = extract_from_dir(
        str(THEME / "templates"), method_map=[("**.html", "jinja2")], options_map=OPTIONS
    )
    return {m if isinstance(m, str) else m[0] for _, _, m, _, _ in found}


def test_the_english_catalogue_has_no_word_that_nobody_says() -> None:
    with (THEME / "locale" / "en.po").open("rb") as stream:
        known = {str(m.id) for m in read_po(stream) if m.id}
    assert len(known) >= 40
    assert known - said() == set()


def in_language(tmp_path: Path, language: str) -> Settings:
    toy = make_toy(tmp_path / "raiz")
    conf = (HOME / "publishconf.py").read_text(encoding="utf-8")
    conf = conf.replace('DEFAULT_LANG = "es"', f'DEFAULT_LANG = "{language}"')
    (toy.root / "publishconf.py").write_text(conf, encoding="utf-8")
    return toy


def test_a_portal_in_english_says_so_and_keeps_in_spanish_what_is_not_translated(tmp_path: Path) -> None:
    portal.render(in_language(tmp_path, "en"), tmp_path / "sitio", bundled=ASSETS)
    page = (tmp_path / "sitio" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert ">Search</a>" in page and ">Downloads</a>" in page
    assert "What are you looking for?" in page
    assert "Busque un nombre" in page


def test_a_language_without_catalogue_stops_the_render(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nah\.po"):
        portal.render(in_language(tmp_path, "nah"), tmp_path / "sitio", bundled=ASSETS)
