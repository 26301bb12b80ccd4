"""Reads what the earlier stages left in `build/`, in the order and the form the pages need."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from vitrina.config import Settings
from vitrina.errors import RenderError
from vitrina.model import Source, System, Table, Version
from vitrina.portal.words import Spoken, say
from vitrina.registry import HISTORY_FIELDS, load_sources, load_systems
from vitrina.text import mark, sort_key

FINDINGS = ("row_id", "table", "rule", "severity", "field")
_ID = re.compile(r"[^/\\\x00-\x1f]{1,200}")
_REPEATED = 4
"""Times that the texts of a column stand in it, on average, from which it is kept by category."""
_FORMATS = Spoken(
    {
        ".csv": "CSV",
        ".xlsx": "Excel",
        ".jsonl": "JSON Lines",
        ".parquet": "Parquet",
        ".zip": "ZIP",
        ".json": "JSON",
        ".sqlite": "SQLite",
        ".gz": "GZIP",
        ".md": mark("Texto"),
    }
)


@dataclass(frozen=True)
class File:
    """One download: where it is, what it holds, how large it is and its SHA-256."""

    name: str
    format: str
    bytes: int
    sha256: str
    rows: int | None
    table: str


@dataclass(frozen=True)
class Withdrawn:
    """A record that was published once and no longer is."""

    id: str
    since: str
    reason: str
    title: str


@dataclass(frozen=True)
class Changes:
    """What one night added, changed and withdrew in one system."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[Withdrawn, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Dataset:
    """A system with its published rows, its report, its changes and its files.

    `frame` is the main table in listing order; a child frame is sorted by parent and its own key.
    """

    system: System
    frame: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    report: Mapping[str, Any]
    changes: Changes
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    findings: pl.DataFrame | None = None
    """All that the rules noted in published records, one row each (FINDINGS); None when the night left no such file."""
    histories: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Id → the nights its record changed (history.py), for those that did."""
    nights: tuple[Mapping[str, Any], ...] = ()
    """The figures of each night on record, oldest first (data/archive/quality/<system>.jsonl)."""

    @property
    def slug(self) -> str:
        return self.system.slug

    @property
    def rows(self) -> int:
        return self.frame.height


def load(settings: Settings) -> tuple[Version, tuple[Dataset, ...]]:
    """Return the night's version and every declared system's dataset, in the order people read them."""
    systems = load_systems(settings)
    sources = load_sources(settings, systems)
    version = read_version(settings)
    ordered = sorted(systems, key=lambda s: (s.order, s.slug))
    return version, tuple(_dataset(settings, s, sources) for s in ordered)


def read_version(settings: Settings) -> Version:
    """Return build/changes/version.json; the run date stands in when no night was compared yet."""
    raw = _json(settings.build / "changes" / "version.json")
    day = date.fromisoformat(raw["date"]) if raw.get("date") else settings.run_date
    data_date = date.fromisoformat(raw["data_date"]) if raw.get("data_date") else day
    return Version(
        id=str(raw.get("id") or day.isoformat()),
        day=day,
        data_date=data_date,
        synthetic=bool(raw.get("synthetic")),
    )


def _dataset(settings: Settings, system: System, sources: Sequence[Source]) -> Dataset:
    build = settings.build
    changes = build / "changes" / f"{system.slug}.parquet"
    main = _history(_frame(build, system, system.main), changes, settings.run_date)
    return Dataset(
        system=system,
        frame=_listed(main, system),
        children={
            t.name: _frame(build, system, t).sort([t.parent_key, *_own_key(t)], maintain_order=True)
            for t in system.children
        },
        report=_json(build / "reports" / f"{system.slug}.json"),
        changes=_changes(_json(build / "changes" / f"{system.slug}.json")),
        files=_files(build / "packages" / system.slug),
        sources=tuple(s for s in sources if s.system == system.slug),
        findings=_findings(build / "reports" / f"{system.slug}.findings.parquet"),
        histories=_histories(changes),
        nights=_nights(settings.archive / "quality" / f"{system.slug}.jsonl"),
    )


def _findings(path: Path) -> pl.DataFrame | None:
    if not path.is_file():
        return None
    return pl.DataFrame([_narrow(c) for c in pl.read_parquet(path, columns=list(FINDINGS)).cast(pl.String)])


def _nights(path: Path) -> tuple[dict[str, Any], ...]:
    """Return the nights of a trend file; one that was cut while being written is left out."""
    found = []
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        with suppress(orjson.JSONDecodeError):
            found.append(orjson.loads(line))
    return tuple(n for n in found if isinstance(n, dict))


def _frame(build: Path, system: System, table: Table) -> pl.DataFrame:
    """Return the checked table with every declared column, empty when the stage left no file."""
    path = build / "checked" / system.slug / f"{table.name}.parquet"
    if not path.is_file():
        return pl.DataFrame(schema=dict.fromkeys(table.names, pl.String))
    extra = [f.name for f in HISTORY_FIELDS]
    known = pl.read_parquet_schema(path)
    # A column at a time: what is read whole, before it is narrowed, would be the most that a night takes.
    wanted = [n for n in known if n in {*table.names, *extra}]
    keys = {"id", table.parent_key, *table.primary_key}
    read = ((n, pl.read_parquet(path, columns=[n]).to_series()) for n in wanted)
    columns = [column if n in keys else _narrow(column) for n, column in read]
    frame = pl.DataFrame(columns)
    absent = [pl.lit(None, dtype=pl.String).alias(n) for n in table.names if n not in known]
    return frame.with_columns(absent).select([*table.names, *(n for n in extra if n in known)])


def _narrow(column: pl.Series) -> pl.Series:
    """Keep each different text of a column once when it repeats them: it still gives texts, for a quarter of the room."""
    if column.dtype != pl.String or column.n_unique() > column.len() // _REPEATED:
        return column
    return column.cast(pl.Categorical)


def _history(frame: pl.DataFrame, changes: Path, run_date: date) -> pl.DataFrame:
    """Return the main rows with primera_vez and ultimo_cambio as ISO text; this night's date where unknown."""
    names = [f.name for f in HISTORY_FIELDS]
    if changes.is_file() and not set(names) & set(frame.columns):
        known = pl.read_parquet(changes).select(["id", *names]).unique("id", keep="first")
        frame = frame.join(known, on="id", how="left", maintain_order="left")
    return frame.with_columns(
        (pl.col(n).cast(pl.String) if n in frame.columns else pl.lit(None, dtype=pl.String))
        .fill_null(run_date.isoformat())
        .alias(n)
        for n in names
    )


def _histories(changes: Path) -> dict[str, list[dict[str, Any]]]:
    if not changes.is_file() or "historia" not in pl.read_parquet_schema(changes):
        return {}
    known = pl.read_parquet(changes, columns=["id", "historia"]).filter(pl.col("historia").list.len() > 0)
    return dict(known.iter_rows())


def _own_key(table: Table) -> list[str]:
    return [k for k in table.primary_key if k != table.parent_key]


def _listed(frame: pl.DataFrame, system: System) -> pl.DataFrame:
    """Newest first by the declared date, else by title as Spanish sorts; ties by id, so pages never shuffle."""
    _check_ids(frame, system)
    if system.display.date and system.kind != "directory":
        return frame.sort([system.display.date, "id"], descending=[True, False], nulls_last=True)
    titles = frame.select(pl.concat_str(list(system.display.title), separator=" ", ignore_nulls=True))
    keys = [sort_key(str(t or "")) for t in titles.to_series()]
    order = sorted(range(frame.height), key=lambda i: (keys[i], str(frame["id"][i])))
    return frame[order] if order else frame


def _check_ids(frame: pl.DataFrame, system: System) -> None:
    """An id becomes a folder: one that cannot be a single folder name must stop the night, not escape it."""
    for value in frame["id"]:
        if value is None or value in {".", ".."} or not _ID.fullmatch(value):
            raise RenderError(
                f"{system.slug}: el id {value!r} no puede ser una dirección",
                "Genere el id con text.safe_id en la disposición (layout) del sistema.",
            )


def _changes(raw: Mapping[str, Any]) -> Changes:
    withdrawn = tuple(
        Withdrawn(
            str(w["id"]), str(w.get("since") or ""), str(w.get("reason") or ""), str(w.get("title") or "")
        )
        for w in sorted(raw.get("withdrawn", ()), key=lambda w: (str(w.get("since") or ""), str(w["id"])))
    )
    counts = {str(k): int(v) for k, v in sorted(raw.get("counts", {}).items()) if isinstance(v, int)}
    return Changes(tuple(raw.get("added", ())), tuple(raw.get("changed", ())), withdrawn, counts)


def _files(folder: Path) -> tuple[File, ...]:
    """Return the package's files: those datapackage.json describes, then the others of the folder."""
    described = _json(folder / "datapackage.json")
    found: dict[str, File] = {}
    for resource in described.get("resources", ()):
        paths = resource["path"] if isinstance(resource["path"], list) else [resource["path"]]
        for name in paths:
            path = folder / name
            found[name] = File(
                name=name,
                format=_format(name),
                bytes=int(resource.get("bytes") or (path.stat().st_size if path.is_file() else 0)),
                sha256=str(resource.get("hash") or "").removeprefix("sha256:") or _sha256(path),
                rows=resource.get("vitrina:rows"),
                table=str(resource.get("name", "")),
            )
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file() and path.name not in found:
            found[path.name] = File(
                path.name, _format(path.name), path.stat().st_size, _sha256(path), None, ""
            )
    order = {name: i for i, name in enumerate((".xlsx", ".csv", ".zip", ".jsonl", ".gz", ".parquet"))}
    return tuple(sorted(found.values(), key=lambda f: (order.get(Path(f.name).suffix, 9), f.name)))


def _format(name: str) -> str:
    suffix = Path(name).suffix
    return _FORMATS.get(suffix.lower(), suffix.lstrip(".").upper() or say("Archivo"))


def _sha256(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _json(path: Path) -> dict[str, Any]:
    """Return the JSON object of *path*, {} when the file is absent; RenderError when it cannot be read."""
    if not path.is_file():
        return {}
    try:
        value = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise RenderError(
            f"{path.parent.name}/{path.name}: JSON mal escrito ({error})",
            "Vuelva a correr la etapa que lo escribe.",
        ) from error
    return value if isinstance(value, dict) else {}
