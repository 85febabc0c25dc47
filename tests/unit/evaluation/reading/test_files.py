"""Files that are not a sound workbook are refused in words that say what to do; never with a traceback."""

import hashlib

import pytest

from evaluation.reading.county import read_county
from tests.builders import build_csv_folder, build_workbook, workbook_rows
from tests.files.workbooks import nasty
from tests.files.workbooks.xlsx_parts import SheetParts
from tests.unit.evaluation.reading.reading_cases import facts_of, problems_of, warnings_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "file_empty"),
        (nasty.old_xls(), "file_old_xls"),
        (nasty.password_protected(), "file_password"),
        (nasty.html(), "file_html"),
        (nasty.xml_2003(), "file_xml_2003"),
        (nasty.truncated(), "file_damaged"),
        (nasty.word_document(), "file_not_xlsx"),
        (nasty.binary_workbook(), "file_xlsb"),
        (nasty.entities(), "file_damaged"),
        (nasty.entities_in_sheet(), "file_damaged"),
        (nasty.without_sheet_part(), "file_damaged"),
        (nasty.wrong_checksum(), "file_damaged"),
        (b"PK\x03\x04 and nothing else", "file_damaged"),
        ("学校代码,学校名称".encode("gbk"), "file_not_xlsx"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "file_not_xlsx"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_file_that_is_no_workbook_is_refused(tmp_path, content, kind):
    file = tmp_path / "统计.xlsx"
    file.write_bytes(content)
    assert problems_of(file) == [("统计.xlsx", kind)]


@pytest.mark.parametrize(("content", "kind"), [(nasty.zip_bomb, "file_inflates"), (nasty.dense_bomb, "file_inflates")])
def test_bomb_is_refused_before_it_is_unpacked(tmp_path, content, kind):
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(content())
    assert problems_of(file) == [("bomb.xlsx", kind)]


def test_stray_value_at_the_far_corner_is_refused_by_its_address(tmp_path):
    file = tmp_path / "stray.xlsx"
    file.write_bytes(nasty.stray_cell())
    with pytest.raises(Exception, match="XFD1048576"):
        read_county(file)
    assert problems_of(file) == [("基本信息", "sheet_too_wide")]


def test_absent_file(tmp_path):
    assert problems_of(tmp_path / "absent.xlsx") == [(str(tmp_path / "absent.xlsx"), "file_not_found")]


def test_file_far_too_large_is_refused_unread(tmp_path):
    file = tmp_path / "large.xlsx"
    with file.open("wb") as out:
        out.truncate(51_000_000)
    assert problems_of(file) == [("large.xlsx", "file_too_large")]


def test_zip_with_a_password_is_refused(tmp_path):
    file = tmp_path / "locked.xlsx"
    content = bytearray(nasty.SOUND)
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(content)
    assert problems_of(file) == [("locked.xlsx", "file_password")]


def test_one_csv_is_refused_with_a_hint_at_the_folder(tmp_path):
    file = tmp_path / "学校.csv"
    file.write_text("学校代码", encoding="utf-8")
    assert problems_of(file) == [("学校.csv", "file_lone_csv")]


def test_workbook_with_macros_is_read(tmp_path):
    file = tmp_path / "宏.xlsm"
    file.write_bytes(nasty.macro_workbook())
    assert len(facts_of(file).school_stages) == 2


def test_any_name_will_do_for_a_sound_workbook(tmp_path):
    assert len(facts_of(build_workbook(tmp_path, name="无扩展名")).school_stages) == 2


def test_source_is_the_hash_of_the_file(tmp_path):
    file = build_workbook(tmp_path)
    assert facts_of(file).sources == {"439901": hashlib.sha256(file.read_bytes()).hexdigest()}


# --- a folder of .csv -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_folder_of_csv_is_read_like_the_workbook(tmp_path, encoding):
    schools = [{"学校名称": "㛃䶮小学", "学生数": "1,205", "归属学校代码": ""}]
    facts = facts_of(build_csv_folder(tmp_path / "county", {"学校": schools, "班级": [{}]}, encoding=encoding))
    assert facts.school_stages.loc[0, ["name", "pupils"]].tolist() == ["㛃䶮小学", 1205]
    assert facts.cell("439901", "school_stages", 2, "pupils") == "学校.csv!G2"
    assert facts.supplies("classes") == {"439901"}


def test_csv_problem_names_file_and_cell(tmp_path):
    folder = build_csv_folder(tmp_path / "county", {"学校": [{"学校代码": "4.303E+09"}, {"学生数": "*"}]})
    assert problems_of(folder) == [("学校.csv!A2", "code_scientific"), ("学校.csv!G3", "cell_mark")]


def test_csv_keeps_a_code_written_for_excel(tmp_path):
    folder = build_csv_folder(tmp_path / "county", {"学校": [{"学校代码": '="0043030001"'}]})
    assert facts_of(folder).school_stages["school"].tolist() == ["0043030001"]


def test_csv_with_tabs_is_read(tmp_path):
    folder = build_csv_folder(tmp_path / "county")
    file = folder / "学校.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",", "\t"), encoding="utf-8")
    assert len(facts_of(folder).school_stages) == 2


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (nasty.SOUND, "csv_not_text"),
        ("学校代码".encode("utf-16"), "csv_not_text"),
        (b"\xff\x00", "csv_not_text"),
        (b"\x81\x20\xff", "csv_encoding"),
        (('"' + "x" * 200_000 + '"').encode(), "csv_not_text"),
    ],
)
def test_csv_that_is_no_text_is_refused(tmp_path, content, kind):
    folder = build_csv_folder(tmp_path / "county")
    (folder / "班级.csv").write_bytes(content)
    assert problems_of(folder) == [("班级.csv", kind)]


def test_files_that_cannot_be_read_hide_nothing_of_the_others(tmp_path):
    folder = build_csv_folder(tmp_path / "county", {"学校": [{"学生数": "*"}], "班级": [{"学生数": "?"}], "财政": [{}]})
    (folder / "财政.csv").write_bytes(b"\x81\x20\xff")
    (folder / "抽样总体.csv").write_bytes(nasty.SOUND)
    assert sorted(problems_of(folder)) == [
        ("学校.csv!G2", "cell_mark"),
        ("抽样总体.csv", "csv_not_text"),
        ("班级.csv!E2", "cell_not_number"),
        ("财政.csv", "csv_encoding"),
    ]


def test_a_required_file_that_cannot_be_read_is_not_said_to_be_missing_or_empty(tmp_path):
    folder = build_csv_folder(tmp_path / "county", {"学校": [{}], "班级": [{"学生数": "*"}]})
    for name in ("学校", "基本信息"):
        (folder / f"{name}.csv").write_bytes(b"\x81\x20\xff")
    kinds = dict(problems_of(folder))
    assert (kinds["学校.csv"], kinds["基本信息.csv"]) == ("csv_encoding", "csv_encoding")
    assert list(kinds.values()).count("cell_mark") == 1
    assert len(kinds) == 3


def test_folder_without_csv(tmp_path):
    assert problems_of(tmp_path) == [(tmp_path.name, "folder_without_csv")]


def test_hash_of_a_folder_covers_names_and_contents(tmp_path):
    folder = build_csv_folder(tmp_path / "a")
    before = facts_of(folder).sources["439901"]
    assert facts_of(build_csv_folder(tmp_path / "b")).sources["439901"] == before
    (folder / "备注.csv").write_text("x", encoding="utf-8")
    assert facts_of(folder).sources["439901"] != before


# --- sheets ---------------------------------------------------------------------------------------------------------------------


def test_required_sheets_are_asked_for(tmp_path):
    rows = workbook_rows()
    file = build_workbook(tmp_path, raw={"学校": []})
    assert problems_of(file) == [("学校", "sheet_empty")]
    folder = build_csv_folder(tmp_path / "county")
    (folder / "学校.csv").unlink()
    assert problems_of(folder) == [("学校", "sheet_missing")]
    assert set(rows) == {"基本信息", "学校"}


def test_absent_sheet_is_not_supplied_and_no_error(tmp_path):
    facts = facts_of(build_workbook(tmp_path))
    assert set(facts.supplied["table"]) == {"counties", "school_stages"}


def test_sheet_with_headers_only_counts_as_not_supplied(tmp_path):
    file = build_workbook(tmp_path, {"专用教室": []})
    assert warnings_of(file) == [("专用教室", "sheet_not_supplied")]
    assert facts_of(file).supplies("rooms") == set()


def test_unknown_sheet_is_reported_and_ignored(tmp_path):
    raw = {
        "例外情况": [["a"], ["b"]],
        "Sheet3": [],
        "选项": SheetParts([["x"]], state="hidden"),
        "说明": [["如何填写"]],
    }
    assert warnings_of(build_workbook(tmp_path, raw=raw)) == [("例外情况", "sheet_unknown")]


def test_hidden_sheet_is_read_and_reported(tmp_path):
    rows = workbook_rows({"专用教室": [{}]})["专用教室"]
    file = build_workbook(tmp_path, raw={"专用教室": SheetParts(rows, state="hidden")})
    assert warnings_of(file) == [("专用教室", "sheet_hidden")]
    assert len(facts_of(file).rooms) == 1


def test_numbered_sheet_names_are_found_and_a_second_one_refused(tmp_path):
    rows = workbook_rows()["学校"]
    assert problems_of(build_workbook(tmp_path, raw={"2.学校": rows})) == [("2.学校", "sheet_twice")]
    folder = build_csv_folder(tmp_path / "county")
    (folder / "学校.csv").rename(folder / "表2 学校.csv")
    assert len(facts_of(folder).school_stages) == 2


def test_forms_of_the_statistics_program_are_refused_in_plain_words(tmp_path):
    folder = build_csv_folder(tmp_path / "county")
    (folder / "学校.csv").rename(folder / "教基3112_小学.csv")
    (folder / "基本信息.csv").rename(folder / "基础基111.csv")
    assert problems_of(folder) == [("", "statistics_forms")]
