"""What each group still needs and can take, in situations a supervisor meets."""

from evaluation.survey.completion import needs_and_room
from evaluation.survey.groups import GROUPS, OTHER_GROUPS
from evaluation.survey.sampling import plan_sample
from tests.unit.evaluation.survey.rules import XIANGTAN


def room(valid: list[int], required: int = 120, frames: dict | None = None, caps: dict | None = None) -> object:
    plan = plan_sample(required, frames or {}, XIANGTAN)
    return needs_and_room(dict(zip(GROUPS, valid, strict=True)), plan, frames or {}, caps or {}, required, XIANGTAN)


def test_complete_sample_needs_nothing_more() -> None:
    found = room([60, 10, 10, 10, 10, 10, 10])
    assert found.is_reachable
    assert found.needs == dict.fromkeys(GROUPS, 0)
    assert found.can_take == {"parent": None, **dict.fromkeys(OTHER_GROUPS, 0)}


def test_group_behind_needs_answers_before_the_others_are_balanced() -> None:
    # five groups at 10: the sixth is balanced from 8 on (mean 9.67, at least 7.73)
    found = room([60, 10, 10, 10, 10, 10, 2])
    assert found.needs == {"parent": 0, **dict.fromkeys(OTHER_GROUPS[:-1], 0), "public": 6}
    assert found.can_take["public"] == 8


def test_parents_are_needed_to_stay_half() -> None:
    assert room([40, 10, 10, 10, 10, 10, 10]).needs["parent"] == 20


def test_group_far_ahead_makes_the_others_need_more() -> None:
    # 15 students within a fifth of the mean ask for a mean of 12.5: more than the caps of the others allow
    assert not room([60, 15, 10, 10, 10, 10, 10]).is_reachable
    wider = room([60, 15, 10, 10, 10, 10, 10], caps=dict.fromkeys(OTHER_GROUPS, 14))
    assert wider.is_reachable
    assert wider.can_take["student"] == 0
    assert wider.needs["parent"] == 15


def test_sample_out_of_reach_names_no_number() -> None:
    found = room([60, 10, 10, 10, 10, 10, 0], frames={"public": 5}, caps={"public": 3})
    assert (found.is_reachable, set(found.needs.values()), set(found.can_take.values())) == (False, {None}, {None})


def test_group_smaller_than_its_share_is_needed_whole() -> None:
    found = room([60, 11, 11, 3, 11, 11, 11], frames={"principal": 5})
    assert (found.needs["principal"], found.can_take["principal"]) == (2, 2)


def test_few_parents_limit_what_the_others_can_take() -> None:
    found = room([0] * 7, frames={"parent": 60}, caps=dict.fromkeys(OTHER_GROUPS, 30))
    assert (found.needs["parent"], found.can_take["parent"]) == (60, 60)
    # 60 among six is a mean of 10: a fifth over it is 12
    assert found.can_take["student"] == 12


def test_cap_of_a_billion_is_answered() -> None:
    found = room([60, 10, 10, 10, 10, 10, 10], caps=dict.fromkeys(OTHER_GROUPS, 10**9))
    assert found.can_take["student"] == 240 - 10
