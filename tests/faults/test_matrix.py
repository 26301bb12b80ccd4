"""Whatever a source does wrong: no short body is accepted, no night is late, and only its own freshness suffers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import matrix
import pytest

from vitrina.simulate.api_faults import KINDS, Fault
from vitrina.storage import read_json

SOURCE, GRACE = 3, 1
"""Seconds a source may take (conftest), and how much later the night may end."""
Strike = Callable[..., Any]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        found = matrix.cases(bool(metafunc.config.getoption("--whole", False)))
        metafunc.parametrize("case", found, ids=[c.id for c in found])


def test_a_night_with_faults(bench: Any, strike: Strike, case: matrix.Case) -> None:
    form = matrix.FORMATS[case.format]
    port = bench.server.server_port
    faults = [replace(f, field=f.field.replace("{port}", str(port))) for f in case.faults]
    good = int(read_json(bench.root / "build" / "pull" / f"{form.source}.json")["records"])

    night = strike(form.source, *faults)

    assert night.seconds <= SOURCE + GRACE
    assert set(night.others.values()) == {"unchanged"}
    assert not any(core.canaries for core in bench.server.cores.values())
    if case.fate == "kept":
        assert night.weather == "kept", night.message
        assert night.untouched
        assert night.message
        assert night.condition in conditions(case)
    elif case.fate == "healed":
        assert night.weather == "unchanged", night.message
        assert night.records == good
    else:
        assert night.weather != "none"
        if night.weather != "kept":  # all that the source says it has today, or nothing
            assert night.claimed in (None, night.records)
            assert night.records in expected_rows(case, good)


DOWN = {"drip", "slow", "reset", "burst", "redirect", "error-200", "expired"}
"""Faults after which there was no answer to judge; after the others there was one, and it was not all there."""


def conditions(case: matrix.Case) -> set[str]:
    """The weather that a fault alone may give; of two at once, whichever was met first."""
    if len(case.faults) > 1:
        return {"down", "partial", "empty"}
    (fault,) = case.faults
    if fault.kind == "empty" and not fault.page:
        return {"empty"}
    if fault.kind.startswith("cut-") and fault.value < 0.01:  # not a byte of a small answer is left
        return {"partial", "empty"}
    if fault.kind == "error-200" and matrix.FORMATS[case.format].pages == 1:  # a file, judged once it is here
        return {"partial"}
    return {"down"} if fault.kind in DOWN else {"partial"}


def expected_rows(case: matrix.Case, good: int) -> range:
    """How many rows a whole answer has after the fault (the half of several files loses up to a row in each)."""
    fault = case.faults[0]
    if fault.kind == "half":
        return range(good // 2 - 5 if matrix.FORMATS[case.format].pages == 1 else good // 2, good // 2 + 1)
    rows = {"tenfold": good * 10, "shifting": good + int(fault.value)}.get(fault.kind, good)
    return range(rows, rows + 1)


@pytest.mark.parametrize("kind", ["cut-length", "html", "burst", "wrong-total", "drip"])
def test_a_source_that_never_was_good_has_none(strike: Strike, kind: str) -> None:
    value = {"cut-length": 0.9, "drip": 0.05}.get(kind, 0.0)
    night = strike("api-s2-v1", Fault(kind, "/v1/spic", value=value), first=True)
    assert (night.weather, night.records) == ("none", 0)
    assert night.message
    assert set(night.others.values()) == {"unchanged"}


def test_the_matrix_covers_every_switch() -> None:
    whole = matrix.cases(True)
    kinds = {f.kind for c in whole for f in c.faults}
    assert kinds == set(KINDS)
    assert len(kinds) >= 18
    assert {c.format for c in whole} == set(matrix.FORMATS)
    assert len({c.id for c in whole}) > 1500
    sample = matrix.cases(False)
    assert {f.kind for c in sample for f in c.faults} == kinds
    assert len(sample) <= 90


def test_a_token_that_dies_is_asked_for_once_more_and_no_oftener(bench: Any, strike: Strike) -> None:
    strike("api-s2-v1", Fault("expired", "/v1/spic"))
    tokens = [path for method, path in bench.server.log if path == "/oauth/token"]
    searches = [path for method, path in bench.server.log if path == "/v1/spic"]
    assert len(searches) == 2
    assert len(tokens) <= 2 + 1  # the other v1 source of the night asks for one of its own
