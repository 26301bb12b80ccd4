"""The Pelican plugin: one generator that writes every page that comes from data. Thin on purpose."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from pelican import signals
from pelican.generators import Generator

from vitrina.portal import (
    common,
    datasets,
    glossary,
    patterns,
    quality_pages,
    recipes,
    records,
    searching,
    territory,
    viewer,
    words,
)
from vitrina.portal.assets import FOLDER
from vitrina.portal.contexts import Link, Page, Route
from vitrina.portal.filters import FILTERS, plural, plural_of
from vitrina.portal.site import Site
from vitrina.portal.stencil import deferred
from vitrina.portal.store import Dataset
from vitrina.portal.urls import file_of
from vitrina.portal.writer import Drawn, SiteWriter

_QUIET = frozenset({"listing.html", "facet.html", "tombstone.html", "quality_rule.html", "quality_ente.html"})
"""Pages that do not name the night's edition, like those of records: they change only when their rows do."""
_SECTIONS = ("", "buscar", "datos", "descargas", "calidad", "acerca")


class PortalGenerator(Generator):  # type: ignore[misc]  # Pelican ships no types
    """Walks the routes and hands each to Pelican's writer, which refuses to write one file twice."""

    def generate_output(self, writer: SiteWriter) -> None:
        """Write every page, and beside each record page its JSON."""
        site: Site = self.settings["VITRINA_SITE"]
        chrome = self.env.get_template("components/chrome.html").module
        self._quiet = {"footer": chrome.footer(edition=False)}
        icon = Path(self.output_path) / FOLDER / "icono.svg"
        icon.parent.mkdir(parents=True, exist_ok=True)
        icon.write_text(self.env.get_template("icon.svg").render(), encoding="utf-8")
        if site.crest:
            (icon.parent / f"escudo{site.crest.suffix}").write_bytes(site.crest.read_bytes())
        described = self.env.get_template(searching.OPENSEARCH).render()
        Path(self.output_path, searching.OPENSEARCH).write_text(described, encoding="utf-8")
        for route in self._routes(site):
            self._write(writer, route)
        for path, data in quality_pages.files(site):
            writer.write_bytes(path, data)
        for dataset in site.datasets:
            drawn = datasets.chart_figures(site, dataset, dataset.system.charts)
            route, data = recipes.route(site, dataset, drawn)
            self._write(writer, route)
            for path, content in datasets.chart_files(site, dataset, drawn).items():
                writer.write_bytes(path, content)
            writer.write_bytes(f"{route.path}cifras.json", data)
        draw = records.Draw(self.env, {**self.context, "localsiteurl": None})
        for dataset in site.datasets:
            if dataset.system.record_pages == "viewer":
                self._books(writer, site, dataset, draw)
                continue
            for page in records.pages(site, dataset, draw):
                self._say(page.path)
                writer.write_file(file_of(page.path), Drawn(page.html), self.context)
                writer.write_bytes(page.json_path, page.json)
                for path, content in page.files.items():
                    writer.write_bytes(path, content)

    def _books(self, writer: SiteWriter, site: Site, dataset: Dataset, draw: records.Draw) -> None:
        for path, content in viewer.pages(site, dataset, draw):
            self._say(path)
            if path.endswith(".html"):
                writer.write_file(path, Drawn(content.decode()), self.context)
            else:
                writer.write_bytes(path, content)

    def _routes(self, site: Site) -> Iterator[Route]:
        yield from common.routes(site)
        yield from territory.routes(site)
        yield from patterns.routes(site, self.env)
        for dataset in site.datasets:
            yield from datasets.routes(site, dataset, self.env)
            yield from records.tombstones(site, dataset)

    def _write(self, writer: Any, route: Route) -> None:
        self._say(route.path)
        values = {**route.values, **self._quiet} if route.template in _QUIET else route.values
        name = route.path if route.path.endswith(".html") else file_of(route.path)
        writer.write_file(
            name, self.get_template(route.template.removesuffix(".html")), self.context, **values
        )

    def _say(self, path: str) -> None:
        """Note which page is being made, for the error message, and count it."""
        self.settings["VITRINA_NOW"][0] = path or "/"
        self.settings["VITRINA_COUNT"][0] += 1


def fit_environment(generator: Any) -> None:
    """Give a generator's Jinja environment our filters, names and translations, and the parts all pages share."""
    site: Site | None = generator.settings.get("VITRINA_SITE")
    if site is None:
        return
    env: Environment = generator.env
    _translate(env, words.catalogue(site.theme, site.language))
    env.filters.update({name: deferred(f) for name, f in FILTERS.items()})
    env.filters["rebase"] = lambda html: rebase(str(html), site.urls.base)
    env.globals.update(
        site=site, url=deferred(site.urls.to), full_url=deferred(site.urls.full), asset=site.asset
    )
    env.globals["meaning"] = glossary.read(site.content).get
    env.globals.update(
        plural=deferred(plural), plural_of=plural_of, content_page=lambda page: _content_page(site, page)
    )
    # Header and footer are the same on thousands of pages: rendered once per item of the menu.
    chrome = env.get_template("components/chrome.html").module
    env.globals["headers"] = {s: chrome.header(s) for s in _SECTIONS}  # type: ignore[attr-defined]
    env.globals["footer"] = chrome.footer()  # type: ignore[attr-defined]


def _translate(env: Environment, translations: gettext.NullTranslations) -> None:
    """Install *translations* as Jinja's own newstyle functions do, but keep each plain text once it is known.

    A record page says some fifty fixed words: looking each up again was a fifth of the render.
    """
    known: dict[str, Markup] = {}

    def say(text: str, **values: Any) -> Markup:
        if text not in known:
            # Jinja doubles the per cent signs of a {% trans %} block, for the values it expects to put in.
            known[text] = Markup(translations.gettext(text).replace("%%", "%"))  # noqa: S704
        return Markup(translations.gettext(text)) % values if values else known[text]  # noqa: S704

    def say_number(one: str, many: str, count: int, **values: Any) -> Markup:
        return Markup(translations.ngettext(one, many, count)) % {"num": count, **values}  # noqa: S704

    env.newstyle_gettext = True  # type: ignore[attr-defined]
    env.globals.update(gettext=say, ngettext=say_number, _=say)


def rebase(html: str, base: str) -> Markup:
    """Return a prose page's HTML with its root-relative links under the portal's own path.

    >>> rebase('<a href="/calidad/">', "/portal")
    Markup('<a href="/portal/calidad/">')
    """
    moved = html.replace('href="/', f'href="{base}/').replace('src="/', f'src="{base}/') if base else html
    return Markup(moved)  # noqa: S704  # prose is written by the portal's own people, like the templates


def _content_page(site: Site, page: Any) -> Page:
    return Page(
        title=str(page.title),
        description=str(page.metadata.get("description") or page.title),
        path=str(page.url),
        crumbs=[Link(site.urls.to(""), words.say("Inicio"))],
        section="acerca",
    )


def _writer(_pelican: Any) -> type[SiteWriter]:
    return SiteWriter


def _generators(_pelican: Any) -> type[PortalGenerator]:
    return PortalGenerator


def register() -> None:
    """Connect the plugin to Pelican's signals."""
    signals.get_generators.connect(_generators)
    signals.get_writer.connect(_writer)
    signals.generator_init.connect(fit_environment)
