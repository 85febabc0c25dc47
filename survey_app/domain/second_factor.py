"""A second factor: one-time codes of a phone's app (TOTP, RFC 6238: 6 digits, 30 seconds, SHA-1, as every app has it) and recovery codes."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from survey_app.domain.codes import ALPHABET

STEP_S: Final = 30
DIGITS: Final = 6
DRIFT_STEPS: Final = 1  # a phone's clock may be half a minute off, and typing takes its time
RECOVERY_CODES: Final = 10

_SECRET_BYTES: Final = 20
_NONCE_BYTES: Final = 12
_RECOVERY_GROUPS, _RECOVERY_GROUP_LENGTH = 3, 4  # 58 bits, kept under a key


class UnreadableFactor(Exception):
    """The secret can't be opened: the key directory is another one, or the row is damaged or of another account."""


def make_secret() -> bytes:
    """The secret of a new second factor."""
    return secrets.token_bytes(_SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """The secret as it is typed into an app: Base32, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def app_address(secret: bytes, name: str, issuer: str) -> str:
    """What the QR code holds: `otpauth://totp/…`."""
    return _totp(secret).get_provisioning_uri(name, issuer)


def code_at(secret: bytes, moment: datetime) -> str:
    """The code that the app shows at a moment."""
    return _totp(secret).generate(int(moment.timestamp())).decode()


def matching_step(secret: bytes, typed: str, now: datetime, after: int) -> int | None:
    """The time step that the typed code is of, if it is one of about now and later than `after`; None where it is none."""
    code, present = fold_code(typed).encode(), int(now.timestamp()) // STEP_S
    matching = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        shown = code_at(secret, datetime.fromtimestamp(step * STEP_S, UTC)).encode()
        if hmac.compare_digest(code, shown) and step > after:
            matching = step
    return matching


def make_recovery_codes() -> list[str]:
    """Codes to be written down, each for one sign-in without the phone."""
    length = _RECOVERY_GROUPS * _RECOVERY_GROUP_LENGTH
    made = ["".join(secrets.choice(ALPHABET) for _ in range(length)) for _ in range(RECOVERY_CODES)]
    return ["-".join(code[start : start + 4] for start in range(0, length, 4)) for code in made]


def recovery_hash(account_secret: bytes, name: str, typed: str) -> bytes:
    """What is kept of a recovery code; without the key it can't be found by trying."""
    message = "\0".join(("junheng/recovery/1", name, fold_code(typed)))
    return hmac.digest(account_secret, message.encode("utf-8", "surrogatepass"), hashlib.sha256)


def fold_code(typed: str) -> str:
    """A typed code without blanks and dashes, in capitals and plain digits."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", typed).upper() if mark.isalnum())


def seal_secret(account_secret: bytes, name: str, purpose: str, secret: bytes) -> bytes:
    """The secret, readable with the key only, and only as this account's and for this purpose."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(account_secret).encrypt(nonce, secret, _bound(name, purpose))


def open_secret(account_secret: bytes, name: str, purpose: str, sealed: bytes) -> bytes:
    """The sealed secret. Raises `UnreadableFactor`."""
    try:
        return _cipher(account_secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(name, purpose))
    except (InvalidTag, ValueError) as error:
        raise UnreadableFactor from error


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 - what the apps and RFC 6238 have; HMAC does not need more


def _cipher(account_secret: bytes) -> ChaCha20Poly1305:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"junheng/second-factor/1").derive(account_secret)
    return ChaCha20Poly1305(key)


def _bound(name: str, purpose: str) -> bytes:
    return f"{purpose}\0{name}".encode()
