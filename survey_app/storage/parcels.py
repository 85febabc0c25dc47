"""Queries of parcels: bytes that wait for the holder of their token, for a while."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from survey_app.storage.office_tables import parcel


def insert_parcel(
    connection: Connection, id_: bytes, owner: str, kind: str, ends_at: datetime, ciphertext: bytes
) -> None:
    """Keeps a parcel."""
    connection.execute(insert(parcel).values(id=id_, owner=owner, kind=kind, ends_at=ends_at, ciphertext=ciphertext))


def find_parcel(connection: Connection, id_: bytes, owner: str, kind: str, now: datetime) -> bytes | None:
    """The parcel, if it is there, is its owner's, and has not had its time."""
    wanted = select(parcel.c.ciphertext).where(parcel.c.id == id_, parcel.c.owner == owner, parcel.c.kind == kind)
    found = connection.execute(wanted.where(parcel.c.ends_at > now)).scalar_one_or_none()
    return None if found is None else bytes(found)


def delete_parcel(connection: Connection, id_: bytes, owner: str) -> None:
    """Removes a parcel; nothing happens if it is gone."""
    connection.execute(delete(parcel).where(parcel.c.id == id_, parcel.c.owner == owner))


def has_ended_parcels(connection: Connection, now: datetime) -> bool:
    """Whether some have had their time."""
    return connection.execute(select(parcel.c.id).where(parcel.c.ends_at <= now).limit(1)).first() is not None


def delete_ended_parcels(connection: Connection, now: datetime) -> int:
    """Removes those that have had their time; their number."""
    return connection.execute(delete(parcel).where(parcel.c.ends_at <= now)).rowcount
