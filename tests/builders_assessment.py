"""A believable Assessment for tests of the reports: the texts of xiangtan-2018, invented schools, verdicts as the outcome asks.

Nothing here judges: statuses follow from the outcome asked for and from the invented values, so that the reports' tests need neither
reading nor judging.
"""

import functools
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from evaluation.assessment import (
    Assessment,
    Citation,
    ClauseResult,
    Evidence,
    Finding,
    Gap,
    IndicatorResult,
    Outcome,
    ResourceIndicator,
    SchoolFailure,
    SchoolResult,
    ScoreBoard,
    Status,
    VetoResult,
)
from evaluation.errors import InputProblem, Message
from evaluation.numeric import round_up_whole
from evaluation.survey.groups import GROUPS
from evaluation.survey.interval import Estimate
from evaluation.survey.recognition import Recognition
from evaluation.survey.sampling import Sample

RULEBOOK = Path(__file__).resolve().parent.parent / "evaluation" / "rulebooks" / "xiangtan-2018.yaml"
STAGES = ("小学", "初中")
WARNINGS = (
    InputProblem(
        "学校!P14",
        Message(
            "far_from_median",
            en="{value} is {times} times the median; please check the unit",
            zh="{value} 是中位数的 {times} 倍，请核对单位",
        ),
        {"value": "1,205", "times": 0.1},
    ),
    InputProblem(
        "班级",
        Message("class_count", en="{school}: classes don't agree <3 & 4>", zh="{school} 班级数与班级表不符 <3 & 4>"),
        {"school": "第5小学"},
    ),
)


def warning(text: str) -> InputProblem:
    """A warning that says just this, in either language."""
    return InputProblem("", Message("said", en="{text}", zh="{text}"), {"text": text})


EVALUATORS = ("评估人甲", "评估人乙", "评估人丙")
BAD = ("not_met", "vetoed")


@functools.cache
def rulebook() -> dict[str, Any]:
    """The rulebook's YAML as it stands, for its texts."""
    document: dict[str, Any] = yaml.safe_load(RULEBOOK.read_text(encoding="utf-8"))
    return document


def resources() -> tuple[ResourceIndicator, ...]:
    """The seven resource indicators of the rulebook."""
    limits = rulebook()["resources"]["coefficient"]["limits"]
    return tuple(
        ResourceIndicator(
            one["id"], one["name"], one["unit"], one["thresholds"], limits, one["per_pupils"], bool(one["whole"])
        )
        for one in rulebook()["resources"]["indicators"]
    )


def school(number: int, stage: str, chance: random.Random, *, strong: bool) -> SchoolResult:
    """One school stage whose values lie above the thresholds, or (weak) about them."""
    pupils = chance.randrange(120, 1900)
    values = {
        one.id: one.thresholds[stage] * (chance.uniform(1.02, 1.5) if strong else chance.uniform(0.8, 1.6))
        for one in resources()
    }
    ratios = [values[one.id] / one.thresholds[stage] for one in resources()]
    met = sum(ratio >= 1 for ratio in ratios)
    compliant = met == len(ratios) or (met == len(ratios) - 1 and min(ratios) >= 0.85)
    kind = "小学" if stage == "小学" else "初级中学"
    return SchoolResult(
        code=f"43030{number:05d}",
        name=f"第{number}{kind}",
        kind=kind,
        stage=stage,
        location=chance.choice(["城区", "镇区", "乡村"]),
        pupils=float(pupils),
        in_scope=True,
        values=values,
        met=met,
        lowest_ratio=min(ratios),
        compliant=compliant,
        is_excused=compliant and met < len(ratios),
        source=f"学校!A{number + 2}",
    )


def gaps_of(schools: tuple[SchoolResult, ...]) -> tuple[Gap, ...]:
    """A gap for each value under its threshold."""
    return tuple(
        _gap(one, resource)
        for one in schools
        for resource in resources()
        if one.in_scope and one.values[resource.id] < resource.thresholds[one.stage]
    )


def _gap(one: SchoolResult, resource: ResourceIndicator) -> Gap:
    value, threshold = one.values[resource.id], resource.thresholds[one.stage]
    actual = value * one.pupils / resource.per_pupils
    required = threshold * one.pupils / resource.per_pupils
    if resource.is_whole:
        actual, required = float(int(actual)), float(round_up_whole(required))
    return Gap(
        one.code, one.name, one.stage, resource.id, actual, required, required - actual, resource.unit, threshold, value, one.source, resource.id
    )  # fmt: skip


class _Judge:
    """Gives each clause of the rulebook a result that fits the outcome."""

    def __init__(
        self, outcome: Outcome, schools: tuple[SchoolResult, ...], coefficients: dict[str, dict[str, float | None]]
    ) -> None:
        self.outcome, self.schools, self.coefficients = outcome, schools, coefficients

    def clause(self, clause: dict[str, Any]) -> ClauseResult:
        test = clause["test"]
        blank = ClauseResult(
            clause["id"], clause["text"], Citation(clause["citation"], clause.get("note", "")), test["name"], "met"
        )
        blank = replace(blank, resource=test.get("resource", ""))
        decide = getattr(self, test["name"], None)
        return decide(blank, test) if decide else self.plain(blank, test)

    def plain(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        return replace(blank, evidence=(Evidence("县级数据", 19.0, "生/师", "县级数据!B4"),))

    def on_site(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        if blank.id == "18.2" and self.outcome == "incomplete":
            return replace(blank, status="missing")
        unmet = blank.id == "18.2" and self.outcome in BAD
        evidence = Evidence(blank.id, "查阅台账 & 走访<3>所学校", "", "现场核查!C12", "finding")
        return replace(blank, status="unmet" if unmet else "met", evidence=(evidence,))

    def resource_standard(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        resource = resources()[int(test["resource"]) - 1]
        rows = [one for one in self.schools if one.stage == test["stage"] and one.in_scope]
        threshold = resource.thresholds[test["stage"]]
        value = sum(one.values[resource.id] * one.pupils for one in rows) / sum(one.pupils for one in rows)
        under = [one for one in rows if one.values[resource.id] < threshold]
        failures = [one for one in under if not one.is_excused]
        reasons = {
            (True, True): "county_and_schools_below",
            (True, False): "county_below",
            (False, True): "schools_below",
        }
        return replace(
            blank,
            status="unmet" if failures or value < threshold else "met",
            reason=reasons.get((value < threshold, bool(failures)), ""),
            value=value,
            threshold=threshold,
            unit=resource.unit,
            limit="at_least",
            schools=tuple(one.code for one in failures),
            failures=tuple(
                SchoolFailure(
                    one.code,
                    one.name,
                    one.stage,
                    resource.name,
                    one.values[resource.id],
                    threshold,
                    resource.unit,
                    one.source,
                )
                for one in failures
            ),
            excused=tuple(one.code for one in under if one.is_excused),
        )

    def dispersion(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        resource = resources()[int(test["resource"]) - 1]
        found = {stage: self.coefficients[stage][resource.id] for stage in STAGES}
        failing = [
            stage for stage, value in found.items() if value is None or value > resource.coefficient_limits[stage]
        ]
        return replace(
            blank,
            status="unmet" if failing else "met",
            evidence=tuple(Evidence(stage, value, key="coefficient") for stage, value in found.items()),
        )

    def class_size(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        rows = [one for one in self.schools if one.stage == test["stage"]][:3] if self.outcome in BAD else []
        failures = tuple(
            SchoolFailure(
                one.code,
                one.name,
                one.stage,
                f"三年级{row + 1}班",
                58.0 - row,
                float(test["at_most"]),
                "pupil",
                f"班级!E{row + 5}",
            )
            for row, one in enumerate(rows)
        )
        return self._limited(blank, failures)

    def school_size(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        rows = self.schools[:1] if self.outcome in BAD and blank.id == "12.1" else ()
        failures = tuple(
            SchoolFailure(
                one.code, one.name, one.stage, "在校学生数", 2310.0, float(test["at_most"]), "pupil", one.source
            )
            for one in rows
        )
        return self._limited(blank, failures)

    def special_rooms(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        rows = [one for one in self.schools if one.stage == test["stage"]][:2] if self.outcome in BAD else []
        failures = tuple(SchoolFailure(one.code, one.name, one.stage, "音乐", 1.0, 3.0, "room") for one in rows)
        return self._limited(blank, failures)

    def _limited(self, blank: ClauseResult, failures: tuple[SchoolFailure, ...]) -> ClauseResult:
        codes = tuple(dict.fromkeys(one.school for one in failures))
        return replace(blank, status="unmet" if failures else "met", schools=codes, failures=failures)

    def county_ratio(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        if blank.id == "22.1" and self.outcome == "incomplete":
            return replace(blank, status="missing", threshold=test["at_least"], unit="share", limit="at_least")
        unmet = blank.id == "25.1" and self.outcome in BAD
        part, whole = (9899.9, 10000.0) if unmet else (1000.0, 1000.0)
        evidence = (
            Evidence(test["numerator"], part, "", "县级数据!B8"),
            Evidence(test["denominator"], whole, "", "县级数据!B9"),
        )
        return replace(
            blank,
            status="unmet" if unmet else "met",
            value=part / whole,
            threshold=test["at_least"],
            unit="share",
            limit="at_least",
            evidence=evidence,
        )

    def recognition(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        status: Status = "missing" if self.outcome == "incomplete" else "met"
        value = None if self.outcome == "incomplete" else 0.9123
        return replace(blank, status=status, value=value, threshold=0.85, unit="share", limit="at_least")

    def scored(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        points = float(test["points"])
        if blank.id == "33.3" and self.outcome == "incomplete":
            return replace(blank, status="missing", points=points)
        share = 0.76 if self.outcome in BAD and blank.id.startswith("29.") else 0.95
        evidence = tuple(
            Evidence(name, points * share + shift, "", f"B评分!C{row + 4}", "score")
            for row, (name, shift) in enumerate(zip(EVALUATORS, (-0.02, 0.0, 0.02), strict=True))
        )
        return replace(blank, score=points * share, points=points, evidence=evidence)

    def scored_by_survey(self, blank: ClauseResult, test: dict[str, Any]) -> ClauseResult:
        points = float(test["points"])
        if self.outcome == "incomplete":
            return replace(blank, status="missing", points=points)
        return replace(
            blank, score=points * 0.91, points=points, evidence=(Evidence("8.4", 0.91, "share", key="survey_rate"),)
        )


def _indicator(judge: _Judge, indicator: dict[str, Any]) -> IndicatorResult:
    clauses = tuple(judge.clause(one) for one in indicator["clauses"])
    statuses = {one.status for one in clauses}
    status: Status = "unmet" if "unmet" in statuses else "missing" if "missing" in statuses else "met"
    scores = [one.score for one in clauses]
    return IndicatorResult(
        indicator["id"],
        indicator["kind"],
        indicator["section"],
        indicator["title"],
        Citation(indicator["citation"], indicator.get("note", "")),
        status,
        clauses,
        None if None in scores else sum(one for one in scores if one is not None),
        indicator.get("points"),
    )


def _score_board(indicators: tuple[IndicatorResult, ...]) -> ScoreBoard:
    scored = [one for one in indicators if one.kind == "B"]
    missing = tuple(one.id for one in scored if one.score is None)
    below = tuple(one.id for one in scored if one.score is not None and one.score < 0.8 * (one.points or 0))
    total = None if missing else sum(one.score or 0 for one in scored)
    passes = None if total is None else total >= 80 and not below
    return ScoreBoard(total, {one.id: one.score for one in scored}, below, missing, passes, 80.0, 0.8, 100.0)


def rate_of(recognise: int, base: int, *ci_reasons: str) -> Estimate:
    """A rate with an interval of two points to either side."""
    rate, low, high = recognise / base, recognise / base - 0.02, recognise / base + 0.02
    return Estimate(recognise, base, 40, 8, 52, rate, 0.01, 2.1, 1900.0, 39.3, (low, high), ci_reasons)


def recognition(rate: float = 0.9123, **changes: Any) -> Recognition:
    """What the survey says; `changes` replace fields."""
    answers = rate_of(round(rate * 4000), 4000)
    groups = {group: rate_of(950 - 20 * row, 1000) for row, group in enumerate(GROUPS)}
    groups["principal"] = rate_of(890, 1000, "few_psus", "small_base")
    made = Recognition(
        unit="answer",
        item="36",
        threshold=0.85,
        items={"36": answers, "8.4": rate_of(910, 1000), "30.8": rate_of(910, 1000)},
        groups=groups,
        questionnaires=rate_of(360, 400),
        answers_to_fail=249,
        sample=sample(),
        plan={"parent": 215, "student": 36, "teacher": 36, "principal": 36, "npc_deputy": 36, "cppcc_member": 36, "public": 35},
        responses=434,
    )  # fmt: skip
    return replace(made, **changes)


def sample(valid: int = 434, **changes: Any) -> Sample:
    """A sample that is valid, unless reasons are given; `changes` replace fields."""
    others = dict.fromkeys(GROUPS[1:], 36)
    by_group = {"parent": valid - sum(others.values()), **others}
    reasons = tuple(changes.pop("reasons", ()))
    made = Sample(430, valid, not reasons, reasons, by_group, (29, 43), parents_share=0.5, balance_tolerance=0.2)  # type: ignore[arg-type]
    return replace(made, **changes)


def _coefficients(outcome: Outcome) -> dict[str, dict[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {
        stage: {str(n): 0.2 + 0.03 * n for n in range(1, 8)} for stage in STAGES
    }
    if outcome in BAD:
        found["小学"]["6"] = 0.5000178
        found["初中"]["2"] = None
    return found


def _vetoes(outcome: Outcome) -> tuple[VetoResult, ...]:
    answers: dict[str, bool | None] = (
        {"3": True} if outcome == "vetoed" else {"6": None} if outcome == "incomplete" else {}
    )
    return tuple(
        VetoResult(
            one["id"],
            one["text"],
            Citation("附件1 一票否决"),
            answers.get(one["id"], False),
            "查阅信访记录",
            "一票否决!B4",
        )
        for one in rulebook()["vetoes"]["items"]
    )


def some_assessment(outcome: Outcome = "not_met", schools: int = 12, seed: int = 7, **changes: Any) -> Assessment:
    """A county of `schools` school stages whose report shows the outcome; `changes` replace fields of the Assessment."""
    chance = random.Random(seed)
    strong = outcome not in BAD
    rows = tuple(school(n, STAGES[n % 2], chance, strong=strong) for n in range(1, schools + 1))
    coefficients = _coefficients(outcome)
    indicators = tuple(_indicator(_Judge(outcome, rows, coefficients), one) for one in rulebook()["indicators"])
    made = Assessment(
        rulebook="xiangtan-2018",
        rulebook_title=rulebook()["title"],
        rulebook_document=rulebook()["document"],
        county_code="430399",
        county_name="莲城县",
        year=2020,
        population=286500.0,
        outcome=outcome,
        grade="优秀" if outcome == "certifiable" else None,
        scores=_score_board(indicators),
        vetoes=_vetoes(outcome),
        indicators=indicators,
        resources=resources(),
        schools=rows,
        coefficients=coefficients,
        county_values={stage: {one.id: one.thresholds[stage] * 1.1 for one in resources()} for stage in STAGES},
        recognition=None if outcome == "incomplete" else recognition(),
        recognition_threshold=0.85,
        gaps=gaps_of(rows),
        findings=(Finding("8.2", "2019年一般公共预算教育支出41000万元，低于2018年的42000万元，与8.2的得分不符。"),),
        warnings=WARNINGS,
        sources={"workbook_sha256": "a" * 64, "responses_sha256": None, "rulebook_sha256": "b" * 64, "seal_root": None},
        excuse_share=0.85,
        excuse_at_least_met=6,
    )
    return replace(made, **changes)
