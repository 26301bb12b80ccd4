"""Pages that join every dataset on one public body or one supplier, by hard keys only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
            _group(site, s, found[s.system.slug], kind, recipe)
            for s, recipe in zip(shelves, counted, strict=True)
        ],
        counted,
    )


def _list(site: Site, shelf: Shelf, kind: str, key: str, rows: Sequence[int]) -> str:
    own = shelf.system.display.ente if kind == ENTES else shelf.system.display.supplier
    return site.listing_of(shelf.system.slug, own, key, rows) if own else ""


def _group(site: Site, shelf: Shelf, rows: Sequence[int], kind: str, recipe: Recipe) -> RowGroup:
    system = shelf.system
    other = SUPPLIERS if kind == ENTES else ENTES
    unit = system.singular if len(rows) == 1 else filters.plural_of(system.singular)
    return RowGroup(
        title=system.short_title,
        unit=unit,
        count=recipe.valor,
        url=recipe.filas_direccion,
        total=filters.pesos(recipe.suma) if recipe.monto else "",
        rows=[_row(site, shelf, at) for at in rows[:_FIRST_ROWS]],
        by_year=_by_year(recipe) if recipe.monto else (),
        by_other=_by_other(site, recipe, other),
        other_title=say("Comprador") if other == ENTES else say("Proveedor"),
        slug=system.slug,
        spark=_spark(recipe, unit),
        counted=recipe.consulta,
    )


def _spark(recipe: Recipe, unit: str) -> Markup | None:
    """Return the years of the counted rows as small columns; None when there is a single year or none."""
    years = Counter({int(year): count for year, count in recipe.por_anio.items() if year.isdigit()})
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
    name = recipe.titulo
    title = say("{dataset} por año, de {first} a {last}", dataset=name, first=span[0], last=last)
    return sparkline(f"por-anio-{recipe.conjunto}", title, finding, [float(years[y]) for y in span])


def _row(site: Site, shelf: Shelf, at: int) -> tuple[str, str, str, str]:
    date, amount = shelf.dates[at], shelf.amounts[at]
    return (
        site.urls.record(shelf.system.slug, shelf.ids[at]),
        shelf.titles[at],
        filters.short_date(date) if date else "",
        filters.pesos(float(amount)) if amount is not None else "",
    )


def _by_year(recipe: Recipe) -> list[tuple[str, int, str]]:
    return [
        (year or say("Sin fecha"), count, filters.pesos(recipe.suma_por_anio[year]))
        for year, count in sorted(recipe.por_anio.items(), key=lambda y: (y[0].isdigit(), y[0]), reverse=True)
    ]


def _by_other(site: Site, recipe: Recipe, other: str) -> list[tuple[str, str, int, str]]:
    """Return the counterparties that take part in most records, with what those add up to."""
    ordered = sorted(recipe.por_contraparte.items(), key=lambda s: (-s[1][0], s[0]))[:_TOP]
    found = []
    for key, (count, total) in ordered:
        address, name = site.shelves.find(other, key) or ("", key)
        found.append((address, name, count, filters.pesos(total)))
    return found
