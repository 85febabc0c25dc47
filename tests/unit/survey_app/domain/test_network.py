"""From where phones can open an address, and what names a machine at all."""

import pytest

from survey_app.domain.network import Reach, is_host, reach_of


@pytest.mark.parametrize(
    ("host", "reach"),
    [
        ("127.0.0.1", Reach.NOWHERE),
        ("127.8.9.1", Reach.NOWHERE),
        ("localhost", Reach.NOWHERE),
        ("LocalHost.", Reach.NOWHERE),
        ("a.localhost", Reach.NOWHERE),
        ("0.0.0.0", Reach.NOWHERE),
        ("::1", Reach.NOWHERE),
        ("::ffff:127.0.0.1", Reach.NOWHERE),
        ("169.254.3.4", Reach.NOWHERE),
        ("192.168.1.20", Reach.INSIDE),
        ("10.0.0.3", Reach.INSIDE),
        ("172.20.1.1", Reach.INSIDE),
        ("100.64.0.1", Reach.INSIDE),
        ("fd00::1", Reach.INSIDE),
        ("server", Reach.INSIDE),
        ("server.local", Reach.INSIDE),
        ("diaocha.lan", Reach.INSIDE),
        ("8.8.8.8", Reach.EVERYWHERE),
        ("172.32.1.1", Reach.EVERYWHERE),
        ("survey.example.cn", Reach.EVERYWHERE),
        ("localhost.example.cn", Reach.EVERYWHERE),
    ],
)
def test_from_where_phones_can_open_a_host(host: str, reach: Reach) -> None:
    assert reach_of(host) == reach


@pytest.mark.parametrize("netloc", ["a.cn", "a.cn:8350", "server", "10.0.0.3:80", "[::1]:8000", "a-b.example.cn."])
def test_a_machine_is_named_by_name_or_number(netloc: str) -> None:
    assert is_host(netloc)


@pytest.mark.parametrize(
    "netloc",
    ["", ":80", "a..cn", "a_b.cn", "-a.cn", "me@a.cn", "a.cn:", "a.cn:x", "a.cn:70000", "127.1", "1234", "[::1"],
)
def test_what_names_no_machine(netloc: str) -> None:
    assert not is_host(netloc)
