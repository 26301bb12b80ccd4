"""The link check: every internal address and anchor written in a page must exist in the same site.

Pages are read as bytes and their links looked up in a list of what the site holds, made in one walk: thirty thousand
pages take seconds. A link that thousands of pages repeat is judged once.
"""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from vitrina.errors import RefusedError

_LINK = re.compile(rb' (?:href|src|action|data-worker|data-index)="([^"]*)"')
_ID = re.compile(rb' id="([^"]+)"')
_NAMED = 10


class _Site:
    """What exists in the staged tree."""

    def __init__(self, stage: Path, site_url: str) -> None:
        self.stage = str(stage)
        self.prefix = site_url.rstrip("/") + "/"
        self.files = frozenset(_files(self.stage))
        self.good: set[bytes] = set()
        """Root-relative links that were found to lead somewhere."""
        self.anchors: dict[str, frozenset[bytes]] = {}

    def pages(self) -> list[str]:
        """Return the names of all pages, sorted."""
        return sorted(name for name in self.files if name.endswith(".html"))

    def broken(self, here: str, links: set[bytes]) -> list[str]:
        """Return those of *links*, written on page *here*, that lead nowhere; links to other sites count as good."""
        fresh = links - self.good
        bad = []
        for raw in fresh:
            if self._resolves(here, raw):
                if raw[:1] == b"/":
                    self.good.add(raw)
            else:
                bad.append(raw.decode("utf-8", "replace"))
        return sorted(bad)

    def _resolves(self, here: str, raw: bytes) -> bool:
        link = unescape(raw.decode("utf-8", "replace"))
        if link.startswith(self.prefix):
            link = link[len(self.prefix) - 1 :]
        parts = urlsplit(urljoin(here, link))
        if parts.scheme or parts.netloc:
            return True
        target = unquote(parts.path).lstrip("/")
        name = f"{target}index.html" if target.endswith("/") or not target else target
        if name not in self.files:
            return False
        return not parts.fragment or unquote(parts.fragment).encode() in self._anchors_of(name)

    def _anchors_of(self, name: str) -> frozenset[bytes]:
        if name not in self.anchors:
            content = Path(self.stage, name).read_bytes()
            self.anchors[name] = frozenset(
                unescape(i.decode("utf-8", "replace")).encode() if b"&" in i else i
                for i in _ID.findall(content)
            )
        return self.anchors[name]


def _files(stage: str) -> list[str]:
    """Return the name of every file under *stage*, relative to it."""
    cut = len(stage) + 1
    return [f"{folder}/{name}"[cut:] for folder, _, names in os.walk(stage) for name in names]


def check(stage: Path, site_url: str) -> int:
    """Return how many links were checked; RefusedError lists the first broken ones with their page."""
    site = _Site(stage, site_url)
    broken: list[str] = []
    count = 0
    for name in site.pages():
        here = "/" + name.removesuffix("index.html")
        with open(f"{site.stage}/{name}", "rb", buffering=0) as stream:  # noqa: PTH123  # the hot path
            links = set(_LINK.findall(stream.read()))
        count += len(links)
        broken.extend(f"{here} → {link}" for link in site.broken(here, links))
    if broken:
        more = f" (y {len(broken) - _NAMED} más)" if len(broken) > _NAMED else ""
        raise RefusedError(
            f"Enlaces rotos: {'; '.join(broken[:_NAMED])}{more}",
            "No se publicó nada. Es un defecto de las plantillas o de los textos.",
        )
    return count
