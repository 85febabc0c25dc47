"""From the published lines no hidden cell follows (docs/statistics.md, 5)."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain.disclosure import merge_small

TABLES = st.dictionaries(st.integers(0, 30), st.integers(0, 60), max_size=12)
LEAST = st.integers(2, 12)


@given(TABLES, LEAST)
def test_every_person_is_in_exactly_one_line(people: dict[int, int], least: int) -> None:
    table = merge_small(people, least)
    assert sorted([*table.shown, *table.merged]) == sorted(people)


@given(TABLES, LEAST)
def test_every_line_rests_on_enough_people_unless_the_whole_table_does_not(people: dict[int, int], least: int) -> None:
    table = merge_small(people, least)
    assert all(people[cell] >= least for cell in table.shown)
    if table.merged and table.shown:
        assert sum(people[cell] for cell in table.merged) >= least


@given(TABLES, LEAST)
def test_no_hidden_cell_is_a_combination_of_shown_lines(people: dict[int, int], least: int) -> None:
    """The reader knows the total and every line: no sum or difference of them leaves one hidden cell alone."""
    table, cells = merge_small(people, least), sorted(people)
    if len(cells) < 2:
        return
    lines = [*([one] for one in table.shown), table.merged, cells]
    known = np.array([[one in line for one in cells] for line in lines], dtype=float)
    for hidden in table.merged:
        alone = np.array([[one == hidden for one in cells]], dtype=float)
        assert np.linalg.matrix_rank(np.vstack([known, alone])) > np.linalg.matrix_rank(known)


@given(TABLES, LEAST)
def test_two_tables_that_differ_only_in_hidden_cells_look_alike(people: dict[int, int], least: int) -> None:
    """Moving a person between two hidden cells that stay small changes nothing a reader can see."""
    table = merge_small(people, least)
    small = [cell for cell in table.merged if people[cell] < least]
    if len(small) < 2 or people[small[0]] == 0 or people[small[1]] + 1 >= least:
        return
    other = people | {small[0]: people[small[0]] - 1, small[1]: people[small[1]] + 1}
    assert lines_of(other, least) == lines_of(people, least)


def lines_of(people: dict[int, int], least: int) -> list[tuple[tuple[int, ...], int]]:
    table = merge_small(people, least)
    return [((cell,), people[cell]) for cell in table.shown] + [
        (table.merged, sum(people[cell] for cell in table.merged))
    ]
