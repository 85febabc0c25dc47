"""The scored indicators: each clause's score, and what each evaluator gave it."""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluation.assessment import Assessment, ClauseResult
from evaluation.report.context import Context
from evaluation.report.indicators import IndicatorView
from evaluation.report.numbers import PERCENT, SCORE, show, show_against, show_threshold
from evaluation.report.sentences import evidence_label


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One clause's score out of its points, and who gave what."""

    id: str
    text: str
    points: str
    score: str
    by: str


@dataclass(frozen=True, slots=True)
class ScoredView:
    """A scored indicator and its clauses; `share` of its points is 0–100 for the bar."""

    indicator: IndicatorView
    passing: str
    share: float
    clauses: tuple[ScoreView, ...]


@dataclass(frozen=True, slots=True)
class BoardView:
    """The scored part as a whole."""

    sentence: str
    indicators: tuple[ScoredView, ...]


def board_view(context: Context, indicators: Iterable[IndicatorView]) -> BoardView | None:
    """The scored part, None for a rulebook without points."""
    if context.assessment.scores is None:
        return None
    views = {one.id: one for one in indicators}
    scored = tuple(
        ScoredView(
            indicator=views[one.id],
            passing=_passing(context.assessment, one.points),
            share=100 * (one.score or 0.0) / one.points if one.points else 0.0,
            clauses=tuple(_clause(context, clause) for clause in one.clauses),
        )
        for one in context.assessment.indicators
        if one.kind == "B"
    )
    return BoardView(board_sentence(context), scored)


def _passing(assessment: Assessment, points: float | None) -> str:
    scores = assessment.scores
    return "" if scores is None or points is None else show_threshold(scores.passing_share * points)


def _clause(context: Context, clause: ClauseResult) -> ScoreView:
    given = (
        context.words("score.by", who=evidence_label(context, one), score=_given(one.value, one.unit))
        for one in clause.evidence
    )
    return ScoreView(
        clause.id,
        clause.text,
        "" if clause.points is None else show_threshold(clause.points),
        show(clause.score, SCORE),
        context.words("join.list").join(given),
    )


def _given(value: float | str | None, unit: str) -> str:
    if isinstance(value, str):
        return value
    return show(value, PERCENT if unit == "share" else SCORE)


def board_sentence(context: Context) -> str:
    """The total, what passing takes, and the indicators that fall short."""
    scores, words = context.assessment.scores, context.words
    if scores is None:
        return ""
    passing, share = show_threshold(scores.passing_total), show_threshold(scores.passing_share, PERCENT)
    if scores.total is None:
        sentence = words("score.incomplete", missing=words("join.list").join(scores.missing))
    else:
        total = show_against(scores.total, scores.passing_total, "at_least", SCORE)
        key = "score.passes" if scores.passes else "score.fails"
        sentence = words(key, total=total, points=show_threshold(scores.points), passing=passing, share=share)
    below = words("join.list").join(scores.below_passing)
    return words("join.sentences").join(
        [sentence, words("score.below", indicators=below, share=share)] if below else [sentence]
    )
