"""The people who work with the service: what an account is, and which counties it sees."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

NAME_LENGTHS: Final = (2, 40)
COUNTY_DIGITS: Final = 6
_MARKS_IN_NAMES: Final = "._-"


class Role(StrEnum):
    """What somebody is here to do."""

    ADMIN = "admin"  # accounts, the log, and everything an office decides
    MONITOR = "monitor"  # watches quotas; never an answer
    EVALUATOR = "evaluator"  # uploads, findings, scores, verdict
    DESK = "respondent-desk"  # helps the people who fill in forms


@dataclass(frozen=True, slots=True)
class StaffUser:
    """Somebody who is signed in, or whose token is used; `county` None: not bound to one."""

    name: str
    role: Role
    county: str | None

    def may_see(self, county: str | None) -> bool:
        """Whether things of `county` (None: of no county) are this account's business."""
        return self.county is None or self.county == county


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the database keeps it; the fields are the columns of its row."""

    name: str
    role: Role
    county: str | None
    password: str
    session_version: int  # moves on whenever all sessions of the account must end
    must_change: bool  # the password was set by somebody else
    created_at: datetime
    disabled_at: datetime | None
    last_sign_in: datetime | None

    @property
    def user(self) -> StaffUser:
        """The person behind the account."""
        return StaffUser(self.name, self.role, self.county)

    @property
    def is_disabled(self) -> bool:
        """Whether nobody can sign in with it."""
        return self.disabled_at is not None


def fold_name(typed: str) -> str:
    """The name that an account is kept under: forms, case and blanks around it do not tell accounts apart."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def is_name(name: str) -> bool:
    """Whether a folded name can be an account's: letters (Chinese ones too), digits, and `. _ -` between them."""
    shortest, longest = NAME_LENGTHS
    fits = shortest <= len(name) <= longest and name[:1].isalnum() and name[-1:].isalnum()
    return fits and all(mark.isalnum() or mark in _MARKS_IN_NAMES for mark in name)


def is_county_code(text: str) -> bool:
    """Whether a text looks like an administrative division code of a county (GB/T 2260)."""
    return len(text) == COUNTY_DIGITS and text.isascii() and text.isdigit()
