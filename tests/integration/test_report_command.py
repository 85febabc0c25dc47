"""`junheng report`: the bytes that `evaluate` wrote, from assessment.json alone; any other file is refused in plain words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from evaluation.assessment_json import assessment_document, json_of
from survey_app.cli import main
from tests.builders_assessment import some_assessment
from tests.golden.test_counties import arguments
from tests.paths import GOLDEN

REPORTS = ("report.html", "report.docx", "ledger.xlsx")


def junheng(*given: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in given])


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that `evaluate` wrote of a golden county."""
    folder = tmp_path_factory.mktemp("evaluated")
    assert junheng(*arguments(GOLDEN / "counties" / "boundary-13"), "--out", folder).exit_code == 0
    return folder


def test_the_reports_of_a_stored_result_are_the_bytes_that_evaluate_wrote(evaluated: Path, tmp_path: Path) -> None:
    result = junheng("report", evaluated / "assessment.json", "--out", tmp_path / "again")
    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(one.name for one in (tmp_path / "again").iterdir()) == sorted(REPORTS)
    for name in REPORTS:
        assert (tmp_path / "again" / name).read_bytes() == (evaluated / name).read_bytes(), name


def test_the_day_is_that_of_the_evaluation(tmp_path: Path) -> None:
    stored = some_assessment("not_met", made_on=None)
    (tmp_path / "assessment.json").write_bytes(json_of(stored))
    assert junheng("report", tmp_path / "assessment.json", "--out", tmp_path).exit_code == 0
    assert "报告日期" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_draft_stays_one(tmp_path: Path) -> None:
    (tmp_path / "draft.json").write_bytes(json_of(some_assessment("not_met", is_draft=True)))
    assert junheng("report", tmp_path / "draft.json", "--out", tmp_path).exit_code == 0
    assert "（草稿，未签署）" in (tmp_path / "report.html").read_text(encoding="utf-8")


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = assessment_document(some_assessment("not_met"))
    change(document)
    return json.dumps(document, ensure_ascii=False).encode()


WHOLE = json_of(some_assessment("not_met"))
WRONG: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is not JSON, or breaks off (line 1, column 1)"),
    "torn": (WHOLE[: len(WHOLE) // 2], "is not JSON, or breaks off (line "),
    "not text": (b"PK\x03\x04\xff\xfe", "can't be read: "),
    "a list": (b"[1, 2]", "is not the result of an assessment"),
    "a number that JSON has not": (WHOLE.replace(b'"population": 286500.0', b'"population": NaN'), "is not JSON"),
    "another object": (b'{"schema": "junheng.campaign/1"}', "is not the result of an assessment"),
    "without schema": (edited(lambda one: one.pop("schema")), "is not the result of an assessment"),
    "a newer format": (
        edited(lambda one: one.update(schema="junheng.assessment/2")),
        "is of the format junheng.assessment/2, which this version of Junheng does not read",
    ),
    "an older version": (edited(lambda one: one.pop("warning_messages")), "was written by an older version of Junheng"),
    "a newer version": (
        edited(lambda one: one["indicators"][2].update(weight=2)),
        "assessment.json: indicators.2.weight: this version of Junheng does not know this part",
    ),
    "a part is absent": (edited(lambda one: one["indicators"][3].pop("status")), "assessment.json: indicators.3.status: "),
    "a part is of another kind": (edited(lambda one: one.update(schools=5)), "assessment.json: schools: "),
    "a whole part is absent": (edited(lambda one: one.pop("county")), "is not as `junheng evaluate` wrote it"),
    "a number as text": (
        edited(lambda one: one["county"].update(population="286500")),
        'assessment.json: county.population: says "286500" where the rest of the file makes it 286500.0',
    ),
    "a verdict without its reasons": (
        edited(lambda one: one.update(a_unmet=[])),
        "assessment.json: a_unmet: says [] where the rest of the file makes it [",
    ),
    "a rate that is none": (
        edited(lambda one: one["recognition"].update(rate=0.99)),
        "assessment.json: recognition.rate: says 0.99 where",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_any_other_file_is_refused_in_plain_words(name: str, tmp_path: Path) -> None:
    content, told = WRONG[name]
    (tmp_path / "assessment.json").write_bytes(content)
    result = junheng("report", tmp_path / "assessment.json", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert told in result.stderr
    assert result.stderr.startswith("assessment.json: ")
    assert all("expected" in line or "judge the workbook again" in line for line in result.stderr.splitlines())
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_refusal_is_told_in_chinese_too(tmp_path: Path) -> None:
    (tmp_path / "assessment.json").write_bytes(WHOLE[:400])
    result = junheng("--lang", "zh", "report", tmp_path / "assessment.json", "--out", tmp_path / "out")
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    assert "不是 JSON 或内容不完整" in result.stderr


def test_a_ledger_that_people_worked_in_is_carried_by_both_commands(tmp_path: Path) -> None:
    golden, out = arguments(GOLDEN / "counties" / "boundary-13"), tmp_path / "out"
    assert junheng(*golden, "--out", out).exit_code == 0
    fresh = (out / "ledger.xlsx").read_bytes()
    workbook = openpyxl.load_workbook(out / "ledger.xlsx")
    sheet = next(one for one in workbook if one.title != "说明" and one.max_row > 1)
    sheet["M2"] = "张三"
    workbook.save(out / "ledger.xlsx")
    for command in (["report", str(out / "assessment.json")], golden):
        assert junheng(*command, "--out", out).exit_code == 0
        assert openpyxl.load_workbook(out / "ledger.xlsx")[sheet.title]["M2"].value == "张三"
        assert (out / "ledger.xlsx").read_bytes() != fresh
    (out / "ledger.xlsx").write_bytes(fresh[:1000])
    for command in (["report", str(out / "assessment.json")], golden):
        result = junheng(*command, "--out", out)
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.startswith("ledger.xlsx")
        assert (out / "ledger.xlsx").read_bytes() == fresh[:1000]
