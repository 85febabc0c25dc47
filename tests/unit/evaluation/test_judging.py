"""Outcome, grade, scores, vetoes, gaps and findings of a county."""

import json
from dataclasses import replace
from typing import Any

import pytest

from evaluation.assessment import Assessment
from evaluation.assessment_json import assessment_document
from evaluation.errors import InputProblem, InvalidInput, Message
from evaluation.facts import COLUMNS, Facts, join_facts
from evaluation.judging import Case, judge
from evaluation.rulebook.loading import load_rulebook
from evaluation.survey.recognition import Recognition
from tests.builders_facts import COUNTY, RECOGNITION, build_facts, recognition_with, sample_of

RULEBOOK = load_rulebook("xiangtan-2018")


def assessed(survey: Recognition | None = RECOGNITION, **changes: Any) -> Assessment:
    (assessment,) = judge([Case(COUNTY, build_facts(RULEBOOK, **changes), survey)], RULEBOOK)
    return assessment


def scores(share: float, **by_clause: float) -> list[dict[str, Any]]:
    points = {clause.id: clause.test.points for clause in RULEBOOK.clauses_entered("scores")}  # type: ignore[union-attr]
    return [{"clause": one, "score": by_clause.get(one, share * value)} for one, value in points.items()]


def vetoes(present: tuple[str, ...] = (), answered: str = "123456") -> list[dict[str, Any]]:
    return [{"item": item, "is_present": item in present} for item in answered]


def test_good_county_is_certifiable() -> None:
    assessment = assessed()
    assert (assessment.outcome, assessment.grade) == ("certifiable", "优秀")


def statuses(assessment: Assessment) -> dict[str, str]:
    indicators = assessment_document(assessment)["indicators"]
    return {clause["id"]: clause["status"] for indicator in indicators for clause in indicator["clauses"]}


def test_a_county_without_any_school_to_be_asked_has_not_shown_anything() -> None:
    """Of a stage without schools there is nothing to judge; of all stages together that is a workbook without its schools."""
    without_juniors = statuses(assessed(schools=[{"school": "P1"}]))
    assert without_juniors["1.2"] == "met"
    special_only = assessed(schools=[{"school": "T1", "kind": "特殊教育学校", "stage": "特教"}])
    assert special_only.outcome == "incomplete"
    found = statuses(special_only)
    assert {found[one] for one in ("1.1", "1.2", "1.3", "4.1", "7.3")} == {"missing"}


@pytest.mark.parametrize(
    ("share", "grade"), [(0.91, "优秀"), (0.909, "良好"), (0.86, "良好"), (0.855, "合格"), (0.80, "合格")]
)
def test_grade_is_earned_on_reaching_its_lower_bound(share: float, grade: str) -> None:
    survey = recognition_with({"8.4": share, "30.8": share})
    assert assessed(survey, scores=scores(share)).grade == grade


def test_total_of_79_is_not_met_and_has_no_grade() -> None:
    survey = recognition_with({"8.4": 0.799, "30.8": 0.799})
    assessment = assessed(survey, scores=scores(0.799))
    assert (assessment.outcome, assessment.grade) == ("not_met", None)


def test_one_indicator_below_80_percent_fails_a_high_total() -> None:
    assessment = assessed(scores=scores(1.0, **{"9.1": 0.4, "9.2": 1.5, "9.3": 2.0}))
    assert assessment.scores is not None
    assert assessment.scores.below_passing == ("9",)
    assert assessment.outcome == "not_met"


def test_exactly_80_percent_passes() -> None:
    assessment = assessed(scores=scores(1.0, **{"9.1": 0.8, "9.2": 1.6, "9.3": 1.6}))
    assert assessment.scores is not None
    assert assessment.scores.below_passing == ()


def test_score_is_the_mean_of_its_evaluators() -> None:
    rows = [row for row in scores(1.0) if row["clause"] != "8.1"]
    rows += [{"clause": "8.1", "score": 2.0, "evaluator": "甲"}, {"clause": "8.1", "score": 3.0, "evaluator": "乙"}]
    assessment = assessed(scores=rows)
    assert assessment.scores is not None
    assert assessment.scores.indicators["8"] == pytest.approx(2.5 + 2 + 3 + 2 * 0.9)


def test_missing_score_leaves_the_outcome_incomplete() -> None:
    assessment = assessed(scores=[row for row in scores(1.0) if row["clause"] != "33.1"])
    assert assessment.scores is not None
    assert (assessment.outcome, assessment.scores.missing, assessment.scores.total) == ("incomplete", ("33",), None)


def test_certain_failure_is_not_hidden_by_a_missing_score() -> None:
    assessment = assessed(scores=[row for row in scores(1.0, **{"9.2": 0.0}) if row["clause"] != "33.1"])
    assert assessment.outcome == "not_met"


def test_veto_goes_before_everything() -> None:
    assessment = assessed(vetoes=vetoes(present=("3",)), figures={"残疾儿童入学数": 1})
    assert (assessment.outcome, assessment.vetoes_present, assessment.grade) == ("vetoed", ("3",), None)


def test_unanswered_veto_leaves_the_outcome_incomplete() -> None:
    assessment = assessed(vetoes=vetoes(answered="12345"))
    assert (assessment.outcome, assessment.vetoes_missing) == ("incomplete", ("6",))


def test_unmet_clause_beats_a_missing_one() -> None:
    findings = [
        {"clause": one.id, "is_met": one.id != "10.1"}
        for one in RULEBOOK.clauses_entered("findings")
        if one.id != "10.2"
    ]
    assessment = assessed(findings=findings)
    assert assessment.with_status("unmet") == ("10",)
    assert assessment.outcome == "not_met"


def test_no_survey_leaves_its_clauses_missing() -> None:
    assessment = assessed(survey=None)
    assert assessment.with_status("missing") == ("36",)
    assert assessment.scores is not None
    assert assessment.scores.missing == ("8", "30")
    assert assessment_document(assessment)["recognition"] is None


@pytest.mark.parametrize(("rate", "status"), [(0.85, "met"), (0.8499, "unmet")])
def test_recognition_of_85_percent_is_met(rate: float, status: str) -> None:
    assert indicator_36(recognition_with({"36": rate})).status == status


def test_an_invalid_sample_proves_nothing_and_says_why() -> None:
    clause = indicator_36(recognition_with(sample=sample_of(99, "too_few")))
    assert (clause.status, clause.reason, clause.reason_values) == (
        "missing",
        "sample_not_valid",
        {"reasons": ["too_few"]},
    )


def test_scores_from_an_invalid_sample_are_missing() -> None:
    scores = assessed(recognition_with({"8.4": 0.9, "30.8": 0.9}, sample=sample_of(99, "too_few"))).scores
    assert scores is not None
    assert scores.missing == ("8", "30")


def indicator_36(survey: Recognition) -> Any:
    return assessed(survey).indicators[-1].clauses[-1]


def test_gap_counts_people_whole_and_area_exactly() -> None:
    gaps = assessed(schools=[{"school": "P1", "backbone_teachers": 4, "teaching_area_m2": 2200.5, "pupils": 501}]).gaps
    assert [(one.indicator, one.required, one.shortfall, one.unit) for one in gaps] == [
        ("2", 6, 2, "人"),
        ("4", pytest.approx(2254.5), pytest.approx(54.0), "㎡"),
    ]


def test_excused_school_still_has_its_gap() -> None:
    assessment = assessed(schools=[{"school": "P1", "backbone_teachers": 4.5}, {"school": "P2"}])
    assert [(one.school, one.indicator) for one in assessment.gaps] == [("P1", "2")]
    clause = assessment.indicators[1].clauses[0]
    assert (clause.schools, clause.excused) == ((), ("P1",))
    (school,) = (one for one in assessment.schools if one.code == "P1")
    assert (school.met, school.compliant, school.is_excused) == (6, True, True)


def finance(*spending: float, pupils: float = 60_000.0) -> list[dict[str, Any]]:
    return [{"year": 2016 + i, "spending_wan_yuan": value, "pupils": pupils} for i, value in enumerate(spending)]


def test_fall_in_spending_contradicts_a_score() -> None:
    findings = assessed(finance=finance(90, 91, 90.5, 92, 93)).findings
    assert [(one.clause, "2018" in one.text) for one in findings] == [("8.2", True), ("8.2", True)]


def test_fall_in_spending_a_pupil_alone_is_a_finding() -> None:
    rows = [*finance(90, 91, 92, 93), {"year": 2020, "spending_wan_yuan": 94.0, "pupils": 70_000.0}]
    (finding,) = assessed(finance=rows).findings
    assert "2020" in finding.text


def test_steady_spending_and_a_score_of_zero_leave_no_finding() -> None:
    assert assessed(finance=finance(90, 90, 90, 90, 90)).findings == ()
    assert assessed(finance=finance(90, 80, 70, 60, 50), scores=scores(1.0, **{"8.2": 0.0})).findings == ()


def test_score_outside_its_points_is_an_input_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        assessed(scores=scores(1.0, **{"8.1": 3.1, "8.3": -0.1}))
    assert [one.kind for one in caught.value.problems] == ["score_outside", "score_outside"]


def test_school_in_scope_without_pupils_is_an_input_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        assessed(schools=[{"school": "P1"}, {"school": "P2", "pupils": 0}])
    assert caught.value.problems[0].kind == "no_pupils"


def test_teaching_point_without_pupils_is_out_of_scope() -> None:
    point = {"school": "D1", "kind": "教学点", "pupils": 0, "funded_pupils": 100}
    assert assessed(schools=[{"school": "P1"}, point]).outcome == "certifiable"


def test_document_is_json_without_nan() -> None:
    schools = [{"school": "P1"}, {"school": "J1", "kind": "初级中学", "stage": "初中", "backbone_teachers": 0}]
    document = assessment_document(assessed(schools=schools))
    assert json.loads(json.dumps(document, allow_nan=False))["coefficients"]["初中"]["2"] is None


def test_many_counties_are_judged_as_each_alone() -> None:
    one = build_facts(RULEBOOK, schools=[{"school": "P1", "backbone_teachers": 4}, {"school": "P2"}])
    other = build_facts(RULEBOOK, figures={"残疾儿童入学数": 100}, without=["monitoring"])
    renamed = rename(other, "439902")
    cases = [Case(COUNTY, one, RECOGNITION), Case("439902", renamed)]
    alone = [assessment for case in cases for assessment in judge([case], RULEBOOK)]
    assert judge(cases, RULEBOOK) == alone
    shared = join_facts([one, renamed])
    assert judge([replace(case, facts=shared) for case in cases], RULEBOOK) == alone


def test_years_of_a_county_are_judged_as_each_alone_and_keep_what_is_their_own() -> None:
    told = InputProblem("学校!G5", Message("told", en="told", zh="已告知"))
    facts = [
        of_year(build_facts(RULEBOOK, schools=[{"school": "P1", "backbone_teachers": n}, {"school": "P2"}]), year)
        for year, n in ((2019, 4), (2020, 5), (2021, 6))
    ]
    facts[1] = replace(facts[1], sources={COUNTY: "2" * 64})
    cases = [
        Case(COUNTY, facts[0]),
        Case(COUNTY, facts[1], RECOGNITION, (told,), {"responses_sha256": "5" * 64}),
        Case(COUNTY, facts[2]),
    ]
    judged = judge(cases, RULEBOOK)
    assert [one.year for one in judged] == [2019, 2020, 2021]
    assert judged == [assessment for case in cases for assessment in judge([case], RULEBOOK)]
    assert [one.warnings for one in judged] == [(), (told,), ()]
    assert [one.recognition for one in judged] == [None, RECOGNITION, None]
    hashes = [(one.sources["workbook_sha256"], one.sources["responses_sha256"]) for one in judged]
    assert hashes == [(None, None), ("2" * 64, "5" * 64), (None, None)]


def of_year(facts: Facts, year: int) -> Facts:
    return replace(facts, counties=facts.counties.assign(year=year))


def rename(facts: Any, county: str) -> Any:
    names = [name for name in vars(facts) if name in COLUMNS]
    return replace(facts, **{name: getattr(facts, name).assign(county=county) for name in names})


def test_figures_that_leave_a_clause_missing_are_named() -> None:
    assessment = assessed(figures={"优质高中招生名额": None, "小学公用经费定额_城区": None})
    missing = {
        clause.id: clause.reason_values["keys"]
        for indicator in assessment.indicators
        for clause in indicator.clauses
        if clause.reason == "missing_figures"
    }
    assert missing == {
        clause.id: ["优质高中招生名额"] if clause.test == "county_ratio" else ["小学公用经费定额_城区"]
        for indicator in assessment.indicators
        for clause in indicator.clauses
        if clause.status == "missing"
    }
    assert len(missing) == 2


def test_an_absent_figure_is_not_named_where_another_fails_the_clause() -> None:
    assessment = assessed(figures={"小学公用经费定额_城区": None, "特教公用经费定额": 1})
    clauses = [one for indicator in assessment.indicators for one in indicator.clauses if "定额" in str(one.evidence)]
    assert [(one.status, one.reason) for one in clauses if one.test == "unified_standards"] == [("unmet", "")]
