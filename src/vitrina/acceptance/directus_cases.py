"""Cases of the Directus collections (S2 v2, S3 v2): paging, filters, order, depth of fields, errors (pdn.md §4.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from vitrina.acceptance.cases import Case, Finding, Group, all_true, in_order, no_example, schema_faults
from vitrina.acceptance.paging import MOST_PAGES
from vitrina.acceptance.probe import PAGE, Probe, Reply, meta, rows
from vitrina.acceptance.standard import values

_DEEP = "*.*.*.*.*"


def cases() -> Iterator[Case]:
    """Yield the paging, query, sort and schema cases of a collection."""
    yield from _paging()
    yield from _query()
    for number, way in enumerate(("fecha", "-fecha"), 1):
        yield Case(
            f"ORD-{number:02}", "orden", f"Orden por {way}", f"sort={way}", "200, en orden",
            partial(_sorted, way=way),
        )  # fmt: skip
    group: Group = "esquema"
    yield Case(
        "ESQ-01",
        group,
        "Sobre de la respuesta",
        "meta=*",
        "data y meta {total_count, filter_count}",
        _envelope,
    )
    yield Case(
        "ESQ-02",
        group,
        "Registros",
        "cinco niveles de fields",
        "las partes obligatorias, con su tipo",
        _records,
    )
    yield Case(
        "ESQ-03",
        group,
        "Relaciones completas",
        "cinco niveles de fields",
        "objetos, no identificadores",
        _whole,
    )
    yield Case(
        "ESQ-04", group, "Objeto de error", "limit con letras", "{errors: [{message}]} o {error}", _error
    )


def _paging() -> Iterator[Case]:
    group: Group = "paginación"
    for number, limit in enumerate((1, 5, PAGE), 1):
        yield Case(
            f"PAG-{number:02}", group, f"Límite {limit}", f"limit={limit}",
            "200 y tantos registros como correspondan", partial(_limit, limit=limit),
        )  # fmt: skip
    yield Case(
        "PAG-04",
        group,
        "Límite con letras",
        "limit=diez",
        "error 400",
        partial(_bad, query={"limit": "diez"}),
    )
    yield Case(
        "PAG-05",
        group,
        "Salto con letras",
        "offset=diez",
        "error 400",
        partial(_bad, query={"offset": "diez"}),
    )
    yield Case(
        "PAG-06", group, "Después del último", "offset mayor que el total", "200, sin registros", _beyond
    )
    yield Case(
        "PAG-07",
        group,
        "page y offset",
        "page=2 y offset, mismo límite",
        "los mismos registros",
        _page_offset,
    )
    yield Case(
        "PAG-08", group, "Total constante", "primera y última partes", "el mismo filter_count", _constant
    )
    yield Case(
        "PAG-09", group, "Las partes suman el total", f"de {PAGE} en {PAGE}, con orden",
        "tantos registros distintos como filter_count", _union,
    )  # fmt: skip


def _query() -> Iterator[Case]:
    group: Group = "consulta"
    operators = (
        ("_eq", "solo registros de esa fecha", lambda v, x: v == x),
        ("_neq", "ningún registro de esa fecha", lambda v, x: v != x),
        ("_gte", "solo registros desde esa fecha", lambda v, x: v >= x),
        ("_lte", "solo registros hasta esa fecha", lambda v, x: v <= x),
    )
    for number, (operator, expects, test) in enumerate(operators, 1):
        check = partial(_operator, operator=operator, test=test)
        yield Case(
            f"CON-{number:02}", group, f"Filtro {operator}", f"filter[fecha][{operator}]", expects, check
        )
    yield Case("CON-05", group, "Filtro _in", "filter[fecha][_in] con dos fechas", "solo esas fechas", _in)
    yield Case(
        "CON-06",
        group,
        "Filtro anidado",
        "nombre del ente, _icontains, en mayúsculas",
        "solo ese ente",
        _nested,
    )
    yield Case(
        "CON-07", group, "Filtros combinados", "filter con _and, en JSON", "solo los que cumplen ambos", _and
    )
    yield Case(
        "CON-08", group, "Sin coincidencias", "una fecha de 1800", "200, sin registros, filter_count 0", _none
    )
    yield Case(
        "CON-09",
        group,
        "Operador desconocido",
        "filter[fecha][_raro]",
        "error 400",
        partial(_bad, query={"filter[fecha][_raro]": "x"}),
    )
    yield Case(
        "CON-10",
        group,
        "Campo desconocido",
        "fields=campo_raro",
        "403 o 400",
        partial(_bad, query={"fields": "campo_raro"}),
    )


# ── paging ────────────────────────────────────────────────────────────────────────────────────────────────


def _limit(probe: Probe, limit: int) -> Finding:
    reply = probe.items({"limit": limit, "meta": "*"})
    expected = min(limit, probe.total)
    return Finding(
        reply.status == 200 and len(rows(reply)) == expected, f"{reply}, {len(rows(reply))} registros"
    )


def _bad(probe: Probe, query: Mapping[str, Any]) -> Finding:
    reply = probe.items(query)
    return Finding(reply.status in (400, 403) and _said(reply), str(reply))


def _said(reply: Reply) -> bool:
    """Both published forms of an error count: {errors: [{message}]} and {error: {message}}."""
    document = reply.document if isinstance(reply.document, Mapping) else {}
    errors = document.get("errors") or [document.get("error")]
    return all(isinstance(e, Mapping) and bool(e.get("message")) for e in errors)


def _beyond(probe: Probe) -> Finding:
    reply = probe.items({"limit": PAGE, "offset": probe.total + 1000, "meta": "*"})
    return Finding(reply.status == 200 and not rows(reply), f"{reply}, {len(rows(reply))} registros")


def _page_offset(probe: Probe) -> Finding:
    size = max(1, min(10, probe.total // 2))
    by_page = rows(probe.items({"limit": size, "page": 2, "sort": "fecha"}))
    by_offset = rows(probe.items({"limit": size, "offset": size, "sort": "fecha"}))
    same = by_page == by_offset
    return Finding(same and bool(by_page), "los mismos" if same else "distintos")


def _constant(probe: Probe) -> Finding:
    last = max(0, probe.total - 1)
    counts = [
        meta(probe.items({"limit": 5, "offset": offset, "meta": "*"})).get("filter_count")
        for offset in (0, last)
    ]
    return Finding(counts[0] == counts[1] == probe.total, f"totales: {counts[0]}, {counts[1]}")


def _union(probe: Probe) -> Finding:
    if probe.total == 0:
        return no_example(probe, "la colección está vacía")
    expected = min(probe.total, MOST_PAGES * PAGE)
    found: list[Any] = []
    for offset in range(0, expected, PAGE):
        found += rows(probe.items({"limit": PAGE, "offset": offset, "sort": "fecha", "fields": _DEEP}))
    distinct = len({str(r.get("id") or orjson.dumps(r)) for r in found if isinstance(r, dict)})
    return all_true(
        [
            (len(found) == expected, f"{len(found)} leídos de {expected}"),
            (distinct == expected, f"{distinct} distintos de {expected}"),
        ]
    )


# ── query and sort ────────────────────────────────────────────────────────────────────────────────────────


def _day(probe: Probe) -> str:
    """A date from the middle of the sample."""
    days = sorted(str(r.get("fecha")) for r in probe.sample if r.get("fecha"))
    return days[len(days) // 2] if days else ""


def _operator(probe: Probe, operator: str, test: Any) -> Finding:
    day = _day(probe)
    if not day:
        return no_example(probe, "ningún registro tiene fecha")
    reply = probe.items({f"filter[fecha][{operator}]": day, "limit": PAGE, "meta": "*"})
    return _judged(reply, lambda r: test(str(r.get("fecha")), day), needs_some=operator != "_neq")


def _judged(reply: Reply, test: Any, *, needs_some: bool = True) -> Finding:
    found = rows(reply)
    wrong = sum(not test(r) for r in found)
    good = reply.status == 200 and wrong == 0 and (bool(found) or not needs_some)
    return Finding(good, f"{reply}, {len(found)} registros, {wrong} no cumplen")


def _in(probe: Probe) -> Finding:
    days = list(dict.fromkeys(str(r.get("fecha")) for r in probe.sample if r.get("fecha")))[:2]
    if len(days) < 2:
        return no_example(probe, "todos los registros tienen la misma fecha")
    reply = probe.items({"filter[fecha][_in]": ",".join(days), "limit": PAGE})
    seen = {r.get("fecha") for r in rows(reply)}
    return Finding(reply.status == 200 and seen == set(days), f"{reply}, fechas: {len(seen)}")


_PLACES = ("empleoCargoComision", "dondeCometioLaFalta")


def _nested(probe: Probe) -> Finding:
    for place in _PLACES:
        name = next((v for r in probe.sample for v in values(r, f"{place}.nombreEntePublico")), None)
        if name:
            condition = {place: {"nombreEntePublico": {"_icontains": name.upper()}}}
            reply = probe.items({"filter": orjson.dumps(condition).decode(), "fields": _DEEP, "limit": PAGE})
            return _judged(reply, partial(_names, path=f"{place}.nombreEntePublico", part=name))
    return no_example(probe, "ningún registro nombra un ente")


def _names(record: Any, path: str, part: str) -> bool:
    return any(part.upper() in str(v).upper() for v in values(record, path))


def _and(probe: Probe) -> Finding:
    day = _day(probe)
    condition = {"_and": [{"fecha": {"_gte": day}}, {"fecha": {"_lte": day}}]}
    reply = probe.items({"filter": orjson.dumps(condition).decode(), "limit": PAGE})
    return _judged(reply, lambda r: r.get("fecha") == day)


def _none(probe: Probe) -> Finding:
    reply = probe.items({"filter[fecha][_eq]": "1800-01-01", "meta": "*"})
    count = meta(reply).get("filter_count")
    return Finding(reply.status == 200 and not rows(reply) and count == 0, f"{reply}, filter_count {count}")


def _sorted(probe: Probe, way: str) -> Finding:
    reply = probe.items({"sort": way, "limit": PAGE})
    good = in_order(rows(reply), "fecha", way.startswith("-"))
    return Finding(
        reply.status == 200 and bool(rows(reply)) and good, f"{reply}, {'en' if good else 'sin'} orden"
    )


# ── schema ────────────────────────────────────────────────────────────────────────────────────────────────


def _envelope(probe: Probe) -> Finding:
    reply = probe.items({"limit": 2, "meta": "*"})
    counts = meta(reply)
    wrong = [n for n in ("total_count", "filter_count") if type(counts.get(n)) is not int]
    listed = isinstance(reply.document, Mapping) and isinstance(reply.document.get("data"), list)
    return Finding(
        reply.status == 200 and listed and not wrong, f"{reply}; mal: {', '.join(wrong) or 'nada'}"
    )


def _records(probe: Probe) -> Finding:
    if not probe.sample:
        return Finding(False, "la fuente no dio registros")
    faults = schema_faults(probe.sample, probe.collection.required)
    return Finding(not faults, "; ".join(faults) or f"{len(probe.sample)} registros en regla")


def _whole(probe: Probe) -> Finding:
    names = ("datosGenerales", "empleoCargoComision", "resolucion", "dondeCometioLaFalta")
    bare = sorted({n for r in probe.sample for n in names if isinstance(r.get(n), (int, str))})
    return Finding(bool(probe.sample) and not bare, f"sin desplegar: {', '.join(bare) or 'nada'}")


def _error(probe: Probe) -> Finding:
    reply = probe.items({"limit": "diez"})
    return Finding(reply.status >= 400 and _said(reply), str(reply))
