"""`junheng user`: passwords come on standard input, problems go to standard error with status 3, a token alone to standard output."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_app.cli import main
from survey_app.domain.audit import AuditFilter
from survey_app.domain.clock import SystemClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.second_factor import make_secret, seal_secret
from survey_app.domain.staff import Role
from survey_app.services.accounts.passwords import is_password
from survey_app.services.accounts.second_factor import factor_state
from survey_app.services.accounts.tokens import user_of_token
from survey_app.services.accounts.users import COMMAND_LINE, find_user, set_disabled
from survey_app.services.audit import read_audit
from survey_app.storage.accounts.second_factors import SecondFactor, insert_factor
from survey_app.storage.session import Database

PASSWORD = "four unrelated words"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, database_url: str, keys: KeyDirectory) -> None:
    monkeypatch.setenv("JUNHENG_DATABASE_URL", database_url)
    monkeypatch.setenv("JUNHENG_KEYS", str(keys.path))


pytestmark = pytest.mark.usefixtures("environment")


def junheng(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["user", *arguments], input=stdin)


def test_an_account_is_added_with_the_first_line_as_password(database: Database) -> None:
    added = junheng("add", "王海燕", "--role", "respondent-desk", "--county", "430302", stdin=f"{PASSWORD}\nnot this\n")
    assert (added.exit_code, added.stdout.split("\t")) == (0, ["王海燕", "respondent-desk", "430302\n"])
    account = find_user(database, "王海燕")
    assert account is not None
    assert (account.role, account.county, account.must_change) == (Role.DESK, "430302", False)
    assert is_password(PASSWORD, account.password)


def test_every_mistake_is_a_line_of_standard_error_and_nothing_is_added(database: Database) -> None:
    refused = junheng("add", "a b", "--role", "admin", "--county", "4303", stdin="short\n")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert [line.partition(":")[0] for line in refused.stderr.splitlines()] == ["name", "county", "password"]
    assert find_user(database, "a b") is None


@pytest.mark.parametrize("stdin", ["", "\n"])
def test_no_password_is_a_wrong_input(stdin: str) -> None:
    refused = junheng("add", "liwei", "--role", "admin", stdin=stdin)
    assert refused.exit_code == 3
    assert "standard input" in refused.stderr


def test_a_role_there_is_none_of_is_wrong_usage() -> None:
    assert junheng("add", "liwei", "--role", "king", stdin=PASSWORD).exit_code == 2
    assert junheng("add", "liwei", stdin=PASSWORD).exit_code == 2


def test_a_token_is_printed_alone_and_works(database: Database) -> None:
    junheng("add", "liwei", "--role", "monitor", stdin=PASSWORD)
    made = junheng("token", "liwei", "--label", "platform")
    assert made.exit_code == 0
    user = user_of_token(database, made.stdout.strip())
    assert user is not None
    assert user.name == "liwei"
    refused = junheng("token", "nobody")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert "no account of this name" in refused.stderr


def test_a_forgotten_password_is_replaced(database: Database) -> None:
    junheng("add", "liwei", "--role", "admin", stdin=PASSWORD)
    assert junheng("password", "liwei", stdin="other words entirely\n").exit_code == 0
    account = find_user(database, "liwei")
    assert account is not None
    assert is_password("other words entirely", account.password)
    assert junheng("password", "liwei", stdin="short\n").exit_code == 3


def test_accounts_are_listed() -> None:
    junheng("add", "liwei", "--role", "monitor", "--county", "430302", stdin=PASSWORD)
    assert junheng("list").stdout == "liwei\tmonitor\t430302\n"
    assert json.loads(junheng("list", "--json").stdout) == [
        {"name": "liwei", "role": "monitor", "county": "430302", "disabled": False, "last_sign_in": None}
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "list"),
        ("campaign", "show", "1"),
        ("campaign", "close", "1"),
        ("recognition", "1"),
        ("export", "1", "--out", "x.csv"),
    ],
)
def test_looking_something_up_in_the_wrong_folder_makes_no_database(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUNHENG_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/junheng.sqlite3")
    refused = CliRunner().invoke(main, list(arguments))
    assert refused.exit_code == 3
    assert f"there is no database at {tmp_path}/nowhere/junheng.sqlite3" in refused.stderr
    assert list(tmp_path.glob("nowhere*")) == []


def test_a_second_factor_is_reset_and_a_name_without_one_is_told(database: Database, keys: KeyDirectory) -> None:
    junheng("add", "liwei", "--role", "monitor", stdin=PASSWORD)
    assert "no second factor" in junheng("reset-factor", "liwei").stderr
    assert "no account" in junheng("reset-factor", "zhang").stderr
    sealed = seal_secret(keys.account_secret(), "liwei", "kept", make_secret())
    with database.write() as connection:
        insert_factor(connection, "liwei", SecondFactor(sealed, SystemClock().now(), 0))
    done = junheng("reset-factor", "LiWei")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert factor_state(database, "liwei") is None
    last = read_audit(database, AuditFilter()).entries[0]
    assert (last.staff, last.action, last.object) == ("(junheng)", "factor_reset", "user/liwei")
    account = find_user(database, "liwei")
    assert account is not None
    assert account.session_version == 2


def test_an_account_is_deleted_once_it_is_disabled(database: Database) -> None:
    junheng("add", "chief", "--role", "admin", stdin=PASSWORD)
    junheng("add", "liwei", "--role", "monitor", stdin=PASSWORD)
    refused = junheng("delete", "liwei")
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert "only an account that was disabled" in refused.stderr
    set_disabled(database, SystemClock(), COMMAND_LINE, "liwei", disabled=True)
    done = junheng("delete", "LiWei")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert junheng("list").stdout == "chief\tadmin\tall counties\n"
    last = read_audit(database, AuditFilter()).entries[0]
    assert (last.staff, last.action, last.object) == ("(junheng)", "user_deleted", "user/liwei")
    assert "no account" in junheng("delete", "liwei").stderr
