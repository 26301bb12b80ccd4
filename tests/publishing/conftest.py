"""Lets the tests of this folder import the simulated rows beside them and the canaries of tests/privacy."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.with_name("privacy"))]
