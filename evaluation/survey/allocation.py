"""Where codes go: which schools give parents, pupils, teachers and principals, and how many each (docs/statistics.md, 2.1).

Few schools with `per_school` people each serve anonymity and the signals; a handful in every school serve neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from evaluation.survey.drawing import draw_systematic
from evaluation.survey.groups import GROUPS, SCHOOL_GROUPS, Group
from evaluation.survey.sampling import Counts, fill_equally

PRINCIPAL: Final[Group] = "principal"


@dataclass(frozen=True, slots=True)
class SchoolPeople:
    """The people of a school, over all its stages. `older_pupils` are those of grade 3 and up: younger ones are not asked."""

    code: str
    pupils: int
    older_pupils: int
    teachers: int


class CodesAtSchool(NamedTuple):
    """So many codes of a group for a school; `school` is "" for the groups that aren't reached through schools."""

    group: Group
    school: str
    codes: int


def sizes_by_group(schools: Sequence[SchoolPeople]) -> dict[Group, dict[str, int]]:
    """What the schools are drawn by, for each group reached through schools: pupils, pupils of grade 3 and up, teachers, pupils."""
    return {
        "parent": {school.code: school.pupils for school in schools},
        "student": {school.code: school.older_pupils for school in schools},
        "teacher": {school.code: school.teachers for school in schools},
        PRINCIPAL: {school.code: school.pupils for school in schools},
    }


def allocate_codes(schools: Sequence[SchoolPeople], codes: Counts, per_school: int, seed: str) -> list[CodesAtSchool]:
    """Share each group's codes out over the schools; rows in the order of groups, then of school codes.

    Parents (as many as pupils), pupils and teachers get `per_school` codes, or all there are in a smaller school, in as many schools as the
    number of codes makes; the last school by code gets what is left over. Principals are one a school. Schools are drawn anew for each group,
    by `draw_systematic` with the seed `SEED/GROUP`. Where all schools together don't reach the number at `per_school` each, all are taken
    and the rest is shared equally. The rows of a group sum to its codes, or to its people in all schools if they are fewer.
    """
    sizes = sizes_by_group(schools)
    rows: list[CodesAtSchool] = []
    for group in GROUPS:
        wanted = codes.get(group, 0)
        parts = _parts(group, wanted, sizes[group], per_school, seed) if group in SCHOOL_GROUPS else {"": wanted}
        rows += [CodesAtSchool(group, school, part) for school, part in sorted(parts.items()) if part]
    return rows


def _parts(group: Group, wanted: int, sizes: Mapping[str, int], per_school: int, seed: str) -> dict[str, int]:
    """The codes of one group by school."""
    people = {school: min(size, 1) if group == PRINCIPAL else size for school, size in sizes.items()}
    each = 1 if group == PRINCIPAL else per_school
    for count in range(-(-wanted // each), sum(size > 0 for size in sizes.values()) + 1):
        drawn = draw_systematic(sizes.items(), count, f"{seed}/{group}")
        parts = {school: min(people[school], each) for school in drawn}
        if sum(parts.values()) >= wanted:
            return _without_excess(parts, sum(parts.values()) - wanted)
    return fill_equally(wanted, dict(sorted(people.items())))


def _without_excess(parts: dict[str, int], excess: int) -> dict[str, int]:
    """The same parts with the excess taken off the last schools."""
    kept = dict(parts)
    for school in reversed(parts):
        taken = min(excess, kept[school])
        kept[school] -= taken
        excess -= taken
    return kept
