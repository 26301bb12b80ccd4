"""The light index of every dataset: titles, facets, and which records speak of which ente or supplier.

Joins use hard keys only (`ente_id`, `proveedor_id`); people are never joined by name (design §6).
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from vitrina.model import Field, System, Table
from vitrina.portal import cells
from vitrina.portal.filters import sentence
from vitrina.portal.store import Dataset
from vitrina.portal.words import say
from vitrina.text import mark, short_hash, slugify, sort_key

ENTES = "entes"
SUPPLIERS = "proveedores"
NO_VALUE = mark("Sin dato")
_BOOLEANS = {"True": mark("Sí"), "False": mark("No"), "true": mark("Sí"), "false": mark("No")}


@dataclass(frozen=True)
class Value:
    """One value of a facet: as stored, in its address, as people read it, and its rows (by listing position)."""

    key: str
    slug: str
    label: str
    rows: Sequence[int]


@dataclass(frozen=True)
class Facet:
    """A way to browse a dataset by the values of one field."""

    name: str
    title: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Shelf:
    """One dataset's rows by position: id, title, subtitle, date and amount.

    All datasets' shelves are held at once: equal values are one object, and positions stand in arrays.
    """

    dataset: Dataset
    ids: Sequence[str]
    titles: Sequence[str]
    subtitles: Sequence[str]
    dates: Sequence[Any]
    amounts: Sequence[Any]
    position: Mapping[str, int]

    @property
    def system(self) -> System:
        return self.dataset.system


def shelve(dataset: Dataset) -> Shelf:
    """Return the index of *dataset*."""
    display = dataset.system.display
    ids = [str(v) for v in dataset.frame["id"]]
    titles = _joined(dataset, display.title, " ")
    return Shelf(
        dataset=dataset,
        ids=ids,
        titles=[t or _untitled(dataset.system, i) for t, i in zip(titles, ids, strict=True)],
        subtitles=_shared(_joined(dataset, display.subtitle, " · ")),
        dates=_shared(_column(dataset, display.date)),
        amounts=_column(dataset, display.amount),
        position={row_id: i for i, row_id in enumerate(ids)},
    )


def _shared(values: Sequence[Any]) -> list[Any]:
    """Return *values* with one object for those that are equal."""
    known: dict[Any, Any] = {}
    return [known.setdefault(v, v) for v in values]


def _untitled(system: System, row_id: str) -> str:
    """A record about a person may be public without the name; others are then called by their id."""
    kind = sentence(system.singular)
    return say("{kind} sin nombre público", kind=kind) if system.display.person else f"{kind} {row_id}"


def _joined(dataset: Dataset, names: Sequence[str], glue: str) -> list[str]:
    if not names:
        return [""] * dataset.rows
    texts = [cells.plain(dataset.system.main.field(n)) for n in names]
    return [
        glue.join(t for t in (f(v) for f, v in zip(texts, row, strict=True)) if t)
        for row in dataset.frame.select(names).iter_rows()
    ]


def _column(dataset: Dataset, name: str) -> Sequence[Any]:
    return dataset.frame[name].to_list() if name else [None] * dataset.rows


class Shelves:
    """All datasets together: look-ups by slug, ente and supplier."""

    def __init__(self, datasets: Sequence[Dataset], address: Callable[[str, str], str]) -> None:
        self.address = address
        self.by_slug: dict[str, Shelf] = {d.slug: shelve(d) for d in datasets}
        self.of_ente = self._joined(ENTES, "ente_id", lambda s: s.display.ente)
        self.of_supplier = self._joined(SUPPLIERS, "proveedor_id", lambda s: s.display.supplier)

    def __iter__(self) -> Iterator[Shelf]:
        return iter(self.by_slug.values())

    def lookup(self, field: Field, system: System) -> cells.Lookup | None:
        """Return the look-up that turns *field*'s values into links, None when it is no cross-system key."""
        if field.name in {"ente_id", system.display.ente} and system.slug != ENTES:
            return self._finder(ENTES)
        if field.name in {"proveedor_id", system.display.supplier} and system.slug != SUPPLIERS:
            return self._finder(SUPPLIERS)
        return None

    def beside(self, field: Field, system: System) -> tuple[str, cells.Lookup] | None:
        """Return the key column that stands beside a name (ente_nombre → ente_id) and its look-up, or None."""
        key = field.name.removesuffix("_nombre") + "_id"
        if not field.name.endswith("_nombre") or key not in system.main.names:
            return None
        lookup = self.lookup(system.main.field(key), system)
        return (key, lookup) if lookup else None

    def find(self, slug: str, row_id: Any) -> tuple[str, str] | None:
        """Return (address, title) of a record that has a page."""
        shelf = self.by_slug.get(slug)
        at = shelf.position.get(str(row_id)) if shelf and row_id else None
        if shelf is None or at is None:
            return None
        return self.address(slug, shelf.ids[at]), shelf.titles[at]

    def _finder(self, slug: str) -> cells.Lookup:
        return lambda row_id: self.find(slug, row_id)

    def _joined(
        self, target: str, key: str, main_key: Callable[[System], str]
    ) -> dict[str, dict[str, Sequence[int]]]:
        """Return id → slug → positions, from the main table's key and from children that carry *key*."""
        found: dict[str, dict[str, Sequence[int]]] = defaultdict(dict)
        for shelf in self:
            if shelf.system.slug == target:
                continue
            for row_id, positions in _mentions(shelf, key, main_key(shelf.system)).items():
                found[row_id][shelf.system.slug] = array("I", sorted(positions))
        return found


def mention_columns(shelf: Shelf, key: str, main_key: str) -> Iterator[tuple[Table, str]]:
    """Yield the tables and columns where a dataset names an ente or supplier: *main_key* and *key*."""
    for name in dict.fromkeys((main_key, key)):
        if name and name in shelf.dataset.frame.columns:
            yield shelf.system.main, name
    for table in shelf.system.children:
        if key in shelf.dataset.children[table.name].columns:
            yield table, key


def _mentions(shelf: Shelf, key: str, main_key: str) -> dict[str, set[int]]:
    mentions: dict[str, set[int]] = defaultdict(set)
    for table, name in mention_columns(shelf, key, main_key):
        if table is shelf.system.main:
            for at, value in enumerate(shelf.dataset.frame[name]):
                if value:
                    mentions[str(value)].add(at)
            continue
        for parent, value in shelf.dataset.children[table.name].select(table.parent_key, name).iter_rows():
            if value and parent in shelf.position:
                mentions[str(value)].add(shelf.position[parent])
    return mentions


def facets(shelf: Shelf, shelves: Shelves) -> tuple[Facet, ...]:
    """Return the dataset's facets with their values, most frequent first (years: latest first).

    A field that no record brings is no way to browse.
    """
    found = (_facet(shelf, shelf.system.main.field(n), shelves) for n in shelf.system.display.facets)
    return tuple(f for f in found if any(v.key for v in f.values))


def _facet(shelf: Shelf, field: Field, shelves: Shelves) -> Facet:
    rows: dict[str, array[int]] = defaultdict(lambda: array("I"))
    keys = _keys(field)
    for at, value in enumerate(shelf.dataset.frame[field.name]):
        for key in keys(value) or [""]:
            rows[key].append(at)
    label = _labeller(shelf, field, shelves)
    by_year = field.type in {"date", "datetime"} or field.display == "year"
    named = [(key, label(key) if key else NO_VALUE, where) for key, where in rows.items()]
    if by_year:
        named.sort(key=lambda v: (v[0] != "", v[0]), reverse=True)
    else:
        named.sort(key=lambda v: (v[0] == "", -len(v[2]), sort_key(v[1]), v[0]))
    ours = {"", *_BOOLEANS} if field.type == "boolean" else {""}
    return Facet(field.name, field.title, tuple(_values(named, ours)))


def _keys(field: Field) -> Callable[[Any], list[str]]:
    if field.type in {"date", "datetime"}:
        return lambda v: [str(v)[:4]] if v else []
    if field.display == "list":
        return lambda v: list(dict.fromkeys(cells.split(v)))
    return lambda v: [] if v in (None, "") else [str(v)]


def _labeller(shelf: Shelf, field: Field, shelves: Shelves) -> Callable[[str], str]:
    if field.type in {"date", "datetime"}:
        return str
    lookup = shelves.lookup(field, shelf.system)
    if lookup is not None:
        names = _names_as_received(shelf, field.name)

        def name_of(key: str) -> str:
            found = lookup(key)
            return found[1] if found else names.get(key, key)

        return name_of
    labels = {str(k): v for k, v in field.categories.items()}
    if field.type == "boolean":
        labels = _BOOLEANS
    return lambda key: labels.get(key, key)


def _names_as_received(shelf: Shelf, name: str) -> dict[str, str]:
    """Return id → name from the column beside it (ente_id → ente_nombre), for bodies without a page."""
    beside = name.removesuffix("_id") + "_nombre"
    frame = shelf.dataset.frame
    if beside not in frame.columns:
        return {}
    pairs = frame.select(name, beside).drop_nulls().unique(keep="first", maintain_order=True)
    return {str(k): str(v) for k, v in reversed(list(pairs.iter_rows()))}


def _values(named: Sequence[tuple[str, str, Sequence[int]]], ours: Collection[str]) -> Iterator[Value]:
    """Give each value an address of its own: two labels with one slug, or a reserved word, get a hash.

    The labels of the keys in *ours* are the portal's own words. Addresses are the same in every language.
    """
    slugs = [slugify(label, 60) for _, label, _ in named]
    times = Counter(slugs)
    for (key, label, rows), slug in zip(named, slugs, strict=True):
        clash = not slug or slug == "pagina" or times[slug] > 1
        shown = say(label) if key in ours else label
        yield Value(key, f"{slug or 'valor'}-{short_hash(key, 6)}" if clash else slug, shown, rows)


def newest(frame: pl.DataFrame, name: str, run_date: date) -> str:
    """Return the newest ISO date of a column that is not after *run_date*; "" when there is none."""
    if not name or name not in frame.columns or frame.is_empty():
        return ""
    days = sorted(str(v)[:10] for v in frame[name].drop_nulls())
    known = [d for d in days if d <= run_date.isoformat()]
    return known[-1] if known else ""
