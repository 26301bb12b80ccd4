"""The search page without script, and how browsers and search engines find it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path

import pytest
from toy_portal import ASSETS

from vitrina import portal
from vitrina.config import HOME, Settings

OSD = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture
def page(rendered: Path) -> str:
    """The search page's HTML."""
    return (rendered / "buscar" / "index.html").read_text(encoding="utf-8")


def test_without_script_every_dataset_can_be_browsed_whole_by_value_and_by_year(
    page: str, rendered: Path
) -> None:
    lists = page.split('id="recorrer"')[1]
    links = re.findall(r'href="([^"]+)"', lists.split("</section>")[0])
    assert {"/contratos/lista/", "/contratos/por/ente_id/", "/contratos/por/metodo/", "/entes/lista/"} <= set(
        links
    )
    assert [y for y in links if y.startswith("/contratos/por/fecha/2")] == [
        f"/contratos/por/fecha/{year}/" for year in (2025, 2024, 2023)
    ]
    assert "/vacios/" in links  # nothing to list tonight: its page says why
    for link in links:
        assert (rendered / link.lstrip("/") / "index.html").is_file(), link


def test_cards_are_told_by_the_declarations_what_their_parts_are_called(page: str) -> None:
    given = re.search(r"data-rotulos='([^']*)'", page)
    assert given
    labels = json.loads(unescape(given[1]))
    assert set(labels) == {"contratos", "entes", "proveedores", "sanciones", "vacios"}
    assert labels["contratos"] == {
        "key": "CO",
        "one": "registro",
        "date": "Fecha",
        "amount": "Monto",
        "ente": "Ente nombre",
        "supplier": "Proveedor nombre",
    }
    assert "amount" not in labels["sanciones"]


def test_a_dataset_page_searches_only_itself(rendered: Path) -> None:
    page = (rendered / "contratos" / "index.html").read_text(encoding="utf-8")
    form = re.search(r'<form class="busca" action="/buscar/".*?</form>', page, re.S)
    assert form
    assert '<input type="hidden" name="sistema" value="contratos">' in form[0]
    assert "Buscar solo en este conjunto" in form[0]
    empty = (rendered / "vacios" / "index.html").read_text(encoding="utf-8")
    assert 'name="sistema"' not in empty


def at(toy: Settings, address: str) -> Settings:
    """Move the portal to *address*."""
    conf = (HOME / "publishconf.py").read_text(encoding="utf-8")
    moved = conf.replace("https://datos.sea.ejemplo.mx", address)
    assert moved != conf or address == "https://datos.sea.ejemplo.mx"
    (toy.root / "publishconf.py").write_text(moved, encoding="utf-8")
    return toy


@pytest.mark.parametrize("address", ["https://datos.sea.ejemplo.mx", "https://ejemplo.mx/portal"])
def test_browsers_and_search_engines_are_told_how_to_ask(toy: Settings, tmp_path: Path, address: str) -> None:
    out = tmp_path / "sitio"
    portal.render(at(toy, address), out, bundled=ASSETS)
    base = "/portal" if address.endswith("/portal") else ""
    home = (out / "index.html").read_text(encoding="utf-8")
    assert (
        f'<link rel="search" type="application/opensearchdescription+xml" href="{base}/opensearch.xml" '
        'title="Vitrina anticorrupción">' in home
    )
    described = ET.fromstring((out / "opensearch.xml").read_text(encoding="utf-8"))  # our own file
    name = described.findtext(f"{OSD}ShortName")
    assert name == "Vitrina"  # 16 characters at most, cut between words
    html = next(u for u in described.iter(f"{OSD}Url") if u.get("type") == "text/html")
    assert html.get("template") == f"{address}/buscar/?q={{searchTerms}}"
    block = home.split('<script type="application/ld+json">')[1].split("</script>")[0]
    site = next(n for n in json.loads(block)["@graph"] if n["@type"] == "WebSite")
    assert site["url"] == f"{address}/"
    assert site["potentialAction"]["target"]["urlTemplate"] == f"{address}/buscar/?q={{search_term_string}}"
    search = (out / "buscar" / "index.html").read_text(encoding="utf-8")
    assert f'data-index="{base}/buscar/indice/current.json"' in search
    assert f'action="{base}/buscar/"' in search
