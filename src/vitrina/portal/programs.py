"""The credits page, made from the locks: what the portal is built with, in the versions that were fixed."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path

from vitrina.portal.contexts import Page, Program, Route
from vitrina.portal.site import Site
from vitrina.portal.words import Spoken, say
from vitrina.text import mark

_USES = Spoken(
    {
        "pelican": mark("Escribe las páginas"),
        "jinja2": mark("Plantillas"),
        "markdown": mark("Textos"),
        "babel": mark("Números y fechas en español"),
        "frictionless": mark("Revisa los datos"),
        "polars": mark("Tablas"),
        "pandas": mark("Cuentas de las gráficas"),
        "ocdskit": mark("Contrataciones abiertas"),
        "lunr": mark("Búsqueda"),
        "jsonschema": mark("Revisa las declaraciones"),
        "xlsxwriter": mark("Libros de Excel"),
        "python-stdnum": mark("Claves oficiales"),
        "esbuild": mark("Reúne los estilos y programas de las páginas"),
    }
)
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def route(site: Site) -> Route:
    """Return the credits page: the programs named first are those whose use is worth a sentence."""
    meta = Page(
        title=say("Créditos"),
        description=say("Programas libres con los que está hecho el portal y origen de los datos."),
        path="creditos/",
        crumbs=site.crumbs(),
    )
    found = [*python_programs(site.home), *theme_programs(site.theme)]
    publishers = sorted({s.publisher for d in site.datasets for s in d.sources if s.publisher})
    values = {
        "meta": meta,
        "programs": [p for p in found if p.use],
        "others": [p for p in found if not p.use],
        "publishers": publishers,
    }
    return Route(meta.path, "credits.html", values)


def python_programs(home: Path) -> list[Program]:
    """Return the packages that requirements/run.txt fixes, by name."""
    lock = home / "requirements" / "run.txt"
    text = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    return [
        Program(name, _USES.get(name, ""), version, _license(name)) for name, version in _PINNED.findall(text)
    ]


def theme_programs(theme: Path) -> list[Program]:
    """Return the packages that the theme's package-lock.json brings into the pages or builds them with."""
    lock = theme / "package-lock.json"
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"] if lock.is_file() else {}
    found = []
    for path, facts in sorted(packages.items()):
        if path and not facts.get("dev") and not facts.get("optional"):
            name = path.removeprefix("node_modules/")
            found.append(Program(name, _USES.get(name, ""), facts["version"], facts.get("license", "")))
    return found


def _license(name: str) -> str:
    """Return what an installed package says of its licence; "" for one that this machine does not need."""
    try:
        facts = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        return ""
    said = facts.get("license_expression")
    if not said:
        named = [str(c) for c in facts.get("classifier", ()) if str(c).startswith("License ::")]
        said = (
            named[0].rsplit("::", 1)[-1].strip()
            if named
            else str(facts.get("license") or "").split("\n")[0][:40]
        )
    return str(said)
