"""The language of the pages' fixed words: Spanish as they are written here and in the templates, or a catalogue.

A catalogue is themes/vitrina/locale/<language>.po, read as it is; a word it lacks stays in Spanish. Data and the texts
of the declarations are in Spanish whatever the language. One render speaks one language: `speak` sets it first.
The scripts say theirs with themes/vitrina/ts/words.ts, and assets.py puts the catalogue's words into their bundles.
`scripts/words` lists all texts for translators.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from vitrina.errors import ConfigurationError

SPANISH = "es"
_spoken: list[gettext.NullTranslations] = [gettext.NullTranslations()]


def speak(translations: gettext.NullTranslations) -> None:
    """Say from now on every text of the portal's own code in that language."""
    _spoken[0] = translations


def say(text: str, **values: object) -> str:
    """Return *text* in the language of the render, with *values* in its {holes}.

    >>> say("Calidad: {name}", name="Contratos")
    'Calidad: Contratos'
    """
    said = _spoken[0].gettext(text)
    return said.format(**values) if values else said


def listed(parts: Sequence[str]) -> str:
    """Return *parts* as an enumeration.

    >>> listed(["una", "otra", "la tercera"]), listed(["una"])
    ('una, otra y la tercera', 'una')
    """
    if len(parts) < 2:
        return "".join(parts)
    return say("{first} y {last}", first=", ".join(parts[:-1]), last=parts[-1])


class Spoken(dict[str, str]):
    """Texts by code, each said in the language of the render at the moment it is asked for."""

    def __getitem__(self, code: str) -> str:
        return say(super().__getitem__(code))

    def get(self, code: str, default: str = "") -> str:  # type: ignore[override]  # every use gives a text
        """Return the text of *code*, or *default*."""
        found = super().get(code)
        return say(found) if found else default


def language_of(conf: Mapping[str, Any]) -> str:
    """Return the language that publishconf.py asks for, Spanish when it asks for none."""
    return str(conf.get("DEFAULT_LANG") or SPANISH)


def catalogue(theme: Path, language: str) -> gettext.NullTranslations:
    """Return the words of *language*; ConfigurationError when the theme has no such catalogue or it is damaged."""
    if language.split("-")[0] == SPANISH:
        return gettext.NullTranslations()
    path = theme / "locale" / f"{language}.po"
    try:
        with path.open("rb") as stream:
            read = read_po(stream, locale=language.replace("-", "_"), abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
        raise ConfigurationError(
            f"publishconf.py: DEFAULT_LANG = {language!r}, y no se puede leer {path.name}: {error}",
            'Use "es", o traduzca el catálogo en themes/vitrina/locale/.',
        ) from error
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
