"""What `vitrina status` says of the last night, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vitrina import weather
from vitrina.model import Source, System


def lines(
    run: Mapping[str, Any], systems: Sequence[System], sources: Sequence[Source], reports: Mapping[str, Any]
) -> Iterator[str]:
    """Yield how the night *run* ended, then each system's figures and each source's weather and remedy.

    *reports*: system → its report of the check, None when it has none.
    """
    state = run["state"] or "sin publicar"
    yield f"Última noche: {run['run_date']} · {state} · {run['seconds']} s · {run['peak_mb']} MB"
    if run["error"]:
        yield f"  {run['error']}"
    frequencies = {s.id: s.frequency for s in sources}
    for system in systems:
        report = reports[system.slug]
        if report is None:
            yield f"{system.slug}: sin revisar"
            continue
        published = report["tables"][system.main.name]["published"]
        yield f"{system.slug}: {published} publicados · {report['decision']}"
        for source in report["sources"]:
            yield from _source(source, frequencies.get(source["source"], "irregular"))


def _source(source: Mapping[str, Any], declared: str) -> Iterator[str]:
    figures = (
        f"{source['records_in']} recibidos = {source['published']} publicados + "
        f"{source['quarantined']} en cuarentena + {source['withheld']} reservados"
    )
    mark = weather.CONDITIONS.get(source["condition"], source["condition"])
    kept = " · se usa su última copia buena" if source["weather"] == "kept" else ""
    yield f"  {source['source']} [{mark}]{kept}: {figures}"
    if days := source.get("observed_days"):
        yield f"    declara {declared}; trae algo nuevo cada {days} días"
    if source["message"]:
        yield f"    {source['message']} → {source['remedy']}"
