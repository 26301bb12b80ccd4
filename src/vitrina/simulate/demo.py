"""A whole portal fed by the simulated API: one source per dialect, every one read over real HTTP on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from vitrina.acceptance.standard import COLLECTIONS
from vitrina.errors import UsageError
from vitrina.simulate import api_data, s6, world
from vitrina.simulate.api import Server, make_server
from vitrina.simulate.api_data import Datasets
from vitrina.simulate.api_faults import parse
from vitrina.simulate.api_routes import PROVIDER
from vitrina.simulate.api_tokens import Account
from vitrina.simulate.produce import TABLES

SECRETS = Path("data") / "secretos"
OCDS = ("busqueda", "registros-pdn", "entregas", "registros", "anuales", "catalogo", "archivos")
"""Prefixes of the providers of contracting: one publisher, with its own processes, per way of publishing."""
_PREFIX = "api-"
"""How the name of every source of a demo starts."""
_FLAGS: Mapping[str, Any] = {"insecure": True, "private_network": True}


def datasets(day: date, rows: int = 120, seed: int = 1) -> dict[str, Datasets]:
    """Return the data of each provider: "" has everything but contracting, the rest have processes of their own."""
    parts = {"": api_data.simulated(day, rows, seed, (*COLLECTIONS, "files"))}
    for number, prefix in enumerate(OCDS):
        bodies = world.ENTES[number :: len(OCDS)]
        processes = list(s6.processes(seed, max(rows // 4, 5), day, bodies, faulty=False))
        parts[prefix] = Datasets(day, processes=processes, publisher=bodies[0].name)
    return parts


@contextmanager
def served(root: Path, day: date, rows: int = 120, seed: int = 1, port: int = 0) -> Iterator[Server]:
    """Run the API and write at *root* a portal that reads all of it; the API answers while the block lasts."""
    data = datasets(day, rows, seed)
    with make_server(data, port).running() as server:
        write_root(root, server.base_url, years=api_data.yearly(data["archivos"]))
        yield server


def write_root(root: Path, base_url: str, years: Sequence[str] | Mapping[str, Any] = ()) -> list[Path]:
    """Write data/sources and the secrets of a portal whose sources are the API at *base_url*; return the sources.

    *years*: those of the yearly files. Systems, texts and theme are the program's own. UsageError when *root* has
    sources that are not a demo's: they would be lost.
    """
    folder = root / "data" / "sources"
    if own := sorted(p.name for p in folder.glob("*.toml") if not p.name.startswith(_PREFIX)):
        raise UsageError(
            f"{folder} tiene fuentes propias ({own[0]}…)",
            "Use --root con una carpeta vacía o de otra prueba.",
        )
    account = Account()
    secrets = root / SECRETS
    secrets.mkdir(parents=True, exist_ok=True)
    for name in ("password", "client_secret", "static_token"):
        path = secrets / name
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(f"{getattr(account, name)}\n", encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.toml"):
        old.unlink()
    written = []
    for source in (*_pdn(base_url), *_contracting(base_url, list(years)), *_files(base_url)):
        path = folder / f"{source['id']}.toml"
        path.write_text(declaration(source), encoding="utf-8")
        written.append(path)
    return written


def _source(
    name: str, title: str, system: str, protocol: str, options: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    return {
        "id": name, "title": title, "system": system, "publisher": "Servidor simulado", "protocol": protocol,
        "frequency": "diaria", "license": "CC-BY-4.0", "synthetic": True, **more, protocol: {**options, **_FLAGS},
    }  # fmt: skip


def _oauth(token_url: str) -> dict[str, Any]:
    account = Account()
    return {
        "token_url": token_url, "username": account.username, "password_file": f"{SECRETS}/password",
        "client_id": account.client_id, "client_secret_file": f"{SECRETS}/client_secret", "scope": account.scope,
    }  # fmt: skip


def _pdn(base: str) -> Iterator[dict[str, Any]]:
    oauth = _oauth(f"{base}/oauth/token")
    options: dict[str, Any] = {"search_url": f"{base}/v2/declaraciones", **_oauth(f"{base}/s1/oauth/token")}
    yield _source("api-s1", "Declaraciones por la API de S1", "s1-declaraciones", "pdn_s1", options)
    for key, system, name in (
        ("s2", "s2-servidores", "spic"), ("s3s", "s3-servidores", "ssancionados"),
        ("s3p", "s3-particulares", "psancionados"),
    ):  # fmt: skip
        search = f"{base}/v1/{name}"
        options = {"search_url": search, "dependencias_url": f"{search}/dependencias", **oauth}
        more: dict[str, Any] = {"policy": _FINAL} if key != "s2" else {}
        yield _source(
            f"api-{key}-v1", f"{key.upper()} por la API, versión 1", system, "pdn_v1", options, **more
        )
    for key, system, name in (
        ("s2-v2", "s2-servidores", "servidores_intervengan_procedimientos_contrataciones"),
        ("s3s-graves", "s3-servidores", "faltas_administrativas_graves"),
        ("s3s-no-graves", "s3-servidores", "faltas_administrativas_no_graves"),
        ("s3p-morales", "s3-particulares", "faltas_graves_personas_morales"),
    ):
        options = {"url": f"{base}/items/{name}", "token_file": f"{SECRETS}/static_token"}
        yield _source(f"api-{key}", f"{key} por la API de la versión 2", system, "directus", options)
    options = {"url": f"{base}/api/v1/faltas_graves_personas_fisicas/{PROVIDER}"}
    yield _source(
        "api-s3p-fisicas", "S3P por el agregador nacional", "s3-particulares", "s3_wrapper", options
    )


def _contracting(base: str, years: Sequence[str]) -> Iterator[dict[str, Any]]:
    oauth = _oauth(f"{base}/oauth/token")
    yearly = [f"{base}/archivos/files/{year}.jsonl.gz" for year in years]
    ways: list[tuple[str, str, dict[str, Any], str]] = [
        ("busqueda", "pdn_s6", {"search_url": f"{base}/busqueda/search"}, "json"),
        ("registros-pdn", "pdn_s6", {"search_url": f"{base}/registros-pdn/records", **oauth}, "json"),
        ("entregas", "ocds_api", {"kind": "packages", "url": f"{base}/entregas/ocds/releases"}, "json"),
        ("registros", "ocds_api", {"kind": "packages", "url": f"{base}/registros/ocds/records"}, "json"),
        ("anuales", "ocds_api", {"kind": "years", "years_url": f"{base}/anuales/edca/fiscalYears",
                                 "year_url": f"{base}/anuales/edca/contractingprocess/{{year}}"}, "json"),
        ("catalogo", "ocds_api", {"kind": "ckan", "url": f"{base}/catalogo/api/3/action/package_show?id=contrataciones",
                                  "pattern": "*.jsonl.gz"}, "jsonl"),
        ("archivos", "ocds_api", {"kind": "files", "urls": yearly}, "jsonl"),
    ]  # fmt: skip
    for name, protocol, options, form in ways:
        if options.get("urls") != []:
            yield _source(
                f"api-s6-{name}",
                f"Contrataciones: {name}",
                "s6-contrataciones",
                protocol,
                options,
                format=form,
            )


def _files(base: str) -> Iterator[dict[str, Any]]:
    """One source per table of the systems that institutions send as files."""
    for slug, make in TABLES.items():
        for table in next(make(1, 1, date(2026, 1, 1))):
            options = {"url": f"{base}/files/{slug}-{table}.csv"}
            more = {"format": "csv", "layout": "tabular", "table": table}
            yield _source(
                f"api-{slug}-{table}", f"Archivo de {slug}: {table}", slug, "http_file", options, **more
            )


_FINAL: Mapping[str, Any] = {
    "final_only": True, "authority": "Servidor simulado", "reason": "Solo envía resoluciones firmes (datos sintéticos).",
}  # fmt: skip


def declaration(source: Mapping[str, Any]) -> str:
    """Return a source declaration as TOML; JSON's strings, lists, numbers and booleans are TOML's too."""
    plain = [
        f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in source.items() if not isinstance(v, dict)
    ]
    for name, table in source.items():
        if isinstance(table, dict):
            plain += [
                "",
                f"[{name}]",
                *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in table.items()),
            ]
    return "\n".join(plain) + "\n"


def open_api(
    day: date, port: int = 0, rows: int = 200, seed: int = 1, *, folder: Path | None = None,
    faults: Sequence[str] = (), reserved: bool = False,
) -> Server:  # fmt: skip
    """Return the server of `vitrina simulate api`, listening but not yet answering (`serve_forever`).

    It serves *folder* or simulated data, without what is reserved unless *reserved*; *faults* are written as
    `kind,path=…,page=…`. UsageError: a fault or a folder that cannot be read, or a port in use.
    """
    switches = [parse(text) for text in faults]
    data = api_data.from_folder(folder, day) if folder else api_data.simulated(day, rows, seed)
    try:
        return make_server(data if reserved else data.public(), port, switches)
    except OSError as error:
        raise UsageError(
            f"No se puede usar el puerto {port}: {error.strerror}", "Elija otro con --port."
        ) from error


def describe(server: Server) -> str:
    """Return what a person needs to use the running API: addresses and the credentials that open it."""
    account, base = server.core().tokens.account, server.base_url
    return "\n".join(
        [
            f"API simulada en {base} (solo este equipo; Ctrl+C para terminar)",
            f"  token S2 y S3: POST {base}/oauth/token    token S1: POST {base}/s1/oauth/token",
            f"  usuario {account.username} / {account.password}",
            f"  cliente {account.client_id} / {account.client_secret}    scope {account.scope}",
            f"  v1: POST {base}/v1/spic, ssancionados, psancionados (y GET …/dependencias)    S1: POST {base}/v2/declaraciones",
            f"  v2: GET {base}/items/<colección>, Authorization: Bearer {account.static_token}",
            f"  agregador S3: GET {base}/api/v1/<colección>/{PROVIDER}",
            f"  S6: POST {base}/search, {base}/records    OCDS: GET {base}/ocds/releases, records",
            f"  por año: GET {base}/edca/fiscalYears    CKAN: GET {base}/api/3/action/package_show",
            f"  archivos: GET {base}/files/<nombre>",
        ]
    )
