"""Opening the envelopes of a batch, and sealing some of them anew. What is read lives in this process's memory only."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from survey_app.domain.envelope import Destination, UnreadableEnvelope, open_envelope, padded_length, seal_envelope
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.sheet import Sheet
from survey_app.storage.pools import Pool, StoredEnvelope

ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Contents:
    """What was in an envelope, and the length it was padded to."""

    data: bytes
    length: int

    @property
    def sheet(self) -> Sheet:
        """The sheet."""
        return Sheet.from_bytes(self.data)


class Opener:
    """Opens the envelopes of one batch, each at most once; with its key lost, none."""

    def __init__(self, campaign: str, pool: Pool, private_key: bytes | None) -> None:
        self.pool = pool
        self._destination = Destination(campaign, pool.label, pool.batch, pool.public_key)
        self._private_key = private_key
        self._opened: dict[bytes, Contents | None] = {}

    @property
    def is_blind(self) -> bool:
        """Whether the batch's key is lost."""
        return self._private_key is None

    def open_all(self, envelopes: Iterable[StoredEnvelope]) -> tuple[list[Contents], int]:
        """The contents of those that can be read, and how many can't."""
        found = [self._open(envelope) for envelope in envelopes]
        readable = [contents for contents in found if contents is not None]
        return readable, len(found) - len(readable)

    def _open(self, envelope: StoredEnvelope) -> Contents | None:
        if envelope.id not in self._opened:
            self._opened[envelope.id] = self._read(envelope)
        return self._opened[envelope.id]

    def _read(self, envelope: StoredEnvelope) -> Contents | None:
        if self._private_key is None:
            return None
        try:
            data = open_envelope(envelope.ct, self._private_key, self._destination)
        except UnreadableEnvelope:
            return None
        return Contents(data, padded_length(envelope.ct))


def make_opener(keys: KeyDirectory, campaign: str, pool: Pool) -> Opener:
    """An opener with the batch's private key, or without it where the key file is lost."""
    try:
        private_key = keys.pool_key(pool.label, pool.batch)
    except FileNotFoundError:
        private_key = None
    return Opener(campaign, pool, private_key)


def seal_anew(contents: Contents, campaign: str, pool: Pool, randomness: Random) -> StoredEnvelope:
    """The same contents under the key of another batch, with a new id."""
    destination = Destination(campaign, pool.label, pool.batch, pool.public_key)
    ct = seal_envelope(contents.data, destination, contents.length)
    return StoredEnvelope(randomness.randbytes(ID_LENGTH), pool.label, pool.batch, ct)
