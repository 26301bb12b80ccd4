"""PDN v1: S2, S3 servidores and S3 particulares, searched by POST behind OAuth2 (pdn.md §2)."""

from __future__ import annotations

from vitrina.protocols import search
from vitrina.protocols.base import Job, Received

PAGE_SIZE = 200


def fetch(job: Job) -> Received:
    """Read [pdn_v1] `search_url` by pages of 200 (the standard's maximum); SourceError when it is not all there."""
    return search.fetch(job, PAGE_SIZE)
