"""The golden counties: library and command give what an independent reference computed in exact fractions."""

import json
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evaluation.assessment import assessment_document
from evaluation.commands import SurveyFiles, evaluate_files
from tests.paths import GOLDEN, REPOSITORY, needs_golden

pytestmark = needs_golden

NAMES = sorted(folder.name for folder in (GOLDEN / "counties").glob("*")) if GOLDEN.is_dir() else []


def compare() -> ModuleType:
    spec = util.spec_from_file_location("compare", GOLDEN / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expected(name: str, rulebook: str = "xiangtan-2018") -> Any:
    return json.loads((GOLDEN / "counties" / name / f"expected-{rulebook}.json").read_text(encoding="utf-8"))


def arguments(folder: Path) -> list[str]:
    survey = ["--responses", str(folder / "responses.csv"), "--questionnaires", str(folder / "questionnaires")]
    return ["evaluate", str(folder / "workbook.xlsx"), "--rulebook", "xiangtan-2018", *survey]


@pytest.mark.parametrize("name", NAMES)
def test_library_agrees_with_the_reference(name: str) -> None:
    folder = GOLDEN / "counties" / name
    survey = SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    assessment, _ = evaluate_files(folder / "workbook.xlsx", "xiangtan-2018", survey)
    actual = json.loads(json.dumps(assessment_document(assessment), allow_nan=False))
    assert list(compare().differences(expected(name), actual)) == []


@pytest.mark.parametrize("name", NAMES)
def test_another_rule_is_another_file(name: str) -> None:
    folder = GOLDEN / "counties" / name
    survey = SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    rulebook = REPOSITORY / "tests" / "files" / "rulebooks" / "national-2017-core.yaml"
    assessment, _ = evaluate_files(folder / "workbook.xlsx", str(rulebook), survey)
    actual = json.loads(json.dumps(assessment_document(assessment), allow_nan=False))
    assert list(compare().differences(expected(name, "national-2017"), actual)) == []


@pytest.mark.parametrize("name", NAMES)
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
    assert list(compare().differences(expected(name), written)) == []
    files = {file.name for file in (tmp_path / "out").iterdir()}
    assert files == {"assessment.json", "report.html", "report.docx", "ledger.xlsx"}
