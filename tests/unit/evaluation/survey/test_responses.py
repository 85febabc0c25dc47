"""Reading responses files: what becomes of the cells, and each mistake with its line and column."""

from pathlib import Path

import pandas as pd
import pytest

from evaluation.errors import InputProblem, InvalidInput
from evaluation.survey.questionnaire import Questionnaires, load_questionnaires
from evaluation.survey.responses import ResponseRow, Responses, read_responses, responses_from_rows

PARENT = """
id: parent
version: 1
group: parent
title: {zh: 家长问卷}
option_sets:
  satisfaction:
    - {value: 1, label: {zh: 满意}, recognises: true}
    - {value: 2, label: {zh: 不满意}, recognises: false}
    - {value: 9, label: {zh: 不了解}, recognises: null}
  grades:
    - {value: 1, label: {zh: 一年级}}
    - {value: 2, label: {zh: 二年级}}
questions:
  - {id: q01, text: {zh: 一}, type: choice, options: satisfaction, required: true, items: ["36"]}
  - {id: q02, text: {zh: 二}, type: multi, options: grades, required: false}
  - {id: comment, text: {zh: 三}, type: text, required: false}
"""
STUDENT = """
id: student
version: 1
group: student
title: {zh: 学生问卷}
option_sets:
  satisfaction:
    - {value: 1, label: {zh: 满意}, recognises: true}
    - {value: 3, label: {zh: 不满意}, recognises: false}
questions:
  - {id: q01, text: {zh: 一}, type: choice, options: satisfaction, required: true, items: ["36"]}
  - {id: q05, text: {zh: 五}, type: choice, options: satisfaction, required: true, items: ["36"]}
"""
HEADER = "group,school,submitted_at,duration_s,valid,q01,q02,q05,comment"


@pytest.fixture
def questionnaires(tmp_path: Path) -> Questionnaires:
    folder = tmp_path / "questionnaires"
    folder.mkdir()
    (folder / "parent.yaml").write_text(PARENT, encoding="utf-8")
    (folder / "student.yaml").write_text(STUDENT, encoding="utf-8")
    return load_questionnaires(folder)


@pytest.fixture
def read(tmp_path: Path, questionnaires: Questionnaires):
    def read_text(*lines: str, header: str = HEADER) -> Responses:
        file = tmp_path / "responses.csv"
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return read_responses(file, questionnaires, "430300")

    return read_text


@pytest.fixture
def problems(read):
    def of(*lines: str, header: str = HEADER) -> list[tuple[str, str]]:
        with pytest.raises(InvalidInput) as caught:
            read(*lines, header=header)
        assert_worded(caught.value.problems)
        return [(problem.where.removeprefix("responses.csv:"), problem.kind) for problem in caught.value.problems]

    return of


def assert_worded(found: tuple[InputProblem, ...]) -> None:
    for problem in found:
        assert "{" not in problem.text("en") + problem.text("zh")


@pytest.fixture
def bytes_problems(tmp_path: Path, questionnaires: Questionnaires):
    def of(content: bytes) -> list[tuple[str, str]]:
        file = tmp_path / "responses.csv"
        file.write_bytes(content)
        with pytest.raises(InvalidInput) as caught:
            read_responses(file, questionnaires)
        assert_worded(caught.value.problems)
        return [(problem.where, problem.kind) for problem in caught.value.problems]

    return of


def chosen(responses: Responses) -> list[tuple[int, str, int]]:
    return list(responses.answers[["response", "question", "value"]].itertuples(index=False, name=None))


def test_cells_become_tables(read) -> None:
    found = read(
        "parent,4301,2020-10-12T23:33:57,397,1,1,1;2,,太好了",
        "student,,,,0,3,,1,",
    )
    table = found.responses
    assert table["county"].tolist() == ["430300", "430300"]
    assert table["group"].tolist() == ["parent", "student"]
    assert table["school"].tolist() == ["4301", ""]
    assert table["valid"].tolist() == [True, False]
    assert table["submitted_at"][0] == pd.Timestamp("2020-10-12T23:33:57")
    assert pd.isna(table["submitted_at"][1])
    assert table["duration_s"][0] == 397
    assert pd.isna(table["duration_s"][1])
    assert sorted(chosen(found)) == [(0, "q01", 1), (0, "q02", 1), (0, "q02", 2), (1, "q01", 3), (1, "q05", 1)]


def test_rows_of_the_service_give_the_same_tables(read, questionnaires: Questionnaires) -> None:
    from_file = read("parent,4301,,,1,1,1;2,,", "student,,,,0,3,,1,")
    rows = [
        ResponseRow("parent", "4301", True, {"q01": 1, "q02": [1, 2]}),
        ResponseRow("student", "", False, {"q01": 3, "q05": 1}),
    ]
    from_rows = responses_from_rows(rows, questionnaires, "430300")
    pd.testing.assert_frame_equal(from_rows.responses, from_file.responses)
    order = ["response", "question", "value"]
    pd.testing.assert_frame_equal(
        from_rows.answers.sort_values(order, ignore_index=True), from_file.answers.sort_values(order, ignore_index=True)
    )


def test_survey_without_rows_is_an_empty_table(questionnaires: Questionnaires) -> None:
    found = responses_from_rows([], questionnaires)
    assert (len(found.responses), len(found.answers)) == (0, 0)


def test_unknown_question_of_a_stored_row_is_a_bug(questionnaires: Questionnaires) -> None:
    with pytest.raises(KeyError):
        responses_from_rows([ResponseRow("parent", "", True, {"q99": 1})], questionnaires)


def test_columns_may_stand_in_any_order_and_times_be_absent(read) -> None:
    found = read("1,1,,parent,2", header="valid,q01,school,group,q02")
    assert chosen(found) == [(0, "q01", 1), (0, "q02", 2)]
    assert found.responses["duration_s"].isna().all()


def test_blanks_byte_order_mark_blank_lines_and_line_ends_are_tolerated(
    tmp_path: Path, questionnaires: Questionnaires
) -> None:
    file = tmp_path / "responses.csv"
    file.write_bytes(f"\ufeff{HEADER},,\r\n\r\n parent , 4301 ,,, 1 , 1 ,1; 2,,,,\r\n,,,,,,,,,,\r\n".encode())
    found = read_responses(file, questionnaires)
    assert chosen(found) == [(0, "q01", 1), (0, "q02", 1), (0, "q02", 2)]
    assert found.responses["school"].tolist() == ["4301"]


def test_gb18030_file_is_read(tmp_path: Path, questionnaires: Questionnaires) -> None:
    file = tmp_path / "responses.csv"
    file.write_bytes(f"{HEADER}\nparent,湘一,,,1,1,,,很好\n".encode("gb18030"))
    assert read_responses(file, questionnaires).responses["school"].tolist() == ["湘一"]


def test_time_with_an_offset_is_brought_to_shanghai(read) -> None:
    found = read("parent,,2020-10-12T23:30:00Z,,1,1,,,", "parent,,2020-10-13T07:30:00,,1,1,,,")
    first, second = found.responses["submitted_at"]
    assert first == second


def test_every_mistake_is_named_by_line_and_column(problems) -> None:
    assert problems(
        "parents,,,,1,1,,,",
        "principal,,,,1,,,,",
        "parent,4.303E+09,,,1,1,,,",
        "parent,,yesterday,,1,1,,,",
        "parent,,,-1,1,1,,,",
        "parent,,,inf,1,1,,,",
        "parent,,,,,1,,,",
        "parent,,,,是,1,,,",
        "parent,,,,1,7,,,",
        "parent,,,,1,1;2,,,",
        "parent,,,,1,１,,,",
        "parent,,,,1,1,3,,",
        "parent,,,,1,1,1;1,,",
        "parent,,,,1,1,1;,,",
        "student,,,,1,2,,1,",
        "parent,,,,1,1,,1,",
    ) == [
        ("2 group", "unknown_group"),
        ("3 group", "no_questionnaire_for_group"),
        ("4 school", "school_scientific"),
        ("5 submitted_at", "submitted_not_a_time"),
        ("6 duration_s", "duration_not_seconds"),
        ("7 duration_s", "duration_not_seconds"),
        ("8 valid", "valid_not_0_or_1"),
        ("9 valid", "valid_not_0_or_1"),
        ("10 q01", "unknown_option"),
        ("11 q01", "unknown_option"),
        ("12 q01", "unknown_option"),
        ("13 q02", "unknown_option"),
        ("14 q02", "option_twice"),
        ("15 q02", "unknown_option"),
        ("16 q01", "unknown_option"),
        ("17 q05", "not_asked"),
    ]


def test_line_is_that_of_the_file_below_a_quoted_line_break(problems) -> None:
    assert problems('parent,,,,1,1,,,"two\nlines"', "parent,,,,1,8,,,") == [("4 q01", "unknown_option")]


def test_header_mistakes_come_with_those_of_the_rows(problems) -> None:
    header = "group,school,valid,q01,q02,q77,q:8,"
    assert problems("parent,,1,8,,,,x", header=header) == [
        ("1 q77", "unknown_question"),
        ("1 q:8", "unknown_question"),
        ("1", "unnamed_column"),
        ("2 q01", "unknown_option"),
    ]


def test_lost_question_column_is_named_for_the_groups_that_answered(problems, read) -> None:
    header = "group,school,valid,q01,q02"
    assert problems("parent,,1,1,", "student,,1,1,", header=header) == [("1 q05", "question_column_missing")]
    assert len(read("parent,,1,1,", header=header).responses) == 1


def test_missing_columns_are_all_named(problems) -> None:
    assert problems("1", header="q01") == [
        ("1 group", "column_missing"),
        ("1 school", "column_missing"),
        ("1 valid", "column_missing"),
    ]


def test_column_twice_is_refused(problems) -> None:
    assert problems("parent,,1,1,1", header="group,school,valid,q01,q01") == [("1 q01", "csv_column_twice")]


def test_rows_of_another_length_are_named(problems) -> None:
    assert problems("parent,,,,1,1,,", "parent,,,,1,1,,,", "parent,,,,1,1,,,,") == [
        ("2", "csv_ragged"),
        ("4", "csv_ragged"),
    ]


def test_rows_of_another_length_hide_nothing_of_the_others(problems) -> None:
    rows = ["parent,,,,1,7,,,", "parent,,,,1,1", "stranger,,,,1,1,,,", "teacher"]
    header = HEADER.replace("school", "schule")
    assert problems(*rows) == [
        ("2 q01", "unknown_option"),
        ("3", "csv_ragged"),
        ("4 group", "unknown_group"),
        ("5", "csv_ragged"),
    ]
    assert problems("parent", "teacher") == [("2", "csv_ragged"), ("3", "csv_ragged")], "and there are responses"
    assert problems(*rows[:2], header=header)[-1] == ("3", "csv_ragged")


def test_column_wrong_throughout_is_counted_and_not_listed_to_the_end(problems) -> None:
    found = problems(*["parent,,,,1,5,,,"] * 2500)
    assert len(found) == 1001
    assert found[0] == ("1 q01", "more_of_the_kind")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "csv_empty"),
        (b"\xef\xbb\xbf\n , ,\n", "csv_empty"),
        (HEADER.encode(), "no_responses"),
        (b"PK\x03\x04\x14\x00\x06", "csv_is_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "csv_is_workbook"),
        (HEADER.encode("utf-16"), "csv_not_text"),
        (b"group,school\nparent,\x00\n", "csv_not_text"),
        (b"group,\xff\xfe\xfd\n", "csv_not_text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "csv_not_text"),
    ],
)
def test_file_that_is_no_csv_is_refused_in_plain_words(bytes_problems, content: bytes, kind: str) -> None:
    assert bytes_problems(content) == [("responses.csv", kind)]


@pytest.mark.parametrize("separator", [";", "\t", "，", "|"])
def test_other_separator_is_recognised(bytes_problems, separator: str) -> None:
    text = f"{HEADER}\nparent,,,,1,1,,,\n".replace(",", separator)
    assert bytes_problems(text.encode()) == [("responses.csv:1", "csv_separator")]


@pytest.mark.parametrize("row", [b'parent,"4301,,,1,1,,,\n', b'parent,"43"01,,,1,1,,,\n'])
def test_broken_quotes_are_placed(bytes_problems, row: bytes) -> None:
    assert bytes_problems(HEADER.encode() + b"\n" + row) == [("responses.csv:2", "csv_broken")]


def test_absent_file_is_an_input_problem(tmp_path: Path, questionnaires: Questionnaires) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_responses(tmp_path / "nowhere.csv", questionnaires)
    assert [problem.kind for problem in caught.value.problems] == ["csv_not_readable"]
