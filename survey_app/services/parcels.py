"""Files that wait for one person for a while: the uploads of an unfinished form, and sheets of codes that were just issued.

They are sealed to a key pair whose private half is derived from a token, and the token is in that person's browser only: neither the
database nor a backup of it can read them, nor the job that has made them, which is given the public half
(docs/decisions/0015-codes-handed-over-in-the-browser.md).
"""

import io
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey_app.domain.clock import Clock
from survey_app.storage.parcels import (
    delete_ended_parcels,
    delete_parcel,
    find_parcel,
    has_ended_parcels,
    insert_parcel,
)
from survey_app.storage.session import Database


class ParcelKind(StrEnum):
    """What a parcel holds."""

    CODES = "codes"
    UPLOADS = "uploads"


LIFETIMES: Final[Mapping[ParcelKind, timedelta]] = {
    ParcelKind.CODES: timedelta(hours=1),
    ParcelKind.UPLOADS: timedelta(days=1),
}
_TOKEN_BYTES: Final = 32
_ID_LENGTH: Final = 16
_NONCE: Final = bytes(12)  # an ephemeral key seals one parcel
_KEY_LENGTH: Final = 32
_DOMAIN: Final = b"junheng/parcel/2"

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class ParcelAddress:
    """Where a parcel is left, and to whom it is sealed: what may be known of a token."""

    id: bytes
    public_key: bytes

    @classmethod
    def of(cls, token: str) -> "ParcelAddress":
        """The address of the parcel that a token opens."""
        id_, private_key = _id_and_key(token)
        return cls(id_, private_key.public_key().public_bytes_raw())

    @classmethod
    def from_text(cls, text: str) -> "ParcelAddress":
        """The address that `text` gave."""
        both = bytes.fromhex(text)
        return cls(both[:_ID_LENGTH], both[_ID_LENGTH:])

    @property
    def text(self) -> str:
        """The address in hexadecimal digits."""
        return (self.id + self.public_key).hex()


def new_token() -> str:
    """A token for a parcel that is yet to be left."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def leave_parcel(
    database: Database,
    clock: Clock,
    owner: str,
    kind: ParcelKind,
    files: Files,
    subject: str = "",
    token: str | None = None,
) -> str:
    """Keeps the files for `owner` and returns the token that opens them; `subject` is what they are about (a campaign).

    A token made before lets a browser that lost the answer ask again.
    """
    token = token or new_token()
    leave_at(database, clock, ParcelAddress.of(token), owner, kind, files, subject)
    return token


def leave_at(
    database: Database,
    clock: Clock,
    address: ParcelAddress,
    owner: str,
    kind: ParcelKind,
    files: Files,
    subject: str = "",
) -> None:
    """The same, by somebody who can't open it again; it takes the place of one that was left at this address before."""
    ephemeral = X25519PrivateKey.generate()
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(address.public_key))
    cipher = _cipher(shared, ephemeral_public, address.public_key)
    ciphertext = ephemeral_public + cipher.encrypt(_NONCE, _packed(files), _bound(owner, kind, subject))
    with database.write() as connection:
        delete_ended_parcels(connection, clock.now())
        delete_parcel(connection, address.id, owner)
        insert_parcel(connection, address.id, owner, kind, clock.now() + LIFETIMES[kind], ciphertext)


def open_parcel(
    database: Database, clock: Clock, owner: str, kind: ParcelKind, token: str, subject: str = ""
) -> dict[str, bytes] | None:
    """The files by name; None where the token opens nothing: another's, another kind's or subject's, past its time, or gone."""
    id_, own = _id_and_key(token)
    with database.read() as connection:
        ciphertext = find_parcel(connection, id_, owner, kind, clock.now())
    if ciphertext is None:
        return None
    ephemeral_public = ciphertext[:_KEY_LENGTH]
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(ephemeral_public))
        cipher = _cipher(shared, ephemeral_public, own.public_key().public_bytes_raw())
        packed = cipher.decrypt(_NONCE, ciphertext[_KEY_LENGTH:], _bound(owner, kind, subject))
    except (InvalidTag, ValueError):  # ValueError: bytes that are no key
        return None
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def discard_parcel(database: Database, owner: str, token: str) -> None:
    """Removes the files."""
    with database.write() as connection:
        delete_parcel(connection, _id_and_key(token)[0], owner)


def sweep_parcels(database: Database, clock: Clock) -> int:
    """Removes what has had its time; the number of parcels. Where there is none, nobody waits for a writer."""
    with database.read() as connection:
        if not has_ended_parcels(connection, clock.now()):
            return 0
    with database.write() as connection:
        return delete_ended_parcels(connection, clock.now())


def _id_and_key(token: str) -> tuple[bytes, X25519PrivateKey]:
    secret = token.encode("utf-8", "surrogatepass")
    derived = HKDF(algorithm=SHA256(), length=_ID_LENGTH + _KEY_LENGTH, salt=None, info=_DOMAIN).derive(secret)
    return derived[:_ID_LENGTH], X25519PrivateKey.from_private_bytes(derived[_ID_LENGTH:])


def _cipher(shared: bytes, ephemeral_public: bytes, public_key: bytes) -> ChaCha20Poly1305:
    salt = ephemeral_public + public_key
    return ChaCha20Poly1305(HKDF(algorithm=SHA256(), length=_KEY_LENGTH, salt=salt, info=_DOMAIN).derive(shared))


def _bound(owner: str, kind: ParcelKind, subject: str) -> bytes:
    return f"{kind}|{owner}|{subject}".encode()


def _packed(files: Files) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
