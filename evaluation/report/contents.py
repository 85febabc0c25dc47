"""The whole report as plain text and numbers, which report.html and report.docx lay out alike."""

from dataclasses import dataclass
from datetime import date

from evaluation.assessment import Assessment, Status, VetoResult
from evaluation.errors import Language
from evaluation.report.conclusion import ConclusionView, conclusion_view
from evaluation.report.context import Context
from evaluation.report.indicators import IndicatorView, indicator_views
from evaluation.report.numbers import COUNT, PERCENT, show, show_threshold
from evaluation.report.resources import StageView, stage_views
from evaluation.report.schools import GapTotalView, GapView, MatrixView, gap_totals, gap_views, matrices, out_of_scope
from evaluation.report.scores import BoardView, board_view
from evaluation.report.sentences import evidence_text
from evaluation.report.survey import SurveyView, survey_view
from evaluation.report.wording import Words


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section that this report has: its anchor, and its heading with the number."""

    id: str
    heading: str


@dataclass(frozen=True, slots=True)
class VetoView:
    """A veto item; `tone` says whether it is absent (met), present (unmet) or not answered (missing)."""

    id: str
    text: str
    tone: Status
    answer: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """A remark of the report with the numbers behind it."""

    clause: str
    text: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """What the report was computed from."""

    label: str
    sha256: str


@dataclass(frozen=True)
class Report:
    """Everything a report shows, in the language of `words`."""

    words: Words
    title: str
    subtitle: str
    page_title: str
    written_on: str
    rulebook: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[SectionView, ...]
    conclusion: ConclusionView
    indicators: tuple[IndicatorView, ...]
    stages: tuple[StageView, ...]
    matrices: tuple[MatrixView, ...]
    outside: tuple[str, ...]
    excuse_share: str
    coefficients_intro: str
    gaps_intro: str
    gap_totals: tuple[GapTotalView, ...]
    gaps: tuple[GapView, ...]
    survey: SurveyView | None
    board: BoardView | None
    vetoes: tuple[VetoView, ...]
    findings: tuple[FindingView, ...]
    warnings: tuple[str, ...]
    sources: tuple[SourceView, ...]
    about: tuple[str, ...]
    how_to_read: tuple[str, ...]

    def heading(self, section: str) -> str:
        """The heading of a section, with its number."""
        return next(one.heading for one in self.sections if one.id == section)

    def has(self, section: str) -> bool:
        """Whether this report has a section."""
        return any(one.id == section for one in self.sections)


def report_of(assessment: Assessment, language: Language = "zh") -> Report:
    """The report of an assessment, with the day it was made on and a word where it is a draft."""
    words = Words(language)
    context = Context(assessment, words)
    indicators = indicator_views(context)
    conclusion = conclusion_view(context, indicators)
    titles = {"county": assessment.county_name, "year": assessment.year}
    return Report(
        words=words,
        title=words("title"),
        subtitle=_subtitle(context),
        page_title=words("title.page", **titles),
        written_on=_date(words, assessment.made_on),
        rulebook=words("title.rulebook", title=assessment.rulebook_title),
        facts=_facts(context, conclusion),
        sections=_sections(context),
        conclusion=conclusion,
        indicators=indicators,
        stages=stage_views(context),
        matrices=matrices(context),
        outside=out_of_scope(context),
        excuse_share="" if assessment.excuse_share is None else show_threshold(assessment.excuse_share, PERCENT),
        coefficients_intro=words(
            "coefficients.intro", stages=words("join.list").join(words.data(one) for one in context.stages)
        ),
        gaps_intro=_gaps_intro(context),
        gap_totals=gap_totals(context),
        gaps=gap_views(context),
        survey=survey_view(context),
        board=board_view(context, indicators),
        vetoes=tuple(_veto(context, one) for one in assessment.vetoes),
        findings=_findings(context),
        warnings=tuple(one.text(language) for one in assessment.warnings),
        sources=_sources(context),
        about=_about(context),
        how_to_read=_how_to_read(context),
    )


def _subtitle(context: Context) -> str:
    assessment, words = context.assessment, context.words
    subtitle = words("title.county", county=assessment.county_name, year=assessment.year)
    return f"{subtitle} {words('title.draft')}" if assessment.is_draft else subtitle


def _date(words: Words, day: date | None) -> str:
    return "" if day is None else words("title.date", year=day.year, month=day.month, day=day.day)


def _facts(context: Context, conclusion: ConclusionView) -> tuple[tuple[str, str], ...]:
    assessment, words = context.assessment, context.words
    outcome = words("join.parts").join(one for one in (conclusion.outcome_text, conclusion.grade) if one)
    facts = [
        (words("file.county"), assessment.county_name),
        (words("file.code"), assessment.county_code),
        (words("file.year"), str(assessment.year)),
        (words("file.population"), words("file.people", count=show(assessment.population, COUNT))),
        (words("file.rulebook"), assessment.rulebook_title),
        (words("file.outcome"), outcome),
    ]
    made_on = assessment.made_on
    return (*facts, (words("file.date"), _date(words, made_on))) if made_on else tuple(facts)


def _sections(context: Context) -> tuple[SectionView, ...]:
    assessment = context.assessment
    present = {
        "conclusion": True,
        "indicators": True,
        "coefficients": True,
        "matrix": True,
        "gaps": True,
        "survey": True,
        "scores": assessment.scores is not None,
        "vetoes": bool(assessment.vetoes),
        "findings": True,
        "sources": True,
        "reading": True,
    }
    names = [name for name, is_present in present.items() if is_present]
    return tuple(
        SectionView(name, context.words.number(position) + context.words(f"section.{name}"))
        for position, name in enumerate(names)
    )


def _veto(context: Context, veto: VetoResult) -> VetoView:
    tones: dict[bool | None, tuple[Status, str]] = {
        True: ("unmet", "veto.is_present"),
        False: ("met", "veto.is_absent"),
        None: ("missing", "veto.is_open"),
    }
    tone, key = tones[veto.is_present]
    return VetoView(veto.id, veto.text, tone, context.words(key), veto.basis, veto.source)


def _findings(context: Context) -> tuple[FindingView, ...]:
    join = context.words("join.parts").join
    return tuple(
        FindingView(
            context.words("findings.clause", clause=one.clause),
            one.text,
            join(_sourced(evidence_text(context, part), part.source) for part in one.evidence),
        )
        for one in context.assessment.findings
    )


def _sourced(text: str, source: str) -> str:
    return f"{text} [{source}]" if source else text


def _sources(context: Context) -> tuple[SourceView, ...]:
    return tuple(
        SourceView(context.words.of("source", name), digest or context.words("source.none"))
        for name, digest in context.assessment.sources.items()
    )


def _about(context: Context) -> tuple[str, ...]:
    assessment, words = context.assessment, context.words
    return (
        words(
            "sources.county",
            county=assessment.county_name,
            code=assessment.county_code,
            year=assessment.year,
            population=show(assessment.population, COUNT),
        ),
        words(
            "sources.rulebook",
            id=assessment.rulebook,
            title=assessment.rulebook_title,
            document=assessment.rulebook_document,
        ),
    )


def _gaps_intro(context: Context) -> str:
    keys = ["gaps.intro", *([] if context.assessment.excuse_share is None else ["gaps.excused"])]
    return context.words("join.sentences").join(context.words(key) for key in keys)


def _how_to_read(context: Context) -> tuple[str, ...]:
    share, least = context.assessment.excuse_share, context.assessment.excuse_at_least_met
    excuse = (
        [] if share is None else [context.words("reading.excuse", share=show_threshold(share, PERCENT), least=least)]
    )
    before, after = ("marks", "numbers", "indicator", "outcome", "school"), ("notes",)
    said = context.words
    return (*(said(f"reading.{key}") for key in before), *excuse, *(said(f"reading.{key}") for key in after))
