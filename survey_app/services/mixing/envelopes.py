"""Opening what waits in a pool, and re-encrypting it. What is read lives in this process's memory only."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from survey_app.domain.envelope import Destination, UnreadableEnvelope, open_envelope, padded_length, seal_envelope
from survey_app.storage.mixing.pools import StoredEnvelope

ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Contents:
    """What was in an envelope, and the length it was padded to."""

    data: bytes
    length: int


@dataclass(slots=True)
class Opened:
    """The envelopes of a pool: what could be opened, what lacks its key, and what is nobody's although its key is there."""

    contents: dict[bytes, Contents] = field(default_factory=dict)
    without_key: list[bytes] = field(default_factory=list)
    foreign: list[bytes] = field(default_factory=list)

    @property
    def unreadable(self) -> list[bytes]:
        """What can't be opened, for one reason or the other."""
        return [*self.without_key, *self.foreign]


class PoolKeys(Protocol):
    """Where private keys of pools are: the key directory, or a copy of it."""

    def pool_key(self, label: str, batch: int) -> bytes | None:
        """The private key of a batch; None where it is not there."""


class Opener:
    """Opens the envelopes of one pool, each at most once, with the key of the batch that each was sealed for."""

    def __init__(self, keys: PoolKeys, campaign: str, label: str) -> None:
        self.label = label
        self._keys = keys
        self._campaign = campaign
        self._private: dict[int, bytes | None] = {}
        self._known: dict[bytes, Contents | None] = {}

    def open(self, envelopes: Iterable[StoredEnvelope]) -> Opened:
        """All of them."""
        opened = Opened()
        for one in envelopes:
            key = self._key(one.batch)
            if key is None:
                opened.without_key.append(one.id)
                continue
            if one.id not in self._known:
                self._known[one.id] = self._read(one, key)
            contents = self._known[one.id]
            if contents is None:
                opened.foreign.append(one.id)
            else:
                opened.contents[one.id] = contents
        return opened

    def _key(self, batch: int) -> bytes | None:
        if batch not in self._private:
            self._private[batch] = self._keys.pool_key(self.label, batch)
        return self._private[batch]

    def _read(self, one: StoredEnvelope, key: bytes) -> Contents | None:
        try:
            data = open_envelope(one.ciphertext, key, Destination(self._campaign, self.label, one.batch), one.id)
        except UnreadableEnvelope:
            return None
        return Contents(data, padded_length(one.ciphertext))


def reencrypt(contents: Contents, public_key: bytes, campaign: str, label: str, batch: int) -> StoredEnvelope:
    """The same contents under the key of another batch, with a new id."""
    new_id = secrets.token_bytes(ID_LENGTH)
    ciphertext = seal_envelope(contents.data, public_key, Destination(campaign, label, batch), new_id, contents.length)
    return StoredEnvelope(new_id, label, batch, ciphertext)
