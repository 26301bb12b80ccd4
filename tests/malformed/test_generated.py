"""Two thousand broken deliveries a run: no crash, no row lost unseen, and a reason that names the file.

`VITRINA_WHOLE=1` makes fifty times as many.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import generator
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitrina import formats, registry
from vitrina.config import LIMITS
from vitrina.errors import BadContentError
from vitrina.layouts import find
from vitrina.layouts.base import Context
from vitrina.model import Malformed, RawRecord, Source

REPO = Path(__file__).resolve().parents[2]
TIMES = 50 if os.environ.get("VITRINA_WHOLE") else 1
TOKEN = re.compile(r"REG\d{5}X")


def source(kind: str, **more: Any) -> Source:
    return Source("muni", "Municipio", "obras", "folder", kind, "mensual", **more)


def read(path: Path, kind: str) -> list[RawRecord] | BadContentError:
    """Read a file as pull and normalize do; BadContentError is an answer, anything else a crash."""
    try:
        return list(formats.records(path, path.name, source(kind), LIMITS))
    except BadContentError as refused:
        return refused


def judge(path: Path, kind: str, data: bytes) -> str:
    """Read *data* and return what happened; AssertionError when a row is lost or the reason names nothing."""
    path.write_bytes(data)
    found = read(path, kind)
    if isinstance(found, BadContentError):
        assert path.name in found.message and found.remedy
        return "refused"
    assert len({r.position for r in found}) == len(found)
    assert all(path.name in r.position for r in found)
    broken = [r for r in found if isinstance(r.data, Malformed)]
    told = Counter(
        TOKEN.findall(json.dumps([r.data for r in found if r not in broken], default=str, ensure_ascii=False))
    )
    if kind == "csv":
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
        assert len(found) == len(rows) - 1
    if kind in ("csv", "json", "jsonl") and not broken:
        sent = Counter(TOKEN.findall(_said(data, kind)))
        header = Counter(TOKEN.findall(_said(data, kind).partition("\n")[0])) if kind == "csv" else Counter()
        assert set(sent) - set(header) <= set(told), sent - told
    return "broken" if broken else "read"


def _said(data: bytes, kind: str) -> str:
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    if kind == "csv":
        return text
    # A member written twice in one object has one value in JSON: what is left is what was sent.
    documents = [text] if kind == "json" else text.split("\n")
    return json.dumps([json.loads(d.lstrip("\ufeff")) for d in documents if d.strip()], ensure_ascii=False)


@pytest.mark.parametrize("kind", generator.WRITERS)
def test_harmed_files(tmp_path: Path, kind: str) -> None:
    seen: Counter[str] = Counter()
    for number in range(
        (60 if kind == "zip" else 420) * TIMES
    ):  # an archive is opened in a process of its own
        rng = Random(f"{kind} {number}")
        data = generator.WRITERS[kind](rng, generator.rows(rng))
        again = kind == "zip" and rng.random() < 0.6
        data = generator.reharmed_zip(rng, data) if again else generator.harmed(rng, data)
        try:
            seen[judge(tmp_path / f"x.{kind}", kind, data)] += 1
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(f"{kind} {number}: {error!r}") from error
    assert seen["refused"] > 10 and seen["read"] > 10, seen


def test_harmed_workbooks(tmp_path: Path) -> None:
    """Fewer: each one that looks like a workbook is opened in a process of its own."""
    seen: Counter[str] = Counter()
    for number in range(16 * TIMES):
        rng = Random(f"xlsx {number}")
        data = generator.write_xlsx(rng, generator.rows(rng))
        data = generator.reharmed_zip(rng, data) if number % 4 else generator.harmed(rng, data)
        seen[judge(tmp_path / "x.xlsx", "xlsx", data)] += 1
    assert seen["refused"] and seen["read"], seen


# ── records of the standards ──────────────────────────────────────────────────────────────────────────────

TEMPLATES: dict[str, list[Any]] = json.loads(
    (REPO / "tests" / "privacy" / "records.json").read_text(encoding="utf-8")
)
TEMPLATES["s1-declaraciones/s1_v2"] = [
    json.loads((REPO / "tests" / "layouts" / "s1_declaracion.json").read_text(encoding="utf-8"))
]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["2026-02-31", "31/12/2026", "1.234,50", "\x00", "\ud800", "NaN", "x" * 33_000, 10**400, -1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += places(child, (*path, key))
    return found


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {k: replaced(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
    if isinstance(value, list):
        return [replaced(v, path[1:], new) if i == path[0] else v for i, v in enumerate(value)]
    return value


@pytest.mark.parametrize("name", TEMPLATES)
@settings(max_examples=64 * TIMES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_harmed_records(name: str, data: st.DataObject) -> None:
    slug, layout = name.split("/")
    system = registry.load_system(REPO / "data" / "systems" / slug)
    records = []
    for template in TEMPLATES[name]:
        record: Any = template
        for _ in range(data.draw(st.integers(0, 3))):
            where = data.draw(st.sampled_from(places(template)))
            record = replaced(record, where, data.draw(JUNK))
        records.append(record if data.draw(st.integers(0, 9)) else data.draw(JUNK))
    raw = [RawRecord(f"f.json#/{i}", r) for i, r in enumerate([*records, *records[:1]])]
    context = Context(system, source("json", layout=layout), date(2026, 11, 20))
    outcomes = list(find(layout).outcomes(raw, context))
    assert Counter(p for o in outcomes for p in o.positions) == Counter(r.position for r in raw)
    for outcome in outcomes:
        assert sum(map(bool, (outcome.rows, outcome.withheld, outcome.rejected))) == 1
        assert not outcome.rejected or outcome.message
        for rows in outcome.rows.values():
            assert all(v is None or isinstance(v, str) for row in rows for v in row.values())
