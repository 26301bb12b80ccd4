"""The words of content/glosario.md, for the places that explain one where it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_ENTRY = re.compile(r'^<span id="([a-z0-9-]+)">([^<\n]+)</span>\n:[ \t]+(.+(?:\n[ \t]+\S.*)*)', re.MULTILINE)
_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*_`]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word and what it means, in plain text."""

    title: str
    text: str


def read(content: Path) -> Mapping[str, Meaning]:
    """Return anchor → meaning of the glossary in *content*; a portal may have none, or other words.

    An entry is a `<span id="anchor">Word</span>` with its definition on the next line after a colon.
    """
    path = content / "glosario.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return {
        anchor: Meaning(title, " ".join(_MARKUP.sub(lambda m: m[1] or "", said).split()))
        for anchor, title, said in _ENTRY.findall(text)
    }
