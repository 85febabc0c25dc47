"""Accounts: who may sign in, as what, for which county. Each act is logged in its own transaction.

`actor` is who does it: the person signed in, or `COMMAND_LINE`. An administrator bound to a county reaches that county's accounts only.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from evaluation.errors import InputProblem, InvalidInput, Message
from survey_app.domain.clock import Clock
from survey_app.domain.staff import NAME_LENGTHS, Account, Role, StaffUser, fold_name, is_county_code, is_name
from survey_app.services import wording
from survey_app.services.accounts.passwords import hash_password, is_password, make_initial_password, password_problems
from survey_app.services.audit import COMMAND_LINE as COMMAND_LINE
from survey_app.services.audit import record
from survey_app.storage.accounts.users import (
    NameTaken,
    delete_account,
    end_sessions,
    find_account,
    insert_account,
    list_accounts,
    lock_admins,
    update_account,
)
from survey_app.storage.session import Database


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to be made, as it was typed."""

    name: str
    role: Role
    county: str | None = None


def add_user(
    database: Database, clock: Clock, actor: StaffUser | str, new: NewUser, password: str, *, must_change: bool = False
) -> Account:
    """Makes an account. Raises `InvalidInput` with all that is wrong about name, county and password."""
    name, county = fold_name(new.name), (new.county or "").strip() or None
    problems = [*_name_problems(name), *_county_problems(county), *password_problems(password, name)]
    if problems:
        raise InvalidInput(problems)
    account = Account(name, new.role, county, hash_password(password), 1, must_change, clock.now(), None, None)
    with database.write() as connection:
        try:
            insert_account(connection, account)
        except NameTaken as taken:
            raise _invalid("name", wording.USER_NAME_TAKEN) from taken
        _record(connection, clock, actor, "user_added", account, {"role": str(new.role), "county": county})
    return account


def invite_user(database: Database, clock: Clock, actor: StaffUser | str, new: NewUser) -> str:
    """Makes an account and returns its initial password, to be handed over and changed at the first sign-in."""
    password = make_initial_password(fold_name(new.name))
    add_user(database, clock, actor, new, password, must_change=True)
    return password


def all_users(database: Database, county: str | None) -> list[Account]:
    """All accounts by name, or those bound to `county`."""
    with database.read() as connection:
        return list_accounts(connection, county)


def find_user(database: Database, name: str) -> Account | None:
    """The account of this name."""
    with database.read() as connection:
        return find_account(connection, fold_name(name))


def change_user(
    database: Database, clock: Clock, actor: StaffUser | str, name: str, role: Role, county: str | None
) -> None:
    """Gives the account another role or county. Raises `InvalidInput`."""
    county = (county or "").strip() or None
    problems = _county_problems(county)
    if problems:
        raise InvalidInput(problems)
    with database.write() as connection:
        admins = lock_admins(connection)
        old = _to_change(connection, name)
        new = replace(old, role=role, county=county)
        if new == old:
            return
        _refuse_own(actor, old)
        _refuse_last_admin(admins, old, new)
        update_account(connection, old.name, role=str(role), county=county)
        changes = {"role": [str(old.role), str(role)], "county": [old.county, county]}
        _record(connection, clock, actor, "user_changed", new, changes)


def set_disabled(database: Database, clock: Clock, actor: StaffUser | str, name: str, *, disabled: bool) -> None:
    """Shuts an account, which ends its sessions and its tokens' use, or opens it again. Raises `InvalidInput`."""
    with database.write() as connection:
        admins = lock_admins(connection)
        old = _to_change(connection, name)
        if old.is_disabled == disabled:
            return
        new = replace(old, disabled_at=clock.now() if disabled else None)
        _refuse_own(actor, old)
        _refuse_last_admin(admins, old, new)
        update_account(connection, old.name, disabled_at=new.disabled_at)
        end_sessions(connection, old.name)
        _record(connection, clock, actor, "user_disabled" if disabled else "user_enabled", old)


def delete_user(database: Database, clock: Clock, actor: StaffUser | str, name: str) -> None:
    """Removes a disabled account, and its sessions, tokens, known browsers and second factor with it. Raises `InvalidInput`.

    The log goes on naming it: who did what is told as long as the log is kept. One that is not disabled, and so the last administrator
    too, stays.
    """
    with database.write() as connection:
        account = _to_change(connection, name)
        if not account.is_disabled:
            raise _invalid("name", wording.USER_NOT_DISABLED)
        delete_account(connection, account.name)
        _record(
            connection, clock, actor, "user_deleted", account, {"role": str(account.role), "county": account.county}
        )


def reset_password(database: Database, clock: Clock, actor: StaffUser | str, name: str) -> str:
    """Gives the account a new initial password, ends its sessions, and returns the password."""
    password = make_initial_password(fold_name(name))
    _set_password(database, clock, actor, name, password, "password_reset", must_change=True)
    return password


def set_password(database: Database, clock: Clock, actor: StaffUser | str, name: str, password: str) -> None:
    """Gives the account this password and ends its sessions. Raises `InvalidInput`."""
    problems = password_problems(password, fold_name(name))
    if problems:
        raise InvalidInput(problems)
    _set_password(database, clock, actor, name, password, "password_reset", must_change=False)


def change_own_password(database: Database, clock: Clock, user: StaffUser, present: str, new: str) -> None:
    """Changes the password of the person signed in and ends all sessions, this one too. Raises `InvalidInput`."""
    account = find_user(database, user.name)
    if account is None or not is_password(present, account.password):
        raise _invalid("present", wording.PASSWORD_WRONG)
    problems = password_problems(new, user.name)
    if present == new:
        problems.append(InputProblem("password", wording.PASSWORD_SAME))
    if problems:
        raise InvalidInput(problems)
    _set_password(database, clock, user, user.name, new, "password_changed", must_change=False)


def _set_password(
    database: Database,
    clock: Clock,
    actor: StaffUser | str,
    name: str,
    password: str,
    action: str,
    *,
    must_change: bool,
) -> None:
    kept = hash_password(password)
    with database.write() as connection:
        account = _to_change(connection, name)
        update_account(connection, account.name, password=kept, must_change=must_change)
        end_sessions(connection, account.name)
        _record(connection, clock, actor, action, account)


def _to_change(connection: Connection, name: str) -> Account:
    account = find_account(connection, fold_name(name), to_change=True)
    if account is None:
        raise _invalid("name", wording.USER_UNKNOWN)
    return account


def _refuse_own(actor: StaffUser | str, account: Account) -> None:
    if isinstance(actor, StaffUser) and actor.name == account.name:
        raise _invalid("name", wording.OWN_ACCOUNT)


def _refuse_last_admin(admins: list[Account], old: Account, new: Account) -> None:
    """Somebody must be left who can reach every account; `admins` are held, so that two can't shut each other out."""
    if _is_chief(old) and not _is_chief(new) and not any(_is_chief(one) for one in admins if one.name != old.name):
        raise _invalid("name", wording.LAST_ADMIN)


def _is_chief(account: Account) -> bool:
    return account.role == Role.ADMIN and account.county is None and not account.is_disabled


def _record(
    connection: Connection,
    clock: Clock,
    actor: StaffUser | str,
    action: str,
    account: Account,
    details: dict[str, object] | None = None,
) -> None:
    record(connection, clock, actor, action, f"user/{account.name}", details, county=account.county)


def _name_problems(name: str) -> list[InputProblem]:
    shortest, longest = NAME_LENGTHS
    if is_name(name):
        return []
    return [InputProblem("name", wording.USER_NAME, {"shortest": shortest, "longest": longest})]


def _county_problems(county: str | None) -> list[InputProblem]:
    return [] if county is None or is_county_code(county) else [InputProblem("county", wording.USER_COUNTY)]


def _invalid(where: str, message: Message) -> InvalidInput:
    return InvalidInput([InputProblem(where, message)])
