"""A small portal in a temporary folder: declarations, and the build/ the earlier stages would have left."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from vitrina import portal
from vitrina.config import HOME, Settings

ASSETS = {
    "main.css": "main-A.css",
    "main.js": "main-B.js",
    "search.js": "search-C.js",
    "search-worker.js": "search-worker-D.js",
    "search-download.js": "search-download-F.js",
    "viewer.js": "viewer-E.js",
}
"""Names the bundler would give, so that page tests need no Node."""
RUN_DATE = date(2026, 3, 1)
PROSE = (
    "acerca", "accesibilidad", "como-denunciar", "como-usar-los-datos", "glosario", "metodologia", "privacidad",
    "promesas", "terminos",
)  # fmt: skip
PLACE = {"fuente_id": "fuente-uno", "fuente_instantanea": "2026-02-28", "fuente_posicion": "datos.json#/0"}
HOSTILE = '<script>alert(1)</script> & "O\'Higgins" {{ 7*7 }} </title>'
STRANGE_ID = "weird id ñ%2F?#&\"'<b>"

Rows = Sequence[Mapping[str, Any]]


def field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    """A field descriptor."""
    return {
        "name": name,
        "type": kind,
        "title": name.replace("_", " ").capitalize() if len(name) > 1 else "Número",
        "description": f"Qué es {name}.",
        **more,
    }


def declare(
    root: Path, slug: str, order: int, schema: Mapping[str, Any], display: str, extra: str = ""
) -> None:
    """Write data/systems/<slug>/."""
    folder = root / "data" / "systems" / slug
    folder.mkdir(parents=True)
    folder.joinpath("schema.json").write_text(json.dumps(schema), encoding="utf-8")
    main = next(iter(schema))
    tables = "\n".join(
        f'[[tables]]\nname = "{name}"\ntitle = "Tabla {name}"\n'
        + ("" if name == main else 'parent_key = "sancion_id"\n')
        for name in schema
    )
    folder.joinpath("system.toml").write_text(
        f'''slug = "{slug}"
key = "{slug[:2].upper()}"
title = "Conjunto {slug} de prueba"
short_title = "{slug.capitalize()}"
singular = "registro"
summary = "Conjunto inventado que prueba las páginas del portal de principio a fin."
question = "¿Qué dice el conjunto {slug}?"
order = {order}
scope = ["Todo lo que la prueba necesita."]
exclusions = ["Nada que la prueba no necesite."]
legal_basis = ["Artículo uno de la ley de la prueba."]
contact = "datos@sea.ejemplo.mx"
license = "CC-BY-4.0"
frequency = "diaria"
layouts = ["tabular"]
{extra}
{tables}
{display}
[expect]
min_rows = 0
max_rows = 1000
freshness_days = 30
''',
        encoding="utf-8",
    )


def leave(
    root: Path, slug: str, tables: Mapping[str, Rows], schema: Mapping[str, Any], **report: Any
) -> None:
    """Write build/checked/<slug>/ and its report, as check would."""
    types = {
        "string": pl.String,
        "number": pl.Float64,
        "integer": pl.Int64,
        "date": pl.Date,
        "boolean": pl.Boolean,
    }
    folder = root / "build" / "checked" / slug
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        columns = {f["name"]: types[f["type"]] for f in schema[name]["fields"]}
        columns |= dict.fromkeys(("fuente_id", "fuente_instantanea", "fuente_posicion"), pl.String)
        pl.DataFrame([{**PLACE, **r} for r in rows], schema=columns, orient="row").write_parquet(
            folder / f"{name}.parquet"
        )
    whole = {
        "system": slug,
        "decision": "publish",
        "verdict": "ok",
        "sources": [],
        "issues": [],
        "fill": {},
        "newest_date": "2026-02-27",
        **report,
    }
    _write_json(root / "build" / "reports" / f"{slug}.json", whole)


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def _schema(main: str, *fields: dict[str, Any], **children: Any) -> dict[str, Any]:
    return {
        main: {"fields": [field("id", constraints={"required": True}), *fields], "primaryKey": ["id"]},
        **children,
    }


ENTES = _schema("entes", field("nombre"))
SUPPLIERS = _schema("proveedores", field("nombre"), field("rfc", display="code"))
CONTRACTS = _schema(
    "contratos",
    field("titulo"),
    field("ente_id"),
    field("ente_nombre"),
    field("proveedor_id"),
    field("proveedor_nombre"),
    field("fecha", "date"),
    field("monto", "number", display="mxn"),
    field(
        "metodo",
        categories=[{"value": "LP", "label": "Licitación pública"}, {"value": "AD", "label": "Directa"}],
    ),
    field("liga", display="url"),
)
SANCTIONS = _schema(
    "sanciones",
    field("persona"),
    field("ente_id"),
    field("ente_nombre"),
    field("fecha", "date"),
    field(
        "tipos",
        display="list",
        categories=[{"value": "M", "label": "Multa"}, {"value": "I", "label": "Inhabilitación"}],
    ),
    field("firme", "boolean"),
    faltas={
        "fields": [
            field("sancion_id"),
            field("n", "integer"),
            field("falta"),
            field("monto", "number", display="mxn"),
        ],
        "primaryKey": ["sancion_id", "n"],
    },
)
EMPTY = _schema("vacios", field("nombre"))


def _display(
    title: str, columns: Sequence[str], facets: Sequence[str], fields: Sequence[str], extra: str = ""
) -> str:
    return (
        f'[display]\ntitle = ["{title}"]\ncolumns = {json.dumps(columns)}\nfacets = {json.dumps(facets)}\n{extra}\n'
        f'[display.search]\n{title} = 1\n[[display.sections]]\ntitle = "Datos"\nfields = {json.dumps(fields)}\n'
    )


_WITHHELD = '[[withheld]]\npath = "curp"\ntitle = "CURP"\nreason = "Es dato personal."\nbasis = "Ley de protección de datos."\n'


def render_in_books(folder: Path) -> Path:
    """Render the toy with its contracts in books, and return the site: a folder within *folder*."""
    toy = make_toy(folder / "raiz")
    path = toy.root / "data" / "systems" / "contratos" / "system.toml"
    path.write_text(f'record_pages = "viewer"\n{path.read_text()}', encoding="utf-8")
    portal.render(toy, folder / "sitio")
    shutil.rmtree(folder / "raiz")
    return folder / "sitio"


def make_toy(root: Path) -> Settings:
    """Write a portal with five datasets: entes, proveedores, contratos, sanciones and one still empty."""
    (root / "content").mkdir(parents=True)
    for name in PROSE:
        text = f"Title: Página {name}\nDescription: Prueba.\n\nVea [calidad](/calidad/) y {name}.\n"
        (root / "content" / f"{name}.md").write_text(text, encoding="utf-8")
    shutil.copy(HOME / "content" / "glosario.md", root / "content")  # pages lead to its words
    declare(
        root,
        "entes",
        80,
        ENTES,
        _display("nombre", ["nombre"], [], ["nombre"]),
        'kind = "directory"\ncharts = []\nwithheld = []',
    )
    declare(
        root,
        "proveedores",
        65,
        SUPPLIERS,
        _display("nombre", ["nombre", "rfc"], [], ["nombre"]),
        'kind = "directory"\ncharts = []\nwithheld = []',
    )
    declare(
        root,
        "contratos",
        60,
        CONTRACTS,
        _display(
            "titulo",
            ["titulo", "ente_nombre", "fecha", "monto"],
            ["ente_id", "metodo", "fecha"],
            ["titulo", "ente_nombre", "proveedor_nombre", "fecha", "monto", "metodo", "liga"],
            'date = "fecha"\namount = "monto"\nsupplier = "proveedor_id"',
        )
        + '[[charts]]\nid = "anios"\ntitle = "Monto por año"\nkind = "years"\nby = "fecha"\nmeasure = "monto"\n'
        + '[[charts]]\nid = "metodos"\ntitle = "Por método"\nkind = "bars"\nby = "metodo"\n',
        'kind = "records"\nwithheld = []',
    )
    declare(
        root,
        "sanciones",
        30,
        SANCTIONS,
        _display(
            "persona",
            ["persona", "ente_nombre", "fecha", "tipos"],
            ["tipos", "fecha"],
            ["persona", "ente_nombre", "fecha", "tipos", "firme"],
            'date = "fecha"\nperson = true',
        )
        + _WITHHELD,
        'kind = "records"\ncharts = []',
    )
    declare(
        root,
        "vacios",
        90,
        EMPTY,
        _display("nombre", ["nombre"], [], ["nombre"]),
        'kind = "records"\ncharts = []\nwithheld = []',
    )
    _leave_all(root)
    return Settings(root=root, run_date=RUN_DATE)


UNKNOWN_ENTES = [
    {
        "code": "ente-conocido", "rule": "ente-conocido", "severity": "note", "table": "contratos",
        "field": "ente_nombre", "source": "fuente-uno", "count": 119, "title": "Fuera del registro",
        "message": "Fuera del registro", "why": "", "remedy": "", "row_ids": ["c-000"], "entes": {"e1": 79, "e2": 40},
    },
    {
        "code": "type-error", "rule": "type-error", "severity": "error", "table": "contratos", "field": "monto",
        "source": "fuente-uno", "count": 2, "title": "x", "message": "x", "why": "", "row_ids": [], "entes": {"e1": 2},
        "remedy": "Corrija el dato: se espera un número con punto decimal.",
    },
]  # fmt: skip


def _rule(name: str, kind: str, severity: str, kept: str, found: str, **more: Any) -> dict[str, Any]:
    """A check of the report; *kept* is true of what passes, *found* of what does not."""
    return {
        "id": name, "kind": kind, "severity": severity, "title": kept, "found": found, "why": f"Porque sí: {name}.",
        "remedy": f"Corrija: {name}.", "table": "contratos", "fields": [], "checked": 120, "failed": 0,
        "state": "failed", "reason": "", **more,
    }  # fmt: skip


RULES = [
    _rule("type-error", "schema", "error", "Cada dato es de su tipo", "Un dato no es de su tipo", failed=2),
    _rule(
        "fechas", "dates-in-order", "warning", "Las fechas van en orden", "Fechas en desorden",
        fields=["fecha"], failed=1,
    ),
    _rule("ente-conocido", "known-ente", "note", "El ente es conocido", "Fuera del registro", failed=119),
    _rule(
        "primary-key", "schema", "error", "Cada uno con su clave", "Clave repetida", checked=122, state="passed"
    ),
    _rule(
        "inhabilitado", "barred", "warning", "Nadie inhabilitado contrata", "Un inhabilitado contrata",
        checked=0, state="not_checked", reason="El conjunto «sanciones» no se revisó anoche.",
    ),
]  # fmt: skip
ENTE_FIGURES = [
    {"ente_id": "", "ente": "", "checked": 2, "published": 0, "quarantined": 1, "withheld": 1, "issues": {}},
    {
        "ente_id": "e1", "ente": "Secretaría de Obras", "checked": 81, "published": 80, "quarantined": 1, "withheld": 0,
        "issues": {"ente-conocido": 79, "fechas": 1, "type-error": 2},
    },
    {
        "ente_id": "e2", "ente": HOSTILE, "checked": 40, "published": 40, "quarantined": 0, "withheld": 0,
        "issues": {"ente-conocido": 40},
    },
]  # fmt: skip


def _leave_findings(root: Path) -> None:
    """Write what check leaves besides the report of contratos: findings by record, and the nights on record."""
    found = [(f"c-{i:03}", "contratos", "ente-conocido", "note", "ente_nombre") for i in range(120) if i != 2]
    found.append(("c-001", "contratos", "fechas", "warning", "fecha"))
    pl.DataFrame(found, schema=["row_id", "table", "rule", "severity", "field"], orient="row").write_parquet(
        root / "build" / "reports" / "contratos.findings.parquet"
    )
    nights = [
        {"date": day, "verdict": "warnings", "checked": 123, "published": 120, "quarantined": 2, "withheld": 1,
         "errors": 2, "warnings": warnings, "notes": 119}
        for day, warnings in (("2026-02-27", 7), ("2026-02-28", 4), ("2026-03-01", 1))
    ]  # fmt: skip
    path = root / "data" / "archive" / "quality" / "contratos.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(n) + "\n" for n in nights) + '{"cut', encoding="utf-8")


def _leave_all(root: Path) -> None:
    leave(
        root,
        "entes",
        {"entes": [{"id": "e1", "nombre": "Secretaría de Obras"}, {"id": "e2", "nombre": HOSTILE}]},
        ENTES,
    )
    leave(
        root,
        "proveedores",
        {
            "proveedores": [
                {"id": "aaa010101aa1", "nombre": "Constructora Uno, S.A. de C.V.", "rfc": "AAA010101AA1"}
            ]
        },
        SUPPLIERS,
    )
    contracts = [
        {
            "id": f"c-{i:03}",
            "titulo": HOSTILE if i == 0 else f"Contrato {i}",
            "ente_id": "e1" if i % 3 else "e2",
            "ente_nombre": "Secretaría de Obras" if i % 3 else "Otra",
            "proveedor_id": "aaa010101aa1" if i % 2 else None,
            "proveedor_nombre": "Constructora Uno" if i % 2 else None,
            "fecha": date(2023 + i % 3, 1 + i % 12, 5),
            "monto": 1000.5 * i,
            "metodo": "LP" if i % 4 else "AD",
            "liga": "javascript:alert(1)" if i == 0 else "https://ejemplo.mx/contrato?a=1&b=2",
        }
        for i in range(120)
    ]
    source = {
        "source": "fuente-uno", "title": "Fuente uno", "records_in": 123, "published": 120, "quarantined": 2,
        "withheld": 1, "weather": "fresh", "snapshot": "2026-02-28", "taken": "2026-02-28", "message": "",
    }  # fmt: skip
    issue = {
        "code": "fechas", "rule": "fechas", "severity": "warning", "table": "contratos", "field": "fecha",
        "source": "fuente-uno", "count": 1, "message": "La fecha final es anterior a la inicial.", "why": "No puede ser.",
        "remedy": "Corrija la fecha.", "row_ids": ["c-001"], "title": "Fechas en desorden",
    }  # fmt: skip
    leave(
        root,
        "contratos",
        {"contratos": contracts},
        CONTRACTS,
        verdict="warnings",
        sources=[source],
        issues=[issue, *UNKNOWN_ENTES],
        rules=RULES,
        entes=ENTE_FIGURES,
        checked_rows=122,
        withheld_records=[{"code": "concluida", "source": "fuente-uno", "count": 1}],
    )
    _leave_findings(root)
    leave(
        root,
        "sanciones",
        {
            "sanciones": [
                {
                    "id": STRANGE_ID,
                    "persona": "Persona Inventada Uno",
                    "ente_id": "e1",
                    "ente_nombre": "Secretaría de Obras",
                    "fecha": date(2024, 5, 6),
                    "tipos": "M; I",
                    "firme": True,
                },
                {
                    "id": "s2",
                    "persona": None,
                    "ente_id": "nadie",
                    "ente_nombre": "Ente sin ficha",
                    "fecha": None,
                    "tipos": None,
                    "firme": None,
                },
            ],
            "faltas": [{"sancion_id": STRANGE_ID, "n": 1, "falta": HOSTILE, "monto": 10.0}],
        },
        SANCTIONS,
    )
    leave(root, "vacios", {}, EMPTY, decision="empty", verdict="not_checked", newest_date="")
    changes = root / "build" / "changes"
    _write_json(
        changes / "version.json",
        {"id": "2026-03-01-abc", "date": "2026-03-01", "data_date": "2026-02-28", "synthetic": True},
    )
    withdrawn = [{"id": "c-900", "since": "2026-02-20", "first": "2025-01-01"}]
    _write_json(
        changes / "contratos.json",
        {
            "added": ["c-001"],
            "changed": [],
            "withdrawn": withdrawn,
            "counts": {"added": 1, "changed": 0, "withdrawn": 1},
        },
    )
    package = root / "build" / "packages" / "contratos"
    package.mkdir(parents=True)
    (package / "contratos.csv").write_text("id\n", encoding="utf-8")
    _write_json(
        package / "datapackage.json",
        {
            "resources": [
                {
                    "name": "contratos",
                    "path": "contratos.csv",
                    "bytes": 3,
                    "hash": "sha256:" + "0" * 64,
                    "vitrina:rows": 120,
                }
            ]
        },
    )
