"""The language of the pages' fixed words: Spanish as the templates are written, or a catalogue of the theme.

A catalogue is themes/vitrina/locale/<language>.po, read as it is; a word it lacks stays in Spanish. Data, dates and
the texts of the declarations are in Spanish whatever the language.
"""

from __future__ import annotations

import gettext
import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from vitrina.errors import ConfigurationError

SPANISH = "es"


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
