"""The path to another language: its catalogue names only words the templates say, and reaches the pages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from toy_portal import ASSETS, make_toy

from vitrina import portal
from vitrina.config import HOME, Settings
from vitrina.errors import ConfigurationError
from vitrina.portal import assets, glossary
from vitrina.registry import load_system

THEME = HOME / "themes" / "vitrina"


def said() -> set[str]:
    """Return every text that templates and code pass through gettext, as scripts/words extracts them."""
    with (THEME / "locale" / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    keywords = DEFAULT_KEYWORDS | {"say": None, "mark": None}
    found: set[str] = set()
    for folder in ("src/vitrina", "themes/vitrina/templates", "themes/vitrina/ts"):
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


def english() -> dict[str, str]:
    """Return the English catalogue: text → translation, both in the singular."""
    with (THEME / "locale" / "en.po").open("rb") as stream:
        found = [(m.id, m.string) for m in read_po(stream, locale="en") if m.id]
    return {
        one if isinstance(one, str) else one[0]: en if isinstance(en, str) else en[0] for one, en in found
    }


def test_the_english_catalogue_has_no_word_that_nobody_says() -> None:
    known = english()
    assert len(known) >= 600
    assert set(known) - said() == set(), "Quítelas de en.po, o corrija el texto: nadie las dice"


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


@pytest.fixture(scope="module")
def english_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy portal in English, with its scripts."""
    folder = tmp_path_factory.mktemp("english")
    portal.render(in_language(folder, "en"), folder / "sitio")
    return folder / "sitio"


def test_a_portal_in_english_says_so_and_leaves_declared_texts_as_they_are(
    english_site: Path, tmp_path: Path
) -> None:
    def page(path: str) -> str:
        return (english_site / path / "index.html").read_text(encoding="utf-8")

    front, files, quality = page(""), page("descargas"), page("calidad")
    assert '<html lang="en">' in front
    assert ">Search</a>" in front and ">Downloads</a>" in front
    assert "What are you looking for?" in front
    assert "¿Qué dice el conjunto contratos?" in front
    assert "<h1>Downloads</h1>" in files and ">Home</a>" in files
    assert "No errors" in quality or "With warnings" in quality or "With records set aside" in quality
    record = page("contratos/c-007")
    assert re.search(r"<time[^>]*>[A-Z][a-z]+ \d+, 20\d\d</time>|[A-Z][a-z]{2,8} \d{1,2}, 20\d\d", record)
    portal.render(in_language(tmp_path / "otra", "es"), tmp_path / "en-casa", bundled=ASSETS)
    again = (tmp_path / "en-casa" / "descargas" / "index.html").read_text(encoding="utf-8")
    assert "<h1>Descargas</h1>" in again and '<html lang="es-MX">' in again


class _Fixed(HTMLParser):
    """Gathers what a page says in its fixed places, and the names it gives to its parts."""

    PLACES = frozenset({"h1", "h2", "h3", "nav", "summary", "button", "legend", "label", "option", "footer"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.PLACES:
            self.open.append(tag)
        self.texts |= {v for k, v in attrs if k in {"aria-label", "placeholder"} and v}

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.add(" ".join(data.split()))


def test_the_fixed_places_of_an_english_portal_are_in_english(english_site: Path) -> None:
    known = english()
    spanish = {text for text in said() if known.get(text) != text}
    texts: dict[str, set[str]] = {}
    for path in sorted(english_site.rglob("*.html")):
        if "patrones" not in path.parts:  # invented examples
            page = _Fixed()
            page.feed(path.read_text(encoding="utf-8"))
            texts[str(path.relative_to(english_site))] = page.texts
    # Titles of the toy's own sections and fields, of a page and of words of the glossary, like some fixed words.
    declared = {"Datos", "Fecha", "Glosario", "Fuente", "Reservado"}
    found = {path: said & spanish - declared for path, said in texts.items()}
    assert {path: said for path, said in found.items() if said} == {}
    assert {"Charts", "Records", "Scope and limits", "How to cite"} <= texts["contratos/index.html"]
    assert {"Where it comes from", "Review", "Use this record"} <= texts["contratos/c-007/index.html"]
    assert {"Browse the lists", "Suggestions", "Filter", "Most relevant"} <= texts["buscar/index.html"]


def test_the_scripts_of_an_english_portal_speak_english_only(english_site: Path) -> None:
    code = {p.name: p.read_text(encoding="utf-8") for p in (english_site / "recursos").glob("*.js")}
    main, search = (
        "".join(v for k, v in code.items() if re.match(f"{n}-[A-Z0-9]", k)) for n in ("main", "search")
    )
    assert "Download what is shown (CSV)" in main and "Filter this table" in main
    assert "No record matches" in search and "Remove all" in search
    known = english()
    written = "".join(p.read_text(encoding="utf-8") for p in (THEME / "ts").glob("*.ts"))
    texts = {json.loads(text) for text in assets.SAID.findall(written)}
    assert texts <= set(known), "Tradúzcalos en en.po"
    left = {
        t
        for t in texts
        if known[t] != t
        for js in code.values()
        if re.search(f"[\"'`]{re.escape(t)}[\"'`]", js)
    }
    assert left == set()


def test_a_language_without_catalogue_stops_the_render(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nah\.po"):
        portal.render(in_language(tmp_path, "nah"), tmp_path / "sitio", bundled=ASSETS)


def test_every_word_that_leads_to_the_glossary_is_explained_there() -> None:
    explained = glossary.read(HOME / "content")
    page = (HOME / "content" / "glosario.md").read_text(encoding="utf-8")
    assert set(explained) == set(re.findall(r'<span id="([^"]+)">', page))
    assert all(m.title and m.text for m in explained.values())
    texts = [p.read_text(encoding="utf-8") for p in (THEME / "templates").glob("*.html")]
    used = {anchor for text in texts for anchor in re.findall(r'term\("([^"]+)"', text)}
    systems = [load_system(p.parent) for p in (HOME / "data" / "systems").glob("*/system.toml")]
    declared = {anchor for system in systems for anchor in system.terms}
    assert len(used) >= 5
    assert len(declared) >= 8
    assert (used | declared) - set(explained) == set()


def test_a_portal_without_glossary_has_plain_words(tmp_path: Path) -> None:
    toy = make_toy(tmp_path / "raiz")
    (toy.root / "content" / "glosario.md").write_text("Title: Glosario\n\nNada todavía.\n", encoding="utf-8")
    portal.render(toy, tmp_path / "sitio", bundled=ASSETS)
    text = (tmp_path / "sitio" / "contratos" / "c-007" / "index.html").read_text(encoding="utf-8")
    assert "<dt>Fuente</dt>" in text
    assert "popover" not in text
