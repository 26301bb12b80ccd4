"""Finds, checks and orders the declarations in data/systems and data/sources.

Every failure is a ConfigurationError that names the file, the line where it can be told, the field and the
remedy. Systems come out in dependency order (`needs` first), then by `order`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vitrina.config import Settings
from vitrina.declarations import check, no_secrets, read_toml, where, wrong
from vitrina.declared_names import check_comparisons, check_names, check_rules
from vitrina.errors import ConfigurationError, UsageError
from vitrina.model import (
    Chart,
    Display,
    Expect,
    Field,
    Layout,
    Part,
    Rule,
    Section,
    Source,
    Stage,
    System,
    Table,
    Withheld,
)

PROVENANCE: tuple[Mapping[str, Any], ...] = (
    {
        "name": "fuente_id",
        "type": "string",
        "title": "Fuente",
        "constraints": {"required": True},
        "description": "Identificador de la fuente de la que se leyó la fila.",
    },
    {
        "name": "fuente_instantanea",
        "type": "string",
        "title": "Copia de la fuente",
        "constraints": {"required": True},
        "description": "Identificador de la copia de la fuente, tal como se recibió, de la que salió la fila.",
    },
    {
        "name": "fuente_posicion",
        "type": "string",
        "title": "Lugar en la fuente",
        "constraints": {"required": True},
        "description": "Archivo y renglón o posición de la copia donde está el registro original.",
    },
)
HISTORY: tuple[Mapping[str, Any], ...] = (
    {
        "name": "primera_vez",
        "type": "date",
        "title": "Publicado desde",
        "description": "Fecha de la primera noche en que este registro se publicó en el portal.",
    },
    {
        "name": "ultimo_cambio",
        "type": "date",
        "title": "Último cambio",
        "description": "Fecha de la noche en que cambió por última vez algún dato publicado de este registro.",
    },
)
"""Columns every table carries (design §6): provenance in all, history in main tables (added by `package`)."""


def load_systems(settings: Settings) -> tuple[System, ...]:
    """Return every declared system, in the order the stages must handle them."""
    folder = settings.systems
    if not folder.is_dir():
        raise ConfigurationError(
            f"No existe {folder}", "Ejecute vitrina en la carpeta de un portal o use --root."
        )
    found = [load_system(path.parent) for path in sorted(folder.glob("*/system.toml"))]
    if not found:
        raise ConfigurationError(f"No hay sistemas en {folder}", "Cree uno con scripts/new-system.")
    check_comparisons(found)
    return _ordered(found)


def load_system(folder: Path) -> System:
    """Return the system declared in *folder* (system.toml and schema.json)."""
    path = folder / "system.toml"
    raw = read_toml(path)
    check(raw, "system.schema.json", path)
    if raw["slug"] != folder.name:
        raise wrong(path, "slug", f"dice {raw['slug']!r} y la carpeta se llama {folder.name!r}")
    if raw["slug"] == "instituciones":
        raise wrong(path, "slug", "/calidad/instituciones/ es una página del portal; use otro nombre")
    tables = _tables(folder / "schema.json", raw, path)
    system = System(
        slug=raw["slug"],
        key=raw["key"],
        title=raw["title"],
        short_title=raw["short_title"],
        singular=raw["singular"],
        summary=raw["summary"],
        question=raw["question"],
        kind=raw["kind"],
        order=raw["order"],
        scope=tuple(raw["scope"]),
        exclusions=tuple(raw["exclusions"]),
        legal_basis=tuple(raw["legal_basis"]),
        publisher=raw.get("publisher", ""),
        contact=raw["contact"],
        license=raw["license"],
        frequency=raw["frequency"],
        layouts=tuple(raw["layouts"]),
        tables=tables,
        display=_display(raw["display"]),
        charts=tuple(Chart(**c) for c in raw["charts"]),
        expect=Expect(
            min_rows=raw["expect"]["min_rows"],
            max_rows=raw["expect"]["max_rows"],
            filled=raw["expect"].get("filled", {}),
            freshness_days=raw["expect"]["freshness_days"],
            ids_gone=raw["expect"].get("ids_gone", 0.3),
        ),
        withheld=tuple(Withheld(**w) for w in raw["withheld"]),
        rules=tuple(_rule(r) for r in raw.get("rules", [])),
        needs=tuple(raw.get("needs", [])),
        derived=raw.get("derived", ""),
        id_scope=raw.get("id_scope", "source"),
        record_pages=raw.get("record_pages", "pages"),
        notes=tuple(raw.get("notes", [])),
        terms=tuple(raw.get("terms", [])),
        folder=folder,
        record=_layout(raw.get("record", {})),
        options=raw.get("options", {}),
    )
    check_names(system, path)
    check_rules(system, path)
    return system


def load_sources(settings: Settings, systems: Sequence[System]) -> tuple[Source, ...]:
    """Return every declared source, sorted by id; each must name a known system, layout and table."""
    by_slug = {s.slug: s for s in systems}
    sources = []
    for path in sorted(settings.sources.glob("*.toml")):
        raw = read_toml(path)
        no_secrets(raw, path)
        check(raw, "source.schema.json", path)
        if raw["id"] != path.stem:
            raise wrong(path, "id", f"dice {raw['id']!r} y el archivo se llama {path.stem!r}")
        system = by_slug.get(raw["system"])
        if system is None:
            raise wrong(
                path, "system", f"no existe el sistema {raw['system']!r}; hay: {', '.join(sorted(by_slug))}"
            )
        if raw.get("layout") and raw["layout"] not in system.layouts:
            raise wrong(path, "layout", f"{system.slug} admite: {', '.join(system.layouts)}")
        if raw.get("table") and raw["table"] not in {t.name for t in system.tables}:
            raise wrong(path, "table", f"{system.slug} tiene: {', '.join(t.name for t in system.tables)}")
        known = set(Source.__dataclass_fields__)
        plain = {k: v for k, v in raw.items() if k in known}
        plain.setdefault("format", "")
        options = {k: v for k, v in raw.items() if k not in known}
        sources.append(Source(**plain, options=options, file=path))
    return tuple(sources)


def select(systems: Iterable[System], slugs: Sequence[str]) -> tuple[System, ...]:
    """Return the systems named by *slugs* (all when empty); UsageError for an unknown one."""
    systems = tuple(systems)
    unknown = sorted(set(slugs) - {s.slug for s in systems})
    if unknown:
        raise UsageError(
            f"No existe el sistema {', '.join(unknown)}", f"Use uno de: {', '.join(s.slug for s in systems)}."
        )
    return tuple(s for s in systems if not slugs or s.slug in slugs)


# ── building the model ────────────────────────────────────────────────────────────────────────────────────


def _tables(path: Path, raw: Mapping[str, Any], declaration: Path) -> tuple[Table, ...]:
    try:
        schemas = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"Falta {where(path)}", "Cree el esquema de tablas del sistema.") from None
    except ValueError as error:
        raise ConfigurationError(f"{where(path)}: JSON mal escrito: {error}", "Corrija esa línea.") from error
    check(schemas, "tables.schema.json", path)
    if set(schemas) != {t["name"] for t in raw["tables"]}:
        raise wrong(declaration, "tables", f"no coincide con schema.json, que tiene: {', '.join(schemas)}")
    return tuple(
        _table(t, schemas[t["name"]], is_main=i == 0, path=path) for i, t in enumerate(raw["tables"])
    )


def _table(declared: Mapping[str, Any], schema: Mapping[str, Any], *, is_main: bool, path: Path) -> Table:
    names = [f["name"] for f in schema["fields"]]
    repeated = sorted({n for n in names if names.count(n) > 1})
    if repeated:
        raise ConfigurationError(
            f"{where(path)}: tabla {declared['name']}: campos repetidos: {', '.join(repeated)}", "Quite uno."
        )
    if is_main and list(schema["primaryKey"]) != ["id"]:
        raise ConfigurationError(
            f'{where(path)}: la tabla principal {declared["name"]} debe tener primaryKey ["id"]',
            "Corríjalo.",
        )
    if not is_main and declared.get("parent_key", "") not in names:
        raise ConfigurationError(
            f"{where(path)}: tabla {declared['name']}: falta el campo parent_key que la une a la principal",
            "Declare parent_key en system.toml con el nombre de esa columna.",
        )
    descriptor = dict(schema)
    descriptor["fields"] = [*schema["fields"], *PROVENANCE]
    return Table(
        name=declared["name"],
        title=declared["title"],
        description=declared.get("description", ""),
        fields=tuple(_field(f) for f in descriptor["fields"]),
        primary_key=tuple(schema["primaryKey"]),
        foreign_keys=tuple(schema.get("foreignKeys", ())),
        parent_key=declared.get("parent_key", ""),
        descriptor=descriptor,
    )


def _field(raw: Mapping[str, Any]) -> Field:
    return Field(
        name=raw["name"],
        type=raw["type"],
        title=raw["title"],
        description=raw["description"],
        constraints=raw.get("constraints", {}),
        format=raw.get("format", "default"),
        categories={c["value"]: c["label"] for c in raw.get("categories", ())},
        display=raw.get("display", ""),
        descriptor=raw,
    )


HISTORY_FIELDS: tuple[Field, ...] = tuple(_field(f) for f in HISTORY)


def _display(raw: Mapping[str, Any]) -> Display:
    lists = {k: tuple(raw.get(k, ())) for k in ("title", "subtitle", "columns", "facets")}
    return Display(
        **lists,
        date=raw.get("date", ""),
        amount=raw.get("amount", ""),
        status=raw.get("status", ""),
        ente=raw.get("ente", "ente_id"),
        supplier=raw.get("supplier", ""),
        person=raw.get("person", False),
        kind=raw.get("kind", ""),
        level=raw.get("level", ""),
        municipality=raw.get("municipality", ""),
        until=raw.get("until", ""),
        supplier_name=raw.get("supplier_name", ""),
        search=raw["search"],
        sections=tuple(Section(s["title"], tuple(s["fields"])) for s in raw["sections"]),
    )


def _layout(raw: Mapping[str, Any]) -> Layout:
    stages: list[Stage] = []
    for stage in raw.get("stages", ()):
        lists = {k: tuple(stage.get(k, ())) for k in ("dates", "fields", "tables")}
        stages.append(Stage(stage["id"], stage["title"], stage["name"], stage.get("code", ""), **lists))
    valid = raw.get("validity", {})
    return Layout(
        answer=tuple(raw.get("answer", ())),
        valid_from=valid.get("from", ""),
        valid_until=valid.get("until", ""),
        stages=tuple(stages),
        stage_list=raw.get("stage_list", ""),
        stage_column=raw.get("stage_column", ""),
        parts=tuple(Part(**p) for p in raw.get("parts", ())),
        links=raw.get("links", {}),
        logs=raw.get("logs", {}),
        series=raw.get("series", {}),
    )


def _rule(raw: Mapping[str, Any]) -> Rule:
    known = {"id", "kind", "severity", "title", "found", "why", "remedy", "table"}
    return Rule(
        **{k: v for k, v in raw.items() if k in known},
        params={k: v for k, v in raw.items() if k not in known},
    )


def _ordered(systems: Sequence[System]) -> tuple[System, ...]:
    by_slug = {s.slug: s for s in systems}
    done: dict[str, System] = {}

    def visit(system: System, trail: tuple[str, ...]) -> None:
        if system.slug in trail:
            raise ConfigurationError(
                f"Los sistemas se necesitan en círculo: {' → '.join((*trail, system.slug))}",
                "Quite un needs.",
            )
        for need in system.needs:
            if need not in by_slug:
                raise wrong(system.folder / "system.toml", "needs", f"no existe el sistema {need!r}")
            visit(by_slug[need], (*trail, system.slug))
        done.setdefault(system.slug, system)

    for system in sorted(systems, key=lambda s: (s.order, s.slug)):
        visit(system, ())
    return tuple(done.values())
