"""The house's shape, read from the imports (those inside functions count too)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[1] / "src" / "vitrina"

RANKS = {
    0: {"", "errors", "model", "books", "hosting"},
    1: {
        "config",
        "text",
        "values",
        "catalogs",
        "formats",
        "storage",
        "history",
        "snapshots",
        "weather",
        "privacy",
        "wording",
    },
    2: {
        "registry",
        "protocols",
        "layouts",
        "search",
        "portal",
        "checking",
        "packaging",
        "publishing",
        "serve",
        "scaffold",
        "acceptance",
        "declarations",
        "declared_names",
        "options",
    },
    3: {"stages", "simulate"},
    4: {"build", "clerk", "ente_books"},
    5: {"cli", "cli_api", "cli_report", "cli_simulate", "cli_status", "__main__"},
}
"""A room may import its own rank and lower ones. "" is the package itself (its version)."""

NETWORK = {
    "socket",
    "ssl",
    "httpx2",
    "httpx",
    "requests",
    "urllib.request",
    "http.client",
    "ftplib",
    "smtplib",
    "asyncio",
}


def modules() -> dict[str, ast.Module]:
    """Return dotted name inside vitrina → syntax tree, for every module of the program."""
    found = {}
    for path in sorted(SRC.rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


MODULES = modules()


def imported(tree: ast.Module) -> set[str]:
    """Return every absolute name that *tree* imports, deferred imports included."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, (
                f"importación relativa en la línea {node.lineno}: escriba el nombre completo"
            )
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own(tree: ast.Module) -> set[str]:
    """Return the modules of vitrina that *tree* imports: `from a import b` means a.b if that is a module, else a."""
    names = [name.removeprefix("vitrina.") for name in imported(tree) if name.startswith("vitrina.")]
    return {name if name in MODULES else name.rpartition(".")[0] for name in names} & set(MODULES)


def room(name: str) -> str:
    return name.partition(".")[0]


def rank(name: str) -> int:
    return next(number for number, rooms in RANKS.items() if room(name) in rooms)


def test_every_room_has_its_place() -> None:
    known = set().union(*RANKS.values())
    assert {room(name) for name in MODULES} <= known, "diga en RANKS qué puede importar la parte nueva"


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_downwards(name: str) -> None:
    upwards = {other for other in own(MODULES[name]) if rank(other) > rank(name)}
    assert not upwards, f"{name} importa hacia arriba: {sorted(upwards)}"


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("stages.")])
def test_stages_meet_on_disk_only(name: str) -> None:
    others = {other for other in own(MODULES[name]) if other.startswith("stages.") and other != name}
    assert not others, f"{name} importa otra etapa: {sorted(others)}"


@pytest.mark.parametrize("name", [name for name in MODULES if room(name) == "portal"])
def test_the_portal_knows_no_source(name: str) -> None:
    """It reads what the stages left in build/, never how it came there."""
    assert not {room(other) for other in own(MODULES[name])} & {"stages", "protocols", "layouts", "formats"}


def opens_sockets(name: str) -> bool:
    return name == "stages.pull" or room(name) == "protocols"


@pytest.mark.parametrize("name", [name for name in MODULES if not opens_sockets(name)])
def test_only_pull_and_the_protocols_open_sockets(name: str) -> None:
    names = imported(MODULES[name])
    assert not {bad for bad in NETWORK for one in names if one == bad or one.startswith(bad + ".")}


AMBIENT = {
    "os.environ",
    "os.getenv",
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "time.time",
    "time.localtime",
}


@pytest.mark.parametrize("name", [name for name in MODULES if name != "config"])
def test_only_config_reads_the_environment_and_the_clock(name: str) -> None:
    """So that a night can be repeated: same inputs, same date, same bytes."""
    used = {ast.unparse(node) for node in ast.walk(MODULES[name]) if isinstance(node, ast.Attribute)}
    assert not used & AMBIENT


def test_no_circles() -> None:
    """Take away, again and again, the modules nobody left imports or that import nobody left: circles remain."""
    left = {name: own(tree) - {name} for name, tree in MODULES.items()}
    while free := {
        n for n, needs in left.items() if not needs & set(left) or not any(n in o for o in left.values())
    }:
        for name in free:
            del left[name]
    assert not left, f"se importan en círculo: {left}"


@pytest.mark.parametrize("path", sorted(SRC.rglob("*.py")), ids=lambda path: str(path.relative_to(SRC)))
def test_files_are_short_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, "pártalo: un archivo tiene un solo asunto"
    assert not text or ast.get_docstring(ast.parse(text)), "falta decir para qué es el archivo"
