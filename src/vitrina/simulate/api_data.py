"""What the simulated API serves: records by collection, contracting processes and plain files."""

from __future__ import annotations

import gzip
import itertools
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from vitrina.acceptance.standard import COLLECTIONS, Collection, not_own
from vitrina.errors import UsageError
from vitrina.formats.json_format import unwrap
from vitrina.privacy import masking
from vitrina.simulate import s1, s2, s3, s3_v2, s6, world
from vitrina.simulate.produce import TABLES, only, with_columns
from vitrina.simulate.write import csv_rows

Record = Mapping[str, Any]
Release = Mapping[str, Any]


@dataclass
class Datasets:
    """Records by collection of the standard; processes (each its releases, oldest first); files by name."""

    day: date
    records: dict[str, Sequence[Record]] = field(default_factory=dict)
    processes: Sequence[Sequence[Release]] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    publisher: str = "Secretaría de Administración"

    def public(self) -> Datasets:
        """Return the same data without what is reserved, as a server in order serves them."""
        records = {
            name: [public(r, COLLECTIONS[name]) for r in rows] if name in COLLECTIONS else rows
            for name, rows in self.records.items()
        }
        return Datasets(self.day, records, self.processes, self.files, self.publisher)


def simulated(day: date, rows: int = 200, seed: int = 1, collections: Iterable[str] = ()) -> Datasets:
    """Return *rows* records of each collection (or of those named), all valid, and the flat files of the rest."""
    chosen = tuple(collections) or (*COLLECTIONS, "processes", "files")
    bodies, state = world.ENTES, world.entes("ejecutivo", "legislativo", "judicial", "autonomo")
    makers: dict[str, Iterable[Record]] = {
        "declaraciones": s1.declarations(seed, rows, day, bodies, faulty=False),
        "spic": s2.v1(seed, rows, day, bodies, faulty=False),
        "ssancionados": s3.officials(seed, rows, day, bodies, faulty=False),
        "psancionados": s3.private(seed, rows, day, state, faulty=False),
        "servidores_intervengan_procedimientos_contrataciones": s2.v2(seed, rows, day, bodies, faulty=False),
        "faltas_administrativas_graves": s3_v2.officials(seed, rows, day, bodies, True, faulty=False),
        "faltas_administrativas_no_graves": s3_v2.officials(seed, rows, day, bodies, False, faulty=False),
        "faltas_graves_personas_fisicas": s3_v2.private(seed, rows, day, state, False, faulty=False),
        "faltas_graves_personas_morales": s3_v2.private(seed, rows, day, state, True, faulty=False),
    }
    data = Datasets(day, {name: list(makers[name]) for name in makers if name in chosen})
    if "processes" in chosen:
        data.processes = list(s6.processes(seed, rows, day, bodies, faulty=False))
    if "files" in chosen:
        data.files = _flat_files(seed, rows, day)
    return data


def _flat_files(seed: int, rows: int, day: date) -> dict[str, bytes]:
    """One CSV per table of the systems that institutions send as spreadsheets, named `<system>-<table>.csv`."""
    files = {}
    with tempfile.TemporaryDirectory(prefix="vitrina-") as folder:
        for slug, make in TABLES.items():
            count = len(world.ENTES) if slug == "entes" else rows  # the register is always whole
            for table in next(make(seed, count, day)):
                items, columns = with_columns(only(make(seed, count, day), table))
                name = f"{slug}-{table}.csv"
                files[name] = csv_rows(Path(folder) / name, items, columns).read_bytes()
    return files


def from_folder(folder: Path, day: date) -> Datasets:
    """Return the data of *folder*: `<collection>.json` or `<collection>/*.json` are records, the rest plain files.

    UsageError when the folder holds nothing.
    """
    data = Datasets(day)
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        name = path.relative_to(folder).parts[0].removesuffix(".json")
        content = path.read_bytes()
        if name in COLLECTIONS and path.suffix == ".json":
            found = [record for _, record in unwrap(orjson.loads(content))]
            data.records[name] = [*data.records.get(name, ()), *found]
        else:
            data.files["/".join(path.relative_to(folder).parts)] = content
    if not data.records and not data.files:
        raise UsageError(
            f"No hay datos en {folder}",
            f"Ponga archivos llamados como una colección: {', '.join(COLLECTIONS)}.",
        )
    return data


def yearly(data: Datasets) -> dict[str, list[Release]]:
    """Return the compiled releases by year of their process's first release."""
    years: dict[str, list[Release]] = {}
    for releases in data.processes:
        whole = s6.compiled([dict(r) for r in releases])
        years.setdefault(str(releases[0]["date"])[:4], []).append(whole)
    return dict(sorted(years.items()))


def open_files(data: Datasets) -> dict[str, bytes]:
    """Return the files of the data plus the yearly compiled `jsonl.gz` (gzip without a time, so always the same)."""
    extra = {
        f"{year}.jsonl.gz": gzip.compress(b"".join(orjson.dumps(r) + b"\n" for r in rows), mtime=0)
        for year, rows in yearly(data).items()
    }
    return {**data.files, **extra}


def releases(data: Datasets) -> list[Release]:
    """Return every release, process by process."""
    return list(itertools.chain.from_iterable(data.processes))


# ── what a server in order leaves out ─────────────────────────────────────────────────────────────────────


def public(record: Record, collection: Collection) -> dict[str, Any]:
    """Return *record* without the reserved members of its collection, CURPs in free text masked."""
    person = record.get("particularSancionado")
    natural = isinstance(person, Mapping) and person.get("tipoPersona") == "F"
    names = collection.reserved | ({"rfc"} if natural else set())
    cleaned: dict[str, Any] = _strip(record, frozenset(names))
    return cleaned


def _strip(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _strip(inner, names) for name, inner in value.items() if name not in names}
    if isinstance(value, list):
        return [_strip(item, names) for item in value if not not_own(item)]
    return masking.mask(value).text if isinstance(value, str) else value
