"""The four ways in which contracting is published, each to its end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Portal, Reply, Request, Server, reply, source

Start = Callable[[Callable[[Request], Reply]], Server]


def package(*ocids: str, **more: Any) -> dict[str, Any]:
    return {"uri": "x", "releases": [{"ocid": o} for o in ocids]} | more


def linked(pages: dict[str, Any]) -> Callable[[Request], Reply]:
    return lambda request: reply(pages[request.target]) if request.target in pages else reply(b"<html>", 404)


def test_packages_are_followed_to_the_last_link(portal: Portal, serve: Start) -> None:
    pages = {
        "/r": package("a", "b", links={"next": "/r?page=2"}),
        "/r?page=2": {"records": [{"ocid": "c"}], "links": {"next": "r?page=3"}},
        "/r?page=3": package(links={"next": None}),
    }
    result = portal.one(source("ocds_api", kind="packages", url=f"{serve(linked(pages)).url}/r"))
    assert (result["weather"], result["records"]) == ("fresh", 3)
    assert [p.get("releases", p.get("records")) for p in portal.pages(result)] == [
        [{"ocid": "a"}, {"ocid": "b"}],
        [{"ocid": "c"}],
    ]


@pytest.mark.parametrize("member", ["releases", "records"])
def test_a_linked_page_that_comes_again_is_a_failure_not_more_processes(
    portal: Portal, serve: Start, member: str
) -> None:
    """A publisher that forgets its offset: every link is new, what it holds is not."""

    def pages(*contents: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, ocids in enumerate(contents):
            following = f"/r?page={number + 1}" if number + 1 < len(contents) else None
            page = {member: [{"ocid": o, "id": "1"} for o in ocids], "links": {"next": following}}
            found["/r" if number == 0 else f"/r?page={number}"] = page
        return found

    def pull(*contents: list[str]) -> Any:
        declared = source("ocds_api", kind="packages", url=f"{serve(linked(pages(*contents))).url}/r")
        return portal.one(declared)

    for repeated in (
        [["a", "b"], ["c"], ["a", "b"]],  # the first page again
        [["a", "b"], ["c"], ["c"]],  # the one before
        [["a", "b"], ["c", "d"], ["b", "c"]],  # a window that slid back: all of it was delivered
        [["a", "b"], ["a"], ["d"]],  # in the middle, with new ones after it
    ):
        result = pull(*repeated)
        assert (result["weather"], result["records"]) == ("none", 0), repeated
        assert "repitió una página" in result["message"]
    result = pull(["a", "b"], ["b", "c"])  # a process with two releases may straddle two pages
    assert (result["weather"], result["records"]) == ("fresh", 4)


@pytest.mark.parametrize("at", [1, 2])
def test_an_empty_page_with_more_after_it_is_a_failure(portal: Portal, serve: Start, at: int) -> None:
    pages = {
        "/r": package("a", links={"next": "/r?page=1"}),
        "/r?page=1": package("b", links={"next": "/r?page=2"}),
        "/r?page=2": package("c", links={"next": "/r?page=3"}),
        "/r?page=3": package("d"),
    }
    pages[f"/r?page={at}"] = package(links={"next": f"/r?page={at + 1}"})
    result = portal.one(source("ocds_api", kind="packages", url=f"{serve(linked(pages)).url}/r"))
    assert (result["weather"], result["records"]) == ("none", 0)
    assert "vacía a la mitad" in result["message"]


@pytest.mark.parametrize(
    "following", ["/r", "/r?page=2", "https://otro.ejemplo.mx/r", "/no-existe", "file:///etc/passwd"]
)
def test_a_link_in_a_circle_or_elsewhere_is_refused(portal: Portal, serve: Start, following: str) -> None:
    pages = {
        "/r": package("a", links={"next": "/r?page=2"}),
        "/r?page=2": package("b", links={"next": following}),
    }
    result = portal.one(source("ocds_api", kind="packages", url=f"{serve(linked(pages)).url}/r"))
    assert (result["weather"], result["records"]) == ("none", 0)


@pytest.mark.parametrize("body", [{}, [], {"code": 500, "message": "no"}, {"releases": []}, {"error": "x"}])
def test_packages_without_releases_are_a_failure(portal: Portal, serve: Start, body: Any) -> None:
    result = portal.one(source("ocds_api", kind="packages", url=f"{serve(lambda _: reply(body)).url}/r"))
    assert result["weather"] == "none" and result["remedy"]


@pytest.mark.parametrize(
    "years", [[2024, 2025], ["2024", "2025"], [{"id": 1, "year": 2024}, {"id": 2, "year": "2025"}, {"id": 3}]]
)
def test_the_national_tool_gives_a_package_list_per_year(portal: Portal, serve: Start, years: Any) -> None:
    pages = {
        "/edca/fiscalYears": {"fiscalYears": years},
        "/edca/contractingprocess/2024": {"arrayReleasePackage": [package("a"), package("b")]},
        "/edca/contractingprocess/2025": {"arrayReleasePackage": [package("c")]},
    }
    server = serve(linked(pages))
    declared = source(
        "ocds_api", kind="years", years_url=f"{server.url}/edca/fiscalYears",
        year_url=f"{server.url}/edca/contractingprocess/{{year}}",
    )  # fmt: skip
    result = portal.one(declared)
    assert (result["weather"], result["records"]) == ("fresh", 3)
    assert list(portal.files(result)) == ["2024.json", "2025.json"]

    del pages["/edca/contractingprocess/2025"]
    result = portal.one(declared, day="2026-03-02")
    assert (result["weather"], result["records"]) == ("kept", 3)


def catalogue(base: str) -> dict[str, Any]:
    urls = [f"{base}/f/2024.json", f"{base}/f/leeme.pdf", f"{base}/f/2025.json"]
    return {"success": True, "result": {"resources": [{"url": u} for u in urls]}}


def test_the_matching_resources_of_a_catalogue_are_downloaded(portal: Portal, serve: Start) -> None:
    pages: dict[str, Any] = {"/f/2024.json": package("a"), "/f/2025.json": [package("b"), package("c")]}
    server = serve(linked(pages))
    pages["/api/3/action/package_show?id=x"] = catalogue(server.url)
    result = portal.one(source("ocds_api", kind="ckan", url=f"{server.url}/api/3/action/package_show?id=x"))
    assert (result["weather"], result["records"]) == ("fresh", 3)
    assert list(portal.files(result)) == ["001-2024.json", "002-2025.json"]


def test_a_resource_on_a_host_that_is_not_declared_is_not_fetched(portal: Portal, serve: Start) -> None:
    trap = serve(lambda _: reply(package("x")))
    pages: dict[str, Any] = {"/p": catalogue(f"http://localhost:{trap.port}")}
    server = serve(linked(pages))
    result = portal.one(source("ocds_api", kind="ckan", url=f"{server.url}/p"))
    assert result["weather"] == "none" and "localhost" in result["message"]
    assert trap.connections == 0
    allowed = source("ocds_api", kind="ckan", url=f"{server.url}/p", allow_hosts=["localhost"])
    assert portal.one(allowed)["weather"] == "fresh"


def test_yearly_files_are_stored_open_and_every_one_must_be_there(portal: Portal, serve: Start) -> None:
    def year(request: Request) -> Reply:
        number = int(request.path[1:5])
        if number > 2025:
            return reply(b"<!doctype html>", 404)
        return reply(gzip.compress(b"".join(b'{"ocid": "o-%d-%d"}\n' % (number, n) for n in range(9))))

    server = serve(year)
    files = [f"{server.url}/{n}.jsonl.gz" for n in (2024, 2025)]
    result = portal.one(source("ocds_api", kind="files", urls=files))
    assert (result["weather"], result["records"]) == ("fresh", 18)
    assert list(portal.files(result)) == ["001-2024.jsonl", "002-2025.jsonl"]
    assert json.loads(portal.files(result)["001-2024.jsonl"].splitlines()[0]) == {"ocid": "o-2024-0"}

    missing = source("ocds_api", kind="files", urls=[*files, f"{server.url}/2026.jsonl.gz"])
    assert portal.one(missing, day="2026-03-02")["weather"] == "kept"
