"""Files fetched whole to disk: safe names, gzip opened, and proof of the end where the transport gave none."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from vitrina.protocols import bodies
from vitrina.protocols.client import Answer, Client

_MAGIC = b"\x1f\x8b"
_SELF_PROVING = (".json", ".xlsx", ".zip")
"""Formats whose own end is checked when they are read: JSON closes, ZIP has its directory last."""


def file_name(url: str) -> str:
    """Return a plain file name for *url*: letters, digits, dot, dash; never a path, never hidden."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    return re.sub(r"[^\w.-]+", "-", name).lstrip(".-")[-100:] or "datos"


def download(
    client: Client, url: str, name: str, *, headers: Mapping[str, str] | None = None,
    accept: Collection[int] = (200,),
) -> tuple[Answer, Path | None]:  # fmt: skip
    """Download *url* as *name* into the job's folder; return the answer and the file (None if not 200).

    A gzip file is stored unpacked, without its .gz, once its end mark was seen. BadContentError when the end of the
    file cannot be proven: no length, no final chunk, and a format (CSV, JSON Lines) that can stop anywhere.
    """
    path = client.job.folder / name
    answer = client.file(url, path, headers=headers, accept=accept)
    if answer.status != 200:
        path.unlink(missing_ok=True)
        return answer, None
    with path.open("rb") as stream:
        packed = stream.read(2) == _MAGIC
    if packed:
        return answer, _unpack(client, path)
    if not answer.proven and not _proves_itself(client, path):
        raise client.bad(
            "no se puede saber si el archivo llegó completo (sin tamaño declarado)",
            "Pida a la institución que su servidor envíe Content-Length, o publique el archivo comprimido.",
        )
    return answer, path


def _proves_itself(client: Client, path: Path) -> bool:
    declared = client.job.source.format
    return declared in ("json", "xlsx", "zip") if declared else path.suffix.lower() in _SELF_PROVING


def _unpack(client: Client, path: Path) -> Path:
    limits = client.job.settings.limits
    plain = path.with_name(path.name.removesuffix(".gz").removesuffix(".GZ") or "datos")
    target = path.with_name(f"{plain.name}.plain")
    gunzip = bodies.Gunzip(client.job.limit("unpacked_bytes", 2 << 30), limits.get("zip_ratio", 200))
    try:
        with path.open("rb") as packed, target.open("wb") as out:
            while block := packed.read(1 << 18):
                for piece in gunzip.feed(block):
                    out.write(piece)
        gunzip.finish()
    except bodies.Cut:
        raise client.bad("el archivo comprimido llegó cortado", "Se intentará mañana.") from None
    except bodies.Damaged:
        raise client.bad("el archivo comprimido está dañado", "Avise a la institución.") from None
    except bodies.TooBig:
        raise client.bad("el archivo se infla más de lo permitido", "Pida archivos por año.") from None
    path.unlink()
    return target.rename(plain)
