"""A ledger.xlsx that lies in the folder of the reports: what people typed is carried into the new one, or nothing is written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.assessment import Assessment
from evaluation.errors import InvalidInput
from evaluation.report.writing import FILES, REPORT_FILES, write_reports
from tests.builders_assessment import some_assessment

GAPS = "资源配置缺口"
TYPED = {
    "整改措施": "招聘教师3名",
    "责任单位": "县教育局",
    "责任人": "张三",
    "年度任务": 2,
    "计划完成时间": datetime(2021, 9, 1),  # noqa: DTZ001 -- a day, as spreadsheets have it
    "完成情况": "进行中",
    "销号状态": "核实中",
    "销号日期": "2021年底前",
    "核实人": "李四 =1+1",
    "备注": "第一行\n第二行",
}


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return some_assessment("not_met", schools=20, made_on=date(2020, 12, 1))


@pytest.fixture
def folder(assessment: Assessment, tmp_path: Path) -> Path:
    """The reports of the assessment."""
    write_reports(assessment, tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def change(folder: Path, edit: Callable[[Workbook], object]) -> None:
    """Edit the ledger as somebody does in a spreadsheet program."""
    workbook = openpyxl.load_workbook(folder / "ledger.xlsx")
    edit(workbook)
    workbook.save(folder / "ledger.xlsx")


def rows(folder: Path, sheet: str = GAPS) -> list[dict[str, Any]]:
    head, *found = openpyxl.load_workbook(folder / "ledger.xlsx")[sheet].iter_rows(values_only=True)
    return [dict(zip([str(one) for one in head], row, strict=True)) for row in found]


def heads(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[1]}  # type: ignore[misc]


def type_in(row: int, **values: Any) -> Callable[[Workbook], None]:
    def edit(workbook: Workbook) -> None:
        sheet = workbook[GAPS]
        for name, value in values.items():
            sheet.cell(row, heads(sheet)[name]).value = value

    return edit


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["学校代码"], row["学段"], row["指标"]


def test_a_ledger_in_which_nobody_typed_is_written_again_as_the_same_bytes(
    assessment: Assessment, folder: Path
) -> None:
    before = contents(folder)
    write_reports(assessment, folder)
    assert contents(folder) == before


def test_what_was_typed_stays_with_its_gap_as_it_was_typed(assessment: Assessment, folder: Path) -> None:
    change(folder, type_in(5, **TYPED))
    typed = key(rows(folder)[3])
    gaps = tuple(replace(gap, actual=gap.actual + 1, shortfall=gap.shortfall - 1) for gap in reversed(assessment.gaps))
    before = {key(row): row["实际值"] for row in rows(folder)}
    write_reports(replace(assessment, gaps=gaps), folder)
    after = {key(row): row for row in rows(folder)}
    assert {name: after[typed][name] for name in TYPED} == TYPED
    assert {place: row["实际值"] for place, row in after.items()} == {place: n + 1 for place, n in before.items()}
    assert all(row["整改措施"] is None and row["销号状态"] == "在账" for place, row in after.items() if place != typed)
    assert [row["序号"] for row in rows(folder)] == list(range(1, len(gaps) + 1))


def test_a_gap_that_is_not_found_any_more_stays_with_what_was_typed_and_is_told(
    assessment: Assessment, folder: Path
) -> None:
    change(folder, type_in(2, **TYPED))
    first = rows(folder)[0]
    fewer = replace(assessment, gaps=assessment.gaps[1:])
    for _ in range(2):  # and it stays one row, however often
        write_reports(fewer, folder)
        last = rows(folder)[-1]
        assert {name: value for name, value in last.items() if name != "序号"} == {
            name: value for name, value in first.items() if name != "序号"
        }
        assert len(rows(folder)) == len(assessment.gaps)
        notes = [row[0] for row in openpyxl.load_workbook(folder / "ledger.xlsx")["说明"].iter_rows(values_only=True)]
        assert [note for note in notes if note and "其中1条" in str(note)]
    write_reports(assessment, folder)
    assert rows(folder)[0] == first


def test_rows_that_people_added_or_copied_stay(assessment: Assessment, folder: Path) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook[GAPS]
        sheet.append([None, "4303099999", "新校", "小学", "另记", "3间", None, None, None, None, "新建"])
        sheet.append([*[cell.value for cell in sheet[3]][:10], "另一项措施"])

    change(folder, edit)
    second = rows(folder)[1]
    write_reports(assessment, folder)
    added, copied = rows(folder)[-2:]
    assert (added["学校代码"], added["指标"], added["标准值"], added["整改措施"]) == (
        "4303099999",
        "另记",
        "3间",
        "新建",
    )
    assert (key(copied), copied["整改措施"]) == (key(second), "另一项措施")
    assert rows(folder)[1] == second


def test_columns_in_another_order_and_merged_cells_are_read_as_they_are_meant(
    assessment: Assessment, folder: Path
) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook[GAPS]
        sheet.cell(2, heads(sheet)["责任单位"]).value = "县教育局"
        sheet.merge_cells("L2:L4")
        sheet.move_range("T1:T4", cols=1)
        sheet.move_range("S1:S4", cols=1)
        sheet.move_range("U1:U4", cols=-2)

    change(folder, edit)
    write_reports(assessment, folder)
    assert [row["责任单位"] for row in rows(folder)[:4]] == ["县教育局"] * 3 + [None]


def add_column(workbook: Workbook) -> None:
    workbook[GAPS].cell(1, 21).value = "督办人"
    workbook[GAPS].cell(3, 21).value = "王五"


def add_sheet(workbook: Workbook) -> None:
    workbook.create_sheet("汇总")["B2"] = 5


def remove_column(workbook: Workbook) -> None:
    workbook[GAPS].cell(1, 13).value = None


def rename_county(workbook: Workbook) -> None:
    workbook["说明"]["A1"] = "别县 2020年 义务教育优质均衡发展问题台账"


def leave_error(workbook: Workbook) -> None:
    workbook[GAPS]["K3"] = "#REF!"
    workbook[GAPS]["K3"].data_type = "e"


def add_comment(workbook: Workbook) -> None:
    workbook[GAPS]["K3"].comment = Comment("请核实", "李四")


@pytest.mark.parametrize(
    ("edit", "kinds", "places"),
    [
        (add_column, ["ledger_column_unknown"], [f"{GAPS}!U1"]),
        (add_sheet, ["ledger_sheet_unknown"], ["汇总"]),
        (remove_column, ["ledger_column_missing"], [GAPS]),
        (rename_county, ["ledger_of_another_county"], ["ledger.xlsx"]),
        (leave_error, ["ledger_cell_fault"], [f"{GAPS}!K3"]),
        (add_comment, ["ledger_notes_lost"], ["ledger.xlsx"]),
    ],
)
def test_what_would_be_lost_or_is_another_countys_is_refused_and_nothing_is_touched(
    assessment: Assessment, folder: Path, edit: Callable[[Workbook], None], kinds: list[str], places: list[str]
) -> None:
    change(folder, edit)
    before = contents(folder)
    for names in (FILES, REPORT_FILES):
        with pytest.raises(InvalidInput) as refused:
            write_reports(assessment, folder, names=names)
        assert [one.kind for one in refused.value.problems] == kinds
        assert [one.where for one in refused.value.problems] == places
        assert contents(folder) == before


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 torn"], ids=["empty", "text", "torn"])
def test_a_ledger_that_cannot_be_read_is_not_overwritten(assessment: Assessment, folder: Path, content: bytes) -> None:
    (folder / "ledger.xlsx").write_bytes(content)
    before = contents(folder)
    with pytest.raises(InvalidInput) as refused:
        write_reports(assessment, folder)
    assert all(one.where.startswith("ledger.xlsx") for one in refused.value.problems)
    assert contents(folder) == before


def test_another_workbook_of_that_name_is_not_overwritten(assessment: Assessment, folder: Path) -> None:
    workbook = Workbook()
    workbook.active["A1"] = "mine"  # type: ignore[index]
    workbook.save(folder / "ledger.xlsx")
    with pytest.raises(InvalidInput, match="is not a ledger"):
        write_reports(assessment, folder)


def test_where_no_ledger_is_written_none_is_read(assessment: Assessment, folder: Path) -> None:
    (folder / "ledger.xlsx").write_bytes(b"torn")
    write_reports(assessment, folder, names=("report.html",))
    assert (folder / "ledger.xlsx").read_bytes() == b"torn"
