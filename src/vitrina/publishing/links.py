"""The link check: every internal address and anchor written in a page must exist in the same site."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from vitrina.errors import RefusedError

_LINK = re.compile(r' (?:href|src|action|data-worker|data-index)="([^"]*)"')
_ID = re.compile(r' id="([^"]+)"')
_NAMED = 10


class _Site:
    """What exists in the staged tree; answers are remembered, because pages repeat the same links."""

    def __init__(self, stage: Path, site_url: str) -> None:
        self.stage = stage
        self.prefix = site_url.rstrip("/") + "/"
        self.anchors: dict[str, set[str]] = {}
        self.answers: dict[str, bool] = {}

    def has(self, here: str, raw: str) -> bool:
        """Return whether the link *raw* on page *here* leads somewhere; links to other sites count as good."""
        if raw[:1] != "/":
            return self._resolve(here, raw)
        answer = self.answers.get(raw)
        if answer is None:
            answer = self.answers[raw] = self._resolve(here, raw)
        return answer

    def _resolve(self, here: str, raw: str) -> bool:
        link = unescape(raw)
        if link.startswith(self.prefix):
            link = link[len(self.prefix) - 1 :]
        parts = urlsplit(urljoin(here, link))
        if parts.scheme or parts.netloc:
            return True
        target = unquote(parts.path)
        path = self.stage / target.lstrip("/")
        path = path / "index.html" if target.endswith("/") else path
        if not path.is_file():
            return False
        return not parts.fragment or unquote(parts.fragment) in self._anchors_of(path)

    def _anchors_of(self, path: Path) -> set[str]:
        name = str(path)
        if name not in self.anchors:
            self.anchors[name] = set(_ID.findall(path.read_text(encoding="utf-8")))
        return self.anchors[name]


def check(stage: Path, site_url: str) -> int:
    """Return how many links were checked; RefusedError lists the first broken ones with their page."""
    site = _Site(stage, site_url)
    broken: list[str] = []
    count = 0
    for page in sorted(stage.rglob("*.html")):
        here = "/" + page.relative_to(stage).as_posix().removesuffix("index.html")
        links = set(_LINK.findall(page.read_text(encoding="utf-8")))
        count += len(links)
        broken.extend(f"{here} → {link}" for link in sorted(links) if not site.has(here, link))
    if broken:
        more = f" (y {len(broken) - _NAMED} más)" if len(broken) > _NAMED else ""
        raise RefusedError(
            f"Enlaces rotos: {'; '.join(broken[:_NAMED])}{more}",
            "No se publicó nada. Es un defecto de las plantillas o de los textos.",
        )
    return count
