"""The fault matrix: which faults a format can suffer, at which pages and cut points, and what must become of the night."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from vitrina.simulate.api_faults import Fault

Fate = Literal["kept", "healed", "taken"]
"""kept: the last good copy stays. healed: the same rows arrive in spite of it. taken: other rows, but all of them."""


@dataclass(frozen=True)
class Format:
    """One way of publishing: its source in the demo, the path its data come from, and what its protocol can prove."""

    source: str
    path: str
    pages: int = 3
    totals: bool = True
    flag: bool = False
    """Whether each page says if another follows; without it a reader goes by the totals alone."""
    oauth: bool = False
    is_json: bool = True
    drifts: str = ""
    """A column whose loss its rows survive as rows."""


FORMATS = {
    "v1": Format("api-s2-v1", "/v1/spic", flag=True, oauth=True, drifts="nombres"),
    "s1": Format("api-s1", "/v2/declaraciones", flag=True, oauth=True, drifts="metadata"),
    "directus": Format("api-s3s-graves", "/items/faltas_administrativas_graves", drifts="expediente"),
    "directus-sin-id": Format("api-s2-v2", "/items/servidores", drifts="datosGenerales"),
    "agregador": Format("api-s3p-fisicas", "/api/v1/", flag=True, drifts="expediente"),
    "s6": Format("api-s6-busqueda", "/busqueda/search", drifts="buyer"),
    "s6-records": Format("api-s6-registros-pdn", "/registros-pdn/records", flag=True, oauth=True, drifts="buyer"),
    "paquetes": Format("api-s6-entregas", "/entregas/ocds", flag=True, totals=False, drifts="buyer"),
    "registros": Format("api-s6-registros", "/registros/ocds", flag=True, totals=False),
    "anuales": Format("api-s6-anuales", "/edca/contractingprocess", pages=1, totals=False, drifts="buyer"),
    "ckan": Format("api-s6-catalogo", "/catalogo/files", pages=1, totals=False, is_json=False),
    "jsonl-gz": Format("api-s6-archivos", "/archivos/files", pages=1, totals=False, is_json=False),
    "csv": Format("api-convenios-convenios", "/files/convenios", pages=1, totals=False, is_json=False, drifts="objeto"),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One night: a format, the faults that strike it, and its fate."""

    format: str
    faults: tuple[Fault, ...]
    fate: Fate
    slow: bool = False

    @property
    def id(self) -> str:
        marks = (
            f"{f.kind}@{f.page or '*'}{f'×{f.times}' if f.times else ''}{f'·{f.value:g}' if f.value else ''}"
            for f in self.faults
        )
        return f"{self.format}-{'+'.join(marks)}"

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(f.kind + ("×" if f.times else "") for f in self.faults)


def single(points: tuple[float, ...]) -> Iterator[Case]:
    """Yield every fault alone, for every format it applies to, at every page and every cut point."""
    for name, form in FORMATS.items():
        for page in (1, 2, 3)[: form.pages]:
            yield from _wire(name, form, page, points)
            yield from _answers(name, form, page)
        yield from _lists(name, form)


def _wire(name: str, form: Format, page: int, points: tuple[float, ...]) -> Iterator[Case]:
    kinds = ["cut-length", "cut-chunked", "cut-gzip", "cut-close"]
    if (
        name != "csv"
    ):  # a CSV file with the right length that stops between two rows is known by its volume only
        kinds.append("cut-json")
    for kind, point in itertools.product(kinds, points):
        yield Case(name, (Fault(kind, form.path, page, value=point),), "kept")
    yield Case(name, (Fault("cut-length", form.path, page, times=1, value=0.5),), "healed")
    yield Case(name, (Fault("drip", form.path, page, value=0.05),), "kept", slow=True)


def _answers(name: str, form: Format, page: int) -> Iterator[Case]:
    path = form.path
    for kind in ("html", "html-json", "error-200", "reset"):
        if kind != "error-200" or form.is_json:
            yield Case(name, (Fault(kind, path, page),), "kept")
    for status in (500, 503, 429, 404):
        yield Case(name, (Fault("burst", path, page, value=status),), "kept")
    yield Case(name, (Fault("burst", path, page, times=2, value=503),), "healed")
    yield Case(name, (Fault("reset", path, page, times=1),), "healed")
    yield Case(name, (Fault("slow", path, page, value=0.2),), "healed")
    yield Case(name, (Fault("slow", path, page, value=6),), "kept", slow=True)
    for target in ("http://localhost:{port}/interno", "http://169.254.169.254/latest", "file:///etc/passwd"):
        yield Case(name, (Fault("redirect", path, page, field=target),), "kept")
    if form.is_json and form.totals:
        yield Case(name, (Fault("expired", path, page),), "kept")
        if form.oauth:
            yield Case(name, (Fault("expired", path, page, times=1),), "healed")


def _lists(name: str, form: Format) -> Iterator[Case]:
    path = form.path
    if form.is_json or name == "csv":
        yield Case(name, (Fault("empty", path),), "kept")
    for kind in ("half", "tenfold"):
        if form.is_json or name == "csv":
            yield Case(name, (Fault(kind, path),), "taken")
    if form.drifts:
        for kind in ("drift-drop", "drift-rename"):
            yield Case(name, (Fault(kind, path, field=form.drifts),), "taken")
        yield Case(name, (Fault("drift-new", path, field="curp_conyuge"),), "taken")
    if form.flag:
        yield Case(name, (Fault("endless", path),), "kept", slow=True)
    if form.totals:
        for page, extra in itertools.product((0, 1, 2, 3), (7, -3)):
            yield Case(name, (Fault("wrong-total", path, page, value=extra),), "kept")
        for page in (2, 3):
            yield Case(name, (Fault("duplicate-page", path, page),), "kept")
            yield Case(name, (Fault("empty", path, page),), "kept")
        for by in (1, -2):
            yield Case(name, (Fault("shifting", path, value=by),), "kept")
            yield Case(name, (Fault("shifting", path, times=1, value=by),), "taken")


def pairs() -> Iterator[Case]:
    """Yield two faults at once: one that breaks the night breaks it whatever the other does.

    They strike the first two pages, which are there even when half the rows are gone.
    """
    breaking: tuple[tuple[str, int, float], ...] = (
        ("cut-length", 2, 0.5), ("cut-chunked", 1, 0.3), ("cut-gzip", 2, 0.9), ("cut-json", 2, 0.7), ("html", 2, 0),
        ("error-200", 1, 0), ("burst", 2, 500), ("reset", 2, 0), ("wrong-total", 0, 5), ("duplicate-page", 2, 0),
        ("shifting", 0, 1),
    )  # fmt: skip
    harmless: tuple[tuple[str, int, int, float], ...] = (
        ("burst", 1, 1, 503), ("reset", 2, 1, 0), ("slow", 1, 0, 0.1), ("half", 0, 0, 0), ("tenfold", 0, 0, 0),
        ("drift-new", 0, 0, 0),
    )  # fmt: skip
    for name in ("v1", "s1", "directus", "agregador", "s6"):
        path = FORMATS[name].path
        hard = [Fault(kind, path, page, value=value) for kind, page, value in breaking]
        soft = [Fault(kind, path, page, times=times, value=value) for kind, page, times, value in harmless]
        for first, second in itertools.combinations(hard, 2):
            yield Case(name, (first, second), "kept")
        for first, second in itertools.product(soft, hard):
            # Half the rows leave two pages: a fault on the third would never strike.
            page = min(second.page, 2) if first.kind == "half" else second.page
            yield Case(name, (first, replace(second, page=page)), "kept")
        for first, second in itertools.combinations(soft[:3], 2):
            yield Case(name, (first, second), "healed")


WHOLE = (0.0, *(n / 20 for n in range(1, 20)), 0.999)


def cases(whole: bool) -> list[Case]:
    """Return the whole matrix, or a sample in which every fault and every format stands."""
    if whole:
        return [*single(WHOLE), *pairs()]
    groups: dict[tuple[str, ...], list[Case]] = {}
    for case in single((0.05, 0.5, 0.95)):
        groups.setdefault(case.kinds, []).append(case)
    chosen = []
    for number, found in enumerate(groups.values()):
        count = 1 if found[0].slow else 3
        chosen += [found[(number + n * len(found) // count) % len(found)] for n in range(count)]
    return [*chosen, *itertools.islice(pairs(), 0, None, 97)]
