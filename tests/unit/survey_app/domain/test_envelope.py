"""Envelopes open for their key, pool and batch only, and all of a class are equally long."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from survey_app.domain.envelope import (
    Destination,
    UnreadableEnvelope,
    length_class,
    open_envelope,
    padded_length,
    seal_envelope,
)

PRIVATE_KEY = bytes(range(32))
PUBLIC_KEY = X25519PrivateKey.from_private_bytes(PRIVATE_KEY).public_key().public_bytes_raw()
DESTINATION = Destination("c1", "c1/parent/U001", 3, PUBLIC_KEY)


@pytest.mark.parametrize(
    ("longest", "length"), [(0, 1024), (1023, 1024), (1024, 8192), (8191, 8192), (8192, 16384), (40_000, 65536)]
)
def test_the_length_is_the_least_class_that_holds_the_contents_and_the_end_mark(longest: int, length: int) -> None:
    assert length_class(longest) == length
    assert open_envelope(seal_envelope(b"x" * longest, DESTINATION, length), PRIVATE_KEY, DESTINATION) == b"x" * longest


@pytest.mark.parametrize("contents", [b"", b"\x80", b"a\x80\x00\x80", b"\x00" * 20, bytes(range(256)) * 3])
def test_padding_is_told_apart_from_any_contents(contents: bytes) -> None:
    sealed = seal_envelope(contents, DESTINATION, 1024)
    assert padded_length(sealed) == 1024
    assert open_envelope(sealed, PRIVATE_KEY, DESTINATION) == contents


def test_the_same_contents_never_look_the_same() -> None:
    assert seal_envelope(b"a", DESTINATION, 1024)[:64] != seal_envelope(b"a", DESTINATION, 1024)[:64]


@pytest.mark.parametrize(
    "other",
    [
        replace(DESTINATION, campaign="c2"),
        replace(DESTINATION, label="c1/parent/U002"),
        replace(DESTINATION, batch=4),
        replace(DESTINATION, public_key=bytes(32)),
    ],
)
def test_an_envelope_of_another_pool_or_batch_is_unreadable(other: Destination) -> None:
    with pytest.raises(UnreadableEnvelope):
        open_envelope(seal_envelope(b"a", DESTINATION, 1024), PRIVATE_KEY, other)


@pytest.mark.parametrize("key", [bytes(32), b"short", PRIVATE_KEY[::-1]])
def test_another_key_opens_nothing(key: bytes) -> None:
    with pytest.raises(UnreadableEnvelope):
        open_envelope(seal_envelope(b"a", DESTINATION, 1024), key, DESTINATION)


@pytest.mark.parametrize(
    "damage",
    [
        lambda ct: ct[:-1],
        lambda ct: b"",
        lambda ct: ct[:32],
        lambda ct: bytes(32) + ct[32:],
        lambda ct: ct[:40] + b"?" + ct[41:],
    ],
)
def test_a_damaged_envelope_is_unreadable(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(UnreadableEnvelope):
        open_envelope(damage(seal_envelope(b"a", DESTINATION, 1024)), PRIVATE_KEY, DESTINATION)


def test_contents_that_do_not_fit_are_a_bug() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        seal_envelope(b"x" * 1024, DESTINATION, 1024)


def test_the_construction_is_the_documented_one() -> None:
    """Opened here step by step from the primitives, as anybody would who reads integrity.md."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    sealed = seal_envelope(b"answer", DESTINATION, 1024)
    ephemeral = sealed[:32]
    shared = X25519PrivateKey.from_private_bytes(PRIVATE_KEY).exchange(X25519PublicKey.from_public_bytes(ephemeral))
    key = HKDF(algorithm=SHA256(), length=32, salt=ephemeral + PUBLIC_KEY, info=b"junheng/envelope/1").derive(shared)
    plain = ChaCha20Poly1305(key).decrypt(bytes(12), sealed[32:], b"junheng/envelope/1|c1|c1/parent/U001|3")
    assert plain == b"answer\x80" + bytes(1024 - 7)
