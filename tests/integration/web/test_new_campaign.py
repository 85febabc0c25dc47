"""A campaign made in the browser: the form keeps everything, says all at once, shows the plan; or the file itself is sent."""

import gc
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

import questionnaires
from survey_app import create_app
from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Role
from survey_app.services.campaigns.lifecycle import create_campaign
from survey_app.services.cockpit.monitoring import show_campaign
from survey_app.settings import Settings
from survey_app.storage import office_tables, tables
from survey_app.storage.session import Database
from tests.builders_campaign import school_rows, write_campaign, write_schools
from tests.builders_staff import OTHER_COUNTY, OWN_COUNTY, StaffBrowser, sign_in_as
from tests.builders_web import Page
from tests.unit.survey_app.services.test_new_campaign import FILLED

PATH = "/campaigns/new"
# large bodies lie in temporary files that werkzeug leaves to the collector, which Python warns about; they are collected here
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def app(database_url: str, keys: KeyDirectory, clock: FixedClock) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, keys_dir=keys.path), clock)
    app.testing = True
    yield app
    app.extensions["junheng"].database.close()


@pytest.fixture
def admin(app: Flask) -> StaffBrowser:
    return sign_in_as(app, Role.ADMIN)


@pytest.fixture
def schools(tmp_path: Path) -> bytes:
    return write_schools(tmp_path / "schools.csv", school_rows()).read_bytes()


def sent(content: bytes, name: str = "学校名单.csv") -> FileStorage:
    return FileStorage(io.BytesIO(content), name)


def campaigns(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.campaign)).scalar_one())


def test_the_empty_form_knows_what_can_be_known(admin: StaffBrowser, app: Flask) -> None:
    values = Page(admin.get(PATH).text).values
    assert (values["year"], values["base_url"]) == (["2026"], [""])
    assert Page(sign_in_as(app, Role.ADMIN, OWN_COUNTY).get(PATH).text).values["county_code"] == [OWN_COUNTY]


def test_the_address_comes_from_the_last_campaign_and_never_from_the_request(
    admin: StaffBrowser, app: Flask, database: Database, keys: KeyDirectory, clock: FixedClock, tmp_path: Path
) -> None:
    create_campaign(database, keys, clock, write_campaign(tmp_path))
    assert Page(admin.get(PATH).text).values["base_url"] == ["https://survey.example.cn"]
    of_others = sign_in_as(app, Role.ADMIN, OTHER_COUNTY)
    assert Page(of_others.get(PATH).text).values["base_url"] == [""]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("base_url", "http://127.0.0.1:8000", "手机打不开 127.0.0.1"),
        ("base_url", "http://192.168.1.20", "192.168.1.20 是内部网络的地址"),
        ("base_url", "http://survey.example.cn", "微信会提示不安全"),
        ("closes", "2026-11-21 24:00", "截止时间 2026-11-21 24:00 已经过了"),
    ],
)
def test_what_paper_would_make_dear_is_said_before_and_after_creation(
    admin: StaffBrowser, schools: bytes, field: str, typed: str, said: str
) -> None:
    filled = FILLED | {field: typed, "schools": sent(schools)}
    assert said in admin.post(PATH, filled | {"action": "check"}).text
    created = admin.post(PATH, FILLED | {field: typed, "schools": sent(schools), "action": "create"})
    assert created.status_code == 303
    place = created.headers["Location"]
    for page in (place, f"{place}/codes", f"{place}/open"):
        assert said in admin.get(page).text


def test_an_end_at_midnight_is_typed_as_paper_tells_it_and_told_so(
    admin: StaffBrowser, schools: bytes, database: Database
) -> None:
    typed = FILLED | {"opens": "2026-11-24T00:00", "closes": "2026-12-05 24:00", "schools": sent(schools)}
    place = admin.post(PATH, typed | {"action": "create"}).headers["Location"]
    for page in (place, "/campaigns", "/"):
        assert "2026-12-05 24:00" in admin.get(page).text
        assert "2026-11-24 00:00" in admin.get(page).text
    assert "2026年12月5日 24:00 截止" in admin.get(f"{place}/open").text
    admin.post("/language", {"language": "en", "next": "/"})
    assert "5 December 2026, 24:00" in admin.get(f"{place}/open").text


def test_a_survey_past_its_end_can_neither_be_opened_nor_get_codes_and_it_is_said_what_to_do(
    admin: StaffBrowser, schools: bytes, database: Database
) -> None:
    typed = FILLED | {"opens": "2020-01-01", "closes": "2020-01-02", "schools": sent(schools), "action": "create"}
    place = admin.post(PATH, typed).headers["Location"]
    assert "新建一次调查" in admin.get(place).text
    for page in (f"{place}/codes", f"{place}/open"):
        assert f'action="{page}"' not in admin.get(page).text
        refused = admin.post(page)
        assert refused.status_code == 409
        assert "截止时间 2020-01-02 24:00 已经过了" in refused.text
        assert "请新建一次，把截止时间改晚" in refused.text


def test_a_list_of_schools_can_be_begun_from_its_header(admin: StaffBrowser, tmp_path: Path) -> None:
    header = admin.get(f"{PATH}/schools.csv").data
    assert header.decode("utf-8-sig") == "学校代码,学校名称,学段,城乡,学生数,教师数\r\n"
    filled = header + ",".join(map(str, school_rows(1)[0])).encode() + b"\r\n"
    page = admin.post(PATH, FILLED | {"schools": sent(filled), "action": "check"}).text
    assert "样本方案" in page


def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(
    admin: StaffBrowser, database: Database, schools: bytes
) -> None:
    typed = FILLED | {
        "name": "",
        "population": "约六万",
        "county_name": "<script>alert(1)</script>",
        "cap_teacher": "x",
    }
    answer = admin.post(PATH, typed | {"schools": sent(schools), "action": "create"})
    assert answer.status_code == 422
    page = answer.text
    assert "还有 3 处要改" in page
    assert "现为“约六万”；应为：整数" in page
    assert "<script>alert" not in page
    values = Page(page).values
    assert {name: values[name] for name in typed if name != "rulebook"} == {
        name: [value] for name, value in typed.items() if name != "rulebook"
    }
    assert "已上传：学校名单.csv" in page
    assert "<details open>" in page  # the wrong cap is in the part that is folded away
    assert campaigns(database) == 0


def test_a_file_that_was_sent_once_need_not_be_sent_again(
    admin: StaffBrowser, database: Database, keys: KeyDirectory, schools: bytes
) -> None:
    first = admin.post(PATH, FILLED | {"name": "", "schools": sent(schools), "action": "check"})
    kept = Page(first.text).values["kept"][0]
    assert kept
    answer = admin.post(PATH, FILLED | {"kept": kept, "action": "create"})
    assert answer.status_code == 303
    campaign = answer.headers["Location"].rpartition("/")[2]
    assert show_campaign(database, campaign)["name"] == FILLED["name"]
    with database.read() as connection:  # nothing is left lying about
        assert connection.execute(select(func.count()).select_from(office_tables.parcel)).scalar_one() == 0


def test_another_file_takes_the_place_of_the_first(admin: StaffBrowser, schools: bytes) -> None:
    first = admin.post(PATH, FILLED | {"schools": sent(b"not a list"), "action": "check"})
    assert first.status_code == 422
    kept = Page(first.text).values["kept"][0]
    second = admin.post(PATH, FILLED | {"kept": kept, "schools": sent(schools, "b.csv"), "action": "check"})
    assert second.status_code == 200
    assert "已上传：b.csv" in second.text


def test_the_files_of_one_account_are_not_anothers(admin: StaffBrowser, app: Flask, schools: bytes) -> None:
    kept = Page(admin.post(PATH, FILLED | {"schools": sent(schools), "action": "check"}).text).values["kept"][0]
    other = sign_in_as(app, Role.ADMIN)
    answer = other.post(PATH, FILLED | {"kept": kept, "action": "check"})
    assert "请上传学校名单" in answer.text


def test_the_plan_is_shown_before_anything_is_stored_and_is_the_one_created(
    admin: StaffBrowser, database: Database, keys: KeyDirectory, schools: bytes
) -> None:
    fields = {name: value for name, value in FILLED.items() if name != "seed"}
    page = admin.post(PATH, fields | {"schools": sent(schools), "action": "check"}).text
    assert "需要有效答卷 100 份" in page
    assert campaigns(database) == 0
    values = Page(page).values
    assert len(values["seed"][0]) == 16
    answer = admin.post(PATH, FILLED | {"seed": values["seed"][0], "kept": values["kept"][0], "action": "create"})
    document = show_campaign(database, answer.headers["Location"].rpartition("/")[2])
    shown = re.findall(r'data-label="计划样本">(\d+)<', page)
    assert shown == [str(group["planned"]) for group in document["groups"].values()]
    assert "请核对下面的样本方案" in admin.get(answer.headers["Location"]).text


def test_too_few_people_for_the_plan_are_told(admin: StaffBrowser, tmp_path: Path) -> None:
    few = write_schools(tmp_path / "few.csv", school_rows(2, pupils=10, teachers=2)).read_bytes()
    page = admin.post(PATH, FILLED | {"schools": sent(few), "frame_teacher": "500", "action": "check"}).text
    assert "教师：计划样本" in page


def test_own_questionnaires_are_kept_named_and_can_be_dropped(admin: StaffBrowser, schools: bytes) -> None:
    own = [sent(file.read_bytes(), file.name) for file in sorted(questionnaires.FOLDER.glob("*.yaml"))]
    page = admin.post(PATH, FILLED | {"schools": sent(schools), "questionnaires": own, "action": "check"}).text
    assert "已上传：cppcc_member.yaml、npc_deputy.yaml" in page
    kept = Page(page).values["kept"][0]
    again = admin.post(PATH, FILLED | {"kept": kept, "bundled": "1", "action": "check"}).text
    assert "npc_deputy.yaml" not in again
    assert "已上传：学校名单.csv" in again


def test_an_account_of_a_county_creates_for_no_other(app: Flask, schools: bytes, database: Database) -> None:
    other = sign_in_as(app, Role.ADMIN, OTHER_COUNTY)
    answer = other.post(PATH, FILLED | {"schools": sent(schools), "action": "create"})
    assert answer.status_code == 422
    assert f"您的账号只管 {OTHER_COUNTY}" in answer.text
    assert campaigns(database) == 0


def test_a_form_that_is_too_large_is_refused_in_words(admin: StaffBrowser) -> None:
    answer = admin.post(PATH, FILLED | {"schools": sent(bytes(35 * 1024 * 1024)), "action": "check"})
    assert answer.status_code == 413
    assert "太大" in answer.text


@pytest.mark.parametrize(
    "text",
    ids=["emoji", "long", "markup", "nul", "turned"],
    argvalues=["😀" * 50, "长" * 2_000, "<b>&amp;\"'</b>", "a\u0000b", "\u202e反"],
)
def test_any_text_is_a_text(admin: StaffBrowser, schools: bytes, text: str) -> None:
    answer = admin.post(PATH, FILLED | {"name": text, "schools": sent(schools), "action": "check"})
    assert answer.status_code in (200, 422)
    assert "<b>&amp;" not in answer.text


def test_a_campaign_file_is_sent_with_what_it_names(
    admin: StaffBrowser, database: Database, keys: KeyDirectory, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path)
    files = [sent(path.read_bytes(), path.name), sent((tmp_path / "schools.csv").read_bytes(), "schools.csv")]
    answer = admin.post(f"{PATH}/file", {"files": files})
    assert answer.status_code == 303
    assert show_campaign(database, answer.headers["Location"].rpartition("/")[2])["state"] == "draft"


def test_mistakes_of_a_campaign_file_are_listed_with_their_places(
    admin: StaffBrowser, database: Database, tmp_path: Path
) -> None:
    path = write_campaign(tmp_path, opens="soon", year=26)
    files = [sent(path.read_bytes(), path.name), sent(b"x", "schools.csv")]
    answer = admin.post(f"{PATH}/file", {"files": files})
    assert answer.status_code == 422
    assert re.search(r"campaign\.yaml:\d+:\d+: opens", answer.text)
    assert "campaign.yaml" in answer.text
    assert "schools.csv" in answer.text
    assert campaigns(database) == 0


def test_no_file_is_told(admin: StaffBrowser) -> None:
    answer = admin.post(f"{PATH}/file", {})
    assert answer.status_code == 422
    assert "其中没有活动文件" in answer.text
