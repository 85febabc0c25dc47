"""Sheets of paper, keyed in twice by two people."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, text

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code
from survey_app.domain.errors import CodeUsed, GroupFull, InvalidAnswers, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.paper import UnreadableTyping, nonce_of_sheet
from survey_app.domain.staff import Role, StaffUser
from survey_app.services import keying
from survey_app.services.cancelling import revoke_codes
from survey_app.services.closing import close_campaign
from survey_app.services.installation import Installation
from survey_app.services.keying import (
    Difference,
    SameTypist,
    Turn,
    TypedMeanwhile,
    discard,
    find_sheet,
    forget_typed_sheets,
    hand_in,
    type_first,
    waiting_sheets,
)
from survey_app.services.mixing import mix_due_pools
from survey_app.storage import office_tables, staff_tables, tables
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey, token_from

LI, WANG = StaffUser("li", Role.DESK, None), StaffUser("wang", Role.DESK, "430302")
FIELDS = {"q01": ["1"], "q02": [], "q03": ["2", "1"], "q04": ["学校很好，\r\n路不好走"]}


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    return open_survey(database, keys, clock, [Crowd("parent", "S1", 12), Crowd("public", "", 12)], min_seconds=17)


@pytest.fixture
def at(survey: Survey) -> Installation:
    return Installation(survey.database, survey.keys, survey.clock)


@pytest.fixture
def code(survey: Survey) -> str:
    return survey.codes["parent", "S1"][0]


def started(survey: Survey, code: str, seconds_ago: float = 5) -> str:
    return token_from(survey.keys, survey.clock, seconds_ago, code)


def type_twice(
    at: Installation, survey: Survey, code: str, second: dict[str, list[str]] | None = None, **chosen: str
) -> list[Difference]:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    return hand_in(at, WANG, find_sheet(at, WANG, code), second or FIELDS, started(survey, code), chosen)


def from_paper(survey: Survey, group: str = "parent") -> int:
    with survey.database.read() as connection:
        wanted = select(tables.quota.c.from_paper).where(tables.quota.c.group == group)
        return int(connection.execute(wanted).scalar_one())


def answers(survey: Survey, at: Installation) -> list[dict[str, object]]:
    close = FixedClock(at.clock.now() + timedelta(days=2))
    close_campaign(at.database, at.keys, close, CAMPAIGN)
    close_campaign(at.database, at.keys, FixedClock(close.now() + timedelta(hours=1)), CAMPAIGN)
    return [json.loads(row) for row in survey.stored(tables.response, "answers")]


def test_two_typings_that_agree_are_handed_in_like_any_sheet(survey: Survey, at: Installation, code: str) -> None:
    assert find_sheet(at, LI, code).turn == Turn.FIRST
    assert type_twice(at, survey, code) == []
    counts = survey.counts()
    assert (counts["used"], counts["envelopes"], counts["answered"], counts["valid"], counts["cells"]) == (
        1,
        1,
        1,
        1,
        1,
    )
    assert from_paper(survey) == 1
    assert survey.stored(office_tables.typed_sheet, "h") == []
    assert at.keys.old_sheet_keys(older_than_s=-1) == []
    assert answers(survey, at) == [{"q01": 1, "q03": [1, 2]}]
    assert survey.stored(tables.comment, "text") == ["学校很好，\n路不好走"]


def test_the_second_typing_is_another_persons(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    assert find_sheet(at, LI, code).turn == Turn.OTHER_PERSON
    assert find_sheet(at, WANG, code).turn == Turn.SECOND
    with pytest.raises(SameTypist):
        hand_in(at, LI, find_sheet(at, LI, code), FIELDS, started(survey, code), {})
    assert survey.counts()["used"] == 0
    assert [(one.sheets, one.for_user) for one in waiting_sheets(at, LI)] == [(1, 0)]
    assert [(one.sheets, one.for_user) for one in waiting_sheets(at, WANG)] == [(1, 1)]


def test_a_first_typist_may_type_again_and_others_come_second(survey: Survey, at: Installation, code: str) -> None:
    sheet_of_wang = find_sheet(at, WANG, code)  # opened before anybody has typed it
    type_first(at, LI, find_sheet(at, LI, code), FIELDS | {"q01": ["3"]})
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    with pytest.raises(TypedMeanwhile):
        type_first(at, WANG, sheet_of_wang, FIELDS)
    assert hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {}) == []


def test_differences_are_listed_and_nothing_is_handed_in_until_each_is_settled(
    survey: Survey, at: Installation, code: str
) -> None:
    second = FIELDS | {"q01": ["3"], "q03": ["1"], "q04": ["学校很好,路不好走"]}
    open_ones = type_twice(at, survey, code, second)
    assert open_ones == [
        Difference("q01", ("1",), ("3",)),
        Difference("q03", ("1", "2"), ("1",)),
        Difference("q04", ("学校很好，\n路不好走",), ("学校很好,路不好走",)),
    ]
    assert survey.counts()["used"] == 0
    sheet = find_sheet(at, WANG, code)
    assert hand_in(at, WANG, sheet, second, started(survey, code), {"q01": "first", "q03": "second"}) == open_ones
    assert hand_in(at, WANG, sheet, second, started(survey, code), {"q01": "first", "q03": "second", "q04": "both"})
    chosen = {"q01": "first", "q03": "second", "q04": "first"}
    assert hand_in(at, WANG, sheet, second, started(survey, code), chosen) == []
    assert answers(survey, at) == [{"q01": 1, "q03": [1]}]
    assert survey.stored(tables.comment, "text") == ["学校很好，\n路不好走"]


def test_blanks_and_line_ends_are_no_difference(survey: Survey, at: Installation, code: str) -> None:
    assert type_twice(at, survey, code, FIELDS | {"q04": ["学校很好， 路不好走 "]}) == []


def test_how_fast_it_was_typed_does_not_matter_and_does_not_tell(survey: Survey, at: Installation, code: str) -> None:
    """min_seconds is 17: a sheet that counts with a lower class of time would be known to be of paper."""
    type_twice(at, survey, code)
    for other in survey.codes["parent", "S1"][1:10]:
        survey.submit(other)
    answers(survey, at)
    rows = survey.stored(tables.response, "valid", "duration_bucket")
    assert (True, 15) in rows
    assert all(valid and bucket >= 15 for valid, bucket in rows)


def test_keyed_in_sheets_make_no_run_of_their_school(survey: Survey, at: Installation) -> None:
    for code in survey.codes["parent", "S1"][:4]:
        type_twice(at, survey, code)
    answers(survey, at)  # a run is told at the closing
    assert survey.stored(tables.run, "longest") == [1]


def test_answers_are_checked_at_both_typings(survey: Survey, at: Installation, code: str) -> None:
    with pytest.raises(InvalidAnswers):
        type_first(at, LI, find_sheet(at, LI, code), {"q01": ["7"]})
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    with pytest.raises(InvalidAnswers):
        hand_in(at, WANG, find_sheet(at, WANG, code), {}, started(survey, code), {})


def test_a_code_that_was_used_meanwhile_keeps_the_first_answers(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    survey.submit(code)
    with pytest.raises(CodeUsed):
        hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})
    assert from_paper(survey) == 0
    assert survey.counts()["used"] == 1


def test_a_full_group_takes_no_paper_either(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    survey.change_group("parent", cap=0)
    with pytest.raises(GroupFull):
        hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})


def test_another_countys_sheet_is_unknown(at: Installation, code: str) -> None:
    with pytest.raises(UnknownCode):
        find_sheet(at, StaffUser("zhao", Role.DESK, "430304"), code)


def test_a_first_typing_can_be_thrown_away(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    discard(at, WANG, find_sheet(at, WANG, code))
    assert find_sheet(at, LI, code).turn == Turn.FIRST
    assert at.keys.old_sheet_keys(older_than_s=-1) == []
    assert from_paper(survey) == 0


def test_a_crash_after_handing_in_is_made_good_by_typing_again(
    survey: Survey, at: Installation, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)

    class Crash(Exception):
        pass

    def crash(*_args: object, **_options: object) -> None:
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr(keying, "_clear", crash)
        with pytest.raises(Crash):
            hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})
    assert (survey.counts()["used"], from_paper(survey)) == (1, 0)
    assert hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {}) == []
    assert (survey.counts()["used"], survey.counts()["envelopes"], from_paper(survey)) == (1, 1, 1)


def test_without_its_key_a_typing_is_unreadable_and_is_typed_anew(survey: Survey, at: Installation, code: str) -> None:
    """As after a restore: key files of sheets are in no backup, the paper is there to be typed again."""
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    at.keys.destroy_sheet_key(hash_code(at.keys.campaign_key(CAMPAIGN), code))
    with pytest.raises(UnreadableTyping):
        hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})
    discard(at, WANG, find_sheet(at, WANG, code))
    assert type_twice(at, survey, code) == []


# --- what is kept, and what it tells -------------------------------------------------------------------------------------------


def test_a_typing_can_be_read_with_key_file_and_code_only(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS | {"q04": ["RECOGNISABLE"]})
    (ct,) = (bytes(one) for one in survey.stored(office_tables.typed_sheet, "ct"))
    assert b"RECOGNISABLE" not in ct
    other = survey.codes["parent", "S1"][1]
    h = hash_code(at.keys.campaign_key(CAMPAIGN), code)
    with pytest.raises(UnreadableTyping):
        keying.open_typing(ct, at.keys.sheet_key(h), other, h)
    with pytest.raises(UnreadableTyping):
        keying.open_typing(ct, os.urandom(32), code, h)


def test_the_length_of_what_is_kept_tells_nothing(survey: Survey, at: Installation) -> None:
    quiet, loud = survey.codes["parent", "S1"][:2]
    type_first(at, LI, find_sheet(at, LI, quiet), {"q01": ["1"]})
    type_first(at, LI, find_sheet(at, LI, loud), {"q01": ["1"], "q03": ["1", "2", "3", "9"], "q04": ['“\n"' * 650]})
    assert len({len(ct) for ct in survey.stored(office_tables.typed_sheet, "ct")}) == 1


def test_an_old_backup_with_the_key_directory_of_today_can_not_be_read(
    survey: Survey, at: Installation, code: str
) -> None:
    h = hash_code(at.keys.campaign_key(CAMPAIGN), code)
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    (ct,) = (bytes(one) for one in survey.stored(office_tables.typed_sheet, "ct"))
    hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})
    with pytest.raises(FileNotFoundError):
        at.keys.sheet_key(h)
    type_first_again: Callable[[], bytes] = lambda: at.keys.make_sheet_key(h)  # noqa: E731 - whatever is made later is another key
    with pytest.raises(UnreadableTyping):
        keying.open_typing(ct, type_first_again(), code, h)


def test_the_log_names_who_and_how_many_and_no_code(survey: Survey, at: Installation, code: str) -> None:
    type_twice(at, survey, code, FIELDS | {"q01": ["2"]}, q01="first")
    rows = survey.stored(staff_tables.audit, "staff", "action", "object", "details")
    assert [(staff, action, json.loads(details)) for staff, action, _, details in sorted(rows)] == [
        ("li", "paper_typed", {"group": "parent"}),
        ("wang", "paper_keyed_in", {"differences": 1, "group": "parent"}),
    ]
    assert {object_ for _, _, object_, _ in rows} == {f"campaign/{CAMPAIGN}"}
    h = hash_code(at.keys.campaign_key(CAMPAIGN), code).hex()
    assert not any(code in str(row) or h in str(row) for row in rows)


def test_no_row_of_the_log_is_of_the_transaction_of_a_code(survey: Survey, at: Installation) -> None:
    for code in survey.codes["parent", "S1"][:3]:
        type_twice(at, survey, code)
    if survey.database.dialect == "postgresql":
        with survey.database.read() as connection:
            joined = "SELECT count(*) FROM audit a JOIN {} t ON t.xmin = a.xmin"
            for table in ("code", "typed_sheet", "envelope", "quota"):
                assert connection.execute(text(joined.format(table))).scalar_one() == 0


def test_nothing_tells_a_keyed_in_answer_from_the_others(survey: Survey, at: Installation) -> None:
    """After the mix: same columns, same lengths, a nonce as random as a browser's."""
    codes = survey.codes["parent", "S1"]
    for code in codes[:3]:
        type_twice(at, survey, code)
    for number, code in enumerate(codes[3:], start=1):
        survey.submit(code, nonce=f"{number:032x}")
    assert len({len(ct) for ct in survey.stored(tables.envelope, "ct")}) == 1
    mix_due_pools(at.database, at.keys, Random(1))
    assert {column.name for column in tables.response.c} == {
        "id",
        "label",
        "batch",
        "questionnaire",
        "duration_bucket",
        "valid",
        "answers",
    }
    assert len(nonce_of_sheet(os.urandom(32))) == 32


def test_what_lies_about_at_the_closing_is_destroyed(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    assert forget_typed_sheets(at.database, at.keys) == 0
    answers(survey, at)
    assert forget_typed_sheets(at.database, at.keys) == 1
    assert at.keys.old_sheet_keys(older_than_s=-1) == []
    assert survey.stored(office_tables.typed_sheet, "h") == []


def test_a_key_without_a_typing_goes_after_a_while(at: Installation, code: str) -> None:
    h = hash_code(at.keys.campaign_key(CAMPAIGN), code)
    at.keys.make_sheet_key(h)
    forget_typed_sheets(at.database, at.keys)
    assert at.keys.sheet_key(h)
    (file,) = (at.keys.path / "sheets").iterdir()
    os.utime(file, (0, 0))
    forget_typed_sheets(at.database, at.keys)
    with pytest.raises(FileNotFoundError):
        at.keys.sheet_key(h)


# --- sheets that nobody can finish any more


def waiting(at: Installation) -> list[tuple[int, int]]:
    return [(one.sheets, one.for_user) for one in waiting_sheets(at, WANG)]


def test_a_sheet_whose_code_is_used_or_cancelled_waits_for_nothing_and_goes_at_the_next_round(
    survey: Survey, at: Installation
) -> None:
    used, cancelled, open_one = survey.codes["parent", "S1"][:3]
    for code in (used, cancelled, open_one):
        type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    assert waiting(at) == [(3, 3)]
    survey.submit(used)
    assert waiting(at) == [(2, 2)]
    revoke_codes(at.database, at.keys, at.clock, CAMPAIGN, [cancelled])
    assert waiting(at) == [(1, 1)]
    assert forget_typed_sheets(at.database, at.keys) == 2
    h = hash_code(at.keys.campaign_key(CAMPAIGN), open_one)
    assert survey.stored(office_tables.typed_sheet, "h") == [h]
    assert at.keys.old_sheet_keys(older_than_s=-1) == [h]
    assert from_paper(survey) == 0  # the used one came by phone
    assert hand_in(at, WANG, find_sheet(at, WANG, open_one), FIELDS, started(survey, open_one), {}) == []
    assert from_paper(survey) == 1


def test_after_the_closing_moment_nothing_is_said_to_wait_and_what_is_out_can_be_handed_in(
    survey: Survey, at: Installation, clock: FixedClock, code: str
) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    sheet, token = find_sheet(at, WANG, code), started(survey, code)
    clock.move(timedelta(days=1, minutes=1))
    assert waiting(at) == []
    assert forget_typed_sheets(at.database, at.keys) == 0  # in the grace
    assert hand_in(at, WANG, sheet, FIELDS, token, {}) == []
    assert from_paper(survey) == 1


def test_the_worker_between_handing_in_and_clearing_up_counts_the_sheet_once(
    survey: Survey, at: Installation, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear = keying._clear

    def after_a_round(*arguments: object, **options: object) -> None:
        assert forget_typed_sheets(at.database, at.keys) == 1
        clear(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(keying, "_clear", after_a_round)
    assert type_twice(at, survey, code) == []
    assert (from_paper(survey), survey.counts()["used"]) == (1, 1)


def test_a_crash_after_handing_in_is_cleared_up_by_the_worker_and_the_sheet_is_counted(
    survey: Survey, at: Installation, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(keying, "_clear", crash)
    with pytest.raises(KeyboardInterrupt):
        type_twice(at, survey, code)
    assert waiting(at) == []
    assert forget_typed_sheets(at.database, at.keys) == 1
    assert from_paper(survey) == 1
    assert at.keys.old_sheet_keys(older_than_s=-1) == []
