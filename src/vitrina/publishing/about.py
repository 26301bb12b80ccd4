"""The files a site carries about itself: status.json, versions.json, sitemap.xml, robots.txt, manifest.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl

from vitrina.model import System
from vitrina.storage import read_json, read_json_or, sha256, write_bytes, write_json

SOURCE_KEYS = (
    "source",
    "weather",
    "condition",
    "taken",
    "records_in",
    "published",
    "quarantined",
    "withheld",
)
SITEMAP_URLS = 45_000
"""Addresses per sitemap file (the protocol's limit is 50 000)."""


def status(build: Path, systems: Sequence[System], version: Mapping[str, Any]) -> dict[str, Any]:
    """Return status.json: what this night published, system by system and source by source."""
    entries = []
    for system in systems:
        report = read_json(build / "reports" / f"{system.slug}.json")
        entries.append(
            {
                "system": system.slug, "title": system.title, "decision": report["decision"],
                "verdict": report["verdict"], "rows": report["tables"][system.main.name]["published"],
                "newest_date": report["newest_date"],
                "sources": [
                    {k: s[k] for k in SOURCE_KEYS}
                    for s in report["sources"]
                ],
            }
        )  # fmt: skip
    return {
        "version": version["id"],
        "date": version["date"],
        "data_date": version["data_date"],
        "synthetic": version["synthetic"],
        "state": state(entries),
        # A night that does not come is itself news: after this date the page says that the next one is overdue.
        "expires": (date.fromisoformat(version["date"]) + timedelta(days=2)).isoformat(),
        "systems": entries,
    }


def state(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return ok, or kept_last_good when any source or system did not deliver tonight."""
    weathers = {s["weather"] for e in entries for s in e["sources"]}
    decisions = {e["decision"] for e in entries}
    stale = weathers & {"kept", "none"} or decisions - {"publish"}
    return "kept_last_good" if stale else "ok"


def write(
    stage: Path, build: Path, archive: Path, systems: Sequence[System], version: dict[str, Any], url: str
) -> dict[str, Any]:
    """Write all of them into *stage* (manifest last) and return the status."""
    current = status(build, systems, version)
    write_json(stage / "status.json", current)
    write_json(stage / "versions.json", versions(archive, current))
    _sitemaps(stage, build, systems, version["date"], url.rstrip("/"))
    robots = f"User-agent: *\nAllow: /\n\nSitemap: {url.rstrip('/')}/sitemap.xml\n"
    write_bytes(stage / "robots.txt", robots.encode())
    write_json(stage / "manifest.json", manifest(stage, version))
    return current


def versions(archive: Path, current: Mapping[str, Any]) -> dict[str, Any]:
    """Return the list of published versions, newest first, with the one about to be published on top."""
    before = read_json_or(archive / "versions.json", {"versions": []})["versions"]
    entry = {k: current[k] for k in ("version", "date", "data_date", "state")}
    entry["rows"] = {s["system"]: s["rows"] for s in current["systems"]}
    return {
        "latest": entry["version"],
        "versions": [entry, *(v for v in before if v["version"] != entry["version"])],
    }


def manifest(stage: Path, version: Mapping[str, Any]) -> dict[str, Any]:
    """Return the SHA-256 and size of every file of the site but the manifest itself."""
    files = {
        path.relative_to(stage).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size}
        for path in sorted(p for p in stage.rglob("*") if p.is_file() and p.name != "manifest.json")
    }
    return {"version": version["id"], "date": version["date"], "files": files}


def _sitemaps(stage: Path, build: Path, systems: Sequence[System], today: str, url: str) -> None:
    """Write sitemap.xml: record pages with the date their data last changed, all others with the night's date."""
    dates: dict[str, str] = {}
    for system in systems:
        history = pl.read_parquet(build / "changes" / f"{system.slug}.parquet")
        for row_id, changed in history.select("id", "ultimo_cambio").iter_rows():
            dates[f"{system.slug}/{row_id}/"] = changed.isoformat()
    places = sorted(p.parent.relative_to(stage).as_posix() + "/" for p in stage.rglob("index.html"))
    entries = []
    for place in places:
        address = escape(f"{url}/{'' if place == './' else place}")
        entries.append(f"<url><loc>{address}</loc><lastmod>{dates.get(place, today)}</lastmod></url>")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    parts = [entries[i : i + SITEMAP_URLS] for i in range(0, len(entries), SITEMAP_URLS)] or [[]]
    if len(parts) == 1:
        body = f"{head}<urlset {space}>\n" + "\n".join(parts[0]) + "\n</urlset>\n"
        write_bytes(stage / "sitemap.xml", body.encode())
        return
    names = [f"sitemap-{n}.xml" for n in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        write_bytes(stage / name, (f"{head}<urlset {space}>\n" + "\n".join(part) + "\n</urlset>\n").encode())
    index = "\n".join(f"<sitemap><loc>{escape(url)}/{n}</loc></sitemap>" for n in names)
    write_bytes(stage / "sitemap.xml", f"{head}<sitemapindex {space}>\n{index}\n</sitemapindex>\n".encode())
