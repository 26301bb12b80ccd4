"""Pages that join every dataset on one public body or one supplier, by hard keys only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from vitrina.portal import cells, filters
from vitrina.portal.charts.columns import sparkline
from vitrina.portal.contexts import Duty, RowGroup
from vitrina.portal.entity_recipes import Recipe, recipes
from vitrina.portal.shelf import ENTES, SUPPLIERS, Shelf
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import say

_FIRST_ROWS = 8
_TOP = 10
_YEARS = 20
"""Years that a sparkline shows, the latest ones."""


@dataclass(frozen=True)
class Gathered:
    """Everything that speaks of one ente or supplier, and how it was counted."""

    groups: Sequence[RowGroup]
    recipes: Sequence[Recipe]


def maker(site: Site, dataset: Dataset) -> Callable[[str], Gathered] | None:
    """Return the function that gathers everything about one ente or supplier; None for other datasets."""
    if dataset.slug == ENTES:
        return lambda row_id: _gathered(site, ENTES, site.shelves.of_ente.get(row_id, {}), row_id)
    if dataset.slug == SUPPLIERS:
        return lambda row_id: _gathered(site, SUPPLIERS, site.shelves.of_supplier.get(row_id, {}), row_id)
    return None


def duties(site: Site) -> Callable[[str], Sequence[Duty]]:
    """Return the function that tells what a body owes each system, from the board dataset; () without one."""
    board = next((d for d in site.datasets if d.system.kind == "board"), None)
    names = ("sistema", "obligado", "paso", "registros", "ultima_fecha")
    if board is None or not set(names) <= set(board.frame.columns):
        return lambda _: ()
    shelf, main = site.shelf(board.slug), board.system.main
    said = {n: cells.plain(main.field(n)) for n in names}
    columns = {n: board.frame[n].to_list() for n in names}

    def of(ente: str) -> list[Duty]:
        return [
            Duty(
                system=said["sistema"](columns["sistema"][at]),
                owed=columns["obligado"][at],
                step=said["paso"](columns["paso"][at]),
                records=said["registros"](columns["registros"][at]),
                newest=filters.short_date(columns["ultima_fecha"][at] or ""),
                url=site.urls.record(board.slug, shelf.ids[at]),
            )
            for at in site.shelves.of_ente.get(ente, {}).get(board.slug, [])
        ]

    return of


def _gathered(site: Site, kind: str, found: Mapping[str, Sequence[int]], key: str) -> Gathered:
    """Return the records of each dataset that name *key*, an id of the register *kind*."""
    # The board is told on its own, as what the body owes.
    shelves = [site.shelf(d.slug) for d in site.datasets if d.slug in found and d.system.kind != "board"]
    lists = {s.system.slug: _list(site, s, kind, key, found[s.system.slug]) for s in shelves}
    counted = recipes(site, kind, key, {slug: found[slug] for slug in lists}, lists)
    return Gathered(
        [
            _group(site, s, found[s.system.slug], kind, lists[s.system.slug], recipe.consulta)
            for s, recipe in zip(shelves, counted, strict=True)
        ],
        counted,
    )


def _list(site: Site, shelf: Shelf, kind: str, key: str, rows: Sequence[int]) -> str:
    own = shelf.system.display.ente if kind == ENTES else shelf.system.display.supplier
    return site.listing_of(shelf.system.slug, own, key, rows) if own else ""


def _group(site: Site, shelf: Shelf, rows: Sequence[int], kind: str, address: str, counted: str) -> RowGroup:
    system = shelf.system
    other = SUPPLIERS if kind == ENTES else ENTES
    # Amounts add up to something only where somebody is paid: incomes or fines of different people do not.
    contracts = bool(system.display.amount and system.display.supplier)
    unit = system.singular if len(rows) == 1 else filters.plural_of(system.singular)
    return RowGroup(
        title=system.short_title,
        unit=unit,
        count=len(rows),
        url=address,
        total=_sum(shelf, rows) if contracts else "",
        rows=[_row(site, shelf, at) for at in rows[:_FIRST_ROWS]],
        by_year=_by_year(shelf, rows) if contracts else (),
        by_other=_by_other(site, shelf, rows, other) if contracts else (),
        other_title=say("Comprador") if other == ENTES else say("Proveedor"),
        slug=system.slug,
        spark=_spark(shelf, rows, unit),
        counted=counted,
    )


def _spark(shelf: Shelf, rows: Sequence[int], unit: str) -> Markup | None:
    """Return the years of *rows* as small columns; None when there is a single year or none."""
    years = Counter(int(day) for at in rows if (day := str(shelf.dates[at] or "")[:4]).isdigit())
    if len(years) < 2:
        return None
    last = max(years)
    span = range(max(min(years), last - _YEARS + 1), last + 1)
    top = max(span, key=lambda y: (years[y], y))
    finding = say(
        "{year} fue el año con más {unit}: {count}. {every}.",
        year=top,
        unit=unit,
        count=filters.number(years[top]),
        every=", ".join(f"{y}: {filters.number(years[y])}" for y in span),
    )
    name = shelf.system.short_title
    title = say("{dataset} por año, de {first} a {last}", dataset=name, first=span[0], last=last)
    return sparkline(f"por-anio-{shelf.system.slug}", title, finding, [float(years[y]) for y in span])


def _row(site: Site, shelf: Shelf, at: int) -> tuple[str, str, str, str]:
    date, amount = shelf.dates[at], shelf.amounts[at]
    return (
        site.urls.record(shelf.system.slug, shelf.ids[at]),
        shelf.titles[at],
        filters.short_date(date) if date else "",
        filters.pesos(float(amount)) if amount is not None else "",
    )


def _sum(shelf: Shelf, rows: Iterable[int]) -> str:
    return filters.pesos(sum(float(shelf.amounts[at] or 0) for at in rows))


def _by_year(shelf: Shelf, rows: Sequence[int]) -> list[tuple[str, int, str]]:
    years: dict[str, list[int]] = defaultdict(list)
    for at in rows:
        years[str(shelf.dates[at])[:4] if shelf.dates[at] else ""].append(at)
    order = sorted(years, key=lambda y: (y.isdigit(), y), reverse=True)
    return [(year or say("Sin fecha"), len(years[year]), _sum(shelf, years[year])) for year in order]


def _by_other(site: Site, shelf: Shelf, rows: Sequence[int], other: str) -> list[tuple[str, str, int, str]]:
    """Return the counterparties that take part in most records, with what those add up to."""
    display = shelf.system.display
    column = display.ente if other == ENTES else display.supplier
    frame = shelf.dataset.frame
    if column not in frame.columns:
        return []
    keys = frame[column]
    sides: dict[str, list[int]] = defaultdict(list)
    for at in rows:
        if keys[at]:
            sides[str(keys[at])].append(at)
    ordered = sorted(sides.items(), key=lambda s: (-len(s[1]), s[0]))[:_TOP]
    found = []
    for key, positions in ordered:
        address, name = site.shelves.find(other, key) or ("", key)
        found.append((address, name, len(positions), _sum(shelf, positions)))
    return found
