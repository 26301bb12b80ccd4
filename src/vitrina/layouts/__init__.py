"""Record layouts: one module per standard. `find` returns a layout by the name used in declarations."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from vitrina.errors import ConfigurationError
from vitrina.layouts.base import Layout

__all__ = ["Layout", "find", "names"]


@cache
def _all() -> dict[str, Layout]:
    found: dict[str, Layout] = {}
    for module in pkgutil.iter_modules(__path__):
        for layout in getattr(importlib.import_module(f"{__name__}.{module.name}"), "LAYOUTS", ()):
            if layout.name in found:
                raise ConfigurationError(f"Dos layouts se llaman {layout.name}", "Cambie el nombre de uno.")
            found[layout.name] = layout
    return found


def names() -> tuple[str, ...]:
    """Return the names of all layouts, sorted."""
    return tuple(sorted(_all()))


def find(name: str) -> Layout:
    """Return the layout called *name*; ConfigurationError when there is none."""
    try:
        return _all()[name]
    except KeyError:
        raise ConfigurationError(
            f"No existe el layout {name!r}", f"Use uno de: {', '.join(names())}."
        ) from None
