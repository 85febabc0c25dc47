"""The golden counties: library and command give what an independent reference computed in exact fractions."""

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evaluation.assessment_json import assessment_document, assessment_from_document, json_of
from evaluation.evaluating import SurveyFiles, evaluate_workbook
from tests.golden.comparing import differences
from tests.paths import COUNTIES, GOLDEN, REPOSITORY


def expected(name: str, rulebook: str = "xiangtan-2018") -> Any:
    return json.loads((GOLDEN / "counties" / name / f"expected-{rulebook}.json").read_text(encoding="utf-8"))


def arguments(folder: Path) -> list[str]:
    survey = ["--responses", str(folder / "responses.csv"), "--questionnaires", str(folder / "questionnaires")]
    return ["evaluate", str(folder / "workbook.xlsx"), "--rulebook", "xiangtan-2018", *survey]


@pytest.mark.parametrize("name", COUNTIES)
def test_library_agrees_with_the_reference(name: str) -> None:
    folder = GOLDEN / "counties" / name
    survey = SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    assessment = evaluate_workbook(folder / "workbook.xlsx", "xiangtan-2018", survey)
    assert assessment_from_document(json.loads(json_of(assessment))) == assessment
    actual = json.loads(json.dumps(assessment_document(assessment), allow_nan=False))
    assert list(differences(expected(name), actual)) == []


@pytest.mark.parametrize("name", COUNTIES)
def test_another_rule_is_another_file(name: str) -> None:
    folder = GOLDEN / "counties" / name
    survey = SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    rulebook = REPOSITORY / "tests" / "files" / "rulebooks" / "national-2017-core.yaml"
    assessment = evaluate_workbook(folder / "workbook.xlsx", str(rulebook), survey)
    actual = json.loads(json.dumps(assessment_document(assessment), allow_nan=False))
    assert list(differences(expected(name, "national-2017"), actual)) == []


@pytest.mark.parametrize("name", COUNTIES)
def test_command_agrees_with_the_reference(name: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "survey_app.cli",
        *arguments(GOLDEN / "counties" / name),
        "--out",
        str(tmp_path / "out"),
        "--json",
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    written = json.loads((tmp_path / "out" / "assessment.json").read_text(encoding="utf-8"))
    assert json.loads(result.stdout) == written
    assert list(differences(expected(name), written)) == []
    files = {file.name for file in (tmp_path / "out").iterdir()}
    assert files == {"assessment.json", "report.html", "report.docx", "ledger.xlsx"}


def county_with_answers_that_count_nowhere(folder: Path) -> Path:
    """A golden county in `folder`, three of whose answers name a school it hasn't, and one question an item that no rule has."""
    golden = GOLDEN / "counties" / "good-11"
    shutil.copy(golden / "workbook.xlsx", folder)
    public = shutil.copytree(golden / "questionnaires", folder / "questionnaires") / "public.yaml"
    text = public.read_text(encoding="utf-8")
    public.write_text(re.sub("(['\"])36\\1", "'99'", text, count=1), encoding="utf-8")
    head, *rows = csv.reader((golden / "responses.csv").read_text(encoding="utf-8-sig").splitlines())
    place = head.index("school")
    for row in [row for row in rows if row[place] and row[head.index("valid")] == "1"][:3]:
        row[place] = "NOSCHOOL"
    with (folder / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return folder


def test_answers_and_questions_that_count_nowhere_are_told(tmp_path: Path) -> None:
    folder = county_with_answers_that_count_nowhere(tmp_path)
    survey = SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    warnings = evaluate_workbook(folder / "workbook.xlsx", "xiangtan-2018", survey).warnings
    told = {one.kind: one.values for one in warnings}
    assert told["responses_of_unknown_schools"] == {"number": 1, "responses": 3, "schools": "NOSCHOOL"}
    assert told["question_of_unknown_item"]["item"] == "99"
