"""All four files or none."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evaluation.errors import InvalidInput
from evaluation.output_files import write_file
from evaluation.report.writing import report_files, write_reports
from tests.builders_assessment import rate_of, recognition, some_assessment
from tests.paths import REPOSITORY

NAMES = ["assessment.json", "ledger.xlsx", "report.docx", "report.html"]


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_four_files_and_nothing_beside_them(tmp_path: Path) -> None:
    written = write_reports(some_assessment("not_met"), tmp_path / "new" / "out")
    assert names(tmp_path / "new" / "out") == NAMES
    assert names(tmp_path / "new") == ["out"]
    assert sorted(one.name for one in written) == NAMES


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_reports_are_their_owners_alone_also_in_the_place_of_a_file_that_all_could_read(
    tmp_path: Path, umask: int
) -> None:
    (tmp_path / "report.html").write_text("old", encoding="utf-8")
    (tmp_path / "report.html").chmod(0o644)
    before = os.umask(umask)
    try:
        write_reports(some_assessment("not_met"), tmp_path)
        write_file(tmp_path / "workbook.xlsx", b"PK")
    finally:
        os.umask(before)
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
    assert modes == dict.fromkeys([*NAMES, "workbook.xlsx"], 0o600)


def test_what_else_lies_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "report.html").write_text("old", encoding="utf-8")
    write_reports(some_assessment("not_met"), tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_failure_halfway_leaves_no_file(tmp_path: Path) -> None:
    broken = some_assessment(
        "not_met", recognition=recognition(questionnaires=replace(rate_of(360, 400), deff=float("nan")))
    )
    with pytest.raises(ValueError, match="JSON"):
        write_reports(broken, tmp_path / "out")
    assert names(tmp_path) == []


@pytest.mark.parametrize("below", ["out", "out/sub", "out/sub/deeper"])
def test_a_path_that_is_or_crosses_a_file_is_refused_before_anything_is_touched(tmp_path: Path, below: str) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        write_reports(some_assessment("not_met"), tmp_path / below)
    assert [one.kind for one in refused.value.problems] == ["output_not_writable"]
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a file"


@pytest.mark.parametrize("taken", NAMES)
def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_is_replaced(tmp_path: Path, taken: str) -> None:
    old = dict.fromkeys(NAMES, b"old") | report_files(some_assessment("not_met"), names=("ledger.xlsx",))
    for name in NAMES:
        (tmp_path / name).mkdir() if name == taken else (tmp_path / name).write_bytes(old[name])
    with pytest.raises(InvalidInput, match="a folder stands where a file is needed"):
        write_reports(some_assessment("not_met"), tmp_path)
    assert names(tmp_path) == NAMES
    assert all((tmp_path / name).read_bytes() == old[name] for name in NAMES if name != taken)


def test_the_same_assessment_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_reports(some_assessment("vetoed", made_on=date(2020, 12, 1)), tmp_path / name)
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in NAMES)


def test_the_json_is_the_document_of_the_assessment(tmp_path: Path) -> None:
    write_reports(some_assessment("incomplete"), tmp_path)
    document = json.loads((tmp_path / "assessment.json").read_text(encoding="utf-8"))
    assert document["schema"] == "junheng.assessment/1"
    assert document["recognition"] is None
    assert document["b"]["total"] is None
    assert document["a_missing"] == ["18", "22", "36"]


def test_no_day_is_printed_when_none_is_given(tmp_path: Path) -> None:
    write_reports(some_assessment("not_met"), tmp_path)
    assert "报告日期" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_importing_the_reports_loads_none_of_the_writers() -> None:
    code = "import sys, evaluation.report, evaluation.report.writing\nprint(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    ).stdout.split()
    assert not {"docx", "xlsxwriter", "resvg_py", "jinja2", "pandas"} & set(loaded)
