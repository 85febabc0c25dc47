"""Passwords are long, not the name, and not what everybody tries first."""

import pytest

from survey_app.domain.passwords import find_weakness, fold_password


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("short", "too_short"),
        ("123456789", "too_short"),
        ("x" * 201, "too_long"),
        ("aaaaaaaaaaaa", "one_character"),
        ("AAAAaaaaaaaa", "one_character"),
        ("1234567890", "common"),
        ("Woaini1314520", "common"),
        ("password2026", "common"),
        ("Qwertyuiop!!!", "common"),
        ("wanghaiyan", "like_name"),
        ("WangHaiyan2026", "like_name"),
        ("nayiahgnaw", "like_name"),
        ("wanghaiyanwanghaiyan", "like_name"),
        ("four unrelated words", None),
        ("马电池订书钉正确的密码", None),
        ("wanghaiyan likes rain", None),
    ],
)
def test_weak_passwords_are_told_apart(password: str, weakness: str | None) -> None:
    assert find_weakness(fold_password(password), "wanghaiyan") == weakness


def test_a_name_of_digits_forbids_no_other_password() -> None:
    assert find_weakness("20480102-plum", "430302") is None
    assert find_weakness("4303024303", "4303024303") == "like_name"


def test_full_width_typing_gives_the_same_password() -> None:
    assert fold_password("ｆｏｕｒ　ｗｏｒｄｓ１２") == fold_password("four words12")
