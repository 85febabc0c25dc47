"""Receipts are random, readable over the telephone, and computed from nothing."""

import pytest

from survey_app.domain.receipts import ALPHABET, hash_nonce, make_receipt, read_receipt


def test_a_receipt_has_sixty_bits_in_three_groups_of_four() -> None:
    receipts = [make_receipt() for _ in range(500)]
    assert len(set(receipts)) == 500
    assert all([len(part) for part in receipt.split("-")] == [4, 4, 4] for receipt in receipts)
    assert set("".join(receipts)) - {"-"} == set(ALPHABET)
    assert len(ALPHABET) ** 12 == 2**60


@pytest.mark.parametrize(
    "text", ["7K3M-9QXA-0HTZ", "7k3m9qxa0htz", " 7K3M 9QXA OHTZ ", "７Ｋ３Ｍ－９ＱＸＡ－０ＨＴＺ", "7K3M—9QXA–ohtz"]
)
def test_a_receipt_is_read_in_any_writing(text: str) -> None:
    assert read_receipt(text) == "7K3M-9QXA-0HTZ"


def test_lookalikes_are_read_as_digits() -> None:
    assert read_receipt("OIL0-1000-0000") == "0110-1000-0000"


@pytest.mark.parametrize(
    "text", ["", "7K3M-9QXA-0HT", "7K3M-9QXA-0HTZ1", "7K3M-9QXA-0HTU", "校K3M-9QXA-0HTZ", "7" * 100_000]
)
def test_what_can_not_be_a_receipt_is_none(text: str) -> None:
    assert read_receipt(text) is None


def test_nonces_are_told_apart_by_their_hash_only() -> None:
    assert hash_nonce("a") != hash_nonce("b")
    assert hash_nonce("") == bytes.fromhex(__import__("hashlib").sha256(b"junheng/retry/1\0").hexdigest())
    assert len(hash_nonce("\ud800" * 3)) == 32
