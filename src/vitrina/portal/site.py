"""Everything the pages share, worked out once per night: addresses, identity, versions, words and look-ups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from vitrina import books
from vitrina.config import Settings
from vitrina.errors import ConfigurationError
from vitrina.model import System, Version
from vitrina.portal import filters, store, urls, words
from vitrina.portal.assets import IDENTITY
from vitrina.portal.charts.paint import Paint
from vitrina.portal.contexts import Card, Link
from vitrina.portal.shelf import ENTES, Facet, Shelf, Shelves, facets, newest
from vitrina.portal.store import Dataset
from vitrina.portal.urls import Urls
from vitrina.portal.words import Spoken, say
from vitrina.text import mark

MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}").fullmatch
"""What may go in a mailto: address without changing its meaning."""

VERDICTS = Spoken(
    {
        "ok": mark("Sin errores"),
        "warnings": mark("Con avisos"),
        "errors": mark("Con registros apartados"),
        "not_checked": mark("Sin revisar"),
    }
)
DECISIONS = Spoken(
    {
        "publish": mark("Se publicó lo que pasó la revisión."),
        "keep_last_good": mark("Lo recibido no pasó la revisión: se conserva la última copia buena."),
        "empty": mark("Aún no hay datos que publicar."),
    }
)
WEATHER = Spoken(
    {
        "fresh": mark("Al día"),
        "unchanged": mark("Sin cambios"),
        "kept": mark("Última copia buena"),
        "none": mark("Sin entrega"),
        "frozen": mark("Ya no se actualiza"),
    }
)
SEVERITIES = Spoken({"error": mark("Error"), "warning": mark("Aviso"), "note": mark("Nota")})
PROTOCOLS = Spoken(
    {
        "pdn_v1": mark("API de la Plataforma Digital Nacional"),
        "directus": mark("API de datos"),
        "s3_wrapper": mark("API de sancionados"),
        "ocds_api": mark("API de contrataciones abiertas"),
        "http_file": mark("Archivo en línea"),
        "folder": mark("Archivos entregados"),
        "derived": mark("Calculado de otros conjuntos"),
    }
)
LICENSES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/deed.es",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/deed.es",
}


@dataclass(frozen=True)
class Identity:
    """The state's and the publisher's names, from publishconf.py."""

    site_name: str
    site_url: str
    values: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


def _crest(settings: Settings, identity: Identity) -> Path | None:
    """Return the picture IDENTITY["crest"] names beside publishconf.py (SVG, PNG or WebP), None when it names none."""
    name = str(identity.values.get("crest") or "")
    if not name:
        return None
    path = (settings.publishconf.parent / name).resolve()
    inside = path.is_relative_to(settings.publishconf.parent.resolve())
    if not (inside and path.is_file() and path.suffix in {".svg", ".png", ".webp"}):
        raise ConfigurationError(
            f"publishconf.py: el escudo {name!r} no existe o no es SVG, PNG ni WebP",
            "Póngalo en la carpeta del portal, o quite crest de IDENTITY.",
        )
    return path


class Site:
    """The night's portal as data. Reads build/ once; the routes only look things up."""

    def __init__(self, settings: Settings, assets: Mapping[str, str]) -> None:
        conf = settings.identity()
        self.identity = Identity(conf["SITENAME"], str(conf["SITEURL"]).rstrip("/"), conf["IDENTITY"])
        self.home_charts: Sequence[str] = tuple(conf.get("HOME_CHARTS", ()))
        self.home_questions: Mapping[str, Sequence[str]] = dict(conf.get("HOME_QUESTIONS", {}))
        self.home_figures: Sequence[str] = tuple(conf.get("HOME_FIGURES", ()))
        self.urls = Urls(self.identity.site_url)
        self.assets = dict(assets)
        self.run_date: date = settings.run_date
        self.catalogs, self.home, self.theme = settings.catalogs, settings.home, settings.theme
        self.content = settings.content
        self.language = words.language_of(conf)
        self.lang = "es-MX" if self.language == "es" else self.language
        words.speak(words.catalogue(self.theme, self.language))
        filters.speak(self.language)
        self.crest = _crest(settings, self.identity)
        css = self.theme / "css"
        self.paint = Paint(css / "pieces" / "charts.css", [css / IDENTITY, settings.root / IDENTITY])
        self.version: Version
        self.datasets: tuple[Dataset, ...]
        self.version, self.datasets = store.load(settings)
        for dataset in self.datasets:
            if dataset.system.record_pages == "viewer":
                self.urls.books[dataset.slug] = books.shelve([str(i) for i in dataset.frame["id"]])
        self.shelves = Shelves(self.datasets, self.urls.record)
        self.facets: dict[str, tuple[Facet, ...]] = {
            s.system.slug: facets(s, self.shelves) if s.ids else () for s in self.shelves
        }
        self._facet_urls = self._facet_addresses()
        self._facet_sizes = {
            (slug, f.name, v.key): len(v.rows)
            for slug, found in self.facets.items()
            for f in found
            for v in f.values
        }
        self.newest = {d.slug: self._newest(d) for d in self.datasets}
        self.cards = {d.slug: self._card(d) for d in self.datasets}
        self.judged_entes = self._judged_entes()
        self.total_rows = sum(d.rows for d in self.datasets)

    def _judged_entes(self) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
        """Return ente id → its figures as (dataset, entry of the report), in the order of the datasets."""
        found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for dataset in filter(self.tells_of_entes, self.datasets):
            for entry in dataset.report.get("entes", ()):
                if entry.get("ente_id"):
                    found.setdefault(str(entry["ente_id"]), []).append((dataset.slug, entry))
        return found

    @staticmethod
    def tells_of_entes(dataset: Dataset) -> bool:
        """Whether public bodies send *dataset*'s rows: not so in their own register, nor in what is worked out here."""
        return dataset.slug != ENTES and not dataset.system.derived

    def asset(self, name: str) -> str:
        """Return the address of a bundled file; KeyError stops the render when the theme lacks it."""
        return self.urls.to(f"recursos/{self.assets[name]}")

    def shelf(self, slug: str) -> Shelf:
        return self.shelves.by_slug[slug]

    def crumbs(self, system: System | None = None, *more: tuple[str, str]) -> tuple[Link, ...]:
        """Return the way to a page: front page, dataset, and what *more* names as (path, text)."""
        links = [Link(self.urls.to(""), say("Inicio"))]
        if system is not None:
            links.append(Link(self.urls.to(urls.dataset(system.slug)), system.short_title))
        return (*links, *(Link(self.urls.to(path), text) for path, text in more))

    def facet_url(self, slug: str, name: str, key: Any) -> str:
        """Return the address of the page that lists the rows whose *name* is *key*; "" when there is none."""
        return self._facet_urls.get((slug, name, str(key)), "")

    def listing_of(self, slug: str, name: str, key: Any, rows: Sequence[int]) -> str:
        """Return the address of the facet page that lists exactly *rows*, those whose *name* is *key*.

        A dataset may be browsed by the name beside the key (ente_nombre); that page serves only when it lists
        the same rows.
        """
        direct = self.facet_url(slug, name, key)
        beside = f"{name.removesuffix('_id')}_nombre"
        frame = self.shelf(slug).dataset.frame
        if direct or beside not in frame.columns or not rows:
            return direct
        received = frame[beside][rows[0]]
        listed = self._facet_sizes.get((slug, beside, str(received)), 0)
        return self.facet_url(slug, beside, received) if listed == len(rows) else ""

    def _facet_addresses(self) -> dict[tuple[str, str, str], str]:
        return {
            (slug, facet.name, value.key): self.urls.to(urls.facet_value(slug, facet.name, value.slug))
            for slug, found in self.facets.items()
            for facet in found
            for value in facet.values
        }

    def publisher(self, system: System) -> str:
        return system.publisher or str(self.identity.publisher)

    @cached_property
    def has_places(self) -> bool:
        """Whether some public body says its municipality, so that there are pages by municipality."""
        shelf = self.shelves.by_slug.get(ENTES)
        if shelf is None or not {"municipio", "municipio_clave"} <= set(shelf.dataset.frame.columns):
            return False
        return shelf.dataset.frame["municipio_clave"].drop_nulls().len() > 0

    def contact(self, ente: str) -> str:
        """Return the public address of the body *ente*, from its own record; "" when it gives none."""
        shelf = self.shelves.by_slug.get(ENTES)
        at = shelf.position.get(ente) if shelf and ente else None
        if shelf is None or at is None or "correo" not in shelf.dataset.frame.columns:
            return ""
        found = str(shelf.dataset.frame["correo"][at] or "")
        return found if MAIL(found) else ""

    def _newest(self, dataset: Dataset) -> str:
        reported = str(dataset.report.get("newest_date") or "")
        return reported[:10] or newest(dataset.frame, dataset.system.display.date, self.run_date)

    def _card(self, dataset: Dataset) -> Card:
        system = dataset.system
        verdict = str(dataset.report.get("verdict") or "not_checked")
        return Card(
            slug=system.slug,
            url=self.urls.to(urls.dataset(system.slug)),
            key=system.key,
            title=system.title,
            short_title=system.short_title,
            question=system.question,
            rows=dataset.rows,
            unit=system.singular if dataset.rows == 1 else filters.plural_of(system.singular),
            newest=self.newest[system.slug],
            verdict=verdict,
            verdict_text=VERDICTS.get(verdict, verdict),
        )
