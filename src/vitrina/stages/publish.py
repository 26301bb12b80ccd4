"""Publish: verify the staged site, then switch `build/site/current` to it in one atomic step.

Order matters (reliability §0.8–9): gate, links, files about the site, flush to disk, rename, swap of the symlink,
and only then the archive (ledger, last good tables, versions). The releases before stay for those still reading.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vitrina.config import Settings
from vitrina.errors import RefusedError
from vitrina.model import System
from vitrina.publishing import about, gate, links
from vitrina.storage import read_json, read_json_or, write_json

KEPT_RELEASES = 3


def run(settings: Settings, systems: Sequence[System], *, dry_run: bool = False) -> dict[str, Any]:
    """Publish build/stage; return status.json's content. RefusedError, PrivacyError leave the site as it was.

    With *dry_run* everything is verified and nothing is switched.
    """
    stage = settings.build / "stage"
    if not (stage / "index.html").is_file():
        raise RefusedError(
            "No hay nada preparado para publicar en build/stage", "Ejecute antes vitrina render."
        )
    version = read_json(settings.build / "changes" / "version.json")
    identity = settings.identity()
    _add_files(settings, stage, systems)
    private = settings.build / "private"
    write_json(private / "gate.json", gate.scan(stage, private / "withheld-values").report())
    links.check(stage, identity["SITEURL"])
    status = about.write(stage, settings.build, settings.archive, systems, version, identity["SITEURL"])
    if not any(s["rows"] for s in status["systems"]):
        raise RefusedError(
            "Ningún sistema tiene filas que publicar", "Revise vitrina status: qué fuente falló y por qué."
        )
    if dry_run:
        return status
    _switch(settings, stage, version["id"])
    _remember(settings, status)
    return status


def _add_files(settings: Settings, stage: Path, systems: Sequence[System]) -> None:
    """Put downloads and search index where the pages link to them."""
    for system in systems:
        package = settings.build / "packages" / system.slug
        shutil.copytree(package, stage / system.slug / "datos", dirs_exist_ok=True)
        shutil.copyfile(
            settings.build / "reports" / f"{system.slug}.json", stage / system.slug / "datos" / "calidad.json"
        )
    shutil.copytree(settings.build / "index", stage / "buscar" / "indice", dirs_exist_ok=True)
    for path in stage.rglob("*"):
        if path.is_symlink():
            raise RefusedError(
                f"Hay un enlace simbólico en el sitio: {path.name}", "Quítelo del contenido o del tema."
            )


def _switch(settings: Settings, stage: Path, version: str) -> None:
    """Move *stage* among the releases and point `current` to it; a site equal to the current one is left alone."""
    current = settings.site / "current"
    releases = settings.site / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    published = current / "manifest.json"
    if published.is_file() and published.read_bytes() == (stage / "manifest.json").read_bytes():
        shutil.rmtree(stage)
        return
    name, number = version, 1
    while (releases / name).exists():
        number += 1
        name = f"{version}.{number}"
    os.sync()
    stage.rename(releases / name)
    pointer = settings.site / ".current.tmp"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(Path("releases") / name)
    pointer.replace(current)
    _flush(settings.site)
    _prune(releases, name)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prune(releases: Path, current: str) -> None:
    old = sorted(
        (p for p in releases.iterdir() if p.name != current), key=lambda p: p.stat().st_mtime, reverse=True
    )
    for path in old[KEPT_RELEASES - 1 :]:
        shutil.rmtree(path)


def _remember(settings: Settings, status: dict[str, Any]) -> None:
    """Keep what the next night needs: the ledger, the last good tables, the list of versions."""
    ledger = settings.archive / "ledger"
    ledger.mkdir(parents=True, exist_ok=True)
    for path in sorted((settings.build / "changes" / "ledger").glob("*.parquet")):
        temporary = ledger / f".{path.name}.tmp"
        shutil.copyfile(path, temporary)
        temporary.replace(ledger / path.name)
    for entry in status["systems"]:
        if entry["decision"] == "publish":
            _keep_tables(settings, entry["system"], status["date"])
    write_json(settings.archive / "versions.json", about.versions(settings.archive, status))


def _keep_tables(settings: Settings, slug: str, day: str) -> None:
    target = settings.archive / "last_good" / slug
    fresh = target.with_name(f".{slug}.tmp")
    if fresh.exists():
        shutil.rmtree(fresh)
    shutil.copytree(settings.build / "checked" / slug, fresh)
    write_json(fresh / "from.json", {"date": day})
    if target.exists():
        shutil.rmtree(target)
    fresh.rename(target)


def last_versions(settings: Settings) -> list[dict[str, Any]]:
    """Return the published versions, newest first."""
    return list(read_json_or(settings.archive / "versions.json", {"versions": []})["versions"])
