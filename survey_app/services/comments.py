"""Comments: apart from the answers from the mix on, sealed until the closing, and then let out all at once.

A comment stored in clear in the transaction of its mix would share that transaction's id (PostgreSQL's `xmin`) or commit (SQLite's log)
with the answers of the batch, and so tell its school. So the mix seals it anew for a pool of the whole campaign, and the closing opens,
shuffles and stores all comments in one transaction, and destroys the key. Nobody may read a comment before the closing anyway.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import Connection

from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import lost_comments_entry
from survey_app.domain.units import comments_label
from survey_app.services.opening_envelopes import ID_LENGTH, Contents, Opener, make_opener, seal_anew
from survey_app.storage.ledger import append_entry
from survey_app.storage.pools import Pool, StoredEnvelope, find_pool, insert_pool, lock_pool, move_pool, remove_pools
from survey_app.storage.responses import StoredComment, insert_comments
from survey_app.storage.sealed_comments import (
    SealedComment,
    count_sealed_comments,
    delete_sealed_comments,
    insert_sealed_comments,
    list_sealed_comments,
)
from survey_app.storage.session import Database

_FIRST_BATCH = 1
_SEPARATOR = "\n"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody of a group wrote, and the length its envelope was padded to."""

    group: str
    text: str
    length: int


def put_by(
    connection: Connection, keys: KeyDirectory, campaign: str, comments: Sequence[Comment], randomness: Random
) -> None:
    """Seals comments for the campaign's pool of comments, which the first of them opens."""
    if not comments:
        return
    pool = _pool(connection, keys, campaign)
    sealed = [seal_anew(_contents(comment), campaign, pool, randomness) for comment in comments]
    insert_sealed_comments(connection, (SealedComment(one.id, campaign, one.batch, one.ct) for one in sealed))


def release_comments(database: Database, keys: KeyDirectory, campaign: str, randomness: Random) -> None:
    """Lets all comments out, under new random ids; safe to repeat after a crash."""
    label = comments_label(campaign)
    with database.write() as connection:
        pool = lock_pool(connection, label)
        if pool is None:
            return
        comments, lost = _open_all(connection, make_opener(keys, campaign, pool), campaign)
        insert_comments(connection, [_stored(campaign, one, randomness) for one in comments])
        delete_sealed_comments(connection, campaign)
        remove_pools(connection, [label])
        _note_lost(connection, campaign, lost)
    keys.destroy_pool_key(label, pool.batch)


def replace_lost_comment_key(database: Database, keys: KeyDirectory, campaign: str) -> None:
    """Where the key of the comments put by is lost, writes them off and goes on under a new one."""
    label = comments_label(campaign)
    with database.read() as connection:
        pool = find_pool(connection, label)
    if pool is None or not make_opener(keys, campaign, pool).is_blind:
        return
    following = Pool(label, pool.batch + 1, keys.make_pool_key(label, pool.batch + 1))
    with database.write() as connection:
        if lock_pool(connection, label) == pool:
            lost = count_sealed_comments(connection, campaign)
            delete_sealed_comments(connection, campaign)
            move_pool(connection, following)
            _note_lost(connection, campaign, lost)


def _pool(connection: Connection, keys: KeyDirectory, campaign: str) -> Pool:
    label = comments_label(campaign)
    pool = lock_pool(connection, label)
    if pool is None:
        pool = Pool(label, _FIRST_BATCH, keys.make_pool_key(label, _FIRST_BATCH))
        insert_pool(connection, pool)
    return pool


def _contents(comment: Comment) -> Contents:
    return Contents(f"{comment.group}{_SEPARATOR}{comment.text}".encode(), comment.length)


def _open_all(connection: Connection, opener: Opener, campaign: str) -> tuple[list[Contents], int]:
    sealed = list_sealed_comments(connection, campaign)
    return opener.open_all(StoredEnvelope(one.id, opener.pool.label, one.batch, one.ct) for one in sealed)


def _stored(campaign: str, contents: Contents, randomness: Random) -> StoredComment:
    group, _, text = contents.data.decode().partition(_SEPARATOR)
    return StoredComment(randomness.randbytes(ID_LENGTH), campaign, group, text)


def _note_lost(connection: Connection, campaign: str, lost: int) -> None:
    if lost:
        log.error("%d comments of %s can't be opened: their key is lost", lost, campaign)
        append_entry(connection, campaign, lost_comments_entry(lost))
