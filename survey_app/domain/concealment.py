"""What a submission writes beside its code and must not be read there: whether the sheet counts, and the run of its school.

Both are ciphertexts of constant length (ChaCha20-Poly1305, RFC 8439, random nonce) under keys of the key directory: whoever has the
database and its log, but not the key, sees in a code's transaction only that it took part (docs/decisions/0013).
"""

import secrets
import struct
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from survey_app.domain.chain import Run

_NONCE_LENGTH = 12
_RUN = struct.Struct(">qII")  # microseconds of the last submission, length, longest
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def seal_mark(key: bytes, label: str, batch: int, envelope_id: bytes, *, is_valid: bool) -> bytes:
    """The mark of an envelope: whether its sheet counts."""
    return _seal(key, bytes([is_valid]), _of_mark(label, batch, envelope_id))


def open_mark(key: bytes, mark: bytes, label: str, batch: int, envelope_id: bytes) -> bool | None:
    """Whether the sheet of an envelope counts; None where the mark was not made with this key for this envelope."""
    content = _open(key, mark, _of_mark(label, batch, envelope_id))
    return None if content is None else content == b"\1"


def seal_run(key: bytes, campaign: str, school: str, run: Run) -> bytes:
    """The run of a school."""
    content = _RUN.pack((run.last_submit - _EPOCH) // _MICROSECOND, run.length, run.longest)
    return _seal(key, content, _of_run(campaign, school))


def open_run(key: bytes, sealed: bytes, campaign: str, school: str) -> Run | None:
    """The run of a school; None where it was not sealed with this key for it."""
    content = _open(key, sealed, _of_run(campaign, school))
    if content is None:
        return None
    moment, length, longest = _RUN.unpack(content)
    return Run(_EPOCH + moment * _MICROSECOND, length, longest)


def _of_mark(label: str, batch: int, envelope_id: bytes) -> bytes:
    return f"junheng/mark/1|{label}|{batch}|{envelope_id.hex()}".encode()


def _of_run(campaign: str, school: str) -> bytes:
    return f"junheng/run/1|{campaign}|{school}".encode()


def _seal(key: bytes, content: bytes, associated_data: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_LENGTH)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, content, associated_data)


def _open(key: bytes, sealed: bytes, associated_data: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], associated_data)
    except (InvalidTag, ValueError):  # ValueError: bytes that are no seal at all
        return None
