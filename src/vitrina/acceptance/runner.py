"""Runs the sheet of one source through the same client the night uses: same addresses, secrets and safety."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from vitrina import protocols
from vitrina.acceptance import directus_cases, paging, query, schema, security
from vitrina.acceptance.cases import Case, Finding
from vitrina.acceptance.probe import Ask, Dialect, Probe, Reply, Target
from vitrina.acceptance.sheet import Result, Sheet
from vitrina.acceptance.standard import COLLECTIONS, V1, V2, Collection
from vitrina.config import Settings
from vitrina.errors import SourceError, UsageError
from vitrina.model import Source
from vitrina.protocols.base import Job
from vitrina.protocols.client import Client

PROTOCOLS: Mapping[str, Dialect] = {"pdn_v1": "v1", "pdn_s1": "v1", "directus": "directus"}
_BY_SYSTEM = {"s2-servidores": "spic", "s3-servidores": "ssancionados", "s3-particulares": "psancionados"}
_BY_LAYOUT = {
    "s2_v2": "servidores_intervengan_procedimientos_contrataciones",
    "s3_graves_v2": "faltas_administrativas_graves", "s3_no_graves_v2": "faltas_administrativas_no_graves",
    "s3_personas_fisicas_v2": "faltas_graves_personas_fisicas",
    "s3_personas_morales_v2": "faltas_graves_personas_morales",
}  # fmt: skip
_EVERY_STATUS = range(200, 600)
Progress = Callable[[Result], None]


def run(
    source: Source,
    settings: Settings,
    stress: bool = False,
    *,
    level: str = "",
    environment: str = "",
    progress: Progress = lambda _result: None,
) -> Sheet:
    """Try every case on *source* and return the sheet. Only reads; *stress* adds some forty requests.

    UsageError: the source's protocol has no sheet, or its collection cannot be told. ConfigurationError: a missing
    secret. What the source does wrong is never raised: it is a case that does not pass.
    """
    dialect, collection = PROTOCOLS.get(source.protocol), _collection(source)
    if dialect is None or collection is None:
        raise UsageError(
            f"No hay pruebas para {source.id} ({source.protocol})",
            f"Hay hojas para {', '.join(PROTOCOLS)}: colecciones {', '.join(COLLECTIONS)}.",
        )
    results = []
    with _asking(source, settings) as (ask, target):
        probe = Probe(target, collection, dialect, ask, wait=time.sleep)
        for case in catalogue(dialect, collection, stress):
            results.append(_result(case, _tried(case, probe)))
            progress(results[-1])
    return Sheet(
        source=source.id, title=source.title, date=settings.run_date.isoformat(),
        system=f"{collection.key} ({collection.name})", institution=source.publisher or source.ente, level=level,
        environment=environment or ("desarrollo, datos sintéticos" if source.synthetic else "producción"),
        uris=target.urls, results=tuple(results),
    )  # fmt: skip


def catalogue(dialect: Dialect, collection: Collection, stress: bool) -> Iterator[Case]:
    """Yield the cases of a dialect and collection, in the order of the sheet."""
    yield from security.cases(dialect == "directus")
    if dialect == "directus":
        yield from directus_cases.cases()
    else:
        yield from paging.cases(collection)
        yield from query.cases(collection)
        yield from schema.cases(collection)
    if stress:
        yield from schema.stress()


def _collection(source: Source) -> Collection | None:
    """The collection a source serves, by its address, its layout or its system, in that order."""
    options = source.options.get(source.protocol, {})
    address = str(options.get("search_url", options.get("url", "")))
    named = address.partition("?")[0].rstrip("/").rpartition("/")[2]
    if source.protocol == "pdn_s1":
        return COLLECTIONS["declaraciones"]
    if source.protocol == "pdn_v1":
        return COLLECTIONS.get(named if named in V1 else _BY_SYSTEM.get(source.system, ""))
    return COLLECTIONS.get(named if named in V2 else _BY_LAYOUT.get(source.layout, ""))


def _tried(case: Case, probe: Probe) -> Finding:
    """A source can answer anything: whatever the judgement trips over counts against the case, not the sheet."""
    try:
        return case.check(probe)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        return Finding(False, f"respuesta que no se puede interpretar ({type(error).__name__})")


def _result(case: Case, finding: Finding) -> Result:
    return Result(case.id, case.group, case.name, case.sends, case.expects, finding.obtained, finding.passed)


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _asking(source: Source, settings: Settings) -> Iterator[tuple[Ask, Target]]:
    """Yield how to ask the source, and its target; every thread that asks gets a client of its own."""
    settings = replace(settings, limits={**settings.limits, "backoff_ms": 200})
    credentials = protocols.prepare(source, settings)
    local, opened = threading.local(), []

    with tempfile.TemporaryDirectory(prefix="vitrina-") as folder:
        job = Job(source, settings, Path(folder), credentials)

        def client() -> Client:
            if not hasattr(local, "client"):
                local.client = Client(job).__enter__()
                opened.append(local.client)
            found: Client = local.client
            return found

        def ask(method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
            started = time.monotonic()
            try:
                answer = client().json(method, url, headers=headers, content=content, accept=_EVERY_STATUS)
            except SourceError as error:
                return Reply(0, None, error.message, time.monotonic() - started)
            document = answer.document if answer.status == 200 else _document(answer.body)
            return Reply(answer.status, document, "", time.monotonic() - started)

        try:
            yield ask, _target(job)
        finally:
            for one in opened:
                one.__exit__(None, None, None)


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _target(job: Job) -> Target:
    options, secret = job.options, job.credentials.get
    if job.source.protocol == "directus":
        return Target(options["url"], token=secret(options, "token"))
    if not options.get("search_url"):
        raise UsageError(
            f"{job.source.id} no declara search_url", "La hoja necesita la dirección de búsqueda."
        )
    return Target(
        url=options["search_url"], token_url=options["token_url"],
        entities_url=options.get("dependencias_url", ""), username=secret(options, "username"),
        password=secret(options, "password"), client_id=secret(options, "client_id"),
        client_secret=secret(options, "client_secret"), scope=options.get("scope", ""),
    )  # fmt: skip


def command(
    sources: Sequence[Source], source_id: str, settings: Settings, form: str, stress: bool, **more: Any
) -> tuple[str, bool]:
    """Return what `vitrina source test` prints (form text, json or html) and whether every case passed.

    UsageError when there is no such source.
    """
    source = next((s for s in sources if s.id == source_id), None)
    if source is None:
        raise UsageError(f"No existe la fuente {source_id!r}", "Vea los nombres en data/sources.")
    sheet = run(source, settings, stress, **more)
    if form == "json":
        return orjson.dumps(sheet.as_dict(), option=orjson.OPT_INDENT_2).decode(), not sheet.failed
    return (sheet.as_html() if form == "html" else sheet.as_text()), not sheet.failed
