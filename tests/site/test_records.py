"""What the record pages of the samples say, held against the JSON beside each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

RUN_DAY = date(2026, 11, 20)
STAGES = ["Planeación", "Convocatoria", "Adjudicación", "Contrato", "Implementación"]


def records(site: Path, slug: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (page, tables of its JSON) of every record of a dataset."""
    for twin in sorted((site / slug).glob("*/index.json")):
        page = (twin.parent / "index.html").read_text(encoding="utf-8")
        yield page, json.loads(twin.read_text(encoding="utf-8"))["tablas"]


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("slug", ["s3-servidores", "s3-particulares"])
def test_a_sanction_says_whether_it_is_in_force_on_the_day_of_the_edition(
    built_site: Path, slug: str
) -> None:
    seen = set()
    for page, tables in records(built_site, slug):
        row = tables["sanciones"]
        until = row["vigente_hasta"] and date.fromisoformat(row["vigente_hasta"])
        since = row["inhabilitacion_inicio"] and date.fromisoformat(row["inhabilitacion_inicio"])
        if until is None:
            wanted = "Sin plazo en la fuente"
        elif until < RUN_DAY:
            wanted = "Ya terminó"
        else:
            wanted = "Aún no empieza" if since and since > RUN_DAY else "En vigor"
        said = text_of(page.split('<p class="vigencia')[1].split("</p>")[0])
        assert wanted in said, row["id"]
        assert "lo calcula cada noche" in said
        seen.add(wanted)
    assert "En vigor" in seen


def test_a_process_shows_its_five_stages_in_order_and_links_to_those_with_data(built_site: Path) -> None:
    for page, tables in records(built_site, "s6-contrataciones"):
        strip = page.split('<ol class="etapas"')[1].split("</ol>")[0]
        assert re.findall(r">(\w+)</(?:a|span)> <span", strip) == STAGES
        done = re.findall(r'href="#(etapa-\w+)">', strip)
        assert len(done) == len((tables["procesos"]["etapas"] or "").split("; "))
        assert all(page.count(f'id="{anchor}"') == 1 for anchor in done)
        for document in tables["documentos"]:
            assert str(document["liga"]).replace("&", "&amp;") in page


def test_a_declaration_tells_none_from_not_public_from_not_received(built_site: Path) -> None:
    kinds = set()
    for page, tables in records(built_site, "s1-declaraciones"):
        row = tables["declaraciones"]
        lines = page.split('<dl class="ficha apartados">')[1].split("</dl>")[0].split("</div>")
        said = [text_of(line) for line in lines if line.strip()]
        states = {n.removesuffix("_estado"): v for n, v in row.items() if n.endswith("_estado")}
        assert len(said) == len(states) == 14
        joined = " | ".join(said)
        assert joined.count("Declaró que no tiene") == sum(v == "NINGUNO" for v in states.values())
        assert joined.count("No se recibió este apartado") == sum(
            v not in ("NINGUNO", "DECLARADO") for v in states.values()
        )
        withheld = [int(row.get(f"{n}_reservados") or 0) for n, v in states.items() if v == "DECLARADO"]
        assert len(re.findall(r"no públicos?\b", joined)) == sum(1 for n in withheld if n)
        kinds |= set(states.values()) | {bool(sum(withheld))}
    assert {"NINGUNO", "DECLARADO", True} <= kinds


def test_an_error_is_reported_to_who_answers_for_the_source_with_record_and_version(built_site: Path) -> None:
    copied = 0
    for page, tables in records(built_site, "s6-contrataciones"):
        link = unescape(re.findall(r'href="(mailto:[^"]+)">', page)[-1])
        query = parse_qs(urlsplit(link).query)
        assert "@" in unquote(urlsplit(link).path)
        body = query["body"][0]
        row = tables["procesos"]
        assert row["id"] in unquote(body) and row["ultimo_cambio"] in body and row["fuente_id"] in body
        copied += "cc" in query
    assert copied > 0, "alguna fuente de las muestras dice su ente, y el ente su correo"


def test_amounts_carry_their_money(built_site: Path) -> None:
    for page, tables in records(built_site, "s6-contrataciones"):
        for contract in tables["contratos"]:
            if contract["monto"] is not None and contract["moneda"] == "MXN":
                assert f"${contract['monto']:,.2f}" in page, tables["procesos"]["id"]


def test_empty_fields_are_said_once(built_site: Path) -> None:
    for slug in ("s3-servidores", "s6-contrataciones", "recomendaciones"):
        for page, _ in records(built_site, slug):
            assert text_of(page.split("<main")[1]).count("Sin dato") <= 1
