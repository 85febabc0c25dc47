"""The campaign file: defaults, forgiving times, and every mistake at once with its place (docs/campaigns.md, "The file")."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evaluation.errors import InputProblem, InvalidInput
from survey_app import create_app
from survey_app.services.campaigns.file import read_campaign_file
from survey_app.services.campaigns.file_shape import OWN_PLACES
from survey_app.settings import Settings
from tests.builders_campaign import LEAVE_OUT, school_rows, write_campaign
from tests.paths import GOLDEN


def problems_of(path: Path) -> tuple[InputProblem, ...]:
    with pytest.raises(InvalidInput) as caught:
        read_campaign_file(path)
    return caught.value.problems


def test_what_the_file_leaves_out_has_its_defaults(tmp_path: Path) -> None:
    file = read_campaign_file(write_campaign(tmp_path)).file
    assert (file.expected_return, file.per_school, file.grace_minutes, file.anonymity_k) == (0.8, 10, 30, 5)
    assert (file.min_seconds, file.min_sample, file.frames, file.caps) == (None, 0, {}, {})


def test_questionnaires_default_to_those_that_come_along(tmp_path: Path) -> None:
    assert len(read_campaign_file(write_campaign(tmp_path)).questionnaires.by_group) == 7


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-20 08:00",
        "2026-11-20 08:00:00",
        "2026-11-20T08:00",
        "2026-11-20T08:00:00+08:00",
        "2026-11-20T00:00:00Z",
        "2026-11-20   08:00",
        datetime(2026, 11, 20, 8, 0),  # noqa: DTZ001 - a YAML time without quotes
    ],
)
def test_a_time_without_a_zone_is_the_county_s(tmp_path: Path, written: object) -> None:
    file = read_campaign_file(write_campaign(tmp_path, opens=written)).file
    assert file.opens == datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def test_a_day_alone_means_from_its_beginning_and_to_its_end(tmp_path: Path) -> None:
    file = read_campaign_file(write_campaign(tmp_path, opens="2026-11-20", closes="2026-11-27")).file
    assert file.opens == datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    assert file.closes == datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-27 24:00",
        "2026-11-27T24:00",
        "2026-11-27 24:00:00",
        "2026-11-27  24:00+08:00",
        "2026-11-27 16:00Z",
        "2026-11-28 00:00",
    ],
)
def test_an_end_at_midnight_is_read_as_paper_tells_it(tmp_path: Path, written: str) -> None:
    assert read_campaign_file(write_campaign(tmp_path, closes=written)).file.closes == datetime(
        2026, 11, 27, 16, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "address", ["https://a.cn/diaocha", "http://10.0.0.3:8350/a/b-c_d.e", "http://[2001:db8::1]:80/x"]
)
def test_an_address_may_have_a_plain_path(tmp_path: Path, address: str) -> None:
    assert read_campaign_file(write_campaign(tmp_path, base_url=address)).file.base_url == address


def test_the_service_s_own_places_are_all_known(tmp_path: Path) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}", keys_dir=tmp_path / "keys"))
    places = {rule.rule.split("/")[1].lower() for rule in app.url_map.iter_rules()} - {""}
    assert places == OWN_PLACES


def test_a_county_code_may_be_typed_as_a_number(tmp_path: Path) -> None:
    county = {"code": 430302, "name": "示范县", "population": 1000}
    assert read_campaign_file(write_campaign(tmp_path, county=county)).file.county.code == "430302"


def test_the_address_loses_its_last_slash(tmp_path: Path) -> None:
    assert (
        read_campaign_file(write_campaign(tmp_path, base_url="http://127.0.0.1:8000/")).file.base_url
        == "http://127.0.0.1:8000"
    )


def county(**changes: Any) -> dict[str, Any]:
    return {"code": "430302", "name": "示范县", "population": 66_600, **changes}


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"name": " "}, "yaml_wrong_value", "not blank"),
        ({"name": LEAVE_OUT}, "yaml_missing_key", "name"),
        ({"county": county(code="4303")}, "yaml_wrong_value", "6 digits"),
        ({"county": county(code=True)}, "yaml_wrong_value", "6 digits"),
        ({"county": county(population=0)}, "yaml_wrong_value", "more than 0"),
        ({"county": county(population=1.5)}, "yaml_wrong_value", "whole number"),
        ({"county": county(residents=5)}, "yaml_unknown_key", "population"),
        ({"year": "2026"}, "yaml_wrong_value", "whole number"),
        ({"year": 26}, "yaml_wrong_value", "2000"),
        ({"rulebook": "beijing-1999"}, "campaign_rulebook", "xiangtan-2018"),
        ({"opens": "tomorrow"}, "yaml_wrong_value", "2026-11-20 08:00"),
        ({"opens": [2026]}, "yaml_wrong_value", "2026-11-20 08:00"),
        ({"closes": "2026-12-05 24:01"}, "yaml_wrong_value", "an end may be 24:00"),
        ({"opens": "2026-11-20 24:00"}, "yaml_wrong_value", "a time such as"),
        ({"base_url": "https://a.cn/diaocha/"}, "yaml_wrong_value", "single slashes"),
        ({"base_url": "https://a.cn//diaocha"}, "yaml_wrong_value", "single slashes"),
        ({"base_url": "https://a.cn//"}, "yaml_wrong_value", "single slashes"),
        ({"base_url": "https://a.cn/a/../b"}, "yaml_wrong_value", "single slashes"),
        ({"base_url": "https://a.cn/.."}, "yaml_wrong_value", "single slashes"),
        ({"base_url": "https://a.cn/a%20b"}, "yaml_wrong_value", "single slashes"),
        ({"base_url": "https://a.cn/desk"}, "yaml_wrong_value", "/s or /desk"),
        ({"base_url": "https://a.cn/S/x"}, "yaml_wrong_value", "/s or /desk"),
        ({"base_url": "https://a.cn/调查"}, "yaml_wrong_value", "ASCII"),
        ({"base_url": "https://a.cn:99999"}, "yaml_wrong_value", "http://"),
        ({"base_url": "https://me@a.cn"}, "yaml_wrong_value", "http://"),
        ({"base_url": "https://127.1"}, "yaml_wrong_value", "http://"),
        ({"base_url": "https://a_b.cn"}, "yaml_wrong_value", "http://"),
        ({"closes": "2026-11-20 08:00"}, "yaml_wrong_value", "a time after opens"),
        ({"closes": "2026-11-19 08:00"}, "yaml_wrong_value", "a time after opens"),
        ({"base_url": "survey.example.cn"}, "yaml_wrong_value", "http://"),
        ({"base_url": "ftp://survey.example.cn"}, "yaml_wrong_value", "http://"),
        ({"base_url": "https://调查.cn"}, "yaml_wrong_value", "ASCII"),
        ({"base_url": f"https://{'a' * 50}.cn"}, "yaml_wrong_value", "48 characters"),
        ({"frames": {"principals": 68}}, "yaml_wrong_value", "'npc_deputy'"),
        ({"frames": {"principal": -1}}, "yaml_wrong_value", "0 or more"),
        ({"caps": {"家长": 5}}, "yaml_wrong_value", "'parent'"),
        ({"caps": {"student": 1.5}}, "yaml_wrong_value", "whole number"),
        ({"expected_return": 0}, "yaml_wrong_value", "more than 0"),
        ({"expected_return": 80}, "yaml_wrong_value", "1.0 or less"),
        ({"per_school": 0}, "yaml_wrong_value", "1 or more"),
        ({"seed": [1]}, "yaml_wrong_value", "a number or a word"),
        ({"anonymity_k": 1}, "yaml_wrong_value", "2 or more"),
        ({"grace_minutes": -1}, "yaml_wrong_value", "0 or more"),
        ({"min_seconds": -1}, "yaml_wrong_value", "0 or more"),
        ({"questionnaires": "nowhere"}, "campaign_path", "nowhere"),
        ({"schools": "nowhere.csv"}, "campaign_path", "nowhere.csv"),
        ({"schools": LEAVE_OUT}, "campaign_schools", "workbook"),
        ({"expected_retrun": 0.8}, "yaml_unknown_key", "expected_return"),
    ],
)
def test_each_mistake_is_named_with_its_place_and_what_is_expected(
    tmp_path: Path, changes: dict[str, Any], kind: str, words: str
) -> None:
    (problem,) = problems_of(write_campaign(tmp_path, **changes))
    assert problem.kind == kind
    assert words in problem.text()
    assert problem.where.startswith("campaign.yaml:")


def test_all_mistakes_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    rows = school_rows(3)
    rows[1] = ("S002", "", "幼儿园", "城区", "many", 5)
    (tmp_path / "questionnaires").mkdir()
    (tmp_path / "questionnaires" / "parent.yaml").write_text("id: parent\n")
    path = write_campaign(
        tmp_path, rows, year=1, rulebook="none", base_url="x", frames={"nobody": 1}, questionnaires="questionnaires"
    )
    places = {problem.where.split(":")[0] for problem in problems_of(path)}
    assert places >= {"campaign.yaml", "schools.csv", "parent.yaml"}
    assert len(problems_of(path)) >= 8


def test_a_place_is_file_line_and_column(tmp_path: Path) -> None:
    path = write_campaign(tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines, start=1) if line.startswith("year:"))
    path.write_text(path.read_text(encoding="utf-8").replace("year: 2026", "year: soon"), encoding="utf-8")
    assert problems_of(path)[0].where == f"campaign.yaml:{at}:1"


def test_a_group_without_a_questionnaire_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    import questionnaires

    for file in questionnaires.FOLDER.glob("*.yaml"):
        if file.stem != "teacher":
            (folder / file.name).write_bytes(file.read_bytes())
    (problem,) = problems_of(write_campaign(tmp_path, questionnaires="forms"))
    assert problem.kind == "campaign_questionnaire"
    assert problem.values["group"] == "teacher"


def test_schools_and_a_workbook_together_are_refused(tmp_path: Path) -> None:
    (tmp_path / "county.xlsx").write_bytes(b"no workbook")
    kinds = [problem.kind for problem in problems_of(write_campaign(tmp_path, workbook="county.xlsx"))]
    assert "campaign_schools" in kinds


@pytest.mark.parametrize("text", ["", "[]", "just words", "name： 调查", "{name: a, name: b}", "\t- x: [", "&a [*a]"])
def test_what_is_no_campaign_file_is_a_problem_and_no_crash(tmp_path: Path, text: str) -> None:
    path = tmp_path / "campaign.yaml"
    path.write_text(text, encoding="utf-8")
    assert problems_of(path)


def test_a_workbook_gives_schools_frames_and_a_lower_bound_of_teachers(tmp_path: Path) -> None:
    workbook = GOLDEN / "counties" / "good-11" / "workbook.xlsx"
    county_of_workbook = county(code="430300")
    path = write_campaign(
        tmp_path, schools=LEAVE_OUT, workbook=str(workbook), county=county_of_workbook, frames={"npc_deputy": 99}
    )
    given = read_campaign_file(path)
    assert len(given.schools) == 60
    assert all(school.teachers > 0 for school in given.schools)
    assert given.frames == {"principal": 60, "npc_deputy": 99, "cppcc_member": 128}


def test_a_workbook_of_another_county_is_refused(tmp_path: Path) -> None:
    workbook = GOLDEN / "counties" / "good-11" / "workbook.xlsx"
    (problem,) = problems_of(write_campaign(tmp_path, schools=LEAVE_OUT, workbook=str(workbook)))
    assert problem.kind == "campaign_county"
