"""Publication policy of the sanction systems (S3): what may be public, about whom and until when.

Fail closed: a switch that a declaration does not set takes its strictest value. Each switch is written in
`system.toml` as `[options.<name>]` with `value`, `reason` and `authority`, so that whoever changes it says why
and who decided. Grounds: pdn.md §6 and reliability.md §6 (LGRA art. 27, LGSNA art. 53).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Literal

from vitrina.errors import BadValueError, ConfigurationError
from vitrina.model import System
from vitrina.values import iso_date

Gravity = Literal["serious", "non_serious", "unclassified"]

NOT_FINAL = "no-firme"
NON_SERIOUS = "no-grave"
ENDED = "concluida"
NO_TERM = "sin-plazo"
"""Codes of withheld records: not final yet, non-serious switched off, term over, term impossible to know."""

NON_SERIOUS_V1 = frozenset({"ANG", "NAD", "IDSP"})
"""v1 fault codes that are non-serious on their face (pdn.md §6)."""


@dataclass(frozen=True)
class Policy:
    """The switches in force. The defaults are the strictest values."""

    publish_non_serious: bool = False
    non_serious_expediente: bool = False
    non_serious_texts: bool = False
    publish_unclassified_names: bool = False
    serious_faults: tuple[str, ...] = ()
    """v1 fault codes whose records carry names; any other code is unclassified."""
    keep_ended: bool = False
    publish_years_without_period: int = 0

    @classmethod
    def of(cls, system: System) -> Policy:
        """Return the policy declared in *system*'s [options]; ConfigurationError for a bad or unexplained switch."""
        known = {f.name: getattr(cls(), f.name) for f in fields(cls)}
        values: dict[str, Any] = {}
        for name, option in system.options.items():
            if name not in known:
                raise _wrong(system, name, f"no existe; hay: {', '.join(known)}")
            values[name] = _value(system, name, option, known[name])
        policy = cls(**values)
        if contradictory := NON_SERIOUS_V1 & set(policy.serious_faults):
            raise _wrong(system, "serious_faults", f"no son graves: {', '.join(sorted(contradictory))}")
        return policy

    def names(self, gravity: Gravity) -> bool:
        """Return whether a record of this *gravity* may say who was sanctioned."""
        return gravity == "serious" or (gravity == "unclassified" and self.publish_unclassified_names)

    def gravity_v1(self, code: str | None) -> Gravity:
        """Return what a v1 fault code says; OTRO, an unknown code or none at all say nothing."""
        if code in NON_SERIOUS_V1:
            return "non_serious"
        return "serious" if code in self.serious_faults else "unclassified"


def verdict(policy: Policy, gravity: Gravity, *, final: bool, until: date | None, run_date: date) -> str:
    """Return the code that keeps a record private on *run_date*, or "" when it may be published.

    *final* says that the resolution is final (`is_final`); *until* is `published_until`'s answer.
    The last day of the term is still public.
    """
    if not final:
        return NOT_FINAL
    if not policy.names(gravity) and not policy.publish_non_serious:
        return NON_SERIOUS
    if policy.keep_ended:
        return ""
    if until is None:
        return NO_TERM
    return ENDED if until < run_date else ""


def is_final(day: date | None, run_date: date) -> bool:
    """Return whether a final resolution's *day* exists and is not after *run_date*."""
    return day is not None and day <= run_date


def published_until(policy: Policy, ends: Iterable[date | None], decided: date | None) -> date | None:
    """Return the last public day: the latest end of a period, else the declared years after the decision.

    None when there is neither a period nor a decision date: then nothing says when to stop.
    """
    known = [end for end in ends if end]
    if known:
        return max(known)
    return after(decided, years=policy.publish_years_without_period) if decided else None


def after(day: date, *, years: int = 0, months: int = 0, days: int = 0) -> date | None:
    """Return *day* plus a term; a month without that day ends on its last one. None beyond the calendar.

    >>> after(date(2024, 2, 29), years=1), after(date(2024, 1, 31), months=1)
    (datetime.date(2025, 2, 28), datetime.date(2024, 2, 29))
    """
    total = day.year * 12 + day.month - 1 + years * 12 + months
    year, month = divmod(total, 12)
    try:
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def day_of(text: str | None) -> date | None:
    """Return the date written in *text*, or None when there is none that can be read."""
    if not text:
        return None
    try:
        return date.fromisoformat(iso_date(text))
    except BadValueError:
        return None


def first_day(texts: Sequence[str | None]) -> date | None:
    """Return the first of *texts* that is a date."""
    return next((day for day in map(day_of, texts) if day), None)


def _value(system: System, name: str, option: Any, default: Any) -> Any:
    if not isinstance(option, Mapping) or not {"value", "reason", "authority"} <= set(option):
        raise _wrong(system, name, "necesita value, reason y authority")
    if not all(isinstance(option[k], str) and option[k].strip() for k in ("reason", "authority")):
        raise _wrong(system, name, "reason y authority deben decir por qué y quién lo decidió")
    value = option["value"]
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise _wrong(system, name, "value debe ser una lista de claves")
        return tuple(value)
    if type(value) is not type(default) or (type(value) is int and value < 0):
        expected = "true o false" if isinstance(default, bool) else "un número entero de años, cero o más"
        raise _wrong(system, name, f"value debe ser {expected}")
    return value


def _wrong(system: System, name: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{system.slug}/system.toml: campo options.{name}: {what}",
        "Corrija la opción en system.toml; cada una lleva value, reason y authority.",
    )
