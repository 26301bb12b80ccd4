"""Benchmark of the link check: seconds over a rendered site, per 30 000 pages.

Run it by hand: `.venv/bin/python tests/bench/bench_links.py SITE_FOLDER [SITE_URL]`, e.g. on build/site/current or on
a large site left by bench_render. Broken links of a site without downloads or index are counted, not an error.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from vitrina.errors import RefusedError
from vitrina.publishing import links

GOAL = 60.0


def main(stage: Path, url: str) -> None:
    pages = sum(1 for _ in stage.rglob("*.html"))
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        said = f"{links.check(stage, url):,} enlaces, todos buenos"
    except RefusedError as error:
        said = str(error)[:300]
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{pages:,} páginas en {wall:.1f} s ({cpu:.1f} s CPU): {said}")
    print(f"30 000 páginas: {wall / max(pages, 1) * 30_000:.1f} s; meta {GOAL:.0f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "https://datos.sesax.example")
