"""S3 rows against the declared tables with Frictionless (samples and real answers); no input crashes."""

from __future__ import annotations

import copy
import csv
import json
import runpy
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from frictionless import Checklist, Resource, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrina.layouts import find
from vitrina.model import Outcome, RawRecord

HERE = Path(__file__).resolve()
REAL = HERE.parents[3] / "shared" / "data" / "pdn" / "v2"
_V2 = runpy.run_path(str(HERE.with_name("test_s3_v2.py")))
SAMPLES, context, one, changed = (_V2[name] for name in ("SAMPLES", "context", "one", "changed"))


def findings(outcomes: Iterable[Outcome], layout: str, folder: Path) -> Counter[str]:
    """Write the rows as CSV per table and return Frictionless' error types by count."""
    system = context(layout).system
    rows: dict[str, list[dict[str, str | None]]] = {t.name: [] for t in system.tables}
    for outcome in outcomes:
        for table, found in outcome.rows.items():
            rows[table].extend(found)
    errors: Counter[str] = Counter()
    for table in system.tables:
        columns = [f for f in table.descriptor["fields"] if not f["name"].startswith("fuente_")]
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, [f["name"] for f in columns])
            writer.writeheader()
            writer.writerows(rows[table.name])
        plain = [{k: f[k] for k in ("name", "type", "constraints") if k in f} for f in columns]
        schema = Schema.from_descriptor({"fields": plain, "primaryKey": list(table.primary_key)})
        report = Resource(path=path.name, basepath=str(folder), schema=schema).validate(Checklist())
        errors.update(kind for (kind,) in report.flatten(["type"]))
    return errors


@pytest.mark.parametrize("layout", SAMPLES)
def test_sample_rows_fit_the_declared_schema(layout: str, tmp_path: Path) -> None:
    assert findings([one(layout, SAMPLES[layout])], layout, tmp_path) == Counter()
    broken = changed(SAMPLES[layout], fecha="31/02/2025")
    assert findings([one(layout, broken)], layout, tmp_path) == Counter({"type-error": 1})


@pytest.mark.real
@pytest.mark.skipif(
    not REAL.is_dir(), reason="no hay ../shared/data: respuestas reales guardadas fuera del proyecto"
)
@pytest.mark.parametrize(
    ("name", "layout", "rows", "ended"),
    [("s3_faltas_administrativas_graves", "s3_graves_v2", 16, 44),
     ("s3_faltas_graves_personas_morales", "s3_personas_morales_v2", 21, 39)],
)  # fmt: skip
def test_real_answers(name: str, layout: str, rows: int, ended: int, tmp_path: Path) -> None:
    records = json.loads((REAL / f"{name}.json").read_text(encoding="utf-8"))["data"]
    assert all([n for n in SAMPLES if find(n).matches(r)] == [layout] for r in records)
    raw = [RawRecord(f"{name}.json#{n}", r) for n, r in enumerate(records)]
    outcomes = list(find(layout).outcomes(raw, context(layout, run=date(2026, 11, 21))))
    assert Counter(o.withheld or "row" for o in outcomes) == {"row": rows, "concluida": ended}
    assert not any(o.unknown for o in outcomes)
    assert findings(outcomes, layout, tmp_path) == Counter()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def _mangled(draw: st.DrawFn) -> dict[str, Any]:
    record = copy.deepcopy(draw(st.sampled_from(list(SAMPLES.values()))))
    for _ in range(draw(st.integers(0, 4))):
        place: Any = record
        while isinstance(place, (dict, list)) and place:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
            if not isinstance(place[key], (dict, list)) or not place[key] or draw(st.booleans()):
                place[key] = draw(JSON)
                break
            place = place[key]
    return record


CONTEXTS = {name: context(name, named=name) for name in SAMPLES}


@settings(max_examples=120, deadline=None)
@given(st.one_of(JSON, _mangled()))
def test_no_record_crashes_a_layout(record: Any) -> None:
    for name, known in CONTEXTS.items():
        layout = find(name)
        assert layout.matches(record) in {True, False}
        (outcome,) = layout.outcomes([RawRecord("x#0", record)], known)
        assert sum(map(bool, (outcome.rows, outcome.withheld, outcome.rejected))) == 1
