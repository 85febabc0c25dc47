"""A campaign from the browser: the form's fields, with the files beside them; and a campaign file with what it names."""

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

import questionnaires
from evaluation.errors import InvalidInput, InvalidKeys
from survey_app.services.campaigns.file import read_campaign_file
from survey_app.services.campaigns.new.checking import CheckedCampaign, check_campaign
from survey_app.services.campaigns.new.uploads import lay_campaign
from survey_app.web.campaigns.new_form import CampaignForm
from tests.builders_campaign import school_rows, write_campaign, write_schools

FILLED = {
    "name": "示范县教育满意度调查",
    "county_code": "430302",
    "county_name": "示范县",
    "population": "66600",
    "year": "2026",
    "rulebook": "xiangtan-2018",
    "opens": "2026-11-20T08:00",
    "closes": "2026-11-27T18:00",
    "base_url": "https://survey.example.cn",
    "seed": "7",
}
BUNDLED = {file.name: file.read_bytes() for file in questionnaires.FOLDER.glob("*.yaml")}


@pytest.fixture
def schools(tmp_path: Path) -> dict[str, bytes]:
    return {"学校名单.csv": write_schools(tmp_path / "s.csv", school_rows()).read_bytes()}


def filled_in(fields: dict[str, str]) -> CampaignForm:
    with Flask(__name__).app_context():
        return CampaignForm(MultiDict(fields))


def problems_of(
    fields: dict[str, str], schools: dict[str, bytes], own: dict[str, bytes] | None = None
) -> dict[str, list[str]]:
    form = filled_in(fields)
    with pytest.raises(InvalidKeys) as caught:
        check_campaign(form.campaign(), schools, own or {})
    form.refuse(caught.value.problems)
    return {field: list(said) for field, said in form.errors.items()}


def checked(fields: dict[str, str], schools: dict[str, bytes], own: dict[str, bytes] | None = None) -> CheckedCampaign:
    return check_campaign(filled_in(fields).campaign(), schools, own or {})


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_a_filled_in_form_gives_the_plan_of_the_same_campaign_file(schools: dict[str, bytes], tmp_path: Path) -> None:
    found = checked(FILLED, schools)
    assert found.plan.required == 100
    assert found.given.file == read_campaign_file(write_campaign(tmp_path)).file.model_copy(
        update={"schools": "学校名单.csv"}
    )
    assert checked(FILLED, schools).plan == found.plan


def test_numbers_are_read_as_people_type_them(schools: dict[str, bytes]) -> None:
    typed = {"population": "６６，６００ 人", "expected_return": "75%", "min_seconds": "12.5", "per_school": " 8 "}
    file = checked(FILLED | typed, schools).given.file
    assert (file.county.population, file.expected_return, file.min_seconds, file.per_school) == (66_600, 0.75, 12.5, 8)


def test_sizes_and_caps_of_groups_are_taken(schools: dict[str, bytes]) -> None:
    plan = checked(FILLED | {"frame_principal": "6", "cap_teacher": "20"}, schools).plan
    assert plan.frames["principal"] == plan.planned["principal"] == 6
    assert plan.caps["teacher"] == 20


def test_every_problem_stands_beside_its_field_all_at_once() -> None:
    found = problems_of(
        FILLED
        | {"name": " ", "county_code": "43", "population": "约六万", "closes": "2026-11-19T18:00"}
        | {"base_url": "survey", "frame_teacher": "-1", "cap_public": "many", "expected_return": "180"},
        {},
    )
    assert found == {
        "name": ["请填写"],
        "county_code": ["现为“43”；应为：六位代码，如“430302”"],
        "population": ["现为“约六万”；应为：整数"],
        "closes": ["应晚于开始时间"],
        "base_url": ["现为“survey”；应为：以 http:// 或 https:// 开头的网址"],
        "frame_teacher": ["现为“-1”；应为：不小于 0"],
        "cap_public": ["现为“many”；应为：整数"],
        "expected_return": ["现为“180”；应为：大于 0、不超过 100 的百分数"],
        "schools": ["请上传学校名单（.csv）或统计表（.xlsx），只要其中一个"],
    }


def test_an_empty_form_asks_for_what_is_needed_and_nothing_else() -> None:
    found = problems_of({}, {})
    needed = {"name", "county_code", "county_name", "population", "year", "rulebook", "opens", "closes", "base_url"}
    assert set(found) == needed | {"schools"}
    assert {text for field in needed for text in found[field]} == {"请填写"}


@pytest.mark.parametrize("typed", ["beijing-1999", "/etc/rules.yaml", "../rules.yaml"])
def test_a_rulebook_is_chosen_by_name_and_no_file_of_this_machine_is_read(
    schools: dict[str, bytes], typed: str
) -> None:
    (said,) = problems_of(FILLED | {"rulebook": typed}, schools)["rulebook"]
    assert "没有规则集" in said


def test_mistakes_of_the_list_of_schools_keep_their_places(tmp_path: Path) -> None:
    rows = [list(row) for row in school_rows()]
    rows[2][4] = "三百"
    rows[4][2] = "大学"
    sent = {"schools.csv": write_schools(tmp_path / "s.csv", rows).read_bytes()}  # type: ignore[arg-type]
    found = problems_of(FILLED, sent)
    assert set(found) == {"schools"}
    assert [text.split(":")[:2] for text in found["schools"]] == [
        ["schools.csv", "4 学生数"],
        ["schools.csv", "6 学段"],
    ]


@pytest.mark.parametrize("name", ["schools.xls", "schools.docx", "schools"])
def test_another_kind_of_file_is_refused_with_what_to_do(name: str) -> None:
    assert problems_of(FILLED, {name: b"x"})["schools"] == [
        f"{name} 不是 .csv 学校名单，也不是 .xlsx 统计表；旧的 .xls 请先另存为 .xlsx"
    ]


def test_what_is_no_workbook_is_refused_in_plain_words() -> None:
    found = problems_of(FILLED, {"../../etc/学校.xlsx": b"not a workbook"})
    assert found["schools"]
    assert "学校.xlsx" in found["schools"][0]


def test_own_questionnaires_are_taken_loose_or_packed(schools: dict[str, bytes]) -> None:
    changed = {name: content.replace(b"version: 1", b"version: 7") for name, content in BUNDLED.items()}
    for sent in (changed, {"问卷.zip": zipped({f"folder/{name}": text for name, text in changed.items()})}):
        assert {one.version for one in checked(FILLED, schools, sent).given.questionnaires} == {7}


def test_own_questionnaires_must_be_there_for_every_group(schools: dict[str, bytes]) -> None:
    own = {name: text for name, text in BUNDLED.items() if name not in ("teacher.yaml", "public.yaml")}
    assert problems_of(FILLED, schools, own)["questionnaires"] == [
        "没有“教师”的问卷；七类人员各要一份",
        "没有“其他群众”的问卷；七类人员各要一份",
    ]


def test_mistakes_in_a_questionnaire_are_told_beside_those_of_the_form(schools: dict[str, bytes]) -> None:
    torn = BUNDLED | {"parent.yaml": BUNDLED["parent.yaml"].replace(b"type: choice", b"type: chioce", 1)}
    found = problems_of(FILLED | {"year": "x"}, schools, torn)
    assert set(found) == {"year", "questionnaires"}
    assert found["questionnaires"][0].startswith("parent.yaml:")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("q.zip", b"PK not a zip", "打不开"),
        ("q.zip", zipped({"../../x.yaml": b""}), "越出文件夹"),
        ("q.zip", zipped({"/etc/x.yaml": b""}), "越出文件夹"),
        ("q.zip", zipped({f"{n}.yaml": b"" for n in range(301)}), "太多"),
        ("q.zip", zipped({"bomb.yaml": bytes(61_000_000)}), "太多"),
        ("q.docx", b"", "不是 .yaml 问卷"),
    ],
)
def test_a_bad_archive_is_refused(schools: dict[str, bytes], name: str, content: bytes, words: str) -> None:
    assert words in problems_of(FILLED, schools, {name: content})["questionnaires"][0]


# --- the campaign file itself, with what it names --------------------------------------------------------------------------------


def sent_campaign(folder: Path, **changes: object) -> dict[str, bytes]:
    path = write_campaign(folder, **changes)
    return {"campaign.yaml": path.read_bytes(), "schools.csv": (folder / "schools.csv").read_bytes()}


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    folder = tmp_path / "laid"
    folder.mkdir()
    return folder


def test_a_campaign_file_is_read_with_the_files_it_names(tmp_path: Path, laid: Path) -> None:
    files = sent_campaign(tmp_path, schools="data/schools.csv", questionnaires="wenjuan") | BUNDLED
    given = read_campaign_file(lay_campaign(laid, files))
    assert given.file.name == "示范县教育满意度调查"
    assert len(given.schools) == 12
    assert len(list(given.questionnaires)) == 7


def test_a_packed_folder_keeps_its_places(tmp_path: Path, laid: Path) -> None:
    files = sent_campaign(tmp_path, questionnaires="q")
    packed = {f"活动/{name}": text for name, text in files.items()} | {
        f"活动/q/{name}": text for name, text in BUNDLED.items()
    }
    given = read_campaign_file(lay_campaign(laid, {"all.zip": zipped(packed)}))
    assert (len(list(given.questionnaires)), len(given.schools)) == (7, 12)


@pytest.mark.parametrize(
    "named", ["/etc/passwd", "../secret.csv", "..\\secret.csv", "C:/secret.csv", "a/../../secret.csv"]
)
def test_nothing_outside_of_the_sent_files_is_read(tmp_path: Path, laid: Path, named: str) -> None:
    (tmp_path / "secret.csv").write_text("secret", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        lay_campaign(laid, sent_campaign(tmp_path, schools=named))
    assert [problem.kind for problem in caught.value.problems] == ["path_outside"]
    assert caught.value.problems[0].where.startswith("campaign.yaml:")


@pytest.mark.parametrize("key", ["workbook", "questionnaires", "rulebook"])
def test_no_key_leads_outside(tmp_path: Path, laid: Path, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        lay_campaign(laid, sent_campaign(tmp_path, **{key: "../x.yaml"}))
    assert {problem.kind for problem in caught.value.problems} == {"path_outside"}


def test_what_is_no_campaign_is_told(laid: Path, tmp_path: Path) -> None:
    for number, (files, kind) in enumerate(
        (
            ({"parent.yaml": BUNDLED["parent.yaml"]}, "no_campaign_file"),
            ({"schools.csv": b""}, "no_campaign_file"),
            ({"campaign.yaml": "name： x: [".encode()}, "yaml_syntax"),
            ({"a.yaml": b"opens: 1\ncloses: 2", "b.yaml": b"opens: 1\ncloses: 2"}, "several_campaign_files"),
        )
    ):
        folder = laid / str(number)
        folder.mkdir()
        with pytest.raises(InvalidInput) as caught:
            lay_campaign(folder, files)
        assert caught.value.problems[0].kind == kind
