"""Laws of the plan, and the joint rule of the monitor against brute force."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.survey.completion import Room, needs_and_room
from evaluation.survey.groups import GROUPS, OTHER_GROUPS, PARENT
from evaluation.survey.sampling import codes_to_issue, fill_equally, judge_sample, plan_sample
from tests.unit.evaluation.survey.rules import XIANGTAN

required_sizes = st.integers(1, 5000)
frames_of_some = st.dictionaries(st.sampled_from(GROUPS), st.integers(0, 600))


@given(required_sizes, frames_of_some)
def test_plan_sums_to_the_sample_or_to_everybody(required: int, frames: dict) -> None:
    everybody = sum(frames.values()) if len(frames) == len(GROUPS) else required
    assert sum(plan_sample(required, frames, XIANGTAN).values()) == min(required, everybody)


@given(required_sizes, frames_of_some)
def test_no_group_is_planned_above_its_frame(required: int, frames: dict) -> None:
    plan = plan_sample(required, frames, XIANGTAN)
    assert set(plan) == set(GROUPS)
    assert all(0 <= plan[group] <= frames.get(group, required) for group in GROUPS)


@given(required_sizes, frames_of_some)
def test_parents_are_planned_half_wherever_there_are_enough_parents(required: int, frames: dict) -> None:
    plan = plan_sample(required, frames, XIANGTAN)
    assert 2 * plan[PARENT] >= sum(plan.values()) or plan[PARENT] == frames[PARENT]


@given(required_sizes, frames_of_some)
def test_groups_differ_by_more_than_one_only_where_one_is_exhausted(required: int, frames: dict) -> None:
    plan = plan_sample(required, frames, XIANGTAN)
    open_groups = [group for group in OTHER_GROUPS if plan[group] != frames.get(group)]
    parts = [plan[group] for group in open_groups]
    assert not parts or max(plan[group] for group in OTHER_GROUPS) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)


@given(required_sizes, frames_of_some)
def test_plan_grows_with_the_sample(required: int, frames: dict) -> None:
    smaller, larger = plan_sample(required, frames, XIANGTAN), plan_sample(required + 1, frames, XIANGTAN)
    assert all(smaller[group] <= larger[group] for group in OTHER_GROUPS)


@given(st.integers(0, 3000), st.permutations([3, 50, 50, 400, None, 1000]))
def test_order_of_groups_moves_nobody_by_more_than_one(total: int, limits: list[int | None]) -> None:
    parts = sorted(fill_equally(total, dict(enumerate(limits))).values())
    plain = sorted(fill_equally(total, dict(enumerate([3, 50, 50, 400, None, 1000]))).values())
    assert parts == plain


@given(required_sizes, frames_of_some, st.integers(1, 100))
def test_codes_cover_the_plan_and_never_pass_the_frame(required: int, frames: dict, percent: int) -> None:
    plan = plan_sample(required, frames, XIANGTAN)
    codes = codes_to_issue(plan, frames, percent / 100)
    for group in GROUPS:
        assert plan[group] <= codes[group] <= frames.get(group, codes[group])
        assert (
            codes[group] == frames.get(group)
            or 100 * plan[group] <= percent * codes[group] < 100 * plan[group] + percent
        )


@given(required_sizes.filter(lambda size: size >= 120), frames_of_some)
def test_sample_that_follows_the_plan_is_valid_wherever_it_can_be(required: int, frames: dict) -> None:
    plan = plan_sample(required, frames, XIANGTAN)
    sample = judge_sample(plan, plan, frames, required, XIANGTAN)
    assert not [reason for reason in sample.reasons if reason.startswith("unbalanced")]
    assert sample.is_valid == (sum(plan.values()) == required and 2 * plan[PARENT] >= required)


def brute_force(valid: dict, plan: dict, frames: dict, caps: dict, required: int) -> Room:
    """The room by listing every completion; parents may go up to a number at which more of them change nothing."""
    most = {}
    for group in GROUPS:
        limits = [
            caps.get(group),
            frames.get(group),
            plan[group] if group != PARENT and caps.get(group) is None else None,
        ]
        found = [limit for limit in limits if limit is not None]
        most[group] = max(min(found), valid[group]) if found else None
    ends = {group: set() for group in GROUPS}
    ranges = [range(valid[group], most[group] + 1) for group in OTHER_GROUPS]
    for others in product(*ranges):
        enough = max(required - sum(others), sum(others), valid[PARENT])
        parents_most = enough if most[PARENT] is None else most[PARENT]
        for parents in range(valid[PARENT], parents_most + 1):
            final = {PARENT: parents, **dict(zip(OTHER_GROUPS, others, strict=True))}
            if judge_sample(final, plan, frames, required, XIANGTAN).is_valid:
                for group in GROUPS:
                    ends[group].add(final[group])
    if not ends[PARENT]:
        return Room(False, dict.fromkeys(GROUPS), dict.fromkeys(GROUPS))
    needs = {group: min(ends[group]) - valid[group] for group in GROUPS}
    can_take = {group: max(ends[group]) - valid[group] for group in GROUPS}
    if most[PARENT] is None:
        can_take[PARENT] = None
    return Room(True, needs, can_take)


@st.composite
def small_situations(draw: st.DrawFn) -> tuple:
    """Counties so small that every completion can be listed; tight frames and caps, some passed already."""
    required = draw(st.integers(2, 24))
    frames = draw(st.dictionaries(st.sampled_from(GROUPS), st.integers(0, 8)))
    plan = plan_sample(required, frames, XIANGTAN)
    valid = {PARENT: draw(st.integers(0, 14))} | {
        group: draw(st.integers(0, plan[group] + 1)) for group in OTHER_GROUPS
    }
    caps = draw(st.dictionaries(st.sampled_from(GROUPS), st.integers(0, 4)))
    return valid, plan, frames, caps, required


@settings(max_examples=400, deadline=None)
@given(small_situations())
def test_needs_and_room_agree_with_brute_force(situation: tuple) -> None:
    assert needs_and_room(*situation, XIANGTAN) == brute_force(*situation)


@settings(deadline=None)
@given(st.integers(100, 3000), frames_of_some, st.sampled_from(OTHER_GROUPS), st.data())
def test_sample_stays_within_reach_up_to_what_a_group_can_take_and_not_beyond(
    required: int, frames: dict, group: str, data: st.DataObject
) -> None:
    plan = plan_sample(required, frames, XIANGTAN)
    caps = {other: 2 * plan[other] + 5 for other in OTHER_GROUPS}
    valid = {other: data.draw(st.integers(0, plan[other])) for other in GROUPS}

    def is_reachable(more: int) -> bool:
        then = valid | {group: valid[group] + more}
        return needs_and_room(then, plan, frames, caps, required, XIANGTAN).is_reachable

    room = needs_and_room(valid, plan, frames, caps, required, XIANGTAN)
    if not room.is_reachable:
        return
    most = room.can_take[group]
    assert is_reachable(most)
    assert is_reachable(data.draw(st.integers(0, most)))
    if valid[group] + most < min(caps[group], frames.get(group, caps[group])):
        assert not is_reachable(most + 1)
