"""The contracts of a whole night: exit codes, atomic publishing, history, repeatability."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from filelock import FileLock
from stdnum.mx import curp

from vitrina.errors import BusyError, ConfigurationError, PrivacyError, RefusedError
from vitrina.storage import read_json


def same_tree(one: Path, two: Path) -> list[str]:
    """Return the files that differ between two folders, or are in one only."""
    names = {str(p.relative_to(r)) for r in (one, two) for p in r.rglob("*") if p.is_file()}
    _, differ, odd = filecmp.cmpfiles(one, two, sorted(names), shallow=False)
    return sorted([*differ, *odd])


def test_two_builds_of_the_same_input_are_byte_identical(make_toy: Callable[[], Any]) -> None:
    first, second = make_toy(), make_toy()
    assert first.night() == second.night() == 0
    assert same_tree(first.site, second.site) == []


def test_repeating_a_night_changes_nothing(toy: Any) -> None:
    toy.night()
    release, copy = toy.site.resolve(), toy.root / "copy"
    shutil.copytree(release, copy)

    assert toy.night() == 0

    assert toy.site.resolve() == release
    assert same_tree(copy, toy.site) == []


def test_the_ledger_tells_added_changed_and_withdrawn_records(toy: Any) -> None:
    toy.night("2026-03-01")
    path = toy.root / "data" / "entrada" / "muni-obras" / "datos.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("Obra número 1", "Obra cambiada")
    path.write_text("\n".join([*lines[:-1], "O-9,Obra nueva,,,2026-03-01"]) + "\n", encoding="utf-8")

    assert toy.night("2026-03-02") == 0

    counts = read_json(toy.root / "build" / "changes" / "obras.json")["counts"]
    assert (counts["added"], counts["changed"], counts["withdrawn"]) == (1, 1, 1)
    rows = pl.read_parquet(toy.site / "obras" / "datos" / "registros.parquet")
    dates = dict(rows.select("titulo", pl.col("primera_vez").cast(pl.String)).iter_rows())
    assert dates["Obra nueva"] == "2026-03-02"
    assert dates["Obra cambiada"] == "2026-03-01"
    gone = read_json(toy.root / "build" / "changes" / "obras.json")["withdrawn"][0]["id"]
    page = (toy.site / "obras" / gone / "index.html").read_text(encoding="utf-8")
    assert "2026" in page and "Obra número 5" not in page


def test_a_moved_row_is_not_a_change(toy: Any) -> None:
    toy.night("2026-03-01")
    path = toy.root / "data" / "entrada" / "muni-obras" / "datos.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *reversed(rows)]) + "\n", encoding="utf-8")

    toy.night("2026-03-02")

    counts = read_json(toy.root / "build" / "changes" / "obras.json")["counts"]
    assert (counts["added"], counts["changed"], counts["withdrawn"]) == (0, 0, 0)


def test_too_few_rows_keep_the_last_good_tables(toy: Any) -> None:
    toy.night("2026-03-01")
    declaration = toy.root / "data" / "systems" / "obras" / "system.toml"
    text = declaration.read_text(encoding="utf-8").replace("min_rows = 1", "min_rows = 4")
    declaration.write_text(text, encoding="utf-8")
    toy.write("muni-obras", "datos.csv", "id,titulo\nO-1,La única que llegó\n")

    assert toy.night("2026-03-02") == 10

    assert pl.read_csv(toy.site / "obras" / "datos" / "registros.csv").height == 5


def test_nothing_to_publish_is_refused_and_leaves_the_site_alone(toy: Any) -> None:
    toy.night("2026-03-01")
    release = toy.site.resolve()
    shutil.rmtree(toy.root / "data" / "archive")
    shutil.rmtree(toy.root / "data" / "entrada")

    with pytest.raises(RefusedError) as refused:
        toy.night("2026-03-02")

    assert refused.value.exit_code == 20
    assert toy.site.resolve() == release


def test_a_private_value_in_the_pages_stops_the_night(toy: Any, repo: Path) -> None:
    toy.night("2026-03-01")
    release = toy.site.resolve()
    stem = "XEXX010101HNEXXXA"
    private = stem + curp.calc_check_digit(stem)
    shutil.copytree(repo / "content", toy.root / "content")
    page = next(p for p in sorted((toy.root / "content").rglob("*.md")))
    page.write_text(page.read_text(encoding="utf-8") + f"\n\nConsulte {private}.\n", encoding="utf-8")

    with pytest.raises(PrivacyError) as found:
        toy.night("2026-03-02")

    assert found.value.exit_code == 40
    assert private not in str(found.value)
    assert toy.site.resolve() == release


def test_a_template_error_fails_the_night_and_leaves_the_site_alone(toy: Any, repo: Path) -> None:
    toy.night("2026-03-01")
    release = toy.site.resolve()
    theme = toy.root / "themes" / "vitrina"
    shutil.copytree(
        repo / "themes" / "vitrina", theme, symlinks=True, ignore=shutil.ignore_patterns("node_modules")
    )
    (theme / "node_modules").symlink_to(repo / "themes" / "vitrina" / "node_modules")
    base = theme / "templates" / "base.html"
    base.write_text(base.read_text(encoding="utf-8") + "{{ no_existe.nada }}", encoding="utf-8")

    with pytest.raises(RefusedError) as refused:
        toy.night("2026-03-02")

    assert refused.value.exit_code == 20
    assert toy.site.resolve() == release


def test_a_second_build_at_the_same_time_is_told_to_wait(toy: Any) -> None:
    toy.part("2026-03-01", "pull")
    (toy.root / "data" / "archive").mkdir(parents=True, exist_ok=True)
    with FileLock(toy.root / "data" / "archive" / ".lock"), pytest.raises(BusyError) as busy:
        toy.night()
    assert busy.value.exit_code == 50


BAD_DECLARATIONS = {
    "missing-field": ('frequency = "mensual"\n', "", "frequency"),
    "wrong-value": ('kind = "records"', 'kind = "tabla"', "kind"),
    "not-toml": ("order = 100", "order = = 100", "línea"),
    "unknown-key": ("order = 100", 'order = 100\ncolor = "rojo"', "color"),
    "unknown-column": ('date = "fecha"', 'date = "fehca"', "fehca"),
}


@pytest.mark.parametrize("case", BAD_DECLARATIONS)
def test_a_bad_declaration_exits_30_naming_file_field_and_remedy(toy: Any, case: str) -> None:
    old, new, named = BAD_DECLARATIONS[case]
    path = toy.root / "data" / "systems" / "obras" / "system.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigurationError) as wrong:
        toy.night()

    assert wrong.value.exit_code == 30
    assert "obras/system.toml" in wrong.value.message
    assert named in wrong.value.message
    assert wrong.value.remedy


def test_a_secret_written_in_a_source_is_refused(toy: Any) -> None:
    toy.source(
        "muni-secreto", "obras", '\n[http_file]\nurl = "https://x.ejemplo.mx/a.csv"\npassword = "hola1234"\n'
    )
    with pytest.raises(ConfigurationError) as wrong:
        toy.night()
    assert "password" in wrong.value.message and "hola1234" not in str(wrong.value)
    assert "variable de entorno" in wrong.value.remedy


def test_the_command_line_speaks_spanish_and_exits_with_the_code(toy: Any) -> None:
    (toy.root / "data" / "systems" / "obras" / "system.toml").unlink()
    (toy.root / "data" / "systems" / "permisos" / "system.toml").write_text("slug = 3\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "vitrina", "build", "--root", str(toy.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 30
    assert "permisos/system.toml" in run.stderr
    assert "Qué hacer" in run.stderr
    assert "Traceback" not in run.stderr
