"""The link check finds what a visitor would find broken, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitrina.errors import RefusedError
from vitrina.publishing import links

SITE = "https://datos.ejemplo.mx"


def page(stage: Path, name: str, body: str) -> None:
    path = stage / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")


@pytest.mark.parametrize(
    "link",
    [
        "/", "/a/", "/a/#parte", "#aqui", "a/", "../a/", "/hoja.css", "https://otro.mx/x", "mailto:x@y.mx",
        f"{SITE}/a/", "/a/?q=1&amp;x=2", "/%61/",
    ],
)  # fmt: skip
def test_good_links_pass(tmp_path: Path, link: str) -> None:
    page(tmp_path, "index.html", f'<a href="{link}" >x</a><p id="aqui"></p>')
    page(tmp_path, "a/index.html", '<p id="parte"></p>')
    (tmp_path / "hoja.css").write_text("", encoding="utf-8")
    assert links.check(tmp_path, SITE) == 1


@pytest.mark.parametrize(
    "link", ["/b/", "/a", "/a/#nada", "#nada", "b/", f"{SITE}/b/", "/hoja.css", "//", "/a/index"]
)
def test_broken_links_stop_the_night_and_are_named(tmp_path: Path, link: str) -> None:
    page(tmp_path, "index.html", "")
    page(tmp_path, "p/index.html", f'<a href="{link}">x</a>')
    page(tmp_path, "a/index.html", '<p id="parte"></p>')
    if link == "//":
        assert links.check(tmp_path, SITE) == 1  # an empty host: browsers go nowhere, and so does the check
        return
    with pytest.raises(RefusedError, match="/p/"):
        links.check(tmp_path, SITE)
