"""Tokens of programs: made and shown once, kept as a hash, good until they are revoked or their account is disabled."""

import hashlib
import secrets
from typing import Final

from evaluation.errors import InputProblem, InvalidInput
from survey_app.domain.clock import Clock
from survey_app.domain.staff import StaffUser, fold_name
from survey_app.services import wording
from survey_app.services.audit import record
from survey_app.storage.accounts.tokens import (
    TokenRow,
    find_account_of_token,
    find_token,
    insert_token,
    list_tokens,
    revoke_token,
)
from survey_app.storage.accounts.users import find_account
from survey_app.storage.session import Database

PREFIX: Final = "jht_"
LABEL_LENGTH: Final = 60
_SECRET_BYTES: Final = 32
_ID_BYTES: Final = 8


def make_token(database: Database, clock: Clock, actor: StaffUser | str, name: str, label: str = "") -> str:
    """A new token that acts as the account `name`; it can't be read again. Raises `InvalidInput`."""
    text = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    by = actor if isinstance(actor, str) else actor.name
    with database.write() as connection:
        account = find_account(connection, fold_name(name))
        if account is None:
            raise InvalidInput([InputProblem("name", wording.USER_UNKNOWN)])
        if account.is_disabled:
            raise InvalidInput([InputProblem("name", wording.USER_DISABLED)])
        token_id, kept_label = secrets.token_hex(_ID_BYTES), label.strip()[:LABEL_LENGTH]
        insert_token(connection, TokenRow(token_id, account.name, _hash(text), kept_label, clock.now(), by, None))
        details = {"label": kept_label, "token": token_id}
        record(connection, clock, actor, "token_made", f"user/{account.name}", details, county=account.county)
    return text


def user_of_token(database: Database, text: str) -> StaffUser | None:
    """Whom a token stands for."""
    with database.read() as connection:
        account = find_account_of_token(connection, _hash(text))
    return None if account is None or account.is_disabled else account.user


def tokens_of(database: Database, name: str) -> list[TokenRow]:
    """The tokens of an account, latest first."""
    with database.read() as connection:
        return list_tokens(connection, fold_name(name))


def end_token(database: Database, clock: Clock, actor: StaffUser | str, name: str, token_id: str) -> bool:
    """Revokes a token of the account; False if it has none of this id."""
    with database.write() as connection:
        account, token = find_account(connection, fold_name(name)), find_token(connection, token_id)
        if account is None or token is None or token.account != account.name:
            return False
        if revoke_token(connection, token_id, clock.now()):
            details = {"label": token.label, "token": token_id}
            record(connection, clock, actor, "token_revoked", f"user/{account.name}", details, county=account.county)
        return True


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
