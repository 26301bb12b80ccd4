"""What stops a render, and what must not change from one run to the next."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from toy_portal import ASSETS, PROSE, RUN_DATE, make_toy

from vitrina import portal
from vitrina.config import HOME, Settings
from vitrina.errors import RenderError


def own_theme(settings: Settings) -> Path:
    """Give the portal a theme of its own (without node_modules) and return its folder."""
    target = settings.root / "themes" / "vitrina"
    shutil.copytree(HOME / "themes" / "vitrina", target, ignore=shutil.ignore_patterns("node_modules"))
    return target


def append(path: Path, text: str) -> None:
    """Add *text* at the end of the file's main block."""
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("{% endblock %}", text + "{% endblock %}"), encoding="utf-8")


def test_an_undefined_name_in_a_template_stops_the_render(toy: Settings, tmp_path: Path) -> None:
    append(own_theme(toy) / "templates" / "credits.html", "{{ nombre_que_no_existe }}")
    with pytest.raises(RenderError, match=r"creditos/.*nombre_que_no_existe"):
        portal.render(toy, tmp_path / "sitio", bundled=ASSETS)


def test_a_template_that_cannot_be_read_stops_the_render(toy: Settings, tmp_path: Path) -> None:
    append(own_theme(toy) / "templates" / "quality.html", "{% if %}")
    with pytest.raises(RenderError):
        portal.render(toy, tmp_path / "sitio", bundled=ASSETS)


def test_a_warning_of_pelican_stops_the_render_every_time(toy: Settings, tmp_path: Path) -> None:
    (toy.content / "copia.md").write_text("Title: Copia\nSlug: acerca\n\nTexto.\n", encoding="utf-8")
    for turn in ("uno", "dos"):
        with pytest.raises(RenderError):
            portal.render(toy, tmp_path / turn, bundled=ASSETS)


def test_an_id_that_leaves_its_folder_stops_the_render(toy: Settings, tmp_path: Path) -> None:
    path = toy.build / "checked" / "entes" / "entes.parquet"
    frame = pl.read_parquet(path).with_columns(id=pl.lit("../../etc/passwd"))
    frame.write_parquet(path)
    with pytest.raises(RenderError, match="no puede ser una dirección"):
        portal.render(toy, tmp_path / "sitio", bundled=ASSETS)
    assert not (tmp_path / "etc").exists()


def test_a_damaged_report_stops_the_render_and_is_named(toy: Settings, tmp_path: Path) -> None:
    (toy.build / "reports" / "entes.json").write_text("{", encoding="utf-8")
    with pytest.raises(RenderError, match=r"entes\.json"):
        portal.render(toy, tmp_path / "sitio", bundled=ASSETS)


def test_missing_asset_stops_the_render(toy: Settings, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"main\.css"):
        portal.render(toy, tmp_path / "sitio", bundled={})


RENDER = """
import sys
from datetime import date
from pathlib import Path
from vitrina import portal
from vitrina.config import Settings
root = Path(sys.argv[1])
portal.render(Settings(root=root / "raiz", run_date=date.fromisoformat(sys.argv[2])), root / "sitio", bundled=ASSETS)
"""


def sums_of(folder: Path, **environment: str) -> dict[str, str]:
    """Render a toy portal in a process of its own and return its files' sums."""
    make_toy(folder / "raiz")
    code = RENDER.replace("ASSETS", repr(ASSETS))
    command = [sys.executable, "-c", code, str(folder), RUN_DATE.isoformat()]
    subprocess.run(command, check=True, env={**os.environ, **environment})
    files = sorted(p for p in (folder / "sitio").rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_two_renders_are_the_same_bytes_in_any_place_zone_and_language(tmp_path: Path) -> None:
    here = sums_of(tmp_path / "a", TZ="UTC", PYTHONHASHSEED="1")
    there = sums_of(tmp_path / "b", TZ="Asia/Tokyo", LANG="en_US.UTF-8", PYTHONHASHSEED="7")
    assert here == there
    assert len(here) > 300


def test_the_count_is_that_of_the_pages_written(toy: Settings, tmp_path: Path) -> None:
    out = tmp_path / "sitio"
    assert portal.render(toy, out, bundled=ASSETS) == sum(1 for _ in out.rglob("*.html"))


def test_a_portal_in_a_folder_of_its_host_keeps_its_links_there(toy: Settings, tmp_path: Path) -> None:
    conf = (HOME / "publishconf.py").read_text(encoding="utf-8")
    address = "https://ejemplo.mx/portal"
    (toy.root / "publishconf.py").write_text(
        conf.replace("https://datos.sea.ejemplo.mx", address), encoding="utf-8"
    )
    out = tmp_path / "sitio"
    portal.render(toy, out, bundled=ASSETS)
    page = (out / "acerca" / "index.html").read_text(encoding="utf-8")
    assert 'href="/portal/calidad/"' in page
    assert 'href="/calidad/"' not in page
    assert '<link rel="canonical" href="https://ejemplo.mx/portal/acerca/">' in page


def test_the_programs_own_prose_is_whole() -> None:
    assert {p.stem for p in (HOME / "content").glob("*.md")} == set(PROSE)
    for path in (HOME / "content").glob("*.md"):
        assert path.read_text(encoding="utf-8").startswith("Title: ")


def test_every_template_is_used(rendered: Path) -> None:
    """A template nobody renders would hide its errors: each must be named by a route or by another template."""
    templates = HOME / "themes" / "vitrina" / "templates"
    sources = [p.read_text(encoding="utf-8") for p in (HOME / "src" / "vitrina" / "portal").glob("*.py")]
    sources += [p.read_text(encoding="utf-8") for p in templates.rglob("*.html")]
    text = "\n".join(sources)
    pelican_asks_for = {"page.html"}
    for path in templates.rglob("*.html"):
        name = str(path.relative_to(templates))
        assert name in pelican_asks_for or f'"{name}"' in text, name


def test_a_column_that_no_record_brings_is_not_listed_nor_a_way_to_browse(tmp_path: Path) -> None:
    toy = make_toy(tmp_path / "raiz")
    path = toy.root / "build" / "checked" / "contratos" / "contratos.parquet"
    pl.read_parquet(path).with_columns(metodo=pl.lit(None, dtype=pl.String)).write_parquet(path)
    portal.render(toy, tmp_path / "sitio", bundled=ASSETS)
    listing = (tmp_path / "sitio" / "contratos" / "lista" / "index.html").read_text(encoding="utf-8")
    assert 'data-t="Fecha"' in listing
    assert 'data-t="Metodo"' not in listing
    assert not (tmp_path / "sitio" / "contratos" / "por" / "metodo").exists()
    assert (tmp_path / "sitio" / "contratos" / "por" / "fecha").is_dir()
