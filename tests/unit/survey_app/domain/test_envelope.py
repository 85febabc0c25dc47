"""Envelopes open for their key, pool, batch and id only, and all of a pool are equally long."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from survey_app.domain.envelope import (
    ANSWERS_LENGTH,
    TEXT_LENGTH,
    Destination,
    UnreadableEnvelope,
    length_for,
    open_envelope,
    padded_length,
    seal_envelope,
)

PRIVATE_KEY = bytes(range(32))
PUBLIC_KEY = X25519PrivateKey.from_private_bytes(PRIVATE_KEY).public_key().public_bytes_raw()
DESTINATION = Destination("c1", "c1/parent/U001", 3)
ID = bytes(range(16))


def sealed(contents: bytes = b"a", length: int = 1024) -> bytes:
    return seal_envelope(contents, PUBLIC_KEY, DESTINATION, ID, length)


def opened(
    ciphertext: bytes, key: bytes = PRIVATE_KEY, destination: Destination = DESTINATION, id_: bytes = ID
) -> bytes:
    return open_envelope(ciphertext, key, destination, id_)


@pytest.mark.parametrize(
    ("longest", "least", "length"),
    [
        (0, ANSWERS_LENGTH, 1024),
        (1023, ANSWERS_LENGTH, 1024),
        (1024, ANSWERS_LENGTH, 2048),
        (8191, TEXT_LENGTH, 8192),
        (8192, TEXT_LENGTH, 16384),
        (40_000, TEXT_LENGTH, 65536),
    ],
)
def test_the_length_is_the_first_that_holds_the_contents_and_the_end_mark(
    longest: int, least: int, length: int
) -> None:
    assert length_for(longest, least) == length
    assert opened(sealed(b"x" * longest, length)) == b"x" * longest


@pytest.mark.parametrize("contents", [b"", b"\x80", b"a\x80\x00\x80", b"\x00" * 20, bytes(range(256)) * 3])
def test_padding_is_told_apart_from_any_contents(contents: bytes) -> None:
    assert padded_length(sealed(contents)) == 1024
    assert opened(sealed(contents)) == contents


def test_the_same_contents_never_look_the_same() -> None:
    assert sealed()[:64] != sealed()[:64]


@pytest.mark.parametrize(
    "other",
    [replace(DESTINATION, campaign="c2"), replace(DESTINATION, label="c1/parent/U002"), replace(DESTINATION, batch=4)],
)
def test_an_envelope_of_another_pool_or_batch_is_unreadable(other: Destination) -> None:
    with pytest.raises(UnreadableEnvelope):
        opened(sealed(), destination=other)


@pytest.mark.parametrize("other", [bytes(16), ID[::-1], ID + b"x", b""])
def test_an_envelope_that_was_copied_under_another_id_is_unreadable(other: bytes) -> None:
    with pytest.raises(UnreadableEnvelope):
        opened(sealed(), id_=other)


@pytest.mark.parametrize("key", [bytes(32), b"short", PRIVATE_KEY[::-1]])
def test_another_key_opens_nothing(key: bytes) -> None:
    with pytest.raises(UnreadableEnvelope):
        opened(sealed(), key)


@pytest.mark.parametrize(
    "damage",
    [
        lambda ciphertext: ciphertext[:-1],
        lambda ciphertext: b"",
        lambda ciphertext: ciphertext[:32],
        lambda ciphertext: bytes(32) + ciphertext[32:],
        lambda ciphertext: ciphertext[:40] + bytes([ciphertext[40] ^ 1]) + ciphertext[41:],
    ],
)
def test_a_damaged_envelope_is_unreadable(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(UnreadableEnvelope):
        opened(damage(sealed()))


def test_contents_that_do_not_fit_are_a_bug() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        sealed(b"x" * 1024)


def test_the_construction_is_the_documented_one() -> None:
    """Opened here step by step from the primitives, as anybody would who reads docs/anonymity.md, "Envelopes"."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    ciphertext = sealed(b"answer")
    ephemeral = ciphertext[:32]
    shared = X25519PrivateKey.from_private_bytes(PRIVATE_KEY).exchange(X25519PublicKey.from_public_bytes(ephemeral))
    key = HKDF(algorithm=SHA256(), length=32, salt=ephemeral + PUBLIC_KEY, info=b"junheng/envelope/2").derive(shared)
    bound = b"junheng/envelope/2|c1|c1/parent/U001|3|000102030405060708090a0b0c0d0e0f"
    assert ChaCha20Poly1305(key).decrypt(bytes(12), ciphertext[32:], bound) == b"answer\x80" + bytes(1024 - 7)
