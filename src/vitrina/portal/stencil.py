"""Draws thousands of pages that differ only in their values, without running the template for each.

A template is run once per *shape* of its values (which texts are empty, how long each list is, which flags are
set) with a mark in place of every text, and cut at the marks; a page is then those pieces around its own texts.
The first page of every shape is drawn both ways and must come out the same, else that shape is drawn by the
template from then on: a template may do what it likes, it is only slower when it looks inside a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, NoReturn

from markupsafe import Markup, escape

_MARK = re.compile("\ue000(\\d+)\ue001")
_MAX_SHAPES = 400
"""Shapes kept per stencil; a dataset with more of them gains nothing from being cut."""
_LITERAL = frozenset({"section", "index", "severity", "numeric"})
"""Fields whose text decides what a template draws: their value is part of the shape."""

Chain = tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...]
"""The filters a template puts a text through, with their arguments."""


class Unknowable(Exception):
    """A template asked a mark for what only the real text could tell."""


class _Slot:
    """Stands for a text while a template is cut. It can be printed and filtered by our filters, nothing else."""

    __slots__ = ("_chain", "_leaf", "_places", "_truth")

    def __init__(self, places: list[tuple[int, Chain]], leaf: int, truth: bool, chain: Chain = ()) -> None:
        self._places, self._leaf, self._truth, self._chain = places, leaf, truth, chain

    def __html__(self) -> str:
        self._places.append((self._leaf, self._chain))
        return f"\ue000{len(self._places) - 1}\ue001"

    def __bool__(self) -> bool:
        if self._chain:
            raise Unknowable
        return self._truth

    def through(self, function: Callable[..., Any], more: tuple[Any, ...]) -> _Slot:
        """Return the slot of the same text after one more filter."""
        return _Slot(self._places, self._leaf, self._truth, (*self._chain, (function, more)))

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise Unknowable

    __str__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __len__ = _refuse
    __iter__ = __contains__ = __getitem__ = __add__ = __radd__ = __mod__ = __format__ = _refuse


def deferred(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return *function* so that, given a mark, it waits until the mark's text is known."""

    def ask(value: Any, *more: Any) -> Any:
        return value.through(function, more) if type(value) is _Slot else function(value, *more)

    return ask


@lru_cache(maxsize=64)
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


class _Cut:
    """A template cut at its marks."""

    def __init__(self, text: str, places: list[tuple[int, Chain]]) -> None:
        parts = _MARK.split(text)
        self.pieces: list[str] = parts
        kinds = list(dict.fromkeys(places))
        self.kinds = kinds
        index = {kind: i for i, kind in enumerate(kinds)}
        self.holes = [(i, index[places[int(parts[i])]]) for i in range(1, len(parts), 2)]

    def fill(self, leaves: list[Any]) -> str:
        """Return the page of these texts."""
        shown: list[str] = []
        for leaf, chain in self.kinds:
            value = leaves[leaf]
            for function, more in chain:
                value = function(value, *more)
            shown.append(value if type(value) is Markup else escape(value))
        parts = self.pieces.copy()
        for place, kind in self.holes:
            parts[place] = shown[kind]
        return "".join(parts)


class Stencil:
    """One template for many pages. *draw* runs it on the values it is given; *fixed* never change between pages."""

    def __init__(self, draw: Callable[[Mapping[str, Any]], str], fixed: Iterable[Any] = ()) -> None:
        self.draw = draw
        self.fixed = {id(value): value for value in fixed}
        self.cuts: dict[Any, _Cut | None] = {}

    @property
    def refused(self) -> int:
        """How many shapes the template itself has to draw."""
        return sum(1 for cut in self.cuts.values() if cut is None)

    def page(self, values: Mapping[str, Any]) -> str:
        """Return the page of *values*, exactly as the template draws it."""
        leaves: list[Any] = []
        shape = self._shape(values, leaves)
        if shape in self.cuts:
            cut = self.cuts[shape]
            return cut.fill(leaves) if cut is not None else self.draw(values)
        page = self.draw(values)
        if len(self.cuts) < _MAX_SHAPES:
            found = self._cut(values)
            self.cuts[shape] = found if found is not None and found.fill(leaves) == page else None
        return page

    def _shape(self, values: Mapping[str, Any], leaves: list[Any]) -> tuple[Any, ...]:
        return tuple([(name, self._look(value, leaves)) for name, value in values.items()])

    def _look(self, value: Any, leaves: list[Any]) -> Any:
        """Return the shape of *value*, adding its texts to *leaves* in the order `_mark` numbers them."""
        kind = type(value)
        if kind is str or kind is Markup:
            if not value:
                return False
            leaves.append(value)
            return True
        if value is None or kind is bool or kind is int or id(value) in self.fixed:
            return (kind, value) if kind is int else id(value)
        if kind is tuple or kind is list:
            return tuple([self._look(v, leaves) for v in value])
        if is_dataclass(kind):
            look = self._look
            return (
                kind,
                *[
                    getattr(value, n) if n in _LITERAL else look(getattr(value, n), leaves)
                    for n in _names(kind)
                ],
            )
        leaves.append(value)
        return ("opaque", bool(value))

    def _cut(self, values: Mapping[str, Any]) -> _Cut | None:
        places: list[tuple[int, Chain]] = []
        count = [0]
        try:
            text = self.draw({name: self._mark(value, places, count) for name, value in values.items()})
        except Exception:
            # Whatever a template may trip over with a mark instead of a text, the real text draws the page.
            return None
        return _Cut(text, places)

    def _mark(self, value: Any, places: list[tuple[int, Chain]], count: list[int]) -> Any:
        kind = type(value)
        if kind is str or kind is Markup:
            return self._slot(value, places, count) if value else value
        if value is None or kind is bool or kind is int or id(value) in self.fixed:
            return value
        if kind is tuple or kind is list:
            return [self._mark(v, places, count) for v in value]
        if is_dataclass(kind):
            marked = {
                n: getattr(value, n) if n in _LITERAL else self._mark(getattr(value, n), places, count)
                for n in _names(kind)
            }
            return kind(**marked)
        return self._slot(value, places, count)

    def _slot(self, value: Any, places: list[tuple[int, Chain]], count: list[int]) -> _Slot:
        count[0] += 1
        return _Slot(places, count[0] - 1, bool(value))
