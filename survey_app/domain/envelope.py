"""The sealed envelope in which a sheet waits for the closing (docs/anonymity.md, "Envelopes").

Web processes hold only a pool's public key: they can seal and cannot open. One ephemeral key an envelope, used once, hence the fixed
nonce of the cipher. X25519: RFC 7748; HKDF: RFC 5869; ChaCha20-Poly1305: RFC 8439. An envelope opens only under its own id, so that one
that was copied or moved is none.

All envelopes of a pool have one length, whatever was answered, so that a length says nothing.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ANSWERS_LENGTH = 1_024
TEXT_LENGTH = 8_192

KEY_LENGTH = 32
_TAG_LENGTH = 16
_DOMAIN = "junheng/envelope/2"
_NONCE = bytes(12)
_END = b"\x80"


class UnreadableEnvelope(Exception):
    """The envelope can't be opened: another key, another pool, batch or id, or damaged bytes."""


@dataclass(frozen=True, slots=True)
class Destination:
    """The pool and batch an envelope is sealed for; it opens for no other."""

    campaign: str
    label: str
    batch: int

    def bound_to(self, envelope_id: bytes) -> bytes:
        """What the seal is bound to beside the key."""
        return f"{_DOMAIN}|{self.campaign}|{self.label}|{self.batch}|{envelope_id.hex()}".encode()


def length_for(longest: int, least: int) -> int:
    """The padded length for contents of at most `longest` bytes: `least`, or the first doubling that holds them."""
    length = least
    while length <= longest:
        length *= 2
    return length


def seal_envelope(
    contents: bytes, public_key: bytes, destination: Destination, envelope_id: bytes, length: int
) -> bytes:
    """`contents`, padded to `length` bytes, readable only with the private key of the destination.

    Raises `ValueError` where the contents do not fit: lengths are chosen for the longest sheet a questionnaire can give.
    """
    padded = _pad(contents, length)
    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    cipher = _cipher(shared, ephemeral_public, public_key)
    return ephemeral_public + cipher.encrypt(_NONCE, padded, destination.bound_to(envelope_id))


def open_envelope(sealed: bytes, private_key: bytes, destination: Destination, envelope_id: bytes) -> bytes:
    """The contents of an envelope; raises `UnreadableEnvelope` where it was not sealed for this key, pool, batch and id."""
    ephemeral_public = sealed[:KEY_LENGTH]
    try:
        own = X25519PrivateKey.from_private_bytes(private_key)
        shared = own.exchange(X25519PublicKey.from_public_bytes(ephemeral_public))
        cipher = _cipher(shared, ephemeral_public, own.public_key().public_bytes_raw())
        return _unpad(cipher.decrypt(_NONCE, sealed[KEY_LENGTH:], destination.bound_to(envelope_id)))
    except (InvalidTag, ValueError) as problem:  # ValueError: a key of the wrong length, or a degenerate point
        raise UnreadableEnvelope from problem


def padded_length(sealed: bytes) -> int:
    """The length an envelope's contents were padded to."""
    return len(sealed) - KEY_LENGTH - _TAG_LENGTH


def _cipher(shared: bytes, ephemeral_public: bytes, public_key: bytes) -> ChaCha20Poly1305:
    salt = ephemeral_public + public_key
    return ChaCha20Poly1305(
        HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=salt, info=_DOMAIN.encode()).derive(shared)
    )


def _pad(contents: bytes, length: int) -> bytes:
    if len(contents) >= length:
        raise ValueError(f"{len(contents)} bytes do not fit an envelope of {length}")
    return (contents + _END).ljust(length, b"\0")


def _unpad(padded: bytes) -> bytes:
    return padded[: padded.rindex(_END)]
