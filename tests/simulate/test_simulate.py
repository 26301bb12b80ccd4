"""Synthetic data: deterministic, valid where it says so, consistent across systems, and readable by the layouts."""

from __future__ import annotations

import hashlib
import json
import re
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from stdnum.mx import curp, rfc

from vitrina import formats, layouts, registry, simulate
from vitrina.catalogs import load_entes
from vitrina.config import HOME, LIMITS, Settings
from vitrina.errors import UsageError
from vitrina.layouts.base import Context
from vitrina.model import Outcome, RawRecord, Row, Source, System
from vitrina.simulate import s2, s3, s3_v2, s6, samples, world
from vitrina.values import company_rfc, is_person_rfc

DAY = date(2026, 11, 20)
SEED = 1
SETTINGS = Settings(root=HOME, run_date=DAY)
SOURCES = sorted(p.stem for p in SETTINGS.sources.glob("*.toml"))
SYNTHETIC_CURP = re.compile(r"X[AEIOU]X[A-Z]\d{6}[HM]NEXXX[A-Z0-9]\d")
EACH = pytest.mark.parametrize("slug", simulate.systems())


def digests(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "README.md")
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


# ── the world ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_state_has_all_branches_and_its_municipalities() -> None:
    assert len(world.ENTES) >= 70
    assert len({e.id for e in world.ENTES}) == len({e.name for e in world.ENTES}) == len(world.ENTES)
    assert {e.branch for e in world.ENTES} == {
        "ejecutivo",
        "legislativo",
        "judicial",
        "autonomo",
        "municipal",
    }
    towns = world.entes("municipal")
    assert len(towns) >= 40
    assert len({e.region for e in towns}) == 5


def test_keys_pass_their_checksums_and_show_that_they_are_synthetic() -> None:
    for number in range(300):
        who = world.official(SEED, world.ENTES[number % len(world.ENTES)], number)
        assert curp.validate(who.curp) == who.curp
        assert curp.get_birth_date(who.curp) == who.born
        assert curp.get_gender(who.curp) == ("F" if who.sex == "MUJER" else "M")
        assert SYNTHETIC_CURP.fullmatch(who.curp)
        assert rfc.validate(who.rfc, validate_check_digits=True)
        assert is_person_rfc(who.rfc)
        seller = world.supplier(SEED, number)
        assert rfc.validate(seller.rfc, validate_check_digits=True)
        assert seller.rfc.startswith("X")
        assert (company_rfc(seller.rfc) is not None) == seller.company


def test_no_two_companies_share_an_rfc() -> None:
    found = Counter(world.company_rfc("Grupo Prueba", n) for n in range(200_000))
    assert found.most_common(1)[0][1] == 1


def test_names_exercise_folding() -> None:
    names = " ".join(
        f"{w.given} {w.first} {w.second}"
        for n in range(400)
        for w in [world.official(SEED, world.ENTES[0], n)]
    )
    for hard in ("Muñuzuri", "Güerequiz", "D'Acostal", "de la O'Higuera", "Xóchitl"):
        assert hard in names


# ── every system, any size ────────────────────────────────────────────────────────────────────────────────


@EACH
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(slug: str, tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        files = simulate.write_system(slug, 60, seed, tmp_path / name, DAY)
        assert files and all(f.stat().st_size > 0 for f in files)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a") != digests(tmp_path / "c")


@EACH
def test_memory_does_not_grow_with_the_rows(slug: str, tmp_path: Path) -> None:
    size = 600 if slug in ("s1-declaraciones", "s6-contrataciones") else 3000

    def peak(rows: int) -> int:
        world.supplier.cache_clear()
        world.official.cache_clear()
        tracemalloc.start()
        simulate.write_system(slug, rows, 7, tmp_path, DAY)
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    page = peak(1000 if size == 3000 else 200)
    assert peak(size) < 3 * page + 8_000_000


@pytest.mark.parametrize("rows", [10, 97, 1001])
def test_a_system_has_exactly_the_rows_asked_for(rows: int, tmp_path: Path) -> None:
    pages = [
        json.loads(p.read_bytes()) for p in simulate.write_system("s2-servidores", rows, 3, tmp_path, DAY)
    ]
    assert sum(len(p["results"]) for p in pages) == rows
    assert {p["pagination"]["totalRows"] for p in pages} == {rows}
    assert [p["pagination"]["hasNextPage"] for p in pages] == [True] * (len(pages) - 1) + [False]
    books = simulate.write_system("conexion", rows, 3, tmp_path, DAY)
    assert sum(1 for _ in books[0].open(encoding="utf-8")) == rows + 1


@pytest.mark.parametrize(
    ("slug", "layout"),
    [
        ("s2-servidores", "s2_v2"),
        ("s3-servidores", "s3_graves_v2"),
        ("s3-servidores", "s3_no_graves_v2"),
        ("s3-particulares", "s3_personas_fisicas_v2"),
        ("s3-particulares", "s3_personas_morales_v2"),
        ("s6-contrataciones", "ocds-records"),
        ("s6-contrataciones", "ocds-inai"),
    ],
)
def test_other_layouts_are_really_other(slug: str, layout: str, tmp_path: Path) -> None:
    usual = simulate.write_system(slug, 30, 5, tmp_path / "a", DAY)
    other = simulate.write_system(slug, 30, 5, tmp_path / "b", DAY, layout)
    assert set(json.loads(other[0].read_bytes())) != set(json.loads(usual[0].read_bytes()))


def test_what_cannot_be_simulated_is_said() -> None:
    with pytest.raises(UsageError, match="s9-nada"):
        simulate.write_system("s9-nada", 1, 1, Path(), DAY)
    with pytest.raises(UsageError, match="layout"):
        simulate.write_system("entes", 1, 1, Path(), DAY, "ocds")


def test_amounts_dates_and_titles_have_the_promised_range() -> None:
    groups = list(s6.processes(SEED, 3000, DAY, world.ENTES, faulty=False))
    tenders = [r["tender"] for g in groups for r in g if "tender" in r]
    amounts = [t["value"]["amount"] / 1.02 for t in tenders]
    assert 999 <= min(amounts) < 5_000
    assert 100_000_000 < max(amounts) <= 900_000_001
    assert any(len(t["title"]) >= 300 for t in tenders)
    days = [r["date"][:10] for g in groups for r in g]
    assert max(days) <= DAY.isoformat()
    assert min(days) < "2024-02"
    assert {r["tag"][0] for g in groups for r in g} == set(s6.STAGES)
    assert max(len(g) for g in groups) == 5


def test_faults_are_few_and_of_every_kind() -> None:
    rows = list(s2.v1(SEED, 2000, DAY, world.ENTES))
    clean = list(s2.v1(SEED, 2000, DAY, world.ENTES, faulty=False))
    spoilt = [n for n, (a, b) in enumerate(zip(rows, clean, strict=True)) if a != b]
    assert 0.005 < len(spoilt) / len(rows) < 0.02
    assert any("-02-31" in rows[n]["fechaCaptura"] for n in spoilt)
    assert any(not rows[n]["nombres"].strip() for n in spoilt)
    assert any(rows[n]["institucionDependencia"]["nombre"] == s2.UNKNOWN_ENTE for n in spoilt)
    ids = Counter(r["id"] for r in rows)
    assert 0 < sum(1 for n in ids.values() if n > 1) < 20
    assert max(Counter(r["id"] for r in clean).values()) == 1


def test_the_same_people_and_companies_appear_in_several_systems() -> None:
    bodies = world.entes("ejecutivo")
    staff = {r["curp"] for r in s2.v1(SEED, 200, DAY, bodies)}
    punished = {r["servidorPublicoSancionado"]["curp"] for r in s3.officials(SEED, 110, DAY, bodies)}
    assert len(staff & punished) >= 10
    barred = {r["particularSancionado"]["rfc"] for r in s3.private(SEED, 80, DAY, bodies)} | {
        r["datosGenerales"]["rfc"] for r in s3_v2.private(SEED, 40, DAY, bodies, True)
    }
    winners = {
        s["id"].removeprefix("MX-RFC-")
        for g in s6.processes(SEED, 150, DAY, world.ENTES)
        for r in g
        for a in r.get("awards", ())
        for s in a["suppliers"]
    }
    assert len(barred & winners) >= 5


def test_most_sanctions_are_final_and_in_force() -> None:
    rows = list(s3_v2.officials(SEED, 1000, DAY, world.ENTES, True, faulty=False))
    final = [r for r in rows if r["resolucion"]["fechaResolucionFirme"]]
    running = [r for r in final if r["tipoSancion"][0]["inhabilitacion"]["fechaFinal"] > "2027-06"]
    assert 0.9 < len(final) / len(rows) < 1
    assert 0.8 < len(running) / len(rows) < 0.92


# ── the committed samples ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Read:
    """One sample source after its layout."""

    system: System
    records: list[RawRecord]
    unmatched: int
    outcomes: list[Outcome]

    @property
    def unknown(self) -> set[str]:
        return {path for outcome in self.outcomes for path in outcome.unknown}

    @property
    def main(self) -> list[Row]:
        return [row for o in self.outcomes for row in o.rows.get(self.system.main.name, ())]


@cache
def declared() -> tuple[dict[str, System], dict[str, Source]]:
    systems = registry.load_systems(SETTINGS)
    sources = registry.load_sources(SETTINGS, systems)
    return {s.slug: s for s in systems}, {s.id: s for s in sources}


@cache
def register() -> Callable[[str], str | None]:
    return load_entes(SETTINGS.catalogs, read("entes-registro", resolve=False).main).ente_id


@cache
def read(name: str, resolve: bool = True) -> Read:
    systems, sources = declared()
    source = sources[name]
    system = systems[source.system]
    options = source.options["folder"]
    files = sorted((HOME / options["path"]).rglob(options["pattern"]))
    records = [r for path in files for r in formats.records(path, path.name, source, LIMITS)]
    context = Context(system, source, DAY, register() if resolve else lambda _name: None)
    routed: dict[str, list[RawRecord]] = {}
    unmatched = 0
    for record in records:
        names = [source.layout] if source.layout else system.layouts
        layout = next((n for n in names if layouts.find(n).matches(record.data)), None)
        if layout is None:
            unmatched += 1
        else:
            routed.setdefault(layout, []).append(record)
    outcomes = [o for n, rs in routed.items() for o in layouts.find(n).outcomes(rs, context)]
    return Read(system, records, unmatched, outcomes)


NOT_PUBLISHED = (
    "*.documents[[]].language", "tender.hasEnquiries", "planning.budget.id", "contracts[[]].amendments[[]].*",
    "contracts[[]].implementation.status", "contracts[[]].implementation.transactions[[]].*",
)  # fmt: skip
"""Parts of OCDS that the samples carry, as publishers do, and that the tables of S6 leave out."""


def is_planted(path: str) -> bool:
    return path.rpartition(".")[2] in samples.PLANTED or any(fnmatch(path, p) for p in NOT_PUBLISHED)


def test_the_samples_are_what_the_generator_writes(tmp_path: Path) -> None:
    simulate.write_samples(tmp_path, DAY, SEED)
    assert digests(tmp_path / "data" / "samples") == digests(HOME / "data" / "samples")


def test_the_samples_are_small_and_cover_every_system() -> None:
    size = sum(p.stat().st_size for p in (HOME / "data" / "samples").rglob("*") if p.is_file())
    assert size <= 4_000_000
    systems, sources = declared()
    assert {s.system for s in sources.values()} == set(systems)
    assert all(s.synthetic for s in sources.values())
    assert {p.name for p in (HOME / "data" / "samples").iterdir() if p.is_dir()} == {
        s.options["folder"]["path"].removeprefix("data/samples/") for s in sources.values()
    }
    used = Counter(s.format for s in sources.values())
    assert set(used) == {"csv", "json", "jsonl", "xlsx", "zip"}
    assert any(s.encoding == "windows-1252" for s in sources.values())
    bodies = {e.id for e in world.ENTES}
    assert {s.ente for s in sources.values()} <= bodies


@pytest.mark.parametrize("name", SOURCES)
def test_every_record_meets_a_layout_and_only_planted_fields_are_unknown(name: str) -> None:
    found = read(name)
    assert len(found.records) >= 4
    assert found.unmatched <= 1, "solo la entrega sin ocid, que es una falla plantada"
    strange = {path for path in found.unknown if not is_planted(path)}
    assert not strange
    positions = [p for o in found.outcomes for p in o.positions]
    assert len(positions) + found.unmatched == len(found.records)
    rejected = sum(len(o.positions) for o in found.outcomes if o.rejected)
    assert rejected <= max(1, 0.03 * len(found.records))


def test_the_planted_unknown_fields_are_there() -> None:
    paths = {p.rpartition(".")[2] for name in SOURCES for p in read(name).unknown}
    assert set(samples.PLANTED) <= paths


@pytest.mark.parametrize("name", SOURCES)
def test_institutions_are_found_in_the_register(name: str) -> None:
    rows = [r for r in read(name).main if r.get("ente_nombre")]
    lost = {r["ente_nombre"] for r in rows if not r.get("ente_id")}
    assert lost <= {s2.UNKNOWN_ENTE}


def test_policies_have_something_to_withhold() -> None:
    for system in ("s3-servidores", "s3-particulares"):
        outcomes = [o for n in SOURCES if declared()[1][n].system == system for o in read(n).outcomes]
        share = sum(1 for o in outcomes if o.withheld) / len(outcomes)
        assert 0.04 < share < 0.2, (system, share)
    assert any(read(n).outcomes and any(o.withheld_fields for o in read(n).outcomes) for n in SOURCES)


def test_every_kind_of_fault_reaches_the_samples() -> None:
    def dates(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for child in value.values():
                yield from dates(child)
        elif isinstance(value, list):
            for child in value:
                yield from dates(child)
        elif isinstance(value, str):
            yield value

    texts = {t for n in SOURCES for r in read(n).records for t in dates(r.data)}
    assert {s2.UNKNOWN_ENTE, "31/02/2025"} <= texts
    repeated = [n for n in SOURCES if len({r["id"] for r in read(n).main}) < len(read(n).main)]
    assert repeated, "alguna fuente debe repetir un identificador"


def test_samples_join_across_systems() -> None:
    def suppliers(system: str, column: str) -> set[str]:
        names = [n for n in SOURCES if declared()[1][n].system == system]
        return {r.get(column) or "" for n in names for r in read(n).main} - {""}

    winners = suppliers("s6-contrataciones", "proveedor_id")
    barred = suppliers("s3-particulares", "proveedor_id")
    listed = suppliers("proveedores", "id")
    assert len(winners & barred) >= 5
    assert len(winners & listed) >= 20
    assert winners - listed, "unos venden sin estar en el padrón"
    systems = (
        "s1-declaraciones",
        "s2-servidores",
        "s3-servidores",
        "s6-contrataciones",
        "s4-auditorias",
        "convenios",
    )
    bodies = [
        {r["ente_id"] for n in SOURCES if declared()[1][n].system == s for r in read(n).main} for s in systems
    ]
    assert len(set.intersection(*bodies) - {None}) >= 5
