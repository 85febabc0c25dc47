"""Queries about pools (the open batch of each label) and the envelopes waiting in them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from survey_app.storage.tables import envelope, label, pool

_FIND = select(pool.c.batch, pool.c.public_key).where(pool.c.label == bindparam("label"))
_LOCK = _FIND.with_for_update()
_WAITING = select(envelope.c.id, envelope.c.batch, envelope.c.ct).where(envelope.c.label == bindparam("label"))


@dataclass(frozen=True, slots=True)
class Pool:
    """The open batch of a label and the key its envelopes are sealed for."""

    label: str
    batch: int
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open pool: where its answers belong, and how many envelopes wait in it."""

    campaign: str
    group: str
    unit: str
    pool: Pool
    count: int

    @property
    def label(self) -> str:
        """The pool's label."""
        return self.pool.label

    @property
    def batch(self) -> int:
        """The open batch."""
        return self.pool.batch


@dataclass(frozen=True, slots=True)
class StoredEnvelope:
    """An envelope as it lies in its pool."""

    id: bytes
    label: str
    batch: int
    ct: bytes
    mark: bytes = b""  # sealed: whether the sheet counts; empty for what is no sheet


@dataclass(frozen=True, slots=True)
class PendingMark:
    """The mark of a waiting envelope, and where its sheet belongs."""

    campaign: str
    group: str
    unit: str
    label: str
    batch: int
    envelope_id: bytes
    mark: bytes


def insert_pool(connection: Connection, new: Pool) -> None:
    """Opens the first batch of a label; its private key must be safe on disk."""
    connection.execute(insert(pool), {"label": new.label, "batch": new.batch, "public_key": new.public_key})


def find_pool(connection: Connection, label: str) -> Pool | None:
    """The label's pool; None if it is not there."""
    return _pool(connection, _FIND, label)


def lock_pool(connection: Connection, label: str) -> Pool | None:
    """The label's pool, with nobody else sealing for it until the transaction ends."""
    return _pool(connection, _LOCK, label)


def _pool(connection: Connection, query: Select[tuple[int, bytes]], label: str) -> Pool | None:
    row = connection.execute(query, {"label": label}).one_or_none()
    return None if row is None else Pool(label, row.batch, row.public_key)


def list_waiting(connection: Connection, campaign: str) -> list[Waiting]:
    """Every open pool of a campaign with the number of its envelopes, by label."""
    columns = (label.c.group, label.c.unit, pool.c.label, pool.c.batch, pool.c.public_key)
    rows = connection.execute(
        select(*columns, func.count(envelope.c.id).label("waiting"))
        .join(pool, pool.c.label == label.c.label)
        .outerjoin(envelope, envelope.c.label == label.c.label)
        .where(label.c.campaign == campaign)
        .group_by(*columns)
        .order_by(pool.c.label)
    )
    return [
        Waiting(campaign, row.group, row.unit, Pool(row.label, row.batch, row.public_key), row.waiting) for row in rows
    ]


def insert_envelopes(connection: Connection, new: Iterable[StoredEnvelope]) -> None:
    """Puts envelopes into their pools in the order of their random ids, so that their place on disk tells nothing.

    In a savepoint: PostgreSQL then writes them under a transaction id of its own, which the answers of the same mix don't share.
    """
    rows = [
        {"id": one.id, "label": one.label, "batch": one.batch, "mark": one.mark, "ct": one.ct}
        for one in sorted(new, key=lambda one: one.id)
    ]
    if rows:
        with connection.begin_nested():
            connection.execute(insert(envelope), rows)


def list_envelopes(connection: Connection, label: str) -> list[StoredEnvelope]:
    """The envelopes waiting in a label's pool."""
    return [StoredEnvelope(row.id, label, row.batch, row.ct) for row in connection.execute(_WAITING, {"label": label})]


def list_marks(connection: Connection, campaigns: Collection[str]) -> list[PendingMark]:
    """The marks of all envelopes that wait in some campaigns."""
    columns = (label.c.campaign, label.c.group, label.c.unit, envelope.c.label, envelope.c.batch)
    wanted = select(*columns, envelope.c.id, envelope.c.mark).join(label, label.c.label == envelope.c.label)
    return [PendingMark(*row) for row in connection.execute(wanted.where(label.c.campaign.in_(campaigns)))]


def delete_envelopes(connection: Connection, label: str) -> int:
    """Empties a label's pool; the number of envelopes that were in it."""
    return connection.execute(delete(envelope).where(envelope.c.label == label)).rowcount


def move_pool(connection: Connection, following: Pool) -> None:
    """Opens the next batch of a label."""
    columns = {"batch": following.batch, "public_key": following.public_key}
    connection.execute(update(pool).where(pool.c.label == following.label).values(columns))


def remove_pools(connection: Connection, labels: Iterable[str]) -> None:
    """Takes pools away: nothing can be sealed for these labels any more."""
    connection.execute(delete(pool).where(pool.c.label.in_(list(labels))))


def list_pool_batches(connection: Connection) -> dict[str, int]:
    """The open batch of every label that has a pool."""
    return {row.label: row.batch for row in connection.execute(select(pool.c.label, pool.c.batch))}
