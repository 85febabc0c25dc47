"""Cases and a rulebook → one `Assessment` a case: indicators, scores, vetoes, outcome, grade, gaps, findings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from evaluation.assessment import (
    Assessment,
    Citation,
    Gap,
    IndicatorResult,
    Outcome,
    ResourceIndicator,
    SchoolResult,
    ScoreBoard,
    Status,
    VetoResult,
)
from evaluation.clause_results import CountyParts, clause_result, optional_number
from evaluation.criteria import judge_clause
from evaluation.criteria.judged_counties import JudgedCounties
from evaluation.cross_checks import cross_check_findings
from evaluation.errors import InputProblem
from evaluation.facts import County, Facts, join_facts
from evaluation.gaps import resource_gaps
from evaluation.numeric import is_at_least
from evaluation.rulebook.model import Cited, Indicator, Rulebook
from evaluation.rulebook_input import require_judgeable
from evaluation.survey.recognition import Recognition
from evaluation.verdicts import ClauseVerdicts


@dataclass(frozen=True)
class Case:
    """One county in one year, and everything that its verdict rests on.

    `facts` are its tables; those of other counties of the year may stand in them too, so that many cases share the facts of one file.
    `recognition` is what its survey says, None without one. `warnings` are what is odd in its inputs, `sources` the hashes beside those
    of workbook and rulebook: responses_sha256, seal_root.
    """

    county: str
    facts: Facts
    recognition: Recognition | None = None
    warnings: tuple[InputProblem, ...] = ()
    sources: Mapping[str, str | None] = field(default_factory=dict)


def judge(cases: Sequence[Case], rulebook: Rulebook) -> list[Assessment]:
    """Judge every case, all counties of a year at once; one `Assessment` a case, in their order.

    A case without a survey has the clauses that rest on one `missing`. Raises `InvalidInput` where facts can't be judged by this rulebook
    (`require_judgeable`: a school in scope without pupils, a score outside its points).
    """
    judged: dict[int, Assessment] = {}
    for batch in _batches(cases):
        facts = join_facts(list({id(cases[number].facts): cases[number].facts for number in batch}.values()))
        require_judgeable(facts, rulebook)
        surveys = {one.county: one.recognition for one in (cases[number] for number in batch) if one.recognition}
        judging = Judging(JudgedCounties(facts, rulebook, surveys))
        judged |= {number: judging.assessment(cases[number]) for number in batch}
    return [judged[number] for number in range(len(cases))]


def _batches(cases: Sequence[Case]) -> list[list[int]]:
    """The numbers of the cases that are judged at once: all of them, but that one county's years stand in batches of their own."""
    of_facts: dict[int, list[int]] = {}
    for number, case in enumerate(cases):
        of_facts.setdefault(id(case.facts), []).append(number)
    batches: list[tuple[set[str], list[int]]] = []
    for numbers in of_facts.values():
        counties = {one.code for one in cases[numbers[0]].facts.each_county()}
        batch = next((one for one in batches if one[0].isdisjoint(counties)), None)
        if batch is None:
            batches.append((counties, numbers))
        else:
            batch[0].update(counties)
            batch[1].extend(numbers)
    return [numbers for _, numbers in batches]


@dataclass(frozen=True)
class Judging:
    """The verdicts of all counties, and the way from them to one county's `Assessment`."""

    counties: JudgedCounties

    @cached_property
    def verdicts(self) -> dict[str, ClauseVerdicts]:
        """The verdicts on each clause, by its id."""
        return {clause.id: judge_clause(self.counties, clause) for clause in self.counties.rulebook.clauses()}

    @cached_property
    def parts(self) -> CountyParts:
        """The tables beside the verdicts, split by county once."""
        return CountyParts(self.counties.facts, self.verdicts)

    @cached_property
    def gaps_by_county(self) -> dict[str, pd.DataFrame]:
        """`resource_gaps`, split by county."""
        return {str(county): rows for county, rows in resource_gaps(self.counties.resources).groupby("county")}

    @cached_property
    def described(self) -> dict[str, County]:
        """The counties by code."""
        return {one.code: one for one in self.counties.facts.each_county()}

    def assessment(self, case: Case) -> Assessment:
        """The result of one case."""
        rulebook, county = self.counties.rulebook, case.county
        excuse, described = rulebook.resources.excuse, self.described[county]
        indicators = tuple(self._indicator(county, indicator) for indicator in rulebook.indicators)
        vetoes = self._vetoes(county)
        scores = score_board(rulebook, indicators)
        outcome = decide_outcome(indicators, scores, vetoes)
        return Assessment(
            rulebook=rulebook.id,
            rulebook_title=rulebook.title,
            rulebook_document=rulebook.document,
            county_code=county,
            county_name=described.name,
            year=described.year,
            population=float(described.population),
            outcome=outcome,
            grade=decide_grade(rulebook, scores) if outcome == "certifiable" else None,
            scores=scores,
            vetoes=vetoes,
            indicators=indicators,
            resources=resource_indicators(rulebook),
            schools=self._schools(county),
            coefficients=self._by_stage(county, "coefficient"),
            county_values=self._by_stage(county, "mean"),
            recognition=case.recognition,
            recognition_threshold=rulebook.survey.parameters.threshold,
            gaps=self._gaps(county),
            findings=cross_check_findings(self.counties, county),
            warnings=case.warnings,
            excuse_share=excuse.share if excuse else None,
            excuse_at_least_met=excuse.at_least_met if excuse else None,
            sources={
                "workbook_sha256": self.counties.facts.sources.get(county),
                "responses_sha256": None,
                "rulebook_sha256": rulebook.sha256 or None,
                "seal_root": None,
            }
            | dict(case.sources),
        )

    def _indicator(self, county: str, indicator: Indicator) -> IndicatorResult:
        position = int(self.counties.codes.get_loc(county))  # type: ignore[arg-type]
        clauses = tuple(
            clause_result(clause, self.verdicts[clause.id], position, county, self.parts)
            for clause in indicator.clauses
        )
        scores = [clause.score for clause in clauses]
        is_scored = indicator.kind == "B" and None not in scores
        return IndicatorResult(
            id=indicator.id,
            kind=indicator.kind,
            section=indicator.section,
            title=indicator.title,
            citation=citation_of(indicator),
            status=indicator_status(clause.status for clause in clauses),
            clauses=clauses,
            score=sum(score for score in scores if score is not None) if is_scored else None,
            points=indicator.points,
        )

    def _vetoes(self, county: str) -> tuple[VetoResult, ...]:
        answered = {row["item"]: row for row in self.counties.rows("vetoes", county).to_dict("records")}
        return tuple(
            self._veto(county, item.id, item.text, answered.get(item.id))
            for item in self.counties.rulebook.vetoes.items
        )

    def _veto(self, county: str, item: str, text: str, answer: Mapping[Any, Any] | None) -> VetoResult:
        citation = citation_of(self.counties.rulebook.vetoes)
        if answer is None:
            return VetoResult(item, text, citation, None)
        source = self.counties.facts.cell(county, "vetoes", int(answer["row"]), "is_present")
        return VetoResult(item, text, citation, bool(answer["is_present"]), str(answer["basis"]), source)

    def _by_stage(self, county: str, measure: str) -> dict[str, dict[str, float | None]]:
        """A measure of the dispersion (`coefficient` or `mean`) by stage and resource; None where there is none."""
        resources = self.counties.resources
        position = int(self.counties.codes.get_loc(county))  # type: ignore[arg-type]
        measures = {one.id: getattr(resources.dispersion(one.id), measure) for one in resources.rules.indicators}
        return {
            stage: {
                resource: optional_number(numbers[resources.stage_groups(stage)[position]])
                for resource, numbers in measures.items()
            }
            for stage in resources.rules.scope.stages
        }

    @cached_property
    def _rows_by_county(self) -> dict[str, pd.DataFrame]:
        return {str(county): rows for county, rows in self.counties.resources.rows.groupby("county")}

    def _schools(self, county: str) -> tuple[SchoolResult, ...]:
        inside = self._rows_by_county.get(county)
        records = [] if inside is None else zip(inside.index, inside.to_dict("records"), strict=True)
        in_scope = [self._school(county, index, row) for index, row in records]
        return (*in_scope, *self._schools_out_of_scope(county, {(one.code, one.stage) for one in in_scope}))

    def _school(self, county: str, index: Any, row: Mapping[Any, Any]) -> SchoolResult:
        resources = self.counties.resources
        met, compliant = int(resources.count_met[index]), bool(resources.is_compliant[index])
        values = {
            one.id: float(resources.values[index, column]) for column, one in enumerate(resources.rules.indicators)
        }
        return SchoolResult(
            **self._described(county, row),
            in_scope=True,
            values=values,
            met=met,
            lowest_ratio=float(resources.lowest_ratio[index]),
            compliant=compliant,
            is_excused=compliant and met < len(values),
        )

    def _schools_out_of_scope(self, county: str, inside: set[tuple[str, str]]) -> list[SchoolResult]:
        return [
            SchoolResult(**self._described(county, row), in_scope=False, values={})
            for row in self.counties.rows("school_stages", county).to_dict("records")
            if (row["school"], row["stage"]) not in inside
        ]

    def _described(self, county: str, row: Mapping[Any, Any]) -> dict[str, Any]:
        return {
            "code": str(row["school"]),
            "name": str(row["name"]),
            "kind": str(row["kind"]),
            "stage": str(row["stage"]),
            "location": str(row["location"]),
            "pupils": float(row["pupils"]),
            "source": self.counties.facts.cell(county, "school_stages", int(row["row"])),
        }

    def _gaps(self, county: str) -> tuple[Gap, ...]:
        rows = self.gaps_by_county.get(county)
        return () if rows is None else tuple(self._gap(county, row) for row in rows.to_dict("records"))

    def _gap(self, county: str, row: Mapping[Any, Any]) -> Gap:
        return Gap(
            school=str(row["school"]),
            name=str(row["name"]),
            stage=str(row["stage"]),
            indicator=str(row["indicator"]),
            actual=float(row["actual"]),
            required=float(row["required"]),
            shortfall=float(row["shortfall"]),
            unit=str(row["unit"]),
            threshold=float(row["threshold"]),
            value=float(row["value"]),
            source=self.counties.facts.cell(county, "school_stages", int(row["row"]), str(row["field"])),
            resource=str(row["resource"]),
        )


def citation_of(part: Cited) -> Citation:
    """The citation of a part of the rulebook."""
    return Citation(part.citation, part.note)


def resource_indicators(rulebook: Rulebook) -> tuple[ResourceIndicator, ...]:
    """The resource indicators with thresholds and limits, for the reports."""
    limits = rulebook.resources.coefficient.limits
    return tuple(
        ResourceIndicator(one.id, one.name, one.unit, one.thresholds, limits, one.per_pupils, one.whole)
        for one in rulebook.resources.indicators
    )


def indicator_status(statuses: Iterable[Status]) -> Status:
    """Unmet if a clause is unmet, else missing if one is missing, else met."""
    found = set(statuses)
    if "unmet" in found:
        return "unmet"
    return "missing" if "missing" in found else "met"


def score_board(rulebook: Rulebook, indicators: Sequence[IndicatorResult]) -> ScoreBoard | None:
    """The scored part; None for a rulebook that scores nothing.

    `passes` is False as soon as one indicator is certainly below its share, None while a score that could still decide is absent.
    """
    scoring = rulebook.scoring
    if scoring is None:
        return None
    scored = [one for one in indicators if one.kind == "B"]
    missing = tuple(one.id for one in scored if one.score is None)
    below = tuple(one.id for one in scored if _is_below(one, scoring.passing_share))
    total = None if missing else sum(one.score for one in scored if one.score is not None)
    return ScoreBoard(
        total=total,
        indicators={one.id: one.score for one in scored},
        below_passing=below,
        missing=missing,
        passes=_passes(total, below, scoring.passing_total),
        passing_total=scoring.passing_total,
        passing_share=scoring.passing_share,
        points=scoring.points,
    )


def _is_below(indicator: IndicatorResult, share: float) -> bool:
    if indicator.score is None or indicator.points is None:
        return False
    return not is_at_least(indicator.score, share * indicator.points)


def _passes(total: float | None, below: tuple[str, ...], passing_total: float) -> bool | None:
    if below:
        return False
    return None if total is None else bool(is_at_least(total, passing_total))


def decide_outcome(
    indicators: Sequence[IndicatorResult], scores: ScoreBoard | None, vetoes: Sequence[VetoResult]
) -> Outcome:
    """Vetoed before not met before incomplete before certifiable (docs/interfaces.md, "Rulebooks")."""
    statuses = {one.status for one in indicators if one.kind == "A"}
    passes = True if scores is None else scores.passes
    if any(veto.is_present for veto in vetoes):
        return "vetoed"
    if "unmet" in statuses or passes is False:
        return "not_met"
    if "missing" in statuses or passes is None or any(veto.is_present is None for veto in vetoes):
        return "incomplete"
    return "certifiable"


def decide_grade(rulebook: Rulebook, scores: ScoreBoard | None) -> str | None:
    """The highest grade whose lower bound the total reaches; None without grades."""
    if scores is None or scores.total is None:
        return None
    return next((grade.name for grade in rulebook.grades if is_at_least(scores.total, grade.from_)), None)
