"""The golden counties' reports say what their assessments say."""

import io
import re
from pathlib import Path

import docx
import openpyxl
import pytest

from evaluation.assessment import Assessment
from evaluation.evaluating import SurveyFiles, evaluate_workbook
from evaluation.report.contents import Report, report_of
from evaluation.report.ledger import ledger_rows
from evaluation.report.writing import write_reports
from tests.paths import COUNTIES, GOLDEN
from tests.unit.evaluation.report.pages import Page

pytestmark = pytest.mark.xdist_group("golden-reports")  # each county is judged and reported once


@pytest.fixture(scope="module", params=COUNTIES)
def assessment(request: pytest.FixtureRequest) -> Assessment:
    folder = GOLDEN / "counties" / request.param
    survey = SurveyFiles(folder / "responses.csv", folder / "questionnaires")
    return evaluate_workbook(folder / "workbook.xlsx", "xiangtan-2018", survey)


@pytest.fixture(scope="module")
def report(assessment: Assessment) -> Report:
    return report_of(assessment)


@pytest.fixture(scope="module")
def folder(assessment: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("reports")
    write_reports(assessment, directory)
    return directory


def test_everything_that_decides_against_the_county_is_listed_with_a_sentence(
    assessment: Assessment, report: Report
) -> None:
    failing = {one.id: one for one in report.conclusion.failing}
    assert set(assessment.with_status("unmet")) <= set(failing)
    assert len([one for one in failing if one.startswith("一票否决")]) == len(assessment.vetoes_present)
    assert all(one.sentences for one in failing.values())
    missing = {one.id: one for one in report.conclusion.missing}
    assert set(assessment.with_status("missing")) <= set(missing)
    assert all(one.sentences for one in missing.values())


def test_no_code_of_the_assessment_is_left_in_the_words(folder: Path) -> None:
    text = Page((folder / "report.html").read_text(encoding="utf-8")).text
    assert not re.findall(
        r"\b(share|pupil|room|met|unmet|missing|total|coefficient|answer|None|nan|too_few|cannot_tell)\b", text
    )


def test_every_clause_names_the_cell_it_was_read_from(assessment: Assessment, report: Report) -> None:
    cells = [
        part.source for one in report.indicators for clause in one.clauses for part in clause.evidence if part.source
    ]
    assert len(cells) > 50
    assert all(re.fullmatch(r"\S+![A-Z]+\d+", cell) for cell in cells)


def test_page_and_word_file_agree_on_every_sentence(report: Report, folder: Path) -> None:
    page = Page((folder / "report.html").read_text(encoding="utf-8")).text
    word = docx.Document(io.BytesIO((folder / "report.docx").read_bytes()))
    said = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert report.conclusion.sentence in page
    assert report.conclusion.sentence in said
    for reason in (*report.conclusion.failing, *report.conclusion.missing):
        for sentence in reason.sentences:
            assert sentence in page
            assert sentence in said


def test_the_ledger_has_a_row_for_every_gap_and_every_unmet_clause(assessment: Assessment, folder: Path) -> None:
    workbook = openpyxl.load_workbook(folder / "ledger.xlsx")
    rows = {name: workbook[name].max_row - 1 for name in workbook.sheetnames[1:]}
    assert rows["资源配置缺口"] == len(assessment.gaps)
    assert sum(rows.values()) == len(ledger_rows(assessment))
    rows_told = [row.indicator.split()[0] for row in ledger_rows(assessment) if row.sheet != "resources"]
    told = [clause for one in rows_told for clause in one.split("、")]
    for indicator in assessment.indicators:
        for clause in indicator.clauses:
            if clause.status == "unmet" and clause.points is None and clause.test != "resource_standard":
                assert clause.id in told


def test_a_school_is_marked_as_it_was_judged(assessment: Assessment, report: Report) -> None:
    judged = {(one.code, one.stage): one for one in assessment.schools if one.in_scope}
    shown = {(row.code, matrix.stage): row for matrix in report.matrices for row in matrix.rows}
    assert shown.keys() == judged.keys()
    for key, row in shown.items():
        assert sum(cell.reach == "met" for cell in row.cells) == judged[key].met
        assert (row.verdict != "below") == judged[key].compliant
