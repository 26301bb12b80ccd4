"""What a raw record holds at its declared private paths, for the gate: told apart before any layout reads it.

So the gate knows the night's reserved values whatever a layout does with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vitrina.catalogs import name_key
from vitrina.layouts import find
from vitrina.layouts.base import under_withheld
from vitrina.model import Outcome, System
from vitrina.values import company_rfc

_TELLING = re.compile(r"@|(?:\d\D{0,3}?){4}")
"""A value is searched for when it has an e-mail's sign or some digits: names and words are public elsewhere."""


class Split:
    """Tells the reserved leaves of the records of *system* from the others; only leaves worth a search count."""

    def __init__(self, system: System) -> None:
        """Paths with a condition in brackets are known by their layout (`reserved_items`), `conditional` ones by it too."""
        declared = [w for w in system.withheld if "≠" not in w.path]
        self.always = tuple(w.path for w in declared if not w.conditional)
        self.conditional = tuple(w.path for w in declared if w.conditional)
        self._wholes = [w for name in system.layouts if (w := getattr(find(name), "reserved_items", None))]
        self._headers = {name_key(p.removeprefix("*.")) for p in self.always}

    def leaves(self, record: Any) -> Leaves:
        """Return the leaves of *record* by what is known of them before its layout has judged it."""
        found = Leaves()
        for items in self._wholes if isinstance(record, Mapping) else ():
            found.reserved.extend(text for _, text in _leaves(list(items(record)), ""))
        inside = set(found.reserved)
        flat = isinstance(record, Mapping) and not any(
            isinstance(v, (Mapping, list)) for v in record.values()
        )
        for path, text in _leaves(record, ""):
            if under_withheld(path, self.always) or (flat and name_key(path) in self._headers):
                found.reserved.append(text)
            elif under_withheld(path, self.conditional):
                found.conditional.append((path, text))
            elif text not in inside:
                found.public.append(text)
        found.reserved = [text for text in found.reserved if not company_rfc(text)]
        return found


@dataclass
class Leaves:
    """The texts of one record."""

    reserved: list[str] = field(default_factory=list)
    public: list[str] = field(default_factory=list)
    conditional: list[tuple[str, str]] = field(default_factory=list)
    """(path, text) of those that are one or the other as the record's outcome says."""

    def judged(self, outcome: Outcome) -> Iterator[tuple[bool, str]]:
        """Yield (reserved, text) of the conditional ones: withheld by the *outcome*, as a path or with the record."""
        dropped = {path.replace("[]", "") for path in outcome.withheld_fields}
        for path, text in self.conditional:
            if not company_rfc(text):
                yield bool(outcome.withheld) or path in dropped, text


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for child in value:
            yield from _leaves(child, path)
    elif value is not None and not isinstance(value, bool):
        text = value if isinstance(value, str) else str(value)
        if _TELLING.search(text):
            yield path, text
