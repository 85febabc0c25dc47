"""Where the groups are heading."""

from dataclasses import replace

import pytest

from evaluation.survey.groups import GROUPS, Group
from evaluation.survey.parameters import SurveyParameters
from survey_app.domain.forecast import Forecast
from survey_app.domain.outlook import Outlook, Standing, look_ahead, mean_of_others, unbalanced_groups
from survey_app.domain.quotas import SamplePlan

PARAMETERS = SurveyParameters(
    sampling_share=0.0015,
    min_sample=0,
    parents_share=0.5,
    balance_tolerance=0.2,
    threshold=0.85,
    unit="answer",
    satisfied_share=0.8,
    item="36",
)
PLANNED: dict[Group, int] = {group: 60 if group == "parent" else 10 for group in GROUPS}
PLAN = SamplePlan(
    required=120,
    parameters=PARAMETERS,
    planned=PLANNED,
    caps={group: None if group == "parent" else 20 for group in GROUPS},
    frames={},
    codes={group: 75 if group == "parent" else 25 for group in GROUPS},
    allocation={},
    sizes={},
    seed="s",
    per_school=10,
    expected_return=0.8,
)


def outlook(valid: dict[str, int], ahead: dict[str, Forecast] | None = None, plan: SamplePlan = PLAN) -> Outlook:
    """Every group has what is planned and is expected to end with it, where the test says nothing."""
    counts: dict[Group, int] = PLANNED | valid  # type: ignore[operator]
    still = {group: Forecast(counts[group], counts[group], counts[group]) for group in GROUPS}
    return look_ahead(plan, counts, still | (ahead or {}))  # type: ignore[arg-type]


def test_a_full_sample_is_valid_and_needs_nothing() -> None:
    seen = outlook({})
    assert seen.now.is_valid
    assert seen.expected is not None
    assert seen.expected.is_valid
    assert {one.standing for one in seen.groups.values()} == {Standing.ENOUGH}


def test_a_group_that_will_pass_what_the_others_can_bear_is_over_before_it_does() -> None:
    seen = outlook({}, {"teacher": Forecast(15, 14, 17)})
    assert seen.now.is_valid
    assert seen.groups["teacher"].standing == Standing.OVER
    assert seen.expected is not None
    assert unbalanced_groups(seen.expected) == ["teacher"]


def test_a_group_over_its_ceiling_is_over_whatever_the_others_do() -> None:
    plan = replace(PLAN, caps={group: None if group == "parent" else 12 for group in GROUPS} | {"teacher": 20})  # type: ignore[arg-type]
    seen = outlook({}, {"teacher": Forecast(16, 16, 16)}, plan)
    assert seen.groups["teacher"].ceiling == 15  # 15 is 1.2 times the mean of 15 and five times 12
    assert seen.groups["teacher"].standing == Standing.OVER


def test_a_group_that_only_its_upper_bound_takes_over_is_warned_of() -> None:
    plan = replace(PLAN, caps={group: None if group == "parent" else 12 for group in GROUPS} | {"teacher": 20})  # type: ignore[arg-type]
    seen = outlook({}, {"teacher": Forecast(11, 10, 18)}, plan)
    assert seen.groups["teacher"].standing == Standing.MAY_EXCEED


def test_a_group_that_falls_behind_is_short() -> None:
    seen = outlook({"principal": 3}, {"principal": Forecast(5, 4, 7)})
    assert seen.groups["principal"].standing == Standing.SHORT
    assert seen.groups["principal"].needs == 5  # 8 is within a fifth of the mean of 8 and five times 10; 7 is not
    assert "unbalanced:principal" in seen.now.reasons


def test_too_few_parents_are_short() -> None:
    seen = outlook({"parent": 40}, {"parent": Forecast(55, 50, 60)})
    assert seen.groups["parent"].standing == Standing.SHORT


def test_parents_that_may_just_lack_some_are_told_apart() -> None:
    seen = outlook({"parent": 40}, {"parent": Forecast(62, 55, 70)})
    assert seen.groups["parent"].standing == Standing.MAY_LACK


def test_on_course_is_what_is_expected_to_reach_its_floor() -> None:
    seen = outlook({"parent": 40}, {"parent": Forecast(65, 61, 70)})
    assert seen.groups["parent"].standing == Standing.ON_COURSE


def test_without_a_forecast_only_what_is_there_counts() -> None:
    nothing: dict[Group, Forecast | None] = dict.fromkeys(GROUPS)
    seen = look_ahead(PLAN, PLANNED | {"parent": 10}, nothing)  # type: ignore[arg-type,operator]
    assert seen.expected is None
    assert seen.groups["parent"].standing == Standing.UNKNOWN
    assert seen.groups["teacher"].standing == Standing.ENOUGH


def test_a_sample_that_can_not_become_valid_is_said_to_be_so() -> None:
    plan = replace(PLAN, caps=dict.fromkeys(GROUPS, 5) | {"parent": 20})  # type: ignore[arg-type]
    seen = outlook(dict.fromkeys(GROUPS, 1), plan=plan)  # type: ignore[arg-type]
    assert not seen.is_reachable
    assert {one.standing for one in seen.groups.values()} == {Standing.UNKNOWN}
    assert {one.ceiling for one in seen.groups.values()} == {None}


def test_the_mean_leaves_exhausted_groups_out() -> None:
    plan = replace(PLAN, frames={"principal": 10})
    assert mean_of_others(plan, PLANNED | {"principal": 10, "teacher": 15}) == 11  # type: ignore[operator]


@pytest.mark.parametrize("valid", [{"teacher": 13}, {"teacher": 7}])
def test_the_groups_of_a_reason_are_read_back(valid: dict[str, int]) -> None:
    assert unbalanced_groups(outlook(valid).now) == ["teacher"]
