"""Special rooms for the classes: music and art."""

from itertools import chain

import pandas as pd

from evaluation.criteria.extremes import LABEL_JOIN, count_asked, extreme_rows, value_evidence
from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.criteria.limits import sum_by_school
from evaluation.numeric import is_at_least, round_up_whole
from evaluation.rulebook.tests import RoomKind, SpecialRooms
from evaluation.verdicts import FAILURE_COLUMNS, ClauseVerdicts, Rows, all_of, rows_of, status_of

_SCHOOL = ["county", "school"]


def judge_special_rooms(counties: JudgedCounties, test: SpecialRooms) -> ClauseVerdicts:
    """Each school with rows of the stage has ⌈classes/n⌉ rooms of every kind, each large enough; the classes of all counted stages count."""
    asked = _asked_schools(counties, test)
    needs = pd.concat([_needs(counties, asked, kind, test.classes_per_room) for kind in test.rooms], ignore_index=True)
    failing = needs[needs["actual"] < needs["required"]]
    is_known = counties.supplies("rooms") | ~counties.any_row(asked)
    has_failures = counties.any_row(failing) & is_known
    return ClauseVerdicts(
        status=all_of([status_of(~has_failures), status_of(True, is_known)]),
        judges_schools=True,
        list_failures=lambda: rows_of(failing.loc[failing["county"].isin(counties.codes[is_known]), FAILURE_COLUMNS]),
        list_evidence=lambda: _evidence(counties, asked, needs[needs["county"].isin(counties.codes[is_known])]),
    )


def _asked_schools(counties: JudgedCounties, test: SpecialRooms) -> pd.DataFrame:
    """Each school with a row of the stage: that row's name, stage and row, and the classes of all counted stages."""
    schools = counties.facts.school_stages
    of_kind = schools[~schools["kind"].isin(test.without_kinds)]
    sums = sum_by_school(of_kind[of_kind["stage"].isin(test.counted_stages)], ["classes"])[[*_SCHOOL, "classes"]]
    of_stage = of_kind.loc[of_kind["stage"] == test.stage, [*_SCHOOL, "name", "stage", "row"]]
    return of_stage.drop_duplicates(_SCHOOL).merge(sums, on=_SCHOOL)


def _needs(counties: JudgedCounties, asked: pd.DataFrame, kind: RoomKind, classes_per_room: int) -> pd.DataFrame:
    """The rooms of a kind that each school has and needs (columns `FAILURE_COLUMNS` and lacking)."""
    rooms = counties.facts.rooms
    large = rooms[(rooms["kind"] == kind.kind) & is_at_least(rooms["area_m2"], kind.area_m2)]
    counts = large.groupby(_SCHOOL).size().rename("actual").reset_index()
    schools = asked.merge(counts, on=_SCHOOL, how="left").fillna({"actual": 0})
    schools = schools.assign(required=round_up_whole(schools["classes"] / classes_per_room), label=kind.kind)
    texts = {"unit": "room", "table": "school_stages", "field": "classes"}
    return schools.assign(lacking=schools["required"] - schools["actual"], **texts)


def _evidence(counties: JudgedCounties, asked: pd.DataFrame, needs: pd.DataFrame) -> Rows:
    """How many schools were asked, and the school and kind with the most rooms too few (or the fewest to spare)."""
    worst = extreme_rows(needs, "lacking", "largest")
    labelled = worst.assign(label=worst["name"] + LABEL_JOIN + worst["label"])
    parts = [("fewest_rooms", "actual"), ("fewest_rooms_required", "required")]
    return [
        *count_asked(counties, "asked_schools", counties.count_rows(asked)),
        *chain(*(value_evidence(labelled, key, value, "room", "school_stages", "classes") for key, value in parts)),
    ]
