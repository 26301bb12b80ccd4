"""The Data Package v2 descriptor of a system, and the README that travels with the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vitrina.model import Source, System, Table
from vitrina.registry import HISTORY
from vitrina.storage import sha256

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENSES: Mapping[str, tuple[str, str]] = {
    "CC-BY-4.0": (
        "Creative Commons Atribución 4.0 Internacional",
        "https://creativecommons.org/licenses/by/4.0/deed.es",
    ),
    "CC0-1.0": ("Dominio público (CC0 1.0)", "https://creativecommons.org/publicdomain/zero/1.0/deed.es"),
}
MEDIA = {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}


def schema_of(system: System, table: Table) -> dict[str, Any]:
    """Return the published Table Schema of *table* (main tables with their history columns)."""
    fields = [dict(f) for f in table.descriptor["fields"]]
    if table is system.main:
        fields += [dict(f) for f in HISTORY]
    for field in fields:
        if "display" in field:
            field["vitrina:display"] = field.pop("display")
    schema: dict[str, Any] = {"fields": fields, "primaryKey": list(table.primary_key), "missingValues": [""]}
    if table.foreign_keys:
        schema["foreignKeys"] = [dict(k) for k in table.foreign_keys]
    return schema


def build(
    system: System, folder: Path, rows: Mapping[str, int], sources: Sequence[Source],
    version: Mapping[str, Any], identity: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Return datapackage.json for the files already written in *folder*; *rows*: table → rows published."""
    site = str(identity["SITEURL"]).rstrip("/")
    title, path = LICENSES.get(system.license, (system.license, ""))
    license_entry = {"name": system.license, "title": title, **({"path": path} if path else {})}
    publisher = system.publisher or identity["IDENTITY"].get("publisher", identity["SITENAME"])
    return {
        "$schema": PROFILE,
        "name": system.slug,
        "id": f"{site}/{system.slug}/",
        "title": system.title,
        "description": system.summary,
        "homepage": f"{site}/{system.slug}/",
        "version": version["id"],
        "created": f"{version['data_date']}T00:00:00Z",
        "licenses": [license_entry],
        "contributors": [{"title": publisher, "roles": ["publisher"]}],
        "sources": [
            {"title": s.title, **({"path": s.url} if s.url else {})} for s in sources if s.system == system.slug
        ] or [{"title": "Derivado de los demás sistemas del portal"}],
        "keywords": ["anticorrupción", system.short_title.lower(), system.key.lower()],
        "vitrina:synthetic": version["synthetic"],
        "resources": [
            _resource(system, table, folder, ending, rows[table.name])
            for table in system.tables
            for ending in ("csv", "jsonl", "parquet")
        ],
    }  # fmt: skip


def _resource(system: System, table: Table, folder: Path, ending: str, rows: int) -> dict[str, Any]:
    path = folder / f"{table.name}.{ending}"
    resource: dict[str, Any] = {
        "name": table.name if ending == "csv" else f"{table.name}-{ending}",
        "type": "table", "path": path.name, "format": ending, "mediatype": MEDIA[ending], "encoding": "utf-8",
        "title": table.title, "bytes": path.stat().st_size, "hash": f"sha256:{sha256(path)}", "vitrina:rows": rows,
    }  # fmt: skip
    if ending != "csv":
        # Only the CSV carries the schema: its keys and references would otherwise be declared three times.
        return {k: v for k, v in resource.items() if ending == "jsonl" or k != "encoding"}
    resource["dialect"] = {
        "$schema": "https://datapackage.org/profiles/2.0/tabledialect.json",
        "lineTerminator": "\r\n",
    }
    resource["schema"] = schema_of(system, table)
    return resource


def readme(system: System, package: Mapping[str, Any], identity: Mapping[str, Any]) -> str:
    """Return README.md of the download: what it is, its limits, each file and column, licence and citation."""
    version = package["version"]
    lines = [f"# {system.title}", "", system.summary, ""]
    if package["vitrina:synthetic"]:
        lines += ["**DATOS SINTÉTICOS**: nombres, cifras e instituciones son inventados.", ""]
    lines += [f"- Versión: {version}", f"- Licencia: {package['licenses'][0]['title']}"]
    lines += [f"- Publica: {package['contributors'][0]['title']}", f"- Página: {package['homepage']}", ""]
    lines += ["## Qué contiene y qué no", "", *(f"- {t}" for t in (*system.scope, *system.exclusions)), ""]
    for table in system.tables:
        lines += [f"## Tabla `{table.name}`: {table.title}", ""]
        lines += ["| columna | tipo | significado |", "|---|---|---|"]
        fields = schema_of(system, table)["fields"]
        lines += [f"| `{f['name']}` | {f['type']} | {f['title']}. {f['description']} |" for f in fields]
        lines.append("")
    if system.withheld:
        lines += ["## Lo que no se publica", ""]
        lines += [f"- {w.title}: {w.reason} ({w.basis})" for w in system.withheld]
        lines.append("")
    cite = f"{package['contributors'][0]['title']}. {system.title} [datos], versión {version}. {identity['SITENAME']}."
    lines += ["## Cómo citar", "", f"{cite} {package['homepage']}", ""]
    lines += ["El CSV está en UTF-8; en Excel ábralo con Datos → Desde texto/CSV, o use el XLSX.", ""]
    return "\n".join(lines)
