"""A fresh machine can build: the locks are whole and name no server, the scripts are short verbs that run anywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
LOCKS = sorted((REPO / "requirements").glob("*.txt"))
NPM = [REPO / "themes" / "vitrina", REPO / "tests" / "browser_setup"]
SCRIPTS = [path for path in (REPO / "scripts").iterdir() if path.suffix != ".sh"] + [REPO / ".ci" / "run"]
REGISTRIES = re.compile(
    r"files\.python" r"hosted\.org|pypi\.org/(?!project)|registry\.(?:npm|yarn)" r"\w*\.\w+", re.I
)


def published_files() -> list[Path]:
    """Return every file that git would publish: tracked ones and new ones it does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    result = subprocess.run(command, cwd=REPO, capture_output=True, check=False)
    if result.returncode:
        pytest.skip("esta copia no es un clon de git: no hay lista de archivos que revisar")
    names = [os.fsdecode(name) for name in result.stdout.split(b"\0") if name]
    return [REPO / name for name in names if (REPO / name).is_file()]


def packages(lock: Path) -> dict[str, str]:
    """Return name → the entry of *lock*, continuation lines joined."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    return {line.partition("==")[0]: line for line in text.splitlines() if line and not line.startswith("#")}


def test_the_three_lists_are_there() -> None:
    assert [path.stem for path in LOCKS] == ["bootstrap", "run", "test"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_requirement_is_pinned_with_hashes(lock: Path) -> None:
    for name, entry in packages(lock).items():
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==[^\s;]+(\s*;[^-]+)?\s+--hash=sha256:", entry), (
            name
        )
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text


def test_the_test_list_is_the_run_list_and_more() -> None:
    run, test = packages(REPO / "requirements" / "run.txt"), packages(REPO / "requirements" / "test.txt")
    assert {name: test.get(name) for name in run} == run


def test_the_lists_cover_pyproject() -> None:
    """A dependency added without scripts/lock would be missing on a fresh machine."""
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    needs = project["project"]["dependencies"] + project["build-system"]["requires"]
    extra = project["project"]["optional-dependencies"]["test"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=!~; ]", one)[0].lower().replace("_", "-") for one in requirements}

    assert names(needs) <= set(packages(REPO / "requirements" / "run.txt")), "ejecute scripts/lock"
    assert names(extra) <= set(packages(REPO / "requirements" / "test.txt")), "ejecute scripts/lock"


@pytest.mark.parametrize("folder", NPM, ids=lambda path: path.name)
def test_npm_locks_name_no_server_and_check_every_file(folder: Path) -> None:
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    for kind in ("dependencies", "devDependencies"):
        assert lock["packages"][""].get(kind) == package.get(kind), "ejecute scripts/lock"
        for name, version in package.get(kind, {}).items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name}: fije una versión exacta"
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or entry["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize("folder", NPM, ids=lambda path: path.name)
def test_npm_runs_no_code_of_strangers(folder: Path) -> None:
    settings = set((folder / ".npmrc").read_text(encoding="utf-8").split())
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true", "save-exact=true"} <= settings
    assert not any("registry=" in line and "resolved" not in line for line in settings)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_verbs(script: Path) -> None:
    lines = script.read_text(encoding="utf-8").splitlines()
    assert os.access(script, os.X_OK)
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith("# "), "diga en la segunda línea para qué es"
    assert len(lines) < 30
    subprocess.run(["bash", "-n", script], check=True)


def test_nothing_published_names_a_package_server() -> None:
    """People behind a mirror must not be sent elsewhere, and no machine's own server may leak."""
    for path in published_files():
        found = REGISTRIES.search(path.read_bytes().decode("utf-8", "ignore"))
        assert not found, f"{path.relative_to(REPO)} nombra {found and found[0]}"


def minimal_checkout(folder: Path) -> Path:
    """Copy what the scripts need before anything is installed, into a path with spaces and accents."""
    home = folder / "con espacios y ñ" / "vitrina"
    shutil.copytree(REPO / "scripts", home / "scripts")
    shutil.copytree(REPO / "requirements", home / "requirements")
    return home


def run_setup(home: Path, path: Path | str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/setup from another folder with *path* as the whole PATH."""
    command = [str(home / "scripts" / "setup"), "run"]
    environment = {"PATH": str(path), "HOME": str(home), **env}
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with the few commands the scripts use, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "env", "dirname", "cat", "cksum"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def fake_python(tools: Path, answers: str) -> None:
    (tools / "python3").write_text(f"#!/bin/sh\n{answers}\n")
    (tools / "python3").chmod(0o755)


def test_without_python_it_says_so(tmp_path: Path, tools: Path) -> None:
    result = run_setup(minimal_checkout(tmp_path), tools)
    assert result.returncode == 30
    assert "hace falta Python 3.11" in result.stderr


def test_with_an_old_python_it_says_so(tmp_path: Path, tools: Path) -> None:
    fake_python(tools, "exit 1")
    result = run_setup(minimal_checkout(tmp_path), tools)
    assert result.returncode == 30
    assert "hace falta Python 3.11" in result.stderr


def test_without_venv_it_says_what_to_install(tmp_path: Path, tools: Path) -> None:
    fake_python(tools, 'case "$2" in *ensurepip*) exit 1;; esac')
    result = run_setup(minimal_checkout(tmp_path), tools)
    assert result.returncode == 30
    assert "python3-venv" in result.stderr


def test_without_network_it_says_what_to_do(tmp_path: Path) -> None:
    """Nothing answers at the mirror: one clear line, no mark left behind that would skip the step next time."""
    home = minimal_checkout(tmp_path)
    result = run_setup(
        home,
        os.environ["PATH"],
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="0",
        PIP_CONFIG_FILE="/dev/null",
    )
    assert result.returncode == 30
    assert "no se pudo instalar requirements/bootstrap.txt" in result.stderr
    assert not list((home / ".venv").glob("*.done"))
