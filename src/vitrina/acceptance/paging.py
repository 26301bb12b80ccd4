"""Paging cases of v1: the defaults, the limits, the errors, and that the pages add up to the total (pdn.md §2.3-2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from vitrina.acceptance.cases import Case, Finding, Group, all_true, error_object, not_applicable
from vitrina.acceptance.probe import PAGE, Probe, pagination, rows
from vitrina.acceptance.standard import Collection

MOST_PAGES = 60
"""Pages that the union case reads at most; larger sources are judged by their first and last pages."""


def cases(collection: Collection) -> Iterator[Case]:
    """Yield the paging cases of a v1 collection; S1 may clamp page sizes instead of refusing them."""
    group: Group = "paginación"
    yield Case(
        "PAG-01",
        group,
        "Sin parámetros",
        "{}",
        "página 1 de 10 registros",
        partial(_page, body={}, page=1, size=10),
    )
    for number, (page, size) in enumerate(((1, 1), (2, 5), (1, PAGE)), 2):
        body = {"page": page, "pageSize": size}
        yield Case(
            f"PAG-{number:02}", group, f"Página {page} de {size}", f"page {page}, pageSize {size}",
            f"página {page}, hasNextPage correcto y tantos registros como correspondan",
            partial(_page, body=body, page=page, size=size),
        )  # fmt: skip
    number = 5
    clamps = collection.key == "S1"
    for value in (0, PAGE + 1, -1):
        check = partial(_bad_size, value=value, clamps=clamps)
        expects = (
            "error {code, message}, o el tamaño ajustado a 1..200" if clamps else "error {code, message}"
        )
        yield Case(
            f"PAG-{number:02}", group, f"Tamaño de página {value}", f"pageSize {value}", expects, check
        )
        number += 1
    broken: tuple[tuple[str, dict[str, int | str]], ...] = (
        ("Tamaño de página con letras", {"pageSize": "diez"}), ("Página 0", {"page": 0}),
        ("Página −1", {"page": -1}), ("Página con letras", {"page": "uno"}),
    )  # fmt: skip
    for name, wrong in broken:
        sends = ", ".join(f"{k} {v!r}" for k, v in wrong.items())
        yield Case(
            f"PAG-{number:02}", group, name, sends, "error {code, message}", partial(_error, body=wrong)
        )
        number += 1
    yield Case(
        f"PAG-{number:02}", group, "Página posterior a la última", "page muy grande",
        "200, sin registros, hasNextPage false", _beyond,
    )  # fmt: skip
    yield Case(
        f"PAG-{number + 1:02}", group, "Total constante", "primera, segunda y última páginas",
        "el mismo totalRows en todas", _constant,
    )  # fmt: skip
    yield Case(
        f"PAG-{number + 2:02}", group, "hasNextPage al final", "penúltima y última páginas",
        "true en la penúltima, false en la última", _last_pages,
    )  # fmt: skip
    yield Case(
        f"PAG-{number + 3:02}", group, "Las páginas suman el total", f"todas las páginas (de {PAGE}, o en tercios si son pocas)",
        "tantos identificadores distintos como totalRows", _union,
    )  # fmt: skip


def _page(probe: Probe, body: dict[str, Any], page: int, size: int) -> Finding:
    reply = probe.search(body)
    told, found = pagination(reply), rows(reply)
    expected = max(0, min(size, probe.total - (page - 1) * size))
    more = page * size < probe.total
    said = f"{reply}, página {told.get('page')} de {told.get('pageSize')}, {len(found)} registros"
    good = reply.status == 200 and (told.get("page"), told.get("pageSize")) == (page, size)
    return Finding(good and len(found) == expected and told.get("hasNextPage") is more, said)


def _error(probe: Probe, body: dict[str, Any]) -> Finding:
    return error_object(probe.search(body))


def _bad_size(probe: Probe, value: int, clamps: bool) -> Finding:
    reply = probe.search({"pageSize": value})
    told = pagination(reply).get("pageSize")
    if clamps and reply.status == 200:
        fits = isinstance(told, int) and 1 <= told <= PAGE and len(rows(reply)) <= told
        return Finding(fits, f"200, ajustado a {told}")
    return error_object(reply)


def _beyond(probe: Probe) -> Finding:
    reply = probe.search({"page": probe.total // PAGE + 1000, "pageSize": PAGE})
    more = pagination(reply).get("hasNextPage")
    return Finding(
        reply.status == 200 and not rows(reply) and more is False,
        f"{reply}, {len(rows(reply))} registros, hasNextPage {more}",
    )


def _size(probe: Probe) -> int:
    """A page size that gives at least three pages where that is possible."""
    return max(1, min(PAGE, probe.total // 3))


def _constant(probe: Probe) -> Finding:
    size = _size(probe)
    pages = sorted({1, min(2, -(-probe.total // size)), -(-probe.total // size)})
    totals = [
        pagination(probe.search({"page": p, "pageSize": size})).get("totalRows") for p in pages if p > 0
    ]
    return Finding(len(set(totals)) == 1 and totals[0] is not None, f"totales: {', '.join(map(str, totals))}")


def _last_pages(probe: Probe) -> Finding:
    size = _size(probe)
    last = -(-probe.total // size)
    if last < 2:
        return not_applicable("hay menos de dos páginas")
    told = [
        pagination(probe.search({"page": p, "pageSize": size})).get("hasNextPage") for p in (last - 1, last)
    ]
    return Finding(told == [True, False], f"penúltima {told[0]}, última {told[1]}")


def _union(probe: Probe) -> Finding:
    if probe.total == 0:
        return Finding(False, "la fuente no dio registros")
    size = _size(probe)
    pages = -(-probe.total // size)
    chosen = [*range(1, min(pages, MOST_PAGES) + 1), *([pages] if pages > MOST_PAGES else [])]
    expected = sum(min(size, probe.total - (page - 1) * size) for page in chosen)
    ids: set[str] = set()
    read = 0
    for page in chosen:
        found = rows(probe.search({"page": page, "pageSize": size}))
        read += len(found)
        ids |= {str(r.get("id")) for r in found if isinstance(r, dict)}
    return all_true(
        [
            (read == expected, f"{read} leídos de {expected}"),
            (len(ids) == expected, f"{len(ids)} distintos de {expected}"),
        ]
    )
