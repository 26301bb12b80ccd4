"""`vitrina source test`: the acceptance sheet that a secretariat runs on a source before connecting it (pdn.md §7)."""

from vitrina.acceptance.runner import run
from vitrina.acceptance.sheet import Result, Sheet

__all__ = ["Result", "Sheet", "run"]
