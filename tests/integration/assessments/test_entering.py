"""Findings and vetoes: saved one at a time; of two who write about the same clause at once, neither loses a word."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import Entry, EntryKind
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import UnknownAssessment
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments.entering import (
    SubjectHistory,
    Typed,
    save_finding,
    save_veto,
    show_subject,
    show_subjects,
)
from survey_app.services.assessments.entries import Conflict
from survey_app.services.assessments.photos import PhotoFile, photo_content, remove_photo
from survey_app.services.assessments.uploading import upload_workbook
from survey_app.services.audit import read_audit
from survey_app.storage.audit import AuditFilter
from survey_app.storage.session import Database
from tests.builders_assessments import LI, WANG, ZHAO, picture, start, workbook

NASTY = "<script>alert(1)</script> 🏫𠮷 ' \" & %s {x}\n" + "长" * 1900


def shown(
    database: Database, assessment: str, subject: str = "10.1", kind: EntryKind = EntryKind.FINDING
) -> SubjectHistory:
    found = show_subject(database, assessment, kind, subject)
    assert found is not None
    return found


def kinds(refused: InvalidInput) -> list[tuple[str, str]]:
    return [(one.where, one.kind) for one in refused.problems]


def test_a_finding_is_kept_as_typed_with_who_and_when(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    saved = save_finding(database, clock, LI, id_, "10.1", Typed("no", NASTY, seen=0))
    assert isinstance(saved, Entry)
    state = shown(database, id_).state
    assert (state.value, state.entry and state.entry.text, state.version) == (0, NASTY, 1)
    assert state.entry is not None
    assert (state.entry.by, state.entry.at) == ("li", clock.now())


def test_every_clause_decided_on_site_can_be_found_and_no_other(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    subjects = [one.subject.id for one in show_subjects(database, id_, EntryKind.FINDING)]
    assert subjects[:4] == ["10.1", "10.2", "10.5", "13.1"]
    assert len(subjects) == 16
    assert show_subject(database, id_, EntryKind.FINDING, "10.3") is None
    with pytest.raises(UnknownAssessment):
        save_finding(database, clock, LI, id_, "10.3", Typed("yes", "", seen=0))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (Typed("", "看过", seen=0), [("choice", "entry_verdict")]),
        (Typed("maybe", "", seen=0), [("choice", "entry_verdict")]),
        (Typed("no", " \n ", seen=0), [("text", "entry_basis")]),
        (Typed("yes", "长" * 2001, seen=0), [("text", "entry_too_long")]),
        (Typed("yes", "🏫" * 1600, seen=0), [("text", "entry_too_long")]),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    database: Database, clock: FixedClock, typed: Typed, expected: list[tuple[str, str]]
) -> None:
    id_ = start(database, clock)
    with pytest.raises(InvalidInput) as refused:
        save_finding(database, clock, LI, id_, "10.1", typed)
    assert kinds(refused.value) == expected
    assert shown(database, id_).versions == []


def test_two_thousand_characters_are_kept_whole(database: Database, clock: FixedClock) -> None:
    id_, text = start(database, clock), "字" * 2000
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", text, seen=0))
    entry = shown(database, id_).state.entry
    assert entry is not None
    assert entry.text == text


def test_a_form_made_from_an_old_version_is_told_so_and_both_are_there(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", "李看到的", seen=0))
    conflict = save_finding(database, clock, WANG, id_, "10.1", Typed("no", "王看到的", seen=0))
    assert isinstance(conflict, Conflict)
    assert (conflict.theirs.text, conflict.theirs.by, conflict.mine.text) == ("李看到的", "li", "王看到的")
    assert [one.text for one in shown(database, id_).versions] == ["李看到的"]
    merged = save_finding(
        database, clock, WANG, id_, "10.1", Typed("no", "李看到的；王看到的", conflict.theirs.version)
    )
    assert isinstance(merged, Entry)
    assert [one.text for one in shown(database, id_).versions] == ["李看到的；王看到的", "李看到的"]


def test_of_two_who_save_at_the_same_moment_none_is_lost(database: Database, clock: FixedClock) -> None:
    """Each writes until it is saved; whoever is refused is given the other's words to keep them."""
    id_ = start(database, clock)

    def write(user: StaffUser) -> None:
        text, seen = f"{user.name}：现场所见", 0
        while isinstance(saved := save_finding(database, clock, user, id_, "10.1", Typed("yes", text, seen)), Conflict):
            text, seen = f"{saved.theirs.text}\n{user.name}：现场所见", saved.theirs.version

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, [LI, WANG, ZHAO]))
    history = shown(database, id_)
    assert history.state.entry is not None
    assert sorted(history.state.entry.text.split("\n")) == ["li：现场所见", "wang：现场所见", "zhao：现场所见"]
    assert [one.version for one in history.versions] == [3, 2, 1]


def test_saving_again_what_stands_changes_nothing(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    for seen in (0, 0, 1):
        saved = save_finding(database, clock, LI, id_, "10.1", Typed("yes", "公示齐全", seen))
        assert isinstance(saved, Entry)
    assert len(shown(database, id_).versions) == 1
    acts = [one.action for one in read_audit(database, AuditFilter(object="assessment/")).entries]
    assert acts == ["finding_saved", "assessment_started"]


def test_to_confirm_what_the_workbook_says_is_to_stand_for_it(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    upload_workbook(database, clock, LI, id_, "a.xlsx", workbook({"现场核查": [{}]}))
    before = shown(database, id_).state
    assert before.entry is not None
    assert (before.entry.is_typed, before.entry.cell) == (False, "现场核查!B2")
    save_finding(database, clock, WANG, id_, "10.1", Typed("yes", "现场", before.version))
    after = shown(database, id_).state.entry
    assert after is not None
    assert (after.is_typed, after.by) == (True, "wang")


def test_a_workbook_that_came_in_the_meantime_makes_the_form_stale(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    upload_workbook(database, clock, LI, id_, "a.xlsx", workbook({"现场核查": [{}]}))
    conflict = save_finding(database, clock, WANG, id_, "10.1", Typed("no", "未公示", seen=0))
    assert isinstance(conflict, Conflict)
    assert not conflict.theirs.is_typed


def test_a_finding_can_be_taken_back(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", "", seen=0))
    save_finding(database, clock, LI, id_, "10.1", Typed("", "记错了学校", seen=1, withdraws=True))
    assert shown(database, id_).state.value is None
    assert len(shown(database, id_).versions) == 2


def test_the_next_open_clause_is_named_round_the_end(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    assert shown(database, id_, "10.1").next_open == "10.2"
    assert shown(database, id_, "36.2").next_open == "10.1"
    save_finding(database, clock, LI, id_, "10.2", Typed("yes", "", seen=0))
    assert shown(database, id_, "10.1").next_open == "10.5"


def test_a_veto_that_is_present_needs_its_grounds(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    with pytest.raises(InvalidInput) as refused:
        save_veto(database, clock, LI, id_, "2", Typed("yes", "", seen=0))
    assert kinds(refused.value) == [("text", "entry_reason")]
    with pytest.raises(InvalidInput) as refused:
        save_veto(database, clock, LI, id_, "2", Typed("", "", seen=0))
    assert kinds(refused.value) == [("choice", "entry_answer")]
    save_veto(database, clock, LI, id_, "2", Typed("yes", "存在大班额问题被通报", seen=0))
    save_veto(database, clock, LI, id_, "1", Typed("no", "", seen=0))
    states = {one.subject.id: one.value for one in show_subjects(database, id_, EntryKind.VETO)}
    assert states == {"1": 0, "2": 1, "3": None, "4": None, "5": None, "6": None}


def test_photos_are_kept_although_the_words_conflict(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", "李", seen=0))
    photos = [PhotoFile("a.jpg", picture())]
    conflict = save_finding(database, clock, WANG, id_, "10.1", Typed("no", "王", seen=0), photos)
    assert isinstance(conflict, Conflict)
    (photo,) = shown(database, id_).state.photos
    assert (photo.by, photo.file_name) == ("wang", "a.jpg")


def test_photos_alone_need_no_choice(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    photos = [PhotoFile("a.jpg", picture())]
    assert save_finding(database, clock, LI, id_, "10.1", Typed("", "", seen=0), photos) is None
    assert len(shown(database, id_).state.photos) == 1
    assert shown(database, id_).versions == []


def test_a_removed_photo_stays_in_the_history(database: Database, clock: FixedClock) -> None:
    id_ = start(database, clock)
    save_finding(database, clock, LI, id_, "10.1", Typed("yes", "", seen=0), [PhotoFile("a.jpg", picture())])
    (photo,) = shown(database, id_).state.photos
    for _ in range(2):
        remove_photo(database, clock, WANG, id_, photo.id)
    history = shown(database, id_)
    assert history.state.photos == ()
    assert [one.removed_by for one in history.removed_photos] == ["wang"]
    assert photo_content(database, id_, photo.id) is not None
    assert photo_content(database, "2019-439901", photo.id) is None
