"""Writes the skeleton of a new system: one folder in data/systems that builds as it is, to be filled in."""

from __future__ import annotations

import json
import re
from pathlib import Path

from vitrina.config import Settings
from vitrina.errors import UsageError
from vitrina.registry import load_system
from vitrina.storage import write_bytes

_SYSTEM = """\
# Declaración del sistema {slug}. Qué significa cada clave: docs/declaraciones.md
slug = "{slug}"
key = "{key}"
title = "{title}"
short_title = "{short}"
singular = "registro"
question = "¿Qué quiere saber una persona al llegar a {title}?"
summary = "Escriba aquí en dos frases, en español sencillo, qué contiene este conjunto y quién lo genera."
kind = "records"
order = 100
frequency = "mensual"
scope = ["Escriba qué registros entran, desde cuándo y de qué instituciones."]
exclusions = ["Escriba qué no contiene este conjunto y por qué."]
legal_basis = ["Escriba la ley y el artículo que ordenan publicar estos datos."]
contact = "datos@sea.ejemplo.mx"
license = "CC-BY-4.0"
layouts = ["tabular"]
charts = [{{ id = "por-anio", title = "Registros por año", kind = "years", by = "fecha" }}]
withheld = []

[[tables]]
name = "registros"
title = "Registros"

[display]
title = ["titulo"]
subtitle = ["ente_nombre"]
date = "fecha"
columns = ["titulo", "ente_nombre", "fecha"]
facets = ["fecha"]
search = {{ titulo = 5, descripcion = 1 }}
sections = [{{ title = "Registro", fields = ["titulo", "descripcion", "ente_nombre", "fecha"] }}]

[expect]
min_rows = 1
max_rows = 1000000
freshness_days = 90
"""

_FIELDS = [
    (
        "id",
        "string",
        "Identificador",
        "Identificador permanente del registro; no se reutiliza.",
        {"required": True},
    ),
    ("titulo", "string", "Título", "Nombre con el que se reconoce el registro.", {"required": True}),
    ("descripcion", "string", "Descripción", "Explicación breve del registro.", {}),
    ("ente_id", "string", "Ente público (clave)", "Clave del ente público en el padrón de entes.", {}),
    ("ente_nombre", "string", "Ente público", "Nombre del ente público tal como se recibió.", {}),
    ("fecha", "date", "Fecha", "Fecha del registro.", {}),
]


def new_system(settings: Settings, slug: str) -> list[Path]:
    """Write data/systems/*slug*/ and return its files; UsageError for a bad or taken name."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise UsageError(f"{slug!r} no sirve de nombre", "Use minúsculas, cifras y guiones: s7-obras.")
    folder = settings.root / "data" / "systems" / slug
    if folder.exists():
        raise UsageError(f"Ya existe data/systems/{slug}", "Elija otro nombre.")
    title = slug.replace("-", " ").capitalize()
    text = _SYSTEM.format(slug=slug, key=slug.split("-")[0].upper()[:12], title=title, short=title[:32])
    fields = [
        {"name": n, "type": t, "title": label, "description": d, **({"constraints": c} if c else {})}
        for n, t, label, d, c in _FIELDS
    ]
    schema = {"registros": {"fields": fields, "primaryKey": ["id"]}}
    write_bytes(folder / "system.toml", text.encode())
    write_bytes(folder / "schema.json", (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode())
    load_system(folder)
    return [folder / "system.toml", folder / "schema.json"]
