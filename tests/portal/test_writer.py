"""A night after another: what did not change keeps its file, and a page already published is never touched."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from pelican.writers import FileOverwriteFailedError
from toy_portal import ASSETS, make_toy

from vitrina import portal
from vitrina.config import Settings
from vitrina.portal.writer import SiteWriter


def next_night(toy: Settings, out: Path) -> None:
    """Render into *out* and make it the current release, as publish does."""
    portal.render(toy, out, bundled=ASSETS)
    toy.site.mkdir(parents=True, exist_ok=True)
    (toy.site / "current").unlink(missing_ok=True)
    (toy.site / "current").symlink_to(out)


def history(toy: Settings, changed: str = "") -> None:
    """Leave what compare would: every contract is known since long ago, *changed* since tonight."""
    ids = pl.read_parquet(toy.build / "checked" / "contratos" / "contratos.parquet")["id"]
    days = ["2026-03-02" if i == changed else "2026-01-01" for i in ids]
    frame = pl.DataFrame({"id": ids, "primera_vez": ["2026-01-01"] * len(ids), "ultimo_cambio": days})
    frame.with_columns(pl.col("primera_vez", "ultimo_cambio").str.to_date()).write_parquet(
        toy.build / "changes" / "contratos.parquet"
    )


def test_a_quiet_night_writes_only_what_changed(tmp_path: Path) -> None:
    toy = make_toy(tmp_path / "raiz")
    history(toy)
    first, second = tmp_path / "uno", tmp_path / "dos"
    next_night(toy, first)
    published = {p: p.read_bytes() for p in first.rglob("*") if p.is_file()}
    version = toy.build / "changes" / "version.json"
    version.write_text(
        json.dumps(json.loads(version.read_text()) | {"id": "2026-03-02-abc", "date": "2026-03-02"})
    )
    path = toy.build / "checked" / "contratos" / "contratos.parquet"
    frame = pl.read_parquet(path)
    frame.with_columns(
        monto=pl.when(pl.col("id") == "c-060").then(7.0).otherwise(pl.col("monto"))
    ).write_parquet(path)
    history(toy, "c-060")
    next_night(toy, second)
    records = sorted((second / "contratos").glob("c-*/index.*"))
    fresh = {p.relative_to(second).as_posix() for p in records if p.stat().st_nlink == 1}
    assert fresh == {"contratos/c-060/index.html", "contratos/c-060/index.json"}
    assert len(records) > 200
    assert all(p.read_bytes() == content for p, content in published.items())
    assert "2026-03-02-abc" in (second / "contratos" / "index.html").read_text(encoding="utf-8")


def test_the_pages_of_a_second_night_are_those_of_a_first_one(tmp_path: Path) -> None:
    toy = make_toy(tmp_path / "raiz")
    next_night(toy, tmp_path / "uno")
    next_night(toy, tmp_path / "dos")
    names = sorted(p.relative_to(tmp_path / "uno") for p in (tmp_path / "uno").rglob("*") if p.is_file())
    assert names == sorted(
        p.relative_to(tmp_path / "dos") for p in (tmp_path / "dos").rglob("*") if p.is_file()
    )
    assert all((tmp_path / "uno" / n).read_bytes() == (tmp_path / "dos" / n).read_bytes() for n in names)


def test_a_name_that_is_there_already_is_never_written_into(tmp_path: Path) -> None:
    kept, out = tmp_path / "publicado.html", tmp_path / "sitio"
    kept.write_text("publicado")
    out.mkdir()
    (out / "a.html").hardlink_to(kept)
    with pytest.raises(FileOverwriteFailedError, match=r"a\.html"):
        SiteWriter(str(out), {}).write_bytes("a.html", b"nuevo")
    assert kept.read_text() == "publicado"


def test_two_pages_never_share_a_place(tmp_path: Path) -> None:
    writer = SiteWriter(str(tmp_path), {})
    writer.write_bytes("a/index.html", b"1")
    with pytest.raises(FileOverwriteFailedError, match="a/index"):
        writer.write_bytes("a/index.html", b"2")
    assert (tmp_path / "a" / "index.html").read_bytes() == b"1"


def test_nothing_is_written_outside_the_site(tmp_path: Path) -> None:
    (tmp_path / "sitio").mkdir()
    with pytest.raises(RuntimeError, match="break out"):
        SiteWriter(str(tmp_path / "sitio"), {}).write_bytes("../fuera.html", b"x")
    assert not (tmp_path / "fuera.html").exists()
