"""The commands about HTTP sources, as a person runs them: exit codes, what they print, and what they leave alone."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DAY = "2026-11-20"
Done = subprocess.CompletedProcess[str]


def vitrina(*words: str | Path, cwd: Path | None = None) -> Done:
    command = [sys.executable, "-m", "vitrina", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@contextmanager
def simulated(root: Path, *faults: str) -> Iterator[str]:
    """Run `vitrina simulate api` with a portal at *root*; yield what it said of itself, and end it with Ctrl+C."""
    words = ["simulate", "api", "--port", "0", "--rows", "60", "--run-date", DAY, "--root", str(root)]
    words += [part for fault in faults for part in ("--fault", fault)]
    process = subprocess.Popen([sys.executable, "-m", "vitrina", *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "portal de prueba" in line:
                break
        yield "".join(said)
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Terminó" in rest


def test_a_source_in_order_passes_and_leaves_its_sheet(tmp_path: Path) -> None:
    page = tmp_path / "hoja.html"
    with simulated(tmp_path / "portal") as said:
        assert re.search(r"http://127\.0\.0\.1:\d+", said)
        done = vitrina("source", "test", "api-s2-v1", "--json", "--html", page, "--root", tmp_path / "portal")
        other = vitrina("source", "test", "no-hay", "--root", tmp_path / "portal")
    assert done.returncode == 0, done.stdout + done.stderr
    sheet = json.loads(done.stdout)
    assert sheet["tests"] == sheet["passed"] > 50
    assert sheet["summary"] in page.read_text(encoding="utf-8")
    assert other.returncode == 2 and "api-s2-v1" in other.stderr


def test_a_fault_on_the_command_line_makes_the_sheet_fail(tmp_path: Path) -> None:
    with simulated(tmp_path, "wrong-total,path=/v1/spic,value=3"):
        done = vitrina("source", "test", "api-s2-v1", "--root", tmp_path)
    assert done.returncode == 20
    assert re.search(r"PAG-15 .*NO aprobada", done.stdout)
    tests, passed = map(int, re.findall(r"\d+", done.stdout.splitlines()[-1]))
    assert 0 < passed < tests


@pytest.mark.parametrize("fault", ["no-existe", "burst,page=uno"])
def test_a_fault_that_is_not_one_is_refused_before_anything_listens(fault: str) -> None:
    done = vitrina("simulate", "api", "--port", "0", "--fault", fault)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Qué hacer" in done.stderr


def test_a_busy_port_is_told(tmp_path: Path) -> None:
    with simulated(tmp_path) as said:
        port = re.findall(r"127\.0\.0\.1:(\d+)", said)[0]
        done = vitrina("simulate", "api", "--port", port)
    assert done.returncode == 2
    assert f"{port} está ocupado" in done.stderr


def test_a_night_against_the_simulated_api_is_published(tmp_path: Path) -> None:
    root = tmp_path / "noche"
    done = vitrina("build", "--demo-api", "--root", root, "--run-date", DAY, "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    status = json.loads(done.stdout)
    weather = {s["source"]: s["weather"] for system in status["systems"] for s in system["sources"]}
    assert set(weather.values()) == {"fresh"}
    assert {"api-s1", "api-s2-v1", "api-s2-v2", "api-s6-catalogo"} <= set(weather)
    assert (root / "build" / "site" / "current" / "index.html").is_file()


def test_a_demo_never_takes_the_place_of_a_portal(tmp_path: Path) -> None:
    own = tmp_path / "data" / "sources" / "finanzas-s2.toml"
    own.parent.mkdir(parents=True)
    own.write_text("id = 'finanzas-s2'\n", encoding="utf-8")
    done = vitrina("build", "--demo-api", "--root", tmp_path)
    assert done.returncode == 2
    assert "finanzas-s2.toml" in done.stderr
    assert [p.name for p in own.parent.iterdir()] == ["finanzas-s2.toml"]


@pytest.mark.parametrize("words", [("simulate", "api"), ("source", "test"), ("build",)])
def test_help_has_an_example(words: tuple[str, ...]) -> None:
    assert re.search(r"Ejemplos?: vitrina", vitrina(*words, "--help").stdout)
