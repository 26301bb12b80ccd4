"""Child process of xlsx_format: prints the rows of one sheet as JSON lines [row number, cells].

Run as `python -m vitrina.formats.xlsx_child FILE SHEET HEADER_ROW MEMORY SECONDS`; exit 3 with a Spanish
reason on stderr when the workbook is refused, any other failure is the limits at work.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date, datetime, time
from typing import Any

import pandas as pd

_MAX_CELLS = 20_000_000


def cell_text(value: Any) -> str:
    """Return a cell as the text a CSV of the same sheet would hold: ISO dates, whole numbers without ".0"."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep="T")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def main(arguments: list[str]) -> int:
    path, sheet, header_row, memory, seconds = arguments
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    current = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (current + int(memory), current + int(memory)))
    try:
        frame = pd.read_excel(
            path, sheet_name=sheet or 0, header=None, dtype=object, engine="calamine", na_filter=False
        )
    except ValueError as error:
        print(f"no se puede leer la hoja {sheet or 'primera'}: {error}", file=sys.stderr)
        return 3
    if frame.size > _MAX_CELLS:
        print("la hoja tiene demasiadas celdas", file=sys.stderr)
        return 3
    first = int(header_row)
    for number, cells in enumerate(frame.itertuples(index=False, name=None), 1):
        if number >= first:
            print(json.dumps([number, [cell_text(c) for c in cells]], ensure_ascii=False))
    return 0


def _address_space() -> int:
    """Return the bytes of address space already mapped (imports), so that the limit is what the workbook may add."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - one line, read once
        return int(statm.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
