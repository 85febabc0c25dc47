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

from evaluation.assessment import assessment_document
from evaluation.evaluating import SurveyFiles, evaluate_files
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
    assessment, _ = evaluate_files(folder / "workbook.xlsx", "xiangtan-2018", survey)
    actual = json.loads(json.dumps(assessment_document(assessment), allow_nan=False))
    assert list(differences(expected(name), actual)) == []


@pytest.mark.parametrize("name", COUNTIES)
def test_another_rule_is_another_file(name: str) -> None:
    folder = GOLDEN / "counties" / name
    survey = SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    rulebook = REPOSITORY / "tests" / "files" / "rulebooks" / "national-2017-core.yaml"
    assessment, _ = evaluate_files(folder / "workbook.xlsx", str(rulebook), survey)
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


def test_answers_and_questions_that_count_nowhere_are_told(tmp_path: Path) -> None:
    folder = GOLDEN / "counties" / "good-11"
    questionnaires = shutil.copytree(folder / "questionnaires", tmp_path / "questionnaires")
    public = questionnaires / "public.yaml"
    text = public.read_text(encoding="utf-8")
    public.write_text(re.sub("(['\"])36\\1", "'99'", text, count=1), encoding="utf-8")
    responses = (folder / "responses.csv").read_text(encoding="utf-8-sig").splitlines()
    place = responses[0].split(",").index("school")
    moved = [[*row[:place], "NOSCHOOL", *row[place + 1 :]] for row in csv.reader(responses[1:4]) if row[place]]
    assert moved
    with (tmp_path / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([responses[0].split(","), *moved, *csv.reader(responses[4:])])
    survey = SurveyFiles(tmp_path / "responses.csv", questionnaires)
    _, warnings = evaluate_files(folder / "workbook.xlsx", "xiangtan-2018", survey)
    told = {one.kind: one.values for one in warnings}
    assert told["responses_of_unknown_schools"] == {"number": 1, "responses": len(moved), "schools": "NOSCHOOL"}
    assert told["question_of_unknown_item"]["item"] == "99"
