"""Saves scores: everybody's own; and leaves scores of the workbook out of the mean, or counts them again."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput
from evaluation.numeric import is_at_least, is_at_most
from evaluation.reading.cells import plain
from evaluation.rulebook.model import Rulebook
from survey_app.domain.assessments import CountyAssessment, Entry, EntryKey, EntryKind, Origin, is_workbook_owner
from survey_app.domain.clock import Clock
from survey_app.domain.errors import UnknownAssessment
from survey_app.domain.staff import Role, StaffUser
from survey_app.services.assessments import wording
from survey_app.services.assessments.entries import (
    Conflict,
    Current,
    Draft,
    checked_text,
    current_entries,
    refuse_problems,
    save_draft,
)
from survey_app.services.assessments.score_views import scored_points
from survey_app.services.assessments.sources import rulebook_of
from survey_app.services.assessments.starting import record_act, to_change
from survey_app.storage.assessments.entries import insert_entry, list_entries
from survey_app.storage.session import Database

_SCORE: Final = re.compile(r"\d{1,4}(\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class TypedScore:
    """One clause of the form as it was sent."""

    clause: str
    score: str
    text: str
    seen: int
    leaves: bool = False


def save_scores(
    database: Database, clock: Clock, user: StaffUser, assessment_id: str, typed: Sequence[TypedScore]
) -> list[Conflict]:
    """Saves somebody's own scores, all or none; conflicts are with the same person's other window.

    Raises `InvalidInput` with a problem for each field, `AssessmentSigned`, `UnknownAssessment`.
    """
    _require_evaluator(user)
    with database.write() as connection:
        assessment = to_change(connection, assessment_id)
        current = current_entries(list_entries(connection, assessment_id))
        drafts = _drafts(rulebook_of(connection, assessment), current, user, typed)
        conflicts = [one for one in drafts if _is_stale(current.get(one.key), one)]
        if not conflicts:
            _save_all(connection, clock, user, assessment, current, drafts)
    return [Conflict(one, current[one.key]) for one in conflicts]


def leave_rest(database: Database, clock: Clock, user: StaffUser, assessment_id: str) -> int:
    """Leaves every clause that somebody has not scored to the others; returns how many. Raises as `save_scores`."""
    _require_evaluator(user)
    with database.write() as connection:
        assessment = to_change(connection, assessment_id)
        current = current_entries(list_entries(connection, assessment_id))
        points = scored_points(rulebook_of(connection, assessment))
        keys = [EntryKey(EntryKind.SCORE, clause, user.name) for clause in points]
        drafts = [Draft(key, 0, None, "") for key in keys if key not in current]
        _save_all(connection, clock, user, assessment, current, drafts)
    return len(drafts)


def set_aside(
    database: Database, clock: Clock, user: StaffUser, assessment_id: str, key: EntryKey, seen: int, reason: str
) -> Entry | Conflict:
    """Leaves a score of the workbook out of the mean. Raises `InvalidInput` without a reason."""
    text, problems = checked_text("text", reason)
    refuse_problems(problems or ([] if text else [InputProblem("text", wording.SET_ASIDE_REASON)]))
    with database.write() as connection:
        assessment = to_change(connection, assessment_id)
        current = current_entries(list_entries(connection, assessment_id))
        _require_workbook_score(current, key)
        saved = save_draft(connection, clock, user, assessment_id, current, Draft(key, seen, None, text))
        if isinstance(saved, Entry):
            details = {"clause": key.subject, "evaluator": key.owner, "reason": text}
            record_act(connection, clock, user, "score_set_aside", assessment, details)
    return saved


def count_again(
    database: Database, clock: Clock, user: StaffUser, assessment_id: str, key: EntryKey, seen: int
) -> None:
    """Takes a score of the workbook back into the mean; nothing happens if somebody was faster."""
    with database.write() as connection:
        assessment = to_change(connection, assessment_id)
        entries = list_entries(connection, assessment_id)
        current = current_entries(entries)
        _require_workbook_score(current, key)
        stated = [one for one in entries if one.key == key and not one.is_typed]
        if current[key].version != seen or current[key].value is not None or not stated:
            return
        last = stated[-1]
        again = Entry(
            key, seen + 1, last.value, last.text, Origin.WORKBOOK, last.workbook, last.cell, user.name, clock.now()
        )
        insert_entry(connection, assessment_id, again)
        record_act(connection, clock, user, "score_counted_again", assessment, {"clause": key.subject})


def _drafts(rulebook: Rulebook, current: Current, user: StaffUser, typed: Sequence[TypedScore]) -> list[Draft]:
    points = scored_points(rulebook)
    drafts: list[Draft] = []
    problems: list[InputProblem] = []
    for one in typed:
        if one.clause not in points:
            raise UnknownAssessment(one.clause)
        key = EntryKey(EntryKind.SCORE, one.clause, user.name)
        try:
            draft = _draft(key, one, points[one.clause], has_own=key in current)
        except InvalidInput as invalid:
            problems.extend(invalid.problems)
            continue
        drafts += [draft] if draft else []
    refuse_problems(problems)
    return drafts


def _draft(key: EntryKey, typed: TypedScore, points: float, *, has_own: bool) -> Draft | None:
    """One clause of the form; None where it is empty. Raises `InvalidInput`."""
    text, problems = checked_text(f"text-{typed.clause}", typed.text)
    number = _plain_number(typed.score)
    if typed.leaves:
        refuse_problems(problems)
        return Draft(key, typed.seen, None, text)
    if not number and not text and not has_own:
        return None
    problems += _score_problems(f"score-{typed.clause}", number, points, has_own=has_own)
    refuse_problems(problems)
    return Draft(key, typed.seen, float(number), text)


def _score_problems(field: str, number: str, points: float, *, has_own: bool) -> list[InputProblem]:
    if not number:
        return [InputProblem(field, wording.SCORE_GIVEN_BEFORE if has_own else wording.SCORE_NEEDED)]
    values: Mapping[str, object] = {"typed": number[:20], "points": plain(points), "example": plain(points * 0.9)}
    if not _SCORE.fullmatch(number):
        return [InputProblem(field, wording.SCORE_NOT_NUMBER, values)]
    is_inside = bool(is_at_least(float(number), 0)) and bool(is_at_most(float(number), points))
    return [] if is_inside else [InputProblem(field, wording.SCORE_OUTSIDE, values)]


def _plain_number(typed: str) -> str:
    """A number as people type it: full-width digits and blanks round it are forgiven."""
    return unicodedata.normalize("NFKC", typed).strip()


def _is_stale(newest: Entry | None, draft: Draft) -> bool:
    if newest is None or newest.version == draft.seen:
        return False
    return (newest.value, newest.text) != (draft.value, draft.text)


def _save_all(
    connection: Connection,
    clock: Clock,
    user: StaffUser,
    assessment: CountyAssessment,
    current: Current,
    drafts: Sequence[Draft],
) -> None:
    saved = [save_draft(connection, clock, user, assessment.id, current, draft) for draft in drafts]
    changed = [one for one in saved if isinstance(one, Entry) and one != current.get(one.key)]
    if changed:
        scores = {one.key.subject: one.value for one in changed}
        record_act(connection, clock, user, "scores_saved", assessment, {"scores": scores})


def _require_evaluator(user: StaffUser) -> None:
    if user.role != Role.EVALUATOR:
        raise InvalidInput([InputProblem("", wording.EVALUATORS_SCORE)])


def _require_workbook_score(current: Current, key: EntryKey) -> None:
    if key not in current or not is_workbook_owner(key.owner):
        raise UnknownAssessment(f"{key.subject}/{key.owner}")
