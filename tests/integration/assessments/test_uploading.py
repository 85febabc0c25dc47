"""Workbooks that come in: versions, refusals in plain words, nothing half-stored."""

import io
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from evaluation.errors import InvalidInput
from survey_app.domain.assessments import EntryKey, EntryKind, Upload, workbook_owner
from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import UnknownAssessment
from survey_app.services.assessments import uploading
from survey_app.services.assessments.entering import Typed, save_finding
from survey_app.services.assessments.entries import current_entries
from survey_app.services.assessments.uploading import (
    UploadReport,
    read_upload_report,
    shown_file_name,
    upload_workbook,
    uploads_of,
    workbook_content,
)
from survey_app.storage.assessment_tables import stored_file
from survey_app.storage.assessments.entries import list_entries
from survey_app.storage.session import Database
from tests.builders import COUNTY, JUNIOR_SCHOOL, PRIMARY_CODE, PRIMARY_SCHOOL
from tests.builders_assessments import ADMIN, LI, start, workbook

BOMB = 60_000_000


@pytest.fixture
def send(database: Database, clock: FixedClock) -> Callable[..., Upload]:
    return lambda id_, content, name="统计工作簿.xlsx": upload_workbook(database, clock, LI, id_, name, content)


def report(database: Database, assessment: str, upload: Upload) -> UploadReport:
    found = read_upload_report(database, assessment, upload.id)
    assert found is not None
    return found


def files_kept(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(stored_file)).scalar_one())


def with_part(content: bytes, name: str, text: bytes) -> bytes:
    whole = io.BytesIO(content)
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return whole.getvalue()


def test_a_workbook_becomes_a_version_and_can_be_had_again(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_, content = start(database, clock), workbook()
    upload = send(id_, content)
    assert (upload.version, upload.file_name, upload.by, upload.size) == (1, "统计工作簿.xlsx", "li", len(content))
    kept = workbook_content(database, id_, upload.id)
    assert kept is not None
    assert kept[1] == content


def test_a_second_version_lists_what_is_different(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    send(id_, workbook())
    changed = PRIMARY_SCHOOL | {"学生数": 512, "公用经费核定学生数": 512}
    added = JUNIOR_SCHOOL | {"学校代码": "4399010003", "学校名称": "新中学"}
    upload = send(id_, workbook({"学校": [changed, added]}))
    found = report(database, id_, upload)
    told = [(one.change, one.row, one.column, one.old, one.new, one.cell) for one in found.differences]
    assert (found.before, found.difference_count) == (1, 4)
    assert ("changed", f"{PRIMARY_CODE} 测试小学 小学", "学生数", "500", "512", "学校!G2") in told
    assert ("changed", f"{PRIMARY_CODE} 测试小学 小学", "公用经费核定学生数", "500", "512", "学校!P2") in told
    assert [one[:2] for one in told if one[0] == "removed"] == [("removed", "4399010002 测试中学 初中")]
    assert [one[:2] for one in told if one[0] == "added"] == [("added", "4399010003 新中学 初中")]


def test_the_same_file_twice_is_recognised_and_stored_once(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_, content = start(database, clock), workbook()
    send(id_, content)
    again = send(id_, content, "另一个名字.xlsx")
    assert again.version is None
    assert report(database, id_, again).same_as == 1
    assert [one.version for one in uploads_of(database, id_)] == [None, 1]
    assert files_kept(database) == 1


def test_going_back_to_an_older_file_is_a_new_version(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_, first = start(database, clock), workbook()
    send(id_, first)
    send(id_, workbook({"学校": [PRIMARY_SCHOOL]}))
    assert send(id_, first).version == 3
    assert files_kept(database) == 2


def test_problems_stand_beside_their_cells_and_the_file_is_not_kept(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    upload = send(id_, workbook({"学校": [PRIMARY_SCHOOL | {"班级数": "十二", "学生数": ""}, JUNIOR_SCHOOL]}))
    found = report(database, id_, upload)
    rows = [(one.sheet, one.cell, one.beside, one.found, one.wrong["zh"], one.expected["zh"]) for one in found.problems]
    assert upload.version is None
    assert rows == [
        ("学校", "G2", f"{PRIMARY_CODE} 测试小学", "", "学生数为空", "应填整数 (人)"),
        ("学校", "H2", f"{PRIMARY_CODE} 测试小学", "十二", "班级数为“十二”", "应填整数 (个)"),
    ]
    assert found.problems[0].wrong["en"] == "学生数 is empty"
    assert files_kept(database) == 0
    assert workbook_content(database, id_, upload.id) is None


def damaged(content: bytes) -> bytes:
    return content[: len(content) // 2]


REFUSED = {
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls"),
    "password.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "设有打开密码"),
    "page.xls": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "网页文件"),
    "text.xlsx": ("学校代码,学校名称".encode(), "不是 Excel 工作簿"),
    "lone.csv": ("学校代码,学校名称".encode(), "单个 .csv 只是一张表"),
    "empty.xlsx": (b"", "文件是空的"),
    "half.xlsx": (damaged(workbook()), "已损坏或不完整"),
    "picture.xlsx": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "不是 Excel 工作簿"),
    "other.zip": (with_part(with_part(b"", "a.txt", b"a"), "b.txt", b"b"), "不是 Excel 工作簿"),
    "macros.xlsm": (with_part(workbook(), "xl/vbaProject.bin", b"\xcc\x61"), "含有宏"),
    "bomb.xlsx": (with_part(workbook(), "xl/worksheets/sheet99.xml", b"0" * BOMB), "拒绝读取"),
    "large.xlsx": (b"PK" + b"0" * 50_000_000, "文件有 51 MB，最多接收 40 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_another_kind_of_file_is_refused_in_plain_words(
    name: str, database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    content, words = REFUSED[name]
    upload = send(id_, content, name)
    (problem,) = report(database, id_, upload).problems
    assert words in problem.wrong["zh"] + problem.expected["zh"]
    assert problem.expected["zh"] or "拒绝" in problem.wrong["zh"]
    assert (upload.version, upload.size, files_kept(database)) == (None, len(content), 0)


def test_a_workbook_of_another_county_or_year_is_refused(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    upload = send(id_, workbook(basics={"行政区划代码": "430302", "年度": 2019}))
    wrong = [one.wrong["zh"] for one in report(database, id_, upload).problems]
    assert wrong == ["工作簿的行政区划代码是 430302", "工作簿的年度是 2019"]


def test_what_the_rulebook_cannot_judge_is_refused(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    upload = send(id_, workbook({"B评分": [{"得分": 99}]}))
    (problem,) = report(database, id_, upload).problems
    assert (problem.sheet, problem.cell, problem.found) == ("B评分", "C2", "99")


def test_the_readers_problems_and_the_rulebooks_are_told_together(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    upload = send(id_, workbook({"学校": [PRIMARY_SCHOOL | {"班级数": ""}, JUNIOR_SCHOOL], "B评分": [{"得分": 99}]}))
    assert [(one.sheet, one.cell) for one in report(database, id_, upload).problems] == [
        ("学校", "H2"),
        ("B评分", "C2"),
    ]


def test_no_file_at_all_is_said(database: Database, clock: FixedClock, send: Callable[..., Upload]) -> None:
    id_ = start(database, clock)
    with pytest.raises(InvalidInput) as refused:
        send(id_, b"", "")
    assert refused.value.problems[0].kind == "upload_no_file"
    assert uploads_of(database, id_) == []


def test_an_unknown_assessment_takes_nothing(database: Database, send: Callable[..., Upload]) -> None:
    with pytest.raises(UnknownAssessment):
        send("2020-439901", workbook())


def test_the_workbooks_own_judgements_are_a_starting_point(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    upload = send(id_, workbook({"现场核查": [{}], "B评分": [{}, {"评估人": "乙", "得分": 2}], "一票否决": [{}]}))
    with database.read() as connection:
        current = current_entries(list_entries(connection, id_))
    finding = current[EntryKey(EntryKind.FINDING, "10.1")]
    assert (finding.value, finding.text, finding.cell, finding.by, finding.workbook) == (
        1,
        "现场",
        "现场核查!B2",
        "li",
        1,
    )
    assert current[EntryKey(EntryKind.SCORE, "8.1", workbook_owner("乙"))].value == 2
    assert current[EntryKey(EntryKind.VETO, "1")].value == 0
    assert report(database, id_, upload).taken_over == 4


def test_what_was_typed_here_outlives_a_new_workbook_and_what_is_gone_from_it_is_taken_back(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    send(id_, workbook({"现场核查": [{}, {"条款": "10.2"}]}))
    save_finding(database, clock, LI, id_, "10.1", Typed("no", "三所学校未公示", seen=1))
    upload = send(id_, workbook({"现场核查": [{"依据": "新依据"}]}))
    with database.read() as connection:
        current = current_entries(list_entries(connection, id_))
    assert current[EntryKey(EntryKind.FINDING, "10.1")].text == "三所学校未公示"
    assert current[EntryKey(EntryKind.FINDING, "10.2")].value is None
    assert [one["subject"] for one in report(database, id_, upload).overruled] == ["10.1"]


def test_rows_of_another_rulebook_are_reported_and_not_taken_over(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    upload = send(id_, workbook({"现场核查": [{"条款": "G1.1"}]}))
    found = report(database, id_, upload)
    assert found.taken_over == 0
    assert ("现场核查", "A2") in [(one.sheet, one.cell) for one in found.warnings]


def test_what_fails_midway_leaves_nothing(
    database: Database, clock: FixedClock, send: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the machine goes down")

    id_ = start(database, clock)
    monkeypatch.setattr(uploading, "record_act", fail)  # the last thing of the transaction
    with pytest.raises(RuntimeError):
        send(id_, workbook({"现场核查": [{}]}))
    with database.read() as connection:
        assert list_entries(connection, id_) == []
    assert (uploads_of(database, id_), files_kept(database)) == ([], 0)


def test_two_uploads_at_once_are_two_versions(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    id_ = start(database, clock)
    contents = [workbook({"学校": [PRIMARY_SCHOOL | {"学生数": 500 + number}]}) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        uploads = list(pool.map(lambda content: send(id_, content), contents))
    assert sorted(one.version or 0 for one in uploads) == [1, 2, 3, 4]
    by_version = {one.version: report(database, id_, one) for one in uploads}
    assert [by_version[version].before for version in (1, 2, 3, 4)] == [None, 1, 2, 3]
    assert [by_version[version].difference_count for version in (2, 3, 4)] == [1, 1, 1]


def test_other_assessments_uploads_are_not_shown(
    database: Database, clock: FixedClock, send: Callable[..., Upload]
) -> None:
    first = start(database, clock)
    upload = send(first, workbook())
    assert read_upload_report(database, "2019-439901", upload.id) is None


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("C:\\Users\\王\\表.xlsx", "表.xlsx"),
        ("/tmp/../表.xlsx", "表.xlsx"),
        ("<script>alert(1)</script>.xlsx", "script>.xlsx"),
        ("a\0b\n.xlsx", "ab .xlsx"),
        ("", "workbook.xlsx"),
        ("长" * 300 + ".xlsx", "长" * 195 + ".xlsx"),
    ],
)
def test_a_files_name_is_shown_without_folders(sent: str, shown: str) -> None:
    assert shown_file_name(sent) == shown


def test_the_county_of_the_tests_is_the_assessments(database: Database, clock: FixedClock) -> None:
    assert start(database, clock, user=ADMIN) == f"2020-{COUNTY}"
