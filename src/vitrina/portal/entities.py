"""Pages that join every dataset on one public body or one supplier, by hard keys only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from vitrina.portal import cells, filters
from vitrina.portal.contexts import Duty, RowGroup
from vitrina.portal.shelf import ENTES, SUPPLIERS, Shelf
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset

_FIRST_ROWS = 8
_TOP = 10


def maker(site: Site, dataset: Dataset) -> Callable[[str], Sequence[RowGroup]] | None:
    """Return the function that gathers everything about one ente or supplier; None for other datasets."""
    if dataset.slug == ENTES:
        return lambda row_id: _groups(site, site.shelves.of_ente.get(row_id, {}), row_id, SUPPLIERS)
    if dataset.slug == SUPPLIERS:
        return lambda row_id: _groups(site, site.shelves.of_supplier.get(row_id, {}), row_id, ENTES)
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


def _groups(site: Site, found: Mapping[str, Sequence[int]], key: str, other: str) -> list[RowGroup]:
    """Return the records of each dataset that name *key*; *other* is the side they are counted by."""
    # The board is told on its own, as what the body owes.
    order = [d.slug for d in site.datasets if d.slug in found and d.system.kind != "board"]
    return [_group(site, site.shelf(slug), found[slug], key, other) for slug in order]


def _group(site: Site, shelf: Shelf, rows: Sequence[int], key: str, other: str) -> RowGroup:
    system = shelf.system
    own = system.display.supplier if other == ENTES else system.display.ente
    # Amounts add up to something only where somebody is paid: incomes or fines of different people do not.
    contracts = bool(system.display.amount and system.display.supplier)
    return RowGroup(
        title=system.short_title,
        unit=system.singular if len(rows) == 1 else filters.plural_of(system.singular),
        count=len(rows),
        url=site.listing_of(system.slug, own, key, rows) if own else "",
        total=_sum(shelf, rows) if contracts else "",
        rows=[_row(site, shelf, at) for at in rows[:_FIRST_ROWS]],
        by_year=_by_year(shelf, rows) if contracts else (),
        by_other=_by_other(site, shelf, rows, other) if contracts else (),
        other_title="Comprador" if other == ENTES else "Proveedor",
    )


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
        years[str(shelf.dates[at])[:4] if shelf.dates[at] else "Sin fecha"].append(at)
    order = sorted(years, key=lambda y: (y.isdigit(), y), reverse=True)
    return [(year, len(years[year]), _sum(shelf, years[year])) for year in order]


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
