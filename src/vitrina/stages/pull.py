"""Pull: bytes from each source into data/archive/snapshots, raw, proven whole, with a sidecar.

The only stage that opens a socket. Sources are read in parallel, each within its own deadline; one that fails
keeps its last good snapshot and the others go on. What is wrong in a declaration is told before the first socket.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from vitrina import __version__, formats
from vitrina.config import Settings
from vitrina.errors import BadContentError, RefusedError, SourceError, SourceUnavailableError
from vitrina.model import Source
from vitrina.protocols import PROTOCOLS, Credentials, Gate, Job, Received, prepare
from vitrina.protocols.declared import urls
from vitrina.snapshots import Store
from vitrina.storage import fresh_folder, sha256, write_json

Progress = Callable[[str], None]
WORKERS = 32
"""Sources at a time: they wait for the network, not for the processor."""
SLOW_SECONDS = 60
"""A source that takes longer delivered, but is worth a word with the institution."""
CLOCKS, CLOCK_WARNED, CLOCK_REFUSED = 3, 600, 24 * 3600
"""Servers that must agree before our clock is doubted; seconds of difference that are told, and that stop the night."""
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}
"""With a disk like this the night cannot go on; anything else concerns one source."""


def run(
    settings: Settings, sources: Sequence[Source], progress: Progress = lambda _t: None
) -> dict[str, int]:
    """Pull every source; write build/pull/<source>.json with its weather. Return how many had each weather.

    Results are written and told in the order of *sources*, whatever the order in which they arrived.
    ConfigurationError: a declaration is wrong or a secret is missing; no source was contacted then.
    """
    ready = [(source, prepare(source, settings) if not source.frozen else None) for source in sources]
    folder = settings.build / "pull"
    if not settings.only:
        fresh_folder(folder)
    counts: dict[str, int] = {}
    timings: dict[str, float] = {}
    gate = Gate()
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="pull")
    try:
        futures = [pool.submit(_timed, source, settings, secrets, gate) for source, secrets in ready]
        for source, future in zip(sources, futures, strict=True):
            result, timings[source.id] = future.result()
            if result["condition"] in ("fresh", "unchanged") and timings[source.id] > SLOW_SECONDS:
                result["condition"] = "slow"
            write_json(folder / f"{source.id}.json", result)
            counts[result["weather"]] = counts.get(result["weather"], 0) + 1
            progress(f"{source.id}: {result['weather']} ({result['records']} registros)")
    except BaseException:
        gate.stop.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    write_json(settings.build / "pull_seconds.json", timings)
    _check_clock(gate, progress)
    return counts


def _check_clock(gate: Gate, progress: Progress) -> None:
    """Compare our clock with those of the servers that answered: a night with a wrong date is not published."""
    if len(gate.clocks) < CLOCKS:
        return
    ahead = median(gate.clocks.values())
    if abs(ahead) > CLOCK_REFUSED:
        raise RefusedError(
            f"El reloj de este equipo difiere {abs(ahead) / 3600:.0f} horas del de {len(gate.clocks)} servidores",
            "Ponga el equipo en hora (timedatectl) y vuelva a correr la noche.",
        )
    if abs(ahead) > CLOCK_WARNED:
        progress(f"AVISO: el reloj de este equipo difiere {abs(ahead) / 60:.0f} minutos del de las fuentes")


def _timed(
    source: Source, settings: Settings, secrets: Credentials | None, gate: Gate
) -> tuple[dict[str, Any], float]:
    started = time.monotonic()
    result = _pull_one(source, settings, secrets, gate)
    return result, round(time.monotonic() - started, 1)


def _pull_one(source: Source, settings: Settings, secrets: Credentials | None, gate: Gate) -> dict[str, Any]:
    store = Store(settings.archive, source.id)
    if secrets is None:
        why = f"fuente cerrada desde {source.frozen['since']}: {source.frozen['reason']}"
        return _kept(source, store, "frozen", why, "", "frozen")
    try:
        return _take(source, settings, store, secrets, gate)
    except SourceError as error:
        failure: SourceError = error
    except OSError as error:
        if error.errno in _DISK:
            raise
        failure = SourceUnavailableError(
            f"{source.id}: no se pudo leer ({type(error).__name__})", "Revise permisos y espacio."
        )
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, AssertionError) as error:
        # A shape nobody foresaw: one source's surprise must not cost the state its other datasets.
        failure = BadContentError(
            f"{source.id}: envió algo que el programa no supo leer ({type(error).__name__})",
            "Avise a quien mantiene el programa.",
        )
    message, remedy = secrets.clean(failure.message), secrets.clean(failure.remedy)
    return _kept(source, store, "kept", message, remedy, failure.condition)


def _take(
    source: Source, settings: Settings, store: Store, secrets: Credentials, gate: Gate
) -> dict[str, Any]:
    with store.workspace() as folder:
        job = Job(source, settings, folder, secrets, store.pointer, gate)
        good = store.good() if job.previous.get("headers") else None
        if good is None:  # without intact bytes to fall back on, a 304 would leave us with nothing
            job = Job(source, settings, folder, secrets, {}, gate)
        received = PROTOCOLS[source.protocol](job)
        if received.unchanged:
            if good is None:
                raise SourceUnavailableError(f"{source.id}: contestó que nada cambió", "Se intentará mañana.")
            snapshot = good
        else:
            entries = _proven(received, source, settings)
            snapshot = store.keep(
                received.files, received.extras, entries, _about(source, settings, received, entries)
            )
    headers = (
        {**job.previous.get("headers", {}), **received.headers} if received.unchanged else received.headers
    )
    store.point(snapshot["run"], next(urls(job.options), ""), headers)
    weather = "fresh" if snapshot["taken"] == settings.run_date.isoformat() else "unchanged"
    return _result(source, weather, snapshot, "", "", received.claimed, weather)


def _proven(received: Received, source: Source, settings: Settings) -> list[dict[str, Any]]:
    """Return the files' sidecar entries, each file read to its end, so that a cut one never counts as good."""
    limit = int(settings.limits["source_bytes"])
    limit = int(source.options.get(source.protocol, {}).get("source_bytes", limit))
    total = sum(p.stat().st_size for p in received.files)
    if total > limit:
        raise BadContentError(f"{source.id}: {total} bytes pasan del límite", "Divida la fuente por año.")
    return [_entry(path, received, source, settings) for path in received.files]


def _entry(path: Path, received: Received, source: Source, settings: Settings) -> dict[str, Any]:
    records = received.records.get(path.name)
    if records is None:
        records = sum(1 for _ in formats.records(path, path.name, source, settings.limits))
    return {
        "name": path.name,
        "bytes": path.stat().st_size,
        "sha256": received.hashes.get(path.name) or sha256(path),
        "records": records,
    }


def _about(
    source: Source, settings: Settings, received: Received, entries: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what the sidecar says beside its files; the only time in it is the night's date."""
    return {
        "source": source.id, "run": "", "taken": settings.run_date.isoformat(), "protocol": source.protocol,
        "url": source.url, "addresses": list(urls(source.options.get(source.protocol, {}))),
        "status": received.status, "headers": dict(received.headers), "claimed": received.claimed,
        "tool": f"vitrina {__version__}", "files": entries,
        "records": sum(e["records"] for e in entries), "bytes": sum(e["bytes"] for e in entries),
    }  # fmt: skip


def _kept(
    source: Source, store: Store, weather: str, message: str, remedy: str, condition: str
) -> dict[str, Any]:
    good = store.good()
    return _result(source, weather if good else "none", good, message, remedy, None, condition)


def _result(
    source: Source, weather: str, snapshot: dict[str, Any] | None, message: str, remedy: str,
    claimed: int | None, condition: str,
) -> dict[str, Any]:  # fmt: skip
    """Return the entry of build/pull: `weather` says which copy is used, `condition` how the source did tonight."""
    return {
        "source": source.id, "system": source.system, "weather": weather, "condition": condition,
        "snapshot": snapshot["run"] if snapshot else "", "taken": snapshot["taken"] if snapshot else "",
        "records": snapshot["records"] if snapshot else 0, "message": message, "remedy": remedy,
        "bytes": snapshot["bytes"] if snapshot else 0, "claimed": claimed,
    }  # fmt: skip
