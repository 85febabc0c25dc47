"""Queries about pools (the open batch of each label) and the envelopes waiting in them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, LargeBinary, bindparam, delete, func, insert, select, update

from survey_app.domain.units import text_label
from survey_app.storage.tables import envelope, label, pool

_FIND = select(pool.c.batch, pool.c.pub_sha256).where(pool.c.label == bindparam("label"))
_LOCK = _FIND.with_for_update()
_WAITING = select(envelope.c.id, envelope.c.batch, envelope.c.ciphertext).where(envelope.c.label == bindparam("label"))


@dataclass(frozen=True, slots=True)
class Pool:
    """The open batch of a label, and the hash of the key its envelopes are sealed for."""

    label: str
    batch: int
    pub_sha256: bytes

    @classmethod
    def of_key(cls, label: str, batch: int, public_key: bytes) -> "Pool":
        """The batch whose public key this is."""
        return cls(label, batch, hashlib.sha256(public_key).digest())

    def is_key(self, public_key: bytes) -> bool:
        """Whether this is the batch's public key."""
        return hashlib.sha256(public_key).digest() == self.pub_sha256


@dataclass(frozen=True, slots=True)
class StoredEnvelope:
    """An envelope as it lies in its pool."""

    id: bytes
    label: str
    batch: int
    ciphertext: bytes


def insert_pool(connection: Connection, new: Pool) -> None:
    """Opens the first batch of a label; its keys must be safe on disk."""
    connection.execute(insert(pool), {"label": new.label, "batch": new.batch, "pub_sha256": new.pub_sha256})


def lock_pool(connection: Connection, label: str) -> Pool | None:
    """The label's pool, with nobody else sealing for it until the transaction ends."""
    row = connection.execute(_LOCK, {"label": label}).one_or_none()
    return None if row is None else Pool(label, row.batch, bytes(row.pub_sha256))


def find_pool(connection: Connection, label: str) -> Pool | None:
    """The label's pool, as it is at the moment."""
    row = connection.execute(_FIND, {"label": label}).one_or_none()
    return None if row is None else Pool(label, row.batch, bytes(row.pub_sha256))


def list_pools(connection: Connection, campaign: str) -> list[tuple[Pool, int]]:
    """Every open pool of a campaign with the number of its envelopes, by label; those of what was written too."""
    columns = (pool.c.label, pool.c.batch, pool.c.pub_sha256)
    rows = connection.execute(
        select(*columns, func.count(envelope.c.id).label("waiting"))
        .outerjoin(envelope, envelope.c.label == pool.c.label)
        .where(pool.c.label.startswith(f"{campaign}/", autoescape=True))
        .group_by(*columns)
        .order_by(pool.c.label)
    )
    return [(Pool(row.label, row.batch, bytes(row.pub_sha256)), row.waiting) for row in rows]


def insert_envelopes(connection: Connection, new: Iterable[StoredEnvelope]) -> None:
    """Puts envelopes into their pools in the order of their random ids, so that their place on disk tells nothing."""
    rows = [
        {"id": one.id, "label": one.label, "batch": one.batch, "ciphertext": one.ciphertext}
        for one in sorted(new, key=lambda one: one.id)
    ]
    if rows:
        connection.execute(insert(envelope), rows)


def list_envelopes(connection: Connection, label: str) -> list[StoredEnvelope]:
    """The envelopes waiting in a label's pool."""
    rows = connection.execute(_WAITING, {"label": label})
    return [StoredEnvelope(bytes(row.id), label, row.batch, bytes(row.ciphertext)) for row in rows]


def delete_envelopes(connection: Connection, label: str) -> int:
    """Empties a label's pool; the number of envelopes that were in it."""
    return connection.execute(delete(envelope).where(envelope.c.label == label)).rowcount


def delete_some(connection: Connection, ids: Iterable[bytes]) -> None:
    """Removes envelopes that are nobody's."""
    rows = [{"of_id": id_} for id_ in ids]
    if rows:
        connection.execute(delete(envelope).where(envelope.c.id == bindparam("of_id", type_=LargeBinary)), rows)


def move_pool(connection: Connection, following: Pool) -> None:
    """Opens the next batch of a label."""
    columns = {"batch": following.batch, "pub_sha256": following.pub_sha256}
    connection.execute(update(pool).where(pool.c.label == following.label).values(columns))


def remove_pools(connection: Connection, labels: Iterable[str]) -> None:
    """Takes pools away: nothing can be sealed for these labels any more."""
    connection.execute(delete(pool).where(pool.c.label.in_(list(labels))))


def list_pool_batches(connection: Connection) -> dict[str, int]:
    """The open batch of every label that has a pool."""
    return {row.label: row.batch for row in connection.execute(select(pool.c.label, pool.c.batch))}


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A crowd of codes: where its answers belong."""

    label: str
    group: str
    unit: str
    base_unit: str
    text_label: str | None
    is_void: bool
    lost: int
    withheld: int


def list_labels(connection: Connection, campaign: str) -> list[LabelRow]:
    """The labels of a campaign, in order."""
    of_place = (label.c.label, label.c.group, label.c.unit, label.c.base_unit, label.c.text_label)
    columns = (*of_place, label.c.void, label.c.lost, label.c.withheld)
    wanted = select(*columns).where(label.c.campaign == campaign).order_by(label.c.label)
    return [LabelRow(*row) for row in connection.execute(wanted)]


def mark_void(connection: Connection, labels: Iterable[str]) -> None:
    """What waits under these labels does not count."""
    connection.execute(update(label).where(label.c.label.in_(list(labels))).values(void=True))


def list_text_labels(connection: Connection, campaign: str, group: str) -> list[str]:
    """The pools in which what a group wrote waits."""
    name = text_label(campaign, group)
    wanted = select(pool.c.label).where(pool.c.label.startswith(name, autoescape=True))
    return sorted(connection.execute(wanted).scalars())
