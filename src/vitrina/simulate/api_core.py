"""What every dialect of the simulated API stands on: the data, the faults, the tokens, lists and their pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vitrina.simulate import api_faults
from vitrina.simulate.api_data import Datasets
from vitrina.simulate.api_faults import Faults, Page
from vitrina.simulate.api_tokens import Family, Tokens
from vitrina.simulate.api_wire import Request

Rows = Sequence[Any]
_KEPT = 64


@dataclass
class Core:
    """One API's state. `canaries` names who reached what nobody should."""

    data: Datasets
    faults: Faults
    tokens: Tokens
    base_url: str = ""
    wrapper_depth: int = 3
    """Levels of relations the S3 v2 wrapper asks for; three leave the deepest as ids, as the real one does."""
    canaries: list[str] = field(default_factory=list)
    _made: dict[Any, Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _shift: dict[str, int] = field(default_factory=dict)

    def made(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what *make* gives, made once per key (the newest keys are kept)."""
        with self._lock:
            if key not in self._made:
                if len(self._made) >= _KEPT:
                    del self._made[next(iter(self._made))]
                self._made[key] = make()
            return self._made[key]

    def settle(self) -> None:
        """Put every list that had shifted back in its place."""
        self._shift.clear()

    def rows(self, name: str, request: Request, source: Callable[[], Rows]) -> tuple[Any, Rows]:
        """Return (a key that names this state of the list, the list) with the faults in its rows."""
        if request.page > 1:  # the list moves while it is being read, not before
            for fault in self.faults.match(request, ("shifting",)):
                self._shift[name] = self._shift.get(name, 0) + (int(fault.value) or 1)
        still = tuple(self.faults.match(request, api_faults.STILL))
        shift = self._shift.get(name, 0)
        key = (name, shift, still)

        def make() -> Rows:
            rows = api_faults.spoil_rows(source(), still) if still else source()
            return api_faults.shifted(rows, shift) if shift else rows

        return key, self.made(key, make)

    def page(self, request: Request, rows: Rows, number: int, size: int) -> Page:
        """Return page *number* of *rows*, with the faults of one page."""
        start = (number - 1) * size
        plain = Page(rows[start : start + size], number, size, len(rows), start + size < len(rows))
        return api_faults.spoil_page(plain, self.faults.match(request, api_faults.PAGE), rows)


def family(request: Request) -> Family:
    """Return which of the two families of v1 servers answers *request*: they differ in their errors."""
    return "s1" if "declaraciones" in request.path or "/s1/" in request.path else "v1"
