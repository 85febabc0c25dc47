"""The file of group sizes."""

from pathlib import Path

import pytest

from evaluation.errors import InvalidInput
from evaluation.survey.frames import read_frames


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "frames.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_groups_are_named_in_chinese_or_by_identifier(tmp_path: Path) -> None:
    text = '总体人数,类别\n68,校长\n"12,000",家长\n１２０人,npc_deputy\n0 人,其他群众\n'
    assert read_frames(write(tmp_path, text)) == {"principal": 68, "parent": 12_000, "npc_deputy": 120, "public": 0}


def test_groups_and_headers_are_taken_as_the_workbook_takes_them(tmp_path: Path) -> None:
    text = "备注, 类 别（调查对象）,总体人数(人)\n,学生家长,12\n,社会公众,3\n,TEACHER,4\n"
    assert read_frames(write(tmp_path, text)) == {"parent": 12, "public": 3, "teacher": 4}


def test_every_mistake_is_named(tmp_path: Path) -> None:
    text = "类别,总体人数\n校长,68\n校长,69\n园长,10\n教师,很多\n学生,-5\n家长,\n园丁,1.5\n"
    with pytest.raises(InvalidInput) as caught:
        read_frames(write(tmp_path, text))
    assert [(problem.where, problem.kind) for problem in caught.value.problems] == [
        ("frames.csv:3 类别", "frame_twice"),
        ("frames.csv:4 类别", "unknown_group"),
        ("frames.csv:5 总体人数", "frame_not_a_number"),
        ("frames.csv:6 总体人数", "frame_not_a_number"),
        ("frames.csv:7 总体人数", "frame_not_a_number"),
        ("frames.csv:8 类别", "unknown_group"),
        ("frames.csv:8 总体人数", "frame_not_a_number"),
    ]


def test_a_torn_row_hides_nothing_of_the_others(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_frames(write(tmp_path, "类别,总体人数\n校长,人\n教师\n园丁,3\n"))
    assert [(problem.where, problem.kind) for problem in caught.value.problems] == [
        ("frames.csv:2 总体人数", "frame_not_a_number"),
        ("frames.csv:3", "csv_ragged"),
        ("frames.csv:4 类别", "unknown_group"),
    ]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_frames(write(tmp_path, "组,人数\n校长,68\n"))
    assert [problem.where for problem in caught.value.problems] == ["frames.csv:1 类别", "frames.csv:1 总体人数"]
