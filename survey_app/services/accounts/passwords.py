"""Passwords of accounts: hashed by scrypt, checked in the same time whether the account exists or not."""

import secrets
from typing import Final

from werkzeug.security import check_password_hash, generate_password_hash

from evaluation.errors import InputProblem
from survey_app.domain.codes import ALPHABET
from survey_app.domain.passwords import LONGEST, SHORTEST, find_weakness, fold_password
from survey_app.domain.threads import Threads
from survey_app.services import wording

_METHOD: Final = "scrypt:32768:8:3"  # 0.35 s and 32 MB a check
_NOBODYS: Final = (  # of a random password that nobody kept
    "scrypt:32768:8:3$kjcp6HeKiEme9fiE$"
    "d673e3f0d38d81ee4dc2b237e0896ce4dc539f94631806ea79fe0a1d9ccc0b18"
    "5c3b2f68d4691e4b9f19d8eeac3a62ccdd23b0e299f60f2d2f36f9ea02b1b75a"
)
_HASHING: Final = Threads(most=2)
_INITIAL_GROUPS: Final = 3
_INITIAL_GROUP_LENGTH: Final = 4


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _HASHING.call(generate_password_hash, fold_password(password), _METHOD)


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the password; without a kept one (no such account) it takes as long and is False."""
    matches = _HASHING.call(check_password_hash, kept or _NOBODYS, fold_password(password[: LONGEST * 2]))
    return matches and kept is not None


def make_initial_password(name: str = "") -> str:
    """A password to be handed over and changed at the first sign-in: 58 random bits that can be read out, without the name in them."""
    while True:
        letters = [secrets.choice(ALPHABET) for _ in range(_INITIAL_GROUPS * _INITIAL_GROUP_LENGTH)]
        starts = range(0, len(letters), _INITIAL_GROUP_LENGTH)
        password = "-".join("".join(letters[start : start + _INITIAL_GROUP_LENGTH]) for start in starts)
        if not name or find_weakness(password, name) is None:
            return password


def password_problems(password: str, name: str) -> list[InputProblem]:
    """What is wrong with a new password, to be said to the user."""
    weakness = find_weakness(fold_password(password), name)
    if weakness is None:
        return []
    return [InputProblem("password", wording.PASSWORD_WEAKNESS[weakness], {"shortest": SHORTEST, "longest": LONGEST})]
