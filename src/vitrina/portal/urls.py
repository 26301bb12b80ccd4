"""Every address of the portal, and the file that answers it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, urlsplit

from vitrina import books
from vitrina.text import short_hash

PAGE_ROWS = 50
"""Rows of a listing page."""


def file_of(path: str) -> str:
    """Return the output file of a page's path: `s2/lista/` → `s2/lista/index.html`."""
    return f"{path}index.html"


_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*").fullmatch


def quoted(path: str) -> str:
    """Return *path* as it goes in an address; most paths need no change, and asking is quicker than quoting.

    >>> quoted("s2/ñ a/")
    's2/%C3%B1%20a/'
    """
    return path if _PLAIN(path) else quote(path)


@dataclass(frozen=True)
class Urls:
    """Addresses under the site's own; *base* is the path a portal has when it is not at its host's root."""

    site: str
    books: dict[str, Collection[str]] = field(default_factory=dict)
    """System without a page per record → the endings of its list books."""

    @cached_property
    def base(self) -> str:
        return urlsplit(self.site).path.rstrip("/")

    def to(self, path: str) -> str:
        """Return the root-relative address of an output path such as `s2-servidores/lista/`."""
        return f"{self.base}/{quoted(path)}"

    def full(self, path: str) -> str:
        """Return the absolute address, for canonical links, citations and metadata."""
        return f"{self.site.rstrip('/')}/{quoted(path)}"

    def record(self, slug: str, row_id: str) -> str:
        """Return where a link to a record leads: its page, or its place in a list book, which no server can miss.

        Its permanent address is `to(record(slug, row_id))` either way.
        """
        if slug not in self.books:
            return self.to(record(slug, row_id))
        return f"{self.to(book(slug, books.book_of(row_id, self.books[slug])))}#{quote(anchor(row_id))}"


def anchor(row_id: str) -> str:
    """Return the id of a record's place in its list book; one that an `id` cannot hold has a hash of its own.

    >>> anchor("c-1"), anchor("a b").startswith("r-")
    ('r-c-1', True)
    """
    return f"r-{row_id if _PLAIN(row_id) else short_hash(row_id)}"


def book(slug: str, ending: str) -> str:
    """Return the path of the list book of the records whose id ends in *ending*."""
    return f"{slug}/libro/{ending}/"


def library(slug: str) -> str:
    """Return the path of the page that leads from an id to its list book."""
    return f"{slug}/libros/"


def dataset(slug: str) -> str:
    return f"{slug}/"


def record(slug: str, row_id: str) -> str:
    return f"{slug}/{row_id}/"


def listing(slug: str, page: int = 1) -> str:
    return f"{slug}/lista/" if page == 1 else f"{slug}/lista/{page}/"


def facet(slug: str, name: str, page: int = 1) -> str:
    """Return the path of a facet's index of values. `pagina` keeps page numbers apart from values like 2024."""
    return f"{slug}/por/{name}/" if page == 1 else f"{slug}/por/{name}/pagina/{page}/"


def facet_value(slug: str, name: str, value: str, page: int = 1) -> str:
    return f"{slug}/por/{name}/{value}/" if page == 1 else f"{slug}/por/{name}/{value}/{page}/"


def recipes(slug: str) -> str:
    """Return the path of the page that says how each figure of a dataset was counted."""
    return f"{slug}/cifras/"


def data(slug: str, name: str = "") -> str:
    """Return the path of a dataset's files and dictionary (`datos` is a reserved id)."""
    return f"{slug}/datos/{name}"


def quality(slug: str = "") -> str:
    """Return the path of a dataset's quality page, or of all of them."""
    return f"calidad/{slug}/" if slug else "calidad/"


def quality_rule(slug: str, rule: str, page: int = 1) -> str:
    """Return the path of the list of records in which *rule* found something."""
    return f"calidad/{slug}/{rule}/" if page == 1 else f"calidad/{slug}/{rule}/{page}/"


def quality_ente(ente: str = "", page: int = 1) -> str:
    """Return the path of a public body's quality page, or of the list of bodies.

    Not under `calidad/entes/`: that is the page of the dataset called entes.
    """
    if ente:
        return f"calidad/instituciones/{ente}/"
    return "calidad/instituciones/" if page == 1 else f"calidad/instituciones/pagina/{page}/"
