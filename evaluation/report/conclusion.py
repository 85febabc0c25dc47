"""The verdict: outcome and grade, the figures at a glance, what fails and by how much, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evaluation.assessment import Outcome, Status
from evaluation.report.context import Context
from evaluation.report.indicators import ClauseView, IndicatorView
from evaluation.report.numbers import PERCENT, SCORE, is_met, show, show_against, show_threshold
from evaluation.report.scores import board_sentence
from evaluation.rulebook.tests import TESTS

Tone = Literal["met", "unmet", "missing"]
TONES: dict[Outcome, Tone] = {"certifiable": "met", "not_met": "unmet", "vetoed": "unmet", "incomplete": "missing"}


@dataclass(frozen=True, slots=True)
class TileView:
    """A figure at a glance."""

    label: str
    value: str
    note: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class ReasonView:
    """An indicator (or a veto, or the scored part) that decides against the county, and the sentences that say how."""

    id: str
    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConclusionView:
    """What the first page says."""

    outcome: Outcome
    tone: Tone
    outcome_text: str
    grade: str
    sentence: str
    tiles: tuple[TileView, ...]
    failing: tuple[ReasonView, ...]
    missing: tuple[ReasonView, ...]


def conclusion_view(context: Context, indicators: tuple[IndicatorView, ...]) -> ConclusionView:
    """The verdict of an assessment, from it and its indicators as they are shown."""
    assessment, words = context.assessment, context.words
    return ConclusionView(
        outcome=assessment.outcome,
        tone=TONES[assessment.outcome],
        outcome_text=words.of("outcome", assessment.outcome),
        grade=words("grade", grade=words.data(assessment.grade)) if assessment.grade else "",
        sentence=_sentence(context),
        tiles=_tiles(context),
        failing=(*_vetoes(context, True), *_reasons(context, indicators, "unmet"), *_failed_scores(context)),
        missing=(
            *_vetoes(context, None),
            *_reasons(context, indicators, "missing"),
            *_missing_scores(context, indicators),
        ),
    )


def _sentence(context: Context) -> str:
    assessment, words = context.assessment, context.words
    parts = [_veto_sentence(context), _judged_sentence(context), board_sentence(context)]
    return words("join.sentences").join(
        [*(part for part in parts if part), words.of("outcome_sentence", assessment.outcome)]
    )


def _veto_sentence(context: Context) -> str:
    present, words = context.assessment.vetoes_present, context.words
    if present:
        return words("conclusion.vetoed", items=words("join.list").join(present))
    if context.assessment.vetoes_missing:
        return words("conclusion.vetoes_open", items=words("join.list").join(context.assessment.vetoes_missing))
    return words("conclusion.no_veto") if context.assessment.vetoes else ""


def _judged_sentence(context: Context) -> str:
    count = {status: len(context.assessment.with_status(status)) for status in ("met", "unmet", "missing")}
    key = "conclusion.judged_scored" if context.assessment.scores is not None else "conclusion.judged"
    return context.words(key, count=sum(count.values()), **count)


def _tiles(context: Context) -> tuple[TileView, ...]:
    tiles = (
        _judged_tile(context),
        _score_tile(context),
        _survey_tile(context),
        _schools_tile(context),
        _veto_tile(context),
    )
    return tuple(one for one in tiles if one is not None)


def _tone(is_good: bool | None) -> Tone:
    return "missing" if is_good is None else "met" if is_good else "unmet"


def _judged_tile(context: Context) -> TileView:
    assessment, words = context.assessment, context.words
    met, unmet, missing = (len(assessment.with_status(one)) for one in ("met", "unmet", "missing"))
    key = "tile.judged_scored" if assessment.scores is not None else "tile.judged"
    is_good = False if unmet else None if missing else True
    return TileView(
        words(key),
        f"{met}/{met + unmet + missing}",
        words("tile.judged_note", unmet=unmet, missing=missing),
        _tone(is_good),
    )


def _score_tile(context: Context) -> TileView | None:
    scores, words = context.assessment.scores, context.words
    if scores is None:
        return None
    total = show_against(scores.total, scores.passing_total, "at_least", SCORE)
    return TileView(
        words("tile.score"),
        total,
        words("tile.score_note", passing=show_threshold(scores.passing_total)),
        _tone(scores.passes),
    )


def _survey_tile(context: Context) -> TileView:
    words, found, threshold = context.words, context.assessment.recognition, context.assessment.recognition_threshold
    note = words("tile.survey_note", threshold=show_threshold(threshold, PERCENT))
    if found is None:
        return TileView(words("tile.survey"), show(None), words("tile.no_survey"), "missing")
    rate = found.rate
    if not found.sample.is_valid:
        return TileView(
            words("tile.survey"),
            show_against(rate, threshold, "at_least", PERCENT),
            words("tile.invalid_sample"),
            "missing",
        )
    is_good = rate is not None and is_met(rate, threshold, "at_least")
    return TileView(words("tile.survey"), show_against(rate, threshold, "at_least", PERCENT), note, _tone(is_good))


def _schools_tile(context: Context) -> TileView | None:
    rows = [one for one in context.assessment.schools if one.in_scope]
    if not rows:
        return None
    compliant = sum(bool(one.compliant) for one in rows)
    note = context.words("tile.schools_note", share=show(compliant / len(rows), PERCENT))
    return TileView(context.words("tile.schools"), f"{compliant}/{len(rows)}", note, _tone(compliant == len(rows)))


def _veto_tile(context: Context) -> TileView | None:
    assessment, words = context.assessment, context.words
    if not assessment.vetoes:
        return None
    present, missing = len(assessment.vetoes_present), len(assessment.vetoes_missing)
    is_good = False if present else None if missing else True
    return TileView(
        words("tile.vetoes"),
        f"{present}/{len(assessment.vetoes)}",
        words("tile.vetoes_note", missing=missing),
        _tone(is_good),
    )


def _vetoes(context: Context, is_present: bool | None) -> Iterable[ReasonView]:
    words = context.words
    key = "veto.present" if is_present else "veto.open"
    for one in context.assessment.vetoes:
        if one.is_present is is_present:
            basis = (words("veto.basis", basis=one.basis),) if one.basis and is_present else ()
            yield ReasonView(words("veto.id", id=one.id), one.text, (words(key), *basis))


def _reasons(context: Context, indicators: tuple[IndicatorView, ...], status: Status) -> Iterable[ReasonView]:
    for indicator in indicators:
        if indicator.kind == "A" and indicator.status == status:
            told = (one for one in indicator.clauses if one.status == status and one.sentences)
            yield ReasonView(indicator.id, indicator.title, tuple(_told(context, one) for one in told))


def _told(context: Context, clause: ClauseView) -> str:
    text = context.words("join.sentences").join(clause.sentences)
    return context.words("conclusion.clause", clause=clause.id, text=text)


def _failed_scores(context: Context) -> Iterable[ReasonView]:
    scores = context.assessment.scores
    if scores is not None and scores.passes is False:
        yield ReasonView(context.words("score.id"), board_sentence(context), _below_sentences(context))


def _below_sentences(context: Context) -> tuple[str, ...]:
    scores = context.assessment.scores
    if scores is None:
        return ()
    return tuple(
        context.words(
            "score.below_one",
            id=one.id,
            title=one.title.rstrip("。."),
            score=show_against(one.score, scores.passing_share * one.points, "at_least", SCORE),
            points=show_threshold(one.points),
            passing=show_threshold(scores.passing_share * one.points),
        )
        for one in context.assessment.indicators
        if one.id in scores.below_passing and one.points is not None
    )


def _missing_scores(context: Context, indicators: tuple[IndicatorView, ...]) -> Iterable[ReasonView]:
    scores = context.assessment.scores
    missing = scores.missing if scores is not None else ()
    for one in indicators:
        if one.id in missing:
            yield ReasonView(one.id, one.title, tuple(_absent_scores(context, one)))


def _absent_scores(context: Context, indicator: IndicatorView) -> Iterable[str]:
    """The scores that evaluators owe, and those that only the survey can give."""
    absent = [one for one in indicator.clauses if one.status == "missing"]
    by_survey = [one.id for one in absent if TESTS[one.test].entered == "survey"]
    typed = [one.id for one in absent if one.id not in by_survey]
    for key, clauses in (("score.missing_clauses", typed), ("score.missing_by_survey", by_survey)):
        if clauses:
            yield context.words(key, clauses=context.words("join.list").join(clauses))
