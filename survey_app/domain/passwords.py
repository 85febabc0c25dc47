"""Which passwords are good enough (after NIST SP 800-63B, 5.1.1.2): long, not the name, not one that everybody tries first."""

import unicodedata
from typing import Final, Literal

SHORTEST: Final = 10
LONGEST: Final = 200

Weakness = Literal["too_short", "too_long", "like_name", "common", "one_character"]

# the long ones among the passwords that appear most often in published lists, Chinese ones included; compared without case,
# digits or marks at the end
_COMMON: Final = frozenset(
    """
    0123456789 1234567890 12345678910 123456789a 123456789q 1234567891 0987654321 1111111111 1122334455 1234512345 123123123a
    1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc qwertyuiop qwerty12345 qwer1234qwer qazwsxedcr zaq12wsxcde asdfghjkl asdfghjklz
    abc1234567 abcd123456 abcdefghij a123456789 a1234567890 aa123456789 aa12345678 q123456789 qq123456789 woaini1314 woaini520 woaini1314520
    woaini5201314 5201314520 5201314000 1314520520 zhangwei wangfang password passw0rd p@ssw0rd p@ssword letmein iloveyou iloveyou1314
    administrator adminadmin admin12345 admin123456 rootroot changeme welcome welcome123 junheng junheng123 youzhijunheng jiaoyuju
    yiwujiaoyu xiaozhang laoshi123456 xuexiao123456 88888888888 8888888888 6666666666 0000000000 9876543210 1029384756 147258369
    1472583690 123698745 159357159357 password123 qwerty123456 test123456 testtest123 football baseball sunshine princess
    """.split()  # noqa: SIM905 (one a line would hide the rest of the module)
)
_TAIL: Final = "0123456789!@#$%^&*._-"


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
    if _is_name(lowered, name):
        return "like_name"
    return "common" if lowered in _COMMON or lowered.rstrip(_TAIL) in _COMMON else None


def _is_name(lowered: str, name: str) -> bool:
    """The name itself, twice over, backwards, or with a tail such as 2026."""
    folded = name.casefold()
    return lowered in (folded, folded * 2, folded[::-1]) or lowered.rstrip(_TAIL) == folded.rstrip(_TAIL) != ""
