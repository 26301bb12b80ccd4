"""One file behind one address, asked for only if it changed (ETag, Last-Modified)."""

from __future__ import annotations

from vitrina.protocols.base import Job, Received
from vitrina.protocols.client import Client
from vitrina.protocols.downloads import download, file_name


def fetch(job: Job) -> Received:
    """Download [http_file] `url`; `unchanged` when the source answers 304 to the last good copy's validators.

    SourceUnavailableError: not there, too slow; BadContentError: cut, a web page, over its budget.
    """
    options = job.options
    with Client(job) as client:
        token = job.credentials.get(options, "token")
        conditions = _conditions(job)
        headers = conditions | ({"Authorization": f"Bearer {token}"} if token else {})
        answer, path = download(
            client, options["url"], file_name(options["url"]), headers=headers,
            accept=(200, 304) if conditions else (200,),
        )  # fmt: skip
        return Received(
            (path,) if path else (), requests=client.requests, unchanged=path is None,
            status=answer.status, headers=answer.validators,
        )  # fmt: skip


def _conditions(job: Job) -> dict[str, str]:
    """Return the conditional headers for the last good copy, only if it came from this same address."""
    if job.previous.get("address") != job.options["url"]:
        return {}
    known = job.previous.get("headers", {})
    names = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
    return {asked: str(known[kept]) for asked, kept in names.items() if known.get(kept)}
