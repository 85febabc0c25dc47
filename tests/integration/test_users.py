"""Accounts, tokens and the log: each act with its record, or neither. On both engines."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Row, Table, select, text
from sqlalchemy.exc import DBAPIError

from evaluation.errors import InvalidInput
from survey_app.domain.audit import AuditFilter
from survey_app.domain.clock import FixedClock
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.staff import Account, Role, StaffUser
from survey_app.services.accounts.passwords import is_password, make_initial_password, password_problems
from survey_app.services.accounts.sessions import add_session
from survey_app.services.accounts.sign_in import SignInPlace, sign_in
from survey_app.services.accounts.tokens import end_token, make_token, tokens_of, user_of_token
from survey_app.services.accounts.users import (
    COMMAND_LINE,
    NewUser,
    add_user,
    all_users,
    change_own_password,
    change_user,
    delete_user,
    find_user,
    invite_user,
    reset_password,
    set_disabled,
)
from survey_app.services.audit import AuditEntry, read_audit, record
from survey_app.services.installation import Installation
from survey_app.storage.accounts.second_factors import SecondFactor, insert_factor, replace_recovery_codes
from survey_app.storage.schema import metadata
from survey_app.storage.session import Database
from survey_app.storage.staff_tables import known_place, recovery_code, second_factor, staff_session, token
from tests.engines import on_postgresql

PASSWORD = "four unrelated words"
OF_ACCOUNTS = (staff_session, known_place, second_factor, recovery_code, token)


def rows_about(database: Database, table: Table, name: str) -> list[Row[Any]]:
    with database.read() as connection:
        return list(connection.execute(select(table).where(table.c.account == name)))


def add(
    database: Database, clock: FixedClock, name: str, role: Role = Role.ADMIN, county: str | None = None
) -> Account:
    return add_user(database, clock, COMMAND_LINE, NewUser(name, role, county), PASSWORD)


def kinds(refused: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [problem.kind for problem in refused.value.problems]


def log(database: Database, **wanted: str) -> list[AuditEntry]:
    return read_audit(database, AuditFilter(**wanted)).entries


def test_an_account_is_kept_folded_with_a_hash_and_a_record(database: Database, clock: FixedClock) -> None:
    account = add(database, clock, " Ｌｉｗｅｉ ", Role.MONITOR, "430302")
    assert (account.name, account.county, account.created_at) == ("liwei", "430302", clock.now())
    assert PASSWORD not in account.password
    assert is_password(PASSWORD, account.password)
    assert not is_password("other words here", account.password)
    assert [(one.staff, one.action, one.object, one.county) for one in log(database)] == [
        (COMMAND_LINE, "user_added", "user/liwei", "430302")
    ]


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_stored(database: Database, clock: FixedClock) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_user(database, clock, COMMAND_LINE, NewUser("<b>", Role.ADMIN, "43"), "short")
    assert kinds(refused) == ["user_name", "user_county", "password_too_short"]
    assert all_users(database, None) == []
    assert log(database) == []


def test_a_name_is_given_once(database: Database, clock: FixedClock) -> None:
    add(database, clock, "liwei")
    with pytest.raises(InvalidInput) as refused:
        add(database, clock, "LIWEI", Role.MONITOR)
    assert kinds(refused) == ["user_name_taken"]
    assert len(log(database)) == 1


def test_an_initial_password_is_good_and_has_to_be_changed(database: Database, clock: FixedClock) -> None:
    password = invite_user(database, clock, COMMAND_LINE, NewUser("王海燕", Role.EVALUATOR))
    account = find_user(database, "王海燕")
    assert account is not None
    assert account.must_change
    assert is_password(password, account.password)
    assert all(password_problems(make_initial_password(), "王海燕") == [] for _ in range(50))


def test_another_password_ends_the_sessions(database: Database, clock: FixedClock) -> None:
    user = add(database, clock, "liwei").user
    with pytest.raises(InvalidInput) as refused:
        change_own_password(database, clock, user, "wrong", "other words entirely")
    assert kinds(refused) == ["password_wrong"]
    with pytest.raises(InvalidInput) as refused:
        change_own_password(database, clock, user, PASSWORD, PASSWORD)
    assert kinds(refused) == ["password_same"]
    change_own_password(database, clock, user, PASSWORD, "other words entirely")
    changed = find_user(database, "liwei")
    assert changed is not None
    assert (changed.session_version, changed.must_change) == (2, False)
    reset_password(database, clock, COMMAND_LINE, "liwei")
    again = find_user(database, "liwei")
    assert again is not None
    assert (again.session_version, again.must_change) == (3, True)
    assert [one.action for one in log(database)] == ["password_reset", "password_changed", "user_added"]


def test_role_and_county_change_with_what_was_before(database: Database, clock: FixedClock) -> None:
    add(database, clock, "chief")
    add(database, clock, "liwei", Role.MONITOR, "430302")
    change_user(database, clock, "chief", "liwei", Role.EVALUATOR, "")
    change_user(database, clock, "chief", "liwei", Role.EVALUATOR, None)
    assert [(one.action, one.details) for one in log(database, staff="chief")] == [
        ("user_changed", {"role": ["monitor", "evaluator"], "county": ["430302", None]})
    ]


def test_nobody_changes_the_own_role_or_shuts_the_own_account(database: Database, clock: FixedClock) -> None:
    chief = add(database, clock, "chief").user
    add(database, clock, "deputy")
    with pytest.raises(InvalidInput) as refused:
        set_disabled(database, clock, chief, "chief", disabled=True)
    assert kinds(refused) == ["own_account"]
    with pytest.raises(InvalidInput) as refused:
        change_user(database, clock, chief, "chief", Role.MONITOR, None)
    assert kinds(refused) == ["own_account"]


def test_two_administrators_who_shut_each_other_out_leave_one(database: Database, clock: FixedClock) -> None:
    one, two = add(database, clock, "one").user, add(database, clock, "two").user

    def shut(pair: tuple[StaffUser, StaffUser]) -> str:
        try:
            set_disabled(database, clock, pair[0], pair[1].name, disabled=True)
        except InvalidInput as refused:
            return refused.problems[0].kind
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(shut, [(one, two), (two, one)]))
    assert outcomes == ["done", "last_admin"]
    assert sum(not account.is_disabled for account in all_users(database, None)) == 1


def test_the_last_administrator_of_all_counties_stays(database: Database, clock: FixedClock) -> None:
    add(database, clock, "chief")
    add(database, clock, "bound", Role.ADMIN, "430302")
    for change in (
        lambda: set_disabled(database, clock, "bound", "chief", disabled=True),
        lambda: change_user(database, clock, "bound", "chief", Role.ADMIN, "430302"),
        lambda: change_user(database, clock, "bound", "chief", Role.MONITOR, None),
    ):
        with pytest.raises(InvalidInput) as refused:
            change()
        assert kinds(refused) == ["last_admin"]


def test_a_token_is_kept_as_a_hash_and_works_until_it_is_revoked(database: Database, clock: FixedClock) -> None:
    account = add(database, clock, "liwei", Role.MONITOR, "430302")
    token = make_token(database, clock, COMMAND_LINE, "LiWei", "数据平台")
    assert user_of_token(database, token) == account.user
    assert user_of_token(database, token[:-1]) is None
    (kept,) = tokens_of(database, "liwei")
    assert token.encode() not in kept.hash
    assert not end_token(database, clock, "chief", "other", kept.id)
    assert end_token(database, clock, "chief", "liwei", kept.id)
    assert end_token(database, clock, "chief", "liwei", kept.id)
    assert user_of_token(database, token) is None
    assert [one.action for one in log(database)] == ["token_revoked", "token_made", "user_added"]


def test_a_disabled_account_has_no_tokens(database: Database, clock: FixedClock) -> None:
    add(database, clock, "chief")
    add(database, clock, "liwei", Role.MONITOR)
    token = make_token(database, clock, COMMAND_LINE, "liwei")
    set_disabled(database, clock, "chief", "liwei", disabled=True)
    assert user_of_token(database, token) is None
    with pytest.raises(InvalidInput) as refused:
        make_token(database, clock, COMMAND_LINE, "liwei")
    assert kinds(refused) == ["user_disabled"]
    set_disabled(database, clock, "chief", "liwei", disabled=False)
    assert user_of_token(database, token) is not None


def test_a_disabled_account_is_deleted_with_all_that_is_its_and_the_log_names_it(
    database: Database, clock: FixedClock, keys: KeyDirectory
) -> None:
    at = Installation(database, keys, clock)
    for name in ("chief", "liwei"):
        account = add(database, clock, name)
        make_token(database, clock, COMMAND_LINE, name)
        sign_in(at, name, PASSWORD, SignInPlace("192.0.2.1"))
        with database.write() as connection:
            insert_factor(connection, name, SecondFactor(b"sealed", clock.now(), 0))
            replace_recovery_codes(connection, name, {name.encode()})
            add_session(connection, account, clock.now())
    with pytest.raises(InvalidInput) as refused:
        delete_user(database, clock, "chief", "LiWei")
    assert kinds(refused) == ["user_not_disabled"]
    before = {table.name: len(rows_about(database, table, "liwei")) for table in OF_ACCOUNTS}
    assert min(before.values()) > 0
    set_disabled(database, clock, "chief", "liwei", disabled=True)
    delete_user(database, clock, "chief", "LiWei")
    assert find_user(database, "liwei") is None
    assert [rows_about(database, table, "liwei") for table in OF_ACCOUNTS] == [[]] * len(OF_ACCOUNTS)
    assert {table.name: len(rows_about(database, table, "chief")) for table in OF_ACCOUNTS} == before
    last = log(database)[0]
    assert (last.staff, last.action, last.object, last.details) == (
        "chief",
        "user_deleted",
        "user/liwei",
        {"role": "admin", "county": None},
    )
    assert {one.action for one in log(database, staff="liwei")} == {"signed_in"}


def test_an_account_that_is_none_or_the_last_administrator_is_not_deleted(
    database: Database, clock: FixedClock
) -> None:
    add(database, clock, "chief")
    for name, kind in (("nobody", "user_unknown"), ("chief", "user_not_disabled")):
        with pytest.raises(InvalidInput) as refused:
            delete_user(database, clock, COMMAND_LINE, name)
        assert kinds(refused) == [kind]
    with pytest.raises(InvalidInput) as refused:
        set_disabled(database, clock, COMMAND_LINE, "chief", disabled=True)
    assert kinds(refused) == ["last_admin"]
    assert find_user(database, "chief") is not None


def test_every_table_that_refers_to_an_account_is_emptied_with_it() -> None:
    referring = {
        table for table in metadata.tables.values() for key in table.foreign_keys if key.column.table.name == "account"
    }
    assert referring == set(OF_ACCOUNTS)


@pytest.mark.parametrize("statement", ["UPDATE audit SET staff = 'nobody'", "DELETE FROM audit"])
def test_the_log_can_only_grow(database: Database, clock: FixedClock, statement: str) -> None:
    add(database, clock, "liwei")
    with pytest.raises(DBAPIError, match="only appended to"), database.write() as connection:
        connection.execute(text(statement))
    assert len(log(database)) == 1


@on_postgresql
def test_the_log_can_not_be_emptied(database: Database, clock: FixedClock) -> None:
    add(database, clock, "liwei")
    with pytest.raises(DBAPIError, match="only appended to"), database.write() as connection:
        connection.execute(text("TRUNCATE audit"))
    assert len(log(database)) == 1


def test_an_act_that_fails_leaves_no_record(database: Database, clock: FixedClock) -> None:
    def act() -> None:
        with database.write() as connection:
            record(connection, clock, "liwei", "user_added", "user/x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert log(database) == []


def test_the_log_is_paged_from_the_latest_back_and_filtered(database: Database, clock: FixedClock) -> None:
    with database.write() as connection:
        for number in range(120):
            county = "430302" if number % 2 else "430304"
            record(connection, clock, f"u{number % 3}", "did", f"thing/{number}", {"n": number}, county=county)
    seen, before = [], ""
    while True:
        page = read_audit(database, AuditFilter(), before)
        seen += [entry.details["n"] for entry in page.entries]
        before = page.older
        if not before:
            break
    assert seen == list(range(119, -1, -1))
    assert {one.county for one in log(database, county="430302")} == {"430302"}
    assert {one.staff for one in log(database, staff="u1")} == {"u1"}
    assert [one.object for one in log(database, object="thing/7")] == [f"thing/{n}" for n in range(79, 69, -1)] + [
        "thing/7"
    ]
    assert log(database, object="%") == []
