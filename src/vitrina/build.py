"""The whole night: every stage in order, one lock, one clock, a record of what happened in build/run.json."""

from __future__ import annotations

import errno
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from filelock import FileLock, Timeout

from vitrina import registry
from vitrina.config import Settings
from vitrina.errors import EXIT_KEPT_LAST_GOOD, EXIT_OK, BusyError, StorageError, UsageError
from vitrina.model import Source, System
from vitrina.stages import check, compare, index, normalize, package, publish, pull, render
from vitrina.storage import write_json

STAGES = ("pull", "normalize", "check", "compare", "package", "index", "render", "publish")


@dataclass
class Night:
    """One run over one portal: its declarations, and the seconds each stage took."""

    settings: Settings
    systems: tuple[System, ...]
    sources: tuple[Source, ...]
    say: Callable[[str, str], None] = lambda _stage, _text: None
    """(stage, line) → shown to whoever watches."""
    stages: list[dict[str, Any]] = field(default_factory=list)
    status: dict[str, Any] = field(default_factory=dict)

    def stage(self, name: str, *, dry_run: bool = False) -> Any:
        """Run one stage by its name; OSError for lack of space becomes StorageError (exit 60)."""
        started, cpu = time.perf_counter(), time.process_time()
        progress: Callable[[str], None] = lambda text: self.say(name, text)  # noqa: E731
        with storage_errors():
            result = self._run(name, progress, dry_run)
        entry = {
            "stage": name, "seconds": round(time.perf_counter() - started, 2),
            "cpu_seconds": round(time.process_time() - cpu, 2), "result": _brief(result),
        }  # fmt: skip
        self.stages.append(entry)
        return result

    def _run(self, name: str, progress: Callable[[str], None], dry_run: bool) -> Any:
        settings, systems, sources = self.settings, self.systems, self.sources
        chosen = self.chosen()
        slugs = {s.slug for s in chosen}
        if name == "pull":
            return pull.run(settings, [s for s in sources if s.system in slugs], progress)
        if name == "normalize":
            return normalize.run(settings, chosen, sources, progress)
        if name == "check":
            return check.run(settings, chosen, progress)
        if self.settings.only:
            self._require_the_rest(slugs)
        if name == "compare":
            return compare.run(
                settings, systems, synthetic=any(s.synthetic for s in sources), progress=progress
            )
        if name == "package":
            return package.run(settings, systems, sources, progress)
        if name == "index":
            return index.run(settings, systems)
        if name == "render":
            return render.run(settings)
        self.status = publish.run(settings, systems, dry_run=dry_run)
        return self.status

    def chosen(self) -> tuple[System, ...]:
        """Return the systems named by --only with all they need, in order; every system without --only."""
        wanted = {s.slug for s in registry.select(self.systems, self.settings.only)}
        for system in reversed(self.systems):  # dependents come after what they need
            if system.slug in wanted:
                wanted.update(system.needs)
        return tuple(s for s in self.systems if s.slug in wanted)

    def _require_the_rest(self, done: set[str]) -> None:
        """With --only the other systems keep what an earlier run left; without it there is nothing to publish."""
        missing = [
            s.slug for s in self.systems if not (self.settings.build / "reports" / f"{s.slug}.json").is_file()
        ]
        if missing:
            raise UsageError(
                f"Falta revisar {', '.join(sorted(set(missing) - done))}",
                "Corra una vez vitrina build sin --only.",
            )

    def exit_code(self) -> int:
        """Return 0 when all is fresh, 10 when some dataset stands on an earlier copy."""
        return EXIT_OK if self.status.get("state") == "ok" else EXIT_KEPT_LAST_GOOD


def open_night(settings: Settings) -> Night:
    """Return a night with every declaration read and checked (ConfigurationError otherwise)."""
    systems = registry.load_systems(settings)
    sources = registry.load_sources(settings, systems)
    settings.identity()
    registry.select(systems, settings.only)
    return Night(settings, systems, sources)


def run(night: Night, *, dry_run: bool = False) -> int:
    """Run every stage and return the exit code; a failure is recorded in build/run.json and raised."""
    with lock(night.settings):
        started = time.perf_counter()
        failure = ""
        try:
            for name in STAGES:
                night.stage(name, dry_run=dry_run)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
            raise
        finally:
            _record(night, time.perf_counter() - started, failure)
    return night.exit_code()


@contextmanager
def lock(settings: Settings) -> Iterator[None]:
    """Hold the portal's build lock; BusyError at once when another build has it (the kernel frees it at death)."""
    with storage_errors():
        settings.build.mkdir(parents=True, exist_ok=True)
        settings.archive.mkdir(parents=True, exist_ok=True)
    guard = FileLock(settings.archive / ".lock", timeout=0)
    try:
        guard.acquire()
    except Timeout as error:
        raise BusyError(
            "Ya corre otra construcción de este portal", "Espere a que termine; vea vitrina status."
        ) from error
    try:
        yield
    finally:
        guard.release()


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn a full or failing disk into StorageError, which names the path and has its own exit code."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM}:
            raise StorageError(
                f"No se puede escribir en {error.filename or 'el disco'}: {error.strerror}",
                "Revise espacio y permisos.",
            ) from error
        raise


def _record(night: Night, seconds: float, failure: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    write_json(
        night.settings.build / "run.json",
        {
            "run_date": night.settings.run_date.isoformat(), "version": night.status.get("version", ""),
            "state": "failed" if failure else night.status.get("state", ""), "error": failure,
            "seconds": round(seconds, 2), "peak_mb": peak, "stages": night.stages,
        },
    )  # fmt: skip


def _brief(result: Any) -> Any:
    if isinstance(result, dict) and "systems" in result:
        return {"version": result["version"], "state": result["state"]}
    return result if isinstance(result, (int, dict)) else str(getattr(result, "id", result))
