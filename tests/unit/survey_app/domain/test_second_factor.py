"""One-time codes as RFC 6238 has them, each good once, and secrets that only the key opens."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from survey_app.domain.second_factor import (
    RECOVERY_CODES,
    UnreadableFactor,
    app_address,
    code_at,
    make_recovery_codes,
    make_secret,
    matching_step,
    open_secret,
    recovery_hash,
    seal_secret,
    secret_text,
)

RFC_SECRET = b"12345678901234567890"
NOW = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_rfc(second: int, code: str) -> None:
    """RFC 6238, appendix B, in six digits."""
    assert code_at(RFC_SECRET, datetime.fromtimestamp(second, UTC)) == code


@pytest.mark.parametrize(
    ("seconds", "is_taken"), [(-60, False), (-30, True), (0, True), (19, True), (49, True), (60, False)]
)
def test_a_clock_may_be_one_step_off(seconds: int, is_taken: bool) -> None:
    code = code_at(RFC_SECRET, NOW + timedelta(seconds=seconds))
    assert (matching_step(RFC_SECRET, code, NOW, after=0) is not None) is is_taken


def test_a_code_up_to_the_last_one_taken_is_none_any_more() -> None:
    code = code_at(RFC_SECRET, NOW)
    assert matching_step(RFC_SECRET, code, NOW, after=STEP - 1) == STEP
    assert matching_step(RFC_SECRET, code, NOW, after=STEP) is None
    assert matching_step(RFC_SECRET, code_at(RFC_SECRET, NOW - timedelta(seconds=30)), NOW, after=STEP) is None


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0:.3} {1}", "{0:.3}-{1}"])
def test_a_code_is_read_with_blanks_and_dashes(typed: str) -> None:
    code = code_at(RFC_SECRET, NOW)
    assert matching_step(RFC_SECRET, typed.format(code, code[3:]), NOW, after=0) == STEP


def test_full_width_digits_are_digits() -> None:
    wide = code_at(RFC_SECRET, NOW).translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    assert matching_step(RFC_SECRET, wide, NOW, after=0) == STEP


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "\udc80" * 6, "²³⁴"])
def test_what_is_no_code_matches_nothing(typed: str) -> None:
    assert matching_step(RFC_SECRET, typed, NOW, after=0) is None


def test_the_address_for_the_app_holds_account_and_secret() -> None:
    parts = urlsplit(app_address(RFC_SECRET, "王海燕", "Junheng"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query)["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert secret_text(RFC_SECRET).startswith("GEZD GNBV ")


def test_a_sealed_secret_is_opened_with_its_key_for_its_account_and_purpose_only() -> None:
    secret, key = make_secret(), b"k" * 32
    sealed = seal_secret(key, "liwei", "kept", secret)
    assert secret not in sealed
    assert open_secret(key, "liwei", "kept", sealed) == secret
    for other in ((b"x" * 32, "liwei", "kept"), (key, "zhang", "kept"), (key, "liwei", "offered")):
        with pytest.raises(UnreadableFactor):
            open_secret(*other, sealed)
    for damaged in (b"", sealed[:-1], sealed[:5]):
        with pytest.raises(UnreadableFactor):
            open_secret(key, "liwei", "kept", damaged)


def test_recovery_codes_are_many_long_and_kept_under_a_key() -> None:
    codes = make_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES == 10
    assert {len(code) for code in codes} == {14}
    kept = recovery_hash(b"k" * 32, "liwei", codes[0])
    assert kept == recovery_hash(b"k" * 32, "liwei", codes[0].lower().replace("-", " "))
    assert len({kept, recovery_hash(b"x" * 32, "liwei", codes[0]), recovery_hash(b"k" * 32, "zhang", codes[0])}) == 3
