"""A sheet of paper between its two typings: sealed under its own key file and its code together.

The server has the key file and not the code; whoever has the code (the second typist, from the paper) has no key file. Once the sheet is
handed in, the key file is destroyed, and no backup of the database can be opened any more (docs/decisions/0016-keyed-in-paper-sheets.md).
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NAME_DOMAIN = b"junheng/paper/1\0"
_DOMAIN = b"junheng/paper/2"
_NONCE_DOMAIN = b"junheng/paper/nonce/1"
_NONCE_BYTES = 12
_END = b"\x80"


class UnreadableTyping(Exception):
    """The first typing can't be opened: its key file is gone, or it is damaged. The paper has to be typed from the beginning."""


def sheet_name(campaign_key: bytes, code: str) -> bytes:
    """Under what the first typing of a code's sheet is kept: another hash than that by which the code is known."""
    return hmac.digest(campaign_key, _NAME_DOMAIN + code.encode("ascii"), hashlib.sha256)


def seal_typing(contents: bytes, sheet_key: bytes, code: str, name: bytes, length: int) -> bytes:
    """The contents, padded to `length` so that their size tells nothing, readable only with both keys."""
    if len(contents) >= length:
        raise ValueError(f"{len(contents)} bytes do not fit {length}")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    padded = (contents + _END).ljust(length, b"\0")
    return nonce + _cipher(sheet_key, code, name).encrypt(nonce, padded, name)


def open_typing(sealed: bytes, sheet_key: bytes, code: str, name: bytes) -> bytes:
    """The contents. Raises `UnreadableTyping`."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        padded = _cipher(sheet_key, code, name).decrypt(nonce, ciphertext, name)
    except (InvalidTag, ValueError) as error:
        raise UnreadableTyping from error
    return padded[: padded.rindex(_END)]


def nonce_of_sheet(sheet_key: bytes) -> str:
    """The form's nonce of a keyed-in sheet: the same each time, so that handing it in again after a crash is a retry."""
    return _derived(sheet_key, b"", _NONCE_DOMAIN, 16).hex()


def _cipher(sheet_key: bytes, code: str, name: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derived(sheet_key + code.encode("ascii"), name, _DOMAIN, 32))


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=info).derive(secret)
