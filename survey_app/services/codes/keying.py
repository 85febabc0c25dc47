"""Sheets of paper, keyed in twice by two people and compared, then handed in like any other (docs/anonymity.md, "What staff do with codes").

A sheet of paper bears a code. The first typing is checked as a form is and kept sealed: readable only with its key file and the code
together, and the code is on the paper. The second typist brings the code again; the typings are compared in memory; where they agree (or
the second typist has looked at the paper again and said which is right), the sheet is handed in. Then its key file is destroyed, and
that another answer of the group came on paper is told once a day: how many, never which (services/codes/daily_audit.py).

Nothing in the database leads from a first typing to its code, and handing in writes nothing but what a phone's sheet writes: rows whose
code is used, cancelled or of a closed campaign go together once a day, and are not counted from that moment on. A crash
after the sheet was handed in leaves its key: typing it again hands nothing in twice (the nonce belongs to the sheet), and clears up.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evaluation.survey.questionnaire import Questionnaire
from survey_app.domain.answers import COMMENT_BYTES_LIMIT, check_answers, clean_text
from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.codes import hash_code, read_code
from survey_app.domain.errors import SurveyError, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.paper import UnreadableTyping, nonce_of_sheet, open_typing, seal_typing, sheet_name
from survey_app.domain.stable_json import stable_json
from survey_app.domain.staff import StaffUser
from survey_app.services.codes.daily_audit import KEYED_IN, record_code_act
from survey_app.services.installation import Installation
from survey_app.services.submission.submitting import CodeState, look_up, submit
from survey_app.storage.cockpit.overview import list_campaign_lines
from survey_app.storage.codes.desk import (
    TypedSheet,
    find_typed_sheet,
    keep_typed_sheet,
    list_open_codes,
    list_typed_sheets,
    remove_typed_sheets,
)
from survey_app.storage.session import Database

Fields = Mapping[str, Sequence[str]]
Typing = dict[str, tuple[str, ...]]

TYPED, DISCARDED = "paper_typed", "paper_discarded"
"""Acts in the log, beside `KEYED_IN`: on the campaign and with the group, never with the code."""

CHOICES: Final = ("first", "second")
"""Which typing of a question is right."""

_LENGTH: Final = 1_024
_LENGTH_OF_ANSWER: Final = 128


class Turn(StrEnum):
    """Which typing a sheet waits for."""

    FIRST = "first"
    SECOND = "second"
    OTHER_PERSON = "other_person"  # this account has typed it: the second typing is somebody else's


class SameTypist(SurveyError):
    """The second typing must be done by another person than the first."""


class TypedMeanwhile(SurveyError):
    """Somebody else has typed the sheet for the first time meanwhile: this typing can be the second."""


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A sheet of paper that can be typed: the state of its code, and whose turn it is."""

    code: str
    code_hash: bytes
    name: bytes
    state: CodeState
    turn: Turn

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.state.campaign

    @property
    def questionnaire(self) -> Questionnaire:
        """What is on the paper."""
        return self.state.questionnaire


@dataclass(frozen=True, slots=True)
class TypingDifference:
    """One question that two people have typed differently; values as a form posts them."""

    question: str
    first: tuple[str, ...]
    second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaitingSheets:
    """Sheets of a campaign that were typed once: all, and those that this account may type the second time."""

    campaign_name: str
    sheets: int
    for_user: int


def find_sheet(at: Installation, user: StaffUser, code_text: str) -> PaperSheet:
    """The sheet of a code. Raises `MalformedCode`, `UnknownCode` (also for another county's)."""
    code = read_code(code_text)
    state = look_up(at.database, at.keys, at.clock, code)
    if not user.may_see(state.campaign.county_code):
        raise UnknownCode
    key = at.keys.campaign_key(state.campaign.id)
    name = sheet_name(key, code)
    with at.database.read() as connection:
        typed = find_typed_sheet(connection, name)
    return PaperSheet(code, hash_code(key, code), name, state, _turn(typed, user))


def type_first(at: Installation, user: StaffUser, sheet: PaperSheet, fields: Fields) -> None:
    """Keeps the first typing. Raises `InvalidAnswers`, and `TypedMeanwhile` where somebody else was faster."""
    typing = typed_answers(sheet.questionnaire, fields)
    key = at.keys.make_sheet_key(sheet.name, sheet.code_hash)
    ciphertext = seal_typing(stable_json(typing).encode(), key, sheet.code, sheet.name, _length(sheet.questionnaire))
    _note(at, user, TYPED, sheet)
    with at.database.write() as connection:
        new = TypedSheet(sheet.name, sheet.campaign.id, sheet.state.group, user.name, ciphertext)
        if not keep_typed_sheet(connection, new):
            raise TypedMeanwhile


def hand_in(
    at: Installation, user: StaffUser, sheet: PaperSheet, fields: Fields, started: str, chosen: Mapping[str, str]
) -> list[TypingDifference]:
    """Hands the sheet in where both typings agree, or where `chosen` says for each difference which is right: `first` or `second`.

    Returns all differences as long as one is open; with none returned, the sheet is handed in. Raises what `submit` raises, `SameTypist`,
    and `UnreadableTyping`.
    """
    first, second = _first_typing(at, user, sheet), typed_answers(sheet.questionnaire, fields)
    differences = find_differences(first, second)
    if any(chosen.get(one.question) not in CHOICES for one in differences):
        return differences
    agreed = second | {one.question: one.first for one in differences if chosen[one.question] == "first"}
    _submit(at, sheet, agreed, started)
    _note(at, user, KEYED_IN, sheet)
    at.keys.destroy_sheet_key(sheet.name)
    return []


def discard(at: Installation, user: StaffUser, sheet: PaperSheet) -> None:
    """Throws a first typing away, so that the sheet can be typed from the beginning."""
    _note(at, user, DISCARDED, sheet)
    with at.database.write() as connection:
        remove_typed_sheets(connection, [sheet.name])
    at.keys.destroy_sheet_key(sheet.name)


def waiting_sheets(at: Installation, user: StaffUser) -> list[WaitingSheets]:
    """How many sheets of each campaign wait for their second typing, and how many of these somebody else has typed.

    Those that nobody can begin to type any more are not counted: of a code that is used or cancelled, or after the closing moment.
    """
    known, now = at.keys.typed_sheets(), at.clock.now()
    with at.database.read() as connection:
        lines = list_campaign_lines(connection, user.county)
        names = {one.id: one.name for one in lines if one.state != State.CLOSED and now < one.closes}
        is_open = list_open_codes(connection, known.values())
        waiting = [one for one in list_typed_sheets(connection) if known.get(one.name) in is_open]
    of_campaign = {id_: [one for one in waiting if one.campaign == id_] for id_ in sorted(names)}
    return [
        WaitingSheets(names[id_], len(sheets), sum(one.typist != user.name for one in sheets))
        for id_, sheets in of_campaign.items()
        if sheets
    ]


def forget_typed_sheets(database: Database, keys: KeyDirectory) -> int:
    """Removes first typings whose code can't be used any more, together, with their keys; the number of typings.

    Of a campaign only when what was done with its codes has been told, once a day (services/codes/daily_audit.py): rows bear the group, and where
    some went every few minutes they would tell how many of the codes used meanwhile came from the desk.
    """
    untold = {name.split("/")[1] for name in keys.noted_acts()}
    with database.read() as connection:
        typed = {one.name: one.campaign for one in list_typed_sheets(connection)}
    known = keys.typed_sheets()  # after the typings: the key of each was there before it
    with database.read() as connection:
        is_open = list_open_codes(connection, known.values())
    finished = {name for name, campaign in typed.items() if campaign not in untold and known.get(name) not in is_open}
    orphans = {name for name in known if name not in typed and keys.is_old_sheet(name)}
    if finished:
        with database.write() as connection:
            remove_typed_sheets(connection, finished)
    for name in finished | orphans:
        keys.destroy_sheet_key(name)
    return len(finished)


# --- comparing -----------------------------------------------------------------------------------------------------------------


def typed_answers(questionnaire: Questionnaire, fields: Fields) -> Typing:
    """What was typed, question by question, as a form would post it. Raises `InvalidAnswers`."""
    answers = check_answers(questionnaire, fields).answers
    typing: Typing = {}
    for question in questionnaire.questions:
        if question.type == "text":
            text = clean_text("\n".join(fields.get(question.id, ())))
            typing[question.id] = (text,) if text else ()
        else:
            answer = answers.get(question.id, [])
            typing[question.id] = tuple(str(value) for value in (answer if isinstance(answer, list) else [answer]))
    return typing


def find_differences(first: Typing, second: Typing) -> list[TypingDifference]:
    """The questions that two people have typed differently; blanks and line breaks in a text are no difference."""
    return [
        TypingDifference(name, first.get(name, ()), values)
        for name, values in second.items()
        if _folded(first.get(name, ())) != _folded(values)
    ]


def _folded(values: Sequence[str]) -> tuple[str, ...]:
    return tuple("".join(value.split()) for value in values)


def _first_typing(at: Installation, user: StaffUser, sheet: PaperSheet) -> Typing:
    with at.database.read() as connection:
        typed = find_typed_sheet(connection, sheet.name)
    if typed is None:
        raise UnreadableTyping
    if typed.typist == user.name:
        raise SameTypist
    key = at.keys.sheet_key(sheet.name)
    if key is None:
        raise UnreadableTyping
    kept = json.loads(open_typing(typed.ciphertext, key, sheet.code, sheet.name))
    return {name: tuple(values) for name, values in kept.items()}


def _length(questionnaire: Questionnaire) -> int:
    """The same for every sheet of a questionnaire; a text's line ends and quotation marks take two bytes in JSON."""
    texts = sum(question.type == "text" for question in questionnaire.questions)
    return _LENGTH + _LENGTH_OF_ANSWER * len(questionnaire.questions) + 2 * COMMENT_BYTES_LIMIT * texts


# --- handing in ----------------------------------------------------------------------------------------------------------------


def _submit(at: Installation, sheet: PaperSheet, agreed: Typing, started: str) -> None:
    """Hands the sheet in, or finds that this was done before a crash."""
    key = at.keys.sheet_key(sheet.name)
    if key is None:
        raise UnreadableTyping
    submit(at.database, at.keys, at.clock, sheet.code, agreed, nonce_of_sheet(key), started, is_keyed_in=True)


def _note(at: Installation, user: StaffUser, action: str, sheet: PaperSheet) -> None:
    record_code_act(at.keys, at.clock, user, action, sheet.campaign, group=sheet.state.group)


def _turn(typed: TypedSheet | None, user: StaffUser) -> Turn:
    if typed is None:
        return Turn.FIRST
    return Turn.OTHER_PERSON if typed.typist == user.name else Turn.SECOND
