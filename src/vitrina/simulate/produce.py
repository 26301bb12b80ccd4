"""One system written as one institution would send it, in the layout asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from vitrina.errors import UsageError
from vitrina.simulate import audits, registers, s1, s2, s3, s3_v2, s6, tracking, world, write
from vitrina.simulate.registers import Row, Tables

PAGE = 1000
"""Records per file of a system with pages; a million rows are a thousand files."""

Records = Iterator[dict[str, Any]]

_STATE = world.entes("ejecutivo", "legislativo", "judicial", "autonomo")
_PAGED: Mapping[str, Mapping[str, Callable[[int, int, date], Records]]] = {
    "s1-declaraciones": {"s1_v2": lambda seed, rows, day: s1.declarations(seed, rows, day, world.ENTES)},
    "s2-servidores": {
        "s2_v1": lambda seed, rows, day: s2.v1(seed, rows, day, world.ENTES),
        "s2_v2": lambda seed, rows, day: s2.v2(seed, rows, day, world.ENTES),
    },
    "s3-servidores": {
        "s3_servidores_v1": lambda seed, rows, day: s3.officials(seed, rows, day, world.ENTES),
        "s3_graves_v2": lambda seed, rows, day: s3_v2.officials(seed, rows, day, world.ENTES, True),
        "s3_no_graves_v2": lambda seed, rows, day: s3_v2.officials(seed, rows, day, world.ENTES, False),
    },
    "s3-particulares": {
        "s3_particulares_v1": lambda seed, rows, day: s3.private(seed, rows, day, _STATE),
        "s3_personas_fisicas_v2": lambda seed, rows, day: s3_v2.private(seed, rows, day, _STATE, False),
        "s3_personas_morales_v2": lambda seed, rows, day: s3_v2.private(seed, rows, day, _STATE, True),
    },
}
"""System → layout → generator. The first layout is the default."""

TABLES: Mapping[str, Callable[[int, int, date], Iterator[Tables]]] = {
    "s4-auditorias": audits.audits,
    "s4-comunicados": audits.documents,
    "s5-denuncias": audits.channels,
    "proveedores": registers.suppliers,
    "recomendaciones": tracking.recommendations,
    "indicadores": tracking.indicators,
    "entes": registers.entes,
    "convenios": registers.agreements,
    "conexion": registers.steps,
}
"""Systems sent as flat files, one per table."""

_OCDS = ("ocds", "ocds-records", "ocds-inai")


def systems() -> tuple[str, ...]:
    """Return the slugs that can be simulated."""
    return (*_PAGED, "s6-contrataciones", *TABLES)


def write_system(
    slug: str, rows: int, seed: int, folder: Path, run_date: date, layout: str = ""
) -> list[Path]:
    """Write *rows* main records of system *slug* into *folder* and return the files, in the order written.

    PDN systems come as pages of JSON, contracting as packages (`ocds` releases, `ocds-records`, `ocds-inai`),
    the rest as one CSV per table named after it (`tabular`). UsageError for an unknown system or layout.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if slug in _PAGED:
        name = layout or next(iter(_PAGED[slug]))
        _known(slug, name, _PAGED[slug])
        records = _PAGED[slug][name](seed, rows, run_date)
        pages = write.directus_pages if name.endswith("_v2") and name != "s1_v2" else write.v1_pages
        return pages(folder, slug, records, rows, PAGE)
    if slug == "s6-contrataciones":
        _known(slug, layout or _OCDS[0], _OCDS)
        return contracting(
            folder, s6.processes(seed, rows, run_date, world.ENTES), run_date, layout or _OCDS[0]
        )
    if slug in TABLES:
        _known(slug, layout or "tabular", ("tabular",))
        return write.csv_tables(folder, TABLES[slug](seed, rows, run_date))
    raise UsageError(f"No se puede simular {slug!r}", f"Use uno de: {', '.join(systems())}.")


def _known(slug: str, layout: str, layouts: Iterable[str]) -> None:
    if layout not in layouts:
        raise UsageError(
            f"{slug} no se simula con el layout {layout!r}", f"Use uno de: {', '.join(layouts)}."
        )


def contracting(
    folder: Path, processes: Iterable[list[s6.Release]], run_date: date, shape: str, size: int = 200
) -> list[Path]:
    """Write processes in one of the shapes Mexican publishers use, *size* processes a file."""
    written = []
    for number, group in enumerate(write.chunks(processes, size), 1):
        stem = f"{shape}-{number:05}"
        head = s6.package_head(run_date, world.BY_ID["sade"].name, stem)
        path = folder / f"{stem}.json"
        if shape == "ocds":
            releases = itertools.chain.from_iterable(group)
            written.append(write.json_array(path, releases, head, "releases"))
        elif shape == "ocds-records":
            written.append(write.json_array(path, map(s6.record, group), head, "records"))
        else:
            packages = (s6.inai_package(releases, head) for releases in group)
            written.append(write.json_array(path, packages, {}, "arrayReleasePackage"))
    return written


def only(items: Iterable[Tables], table: str) -> Iterator[Row]:
    """Yield the rows of one table."""
    return (row for item in items for row in item[table])


def with_columns(rows: Iterable[Row]) -> tuple[Iterator[Row], tuple[str, ...]]:
    """Return the rows and the columns of the first one; all rows of a table have the same."""
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return iter(()), ()
    return itertools.chain([first], iterator), tuple(first)
