"""An assessment at a glance: how far each step has come, what is missing and where it is entered, and the verdict in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from evaluation.assessment import Assessment
from evaluation.errors import Language
from evaluation.report.contents import Report, report_of
from evaluation.rulebook.tests import TESTS
from survey_app.domain.assessments import CountyAssessment, EntryKey, EntryKind, Signing, Upload
from survey_app.domain.campaigns import Campaign
from survey_app.domain.staff import Role, StaffUser
from survey_app.services.assessments.entering import subjects_of
from survey_app.services.assessments.entries import counting_scores
from survey_app.services.assessments.judging import Content, kept_verdict
from survey_app.services.assessments.score_views import scored_points
from survey_app.services.assessments.sources import rulebook_of
from survey_app.services.assessments.starting import closed_campaigns
from survey_app.storage.assessments.assessments import list_signings
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.session import Database


@dataclass(frozen=True, slots=True)
class AssessmentStep:
    """One step: so many of so many are there."""

    name: str
    done: int
    total: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is open."""
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class MissingClause:
    """A clause without a verdict (or score), and the step in which it gets one."""

    step: str
    id: str
    indicator: str
    text: str


@dataclass(frozen=True)
class Overview:
    """What the pages of one assessment show at their head, and its verdict. `own`: what the reader has scored or left, of all clauses."""

    assessment: CountyAssessment
    workbook: Upload | None
    campaign: Campaign | None
    steps: tuple[AssessmentStep, ...]
    own: AssessmentStep | None
    hidden: tuple[str, ...]
    report: Report | None
    missing: tuple[MissingClause, ...]
    vetoes_missing: tuple[str, ...]
    signing: Signing | None
    rulebook_title: str

    @property
    def next_step(self) -> str:
        """What the reader does next: the first step with something open, the own scores before those of others show, else to sign."""
        if self.assessment.is_signed:
            return ""
        if self.hidden and self.workbook:
            return "scores"
        open_steps = (one.name for one in self.steps if not one.is_done)
        return next(open_steps, "sign")


@dataclass(frozen=True, slots=True)
class SurveyChoice:
    """The survey that an assessment is joined with, and those it could be."""

    assessment: CountyAssessment
    campaign: Campaign | None
    choices: list[Campaign]


def overview(database: Database, user: StaffUser, assessment_id: str, language: Language) -> Overview:
    """The assessment as somebody may see it, in the page's language. Raises `UnknownAssessment`, `NotJudged`."""
    verdict = kept_verdict(database, assessment_id, user)
    content, result = verdict.content, verdict.result
    with database.read() as connection:
        return Overview(
            assessment=content.assessment,
            workbook=content.workbook,
            campaign=_campaign(connection, content.assessment),
            steps=tuple(_steps(connection, content)),
            own=_own(connection, content, user),
            hidden=content.hidden,
            report=report_of(result, language) if result else None,
            missing=tuple(_missing(result)) if result else (),
            vetoes_missing=result.vetoes_missing if result else (),
            signing=next(iter(list_signings(connection, assessment_id)), None),
            rulebook_title=rulebook_of(connection, content.assessment).title,
        )


def survey_choice(database: Database, assessment: CountyAssessment) -> SurveyChoice:
    """What the assessment can be joined with."""
    with database.read() as connection:
        campaigns = closed_campaigns(connection, assessment.county_code)
        return SurveyChoice(assessment, _campaign(connection, assessment), campaigns)


def _campaign(connection: Connection, assessment: CountyAssessment) -> Campaign | None:
    return find_campaign(connection, assessment.campaign) if assessment.campaign else None


def _steps(connection: Connection, content: Content) -> Iterator[AssessmentStep]:
    rulebook = rulebook_of(connection, content.assessment)
    findings = [EntryKey(EntryKind.FINDING, one.id) for one in subjects_of(rulebook, EntryKind.FINDING)]
    vetoes = [EntryKey(EntryKind.VETO, one.id) for one in subjects_of(rulebook, EntryKind.VETO)]
    clauses = list(scored_points(rulebook))
    hidden = set(content.hidden)
    scored = sum(clause in hidden or bool(counting_scores(content.entries, clause)) for clause in clauses)
    yield AssessmentStep("workbook", int(content.workbook is not None), 1)
    yield AssessmentStep("findings", _count_valued(content, findings), len(findings))
    if clauses:
        yield AssessmentStep("scores", scored, len(clauses))
    yield AssessmentStep("vetoes", _count_valued(content, vetoes), len(vetoes))
    yield AssessmentStep("survey", int(content.assessment.campaign is not None), 1)


def _own(connection: Connection, content: Content, user: StaffUser) -> AssessmentStep | None:
    if user.role != Role.EVALUATOR:
        return None
    clauses = scored_points(rulebook_of(connection, content.assessment))
    given = sum(EntryKey(EntryKind.SCORE, clause, user.name) in content.entries for clause in clauses)
    return AssessmentStep("own", given, len(clauses))


def _count_valued(content: Content, keys: list[EntryKey]) -> int:
    return sum(key in content.entries and content.entries[key].value is not None for key in keys)


def _missing(result: Assessment) -> Iterator[MissingClause]:
    for indicator in result.indicators:
        for clause in indicator.clauses:
            if clause.status == "missing":
                yield MissingClause(TESTS[clause.test].entered, clause.id, indicator.id, clause.text)
