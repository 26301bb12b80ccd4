"""Record pages: one per row of a main table, with its JSON twin. The hot path: all lookups are made before.

Rows pass in groups of _GROUP, so that memory does not grow with the dataset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from jinja2 import Environment
from markupsafe import Markup

from vitrina.model import System
from vitrina.portal import citation, entities, entity_recipes, filters, quality, urls
from vitrina.portal.contexts import Changed, Link, Page, Provenance, Route
from vitrina.portal.ficha import HIDDEN, Cutter
from vitrina.portal.lead import Body
from vitrina.portal.quality_record import Reviews, ente_quality_url
from vitrina.portal.series import Series
from vitrina.portal.shelf import ENTES, SUPPLIERS, Shelf
from vitrina.portal.site import Site
from vitrina.portal.stencil import Stencil
from vitrina.portal.store import Dataset
from vitrina.portal.words import say

_RELATED = 4
_GROUP = 500
_NAMED = 6
"""Fields named of those that changed in a night."""
_LONG_TITLE = 70
"""Characters from which a title is set like a paragraph: some contracts are called by their whole object."""

_SLOT = "\ue000"

Row = Mapping[str, Any]
Related = tuple[Link, list[Link], "Link | None"]


@dataclass(frozen=True)
class RecordPage:
    """A page, drawn, and the JSON that says the same."""

    path: str
    html: str
    json_path: str
    json: bytes
    files: Mapping[str, bytes]
    """Its chart as files, by output path."""


def pages(site: Site, dataset: Dataset, draw: Draw) -> Iterator[RecordPage]:
    """Yield the page of every record of *dataset*, in listing order; *draw* runs a template of the portal."""
    writer = Writer(site, dataset, draw)
    for start in range(0, dataset.rows, _GROUP):
        yield from writer.group(start, min(start + _GROUP, dataset.rows))


def tombstones(site: Site, dataset: Dataset) -> Iterator[Route]:
    """Yield a page for every record that was published once and no longer is: no address ever dies."""
    live = site.shelf(dataset.slug).position
    system = dataset.system
    for gone in dataset.changes.withdrawn:
        if gone.id in live:
            continue
        meta = Page(
            title=gone.title or say("Registro retirado"),
            description=say("Este registro de {dataset} se retiró del portal.", dataset=system.short_title),
            path=urls.record(system.slug, gone.id),
            crumbs=site.crumbs(system),
            section="datos",
            index=False,
        )
        yield Route(meta.path, "tombstone.html", {"meta": meta, "system": system, "gone": gone})


class Draw:
    """Runs the portal's templates by name; what every page of the site knows is added by Pelican's context."""

    def __init__(self, env: Environment, context: Mapping[str, Any]) -> None:
        self.env, self.context = env, context

    def template(self, name: str) -> Callable[[Mapping[str, Any]], str]:
        """Return the function that draws *name* with the values it is given."""
        template = self.env.get_template(name)
        return lambda values: template.render({**self.context, **values})


class Writer:
    """Makes the pages of one dataset; everything that does not change from record to record is kept here."""

    def __init__(
        self,
        site: Site,
        dataset: Dataset,
        draw: Draw,
        *,
        template: str = "",
        order: Sequence[int] | None = None,
        deeper: bool = False,
    ) -> None:
        """*order* lists the rows by position when it is not that of the listings; *deeper* lowers the headings."""
        self.site, self.dataset = site, dataset
        self.system: System = dataset.system
        self.shelf: Shelf = site.shelf(dataset.slug)
        self.order = order if order is not None else range(dataset.rows)
        places = (
            {self.shelf.ids[at]: i for i, at in enumerate(order)}
            if order is not None
            else self.shelf.position
        )
        self.body = Body(site, dataset, Cutter(draw.env, deeper=deeper), places)
        self.kind = filters.sentence(self.system.singular)
        self.crumbs = site.crumbs(self.system)
        self.before, self.after = citation.record_citation(site, dataset)
        self.sources = {s.id: s.title for s in quality.source_views(dataset, site.run_date)}
        self.reports = _reports(site, dataset)
        own = [f for f in self.system.main.fields if f.name not in HIDDEN]
        self.titles = {f.name: f.title for f in own} | {t.name: t.title for t in self.system.children}
        self.reviews = Reviews(site, dataset, draw.env)
        self.entity = entities.maker(site, dataset)
        # Records in list books have no folder of their own, where the files of a chart or a recipe would be.
        self.own_folder = not template
        self.series = (
            Series(site, dataset, draw.env) if self.system.record.series and self.own_folder else None
        )
        self.duties = entities.duties(site) if dataset.slug == ENTES else None
        self.known: dict[tuple[str, Any], tuple[Link, list[tuple[int, Link]], Link | None] | None] = {}
        component = draw.env.get_template("components/withheld.html").module
        self.withheld: Markup = component.withheld(self.system)  # type: ignore[attr-defined]
        chrome = draw.env.get_template("components/chrome.html").module
        footer: Markup = chrome.footer(edition=False)  # type: ignore[attr-defined]
        self.always = {
            "system": self.system,
            "withheld": self.withheld,
            "footer": footer,
        }
        drawn = draw.template(template or ("entity.html" if self.entity else "record.html"))
        fixed = (self.crumbs, *self.always.values())
        self.draw = drawn if self.entity else Stencil(drawn, fixed).page

    def group(self, start: int, end: int) -> Iterator[RecordPage]:
        """Yield the pages of rows *start* to *end* of the order."""
        order = self.order[start:end]
        frame = self.dataset.frame[start:end] if isinstance(order, range) else self.dataset.frame[order]
        rows = frame.rows(named=True)
        families = {name: child.of(start, end) for name, child in self.body.children.items()}
        lines = [self.series.html(row) for row in rows] if self.series else [""] * len(rows)
        bodies = self.body.html(frame, [self.shelf.titles[at] for at in order], families, lines)
        plain = {name: family.plain() for name, family in families.items()}
        for i, row in enumerate(rows):
            tables = {name: found[i] for name, found in plain.items()}
            yield self.page(order[i], row, Markup(bodies[i]), tables)  # noqa: S704  # template pieces, escaped values

    def page(self, at: int, row: Row, body: Markup, children: Mapping[str, Any]) -> RecordPage:
        """Return the page of the row at position *at*."""
        slug, row_id, title = self.system.slug, self.shelf.ids[at], self.shelf.titles[at]
        path = urls.record(slug, row_id)
        json_path = f"{path}index.json"
        sub = self.shelf.subtitles[at]
        meta = Page(
            title=title,
            description=f"{self.kind}: {title}{f'. {sub}' if sub else ''}.",
            path=path,
            crumbs=self.crumbs,
            section="datos",
            alternate=self.site.urls.to(json_path),
        )
        full = self.site.urls.full(path)
        gathered = self.entity(row_id) if self.entity else None
        recipes = gathered.recipes if gathered and self.own_folder else ()
        version = str(row["ultimo_cambio"] or "")
        values = {
            "meta": meta,
            "row_id": row_id,
            "anchor": urls.anchor(row_id),
            "subtitle": sub,
            "long_title": len(title) > _LONG_TITLE,
            "homonyms": self._is_person(row),
            "body": body,
            "related": self._related(at, row),
            "provenance": self._provenance(row),
            "review": self.reviews.html(row_id),
            "quality_url": ente_quality_url(self.site, slug, row_id),
            "citation": (
                f"{self.before} ({version[:4]}). ",
                title,
                f"{self.after[0]}{version}{self.after[1]}",
                full,
            ),
            "report_url": self._report_url(title, full, row),
            "entity": gathered.groups if gathered else None,
            "recipes_url": self.site.urls.to(f"{path}{entity_recipes.NAME}") if recipes else "",
            "duties": self.duties(row_id) if self.duties else (),
            **self.always,
        }
        files = dict(self.series.files(row)) if self.series else {}
        if recipes:
            files[f"{path}{entity_recipes.NAME}"] = entity_recipes.as_json(recipes)
        return RecordPage(path, self.draw(values), json_path, self._json(row, full, children), files)

    def _provenance(self, row: Row) -> Provenance:
        source_id = str(row["fuente_id"] or "")
        source = self.sources.get(source_id, "")
        return Provenance(
            source=source or source_id,
            source_url=f"{self.site.urls.to('fuentes/')}#{source_id}" if source else "",
            snapshot=str(row["fuente_instantanea"] or ""),
            position=str(row["fuente_posicion"] or ""),
            since=str(row["primera_vez"] or ""),
            changed=str(row["ultimo_cambio"] or ""),
            unchanged=row["primera_vez"] == row["ultimo_cambio"],
            history=[self._changed(entry) for entry in self.dataset.histories.get(row["id"], ())],
        )

    def _changed(self, entry: Mapping[str, Any]) -> Changed:
        """Say what changed in a night: fields by their titles, tables of the record by theirs."""
        names = [self.titles[n] for n in entry["campos"] if n in self.titles]
        shown, more = ", ".join(names[:_NAMED]), len(names) - _NAMED
        if entry["regreso"]:
            text = say("Se volvió a publicar.")
        elif more > 0:
            text = say("Cambió: {names} y {more} más.", names=shown, more=more)
        else:
            text = say("Cambió: {names}.", names=shown) if shown else say("Cambió el registro.")
        return Changed(entry["dia"].isoformat(), text)

    def _is_person(self, row: Row) -> bool:
        """Whether the row is about a natural person; a system with both kinds says which in `tipo_persona`."""
        return self.system.display.person and row.get("tipo_persona") != "M"

    def _related(self, at: int, row: Row) -> list[Related]:
        """Return, for the row's ente and supplier: its page, other records that name it, and their full list."""
        display = self.system.display
        found: list[Related] = []
        for target, name in ((ENTES, display.ente), (SUPPLIERS, display.supplier)):
            known = self._company(target, name, row.get(name)) if name else None
            if known is not None:
                place, first, everything = known
                others = [link for i, link in first if i != at][:_RELATED]
                found.append((place, others, everything if others else None))
        return found

    def _company(
        self, target: str, name: str, key: Any
    ) -> tuple[Link, list[tuple[int, Link]], Link | None] | None:
        """Return a body's or supplier's page, the first records that name it, and where all of them are listed."""
        if (target, key) not in self.known:
            self.known[target, key] = self._gather(target, name, key)
        return self.known[target, key]

    def _gather(
        self, target: str, name: str, key: Any
    ) -> tuple[Link, list[tuple[int, Link]], Link | None] | None:
        place = self.site.shelves.find(target, key) if target != self.system.slug else None
        if place is None:
            return None
        index = self.site.shelves.of_ente if target == ENTES else self.site.shelves.of_supplier
        positions = index.get(str(key), {}).get(self.system.slug, [])
        address = self.site.listing_of(self.system.slug, name, key, positions)
        everything = (
            Link(address, say("Ver todos ({count})", count=filters.number(len(positions))))
            if address
            else None
        )
        return Link(*place), [(i, self._link(i)) for i in positions[: _RELATED + 1]], everything

    def _link(self, at: int) -> Link:
        return Link(self.site.urls.record(self.system.slug, self.shelf.ids[at]), self.shelf.titles[at])

    def _report_url(self, title: str, full: str, row: Row) -> str:
        """Return the mailto: of "report an error"; what all records share was quoted once, in `_reports`."""
        source = row["fuente_id"] or ""
        start, place, came, copy, version, end = self.reports.get(source, self.reports[""])
        taken = f"{row['fuente_instantanea'] or ''}, {row['fuente_posicion'] or ''}"
        return (
            f"{start}{_quick(title[:120])}{place}{_quick(full)}{came}{_quick(source)}{copy}{_quick(taken)}"
            f"{version}{row['ultimo_cambio'] or ''}{end}"
        )

    def _json(self, row: Row, full: str, children: Mapping[str, Any]) -> bytes:
        document = {
            "direccion": full,
            "conjunto": self.system.slug,
            "version": row["ultimo_cambio"],
            "licencia": self.system.license,
            "datos_sinteticos": self.site.version.synthetic,
            "historia": self.dataset.histories.get(row["id"], ()),
            "tablas": {self.system.main.name: row, **children},
        }
        return orjson.dumps(document, default=_jsonable, option=orjson.OPT_APPEND_NEWLINE)


def _reports(site: Site, dataset: Dataset) -> dict[str, list[str]]:
    """Return per source ("" for any other) the pieces of an error report: around the record's title and address, its
    source, the copy it came from and its version.

    It goes to the body that answers for the source, with a copy to the portal; else to the dataset's contact.
    """
    system = dataset.system
    portal = system.contact if "@" in system.contact else str(site.identity.contact)
    contacts = {"": portal, **{s.id: site.contact(s.ente) or portal for s in dataset.sources}}
    return {
        source: _report(system.title, to, "" if to == portal else portal) for source, to in contacts.items()
    }


def _report(title: str, contact: str, copy: str) -> list[str]:
    carbon = f"cc={quote(copy, safe='@')}&" if copy else ""
    subject = say("Error en un registro: {title}", title=_SLOT)
    lines = [
        say("Registro: {address}", address=_SLOT),
        say("Fuente: {source}", source=_SLOT),
        say("Copia: {copy}", copy=_SLOT),
        say("Conjunto: {dataset}", dataset=title),
        say("Versión: {version}", version=_SLOT),
        "",
        say("¿Qué está mal y cómo debería decir?"),
        "",
    ]
    before = f"mailto:{quote(contact, safe='@')}?{carbon}subject="
    return f"{before}{quote(subject)}&body={quote(chr(10).join(lines))}".split(quote(_SLOT))


class _Quoted(dict[str, str]):
    def __missing__(self, char: str) -> str:
        self[char] = quote(char)
        return self[char]


_UNSAFE = re.compile(r"[^A-Za-z0-9_.~/-]")
_QUOTED = _Quoted()


def _quick(text: str) -> str:
    """What `urllib.parse.quote` returns, a character at a time only where one needs it."""
    return _UNSAFE.sub(lambda found: _QUOTED[found[0]], text)


def _jsonable(value: Any) -> Any:
    """Decimals are the only values of a typed table that JSON has no form for."""
    return float(value)
