"""Every Frictionless error on rows × every kind of field: the lane in memory and on disk says what Frictionless says."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest
import random_tables
from frictionless import FrictionlessException

from vitrina.checking import frictionless_lane, typed
from vitrina.checking.fast import authority, lane
from vitrina.checking.fast.authority import CsvTable
from vitrina.model import Field, System, Table

KINDS = sorted(random_tables.CELLS)
FRAMES = 1000 if os.environ.get("VITRINA_WHOLE") else 150
Rows = list[list[str | None]]
Told = dict[str, list[dict[str, Any]]]


def told(found: dict[str, list[Any]]) -> Told:
    """All that Frictionless tells of each error, row, cells and note included."""
    return {name: [e.to_descriptor() for e in errors] for name, errors in found.items()}


def verdict(judge: Callable[[], Told | None]) -> Told | str | None:
    """Frictionless itself stops on some declarations; then so must the lane, unless it hands over (None)."""
    try:
        return judge()
    except (TypeError, re.error, FrictionlessException) as error:
        return type(error).__name__


def frame(schema: Mapping[str, Any], rows: Rows) -> pl.DataFrame:
    names = [f["name"] for f in schema["fields"]]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def slow(schemas: Mapping[str, Any], frames: Mapping[str, pl.DataFrame], folder: Path) -> Told:
    """Frictionless alone, on the CSV files that `frictionless_lane.validate(..., fast=False)` writes."""
    for name in schemas:
        frames[name].write_csv(folder / f"{name}.csv", quote_style="necessary")
    return told(
        authority.whole([CsvTable(n, folder / f"{n}.csv", s) for n, s in schemas.items()], package=True)
    )


def same(folder: Path, schemas: Mapping[str, Any], rows: Mapping[str, Rows], *types: str) -> None:
    """The lane in memory gives Frictionless' errors in its order, and *types* are among them."""
    frames = {n: frame(schemas[n], rows[n]) for n in schemas}
    expected = slow(schemas, frames, folder)
    found = lane.validate_frames(schemas, frames)
    if found is not None:
        assert told(found) == expected
    assert set(types) <= {e["type"] for errors in expected.values() for e in errors}
    if not {f["type"] for s in schemas.values() for f in s["fields"]} <= set(typed.POLARS):
        return  # systems have no fields of that type
    systems = as_system(schemas)
    quick, whole = (
        frictionless_lane.validate(systems, frames, folder / "csv", fast=f) for f in (True, False)
    )
    assert quick == whole


def as_system(schemas: Mapping[str, Any]) -> System:
    tables = []
    for name, schema in schemas.items():
        fields = tuple(
            Field(f["name"], f["type"], f["name"], "", constraints=f.get("constraints", {}))
            for f in schema["fields"]
        )
        keys = tuple(schema.get("foreignKeys", ()))
        tables.append(
            Table(
                name, name, fields, tuple(schema.get("primaryKey", ())), foreign_keys=keys, descriptor=schema
            )
        )
    by_name = {t.name: t for t in tables}
    return cast(System, SimpleNamespace(tables=tuple(tables), table=by_name.__getitem__))


def one(kind: str, **constraints: Any) -> dict[str, Any]:
    value = {"name": "v", "type": kind, "constraints": constraints}
    return {"fields": [{"name": "n", "type": "string"}, value], "missingValues": [""]}


def cells(kind: str, *, twice: bool = False) -> Rows:
    values: list[str | None] = [*random_tables.CELLS[kind], None, ""]
    return [[str(i), v] for i, v in enumerate(values * (2 if twice else 1))]


def hashable(kind: str) -> bool:
    return kind not in ("array", "object", "geojson", "list", "geopoint", "duration", "any")


@pytest.mark.parametrize("kind", KINDS)
def test_types(tmp_path: Path, kind: str) -> None:
    wrong = () if kind in ("string", "any", "list") else ("type-error",)
    same(tmp_path, {"uno": one(kind)}, {"uno": cells(kind)}, *wrong)


@pytest.mark.parametrize(
    ("kind", "rule", "bound"),
    [(k, rule, bound) for k, rules in random_tables.CONSTRAINTS.items() for rule, bound in rules],
)
def test_constraints(tmp_path: Path, kind: str, rule: str, bound: Any) -> None:
    schemas = {"uno": one(kind, **{rule: bound})}
    frames = {"uno": frame(schemas["uno"], cells(kind))}
    expected = verdict(lambda: slow(schemas, frames, tmp_path))
    found = verdict(lambda: handed(schemas, frames))
    assert found in (None, expected)


def handed(schemas: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> Told | None:
    found = lane.validate_frames(schemas, frames)
    return None if found is None else told(found)


@pytest.mark.parametrize("kind", KINDS)
def test_required(tmp_path: Path, kind: str) -> None:
    same(tmp_path, {"uno": one(kind, required=True)}, {"uno": cells(kind)}, "constraint-error")


@pytest.mark.parametrize("kind", list(filter(hashable, KINDS)))
def test_unique(tmp_path: Path, kind: str) -> None:
    same(tmp_path, {"uno": one(kind, unique=True)}, {"uno": cells(kind, twice=True)}, "unique-error")


@pytest.mark.parametrize("kind", list(filter(hashable, KINDS)))
@pytest.mark.parametrize("composite", [False, True])
def test_primary_keys(tmp_path: Path, kind: str, composite: bool) -> None:
    schema = one(kind) | {"primaryKey": ["v", "n"] if composite else ["v"]}
    rows = cells(kind, twice=True)
    if composite:
        half = len(rows) // 2
        rows = [[str(i % half), v] for i, (_, v) in enumerate(rows)] + [[None, None]]
    same(tmp_path, {"uno": schema}, {"uno": rows}, "primary-key")


@pytest.mark.parametrize("kind", list(filter(hashable, KINDS)))
@pytest.mark.parametrize("composite", [False, True])
@pytest.mark.parametrize("target", ["", "dos"])
def test_foreign_keys(tmp_path: Path, kind: str, composite: bool, target: str) -> None:
    extra = {"name": "p", "type": kind}
    ends, starts = (["v", "n"], ["p", "n"]) if composite else (["v"], ["p"])
    made = one(kind)
    made["fields"].append(extra)
    rows = [[i, v, w] for (i, v), (_, w) in zip(cells(kind), reversed(cells(kind)), strict=True)]
    reference = {"resource": target, "fields": ends}
    schemas = {"uno": made | {"foreignKeys": [{"fields": starts, "reference": reference}]}, "dos": one(kind)}
    short = cells(kind)[:2]
    lost = composite or (
        target and kind not in ("boolean", "yearmonth")
    )  # two values are all that these have
    same(
        tmp_path,
        schemas,
        {"uno": rows, "dos": short},
        *(["foreign-key"] if lost else []),
    )


def test_a_chain_of_rows_pointing_to_each_other(tmp_path: Path) -> None:
    """A child's parent row is itself faulty, and its parent is missing: each is still judged as in the whole table."""
    made = one("integer") | {
        "primaryKey": ["n"],
        "foreignKeys": [{"fields": ["v"], "reference": {"resource": "", "fields": ["n"]}}],
    }
    made["fields"][0]["type"] = "integer"
    chain: Rows = [[str(i), str(i - 1)] for i in range(1, 120)]
    same(
        tmp_path,
        {"uno": made},
        {"uno": [*chain, ["7", "x"], ["200", "999"]]},
        "foreign-key",
        "primary-key",
        "type-error",
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [1, 2])
def test_blank_rows(tmp_path: Path, kind: str, width: int) -> None:
    schema = one(kind) if width == 2 else {"fields": [{"name": "v", "type": kind}], "missingValues": [""]}
    good = random_tables.CELLS[kind][0]
    rows: Rows = [[good] * width, [None] * width, [""] * width, [good] * width, [None] * width]
    same(tmp_path, {"uno": schema}, {"uno": rows}, "blank-row")


def test_clean_rows_are_not_shown_to_frictionless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lane must not owe its equality to handing everything over."""
    shown: list[int] = []
    replay = authority.replay

    def spy(tables: Any, excerpts: Any, *, package: bool) -> Any:
        shown.extend(number for e in excerpts.values() for number in e.numbers)
        return replay(tables, excerpts, package=package)

    monkeypatch.setattr(authority, "replay", spy)
    made = one("integer", minimum=1) | {"primaryKey": ["v"]}
    rows: Rows = [["a", str(i)] for i in range(1, 1000)]
    rows[500] = ["a", "x"]
    same(tmp_path, {"uno": made}, {"uno": rows}, "type-error")
    assert set(shown) == {502}


FILES: dict[str, tuple[bytes, set[str]]] = {
    "clean": (b"n,v\na,1\nb,2\n", set()),
    "missing cell": (b"n,v\na\nb,2\n", {"missing-cell"}),
    "extra cell": (b"n,v\na,1,x\nb,2\n", {"extra-cell"}),
    "blank line": (b"n,v\na,1\n\nb,2\n", {"blank-row"}),
    "commas only": (b"n,v\na,1\n,\nb,2\n", {"blank-row"}),
    "wrong label": (b"n,w\na,1\n", {"incorrect-label"}),
    "blank label": (b"n,\na,1\n", {"blank-label"}),
    "label twice": (b"n,n\na,1\n", {"duplicate-label"}),
    "extra label": (b"n,v,w\na,1,2\n", {"extra-label"}),
    "missing label": (b"n\na\n", {"missing-label"}),
    "blank header": (b"\na,1\n", set()),  # Frictionless says nothing; formats.csv_format refuses it before
    "not utf-8": (b"n,v\nMu\xf1oz,1\n", {"encoding-error"}),
    "empty": (b"", {"source-error"}),
    "open quote": (b'n,v\n"a,1\nb,2\n', {"missing-cell"}),
    "nul": (b"n,v\na\0,1\n", set()),
    "byte order mark": (b"\xef\xbb\xbfn,v\na,1\n", set()),
    "crlf and a wrong cell": (b"n,v\r\na,x\r\n", {"type-error"}),
}


@pytest.mark.parametrize("name", FILES)
def test_files(tmp_path: Path, name: str) -> None:
    data, types = FILES[name]
    path = tmp_path / "uno.csv"
    path.write_bytes(data)
    table = CsvTable("", path, one("integer"))
    expected = authority.whole([table], package=False)[""]
    found = lane.validate_csv(path, table.schema)
    assert found == [{k: e.to_descriptor().get(k) for k in lane.SPEC} for e in expected]
    assert types <= {e["type"] for e in found}


@pytest.mark.parametrize("block", range(5))
def test_random_frames(tmp_path: Path, block: int) -> None:
    differ, proved, errors = [], 0, 0
    for number in range(block, FRAMES, 5):
        random = Random(f"frames {number}")
        schemas, rows = random_tables.frames(random)
        frames = {n: frame(schemas[n], rows[n]) for n in schemas}
        expected = verdict(lambda s=schemas, f=frames: slow(s, f, tmp_path))  # type: ignore[misc]
        found = verdict(lambda s=schemas, f=frames: handed(s, f))  # type: ignore[misc]
        proved += found is not None
        errors += sum(map(len, expected.values())) if isinstance(expected, dict) else 0
        if found is not None and found != expected:
            differ.append(number)
    assert differ == []
    assert proved > FRAMES // 50
    assert errors > 0
