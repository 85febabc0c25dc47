"""Findings on site and veto items: saved one at a time, on a phone in a school, by people who may write about the same clause."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from evaluation.errors import InputProblem, Message
from evaluation.rulebook.model import Rulebook
from survey_app.domain.assessments import CountyAssessment, Entry, EntryKey, EntryKind, Photo
from survey_app.domain.clock import Clock
from survey_app.domain.errors import UnknownAssessment
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments import wording
from survey_app.services.assessments.entries import (
    Conflict,
    Draft,
    checked_text,
    current_entries,
    refuse_problems,
    save_draft,
    versions_of,
)
from survey_app.services.assessments.photos import PhotoFile, add_photos, clean_photos
from survey_app.services.assessments.sources import rulebook_of
from survey_app.services.assessments.starting import record_act, to_change
from survey_app.storage.assessments.assessments import find_assessment
from survey_app.storage.assessments.entries import list_entries, list_photos
from survey_app.storage.assessments.files import keep_parts
from survey_app.storage.session import Database

ANSWERS: Final[Mapping[str, float]] = {"yes": 1.0, "no": 0.0}
"""What the choices of a form stand for: a clause is met, a veto is present."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent: the choice (yes, no, none), the text, and the version it was made from."""

    choice: str
    text: str
    seen: int
    withdraws: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A clause that is decided on site, or a veto item."""

    id: str
    text: str
    citation: str
    note: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class SubjectState:
    """A subject, its current entry (None: nobody entered anything), and its photos."""

    subject: Subject
    entry: Entry | None
    photos: tuple[Photo, ...] = ()

    @property
    def value(self) -> float | None:
        """What stands: 1, 0, or None."""
        return self.entry.value if self.entry else None

    @property
    def version(self) -> int:
        """What a form is made from."""
        return self.entry.version if self.entry else 0


@dataclass(frozen=True, slots=True)
class SubjectHistory:
    """Everything about one subject: its state, all versions (the latest first), the subjects after it, its removed photos."""

    state: SubjectState
    versions: list[Entry]
    next_open: str | None
    removed_photos: tuple[Photo, ...]


def subjects_of(rulebook: Rulebook, kind: EntryKind) -> list[Subject]:
    """The clauses decided on site, or the veto items, in the rulebook's order."""
    if kind == EntryKind.VETO:
        citation = rulebook.vetoes.citation
        return [Subject(item.id, item.text, citation, rulebook.vetoes.note) for item in rulebook.vetoes.items]
    return [
        Subject(clause.id, clause.text, clause.citation, clause.note, indicator.title)
        for indicator in rulebook.indicators
        for clause in indicator.clauses
        if clause.test.entered == "findings"
    ]


def subject_states(connection: Connection, assessment: CountyAssessment, kind: EntryKind) -> list[SubjectState]:
    """Every subject of a kind with what stands."""
    current = current_entries(list_entries(connection, assessment.id))
    photos = list_photos(connection, assessment.id) if kind == EntryKind.FINDING else []
    return [
        SubjectState(one, current.get(EntryKey(kind, one.id)), _present(photos, one.id))
        for one in subjects_of(rulebook_of(connection, assessment), kind)
    ]


def show_subjects(database: Database, assessment_id: str, kind: EntryKind) -> list[SubjectState]:
    """The same, for a page. Raises `UnknownAssessment`."""
    with database.read() as connection:
        return subject_states(connection, find_assessment(connection, assessment_id), kind)


def show_subject(database: Database, assessment_id: str, kind: EntryKind, subject: str) -> SubjectHistory | None:
    """One subject with its history; None if the rulebook has no such subject."""
    with database.read() as connection:
        states = subject_states(connection, find_assessment(connection, assessment_id), kind)
        versions = versions_of(list_entries(connection, assessment_id), kind, subject)
        photos = list_photos(connection, assessment_id)
    position = next((number for number, one in enumerate(states) if one.subject.id == subject), None)
    if position is None:
        return None
    others = states[position + 1 :] + states[:position]
    removed = tuple(one for one in photos if one.clause == subject and one.removed_at and kind == EntryKind.FINDING)
    next_open = next((one.subject.id for one in others if one.value is None), None)
    return SubjectHistory(states[position], versions, next_open, removed)


def save_finding(
    database: Database,
    clock: Clock,
    user: StaffUser,
    assessment_id: str,
    clause: str,
    typed: Typed,
    photos: Sequence[PhotoFile] = (),
) -> Entry | Conflict | None:
    """Saves a finding with its photos. On a conflict the photos are kept, for they take nobody's place.

    None: nothing was typed but photos. Raises `InvalidInput`, `AssessmentSigned`, `UnknownAssessment`.
    """
    cleaned = clean_photos(photos)
    is_photos_only = bool(cleaned) and not typed.choice and not typed.text.strip()
    draft = None if is_photos_only else _draft(EntryKind.FINDING, clause, typed)
    with database.write() as connection:
        assessment = _holding(connection, assessment_id, EntryKind.FINDING, clause)
        add_photos(connection, clock, user, assessment, clause, cleaned)
        return _save(connection, clock, user, assessment, draft) if draft else None


def save_photos(
    database: Database,
    clock: Clock,
    user: StaffUser,
    assessment_id: str,
    clause: str,
    photos: Sequence[PhotoFile],
    end: Callable[[Connection], object],
) -> None:
    """Saves photos of a clause; `end` is called in the transaction that stores them. Raises as `save_finding` does."""
    cleaned = clean_photos(photos)
    for one in cleaned:
        keep_parts(database, one.content)
    with database.write() as connection:
        assessment = _holding(connection, assessment_id, EntryKind.FINDING, clause)
        add_photos(connection, clock, user, assessment, clause, cleaned)
        end(connection)


def save_veto(
    database: Database, clock: Clock, user: StaffUser, assessment_id: str, item: str, typed: Typed
) -> Entry | Conflict:
    """Saves whether a veto item is present. Raises `InvalidInput`, `AssessmentSigned`, `UnknownAssessment`."""
    draft = _draft(EntryKind.VETO, item, typed)
    with database.write() as connection:
        assessment = _holding(connection, assessment_id, EntryKind.VETO, item)
        return _save(connection, clock, user, assessment, draft)


def _save(
    connection: Connection, clock: Clock, user: StaffUser, assessment: CountyAssessment, draft: Draft
) -> Entry | Conflict:
    current = current_entries(list_entries(connection, assessment.id))
    saved = save_draft(connection, clock, user, assessment.id, current, draft)
    if isinstance(saved, Entry) and saved != current.get(draft.key):
        details = {"subject": draft.key.subject, "value": saved.value, "version": saved.version}
        record_act(connection, clock, user, f"{draft.key.kind}_saved", assessment, details)
    return saved


def _holding(connection: Connection, assessment_id: str, kind: EntryKind, subject: str) -> CountyAssessment:
    assessment = to_change(connection, assessment_id)
    if subject not in {one.id for one in subjects_of(rulebook_of(connection, assessment), kind)}:
        raise UnknownAssessment(f"{assessment_id}/{subject}")
    return assessment


def _draft(kind: EntryKind, subject: str, typed: Typed) -> Draft:
    """The form as a draft. Raises `InvalidInput`: no choice, grounds missing where they are needed, a text too long."""
    text, problems = checked_text("text", typed.text)
    value = None if typed.withdraws else ANSWERS.get(typed.choice)
    if value is None and not typed.withdraws:
        problems.insert(0, InputProblem("choice", _CHOICE_NEEDED[kind]))
    if value == _VALUE_WITH_GROUNDS[kind] and not text:
        problems.append(InputProblem("text", _GROUNDS_NEEDED[kind]))
    refuse_problems(problems)
    return Draft(EntryKey(kind, subject), typed.seen, value, text)


_CHOICE_NEEDED: Final[Mapping[EntryKind, Message]] = {
    EntryKind.FINDING: wording.VERDICT_NEEDED,
    EntryKind.VETO: wording.ANSWER_NEEDED,
}
_VALUE_WITH_GROUNDS: Final[Mapping[EntryKind, float]] = {EntryKind.FINDING: 0.0, EntryKind.VETO: 1.0}
_GROUNDS_NEEDED: Final[Mapping[EntryKind, Message]] = {
    EntryKind.FINDING: wording.BASIS_NEEDED,
    EntryKind.VETO: wording.REASON_NEEDED,
}


def _present(photos: Sequence[Photo], clause: str) -> tuple[Photo, ...]:
    return tuple(one for one in photos if one.clause == clause and one.removed_at is None)
