"""Files left in a folder of the portal: municipalities' drops, samples, exports handed over by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

from vitrina.config import Settings
from vitrina.errors import SourceUnavailableError, StorageError
from vitrina.model import Source


def fetch(source: Source, settings: Settings, target: Path) -> list[Path]:
    """Copy the files of [folder] `path` that match `pattern` (default all) into *target*, sorted by name.

    Sub-folders are walked; their names go into the file name with "__". SourceUnavailableError: no folder, no file.
    """
    options = source.options["folder"]
    base = settings.root / options["path"]
    pattern = options.get("pattern", "*")
    if not base.exists():
        raise SourceUnavailableError(
            f"{source.id}: no existe la carpeta {options['path']}",
            "Créela o corrija [folder] path en la fuente.",
        )
    found = sorted(p for p in base.rglob(pattern) if p.is_file() and not p.name.startswith("."))
    if not found:
        raise SourceUnavailableError(
            f"{source.id}: en {options['path']} no hay archivos {pattern}",
            "Pida a la institución que los deposite.",
        )
    received = []
    for path in found:
        copy = target / "__".join(path.relative_to(base).parts)
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            if error.errno in {28, 122}:  # ENOSPC, EDQUOT: the night cannot go on
                raise StorageError(
                    f"No hay espacio para copiar {path.name}", "Libere disco y repita."
                ) from error
            raise SourceUnavailableError(
                f"{source.id}: no se puede leer {path.name}", "Revise sus permisos."
            ) from error
        received.append(copy)
    return received
