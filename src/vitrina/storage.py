"""Small safe writes shared by the stages: whole files appear at once, JSON and Parquet always in the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import polars as pl


def write_bytes(path: Path, data: bytes) -> None:
    """Write *data* at *path* through a temporary name in the same folder, flushed to disk, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Write *value* as indented UTF-8 JSON with a final line break; keys keep their order."""
    write_bytes(
        path,
        orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS),
    )


def read_json(path: Path) -> Any:
    """Return the JSON document at *path*."""
    return orjson.loads(path.read_bytes())


def read_json_or(path: Path, default: Any) -> Any:
    """Return the JSON document at *path*, or *default* when the file does not exist."""
    return read_json(path) if path.is_file() else default


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Write *frame* as Parquet (zstd) through a temporary name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    frame.write_parquet(temporary, compression="zstd", statistics=False)
    temporary.replace(path)


def text_frame(rows: list[Mapping[str, str | None]], columns: tuple[str, ...]) -> pl.DataFrame:
    """Return *rows* as an all-text frame with exactly *columns*; a missing key is a missing value."""
    return pl.DataFrame(
        {c: [r.get(c) for r in rows] for c in columns}, schema=dict.fromkeys(columns, pl.String), strict=True
    )


def sha256(path: Path) -> str:
    """Return the SHA-256 of the file at *path* in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fresh_folder(path: Path) -> Path:
    """Return *path* as an empty folder, removing what was there."""
    if path.exists():
        shutil.rmtree(path)
    path.mkdir(parents=True)
    return path
