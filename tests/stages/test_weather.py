"""A source that collapses, explodes or changes shape keeps its last good copy, until a person lets it through."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vitrina import weather
from vitrina.stages import pull
from vitrina.storage import read_json
from vitrina.weather import CONDITIONS, Floors, Night

HEADER = "id,titulo,descripcion,ente_nombre,fecha\n"


def rows(numbers: Any, ente: str = "Municipio de Prueba") -> str:
    return HEADER + "".join(f"O-{n},Obra número {n},,{ente},2026-01-01\n" for n in numbers)


def source_of(toy: Any) -> dict[str, Any]:
    return read_json(toy.root / "build" / "reports" / "obras.json")["sources"][0]


def three_good_nights(toy: Any) -> None:
    for day in (1, 2, 3):
        toy.write("muni-obras", "datos.csv", rows(range(100 + day)))
        toy.part(f"2026-03-0{day}")
        assert source_of(toy)["weather"] == "fresh"


CHANGES = {
    "half": (rows(range(50)), "shrank"),
    "a-fifth-gone": (rows(range(20, 100)), "shrank"),
    "other-ids": (rows(range(60, 165)), "shrank"),
    "tenfold": (rows(range(1000)), "grew"),
    "other-shape": (
        rows(range(60)) + "".join(f"O-{n},sobran,celdas,,2026-01-01,x,y\n" for n in range(60, 103)),
        "drifted",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_suspicious_delivery_keeps_the_last_good_copy(toy: Any, change: str) -> None:
    three_good_nights(toy)
    content, condition = CHANGES[change]
    toy.write("muni-obras", "datos.csv", content)

    toy.part("2026-03-04")

    source = source_of(toy)
    assert (source["weather"], source["condition"]) == ("kept", condition)
    assert source["records_in"] == source["published"] == 103
    assert "vitrina accept" in source["remedy"]
    assert source["calendar"][-1] == {"date": "2026-03-04", "condition": condition}


def test_normal_change_passes(toy: Any) -> None:
    three_good_nights(toy)
    toy.write("muni-obras", "datos.csv", rows(range(5, 120)))
    toy.part("2026-03-04")
    assert (source_of(toy)["weather"], source_of(toy)["records_in"]) == ("fresh", 115)


def accept(toy: Any, run: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable, "-m", "vitrina", "accept", "muni-obras", "--run", run, "--reason", "Se depuró el padrón.",
            "--by", "Dirección de datos", "--root", str(toy.root), "--run-date", "2026-03-04",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def refused_run(toy: Any) -> str:
    return str(source_of(toy)["remedy"].split("--run ")[1].split()[0])


def test_an_accepted_copy_passes_for_as_long_as_it_stays_and_then_no_more(toy: Any) -> None:
    three_good_nights(toy)
    toy.write("muni-obras", "datos.csv", rows(range(50)))
    toy.part("2026-03-04")
    run = refused_run(toy)
    assert accept(toy, run).returncode == 0
    for day in ("05", "06"):
        toy.part(f"2026-03-{day}")
        assert source_of(toy)["records_in"] == 50

    toy.write("muni-obras", "datos.csv", rows(range(103)))
    toy.part("2026-03-07")
    assert source_of(toy)["records_in"] == 103
    toy.write("muni-obras", "datos.csv", rows(range(50)))
    toy.part("2026-03-08")

    assert (source_of(toy)["condition"], source_of(toy)["records_in"]) == ("shrank", 103)
    (kept,) = read_json(toy.root / "data" / "archive" / "weather" / "muni-obras.accepted.json")
    assert kept == {
        "run": run, "reason": "Se depuró el padrón.", "by": "Dirección de datos", "date": "2026-03-04",
        "used": "2026-03-05", "replaced": "2026-03-07",
    }  # fmt: skip


def test_a_copy_that_does_not_exist_cannot_be_accepted(toy: Any) -> None:
    three_good_nights(toy)
    done = accept(toy, "0123456789ab")
    assert done.returncode == 2 and "vitrina status" in done.stderr


def test_an_accepted_copy_passes_once_and_only_that_copy(toy: Any) -> None:
    three_good_nights(toy)
    toy.write("muni-obras", "datos.csv", rows(range(50)))
    toy.part("2026-03-04")
    done = accept(toy, refused_run(toy))
    assert done.returncode == 0, done.stderr

    toy.part("2026-03-05")
    assert (source_of(toy)["weather"], source_of(toy)["records_in"]) == ("fresh", 50)

    toy.write("muni-obras", "datos.csv", rows(range(10)))
    toy.part("2026-03-06")
    assert source_of(toy)["records_in"] == 50


def judged(archive: Path, entes: dict[str, int], floors: Floors | None = None) -> weather.Verdict | None:
    """Tonight against three good nights of 90 records of one institution and 12 of another, all ids still there."""
    ids = frozenset(map(str, range(200)))
    for number in (1, 2, 3):
        usual = Night(102, entes={"salud": 90, "municipio-chico": 12}, ids=ids)
        weather.remember(archive, "s2", date(2026, 3, number), "fresh", usual, f"run-{number}")
    tonight = Night(sum(entes.values()), entes=entes, ids=ids)
    return weather.judge("s2", "run-4", tonight, archive, date(2026, 3, 4), floors)


@pytest.mark.parametrize(
    ("entes", "named"),
    [
        ({"salud": 102}, "municipio-chico"),  # gone, though the total is the same
        ({"salud": 100, "municipio-chico": 2}, "municipio-chico"),
        ({"salud": 90, "municipio-chico": 12}, ""),
        ({"salud": 88, "municipio-chico": 9, "nueva": 5}, ""),
    ],
)
def test_one_institution_that_vanishes_is_seen_though_the_total_hardly_moves(
    tmp_path: Path, entes: dict[str, int], named: str
) -> None:
    verdict = judged(tmp_path, entes)
    assert (verdict.condition if verdict else "") == ("shrank" if named else "")
    assert verdict is None or (named in verdict.message and "lo usual son 12" in verdict.message)


def test_a_floor_may_be_declared_for_one_institution(tmp_path: Path) -> None:
    usual = {"salud": 90, "municipio-chico": 12}
    assert judged(tmp_path, usual, Floors(entes={"municipio-chico": 12})) is None
    verdict = judged(tmp_path, usual, Floors(entes={"municipio-chico": 13, "salud": 1}))
    assert verdict and verdict.condition == "shrank"
    assert "municipio-chico: 12 registros; la fuente declara al menos 13" in verdict.message


def test_a_floor_for_an_institution_is_read_from_the_declaration(toy: Any) -> None:
    toy.source("muni-obras", "obras", '\n[guard]\nentes = { "salud" = 1 }\n')
    toy.part()
    assert (source_of(toy)["condition"], source_of(toy)["weather"]) == ("shrank", "none")
    assert "salud: 0 registros; la fuente declara al menos 1" in source_of(toy)["message"]


def test_every_weather_can_be_told_apart(toy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ten of the vocabulary, one night each, as `vitrina status` and the calendar name them."""

    def night(day: int, content: str | bytes | None = None) -> str:
        path = toy.root / "data" / "entrada" / "muni-obras" / "datos.csv"
        if content is not None:
            toy.write("muni-obras", "datos.csv", content)
        toy.part(f"2026-03-{day:02}")
        assert path.is_file()
        return str(source_of(toy)["condition"])

    base = rows(range(100))
    assert night(1, base) == "fresh"
    assert night(2) == "unchanged"
    assert night(3, base + "O-100,Obra,,,2026-01-01\n") == "fresh"
    monkeypatch.setattr(pull, "SLOW_SECONDS", -1)
    assert night(4) == "slow"
    monkeypatch.undo()
    assert night(5, b"<html>") == "partial"
    assert night(6, b"") == "empty"
    assert night(7, rows(range(50))) == "shrank"
    assert night(8, rows(range(900))) == "grew"
    assert night(9, CHANGES["other-shape"][0]) == "drifted"
    folder = toy.root / "data" / "entrada" / "muni-obras"
    folder.rename(folder.with_name("otra"))
    toy.part("2026-03-10")
    assert source_of(toy)["condition"] == "down"
    folder.with_name("otra").rename(folder)
    toy.source("muni-obras", "obras", '\n[frozen]\nsince = "2026-03-11"\nreason = "Se extinguió."\n')
    assert night(11) == "frozen"
    told = [n["condition"] for n in source_of(toy)["calendar"]]
    assert set(told) == set(CONDITIONS) - {"none"}


def test_the_frequency_observed_is_told_beside_the_declared_one(toy: Any) -> None:
    for number, day in enumerate(("01", "05", "12", "19")):
        toy.write("muni-obras", "datos.csv", rows(range(5 + number)))
        toy.part(f"2026-03-{day}")
        toy.part(f"2026-03-{int(day) + 1:02}")  # a night without news in between
    assert source_of(toy)["observed_days"] == 7
    toy.night("2026-03-26")
    page = (toy.site / "fuentes" / "index.html").read_text(encoding="utf-8")
    assert "Mensual; trae algo nuevo cada 7 días" in page
    told = subprocess.run(
        [sys.executable, "-m", "vitrina", "status", "--root", str(toy.root)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "declara mensual; trae algo nuevo cada 7 días" in told


def test_a_declared_floor_guards_even_the_first_night(toy: Any) -> None:
    toy.source("muni-obras", "obras", "\n[guard]\nmin_records = 10\n")
    toy.part()
    assert (source_of(toy)["weather"], source_of(toy)["condition"]) == ("none", "shrank")


@pytest.mark.parametrize(
    ("content", "condition"),
    [(b"", "empty"), (HEADER.encode(), "empty"), (b"<html>", "partial"), (None, "down")],
)
def test_the_weather_names_what_happened(toy: Any, content: bytes | None, condition: str) -> None:
    path = toy.root / "data" / "entrada" / "muni-obras" / "datos.csv"
    toy.part("2026-03-01")
    path.unlink() if content is None else path.write_bytes(content)
    toy.part("2026-03-02")
    assert (source_of(toy)["weather"], source_of(toy)["condition"]) == ("kept", condition)


def test_the_sources_page_shows_the_calendar_and_how_old_the_data_are(toy: Any) -> None:
    toy.night("2026-03-01")
    toy.night("2026-05-01")

    page = (toy.site / "fuentes" / "index.html").read_text(encoding="utf-8")
    assert "Sin datos nuevos desde el" in page and "1 de marzo de 2026" in page
    assert 'class="noches"' in page
    assert "Sin datos nuevos desde el" in (toy.site / "obras" / "index.html").read_text(encoding="utf-8")
