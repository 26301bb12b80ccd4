"""Files left in a folder of the portal: municipalities' drops (one file per ente), samples, exports by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

from vitrina.errors import BadContentError, SourceUnavailableError
from vitrina.protocols.base import Job, Received

_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".crdownload")


def fetch(job: Job) -> Received:
    """Copy the files of [folder] `path` that match `pattern` (default all), sorted by name.

    Sub-folders (one per ente, say) are walked; their names go into the file name with "__".
    SourceUnavailableError: no folder, no file. BadContentError: a link, a file still being written, two that would
    get the same name, or more bytes than the budget.
    """
    source, options = job.source, job.options
    base = job.settings.root / options["path"]
    pattern = options.get("pattern", "*")
    if not base.is_dir():
        raise SourceUnavailableError(
            f"{source.id}: no existe la carpeta {options['path']}",
            "Créela o corrija [folder] path en la fuente.",
        )
    found = sorted(p for p in base.rglob(pattern) if _counts(p, base))
    if not found:
        raise SourceUnavailableError(
            f"{source.id}: en {options['path']} no hay archivos {pattern}",
            "Pida a la institución que los deposite.",
        )
    budget = job.limit("source_bytes", 2 << 30)
    if sum(p.lstat().st_size for p in found) > budget:
        raise BadContentError(
            f"{source.id}: los archivos pasan de {budget} bytes", "Divida la fuente por año."
        )
    return Received(tuple(_copy(source.id, path, base, job.folder) for path in found))


def _counts(path: Path, base: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(base).parts)
    return not hidden and path.suffix.lower() not in _UNFINISHED and (path.is_symlink() or path.is_file())


def _copy(source: str, path: Path, base: Path, target: Path) -> Path:
    name = "__".join(path.relative_to(base).parts)
    copy = target / name
    if path.is_symlink():
        raise BadContentError(f"{source}: {name} es un enlace", "Deposite el archivo, no un enlace a otro.")
    if copy.exists():
        raise BadContentError(f"{source}: dos archivos se llamarían {name}", "Cambie el nombre de uno.")
    try:
        before = path.stat()
        shutil.copyfile(path, copy)
        after = path.stat()
    except PermissionError as error:
        raise SourceUnavailableError(f"{source}: no se puede leer {name}", "Revise sus permisos.") from error
    except FileNotFoundError as error:
        raise SourceUnavailableError(f"{source}: {name} desapareció al leerlo", "Repita.") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise BadContentError(f"{source}: {name} se estaba escribiendo", "Se leerá la próxima noche.")
    return copy
