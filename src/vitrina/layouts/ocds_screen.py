"""Screens and repairs OCDS releases before they are merged (OCDS 1.1 merging; EDCA-MX spellings).

A merge is only as good as its ids: objects without one are doubled across releases, objects that share one are
collapsed. So every release is first fitted to the structural schema: lists and objects where the schema wants
them, ids as text, an id for each object of a list, no id used twice for different things. Each repair is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from ocdskit.upgrade import upgrade_release_10_11

from vitrina.errors import BadValueError
from vitrina.layouts.base import as_text
from vitrina.layouts.ocds_notes import Notes
from vitrina.layouts.ocds_words import ROLES
from vitrina.text import fold, short_hash, tidy
from vitrina.values import instant, iso_date

Release = dict[str, Any]

GIVEN = "sin-id-"
"""Prefix of ids that we gave; they are never published."""

_SECTIONS = ("planning", "tender", "awards", "contracts", "parties", "buyer")
_NATURAL: Mapping[str, tuple[str, ...]] = {
    "awards": ("title",),
    "contracts": ("awardID",),
    "documents": ("url", "title"),
    "items": ("description",),
    "milestones": ("title", "type"),
    "parties": ("identifier.id", "name"),
    "suppliers": ("identifier.id", "name"),
    "tenderers": ("identifier.id", "name"),
}
"""What tells two objects of a list apart when the publisher gave no id; other lists use the whole content."""

_INLINE = ("identifier", "address", "contactPoint")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NUMERIC = frozenset({"number", "integer"})
_DROP = object()


class UnusableError(Exception):
    """Raised for a record or release that no row can be made of: `code` and a Spanish `message`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Delivery:
    """One release as it will be merged. `full`: it says everything known until then (a compiled release)."""

    position: str
    release: Release
    full: bool = False
    when: datetime | None = None
    notes: Notes = field(default_factory=Notes)


def matches(data: Any) -> bool:
    """Return whether *data* is a release, a record, or a record of the PDN's S6 tools; packages are not."""
    if not isinstance(data, Mapping):
        return False
    if "ocid" not in data:  # plainly a release all the same: it must be refused for that, by name
        return bool({"tag", "initiationType"} & set(data) and set(_SECTIONS) & set(data))
    return (
        isinstance(data.get("record"), Mapping)
        or _is_record(data)
        or any(isinstance(data.get(name), (Mapping, list)) for name in _SECTIONS)
        or {"tag", "initiationType", "date"} <= set(data)
    )


def unwrap(data: Any) -> tuple[str, list[tuple[Release, bool]]]:
    """Return the ocid of a record and its releases, each with whether it is a full (compiled) one.

    Embedded releases win over the publisher's compiled release; linked ones have no body, so then the compiled,
    then the latest values of the versioned release are used. Raises UnusableError.
    """
    if not isinstance(data, Mapping):
        raise UnusableError("forma-desconocida", "No es un objeto JSON con un proceso de contratación.")
    if isinstance(data.get("record"), Mapping):
        inner = {"ocid": data.get("ocid"), **data["record"]}
        inner["ocid"] = inner["ocid"] if as_text(inner["ocid"]) else data.get("ocid")
        return unwrap({k: v for k, v in inner.items() if k != "record"})
    releases = list(_bodies(data)) if _is_record(data) else [(dict(data), _is_compiled(data))]
    ocid = as_text(data.get("ocid")) or next((o for r, _ in releases if (o := as_text(r.get("ocid")))), None)
    if not releases:
        raise UnusableError("sin-contenido", "El registro no trae entregas ni su versión compilada.")
    if ocid is None:
        raise UnusableError("sin-ocid", "No trae ocid, el identificador que une las etapas de un proceso.")
    return _UNPRINTABLE.sub("", ocid), releases


def _is_record(data: Mapping[str, Any]) -> bool:
    bodies = [data.get(name) for name in ("releases", "compiledRelease", "versionedRelease")]
    return any(isinstance(b, (Mapping, list)) for b in bodies) and not any(s in data for s in _SECTIONS)


def _is_compiled(release: Mapping[str, Any]) -> bool:
    tag = release.get("tag")
    return "compiled" in (tag if isinstance(tag, list) else [tag])


def _bodies(record: Mapping[str, Any]) -> Iterator[tuple[Release, bool]]:
    releases = record.get("releases")
    if isinstance(releases, list) and releases:
        bodies = [r for r in releases if isinstance(r, Mapping) and ("ocid" in r or set(_SECTIONS) & set(r))]
        if len(bodies) == len(releases):
            yield from ((dict(r), _is_compiled(r)) for r in bodies)
            return
    if isinstance(record.get("compiledRelease"), Mapping):
        yield dict(record["compiledRelease"]), True
    elif isinstance(record.get("versionedRelease"), Mapping):
        yield _latest(record["versionedRelease"]), True


def _latest(value: Any) -> Any:
    """Return a versioned release with each list of versions replaced by its last value."""
    if isinstance(value, list):
        versions = [v for v in value if isinstance(v, Mapping) and {"releaseID", "value"} <= set(v)]
        return versions[-1]["value"] if versions else [_latest(v) for v in value]
    return {k: _latest(v) for k, v in value.items()} if isinstance(value, Mapping) else value


@dataclass(slots=True)
class _Node:
    """One place of the structural schema, resolved once: what may stand there and what is below."""

    kinds: frozenset[str] = frozenset()
    properties: dict[str, _Node] = field(default_factory=dict)
    items: _Node | None = None
    whole: bool = False
    """An array that a later release replaces as a whole, or whose objects have no id."""


_ANY = _Node()


class Screen:
    """Fits releases to the structural schema *schema* (draft-04, local references)."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._definitions: Mapping[str, Any] = schema["definitions"]
        self._named: dict[str, _Node] = {}
        self._root = self._node(schema)

    def delivery(self, position: str, ocid: str, release: Release, *, full: bool) -> Delivery:
        """Return *release* repaired, dated and noted, ready to be merged under *ocid*."""
        notes = Notes()
        if (own := as_text(release.get("ocid"))) and _UNPRINTABLE.sub("", own) != ocid:
            notes.add("ocid-distinto", "ocid")
        fitted = self._object({**release, "ocid": ocid}, self._root, "", notes)
        if not fitted.get("parties") and _inline(fitted):
            upgrade_release_10_11(fitted, reorder=False)
            notes.add("version-1-0", "parties")
        when = _date(fitted, notes)
        return Delivery(position, fitted, full, when, notes)

    def known(self, value: Any, node: _Node | None = None) -> Any:
        """Return *value* with only the members that the schema declares."""
        node = node or self._root
        if isinstance(value, list):
            return [self.known(v, node.items or _ANY) for v in value]
        if isinstance(value, dict) and node.properties:
            return {k: self.known(v, below) for k, v in value.items() if (below := node.properties.get(k))}
        return value

    def _node(self, raw: Mapping[str, Any]) -> _Node:
        if "$ref" in raw:
            name = raw["$ref"].rsplit("/", 1)[1]
            if name not in self._named:
                self._named[name] = _Node()  # before filling it: definitions may name themselves
                self._fill(self._named[name], self._definitions[name])
            return self._named[name]
        node = _Node()
        self._fill(node, raw)
        return node

    def _fill(self, node: _Node, raw: Mapping[str, Any]) -> None:
        kind = raw.get("type", ())
        node.kinds = frozenset((kind,) if isinstance(kind, str) else kind)
        node.properties = {k: self._node(v) for k, v in raw.get("properties", {}).items()}
        if "items" in raw:
            node.items = self._node(raw["items"])
        node.whole = (
            bool(raw.get("wholeListMerge")) or node.items is None or "id" not in node.items.properties
        )

    def _fit(self, value: Any, node: _Node, path: str, notes: Notes) -> Any:
        kinds = node.kinds
        if value is None or not kinds:
            return _clean(value, path, notes)
        if isinstance(value, list) != ("array" in kinds):
            value = _reshape(value, path, notes)
        if isinstance(value, dict):
            if "object" in kinds:
                return self._object(value, node, path, notes)
        elif isinstance(value, list):
            return self._list(value, node, path, notes)
        elif value is not _DROP and not kinds <= {"object", "null"}:
            return _scalar(value, kinds, path, notes)
        notes.add("forma-incorrecta", path)
        return _DROP

    def _object(self, value: Mapping[str, Any], node: _Node, path: str, notes: Notes) -> Release:
        properties = node.properties
        prefix = f"{path}." if path else ""
        fitted: Release = {}
        for key, child in value.items():
            kept = self._fit(child, properties.get(key, _ANY), prefix + key, notes)
            if kept is not _DROP:
                fitted[key] = kept
        return fitted

    def _list(self, values: Sequence[Any], node: _Node, path: str, notes: Notes) -> list[Any]:
        item, inner = node.items or _ANY, f"{path}[]"
        fitted = [self._fit(v, item, inner, notes) for v in values if v is not None]
        fitted = [v for v in fitted if v is not _DROP]
        if path.endswith("parties[].roles"):
            return _roles(fitted, path, notes)
        if node.whole:
            return fitted
        return identified(united(fitted, notes) if path == "parties" else fitted, path, notes)


def identified(items: Sequence[Release], path: str, notes: Notes) -> list[Release]:
    """Return the objects of one list, each with an id that no other one of different content has.

    A missing id comes from the object's natural key (or content) and its order among equals; a repeated id of
    different contents gets "~2"; an exact repetition under the same id is dropped.
    """
    kept: dict[str, Release] = {}
    for item in items:
        native = as_text(item.get("id"))
        if native is None:
            notes.add("id-faltante", path)
            native = GIVEN + short_hash(_natural(path.rpartition(".")[2], item))
        elif native in kept and {**kept[native], "id": native} == {**item, "id": native}:
            notes.add("objeto-repetido", path)
            continue
        elif native in kept:
            notes.add("id-repetido", path)
        unique, number = native, 1
        while unique in kept:
            number += 1
            unique = f"{native}~{number}"
        kept[unique] = {**item, "id": unique}
    return list(kept.values())


def united(parties: Sequence[Release], notes: Notes) -> list[Release]:
    """Return *parties* with the entries of one organization (one per role, as INAI writes them) made one."""
    kept: list[Release] = []
    for party in parties:
        twin = next((k for k in kept if _same_organization(k, party)), None)
        if twin is None:
            kept.append(dict(party))
            continue
        notes.add("parte-repetida", "parties")
        roles = dict.fromkeys([*(twin.get("roles") or ()), *(party.get("roles") or ())])
        twin.update({k: v for k, v in party.items() if twin.get(k) in (None, "", [], {})})
        twin["identifier"] = {**(party.get("identifier") or {}), **(twin.get("identifier") or {})}
        twin["roles"] = list(roles)
    return kept


def published_id(value: Any) -> str | None:
    """Return an id as its publisher gave it, without our repairs; None when we made it up."""
    text = as_text(value)
    return None if text is None or text.startswith(GIVEN) else re.sub(r"~\d+$", "", text)


def _same_organization(one: Release, other: Release) -> bool:
    if as_text(one.get("id")) is None or as_text(one.get("id")) != as_text(other.get("id")):
        return False
    ids = [as_text((p.get("identifier") or {}).get("id")) for p in (one, other)]
    names = [fold(as_text(p.get("name")) or "") for p in (one, other)]
    return ids[0] == ids[1] if all(ids) else names[0] == names[1] or not all(names)


def _natural(name: str, item: Release) -> str:
    paths = _NATURAL.get(name)
    if paths is None:
        return orjson.dumps(item, option=orjson.OPT_SORT_KEYS, default=str).decode()
    found = []
    for path in paths:
        value: Any = item
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        found.append(fold(as_text(value) or ""))
    return "\x1f".join(found)


def _reshape(value: Any, path: str, notes: Notes) -> Any:
    """Return a lone value as a list of one where a list is due, and the reverse; several are never chosen from."""
    if not isinstance(value, list):
        notes.add("forma-corregida", path)
        return [value]
    present = [v for v in value if v is not None]
    if len(present) != 1 or isinstance(present[0], list):
        return _DROP
    notes.add("forma-corregida", path)
    return present[0]


def _scalar(value: Any, kinds: frozenset[str], path: str, notes: Notes) -> Any:
    if isinstance(value, str):
        return _clean(value, path, notes)
    is_id = path.rpartition(".")[2] in {"id", "awardID"}
    if "string" in kinds and (is_id or not _NUMERIC & kinds):
        notes.add("numero-a-texto", path)
        return as_text(value)
    return value


def _clean(value: Any, path: str, notes: Notes) -> Any:
    """Return *value* without control characters or broken surrogates in any of its texts."""
    if isinstance(value, str):
        if _UNPRINTABLE.search(value):
            notes.add("caracter-de-control", path)
            return _UNPRINTABLE.sub("", value)
    elif isinstance(value, list):
        return [_clean(v, path, notes) for v in value]
    elif isinstance(value, dict):
        return {k: _clean(v, f"{path}.{k}", notes) for k, v in value.items()}
    return value


def _roles(values: Sequence[Any], path: str, notes: Notes) -> list[str]:
    texts = [t for v in values if (t := as_text(v)) is not None]
    codes = [ROLES.get(fold(t), t) for t in texts]
    if codes != texts:
        notes.add("papel-traducido", path)
    return list(dict.fromkeys(codes))


def _inline(release: Release) -> bool:
    """Return whether organizations are written out where they act, as OCDS 1.0 did."""
    tender = release.get("tender") or {}
    found = [release.get("buyer"), tender.get("procuringEntity"), *(tender.get("tenderers") or ())]
    found += [s for award in release.get("awards") or () for s in award.get("suppliers") or ()]
    return any(isinstance(o, Mapping) and any(o.get(k) for k in _INLINE) for o in found)


def _date(release: Release, notes: Notes) -> datetime | None:
    """Return the release's instant; a date written another way is normalized, an unreadable one removed."""
    text = as_text(release.pop("date", None))
    if text is None:
        return None
    try:
        when = instant(text)
    except BadValueError:
        try:
            text = iso_date(text)
        except BadValueError:
            notes.add("fecha-ilegible", "date")
            return None
        notes.add("fecha-normalizada", "date")
        when = instant(text)
    release["date"] = tidy(text)
    return when
