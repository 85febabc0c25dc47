"""Mixing: envelopes become answers, in batches, so that no answer leads back to its code (integrity.md A.6).

One transaction a batch; an envelope is deleted in the transaction that stores its answer. The key of the next batch is on disk before
the transaction, the key of the old one is destroyed after it. Locks are taken in the order pool, group, label, campaign (for the
ledger): the order in which submissions and the office take them.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from random import Random, SystemRandom

from sqlalchemy import Connection

from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.concealment import seal_mark
from survey_app.domain.errors import KeysMissing
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.mixing_rules import choose_staying, is_due, plan_remainders
from survey_app.domain.units import campaign_of, label_of
from survey_app.services.batches import Batch, store_batch
from survey_app.services.comments import release_comments, replace_lost_comment_key
from survey_app.services.lost_answers import write_off
from survey_app.services.opening_envelopes import Contents, Opener, make_opener, seal_anew
from survey_app.storage.campaigns import list_campaigns
from survey_app.storage.mixer_lock import only_mixer
from survey_app.storage.pools import (
    Pool,
    StoredEnvelope,
    Waiting,
    delete_envelopes,
    insert_envelopes,
    list_envelopes,
    list_pool_batches,
    list_waiting,
    lock_pool,
    move_pool,
    remove_pools,
)
from survey_app.storage.responses import last_batch
from survey_app.storage.session import Database

log = logging.getLogger(__name__)


def mix_due_pools(database: Database, keys: KeyDirectory, randomness: Random | None = None) -> int:
    """Mixes every pool that holds 2k envelopes or more, and replaces lost keys; the number of pools that moved on."""
    mixed = 0
    with only_mixer(database):
        for campaign in _campaigns(database, State.OPEN, State.CLOSING):
            if not _is_key_directory_of(keys, campaign):
                log.error("%s", KeysMissing(campaign.id, str(keys.path)))
                continue
            replace_lost_comment_key(database, keys, campaign.id)
            due = [pool for pool in _waiting(database, campaign) if _must_move(keys, campaign, pool)]
            mixed += sum(_mix(database, keys, randomness or SystemRandom(), campaign, pool) for pool in due)
    return mixed


def mix_remainders(
    database: Database, keys: KeyDirectory, campaign: Campaign, randomness: Random | None = None
) -> None:
    """Mixes all that is pending in a campaign that takes nothing more, and takes its pools away; safe to repeat after a crash.

    Raises `KeysMissing` where the key directory is not the campaign's.
    """
    if not _is_key_directory_of(keys, campaign):
        raise KeysMissing(campaign.id, str(keys.path))
    with only_mixer(database):
        waiting = _waiting(database, campaign)
        for _, of_group in groupby(sorted(waiting, key=lambda pool: pool.group), key=lambda pool: pool.group):
            by_unit = {pool.unit: pool for pool in of_group}
            counts = {unit: pool.count for unit, pool in by_unit.items()}
            for remainder in plan_remainders(counts, campaign.anonymity_k):
                parts = [by_unit[unit] for unit in remainder.units]
                unit = parts[0].unit if remainder.keeps_unit else ""
                _mix_remainder(database, keys, randomness or SystemRandom(), campaign, parts, unit)
        release_comments(database, keys, campaign.id, randomness or SystemRandom())
        _remove_pools(database, keys, campaign)


def clean_key_directory(database: Database, keys: KeyDirectory) -> int:
    """Destroys the keys of batches that are mixed, which a crash between commit and unlink leaves; the number of keys destroyed.

    So does a commit whose answer was lost on the way, hence not at the start only.
    """
    with only_mixer(database):
        keys.sweep()
        with database.read() as connection:
            batches = list_pool_batches(connection)
            closed = {campaign.id for campaign in list_campaigns(connection, [State.CLOSED])}
        old = [
            (label, batch)
            for label, batch in keys.pool_batches()
            if batch < batches.get(label, 0) or (label not in batches and campaign_of(label) in closed)
        ]
        for label, batch in old:
            keys.destroy_pool_key(label, batch)
        for campaign in closed.intersection(keys.campaigns_with_run_key()):
            keys.destroy_run_key(campaign)
    return len(old)


def _campaigns(database: Database, *states: State) -> list[Campaign]:
    with database.read() as connection:
        return list_campaigns(connection, states)


def _waiting(database: Database, campaign: Campaign) -> list[Waiting]:
    with database.read() as connection:
        return list_waiting(connection, campaign.id)


def _is_key_directory_of(keys: KeyDirectory, campaign: Campaign) -> bool:
    """Whether this is the campaign's key directory at all: a wrong or unmounted one must not pass for lost keys."""
    return campaign.id in keys.campaign_keys()


def _must_move(keys: KeyDirectory, campaign: Campaign, waiting: Waiting) -> bool:
    return is_due(waiting.count, campaign.anonymity_k) or make_opener(keys, campaign.id, waiting.pool).is_blind


def _open_ahead(database: Database, openers: Iterable[Opener]) -> None:
    """Opens what is there before anything is locked: respondents wait only for the envelopes that come in meanwhile."""
    with database.read() as connection:
        for opener in openers:
            opener.open_all(list_envelopes(connection, opener.pool.label))


def _mix(database: Database, keys: KeyDirectory, randomness: Random, campaign: Campaign, waiting: Waiting) -> bool:
    opener = make_opener(keys, campaign.id, waiting.pool)
    _open_ahead(database, [opener])
    next_batch = waiting.batch + 1
    next_pool = Pool(waiting.label, next_batch, keys.make_pool_key(waiting.label, next_batch))
    with database.write() as connection:
        if lock_pool(connection, waiting.label) != waiting.pool:  # another mixer was faster
            return False
        _turn_over(connection, keys, randomness, campaign, waiting, opener, next_pool)
    keys.destroy_pool_key(waiting.label, waiting.batch)
    return True


def _turn_over(
    connection: Connection,
    keys: KeyDirectory,
    randomness: Random,
    campaign: Campaign,
    waiting: Waiting,
    opener: Opener,
    next_pool: Pool,
) -> None:
    readable = _take_out(connection, waiting, opener)
    staying, leaving = _divide(readable, campaign.anonymity_k, randomness)
    insert_envelopes(connection, _seal_for_next(keys, randomness, campaign, staying, next_pool))
    store_batch(connection, keys, Batch.of(waiting), leaving, randomness)
    move_pool(connection, next_pool)


def _seal_for_next(
    keys: KeyDirectory, randomness: Random, campaign: Campaign, staying: Iterable[Contents], pool: Pool
) -> list[StoredEnvelope]:
    """Who stays waits for the next mix like one that has just come, under a new mark too."""
    key = keys.mark_key(pool.label, pool.batch)
    found = []
    for contents in staying:
        sealed = seal_anew(contents, campaign.id, pool, randomness)
        mark = seal_mark(key, pool.label, pool.batch, sealed.id, is_valid=contents.sheet.valid)
        found.append(replace(sealed, mark=mark))
    return found


def _take_out(connection: Connection, waiting: Waiting, opener: Opener) -> list[Contents]:
    """Empties a pool; what can't be read is written off."""
    readable, lost = opener.open_all(list_envelopes(connection, waiting.label))
    delete_envelopes(connection, waiting.label)
    if lost:
        log.error(
            "%d envelopes of %s, batch %d, can't be opened: their key is lost", lost, waiting.label, waiting.batch
        )
        write_off(connection, waiting, lost)
    return readable


def _divide(readable: Sequence[Contents], k: int, randomness: Random) -> tuple[list[Contents], list[Contents]]:
    """Who stays and who leaves; everybody stays where lost envelopes leave too few for a mix."""
    if not is_due(len(readable), k):
        return list(readable), []
    chosen = choose_staying(len(readable), k, randomness)
    staying = [contents for position, contents in enumerate(readable) if position in chosen]
    leaving = [contents for position, contents in enumerate(readable) if position not in chosen]
    return staying, leaving


def _mix_remainder(
    database: Database, keys: KeyDirectory, randomness: Random, campaign: Campaign, parts: Sequence[Waiting], unit: str
) -> None:
    """Lets the answers of some pools of one group out together, under `unit`, and takes the pools away."""
    openers = [make_opener(keys, campaign.id, part.pool) for part in parts]
    _open_ahead(database, openers)
    with database.write() as connection:
        in_order = sorted(parts, key=lambda part: part.label)  # of locks, as submissions take them
        if [lock_pool(connection, part.label) for part in in_order] != [part.pool for part in in_order]:
            return
        contents = [_take_out(connection, part, opener) for part, opener in zip(parts, openers, strict=True)]
        batch = _remainder_batch(connection, parts[0], unit)
        store_batch(connection, keys, batch, [one for of_part in contents for one in of_part], randomness)
        remove_pools(connection, [part.label for part in parts])
    for part in parts:
        keys.destroy_pool_key(part.label, part.batch)


def _remainder_batch(connection: Connection, first: Waiting, unit: str) -> Batch:
    """The batch of a remainder; answers that give up their unit are counted without it."""
    if unit == first.unit:
        return Batch.of(first)
    label = label_of(first.campaign, first.group, unit)
    return Batch(first.campaign, first.group, unit, label, last_batch(connection, label) + 1)


def _remove_pools(database: Database, keys: KeyDirectory, campaign: Campaign) -> None:
    """Takes away the pools that held nothing, and what is left of the keys."""
    with database.write() as connection:
        for label in sorted(pool.label for pool in list_waiting(connection, campaign.id)):
            lock_pool(connection, label)
        waiting = list_waiting(connection, campaign.id)
        if any(pool.count for pool in waiting):
            raise RuntimeError(f"envelopes came into pools of {campaign.id} while the last ones were mixed")
        remove_pools(connection, [pool.label for pool in waiting])
    for label, batch in keys.pool_batches():
        if campaign_of(label) == campaign.id:
            keys.destroy_pool_key(label, batch)
