"""The client gives back whole answers in time from declared hosts, or says why not; nothing in between."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Portal, Reply, Request, Server, reply, source

Start = Callable[[Callable[[Request], Reply]], Server]
BODY = json.dumps([{"id": n, "nombre": "Güereca"} for n in range(30)]).encode()
CSV = b"id,nombre\n" + b"".join(b"%d,Ana\n" % n for n in range(40))


def http_file(server: Server, path: str = "/datos.json", **more: Any) -> Any:
    return source("http_file", url=f"{server.url}{path}", **more)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_whole_answer_is_taken_however_it_is_framed(
    portal: Portal, serve: Start, framing: str, packed: bool
) -> None:
    server = serve(lambda _: reply(BODY, framing=framing, packed=packed))
    result = portal.one(http_file(server))
    assert (result["weather"], result["records"]) == ("fresh", 30)
    assert portal.files(result) == {"datos.json": BODY}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("framing", ["length", "chunked", "close", "lying"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.5, 0.75, 0.95, 0.999])
def test_a_cut_answer_is_never_taken(
    portal: Portal, serve: Start, framing: str, packed: bool, share: float
) -> None:
    """`lying`: Content-Length agrees with the short body, as a proxy does that lost its own source."""

    def cut(_: Request) -> Reply:
        whole = reply(BODY, framing="close" if framing == "lying" else framing, packed=packed)
        head, _, sent = whole.raw.partition(b"\r\n\r\n")
        short = sent[: int(len(sent) * share)]
        if framing == "lying":
            head += b"\r\nContent-Length: %d" % len(short)
        return Reply(head + b"\r\n\r\n" + short, keep=False)

    server = serve(cut)
    result = portal.one(http_file(server))
    assert (result["weather"], result["records"]) == ("none", 0)
    assert result["message"] and result["remedy"]


@pytest.mark.parametrize("at", range(len(CSV) - 200, len(CSV), 9))
def test_a_csv_without_a_length_is_refused_because_it_can_stop_anywhere(
    portal: Portal, serve: Start, at: int
) -> None:
    server = serve(lambda _: reply(CSV[:at], framing="close"))
    result = portal.one(http_file(server, "/datos.csv"))
    assert result["weather"] == "none" and "completo" in result["message"]


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_drip_ends_at_the_deadline(portal: Portal, serve: Start, where: str) -> None:
    server = serve(lambda _: Reply(reply(BODY).raw if where == "head" else reply(BODY * 50).raw, drip=0.05))
    started = time.monotonic()
    result = portal.one(http_file(server), request_seconds=1)
    assert time.monotonic() - started < 2
    assert result["weather"] == "none" and "no terminó de responder a tiempo" in result["message"]


def test_a_source_has_a_deadline_of_its_own_over_all_its_requests(portal: Portal, serve: Start) -> None:
    def slow(request: Request) -> Reply:
        number = int(request.query.get("page", "1"))
        page = {"releases": [{"ocid": f"o-{number}"}], "links": {"next": f"/r?page={number + 1}"}}
        good = reply(page)
        return Reply(good.raw, wait=0.3)

    server = serve(slow)
    started = time.monotonic()
    result = portal.one(source("ocds_api", kind="packages", url=f"{server.url}/r", source_seconds=1))
    assert time.monotonic() - started < 2
    assert result["weather"] == "none" and "a tiempo" in result["message"]


PAGES = [
    b"<!DOCTYPE html><html><body>Inicie sesi\xc3\xb3n</body></html>",
    b"\xef\xbb\xbf  <HTML><head></head></HTML>",
    b"\n\n<html lang='es'><body>En mantenimiento</body></html>",
]


@pytest.mark.parametrize("name", ["/datos.json", "/datos.csv", "/datos.xlsx"])
@pytest.mark.parametrize("page", PAGES)
def test_a_web_page_with_status_200_is_a_failure(
    portal: Portal, serve: Start, page: bytes, name: str
) -> None:
    server = serve(lambda _: reply(page, Content_Type="text/csv"))
    result = portal.one(http_file(server, name))
    assert result["weather"] == "none" and "página web" in result["message"]


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_a_burst_of_passing_failures_is_waited_out(portal: Portal, serve: Start, status: int) -> None:
    server = serve(lambda _: reply(b"ups", status) if len(server.seen) <= 3 else reply(BODY))
    result = portal.one(http_file(server))
    assert (result["weather"], result["records"], len(server.seen)) == ("fresh", 30, 4)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 206, 204])
def test_a_final_refusal_is_not_asked_again(portal: Portal, serve: Start, status: int) -> None:
    server = serve(lambda _: reply(b"" if status == 204 else b"{}", status))
    result = portal.one(http_file(server))
    assert result["weather"] == "none" and str(status) in result["message"]
    assert len(server.seen) == 1


def test_after_four_tries_the_last_good_copy_stays(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply(BODY) if len(server.seen) == 1 else reply(b"", 503))
    first = portal.one(http_file(server))
    before = portal.files(first)
    second = portal.one(http_file(server), day="2026-03-02")
    assert (second["weather"], second["taken"], second["records"]) == ("kept", "2026-03-01", 30)
    assert len(server.seen) == 5
    assert portal.files(second) == before


def test_retry_after_is_honoured(portal: Portal, serve: Start) -> None:
    moments: list[float] = []

    def busy(_: Request) -> Reply:
        moments.append(time.monotonic())
        return reply(b"", 429, Retry_After="1") if len(moments) == 1 else reply(BODY)

    assert portal.one(http_file(serve(busy)))["weather"] == "fresh"
    assert 1 <= moments[1] - moments[0] < 2


def test_retry_after_as_a_date_is_measured_against_the_servers_own_clock(
    portal: Portal, serve: Start
) -> None:
    dates = {"Date": "Fri, 01 Jan 2010 00:00:00 GMT", "Retry_After": "Fri, 01 Jan 2010 00:00:01 GMT"}
    server = serve(lambda _: reply(b"", 503, **dates) if len(server.seen) == 1 else reply(BODY))
    started = time.monotonic()
    assert portal.one(http_file(server))["weather"] == "fresh"
    assert 1 <= time.monotonic() - started < 3


def test_a_wait_beyond_the_deadline_is_not_begun(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply(b"", 503, Retry_After="100"))
    started = time.monotonic()
    result = portal.one(http_file(server), request_seconds=5)
    assert time.monotonic() - started < 1
    assert "503" in result["message"] and len(server.seen) == 1


def test_too_many_bytes_are_refused_while_they_arrive(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply(b"[" + b" " * 3_000_000 + b"1]"))
    result = portal.one(http_file(server, source_bytes=1_000_000))
    assert result["weather"] == "none" and "más bytes" in result["message"]


@pytest.mark.parametrize("as_file", [False, True], ids=["content-encoding", "gz-file"])
def test_a_gzip_bomb_is_refused(portal: Portal, serve: Start, as_file: bool) -> None:
    import gzip

    bomb = gzip.compress(b"[" + b" " * 60_000_000 + b"1]")
    server = serve(lambda _: reply(bomb) if as_file else reply(bomb, Content_Encoding="gzip"))
    result = portal.one(http_file(server, "/datos.jsonl.gz" if as_file else "/datos.json"))
    assert result["weather"] == "none" and "infla" in result["message"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_page_has_a_size_of_its_own_because_it_is_held_in_memory(
    portal: Portal, serve: Start, packed: bool
) -> None:
    page = {"releases": [{"ocid": f"o-{n}"} for n in range(500)]}
    server = serve(lambda _: reply(page, packed=packed))
    declared = source("ocds_api", kind="packages", url=f"{server.url}/r", page_bytes=5000)
    assert "infla" in portal.one(declared)["message"]


def test_an_encoding_nobody_asked_for_is_refused(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply(BODY, Content_Encoding="br"))
    assert "compresión" in portal.one(http_file(server))["message"]


def test_a_server_that_hangs_up_without_a_word_is_tried_again(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: Reply(b"", keep=False) if len(server.seen) < 3 else reply(BODY))
    assert portal.one(http_file(server))["weather"] == "fresh"


def test_a_closed_port_is_reported_as_down(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply(BODY))
    gone = http_file(server)
    server.close()
    result = portal.one(gone)
    assert result["weather"] == "none" and "no respondió" in result["message"]


def test_an_unchanged_file_costs_one_question(portal: Portal, serve: Start) -> None:
    def conditional(request: Request) -> Reply:
        if request.headers.get("if-none-match") == '"v1"':
            return Reply(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
        return reply(BODY, ETag='"v1"', Last_Modified="Sun, 01 Mar 2026 00:00:00 GMT")

    server = serve(conditional)
    portal.one(http_file(server))
    for day in ("2026-03-02", "2026-03-03"):
        result = portal.one(http_file(server), day=day)
        assert (result["weather"], result["taken"], result["records"]) == ("unchanged", "2026-03-01", 30)
    assert "if-modified-since" in server.seen[2].headers


def test_a_304_is_not_asked_for_when_the_kept_bytes_are_damaged(portal: Portal, serve: Start) -> None:
    server = serve(lambda r: reply(b"", 304) if "if-none-match" in r.headers else reply(BODY, ETag='"v1"'))
    first = portal.one(http_file(server))
    (portal.snapshot(first) / "files" / "datos.json").write_bytes(BODY[:-1] + b" ")
    result = portal.one(http_file(server), day="2026-03-02")
    assert "if-none-match" not in server.seen[1].headers
    assert (result["weather"], portal.files(result)) == ("unchanged", {"datos.json": BODY})


def test_a_304_nobody_asked_for_is_a_failure(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: Reply(b"HTTP/1.1 304 Not Modified\r\n\r\n"))
    assert "304" in portal.one(http_file(server))["message"]


def test_json_lines_in_gzip_are_stored_open(portal: Portal, serve: Start) -> None:
    import gzip

    lines = b"".join(json.dumps({"ocid": f"o-{n}"}).encode() + b"\n" for n in range(50))
    half = len(lines) // 2
    members = gzip.compress(lines[:half]) + gzip.compress(lines[half:])
    server = serve(lambda _: reply(members, framing="close"))
    result = portal.one(http_file(server, "/2025.jsonl.gz"))
    assert result["records"] == 50
    assert portal.files(result) == {"2025.jsonl": lines}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_gz_file_is_refused_though_its_length_agrees(
    portal: Portal, serve: Start, share: float
) -> None:
    import gzip

    data = gzip.compress(b"".join(b'{"ocid": "o-%d"}\n' % n for n in range(500)))
    server = serve(lambda _: reply(data[: int(len(data) * share)]))
    assert portal.one(http_file(server, "/2025.jsonl.gz"))["weather"] == "none"


def test_offline_opens_no_connection(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply(BODY))
    result = portal.one(http_file(server), offline=True)
    assert result["weather"] == "none" and "sin red" in result["message"]
    assert server.connections == 0
