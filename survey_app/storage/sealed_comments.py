"""Queries about comments that wait, sealed, for the closing of their campaign."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from survey_app.storage.tables import sealed_comment


@dataclass(frozen=True, slots=True)
class SealedComment:
    """A comment and its group, readable with the key of the campaign's pool of comments."""

    id: bytes
    campaign: str
    batch: int
    ct: bytes


def insert_sealed_comments(connection: Connection, new: Iterable[SealedComment]) -> None:
    """Puts comments by, in the order of their random ids."""
    rows = [
        {"id": one.id, "campaign": one.campaign, "batch": one.batch, "ct": one.ct}
        for one in sorted(new, key=lambda one: one.id)
    ]
    if rows:
        connection.execute(insert(sealed_comment), rows)


def list_sealed_comments(connection: Connection, campaign: str) -> list[SealedComment]:
    """The comments put by, in no order that means anything."""
    columns = (sealed_comment.c.id, sealed_comment.c.campaign, sealed_comment.c.batch, sealed_comment.c.ct)
    rows = connection.execute(select(*columns).where(sealed_comment.c.campaign == campaign))
    return [SealedComment(row.id, row.campaign, row.batch, row.ct) for row in rows]


def count_sealed_comments(connection: Connection, campaign: str) -> int:
    """How many comments are put by."""
    wanted = select(func.count()).where(sealed_comment.c.campaign == campaign)
    return int(connection.execute(wanted).scalar_one())


def delete_sealed_comments(connection: Connection, campaign: str) -> None:
    """Removes the comments put by."""
    connection.execute(delete(sealed_comment).where(sealed_comment.c.campaign == campaign))
