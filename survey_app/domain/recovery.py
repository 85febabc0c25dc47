"""The recovery key, to which copies of the key directory are encrypted (docs/operations.md, "Backup and restore").

Its public half lies in the key directory; the private one is printed once, on paper, for somebody other than who keeps the copies. On
paper: four lines of 15 characters in Crockford's base 32, each 8 bytes of the key and a check of its own, so that a mistake is found in
its line.

A sealed stream is a head (what it is, which copy it belongs to, for which recovery key, an ephemeral X25519 key) and pieces of 64 KiB,
each ChaCha20-Poly1305 under one key with a counter and a mark of the last one as its nonce: cut off, exchanged or changed, it is told.
The construction of the key is that of the envelope (domain/envelope.py), under a name of its own.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey_app.domain.errors import SurveyError
from survey_app.domain.receipts import ALPHABET

KEY_BYTES: Final = 32
ID_BYTES: Final = 16

_MAGIC: Final = b"junheng/keys/1\n"
_DOMAIN: Final = b"junheng/recovery/1"
_LINE_DOMAIN: Final = b"junheng/recovery/line\0"
_PIECE: Final = 64 * 1024
_TAG: Final = 16
_HEAD: Final = len(_MAGIC) + ID_BYTES + KEY_BYTES + KEY_BYTES

LINES: Final = 4
_LINE_BYTES: Final = KEY_BYTES // LINES
_CHECK_BITS: Final = 11
_LINE_MARKS: Final = (8 * _LINE_BYTES + _CHECK_BITS) // 5
_GROUP: Final = 5
KEY_MARKS: Final = LINES * _LINE_MARKS
_LOOKALIKES: Final = str.maketrans("OIL", "011")


class WrongRecoveryKey(SurveyError):
    """What was typed is no recovery key, or not the one that is needed."""


class DamagedCopy(SurveyError):
    """A copy that is not what was written, or none at all."""


# --- the key on paper -----------------------------------------------------------------------------------------------------------


def make_recovery_key() -> bytes:
    """A new private key."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_half(private_key: bytes) -> bytes:
    """What belongs to a private key and may be known."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def print_recovery_key(private_key: bytes) -> str:
    """The key for paper: four lines of three groups of five."""
    lines = []
    for number in range(LINES):
        part = private_key[number * _LINE_BYTES : (number + 1) * _LINE_BYTES]
        bits = int.from_bytes(part, "big") << _CHECK_BITS | _check(number, part)
        marks = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(_LINE_MARKS)))
        lines.append(" ".join(marks[start : start + _GROUP] for start in range(0, _LINE_MARKS, _GROUP)))
    return "\n".join(lines)


def recovery_marks(text: str) -> str:
    """The characters of a key in what somebody typed: letter case, full-width forms, blanks, dashes, and O, I, L for 0 and 1 are forgiven."""
    folded = unicodedata.normalize("NFKC", text).upper().translate(_LOOKALIKES)
    return "".join(mark for mark in folded if mark.isalnum())


def read_recovery_key(text: str) -> bytes:
    """The private key that was typed from paper. Raises `WrongRecoveryKey`, which names the line that was copied wrongly."""
    marks = recovery_marks(text)
    if len(marks) != KEY_MARKS:
        raise WrongRecoveryKey(
            f"a recovery key has {KEY_MARKS} letters and digits in {LINES} lines; {len(marks)} were typed"
        )
    return b"".join(
        _read_line(number, marks[number * _LINE_MARKS : (number + 1) * _LINE_MARKS]) for number in range(LINES)
    )


def _read_line(number: int, marks: str) -> bytes:
    if not set(marks) - set(ALPHABET):
        bits = 0
        for mark in marks:
            bits = bits << 5 | ALPHABET.index(mark)
        part = (bits >> _CHECK_BITS).to_bytes(_LINE_BYTES, "big")
        if bits & (1 << _CHECK_BITS) - 1 == _check(number, part):
            return part
    raise WrongRecoveryKey(f"line {number + 1} of the recovery key was copied wrongly")


def _check(number: int, part: bytes) -> int:
    digest = hashlib.sha256(_LINE_DOMAIN + bytes([number]) + part).digest()
    return int.from_bytes(digest[:2], "big") >> 16 - _CHECK_BITS


# --- sealed streams -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StreamHead:
    """The beginning of a sealed stream."""

    copy_id: bytes
    recipient: bytes
    """The hash of the recovery key's public half."""
    ephemeral: bytes

    def to_bytes(self) -> bytes:
        """As it is written."""
        return _MAGIC + self.copy_id + self.recipient + self.ephemeral

    def is_for(self, public_key: bytes) -> bool:
        """Whether the stream is encrypted to this recovery key."""
        return self.recipient == hashlib.sha256(public_key).digest()


def read_head(source: BinaryIO) -> StreamHead:
    """The head of a stream. Raises `DamagedCopy` where there is none."""
    head = source.read(_HEAD)
    if len(head) != _HEAD or not head.startswith(_MAGIC):
        raise DamagedCopy("it is no copy of a key directory, or its beginning is damaged")
    rest = head[len(_MAGIC) :]
    return StreamHead(rest[:ID_BYTES], rest[ID_BYTES : ID_BYTES + KEY_BYTES], rest[ID_BYTES + KEY_BYTES :])


StreamKey = Callable[[StreamHead], ChaCha20Poly1305]
"""Gives the cipher of a stream with a head."""


class SealedWriter:
    """Encrypts what is written to a recovery key; `finish` writes the last piece."""

    def __init__(self, target: BinaryIO, public_key: bytes, copy_id: bytes) -> None:
        ephemeral = X25519PrivateKey.generate()
        own = ephemeral.public_key().public_bytes_raw()
        self._target = target
        self._head = StreamHead(copy_id, hashlib.sha256(public_key).digest(), own)
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
        self._cipher = _cipher(shared, own, public_key)
        self._waiting = bytearray()
        self._pieces = 0
        target.write(self._head.to_bytes())

    def write(self, data: bytes) -> int:
        """Takes more; written piece by piece."""
        self._waiting += data
        while len(self._waiting) > _PIECE:
            self._seal(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]
        return len(data)

    def finish(self) -> None:
        """Nothing more comes."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def own_key(self, head: StreamHead) -> ChaCha20Poly1305:
        """What reads back what was just written, although the private key lies on paper elsewhere."""
        if head != self._head:
            raise DamagedCopy("its beginning is damaged")
        return self._cipher

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._pieces, is_last), piece, self._head.to_bytes()))
        self._pieces += 1


class SealedReader:
    """Decrypts a stream; nothing of a piece is given out before it was found to be what was written."""

    def __init__(self, source: BinaryIO, key: StreamKey) -> None:
        self.head = read_head(source)
        self._source = source
        self._cipher = key(self.head)
        self._following = source.read(_PIECE + _TAG)
        self._opened = b""
        self._pieces = 0
        self._is_over = False

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`; fewer only at the end. Raises `DamagedCopy`."""
        while len(self._opened) < size and not self._is_over:
            self._opened += self._next_piece()
        given, self._opened = self._opened[:size], self._opened[size:]
        return given

    def finish(self) -> None:
        """Reads what is left, so that the end is known to be the end. Raises `DamagedCopy`."""
        while self.read(_PIECE):
            pass

    def _next_piece(self) -> bytes:
        piece, self._following = self._following, self._source.read(_PIECE + _TAG)
        self._is_over = not self._following
        try:
            opened = self._cipher.decrypt(_nonce(self._pieces, self._is_over), piece, self.head.to_bytes())
        except InvalidTag as error:
            raise DamagedCopy("it is damaged or cut off") from error
        self._pieces += 1
        return opened


def key_of_recovery(private_key: bytes) -> StreamKey:
    """Opens streams that are encrypted to a recovery key. Raises `WrongRecoveryKey` for others."""

    def cipher(head: StreamHead) -> ChaCha20Poly1305:
        public_key = public_half(private_key)
        if not head.is_for(public_key):
            raise WrongRecoveryKey("the copy of the keys is encrypted to another recovery key than this one")
        try:
            shared = X25519PrivateKey.from_private_bytes(private_key).exchange(
                X25519PublicKey.from_public_bytes(head.ephemeral)
            )
        except ValueError as error:  # a degenerate point
            raise DamagedCopy("its beginning is damaged") from error
        return _cipher(shared, head.ephemeral, public_key)

    return cipher


def new_copy_id() -> bytes:
    """What tells that a copy of the database and one of the keys belong together."""
    return secrets.token_bytes(ID_BYTES)


def _cipher(shared: bytes, ephemeral: bytes, public_key: bytes) -> ChaCha20Poly1305:
    salt = ephemeral + public_key
    return ChaCha20Poly1305(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=_DOMAIN).derive(shared))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
