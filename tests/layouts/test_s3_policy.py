"""The S3 publication policy: what is public, until which day, and how its switches are declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from vitrina import registry
from vitrina.errors import ConfigurationError
from vitrina.layouts.s3_policy import (
    NON_SERIOUS_V1,
    Policy,
    after,
    first_day,
    is_final,
    published_until,
    verdict,
)
from vitrina.model import System

SYSTEMS = Path(__file__).resolve().parents[2] / "data" / "systems"
DAY = date(2026, 6, 15)
ONE = timedelta(days=1)
OPEN = Policy(publish_non_serious=True, publish_years_without_period=5)


@pytest.fixture(params=["s3-servidores", "s3-particulares"])
def system(request: pytest.FixtureRequest) -> System:
    return registry.load_system(SYSTEMS / request.param)


def with_options(system: System, **options: object) -> System:
    return replace(system, options=options)


def option(value: object) -> dict[str, object]:
    return {"value": value, "reason": "Porque sí se decidió.", "authority": "Comité de prueba"}


def test_defaults_are_the_strictest(system: System) -> None:
    policy = Policy.of(with_options(system))
    assert policy == Policy()
    assert not policy.names("unclassified") and not policy.names("non_serious")
    assert verdict(policy, "non_serious", final=True, until=DAY, run_date=DAY) == "no-grave"


def test_declarations_load_and_explain_every_switch(system: System) -> None:
    policy = Policy.of(system)
    assert policy.publish_years_without_period == 5
    assert not policy.keep_ended
    assert set(system.options) == set(Policy.__dataclass_fields__)
    assert policy.publish_unclassified_names is (system.slug == "s3-particulares")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("keep_ended", True, "necesita value, reason y authority"),
        ("keep_ended", {"value": True, "reason": " ", "authority": "Alguien"}, "deben decir"),
        ("keep_ended", option("sí"), "true o false"),
        ("publish_years_without_period", option(True), "número entero"),
        ("publish_years_without_period", option(-1), "número entero"),
        ("serious_faults", option("AG"), "lista de claves"),
        ("serious_faults", option(["AG", "ANG"]), "no son graves: ANG"),
        ("publicar_todo", option(True), "no existe"),
    ],
)
def test_bad_switches_are_refused(system: System, name: str, value: object, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        Policy.of(with_options(system, **{name: value}))
    assert f"options.{name}" in caught.value.message


def test_v1_codes_fail_closed() -> None:
    policy = Policy(serious_faults=("PEC",))
    assert policy.gravity_v1("PEC") == "serious"
    assert {policy.gravity_v1(code) for code in NON_SERIOUS_V1} == {"non_serious"}
    assert {policy.gravity_v1(code) for code in ("OTRO", "ZZZ", "pec", None)} == {"unclassified"}


def test_a_switch_names_unclassified_but_never_non_serious() -> None:
    policy = Policy(publish_unclassified_names=True)
    assert policy.names("unclassified") and policy.names("serious")
    assert not policy.names("non_serious")


@pytest.mark.parametrize(("run", "code"), [(DAY - ONE, ""), (DAY, ""), (DAY + ONE, "concluida")])
def test_the_last_day_is_still_public(run: date, code: str) -> None:
    assert verdict(OPEN, "serious", final=True, until=DAY, run_date=run) == code
    assert verdict(replace(OPEN, keep_ended=True), "serious", final=True, until=DAY, run_date=run) == ""


@pytest.mark.parametrize(("run", "final"), [(DAY - ONE, False), (DAY, True), (DAY + ONE, True)])
def test_a_resolution_is_final_from_its_day_on(run: date, final: bool) -> None:
    assert is_final(DAY, run) is final
    assert not is_final(None, run)


def test_not_final_comes_before_everything_else() -> None:
    kept = replace(OPEN, keep_ended=True)
    assert verdict(kept, "serious", final=False, until=DAY + ONE, run_date=DAY) == "no-firme"


def test_without_any_date_nothing_is_published() -> None:
    assert published_until(OPEN, [None], None) is None
    assert verdict(OPEN, "serious", final=True, until=None, run_date=DAY) == "sin-plazo"


def test_the_latest_end_rules_and_years_count_only_without_periods() -> None:
    decided = date(2020, 2, 29)
    assert published_until(OPEN, [date(2021, 1, 1), None, date(2020, 5, 1)], decided) == date(2021, 1, 1)
    assert published_until(OPEN, [None], decided) == date(2025, 2, 28)
    assert published_until(Policy(), [], decided) == decided


def test_terms_stay_inside_the_calendar() -> None:
    assert after(date(2024, 1, 31), months=13) == date(2025, 2, 28)
    assert after(date(2024, 1, 31), days=1) == date(2024, 2, 1)
    assert after(date(9990, 1, 1), years=20) is None


def test_first_day_skips_what_is_no_date() -> None:
    assert first_day([None, "pronto", "15-06-2026", "2020-01-01"]) == DAY
    assert first_day(["", None]) is None
