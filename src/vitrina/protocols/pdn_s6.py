"""PDN S6: contracting processes by POST, as releases (`{pagination, data}`) or as `/records` (ocds.md §2.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vitrina.protocols import search
from vitrina.protocols.base import Job, Received
from vitrina.protocols.paging import id_of

PAGE_SIZE = 200


def fetch(job: Job) -> Received:
    """Read [pdn_s6] `search_url` to its end. The token may be OAuth2, static or none, as declared."""
    return search.fetch(job, PAGE_SIZE, _ids)


def _ids(rows: Sequence[Any]) -> list[str | None]:
    """A page item `{ocid, record}` is one process; a release is known by ocid and id together."""
    names = [("ocid",) if isinstance(r, Mapping) and "record" in r else ("ocid", "id") for r in rows]
    return [id_of(row, n) for row, n in zip(rows, names, strict=True)]
