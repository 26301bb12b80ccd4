"""Whatever the rows, the rules and the errors: nothing is lost, children follow, and the ledger balances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rules import CHILD, DAY, MAIN, SYSTEM

from vitrina.checking import findings, quarantine, report_ledger, rules, typed
from vitrina.checking.rules_rows import Scene
from vitrina.model import Rule
from vitrina.storage import text_frame

OURS = ("fuente_id", "fuente_instantanea", "fuente_posicion")
TABLES = {"obras": [*MAIN, *OURS], "pagos": [*CHILD, *OURS], "avisos": [*CHILD, *OURS]}

ids = st.sampled_from(["a", "b", "c", "d", None])
places = st.tuples(st.sampled_from(["uno", "dos"]), st.sampled_from(["p1", "p2", "p3", "p4", "p5"]))
dates = st.sampled_from(["2026-01-01", "2026-06-01", "2026-12-31", None])
amounts = st.sampled_from(["1", "2.5", "-3", None])
entes = st.sampled_from(["salud", "obras", None])


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Records as `normalize` leaves them: each at a place of its own, with one main row, or children, or no row."""
    found = []
    for source, position in sorted(draw(st.sets(places, max_size=8))):
        fate = draw(st.sampled_from(["row", "row", "row", "withheld", "rejected"]))
        main: dict[str, Any] = {}
        children: list[tuple[str, dict[str, Any]]] = []
        if fate == "row":
            main = {
                "id": draw(ids),
                "inicio": draw(dates),
                "fin": draw(dates),
                "monto": draw(amounts),
                "ente_id": draw(entes),
            }
            for n in range(draw(st.integers(0, 3))):
                parent = main["id"] if draw(st.booleans()) else draw(ids)
                children.append(
                    (
                        draw(st.sampled_from(["pagos", "avisos"])),
                        {"obra_id": parent, "n": str(n), "pago": draw(amounts)},
                    )
                )
            if children and draw(st.booleans()):
                main = {}  # a source that fills a child table only
        found.append(
            {"source": source, "position": position, "fate": fate, "main": main, "children": children}
        )
    return found


def tables_of(found: list[dict[str, Any]]) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    rows: dict[str, list[dict[str, Any]]] = {n: [] for n in TABLES}
    states = []
    for record in found:
        place = {
            "fuente_id": record["source"],
            "fuente_instantanea": "x",
            "fuente_posicion": record["position"],
        }
        if record["main"]:
            rows["obras"].append({**record["main"], **place})
        for table, child in record["children"]:
            rows[table].append({**child, **place})
        states.append(
            {"source": record["source"], "position": record["position"], "row_position": record["position"],
             "fate": record["fate"], "code": "", "message": ""}
        )  # fmt: skip
    frames = {n: text_frame(rows[n], tuple(columns)) for n, columns in TABLES.items()}
    columns = ("source", "position", "row_position", "fate", "code", "message")
    return frames, text_frame(states, columns)


SUM = {"field": "monto", "op": "==", "to_table": "pagos", "to_field": "pago"}
errors = st.lists(st.tuples(st.sampled_from(list(TABLES)), st.integers(0, 30)), max_size=5)
declared = st.lists(
    st.sampled_from(
        [
            Rule("orden", "dates-in-order", "error", "", "x", "", "", "", {"first": "inicio", "second": "fin"}),
            Rule("futuro", "not-in-future", "warning", "", "x", "", "", "", {"field": "fin"}),
            Rule("signo", "compare", "error", "", "x", "", "", "pagos", {"field": "pago", "op": ">=", "value": 0}),
            Rule("suma", "children", "error", "", "x", "", "", "", SUM),
            Rule("unica", "unique", "note", "", "x", "", "", "avisos", {"fields": ["obra_id"]}),
        ]
    ),
    unique_by=lambda rule: rule.id,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(records(), errors, declared)
def test_nothing_is_lost_children_follow_and_every_ledger_balances(
    found: list[dict[str, Any]], wrong: list[tuple[str, int]], chosen: list[Rule]
) -> None:
    frames, states = tables_of(found)
    issues = pl.DataFrame(
        [(t, i, "type-error", "error", "", "", "") for t, i in wrong if i < frames[t].height],
        schema=findings.FOUND, orient="row",
    )  # fmt: skip

    held = quarantine.extended(SYSTEM, frames, quarantine.none(frames), issues)
    tables, misfits = typed.cast(SYSTEM, _own(quarantine.parted(frames, held)[0]))
    assert misfits.is_empty()
    scene = Scene(SYSTEM, tables, DAY, Path(), quarantine.incomplete(SYSTEM, frames, held))
    broken, tallies = rules.apply(chosen, scene)
    after = quarantine.extended(SYSTEM, frames, held, broken)
    kept, out = quarantine.parted(frames, after)

    for name, frame in frames.items():
        assert sorted([*kept[name]["_i"], *out[name]["_i"]]) == list(range(frame.height))
        assert not (held[name] & ~after[name]).any(), "what was held stays held"
    for table, index in [
        *wrong,
        *broken.filter(pl.col("severity") == "error").select("table", "index").rows(),
    ]:
        assert index >= frames[table].height or after[table][index]
    _children_follow(frames, kept)
    for rule in chosen:
        tally = tallies[rule.id]
        assert 0 <= tally.failed <= tally.checked and (tally.checked > 0) != bool(tally.reason)
        assert tally.failed == broken.filter(pl.col("rule") == rule.id).height
    _balanced(states, report_ledger.settled(SYSTEM, frames, after, states), kept)


def _own(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return {n: f.drop(OURS) for n, f in frames.items()}


def _children_follow(frames: Mapping[str, pl.DataFrame], kept: Mapping[str, pl.DataFrame]) -> None:
    """A child stays only if its main row does, unless that main row never came (foreign keys see to those)."""
    stayed, came = set(kept["obras"]["id"]), set(frames["obras"]["id"].drop_nulls())
    places = {
        name: set(f.select(OURS[0], OURS[2]).rows())
        for name, f in (("in", frames["obras"]), ("out", kept["obras"]))
    }
    for name in ("pagos", "avisos"):
        for row in kept[name].iter_rows(named=True):
            assert row["obra_id"] in stayed or row["obra_id"] not in came
            place = (row["fuente_id"], row["fuente_posicion"])
            assert place not in places["in"] or place in places["out"]


def _balanced(records: pl.DataFrame, states: pl.DataFrame, kept: Mapping[str, pl.DataFrame]) -> None:
    assert states.height == records.height, "a record is counted once"
    pulled = dict.fromkeys(("title", "weather", "condition", "snapshot", "taken", "message", "remedy"), "")
    sources = [{**pulled, "source": s, "read": n} for s, n in sorted(Counter(records["source"]).items())]
    by_source = report_ledger.by_source(sources, states)  # raises when a ledger does not balance
    by_ente = report_ledger.by_ente(states, {})
    for entry in by_ente:
        assert entry["checked"] == entry["published"] + entry["quarantined"] + entry["withheld"]
    for column in ("published", "quarantined", "withheld"):
        assert sum(e[column] for e in by_source) == sum(e[column] for e in by_ente)
    there = {p for f in kept.values() for p in f.select(OURS[0], OURS[2]).rows()}
    published = states.filter(pl.col("state") == "published").select("source", "position").rows()
    assert set(published) == there
