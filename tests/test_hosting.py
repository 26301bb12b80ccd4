"""One matrix of requests, asked to a real NGINX with our configuration and to `vitrina serve`: same answers."""

from __future__ import annotations

import gzip
import http.client
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vitrina import hosting
from vitrina.serve import make_server

sys.path.insert(0, str(Path(__file__).parent))
from nginx_server import NGINX, WHY, run_nginx

REPO = Path(__file__).resolve().parents[1]
PAGE = b"<!doctype html><title>Portal</title><p>Hola</p>\n"
LOST = b"<!doctype html><title>No existe</title>\n"
CSV = b"id,nombre\n1,Mu\xc3\xb1oz\n" * 20


@pytest.fixture(scope="module")
def document_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site like the published one: the root is a link to a release, in a folder with a space in its name."""
    home = tmp_path_factory.mktemp("un sitio")
    files = {
        "index.html": PAGE,
        "404.html": LOST,
        "s2-servidores/index.html": PAGE,
        "s2-servidores/datos/datos.csv": CSV,
        "s2-servidores/datos/datos.jsonl": b'{"id":"1"}\n',
        "s2-servidores/datos/datos.jsonl.gz": gzip.compress(b'{"id":"1"}\n', mtime=0),
        "s2-servidores/datos/datos.parquet": b"PAR1" * 10,
        "s2-servidores/datos/datos.zip": b"PK\x05\x06" + bytes(18),
        "s2-servidores/datos/datos.sqlite": b"SQLite format 3\0",
        "s2-servidores/datos/nueva versión.csv": CSV,
        "d/ab12/datos.xlsx": b"PK",
        "status.json": b"{}",
        "catalog.jsonld": b"{}",
        "sitemap.xml": b"<urlset/>",
        "cambios/feed.atom": b"<feed/>",
        "recursos/base-K3QZ2A7B.css": b"p{color:red}\n" * 50,
        "recursos/base-K3QZ2A7B.css.gz": gzip.compress(b"p{color:red}\n" * 50, mtime=0),
        "recursos/buscar-ABC23456.js": b"onmessage=async e=>{try{postMessage((await fetch(e.data)).status)}"
        b"catch(e){postMessage(String(e))}}",
        "recursos/dibujo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "recursos/vacio.txt": b"",
        "buscar/indice/current.json": b"{}",
        "buscar/indice/root-0123456789.json": b"{}",
        "buscar/indice/t/0-0123456789.bin": b"\x1f\x8b",
        "LEAME": b"hola",
        "raro.exe": b"MZ",
        ".env": b"SECRETO=1",
        ".git/config": b"[core]",
        "s2-servidores/.oculto/datos.csv": CSV,
        "copia.csv~": CSV,
        "publishconf.py": b"X=1",
        "system.toml": b"x=1",
        ".well-known/security.txt": b"Contact: mailto:datos@sea.ejemplo.mx\n",
        "sin-indice/datos.csv": CSV,
    }
    release = home / "releases" / "2026-11-20"
    for name, content in files.items():
        path = release / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (home / "secreto.txt").write_text("no se publica")
    (home / "current").symlink_to("releases/2026-11-20")
    return home / "current"


@pytest.fixture(
    scope="module",
    params=[
        "serve",
        pytest.param("nginx", marks=[pytest.mark.nginx, pytest.mark.skipif(not NGINX, reason=WHY)]),
    ],
)
def port(
    request: pytest.FixtureRequest,
    document_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
) -> Iterator[int]:
    """The port of a server of *document_root*; every test below runs once against each server."""
    if request.param == "nginx":
        with run_nginx(document_root, tmp_path_factory.mktemp("nginx"), free_port) as number:
            yield number
        return
    server = make_server(document_root, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def ask(port: int, target: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers (lower-case names) and body of one request; the target is sent exactly as given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    names = [name.lower() for name, _ in answer.getheaders()]
    once = len(names) == len(set(names)) or answer.status == 416  # NGINX finds a bad range after adding them
    assert once, f"una cabecera se repite: {names}"
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


DATA = "/s2-servidores/datos/"
FOUND = {
    # target: (type, cache, CORS, attachment)
    "/": ("text/html; charset=utf-8", hosting.PAGE, False, False),
    "/?q=1": ("text/html; charset=utf-8", hosting.PAGE, False, False),
    "/s2-servidores/": ("text/html; charset=utf-8", hosting.PAGE, False, False),
    "//s2-servidores//": ("text/html; charset=utf-8", hosting.PAGE, False, False),
    "/d/../s2-servidores/./": ("text/html; charset=utf-8", hosting.PAGE, False, False),
    "/s2-servidores/index.html": ("text/html; charset=utf-8", hosting.PAGE, False, False),
    "/recursos/base-K3QZ2A7B.css": ("text/css; charset=utf-8", hosting.FOREVER, False, False),
    "/recursos/buscar-ABC23456.js": ("text/javascript; charset=utf-8", hosting.FOREVER, False, False),
    "/recursos/dibujo.svg": ("image/svg+xml", hosting.REVALIDATE, False, False),
    "/recursos/vacio.txt": ("text/plain; charset=utf-8", hosting.REVALIDATE, False, False),
    "/d/ab12/datos.xlsx": (hosting.TYPES["xlsx"], hosting.FOREVER, True, True),
    DATA + "datos.csv": ("text/csv; charset=utf-8", hosting.REVALIDATE, True, True),
    DATA + "nueva%20versi%C3%B3n.csv": ("text/csv; charset=utf-8", hosting.REVALIDATE, True, True),
    DATA + "datos.jsonl": ("application/jsonl", hosting.REVALIDATE, True, True),
    DATA + "datos.jsonl.gz": ("application/gzip", hosting.REVALIDATE, True, True),
    DATA + "datos.parquet": ("application/vnd.apache.parquet", hosting.REVALIDATE, True, True),
    DATA + "datos.zip": ("application/zip", hosting.REVALIDATE, True, True),
    DATA + "datos.sqlite": ("application/vnd.sqlite3", hosting.REVALIDATE, True, True),
    "/buscar/indice/current.json": ("application/json", hosting.REVALIDATE, True, False),
    "/buscar/indice/root-0123456789.json": ("application/json", hosting.FOREVER, True, False),
    "/buscar/indice/t/0-0123456789.bin": ("application/octet-stream", hosting.FOREVER, False, False),
    "/status.json": ("application/json", hosting.REVALIDATE, True, False),
    "/catalog.jsonld": ("application/ld+json", hosting.REVALIDATE, True, False),
    "/sitemap.xml": ("application/xml; charset=utf-8", hosting.REVALIDATE, True, False),
    "/cambios/feed.atom": ("application/atom+xml; charset=utf-8", hosting.REVALIDATE, True, False),
    "/.well-known/security.txt": ("text/plain; charset=utf-8", hosting.REVALIDATE, False, False),
    "/LEAME": ("application/octet-stream", hosting.REVALIDATE, False, False),
    "/raro.exe": ("application/octet-stream", hosting.REVALIDATE, False, False),
}
MISSING = [
    "/no-existe/",
    "/no-existe.csv",
    "/recursos/base-VIEJA123.css",
    "/404.html",
    "/sin-indice/",
    "/status.json/",
    "/" + "a" * 300,
    "/.env",
    "/%2eenv",
    "/.git/config",
    "/s2-servidores/.oculto/datos.csv",
    "/copia.csv~",
    "/publishconf.py",
    "/system.toml",
]
TRAVERSAL = [
    "/../secreto.txt",
    "/%2e%2e/secreto.txt",
    "/..%2fsecreto.txt",
    "/d/..%2f..%2fsecreto.txt",
    "/d/%00",
    "/%zz",
]


def check_security(headers: dict[str, str]) -> None:
    for name, value in hosting.SECURITY.items():
        assert headers.get(name.lower()) == value, name
    assert "strict-transport-security" not in headers, "HSTS no va por HTTP simple"


@pytest.mark.parametrize("target", FOUND)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_files_have_type_policy_and_cache(port: int, target: str, method: str) -> None:
    media, cache, cors, attachment = FOUND[target]
    status, headers, body = ask(port, target, method)
    assert (status, headers["content-type"], headers["cache-control"]) == (200, media, cache)
    assert headers["content-security-policy"] == hosting.policy(media.partition(";")[0])
    assert headers.get("access-control-allow-origin") == ("*" if cors else None)
    assert headers["cross-origin-resource-policy"] == ("cross-origin" if cors else "same-origin")
    assert headers.get("content-disposition") == ("attachment" if attachment else None)
    assert int(headers["content-length"]) == len(body) or method == "HEAD"
    assert "content-encoding" not in headers
    check_security(headers)


@pytest.mark.parametrize("target", MISSING)
def test_what_is_not_there_gets_the_portals_own_page(port: int, target: str) -> None:
    status, headers, body = ask(port, target)
    assert (status, body, headers["content-type"]) == (404, LOST, "text/html; charset=utf-8")
    assert headers["content-security-policy"] == hosting.CSP_HTML
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not {"cache-control", "access-control-allow-origin", "content-disposition"} & set(headers)
    check_security(headers)


@pytest.mark.parametrize("target", TRAVERSAL)
def test_no_path_leaves_the_root(port: int, target: str) -> None:
    status, headers, body = ask(port, target)
    assert status == 400
    assert b"no se publica" not in body
    assert "cache-control" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("target", ["/", "/status.json", "/no-existe"])
def test_it_can_only_be_read(port: int, target: str, method: str) -> None:
    status, headers, _ = ask(port, target, method, Content_Length="0")
    assert (status, headers.get("allow")) == (405, "GET, HEAD")
    assert "cache-control" not in headers
    check_security(headers)


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/s2-servidores", "/s2-servidores/"),
        ("/s2-servidores?orden=fecha", "/s2-servidores/?orden=fecha"),
        ("//s2-servidores", "/s2-servidores/"),
        ("/sin-indice", "/sin-indice/"),
    ],
)
def test_a_folder_without_its_slash_redirects_on_the_same_host(port: int, target: str, location: str) -> None:
    status, headers, _ = ask(port, target)
    assert (status, headers["location"]) == (301, location)
    check_security(headers)


@pytest.mark.parametrize(
    ("asked", "status", "content_range", "start", "end"),
    [
        ("bytes=0-9", 206, f"bytes 0-9/{len(CSV)}", 0, 10),
        ("bytes=-5", 206, f"bytes {len(CSV) - 5}-{len(CSV) - 1}/{len(CSV)}", -5, None),
        ("bytes=10-", 206, f"bytes 10-{len(CSV) - 1}/{len(CSV)}", 10, None),
        ("bytes=10-99999", 206, f"bytes 10-{len(CSV) - 1}/{len(CSV)}", 10, None),
        ("bytes=0-1,5-6", 200, None, 0, None),
        ("lines=1-2", 200, None, 0, None),
    ],
)
def test_a_part_of_a_file(
    port: int, asked: str, status: int, content_range: str | None, start: int, end: int | None
) -> None:
    got, headers, body = ask(port, DATA + "datos.csv", Range=asked)
    assert (got, headers.get("content-range"), body) == (status, content_range, CSV[start:end])
    assert headers["cache-control"] == hosting.REVALIDATE
    assert headers["content-security-policy"] == hosting.CSP_OTHER
    check_security(headers)


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=5-2", "bytes=x"])
def test_a_part_that_does_not_exist(port: int, asked: str) -> None:
    status, headers, _ = ask(port, DATA + "datos.csv", Range=asked)
    assert (status, headers["content-range"]) == (416, f"bytes */{len(CSV)}")
    check_security(headers)


def test_if_range_guards_against_joining_two_versions(port: int) -> None:
    etag = ask(port, DATA + "datos.csv")[1]["etag"]
    assert ask(port, DATA + "datos.csv", Range="bytes=0-3", If_Range=etag)[0] == 206
    assert ask(port, DATA + "datos.csv", Range="bytes=0-3", If_Range='"otra"')[0] == 200


@pytest.mark.parametrize("target", ["/", "/status.json", "/recursos/base-K3QZ2A7B.css"])
def test_an_unchanged_copy_costs_no_body_and_keeps_its_policy(port: int, target: str) -> None:
    first = ask(port, target)[1]
    status, headers, body = ask(port, target, If_None_Match=first["etag"])
    assert (status, body, headers["etag"]) == (304, b"", first["etag"])
    assert headers["cache-control"] == first["cache-control"]
    assert "content-security-policy" not in headers, "un 304 con política cambiaría la de la página guardada"
    assert ask(port, target, If_Modified_Since=first["last-modified"])[0] == 304
    assert ask(port, target, If_None_Match='"otra"')[0] == 200
    assert ask(port, target, If_None_Match='"otra"', If_Modified_Since=first["last-modified"])[0] == 200


def test_both_servers_make_the_same_tag(port: int, document_root: Path) -> None:
    facts = (document_root / "status.json").stat()
    assert ask(port, "/status.json")[1]["etag"] == f'"{int(facts.st_mtime):x}-{facts.st_size:x}"'


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [("gzip", "gzip"), ("br, gzip;q=0.8", "gzip"), ("gzip;q=0", None), ("br", None), ("identity", None)],
)
def test_precompressed_files(port: int, accepts: str, encoding: str | None) -> None:
    status, headers, body = ask(port, "/recursos/base-K3QZ2A7B.css", Accept_Encoding=accepts)
    assert (status, headers.get("content-encoding"), headers["vary"]) == (200, encoding, "Accept-Encoding")
    assert headers["content-type"] == "text/css; charset=utf-8"
    assert (gzip.decompress(body) if encoding else body) == b"p{color:red}\n" * 50


def test_a_search_shard_arrives_still_compressed(port: int) -> None:
    """The page opens it with DecompressionStream, so the server must not call it an encoding."""
    status, headers, body = ask(port, DATA + "datos.jsonl.gz", Accept_Encoding="gzip")
    assert (status, headers.get("content-encoding"), body[:2]) == (200, None, b"\x1f\x8b")


def test_a_new_night_shows_at_once(port: int, document_root: Path) -> None:
    """The link is switched while the server runs: the next answer comes from the new release."""
    home = document_root.parent
    (home / "releases" / "otra").mkdir()
    (home / "releases" / "otra" / "index.html").write_bytes(b"nueva")
    (home / "next").symlink_to("releases/otra")
    (home / "next").replace(document_root)
    try:
        assert ask(port, "/")[2] == b"nueva"
    finally:
        (home / "next").symlink_to("releases/2026-11-20")
        (home / "next").replace(document_root)
        shutil.rmtree(home / "releases" / "otra")
    assert ask(port, "/")[2] == PAGE


WORKER = """() => new Promise(done => {
  const policy = trustedTypes.createPolicy('vitrina', {createScriptURL: u => u});
  const worker = new Worker(policy.createScriptURL('/recursos/buscar-ABC23456.js'));
  worker.onmessage = e => done(String(e.data));
  worker.onerror = e => done('error ' + e.message);
  worker.postMessage('/status.json');
})"""


@pytest.mark.browser
def test_the_policies_let_the_search_worker_read_and_nothing_else(port: int, browser: Any) -> None:
    """The reason for hosting.CSP_SCRIPT: with `sandbox` the worker could not fetch its own site."""
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    assert page.evaluate(WORKER) == "200"
    with pytest.raises(Exception, match="TrustedHTML"):
        page.evaluate("document.body.innerHTML = '<b>x</b>'")
    with pytest.raises(Exception, match="disallowed"):
        page.evaluate("trustedTypes.createPolicy('otra', {createHTML: x => x})")
    page.close()
