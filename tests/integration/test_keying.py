"""Sheets of paper, keyed in twice by two people."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from survey_app.domain.clock import FixedClock
from survey_app.domain.codes import hash_code
from survey_app.domain.errors import CodeUsed, GroupFull, GroupStopped, InvalidAnswers, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.paper import UnreadableTyping, nonce_of_sheet, sheet_name
from survey_app.domain.staff import Role, StaffUser
from survey_app.services.campaigns.closing import close_campaign
from survey_app.services.codes import keying
from survey_app.services.codes.cancelling import revoke_codes
from survey_app.services.codes.daily_audit import KEYED_IN, tell_code_acts
from survey_app.services.codes.keying import (
    SameTypist,
    Turn,
    TypedMeanwhile,
    TypingDifference,
    discard,
    find_sheet,
    forget_typed_sheets,
    hand_in,
    type_first,
    waiting_sheets,
)
from survey_app.services.installation import Installation
from survey_app.storage import office_tables, staff_tables, tables
from survey_app.storage.session import Database
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey, token_from
from tests.postgresql_log import log_position, tables_by_commit
from tests.sqlite_pages import read_commits, table_roots

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
) -> list[TypingDifference]:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    return hand_in(at, WANG, find_sheet(at, WANG, code), second or FIELDS, started(survey, code), chosen)


def from_paper(survey: Survey, group: str = "parent") -> int:
    with survey.database.read() as connection:
        wanted = select(tables.quota.c.from_paper).where(tables.quota.c.group == group)
        return int(connection.execute(wanted).scalar_one())


def name_of(at: Installation, code: str) -> bytes:
    return sheet_name(at.keys.campaign_key(CAMPAIGN), code)


def answers(survey: Survey, at: Installation) -> list[dict[str, object]]:
    """What came out at the closing, in a crowd of at least k."""
    for other in survey.codes["parent", "S1"][7:]:
        survey.submit(other, nonce=other, q01="2")
    close = FixedClock(at.clock.now() + timedelta(days=2))
    assert close_campaign(at.database, at.keys, close, CAMPAIGN).state == "closed"
    found = [json.loads(row) for row in survey.stored(tables.response, "answers")]
    return [one for one in found if one != {"q01": 2}]


def told(survey: Survey) -> list[tuple[str, str, dict[str, object]]]:
    """Who did what, as the log of acts tells it."""
    rows = survey.stored(staff_tables.audit, "staff", "action", "details")
    return sorted((staff, action, json.loads(details)) for staff, action, details in rows)


def test_two_typings_that_agree_are_handed_in_like_any_sheet(survey: Survey, at: Installation, code: str) -> None:
    assert find_sheet(at, LI, code).turn == Turn.FIRST
    assert type_twice(at, survey, code) == []
    counts = survey.counts()
    assert {counts[name] for name in ("used", "envelopes", "texts", "answered", "taken", "cells")} == {1}
    assert at.keys.typed_sheets() == {}
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
        TypingDifference("q01", ("1",), ("3",)),
        TypingDifference("q03", ("1", "2"), ("1",)),
        TypingDifference("q04", ("学校很好，\n路不好走",), ("学校很好,路不好走",)),
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


def test_how_fast_it_was_typed_does_not_matter(survey: Survey, at: Installation, code: str) -> None:
    """The least time is 8 s: a clerk types faster, and without a form of ours; neither counts as fast."""
    type_twice(at, survey, code)
    other = survey.codes["parent", "S1"][1]
    type_first(at, LI, find_sheet(at, LI, other), FIELDS)
    assert hand_in(at, WANG, find_sheet(at, WANG, other), FIELDS, "", {}) == []
    assert (survey.counts()["used"], survey.counts()["fast"]) == (2, 0)


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
    assert KEYED_IN not in acts(at)
    assert survey.counts()["used"] == 1


def test_a_full_group_takes_no_paper_either(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    survey.change_group("parent", cap=0)
    with pytest.raises(GroupFull):
        hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})


def test_a_stopped_group_takes_no_paper_either(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    survey.change_group("parent", stopped=True)
    with pytest.raises(GroupStopped):
        hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})
    survey.change_group("parent", stopped=False)
    assert hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {}) == []


def test_another_countys_sheet_is_unknown(at: Installation, code: str) -> None:
    with pytest.raises(UnknownCode):
        find_sheet(at, StaffUser("zhao", Role.DESK, "430304"), code)


def test_a_first_typing_can_be_thrown_away(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    discard(at, WANG, find_sheet(at, WANG, code))
    assert find_sheet(at, LI, code).turn == Turn.FIRST
    assert at.keys.typed_sheets() == {}
    assert survey.stored(office_tables.typed_sheet, "name") == []


class Crash(Exception):
    """The process ends here."""


def crash(*_args: object, **_options: object) -> None:
    raise Crash


@pytest.mark.parametrize("step", ["note_act", "destroy_sheet_key"])
def test_a_crash_after_handing_in_is_made_good_by_typing_again(
    survey: Survey, at: Installation, code: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    with monkeypatch.context() as broken:
        broken.setattr(at.keys, step, crash)
        with pytest.raises(Crash):
            hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})
    assert survey.counts()["used"] == 1
    assert hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {}) == []
    assert (survey.counts()["used"], survey.counts()["envelopes"]) == (1, 1)
    assert KEYED_IN in acts(at)
    assert at.keys.typed_sheets() == {}


def test_a_key_that_a_crash_left_overwritten_is_made_anew(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    discard(at, LI, find_sheet(at, LI, code))
    (at.keys.path / "sheets" / f"{name_of(at, code).hex()}.key").write_bytes(os.urandom(64))
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    assert [one.sheets for one in waiting_sheets(at, WANG)] == [1]
    assert forget_typed_sheets(at.database, at.keys) == 0
    assert hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, "", {}) == []


def test_without_its_key_a_typing_is_unreadable_and_is_typed_anew(survey: Survey, at: Installation, code: str) -> None:
    """As after a restore: key files of sheets are in no backup, the paper is there to be typed again."""
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    at.keys.destroy_sheet_key(name_of(at, code))
    with pytest.raises(UnreadableTyping):
        hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})
    discard(at, WANG, find_sheet(at, WANG, code))
    assert type_twice(at, survey, code) == []


# --- what is kept, and what it tells -------------------------------------------------------------------------------------------


def test_a_typing_can_be_read_with_key_file_and_code_only(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS | {"q04": ["RECOGNISABLE"]})
    (ciphertext,) = (bytes(one) for one in survey.stored(office_tables.typed_sheet, "ciphertext"))
    assert b"RECOGNISABLE" not in ciphertext
    other = survey.codes["parent", "S1"][1]
    name = name_of(at, code)
    key = at.keys.sheet_key(name)
    assert key
    assert "RECOGNISABLE" in keying.open_typing(ciphertext, key, code, name).decode()
    with pytest.raises(UnreadableTyping):
        keying.open_typing(ciphertext, key, other, name)
    with pytest.raises(UnreadableTyping):
        keying.open_typing(ciphertext, os.urandom(32), code, name)


def test_nothing_in_the_database_leads_from_a_typing_to_its_code(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    h = hash_code(at.keys.campaign_key(CAMPAIGN), code)
    (row,) = survey.stored(office_tables.typed_sheet, *office_tables.typed_sheet.c.keys())
    assert {column.name for column in office_tables.typed_sheet.c} == {
        "name",
        "campaign",
        "group",
        "typist",
        "ciphertext",
    }
    assert not [value for value in row if isinstance(value, bytes) and h in value]
    assert bytes(row[0]) not in {bytes(one) for one in survey.stored(tables.code, "code_hash")}


def test_the_length_of_what_is_kept_tells_nothing(survey: Survey, at: Installation) -> None:
    quiet, loud = survey.codes["parent", "S1"][:2]
    type_first(at, LI, find_sheet(at, LI, quiet), {"q01": ["1"]})
    type_first(at, LI, find_sheet(at, LI, loud), {"q01": ["1"], "q03": ["1", "2", "3", "9"], "q04": ['“\n"' * 650]})
    assert len({len(ciphertext) for ciphertext in survey.stored(office_tables.typed_sheet, "ciphertext")}) == 1


def test_an_old_backup_with_the_key_directory_of_today_can_not_be_read(
    survey: Survey, at: Installation, code: str
) -> None:
    name, h = name_of(at, code), hash_code(at.keys.campaign_key(CAMPAIGN), code)
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    (ciphertext,) = (bytes(one) for one in survey.stored(office_tables.typed_sheet, "ciphertext"))
    hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {})
    assert at.keys.sheet_key(name) is None
    with pytest.raises(UnreadableTyping):  # whatever is made later is another key
        keying.open_typing(ciphertext, at.keys.make_sheet_key(name, h), code, name)


def test_nothing_tells_a_keyed_in_sheet_from_the_others(survey: Survey, at: Installation) -> None:
    """One length, one set of counters, and a nonce as random as a browser's."""
    codes = survey.codes["parent", "S1"]
    for code in codes[:3]:
        type_twice(at, survey, code)
    for number, code in enumerate(codes[3:], start=1):
        survey.submit(code, nonce=f"{number:032x}")
    assert (
        len(
            {
                len(ciphertext)
                for label, ciphertext in survey.stored(tables.envelope, "label", "ciphertext")
                if "!" not in label
            }
        )
        == 1
    )
    assert survey.counts()["fast"] == 0
    assert len(nonce_of_sheet(os.urandom(32))) == 32


# --- what stands next to a code in the logs of the database ----------------------------------------------------------------------


def test_handing_in_writes_what_a_phone_writes_and_nothing_else(
    database: Database, keys: KeyDirectory, clock: FixedClock
) -> None:
    """Read from the write-ahead logs of both engines: no transaction of the desk, not even one of its own, stands beside the code's."""
    if database.dialect == "sqlite":
        for engine in (database.engine, database.quick_engine):
            event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA wal_autocheckpoint = 0"))
    survey = open_survey(database, keys, clock, [Crowd("parent", "S1", 12)], min_seconds=17)
    at = Installation(database, keys, clock)
    codes = survey.codes["parent", "S1"]
    beginning = log_end(database)
    for code in codes[:3]:
        survey.submit(code)
    of_phones = commits_since(database, beginning)
    if of_phones is None:
        pytest.skip("the server's log is out of reach")
    assert of_phones == [{"code", "envelope", "quota", "allocation"}] * 3
    for code in codes[3:6]:
        type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    beginning = log_end(database)
    for code in codes[3:6]:
        assert hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, started(survey, code), {}) == []
    assert commits_since(database, beginning) == of_phones
    beginning = log_end(database)
    assert forget_typed_sheets(database, keys) == 0, "not before it is told what was done with codes, once a day"
    clock.move(timedelta(days=1))
    tell_code_acts(database, keys, clock)
    assert forget_typed_sheets(database, keys) == 3
    of_the_worker = commits_since(database, beginning)
    assert of_the_worker == [{"audit", "quota"}, {"typed_sheet"}]


def log_end(database: Database) -> int:
    if database.dialect == "postgresql":
        with database.read() as connection:
            return log_position(connection)
    return len(read_commits(_file(database)))


def commits_since(database: Database, beginning: int) -> list[set[str]] | None:
    """The tables that each transaction has written since; None if the log is out of reach."""
    if database.dialect == "postgresql":
        with database.read() as connection:
            found = tables_by_commit(connection, beginning, log_position(connection))
        return found and [one for one in found if one]
    roots = table_roots(_file(database))
    found = []
    for commit in read_commits(_file(database))[beginning:]:
        owners = commit.image.owners(roots)
        found.append({owners[page] for page in commit.pages if page in owners})
    return found


def _file(database: Database) -> Path:
    assert database.file
    return database.file


def test_no_row_of_the_desk_is_of_the_transaction_of_a_code(survey: Survey, at: Installation) -> None:
    for code in survey.codes["parent", "S1"][:3]:
        type_twice(at, survey, code)
    assert told(survey) == []
    tell_code_acts(at.database, at.keys, FixedClock(at.clock.now() + timedelta(days=1)))
    assert len(told(survey)) == 2
    if survey.database.dialect == "postgresql":
        with survey.database.read() as connection:
            joined = 'SELECT count(*) FROM "{}" a JOIN "{}" t ON t.xmin = a.xmin'
            for mine in ("audit", "typed_sheet"):
                for table in ("code", "envelope", "allocation"):
                    assert connection.execute(text(joined.format(mine, table))).scalar_one() == 0


# --- told once a day ---------------------------------------------------------------------------------------------------------------


def acts(at: Installation) -> str:
    """What was noted and not told yet."""
    return "\n".join(line for name in at.keys.noted_acts() for line in at.keys.read_acts(name))


def test_how_many_were_keyed_in_is_told_once_when_the_day_is_over(
    survey: Survey, at: Installation, clock: FixedClock
) -> None:
    for code in survey.codes["parent", "S1"][:3]:
        type_twice(at, survey, code)
    assert tell_code_acts(at.database, at.keys, clock) == 0
    assert (from_paper(survey), told(survey)) == (0, [])
    clock.move(timedelta(days=1))
    assert tell_code_acts(at.database, at.keys, clock) == 2
    assert from_paper(survey) == 3
    of_parents = {"codes": 3, "day": "2026-11-23", "group": "parent"}
    assert told(survey) == [("li", "paper_typed", of_parents), ("wang", KEYED_IN, of_parents)]
    assert set(survey.stored(staff_tables.audit, "object")) == {f"campaign/{CAMPAIGN}"}
    assert tell_code_acts(at.database, at.keys, clock) == 0
    assert (from_paper(survey), len(told(survey)), at.keys.noted_acts()) == (3, 2, [])


def test_what_is_noted_until_then_names_no_code_and_no_time(survey: Survey, at: Installation, code: str) -> None:
    type_twice(at, survey, code, FIELDS | {"q01": ["2"]}, q01="first")
    (file,) = (at.keys.path / "acts").iterdir()
    assert file.name == f"2026-11-23%2F{CAMPAIGN}.csv"
    assert file.read_text() == f"li,paper_typed,parent,1\nwang,{KEYED_IN},parent,1\n"


def test_a_crash_between_commit_and_unlink_tells_nothing_twice(
    survey: Survey, at: Installation, code: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_twice(at, survey, code)
    clock.move(timedelta(days=1))
    with monkeypatch.context() as broken:
        broken.setattr(at.keys, "forget_acts", crash)
        with pytest.raises(Crash):
            tell_code_acts(at.database, at.keys, clock)
    assert (from_paper(survey), len(told(survey))) == (1, 2)
    tell_code_acts(at.database, at.keys, clock)
    assert (from_paper(survey), len(told(survey)), at.keys.noted_acts()) == (1, 2, [])


def test_a_crash_before_the_commit_loses_nothing(
    survey: Survey, at: Installation, code: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_twice(at, survey, code)
    clock.move(timedelta(days=1))
    with monkeypatch.context() as broken:
        broken.setattr("survey_app.services.codes.daily_audit.add_to_group", crash)
        with pytest.raises(Crash):
            tell_code_acts(at.database, at.keys, clock)
    assert (from_paper(survey), told(survey)) == (0, [])
    tell_code_acts(at.database, at.keys, clock)
    assert (from_paper(survey), len(told(survey))) == (1, 2)


def test_what_is_done_after_the_closing_has_told_the_day_is_told_as_well(
    survey: Survey, at: Installation, clock: FixedClock
) -> None:
    first, second, third = survey.codes["parent", "S1"][:3]
    type_first(at, LI, find_sheet(at, LI, second), FIELDS)
    type_first(at, LI, find_sheet(at, LI, third), FIELDS)
    discard(at, LI, find_sheet(at, LI, second))
    type_twice(at, survey, first)
    survey.change_campaign(closing_at=clock.now(), state="closing", grace_minutes=0)
    assert close_campaign(at.database, at.keys, clock, CAMPAIGN).state == "closed"
    assert from_paper(survey) == 1
    discard(at, LI, find_sheet(at, LI, third))
    clock.move(timedelta(days=1))
    tell_code_acts(at.database, at.keys, clock)
    assert [details["codes"] for _, action, details in told(survey) if action == "paper_discarded"] == [1, 1]
    assert from_paper(survey) == 1


# --- what goes ---------------------------------------------------------------------------------------------------------------------


def test_rows_of_codes_that_can_not_be_used_are_not_counted_at_once_and_go_together(
    survey: Survey, at: Installation
) -> None:
    keyed_in, by_phone, cancelled, waiting = survey.codes["parent", "S1"][:4]
    for code in (keyed_in, by_phone, cancelled, waiting):
        type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    assert [one.sheets for one in waiting_sheets(at, WANG)] == [4]
    hand_in(at, WANG, find_sheet(at, WANG, keyed_in), FIELDS, "", {})
    assert [one.sheets for one in waiting_sheets(at, WANG)] == [3]
    survey.submit(by_phone)
    assert [one.sheets for one in waiting_sheets(at, WANG)] == [2]
    revoke_codes(at.database, at.keys, at.clock, CAMPAIGN, [cancelled])
    assert [(one.sheets, one.for_user) for one in waiting_sheets(at, WANG)] == [(1, 1)]
    assert forget_typed_sheets(at.database, at.keys) == 0
    assert len(survey.stored(office_tables.typed_sheet, "name")) == 4, "no row goes at a moment that tells which"
    tell_code_acts(at.database, at.keys, FixedClock(at.clock.now() + timedelta(days=1)))
    assert forget_typed_sheets(at.database, at.keys) == 3
    assert [bytes(one) for one in survey.stored(office_tables.typed_sheet, "name")] == [name_of(at, waiting)]
    assert list(at.keys.typed_sheets()) == [name_of(at, waiting)]


def test_a_sheet_that_is_typed_while_others_are_forgotten_stays(
    survey: Survey, at: Installation, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between what the worker reads of the keys and what it reads of the rows."""
    list_keys = at.keys.typed_sheets

    def be_overtaken() -> dict[bytes, bytes]:
        monkeypatch.undo()
        found = list_keys()
        type_first(at, LI, find_sheet(at, LI, code), FIELDS)
        return found

    monkeypatch.setattr(at.keys, "typed_sheets", be_overtaken)
    forget_typed_sheets(at.database, at.keys)
    assert hand_in(at, WANG, find_sheet(at, WANG, code), FIELDS, "", {}) == []


def test_what_lies_about_at_the_closing_is_destroyed(survey: Survey, at: Installation, code: str) -> None:
    type_first(at, LI, find_sheet(at, LI, code), FIELDS)
    assert forget_typed_sheets(at.database, at.keys) == 0
    answers(survey, at)
    assert forget_typed_sheets(at.database, at.keys) == 1
    assert at.keys.typed_sheets() == {}
    assert survey.stored(office_tables.typed_sheet, "name") == []


def test_a_key_without_a_typing_goes_after_a_while(at: Installation, code: str) -> None:
    name = name_of(at, code)
    at.keys.make_sheet_key(name, hash_code(at.keys.campaign_key(CAMPAIGN), code))
    forget_typed_sheets(at.database, at.keys)
    assert at.keys.sheet_key(name)
    (file,) = (at.keys.path / "sheets").iterdir()
    os.utime(file, (0, 0))
    forget_typed_sheets(at.database, at.keys)
    assert at.keys.sheet_key(name) is None
