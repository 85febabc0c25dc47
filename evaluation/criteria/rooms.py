"""Special rooms for the classes: music and art."""

import pandas as pd

from evaluation.criteria.case import Case
from evaluation.criteria.limits import sum_by_school
from evaluation.numeric import is_at_least, round_up_whole
from evaluation.rulebook.criteria import RoomKind, SpecialRooms
from evaluation.rulebook.model import Clause
from evaluation.verdicts import FAILURE_COLUMNS, ClauseVerdicts, all_of, status_of

_SCHOOL = ["county", "school"]


def judge_special_rooms(case: Case, clause: Clause, test: SpecialRooms) -> ClauseVerdicts:
    """Each school with rows of the stage has ⌈classes/n⌉ rooms of every kind, each large enough; the classes of all counted stages count."""
    asked = _asked_schools(case, test)
    shortages = [_shortage(case, asked, kind, test.classes_per_room) for kind in test.rooms]
    failing = pd.concat(shortages, ignore_index=True)
    is_known = case.supplies("rooms") | ~case.any_row(asked)
    has_failures = case.any_row(failing) & is_known
    return ClauseVerdicts(
        status=all_of([status_of(~has_failures), status_of(True, is_known)]),
        judges_schools=True,
        failures=failing[failing["county"].isin(case.counties[is_known])],
    )


def _asked_schools(case: Case, test: SpecialRooms) -> pd.DataFrame:
    schools = case.facts.school_stages
    of_kind = schools[~schools["kind"].isin(test.without_kinds)]
    sums = sum_by_school(of_kind[of_kind["stage"].isin(test.counted_stages)], ["classes"])
    of_stage = of_kind.loc[of_kind["stage"] == test.stage, _SCHOOL].drop_duplicates()
    return sums.merge(of_stage, on=_SCHOOL)


def _shortage(case: Case, asked: pd.DataFrame, kind: RoomKind, classes_per_room: int) -> pd.DataFrame:
    """The schools with too few rooms of a kind (columns `FAILURE_COLUMNS`)."""
    rooms = case.facts.rooms
    large = rooms[(rooms["kind"] == kind.kind) & is_at_least(rooms["area_m2"], kind.area_m2)]
    counts = large.groupby(_SCHOOL).size().rename("actual").reset_index()
    schools = asked.merge(counts, on=_SCHOOL, how="left").fillna({"actual": 0})
    schools = schools.assign(required=round_up_whole(schools["classes"] / classes_per_room), label=kind.kind)
    texts = {"unit": "room", "table": "school_stages", "field": "classes"}
    return schools[schools["actual"] < schools["required"]].assign(**texts)[FAILURE_COLUMNS]
