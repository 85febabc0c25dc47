"""The draw of schools by a worked example, and where codes go."""

from evaluation.survey.allocation import CodesAtSchool, SchoolPeople, allocate_codes
from evaluation.survey.drawing import draw_systematic


def test_worked_example_of_the_draw() -> None:
    # Two of five schools: D has 2 × 600 ≥ 1,100 and is certain. One point is left among the 500 pupils of the others:
    # SHA-256("junheng/draw/1|2026") = 98a4b283…4b96, modulo 500 = 18, which lies within A (0–99; B to 249, C to 449, E to 499).
    sizes = {"A": 100, "B": 150, "C": 200, "D": 600, "E": 50}
    assert draw_systematic(sizes.items(), 2, "2026") == ["A", "D"]


def county(schools: int, pupils: int = 300, teachers: int = 20) -> list[SchoolPeople]:
    return [SchoolPeople(f"s{number:02}", pupils, pupils * 2 // 3, teachers) for number in range(schools)]


def rows_of(rows: list[CodesAtSchool], group: str) -> list[int]:
    return [row.codes for row in rows if row.group == group]


def test_ten_codes_go_to_as_many_schools_as_that_makes_and_the_rest_to_one() -> None:
    rows = allocate_codes(county(60), {"parent": 404, "student": 68, "teacher": 70}, 10, "seed")
    assert rows_of(rows, "parent") == [10] * 40 + [4]
    assert rows_of(rows, "student") == [10] * 6 + [8]
    assert rows_of(rows, "teacher") == [10] * 7


def test_principals_are_one_a_school() -> None:
    rows = allocate_codes(county(60), {"principal": 50}, 10, "seed")
    assert rows_of(rows, "principal") == [1] * 50
    assert rows_of(allocate_codes(county(30), {"principal": 50}, 10, "seed"), "principal") == [1] * 30


def test_small_school_gives_what_it_has_and_another_makes_up_for_it() -> None:
    schools = [SchoolPeople("a", 4, 0, 2), SchoolPeople("b", 4, 4, 2), SchoolPeople("c", 900, 600, 60)]
    rows = allocate_codes(schools, {"parent": 17, "student": 12, "teacher": 64}, 10, "seed")
    assert rows_of(rows, "parent") == [4, 4, 9]
    # no pupil of school a is in grade 3 or above
    assert [row for row in rows if row.group == "student"] == [("student", "b", 4), ("student", "c", 8)]
    # at ten a school only 14 teachers: all schools are taken, and the large one gives the rest
    assert rows_of(rows, "teacher") == [2, 2, 60]


def test_groups_outside_schools_have_one_row() -> None:
    rows = allocate_codes(county(3), {"npc_deputy": 60, "public": 12, "cppcc_member": 0}, 10, "seed")
    assert rows == [("npc_deputy", "", 60), ("public", "", 12)]


def test_parents_and_pupils_are_drawn_apart() -> None:
    rows = allocate_codes(county(60), {"parent": 100, "student": 100}, 10, "seed")
    parents, pupils = ({row.school for row in rows if row.group == group} for group in ("parent", "student"))
    assert parents != pupils
