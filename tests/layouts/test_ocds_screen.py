"""Screening and merging: each way a merge silently doubles, loses or reorders money, and the shapes accepted."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from ocdsmerge.rules import get_merge_rules

from vitrina.layouts import ocds_merge
from vitrina.layouts.ocds_notes import MESSAGES, Notes
from vitrina.layouts.ocds_screen import GIVEN, UnusableError, identified, matches, unwrap

REAL = Path(os.environ.get("VITRINA_REAL_DATA", "/nonexistent")) / "ocds"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="needs the real public files")

OCID = "ocds-xaltep-0001"


def release(date: str | None = "2024-01-01T00:00:00Z", **parts: Any) -> dict[str, Any]:
    found = {"ocid": OCID, "id": "1", "tag": ["tender"], "initiationType": "tender", **parts}
    return found | ({"date": date} if date else {})


def compiled(*releases: dict[str, Any], last_wins: bool = False) -> tuple[dict[str, Any], Notes]:
    notes = Notes()
    screen = ocds_merge.screen()
    full = ["compiled" in r.get("tag", ()) for r in releases]
    found = [screen.delivery(str(i), OCID, r, full=full[i]) for i, r in enumerate(releases)]
    result = ocds_merge.compiled(found, notes, last_wins=last_wins)
    for delivery in found:
        notes.update(delivery.notes)
    return result, notes


def codes(notes: Notes) -> set[str]:
    return {code for code, _ in notes.counts}


# ── the three silent corruptions ──────────────────────────────────────────────────────────────────────────


def test_objects_without_id_are_not_doubled_across_releases() -> None:
    contract = {"awardID": "A1", "title": "Obra", "value": {"amount": 100, "currency": "MXN"}}
    dearer = contract | {"value": {"amount": 120, "currency": "MXN"}}
    result, notes = compiled(
        release(contracts=[contract]), release("2024-02-01T00:00:00Z", contracts=[dearer])
    )
    assert [c["value"]["amount"] for c in result["contracts"]] == [120]
    assert "id-faltante" in codes(notes)


def test_equal_objects_without_id_in_one_release_are_both_kept() -> None:
    line = {"description": "Silla", "quantity": 1}
    result, _ = compiled(
        release(tender={"id": "1", "items": [line, dict(line)]}), release("2024-02-01T00:00:00Z")
    )
    assert len(result["tender"]["items"]) == 2


def test_different_objects_that_share_an_id_are_split_not_collapsed() -> None:
    shared = [
        {"id": "1", "title": "A", "value": {"amount": 100, "currency": "MXN"}},
        {"id": 1, "title": "B", "value": {"amount": 50, "currency": "MXN"}},
    ]
    result, notes = compiled(release(awards=shared), release("2024-02-01T00:00:00Z", awards=deepcopy(shared)))
    assert sorted(a["value"]["amount"] for a in result["awards"]) == [50, 100]
    assert "id-repetido" in codes(notes)


def test_an_exact_repetition_under_one_id_is_one_object() -> None:
    award = {"id": "1", "title": "A"}
    result, notes = compiled(release(awards=[award, dict(award)]))
    assert len(result["awards"]) == 1
    assert "objeto-repetido" in codes(notes)


def test_a_split_id_never_takes_another_objects_id() -> None:
    notes = Notes()
    items = [{"id": "1", "v": 1}, {"id": "1~2", "v": 2}, {"id": "1", "v": 3}]
    found = identified(items, "awards", notes)
    assert len({i["id"] for i in found}) == 3
    assert sorted(i["v"] for i in found) == [1, 2, 3]


@pytest.mark.parametrize("order", [1, -1])
def test_releases_are_ordered_by_instant_not_by_text(order: int) -> None:
    earlier = release("2020-01-02T01:00:00+06:00", tender={"id": "1", "title": "Antes"})
    later = release("2020-01-01T23:00:00Z", tender={"id": "1", "title": "Después"})
    result, _ = compiled(*[earlier, later][::order])
    assert result["tender"]["title"] == "Después"


# ── other repairs ─────────────────────────────────────────────────────────────────────────────────────────


def test_numeric_and_text_ids_are_one_id() -> None:
    result, _ = compiled(
        release(awards=[{"id": 7, "title": "A"}]),
        release("2024-02-01T00:00:00Z", awards=[{"id": "7", "title": "B"}]),
    )
    assert result["awards"] == [{"id": "7", "title": "B"}]


def test_one_organization_written_once_per_role_is_united_and_spanish_roles_become_codes() -> None:
    parties = [
        {
            "id": "RFC-AAA010101AAA",
            "name": "Ficticia SA",
            "identifier": {"id": "AAA010101AAA"},
            "roles": ["Participante"],
        },
        {
            "id": "RFC-AAA010101AAA",
            "name": "Ficticia",
            "identifier": {"id": "AAA010101AAA"},
            "roles": ["Proveedor o contratista"],
        },
    ]
    result, notes = compiled(release(parties=parties))
    assert [p["roles"] for p in result["parties"]] == [["tenderer", "supplier"]]
    assert {"parte-repetida", "papel-traducido"} <= codes(notes)


def test_two_organizations_under_one_id_stay_two() -> None:
    parties = [{"id": "1", "name": "Empresa Uno"}, {"id": "1", "name": "Empresa Dos"}]
    result, notes = compiled(release(parties=parties))
    assert [p["name"] for p in result["parties"]] == ["Empresa Uno", "Empresa Dos"]
    assert "id-repetido" in codes(notes)


@pytest.mark.parametrize(
    ("parts", "path", "expected", "code"),
    [
        ({"tender": [{"id": "1", "title": "T"}]}, ("tender", "title"), "T", "forma-corregida"),
        ({"awards": {"id": "1", "title": "T"}}, ("awards", 0, "title"), "T", "forma-corregida"),
        ({"tender": "convocatoria"}, ("tender",), None, "forma-incorrecta"),
        ({"tender": {"title": "a\x00b"}}, ("tender", "title"), "ab", "caracter-de-control"),
        ({"tender": {"title": "a\ud800b"}}, ("tender", "title"), "ab", "caracter-de-control"),
        (
            {"tender": {"submissionMethod": "inPerson"}},
            ("tender", "submissionMethod"),
            ["inPerson"],
            "forma-corregida",
        ),
        ({"awards": [None, {"id": "1"}]}, ("awards",), [{"id": "1"}], ""),
        ({"tender": [{"id": "1"}, {"id": "2"}]}, ("tender",), None, "forma-incorrecta"),
    ],
)
def test_shapes_are_fitted_or_dropped_and_said(parts: Any, path: Any, expected: Any, code: str) -> None:
    value, notes = compiled(release(**parts))
    for part in path:
        value = value[part] if isinstance(part, int) else value.get(part)  # type: ignore[assignment]
    assert value == expected
    assert not code or code in codes(notes)


def test_a_list_in_one_release_and_an_object_in_the_next_merge() -> None:
    result, _ = compiled(
        release(tender={"id": "1", "title": "A"}),
        release("2024-02-01T00:00:00Z", tender=[{"id": "1", "title": "B"}]),
    )
    assert result["tender"]["title"] == "B"


def test_local_fields_of_clashing_shape_leave_the_standard_ones_merged() -> None:
    result, notes = compiled(
        release(tender={"id": "1", "title": "A"}, local={"a": 1}),
        release("2024-02-01T00:00:00Z", local=[{"id": "1"}], awards=[{"id": "1"}]),
    )
    assert (result["tender"]["title"], len(result["awards"])) == ("A", 1)
    assert "mezcla-parcial" in codes(notes)


def test_version_1_0_gets_its_parties() -> None:
    result, notes = compiled(
        release(buyer={"name": "Secretaría Ficticia", "identifier": {"scheme": "X", "id": "9"}})
    )
    assert [(p["name"], p["roles"]) for p in result["parties"]] == [("Secretaría Ficticia", ["buyer"])]
    assert result["buyer"]["id"] == result["parties"][0]["id"]
    assert "version-1-0" in codes(notes)


def test_dates_written_another_way_are_normalized_and_unreadable_ones_are_missing() -> None:
    screen = ocds_merge.screen()
    other = screen.delivery("p", OCID, release("05/01/2024"), full=False)
    assert other.when is not None
    assert (other.when.isoformat(), codes(other.notes)) == (
        "2024-01-05T00:00:00+00:00",
        {"fecha-normalizada"},
    )
    bad = screen.delivery("p", OCID, release("ayer"), full=False)
    assert (bad.when, codes(bad.notes)) == (None, {"fecha-ilegible"})


def test_what_came_before_a_compiled_release_is_superfluous_and_what_came_after_is_merged() -> None:
    full = release("2024-02-01T00:00:00Z", tag=["compiled"], contracts=[{"awardID": "1", "title": "C"}])
    before = release(contracts=[{"awardID": "1", "title": "C"}, {"awardID": "2", "title": "D"}])
    after = release("2024-03-01T00:00:00Z", tender={"id": "1", "status": "complete"})
    result, _ = compiled(after, full, before)
    assert [c["title"] for c in result["contracts"]] == ["C"]
    assert result["tender"]["status"] == "complete"


def test_last_release_wins_when_the_source_says_so() -> None:
    first = release(tender={"id": "1", "title": "A", "description": "sobra"})
    second = release("2024-02-01T00:00:00Z", tender={"id": "1", "title": "B"})
    assert compiled(first, second)[0]["tender"]["description"] == "sobra"
    result, notes = compiled(second, first, last_wins=True)
    assert result["tender"] == {"id": "1", "title": "B"}
    assert "ultima-entrega" in codes(notes)


# ── shapes of records ─────────────────────────────────────────────────────────────────────────────────────

BODY = release(tender={"id": "1", "title": "T"})


@pytest.mark.parametrize(
    "record",
    [
        BODY,
        BODY | {"tag": ["compiled"]},
        {"ocid": OCID, "releases": [BODY]},
        {
            "ocid": OCID,
            "releases": [{"url": "https://ejemplo.mx/1", "date": "2024-01-01T00:00:00Z"}],
            "compiledRelease": BODY,
        },
        {
            "ocid": OCID,
            "versionedRelease": {
                "ocid": OCID,
                "tender": {
                    "id": "1",
                    "title": [
                        {"releaseID": "1", "releaseDate": "x", "releaseTag": ["tender"], "value": "Vieja"},
                        {"releaseID": "2", "releaseDate": "y", "releaseTag": ["tender"], "value": "T"},
                    ],
                },
            },
        },
        {"ocid": OCID, "record": {k: v for k, v in BODY.items() if k != "ocid"}},
        {"ocid": OCID, "record": {"releases": [BODY]}},
        {"ocid": OCID, "institution": "X", "tender": {"title": "T"}, "parties": []},
    ],
)
def test_every_shape_gives_its_release(record: dict[str, Any]) -> None:
    assert matches(record)
    ocid, releases = unwrap(record)
    assert (ocid, [r["tender"]["title"] for r, _ in releases]) == (OCID, ["T"])


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("texto", "forma-desconocida"),
        ({"tender": {}}, "sin-ocid"),
        ({"ocid": "", "tender": {}}, "sin-ocid"),
        ({"ocid": OCID, "releases": [{"url": "https://ejemplo.mx/1"}]}, "sin-contenido"),
    ],
)
def test_useless_records_say_why(record: Any, code: str) -> None:
    with pytest.raises(UnusableError) as caught:
        unwrap(record)
    assert caught.value.code == code


def test_a_release_without_ocid_is_still_recognized_to_be_refused_by_name() -> None:
    assert matches({k: v for k, v in BODY.items() if k != "ocid"})


@pytest.mark.parametrize(
    "other", [{"uri": "x", "releases": [BODY]}, {"nombre": "a", "rfc": "b"}, [], "x", None]
)
def test_packages_and_strangers_do_not_match(other: Any) -> None:
    assert not matches(other)


def test_a_wrong_date_and_a_wrong_address_are_told_apart_with_an_example() -> None:
    faulty = release(
        tender={"id": "1", "documents": [{"id": "1", "dateModified": "SECRETO", "url": "no es liga"}]}
    )
    assert {
        "tender.documents[].dateModified|la fecha está mal escrita; ejemplo: 2026-03-01T10:00:00-06:00",
        "tender.documents[].url|la dirección de internet está mal escrita; ejemplo: https://www.ejemplo.gob.mx/contrato.pdf",
    } <= set(ocds_merge.findings(faulty))


def test_every_message_is_spanish_and_findings_hold_no_values() -> None:
    faulty = release(
        date=5, tender={"id": "1", "status": "SECRETO", "value": {"amount": "SECRETO"}}, tag=["SECRETO"]
    )
    found = list(ocds_merge.findings(faulty))
    assert {
        "date|se esperaba un texto (entre comillas)",
        "tender.value.amount|se esperaba un número (sin comillas)",
        "tag[]|código fuera de la lista cerrada de OCDS 1.1",
        "tender.status|código fuera de la lista cerrada de OCDS 1.1; se admite: "
        "planning, planned, active, cancelled, unsuccessful, complete, withdrawn",
    } <= set(found)
    assert "SECRETO" not in "".join(found)
    for severity, message, _ in MESSAGES.values():
        assert severity in {"warning", "note"} and message[0].islower()


def test_ids_we_gave_start_with_our_prefix() -> None:
    assert identified([{"title": "x"}], "awards", Notes())[0]["id"].startswith(GIVEN)


# ── the schema against the reference (real files, run only) ───────────────────────────────────────────────


def _real_releases() -> list[Any]:
    found: list[Any] = []
    for path in sorted((REAL / "mexico").rglob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if "records" in data:
            found += [r["compiledRelease"] for r in data["records"]]
        else:
            found += data.get("releases", [data])
    for path in sorted((REAL / "redflags").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found


@pytest.mark.real
@needs_real
def test_our_schema_gives_the_references_verdict_on_every_file() -> None:
    reference = json.loads(
        (REAL / "schemas" / "edca-mx-release-schema.patched.json").read_text(encoding="utf-8")
    )
    theirs, ours = (
        jsonschema_rs.Draft4Validator(reference),
        jsonschema_rs.Draft4Validator(ocds_merge.schema()),
    )
    slow = jsonschema.Draft4Validator(ocds_merge.schema())
    found = _real_releases()
    verdicts = [theirs.is_valid(r) for r in found]
    assert len(found) > 100 and {True, False} == set(verdicts)
    assert [ours.is_valid(r) for r in found] == verdicts
    assert [slow.is_valid(r) for r in found[::10]] == [
        jsonschema.Draft4Validator(reference).is_valid(r) for r in found[::10]
    ]
    assert get_merge_rules(ocds_merge.schema()) == get_merge_rules(reference)


def _fixtures() -> list[Path]:
    return sorted((REAL / "ocds-merge" / "1.1").glob("*-compiled.json")) if REAL.is_dir() else []


@pytest.mark.real
@needs_real
@pytest.mark.parametrize("path", _fixtures(), ids=lambda p: p.stem)
def test_merging_equals_the_standards_own_fixtures(path: Path) -> None:
    given = json.loads(path.with_name(path.name.replace("-compiled", "")).read_text(encoding="utf-8"))
    ordered = sorted(given, key=lambda r: r["date"])
    assert ocds_merge.merged(ordered) == json.loads(path.read_text(encoding="utf-8"))
