"""`vitrina build` over HTTP: whatever one source does, the night ends with its code, its words and the others fresh.

A build takes its seconds: one fault of each family per commit, all of them with --whole.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ..protocols.conftest import Pdn, Reply, Request, Server, reply
from ..stages.conftest import Toy

ROWS = [
    {"id": f"O-{n}", "titulo": f"Obra número {n}", "ente_nombre": "Municipio de Prueba", "fecha": "2026-01-01"}
    for n in range(60)
]  # fmt: skip
SOURCE = """\
id = "api-obras"
title = "Obras por API"
system = "obras"
protocol = "pdn_v1"
frequency = "mensual"
synthetic = true

[pdn_v1]
token_url = "{url}/oauth/token"
search_url = "{url}/v1/spic"
username = "portal"
password_env = "OBRAS_CLAVE"
page_size = 20
insecure = true
private_network = true
request_seconds = 2
"""
SECRET = "clave-canario-41f7"


class Night:
    """A portal with one source over HTTP and one in a folder, and the server behind the first."""

    def __init__(self, root: Path) -> None:
        self.root = Toy(root).root
        self.pdn = Pdn(ROWS)
        self.server = Server(self.pdn)
        (self.root / "data" / "sources" / "muni-obras.toml").unlink()
        self.declare(SOURCE)

    def declare(self, text: str) -> None:
        path = self.root / "data" / "sources" / "api-obras.toml"
        path.write_text(text.format(url=self.server.url), encoding="utf-8")

    def build(self, day: str, *more: str) -> tuple[int, str]:
        """Run `vitrina build` and return its exit code and all it said."""
        done = subprocess.run(
            [sys.executable, "-m", "vitrina", "build", "--root", str(self.root), "--run-date", day, *more],
            capture_output=True, text=True, check=False, env={**os.environ, "OBRAS_CLAVE": SECRET},
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        assert SECRET not in done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    def sources(self) -> dict[str, Any]:
        status = json.loads((self.root / "build/site/current/status.json").read_bytes())
        return {s["source"]: s for system in status["systems"] for s in system["sources"]}

    def kept(self) -> dict[str, str]:
        """The bytes of the last good copy and of what is published of it."""
        copies = (self.root / "data/archive/snapshots/api-obras").rglob("*/*")
        tables = (self.root / "build/site/current/obras/datos").glob("registros.*[lv]")
        return {str(p): sha256(p.read_bytes()).hexdigest() for p in [*copies, *tables] if p.is_file()}


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path)
    yield night
    night.server.close()


def page(number: int, answer: Callable[[Request], Reply]) -> Callable[[int, Request], Reply | None]:
    return lambda _count, request: answer(request) if request.json["page"] == number else None


def cut(pdn: Pdn, request: Request) -> Reply:
    whole = pdn.good(request).raw
    return Reply(whole[: len(whole) * 2 // 3], keep=False)


def rows_of(rows: list[dict[str, Any]]) -> Callable[[int, Request], Reply]:
    return lambda _count, request: Pdn(rows).good(request)


def faults(pdn: Pdn) -> dict[str, tuple[Callable[[int, Request], Reply | None], str, str]]:
    """Name → (what the server does, the weather, words of the notice)."""
    renamed = [{"clave_obra" if k == "id" else k: v for k, v in r.items() if k != "titulo"} for r in ROWS]
    return {
        "cut": (page(2, lambda r: cut(pdn, r)), "incompleta", "cortada"),
        "html": (page(2, lambda _: reply(b"<html>Entrar</html>")), "incompleta", "página web"),
        "error-200": (page(1, lambda _: reply({"code": "500", "message": "ups"})), "no respondió", "mensaje de error"),
        "burst": (page(3, lambda _: reply(b"", 500, Retry_After="0")), "no respondió", "500"),
        "expired": (page(2, lambda _: reply({"code": 401}, 401)), "no respondió", "401"),
        "drip": (page(2, lambda r: Reply(pdn.good(r).raw, drip=0.05)), "no respondió", "a tiempo"),
        "redirect": (page(1, lambda _: reply(b"", 302, Location="http://localhost/")), "no respondió", "cambió"),
        "moved": (page(3, lambda r: pdn.good(r, totalRows=61)), "incompleta", "dos intentos"),
        "nothing": (rows_of([]), "vacía", "0 registros"),
        "half": (rows_of(ROWS[:30]), "encogió", "vitrina accept"),
        "tenfold": (rows_of([{**r, "id": f"{r['id']}-{n}"} for n in range(10) for r in ROWS]), "creció", "vitrina accept"),
        "drift": (rows_of(renamed), "cambió de forma", "vitrina accept"),
    }  # fmt: skip


SAMPLE = ("cut", "half")


def test_every_kind_of_fault_ends_in_10_with_the_last_copy_published_and_the_others_fresh(
    night: Night, request: pytest.FixtureRequest
) -> None:
    code, said = night.build("2026-03-01")
    assert code == 0, said
    before, day = night.kept(), 1
    assert before
    whole = request.config.getoption("--whole", False)
    for name, (change, weather, words) in faults(night.pdn).items():
        if not whole and name not in SAMPLE:
            continue
        day += 1
        night.pdn.change = change
        code, said = night.build(f"2026-03-{day:02}")
        assert code == 10, (name, said)
        assert "api-obras: no llegó bien; se conserva su última copia" in said, name
        found = night.sources()
        assert (found["api-obras"]["weather"], found["muni-permisos"]["weather"]) == ("kept", "unchanged"), (
            name
        )
        assert {k: v for k, v in night.kept().items() if k in before} == before, name
        told = subprocess.run(
            [sys.executable, "-m", "vitrina", "status", "--root", str(night.root)],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert f"api-obras [{weather}]" in told and words in told, (name, told)
    night.pdn.change = lambda _count, _request: None
    assert night.build(f"2026-03-{day + 1:02}")[0] == 0


@pytest.mark.parametrize("fault", ["closed", "below-its-floor"])
def test_a_first_night_that_fails_publishes_the_others_and_exits_10(night: Night, fault: str) -> None:
    if fault == "closed":
        night.server.close()
    else:
        night.declare(SOURCE + "\n[guard]\nmin_records = 61\n")
    code, said = night.build("2026-03-01")
    assert code == 10
    assert "api-obras: no llegó bien; no tiene ninguna copia buena" in said
    assert {n: s["weather"] for n, s in night.sources().items()} == {
        "api-obras": "none",
        "muni-permisos": "fresh",
    }


WRONG = {
    "unknown-protocol": (('protocol = "pdn_v1"', 'protocol = "paloma"'), ("paloma", "pdn_v1")),
    "secret-in-the-file": (('password_env = "OBRAS_CLAVE"', 'password = "hola1234"'), ("password", "variable de entorno")),
    "token-in-the-address": (('/v1/spic"', '/v1/spic?token=hola1234"'), ("token", "variables de entorno")),
    "password-in-the-address": (('search_url = "{url}', 'search_url = "http://u:hola1234@127.0.0.1'), ("contraseña", "Corrija")),
    "variable-not-set": (("OBRAS_CLAVE", "NO_DEFINIDA"), ("NO_DEFINIDA", "servicio nocturno")),
    "plain-http": (("insecure = true\n", ""), ("insecure", "https")),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_declaration_ends_in_30_with_the_remedy_and_without_a_connection(
    night: Night, case: str
) -> None:
    (old, new), words = WRONG[case]
    assert old in SOURCE
    night.declare(SOURCE.replace(old, new, 1))
    code, said = night.build("2026-03-01")
    assert code == 30
    assert "api-obras" in said or "NO_DEFINIDA" in said
    assert all(w in said for w in words), said
    assert "Qué hacer" in said and "hola1234" not in said
    assert night.server.connections == 0
    assert not (night.root / "build" / "site").exists()
