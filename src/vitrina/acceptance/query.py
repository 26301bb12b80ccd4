"""Query and sort cases of v1: every filter and every sort field of the collection (pdn.md §2.3, §7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from vitrina.acceptance.cases import Case, Finding, in_order, no_example
from vitrina.acceptance.probe import PAGE, Probe, pagination, rows
from vitrina.acceptance.standard import Collection, Filter, folded, values
from vitrina.text import fold

Way = Callable[[str], str]
_WAYS: Mapping[str, tuple[str, Way]] = {
    "valor completo": ("el valor tal como está", lambda v: v),
    "parte, en mayúsculas": (
        "las primeras letras, en mayúsculas",
        lambda v: v[: max(3, len(v) // 2)].strip().upper(),
    ),
    "sin acentos": ("el valor sin acentos (la ñ se queda)", folded),
}


def cases(collection: Collection) -> Iterator[Case]:
    """Yield the query and then the sort cases of a v1 collection."""
    made = [*_filters(collection), *_whole(collection)]
    for number, (name, sends, expects, check) in enumerate(made, 1):
        yield Case(f"CON-{number:02}", "consulta", name, sends, expects, check)
    number = 0
    for field, path in collection.sorts.items():
        for way in ("asc", "desc"):
            number += 1
            yield Case(
                f"ORD-{number:02}", "orden", f"Orden por {field}, {way}", f"sort {field}: {way}",
                "200, en orden español (acentos aparte, ñ después de n)",
                partial(_sorted, field=field, path=path, way=way),
            )  # fmt: skip


_Made = tuple[str, str, str, Callable[[Probe], Finding]]


def _filters(collection: Collection) -> Iterator[_Made]:
    for field, spec in collection.filters.items():
        if spec.private:
            continue
        if spec.kind == "text":
            for way, (sends, _) in _WAYS.items():
                check = partial(_text, field=field, spec=spec, way=way)
                yield f"Filtro {field}: {way}", sends, "solo registros que lo contienen", check
        elif spec.kind == "range":
            for ends in (("min",), ("max",), ("min", "max")):
                check = partial(_range, field=field, spec=spec, ends=ends)
                yield (
                    f"Filtro {field}: {' y '.join(ends)}",
                    "un rango",
                    "solo registros dentro del rango",
                    check,
                )
        else:
            check = partial(_exact, field=field, spec=spec)
            expects = (
                "solo registros con al menos uno de los valores"
                if spec.kind == "any"
                else "solo registros con ese valor"
            )
            yield f"Filtro {field}", "un valor que existe", expects, check


def _whole(collection: Collection) -> Iterator[_Made]:
    text = [name for name, spec in collection.filters.items() if spec.kind == "text" and not spec.private]
    arrays = [name for name, spec in collection.filters.items() if spec.kind == "any"]
    yield (
        "La ñ no es n",
        "un valor con ñ escrito con n",
        "no encuentra los registros con ñ",
        partial(_enie, fields=text),
    )
    yield (
        "Filtro vacío",
        'los filtros de texto como ""',
        "los ignora",
        partial(_ignored, names=text, empty=""),
    )
    if arrays:
        yield (
            "Lista vacía",
            "los filtros de lista como []",
            "los ignora",
            partial(_ignored, names=arrays, empty=[]),
        )
        check = partial(_any_of, field=arrays[0], spec=collection.filters[arrays[0]])
        yield "Lista con dos valores", "dos valores", "registros con cualquiera de los dos", check
    yield (
        "Dos filtros juntos",
        "dos valores de un mismo registro",
        "solo registros con ambos",
        partial(_both, fields=text[:2]),
    )
    yield (
        "El id manda",
        "un id y otro filtro que no coincide",
        "el registro de ese id",
        partial(_id_wins, field=text[0]),
    )
    yield "Sin coincidencias", "un texto que no existe", "200, sin registros", partial(_none, field=text[0])


# ── how each is judged ────────────────────────────────────────────────────────────────────────────────────


def nested(field: str, value: Any) -> dict[str, Any]:
    """Return a dotted name as the nested object the standard asks for.

    >>> nested("bienesInmuebles.formaAdquisicion", "CPV")
    {'bienesInmuebles': {'formaAdquisicion': 'CPV'}}
    """
    for step in reversed(field.split(".")):
        value = {step: value}
    made: dict[str, Any] = value
    return made


def _model(probe: Probe, path: str, ok: Callable[[Any], bool] = bool) -> tuple[Any, Any]:
    """Return a record of the sample with a usable value at *path*, and the value; (None, None) when there is none."""
    for record in probe.sample:
        for value in values(record, path):
            if ok(value):
                return record, value
    return None, None


def _ask(probe: Probe, query: Mapping[str, Any]) -> tuple[int, list[Any], int | None]:
    reply = probe.search({"pageSize": PAGE, "query": query})
    return reply.status, rows(reply), pagination(reply).get("totalRows")


def _judge(probe: Probe, query: Mapping[str, Any], test: Callable[[Any], bool], model: Any) -> Finding:
    """Every record found must pass *test*, and *model* must be among them when all fit in one page."""
    status, found, total = _ask(probe, query)
    wrong = sum(not test(r) for r in found)
    there = total is not None and (total > PAGE or any(r.get("id") == model.get("id") for r in found))
    said = f"{status}, {total} registros, {wrong} no cumplen{'' if there else ', y falta el del ejemplo'}"
    return Finding(status == 200 and bool(found) and wrong == 0 and there, said)


def _word(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) >= 3


def _text(probe: Probe, field: str, spec: Filter, way: str) -> Finding:
    accented: Callable[[Any], bool] = lambda v: _word(v) and fold(v) != v.lower()  # noqa: E731
    model, value = _model(probe, spec.path, accented if way == "sin acentos" else _word)
    if model is None:
        return no_example(probe, "ningún registro de la muestra sirve de ejemplo")
    asked = _WAYS[way][1](value)
    return _judge(probe, nested(field, asked), lambda r: _contains(r, spec.path, asked), model)


def _contains(record: Any, path: str, part: str) -> bool:
    return any(folded(part) in folded(str(v)) for v in values(record, path))


def _exact(probe: Probe, field: str, spec: Filter) -> Finding:
    model, value = _model(probe, spec.path)
    if model is None:
        return no_example(probe, "ningún registro de la muestra tiene ese dato")
    asked = [value] if spec.kind == "any" else value
    return _judge(probe, nested(field, asked), lambda r: value in list(values(r, spec.path)), model)


def _range(probe: Probe, field: str, spec: Filter, ends: tuple[str, ...]) -> Finding:
    model, value = _model(probe, spec.path, lambda v: isinstance(v, (int, float)) and v > 0)
    if model is None:
        return no_example(probe, "ningún registro de la muestra tiene ese dato")
    limits = {"min": value * 0.9, "max": value * 1.1}
    asked = {end: round(limits[end]) for end in ends}
    low, high = asked.get("min", float("-inf")), asked.get("max", float("inf"))
    return _judge(
        probe, nested(field, asked), lambda r: any(low <= v <= high for v in values(r, spec.path)), model
    )


def _enie(probe: Probe, fields: list[str]) -> Finding:
    for field in fields:
        path = probe.collection.filters[field].path
        model, value = _model(probe, path, lambda v: _word(v) and "ñ" in v.lower())
        if model is not None:
            plain = value.replace("ñ", "n").replace("Ñ", "N")
            status, found, _ = _ask(probe, nested(field, plain))
            mixed = sum(not _contains(r, path, plain) for r in found)
            return Finding(status == 200 and mixed == 0, f"{status}, {field}: {mixed} registros con ñ")
    return no_example(probe, "no hay ñ en la muestra")


def _ignored(probe: Probe, names: list[str], empty: Any) -> Finding:
    query: dict[str, Any] = {}
    for name in names:
        if "." not in name:
            query[name] = empty
    status, _, total = _ask(probe, query)
    return Finding(status == 200 and total == probe.total, f"{status}, {total} de {probe.total}")


def _any_of(probe: Probe, field: str, spec: Filter) -> Finding:
    seen = list(dict.fromkeys(v for r in probe.sample for v in values(r, spec.path)))[:2]
    if len(seen) < 2:
        return no_example(probe, "la muestra solo tiene un valor")
    model, _ = _model(probe, spec.path, lambda v: v == seen[1])
    return _judge(probe, nested(field, seen), lambda r: bool(set(seen) & set(values(r, spec.path))), model)


def _both(probe: Probe, fields: list[str]) -> Finding:
    paths = [probe.collection.filters[f].path for f in fields]
    for record in probe.sample:
        found = [next((v for v in values(record, p) if _word(v)), None) for p in paths]
        if all(found):
            pairs = list(zip(paths, found, strict=True))
            return _judge(
                probe, dict(zip(fields, found, strict=True)), partial(_contains_all, pairs=pairs), record
            )
    return no_example(probe, "ningún registro tiene los dos datos")


def _contains_all(record: Any, pairs: list[tuple[str, Any]]) -> bool:
    return all(_contains(record, path, str(value)) for path, value in pairs)


def _id_wins(probe: Probe, field: str) -> Finding:
    if not probe.sample:
        return no_example(probe, "la fuente no tiene registros")
    wanted = probe.sample[-1].get("id")
    status, found, total = _ask(probe, {"id": wanted, **nested(field, "zzqxjwk")})
    ids = [r.get("id") for r in found]
    return Finding(status == 200 and ids == [wanted], f"{status}, {total} registros")


def _none(probe: Probe, field: str) -> Finding:
    status, found, total = _ask(probe, nested(field, "zzqxjwkzz"))
    return Finding(status == 200 and not found and total == 0, f"{status}, {total} registros")


def _sorted(probe: Probe, field: str, path: str, way: str) -> Finding:
    reply = probe.search({"pageSize": PAGE, "sort": nested(field, way)})
    found = rows(reply)
    good = in_order(found, path, way == "desc")
    return Finding(reply.status == 200 and bool(found) and good, f"{reply}, {'en' if good else 'sin'} orden")
