"""The committed samples: one folder per source of data/sources, small, in as many forms as institutions use."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from vitrina.config import HOME
from vitrina.simulate import s1, s1_items, s2, s3, s3_v2, s6, world, write
from vitrina.simulate.produce import TABLES, contracting, only, with_columns
from vitrina.simulate.registers import Row

PLANTED = ("Nota interna", "claveInterna")
"""Names of fields that the samples carry and no layout knows, so that unknown fields are reported."""

_CENTRAL = tuple(e for e in world.entes("ejecutivo") if not e.parent)
_EXECUTIVE = world.entes("ejecutivo")
_COURTS = world.entes("judicial")
_FREE = world.entes("autonomo", "legislativo")
_TOWNS = world.entes("municipal")


def write_samples(root: Path, run_date: date, seed: int) -> None:
    """Write data/samples of the portal at *root*: files of a previous run are replaced, nothing else touched."""
    base = root / "data" / "samples"

    def folder(source: str) -> Path:
        path = base / source
        path.mkdir(parents=True, exist_ok=True)
        for old in path.iterdir():
            if old.is_file() and not old.name.startswith("."):
                old.unlink()
        return path

    _declarations(folder, seed, run_date)
    _procurement_staff(folder, seed, run_date)
    _sanctions(folder, seed, run_date)
    _contracts(folder, seed, run_date)
    _registers(folder, seed, run_date)
    _audits(folder, seed, run_date)
    _tracking(folder, seed, run_date)


def _declarations(folder: Any, seed: int, day: date) -> None:
    write.v1_pages(folder("s1-ejecutivo"), "declaraciones", s1.declarations(seed, 78, day, _CENTRAL), 78, 39)
    changes = s1.declarations(seed, 40, day, _COURTS, kinds=(s1_items.MODIFIED,))
    write.json_lines(folder("s1-judicial") / "declaraciones.jsonl", changes)
    towns = list(s1.declarations(seed, 42, day, _TOWNS[:8], kinds=(s1_items.INITIAL, s1_items.FINAL)))
    members: dict[str, tuple[Iterable[Any], dict[str, Any] | None, str]] = {
        name: ([r for r in towns if r["metadata"]["tipo"] == kind], None, "")
        for name, kind in (("inicial.json", s1_items.INITIAL), ("conclusion.json", s1_items.FINAL))
    }
    write.zip_json(folder("s1-municipios") / "declaraciones.zip", members)


def _procurement_staff(folder: Any, seed: int, day: date) -> None:
    write.v1_pages(folder("s2-ejecutivo"), "spic", s2.v1(seed, 200, day, _EXECUTIVE), 200, 100)
    write.directus_pages(folder("s2-autonomos"), "items", s2.v2(seed, 90, day, _FREE), 90, 50)
    town = world.BY_ID["mun-puerto-malinal"]
    columns = _titles("s2-servidores")
    rows = _flat_staff(s2.v1(seed, 45, day, (town,)))
    _csv(folder("s2-puerto-malinal") / "servidores.csv", rows, columns)


_PROCEDURES = {
    1: "CONTRATACION_PUBLICA",
    2: "OTORGAMIENTO_CONCESIONES",
    3: "ENAJENACION_BIENES",
    4: "DICTAMEN_VALUATORIO",
    5: "OTRO",
}


def _flat_staff(records: Iterable[dict[str, Any]]) -> Iterator[Row]:
    """S2 as a town without a system sends it: a spreadsheet with a column nobody asked for."""
    for number, record in enumerate(records):
        day = record["fechaCaptura"][:10].split("-")
        yield {
            "id": record["id"],
            "nombres": record["nombres"],
            "primer_apellido": record["primerApellido"],
            "segundo_apellido": record["segundoApellido"],
            "sexo": record["genero"]["valor"].replace("FEMENINO", "MUJER").replace("MASCULINO", "HOMBRE"),
            "ente_nombre": record["institucionDependencia"]["nombre"],
            "puesto": record["puesto"]["nombre"],
            "nivel": record["puesto"]["nivel"],
            "tipo_procedimiento": "; ".join(_PROCEDURES[p["clave"]] for p in record["tipoProcedimiento"]),
            "ejercicio": record["ejercicioFiscal"],
            "fecha_captura": "/".join(reversed(day)),
            "observaciones": record["observaciones"],
            "curp": record["curp"],
            "rfc": record["rfc"],
            "Nota interna": "revisar" if number % 20 == 3 else "",
        }


def _sanctions(folder: Any, seed: int, day: date) -> None:
    rows = s3.officials(seed, 110, day, _EXECUTIVE)
    write.v1_pages(folder("s3s-funcion-publica"), "ssancionados", rows, 110, 60)
    court = folder("s3s-tribunal")
    write.directus_pages(court, "graves", s3_v2.officials(seed, 70, day, (*_FREE, *_TOWNS[:6]), True), 70)
    write.directus_pages(court, "no-graves", s3_v2.officials(seed, 30, day, (*_FREE, *_TOWNS[:6]), False), 30)
    rows = s3.private(seed, 80, day, _EXECUTIVE)
    write.v1_pages(folder("s3p-funcion-publica"), "psancionados", rows, 80, 50)
    court = folder("s3p-tribunal")
    write.directus_pages(court, "personas-morales", s3_v2.private(seed, 50, day, _TOWNS, True), 50)
    write.directus_pages(court, "personas-fisicas", s3_v2.private(seed, 25, day, _TOWNS, False), 25)


def _contracts(folder: Any, seed: int, day: date) -> None:
    executive = _with_local_field(s6.processes(seed, 66, day, _EXECUTIVE))
    contracting(folder("s6-ejecutivo"), executive, day, "ocds", 50)
    head = s6.package_head(day, "Unión de municipios de Xaltepec", "municipios")
    records = map(s6.record, s6.processes(seed, 80, day, _TOWNS))
    members: dict[str, tuple[Iterable[Any], dict[str, Any] | None, str]] = {
        "registros.json": (records, head, "records")
    }
    write.zip_json(folder("s6-municipios") / "registros.zip", members)
    contracting(folder("s6-autonomos"), s6.processes(seed, 45, day, _FREE), day, "ocds-inai", 20)
    released = (r for group in s6.processes(seed, 42, day, _COURTS) for r in group)
    write.json_lines(folder("s6-judicial") / "entregas.jsonl", released)


def _with_local_field(groups: Iterable[list[s6.Release]]) -> Iterator[list[s6.Release]]:
    """A publisher's own undeclared field, as many have (ocds.md §2.4)."""
    for number, releases in enumerate(groups):
        for release in releases:
            if number % 25 == 6 and "tender" in release:
                release["tender"]["claveInterna"] = f"LOC-{number}"
        yield releases


def _registers(folder: Any, seed: int, day: date) -> None:
    count = len(world.ENTES)
    _csv(
        folder("entes-registro") / "entes.csv",
        only(TABLES["entes"](seed, count, day), "entes"),
        _titles("entes"),
    )
    rows, columns = with_columns(only(TABLES["convenios"](seed, 150, day), "convenios"))
    titles = _headers(columns, _titles("convenios"))
    about = ("Relación de convenios de la Secretaría Ejecutiva", "Corte al cierre del mes")
    path = folder("convenios-sesax") / "convenios.xlsx"
    write.xlsx_rows(path, rows, columns, titles, sheet="Convenios", run_date=day, preamble=about)
    rows = only(TABLES["proveedores"](seed, 160, day), "proveedores")
    _csv(folder("proveedores-padron") / "padron.csv", rows, _titles("proveedores"), "windows-1252", ";")
    _csv(folder("conexion-sesax") / "pasos.csv", only(TABLES["conexion"](seed, 420, day), "pasos"), {})


def _audits(folder: Any, seed: int, day: date) -> None:
    audits = TABLES["s4-auditorias"]
    titles = _titles("s4-auditorias")
    _csv(
        folder("s4-auditorias") / "auditorias.csv",
        only(audits(seed, 170, day), "auditorias"),
        titles,
        "windows-1252",
        ";",
    )
    _csv(folder("s4-observaciones") / "observaciones.csv", only(audits(seed, 170, day), "observaciones"), {})
    documents = only(TABLES["s4-comunicados"](seed, 150, day), "comunicados")
    write.json_lines(folder("s4-comunicados") / "comunicados.jsonl", documents)
    channels = TABLES["s5-denuncias"]
    rows, columns = with_columns(only(channels(seed, 150, day), "canales"))
    headers = _headers(columns, _titles("s5-denuncias"))
    write.xlsx_rows(
        folder("s5-canales") / "canales.xlsx", rows, columns, headers, sheet="Canales", run_date=day
    )
    numbers = with_columns(only(channels(seed, 150, day), "estadisticas"))
    write.zip_csv(folder("s5-estadisticas") / "estadisticas.zip", {"estadisticas.csv": numbers})


def _tracking(folder: Any, seed: int, day: date) -> None:
    for slug, count in (("recomendaciones", 60), ("indicadores", 36)):
        for table in next(TABLES[slug](seed, 1, day)):
            rows = only(TABLES[slug](seed, count, day), table)
            titles = _titles(slug) if table == slug else {}
            name = slug if table == slug else f"{slug}-{table}"
            _csv(folder(name) / f"{table}.csv", rows, titles)


def _csv(
    path: Path, rows: Iterable[Row], titles: dict[str, str], encoding: str = "utf-8", delimiter: str = ","
) -> None:
    rows, columns = with_columns(rows)
    write.csv_rows(path, rows, columns, _headers(columns, titles), encoding=encoding, delimiter=delimiter)


def _headers(columns: Sequence[str], titles: dict[str, str]) -> list[str]:
    """People's titles where the system declares one; a column it does not know keeps its own name."""
    return [titles.get(name, name) for name in columns]


@cache
def _titles(slug: str) -> dict[str, str]:
    """Return column → title of the system's main table, as people write them in the first row of a sheet."""
    schema = json.loads((HOME / "data" / "systems" / slug / "schema.json").read_text(encoding="utf-8"))
    main = next(iter(schema.values()))
    return {f["name"]: f["title"] for f in main["fields"]}
