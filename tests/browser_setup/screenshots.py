"""Pictures of a built portal's main pages: phone and desktop, light and dark.

    python tests/browser_setup/screenshots.py SITE OUT [ADDRESS …]

Without addresses it takes the ten main pages, one of each kind, found in the site itself.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import chromium

WIDTHS = {"telefono": 360, "escritorio": 1280}
SCHEMES = {"claro": "light", "oscuro": "dark"}
TALLEST = 16_000
"""Pixels: Chromium's own limit of a picture; a longer page is cut there."""


def main_pages(site: Path) -> dict[str, str]:
    """Return name → address of the ten main pages; a kind the site lacks is left out."""
    wanted = {
        "01-portada": "/",
        "02-buscar": "/buscar/",
        "03-conjunto": "/s6-contrataciones/",
        "04-lista": "/s3-servidores/lista/",
        "05-sancion": _record(site, "s3-servidores"),
        "06-contratacion": _record(site, "s6-contrataciones"),
        "07-declaracion": _record(site, "s1-declaraciones"),
        "08-ente": _record(site, "entes"),
        "09-proveedor": _record(site, "proveedores"),
        "10-calidad": "/calidad/",
    }
    return {
        name: at for name, at in wanted.items() if at and (site / at.lstrip("/") / "index.html").is_file()
    }


def _record(site: Path, slug: str) -> str:
    """Return the record of *slug* whose page is of middling length: neither the barest nor an extreme."""
    pages = sorted((site / slug).glob("*/index.json"), key=lambda p: (p.stat().st_size, p))
    return f"/{slug}/{pages[len(pages) * 2 // 3].parent.name}/" if pages else ""


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """Serve *site* on a free port of this machine and give its address."""
    from vitrina.serve import make_server

    server = make_server(site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def take(site: Path, out: Path, pages: dict[str, str], widths: Sequence[str], schemes: Sequence[str]) -> int:
    """Write one PNG per page, width and scheme into *out* and return how many."""
    browser_of = chromium.find()
    if browser_of is None:
        raise SystemExit("error: no hay un Chromium que arranque; ejecute scripts/setup test y scripts/test.")
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    with serving(site) as address, chromium.playwright() as driver:
        browser = browser_of.launch(driver)
        for width in widths:
            for scheme in schemes:
                context = browser.new_context(
                    viewport={"width": WIDTHS[width], "height": 800},
                    color_scheme=SCHEMES[scheme],  # type: ignore[arg-type]
                    locale="es-MX",
                    reduced_motion="reduce",
                )
                page = context.new_page()
                for name, path in pages.items():
                    page.goto(address + path, wait_until="networkidle")
                    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
                    clip = {"x": 0, "y": 0, "width": WIDTHS[width], "height": height}
                    page.screenshot(path=out / f"{name}-{width}-{scheme}.png", full_page=True, clip=clip)
                    count += 1
                context.close()
        browser.close()
    return count


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description="Fotografía las páginas del portal construido.")
    parser.add_argument("site", type=Path, help="carpeta del sitio, por ejemplo build/site/current")
    parser.add_argument("out", type=Path, help="carpeta donde dejar las imágenes")
    parser.add_argument("addresses", nargs="*", help="direcciones; sin ellas, las diez páginas principales")
    parser.add_argument("--widths", nargs="+", choices=WIDTHS, default=list(WIDTHS))
    parser.add_argument("--schemes", nargs="+", choices=SCHEMES, default=list(SCHEMES))
    given = parser.parse_args()
    site = given.site.resolve()
    named = {a.strip("/").replace("/", "-") or "portada": a for a in given.addresses}
    count = take(site, given.out, named or main_pages(site), given.widths, given.schemes)
    print(f"{count} imágenes en {given.out}")


if __name__ == "__main__":
    main()
