"""A unit declared void before the closing: off places and sample at once, out with its unit or withheld at the end. On both engines."""

from collections import Counter

import pytest
from sqlalchemy import select, update

from evaluation.errors import InvalidInput
from survey_app.domain.campaigns import State
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import GroupFull, UnknownCampaign, UnknownCode, WrongState
from survey_app.domain.keys import KeyDirectory
from survey_app.services.campaigns.voiding import void_unit
from survey_app.services.codes.issuing import issue_codes
from survey_app.services.starting_up import find_mismatches
from survey_app.storage import tables
from survey_app.storage.results import count_labels, list_unit_schools, stream_results
from survey_app.storage.session import Database
from survey_app.storage.staff_tables import audit
from tests.builders_closing import close, entries, hand_in, imbalances, work
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey

CROWDS = [
    Crowd("parent", "s1", 20, unit="U01"),
    Crowd("parent", "s2", 20, unit="U01"),
    Crowd("parent", "s3", 20),
    Crowd("student", "s1", 20, unit="U01"),
    Crowd("public", "", 20),
]


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, CROWDS, min_seconds=0, caps={"parent": 20})


def void(survey: Survey, unit: str = "U01", reason: str = "代填", group: str | None = None) -> int:
    return void_unit(survey.database, survey.clock, CAMPAIGN, unit, reason, group, "lead-1")


def issue(survey: Survey) -> None:
    """Issues what is missing; the codes join those of their school."""
    for one in issue_codes(survey.database, survey.keys, survey.clock, CAMPAIGN):
        survey.codes[one.group, one.school].append(one.code)


def of_group(survey: Survey, group: str, *columns: str) -> tuple[int, ...]:
    rows = survey.stored(tables.quota, "group", *columns)
    return next(tuple(row[1:]) for row in rows if row[0] == group)


def test_in_one_act_sheets_go_off_the_places_and_unused_codes_are_cancelled(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 6)
    hand_in(survey, "parent", "s2", 2)
    hand_in(survey, "parent", "s3", 5)
    assert void(survey, group="parent") == 8
    assert of_group(survey, "parent", "answered", "taken", "void", "issued", "to_issue") == (13, 5, 8, 28, 68)
    assert of_group(survey, "student", "void", "issued") == (0, 20)
    with pytest.raises(UnknownCode):
        survey.submit(survey.codes["parent", "s1"][0])
    hand_in(survey, "parent", "s3", 1)
    (entry,) = entries(survey, "decision")
    assert entry == {
        "kind": "decision", "by": "lead-1", "group": "parent", "unit": "U01", "reason": "代填", "valid": 0,
    }  # fmt: skip
    (codes,) = entries(survey, "codes")
    assert (len(codes["cancelled"]), codes["added"]) == (32, [])
    assert survey.stored(audit, "action") == ["unit_voided"]
    assert imbalances(survey) == []
    assert find_mismatches(survey.database, survey.keys) == []


def test_without_a_group_the_unit_is_void_for_all_that_have_it(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 6)
    hand_in(survey, "student", "s1", 5)
    assert void(survey) == 11
    assert [entry["group"] for entry in entries(survey, "decision")] == ["parent", "student"]
    assert of_group(survey, "public", "issued") == (20,)


def test_a_crowd_of_k_comes_out_with_its_unit_and_is_void(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 3)
    hand_in(survey, "parent", "s2", 2)
    hand_in(survey, "parent", "s3", 6)
    void(survey, group="parent")
    work(survey)
    close(survey)
    assert Counter(survey.stored(tables.response, "label")) == {
        f"{CAMPAIGN}/parent/U01": 5,
        f"{CAMPAIGN}/parent/s3": 6,
    }
    assert {entry["unit"]: entry["n"] for entry in entries(survey, "mix")} == {"U01": 5, "s3": 6}
    assert entries(survey, "withheld") == []
    assert imbalances(survey) == []


def test_a_crowd_below_k_is_withheld_as_void_and_joins_nobody(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 4)
    hand_in(survey, "parent", "s3", 6)
    void(survey, group="parent")
    close(survey)
    assert Counter(survey.stored(tables.response, "label")) == {f"{CAMPAIGN}/parent/s3": 6}
    assert entries(survey, "withheld") == [{"kind": "withheld", "group": "parent", "unit": "U01", "n": 4, "void": 1}]
    assert of_group(survey, "parent", "withheld", "withheld_void", "responses") == (0, 4, 6)
    assert imbalances(survey) == []


def test_those_who_remain_do_not_hide_among_void_ones(survey: Survey) -> None:
    """4 of another unit would have joined the 6 of U01."""
    hand_in(survey, "parent", "s1", 6)
    hand_in(survey, "parent", "s3", 4)
    void(survey, group="parent")
    close(survey)
    assert Counter(survey.stored(tables.response, "label")) == {f"{CAMPAIGN}/parent/U01": 6}
    assert entries(survey, "withheld") == [{"kind": "withheld", "group": "parent", "unit": "", "n": 4, "void": 0}]
    assert of_group(survey, "parent", "withheld", "withheld_void") == (4, 0)


def test_codes_issued_anew_come_under_a_unit_of_their_own_that_is_exported_as_the_old_one(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 5)
    void(survey, group="parent")
    issue(survey)
    anew = f"{CAMPAIGN}/parent/U01.2"
    with survey.database.read() as connection:
        label = connection.execute(select(tables.label).where(tables.label.c.label == anew)).one()
    assert (label.unit, label.base_unit, label.void) == ("U01.2", "U01", False)
    assert of_group(survey, "parent", "issued") == (65,)
    assert {school: unit for group, school, unit in survey.stored(tables.allocation, "group", "school", "unit") if group == "parent"} == {
        "s1": "U01.2", "s2": "U01.2", "s3": "s3",
    }  # fmt: skip
    hand_in(survey, "parent", "s1", 6)
    hand_in(survey, "parent", "s2", 6)
    close(survey)
    assert Counter(survey.stored(tables.response, "label")) == {anew: 12, f"{CAMPAIGN}/parent/U01": 5}
    assert imbalances(survey) == []
    assert of_group(survey, "parent", "answered", "taken", "void") == (17, 12, 5)


def test_a_school_that_comes_later_does_not_bring_a_void_unit_back(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 5)
    void(survey, group="parent")
    with survey.database.write() as connection:
        row = {"campaign": CAMPAIGN, "group": "parent", "school": "s9", "planned": 9}
        connection.execute(tables.allocation.insert(), row)
    issue_codes(survey.database, survey.keys, survey.clock, CAMPAIGN)
    rows = survey.stored(tables.code, "group", "school", "label", "used", "cancelled")
    unused = {
        (school, label.rpartition("/")[2])
        for group, school, label, used, cancelled in rows
        if group == "parent" and not used and not cancelled
    }
    assert unused == {("s1", "U01.2"), ("s2", "U01.2"), ("s3", "s3"), ("s9", "s9")}


def exported(survey: Survey) -> tuple[Counter[tuple[str, bool]], set[tuple[str, str]]]:
    """Parents' answers by unit and whether they count, and which school stands behind which unit."""
    with survey.database.read() as connection:
        answers = [one for part in stream_results(connection, CAMPAIGN, 100) for one in part]
        schools = list_unit_schools(connection, CAMPAIGN)
    return Counter((one.unit, one.valid) for one in answers), {
        (one.unit, one.school) for one in schools if one.group == "parent"
    }


@pytest.mark.parametrize("is_issued_anew", [True, False])
def test_both_are_exported_as_the_unit_and_only_one_counts(survey: Survey, is_issued_anew: bool) -> None:
    hand_in(survey, "parent", "s1", 5)
    void(survey, group="parent")
    if is_issued_anew:
        issue(survey)
        hand_in(survey, "parent", "s2", 6)
    close(survey)
    answers, schools = exported(survey)
    assert answers == Counter({("U01", False): 5, ("U01", True): 6 if is_issued_anew else 0})
    assert schools == {("U01", "s1"), ("U01", "s2"), ("s3", "s3")}
    with survey.database.read() as connection:
        counts = [(one.unit, one.answered, one.is_void) for one in count_labels(connection, CAMPAIGN)]
    assert counts == [("U01", 5, True), ("U01", 6, False)][: 1 + is_issued_anew]


def test_a_unit_can_be_void_twice(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 5)
    void(survey, group="parent")
    issue(survey)
    hand_in(survey, "parent", "s1", 7)
    assert void(survey, "U01.2", group="parent") == 7
    with pytest.raises(InvalidInput):
        void(survey, "U01", group="parent")
    issue(survey)
    hand_in(survey, "parent", "s1", 6)
    close(survey)
    with survey.database.read() as connection:
        rows = connection.execute(select(tables.label.c.unit, tables.label.c.base_unit, tables.label.c.void))
        units = {row.unit: (row.base_unit, row.void) for row in rows if row.unit.startswith("U01.")}
    assert units == {"U01.2": ("U01", True), "U01.3": ("U01", False)}
    assert sorted(Counter(survey.stored(tables.response, "label")).values()) == [5, 6, 7]
    assert of_group(survey, "parent", "answered", "taken", "void") == (18, 6, 12)
    assert imbalances(survey) == []


def test_a_cap_that_was_reached_has_room_again(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 12)
    hand_in(survey, "parent", "s3", 8)
    with pytest.raises(GroupFull):
        hand_in(survey, "parent", "s2", 1)
    void(survey, group="parent")
    hand_in(survey, "parent", "s3", 12)
    issue(survey)
    with pytest.raises(GroupFull):
        hand_in(survey, "parent", "s1", 1)


def test_what_is_lost_of_a_void_unit_is_counted_once(survey: Survey) -> None:
    hand_in(survey, "parent", "s1", 4)
    hand_in(survey, "parent", "s2", 4)
    survey.keys.destroy_pool_key(f"{CAMPAIGN}/parent/U01", 1)
    work(survey)
    hand_in(survey, "parent", "s1", 6)
    planned = sum(number for group, number in survey.stored(tables.allocation, "group", "planned") if group == "parent")
    assert (planned, of_group(survey, "parent", "to_issue", "taken", "lost")) == (68, (68, 6, 8))
    assert void(survey, group="parent") == 6
    assert of_group(survey, "parent", "taken", "void", "lost", "to_issue") == (0, 6, 8, 74)
    planned = sum(number for group, number in survey.stored(tables.allocation, "group", "planned") if group == "parent")
    assert planned == 74, "schools and group want as many codes"
    survey.keys.destroy_pool_key(f"{CAMPAIGN}/parent/U01", 2)
    work(survey)
    assert of_group(survey, "parent", "taken", "void", "lost", "to_issue") == (0, 0, 14, 74)
    close(survey)
    assert imbalances(survey) == []


@pytest.mark.parametrize(("unit", "reason", "group"), [("U09", "x", None), ("U01", " ", None), ("", "x", None), ("s3", "x", "student")])  # fmt: skip
def test_what_is_no_unit_or_has_no_reason_is_refused(survey: Survey, unit: str, reason: str, group: str | None) -> None:
    with pytest.raises(InvalidInput):
        void(survey, unit, reason, group)
    assert entries(survey) == []


def test_only_while_the_campaign_is_open(survey: Survey) -> None:
    with pytest.raises(UnknownCampaign):
        void_unit(survey.database, survey.clock, "c9", "U01", "x")
    hand_in(survey, "parent", "s1", 6)
    assert close(survey).state == State.CLOSED
    with pytest.raises(WrongState):
        void(survey)
    with survey.database.write() as connection:
        connection.execute(update(tables.campaign).values(state="draft", admission=0))
    with pytest.raises(WrongState):
        void(survey)
