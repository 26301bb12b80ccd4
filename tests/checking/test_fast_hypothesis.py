"""Any schema and any table that Hypothesis can think of: the lane's report is Frictionless', and errors have no limit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import random_tables
from frictionless import Resource, Schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitrina.checking.fast import authority, lane
from vitrina.checking.fast.authority import CsvTable

EXAMPLES = 3000 if os.environ.get("VITRINA_WHOLE") else 150
SIGNS = ["a", "1", "0", "-", ".", " ", ",", ";", '"', "\n", "\r", "ñ", "٣", "\xa0", "\ufeff"]
ODD = st.text(alphabet=st.sampled_from(SIGNS), max_size=5)


@st.composite
def fields(draw: st.DrawFn, number: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(random_tables.CELLS)))
    made: dict[str, Any] = {"name": f"c{number}", "type": kind}
    if kind in random_tables.FORMATS and draw(st.booleans()):
        made["format"] = draw(st.sampled_from(random_tables.FORMATS[kind]))
    rules: dict[str, Any] = {}
    if "format" not in made:
        for key, value in draw(
            st.lists(st.sampled_from(random_tables.CONSTRAINTS.get(kind, [("required", True)])), max_size=2)
        ):
            rules[key] = value
    if draw(st.booleans()):
        rules["required"] = draw(st.booleans())
    if kind in random_tables.KEY_TYPES and draw(st.integers(0, 3)) == 0:
        rules["unique"] = True
    return made | ({"constraints": rules} if rules else {})


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Any], list[list[str | None]]]:
    made = [draw(fields(n)) for n in range(draw(st.integers(1, 4)))]
    schema: dict[str, Any] = {
        "$schema": random_tables.V2,
        "fields": made,
        "missingValues": draw(st.sampled_from(random_tables.MISSING)),
    }
    keys = [f["name"] for f in made if f["type"] in random_tables.KEY_TYPES]
    if keys and draw(st.booleans()):
        schema["primaryKey"] = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=2, unique=True))
    if keys and draw(st.booleans()):
        name = draw(st.sampled_from(keys))
        schema["foreignKeys"] = [
            {"fields": [name], "reference": {"resource": "", "fields": [draw(st.sampled_from(keys))]}}
        ]
    columns = [
        st.one_of(
            st.sampled_from(
                random_tables.FORMAT_CELLS.get(f.get("format", ""), random_tables.CELLS[f["type"]])
            ),
            st.none(),
            ODD,
        )
        for f in made
    ]
    rows = draw(st.lists(st.tuples(*columns), max_size=12))
    return schema, [list(r) for r in rows]


def verdict(judge: Any) -> Any:
    try:
        found = judge()
    except Exception as error:  # Frictionless itself stops on some declarations; then so must the lane
        return type(error).__name__
    return found and {n: [e.to_descriptor() for e in errors] for n, errors in found.items()}


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=SLOW)
@given(tables(), st.sampled_from([",", ";"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_files(tmp_path: Path, made: tuple[Any, Any], delimiter: str, end: str, plain: bool) -> None:
    schema, rows = made
    path = tmp_path / "uno.csv"
    frame = pl.DataFrame(
        rows, schema=dict.fromkeys([f["name"] for f in schema["fields"]], pl.String), orient="row"
    )
    frame.write_csv(
        path, separator=delimiter, line_terminator=end, quote_style="necessary" if plain else "always"
    )
    table = CsvTable("", path, schema, delimiter)
    expected = verdict(lambda: authority.whole([table], package=False))
    assert verdict(lambda: lane.validate_csvs([table], package=False)) == expected


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=SLOW)
@given(tables())
def test_frames(tmp_path: Path, made: tuple[Any, Any]) -> None:
    schema, rows = made
    schema = {k: v for k, v in schema.items() if k != "$schema"}
    for field in schema["fields"]:  # a package of version 1 knows no exclusive bounds
        rules = field.get("constraints", {})
        field["constraints"] = {k: v for k, v in rules.items() if not k.startswith("exclusive")}
    frame = pl.DataFrame(
        rows, schema=dict.fromkeys([f["name"] for f in schema["fields"]], pl.String), orient="row"
    )
    found = verdict(lambda: lane.validate_frames({"uno": schema}, {"uno": frame}))
    path = tmp_path / "uno.csv"
    frame.write_csv(path, quote_style="necessary")
    expected = verdict(lambda: authority.whole([CsvTable("uno", path, schema)], package=True))
    assert found is None or found == expected


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=SLOW)
@given(
    tables(),
    st.lists(
        st.tuples(
            st.integers(0, 400), st.sampled_from([b'"', b"\r", b"\0", b"\xff", b"\n", b",", b"\xef\xbb\xbf"])
        ),
        max_size=3,
    ),
)
def test_damaged_files(tmp_path: Path, made: tuple[Any, Any], damage: list[tuple[int, bytes]]) -> None:
    schema, rows = made
    path = tmp_path / "uno.csv"
    frame = pl.DataFrame(
        rows, schema=dict.fromkeys([f["name"] for f in schema["fields"]], pl.String), orient="row"
    )
    frame.write_csv(path, quote_style="necessary")
    data = path.read_bytes()
    for place, what in damage:
        data = data[:place] + what + data[place:]
    path.write_bytes(data)
    table = CsvTable("", path, schema)
    expected = verdict(lambda: authority.whole([table], package=False))
    assert verdict(lambda: lane.validate_csvs([table], package=False)) == expected


@pytest.mark.parametrize("memory", [True, False])
def test_errors_have_no_limit(tmp_path: Path, memory: bool) -> None:
    """Frictionless stops at a thousand errors and calls the rest of the file unread; the lane tells them all."""
    schema = {
        "fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}],
        "missingValues": [""],
    }
    rows = [[str(i) if i % 3 else "x", "t"] for i in range(6000)]
    frame = pl.DataFrame(rows, schema=["a", "b"], orient="row")
    path = tmp_path / "uno.csv"
    frame.write_csv(path)
    resource = Resource(path=path.name, basepath=str(tmp_path), schema=Schema.from_descriptor(schema))
    assert len(resource.validate().task.errors) == 1000
    if memory:
        found = lane.validate_frames({"uno": schema}, {"uno": frame})
        assert found is not None
        numbers = [e.row_number for e in found["uno"]]
    else:
        numbers = [e["rowNumber"] for e in lane.validate_csv(path, schema)]
    assert numbers == list(range(2, 6002, 3))
