"""Signs an assessment, which freezes it, and opens it again, which needs a reason. Both stay in its history."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from evaluation.assessment import Assessment
from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.report.writing import report_files
from survey_app.domain.assessments import AssessmentState, EntryKind, Signing
from survey_app.domain.clock import Clock
from survey_app.domain.stable_json import hash_text, stable_json
from survey_app.domain.staff import Role, StaffUser
from survey_app.services.assessments import wording
from survey_app.services.assessments.entries import (
    checked_text,
    counting_scores,
    hidden_clauses,
    refuse_problems,
)
from survey_app.services.assessments.files import today
from survey_app.services.assessments.judging import Content, NotJudged, content_of, kept_verdict
from survey_app.services.assessments.score_views import scored_points, wants_note
from survey_app.services.assessments.sources import rulebook_of
from survey_app.services.assessments.starting import record_act, to_change
from survey_app.services.assessments.stored_results import result_text
from survey_app.storage.assessments.assessments import (
    find_assessment,
    insert_signing,
    list_signings,
    mark_reopened,
    update_assessment,
)
from survey_app.storage.assessments.files import keep_file, keep_parts
from survey_app.storage.session import Database

MANIFEST_SCHEMA: Final = "junheng.signing/1"


@dataclass(frozen=True)
class ToSign:
    """What somebody would sign: the result, the hash of everything behind it, what is in the way, and what is open but no obstacle."""

    content: Content
    result: Assessment | None
    obstacles: tuple[Message, ...]
    is_hidden: bool
    clauses_without_note: tuple[str, ...]

    @property
    def content_sha256(self) -> str:
        """What the form carries, so that nobody signs what was not seen."""
        return self.content.content_sha256


def prepare_signing(database: Database, assessment_id: str, user: StaffUser) -> ToSign:
    """What somebody would sign now; `is_hidden`: not before the own scores are given. Raises `UnknownAssessment`, `NotJudged`."""
    verdict = kept_verdict(database, assessment_id)
    with database.read() as connection:
        points = scored_points(rulebook_of(connection, verdict.content.assessment))
    entries = verdict.content.entries
    far_apart = [clause for clause in points if wants_note(counting_scores(entries, clause), points[clause])]
    is_hidden = bool(hidden_clauses(entries, verdict.content.assessment, user))
    obstacles = _obstacles(verdict.result) + ([wording.SCORE_FIRST] if is_hidden else [])
    return ToSign(verdict.content, verdict.result, tuple(obstacles), is_hidden, tuple(far_apart))


def checked_to_sign(
    database: Database, user: StaffUser, assessment_id: str, seen_sha256: str, *, knows_open: bool
) -> ToSign:
    """What is to be signed, where nothing is in the way. Raises `InvalidInput`, `UnknownAssessment`, `NotJudged`."""
    try:
        prepared = prepare_signing(database, assessment_id, user)
    except NotJudged as missing:
        if missing.content.content_sha256 != seen_sha256:
            raise InvalidInput([InputProblem("", wording.CHANGED_SINCE)]) from missing
        raise
    _refuse(prepared, seen_sha256, knows_open=knows_open)
    return prepared


def sign(
    database: Database,
    clock: Clock,
    user: StaffUser,
    assessment_id: str,
    seen_sha256: str,
    *,
    knows_open: bool,
    end: Callable[[Connection], object] = lambda _connection: None,
) -> Signing:
    """Freezes the assessment as the signer saw it; `end` is called in the transaction that does.

    Raises `InvalidInput`, `AssessmentSigned`, `UnknownAssessment`, `NotJudged`.
    """
    prepared = checked_to_sign(database, user, assessment_id, seen_sha256, knows_open=knows_open)
    assert prepared.result is not None  # noqa: S101 - without one there was an obstacle
    result = replace(prepared.result, made_on=today(clock))
    files = report_files(result)
    for content in files.values():
        keep_parts(database, content)
    with database.write() as connection:
        assessment = to_change(connection, assessment_id)
        if content_of(connection, assessment).content_sha256 != seen_sha256:
            raise InvalidInput([InputProblem("", wording.CHANGED_SINCE)])
        kept = {name: keep_file(connection, content) for name, content in files.items()}
        signing = _signing(connection, clock, user, prepared.content, result, kept)
        insert_signing(connection, assessment_id, signing, kept)
        summary = {"outcome": prepared.result.outcome, "grade": prepared.result.grade}
        judged = prepared.content.judged_sha256
        update_assessment(connection, assessment_id, state=AssessmentState.SIGNED, judged_sha256=judged, **summary)
        details = {"number": signing.number, "content_sha256": seen_sha256, **summary}
        record_act(connection, clock, user, "assessment_signed", assessment, details)
        end(connection)
    return signing


def reopen(database: Database, clock: Clock, user: StaffUser, assessment_id: str, reason: str) -> None:
    """Opens a signed assessment again. Raises `InvalidInput`: no reason, not signed, or signed by a role above."""
    text, problems = checked_text("reason", reason)
    refuse_problems(problems or ([] if text else [InputProblem("reason", wording.REOPEN_REASON)]))
    with database.write() as connection:
        assessment = find_assessment(connection, assessment_id, to_change=True)
        signings = list_signings(connection, assessment_id)
        if not assessment.is_signed:
            raise InvalidInput([InputProblem("", wording.NOT_SIGNED)])
        if not may_reopen(user, signings[0]):
            raise InvalidInput([InputProblem("", wording.REOPEN_ROLE)])
        moment = clock.now()
        mark_reopened(
            connection, assessment_id, signings[0].number, reopened_by=user.name, reopened_at=moment, reason=text
        )
        update_assessment(connection, assessment_id, state=AssessmentState.REOPENED, judged_sha256=None)
        details = {"number": signings[0].number, "reason": text}
        record_act(connection, clock, user, "assessment_reopened", assessment, details)


def may_reopen(user: StaffUser, signing: Signing) -> bool:
    """An administrator, or whoever has the signer's role."""
    return user.role in (Role.ADMIN, signing.role)


def signings_of(database: Database, assessment_id: str) -> list[Signing]:
    """Every signature, the latest first."""
    with database.read() as connection:
        return list_signings(connection, assessment_id)


def read_manifest(signing: Signing) -> dict[str, Any]:
    """What a signature froze, with its hashes."""
    manifest: dict[str, Any] = json.loads(signing.manifest)
    return manifest


def _refuse(prepared: ToSign, seen_sha256: str, *, knows_open: bool) -> None:
    problems = [InputProblem("", obstacle) for obstacle in prepared.obstacles]
    if not problems and prepared.content_sha256 != seen_sha256:
        problems = [InputProblem("", wording.CHANGED_SINCE)]
    if not problems and prepared.clauses_without_note and not knows_open:
        problems = [InputProblem("knows_open", wording.OPEN_NOTES)]
    refuse_problems(problems)


def _obstacles(result: Assessment | None) -> list[Message]:
    if result is None:
        return [wording.NOTHING_TO_SIGN]
    return [wording.INCOMPLETE] if result.outcome == "incomplete" else []


def _signing(
    connection: Connection,
    clock: Clock,
    user: StaffUser,
    content: Content,
    result: Assessment,
    files: Mapping[str, str],
) -> Signing:
    number = len(list_signings(connection, content.assessment.id)) + 1
    manifest = _manifest(content, result, files) | {"signed_by": user.name, "signed_at": clock.now().isoformat()}
    text = stable_json(manifest)
    return Signing(number, user.name, str(user.role), clock.now(), content.content_sha256, text, result_text(result))


def _manifest(content: Content, result: Assessment, files: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the signature freezes, by its hash."""
    workbook = content.workbook
    return {
        "schema": MANIFEST_SCHEMA,
        "assessment": content.assessment.id,
        "content_sha256": content.content_sha256,
        "rulebook": {"id": content.assessment.rulebook, "sha256": content.assessment.rulebook_sha256},
        "workbook": workbook and {"version": workbook.version, "file": workbook.file_name, "sha256": workbook.sha256},
        "survey": content.assessment.campaign
        and {
            "campaign": content.assessment.campaign,
            "seal_root": result.sources.get("seal_root"),
            "responses_sha256": result.sources.get("responses_sha256"),
        },
        "entries": {str(kind): _entries_digest(content, kind) for kind in EntryKind},
        "photos": sorted(one.sha256 for one in content.photos),
        "files": dict(files),
        "outcome": result.outcome,
        "grade": result.grade,
    }


def _entries_digest(content: Content, kind: EntryKind) -> dict[str, Any]:
    """How many entries of a kind stand, and the hash over them."""
    rows = sorted(
        [one.key.subject, one.key.owner, one.version, one.value, one.text, one.by]
        for key, one in content.entries.items()
        if key.kind == kind
    )
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return {"count": len(rows), "sha256": hash_text(text)}
