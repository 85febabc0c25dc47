"""`junheng db`, `campaign` and `codes`: what they print, their exit status, the files they leave. On both engines."""

import csv
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_app.cli import main
from survey_app.domain.clock import LOCAL_ZONE
from tests.builders_campaign import write_campaign


@pytest.fixture
def junheng(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs a command on this test's database."""
    monkeypatch.setenv("JUNHENG_DATABASE_URL", database_url)
    monkeypatch.setenv("JUNHENG_KEYS", str(tmp_path / "keys"))

    def run(*arguments: object) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def campaign_file(tmp_path: Path) -> Path:
    """A campaign that opened yesterday and closes in a week."""
    now = datetime.now(LOCAL_ZONE)
    opens, closes = (f"{now + timedelta(days=days):%Y-%m-%d %H:%M}" for days in (-1, 7))
    return write_campaign(tmp_path, opens=opens, closes=closes, grace_minutes=0)


@pytest.fixture
def draft(junheng, campaign_file: Path) -> str:  # type: ignore[no-untyped-def]
    """The id of a draft made from it."""
    return str(junheng("campaign", "create", campaign_file).stdout.strip())


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_create_prints_the_id_and_nothing_else_on_standard_output(junheng, campaign_file: Path) -> None:  # type: ignore[no-untyped-def]
    result = junheng("campaign", "create", campaign_file)
    assert result.exit_code == 0
    assert re.fullmatch(r"430302-2026-[2-9a-z]{4}\n", result.stdout)
    assert result.stderr == ""


def test_create_names_every_mistake_on_a_line_of_standard_error_and_ends_with_3(junheng, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = junheng("campaign", "create", write_campaign(tmp_path, year=1, base_url="x", frames={"nobody": 1}))
    assert (result.exit_code, result.stdout) == (3, "")
    assert len(result.stderr.splitlines()) == 3
    assert all(line.startswith("campaign.yaml:") for line in result.stderr.splitlines())


def test_create_speaks_chinese_when_asked(junheng, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = junheng("--lang", "zh", "campaign", "create", write_campaign(tmp_path, opens="soon"))
    assert "时间，如 2026-11-20 08:00" in result.stderr


def test_create_warns_where_the_schools_have_too_few_people_for_the_frame(junheng, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = write_campaign(
        tmp_path, frames={"principal": 40}, county={"code": "430302", "name": "县", "population": 200_000}
    )
    result = junheng("campaign", "create", path)
    assert result.exit_code == 0
    assert result.stderr.startswith("warning: frames.principal: ")
    assert "12 people" in result.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"base_url": "http://127.0.0.1:8350"}, "warning: base_url: phones can't open 127.0.0.1"),
        ({"base_url": "https://localhost/diaocha"}, "warning: base_url: phones can't open localhost"),
        ({"base_url": "https://192.168.1.20"}, "warning: base_url: 192.168.1.20 is an address of an inner network"),
        ({"base_url": "https://xuexiao"}, "warning: base_url: xuexiao is an address of an inner network"),
        ({"base_url": "http://survey.example.cn"}, "warning: base_url: the address begins with http://: WeChat warns"),
    ],
)
def test_an_address_that_phones_can_not_open_is_told_when_a_campaign_is_created_and_before_codes_are_issued(
    junheng,  # type: ignore[no-untyped-def]
    campaign_file: Path,
    tmp_path: Path,
    changes: dict[str, str],
    said: str,
) -> None:
    document = campaign_file.read_text(encoding="utf-8").replace("https://survey.example.cn", changes["base_url"])
    campaign_file.write_text(document, encoding="utf-8")
    created = junheng("campaign", "create", campaign_file)
    issued = junheng("codes", "issue", created.stdout.strip(), "--out", tmp_path / "out")
    for result in (created, issued):
        assert result.exit_code == 0
        assert result.stderr.startswith(said)
        assert len(result.stderr.splitlines()) == 1


def test_a_campaign_whose_end_is_past_is_told_of_and_gets_no_codes(junheng, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    created = junheng("campaign", "create", write_campaign(tmp_path, opens="2020-01-01", closes="2020-01-02"))
    assert created.exit_code == 0
    assert "warning: closes: the end, 2020-01-02 24:00, is past" in created.stderr
    draft = created.stdout.strip()
    for refused in (junheng("codes", "issue", draft, "--out", tmp_path / "out"), junheng("campaign", "open", draft)):
        assert refused.exit_code == 3
        assert refused.stderr.splitlines()[-1].endswith("create a new campaign with a later end")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_end_at_midnight_is_told_as_paper_tells_it(junheng, campaign_file: Path) -> None:  # type: ignore[no-untyped-def]
    day = datetime.now(LOCAL_ZONE).date() + timedelta(days=3)
    text = re.sub("closes: .*", f"closes: {day} 24:00", campaign_file.read_text(encoding="utf-8"))
    campaign_file.write_text(re.sub("opens: .*", "opens: 2026-11-01", text), encoding="utf-8")
    draft = junheng("campaign", "create", campaign_file).stdout.strip()
    told = f"from 2026-11-01 00:00 to {day} 24:00"
    assert junheng("campaign", "show", draft).stdout.splitlines()[2] == told
    assert junheng("campaign", "open", draft).stdout == f"{draft} is open; answers are taken {told}\n"
    document = json.loads(junheng("campaign", "show", draft, "--json").stdout)
    assert document["closes"] == f"{day + timedelta(days=1)}T00:00:00+08:00"


def test_show_json_prints_the_document_alone(junheng, draft: str) -> None:  # type: ignore[no-untyped-def]
    result = junheng("campaign", "show", draft, "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert document["id"] == draft
    assert document["groups"]["parent"]["planned"] == 50


def test_show_prints_a_table_for_people(junheng, draft: str) -> None:  # type: ignore[no-untyped-def]
    result = junheng("campaign", "show", draft)
    lines = result.stdout.splitlines()
    assert lines[0] == f"{draft}  示范县教育满意度调查  (draft)"
    assert "0 of 100 valid answers; not valid: too_few" in lines[3]
    assert next(line.split() for line in lines if line.startswith("parent")) == [
        "parent",
        "50",
        "–",
        "4380",
        "0",
        "0",
        "0",
        "50",
        "4380",
    ]
    of_school = next(line for line in lines if line.startswith("S001"))
    assert of_school.split()[1:] == ["–/0"], "how many principals of a school have answered is not told"


def test_the_whole_life_of_a_campaign(junheng, draft: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert junheng("codes", "issue", draft, "--out", tmp_path / "out").exit_code == 0
    assert junheng("campaign", "open", draft).exit_code == 0
    assert json.loads(junheng("campaign", "show", draft, "--json").stdout)["state"] == "open"
    again = junheng("campaign", "open", draft)
    assert (again.exit_code, again.stdout) == (3, "")
    assert again.stderr == f"campaign {draft} is open; to open it, it must be draft\n"
    closed = junheng("campaign", "close", draft)
    assert (closed.exit_code, closed.stdout) == (0, f"{draft} is closed\n")
    assert json.loads(junheng("campaign", "show", draft, "--json").stdout)["state"] == "closed"
    assert junheng("campaign", "close", draft).exit_code == 0
    assert junheng("codes", "issue", draft, "--out", tmp_path / "late").exit_code == 3
    assert list((tmp_path / "late").iterdir()) == []


def test_close_waits_out_the_grace_and_does_not_when_told_so(junheng, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    now = datetime.now(LOCAL_ZONE)
    opens, closes = (f"{now + timedelta(days=days):%Y-%m-%d %H:%M}" for days in (-1, 7))
    path = write_campaign(tmp_path, opens=opens, closes=closes, grace_minutes=30)
    campaign = junheng("campaign", "create", path).stdout.strip()
    junheng("campaign", "open", campaign)
    result = junheng("campaign", "close", campaign, "--no-wait")
    assert result.exit_code == 0
    assert "is closing; forms that are out are taken until" in result.stdout
    assert json.loads(junheng("campaign", "show", campaign, "--json").stdout)["state"] == "closing"


@pytest.mark.parametrize(
    "command",
    [
        ("campaign", "show"),
        ("campaign", "open"),
        ("campaign", "close"),
        ("codes", "issue", "--out", "out"),
        ("codes", "revoke"),
    ],
)
def test_an_unknown_campaign_is_said_to_be_so(
    junheng, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    code = ("7K3M-9QXA-4HT",) if command[1] == "revoke" else ()
    result = junheng(*command[:2], "none", *command[2:], *code)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "there is no campaign none\n"
    assert not (tmp_path / "out").exists()


def test_issue_writes_the_list_and_the_sheets_for_their_owner_only(junheng, draft: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "new" / "out"
    result = junheng("codes", "issue", draft, "--out", out)
    assert result.exit_code == 0
    assert result.stdout.startswith("127 codes: parent 63, student 12, teacher 12, principal 10,")
    assert sorted(file.name for file in out.iterdir()) == ["codes.csv", "sheets.pdf"]
    assert (out / "codes.csv").read_text(encoding="utf-8").splitlines()[0] == "group,school,code,url"
    assert len(rows_of(out / "codes.csv")) == 127
    assert (out / "sheets.pdf").read_bytes().startswith(b"%PDF-")
    assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}


def test_a_second_issue_leaves_the_first_files_as_they_are(junheng, draft: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out"
    junheng("codes", "issue", draft, "--out", out)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    again = junheng("codes", "issue", draft, "--out", out)
    assert (again.exit_code, again.stdout) == (0, "nothing is missing\n")
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    code = rows_of(out / "codes.csv")[0]["code"]
    assert junheng("codes", "revoke", draft, code).exit_code == 0
    junheng("codes", "issue", draft, "--out", out)
    assert sorted(file.name for file in out.iterdir()) == ["codes-2.csv", "codes.csv", "sheets-2.pdf", "sheets.pdf"]
    assert len(rows_of(out / "codes-2.csv")) == 1
    assert {name: (out / name).read_bytes() for name in before} == before


def test_a_second_issue_into_another_folder_writes_an_empty_list(junheng, draft: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    junheng("codes", "issue", draft, "--out", tmp_path / "first")
    result = junheng("codes", "issue", draft, "--out", tmp_path / "second")
    assert result.exit_code == 0
    assert [file.name for file in (tmp_path / "second").iterdir()] == ["codes.csv"]
    assert rows_of(tmp_path / "second" / "codes.csv") == []


def test_reissue_writes_the_new_codes_and_revoke_names_those_it_can_not_cancel(
    junheng, draft: str, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    junheng("codes", "issue", draft, "--out", tmp_path / "first")
    old = rows_of(tmp_path / "first" / "codes.csv")[:2]
    result = junheng("codes", "reissue", draft, *(row["code"] for row in old), "--out", tmp_path / "new")
    assert result.exit_code == 0
    new = rows_of(tmp_path / "new" / "codes.csv")
    assert sorted((row["group"], row["school"]) for row in new) == sorted((row["group"], row["school"]) for row in old)
    assert not {row["code"] for row in new} & {row["code"] for row in old}
    refused = junheng("codes", "revoke", draft, new[0]["code"], old[0]["code"], "2222-2222-222", "nonsense")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert sorted(line.split(":")[0] for line in refused.stderr.splitlines()) == sorted(
        [old[0]["code"], "2222-2222-222", "nonsense"]
    )
    assert junheng("codes", "revoke", draft, new[0]["code"]).exit_code == 0


def test_codes_are_chosen_by_school_group_or_all_at_once(junheng, draft: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    junheng("codes", "issue", draft, "--out", tmp_path / "first")
    old = rows_of(tmp_path / "first" / "codes.csv")
    school = next(row["school"] for row in old if row["school"])
    at_school = [row for row in old if row["school"] == school]
    result = junheng("codes", "reissue", draft, "--school", school, "--out", tmp_path / "new")
    new = rows_of(tmp_path / "new" / "codes.csv")
    assert (result.exit_code, {row["school"] for row in new}, len(new)) == (0, {school}, len(at_school))
    of_public = sum(row["group"] == "public" for row in old)
    assert junheng("codes", "revoke", draft, "--group", "public").stdout == f"{of_public} cancelled\n"
    assert junheng("codes", "revoke", draft, "--all-unused").stdout == f"{len(old) - of_public} cancelled\n"
    nothing = junheng("codes", "revoke", draft, "--school", "S777", "--group", "parent")
    assert (nothing.exit_code, nothing.stderr.split(":")[0]) == (3, "parent S777")


def test_codes_that_could_not_be_written_down_are_not_issued(
    junheng, draft: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    def fail(*_arguments: object, **_named: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("survey_app.cli.issued_files.write_sheets_pdf", fail)
        with pytest.raises(OSError, match="no space"):
            junheng("codes", "issue", draft, "--out", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert json.loads(junheng("campaign", "show", draft, "--json").stdout)["groups"]["parent"]["issued"] == 0


def test_wrong_usage_ends_with_2(junheng, draft: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for arguments in [
        ("campaign", "create", tmp_path / "none.yaml"),
        ("campaign", "show"),
        ("campaign", "nonsense"),
        ("codes", "issue", draft),
        ("codes", "revoke", draft),
        ("codes", "revoke", draft, "--group", "nobody"),
        ("codes", "revoke", draft, "7K3M-9QXA-4HT", "--all-unused"),
        ("codes", "revoke", draft, "--school", "S001", "--all-unused"),
        ("db",),
    ]:
        assert junheng(*arguments).exit_code == 2, arguments


def test_settings_that_can_not_be_are_wrong_usage(junheng, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    for name, value in [
        ("JUNHENG_DATABASE_URL", "mysql://host/name"),
        ("JUNHENG_DATABASE_URL", "nonsense"),
        ("JUNHENG_LOG_LEVEL", "LOUD"),
    ]:
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            result = junheng("campaign", "show", "none")
            assert (result.exit_code, result.stdout) == (2, ""), (name, value)


def test_a_fresh_database_is_set_up_by_the_first_command(
    make_database_url, junheng, campaign_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("JUNHENG_DATABASE_URL", make_database_url(empty=True))
    assert junheng("campaign", "create", campaign_file).exit_code == 0


def test_a_database_of_another_version_is_left_alone_until_it_is_upgraded(
    junheng, database, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000_older'")
    result = junheng("campaign", "show", "none")
    assert result.exit_code == 3
    assert "0000_older" in result.stderr
    assert "junheng db upgrade" in result.stderr


def test_db_upgrade_makes_the_database_and_may_be_repeated(
    make_database_url, junheng, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("JUNHENG_DATABASE_URL", make_database_url(empty=True))
    assert junheng("db", "upgrade").exit_code == 0
    assert junheng("db", "upgrade").exit_code == 0
    assert junheng("campaign", "show", "none").stderr == "there is no campaign none\n"


def test_a_database_that_can_not_be_reached_is_one_line_and_status_3(
    junheng, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    if engine_name == "sqlite":
        (tmp_path / "broken.sqlite3").write_bytes(b"this is no database, but a text that is long enough" * 20)
        monkeypatch.setenv("JUNHENG_DATABASE_URL", f"sqlite:///{tmp_path}/broken.sqlite3")
    else:
        monkeypatch.setenv("JUNHENG_DATABASE_URL", f"postgresql+psycopg://nobody@/none?host={tmp_path}")
    result = junheng("campaign", "show", "none")
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1


def test_tz_has_no_influence(tmp_path: Path) -> None:
    path = write_campaign(tmp_path, seed=1)
    documents = []
    for zone in ("UTC", "America/New_York", "Asia/Shanghai"):
        environment = os.environ | {
            "TZ": zone,
            "JUNHENG_DATABASE_URL": f"sqlite:///{tmp_path}/{zone.replace('/', '-')}.sqlite3",
            "JUNHENG_KEYS": str(tmp_path / "keys"),
        }
        command = [sys.executable, "-m", "survey_app.cli", "campaign"]
        created = subprocess.run(
            [*command, "create", path], env=environment, capture_output=True, text=True, check=True
        )
        shown = [*command, "show", created.stdout.strip(), "--json"]
        document = json.loads(subprocess.run(shown, env=environment, capture_output=True, text=True, check=True).stdout)
        documents.append({key: value for key, value in document.items() if key != "id"})
    assert documents[0] == documents[1] == documents[2]
