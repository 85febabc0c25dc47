"""Codes: reading forgives what people do to a code, and catches what they get wrong."""

import itertools
from random import Random

import pytest

from survey_app.domain.codes import ALPHABET, hash_code, make_code, print_code, read_code
from survey_app.domain.errors import MalformedCode


def some_codes(count: int) -> list[str]:
    randomness = Random(1)
    return [make_code(randomness.randrange) for _ in range(count)]


def test_the_alphabet_has_29_characters_and_none_that_is_taken_for_another() -> None:
    assert len(set(ALPHABET)) == 29
    assert not set(ALPHABET) & set("01EILOU")


def test_a_code_is_ten_characters_and_a_check_and_is_printed_in_groups_of_4_4_3() -> None:
    for code in some_codes(100):
        assert len(code) == 11
        assert set(code) <= set(ALPHABET)
        assert [len(part) for part in print_code(code).split("-")] == [4, 4, 3]


def test_ten_thousand_codes_differ() -> None:
    assert len({make_code() for _ in range(10_000)}) == 10_000


def test_every_character_of_the_alphabet_occurs_in_every_place() -> None:
    codes = some_codes(3_000)
    assert all({code[place] for code in codes} == set(ALPHABET) for place in range(11))


def test_any_one_wrong_character_is_caught() -> None:
    for code in some_codes(50):
        for place, wrong in itertools.product(range(11), ALPHABET):
            copied = code[:place] + wrong + code[place + 1 :]
            if copied != code:
                with pytest.raises(MalformedCode):
                    read_code(copied)


def test_any_swap_of_neighbours_is_caught() -> None:
    for code in some_codes(500):
        for place in range(10):
            copied = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            if copied != code:
                with pytest.raises(MalformedCode):
                    read_code(copied)


def full_width(text: str) -> str:
    return "".join(chr(ord(mark) + 0xFEE0) for mark in text)


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        print_code,
        full_width,
        lambda code: f"  {code}\r\n",
        lambda code: " ".join(code),
        lambda code: f"{code[:4]}－{code[4:8]}—{code[8:]}",
        lambda code: f"{code[:4]}–{code[4:8]}−{code[8:]}",
        lambda code: f"{code[:4]}　{code[4:]}",
        lambda code: f"\ufeff{code[:5]}\u200b{code[5:]}",
        lambda code: full_width(code.lower()),
    ],
)
def test_reading_forgives_case_width_blanks_and_dashes(typed) -> None:  # type: ignore[no-untyped-def]
    for code in some_codes(20):
        assert read_code(typed(code)) == code


@pytest.mark.parametrize("text", ["", "-", "7K3M", "问卷", "0" * 11, "7K3M-9QXA-0HT", "\ud800" * 11, "A" * 100_000])
def test_what_can_not_be_a_code_is_a_wrong_copy(text: str) -> None:
    with pytest.raises(MalformedCode):
        read_code(text)


def test_a_code_with_a_character_too_many_or_too_few_is_a_wrong_copy() -> None:
    for code in some_codes(20):
        for copied in (code + "2", code[:-1], code + code):
            with pytest.raises(MalformedCode):
                read_code(copied)


def test_the_hash_is_hmac_sha_256_over_the_domain_and_the_code() -> None:
    # printf "junheng/code/1\\0%s" 7K3M9QXA4HT | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f
    key = bytes(range(32))
    assert hash_code(key, "7K3M9QXA4HT").hex() == "48d044eae143510eb0515286a86555367ee0304ecbafb1bb095d8ce9aa5b0284"
    assert hash_code(key, "7K3M9QXA4HT") != hash_code(bytes(32), "7K3M9QXA4HT")
