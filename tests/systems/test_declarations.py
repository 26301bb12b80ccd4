"""Every declared system keeps the house's obligations, whoever wrote it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from vitrina import layouts
from vitrina.checking import rules_declared
from vitrina.config import HOME
from vitrina.errors import ConfigurationError
from vitrina.model import Field, System, Table
from vitrina.registry import load_system

FOLDERS = sorted(p.parent for p in (HOME / "data" / "systems").glob("*/system.toml"))
SYSTEMS = {f.name: load_system(f) for f in FOLDERS}
ORDERS = {
    "s1-declaraciones": 10, "s2-servidores": 20, "s3-servidores": 30, "s3-particulares": 31, "s4-auditorias": 40,
    "s4-comunicados": 41, "s5-denuncias": 50, "s6-contrataciones": 60, "proveedores": 65, "recomendaciones": 70,
    "indicadores": 75, "entes": 80, "convenios": 85, "conexion": 90,
}  # fmt: skip
PRIVATE_COLUMNS = {
    "curp",
    "sexo_persona",
    "domicilio_particular",
    "estado_civil",
    "fecha_nacimiento",
    "homoclave",
}

each = pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS.keys())
tables = [pytest.param(s, t, id=f"{s.slug}.{t.name}") for s in SYSTEMS.values() for t in s.tables]


def own(table: Table) -> list[Field]:
    added = {"fuente_id", "fuente_instantanea", "fuente_posicion"}
    return [f for f in table.fields if f.name not in added]


def test_every_folder_of_data_systems_is_a_whole_system() -> None:
    folders = {p.name for p in (HOME / "data" / "systems").iterdir() if p.is_dir()}
    assert folders == set(SYSTEMS)
    assert {s.slug: s.order for s in SYSTEMS.values()} == {k: v for k, v in ORDERS.items() if k in SYSTEMS}


def test_no_system_takes_the_address_of_the_bodies_quality_pages(tmp_path: Path) -> None:
    folder = shutil.copytree(HOME / "data" / "systems" / "convenios", tmp_path / "instituciones")
    declared = folder / "system.toml"
    text = declared.read_text(encoding="utf-8")
    assert 'slug = "convenios"' in text
    declared.write_text(text.replace('slug = "convenios"', 'slug = "instituciones"', 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="/calidad/instituciones/"):
        load_system(folder)


@pytest.mark.parametrize(("system", "table"), tables)
def test_every_field_says_what_it_is(system: System, table: Table) -> None:
    titles = [f.title for f in own(table)]
    assert len(set(titles)) == len(titles), "two columns with one title cannot be told apart in a spreadsheet"
    for field in own(table):
        assert field.title[0].isupper() and not field.title.endswith("."), field.name
        assert len(field.description) >= 8 and field.description.endswith("."), field.name
        assert field.title.casefold() != field.description.rstrip(".").casefold(), field.name
        assert not field.name.startswith("_") and field.name.isascii(), field.name
        assert field.name not in PRIVATE_COLUMNS, field.name


@pytest.mark.parametrize(("system", "table"), tables)
def test_codes_and_closed_lists_agree(system: System, table: Table) -> None:
    for field in own(table):
        enum = field.constraints.get("enum")
        raw = field.descriptor.get("categories", [])
        assert len(field.categories) == len(raw), f"{field.name}: a code is written twice"
        assert all(label.strip() for label in field.categories.values()), field.name
        if enum and field.categories:
            assert set(enum) == set(field.categories), f"{field.name}: enum and categories differ"
        if enum and not field.categories:
            assert field.type in ("boolean", "integer"), f"{field.name}: closed list without labels"
        if field.categories:
            assert field.type == "string", f"{field.name}: codes are text"
        if pattern := field.constraints.get("pattern"):
            re.compile(pattern)


@pytest.mark.parametrize(("system", "table"), tables)
def test_keys_are_those_of_the_house(system: System, table: Table) -> None:
    names = {f.name: f for f in own(table)}
    if table is system.main:
        assert table.primary_key == ("id",) and names["id"].required and not table.parent_key
        return
    assert names[table.parent_key].required
    assert table.primary_key[0] == table.parent_key and set(table.primary_key) <= set(names)
    (key,) = [k for k in table.foreign_keys if k["fields"] in ([table.parent_key], table.parent_key)]
    assert key["reference"]["resource"] == system.main.name
    assert key["reference"]["fields"] in (["id"], "id")


@each
def test_joins_go_by_the_names_of_the_house(system: System) -> None:
    for table in system.tables:
        names = {f.name for f in own(table)}
        assert ("ente_id" in names) <= ("ente_nombre" in names), table.name
        assert ("proveedor_id" in names) <= bool({"proveedor_nombre", "nombre"} & names), table.name
        assert not any(
            k["reference"]["resource"] not in {t.name for t in system.tables} for k in table.foreign_keys
        ), "keys to other systems would quarantine rows"
    if "ente_id" in {f.name for f in own(system.main)}:
        assert "entes" in system.needs
        assert any(r.kind == "known-ente" and r.severity == "note" for r in system.rules)


@each
def test_the_record_page_shows_every_public_column(system: System) -> None:
    shown = {name for section in system.display.sections for name in section.fields}
    hidden = {
        "id",
        "id_origen",
        "ente_id",
        "proveedor_id",
        "fuente_id",
        "fuente_instantanea",
        "fuente_posicion",
    }
    layout = system.record
    shown |= {n for stage in layout.stages for n in stage.fields} | {layout.stage_list}
    shown |= {n for part in layout.parts for n in (part.state, part.public, part.withheld)}
    assert set(system.main.names) - shown - hidden == set()
    repeated = [n for s in system.display.sections for n in s.fields]
    assert len(repeated) == len(set(repeated))


@each
def test_what_is_published_and_withheld_has_a_reason(system: System) -> None:
    assert system.legal_basis and system.scope and system.exclusions
    for part in system.withheld:
        assert part.path and part.title and len(part.reason) >= 15 and len(part.basis) >= 15, part.path
    for rule in system.rules:
        assert not list(rules_declared.faults(system, rule)), rule.id
        assert rule.why.endswith(".") or rule.why.endswith(".)"), rule.id
        assert rule.remedy.endswith("."), rule.id
        assert rule.title != rule.found, (
            f"{rule.id}: one text cannot be true of what passes and of what fails"
        )
        assert not rule.title.endswith(".") and not rule.found.endswith("."), rule.id
    assert len({r.id for r in system.rules}) == len(system.rules)


def test_rules_compare_with_what_other_systems_have() -> None:
    compared = [(s, r) for s in SYSTEMS.values() for r in s.rules if "system" in r.params]
    assert compared
    for system, rule in compared:
        assert not list(rules_declared.to_faults(SYSTEMS[rule.params["system"]], rule)), rule.id
        assert rule.severity != "error", (
            f"{system.slug}: {rule.id} would withhold a record for what another says"
        )


@each
def test_expectations_are_bounds_that_can_be_met(system: System) -> None:
    assert 1 <= system.expect.min_rows < 1_000 and system.expect.max_rows >= 100_000
    assert all(0 < rate <= 1 for rate in system.expect.filled.values())


@each
def test_layouts_and_needs_exist(system: System) -> None:
    assert system.layouts or system.derived
    for name in system.layouts:
        assert layouts.find(name).name == name
    assert set(system.needs) <= set(ORDERS) - {system.slug}
    if system.derived:
        assert (HOME / "src" / "vitrina" / "layouts" / f"derived_{system.derived}.py").is_file()


@each
def test_charts_measure_numbers(system: System) -> None:
    for chart in system.charts:
        table = system.table(chart.table) if chart.table else system.main
        if chart.kind == "years":
            by = table.field(chart.by)
            assert by.type in ("date", "datetime") or by.display == "year", chart.id
        if chart.measure:
            assert table.field(chart.measure).type in ("integer", "number"), chart.id


@pytest.mark.parametrize("folder", FOLDERS, ids=[f.name for f in FOLDERS])
def test_schema_files_are_plain_utf8(folder: Path) -> None:
    raw = (folder / "schema.json").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\n")
    assert "\\u00" not in raw.decode("utf-8"), "write accents as they are"
    json.loads(raw)
