"""No connection where none may go, and no secret in anything the night leaves behind."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrina.errors import ConfigurationError
from vitrina.protocols import addresses, declared

from .conftest import SECRETS, Pdn, Portal, Reply, Request, Server, pdn, records, reply, source

Start = Callable[[Callable[[Request], Reply]], Server]

FORBIDDEN = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "169.254.169.254", "169.254.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7",
    "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "2001:db8::1",
    "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "100::1",
    "5f00::1", "4000::1", "no-es-una-ip", "",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not addresses.allowed(address, private=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "187.141.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert addresses.allowed(address, private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "100.64.0.1", "::1", "fd12::1"])
def test_private_addresses_are_allowed_only_where_declared(address: str) -> None:
    assert addresses.allowed(address, private=True)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "64:ff9b::7f00:1", "::"]
)
def test_some_addresses_are_never_allowed(address: str) -> None:
    assert not addresses.allowed(address, private=True)


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_hides_a_private_ipv4_one(address: Any) -> None:
    for inner in (address.sixtofour, address.ipv4_mapped, address.teredo and address.teredo[1]):
        if inner is not None and not inner.is_global:
            assert not addresses.allowed(str(address), private=False)


TRAPS = [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://127.1:{port}/", "http://2130706433:{port}/",
    "http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://0:{port}/", "http://127.0.0.1.:{port}/", "http://LOCALHOST:{port}/",
]  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_a_declared_address_that_leads_to_loopback_is_never_connected(
    portal: Portal, serve: Start, trap: str
) -> None:
    server = serve(lambda _: reply(b"[1]"))
    declared = source("http_file", url=trap.format(port=server.port), private_network=False)
    result = portal.one(declared, backoff_ms=0)
    assert result["weather"] == "none"
    assert server.connections == 0


HIDDEN = [
    *(f"http://{a}:{{port}}/" for a in FORBIDDEN if a and "." in a and ":" not in a),
    *(f"http://[{a}]:{{port}}/" for a in FORBIDDEN if ":" in a and "%" not in a),
    "http://2852039166:{port}/", "http://0xa9fea9fe:{port}/", "http://0251.0376.0251.0376:{port}/",
    "http://169.254.43518:{port}/", "http://169.16689662:{port}/", "http://017700000001:{port}/",
    "http://0x7f.0x0.0x0.0x1:{port}/", "http://127.0.1:{port}/", "http://127.0.0.1%2f@a.mx:{port}/",
    "http://127。0。0。1:{port}/", "http://①②⑦.⓪.⓪.①:{port}/", "http://[::ffff:7f00:1]:{port}/",
    "http://[::ffff:0:127.0.0.1]:{port}/", "http://[64:ff9b::169.254.169.254]:{port}/", "http://[2002:a9fe:a9fe::]:{port}/",
    "http://[fe80::1%25lo]:{port}/", "http://127.0.0.1#@a.mx:{port}/", "http://a.mx@127.0.0.1:{port}/",
]  # fmt: skip
"""Every way we know of writing an address that leads inside."""


@pytest.mark.parametrize("way", ["declared", "redirect", "linked"])
def test_no_way_of_writing_an_inner_address_opens_a_connection_to_it(
    portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Declared, as a redirect, and as the next page, with the host allowed by name: nothing but the address stops it."""
    assert len(HIDDEN) >= 60
    opened: list[Any] = []
    connect = socket.socket.connect
    public = serve(lambda request: answers[request.path](request))
    answers: dict[str, Callable[[Request], Reply]] = {}
    real = socket.getaddrinfo

    def resolver(host: Any, port: Any, *more: Any, **kinds: Any) -> Any:
        # Our public server is on loopback: it goes by a public address, and its connection is let through below.
        if host == "publico.ejemplo.mx":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]
        return real(host, port, *more, **{**kinds, "flags": socket.AI_NUMERICHOST})

    def spy(self: socket.socket, address: Any) -> None:
        if address[0] == "8.8.8.8":
            return connect(self, ("127.0.0.1", public.port))
        opened.append(address)
        raise ConnectionRefusedError(111, "canario")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(socket.socket, "connect", spy)
    start = f"http://publico.ejemplo.mx:{public.port}"
    for number, pattern in enumerate(HIDDEN):
        inner = pattern.format(port=public.port)
        more = {
            "private_network": False,
            "allow_hosts": [declared.host(inner)] if declared.host(inner) else [],
        }
        path = f"/{number}"
        if way == "declared":
            trap = source("http_file", url=inner, **more)
        elif way == "redirect":
            answers[path] = lambda _, inner=inner: to(inner)  # type: ignore[misc]
            trap = source("http_file", url=f"{start}{path}", **more)
        else:
            first = {"releases": [{"ocid": "o-1"}], "links": {"next": inner}}
            answers[path] = lambda _, first=first: reply(first)  # type: ignore[misc]
            trap = source("ocds_api", kind="packages", url=f"{start}{path}", **more)
        try:
            result = portal.one(trap, backoff_ms=0)
        except ConfigurationError:
            assert way == "declared", inner
            continue
        assert result["weather"] == "none" and result["message"], inner
    assert opened == []
    assert len({r.path for r in public.seen}) == (0 if way == "declared" else len(HIDDEN))


def test_every_resolved_address_must_be_allowed_and_the_name_is_resolved_once(
    portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebinding name: public when first asked, loopback ever after. The second answer is never used."""
    server = serve(lambda _: reply(b"[1]"))
    asked: list[str] = []
    answers = [["8.8.8.8", "127.0.0.1"], ["192.0.2.1"], ["127.0.0.1"]]
    real = socket.getaddrinfo

    def resolver(host: Any, port: Any, *more: Any, **kinds: Any) -> Any:
        if host != "fuente.ejemplo.mx":
            return real(host, port, *more, **kinds)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in answers[len(asked) - 1]]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    declared = source(
        "http_file", url=f"http://fuente.ejemplo.mx:{server.port}/a.json", private_network=False
    )
    for _ in answers:
        assert "red privada" in portal.one(declared)["message"]
    assert len(asked) == 3 and server.connections == 0


def test_the_connection_goes_to_the_address_that_was_checked(
    portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda _: reply([{"id": 1}]))
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolver(host: Any, port: Any, *more: Any, **kinds: Any) -> Any:
        if host != "fuente.ejemplo.mx":
            return real(host, port, *more, **kinds)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    declared = source("http_file", url=f"http://fuente.ejemplo.mx:{server.port}/a.json")
    assert portal.one(declared)["weather"] == "fresh"
    assert asked == ["fuente.ejemplo.mx"]
    assert server.seen[0].headers["host"] == f"fuente.ejemplo.mx:{server.port}"


def to(target: str, status: int = 302) -> Reply:
    return reply(b"", status, Location=target)


def test_a_redirect_to_a_host_that_is_not_declared_is_not_followed(portal: Portal, serve: Start) -> None:
    trap = serve(lambda _: reply([{"id": 1}]))
    server = serve(lambda _: to(f"http://localhost:{trap.port}/"))
    result = portal.one(source("http_file", url=f"{server.url}/a.json"))
    assert "localhost" in result["message"] and trap.connections == 0


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "//", "", "http://", "http://u:p@127.0.0.1/",
                                    "http://127.0.0.1:x/", "javascript:alert(1)", "http://[::1", "gopher://a"])  # fmt: skip
def test_a_redirect_to_something_else_is_refused(portal: Portal, serve: Start, target: str) -> None:
    server = serve(lambda _: to(target))
    result = portal.one(source("http_file", url=f"{server.url}/a.json"))
    assert result["weather"] == "none" and "no supo leer" not in result["message"]
    assert len(server.seen) <= 4


def test_a_secure_source_is_not_led_to_an_insecure_address(portal: Portal, serve: Start, tls: Tls) -> None:
    trap = serve(lambda _: reply([{"id": 1}]))
    server = tls.serve(lambda _: to(f"http://localhost:{trap.port}/"))
    result = portal.one(
        source("http_file", url=server, insecure=False, ca_file="ca.pem", allow_hosts=["localhost"])
    )
    assert "no es seguro" in result["message"] and trap.connections == 0


@pytest.mark.parametrize("hops", [1, 3, 4, 50])
def test_at_most_three_redirects_are_followed(portal: Portal, serve: Start, hops: int) -> None:
    def hop(request: Request) -> Reply:
        number = int(request.query.get("n", "0"))
        return to(f"/a.json?n={number + 1}") if number < hops else reply([{"id": 1}])

    server = serve(hop)
    result = portal.one(source("http_file", url=f"{server.url}/a.json"))
    assert result["weather"] == ("fresh" if hops <= 3 else "none")
    assert len(server.seen) == min(hops, 3) + 1


def test_the_token_stays_with_its_host(portal: Portal, serve: Start) -> None:
    other = serve(lambda _: reply([{"id": 1}]))
    server = serve(lambda _: to(f"{other.url}/a.json"))
    result = portal.one(source("http_file", url=f"{server.url}/a.json", token_env="CANARIO_TOKEN"))
    assert result["weather"] == "fresh"
    assert server.seen[0].headers["authorization"] == "Bearer token-fijo-canario-0d4e"
    assert not any("canario" in v for v in other.seen[0].headers.values())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_neither_password_nor_search_is_sent_on_to_another_host(
    portal: Portal, serve: Start, status: int
) -> None:
    other = serve(Pdn(records(3)))
    server = serve(lambda r: to(f"{other.url}{r.path}", status))
    assert "cambió" in portal.one(pdn(server))["message"]
    assert other.connections == 0


def test_a_search_may_move_within_its_own_host(portal: Portal, serve: Start) -> None:
    fake = Pdn(records(3))
    server = serve(lambda r: fake(r) if r.path != "/v1/spic" else to("/v2/spic", 308))
    assert portal.one(pdn(server))["weather"] == "fresh"


LEAKY: dict[str, Callable[[Request], Reply]] = {
    "echo-form": lambda r: reply({"code": "401", "message": r.body.decode()}, 401),
    "echo-headers": lambda r: reply({"code": 500, "message": json.dumps(dict(r.headers))}, 400),
    "echo-in-html": lambda r: reply(b"<html>" + r.body, 404),
    "redirect": lambda r: to(
        f"http://otro.ejemplo.mx/?{r.body.decode()}&t={r.headers.get('authorization')}", 308
    ),
    "redirect-host": lambda r: to(f"http://{r.form.get('username', 'x')}.ejemplo.mx/", 307),
    "success": lambda r: reply({"access_token": None, "error": r.form.get("password")}),
}


@pytest.mark.parametrize("leak", LEAKY)
@pytest.mark.parametrize("where", ["token", "search"])
def test_no_secret_is_left_anywhere(
    portal: Portal, serve: Start, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
    leak: str, where: str,
) -> None:  # fmt: skip
    fake = Pdn(records(3))
    server = serve(lambda r: LEAKY[leak](r) if (r.path == "/oauth/token") == (where == "token") else fake(r))
    caplog.set_level(0)
    with_token = source("http_file", "archivo", url=f"{server.url}/a.json", token_env="CANARIO_TOKEN")
    results = portal.pull(pdn(server), with_token)
    assert results["fuente"]["weather"] == "none"
    out, err = capfd.readouterr()
    everything = portal.everything() + "\n".join([out, err, caplog.text]).encode()
    for secret in [*SECRETS.values(), "jwt-1-canario", "jwt-2-canario"]:
        for form in (secret, quote(secret, safe=""), quote_plus(secret)):
            assert form.encode() not in everything, secret


def test_a_good_night_leaves_no_secret_either(portal: Portal, serve: Start) -> None:
    portal.one(pdn(serve(Pdn(records(3)))))
    everything = portal.everything()
    assert all(s.encode() not in everything for s in [*SECRETS.values(), "jwt-1-canario"])
    assert b"pdn_v1" in everything


def test_an_answer_that_repeats_our_token_is_not_stored(portal: Portal, serve: Start) -> None:
    fake = Pdn([{"id": "1", "eco": "jwt-1-canario"}])
    assert "credencial" in portal.one(pdn(serve(fake)))["message"]


def test_a_secret_may_live_in_a_file_that_only_we_can_read(portal: Portal, serve: Start) -> None:
    path = portal.root / "secretos" / "token"
    path.parent.mkdir()
    path.write_text("token-fijo-canario-0d4e\n", encoding="utf-8")
    server = serve(lambda _: reply([{"id": 1}]))
    declared = source("http_file", url=f"{server.url}/a.json", token_file="secretos/token")
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="otros usuarios"):
        portal.one(declared)
    path.chmod(0o600)
    assert portal.one(declared)["weather"] == "fresh"
    assert server.seen[0].headers["authorization"] == "Bearer token-fijo-canario-0d4e"
    path.unlink()
    with pytest.raises(ConfigurationError, match="no existe"):
        portal.one(declared)


WRONG: dict[str, dict[str, Any]] = {
    "missing-variable": {"url": "https://a.ejemplo.mx/x", "token_env": "NO_DEFINIDA"},
    "plain-http": {"url": "http://a.ejemplo.mx/x", "insecure": False},
    "password-in-address": {"url": "https://u:clave@a.ejemplo.mx/x"},
    "token-in-address": {"url": "https://a.ejemplo.mx/x?access_token=abc"},
    "no-ca": {"url": "https://a.ejemplo.mx/x", "ca_file": "no-existe.pem"},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_declaration_stops_the_night_before_any_connection(
    portal: Portal, serve: Start, case: str
) -> None:
    server = serve(lambda _: reply([{"id": 1}]))
    good = source("http_file", "buena", url=f"{server.url}/a.json")
    with pytest.raises(ConfigurationError) as wrong:
        portal.pull(good, source("http_file", "mala", **WRONG[case]))
    assert wrong.value.exit_code == 30 and wrong.value.remedy
    assert "clave" not in wrong.value.message and "abc" not in wrong.value.message
    assert server.connections == 0


def test_an_unknown_protocol_exits_30(portal: Portal) -> None:
    with pytest.raises(ConfigurationError, match="paloma"):
        portal.one(source("paloma"))


@pytest.mark.parametrize("query", [{"rfcSolicitante": "X"}, {"a": {"b": [{"rfcSolicitante": "X"}]}}])
def test_asking_in_someones_name_is_refused(portal: Portal, serve: Start, query: Any) -> None:
    with pytest.raises(ConfigurationError, match="reservados"):
        portal.one(pdn(serve(Pdn([])), query=query))


class Tls:
    """Servers on loopback with certificates of an authority of our own, made with the openssl command."""

    def __init__(self, folder: Path, serve: Start) -> None:
        self.folder, self._serve = folder, serve
        self._make("ca", "/CN=Autoridad de prueba", "-addext", "basicConstraints=critical,CA:TRUE")

    def _make(self, name: str, subject: str, *more: str) -> None:
        command = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.pem", *more,
        ]  # fmt: skip
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def serve(self, answer: Callable[[Request], Reply], name: str = "IP:127.0.0.1", own: bool = False) -> str:
        """Return the https address of a server whose certificate is for *name*."""
        signer = [] if own else ["-CA", "ca.pem", "-CAkey", "ca.key"]
        self._make("leaf", "/CN=x", "-addext", f"subjectAltName={name}", "-addext",
                   "basicConstraints=critical,CA:FALSE", *signer)  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "leaf.pem", self.folder / "leaf.key")
        plain = self._serve(answer)
        listener = socket.create_server(("127.0.0.1", 0))

        def accept() -> None:
            while True:
                try:
                    secure = context.wrap_socket(listener.accept()[0], server_side=True)
                except OSError:
                    continue
                threading.Thread(target=plain._serve, args=(secure,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}/a.json"


@pytest.fixture
def tls(portal: Portal, serve: Start) -> Tls:
    return Tls(portal.root, serve)


def test_tls_is_verified_and_an_authority_may_be_added_per_source(portal: Portal, tls: Tls) -> None:
    url = tls.serve(lambda _: reply([{"id": 1}]))
    refused = portal.one(source("http_file", url=url, insecure=False), backoff_ms=0)
    assert refused["weather"] == "none" and "certificado" in refused["message"]
    assert portal.one(source("http_file", url=url, insecure=False, ca_file="ca.pem"))["weather"] == "fresh"


@pytest.mark.parametrize(
    "wrong", [{"name": "DNS:otro.ejemplo.mx"}, {"own": True}], ids=["other-name", "self-signed"]
)
def test_insecure_never_means_unverified(portal: Portal, tls: Tls, wrong: dict[str, Any]) -> None:
    url = tls.serve(lambda _: reply([{"id": 1}]), **wrong)
    result = portal.one(source("http_file", url=url, ca_file="ca.pem"), backoff_ms=0)
    assert result["weather"] == "none" and "certificado" in result["message"]
