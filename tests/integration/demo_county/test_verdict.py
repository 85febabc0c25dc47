"""The made-up county goes the whole way: checked without a word, judged, and unmet exactly where it was made to fall short."""

from pathlib import Path

import pytest

import questionnaires as instruments
from evaluation.assessment_json import assessment_document
from evaluation.evaluating import SurveyFiles, check_workbook, evaluate_workbook
from evaluation.survey.questionnaire import load_questionnaires
from survey_app.demo_county import build_county, build_responses, write_responses_csv, write_schools_csv, write_workbook
from survey_app.services.campaigns.schools import read_school_list, schools_from_stages

QUESTIONNAIRES = Path(instruments.__file__).parent


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_workbook_passes_the_check_without_problem_or_warning(tmp_path, seed):
    write_workbook(build_county(seed), tmp_path / "county.xlsx")
    assert [one.text("zh") for one in check_workbook(tmp_path / "county.xlsx", "xiangtan-2018")] == []


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    county, questionnaires = build_county(1), load_questionnaires(QUESTIONNAIRES)
    write_workbook(county, folder / "county.xlsx")
    write_responses_csv(build_responses(county, questionnaires, 1), questionnaires, folder / "responses.csv")
    survey = SurveyFiles(folder / "responses.csv", QUESTIONNAIRES)
    assessment = evaluate_workbook(folder / "county.xlsx", "xiangtan-2018", survey)
    return assessment_document(assessment)


def test_verdict_names_what_was_made_to_fall_short_and_nothing_else(document):
    names = {row["学校代码"]: row["学校名称"] for row in build_county(1)["学校"]}
    unmet = {
        clause["id"]: [names[school] for school in clause["schools"]]
        for indicator in document["indicators"]
        for clause in indicator["clauses"]
        if indicator["kind"] == "A" and clause["status"] != "met"
    }
    assert unmet == {
        "2.1": ["白水镇中心小学"],
        "2.2": ["石桥镇初级中学"],
        "5.1": ["城关第一小学"],
        "11.1": ["龙潭镇中心小学"],
        "12.1": ["清溪县实验小学"],
        "13.2": ["城关第二小学"],
    }
    assert document["outcome"] == "not_met"
    assert document["a_missing"] == []


def test_excused_school_is_in_the_gaps_but_compliant(document):
    (excused,) = [gap for gap in document["gaps"] if gap["indicator"] == "4"]
    (school,) = [one for one in document["schools"] if one["code"] == excused["school"]]
    assert (school["met"], school["compliant"]) == (6, True)


def test_softer_half_passes_and_the_contradicted_score_is_a_finding(document):
    assert document["b"]["total"] > 88
    assert document["b"]["below_80_percent"] == []
    assert [finding["clause"] for finding in document["findings"]] == ["8.2"]


def test_survey_is_a_valid_sample_with_a_rate_near_nine_in_ten(document):
    recognition = document["recognition"]
    assert recognition["sample"]["is_valid"]
    assert 0.86 < recognition["rate"] < 0.95
    assert recognition["ci_reliable"]
    assert 0.2 < max(document["coefficients"]["小学"].values()) < 0.5


def test_school_list_is_one_that_a_campaign_can_use(tmp_path):
    write_schools_csv(build_county(1), tmp_path / "schools.csv")
    stages = read_school_list(tmp_path / "schools.csv")
    assert len(stages) == len(build_county(1)["学校"])
    assert len(schools_from_stages(stages)) == 60
