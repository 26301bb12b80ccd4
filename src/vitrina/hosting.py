"""How the portal's files must be served: one set of rules for NGINX, for `vitrina serve` and for other hosts.

Everything here is data. `serve` answers by it, and `deploy/nginx/` is written from it:

    python -m vitrina.hosting deploy/nginx

A test compares the committed NGINX files with these rules, and asks both servers the same questions.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from vitrina import books

TYPES: dict[str, str] = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "geojson": "application/geo+json",
    "jsonl": "application/jsonl",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "md": "text/markdown",
    "ttl": "text/turtle",
    "xml": "application/xml",
    "atom": "application/atom+xml",
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "parquet": "application/vnd.apache.parquet",
    "sqlite": "application/vnd.sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
    "gz": "application/gzip",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "webp": "image/webp",
}
"""File ending → media type. Anything else is octet-stream and, with nosniff, only ever a download."""

DEFAULT_TYPE = "application/octet-stream"
CHARSET_TYPES = (
    "text/css",
    "text/javascript",
    "text/csv",
    "text/tab-separated-values",
    "text/plain",
    "text/markdown",
    "text/turtle",
    "application/xml",
    "application/atom+xml",
    "application/x-bibtex",
    "application/x-research-info-systems",
)
"""Sent with `charset=utf-8`, as is text/html. JSON types are UTF-8 by definition and take no charset."""

CSP_HTML = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types vitrina",
    )
)
"""The policy `vitrina` exists only to make the search worker's URL: no policy may make HTML."""
CSP_SCRIPT = (
    "default-src 'none'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""A worker obeys the policy of its own file: `sandbox` there would stop the search from reading its index."""
CSP_OTHER = "default-src 'none'; sandbox"

SECURITY: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
"""Sent with every answer, errors too."""

HSTS = "max-age=63072000"

FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
PAGE = "public, max-age=300, stale-while-revalidate=600, stale-if-error=86400"
CACHE: tuple[tuple[str, str], ...] = (
    (r"^/d/", FOREVER),
    (r"^/recursos/.*-[0-9A-Z]{8}\.", FOREVER),
    (r"^/buscar/indice/.*-[0-9a-f]{10}\.(?:json|bin)$", FOREVER),
    (r"\.html$", PAGE),
)
"""Path pattern → Cache-Control; the first match wins, else REVALIDATE. FOREVER is only for names that carry a hash."""

OPEN_DATA = r"\.(?:atom|bib|csv|geojson|gz|jsonl?|jsonld|ods|parquet|ris|sqlite|tsv|ttl|xlsx|xml|zip)$"
"""Files that any other site may read."""
ATTACHMENTS = r"\.(?:csv|gz|jsonl|ods|parquet|sqlite|tsv|xlsx|zip)$"
"""Files the browser saves instead of showing."""
HIDDEN = r"/\.(?!well-known/)|(?:\.(?:bak|env|log|py|tmp|toml|ya?ml)|~)$"
"""Paths that are never answered, even if such a file were published by mistake."""


def content_type(path: str) -> str:
    """Return the media type of *path*, without charset.

    >>> content_type("/s2-servidores/datos/datos.jsonl.gz"), content_type("/LEAME")
    ('application/gzip', 'application/octet-stream')
    """
    return TYPES.get(path.rpartition("/")[2].rpartition(".")[2], DEFAULT_TYPE)


def with_charset(media: str) -> str:
    """Return *media* as the Content-Type header says it.

    >>> with_charset("text/csv"), with_charset("application/json")
    ('text/csv; charset=utf-8', 'application/json')
    """
    return f"{media}; charset=utf-8" if media == "text/html" or media in CHARSET_TYPES else media


def policy(media: str) -> str:
    """Return the content security policy of an answer of type *media*."""
    return {"text/html": CSP_HTML, "text/javascript": CSP_SCRIPT}.get(media, CSP_OTHER)


def cache_control(path: str) -> str:
    """Return Cache-Control of the file at *path* (a folder's is that of its index.html).

    >>> cache_control("/recursos/base-K3QZ2A7B.css") == FOREVER, cache_control("/status.json")
    (True, 'no-cache')
    """
    return next((value for pattern, value in CACHE if re.search(pattern, path)), REVALIDATE)


def headers(path: str, media: str, *, found: bool) -> dict[str, str]:
    """Return the headers of an answer for *path* of type *media*; *found* tells a file from an error page."""
    open_data = bool(re.search(OPEN_DATA, path))
    answer = {
        **SECURITY,
        "Content-Security-Policy": policy(media),
        "Cross-Origin-Resource-Policy": "cross-origin" if open_data else "same-origin",
    }
    if found:
        answer["Cache-Control"] = cache_control(path)
        if open_data:
            answer["Access-Control-Allow-Origin"] = "*"
        if re.search(ATTACHMENTS, path):
            answer["Content-Disposition"] = "attachment"
    return answer


RECORD = re.compile(r"(?P<system>/[a-z0-9-]+)/(?P<id>[^/]+)/")


def book_pages(path: str) -> Iterator[str]:
    """Yield the files that may hold the record at *path* when it has no page of its own (vitrina.books).

    >>> list(book_pages("/s2/a-3f/"))[:2], list(book_pages("/s2/lista/2/"))
    (['/s2/libro/a-3f/index.html', '/s2/libro/-3f/index.html'], [])
    """
    found = RECORD.fullmatch(path)
    if found:
        for ending in books.endings(found["id"]):
            yield f"{found['system']}/libro/{ending}/index.html"


BARE = re.compile(r"(?P<system>/[a-z0-9-]+)/[A-Za-z0-9._~-]+")


def books_of_bare(path: str) -> str:
    """Return the folder that must be there for *path*, a record's address without its last slash, to be led on; or "".

    A folder leads there by itself; a record in a book has none. Only plain letters, which no header can be made of.

    >>> books_of_bare("/s2/a-3f"), books_of_bare("/s2/a-3f/"), books_of_bare("/s2/dátil")
    ('/s2/libro', '', '')
    """
    found = BARE.fullmatch(path)
    return f"{found['system']}/libro" if found else ""


def _nginx_books() -> str:
    """Return the NGINX rules that say the same as `book_pages` (one try per ending, longest first) and `books_of_bare`."""
    nested = ""
    for depth in range(1, books.DEEPEST + 1):
        nested = f"(?<e{depth}>[A-Za-z0-9-]?{nested})"
    tries = " ".join(f"$sistema/libro/$e{n}/index.html" for n in range(books.DEEPEST, 0, -1))
    return f"""# Registros sin página propia: responde el libro de lista cuyo nombre es el final más largo de su id.
location ~ "^(?<sistema>/[a-z0-9-]+)/[^/]*?{nested}/$" {{
    try_files "${{uri}}index.html" {tries} $sistema/libro/{books.REST}/index.html =404;
}}
# Esos registros no tienen carpeta: a su dirección sin la última diagonal no la lleva NGINX por sí mismo.
location ~ "^(?<conjunto>/[a-z0-9-]+)/[A-Za-z0-9._~-]+$" {{
    set $lleva "";
    if (-d $document_root$conjunto/libro) {{
        set $lleva "libro";
    }}
    if (!-e $request_filename) {{
        set $lleva "${{lleva}}, sin archivo";
    }}
    if ($lleva = "libro, sin archivo") {{
        return 301 $uri/$is_args$args;
    }}
}}
"""


NOTE = "# Escrito por `python -m vitrina.hosting deploy/nginx`: cambie src/vitrina/hosting.py, no este archivo.\n"


def _map(source: str, target: str, rows: list[tuple[str, str]]) -> str:
    """Return one NGINX map; an empty value sends no header."""
    lines = "".join(f'    {key} "{value}";\n' for key, value in rows)
    return f"map {source} {target} {{\n{lines}}}\n"


def nginx_maps() -> str:
    """Return the http-level file: which header value goes with which answer."""
    pages = [(f'"~^{media}"', policy(media)) for media in ("text/html", "text/javascript")]
    parts = (
        # A 304 has no type and must not carry a policy: some browsers would put it over the stored page's own.
        _map("$sent_http_content_type", "$vitrina_csp", [("default", CSP_OTHER), ('""', ""), *pages]),
        _map("$uri", "$vitrina_cache", [("default", REVALIDATE), *((f'"~{p}"', v) for p, v in CACHE)]),
        _map("$uri", "$vitrina_cors", [("default", ""), (f'"~{OPEN_DATA}"', "*")]),
        _map("$uri", "$vitrina_corp", [("default", "same-origin"), (f'"~{OPEN_DATA}"', "cross-origin")]),
        _map("$uri", "$vitrina_disposition", [("default", ""), (f'"~{ATTACHMENTS}"', "attachment")]),
        _map("$status", "$vitrina_allow", [("default", ""), ("405", "GET, HEAD")]),
        _map("$https", "$vitrina_hsts", [("default", ""), ("on", HSTS)]),
    )
    return NOTE + "\n" + "\n".join(parts)


def nginx_site() -> str:
    """Return the server-level file: headers, types and what is never answered. The server adds root and listen."""
    fixed = "".join(f'add_header {name} "{value}" always;\n' for name, value in SECURITY.items())
    types = "".join(f"    {media} {ending};\n" for ending, media in TYPES.items())
    return f"""{NOTE}
index index.html;
autoindex off;
absolute_redirect off;
server_tokens off;
max_ranges 1;

# Los archivos .gz se escriben al construir: aquí no se comprime nada.
gzip off;
gzip_static on;
gzip_vary on;
gzip_proxied any;

charset utf-8;
charset_types {" ".join(CHARSET_TYPES)};
default_type {DEFAULT_TYPE};
types {{
{types}}}

# Todas las cabeceras van aquí: un add_header dentro de un location las borraría todas.
{fixed}add_header Content-Security-Policy $vitrina_csp always;
add_header Cross-Origin-Resource-Policy $vitrina_corp always;
add_header Strict-Transport-Security $vitrina_hsts always;
add_header Allow $vitrina_allow always;
# Sin «always»: una página de error nunca queda guardada como si fuera un archivo.
add_header Cache-Control $vitrina_cache;
add_header Access-Control-Allow-Origin $vitrina_cors;
add_header Content-Disposition $vitrina_disposition;

if ($request_method !~ "^(?:GET|HEAD)$") {{
    return 405;
}}
error_page 403 404 =404 /404.html;
location = /404.html {{
    internal;
}}
location ~ "{HIDDEN}" {{
    return 404;
}}
{_nginx_books()}"""


NGINX = {"vitrina-maps.conf": nginx_maps, "vitrina-site.conf": nginx_site}
"""Committed file → the function that writes it."""


def main(folder: str) -> None:
    """Write the NGINX files into *folder*."""
    for name, write in NGINX.items():
        (Path(folder) / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
