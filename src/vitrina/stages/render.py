"""Render: everything the earlier stages left → build/stage, the pages of the site, through Pelican."""

from __future__ import annotations

from vitrina import portal
from vitrina.config import Settings
from vitrina.storage import fresh_folder


def run(settings: Settings) -> int:
    """Render all pages into an empty build/stage; return how many. RenderError on any Pelican or template error."""
    return portal.render(settings, fresh_folder(settings.build / "stage"))
