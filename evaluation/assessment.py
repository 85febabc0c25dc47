"""The result of judging one county: everything a report needs.

An `Assessment` carries the texts and citations it was judged by and the evidence of each verdict, so that a report is written from it
and nothing else. Stages and school kinds are the workbook's own words; shares are 0 to 1; nothing is rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from evaluation.errors import InputProblem
from evaluation.survey.recognition import Recognition

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
    where nobody is excused. `made_on` is the day that the reports print (None: none); `is_draft` says that somebody has yet to sign it.
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
    made_on: date | None = None
    is_draft: bool = False

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
