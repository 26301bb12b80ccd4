"""What a raw record holds at its declared private paths, for the gate: told apart before any layout reads it.

So the gate knows the night's reserved values whatever a layout does with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vitrina.catalogs import name_key
from vitrina.layouts import find
from vitrina.layouts.base import under_withheld
from vitrina.model import System
from vitrina.values import company_rfc

_TELLING = re.compile(r"@|(?:\d\D{0,3}?){4}")
"""A value is searched for when it has an e-mail's sign or some digits: names and words are public elsewhere."""


class Split:
    """Tells the reserved leaves of the records of *system* from the others."""

    def __init__(self, system: System) -> None:
        """Paths declared `conditional` (public or not by who it is about) and conditions in brackets do not count."""
        self.patterns = tuple(w.path for w in system.withheld if not w.conditional and "≠" not in w.path)
        self._wholes = [w for name in system.layouts if (w := getattr(find(name), "reserved_items", None))]
        self._headers = {name_key(p.removeprefix("*.")) for p in self.patterns}

    def values(self, record: Any) -> Iterator[tuple[bool, str]]:
        """Yield (reserved, text) for each leaf of *record* with an e-mail or four digits; companies' RFC left out."""
        whole = [i for items in self._wholes if isinstance(record, Mapping) for i in items(record)]
        yield from ((True, text) for _, text in _leaves(whole, "") if not company_rfc(text))
        flat = isinstance(record, Mapping) and not any(
            isinstance(v, (Mapping, list)) for v in record.values()
        )
        for path, text in _leaves(record, ""):
            reserved = under_withheld(path, self.patterns) or (flat and name_key(path) in self._headers)
            if not (reserved and company_rfc(text)):
                yield reserved, text


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
