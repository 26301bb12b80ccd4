"""The fast lane's verdict is Frictionless' own: same errors, rows, fields, notes and order, on any table."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import random_tables
from frictionless import FrictionlessException

from vitrina.checking.fast import authority, lane

CASES = 1000 if os.environ.get("VITRINA_WHOLE") else 150
COMPARED = ("type", "row_number", "field_number", "field_name", "note", "message", "cells")


def plain(found: dict[str, list[Any]]) -> dict[str, list[tuple[Any, ...]]]:
    return {n: [tuple(getattr(e, k, None) for k in COMPARED) for e in errors] for n, errors in found.items()}


def verdict(judge: Callable[[], dict[str, list[Any]]]) -> dict[str, list[tuple[Any, ...]]] | str:
    """Frictionless itself stops on some declarations (a bound without a time zone); then so must the lane."""
    try:
        return plain(judge())
    except (TypeError, re.error, FrictionlessException) as error:
        return type(error).__name__


@pytest.mark.parametrize("block", range(10))
def test_random_packages_get_the_verdict_of_frictionless_alone(tmp_path: Path, block: int) -> None:
    differ = []
    total = 0
    for number in range(block, CASES, 10):
        folder = tmp_path / str(number)
        folder.mkdir()
        case = random_tables.case(Random(number), folder)
        slow = verdict(lambda case=case: authority.whole(case.tables, package=case.package))
        fast = verdict(lambda case=case: lane.validate_csvs(case.tables, package=case.package))
        total += sum(map(len, slow.values())) if isinstance(slow, dict) else 0
        if fast != slow:
            differ.append(number)
    assert differ == []
    assert total > 0
