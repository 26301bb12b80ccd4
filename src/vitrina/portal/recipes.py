"""«¿De dónde sale este número?»: for every figure of a dataset's page, what anybody needs to count it again.

A recipe names the published file, the operation and the rows; a test counts every one again with another program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import orjson
import polars as pl

from vitrina.model import Chart, Field, Table
from vitrina.portal import urls
from vitrina.portal.contexts import Page, Route
from vitrina.portal.figures import Figure, key_measures
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import listed, say
from vitrina.text import mark

_WORDS = {
    "count": mark("Se cuentan las filas de la tabla «{table}»."),
    "distinct": mark(
        "Se cuentan los valores distintos de «{column}» en la tabla «{table}»; las filas sin ese dato no cuentan."
    ),
    "sum": mark(
        "Se suman los valores de «{column}» de todas las filas de la tabla «{table}»; donde falta no suma."
    ),
    "max": mark(
        "Se toma la fecha más reciente de «{column}» en la tabla «{table}», sin pasar del día de la edición."
    ),
    "list": mark(
        "Se toman tal cual los valores de «{column}» de las filas de «{table}» de cada registro, uno por periodo."
    ),
}
SERIES = "serie-de-cada-registro"
"""The recipe that the line of every record leads to."""
_GROUPED = {
    "year": mark("Se agrupa según el año de «{column}»."),
    "list": mark("Se agrupa por cada parte de «{column}»."),
    "": mark("Se agrupa por «{column}»."),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One bar or column of a chart: the value of the grouping column, how it reads and how much it is."""

    clave: str
    rotulo: str
    valor: float
    mostrado: str
    resto: bool
    """True for what is drawn together: the values beyond the first ones, or the rows without the datum."""
    partes: dict[str, float]
    """Value of the column `divide` → how much of it; {} where the bar is whole."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a figure was made. `operacion` is count, distinct, sum, max or list; the rest says over what."""

    id: str
    titulo: str
    definicion: str
    consulta: str
    operacion: str
    tabla: str
    columna: str
    agrupa: str
    """Column by which a chart groups, "" for a single number."""
    agrupa_como: str
    """"" as it is, year (the first four characters of a date) or list (each part of a cell counts)."""
    valor: float | str | None
    mostrado: str
    divide: str
    """Column by which the bars of a stacked chart are cut, "" for whole bars."""
    partes: tuple[Part, ...]
    filas: int
    filas_direccion: str
    filas_sha256: str
    """SHA-256 of the rows' keys (`id`, or the parent's id in a child table), sorted, one per line."""
    archivo: str
    version: str
    donde: Mapping[str, str] = field(default_factory=dict)
    """Column → the value that a row must have there, or none, to be taken."""


def route(site: Site, dataset: Dataset, charts: Sequence[tuple[Chart, Figure]]) -> tuple[Route, bytes]:
    """Return the page of the dataset's recipes and the same as JSON."""
    found = [
        *_keys(site, dataset),
        *(_chart(site, dataset, c, f) for c, f in charts),
        *_series(site, dataset),
    ]
    system = dataset.system
    path = urls.recipes(system.slug)
    meta = Page(
        title=say("{dataset}: de dónde sale cada número", dataset=system.short_title),
        description=say(
            "Cómo se cuenta cada cifra de {dataset}: definición, filas y archivo para contarla otra vez.",
            dataset=system.title,
        ),
        path=path,
        crumbs=site.crumbs(system),
        section="datos",
        alternate=site.urls.to(f"{path}cifras.json"),
    )
    data = orjson.dumps([asdict(r) for r in found], option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2)
    return Route(path, "recipes.html", {"meta": meta, "system": system, "recipes": found}), data


def _keys(site: Site, dataset: Dataset) -> Iterator[Recipe]:
    main = dataset.system.main
    for measure in key_measures(dataset, site.newest[dataset.slug]):
        field = main.field(measure.column) if measure.column else None
        yield _recipe(
            site, dataset, main, measure.id, measure.label, measure.operation, field,
            definition=field.description if field else dataset.system.summary,
            value=measure.value, shown=measure.shown,
        )  # fmt: skip


def _chart(site: Site, dataset: Dataset, chart: Chart, figure: Figure) -> Recipe:
    system = dataset.system
    table = system.table(chart.table) if chart.table else system.main
    by = table.field(chart.by)
    measure = table.field(chart.measure) if chart.measure else None
    grouped = "year" if by.type in {"date", "datetime"} else "list" if by.display == "list" else ""
    parts = tuple(
        Part(p.key, p.label, p.value, p.shown, p.quiet, dict(zip(figure.series_keys, p.parts, strict=False)))
        for p in figure.points
    )
    split = table.field(chart.split) if chart.split else None
    how = [say(_GROUPED[grouped], column=by.title)]
    if split:
        how.append(say("Cada barra se parte según «{column}».", column=split.title))
    return _recipe(
        site, dataset, table, f"grafica-{chart.id}", chart.title, "sum" if measure else "count", measure,
        definition=figure.finding, value=None, shown="", by=by, grouped=grouped, how=how,
        parts=parts, divide=chart.split,
    )  # fmt: skip


def _series(site: Site, dataset: Dataset) -> Iterator[Recipe]:
    """Yield the recipe of the lines on the records' pages: values as they were published, one per period."""
    series = dataset.system.record.series
    if not series:
        return
    table = dataset.system.table(series["table"])
    where: Mapping[str, str] = series.get("where", {})
    frame = dataset.children[table.name]
    for name, value in where.items():
        frame = frame.filter(pl.col(name).is_in(["", value]) | pl.col(name).is_null())
    conditions = "; ".join(
        say("«{column}» es {value} o falta", column=table.field(n).title, value=v) for n, v in where.items()
    )
    others = [dataset.system.table(series[k]["table"]).title for k in ("targets", "breaks") if k in series]
    how = [say("Se toman las que cumplen: {conditions}.", conditions=conditions)] if conditions else []
    if others:
        quoted = [say("«{title}»", title=t) for t in others]
        how.append(say("Metas y rupturas vienen de {tables}.", tables=listed(quoted)))
    made = _recipe(
        site, dataset, table, SERIES, str(series.get("title", "")), "list", table.field(series["value"]),
        definition=table.description, value=None, shown="", by=table.field(series["period"]), how=how,
    )  # fmt: skip
    yield replace(made, filas=frame.height, filas_sha256=keys_hash(frame[table.parent_key]), donde=where)


def _recipe(
    site: Site,
    dataset: Dataset,
    table: Table,
    name: str,
    title: str,
    operation: str,
    column: Field | None,
    *,
    definition: str,
    value: float | str | None,
    shown: str,
    by: Field | None = None,
    grouped: str = "",
    how: Sequence[str] = (),
    divide: str = "",
    parts: tuple[Part, ...] = (),
) -> Recipe:
    frame = dataset.frame if table is dataset.system.main else dataset.children[table.name]
    words = say(_WORDS[operation], table=table.title, column=column.title if column else "")
    return Recipe(
        id=name, titulo=title, definicion=definition, consulta=" ".join([words, *how]), operacion=operation, tabla=table.name,
        columna=column.name if column else "", agrupa=by.name if by else "", agrupa_como=grouped, valor=value,
        mostrado=shown, divide=divide, partes=parts, filas=frame.height,
        filas_direccion=site.urls.to(urls.listing(dataset.slug)), filas_sha256=keys_hash(frame[table.parent_key or "id"]),
        archivo=site.urls.to(urls.data(dataset.slug, f"{table.name}.parquet")), version=site.version.id,
    )  # fmt: skip


def keys_hash(keys: Iterable[Any]) -> str:
    """Return the SHA-256 of *keys*, sorted, one per line."""
    return hashlib.sha256("".join(f"{k}\n" for k in sorted(str(k) for k in keys)).encode()).hexdigest()
