"""The table of all indicators, with the evidence of each clause."""

from dataclasses import dataclass

from evaluation.assessment import ClauseResult, Evidence, IndicatorResult, SchoolFailure, Status
from evaluation.report.context import Context
from evaluation.report.figures import figure
from evaluation.report.numbers import SCORE, show_against, show_threshold
from evaluation.report.sentences import (
    clause_sentences,
    difference_said,
    evidence_label,
    evidence_value,
    failure_label,
    failure_texts,
)

MARKS: dict[Status, str] = {"met": "✓", "unmet": "×", "missing": "?"}


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A number or statement a verdict rests on, and the cell it was read from."""

    label: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class FailureView:
    """One school, class or room count under (or over) what is required."""

    code: str
    name: str
    stage: str
    label: str
    actual: str
    required: str
    said: str
    source: str


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One clause as the reports show it."""

    id: str
    text: str
    test: str
    status: Status
    mark: str
    status_text: str
    figure: str
    sentences: tuple[str, ...]
    citation: str
    note: str
    evidence: tuple[EvidenceView, ...]
    failures: tuple[FailureView, ...]
    excused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """One indicator as the reports show it; `score` is "" for an indicator without points."""

    id: str
    kind: str
    section: str
    title: str
    status: Status
    mark: str
    status_text: str
    score: str
    citation: str
    note: str
    clauses: tuple[ClauseView, ...]


def indicator_views(context: Context) -> tuple[IndicatorView, ...]:
    """Every indicator, in the rulebook's order."""
    return tuple(_indicator_view(context, one) for one in context.assessment.indicators)


def _indicator_view(context: Context, indicator: IndicatorResult) -> IndicatorView:
    status = shown_status(context, indicator)
    status_text = context.words.of("status_scored" if indicator.kind == "B" else "status", status)
    return IndicatorView(
        id=indicator.id,
        kind=indicator.kind,
        section=indicator.section,
        title=indicator.title,
        status=status,
        mark=MARKS[status],
        status_text=status_text,
        score=_score(context, indicator),
        citation=indicator.citation.text,
        note=indicator.citation.note,
        clauses=tuple(_clause_view(context, one) for one in indicator.clauses),
    )


def shown_status(context: Context, indicator: IndicatorResult) -> Status:
    """The status of an indicator; a scored one under the passing share of its points counts as unmet."""
    scores = context.assessment.scores
    if indicator.kind == "B" and scores is not None and indicator.id in scores.below_passing:
        return "unmet"
    return indicator.status


def _score(context: Context, indicator: IndicatorResult) -> str:
    scores = context.assessment.scores
    if indicator.points is None or scores is None:
        return ""
    passing = scores.passing_share * indicator.points
    score = show_against(indicator.score, passing, "at_least", SCORE)
    return context.words("figure.score", score=score, points=show_threshold(indicator.points))


def _clause_view(context: Context, clause: ClauseResult) -> ClauseView:
    return ClauseView(
        id=clause.id,
        text=clause.text,
        test=clause.test,
        status=clause.status,
        mark=MARKS[clause.status] if clause.points is None or clause.status == "missing" else "",
        status_text=context.words.of("status_scored" if clause.points is not None else "status", clause.status),
        figure=figure(context, clause),
        sentences=clause_sentences(context, clause),
        citation=clause.citation.text,
        note=clause.citation.note,
        evidence=tuple(_evidence_view(context, one) for one in clause.evidence),
        failures=tuple(_failure_view(context, clause.test, one) for one in clause.failures),
        excused=tuple(context.school_names.get(code, code) for code in clause.excused),
    )


def _evidence_view(context: Context, evidence: Evidence) -> EvidenceView:
    return EvidenceView(evidence_label(context, evidence), evidence_value(context, evidence), evidence.source)


def _failure_view(context: Context, test: str, failure: SchoolFailure) -> FailureView:
    actual, required, _ = failure_texts(context, failure)
    return FailureView(
        failure.school,
        failure.name,
        context.words.data(failure.stage),
        failure_label(context, test, failure),
        actual,
        required,
        difference_said(context, failure),
        failure.source,
    )
