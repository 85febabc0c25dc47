"""The sample plan from a campaign file: size, shares of the groups, codes, and the draw of schools (docs/statistics.md, 2.1).

Frames are what the file or the workbook says; where they say nothing, what the list of schools implies: parents as many as pupils, pupils
of grade 3 and up, teachers, and one principal a school. The other groups have no frame then.
"""

from collections.abc import Iterable, Sequence

from evaluation.errors import InputProblem, InvalidInput
from evaluation.survey.allocation import SchoolPeople, allocate_codes, sizes_by_group
from evaluation.survey.groups import GROUPS, PARENT, SCHOOL_GROUPS, Group
from evaluation.survey.sampling import codes_to_issue, plan_sample, sample_size
from survey_app.domain.quotas import SamplePlan
from survey_app.services import wording
from survey_app.services.campaigns.file import CampaignInput
from survey_app.services.campaigns.schools import School


def make_plan(given: CampaignInput, seed: str) -> SamplePlan:
    """The plan; the same file and seed give the same plan."""
    file, parameters = given.file, given.rulebook.survey.parameters
    people = [_people(school) for school in given.schools]
    frames = _in_order(_implied_frames(people) | given.frames)
    required = max(sample_size(file.county.population, parameters), file.min_sample)
    planned = plan_sample(required, frames, parameters)
    codes = codes_to_issue(planned, frames, file.expected_return)
    return SamplePlan(
        required=required,
        parameters=parameters,
        planned=planned,
        caps={group: file.caps.get(group, None if group == PARENT else planned[group]) for group in GROUPS},
        frames=frames,
        codes=codes,
        allocation=_allocation(people, codes, file.per_school, seed),
        sizes=sizes_by_group(people),
        seed=seed,
        per_school=file.per_school,
        expected_return=file.expected_return,
    )


def small_crowds(plan: SamplePlan, k: int) -> dict[Group, int]:
    """Groups of which the plan wants fewer than k answers, with how many: in a crowd of so few they come out, if the office accepts that."""
    return {group: planned for group, planned in plan.planned.items() if 0 < planned < k}


def refuse_small_crowds(given: CampaignInput, plan: SamplePlan) -> None:
    """Raises `InvalidInput` naming the groups of which nobody could hide among k, and what can be done."""
    k = given.file.anonymity_k
    small = small_crowds(plan, k)
    if small:
        values = {"k": k, "enough": 2 * (len(GROUPS) - 1) * k}
        raise InvalidInput(
            [
                InputProblem(f"min_sample ({group})", wording.SMALL_CROWD, {"planned": plan.planned[group], **values})
                for group in small
            ]
        )


def plan_shortfalls(plan: SamplePlan) -> Iterable[InputProblem]:
    """Groups of which the schools have fewer people than the codes wanted: worth a warning, as their frame says otherwise."""
    for group, schools in plan.allocation.items():
        allocated = sum(schools.values())
        if allocated < plan.codes[group]:
            values = {"wanted": plan.codes[group], "allocated": allocated, "planned": plan.planned[group]}
            yield InputProblem(f"frames.{group}", wording.PLAN_SHORT, values)


def _people(school: School) -> SchoolPeople:
    return SchoolPeople(school.code, school.pupils, school.older_pupils, school.teachers)


def _implied_frames(people: Sequence[SchoolPeople]) -> dict[Group, int]:
    sizes = sizes_by_group(people)
    implied = {group: sum(of_group.values()) for group, of_group in sizes.items()}
    return implied | {"principal": sum(size > 0 for size in sizes["principal"].values())}


def _allocation(
    people: Sequence[SchoolPeople], codes: dict[Group, int], per_school: int, seed: str
) -> dict[Group, dict[str, int]]:
    allocation: dict[Group, dict[str, int]] = {group: {} for group in SCHOOL_GROUPS}
    for row in allocate_codes(people, codes, per_school, seed):
        if row.group in allocation:
            allocation[row.group][row.school] = row.codes
    return allocation


def _in_order(frames: dict[Group, int]) -> dict[Group, int]:
    return {group: frames[group] for group in GROUPS if group in frames}
