"""Size, plan and validity of the sample (docs/statistics.md, 2.1 and 2.3)."""

import pytest
from pydantic import ValidationError

from evaluation.survey.groups import GROUPS, OTHER_GROUPS
from evaluation.survey.parameters import SurveyParameters
from evaluation.survey.sampling import codes_to_issue, judge_sample, plan_sample, sample_size
from tests.unit.evaluation.survey.rules import XIANGTAN


@pytest.mark.parametrize(
    ("population", "size"),
    [(430_000, 645), (430_001, 646), (282_528, 424), (737_066, 1106), (1, 1), (10_000_000, 15_000)],
)
def test_sample_is_the_exact_share_rounded_up(population: int, size: int) -> None:
    assert sample_size(population, XIANGTAN) == size


def test_no_multiple_of_the_share_is_lost_to_floats() -> None:
    assert all(sample_size(2000 * thousand, XIANGTAN) == 3 * thousand for thousand in range(1, 5001))


def test_floor_of_the_rulebook_holds() -> None:
    floor = XIANGTAN.model_copy(update={"min_sample": 600})
    assert [sample_size(people, floor) for people in (1_000, 400_000, 400_001)] == [600, 600, 601]


def test_county_without_residents_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="residents"):
        sample_size(0, XIANGTAN)


def test_parents_get_half_rounded_up_and_the_first_groups_what_does_not_divide() -> None:
    assert plan_sample(645, {}, XIANGTAN) == dict(zip(GROUPS, [323, 54, 54, 54, 54, 53, 53], strict=True))


def test_others_share_what_a_small_group_cannot_take() -> None:
    assert plan_sample(1106, {"principal": 40, "npc_deputy": 124, "cppcc_member": 279}, XIANGTAN) == dict(
        zip(GROUPS, [553, 103, 103, 40, 103, 102, 102], strict=True)
    )


def test_parents_get_at_last_what_nobody_else_can_take() -> None:
    plan = plan_sample(1000, dict.fromkeys(OTHER_GROUPS, 10), XIANGTAN)
    assert plan == {"parent": 940, **dict.fromkeys(OTHER_GROUPS, 10)}


def test_plan_of_a_county_with_too_few_people_is_everybody() -> None:
    frames = dict.fromkeys(GROUPS, 7)
    assert plan_sample(1000, frames, XIANGTAN) == frames


def test_codes_make_up_for_what_does_not_return_and_stop_at_the_frame() -> None:
    codes = codes_to_issue({"parent": 323, "principal": 54, "public": 53}, {"principal": 60}, 0.8)
    assert codes == {"parent": 404, "principal": 60, "public": 67}


def test_return_of_a_tenth_is_not_lost_to_floats() -> None:
    assert codes_to_issue({"parent": 3}, {}, 0.1) == {"parent": 30}
    assert codes_to_issue({"parent": 3}, {}, 1) == {"parent": 3}


def judge(valid: list[int], frames: dict | None = None, required: int = 120) -> tuple[str, ...]:
    plan = plan_sample(required, frames or {}, XIANGTAN)
    return judge_sample(dict(zip(GROUPS, valid, strict=True)), plan, frames or {}, required, XIANGTAN).reasons


def test_sample_by_the_plan_is_valid() -> None:
    assert judge([60, 10, 10, 10, 10, 10, 10]) == ()


def test_one_answer_short_is_too_few() -> None:
    assert judge([60, 10, 10, 10, 10, 10, 9]) == ("too_few",)


def test_half_are_parents_and_one_less_is_not_enough() -> None:
    assert judge([61, 10, 10, 10, 10, 10, 11]) == ()
    assert judge([60, 10, 10, 10, 10, 10, 11]) == ("parents",)


def test_a_fifth_off_the_mean_is_balanced_and_more_is_not() -> None:
    assert judge([70, 12, 8, 10, 10, 10, 10]) == ()
    # mean 10.1667: 8 is under 8.1333
    assert judge([70, 13, 8, 10, 10, 10, 10]) == ("unbalanced:student,teacher",)


def test_every_reason_is_given_at_once() -> None:
    assert judge([1, 10, 10, 10, 10, 10, 1]) == ("too_few", "parents", "unbalanced:public")


def test_exhausted_group_is_left_out_of_the_mean() -> None:
    # 5 principals beside 11 of the others: with them the mean would be 10
    assert judge([60, 11, 11, 5, 11, 11, 11], {"principal": 5}) == ()
    assert judge([70, 13, 9, 5, 11, 11, 11], {"principal": 5}) == ()


def test_small_group_is_unbalanced_until_everybody_answered() -> None:
    assert judge([61, 11, 11, 4, 11, 11, 11], {"principal": 5}) == ("unbalanced:principal",)


def test_group_of_nobody_is_exhausted() -> None:
    assert judge([60, 12, 12, 0, 12, 12, 12], {"principal": 0}) == ()


def test_large_frame_excuses_nothing() -> None:
    assert judge([65, 12, 12, 5, 12, 12, 12], {"principal": 200}) == ("unbalanced:principal",)


def test_parents_alone_are_no_balanced_sample() -> None:
    assert judge([120, 0, 0, 0, 0, 0, 0]) == ("unbalanced:" + ",".join(OTHER_GROUPS),)


@pytest.mark.parametrize(
    ("others", "band"), [([40, 40, 52, 40, 40, 20], [31, 46]), ([12, 12, 12, 12, 12, 12], [10, 14]), ([0] * 6, None)]
)
def test_the_band_of_a_sample_is_whole_answers_within_the_tolerance(others: list[int], band: list[int] | None) -> None:
    valid = dict(zip(GROUPS, [200, *others], strict=True))
    found = judge_sample(valid, plan_sample(120, {}, XIANGTAN), {}, 120, XIANGTAN).counts_document()
    assert (found["band"], found["by_group"]) == (band, valid)


def test_nobody_is_too_few_and_nothing_else() -> None:
    assert judge([0] * 7) == ("too_few",)
    assert judge_sample({}, plan_sample(120, {}, XIANGTAN), {}, 120, XIANGTAN).document() == {
        "required": 120,
        "valid": 0,
        "is_valid": False,
        "reasons": ["too_few"],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"sampling_share": 0},
        {"threshold": 1.2},
        {"parents_share": 1},
        {"unit": "answers"},
        {"item": 36},
        {"item": "3 6"},
        {"balance_tolerance": 0.1 + 0.2},
        {"min_sample": -1},
        {"min_sample": 1.5},
        {"floor": 600},
    ],
)
def test_parameters_that_make_no_rule_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SurveyParameters.model_validate(XIANGTAN.model_dump() | change)


def test_every_parameter_must_be_stated() -> None:
    with pytest.raises(ValidationError) as caught:
        SurveyParameters.model_validate({})
    assert caught.value.error_count() == len(SurveyParameters.model_fields)
