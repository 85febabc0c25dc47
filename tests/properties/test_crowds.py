"""Crowds over anything that may wait at the closing (docs/anonymity.md, "Closing")."""

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.domain.crowds import Crowd, plan_crowds, plan_void_crowds

waiting_by_unit = st.dictionaries(st.text("abU0.~", max_size=3), st.integers(0, 30), max_size=10)
least_crowds = st.integers(1, 12)


def size(crowd: Crowd, waiting: dict[str, int]) -> int:
    return sum(waiting[unit] for unit in crowd.units)


@settings(deadline=None)
@given(waiting=waiting_by_unit, k=least_crowds)
def test_nothing_under_k_comes_out_and_everything_is_placed_once(waiting: dict[str, int], k: int) -> None:
    plan = plan_crowds(waiting, k)
    assert sorted(unit for crowd in plan for unit in crowd.units) == sorted(unit for unit in waiting if waiting[unit])
    assert all(crowd.is_withheld == (size(crowd, waiting) < k) for crowd in plan)
    if any(crowd.is_withheld for crowd in plan):
        assert len(plan) == 1
        assert sum(waiting.values()) < k, "withheld only where there is nobody to join"


@settings(deadline=None)
@given(waiting=waiting_by_unit, k=least_crowds)
def test_a_unit_is_kept_by_whoever_is_large_enough_but_for_one_that_helps_the_small(
    waiting: dict[str, int], k: int
) -> None:
    joined = [crowd for crowd in plan_crowds(waiting, k) if len(crowd.units) > 1 or crowd.unit != crowd.units[0]]
    assert len(joined) <= 1
    for crowd in joined:
        assert crowd.unit == ""
        helping = [unit for unit in crowd.units if waiting[unit] >= k]
        assert len(helping) <= 1
        if helping:
            assert size(crowd, waiting) - waiting[helping[0]] < k, "otherwise nobody need help"
            assert waiting[helping[0]] == min(number for number in waiting.values() if number >= k)


@settings(deadline=None)
@given(waiting=waiting_by_unit, k=least_crowds, data=st.data())
def test_made_again_after_any_beginning_has_come_out_it_gives_the_rest(
    waiting: dict[str, int], k: int, data: st.DataObject
) -> None:
    plan = plan_crowds(waiting, k)
    done = data.draw(st.integers(0, len(plan)))
    gone = {unit for crowd in plan[:done] for unit in crowd.units}
    assert plan_crowds({unit: 0 if unit in gone else number for unit, number in waiting.items()}, k) == plan[done:]


@settings(deadline=None)
@given(waiting=waiting_by_unit, k=least_crowds)
def test_void_units_join_nobody(waiting: dict[str, int], k: int) -> None:
    plan = plan_void_crowds(waiting, k)
    assert [(crowd.units, crowd.unit) for crowd in plan] == [
        ((unit,), unit) for unit in sorted(waiting) if waiting[unit]
    ]
    assert all(crowd.is_withheld == (size(crowd, waiting) < k) for crowd in plan)
