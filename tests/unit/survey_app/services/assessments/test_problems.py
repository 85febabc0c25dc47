"""Problems as rows beside their cells."""

import json

from evaluation.errors import InputProblem, Message
from evaluation.reading.tables import Fault, RawSheet, RawWorkbook
from survey_app.services.assessments.problems import MOST_ROWS, problem_rows, rows_document, rows_from_document

WRONG = Message("wrong", en="{got} is wrong; expected a number; always", zh="{got}不对；应填数字；一直如此")
BARE = Message("bare", en="is damaged", zh="已损坏")
SHEET = RawSheet(
    "学校",
    "学校",
    [["学校代码", "学校名称", "学生数"], ["001", "一小", Fault(False, "#DIV/0!")], ["002", "二小", 12.0]],
)
WORKBOOK = RawWorkbook((SHEET,), "")


def test_a_cell_is_shown_with_its_row_and_what_stands_there() -> None:
    (row,) = problem_rows([InputProblem("学校!C2", WRONG, {"got": "x"})], WORKBOOK)
    assert (row.sheet, row.cell, row.beside, row.found) == ("学校", "C2", "001 一小", "#DIV/0!")
    assert row.wrong == {"zh": "x不对", "en": "x is wrong"}
    assert row.expected == {"zh": "应填数字；一直如此", "en": "expected a number; always"}


def test_numbers_are_shown_plainly_and_the_own_cell_is_not_repeated() -> None:
    rows = problem_rows([InputProblem("学校!C3", BARE), InputProblem("学校!A3", BARE)], WORKBOOK)
    assert [(row.beside, row.found) for row in rows] == [("002 二小", "12"), ("二小", "002")]


def test_a_sheet_a_row_a_file_or_a_place_beyond_has_what_there_is() -> None:
    problems = [InputProblem(where, BARE) for where in ("学校", "学校!3", "表.xlsx", "", "学校!B99", "别的!A1")]
    rows = problem_rows(problems, WORKBOOK)
    assert [(row.sheet, row.cell, row.beside, row.found) for row in rows] == [
        ("学校", "", "", ""),
        ("学校", "3", "002 二小", ""),
        ("表.xlsx", "", "", ""),
        ("", "", "", ""),
        ("学校", "B99", "", ""),
        ("别的", "A1", "", ""),
    ]
    assert rows[0].expected == {"zh": "", "en": ""}


def test_without_a_workbook_places_are_still_told() -> None:
    (row,) = problem_rows([InputProblem("学校!C2", BARE)], None)
    assert (row.sheet, row.cell, row.beside, row.found) == ("学校", "C2", "", "")


def test_rows_are_kept_as_plain_values_and_read_back() -> None:
    rows = problem_rows([InputProblem("学校!C2", BARE)] * (MOST_ROWS + 5), WORKBOOK)
    kept = rows_from_document(json.loads(json.dumps(rows_document(rows))))
    assert kept == rows[:MOST_ROWS]
