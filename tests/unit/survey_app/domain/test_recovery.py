"""The recovery key on paper, and streams that are encrypted to it."""

import io
import os
from random import Random

import pytest

from survey_app.domain.receipts import ALPHABET
from survey_app.domain.recovery import (
    DamagedCopy,
    SealedReader,
    SealedWriter,
    WrongRecoveryKey,
    key_of_recovery,
    make_recovery_key,
    new_copy_id,
    print_recovery_key,
    public_half,
    read_recovery_key,
)

PIECE = 64 * 1024


def test_a_key_is_read_as_it_was_printed() -> None:
    for key in [bytes(32), b"\xff" * 32, *(make_recovery_key() for _ in range(50))]:
        printed = print_recovery_key(key)
        assert [len(line) for line in printed.splitlines()] == [17] * 4
        assert read_recovery_key(printed) == key


@pytest.mark.parametrize(
    "typed",
    [
        lambda text: text.lower(),
        lambda text: text.replace(" ", "-").replace("\n", " "),
        lambda text: text.replace(" ", "").replace("\n", ""),
        lambda text: text.replace("0", "o").replace("1", "l"),
        lambda text: text.replace("1", "I").replace("\n", "\r\n\r\n"),
        lambda text: text.translate({code: code + 0xFEE0 for code in range(0x30, 0x5B)}),
    ],
    ids=["small", "dashes", "in one", "letters for digits", "windows", "full width"],
)
def test_what_people_type_is_forgiven(typed) -> None:
    for _ in range(20):
        key = make_recovery_key()
        assert read_recovery_key(typed(print_recovery_key(key))) == key


def test_a_mistake_is_found_in_its_line() -> None:
    random, missed = Random(1), 0
    for _ in range(500):
        lines = print_recovery_key(random.randbytes(32)).splitlines()
        number = random.randrange(4)
        place = random.choice([at for at, mark in enumerate(lines[number]) if mark != " "])
        other = random.choice([mark for mark in ALPHABET if mark != lines[number][place]])
        lines[number] = lines[number][:place] + other + lines[number][place + 1 :]
        missed += said_of("\n".join(lines)) != f"line {number + 1} of the recovery key was copied wrongly"
    assert missed <= 3  # one of 2,048 by chance


def said_of(typed: str) -> str:
    try:
        read_recovery_key(typed)
    except WrongRecoveryKey as error:
        return str(error)
    return ""


def test_lines_in_another_order_are_told() -> None:
    lines = print_recovery_key(bytes(range(32))).splitlines()
    with pytest.raises(WrongRecoveryKey, match="line 1"):
        read_recovery_key("\n".join([lines[1], lines[0], *lines[2:]]))


@pytest.mark.parametrize(("text", "said"), [("", "0 were typed"), ("ABC", "3 were typed"), ("U" * 60, "line 1")])
def test_what_can_not_be_a_key_is_told(text: str, said: str) -> None:
    with pytest.raises(WrongRecoveryKey, match=said):
        read_recovery_key(text)


def sealed(contents: bytes, key: bytes) -> bytes:
    target = io.BytesIO()
    writer = SealedWriter(target, public_half(key), new_copy_id())
    for start in range(0, len(contents), 10_000):
        writer.write(contents[start : start + 10_000])
    writer.finish()
    return target.getvalue()


def opened(stream: bytes, key: bytes) -> bytes:
    reader = SealedReader(io.BytesIO(stream), key_of_recovery(key))
    return reader.read(1 << 30)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 5])
def test_a_stream_of_any_length_opens_with_its_key_only(size: int) -> None:
    key, contents = make_recovery_key(), os.urandom(size)
    stream = sealed(contents, key)
    assert opened(stream, key) == contents
    assert size < 100 or contents[:50] not in stream
    with pytest.raises(WrongRecoveryKey, match="another recovery key"):
        opened(stream, make_recovery_key())


def test_whatever_byte_is_changed_it_is_told() -> None:
    key = make_recovery_key()
    stream = sealed(os.urandom(2 * PIECE + 100), key)
    random = Random(2)
    for place in [*range(100), *(random.randrange(len(stream)) for _ in range(60))]:
        damaged = bytearray(stream)
        damaged[place] ^= 1 << random.randrange(8)
        with pytest.raises((DamagedCopy, WrongRecoveryKey)):
            opened(bytes(damaged), key)


def test_what_is_cut_off_or_exchanged_is_told() -> None:
    key = make_recovery_key()
    stream = sealed(os.urandom(3 * PIECE), key)
    head, piece = 95, PIECE + 16
    first, second = stream[head : head + piece], stream[head + piece : head + 2 * piece]
    rest = stream[head + 2 * piece :]
    for changed in (
        stream[:50],
        stream[:head],
        stream[:-1],
        stream[: head + piece],
        stream[: head + 2 * piece],
        stream + b"\0",
        stream[:head] + second + first + rest,
    ):
        with pytest.raises(DamagedCopy):
            opened(changed, key)


def test_each_stream_has_a_key_of_its_own() -> None:
    key = make_recovery_key()
    assert sealed(b"same", key)[95:] != sealed(b"same", key)[95:]
