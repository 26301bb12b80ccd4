"""OCDS publishers: linked packages, INAI's package per year, CKAN resources, yearly files (ocds.md §2.4)."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vitrina.formats.json_format import unwrap
from vitrina.protocols import answers, declared
from vitrina.protocols.base import Job, Received
from vitrina.protocols.client import Answer, Client
from vitrina.protocols.downloads import download, file_name
from vitrina.protocols.pages import Pages
from vitrina.protocols.search import Fixed

_YEAR_NAMES = ("year", "fiscalYear", "anio", "ejercicio")


def fetch(job: Job) -> Received:
    """Read the publisher in the way [ocds_api] `kind` says: packages, years, ckan or files."""
    with Client(job) as client:
        access = Fixed(client, job.options).header()
        return _KINDS[job.options["kind"]](client, access)


def _packages(client: Client, access: Mapping[str, str]) -> Received:
    """Follow `links.next` from `url`, a release or record package per page; a loop is a failure."""
    url, visited = str(client.job.options["url"]), set[str]()
    pages = Pages(client.job.folder)
    known: set[int] = set()
    while url:
        if url in visited:
            raise client.bad("sus páginas se enlazan en círculo", "Avise a la institución.")
        visited.add(url)
        answer = client.json("GET", url, headers=access)
        document = _object(client, answer, "releases", "records")
        found = [record for _, record in unwrap(document)]
        _refuse_repeats(client, found, known)
        if found:  # a publisher may end with an empty page: it holds nothing to keep
            pages.add(answer.body, len(found))
        links = document.get("links")
        following = links.get("next") if isinstance(links, Mapping) else None
        url = ""
        if isinstance(following, str) and following:
            if not found:
                raise client.bad("entregó una página vacía a la mitad", "Avise a la institución.")
            # One that cannot be an address is refused by the client as such, never taken for the last page.
            url = declared.joined(answer.url, following) or following
    pages.close()
    if not pages.files:
        raise client.empty("no entregó ningún proceso", "Compruebe la dirección con la institución.")
    return Received(
        tuple(pages.files), requests=client.requests, records=pages.records, hashes=pages.hashes, status=200
    )


def _refuse_repeats(client: Client, found: list[Any], known: set[int]) -> None:
    """A page that repeats what earlier ones held stands where other processes should: the reading is short.

    *known*: 64-bit hashes of what the pages before held, because a publisher may have millions of releases.
    """
    keys = {
        hash((str(r["ocid"]), str(r.get("id", ""))))
        for r in found if isinstance(r, Mapping) and r.get("ocid")
    }  # fmt: skip
    if keys and keys <= known:
        raise client.bad("repitió una página ya entregada", "Avise a la institución; se intentará mañana.")
    known |= keys


def _years(client: Client, access: Mapping[str, str]) -> Received:
    """Read `years_url` (`{fiscalYears: […]}`), then one package list per year from `year_url` with {year}."""
    options = client.job.options
    listed = _object(client, client.json("GET", options["years_url"], headers=access), "fiscalYears")
    years = sorted({y for y in map(_year, listed["fiscalYears"]) if y})
    if not years:
        raise client.bad("no enumera ningún año", "Compruebe years_url con la institución.")
    files = [
        _file(client, options["year_url"].replace("{year}", year), f"{year}.json", access) for year in years
    ]
    return Received(tuple(files), None, client.requests, status=200)


def _year(item: Any) -> str:
    value = next((item[n] for n in _YEAR_NAMES if n in item), "") if isinstance(item, Mapping) else item
    text = str(value).strip()
    return text if len(text) == 4 and text.isascii() and text.isdigit() else ""


def _ckan(client: Client, access: Mapping[str, str]) -> Received:
    """Read `url` (a CKAN package_show) and download its resources whose file name matches `pattern`."""
    pattern = client.job.options.get("pattern", "*.json")
    document = _object(client, client.json("GET", client.job.options["url"], headers=access), "result")
    result = document["result"]
    resources = result.get("resources") if isinstance(result, Mapping) else None
    if not isinstance(resources, list):
        raise client.bad("el catálogo no enumera recursos", "La dirección debe ser de package_show.")
    urls = [r["url"] for r in resources if isinstance(r, Mapping) and isinstance(r.get("url"), str)]
    chosen = [u for u in urls if fnmatch.fnmatch(file_name(u), pattern)]
    if not chosen:
        raise client.bad(f"ningún recurso se llama como {pattern!r}", "Corrija pattern en la fuente.")
    files = [_file(client, u, f"{n:03}-{file_name(u)}", access) for n, u in enumerate(chosen, 1)]
    return Received(tuple(files), None, client.requests, status=200)


def _files(client: Client, access: Mapping[str, str]) -> Received:
    """Download `urls` in order (a yearly jsonl.gz each, say); each must be there."""
    urls = client.job.options["urls"]
    files = [_file(client, u, f"{n:03}-{file_name(u)}", access) for n, u in enumerate(urls, 1)]
    return Received(tuple(files), None, client.requests, status=200)


def _file(client: Client, url: str, name: str, access: Mapping[str, str]) -> Path:
    _, path = download(client, url, name, headers=access)
    assert path is not None
    return path


def _object(client: Client, answer: Answer, *members: str) -> Mapping[str, Any]:
    """Return the answer's object if it has one of *members*; an error body or any other shape is a failure."""
    document = answer.document
    if isinstance(document, Mapping) and document.get("success") is not False:
        lists = [document.get(m) for m in members]
        if any(isinstance(found, list | Mapping) for found in lists):
            return document
    if answers.is_error(document):
        said = answers.quoted(answers.said(document))
        raise client.down(f"contestó con un mensaje de error{said}", "Avise a la institución.")
    raise client.bad(f"la respuesta no trae {' ni '.join(members)}", "Compruebe la dirección.")


_KINDS: dict[str, Callable[[Client, Mapping[str, str]], Received]] = {
    "packages": _packages, "years": _years, "ckan": _ckan, "files": _files,
}  # fmt: skip
