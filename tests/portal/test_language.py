"""The path to another language: its catalogue names only words the templates say, and reaches the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from toy_portal import ASSETS, make_toy

from vitrina import portal, weather
from vitrina.config import HOME, Settings
from vitrina.errors import ConfigurationError
from vitrina.portal import quality

THEME = HOME / "themes" / "vitrina"


def said() -> set[str]:
    """Return every text that templates and code pass through gettext, as scripts/words extracts them."""
    with (THEME / "locale" / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    keywords = DEFAULT_KEYWORDS | {"say": None, "mark": None}
    found: set[str] = set()
    for folder in ("src/vitrina/portal", "themes/vitrina/templates"):
        for method, pattern in ((m, p) for p, m in methods):
            inside = pattern.removeprefix(f"{folder}/")
            if inside != pattern:
                every = extract_from_dir(
                    str(HOME / folder),
                    method_map=[(inside, method)],
                    options_map={inside: options.get(pattern, {})},
                    keywords=keywords,
                )
                found |= {m if isinstance(m, str) else m[0] for _, _, m, _, _ in every}
    return found


def test_the_english_catalogue_has_no_word_that_nobody_says() -> None:
    with (THEME / "locale" / "en.po").open("rb") as stream:
        known = {str(m.id) for m in read_po(stream) if m.id}
    assert len(known) >= 60
    assert known - said() == set(), "Quítelas de en.po, o corrija el texto: nadie las dice"


def test_a_translation_fills_the_same_holes() -> None:
    with (THEME / "locale" / "en.po").open("rb") as stream:
        for message in read_po(stream, locale="en"):
            one, other = str(message.id), str(message.string)
            assert sorted(re.findall(r"{\w+}|%\(\w+\)s", one)) == sorted(
                re.findall(r"{\w+}|%\(\w+\)s", other)
            ), one


def test_texts_are_found_in_templates_and_in_code() -> None:
    every = said()
    assert {"Ir al contenido", "Al día", "{dataset}: lista completa"} <= every
    assert len(every) > 400


def in_language(tmp_path: Path, language: str) -> Settings:
    toy = make_toy(tmp_path / "raiz")
    conf = (HOME / "publishconf.py").read_text(encoding="utf-8")
    conf = conf.replace('DEFAULT_LANG = "es"', f'DEFAULT_LANG = "{language}"')
    (toy.root / "publishconf.py").write_text(conf, encoding="utf-8")
    return toy


def test_a_portal_in_english_says_so_and_keeps_in_spanish_what_is_not_translated(tmp_path: Path) -> None:
    portal.render(in_language(tmp_path, "en"), tmp_path / "sitio", bundled=ASSETS)
    page = (tmp_path / "sitio" / "index.html").read_text(encoding="utf-8")
    files = (tmp_path / "sitio" / "descargas" / "index.html").read_text(encoding="utf-8")
    quality = (tmp_path / "sitio" / "calidad" / "index.html").read_text(encoding="utf-8")
    record = (tmp_path / "sitio" / "contratos" / "c-007" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert ">Search</a>" in page and ">Downloads</a>" in page
    assert "What are you looking for?" in page
    assert "Busque un nombre" in page
    assert "<h1>Downloads</h1>" in files and ">Home</a>" in files
    assert "No errors" in quality or "With warnings" in quality or "With records set aside" in quality
    assert re.search(r"<time[^>]*>[A-Z][a-z]+ \d+, 20\d\d</time>|[A-Z][a-z]{2,8} \d{1,2}, 20\d\d", record)
    portal.render(in_language(tmp_path / "otra", "es"), tmp_path / "en-casa", bundled=ASSETS)
    again = (tmp_path / "en-casa" / "descargas" / "index.html").read_text(encoding="utf-8")
    assert "<h1>Descargas</h1>" in again and '<html lang="es-MX">' in again


def test_the_nights_of_a_source_are_called_as_the_program_calls_them() -> None:
    assert dict(quality.CONDITIONS.items()) == dict(weather.CONDITIONS)


def test_a_language_without_catalogue_stops_the_render(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nah\.po"):
        portal.render(in_language(tmp_path, "nah"), tmp_path / "sitio", bundled=ASSETS)


def test_every_word_that_leads_to_the_glossary_is_explained_there() -> None:
    glossary = set(
        re.findall(r'<span id="([^"]+)">', (HOME / "content" / "glosario.md").read_text(encoding="utf-8"))
    )
    texts = [p.read_text(encoding="utf-8") for p in (THEME / "templates").glob("*.html")]
    used = {anchor for text in texts for anchor in re.findall(r'term\("([^"]+)"', text)}
    assert len(used) >= 5
    assert used - glossary == set()
