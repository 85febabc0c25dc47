"""The survey's numbers against R's `survey` package and against the golden counties."""

import json
from functools import cache
from pathlib import Path

import pytest

from evaluation.survey.frames import group_named
from evaluation.survey.from_files import recognition_from_files
from evaluation.survey.groups import GROUPS
from evaluation.survey.interval import design_of, estimate_rate
from evaluation.survey.questionnaire import Questionnaires, load_questionnaires
from evaluation.survey.recognition import (
    Recognition,
    estimate_recognition,
    recognition_document,
)
from evaluation.survey.responses import read_responses
from evaluation.survey.tallies import tally_item, valid_responses
from tests.golden.comparing import differences
from tests.paths import COUNTIES, GOLDEN
from tests.unit.evaluation.survey.rules import NATIONAL, XIANGTAN

SURVEYS = ("ordinary", "all-recognise", "lonely-group")
ESTIMATES = [("items", item) for item in ("36", "30.8", "8.4")] + [("groups", group) for group in GROUPS]


@cache
def questionnaires() -> Questionnaires:
    return load_questionnaires(GOLDEN / "stats" / "questionnaires")


@cache
def survey(name: str) -> Recognition:
    file = GOLDEN / "stats" / name / "responses.csv"
    return estimate_recognition(read_responses(file, questionnaires()), questionnaires(), XIANGTAN, 200_000, {})


@cache
def by_r(name: str) -> dict:
    return json.loads((GOLDEN / "stats" / name / "expected.json").read_text(encoding="utf-8"))


def assert_agrees(found: dict, expected: dict) -> None:
    """Counts exact; rate, se, deff, n_eff, df within a relative 1e-9; limits within 1e-8 (README of the golden statistics)."""
    assert (found["recognise"], found["base"]) == (expected["recognise"], expected["base"])
    if expected["rate"] is None:
        assert found["rate"] is None
        assert found["ci95"] is None
        return
    assert found["psus"] == expected["n_psu"]
    for name in ("rate", "se", "deff", "n_eff", "df"):
        assert found[name] == (pytest.approx(expected[name], rel=1e-9) if name in expected else None), name
    assert found["ci95"] == pytest.approx(expected["ci95"], rel=0, abs=1e-8)
    assert ("no_variance" in found["ci_reasons"]) == expected["degenerate"]


@pytest.mark.parametrize(("kind", "name"), ESTIMATES)
@pytest.mark.parametrize("data", SURVEYS)
def test_estimates_equal_those_of_r(data: str, kind: str, name: str) -> None:
    assert_agrees(recognition_document(survey(data))["estimates"][kind][name], by_r(data)[kind][name])


@pytest.mark.parametrize("data", SURVEYS)
def test_persons_as_psus_equal_those_of_r(data: str) -> None:
    responses = read_responses(GOLDEN / "stats" / data / "responses.csv", questionnaires())
    valid = valid_responses(responses)
    design = design_of(valid.group, valid.school - valid.school - 1)  # nobody belongs to a school
    assert_agrees(
        estimate_rate(design, tally_item(valid, questionnaires(), "36")).document(), by_r(data)["respondent_as_psu"]
    )


def test_reasons_against_intervals_are_those_of_the_data() -> None:
    lonely = survey("lonely-group")
    assert lonely.groups["cppcc_member"].ci_reasons == ("no_variance", "small_base")
    assert lonely.groups["npc_deputy"].ci_reasons == ("small_base",)
    assert survey("ordinary").answers.ci_reliable
    assert survey("all-recognise").answers.ci_reasons == ("no_variance",)


@pytest.mark.parametrize("data", SURVEYS)
def test_document_is_strict_json(data: str) -> None:
    json.dumps(recognition_document(survey(data)), allow_nan=False)


def county_inputs(name: str, tmp_path: Path) -> tuple[int, Path]:
    """Population and frames of a golden county, from its workbook; the frames as the file that the command takes."""
    import openpyxl

    workbook = openpyxl.load_workbook(GOLDEN / "counties" / name / "workbook.xlsx", read_only=True)
    facts = dict(workbook["基本信息"].iter_rows(values_only=True))
    frames = tmp_path / "frames.csv"
    rows = [f"{row[0]},{row[1]}" for row in workbook["调查对象规模"].iter_rows(values_only=True)]
    frames.write_text("\n".join(rows), encoding="utf-8")
    assert rows[0] == "类别,总体人数"
    assert all(group_named(row.split(",")[0]) for row in rows[1:])
    workbook.close()
    return int(facts["常住人口"]), frames


@pytest.mark.parametrize(("rulebook", "parameters"), [("xiangtan-2018", XIANGTAN), ("national-2017", NATIONAL)])
@pytest.mark.parametrize("county", COUNTIES)
def test_county_has_the_expected_recognition(county: str, rulebook: str, parameters: object, tmp_path: Path) -> None:
    population, frames = county_inputs(county, tmp_path)
    folder = GOLDEN / "counties" / county
    recognition = recognition_from_files(
        folder / "responses.csv", folder / "questionnaires", population, parameters, frames
    )
    expected = json.loads((folder / f"expected-{rulebook}.json").read_text(encoding="utf-8"))["recognition"]
    assert list(differences(expected, recognition_document(recognition))) == []
