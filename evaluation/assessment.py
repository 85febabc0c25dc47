"""The result of judging one county: everything a report needs, and its `assessment.json` form.

An `Assessment` carries the texts and citations it was judged by and the evidence of each verdict, so that a report is written from it
and nothing else. Stages and school kinds are the workbook's own words; shares are 0 to 1; nothing is rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from evaluation.errors import InputProblem
from evaluation.survey.recognition import Recognition, recognition_document

SCHEMA = "junheng.assessment/1"

Status = Literal["met", "unmet", "missing"]
Outcome = Literal["vetoed", "not_met", "incomplete", "certifiable"]
Unit = str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where the rule says it: document, 附件, 条, 款 in words; `note` says how a gap of the text is closed ("" if none)."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number or a statement that a verdict rests on: what it is, its value and unit, and the cell it was read from ("" if computed).

    `label` is a word of the data; `key` names the reports' sentence around it ("" if the label says it all): total, total_pupils,
    coefficient, finding, score, monitoring_level, monitoring_dispersion, finance_spending, finance_pupils, survey_rate, survey_valid, survey_required;
    asked_schools, asked_classes (how many a clause was asked of); largest_school, largest_class, largest_class_at_least (a band's lower end),
    least_funded, least_share, fewest_rooms and fewest_rooms_required (the school that comes nearest to failing, or fails most).
    """

    label: str
    value: float | str | None
    unit: Unit = ""
    source: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SchoolFailure:
    """One school (or class, or room count) that fails a clause: `actual` against `required`, in `unit`; `label` says of what.

    `count` is how many there are of it: a band of a size distribution stands for several classes, `actual` is then its lower end and
    `is_at_least` true: the classes may be larger than that.
    """

    school: str
    name: str
    stage: str
    label: str
    actual: float | None
    required: float | None
    unit: Unit
    source: str = ""
    count: int = 1
    is_at_least: bool = False


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """The verdict on one clause.

    `test` names the test of the closed list (`evaluation.rulebook.tests.TESTS`), `resource` the resource it judges ("" if none). `value`, `threshold` and `unit` stand where one number decides, `limit` says which side of the
    threshold is good. `schools` lists the codes that fail (None where no school is judged); `failures` says by how much. `score` and
    `points` are those of a B clause. `reason` is a key of the reports' wording with `reason_values` filled in, "" where the status says it all.
    """

    id: str
    text: str
    citation: Citation
    test: str
    status: Status
    value: float | None = None
    threshold: float | None = None
    unit: Unit = ""
    limit: Literal["at_least", "at_most", "less_than", ""] = ""
    schools: tuple[str, ...] | None = None
    failures: tuple[SchoolFailure, ...] = ()
    excused: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    score: float | None = None
    points: float | None = None
    reason: str = ""
    reason_values: Mapping[str, Any] = field(default_factory=dict)
    resource: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """An indicator: kind "A" must be met, kind "B" is scored; `status` of a B indicator is "missing" while a score is absent."""

    id: str
    kind: Literal["A", "B"]
    section: str
    title: str
    citation: Citation
    status: Status
    clauses: tuple[ClauseResult, ...]
    score: float | None = None
    points: float | None = None


@dataclass(frozen=True, slots=True)
class ResourceIndicator:
    """One of the per-school resource indicators: name, unit, thresholds and limits of the coefficient by stage.

    The value is counted per `per_pupils` pupils; `is_whole` says that what it counts (people, rooms) comes in whole ones only.
    """

    id: str
    name: str
    unit: Unit
    thresholds: Mapping[str, float]
    coefficient_limits: Mapping[str, float]
    per_pupils: int = 1
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class SchoolResult:
    """A school stage: its values of the resource indicators by id, how many meet, and the least value/threshold."""

    code: str
    name: str
    kind: str
    stage: str
    location: str
    pupils: float
    in_scope: bool
    values: Mapping[str, float]
    met: int | None = None
    lowest_ratio: float | None = None
    compliant: bool | None = None
    is_excused: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a school stage lacks to reach the threshold of a resource; people and rooms are required in whole ones.

    `indicator` is the one that the resource belongs to.
    """

    school: str
    name: str
    stage: str
    indicator: str
    actual: float
    required: float
    shortfall: float
    unit: Unit
    threshold: float
    value: float
    source: str = ""
    resource: str = ""


@dataclass(frozen=True, slots=True)
class VetoResult:
    """A veto item: present, absent, or not answered (None)."""

    id: str
    text: str
    citation: Citation
    is_present: bool | None
    basis: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Where the workbook contradicts a score, or another remark the report must make; the verdict itself is not changed."""

    clause: str
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreBoard:
    """The scored part: total (None while a score is absent), score by indicator, indicators under the passing share."""

    total: float | None
    indicators: Mapping[str, float | None]
    below_passing: tuple[str, ...]
    missing: tuple[str, ...]
    passes: bool | None
    passing_total: float
    passing_share: float
    points: float


@dataclass(frozen=True)
class Assessment:
    """One county judged by one rulebook. `recognition` is None without a survey.

    A school that meets `excuse_at_least_met` resources is excused if it reaches `excuse_share` of the thresholds of the others; both are None
    where nobody is excused.
    """

    rulebook: str
    rulebook_title: str
    rulebook_document: str
    county_code: str
    county_name: str
    year: int
    population: float
    outcome: Outcome
    grade: str | None
    scores: ScoreBoard | None
    vetoes: tuple[VetoResult, ...]
    indicators: tuple[IndicatorResult, ...]
    resources: tuple[ResourceIndicator, ...]
    schools: tuple[SchoolResult, ...]
    coefficients: Mapping[str, Mapping[str, float | None]]
    county_values: Mapping[str, Mapping[str, float | None]]
    recognition: Recognition | None
    recognition_threshold: float
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[InputProblem, ...]
    sources: Mapping[str, str | None]
    excuse_share: float | None = None
    excuse_at_least_met: int | None = None

    def with_status(self, status: Status, kind: str = "A") -> tuple[str, ...]:
        """Ids of the indicators of a kind that have this status, in the rulebook's order."""
        return tuple(one.id for one in self.indicators if one.kind == kind and one.status == status)

    @property
    def vetoes_present(self) -> tuple[str, ...]:
        """Ids of the veto items that are present."""
        return tuple(one.id for one in self.vetoes if one.is_present)

    @property
    def vetoes_missing(self) -> tuple[str, ...]:
        """Ids of the veto items nobody answered."""
        return tuple(one.id for one in self.vetoes if one.is_present is None)


def assessment_document(assessment: Assessment) -> dict[str, Any]:
    """The JSON object `junheng.assessment/1` (docs/interfaces.md, "assessment.json"), with texts, citations and evidence added to it."""
    return {
        "schema": SCHEMA,
        "rulebook": assessment.rulebook,
        "rulebook_title": assessment.rulebook_title,
        "county": {"code": assessment.county_code, "name": assessment.county_name},
        "year": assessment.year,
        "outcome": assessment.outcome,
        "grade": assessment.grade,
        "b": _scores_document(assessment.scores),
        "b_missing": list(assessment.scores.missing) if assessment.scores else [],
        "vetoes": list(assessment.vetoes_present),
        "vetoes_missing": list(assessment.vetoes_missing),
        "a_unmet": list(assessment.with_status("unmet")),
        "a_missing": list(assessment.with_status("missing")),
        "indicators": [_indicator_document(one) for one in assessment.indicators],
        "schools": [_school_document(one) for one in assessment.schools],
        "coefficients": {stage: dict(values) for stage, values in assessment.coefficients.items()},
        "county_values": {stage: dict(values) for stage, values in assessment.county_values.items()},
        "recognition": None if assessment.recognition is None else recognition_document(assessment.recognition),
        "gaps": [_gap_document(one) for one in assessment.gaps],
        "findings": [
            {"clause": one.clause, "text": one.text, "evidence": _evidence_documents(one.evidence)}
            for one in assessment.findings
        ],
        "veto_items": [_veto_document(one) for one in assessment.vetoes],
        "warnings": [one.text("zh") for one in assessment.warnings],
        "sources": dict(assessment.sources),
    }


def _scores_document(scores: ScoreBoard | None) -> dict[str, Any] | None:
    if scores is None:
        return None
    return {
        "total": scores.total,
        "indicators": dict(scores.indicators),
        "below_80_percent": list(scores.below_passing),
        "passes": scores.passes,
    }


def _indicator_document(indicator: IndicatorResult) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": indicator.id,
        "kind": indicator.kind,
        "section": indicator.section,
        "title": indicator.title,
        "citation": indicator.citation.text,
        "status": indicator.status,
        "clauses": [_clause_document(one) for one in indicator.clauses],
    }
    if indicator.kind == "B":
        document |= {"score": indicator.score, "points": indicator.points}
    return document


def _clause_document(clause: ClauseResult) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": clause.id,
        "status": clause.status,
        "text": clause.text,
        "citation": clause.citation.text,
    }
    if clause.citation.note:
        document["note"] = clause.citation.note
    if clause.threshold is not None:
        document |= {"value": clause.value, "threshold": clause.threshold, "unit": clause.unit}
    if clause.schools is not None:
        document["schools"] = list(clause.schools)
    if clause.excused:
        document["excused"] = list(clause.excused)
    if clause.points is not None:
        document |= {"score": clause.score, "points": clause.points}
    if clause.reason:
        document["reason"] = {"key": clause.reason, **clause.reason_values}
    if clause.failures:
        document["failures"] = [_failure_document(one) for one in clause.failures]
    document["evidence"] = _evidence_documents(clause.evidence)
    return document


def _failure_document(failure: SchoolFailure) -> dict[str, Any]:
    return {name: getattr(failure, name) for name in SchoolFailure.__slots__}


def _evidence_documents(evidence: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    return [
        {"label": one.label, "value": one.value, "unit": one.unit, "source": one.source, "key": one.key}
        for one in evidence
    ]


def _school_document(school: SchoolResult) -> dict[str, Any]:
    return {name: getattr(school, name) for name in SchoolResult.__slots__} | {"values": dict(school.values)}


def _gap_document(gap: Gap) -> dict[str, Any]:
    return {name: getattr(gap, name) for name in Gap.__slots__}


def _veto_document(veto: VetoResult) -> dict[str, Any]:
    return {
        "id": veto.id,
        "text": veto.text,
        "citation": veto.citation.text,
        "is_present": veto.is_present,
        "basis": veto.basis,
        "source": veto.source,
    }
