"""Units over random plans (docs/anonymity.md, "Units and labels")."""

import math
from random import Random

from survey_app.domain.units import form_units, name_units

PLANS = 1_000
Plan = tuple[list[dict[str, int]], int, float]


def random_plan(seed: int) -> Plan:
    """Up to 60 schools and three groups with many codes, few or none at a school; among them groups smaller than k."""
    randomness = Random(seed)
    schools = [f"S{randomness.randrange(10_000):04d}" for _ in range(randomness.randrange(1, 60))]
    k = randomness.choice([2, 3, 5, 5, 5, 10, 30])

    def codes_at_a_school() -> int:
        return randomness.choice([0, 0, 1, randomness.randrange(k + 2), randomness.randrange(40)])

    groups = [{school: codes_at_a_school() for school in schools} for _ in range(randomness.randrange(1, 4))]
    if randomness.random() < 0.3:
        groups.append(dict.fromkeys(schools[: k - 1], 1))
    return groups, k, randomness.choice([0.2, 0.5, 0.8, 1.0])


def held(group: dict[str, int], unit: tuple[str, ...]) -> int:
    return sum(group.get(school, 0) for school in unit)


def test_nobody_is_alone_and_every_school_is_in_one_unit_in_1000_random_plans() -> None:
    small_units = 0
    for seed in range(PLANS):
        groups, k, expected_return = random_plan(seed)
        units = form_units(groups, k, expected_return)  # ends
        large = [group for group in groups if sum(group.values()) >= k]
        placed = [school for unit in units for school in unit]
        assert len(placed) == len(set(placed)), seed
        assert set(placed) == {school for group in large for school, codes in group.items() if codes}, seed
        least = math.ceil(k / expected_return) + 1
        for group in large:
            numbers = [number for unit in units if (number := held(group, unit))]
            assert all(number >= k for number in numbers), seed
            assert len(numbers) == 1 or all(number >= least for number in numbers), seed
            small_units += sum(number < least for number in numbers)
    assert small_units, "some groups were large enough only as a whole"


def test_names_are_stable_and_stand_for_one_unit_in_1000_random_plans() -> None:
    several = 0
    for seed in range(PLANS):
        plan = random_plan(seed)
        units = form_units(*plan)
        names = name_units(units)
        assert names == name_units(form_units(*random_plan(seed))), seed
        assert names.keys() == {school for unit in units for school in unit}
        assert len(set(names.values())) == len(units), seed
        for unit in units:
            (name,) = {names[school] for school in unit}
            assert (name == unit[0]) == (len(unit) == 1), seed
            several += len(unit) > 1
    assert several > PLANS / 2
