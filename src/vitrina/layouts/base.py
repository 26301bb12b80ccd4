"""What every layout shares: the interface, the reader that accounts for each field, and small mapping tools.

A layout turns raw records of one standard into rows of one system. It maps each field on purpose, names the
private ones it drops, and whatever is left over is reported: nothing is passed on by default (design §6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from vitrina.model import Outcome, RawRecord, Row, Source, System
from vitrina.text import tidy

MISSING = frozenset({"", "nan", "null", "none", "n/a", "na", "s/d", "nd", "dato no proporcionado", "-", "--"})
"""Texts that mean "nothing was given" (pdn.md §10.3), compared trimmed and in lower case."""


@dataclass(frozen=True)
class Context:
    """What a layout may know besides the records."""

    system: System
    source: Source
    run_date: date
    ente_id: Callable[[str], str | None] = lambda _name: None
    """Institution name as received → id of the register of entes, or None."""


class Layout(Protocol):
    """One standard's record layout. Modules list theirs in LAYOUTS; `layouts.find` collects them."""

    name: str
    """As written in system.toml `layouts` and source.toml `layout`."""

    def matches(self, record: Any) -> bool:
        """Return whether *record* has this layout's tell-tale shape; never guess."""
        ...

    def outcomes(self, records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
        """Yield what became of each record; every record's position appears in exactly one outcome."""
        ...


@dataclass
class Reader:
    """Takes values out of a nested record and remembers what was taken.

    Paths use dots for members; a list is walked with `each`. `leftovers` are the leaf paths nobody asked for,
    with `[]` for any list position; empty leaves (missing values, empty lists and objects) do not count.
    """

    record: Mapping[str, Any]
    prefix: str = ""
    taken: set[str] = field(default_factory=set)

    def get(self, path: str) -> Any:
        """Return the value at *path* (None if absent) and mark it, with all below it, as accounted for."""
        self.taken.add(self.prefix + path)
        value: Any = self.record
        for part in path.split("."):
            if not isinstance(value, (dict, Mapping)):
                return None
            value = value.get(part)
        return value

    def text(self, *paths: str) -> str | None:
        """Return the first present value among *paths* as tidy text; None when all are missing.

        Numbers become their shortest exact text, booleans "true"/"false"; objects and lists count as missing
        (and stay unaccounted, so they are reported).
        """
        found: str | None = None
        for path in paths:
            value = self._peek(path)
            if isinstance(value, (Mapping, list)):
                continue
            self.taken.add(self.prefix + path)
            if found is None:
                found = as_text(value)
        return found

    def each(self, path: str) -> Iterator[Reader]:
        """Yield a reader for each object of the list at *path* (a single object counts as a list of one)."""
        value = self._peek(path)
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, Mapping):
                yield Reader(item, f"{self.prefix}{path}[].", self.taken)

    def texts(self, path: str, key: str = "") -> list[str]:
        """Return the texts of the list at *path* (member *key* of each object when given), missing left out."""
        value = self._peek(path)
        self.taken.add(self.prefix + path + (f"[].{key}" if key else ""))
        items = value if isinstance(value, list) else [value]
        texts = (as_text(i.get(key) if key and isinstance(i, Mapping) else i) for i in items if i is not None)
        return [t for t in texts if t is not None]

    def leftovers(self, withheld: Sequence[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return (unknown paths, withheld paths present) among the leaves of the whole record.

        Call it on the root reader. A *withheld* pattern covers its own path and all below it; a pattern that
        starts with `*.` matches that member name at any depth.
        """
        taken = frozenset(p.replace("[]", "") for p in self.taken)
        patterns = tuple(withheld)
        unknown: set[str] = set()
        private: set[str] = set()
        for path in set(leaves(self.record)):
            if not _covered(path, taken):
                (private if under_withheld(path, patterns) else unknown).add(path)
        return tuple(sorted(unknown)), tuple(sorted(private))

    def _peek(self, path: str) -> Any:
        value: Any = self.record
        for part in path.split("."):
            if not isinstance(value, (dict, Mapping)):
                return None
            value = value.get(part)
        return value


def as_text(value: Any) -> str | None:
    """Return *value* as tidy text, or None when it means "missing".

    >>> as_text(True), as_text(12.50), as_text(" nan "), as_text("8667.15000")
    ('true', '12.5', None, '8667.15000')
    """
    if value is None or isinstance(value, (dict, list, Mapping)):  # dict first: the ABC check is slow
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    text = tidy(str(value))
    return None if text.lower() in MISSING else text


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every non-empty leaf of a nested value, `[]` standing for any list position."""
    if isinstance(value, (dict, Mapping)):
        for key, child in value.items():
            yield from leaves(child, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for child in value:
            yield from leaves(child, f"{path}[]")
    elif as_text(value) is not None:
        yield path


def joined(values: Iterable[str | None]) -> str | None:
    """Return the present *values* as one `display: list` cell, without repeats; None when there are none."""
    seen = dict.fromkeys(v for v in values if v)
    return "; ".join(v.replace(";", ",") for v in seen) or None


def row(**values: str | None) -> Row:
    """Return a row; reads better than a dict literal in the layouts."""
    return values


def _covered(path: str, taken: frozenset[str]) -> bool:
    # `each` reads a single object as a list of one, so `a.b` and `a[].b` are the same place.
    return any(candidate in taken for candidate in _ancestors(path))


@lru_cache(maxsize=65_536)
def under_withheld(path: str, patterns: tuple[str, ...]) -> bool:
    """Return whether one of the declared *patterns* (see `Reader.leftovers`) covers the leaf *path*."""
    plain = frozenset(_ancestors(path))
    names = path.replace("[]", "").split(".")
    return any(
        p[2:].replace("[]", "") in names if p.startswith("*.") else p.replace("[]", "") in plain
        for p in patterns
    )


@lru_cache(maxsize=65_536)
def _ancestors(path: str) -> tuple[str, ...]:
    """Return *path* and the paths above it, without list marks: "a[].b" → ("a.b", "a")."""
    parts = path.replace("[]", "").split(".")
    return tuple(".".join(parts[:size]) for size in range(len(parts), 0, -1))
