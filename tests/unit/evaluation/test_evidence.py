"""What a verdict over schools and classes rests on is told also where it is met."""

from typing import Any

import pytest

from evaluation.assessment import ClauseResult, Evidence
from evaluation.facts import SheetLayout
from evaluation.judging import Case, judge
from evaluation.rulebook.loading import load_rulebook
from evaluation.survey.recognition import Recognition
from tests.builders_facts import COUNTY, RECOGNITION, build_facts, recognition_with, sample_of

RULEBOOK = load_rulebook("xiangtan-2018")
NINE_YEARS = {"school": "N1", "kind": "九年一贯制学校", "name": "九年学校"}


def clause(id_: str, survey: Recognition = RECOGNITION, **changes: Any) -> ClauseResult:
    facts = build_facts(RULEBOOK, **changes)
    layouts = {
        (COUNTY, "school_stages"): SheetLayout("学校", {"pupils": "G", "training_yuan": "R"}),
        (COUNTY, "findings"): SheetLayout("现场核查", {"is_met": "B", "basis": "C"}),
    }
    object.__setattr__(facts, "layouts", layouts)
    (assessment,) = judge([Case(COUNTY, facts, survey)], RULEBOOK)
    return next(one for indicator in assessment.indicators for one in indicator.clauses if one.id == id_)


def told(result: ClauseResult) -> dict[str, Evidence]:
    return {one.key: one for one in result.evidence}


def test_a_met_clause_of_school_size_names_the_largest_school_and_its_cell() -> None:
    schools = [{"school": "P1", "pupils": 500}, {"school": "P2", "pupils": 1980, "name": "大校", "classes": 45}]
    result = clause("12.1", schools=schools)
    assert result.status == "met"
    assert told(result)["asked_schools"].value == 2
    largest = told(result)["largest_school"]
    assert (largest.value, largest.label, largest.source) == (1980, "大校", "学校!G3")


@pytest.mark.parametrize("id_", ["11.1", "11.2", "12.1", "13.2", "13.3", "28.1"])
def test_a_met_clause_says_how_many_were_asked_and_an_extreme(id_: str) -> None:
    result = clause(id_)
    assert result.status == "met"
    assert len(result.evidence) >= 2
    assert all(one.value is not None for one in result.evidence)


def test_the_least_share_is_that_of_a_school_with_a_budget() -> None:
    schools = [{"school": "P1", "budget_yuan": 0, "training_yuan": 0}, {"school": "P2", "training_yuan": 24_000}]
    assert told(clause("28.1", schools=schools))["least_share"].value == 0.08


def test_a_band_of_classes_is_told_as_at_least() -> None:
    classes = [{"school": "P1", "stage": "小学", "pupils_min": 56, "pupils_max": 60, "label": "56-60", "count": 2}]
    result = clause("13.2", classes=classes)
    assert [(one.actual, one.count, one.is_at_least) for one in result.failures] == [(56, 2, True)]
    assert told(result)["largest_class_at_least"].value == 56
    single = clause("13.2", classes=[classes[0] | {"pupils_max": 56, "count": 1}])
    assert [one.is_at_least for one in single.failures] == [False]


def test_a_sheet_of_classes_that_is_silent_about_a_stage_is_missing() -> None:
    classes = [{"school": "P1", "stage": "小学", "pupils_min": 40, "pupils_max": 40}]
    assert clause("13.2", classes=classes).status == "met"
    assert clause("13.3", classes=classes).status == "missing"


def test_rooms_of_a_school_of_both_stages_are_told_with_the_stage_of_the_clause() -> None:
    rows = [NINE_YEARS | {"stage": stage} for stage in ("小学", "初中")]
    rooms = [{"school": "N1", "kind": "音乐", "area_m2": 120.0}]
    for id_, stage in (("11.1", "小学"), ("11.2", "初中")):
        failures = clause(id_, schools=rows, rooms=rooms).failures
        assert {one.stage for one in failures} == {stage}
        assert len(failures) == len({one.label for one in failures})


def test_a_finding_on_site_leads_to_its_conclusion() -> None:
    findings = [{"clause": "10.1", "is_met": True, "basis": "现场查看", "row": 4}]
    (evidence,) = clause("10.1", findings=findings).evidence
    assert (evidence.value, evidence.source) == ("现场查看", "现场核查!B4")


def test_a_rate_without_a_base_and_one_of_an_invalid_sample_are_missing_not_unmet() -> None:
    nobody = {"36": None}
    assert clause("36.3", survey=recognition_with(nobody)).status == "missing"
    invalid = sample_of(5, "too_few")
    assert clause("36.3", survey=recognition_with({"36": 0.99}, sample=invalid)).status == "missing"


def test_the_sums_of_a_county_value_are_told_in_their_own_words_and_units() -> None:
    total, pupils = clause("1.1").evidence
    assert (total.label, total.value, total.unit) == ("小学 · 高于规定学历教师数", 50, "人")
    assert (pupils.label, pupils.value, pupils.unit) == ("小学", 500, "pupil")
