r"""Python regular expressions of a small safe subset → patterns of the Rust engine that match no more than they do.

Frictionless matches `re.compile("^" + pattern + "$").match(cell)`. A cell that the *whole* pattern matches passes
that test (also for `a|b`, which Frictionless reads as `^a|b$`), so the translation asks for a full match. Whatever
could mean something else in the two engines is left untranslated, and Python decides.
"""

from __future__ import annotations

import re

_LETTER = "A-Za-z0-9áéíóúüñÁÉÍÓÚÜÑ"
_LITERAL = rf"[{_LETTER} _/,:;@%=<>!\"'-]"
_ESCAPED = r"\\[.+*?()|\[\]{}^$\\/-]"
_ONE = rf"(?:[{_LETTER} _/,:;@%=.+()]|{_ESCAPED})"
_CLASS = rf"\[\^?(?:{_ONE}(?:-[{_LETTER}])?|\\d)+-?\]"
_QUANTIFIER = r"(?:[?*+]|\{\d{1,4}(?:,(?:\d{1,4})?)?\})?"
_TOKEN = re.compile(
    rf"(?P<open>\((?:\?:)?)|(?P<close>\){_QUANTIFIER})|(?P<bar>\|)"
    rf"|(?P<atom>(?:{_CLASS}|\\d|\\w|\.|{_ESCAPED}|{_LITERAL}){_QUANTIFIER})|(?P<anchor>\^|\$)"
)
_NARROW = {"\\d": "[0-9]", "\\w": "[A-Za-z0-9_]"}
"""ASCII only: Python's \\d and \\w take any script's digits and letters, a narrower test is safe."""


def translate(pattern: str) -> str | None:
    r"""Return a Rust pattern whose every match Python's accepts too, or None.

    >>> translate("[A-Z]{4}\\d+")
    '^(?:[A-Z]{4}[0-9]+)$'
    >>> translate("^a|b$")
    '^(?:a|b)$'
    >>> translate("(?i)x") is None, translate("[^\\d]x") is None, translate("a++") is None
    (True, True, True)
    """
    parts: list[str] = []
    depth = place = 0
    body = pattern.removeprefix("^")
    if body.endswith("$") and not body.endswith("\\$"):
        body = body[:-1]
    while place < len(body):
        found = _TOKEN.match(body, place)
        if found is None or found["anchor"] or not _fits(body, found):
            return None
        depth += bool(found["open"]) - bool(found["close"])
        if depth < 0:
            return None
        parts.append(_narrow(found[0]))
        place = found.end()
    return None if depth else f"^(?:{''.join(parts)})$"


def _fits(body: str, found: re.Match[str]) -> bool:
    """Nothing that the subset misreads: no quantifier on a quantifier, no \\d in a negated class."""
    if found["atom"] and found[0].startswith("[^") and "\\d" in found[0]:
        return False
    after = body[found.end() : found.end() + 1]
    if found["open"] or found["bar"]:
        return after not in ("?", "*", "+", "{")
    return after not in ("?", "*", "+", "{", "]", "}")


def _narrow(token: str) -> str:
    if token.startswith("["):
        return token.replace("\\d", "0-9")
    for wide, narrow in _NARROW.items():
        if token.startswith(wide):
            return narrow + token[2:]
    return token
