"""The link check: every internal address written in a page must be a file of the same site."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from vitrina.errors import RefusedError

_LINK = re.compile(r'\b(?:href|src|action|data-worker|data-index)="([^"]*)"')
_ID = re.compile(r'\bid="([^"]+)"')
_NAMED = 10


def check(stage: Path, site_url: str) -> int:
    """Return how many links were checked; RefusedError lists the first broken ones with their page."""
    pages = sorted(stage.rglob("*.html"))
    anchors: dict[Path, set[str]] = {}
    broken: list[str] = []
    known: dict[str, bool] = {}
    count = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        here = "/" + page.relative_to(stage).as_posix().removesuffix("index.html")
        anchors[page] = set(_ID.findall(text))
        for raw in _LINK.findall(text):
            link = unescape(raw)
            if link.startswith(site_url.rstrip("/") + "/"):
                link = link[len(site_url.rstrip("/")) :]
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            count += 1
            if link.startswith("#"):
                if parts.fragment and unquote(parts.fragment) not in anchors[page]:
                    broken.append(f"{here} → {link}")
                continue
            target = unquote(urlsplit(urljoin(here, link)).path)
            if target not in known:
                known[target] = _exists(stage, target)
            if not known[target]:
                broken.append(f"{here} → {link}")
    if broken:
        more = f" (y {len(broken) - _NAMED} más)" if len(broken) > _NAMED else ""
        raise RefusedError(
            f"Enlaces rotos: {'; '.join(broken[:_NAMED])}{more}",
            "No se publicó nada. Es un defecto de las plantillas.",
        )
    return count


def _exists(stage: Path, target: str) -> bool:
    path = stage / target.lstrip("/")
    return (path / "index.html").is_file() if target.endswith("/") else path.is_file()
