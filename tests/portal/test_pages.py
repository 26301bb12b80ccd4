"""The rendered toy portal, read as files: what every page must hold, and what hostile data must not do."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from toy_portal import ASSETS, HOSTILE, PLACE, STRANGE_ID

SITE = "https://datos.sea.ejemplo.mx"
EXPECTED = (
    "index.html", "404.html", "buscar/index.html", "descargas/index.html", "calidad/index.html", "fuentes/index.html",
    "cambios/index.html", "creditos/index.html", "acerca/index.html", "contratos/index.html", "contratos/datos/index.html",
    "contratos/lista/index.html", "contratos/lista/2/index.html", "contratos/lista/3/index.html",
    "contratos/por/metodo/index.html", "contratos/por/metodo/licitacion-publica/2/index.html",
    "contratos/por/fecha/2024/index.html", "contratos/c-001/index.html", "contratos/c-001/index.json",
    "entes/e1/index.html", "proveedores/aaa010101aa1/index.html", "vacios/index.html", "vacios/lista/index.html",
    "recursos/icono.svg",
)  # fmt: skip


class Facts(HTMLParser):
    """What a page links to, names and contains."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()
        self.lang = ""
        self.inline: list[str] = []
        self.labels: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        found = {k: v or "" for k, v in attrs}
        self.tags[tag] += 1
        self.links += [found[k] for k in ("href", "src") if k in found]
        self.ids += [found["id"]] if "id" in found else []
        self.lang = found.get("lang", self.lang) if tag == "html" else self.lang
        runs = tag == "script" and "src" not in found and found.get("type") != "application/ld+json"
        if runs or tag == "style" or any(k == "style" or k.startswith("on") for k in found):
            self.inline.append(f"{tag} {found}")

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text.append(data)


def facts(path: Path) -> Facts:
    """Read one page."""
    parser = Facts()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


@pytest.fixture(scope="session")
def pages(rendered: Path) -> dict[str, Facts]:
    """Every page of the toy portal by its path."""
    return {str(p.relative_to(rendered)): facts(p) for p in sorted(rendered.rglob("*.html"))}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_kind_of_page_is_written(rendered: Path, name: str) -> None:
    assert (rendered / name).is_file()


def test_every_page_has_one_title_its_language_and_nothing_inline(pages: dict[str, Facts]) -> None:
    for name, page in pages.items():
        assert page.tags["h1"] == 1, name
        assert page.lang == "es-MX", name
        assert page.tags["main"] == 1, name
        assert page.inline == [], name
        assert page.tags["table"] == page.tags["caption"], name
        assert [i for i, n in Counter(page.ids).items() if n > 1] == [], name


def test_every_internal_link_leads_to_a_page_and_an_anchor(rendered: Path, pages: dict[str, Facts]) -> None:
    elsewhere = {f"/recursos/{n}" for n in ASSETS.values()} | {
        f"/contratos/datos/{n}" for n in ("contratos.csv", "datapackage.json")
    }
    for name, page in pages.items():
        here = f"{SITE}/{quote(name.removesuffix('index.html'))}"
        for link in page.links:
            parts = urlsplit(urljoin(here, link))
            if parts.scheme == "mailto" or parts.netloc != urlsplit(SITE).netloc or parts.path in elsewhere:
                continue
            path = rendered / unquote(parts.path).lstrip("/")
            target = path / "index.html" if path.is_dir() else path
            assert target.is_file(), f"{name}: {link}"
            if parts.fragment:
                assert parts.fragment in pages[str(target.relative_to(rendered))].ids, f"{name}: {link}"


def test_hostile_text_is_shown_and_never_run(rendered: Path, pages: dict[str, Facts]) -> None:
    for path in rendered.rglob("*.html"):
        assert "<script>alert" not in path.read_text(encoding="utf-8"), path
    assert HOSTILE in "".join(pages["contratos/c-000/index.html"].text)


def test_only_web_addresses_become_links(pages: dict[str, Facts]) -> None:
    schemes = {urlsplit(link).scheme for page in pages.values() for link in page.links}
    assert schemes <= {"", "https", "http", "mailto"}
    assert "javascript:alert(1)" in "".join(pages["contratos/c-000/index.html"].text)
    assert "https://ejemplo.mx/contrato?a=1&b=2" in pages["contratos/c-001/index.html"].links


def test_a_strange_id_has_a_page_that_the_list_links_to(rendered: Path, pages: dict[str, Facts]) -> None:
    assert (rendered / "sanciones" / STRANGE_ID / "index.html").is_file()
    links = {unquote(link) for link in pages["sanciones/lista/index.html"].links}
    assert f"/sanciones/{STRANGE_ID}/" in links


def test_json_twin_holds_the_rows_of_the_record(rendered: Path) -> None:
    twin = json.loads((rendered / "sanciones" / STRANGE_ID / "index.json").read_text(encoding="utf-8"))
    assert twin["tablas"]["sanciones"]["persona"] == "Persona Inventada Uno"
    assert twin["tablas"]["faltas"] == [{"n": 1, "falta": HOSTILE, "monto": 10.0, **PLACE}]
    assert twin["datos_sinteticos"] is True


def test_lists_and_facets_lose_no_row(rendered: Path, pages: dict[str, Facts]) -> None:
    every = {f"/contratos/c-{i:03}/" for i in range(120)}

    def listed(folder: str) -> list[str]:
        found = [p for n, p in pages.items() if n.startswith(f"contratos/{folder}/")]
        return [link for p in found for link in p.links if re.fullmatch(r"/contratos/c-\d+/", link)]

    for folder in ("lista", "por/metodo", "por/fecha", "por/ente_id"):
        assert sorted(listed(folder)) == sorted(every), folder


def test_missing_values_and_empty_datasets_are_said(pages: dict[str, Facts]) -> None:
    nameless = " ".join(pages["sanciones/s2/index.html"].text)
    assert "Sin dato" in nameless
    assert "Registro sin nombre público" in nameless
    empty = " ".join(pages["vacios/index.html"].text)
    assert "Sin datos." in empty
    assert "Ninguna institución lo entrega todavía." in empty


def test_synthetic_data_are_labelled_on_every_page(pages: dict[str, Facts]) -> None:
    for name, page in pages.items():
        assert "Datos sintéticos." in "".join(page.text), name


def test_withdrawn_record_keeps_its_address(rendered: Path, pages: dict[str, Facts]) -> None:
    page = (rendered / "contratos/c-900/index.html").read_text(encoding="utf-8")
    assert "20 de febrero de 2026" in page
    assert 'content="noindex"' in page


def test_record_says_its_source_its_findings_and_what_is_withheld(pages: dict[str, Facts]) -> None:
    contract = " ".join(pages["contratos/c-001/index.html"].text)
    assert "Fuente uno" in contract
    assert "Fechas en desorden" in contract
    clean = " ".join(pages["contratos/c-002/index.html"].text)
    assert "La revisión no observó nada en este registro." in clean
    person = " ".join(pages[f"sanciones/{STRANGE_ID}/index.html"].text)
    assert "Puede haber homónimos." in person
    assert "Ley de protección de datos." in person
    assert "Puede haber homónimos." not in contract


def test_an_ente_gathers_every_dataset_by_key(pages: dict[str, Facts]) -> None:
    ente = pages["entes/e1/index.html"]
    text = " ".join(ente.text)
    assert "Contratos" in text
    assert "Sanciones" in text
    assert "/contratos/por/ente_id/secretaria-de-obras/" in ente.links
    supplier = " ".join(pages["proveedores/aaa010101aa1/index.html"].text)
    assert "Por año" in supplier
    # 60 of the 120 contracts name the supplier: 1000.5 × (1 + 3 + … + 119).
    assert "$3,601,800.00" in supplier


def test_structured_data_cannot_leave_its_block(rendered: Path) -> None:
    page = (rendered / "contratos/index.html").read_text(encoding="utf-8")
    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert "<" not in block
    data = json.loads(block)
    assert data["@type"] == "Dataset"
    assert data["distribution"][0]["contentUrl"] == f"{SITE}/contratos/datos/contratos.csv"
    assert len(data["description"]) >= 50


def test_charts_carry_their_finding_and_their_numbers(pages: dict[str, Facts], rendered: Path) -> None:
    page = (rendered / "contratos/index.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert re.search(
        r'<desc id="g-metodos-d">«Licitación pública» va primero con 90 \(75\xa0% del total\)', page
    )
    assert 'role="img" aria-labelledby="g-anios-t g-anios-d"' in page
