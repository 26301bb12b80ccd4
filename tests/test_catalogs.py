"""Code lists and the names of public bodies."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitrina.catalogs import load_entes, name_id, name_key, read_catalog
from vitrina.errors import ConfigurationError

CATALOGS = Path(__file__).parents[1] / "data" / "catalogs"

REGISTER = [
    {"id": "salud", "nombre": "Secretaría de Salud", "siglas": "SSX", "otros_nombres": None},
    {"id": "turismo", "nombre": "Secretaría de Turismo", "siglas": "ST", "otros_nombres": "Dirección de Turismo; SECTUR"},
    {"id": "trabajo", "nombre": "Secretaría de Trabajo", "siglas": "ST", "otros_nombres": None},
    {"id": "gemela-a", "nombre": "Secretaría Ejecutiva", "siglas": None, "otros_nombres": None},
    {"id": "gemela-b", "nombre": "SECRETARIA EJECUTIVA.", "siglas": None, "otros_nombres": None},
    {"id": "mun-nunoo", "nombre": "Municipio de Ñuñoo", "siglas": None, "otros_nombres": None},
]  # fmt: skip


def aliases(folder: Path, *lines: str) -> Path:
    text = "\n".join(("alias,ente_id,nombre,motivo", *lines)) + "\n"
    (folder / "entes_alias.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("  SECRETARIA  DE SALUD. ", "salud"),
        ("Secretaría de Salud (SSX)", "salud"),
        ("SSX", "salud"),
        ("salud", "salud"),
        ("ssx", None),  # initials only as written
        ("ST", None),  # two bodies have them
        ("Secretaría de Salud (ST)", None),  # another body's initials
        ("direccion de turismo", "turismo"),
        ("Secretaría Ejecutiva", None),  # two bodies of one name
        ("Secretaría de Salud de Otro Estado", None),
        ("Ayuntamiento de Ñuñoo", None),  # not declared
        ("", None),
    ],
)
def test_a_name_means_one_body_or_none(tmp_path: Path, name: str, expected: str | None) -> None:
    assert load_entes(tmp_path, REGISTER).ente_id(name) == expected


def test_declared_aliases_and_forms(tmp_path: Path) -> None:
    folder = aliases(
        tmp_path,
        "Servicios Coordinados de Salud,salud,,Nombre anterior",
        "H. Ayuntamiento de *,,Municipio de *,Es el gobierno del municipio",
        "Oficina desaparecida,no-existe,,Cerró",
    )
    entes = load_entes(folder, REGISTER)
    assert entes.ente_id("SERVICIOS COORDINADOS DE SALUD") == "salud"
    assert entes.ente_id("H. AYUNTAMIENTO DE ÑUÑOO.") == "mun-nunoo"
    assert entes.ente_id("H. Ayuntamiento de") is None
    assert entes.ente_id("H. Ayuntamiento de Otro Lugar") is None
    assert entes.ente_id("Oficina desaparecida") is None
    assert entes.dangling == ("Oficina desaparecida",)


@pytest.mark.parametrize(
    "lines",
    [
        ("Salud,salud,,",),
        ("Salud,,,Motivo",),
        ("Salud,salud,Municipio de *,Motivo",),
        ("H. Ayuntamiento de *,,Municipio,Motivo",),
        ("Salud,salud,,Motivo", "SALUD.,turismo,,Motivo"),
        ("Salud,salud,Motivo",),
    ],
)
def test_a_bad_alias_is_refused(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="entes_alias"):
        load_entes(aliases(tmp_path, *lines), REGISTER)


def test_name_ids_join_spellings_and_part_names() -> None:
    long = "Instituto " + "muy largo " * 12
    assert name_id("SECRETARÍA DE SALUD.") == name_id("Secretaria  de salud") == "secretaria-de-salud"
    assert name_id(long + "uno") != name_id(long + "dos")
    assert name_id("Índex") != "index"  # reserved by the portal's own tree
    assert name_key("evaluacio\x9dn\u200b") == "evaluacion"


def test_the_catalogs_of_the_project_can_be_read() -> None:
    states = read_catalog(CATALOGS / "entidades.csv")
    assert [s["clave"] for s in states] == [f"{n:02}" for n in range(1, 33)]
    assert len({s["nombre"] for s in states}) == 32
    entes = load_entes(CATALOGS, [{"id": "mun-x", "nombre": "Municipio de Tres Zanjas", "siglas": ""}])
    assert entes.ente_id("H. Ayuntamiento Constitucional de Tres Zanjas") == "mun-x"


def test_a_missing_or_broken_catalog_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nada\.csv"):
        read_catalog(tmp_path / "nada.csv")
    (tmp_path / "mal.csv").write_bytes("clave,nombre\n1,Méx\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"mal\.csv"):
        read_catalog(tmp_path / "mal.csv")
