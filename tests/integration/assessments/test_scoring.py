"""Scores: the own one first, then the others', mean and spread, a note where they lie far apart, and who gave what."""

import pytest

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import EntryKey, EntryKind, workbook_owner
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import UnknownAssessment
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments.entries import Conflict
from survey_app.services.assessments.score_views import ClauseScores, show_scores
from survey_app.services.assessments.scoring import (
    TypedScore,
    count_again,
    leave_rest,
    save_scores,
    set_aside,
)
from survey_app.services.assessments.uploading import upload_workbook
from survey_app.services.audit import read_audit
from survey_app.storage.audit import AuditFilter
from survey_app.storage.session import Database
from tests.builders_assessments import ADMIN, LI, WANG, ZHAO, start, workbook


def clause(database: Database, assessment: str, user: StaffUser, id_: str = "8.1") -> ClauseScores:
    found = [one for indicator in show_scores(database, assessment, user) for one in indicator.clauses if one.id == id_]
    return found[0]


def give(
    database: Database, clock: FixedClock, user: StaffUser, assessment: str, score: str, text: str = "", seen: int = 0
) -> list[Conflict]:
    return save_scores(database, clock, user, assessment, [TypedScore("8.1", score, text, seen)])


def test_what_others_gave_is_hidden_until_the_own_score_is_given(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    give(database, clock, LI, id_, "2.5", "台账齐全")
    before = clause(database, id_, WANG)
    assert (before.others, before.mean, before.hidden, before.versions, before.wants_note) == ((), None, 1, (), False)
    give(database, clock, WANG, id_, "2")
    after = clause(database, id_, WANG)
    assert [(one.by, one.value, one.text) for one in after.others] == [("li", 2.5, "台账齐全")]
    assert (after.mean, after.lowest, after.highest, after.hidden) == (2.25, 2, 2.5, 0)


def test_whoever_leaves_a_clause_to_others_sees_it_and_does_not_count(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    give(database, clock, LI, id_, "2.5")
    save_scores(database, clock, WANG, id_, [TypedScore("8.1", "", "", 0, leaves=True)])
    seen = clause(database, id_, WANG)
    assert (seen.mean, seen.own is not None, seen.own and seen.own.value) == (2.5, True, None)


def test_leaving_the_rest_answers_every_clause_once(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    give(database, clock, LI, id_, "2.5")
    assert leave_rest(database, clock, LI, id_) == 39
    assert leave_rest(database, clock, LI, id_) == 0
    assert clause(database, id_, LI).mean == 2.5
    assert sum(one.open_for_own for one in show_scores(database, id_, LI)) == 0


def test_an_administrator_sees_everything_and_does_not_score(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    give(database, clock, LI, id_, "2.5")
    assert clause(database, id_, ADMIN).mean == 2.5
    with pytest.raises(InvalidInput) as refused:
        give(database, clock, ADMIN, id_, "2")
    assert refused.value.problems[0].kind == "evaluators_score"


@pytest.mark.parametrize(
    ("typed", "kept"), [("0", 0), ("3", 3), ("2.75", 2.75), ("２．５", 2.5), (" 1.5 ", 1.5), ("0.3333", 0.3333)]
)
def test_scores_from_nothing_to_all_points_are_taken(
    database: Database, clock: FixedClock, typed: str, kept: float
) -> None:
    id_ = start(database, clock)
    assert give(database, clock, LI, id_, typed) == []
    own = clause(database, id_, LI).own
    assert own is not None
    assert own.value == kept


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("3.01", "score_outside_points"),
        ("-1", "score_not_number"),
        ("二", "score_not_number"),
        ("1e0", "score_not_number"),
        ("nan", "score_not_number"),
        ("1,5", "score_not_number"),
        ("2.55555", "score_not_number"),
        ("<script>", "score_not_number"),
        ("9" * 400, "score_not_number"),
    ],
)
def test_other_scores_are_refused_at_their_field_and_none_of_the_form_is_saved(
    database: Database, clock: FixedClock, typed: str, kind: str
) -> None:
    id_ = start(database, clock)
    form = [TypedScore("8.2", "1", "", 0), TypedScore("8.1", typed, "", 0)]
    with pytest.raises(InvalidInput) as refused:
        save_scores(database, clock, LI, id_, form)
    assert [(one.where, one.kind) for one in refused.value.problems] == [("score-8.1", kind)]
    assert clause(database, id_, LI, "8.2").own is None


def test_an_empty_field_is_no_score_and_a_note_alone_is_asked_about(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    give(database, clock, LI, id_, "")
    assert clause(database, id_, LI).own is None
    with pytest.raises(InvalidInput) as refused:
        give(database, clock, LI, id_, "", "说明")
    assert refused.value.problems[0].kind == "score_needed"
    give(database, clock, LI, id_, "2")
    with pytest.raises(InvalidInput) as refused:
        give(database, clock, LI, id_, "", seen=1)
    assert refused.value.problems[0].kind == "score_given_before"


def test_clauses_that_the_survey_scores_are_not_typed(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    (indicator,) = [one for one in show_scores(database, id_, LI) if one.id == "8"]
    assert indicator.by_survey == ("8.4",)
    with pytest.raises(UnknownAssessment):
        save_scores(database, clock, LI, id_, [TypedScore("8.4", "1", "", 0)])


@pytest.mark.parametrize(("other", "note", "wanted"), [("2", "", False), ("1.9", "", True), ("1.9", "有说明", False)])
def test_a_note_is_wanted_beyond_a_third_of_the_points(
    database: Database, clock: FixedClock, other: str, note: str, wanted: bool
) -> None:
    """8.1 has 3 points: 3 and 2 lie exactly a third apart."""
    id_ = start(database, clock)
    give(database, clock, LI, id_, "3", "材料齐全")
    give(database, clock, WANG, id_, other, note)
    assert clause(database, id_, WANG).wants_note is wanted


def test_the_own_second_window_is_told_so_and_nothing_is_saved(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    give(database, clock, LI, id_, "2.5")
    form = [TypedScore("8.1", "1", "", 0), TypedScore("8.2", "1", "", 0)]
    (conflict,) = save_scores(database, clock, LI, id_, form)
    assert (conflict.theirs.value, conflict.mine.value) == (2.5, 1)
    assert clause(database, id_, LI, "8.2").own is None
    assert save_scores(database, clock, LI, id_, [TypedScore("8.1", "1", "", 1)]) == []


def test_every_version_stays_and_is_logged(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    give(database, clock, LI, id_, "2.5")
    give(database, clock, LI, id_, "2", "复核", seen=1)
    assert [(one.value, one.text) for one in clause(database, id_, LI).versions] == [(2, "复核"), (2.5, "")]
    acts = [one.details for one in read_audit(database, AuditFilter(action="scores_saved")).entries]
    assert acts == [{"scores": {"8.1": 2}}, {"scores": {"8.1": 2.5}}]


def test_the_workbooks_scores_are_open_to_all_and_can_be_set_aside_and_counted_again(
    database: Database, clock: FixedClock
) -> None:
    id_ = start(database, clock)
    upload_workbook(database, clock, LI, id_, "a.xlsx", workbook({"B评分": [{}, {"评估人": "乙", "得分": 1.5}]}))
    seen = clause(database, id_, WANG)
    assert ([one.value for one in seen.others], seen.mean) == ([1.5, 2.5], 2)
    key = EntryKey(EntryKind.SCORE, "8.1", workbook_owner("乙"))
    with pytest.raises(InvalidInput):
        set_aside(database, clock, WANG, id_, key, 1, "  ")
    set_aside(database, clock, WANG, id_, key, 1, "乙本人已在网上评分")
    after = clause(database, id_, WANG)
    assert (after.mean, [one.text for one in after.set_aside]) == (2.5, ["乙本人已在网上评分"])
    count_again(database, clock, ZHAO, id_, key, 1)  # an old page
    assert clause(database, id_, WANG).mean == 2.5
    count_again(database, clock, ZHAO, id_, key, 2)
    assert clause(database, id_, WANG).mean == 2


def test_a_score_set_aside_stays_so_with_a_new_workbook(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    upload_workbook(database, clock, LI, id_, "a.xlsx", workbook({"B评分": [{}]}))
    key = EntryKey(EntryKind.SCORE, "8.1", workbook_owner("甲"))
    set_aside(database, clock, WANG, id_, key, 1, "重复")
    upload_workbook(database, clock, LI, id_, "b.xlsx", workbook({"B评分": [{"得分": 3}]}))
    assert clause(database, id_, WANG).mean is None


def test_a_typed_score_cannot_be_set_aside(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    give(database, clock, LI, id_, "2.5")
    with pytest.raises(UnknownAssessment):
        set_aside(database, clock, WANG, id_, EntryKey(EntryKind.SCORE, "8.1", "li"), 1, "不同意")
