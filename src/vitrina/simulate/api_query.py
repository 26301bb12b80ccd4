"""Search as the v1 servers do it: checks the body, filters, sorts in Spanish, and words the errors (pdn.md §2.3-2.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from vitrina.acceptance.standard import Collection, Filter, folded, values
from vitrina.simulate.api_wire import Answer, Request, json_answer
from vitrina.text import sort_key

Record = Mapping[str, Any]
_MAX = 200


@dataclass
class Search:
    """A search that passed its checks."""

    page: int = 1
    size: int = 10
    query: dict[str, Any] = field(default_factory=dict)
    """Flat: "datosEmpleoCargoComision.nombreEntePublico" → value."""
    sort: dict[str, str] = field(default_factory=dict)


def read(request: Request, collection: Collection) -> Search | Answer:
    """Return the search in *request*, or the error with which the collection's server refuses it."""
    strict = collection.key == "S1"
    try:
        body = {} if request.is_form or not request.body.strip() else orjson.loads(request.body)
    except orjson.JSONDecodeError:
        if strict:
            error = {"code": "e_501", "message": "JSON mal formado", "additionalInfo": "body"}
            return Answer(500, orjson.dumps(error), "text/html; charset=utf-8")
        return json_answer(400, {"code": 400})
    wrong = list(_wrong_types(body, collection))
    if wrong:
        return _bad(strict, wrong)
    page, size = body.get("page", 1), body.get("pageSize", 10)
    if strict:
        if page < 1:
            return _bad(True, ["page: debe ser >= 1"])
        size = min(size, _MAX) if size > 0 else 10
    elif page < 1:
        return json_answer(422, {"code": "422", "message": "El campo page está fuera de rango"})
    elif not 1 <= size <= _MAX:
        if collection.key == "S3S" and size > _MAX:
            return _bad(False, [f"pageSize: debe ser <= {_MAX}"])
        return json_answer(
            422, {"code": "422", "message": f"El campo pageSize está fuera de rango: 1..{_MAX}"}
        )
    query = {k: v for k, v in _flat(body.get("query", {}), collection.filters) if v not in ("", [], {})}
    return Search(page, size, query, dict(_flat(body.get("sort", {}), collection.sorts)))


def _bad(strict: bool, wrong: Sequence[str]) -> Answer:
    message = " | ".join(wrong)
    if strict:
        return json_answer(400, {"code": "e_8001", "message": message, "additionalInfo": list(wrong)})
    return json_answer(400, {"code": 400, "message": message})


def _flat(value: Any, known: Mapping[str, Any], trail: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted name, value) of a nested query or sort, stopping at the names the standard knows."""
    for name, inner in value.items() if isinstance(value, Mapping) else ():
        dotted = f"{trail}{name}"
        if isinstance(inner, Mapping) and dotted not in known:
            yield from _flat(inner, known, f"{dotted}.")
        else:
            yield dotted, inner


def _wrong_types(body: Any, collection: Collection) -> Iterator[str]:
    if not isinstance(body, Mapping):
        yield "body: debe ser object"
        return
    for name, value in _flat(body.get("sort", {}), collection.sorts):
        if name in collection.sorts and value not in ("asc", "desc"):
            yield f"sort.{name}: debe ser asc o desc"
    for name in ("page", "pageSize"):
        if name in body and (not isinstance(body[name], int) or isinstance(body[name], bool)):
            yield f"{name}: debe ser integer"
    for name, value in _flat(body.get("query", {}), collection.filters):
        spec = collection.filters.get(name)
        if spec:
            yield from _wrong_value(f"query.{name}", value, spec)


def _wrong_value(name: str, value: Any, spec: Filter) -> Iterator[str]:
    if spec.kind == "any":
        if not isinstance(value, list):
            yield f"{name}: debe ser array"
            return
        wrong = [str(i) for i, v in enumerate(value) if v not in spec.allowed]
        yield from (f"{name}[{i}]: no es uno de los valores del catálogo" for i in wrong)
    elif spec.kind == "range":
        if not isinstance(value, Mapping) or any(
            not isinstance(v, (int, float)) or isinstance(v, bool) for v in value.values()
        ):
            yield f"{name}: debe ser object con min y max"
    elif not isinstance(value, str):
        if not (spec.kind == "exact" and isinstance(value, list)):
            yield f"{name}: debe ser string"
    elif spec.allowed and value and value not in spec.allowed:
        yield f"{name}: no es uno de los valores del catálogo"


# ── filter and sort ───────────────────────────────────────────────────────────────────────────────────────


def select(records: Sequence[Record], search: Search, collection: Collection) -> Sequence[Record]:
    """Return the records that meet the search, sorted; the very same sequence when it asks for neither."""
    query = search.query
    if "id" in query:  # an id overrides every other filter
        query = {"id": query["id"]}
    tests = [(_test(collection.filters[n], v)) for n, v in query.items() if n in collection.filters]
    found = [r for r in records if all(test(r) for test in tests)] if tests else records
    for name, way in reversed(search.sort.items()):
        if name in collection.sorts:
            found = ordered(found, collection.sorts[name], way == "desc")
    return found


def ordered(records: Sequence[Record], path: str, backwards: bool) -> list[Record]:
    """Return *records* in Spanish order of the value at *path*; those without one come last."""
    keyed = [(_key(r, path), r) for r in records]
    full = sorted(
        (pair for pair in keyed if pair[0] is not None), key=lambda pair: pair[0], reverse=backwards
    )
    return [r for _, r in full] + [r for key, r in keyed if key is None]


def _key(record: Record, path: str) -> Any:
    value = next(values(record, path), None)
    if value is None:
        return None
    return (0, value, "") if isinstance(value, (int, float)) else (1, *sort_key(str(value)))


def _test(spec: Filter, wanted: Any) -> Callable[[Record], bool]:
    if spec.kind == "text":
        part = folded(str(wanted))
        return lambda r: any(part in folded(str(v)) for v in values(r, spec.path))
    if spec.kind == "range":
        low, high = wanted.get("min", float("-inf")), wanted.get("max", float("inf"))
        return lambda r: any(low <= v <= high for v in values(r, spec.path) if isinstance(v, (int, float)))
    choices = wanted if isinstance(wanted, list) else [wanted]
    return lambda r: any(v in choices for v in values(r, spec.path))


def entities(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the `dependencias` of *records*: each institution name once, in order of appearance."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        body = record.get("institucionDependencia", {})
        if body.get("nombre"):
            found.setdefault(
                body["nombre"],
                {"nombre": body["nombre"], "siglas": body.get("siglas", ""), "clave": body.get("clave", "")},
            )
    return list(found.values())
