"""A county's statistics workbook for tests: sound by default, so that a test spells out only what matters."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from tests.files.workbooks.xlsx_parts import SheetParts, xlsx_bytes

COUNTY = "439901"
PRIMARY_CODE, JUNIOR_CODE = "4399010001", "4399010002"

BASICS: dict[str, Any] = {"县市区": "测试县", "行政区划代码": COUNTY, "年度": 2020, "常住人口": 300_000}

PRIMARY_SCHOOL: dict[str, Any] = {
    "学校代码": PRIMARY_CODE,
    "学校名称": "测试小学",
    "办学类型": "小学",
    "学段": "小学",
    "城乡": "镇区",
    "举办者": "公办",
    "学生数": 500,
    "班级数": 12,
    "高于规定学历教师数": 30,
    "县级以上骨干教师数": 7,
    "体育艺术专任教师数": 6,
    "教学及辅助用房面积": 3000,
    "体育运动场馆面积": 5000,
    "教学仪器设备值": 1_500_000,
    "网络多媒体教室数": 15,
    "公用经费核定学生数": 500,
    "年度公用经费预算": 325_000,
    "教师培训经费": 30_000,
}
JUNIOR_SCHOOL: dict[str, Any] = PRIMARY_SCHOOL | {
    "学校代码": JUNIOR_CODE,
    "学校名称": "测试中学",
    "办学类型": "初级中学",
    "学段": "初中",
}
# What a school leaves empty when its total stands in 共用资源.
SHARED_CELLS: dict[str, Any] = dict.fromkeys(
    ("教学及辅助用房面积", "体育运动场馆面积", "教学仪器设备值", "网络多媒体教室数"), ""
)

DEFAULT_ROWS: dict[str, dict[str, Any]] = {
    "学校": PRIMARY_SCHOOL,
    "共用资源": {
        "学校代码": PRIMARY_CODE,
        "小学生数": 300,
        "初中生数": 200,
        "高中生数": 0,
        "教学及辅助用房面积": 3120,
        "体育运动场馆面积": 5200,
        "教学仪器设备值": 1_560_000,
        "网络多媒体教室数": 16,
    },
    "班级": {"学校代码": PRIMARY_CODE, "学段": "小学", "年级": 1, "班级": 1, "学生数": 42},
    "班额分布": {"学校代码": PRIMARY_CODE, "学段": "小学"}
    | dict.fromkeys(
        ("25人以下", "26-30", "31-35", "36-40", "41-45", "46-50", "51-55", "56-60", "61-65", "66人以上"), 0
    ),
    "专用教室": {"学校代码": PRIMARY_CODE, "类型": "音乐", "面积": 96},
    "财政": {"年份": 2016, "一般公共预算教育支出": 90_000, "在校学生数": 60_000},
    "县级数据": {"指标项": "教师平均工资", "数值": 98_000},
    "质量监测": {"学科": "语文", "学业水平等级": 3, "校际差异率": 0.1},
    "现场核查": {"条款": "10.1", "结论": "达标", "依据": "现场"},
    "B评分": {"条款": "8.1", "评估人": "甲", "得分": 2.5, "依据": "材料"},
    "一票否决": {"事项": 1, "是否存在": "否", "依据": ""},
    "调查对象规模": {"类别": "校长", "总体人数": 68},
}

Rows = Sequence[Mapping[str, Any]]


def nine_year_school(code: str = PRIMARY_CODE, **changed: Any) -> list[dict[str, Any]]:
    """The two rows of a nine-year school whose total stands in 共用资源."""
    school = PRIMARY_SCHOOL | SHARED_CELLS | {"学校代码": code, "办学类型": "九年一贯制学校"}
    return [school | {"学段": "小学"} | changed, school | {"学段": "初中"} | changed]


def workbook_rows(
    sheets: Mapping[str, Rows] | None = None,
    *,
    basics: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
) -> dict[str, list[list[Any]]]:
    """The sheets as rows of values: rows are given by header and completed from `DEFAULT_ROWS`.

    `headers` renames headers (a unit in brackets, a line break), `without` leaves columns out, on every sheet that has them.
    """
    given: dict[str, Rows] = {"学校": [PRIMARY_SCHOOL, JUNIOR_SCHOOL]} | dict(sheets or {})
    tables = {name: [DEFAULT_ROWS[name] | dict(row) for row in rows] for name, rows in given.items()}
    items = [[item, value] for item, value in (BASICS | dict(basics or {})).items()]
    return {"基本信息": [["项目", "值"], *items]} | {
        name: _table(name, rows, headers or {}, without) for name, rows in tables.items()
    }


def _table(name: str, rows: Rows, headers: Mapping[str, str], without: Sequence[str]) -> list[list[Any]]:
    names = dict.fromkeys([*DEFAULT_ROWS[name], *(header for row in rows for header in row)])
    kept = [header for header in names if header not in without]
    return [
        [headers.get(header, header) for header in kept],
        *([row.get(header, "") for header in kept] for row in rows),
    ]


def build_workbook(
    folder: Path,
    sheets: Mapping[str, Rows] | None = None,
    *,
    name: str = "workbook.xlsx",
    raw: Mapping[str, SheetParts | Sequence[Sequence[Any]]] | None = None,
    **options: Any,
) -> Path:
    """Write an .xlsx workbook; `raw` replaces or adds sheets as they are; the options are those of `workbook_rows`."""
    path = folder / name
    path.write_bytes(xlsx_bytes(workbook_rows(sheets, **options) | dict(raw or {})))
    return path


def fill_template(path: Path, sheets: Mapping[str, Rows]) -> None:
    """Type rows below the example of each sheet of an empty workbook, as a person would."""
    book = openpyxl.load_workbook(path)
    for name, rows in sheets.items():
        page = book[name]
        columns = {str(cell.value).split("（")[0]: cell.column for cell in page[2] if cell.value}
        for number, row in enumerate(rows, start=4):
            for header, value in row.items():
                page.cell(number, columns[header], value)
    book.save(path)


def build_csv_folder(
    folder: Path, sheets: Mapping[str, Rows] | None = None, *, encoding: str = "utf-8", **options: Any
) -> Path:
    """Write the workbook as a folder of .csv files."""
    folder.mkdir(exist_ok=True)
    for name, rows in workbook_rows(sheets, **options).items():
        lines = [",".join(f'"{value}"' if "," in str(value) else str(value) for value in row) for row in rows]
        (folder / f"{name}.csv").write_text("\r\n".join(lines) + "\r\n", encoding=encoding, newline="")
    return folder
