"""The quality pages of the toy portal: verdicts, rules, institutions, trend, and the way to each record and back."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from toy_portal import ASSETS, HOSTILE, make_toy

from vitrina import portal, wording
from vitrina.registry import load_systems
from vitrina.storage import read_json, write_json


def text_of(path: Path) -> str:
    """The page's text, one blank between words."""
    body = path.read_text(encoding="utf-8").split("<main")[1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def section(path: Path, anchor: str) -> str:
    """The markup of one rule's article."""
    return (
        path.read_text(encoding="utf-8")
        .split(f'<article class="regla" id="{anchor}">')[1]
        .split("</article>")[0]
    )


@pytest.fixture(scope="session")
def page(rendered: Path) -> Path:
    return rendered / "calidad" / "contratos" / "index.html"


def test_the_list_of_datasets_gives_verdict_account_and_trend(rendered: Path) -> None:
    html = (rendered / "calidad" / "index.html").read_text(encoding="utf-8")
    row = html.split('<tr id="contratos">')[1].split("</tr>")[0]
    assert 'href="/calidad/contratos/"' in row and "Con avisos" in row
    assert re.findall(r">([\d,]+)</td>", row) == ["123", "120", "2", "1", "2", "1"]
    assert (
        "<svg" in row
        and "3 observaciones por corregir anoche: 6 menos desde el 27 de febrero de 2026." in row
    )
    empty = html.split('<tr id="vacios">')[1].split("</tr>")[0]
    assert "Sin revisar" in empty and "Sin errores" not in empty and "<svg" not in empty


def test_a_dataset_says_its_account_in_a_sentence_that_adds_up(page: Path) -> None:
    text = text_of(page)
    assert "Se recibieron 123 registros: se publicaron 120, 2 se apartaron y 1 no se publica por ley." in text
    assert "De 5 reglas, 1 se cumple, 3 tienen algo que decir y 1 no se revisó." in text


def test_every_rule_has_a_section_with_figures_and_words(page: Path) -> None:
    broken = section(page, "regla-fechas")
    assert "Fechas en desorden" in broken and "Se miraron 120 filas; 1 no cumplen." in broken
    assert "Porque sí: fechas." in broken and "Corrija: fechas." in broken and "Fuente uno" in broken
    cell = section(page, "regla-type-error")
    assert "Se espera un número con punto decimal." in cell and ">Monto" in cell
    kept = section(page, "regla-primary-key")
    assert "Se cumple" in kept and "Cada uno con su clave" in kept and "Se miraron 122 filas." in kept


def test_the_page_says_where_its_numbers_are_and_they_are_the_same(page: Path, rendered: Path) -> None:
    report = json.loads((rendered / "calidad" / "contratos" / "reporte.json").read_text(encoding="utf-8"))
    html = page.read_text(encoding="utf-8")
    assert (
        'href="/calidad/contratos/reporte.json"'
        in html.split('<section id="numeros">')[1].split("</section>")[0]
    )
    told = 0
    for rule in report["reglas"]:
        if rule["filas_revisadas"]:
            words = section(page, f"regla-{rule['id']}")
            assert f"Se miraron {rule['filas_revisadas']:,} filas" in words, rule["id"]
            told += 1
    assert told >= 3
    (source,) = report["fuentes"]
    ledger = html.split('<section id="cuentas">')[1].split("</section>")[0]
    numbers = [int(n.replace(",", "")) for n in re.findall(r">([\d,]+)</td>", ledger)]
    assert numbers == [source[k] for k in ("recibidos", "publicados", "apartados", "reservados")]


def test_what_was_not_checked_says_why_and_never_reads_as_passed(page: Path, rendered: Path) -> None:
    article = section(page, "regla-inhabilitado")
    assert "No se revisó" in article and "El conjunto «sanciones» no se revisó anoche." in article
    assert "Se cumple" not in article and "estado--ok" not in article
    record = (rendered / "contratos" / "c-002" / "index.html").read_text(encoding="utf-8")
    kept, _, after = record.partition("<h3>No se revisó</h3>")
    assert "Nadie inhabilitado contrata" in after and "Nadie inhabilitado contrata" not in kept
    silent = text_of(rendered / "calidad" / "sanciones" / "index.html")
    assert "El informe de anoche no trae reglas." in silent and "Se cumple" not in silent


def test_a_record_and_its_rules_lead_to_each_other(page: Path, rendered: Path) -> None:
    assert 'href="/contratos/c-001/"' in section(page, "regla-fechas")
    record = (rendered / "contratos" / "c-001" / "index.html").read_text(encoding="utf-8")
    assert 'href="/calidad/contratos/#regla-fechas"' in record and "Porque sí: fechas." in record
    noted, _, rest = record.partition("<h3>Cumple</h3>")
    assert "Fechas en desorden" in noted and "Cada uno con su clave" in rest
    assert "Las fechas van en orden" not in rest  # it did not pass that one
    clean = (rendered / "contratos" / "c-002" / "index.html").read_text(encoding="utf-8")
    assert "La revisión no observó nada en este registro." in clean
    assert "Las fechas van en orden" in clean.partition("<h3>Cumple</h3>")[2]


def test_a_rule_that_names_many_records_lists_all_of_them_page_by_page(page: Path, rendered: Path) -> None:
    assert 'href="/calidad/contratos/ente-conocido/"' in section(page, "regla-ente-conocido")
    folder = rendered / "calidad" / "contratos" / "ente-conocido"
    both = [(folder / n / "index.html").read_text(encoding="utf-8") for n in ("", "2")]
    listed = [re.findall(r'<li><a href="/contratos/(c-\d+)/"', html) for html in both]
    assert [len(ids) for ids in listed] == [100, 19]
    assert sorted([*listed[0], *listed[1]]) == [f"c-{i:03}" for i in range(120) if i != 2]
    assert not (rendered / "calidad" / "contratos" / "fechas").exists()  # its one record is in the section


def test_an_institution_sees_its_own_figures(page: Path, rendered: Path) -> None:
    assert "Sin institución reconocida" in text_of(page)
    mine = rendered / "calidad" / "instituciones" / "e1" / "index.html"
    text = text_of(mine)
    assert "Secretaría de Obras" in text and "Un dato no es de su tipo 2 veces" in text
    html = mine.read_text(encoding="utf-8")
    assert 'href="/entes/e1/"' in html and 'href="/contratos/c-001/"' in html
    other = (rendered / "calidad" / "instituciones" / "e2" / "index.html").read_text(encoding="utf-8")
    assert "Fechas en desorden" not in other and "/contratos/c-001/" not in other
    assert HOSTILE in unescape(other) and "<script>alert" not in other
    assert 'href="/calidad/instituciones/e1/"' in (rendered / "entes" / "e1" / "index.html").read_text(
        encoding="utf-8"
    )
    listing = (rendered / "calidad" / "instituciones" / "index.html").read_text(encoding="utf-8")
    assert 'href="/calidad/instituciones/e1/"' in listing and 'href="/calidad/instituciones/e2/"' in listing


def test_the_trend_has_a_drawing_a_sentence_and_a_table(page: Path) -> None:
    html = page.read_text(encoding="utf-8").split('<section id="tendencia">')[1].split("</section>")[0]
    assert "<title" in html and "<desc" in html and "6 menos desde el 27 de febrero de 2026" in html
    days = re.findall(r'<th scope="row">(.*?)</th>', html)
    assert days == ["1 de marzo de 2026", "28 de febrero de 2026", "27 de febrero de 2026"]


def test_what_is_withheld_is_told_with_its_law_on_every_dataset(rendered: Path) -> None:
    for slug in ("sanciones", "contratos", "vacios"):
        html = (rendered / slug / "index.html").read_text(encoding="utf-8")
        assert '<section id="reservado">' in html, slug
    assert "Ley de protección de datos." in text_of(rendered / "sanciones" / "index.html")
    assert "ningún campo está reservado" in text_of(rendered / "vacios" / "index.html")
    quality = text_of(rendered / "calidad" / "sanciones" / "index.html")
    assert "Ley de protección de datos." in quality and "Anoche no vino." in quality
    assert "La sanción ya terminó: 1 registro." in text_of(rendered / "calidad" / "contratos" / "index.html")


def test_the_report_for_programs_says_the_same_and_no_value(rendered: Path, page: Path) -> None:
    assert (
        '<link rel="alternate" type="application/json" href="/calidad/contratos/reporte.json">'
        in page.read_text(encoding="utf-8")
    )
    path = rendered / "calidad" / "contratos" / "reporte.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    account = report["registros"]
    assert account["recibidos"] == account["publicados"] + account["apartados"] + account["reservados"] == 123
    states = {r["id"]: r["estado"] for r in report["reglas"]}
    assert states == {
        "type-error": "no se cumple", "fechas": "no se cumple", "ente-conocido": "no se cumple",
        "primary-key": "se cumple", "inhabilitado": "no se revisó",
    }  # fmt: skip
    assert {e["id"]: e["hallazgos"].get("fechas", 0) for e in report["instituciones"]} == {
        "": 0,
        "e1": 1,
        "e2": 0,
    }
    assert "Contrato 1" not in path.read_text(encoding="utf-8")  # a record's title is a value
    documented = text_of(rendered / "calidad" / "index.html")
    assert all(
        key in documented for key in ("registros", "reglas", "expectativas", "campos_reservados", "llenado")
    )


def test_without_the_file_of_findings_no_record_is_said_to_have_passed_what_names_only_some(
    tmp_path: Path,
) -> None:
    settings = make_toy(tmp_path / "raiz")
    (settings.build / "reports" / "contratos.findings.parquet").unlink()
    path = settings.build / "reports" / "contratos.json"
    report = read_json(path)
    write_json(path, {**report, "rules": [r for r in report["rules"] if r["id"] != "inhabilitado"]})
    portal.render(settings, tmp_path / "sitio", bundled=ASSETS)
    record = (tmp_path / "sitio" / "contratos" / "c-050" / "index.html").read_text(encoding="utf-8")
    kept, _, unsaid = record.partition("<h3>Se encontró en el conjunto, sin decir en qué registros</h3>")
    assert "Fuera del registro" in unsaid and "El ente es conocido" not in kept
    assert "Las fechas van en orden" in kept  # the report names its only record, and it is another


def test_every_field_of_the_declared_systems_has_words(repo: Path) -> None:
    from vitrina.config import settings

    for system in load_systems(settings(repo)):
        for table in system.tables:
            for field in table.fields:
                words, path = wording.place(system, table.name, field.name)
                assert words.startswith(field.title) and path == "", (system.slug, table.name, field.name)


def test_paths_of_the_standard_read_in_spanish(repo: Path) -> None:
    from vitrina.config import settings

    s6 = next(s for s in load_systems(settings(repo)) if s.slug == "s6-contrataciones")
    assert wording.place(s6, "", "tender.documents[].url") == (
        "Licitación › documentos › dirección de internet",
        "tender.documents[].url",
    )
