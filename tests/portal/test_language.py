"""The path to another language: its catalogue names only words the templates say, and reaches the pages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from toy_portal import ASSETS, make_toy

from vitrina import portal, weather
from vitrina.config import HOME, Settings
from vitrina.errors import ConfigurationError
from vitrina.portal import assets, quality

THEME = HOME / "themes" / "vitrina"


def said() -> set[str]:
    """Return every text that templates and code pass through gettext, as scripts/words extracts them."""
    with (THEME / "locale" / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    keywords = DEFAULT_KEYWORDS | {"say": None, "mark": None}
    found: set[str] = set()
    for folder in ("src/vitrina/portal", "themes/vitrina/templates", "themes/vitrina/ts"):
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
    assert {"Ir al contenido", "Al día", "{dataset}: lista completa", "Descargar lo que se ve (CSV)"} <= every
    assert len(every) > 600


def test_the_bundler_finds_every_text_of_the_scripts_and_so_do_translators() -> None:
    found: set[str] = set()
    for path in (THEME / "ts").glob("*.ts"):
        code = path.read_text(encoding="utf-8")
        here = assets.SAID.findall(code)
        calls = len(re.findall(r"\bsay\(", code)) - (path.name == "words.ts")
        assert len(here) == calls, f"{path.name}: say() pide el texto ahí mismo, entre comillas dobles"
        found |= {json.loads(text) for text in here}
    assert len(found) > 100
    assert found <= said()


_SPANISH = re.compile(
    r"[áéíóúñÁÉÍÓÚÑ¿¡«»]|^[A-Z][a-z]{2,}"
    r"|(?<=\s)(?:de|del|el|la|los|las|que|con|por|para|en|un|una|y|o|no|se|su)(?=\s)"
)
"""A letter or sign of Spanish, a word with a capital, or a small word among others: what a reader could be shown."""
_EXEMPT = {
    "assets.py": {"Ejecute scripts/build, que instala lo que pide themes/vitrina/package-lock.json."},
    "pelican_run.py": {
        "Corrija la plantilla, el texto o el dato que se nombra y vuelva a correr vitrina render.",
        "America/Mexico_City",
    },
    "filters.py": {"aeiouáéó", "ón", "án", "és", "ín"},
    "programs.py": {"License ::"},
    "quality_pages.py": {"no se cumple", "no se revisó"},
    "quality_rules.py": {"Corrija el dato: ", "«"},
    "records.py": {"Link | None"},
    "shelf.py": {"True", "False"},
    "store.py": {"Excel", "Parquet"},
}
"""Module → what need not be said: for operators (assets, pelican_run), the plurals of declared nouns (filters), what
the metadata of packages say (programs), states of reporte.json that programs read (quality_pages), what is looked for in
the texts of a report (quality_rules), a type (records), values of the data (shelf) and names of formats (store)."""


def unsaid(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of a module that look like Spanish and are neither said, marked, raised nor documentation."""
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            told |= set(map(id, ast.walk(node)))
        elif isinstance(node, ast.Expr):
            told.add(id(node.value))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"say", "mark", "words.say"}:
            told |= set(map(id, node.args))
        elif isinstance(node, ast.Dict):  # the classes of schema.org
            pairs = zip(node.keys, node.values, strict=True)
            told |= {id(v) for k, v in pairs if isinstance(k, ast.Constant) and k.value == "@type"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            text = re.sub(r"<[^>]*>?|[\w-]+=\"[^\"]*\"?", " ", node.value)
            if _SPANISH.search(text):
                yield node.value


def test_no_text_of_the_portals_code_is_left_unsaid() -> None:
    code = HOME / "src" / "vitrina" / "portal"
    found = {
        path.name: texts
        for path in sorted(code.rglob("*.py"))
        if not path.name.startswith("pattern")  # the gallery's contents are invented examples
        and (texts := set(unsaid(ast.parse(path.read_text(encoding="utf-8")))))
    }
    new = {name: texts - _EXEMPT.get(name, set()) for name, texts in found.items()}
    assert {name: texts for name, texts in new.items() if texts} == {}, "Dígalo con say() o mark(): words.py"
    assert found == _EXEMPT, "Quite de _EXEMPT lo que ya no está"


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
