"""Codes: reading forgives what people do to a code, and catches what they get wrong."""

import itertools
from random import Random

import pytest

from survey_app.domain.codes import ALPHABET, copied_part, hash_code, make_code, print_code, read_code
from survey_app.domain.errors import WrongCopy


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
                with pytest.raises(WrongCopy):
                    read_code(copied)


def test_any_swap_of_neighbours_is_caught() -> None:
    for code in some_codes(500):
        for place in range(10):
            copied = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            if copied != code:
                with pytest.raises(WrongCopy):
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
    with pytest.raises(WrongCopy):
        read_code(text)


def test_a_code_with_a_character_too_many_or_too_few_is_a_wrong_copy() -> None:
    for code in some_codes(20):
        for copied in (code + "2", code[:-1], code + code):
            with pytest.raises(WrongCopy):
                read_code(copied)


def test_the_hash_is_hmac_sha_256_over_the_domain_and_the_code() -> None:
    # printf "junheng/code/1\\0%s" 7K3M9QXA4HT | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f
    key = bytes(range(32))
    assert hash_code(key, "7K3M9QXA4HT").hex() == "48d044eae143510eb0515286a86555367ee0304ecbafb1bb095d8ce9aa5b0284"
    assert hash_code(key, "7K3M9QXA4HT") != hash_code(bytes(32), "7K3M9QXA4HT")


# --- what chats, clipboards, scanners and people leave around a code

BEFORE = [
    "",
    "参与码：",
    "参与码 ",
    "我的参与码是",
    "code: ",
    "Code ",
    "my code is ",
    "the code:\n",
    "（",
    "“",
    "2026年 ",
    "码",
    "codes=",
]
ADDRESSES = [
    "https://dc.example.cn/s/",
    "http://10.0.0.3:8350/S/",
    "dc.example.cn/s/",
    "/s/",
    "s/",
    "https://dc.example.cn/s?code=",
]
ADDRESSES += [
    "/s/?code=",
    "https://a.cn/diaocha/s/",
    "http%3A%2F%2Fa.cn%2Fs%2F",
    "https://a.cn/s/?from=x&CODE=",
    "ｈｔｔｐ：／／ａ．ｃｎ／ｓ／",
]
AFTER = [
    "",
    "。",
    "，",
    "）",
    "”",
    ".",
    ")",
    "/",
    "&from=singlemessage&isappinstalled=0",
    "?from=timeline",
    "#wechat_redirect",
    "\r\n",
]
AFTER += [
    "%E3%80%82",
    "%20",
    "%250A",
    "【调查】",
    "，请填一下",
    "!",
    "\u200b。",
    " 请点开填写",
    ";",
    "'",
    '"',
    "<br>",
    "…",
]
WRITINGS = [
    str,
    str.lower,
    print_code,
    full_width,
    lambda code: " ".join(code),
    lambda code: print_code(code).replace("-", "－"),
]


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("before", BEFORE + ADDRESSES)
def test_a_code_is_read_from_whatever_is_glued_on_before_and_behind(before: str, after: str) -> None:
    for code, writing in itertools.product(some_codes(3), WRITINGS):
        assert read_code(f"{before}{writing(code)}{after}") == code


def test_behind_an_address_words_may_follow() -> None:
    for code in some_codes(20):
        for after in (" Thanks", " by Mr Wang", "\nSchool No. 3", "?code=061Qxyz0&state=1", "/s/", "&redirect=/s/"):
            assert read_code(f"https://a.cn/s/{code}{after}") == code


def test_of_several_addresses_the_last_counts() -> None:
    one, other = some_codes(2)
    assert read_code(f"https://a.cn/s/{one} https://a.cn/s/{other}") == other
    assert read_code(f"https://a.cn/s/{one}?code={other}") == other
    assert read_code(f"{one}（{one}）") == one


def test_of_two_codes_without_an_address_none_is_meant() -> None:
    one, other = some_codes(2)
    wrong = one[:-1] + ("2" if one[-1] != "2" else "3")
    for text in (f"参与码：{one} / {other}", f"参与码：{wrong}，{one}", f"{wrong}。{one}", f"{one}2。"):
        with pytest.raises(WrongCopy):
            read_code(text)


@pytest.mark.parametrize("before", BEFORE + ADDRESSES)
def test_no_eleven_wrong_letters_are_taken_for_a_code_whatever_stands_around_them(before: str) -> None:
    randomness = Random(2)
    for code, after in itertools.product(some_codes(5), AFTER):
        place = randomness.randrange(11)
        wrong = (
            code[:place]
            + ALPHABET[(ALPHABET.index(code[place]) + randomness.randrange(1, 29)) % 29]
            + code[place + 1 :]
        )
        for writing in WRITINGS:
            with pytest.raises(WrongCopy):
                read_code(f"{before}{writing(wrong)}{after}")


def test_what_is_read_stands_in_the_text_as_it_is() -> None:
    """Whatever is typed: eleven letters next to each other, and a right check character; nothing is made up or mended."""
    randomness, marks = Random(3), ALPHABET + "01EILOU -/=.:?&%。码"
    for _ in range(20_000):
        text = "".join(randomness.choice(marks) for _ in range(randomness.randrange(10, 30)))
        try:
            code = read_code(text)
        except WrongCopy:
            continue
        assert code in text.replace(" ", "").replace("-", "")
        assert read_code(code) == code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.cn/s/7K3M9QXA4HW。", "7K3M9QXA4HW"),
        ("https://a.cn/s/7k3m-9qxa-4h0&from=x", "7K3M-9QXA-4H0"),
        ("/s/?code=7K3M9QXA4H", "7K3M9QXA4H"),
        ("参与码：7k3m-9qxa-4hw，谢谢", "7K3M-9QXA-4HW"),
        ("my code is 7K3M-9QXA-4HW", "7K3M-9QXA-4HW"),
        ("7K3M-9QXA-40T", "7K3M-9QXA-40T"),
        ("/s/", ""),
        (" abc ", "abc"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("A" * 100_000, "A" * 60),
    ],
)
def test_what_is_shown_for_correction_is_the_code_as_it_was_copied(text: str, shown: str) -> None:
    assert copied_part(text) == shown
