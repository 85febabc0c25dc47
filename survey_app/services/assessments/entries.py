"""What evaluators entered: which version counts, what of it somebody may see, and saving so that nobody's words are lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput
from survey_app.domain.answers import clean_text, comment_length
from survey_app.domain.assessments import (
    TEXT_LIMIT,
    CountyAssessment,
    Entry,
    EntryKey,
    EntryKind,
    Origin,
    is_workbook_owner,
)
from survey_app.domain.clock import Clock
from survey_app.domain.staff import Role, StaffUser
from survey_app.services.assessments import wording
from survey_app.storage.assessments.entries import insert_entry

Current = Mapping[EntryKey, Entry]


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be saved: `seen` is the version that the form showed (0: none)."""

    key: EntryKey
    seen: int
    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else saved the entry after the form was shown; nothing of it was stored, and nothing is lost."""

    mine: Draft
    theirs: Entry


def current_entries(entries: Iterable[Entry]) -> dict[EntryKey, Entry]:
    """The latest version of each entry."""
    return {one.key: one for one in entries}  # versions come in order


def versions_of(entries: Iterable[Entry], kind: EntryKind, subject: str) -> list[Entry]:
    """Every version of what was entered about a subject, the latest first."""
    found = [one for one in entries if (one.key.kind, one.key.subject) == (kind, subject)]
    return sorted(found, key=lambda one: (one.at, one.version), reverse=True)


def counting_scores(current: Current, clause: str) -> list[Entry]:
    """The scores of a clause that count."""
    scores = [one for key, one in current.items() if (key.kind, key.subject) == (EntryKind.SCORE, clause)]
    return [one for one in scores if one.value is not None]


def may_see_others(current: Current, assessment: CountyAssessment, user: StaffUser, clause: str) -> bool:
    """Whether somebody may see what others scored: whoever has given the own score first or left the clause, and who does not score."""
    has_own = EntryKey(EntryKind.SCORE, clause, user.name) in current
    return assessment.is_signed or user.role != Role.EVALUATOR or has_own


def visible_entries(current: Current, assessment: CountyAssessment, user: StaffUser) -> dict[EntryKey, Entry]:
    """The entries without the scores that are hidden from somebody; what the workbook states is open to all."""
    return {key: one for key, one in current.items() if not _is_hidden(key, current, assessment, user)}


def hidden_clauses(current: Current, assessment: CountyAssessment, user: StaffUser) -> list[str]:
    """The clauses that others have scored and somebody has not, so that the scores are hidden."""
    hidden = (
        key.subject
        for key, one in current.items()
        if one.value is not None and _is_hidden(key, current, assessment, user)
    )
    return list(dict.fromkeys(hidden))


def _is_hidden(key: EntryKey, current: Current, assessment: CountyAssessment, user: StaffUser) -> bool:
    if key.kind != EntryKind.SCORE or is_workbook_owner(key.owner):
        return False
    return key.owner != user.name and not may_see_others(current, assessment, user, key.subject)


def save_draft(
    connection: Connection, clock: Clock, user: StaffUser, assessment_id: str, current: Current, draft: Draft
) -> Entry | Conflict:
    """Adds a version, unless it says what is there already, or somebody was faster and says something else."""
    newest = current.get(draft.key)
    if newest is not None and _is_same(newest, draft):
        return newest
    version = newest.version if newest else 0
    if newest is not None and version != draft.seen:
        return Conflict(draft, newest)
    entry = _typed(draft, version + 1, clock, user)
    if not insert_entry(connection, assessment_id, entry):
        raise RuntimeError("the assessment was not held while an entry was added")
    return entry


def checked_text(field: str, typed: str) -> tuple[str, list[InputProblem]]:
    """A typed text as it is kept, and the problem if it is too long."""
    text = clean_text(typed)
    length = comment_length(text)
    too_long = InputProblem(field, wording.TOO_LONG, {"length": length, "limit": TEXT_LIMIT})
    return text, [too_long] if length > TEXT_LIMIT else []


def refuse_problems(problems: list[InputProblem]) -> None:
    """Raises `InvalidInput` if there is any."""
    if problems:
        raise InvalidInput(problems)


def _typed(draft: Draft, version: int, clock: Clock, user: StaffUser) -> Entry:
    return Entry(draft.key, version, draft.value, draft.text, Origin.TYPED, None, "", user.name, clock.now())


def _is_same(entry: Entry, draft: Draft) -> bool:
    """Saying again what the workbook says is something else: from then on somebody stands for it."""
    return entry.is_typed and (entry.value, entry.text) == (draft.value, draft.text)
