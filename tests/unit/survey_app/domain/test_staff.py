"""Names of accounts, and which counties an account sees."""

import pytest

from survey_app.domain.network import is_loopback, network_of
from survey_app.domain.staff import Role, StaffUser, fold_name, is_county_code, is_name


@pytest.mark.parametrize("typed", ["王海燕", "Li.Wei", "monitor_1", "ａｂ", " x9 ", "a" * 40])
def test_names_people_have_are_names(typed: str) -> None:
    assert is_name(fold_name(typed))


@pytest.mark.parametrize("typed", ["", "a", "王", "a b", "-ab", "ab.", "<b>", "a/b", "a" * 41, "(junheng)", "a@b"])
def test_what_could_be_confused_is_no_name(typed: str) -> None:
    assert not is_name(fold_name(typed))


def test_names_do_not_differ_by_case_or_width() -> None:
    assert fold_name(" ＬｉＷｅｉ ") == fold_name("liwei") == "liwei"


@pytest.mark.parametrize(
    ("text", "is_code"), [("430302", True), ("43030", False), ("４３０３０２", False), ("43030a", False)]
)
def test_county_codes_have_six_digits(text: str, is_code: bool) -> None:
    assert is_county_code(text) is is_code


def test_an_account_bound_to_a_county_sees_nothing_else() -> None:
    bound, free = StaffUser("a", Role.MONITOR, "430302"), StaffUser("b", Role.MONITOR, None)
    assert [bound.may_see(county) for county in ("430302", "430304", None)] == [True, False, False]
    assert [free.may_see(county) for county in ("430302", "430304", None)] == [True, True, True]


def test_addresses_of_one_household_are_one_network() -> None:
    assert network_of("2001:db8:1:2::5") == network_of("2001:db8:1:2:ffff::1") != network_of("2001:db8:1:3::5")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("unix:") == "unix:"


@pytest.mark.parametrize(
    ("address", "is_own"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.1", False), ("", False), ("x", False)],
)
def test_loopback_is_this_machine(address: str, is_own: bool) -> None:
    assert is_loopback(address) is is_own
