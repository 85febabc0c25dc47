"""Laws of the systematic draw and of the allocation of codes over schools."""

import hashlib
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.survey.allocation import SchoolPeople, allocate_codes
from evaluation.survey.drawing import draw_systematic
from evaluation.survey.groups import GROUPS

sizes_of_schools = st.dictionaries(st.text("0123456789", min_size=4, max_size=6), st.integers(0, 3000), max_size=60)
seeds = st.text(max_size=12)


@given(sizes_of_schools, st.integers(0, 70), seeds)
def test_draw_gives_as_many_schools_as_asked_for_each_once(sizes: dict[str, int], count: int, seed: str) -> None:
    drawn = draw_systematic(sizes.items(), count, seed)
    with_people = [code for code, size in sizes.items() if size]
    assert len(drawn) == min(count, len(with_people))
    assert drawn == sorted(set(drawn))
    assert set(drawn) <= set(with_people)


@given(sizes_of_schools, st.integers(0, 70), seeds, st.randoms())
def test_draw_does_not_depend_on_the_order_of_rows(sizes: dict[str, int], count: int, seed: str, shuffle) -> None:
    rows = list(sizes.items())
    shuffle.shuffle(rows)
    assert draw_systematic(rows, count, seed) == draw_systematic(sizes.items(), count, seed)


@given(sizes_of_schools.filter(lambda sizes: any(sizes.values())), st.integers(1, 20))
def test_school_larger_than_its_share_is_always_drawn(sizes: dict[str, int], count: int) -> None:
    total = sum(sizes.values())
    drawn = draw_systematic(sizes.items(), count, "any")
    assert {code for code, size in sizes.items() if size and size * count >= total} <= set(drawn)


def draw_by_hand(sizes: dict[str, int], count: int, seed: str) -> list[str]:
    """Steps 2 and 3 of the description, point by point, where no school is certain."""
    codes = sorted(sizes)
    total = sum(sizes.values())
    start = int(hashlib.sha256(f"junheng/draw/1|{seed}".encode()).hexdigest(), 16) % total
    drawn = []
    for point in range(start, start + count * total, total):
        before = 0
        for code in codes:
            if count * before <= point < count * (before + sizes[code]):
                drawn.append(code)
            before += sizes[code]
    return drawn


@given(st.lists(st.integers(50, 99), min_size=20, max_size=40), st.integers(1, 9), seeds)
def test_draw_is_the_one_described(sizes: list[int], count: int, seed: str) -> None:
    named = {f"{number:03}": size for number, size in enumerate(sizes)}
    assert draw_systematic(named.items(), count, seed) == draw_by_hand(named, count, seed)


def test_chance_of_a_school_is_proportional_to_its_size() -> None:
    sizes = {"a": 10, "b": 20, "c": 30, "d": 40}
    drawn = Counter(code for seed in range(4000) for code in draw_systematic(sizes.items(), 2, str(seed)))
    # 2 × size / 100 of 4,000 draws; four standard errors are at most 127
    for code, size in sizes.items():
        assert abs(drawn[code] - 4000 * 2 * size / 100) < 127


schools_of_a_county = st.lists(
    st.builds(
        lambda pupils, younger, teachers: (pupils, max(pupils - younger, 0), teachers),
        st.integers(0, 2000) | st.integers(0, 15),
        st.integers(0, 700),
        st.integers(0, 120),
    ),
    max_size=40,
).map(lambda rows: [SchoolPeople(f"43{number:04}", *row) for number, row in enumerate(rows)])
codes_of_groups = st.fixed_dictionaries({group: st.integers(0, 900) for group in GROUPS})


def people_by_group(schools: list[SchoolPeople]) -> dict[str, dict[str, int]]:
    return {
        "parent": {school.code: school.pupils for school in schools},
        "student": {school.code: school.older_pupils for school in schools},
        "teacher": {school.code: school.teachers for school in schools},
        "principal": {school.code: 1 if school.pupils else 0 for school in schools},
    }


@settings(deadline=None)
@given(schools_of_a_county, codes_of_groups, st.integers(1, 25), seeds)
def test_codes_reach_their_number_wherever_there_are_enough_people(
    schools: list[SchoolPeople], codes: dict[str, int], per_school: int, seed: str
) -> None:
    rows = allocate_codes(schools, codes, per_school, seed)
    people = people_by_group(schools)
    for group in GROUPS:
        given_out = {row.school: row.codes for row in rows if row.group == group}
        if group not in people:
            assert given_out == ({"": codes[group]} if codes[group] else {})
            continue
        assert sum(given_out.values()) == min(codes[group], sum(people[group].values()))
        assert all(0 < number <= people[group][school] for school, number in given_out.items())


@settings(deadline=None)
@given(schools_of_a_county, codes_of_groups, st.integers(1, 25), seeds)
def test_each_school_but_one_gets_the_agreed_number_or_all_it_has(
    schools: list[SchoolPeople], codes: dict[str, int], per_school: int, seed: str
) -> None:
    rows = allocate_codes(schools, codes, per_school, seed)
    people = people_by_group(schools)
    for group in ("parent", "student", "teacher"):
        full = {school: min(number, per_school) for school, number in people[group].items()}
        given_out = {row.school: row.codes for row in rows if row.group == group}
        if sum(full.values()) < codes[group]:
            assert all(given_out[school] >= number for school, number in full.items() if number)
        else:
            assert sum(given_out[school] != full[school] for school in given_out) <= 1
            assert all(given_out[school] <= full[school] for school in given_out)


@settings(deadline=None)
@given(schools_of_a_county, codes_of_groups, seeds)
def test_same_seed_gives_the_same_codes(schools: list[SchoolPeople], codes: dict[str, int], seed: str) -> None:
    assert allocate_codes(schools, codes, 10, seed) == allocate_codes(schools[::-1], codes, 10, seed)
