"""Which passwords are good enough (after NIST SP 800-63B, 5.1.1.2): long, without the name in it, not one that everybody tries first."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final, Literal

SHORTEST: Final = 10
LONGEST: Final = 200

Weakness = Literal["too_short", "too_long", "like_name", "common", "one_character"]

_TAIL: Final = "0123456789!@#$%^&*._-"
_COMMON_FILE: Final = Path(__file__).parent / "common_passwords.txt"


def fold_password(typed: str) -> str:
    """The form that is hashed, so that the same keys give the same password under any input method."""
    return unicodedata.normalize("NFKC", typed)


def find_weakness(password: str, name: str) -> Weakness | None:
    """Why the folded password is refused for the account `name`, or None."""
    lowered = password.casefold()
    if len(password) < SHORTEST:
        return "too_short"
    if len(password) > LONGEST:
        return "too_long"
    if len(set(lowered)) == 1:
        return "one_character"
    if _holds_name(lowered, name):
        return "like_name"
    return "common" if _is_common(lowered) else None


def _holds_name(lowered: str, name: str) -> bool:
    """The name anywhere in it, backwards, or its letters with another tail such as 2026."""
    folded = name.casefold()
    return folded in lowered or lowered == folded[::-1] or lowered.rstrip(_TAIL) == folded.rstrip(_TAIL) != ""


def _is_common(lowered: str) -> bool:
    """A common password, also with digits or marks at the end, or twice over."""
    half = lowered[: len(lowered) // 2]
    forms = {lowered, lowered.rstrip(_TAIL)} | ({half} if half * 2 == lowered else set())
    return not forms.isdisjoint(_common())


@cache
def _common() -> frozenset[str]:
    lines = _COMMON_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
