"""What `vitrina serve` does beyond the rules that tests/test_hosting.py asks of both servers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrina.errors import UsageError
from vitrina.serve import byte_range, make_server, normal_path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "sitio").mkdir()
    (tmp_path / "sitio" / "index.html").write_text("<!doctype html>hola")
    (tmp_path / "secreto.txt").write_text("no se publica")
    return tmp_path / "sitio"


@pytest.fixture
def port(site: Path) -> Iterator[int]:
    server = make_server(site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def talk(port: int, sent: bytes) -> bytes:
    """Send raw bytes and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


@given(st.text(alphabet=st.sampled_from(list("/.%2eEfF5cC\\ab?#:~")), max_size=40))
def test_a_normal_path_never_climbs(raw: str) -> None:
    path = normal_path("/" + raw)
    if path is not None:
        assert path.startswith("/")
        assert ".." not in path.split("/")
        assert "" not in path.split("/")[1:-1]


@given(st.binary(max_size=60))
def test_any_path_gives_a_path_or_nothing(raw: bytes) -> None:
    assert normal_path("/" + raw.decode("latin-1")) is None or normal_path("/" + raw.decode("latin-1"))


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 40))
def test_a_range_stays_inside_the_file(first: int, last: int, size: int) -> None:
    try:
        part = byte_range(f"bytes={first}-{last}", size)
    except ValueError:
        assert first >= size or last < first
        return
    assert part is not None
    assert 0 <= part[0] < part[1] <= size
    assert part == (first, min(last + 1, size))


def test_a_link_out_of_the_site_is_not_followed(site: Path, port: int) -> None:
    (site / "fuga.txt").symlink_to(site.parent / "secreto.txt")
    (site / "fuga").symlink_to(site.parent)
    for target in (b"/fuga.txt", b"/fuga/secreto.txt", b"/fuga"):
        answer = talk(port, b"GET " + target + b" HTTP/1.0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 404 ")
        assert b"no se publica" not in answer


def test_a_page_without_a_404_of_its_own_still_says_404(port: int) -> None:
    assert talk(port, b"GET /nada HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"GARABATO\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_and_the_server_lives(port: int, sent: bytes) -> None:
    assert b"hola" not in talk(port, sent)
    assert b"hola" in talk(port, b"GET / HTTP/1.0\r\n\r\n")


def test_a_redirect_cannot_carry_a_header(site: Path, port: int) -> None:
    (site / "a\r\nX-Mala: 1").mkdir()
    answer = talk(port, b"GET /a%0d%0aX-Mala:%201 HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 301 ")
    assert b"\nX-Mala" not in answer


def test_several_requests_on_one_connection(port: int) -> None:
    answer = talk(
        port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert answer.count(b"hola") == 1


def test_no_site_and_no_port_are_told_in_plain_words(tmp_path: Path, port: int, site: Path) -> None:
    with pytest.raises(UsageError, match="No hay sitio"):
        make_server(tmp_path / "vacio", 0)
    with pytest.raises(UsageError, match=f"puerto {port}"):
        make_server(site, port)


def test_it_listens_only_on_this_machine_unless_told(site: Path) -> None:
    with make_server(site, 0) as server:
        assert server.server_address[0] == "127.0.0.1"
