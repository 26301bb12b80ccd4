"""A source that collapses, explodes or changes shape keeps its last good copy, until a person lets it through."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from vitrina.storage import read_json

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


def test_an_accepted_copy_passes_once_and_only_that_copy(toy: Any) -> None:
    three_good_nights(toy)
    toy.write("muni-obras", "datos.csv", rows(range(50)))
    toy.part("2026-03-04")
    run = source_of(toy)["remedy"].split("--run ")[1].split()[0]
    done = subprocess.run(
        [
            sys.executable, "-m", "vitrina", "accept", "muni-obras", "--run", run, "--reason", "Se depuró el padrón.",
            "--by", "Dirección de datos", "--root", str(toy.root),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    toy.part("2026-03-05")
    assert (source_of(toy)["weather"], source_of(toy)["records_in"]) == ("fresh", 50)

    toy.write("muni-obras", "datos.csv", rows(range(10)))
    toy.part("2026-03-06")
    assert source_of(toy)["records_in"] == 50


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
