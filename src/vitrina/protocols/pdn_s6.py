"""PDN S6: contracting processes by POST, as releases (`{pagination, data}`) or as `/records` (ocds.md §2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitrina.protocols import search
from vitrina.protocols.base import Job, Received
from vitrina.protocols.paging import id_at

PAGE_SIZE = 200
_release_id = id_at("ocid", "id")


def fetch(job: Job) -> Received:
    """Read [pdn_s6] `search_url` to its end. The token may be OAuth2, static or none, as declared."""
    return search.fetch(job, PAGE_SIZE, _id)


def _id(row: Any) -> str | None:
    """A page item `{ocid, record}` is one process; a release is known by ocid and id together."""
    if isinstance(row, Mapping) and "record" in row:
        return id_at("ocid")(row)
    return _release_id(row)
