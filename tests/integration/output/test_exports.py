"""Every format is read back by an independent reader, with texts that break careless writers."""

import csv
import json
import stat
import subprocess
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet
import pyreadstat
import pytest

from evaluation.errors import InvalidInput
from evaluation.rulebook.loading import load_rulebook
from evaluation.survey.from_files import recognition_from_files
from evaluation.survey.labels import LabelCount, Labels, read_counts
from evaluation.survey.recognition import estimate_recognition, recognition_document
from evaluation.survey.responses import read_responses, responses_from_rows
from evaluation.survey.sampling import plan_sample
from questionnaires import FOLDER as QUESTIONNAIRES
from survey_app.output.cells import visible
from survey_app.output.exports import side_path, write_export
from tests.integration.output.surveys import (
    COUNTS,
    LONG_TEXT,
    NASTY,
    ODD_QUESTIONNAIRES,
    ODD_RESPONSES,
    OUR_QUESTIONNAIRES,
    Comment,
    Survey,
    UnitSchool,
    demo_responses,
    odd_export,
)
from tests.paths import REPOSITORY

HEADER = ["group", "school", "submitted_at", "duration_s", "valid", "q01", "q02", "q03", "by", "q04"]
ROWS = [
    ["parent", "U001", "", "", "1", "1", "1;13", "9", "2", ""],
    ["parent", "2143990001", "", "", "0", "9", "", "3", "", ""],
    ["teacher", "2143990001", "", "", "1", "2", "", "2", "", "1"],
    ["parent", "", "", "", "1", "3", "2", "1", "", ""],
]
ENDINGS = (".csv", ".xlsx", ".sav", ".parquet")


def read_csv(path):
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


def without_guard(cell):
    return cell[1:] if cell.startswith("'") else cell


def test_csv_is_the_responses_file(tmp_path):
    write_export(tmp_path / "answers.csv", odd_export())
    assert read_csv(tmp_path / "answers.csv") == [HEADER, *ROWS]


def test_csv_read_back_gives_the_same_recognition_as_the_stored_answers(tmp_path):
    rows = demo_responses()
    export = Survey("调查", OUR_QUESTIONNAIRES, iter(rows), iter(()), ())
    write_export(tmp_path / "answers.csv", export)
    read = read_responses(tmp_path / "answers.csv", OUR_QUESTIONNAIRES)
    stored = responses_from_rows(rows, OUR_QUESTIONNAIRES)
    parameters = load_rulebook("xiangtan-2018").survey.parameters
    documents = [
        recognition_document(estimate_recognition(one, OUR_QUESTIONNAIRES, parameters, 430_618, {}))
        for one in (read, stored)
    ]
    assert documents[0] == documents[1]
    assert 0.8 < documents[0]["rate"] < 1
    assert documents[0]["sample"]["is_valid"]


def test_odd_questionnaires_read_back_too(tmp_path):
    write_export(tmp_path / "answers.csv", odd_export())
    read = read_responses(tmp_path / "answers.csv", ODD_QUESTIONNAIRES)
    stored = responses_from_rows(ODD_RESPONSES, ODD_QUESTIONNAIRES)
    pd.testing.assert_frame_equal(read.responses, stored.responses)
    by = ["response", "question", "value"]
    pd.testing.assert_frame_equal(
        read.answers.sort_values(by, ignore_index=True), stored.answers.sort_values(by, ignore_index=True)
    )


@pytest.mark.parametrize("ending", [".csv", ".sav", ".parquet"])
def test_comments_stand_in_a_file_of_their_own_in_their_order_and_no_cell_begins_a_formula(tmp_path, ending):
    write_export(tmp_path / f"answers{ending}", odd_export())
    header, *rows = read_csv(tmp_path / "answers-comments.csv")
    assert header == ["类别", "类别名称", "意见"]
    assert [without_guard(row[2]) for row in rows] == [visible(text) for text in NASTY]
    assert not any(row[2].lstrip()[:1] in "=+-@＝" for row in rows)
    for text in NASTY:
        if len(text) > 4:
            assert visible(text).encode() not in (tmp_path / f"answers{ending}").read_bytes()


def test_units_name_their_schools_with_codes_as_text(tmp_path):
    write_export(tmp_path / "answers.csv", odd_export())
    assert read_csv(tmp_path / "answers-units.csv")[1:] == [
        ["U001", "0143990007", "㘵背𠮷教学点"],
        ["U001", "2143990008", '\'=HYPERLINK("x")小学'],
        ["2143990001", "2143990001", "清溪县实验小学"],
    ]


def test_counts_stand_beside_it_by_label(tmp_path):
    write_export(tmp_path / "answers.csv", odd_export())
    assert (tmp_path / "answers-counts.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "group,unit,answered,withheld,lost,fast",
        "parent,U001,3,0,1,2",
        "parent,2143990001,1,0,0,0",
        "teacher,2143990001,5,4,0,1",
        "principal,,3,3,0,0",
    ]
    assert read_counts(tmp_path / "answers-counts.csv") == COUNTS


def test_an_export_read_back_with_what_stands_beside_it_gives_the_campaigns_own_result(tmp_path):
    """Withheld, lost and lost units included; without those files the sample and the design would be others."""
    rows = [
        replace(one, school="U001" if number % 7 == 0 and one.school else "" if number % 5 == 0 else one.school)
        for number, one in enumerate(demo_responses())
        if one.group != "cppcc_member"
    ]
    units = [UnitSchool("U001", code, "") for code in ("1000000001", "1000000002")]
    counts = [
        LabelCount(group, "", found + withheld + lost, withheld, lost, 0)
        for group, withheld, lost in (("parent", 2, 3), ("student", 0, 1), ("cppcc_member", 4, 0))
        for found in [sum(one.group == group for one in rows)]
    ]
    write_export(tmp_path / "answers.csv", Survey("调查", OUR_QUESTIONNAIRES, iter(rows), iter(()), units, counts))
    parameters = load_rulebook("xiangtan-2018").survey.parameters
    frames = {"cppcc_member": 4}
    required = 700
    own = estimate_recognition(
        responses_from_rows(rows, OUR_QUESTIONNAIRES),
        OUR_QUESTIONNAIRES,
        parameters,
        430_618,
        frames,
        plan_sample(required, frames, parameters),
        required,
        Labels(counts),
    )
    (tmp_path / "frames.csv").write_text("类别,总体人数\n政协委员,4\n", encoding="utf-8")
    files = (tmp_path / "answers.csv", QUESTIONNAIRES, 430_618, parameters, tmp_path / "frames.csv")
    beside = {
        "counts_file": tmp_path / "answers-counts.csv",
        "units_file": tmp_path / "answers-units.csv",
        "min_sample": required,
    }
    again = recognition_document(recognition_from_files(*files, **beside))
    assert again == recognition_document(own)
    assert (again["sample"]["withheld"]["cppcc_member"], again["sample"]["required"]) == (4, 700)
    assert "unit_lost" in again["ci_reasons"]
    alone = recognition_document(recognition_from_files(*files))
    assert alone["rate"] == again["rate"]
    assert alone["ci95"] != again["ci95"]
    assert "cppcc_member" in "".join(alone["sample"]["reasons"])
    assert "cppcc_member" not in "".join(again["sample"]["reasons"])


def test_codebook_tells_apart_questions_of_one_id(tmp_path):
    write_export(tmp_path / "answers.csv", odd_export())
    header, *rows = read_csv(tmp_path / "answers-codebook.csv")
    read = [dict(zip(header, row, strict=True)) for row in rows]
    assert {row["列"] for row in read[:5]} == {"group", "school", "submitted_at", "duration_s", "valid"}
    third = [(row["类别"], row["题目"], row["值"], row["选项"], row["认可"]) for row in read if row["列"] == "q03"]
    assert ("parent", "家长的第三题", "9", "不了解", "不计入") in third
    assert ("teacher", "教师的第三题", "1", "同意", "认可") in third
    assert len(third) == 4 + 3
    assert [row["题目"] for row in read if row["题型"] == "填空"] == ["还想说什么"]
    assert {row["计入"] for row in read if row["列"] == "q01"} == {"36"}


def test_xlsx_holds_everything_and_texts_stay_texts(tmp_path):
    written = write_export(tmp_path / "answers.xlsx", odd_export())
    assert written == [tmp_path / "answers.xlsx"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["answers.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "answers.xlsx")
    assert book.sheetnames == ["答卷", "编码本", "意见", "单元", "份数"]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    header, *rows = book["答卷"].iter_rows(values_only=True)
    assert list(header) == HEADER
    assert [["" if cell is None else str(cell) for cell in row] for row in rows] == ROWS
    assert book["单元"]["B2"].value == "0143990007"
    book.close()


def test_xlsx_comments_survive_or_say_that_they_were_cut(tmp_path):
    write_export(tmp_path / "answers.xlsx", odd_export())
    book = openpyxl.load_workbook(tmp_path / "answers.xlsx")
    cells = [row[2] for row in book["意见"].iter_rows(min_row=2, values_only=True)]
    book.close()
    for text, cell in zip(NASTY, cells, strict=True):
        if len(visible(text)) <= 16_000:
            assert openpyxl.utils.escape.unescape(cell) == visible(text)
        else:
            assert cell.endswith(f"…（全文 {len(text)} 字，单元格放不下）")
            assert 32_760 <= len(cell.encode("utf-16-le")) // 2 <= 32_767


def read_sav(path):
    return pyreadstat.read_sav(str(path), user_missing=True)


def test_sav_values_labels_and_missing_values(tmp_path):
    write_export(tmp_path / "answers.sav", odd_export())
    frame, meta = read_sav(tmp_path / "answers.sav")
    assert list(frame.columns) == [
        "group",
        "school",
        "submitted_at",
        "duration_s",
        "valid",
        "q01",
        "q02",
        "q03",
        "by_",
        "q04",
        "q02_1",
        "q02_2",
        "q02_13",
    ]
    assert frame["q01"].tolist() == [1, 9, 2, 3]
    assert frame["q02"].tolist() == ["1;13", "", "", "2"]
    assert [list(frame[f"q02_{value}"].fillna(-1)) for value in (1, 2, 13)] == [
        [1, -1, -1, 0],
        [0, -1, -1, 1],
        [1, -1, -1, 0],
    ]
    assert frame["school"].tolist() == ["U001", "2143990001", "2143990001", ""]
    assert frame["duration_s"].isna().all()
    assert set(frame["submitted_at"]) == {""}
    assert meta.missing_ranges == {
        "q01": [{"lo": 9.0, "hi": 9.0}],
        "q03": [{"lo": 9.0, "hi": 9.0}],
        "q04": [{"lo": 9.0, "hi": 9.0}],
    }
    assert meta.variable_value_labels["q01"] == {1.0: "满意", 2.0: "基本满意", 3.0: "不满意", 9.0: "不了解"}
    assert meta.variable_value_labels["q03"] == {
        1.0: "满意/同意",
        2.0: "基本满意/不同意",
        3.0: "不满意",
        9.0: "不了解/说不清",
    }
    assert meta.variable_value_labels["by_"] == {1.0: "城里", 2.0: "镇上"}
    assert meta.variable_measure["q01"] == "nominal"


def test_sav_labels_are_cut_between_characters_to_the_bytes_spss_takes(tmp_path):
    write_export(tmp_path / "answers.sav", odd_export())
    _, meta = read_sav(tmp_path / "answers.sav")
    labels = meta.column_names_to_labels
    assert labels["q01"].endswith("…")
    assert LONG_TEXT.startswith(labels["q01"][:-1])
    assert 253 <= len(labels["q01"].encode()) <= 256
    assert labels["q03"] == "家长：家长的第三题教师：教师的第三题"
    assert labels["q04"] == "教师的第四题"
    assert all(len(label.encode()) <= 256 for label in labels.values() if label)
    values = chain.from_iterable(one.values() for one in meta.variable_value_labels.values())
    assert all(len(label.encode()) <= 120 and "\ufffd" not in label for label in values)
    assert len(meta.file_label.encode()) <= 64
    assert "\ufffd" not in meta.file_label


def test_dont_know_is_missing_to_spss_unless_asked_for(tmp_path):
    write_export(tmp_path / "answers.sav", odd_export())
    frame, _ = pyreadstat.read_sav(str(tmp_path / "answers.sav"))
    assert frame["q01"].isna().tolist() == [False, True, False, False]


def test_parquet_values_types_and_metadata(tmp_path):
    write_export(tmp_path / "answers.parquet", odd_export())
    table = pyarrow.parquet.read_table(tmp_path / "answers.parquet")
    assert table.column_names == HEADER
    assert [["" if cell is None else str(cell) for cell in row.values()] for row in table.to_pylist()] == ROWS
    assert str(table.schema.field("q01").type) == "int16"
    assert str(table.schema.field("submitted_at").type) == "timestamp[ms]"
    asked = json.loads(table.schema.field("q03").metadata[b"questions"])
    assert asked["teacher"]["options"] == {"1": "同意", "2": "不同意", "9": "说不清"}
    assert asked["parent"]["text"] == "家长的第三题"


@pytest.mark.parametrize("ending", ENDINGS)
def test_rows_keep_the_order_they_come_in(tmp_path, ending):
    write_export(tmp_path / f"answers{ending}", odd_export(responses=iter(ODD_RESPONSES[::-1]), comments=iter(())))
    readers = {
        ".csv": lambda path: [row[0] for row in read_csv(path)[1:]],
        ".xlsx": lambda path: pd.read_excel(path, sheet_name="答卷", engine="openpyxl")["group"].tolist(),
        ".sav": lambda path: read_sav(path)[0]["group"].tolist(),
        ".parquet": lambda path: pyarrow.parquet.read_table(path)["group"].to_pylist(),
    }
    assert readers[ending](tmp_path / f"answers{ending}") == ["parent", "teacher", "parent", "parent"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_survey_without_responses_and_comments_is_exported(tmp_path, ending):
    written = write_export(tmp_path / f"answers{ending}", odd_export(responses=iter(()), comments=iter(()), units=()))
    assert all(path.stat().st_size > 0 for path in written)
    if ending == ".parquet":
        assert pyarrow.parquet.read_table(written[0]).num_rows == 0
    if ending == ".sav":
        assert list(read_sav(written[0])[0].columns)[:5] == HEADER[:5]


@pytest.mark.parametrize("ending", ENDINGS)
def test_failed_export_leaves_what_was_there_and_no_parts(tmp_path, ending):
    write_export(tmp_path / f"answers{ending}", odd_export())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def torn():
        yield ODD_RESPONSES[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_export(tmp_path / f"answers{ending}", odd_export(responses=torn()))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_only_its_owner_may_read_an_export(tmp_path, ending):
    for path in write_export(tmp_path / f"answers{ending}", odd_export()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("ending", ENDINGS)
def test_progress_is_told_of_every_response(tmp_path, ending):
    told = []
    write_export(tmp_path / f"answers{ending}", odd_export(), lambda: told.append(1))
    assert len(told) == len(ODD_RESPONSES)


@pytest.mark.parametrize("name", ["answers.xls", "answers", "answers.json", "answers.csv.gz"])
def test_unknown_ending_is_refused_with_the_known_ones(tmp_path, name):
    with pytest.raises(InvalidInput) as refused:
        write_export(tmp_path / name, odd_export())
    assert ".csv .xlsx .sav .parquet" in refused.value.problems[0].text()
    assert list(tmp_path.iterdir()) == []


def test_ending_in_capitals_is_understood(tmp_path):
    write_export(tmp_path / "ANSWERS.CSV", odd_export())
    assert side_path(tmp_path / "ANSWERS.CSV", "units").name == "ANSWERS-units.csv"
    assert read_csv(tmp_path / "ANSWERS.CSV")[0] == HEADER


def test_comment_of_every_group_is_named(tmp_path):
    comments = [Comment("parent", "甲"), Comment("teacher", "乙")]
    write_export(tmp_path / "answers.csv", odd_export(comments=iter(comments)))
    assert read_csv(tmp_path / "answers-comments.csv")[1:] == [["parent", "家长", "甲"], ["teacher", "教师", "乙"]]


# --- where it is written -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_missing_folder_is_made(tmp_path, ending):
    written = write_export(tmp_path / "new" / "deep" / f"answers{ending}", odd_export())
    assert sorted(written) == sorted((tmp_path / "new" / "deep").iterdir())


def test_a_failed_export_takes_its_folder_away_again(tmp_path):
    def torn():
        yield ODD_RESPONSES[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_export(tmp_path / "new" / "deep" / "answers.csv", odd_export(responses=torn()))
    assert list(tmp_path.iterdir()) == []


def places(folder):
    """Where nothing can be written: below a file, below what the system keeps for itself, where a folder has the name of a file beside it."""
    (folder / "file").write_text("a file", encoding="utf-8")
    (folder / "answers-units.csv").mkdir()
    return [folder / "file" / "answers.csv", Path("/proc/answers.csv"), folder / "answers.csv"]


def test_a_place_where_nothing_can_be_written_is_told_and_nothing_is_left(tmp_path):
    for path in places(tmp_path):
        with pytest.raises(InvalidInput) as caught:
            write_export(path, odd_export())
        assert [one.kind for one in caught.value.problems] == ["output_not_writable"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["answers-units.csv", "file"]
    assert list((tmp_path / "answers-units.csv").iterdir()) == []


FULL = """
import resource, sys
from pathlib import Path
from evaluation.errors import InvalidInput
from survey_app.output.exports import write_export
from tests.integration.output.surveys import odd_export
import pyreadstat, pandas, xlsxwriter, pyarrow.parquet
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
try:
    write_export(Path(sys.argv[1]), odd_export())
except InvalidInput as refused:
    sys.exit([one.kind for one in refused.problems] != ["output_not_writable"])
sys.exit("nothing was refused")
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_disk_that_fills_up_leaves_nothing(tmp_path, ending):
    arguments = [sys.executable, "-c", FULL, str(tmp_path / "new" / f"answers{ending}")]
    assert subprocess.run(arguments, check=False, cwd=REPOSITORY).returncode == 0
    assert list(tmp_path.iterdir()) == []
