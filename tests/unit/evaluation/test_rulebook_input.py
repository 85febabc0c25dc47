"""What a rulebook asks of a workbook: the same from its typed rows and from its tables, and told with the reader's problems."""

from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.criteria.resources import is_in_scope, stage_positions
from evaluation.errors import InvalidInput
from evaluation.evaluating import check_workbook, evaluate_workbook
from evaluation.reading.county import check_county, read_county
from evaluation.rulebook.loading import load_rulebook
from evaluation.rulebook_input import rows_of_facts, rows_without_use, unjudgeable_rows
from evaluation.workbook_rows import rows_of_workbook
from tests.builders import JUNIOR_SCHOOL, PRIMARY_CODE, PRIMARY_SCHOOL, build_workbook

NAME = "xiangtan-2018"
RULEBOOK = load_rulebook(NAME)
CAMPUS = PRIMARY_SCHOOL | {"学校代码": "4399010009", "学校名称": "分校", "归属学校代码": PRIMARY_CODE}
WRONG: dict[str, list[dict[str, Any]]] = {
    "学校": [PRIMARY_SCHOOL | {"学生数": 0, "网络多媒体教室数": 15}, JUNIOR_SCHOOL],
    "B评分": [{"条款": "8.1", "得分": 99}, {"条款": "40.1", "评估人": "乙"}],
    "一票否决": [{"事项": 9}],
    "现场核查": [{"条款": "77.1"}],
}
PLACES = ["学校!G2", "B评分!C2", "一票否决!A2"]


def places(invalid: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [one.where for one in invalid.value.problems]


def test_rows_and_tables_lead_to_the_same_problems_and_warnings(tmp_path: Path) -> None:
    # 一票否决 is read strictly already; what else a rulebook may lack is told by both
    path = build_workbook(tmp_path, {name: rows for name, rows in WRONG.items() if name != "一票否决"})
    sources = (rows_of_workbook(check_county(path).tables), rows_of_facts(read_county(path).facts))
    for told in (unjudgeable_rows, rows_without_use):
        from_rows, from_facts = ([one.text("zh") for one in told(rows, RULEBOOK)] for rows in sources)
        assert from_rows == from_facts != []


@pytest.mark.parametrize("pupils", [0, 80])
def test_a_school_whose_pupils_are_all_at_its_campus_has_pupils(tmp_path: Path, pupils: int) -> None:
    schools = [PRIMARY_SCHOOL | {"学生数": 0, "归属学校代码": ""}, CAMPUS | {"学生数": pupils}, JUNIOR_SCHOOL]
    path = build_workbook(tmp_path, {"学校": schools})
    sources = (rows_of_workbook(check_county(path).tables), rows_of_facts(read_county(path).facts))
    for rows in sources:
        assert [one.where for one in unjudgeable_rows(rows, RULEBOOK)] == ([] if pupils else ["学校!G2"])


@pytest.mark.parametrize("command", ["check", "evaluate"])
def test_problems_of_the_reader_and_of_the_rulebook_are_told_together(tmp_path: Path, command: str) -> None:
    schools = [PRIMARY_SCHOOL | {"学生数": 0}, JUNIOR_SCHOOL | {"班级数": "若干"}]
    path = build_workbook(tmp_path, WRONG | {"学校": schools})
    with pytest.raises(InvalidInput) as invalid:
        check_workbook(path, NAME) if command == "check" else evaluate_workbook(path, NAME, None)
    assert places(invalid) == ["学校!G2", "学校!H3", *PLACES[1:]]


def test_a_cell_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    wrong = {"学校": [PRIMARY_SCHOOL | {"学生数": "*"}, JUNIOR_SCHOOL], "B评分": [{"得分": "高"}]}
    with pytest.raises(InvalidInput) as invalid:
        check_workbook(build_workbook(tmp_path, wrong), NAME)
    assert places(invalid) == ["学校!G2", "B评分!C2"]


def test_a_row_and_a_table_agree_on_what_is_in_scope() -> None:
    scope = RULEBOOK.resources.scope
    kinds = [*scope.without_kinds, "教学点", "小学"]
    rows = pd.DataFrame(product([*scope.stages, "特教"], kinds, [0.0, 49.0, 50.0]), columns=["stage", "kind", "pupils"])
    assert is_in_scope(rows, stage_positions(rows, scope), scope).tolist() == [
        scope.asks(*row) for row in rows.itertuples(index=False)
    ]
