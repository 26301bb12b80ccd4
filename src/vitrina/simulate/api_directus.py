"""A Directus collection: `fields` by depth, `filter`, `sort`, `limit`/`offset`/`page`, `meta`, and its errors (pdn.md §4.3)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from vitrina.acceptance.standard import folded, values
from vitrina.simulate.api_query import ordered
from vitrina.simulate.api_wire import Answer, Request, json_answer

Record = Mapping[str, Any]
Shape = Callable[[], Mapping[str, Any]]
_ALWAYS = ("date_created", "date_updated")
"""Accepted in `sort` even where the role cannot read them."""


class QueryError(Exception):
    """The request cannot be answered; `answer` is the error Directus gives."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def error(status: int, code: str, message: str) -> Answer:
    """Return an error in Directus' form."""
    return json_answer(status, {"errors": [{"message": message, "extensions": {"code": code}}]})


def forbidden() -> Answer:
    """Return the 403 that means no token, no permission, no such collection, field or item alike."""
    return error(403, "FORBIDDEN", "You don't have permission to access this.")


def refuse(request: Request, token: str) -> Answer | None:
    """Return the refusal of a request without the static token; None when it has it."""
    given = request.headers.get("Authorization", "") or f"Bearer {request.query.get('access_token', '')}"
    if not given.removeprefix("Bearer ").strip():
        return forbidden()
    if given != f"Bearer {token}":
        return error(401, "INVALID_CREDENTIALS", "Invalid user credentials.")
    return None


@dataclass(frozen=True)
class Window:
    """Which part of the list is asked for: size −1 means everything."""

    start: int
    size: int


def window(request: Request) -> Window:
    """Return the part asked for; QueryError (400) for a limit, offset or page that is not one."""
    query = request.query
    limit, offset, page = (
        _number(query, n, low, low_default)
        for n, low, low_default in (("limit", -1, 100), ("offset", 0, 0), ("page", 1, 1))
    )
    if "page" in query:
        offset = (page - 1) * max(limit, 0)
    return Window(offset, limit)


def _number(query: Mapping[str, str], name: str, low: int, default: int) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"-?\d+", text) or int(text) < low:
        raise QueryError(error(400, "INVALID_QUERY", f'Invalid query. "{name}" must be a number >= {low}.'))
    return int(text)


def prepare(request: Request, shape: Shape) -> dict[str, Any]:
    """Return the `filter` of the request; QueryError when it or `sort` names what there is not. *shape* has the names."""
    condition = _filter(request)
    if condition:
        _check_fields(condition, shape())
    for item in _sorts(request):
        path = item.removeprefix("-")
        if path not in _ALWAYS and not _exists(shape(), path.split(".")):
            raise QueryError(forbidden())
    return condition


def _sorts(request: Request) -> list[str]:
    return [s for s in request.query.get("sort", "").split(",") if s]


def select(records: Sequence[Record], request: Request, condition: Mapping[str, Any]) -> Sequence[Record]:
    """Return the records that meet *condition* and `search`, in the order of `sort`."""
    found = records
    if condition:
        found = [r for r in found if _meets(r, condition)]
    if needle := folded(request.query.get("search", "")):
        found = [r for r in found if any(needle in folded(v) for v in _texts(r))]
    for item in reversed(_sorts(request)):
        found = ordered(found, item.removeprefix("-"), item.startswith("-"))
    return found


def _filter(request: Request) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    for name, value in request.pairs:
        if name == "filter":
            try:
                condition |= orjson.loads(value)
            except (orjson.JSONDecodeError, TypeError) as fault:
                message = 'Invalid query. "filter" must be a valid JSON object.'
                raise QueryError(error(400, "INVALID_QUERY", message)) from fault
        elif name.startswith("filter["):
            place = condition
            *steps, last = re.findall(r"\[([^\]]*)\]", name)
            for step in steps:
                place = place.setdefault(step, {})
            place[last] = value.split(",") if last in ("_in", "_nin") else value
    return condition


# ── conditions ────────────────────────────────────────────────────────────────────────────────────────────


def _same(a: Any, b: Any) -> bool:
    return str(a) == str(b)


def _order(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(a: Any, b: Any) -> bool:
        if isinstance(a, (int, float)):
            try:
                return test(a, float(b))
            except (TypeError, ValueError):
                return False
        return test(str(a), str(b))

    return compare


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "_eq": _same,
    "_neq": lambda a, b: not _same(a, b),
    "_in": lambda a, b: any(_same(a, x) for x in b),
    "_nin": lambda a, b: not any(_same(a, x) for x in b),
    "_contains": lambda a, b: str(b) in str(a),
    "_icontains": lambda a, b: str(b).lower() in str(a).lower(),
    "_gt": _order(lambda a, b: a > b),
    "_gte": _order(lambda a, b: a >= b),
    "_lt": _order(lambda a, b: a < b),
    "_lte": _order(lambda a, b: a <= b),
}


def _check_fields(condition: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name, inner in condition.items():
        if name in ("_and", "_or"):
            for part in inner:
                _check_fields(part, known)
        elif name.startswith("_"):
            if name not in _OPERATORS:
                raise QueryError(error(400, "INVALID_QUERY", f'Invalid query. "{name}" is not an operator.'))
        elif name not in known:
            raise QueryError(forbidden())
        elif isinstance(inner, Mapping):
            _check_fields(inner, known[name])
        else:
            raise QueryError(error(400, "INVALID_QUERY", "Invalid query. A filter needs an operator."))


def _meets(record: Any, condition: Mapping[str, Any]) -> bool:
    for name, inner in condition.items():
        if name == "_and":
            passed = all(_meets(record, part) for part in inner)
        elif name == "_or":
            passed = any(_meets(record, part) for part in inner)
        elif name in _OPERATORS:
            passed = _OPERATORS[name](record, inner)
        else:
            passed = any(_meets(v, inner) for v in values(record, name))
        if not passed:
            return False
    return True


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


# ── fields ────────────────────────────────────────────────────────────────────────────────────────────────


def shape_of(records: Iterable[Record]) -> dict[str, Any]:
    """Return the nested names that the records have: the collection's fields, as far as this role reads them."""
    known: dict[str, Any] = {}
    for record in records:
        _add_shape(record, known)
    return known


def _add_shape(value: Any, known: dict[str, Any]) -> None:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            for name, inner in item.items():
                _add_shape(inner, known.setdefault(name, {}))


def _exists(known: Mapping[str, Any], steps: Sequence[str]) -> bool:
    for step in steps:
        if step not in known:
            return False
        known = known[step]
    return True


def trim(records: Sequence[Record], fields: str, shape: Shape = dict) -> list[Any]:
    """Return *records* with the members asked for; a relation beyond the depth asked comes back as its id.

    QueryError (403) for a field that no record has.
    """
    wanted: dict[str, Any] = {}
    for item in (fields or "*").split(","):
        place = wanted
        for step in item.strip().split("."):
            place = place.setdefault(step, {})
    if any(name != "*" for name in wanted) and not _asked_exists(wanted, shape()):
        raise QueryError(forbidden())
    return [_trim(r, wanted) for r in records]


def _asked_exists(wanted: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    return all(
        name == "*" or (name in known and (not inner or not known[name] or _asked_exists(inner, known[name])))
        for name, inner in wanted.items()
    )


def _trim(value: Any, wanted: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_trim(item, wanted) for item in value]
    if not isinstance(value, Mapping):
        return value
    if not wanted:
        return _id_of(value)
    every = wanted.get("*")
    chosen = {}
    for name, inner in value.items():
        below = wanted.get(name, every)
        if below is not None:
            chosen[name] = _trim(inner, below)
    return chosen


def _id_of(value: Mapping[str, Any]) -> Any:
    return value.get("id") or zlib.crc32(orjson.dumps(value)) % 100_000 + 1
