"""The live verdict: the workbook's facts with what evaluators entered in the place of its own findings, scores and vetoes.

A result is kept under the hash of everything it was judged from, so that a page that nothing has changed for is quick.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

import evaluation
from evaluation.assessment import Assessment
from evaluation.evaluating import case_of
from evaluation.facts import COLUMNS, Facts, table_from_rows
from evaluation.judging import Case, judge
from evaluation.rulebook.model import Rulebook
from survey_app.domain.assessments import CountyAssessment, Entry, EntryKey, EntryKind, Photo, Upload, shown_owner
from survey_app.domain.clock import LOCAL_ZONE, Clock
from survey_app.domain.errors import SurveyError
from survey_app.domain.stable_json import hash_text
from survey_app.domain.staff import StaffUser
from survey_app.services.assessments.entries import current_entries, hidden_clauses, visible_entries
from survey_app.services.assessments.sources import reading_of, rulebook_of
from survey_app.services.assessments.stored_results import result_from_text, result_text, signed_result
from survey_app.services.recent_results import RecentResults
from survey_app.services.results import survey_answers
from survey_app.storage.assessments.assessments import (
    find_assessment,
    find_judged,
    find_newest_version,
    forget_judged,
    keep_judged,
    list_signings,
    update_assessment,
)
from survey_app.storage.assessments.entries import list_entries, list_photos
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.session import Database

RESULTS_KEPT: Final = 12


_CASES: Final = RecentResults[Case](6)


@dataclass(frozen=True)
class Content:
    """Everything that an assessment is judged from, as somebody may see it; `hidden`: clauses whose scores are left out for that."""

    assessment: CountyAssessment
    workbook: Upload | None
    entries: Mapping[EntryKey, Entry]
    photos: tuple[Photo, ...]
    hidden: tuple[str, ...] = ()

    @property
    def judged_sha256(self) -> str:
        """The hash of what a result depends on."""
        valued = [_entry_document(one) for one in self._sorted() if one.value is not None]
        return _hash([_judging_sha256(), *self._sources(), valued])

    @property
    def content_sha256(self) -> str:
        """The hash of all there is, whatever version of the program looks at it: what somebody signs."""
        photos = sorted([one.clause, one.sha256] for one in self.photos)
        return _hash([*self._sources(), [_entry_document(one) for one in self._sorted()], photos])

    def _sources(self) -> list[str | None]:
        workbook = self.workbook.sha256 if self.workbook else None
        return [self.assessment.rulebook_sha256, workbook, self.assessment.campaign]

    def _sorted(self) -> list[Entry]:
        return sorted(self.entries.values(), key=lambda one: (one.key.kind, one.key.subject, one.key.owner))


@dataclass(frozen=True)
class LiveVerdict:
    """What stands at the moment: the result (None without a workbook) and what it was judged from."""

    content: Content
    result: Assessment | None


@dataclass(eq=False)
class NotJudged(SurveyError):
    """What stands has not been judged yet."""

    content: Content


def kept_verdict(database: Database, assessment_id: str, user: StaffUser | None = None) -> LiveVerdict:
    """The verdict as somebody may see it (None: with everything), if it is known, or the signed one. Raises `UnknownAssessment`, `NotJudged`."""
    with database.read() as connection:
        content = content_of(connection, find_assessment(connection, assessment_id), user)
        if content.assessment.is_signed:
            return LiveVerdict(content, signed_result(list_signings(connection, assessment_id)[0]))
        if content.workbook is None:
            return LiveVerdict(content, None)
        kept = find_judged(connection, assessment_id, content.judged_sha256)
    if kept is None:
        raise NotJudged(content)
    known = LiveVerdict(content, result_from_text(kept))
    if not content.hidden and content.assessment.judged_sha256 != content.judged_sha256:
        with database.write() as connection:
            _note_outcome(connection, content, known.result)
    return known


def live_verdict(database: Database, clock: Clock, assessment_id: str, user: StaffUser | None = None) -> LiveVerdict:
    """The same, judged now if it is not known: for jobs, for it takes its time. Raises `UnknownAssessment`."""
    try:
        return kept_verdict(database, assessment_id, user)
    except NotJudged as missing:
        content = missing.content
    with database.read() as connection:
        result = judge_content(connection, content)
    _keep(database, clock, content, result)
    return LiveVerdict(content, result)


def content_of(connection: Connection, assessment: CountyAssessment, user: StaffUser | None = None) -> Content:
    """What is judged, as somebody may see it."""
    current = current_entries(list_entries(connection, assessment.id))
    photos = tuple(one for one in list_photos(connection, assessment.id) if one.removed_at is None)
    workbook = find_newest_version(connection, assessment.id)
    if user is None:
        return Content(assessment, workbook, current, photos)
    hidden = tuple(hidden_clauses(current, assessment, user))
    return Content(assessment, workbook, visible_entries(current, assessment, user), photos, hidden)


def judge_content(connection: Connection, content: Content) -> Assessment:
    """The result of a content that has a workbook."""
    rulebook = rulebook_of(connection, content.assessment)
    case = _case(connection, content, rulebook)
    (result,) = judge([replace(case, facts=with_entries(case.facts, case.county, content.entries))], rulebook)
    return result


def _case(connection: Connection, content: Content, rulebook: Rulebook) -> Case:
    """What workbook and survey say; a closed campaign does not change any more."""
    workbook, campaign_id = content.workbook, content.assessment.campaign
    assert workbook is not None  # noqa: S101 - callers have looked
    campaign = None if campaign_id is None else find_campaign(connection, campaign_id)

    def compute() -> Case:
        answers = None if campaign is None else survey_answers(connection, campaign.id)
        return case_of(reading_of(connection, workbook, rulebook), rulebook, answers)

    return _CASES.get((workbook.sha256, rulebook.sha256, campaign), compute)


def with_entries(facts: Facts, county: str, entries: Mapping[EntryKey, Entry]) -> Facts:
    """The facts of a workbook with what was entered in the place of its own findings, scores and vetoes; `moved` says where it came from."""
    tables = {table: _rows(county, entries, kind) for table, kind in _TABLES.items()}
    moved = {place: address for place, address in facts.moved.items() if place[1] not in tables}
    for table, rows in tables.items():
        moved |= {(county, table, row["row"], name): source for row, source in rows for name in COLUMNS[table]}
    filled: dict[str, Any] = {name: table_from_rows(name, [row for row, _ in rows]) for name, rows in tables.items()}
    return replace(facts, **filled, moved=moved)


def source_of(entry: Entry) -> str:
    """Where an entry came from, in words of any language: the cell, or who and when."""
    if not entry.is_typed:
        return entry.cell
    return f"{entry.by} {entry.at.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}"


_ROW_OF_CELL: Final = re.compile(r"\d+$")
_TABLES: Final = {"findings": EntryKind.FINDING, "scores": EntryKind.SCORE, "vetoes": EntryKind.VETO}


def _rows(county: str, entries: Mapping[EntryKey, Entry], kind: EntryKind) -> list[tuple[dict[str, Any], str]]:
    """The rows of a table of the facts with their sources: those of the workbook as they stand there, then what was typed here."""
    valued = [one for key, one in entries.items() if key.kind == kind and one.value is not None]
    return [
        ({"county": county, "row": number, "basis": one.text} | _columns(one), source_of(one))
        for number, one in enumerate(sorted(valued, key=_place), start=1)
    ]


def _place(entry: Entry) -> tuple[bool, int, str]:
    digits = _ROW_OF_CELL.search(entry.cell)
    return entry.is_typed, int(digits.group()) if digits else 0, entry.key.owner


def _columns(entry: Entry) -> dict[str, Any]:
    if entry.key.kind == EntryKind.FINDING:
        return {"clause": entry.key.subject, "is_met": entry.value == 1}
    if entry.key.kind == EntryKind.VETO:
        return {"item": entry.key.subject, "is_present": entry.value == 1}
    return {"clause": entry.key.subject, "evaluator": shown_owner(entry.key.owner), "score": entry.value}


def _keep(database: Database, clock: Clock, content: Content, result: Assessment) -> None:
    """Keeps a result for whoever looks next."""
    with database.write() as connection:
        keep_judged(connection, content.assessment.id, content.judged_sha256, result_text(result), clock.now())
        forget_judged(connection, content.assessment.id, RESULTS_KEPT)
        if not content.hidden:
            _note_outcome(connection, content, result)


def _note_outcome(connection: Connection, content: Content, result: Assessment | None) -> None:
    """What lists show is the result with everything in it."""
    if result is not None:
        summary = {"judged_sha256": content.judged_sha256, "outcome": result.outcome, "grade": result.grade}
        update_assessment(connection, content.assessment.id, **summary)


@cache
def _judging_sha256() -> str:
    """The hash of the code that judges: another version of it may judge the same content otherwise."""
    files = sorted(Path(evaluation.__path__[0]).rglob("*.py"))
    return _hash([[file.name, sha256(file.read_bytes()).hexdigest()] for file in files])


def _entry_document(entry: Entry) -> list[Any]:
    key = [str(entry.key.kind), entry.key.subject, entry.key.owner]
    return [*key, entry.value, entry.text, source_of(entry)]


def _hash(document: Sequence[Any]) -> str:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return hash_text(text)
