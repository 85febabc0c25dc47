"""Passwords are long, without the name, and not what everybody tries first."""

from pathlib import Path

import pytest

from survey_app.domain import passwords as domain
from survey_app.domain.passwords import find_weakness, fold_password
from survey_app.services.accounts.passwords import make_initial_password


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
        ("wanghaiyan likes rain", "like_name"),
        ("rain, WANGHAIYAN, tea", "like_name"),
        ("wang likes the rain", None),
        ("manchester", "common"),
        ("Dragon123456", "common"),
        ("Woaini5201314!!", "common"),
        ("woshilaoshi2026", "common"),
        ("sunshinesunshine", "common"),
        ("1q2w3e4r5t6y", "common"),
        ("manchester in rain", None),
    ],
)
def test_weak_passwords_are_told_apart(password: str, weakness: str | None) -> None:
    assert find_weakness(fold_password(password), "wanghaiyan") == weakness


def test_thousands_of_common_passwords_come_along_each_refused_by_itself() -> None:
    lines = Path(domain.__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    common = [line for line in lines if not line.startswith("#")]
    assert len(common) > 5_000
    assert common == sorted(set(common))
    assert all(one == one.casefold() == fold_password(one).strip() for one in common)
    long_ones = [one for one in common if len(one) >= 10]
    assert len(long_ones) > 1_000
    assert {find_weakness(one, "liwei") for one in long_ones} == {"common", "one_character"}


def test_a_short_name_is_not_in_a_password_either() -> None:
    assert find_weakness("马电池王伟订书钉正确密码", "王伟") == "like_name"


def test_an_initial_password_never_holds_the_name() -> None:
    assert all(find_weakness(make_initial_password("bc"), "bc") is None for _ in range(300))


def test_a_name_of_digits_forbids_no_other_password() -> None:
    assert find_weakness("20480102-plum", "430302") is None
    assert find_weakness("4303024303", "4303024303") == "like_name"


def test_full_width_typing_gives_the_same_password() -> None:
    assert fold_password("ｆｏｕｒ　ｗｏｒｄｓ１２") == fold_password("four words12")
