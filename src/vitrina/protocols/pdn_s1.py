"""PDN S1: declarations, searched by POST behind OAuth2 (pdn.md §2, §5.1).

Its server refuses a token with 403 e_701 and clamps page sizes instead of refusing them: neither needs its own
code, because 401 and 403 are treated alike and pages are counted by what they bring, never by what was asked.
"""

from __future__ import annotations

from vitrina.protocols import search
from vitrina.protocols.base import Job, Received

PAGE_SIZE = 50
"""A declaration is 20 KB: a page of 200 would be 4 MB and slow servers give up on it."""


def fetch(job: Job) -> Received:
    """Read [pdn_s1] `search_url` to its end; SourceError when it is not all there."""
    return search.fetch(job, PAGE_SIZE)
