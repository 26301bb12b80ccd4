"""List books: every record whole, once, at an address the web server can find, and every link of the site leads there."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from toy_portal import ASSETS, STRANGE_ID, make_toy

from vitrina import books, portal
from vitrina.publishing import links
from vitrina.serve import make_server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy portal with contracts and sanctions in books."""
    folder = tmp_path_factory.mktemp("visor")
    toy = make_toy(folder / "raiz")
    for slug in ("contratos", "sanciones"):
        path = toy.root / "data" / "systems" / slug / "system.toml"
        path.write_text(f'record_pages = "viewer"\n{path.read_text()}', encoding="utf-8")
    portal.render(toy, folder / "sitio", bundled=ASSETS)
    return folder / "sitio"


@pytest.fixture(scope="module")
def port(site: Path) -> Iterator[int]:
    server = make_server(site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_no_record_has_a_file_of_its_own(site: Path) -> None:
    assert not (site / "contratos" / "c-007").exists()
    assert len(list((site / "contratos" / "libro").iterdir())) < 20


def test_every_record_is_whole_in_one_book_and_in_its_json(site: Path) -> None:
    found: dict[str, str] = {}
    for book in (site / "contratos" / "libro").iterdir():
        html = (book / "index.html").read_text(encoding="utf-8")
        for record in json.loads((book / "index.json").read_bytes()):
            row = record["tablas"]["contratos"]
            assert f'id="r-{row["id"]}"' in html
            assert f"<code>{record['direccion']}</code>" in html
            assert row["id"] not in found
            found[row["id"]] = book.name
    assert len(found) == 120
    listing = json.loads((site / "contratos" / "libros" / "index.json").read_bytes())
    assert all(books.book_of(i, listing["libros"]) == name for i, name in found.items())


@pytest.mark.parametrize("row_id", ["c-000", "c-007", "c-119"])
def test_a_records_address_answers_with_its_book(port: int, row_id: str) -> None:
    status, html = get(port, f"/contratos/{row_id}/")
    assert status == 200
    assert f'id="r-{row_id}"' in html


def test_an_id_with_strange_characters_is_found_too(port: int) -> None:
    status, html = get(port, f"/sanciones/{quote(STRANGE_ID, safe='')}/")
    assert status == 200
    assert "Persona Inventada Uno" in html


def test_what_is_no_record_is_still_missing(port: int) -> None:
    assert get(port, "/entes/nadie/")[0] == 404
    assert get(port, "/contratos/c-007/otra/")[0] == 404
    assert get(port, "/contratos/c-900/")[0] == 200  # withdrawn: its tombstone answers before any book
    assert "se retiró" in get(port, "/contratos/c-900/")[1]


def test_every_link_of_the_site_leads_to_a_place_that_exists(site: Path, tmp_path: Path) -> None:
    for name in (*ASSETS.values(), "icono.svg"):
        (site / "recursos").mkdir(exist_ok=True)
        (site / "recursos" / name).touch()
    for name in (
        "contratos/datos/contratos.csv",
        "contratos/datos/datapackage.json",
        "buscar/indice/current.json",
    ):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).touch()
    assert links.check(site, "https://datos.sesax.example") > 100


def test_a_record_that_comes_touches_one_book(tmp_path: Path) -> None:
    contents = []
    for turn in ("uno", "dos"):
        toy = make_toy(tmp_path / turn)
        path = toy.root / "data" / "systems" / "contratos" / "system.toml"
        path.write_text(f'record_pages = "viewer"\n{path.read_text()}', encoding="utf-8")
        table = toy.build / "checked" / "contratos" / "contratos.parquet"
        frame = pl.read_parquet(table)
        if turn == "dos":
            frame = pl.concat([frame, frame.head(1).with_columns(id=pl.lit("c-999"))])
            frame.write_parquet(table)
        portal.render(toy, tmp_path / f"sitio-{turn}", bundled=ASSETS)
        home = tmp_path / f"sitio-{turn}" / "contratos" / "libro"
        contents.append({p.name: (p / "index.json").read_bytes() for p in home.iterdir()})
    before, after = contents
    assert [n for n in after if before.get(n) != after[n]] == ["9"]
