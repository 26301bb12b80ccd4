"""The index stage: declarations decide title, date, body, amount, and which columns are searched."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from vitrina.config import Settings
from vitrina.model import System
from vitrina.registry import load_system
from vitrina.search import query as q
from vitrina.search.reader import Index
from vitrina.stages import index

TOML = """
slug = "{slug}"
key = "{slug}"
title = "Sistema {slug}"
short_title = "Corto {slug}"
singular = "registro"
summary = "Un sistema inventado para probar la etapa del índice."
question = "¿Qué hay aquí?"
kind = "records"
order = {order}
scope = ["Todo lo que se inventó."]
exclusions = ["Nada queda fuera."]
legal_basis = ["Ninguna: es una prueba."]
contact = "datos@sea.ejemplo.mx"
license = "CC-BY-4.0"
frequency = "diaria"
layouts = []
charts = []
withheld = []
tables = [{tables}]
[display]
title = ["{title}"]
columns = ["{title}"]
facets = ["{title}"]
sections = [{{title = "Todo", fields = ["{title}"]}}]
{display}
[display.search]
{search}
[expect]
min_rows = 0
max_rows = 10
freshness_days = 9
"""


def column(name: str, kind: str = "string", **more: object) -> dict[str, object]:
    return {
        "name": name,
        "type": kind,
        "title": f"Campo {name}",
        "description": f"Campo {name} de prueba.",
    } | more


def declare(folder: Path, values: dict[str, object], schema: dict[str, object]) -> System:
    folder.mkdir(parents=True)
    (folder / "system.toml").write_text(TOML.format(slug=folder.name, **values), encoding="utf-8")
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return load_system(folder)


STATES = [{"value": "A", "label": "Adjudicada"}, {"value": "D", "label": "Desierta"}]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(root=tmp_path, run_date=date(2026, 3, 1))


@pytest.fixture
def systems(tmp_path: Path, settings: Settings) -> tuple[System, ...]:
    contracts = declare(
        tmp_path / "declarados" / "contratos",
        {
            "order": 60,
            "title": "titulo",
            "tables": '{name = "contratos", title = "Contratos"},'
            '{name = "premios", title = "Premios", parent_key = "contrato"}',
            "display": 'subtitle = ["ente_nombre"]\ndate = "fecha"\namount = "monto"\nstatus = "estado"',
            "search": 'titulo = 8\nocid = 6\nente_nombre = 3\nestado = 1\n"premios.empresa" = 4',
        },
        {
            "contratos": {
                "fields": [
                    column("id", constraints={"required": True}),
                    column("ocid"),
                    column("titulo"),
                    column("fecha", "date"),
                    column("monto", "number"),
                    column("estado", categories=STATES),
                    column("ente_id"),
                    column("ente_nombre"),
                ],
                "primaryKey": ["id"],
            },
            "premios": {
                "fields": [column("contrato"), column("n", "integer"), column("empresa")],
                "primaryKey": ["contrato", "n"],
                "foreignKeys": [
                    {"fields": ["contrato"], "reference": {"resource": "contratos", "fields": ["id"]}}
                ],
            },
        },
    )
    entes = declare(
        tmp_path / "declarados" / "entes",
        {
            "order": 80,
            "title": "nombre",
            "tables": '{name = "entes", title = "Entes"}',
            "display": 'ente = "id"',
            "search": "nombre = 10",
        },
        {
            "entes": {
                "fields": [column("id", constraints={"required": True}), column("nombre")],
                "primaryKey": ["id"],
            }
        },
    )
    checked = settings.build / "checked"
    for name in ("contratos", "entes"):
        (checked / name).mkdir(parents=True)
    pl.DataFrame(
        {
            "id": ["c-1", "c-2"],
            "ocid": ["ocds-x-1", "ocds-x-2"],
            "titulo": ["Obra en la sierra", None],
            "fecha": [date(2024, 5, 6), None],
            "monto": [10.5, None],
            "estado": ["A", "Z"],
            "ente_id": ["sop", None],
            "ente_nombre": ["SECRETARIA OBRAS", "Un ente sin registro"],
        }
    ).write_parquet(checked / "contratos" / "contratos.parquet")
    pl.DataFrame(
        {
            "contrato": ["c-1", "c-1", "c-2"],
            "n": [1, 2, 1],
            "empresa": ["Grúas del Norte, S.A. de C.V.", "Juan S.", "A. Ruiz"],
        }
    ).write_parquet(checked / "contratos" / "premios.parquet")
    pl.DataFrame({"id": ["sop"], "nombre": ["Secretaría de Obras Públicas"]}).write_parquet(
        checked / "entes" / "entes.parquet"
    )
    return contracts, entes


def found(settings: Settings, text: str) -> list[dict[str, object]]:
    files = Index(settings.build / "index")
    return files.cards(q.query(files, text).hits.refs)


def test_every_main_row_becomes_a_document_with_its_card(
    settings: Settings, systems: tuple[System, ...]
) -> None:
    said: list[str] = []
    assert index.run(settings, systems, said.append)["documents"] == 3
    assert said[0].startswith("3 registros")
    assert found(settings, "sierra") == [
        {
            "system": "contratos",
            "url": "/contratos/c-1/",
            "title": "Obra en la sierra",
            "subtitle": "SECRETARIA OBRAS",
            "date": "2024-05-06",
            "amount": 10.5,
            "ente": "Secretaría de Obras Públicas",
            "status": "Adjudicada",
            "type": "",
            "level": "",
            "municipality": "",
            "supplier": "",
            "period_end": "",
            "person": 0,
        }
    ]
    assert Index(settings.build / "index").root["systems"]["contratos"] == "Corto contratos"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("gruas norte", "/contratos/c-1/"),
        ("ocds-x-2", "/contratos/c-2/"),
        ("ocdsx2", "/contratos/c-2/"),
        ("adjudicada", "/contratos/c-1/"),
        ("publicas", "/entes/sop/"),
        ("SOP", "/entes/sop/"),
        ("registro sin ente", "/contratos/c-2/"),
    ],
)
def test_columns_of_the_declaration_are_searched(
    settings: Settings, systems: tuple[System, ...], text: str, url: str
) -> None:
    index.run(settings, systems)
    assert [card["url"] for card in found(settings, text)] == [url]


def test_a_row_without_title_date_amount_has_a_card_all_the_same(
    settings: Settings, systems: tuple[System, ...]
) -> None:
    index.run(settings, systems)
    card = found(settings, "ruiz")[0]
    assert (card["title"], card["date"], card["amount"], card["status"]) == ("c-2", "", None, "Z")
    assert card["ente"] == "Un ente sin registro"


def test_values_of_two_rows_never_make_a_legal_form(settings: Settings, systems: tuple[System, ...]) -> None:
    """ "Juan S." and "A. Ruiz" on neighbouring lines are no S.A."""
    index.run(settings, systems)
    assert [c["url"] for c in found(settings, "juan s")] == ["/contratos/c-1/"]


def test_a_system_without_tables_tonight_adds_nothing(
    settings: Settings, systems: tuple[System, ...]
) -> None:
    for path in (settings.build / "checked" / "contratos").iterdir():
        path.unlink()
    assert index.run(settings, systems)["documents"] == 1
    assert index.run(settings, ())["documents"] == 0
