"""The state by municipality: a map of tiles (data/catalogs/municipios.csv) or a list, and one page each.

A body belongs to the municipality its own record says (`municipio_clave`); nothing is placed by name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vitrina.catalogs import read_catalog
from vitrina.portal import filters
from vitrina.portal.contexts import Link, Page, Place, PlaceBody, Route
from vitrina.portal.shelf import ENTES
from vitrina.portal.site import Site
from vitrina.portal.words import say
from vitrina.text import short_hash, slugify, sort_key

CATALOG = "municipios.csv"
PATH = "municipios/"
_LEVELS = 4
_WIDEST = 16
"""Columns of the widest map that css/pieces/places.css draws."""


@dataclass(frozen=True)
class _Spot:
    """A municipality as the catalogue gives it."""

    name: str
    region: str
    sign: str
    column: int
    row: int


def routes(site: Site) -> Iterator[Route]:
    """Yield the index of municipalities and a page for each; nothing when no body says where it is."""
    places = places_of(site)
    if not places:
        return
    meta = Page(
        title=say("Municipios"),
        description=say("Las instituciones de cada municipio y lo que el portal publica de ellas."),
        path=PATH,
        crumbs=site.crumbs(),
        section="datos",
    )
    tiles = tiles_of(places)
    regions: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        regions[place.region].append(place)
    columns = len(tiles[0]) if tiles else 0
    values = {"meta": meta, "regions": sorted(regions.items(), key=lambda r: sort_key(r[0]))}
    yield Route(PATH, "places.html", {**values, "tiles": tiles, "columns": columns})
    for place in places:
        yield _place_route(site, place)


def places_of(site: Site) -> list[Place]:
    """Return the municipalities that have bodies, by name, each with its bodies and how much is said of them."""
    shelf = site.shelves.by_slug.get(ENTES)
    if shelf is None or not site.has_places:
        return []
    frame = shelf.dataset.frame
    spots = _spots(site)
    members: dict[str, list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for at, (code, name) in enumerate(frame.select("municipio_clave", "municipio").iter_rows()):
        if code:
            members[str(code)].append(at)
            names.setdefault(str(code), spots[str(code)].name if str(code) in spots else str(name or code))
    slugs = Counter(slugify(n, 60) for n in names.values())
    found = []
    for code, rows in members.items():
        spot = spots.get(code)
        slug = slugify(names[code], 60)
        if not slug or slugs[slug] > 1:
            slug = f"{slug or 'municipio'}-{short_hash(code, 6)}"
        bodies = [_body(site, shelf.ids[at], shelf.titles[at]) for at in rows]
        found.append(
            Place(
                name=names[code],
                url=site.urls.to(f"{PATH}{slug}/"),
                path=f"{PATH}{slug}/",
                region=spot.region if spot else "",
                sign=spot.sign if spot else "",
                column=spot.column if spot else 0,
                row=spot.row if spot else 0,
                bodies=bodies,
                records=sum(b.records for b in bodies),
            )
        )
    return _levelled(sorted(found, key=lambda p: (sort_key(p.name), p.path)))


def _spots(site: Site) -> Mapping[str, _Spot]:
    path = site.catalogs / CATALOG
    if not path.is_file():
        return {}
    return {
        r["clave"]: _Spot(r["nombre"], r["region"], r["sigla"], int(r["columna"] or 0), int(r["fila"] or 0))
        for r in read_catalog(path)
    }


def _body(site: Site, ente: str, title: str) -> PlaceBody:
    said = site.shelves.of_ente.get(ente, {})
    counts = [(site.cards[d.slug].short_title, len(said[d.slug])) for d in site.datasets if said.get(d.slug)]
    address = site.urls.record(ENTES, ente)
    return PlaceBody(Link(address, title), counts, sum(n for _, n in counts))


def _levelled(places: Sequence[Place]) -> list[Place]:
    """Give each place its quarter of the range, 0 where nothing is published: the tile's tone."""
    ordered = sorted({p.records for p in places if p.records})
    cuts = [ordered[len(ordered) * i // _LEVELS] for i in range(_LEVELS)] if ordered else []
    return [replace(p, level=sum(1 for c in cuts if p.records >= c)) for p in places]


def tiles_of(places: Sequence[Place]) -> list[list[Place | None]]:
    """Return the rows of the map, None where there is no tile; [] when places lack a spot or share one."""
    spots = {(p.column, p.row): p for p in places}
    columns = max((p.column for p in places), default=0)
    if len(spots) < len(places) or not all(p.column > 0 and p.row > 0 for p in places) or columns > _WIDEST:
        return []
    rows = max(p.row for p in places)
    return [[spots.get((c, r)) for c in range(1, columns + 1)] for r in range(1, rows + 1)]


def _place_route(site: Site, place: Place) -> Route:
    many = filters.plural(len(place.bodies), say("institución"), say("instituciones"))
    meta = Page(
        title=place.name,
        description=say(
            "{place}: {bodies} y lo que el portal publica de ellas.", place=place.name, bodies=many
        ),
        path=place.path,
        crumbs=(*site.crumbs(), Link(site.urls.to(PATH), say("Municipios"))),
        section="datos",
    )
    return Route(place.path, "place.html", {"meta": meta, "place": place})
