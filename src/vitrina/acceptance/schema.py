"""Schema cases of v1 (envelope, records, errors, institutions), and the bounded stress cases of both dialects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from vitrina.acceptance.cases import (
    Case,
    Finding,
    Group,
    all_true,
    error_object,
    not_applicable,
    schema_faults,
)
from vitrina.acceptance.probe import Probe, Reply, pagination, rows
from vitrina.acceptance.standard import Collection

MOST_ENTITIES = 20
REPEATED, PARALLEL = 20, 4
SLOWEST = 4.0
"""Seconds: the national gateway gives up on a provider that takes longer (pdn.md §2.5)."""


def cases(collection: Collection) -> Iterator[Case]:
    """Yield the schema cases of a v1 collection."""
    group: Group = "esquema"
    yield Case(
        "ESQ-01", group, "Sobre de la respuesta", "búsqueda",
        "pagination {pageSize, page, totalRows, hasNextPage} y results", _envelope,
    )  # fmt: skip
    yield Case(
        "ESQ-02",
        group,
        "Registros",
        "primera página",
        "las partes obligatorias del estándar, con su tipo",
        _records,
    )
    yield Case("ESQ-03", group, "Identificadores", "primera página", "un id distinto por registro", _ids)
    yield Case("ESQ-04", group, "Objeto de error", "page con letras", "{code, message}", _error)
    if collection.key != "S1":
        yield Case(
            "ESQ-05", group, "Dependencias", "GET dependencias", "lista de {nombre, siglas, clave}", _entities
        )
        yield Case(
            "ESQ-06", group, "Cada dependencia sirve de filtro", f"hasta {MOST_ENTITIES} nombres",
            "cada nombre encuentra al menos un registro", _entities_filter,
        )  # fmt: skip


def _envelope(probe: Probe) -> Finding:
    reply = probe.search({"page": 1, "pageSize": 5})
    told = pagination(reply)
    kinds = {"pageSize": int, "page": int, "totalRows": int, "hasNextPage": bool}
    wrong = [name for name, kind in kinds.items() if type(told.get(name)) is not kind]
    if not isinstance(reply.document, Mapping) or not isinstance(reply.document.get("results"), list):
        wrong.append("results")
    return Finding(reply.status == 200 and not wrong, f"{reply}; mal: {', '.join(wrong) or 'nada'}")


def _records(probe: Probe) -> Finding:
    if not probe.sample:
        return Finding(False, "la fuente no dio registros")
    faults = schema_faults(probe.sample, probe.collection.required)
    return Finding(not faults, "; ".join(faults) or f"{len(probe.sample)} registros en regla")


def _ids(probe: Probe) -> Finding:
    ids = {str(r.get("id")) for r in probe.sample if isinstance(r, dict)}
    return Finding(
        bool(ids) and len(ids) == len(probe.sample), f"{len(ids)} distintos de {len(probe.sample)}"
    )


def _error(probe: Probe) -> Finding:
    return error_object(probe.search({"page": "uno"}))


def _entities(probe: Probe) -> Finding:
    if not probe.target.entities_url:
        return not_applicable("la fuente no declara su dirección de dependencias")
    reply = probe.entities()
    found = reply.document
    good = isinstance(found, list) and all(
        isinstance(e, dict) and isinstance(e.get("nombre"), str) and e["nombre"].strip() for e in found
    )
    return Finding(
        reply.status == 200 and good, f"{reply}, {len(found) if isinstance(found, list) else 0} nombres"
    )


def _entities_filter(probe: Probe) -> Finding:
    if not probe.target.entities_url:
        return not_applicable("la fuente no declara su dirección de dependencias")
    found = probe.entities().document
    names = [e.get("nombre", "") for e in found if isinstance(e, dict)] if isinstance(found, list) else []
    if not names:
        return Finding(False, "sin dependencias")
    return all_true(
        (_hits(probe, name) > 0, f"{number} de {len(names)} probadas")
        for number, name in enumerate(names[:MOST_ENTITIES], 1)
    )


def _hits(probe: Probe, name: str) -> int:
    reply = probe.search({"pageSize": 1, "query": {"institucionDependencia": name}})
    return int(pagination(reply).get("totalRows", 0))


# ── stress ────────────────────────────────────────────────────────────────────────────────────────────────


def stress() -> Iterator[Case]:
    """Yield the stress cases: few requests, on purpose, and only when asked for."""
    expects = f"todas bien y ninguna en más de {SLOWEST:.0f} s"
    yield Case(
        "EST-01",
        "estrés",
        "Peticiones repetidas",
        f"{REPEATED} búsquedas seguidas",
        expects,
        partial(_load, workers=1),
    )
    yield Case(
        "EST-02", "estrés", "Peticiones a la vez", f"{REPEATED} búsquedas, de {PARALLEL} en {PARALLEL}",
        expects, partial(_load, workers=PARALLEL),
    )  # fmt: skip


def _load(probe: Probe, workers: int) -> Finding:
    def once(_number: int) -> Reply:
        if probe.dialect == "directus":
            return probe.items({"limit": 10})
        return probe.search({"pageSize": 10})

    with ThreadPoolExecutor(workers) as pool:
        replies = list(pool.map(once, range(REPEATED)))
    failed = sum(r.status != 200 or not rows(r) for r in replies)
    slowest = max(r.seconds for r in replies)
    said = f"{failed} fallaron; la más lenta, {slowest:.2f} s"
    return Finding(failed == 0 and slowest <= SLOWEST, said)
