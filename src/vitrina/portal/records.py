"""Record pages: one per row of a main table, with its JSON twin. The hot path: all lookups are made before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from jinja2 import Environment
from markupsafe import Markup

from vitrina.model import System
from vitrina.portal import citation, entities, filters, quality, urls
from vitrina.portal.contexts import IssueView, Link, Page, Provenance, Route
from vitrina.portal.lead import Body
from vitrina.portal.shelf import ENTES, SUPPLIERS, Shelf
from vitrina.portal.site import SEVERITIES, Site
from vitrina.portal.store import Dataset

_RELATED = 4


@dataclass(frozen=True)
class RecordPage:
    """A page and the JSON that says the same."""

    route: Route
    json_path: str
    json: bytes


def pages(site: Site, dataset: Dataset, env: Environment) -> Iterator[RecordPage]:
    """Yield the page of every record of *dataset*, in listing order."""
    writer = _Writer(site, dataset, env)
    for at, row in enumerate(dataset.frame.iter_rows()):
        yield writer.page(at, row)


def tombstones(site: Site, dataset: Dataset) -> Iterator[Route]:
    """Yield a page for every record that was published once and no longer is: no address ever dies."""
    live = site.shelf(dataset.slug).position
    system = dataset.system
    for gone in dataset.changes.withdrawn:
        if gone.id in live:
            continue
        meta = Page(
            title=gone.title or "Registro retirado",
            description=f"Este registro de {system.short_title} se retiró del portal.",
            path=urls.record(system.slug, gone.id),
            crumbs=site.crumbs(system),
            section="datos",
            index=False,
        )
        yield Route(meta.path, "tombstone.html", {"meta": meta, "system": system, "gone": gone})


class _Writer:
    """Makes the pages of one dataset; everything that does not change from record to record is kept here."""

    def __init__(self, site: Site, dataset: Dataset, env: Environment) -> None:
        self.site, self.dataset = site, dataset
        self.system: System = dataset.system
        self.shelf: Shelf = site.shelf(dataset.slug)
        self.columns = dataset.frame.columns
        self.at = {name: i for i, name in enumerate(self.columns)}
        self.body = Body(site, dataset, env)
        self.children = list(self.body.children.values())
        self.crumbs = site.crumbs(self.system)
        self.before, self.after = citation.record_citation(site, dataset)
        self.sources = {s.id: s.title for s in quality.source_views(dataset, site.run_date)}
        self.report = _report(site, self.system)
        self.contacts = {s.id: site.contact(s.ente) for s in dataset.sources}
        self.found = quality.by_record(dataset)
        self.complete = quality.names_every_record(dataset)
        self.entity = entities.maker(site, dataset)
        self.template = "entity.html" if self.entity else "record.html"
        component = env.get_template("components/withheld.html").module
        self.withheld: Markup = component.withheld(self.system)  # type: ignore[attr-defined]

    def page(self, at: int, row: Sequence[Any]) -> RecordPage:
        """Return the page of the row at position *at*."""
        slug, row_id, title = self.system.slug, self.shelf.ids[at], self.shelf.titles[at]
        path = urls.record(slug, row_id)
        json_path = f"{path}index.json"
        sub = self.shelf.subtitles[at]
        meta = Page(
            title=title,
            description=f"{filters.sentence(self.system.singular)}: {title}{f'. {sub}' if sub else ''}.",
            path=path,
            crumbs=self.crumbs,
            section="datos",
            alternate=self.site.urls.to(json_path),
        )
        full = self.site.urls.full(path)
        values = {
            "meta": meta,
            "system": self.system,
            "subtitle": sub,
            "homonyms": self._is_person(row),
            "body": Markup(self.body.html(row, row_id, title)),  # noqa: S704  # pieces of the template around escaped values
            "related": self._related(at, row),
            "provenance": self._provenance(row),
            "issues": self._issues(row_id),
            "complete": self.complete,
            "withheld": self.withheld,
            "citation": (self.before, title, self.after, full),
            "report_url": self._report_url(title, full, row),
            "entity": self.entity(row_id) if self.entity else None,
        }
        return RecordPage(Route(path, self.template, values), json_path, self._json(row_id, row, full))

    def _provenance(self, row: Sequence[Any]) -> Provenance:
        get = self._get(row)
        source = self.sources.get(get("fuente_id"), "")
        return Provenance(
            source=source or get("fuente_id"),
            source_url=self.site.urls.to("fuentes/") + f"#{get('fuente_id')}" if source else "",
            snapshot=get("fuente_instantanea"),
            position=get("fuente_posicion"),
            since=get("primera_vez"),
            changed=get("ultimo_cambio"),
        )

    def _is_person(self, row: Sequence[Any]) -> bool:
        """Whether the row is about a natural person; a system with both kinds says which in `tipo_persona`."""
        at = self.at.get("tipo_persona")
        return self.system.display.person and (at is None or row[at] != "M")

    def _get(self, row: Sequence[Any]) -> Callable[[str], str]:
        return lambda name: str(row[self.at[name]] or "")

    def _issues(self, row_id: str) -> list[IssueView]:
        return [
            IssueView(
                title=str(i.get("title") or i.get("message") or i.get("code")),
                severity=str(i.get("severity") or "note"),
                severity_text=SEVERITIES.get(str(i.get("severity")), "Nota"),
                message=str(i.get("message") or ""),
                why=str(i.get("why") or ""),
                remedy="",
                count=1,
                source="",
                examples=(),
            )
            for i in self.found.get(row_id, ())
        ]

    def _related(self, at: int, row: Sequence[Any]) -> list[tuple[Link, list[Link], Link | None]]:
        """Return, for the row's ente and supplier: its page, other records that name it, and their full list."""
        display = self.system.display
        found = []
        for target, name, index in (
            (ENTES, display.ente, self.site.shelves.of_ente),
            (SUPPLIERS, display.supplier, self.site.shelves.of_supplier),
        ):
            key = row[self.at[name]] if name and name in self.at and target != self.system.slug else None
            place = self.site.shelves.find(target, key)
            if place is None:
                continue
            positions = index.get(str(key), {}).get(self.system.slug, [])
            others = [i for i in positions[: _RELATED + 1] if i != at][:_RELATED]
            address = self.site.listing_of(self.system.slug, name, key, positions)
            everything = (
                Link(address, f"Ver todos ({filters.number(len(positions))})") if address and others else None
            )
            found.append((Link(*place), [self._link(i) for i in others], everything))
        return found

    def _link(self, at: int) -> Link:
        return Link(
            self.site.urls.to(urls.record(self.system.slug, self.shelf.ids[at])), self.shelf.titles[at]
        )

    def _report_url(self, title: str, full: str, row: Sequence[Any]) -> str:
        """Return the mailto: of "report an error": to who answers for the source, with a copy to the portal."""
        get = self._get(row)
        portal, question = self.report
        to = self.contacts.get(get("fuente_id")) or portal
        copy = f"cc={quote(portal, safe='@')}&" if to != portal else ""
        place = f"{full}\nFuente: {get('fuente_id')}\nCopia: {get('fuente_instantanea')}, {get('fuente_posicion')}"
        subject = quote(f"Error en un registro: {title[:120]}")
        return f"mailto:{quote(to, safe='@')}?{copy}subject={subject}&body={quote(f'Registro: {place}')}{question}"

    def _json(self, row_id: str, row: Sequence[Any], full: str) -> bytes:
        tables: Mapping[str, Any] = {
            self.system.main.name: dict(zip(self.columns, row, strict=True)),
            **{c.table.name: c.plain(row_id) for c in self.children},
        }
        document = {
            "direccion": full,
            "conjunto": self.system.slug,
            "version": self.site.version.id,
            "licencia": self.system.license,
            "datos_sinteticos": self.site.version.synthetic,
            "tablas": tables,
        }
        return orjson.dumps(document, default=_jsonable, option=orjson.OPT_APPEND_NEWLINE)


def _report(site: Site, system: System) -> tuple[str, str]:
    """Return who answers for the dataset, and how a mail that reports an error ends (quoted)."""
    contact = system.contact if "@" in system.contact else str(site.identity.contact)
    question = (
        f"\nConjunto: {system.title}\nVersión: {site.version.id}\n\n¿Qué está mal y cómo debería decir?\n"
    )
    return contact, quote(question)


def _jsonable(value: Any) -> Any:
    """Decimals are the only values of a typed table that JSON has no form for."""
    return float(value)
