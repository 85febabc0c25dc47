"""How often programs may ask: counted in the database, so that all processes of the server count together."""

from typing import Final

from werkzeug.exceptions import TooManyRequests

from survey_app.domain.staff import StaffUser
from survey_app.services.accounts.rate_limits import WINDOW_S, is_call_within
from survey_app.web.client import client_address
from survey_app.web.installation import installation

PROGRAM_LIMIT: Final = 120
STRANGER_LIMIT: Final = 30
"""Calls in a minute: of an account by its tokens, and from an address with tokens that are none."""


def count_program(user: StaffUser) -> None:
    """Counts a call of an account's programs. Raises `TooManyRequests` beyond the limit."""
    _count(f"account/{user.name}", PROGRAM_LIMIT)


def count_stranger() -> None:
    """Counts a call with a token that is none. Raises `TooManyRequests` beyond the limit."""
    _count(f"address/{client_address()}", STRANGER_LIMIT)


def _count(source: str, limit: int) -> None:
    if not is_call_within(installation(), source, limit):
        raise TooManyRequests(retry_after=WINDOW_S)
