"""List books: the records of a system without a page per record, about a hundred whole ones to a page.

A book reads without script and answers at the permanent address of each of its records (vitrina.books says how a
web server finds it). Beside it stands the same in JSON; one page leads from an id to its book.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from markupsafe import Markup

from vitrina import books
from vitrina.portal import filters, urls
from vitrina.portal.contexts import Page
from vitrina.portal.records import Draw, Writer
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import say


@dataclass(frozen=True, slots=True)
class Entry:
    """A book in the library: how the ids of its records end, its address and how many it holds."""

    ending: str
    url: str
    count: int


def pages(site: Site, dataset: Dataset, draw: Draw) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every book, its JSON, and the library of books."""
    system, shelf = dataset.system, site.shelf(dataset.slug)
    found = books.shelve(shelf.ids)
    order = [at for positions in found.values() for at in positions]
    writer = Writer(site, dataset, draw, template="book_record.html", order=order, deeper=True)
    book = draw.template("book.html")
    start = 0
    for ending, positions in found.items():
        made = list(writer.group(start, start + len(positions)))
        start += len(positions)
        path = urls.book(system.slug, ending)
        json_path = f"{path}index.json"
        first = filters.plural(len(positions), system.singular, filters.plural_of(system.singular))
        meta = Page(
            title=say("{dataset}: libro {ending}", dataset=system.short_title, ending=ending),
            description=say(
                "{records} cuyo identificador termina en {ending}, completos.", records=first, ending=ending
            ),
            path=path,
            crumbs=site.crumbs(system, (urls.library(system.slug), say("Libros"))),
            section="datos",
            alternate=site.urls.to(json_path),
        )
        values: dict[str, Any] = {
            "meta": meta,
            **writer.always,
            "records": [Markup(record.html) for record in made],  # noqa: S704  # drawn by our template
            "ending": ending,
        }
        yield urls.file_of(path), book(values).encode()
        yield json_path, b"[" + b",".join(record.json for record in made) + b"]\n"
    yield from _library(site, dataset, draw, {e: len(at) for e, at in found.items()})


def _library(site: Site, dataset: Dataset, draw: Draw, sizes: dict[str, int]) -> Iterator[tuple[str, bytes]]:
    """Yield the page that leads from an id to its book, and the list of endings its script reads."""
    system = dataset.system
    path = urls.library(system.slug)
    meta = Page(
        title=say("{dataset}: libros de registros", dataset=system.short_title),
        description=say(
            "De la dirección de un registro de {dataset} al libro en que se lee completo.",
            dataset=system.short_title,
        ),
        path=path,
        crumbs=site.crumbs(system),
        section="datos",
    )
    entries = [Entry(e, site.urls.to(urls.book(system.slug, e)), n) for e, n in sizes.items()]
    shelves: dict[str, list[Entry]] = {}
    for entry in entries:
        shelves.setdefault(entry.ending[-1:], []).append(entry)
    values = {"meta": meta, "system": system, "shelves": shelves, "total": dataset.rows}
    yield urls.file_of(path), draw.template("library.html")(values).encode()
    listing = {"largo": books.DEEPEST, "resto": books.REST, "libros": sorted(sizes)}
    yield f"{path}index.json", orjson.dumps(listing, option=orjson.OPT_APPEND_NEWLINE)
