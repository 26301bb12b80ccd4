"""Runs Pelican on the night's data and turns whatever it complains about into one RenderError."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateError

from vitrina.config import Settings
from vitrina.errors import RenderError, VitrinaError
from vitrina.portal import assets
from vitrina.portal.site import Site

_REMEDY = "Corrija la plantilla, el texto o el dato que se nombra y vuelva a correr vitrina render."


def render(settings: Settings, out: Path, *, bundled: Mapping[str, str] | None = None) -> int:
    """Write all pages of the portal into *out* and return how many.

    *bundled* names the theme's files when they were bundled before. RenderError on any warning or error of
    Pelican, of a template (undefined names included) or of the bundler.
    """
    out.mkdir(parents=True, exist_ok=True)
    named = assets.bundle(settings, out) if bundled is None else bundled
    site = Site(settings, named)
    now, count = [""], [0]
    overrides = {
        **_overrides(settings, out),
        "VITRINA_SITE": site,
        "VITRINA_NOW": now,
        "VITRINA_COUNT": count,
        "VITRINA_PREVIOUS": settings.site / "current",
    }
    with _quiet_pelican() as complaints:
        try:
            _run(settings, overrides)
        except VitrinaError:
            raise
        except (
            TemplateError,
            RuntimeError,
            OSError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
        ) as error:
            raise RenderError(f"Página {now[0]}: {type(error).__name__}: {error}", _REMEDY) from error
    if complaints:
        raise RenderError(f"Pelican avisó: {'; '.join(dict.fromkeys(complaints))[:2000]}", _REMEDY)
    prose = sum(1 for p in out.glob("*/index.html") if p.parent.name in _prose(settings))
    return count[0] + prose


def _prose(settings: Settings) -> set[str]:
    return {p.stem for p in settings.content.glob("*.md")}


def _run(settings: Settings, overrides: Mapping[str, Any]) -> None:
    from pelican import Pelican  # imported here: it sets the logger class of the whole process
    from pelican.settings import read_settings

    from vitrina.portal import plugin

    conf = read_settings(str(settings.publishconf), override={**overrides, "PLUGINS": [plugin]})
    Pelican(conf).run()


def _overrides(settings: Settings, out: Path) -> dict[str, Any]:
    """The settings that are the program's to decide, whatever publishconf.py says."""
    feeds = (
        "FEED_ALL_ATOM",
        "CATEGORY_FEED_ATOM",
        "TRANSLATION_FEED_ATOM",
        "AUTHOR_FEED_ATOM",
        "AUTHOR_FEED_RSS",
    )
    empty = ("AUTHOR", "CATEGORY", "TAG", "ARCHIVES", "AUTHORS", "CATEGORIES", "TAGS")
    return {
        "PATH": str(settings.content),
        "OUTPUT_PATH": str(out),
        "THEME": str(settings.theme),
        "DELETE_OUTPUT_DIRECTORY": False,
        "RELATIVE_URLS": False,
        "PAGE_PATHS": [""],
        "PAGE_EXCLUDES": [],
        "PAGE_URL": "{slug}/",
        "PAGE_SAVE_AS": "{slug}/index.html",
        "SLUGIFY_SOURCE": "basename",
        "ARTICLE_PATHS": [],
        "STATIC_PATHS": [],
        "THEME_STATIC_PATHS": [],
        "DIRECT_TEMPLATES": [],
        "TEMPLATE_PAGES": {},
        **dict.fromkeys(feeds),
        **{f"{name}_SAVE_AS": "" for name in empty},
        "LOCALE": ["C.UTF-8", "C"],
        "TIMEZONE": "America/Mexico_City",
        "DEFAULT_LANG": "es",
        "CACHE_CONTENT": False,
        "LOAD_CONTENT_CACHE": False,
        "TYPOGRIFY": False,
        "MARKDOWN": {
            "extension_configs": {"markdown.extensions.extra": {}, "markdown.extensions.toc": {}},
            "output_format": "html5",
        },
        "JINJA_ENVIRONMENT": {
            "autoescape": True,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "undefined": StrictUndefined,
            "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
        },
    }


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what any logger of Pelican says at WARNING or above."""
        self.lines.append(record.getMessage())


@contextmanager
def _quiet_pelican() -> Iterator[list[str]]:
    """Collect Pelican's warnings and errors, which it would print and then forget, exiting 0."""
    from pelican import log

    handler, logger = _Complaints(), logging.getLogger("pelican")
    # The filter drops a warning it has seen before in this process, even one of an earlier run.
    log.LimitFilter._raised_messages.clear()
    before, log.console.quiet = log.console.quiet, True
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        log.console.quiet = before
