"""Files that wait for one person for a while: the uploads of an unfinished form, and sheets of codes that were just issued.

They are sealed under a key that is derived from a token, and the token is in that person's browser only: neither the database nor a backup
of it can read them (docs/decisions/0015-codes-handed-over-in-the-browser.md).
"""

import io
import secrets
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidTag
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
_NONCE: Final = bytes(12)  # a key seals one parcel
_DOMAIN: Final = b"junheng/parcel/1"

Files = Mapping[str, bytes]


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
    id_, key = _id_and_key(token)
    ciphertext = ChaCha20Poly1305(key).encrypt(_NONCE, _packed(files), _bound(owner, kind, subject))
    with database.write() as connection:
        delete_ended_parcels(connection, clock.now())
        insert_parcel(connection, id_, owner, kind, clock.now() + LIFETIMES[kind], ciphertext)
    return token


def open_parcel(
    database: Database, clock: Clock, owner: str, kind: ParcelKind, token: str, subject: str = ""
) -> dict[str, bytes] | None:
    """The files by name; None where the token opens nothing: another's, another kind's or subject's, past its time, or gone."""
    id_, key = _id_and_key(token)
    with database.read() as connection:
        ciphertext = find_parcel(connection, id_, owner, kind, clock.now())
    if ciphertext is None:
        return None
    try:
        packed = ChaCha20Poly1305(key).decrypt(_NONCE, ciphertext, _bound(owner, kind, subject))
    except InvalidTag:
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


def _id_and_key(token: str) -> tuple[bytes, bytes]:
    secret = token.encode("utf-8", "surrogatepass")
    derived = HKDF(algorithm=SHA256(), length=_ID_LENGTH + 32, salt=None, info=_DOMAIN).derive(secret)
    return derived[:_ID_LENGTH], derived[_ID_LENGTH:]


def _bound(owner: str, kind: ParcelKind, subject: str) -> bytes:
    return f"{kind}|{owner}|{subject}".encode()


def _packed(files: Files) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
