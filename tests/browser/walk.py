"""Which pages stand for each template: found in a built site, so that a new template without a page is noticed."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from vitrina.config import HOME

TEMPLATES = HOME / "themes" / "vitrina" / "templates"
ENTITIES = ("entes", "proveedores")
PLACES = {
    "home.html": ("index.html",),
    "404.html": ("404.html",),
    "search.html": ("buscar/index.html",),
    "downloads.html": ("descargas/index.html",),
    "sources.html": ("fuentes/index.html",),
    "changes.html": ("cambios/index.html",),
    "credits.html": ("creditos/index.html",),
    "patterns.html": ("patrones/index.html",),
    "places.html": ("municipios/index.html",),
    "place.html": ("municipios/*/index.html",),
    "page.html": ("glosario/index.html", "accesibilidad/index.html", "como-usar-los-datos/index.html"),
    "quality.html": ("calidad/index.html",),
    "quality_set.html": ("calidad/{system}/index.html",),
    "quality_rule.html": ("calidad/{system}/*/index.html",),
    "quality_entes.html": ("calidad/instituciones/index.html",),
    "quality_ente.html": ("calidad/instituciones/*/index.html",),
    "dataset.html": ("{system}/index.html",),
    "data.html": ("{system}/datos/index.html",),
    "listing.html": ("{system}/lista/index.html", "{system}/por/*/*/index.html"),
    "facet.html": ("{system}/por/*/index.html",),
    "recipes.html": ("{system}/cifras/index.html",),
    "record.html": ("{record}/*/index.html",),
    "entity.html": ("{entity}/*/index.html",),
    "library.html": ("{system}/libros/index.html",),
    "book.html": ("{system}/libro/*/index.html",),
    "tombstone.html": ("{system}/*/index.html",),
}
"""Template → where its pages are; {system} is every dataset, {record} and {entity} those with such pages."""
FOREIGN = ("record.html", "entity.html", "dataset.html", "listing.html")
"""Templates of pages that are mostly text of the sources."""
SHIFTS = """window.shifts = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) shifts.push([e.value,
  ...e.sources.map(s => (s.node && s.node.className) || (s.node && s.node.nodeName))]); })
  .observe({type: 'layout-shift', buffered: true});"""
"""Run before a page: what moves after it was seen is kept in `shifts`."""
_OWN = {"lista", "datos", "por", "cifras", "libro", "libros", "pagina"}
"""Folders of a dataset that are no record."""


def page_templates() -> set[str]:
    """Return the templates that draw a whole page, as their own text says."""
    texts = {p.name: p.read_text(encoding="utf-8") for p in TEMPLATES.glob("*.html")}
    return {name for name, text in texts.items() if re.search(r"{% extends ", text)}


def pages_of(site: Path, template: str) -> list[Path]:
    """Return the files of *site* that *template* drew, the lightest first."""
    systems = sorted(p.parents[1].name for p in site.glob("*/datos/index.html"))
    entities = [s for s in systems if s in ENTITIES]
    names = {"system": systems, "record": [s for s in systems if s not in ENTITIES], "entity": entities}
    found: set[Path] = set()
    for place in PLACES[template]:
        hole = re.search(r"{(\w+)}", place)
        for name in names[hole[1]] if hole else [""]:
            found |= set(site.glob(re.sub(r"{\w+}", name, place)))
    return sorted(filter(_TESTS.get(template, Path.is_file), found), key=lambda p: (p.stat().st_size, p))


def _is_record(path: Path) -> bool:
    return path.parent.name not in _OWN and path.with_suffix(".json").is_file()


def _is_tombstone(path: Path) -> bool:
    return path.parent.name not in _OWN and not path.with_suffix(".json").is_file()


def _is_no_page_number(path: Path) -> bool:
    return path.parent.name != "pagina"


_TESTS = {
    "record.html": _is_record,
    "entity.html": _is_record,
    "tombstone.html": _is_tombstone,
    "quality_rule.html": _is_no_page_number,
    "quality_ente.html": _is_no_page_number,
    "facet.html": _is_no_page_number,
}


def address(site: Path, page: Path) -> str:
    """Return the address of a page's file."""
    return "/" + quote(page.relative_to(site).as_posix().removesuffix("index.html"))


def chosen(site: Path, besides: Path | None = None) -> list[str]:
    """Return the addresses to walk: each template's lightest and heaviest page, and each system's heaviest record.

    With *besides*, another site that is walked too, only what that one lacks, and the pages that show foreign text.
    """
    found: list[str] = []
    for template in sorted(PLACES):
        if besides and template not in FOREIGN and pages_of(besides, template):
            continue
        pages = pages_of(site, template)
        found += [address(site, p) for p in dict.fromkeys([*pages[:1], *pages[-1:]])]
        if template in ("record.html", "page.html"):
            heaviest = {p.parents[1].name + p.parent.name * (template == "page.html"): p for p in pages}
            found += [address(site, p) for p in heaviest.values()]
    return list(dict.fromkeys(found))
