"""Staff of tests: accounts with one known password, and browsers in which they are signed in."""

import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_app.domain.staff import Account, Role
from survey_app.services.accounts.passwords import hash_password
from survey_app.services.accounts.sessions import begin_session
from survey_app.services.installation import Installation
from survey_app.storage.accounts.users import insert_account
from tests.builders_jobs import run_waiting_jobs

PASSWORD = "four unrelated words"
OWN_COUNTY, OTHER_COUNTY = "430302", "430304"


@dataclass
class StaffBrowser:
    """A browser, signed in or not, that sends the CSRF token of its session with every form.

    Where an answer leads to a job, the job is done and what its page leads to is the answer, as it is for somebody who waits.
    """

    client: FlaskClient
    account: Account | None = None
    token: str | None = None

    def get(self, path: str, **options: Any) -> TestResponse:
        """Opens a page."""
        answer = self._after_job(self.client.get(path, **options))
        return self.client.get(path, **options) if answer.headers.get("Location") == path else answer

    def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Sends a form as a page of ours would; files are pairs of a stream and a name."""
        headers = {"Sec-Fetch-Site": "same-origin", **options.pop("headers", {})}
        data = {"csrf_token": self.csrf_token(), **(fields or {})}
        answer = self.client.post(path, data=data, headers=headers, **options)
        if path.startswith("/sign-"):
            self.token = None  # another session has another
        return self._after_job(answer)

    def _after_job(self, answer: TestResponse) -> TestResponse:
        if answer.status_code != 303 or not answer.headers["Location"].startswith("/jobs/"):
            return answer
        run_waiting_jobs(installation_of(self.client.application))
        shown = self.client.get(answer.headers["Location"])
        return self.client.get(shown.headers["Location"]) if shown.location and "/file" in shown.location else shown

    def csrf_token(self) -> str:
        """The token of a page that was opened in this session."""
        if self.token is None:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/", follow_redirects=True).text)
            assert found
            self.token = found.group(1)
        return self.token


def installation_of(app: Flask) -> Installation:
    """Database, keys and clock of the application."""
    at: Installation = app.extensions["junheng"]
    return at


def make_account(app: Flask, name: str, role: Role, county: str | None = None, **columns: Any) -> Account:
    """An account that can sign in with `PASSWORD`."""
    at = installation_of(app)
    kept = {"session_version": 1, "must_change": False, "disabled_at": None, "last_sign_in": None, **columns}
    account = Account(name=name, role=role, county=county, password=_hash(), created_at=at.clock.now(), **kept)
    with at.database.write() as connection:
        insert_account(connection, account)
    return account


def sign_in_as(app: Flask, role: Role, county: str | None = None, name: str | None = None) -> StaffBrowser:
    """A browser in which a new account of this role is signed in (the form and its half second are left out)."""
    account = make_account(app, name or f"{role}-{county or 'all'}-{secrets.token_hex(3)}", role, county)
    return open_session_for(app, account)


def open_session_for(app: Flask, account: Account) -> StaffBrowser:
    """A browser in which the account is signed in."""
    client, session_id = app.test_client(), begin_session(installation_of(app), account)
    with client.session_transaction() as session:
        session.update(name=account.name, id=session_id, seen=int(installation_of(app).clock.now().timestamp()))
    return StaffBrowser(client, account)


def stranger(app: Flask) -> StaffBrowser:
    """A browser in which nobody is signed in."""
    return StaffBrowser(app.test_client())


@cache
def _hash() -> str:
    return hash_password(PASSWORD)
