"""What waits for the closing is turned over, and counted against the codes that were used (docs/anonymity.md, "Turnover").

A pool that has received anything is turned over every ten minutes: all its envelopes are opened, re-encrypted under a fresh key and new
random ids, and the old key is destroyed, so that nothing in it bears a trace of when it came. Nothing leaves a pool before the closing.
The key of the next batch is on disk before the transaction, that of the old one is destroyed after it. Locks are taken in the order pool,
group, label, campaign (for the log). One process mixes at a time.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.errors import DatabaseMismatch, KeysMissing, SurveyError
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.seal import lost_entry
from survey_app.domain.units import campaign_of, group_of, is_text_label
from survey_app.services.campaigns.terms import differences
from survey_app.services.mixing.envelopes import Opened, Opener, reencrypt
from survey_app.storage.campaigns.campaigns import list_campaigns
from survey_app.storage.campaigns.counters import (
    add_to_allocations,
    add_to_group,
    add_to_label,
    answered_by_school,
    lock_groups,
    stop_group,
)
from survey_app.storage.mixing.balance import Balance, count_anew, groups_of, list_used_hashes, read_balances
from survey_app.storage.mixing.mixer_lock import only_mixer
from survey_app.storage.mixing.pools import (
    Pool,
    StoredEnvelope,
    delete_envelopes,
    delete_some,
    find_pool,
    insert_envelopes,
    list_envelopes,
    list_labels,
    list_pool_batches,
    list_pools,
    lock_pool,
    move_pool,
)
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import append_entry

TURNED_OVER_EVERY_S: Final = 600.0
BY_SYSTEM: Final = "(system)"
"""Who writes off what lost its key."""

log = logging.getLogger(__name__)


class ForeignEnvelopes(SurveyError):
    """A pool holds envelopes that can't be opened although its key is there."""

    def __init__(self, label: str, number: int) -> None:
        super().__init__(
            f"{number} envelopes of {label} can't be opened although their key is there: the database was changed"
        )


class Mixer:
    """What one worker process remembers between its rounds: when it turned over each pool, and what was in it then."""

    def __init__(self, turned_over_every_s: float = TURNED_OVER_EVERY_S) -> None:
        self._every_s = turned_over_every_s
        self._turned_over: dict[str, tuple[float, int, int]] = {}  # when, batch, envelopes

    def round(self, database: Database, keys: KeyDirectory) -> list[str]:
        """Counts every campaign that is open, and turns over what is due; the campaigns of which everything was done."""
        done = []
        with only_mixer(database):
            for campaign in _campaigns(database, State.OPEN, State.CLOSING):
                try:
                    self._work_on(database, keys, campaign)
                    done.append(campaign.id)
                except SurveyError as error:
                    log.error("%s", error)
                except Exception:  # a damaged file of one campaign must not keep the others from being counted
                    log.exception("campaign %s could not be counted and turned over", campaign.id)
        return done

    def _work_on(self, database: Database, keys: KeyDirectory, campaign: Campaign) -> None:
        require_keys(keys, campaign)
        for line in _differences(database, keys, campaign):
            log.error("%s", line)
        stopped = count_sheets(database, keys, campaign)
        replace_lost_keys(database, keys, campaign)
        due = [pool for pool, number in _pools(database, campaign) if self._is_due(pool, number)]
        for pool in due:
            if group_of(pool.label) not in stopped:
                try:
                    self._note(pool, turn_over(database, keys, campaign, pool))
                except ForeignEnvelopes as error:
                    log.error("%s", error)
                    stopped = count_sheets(database, keys, campaign, is_thorough=True)

    def _note(self, pool: Pool, moved: tuple[int, int] | None) -> None:
        if moved:
            self._turned_over[pool.label] = (time.monotonic(), *moved)

    def _is_due(self, pool: Pool, number: int) -> bool:
        """Whether it received anything since it was turned over, long enough ago; at a start nobody knows, so it is."""
        if pool.label not in self._turned_over:
            return number > 0
        when, batch, before = self._turned_over[pool.label]
        has_changed = number != before or pool.batch != batch
        return has_changed and time.monotonic() - when >= self._every_s


def turn_over_all(database: Database, keys: KeyDirectory, campaign: Campaign | None = None) -> None:
    """Turns every pool over that holds anything. Raises `KeysMissing`, `ForeignEnvelopes`."""
    with only_mixer(database):
        for one in [campaign] if campaign else _campaigns(database, State.OPEN, State.CLOSING):
            turn_over_campaign(database, keys, one)


def turn_over_campaign(database: Database, keys: KeyDirectory, campaign: Campaign) -> None:
    """The same of one campaign, by a caller who holds the mixer's lock."""
    require_keys(keys, campaign)
    for pool, number in _pools(database, campaign):
        if number:
            turn_over(database, keys, campaign, pool)


def turn_over(database: Database, keys: KeyDirectory, campaign: Campaign, pool: Pool) -> tuple[int, int] | None:
    """Moves a pool to its next batch: the batch and the number of its envelopes; None where nothing was done.

    What is there is opened and sealed before anything is locked: respondents wait only for what comes in meanwhile. Raises
    `ForeignEnvelopes`; of texts, which are not counted, they go.
    """
    opener, batch = Opener(keys, campaign.id, pool.label), pool.batch + 1
    with database.read() as connection:
        if find_pool(connection, pool.label) != pool:  # another was faster: what it has made is not to be made again
            return None
    public_key = keys.make_pool_key(pool.label, batch)

    def sealed(ids: Iterable[bytes], opened: Opened) -> dict[bytes, StoredEnvelope]:
        return {id_: reencrypt(opened.contents[id_], public_key, campaign.id, pool.label, batch) for id_ in ids}

    with database.read() as connection:
        before = opener.open(list_envelopes(connection, pool.label))
    ahead = sealed(before.contents, before)
    with database.write() as connection:
        found = lock_pool(connection, pool.label)
        is_open = found == pool
        opened = opener.open(list_envelopes(connection, pool.label))
        is_foreign = bool(opened.unreadable) and not is_text_label(pool.label)
        if not is_open or is_foreign:
            if found is None or found.batch != batch:
                keys.destroy_pool_key(pool.label, batch)
            if is_foreign:
                raise ForeignEnvelopes(pool.label, len(opened.unreadable))
            return None  # another was faster
        if opened.unreadable:
            log.error("%d envelopes of %s can't be opened and are deleted", len(opened.unreadable), pool.label)
        following = {id_: ahead[id_] for id_ in opened.contents if id_ in ahead}
        following |= sealed([id_ for id_ in opened.contents if id_ not in ahead], opened)
        delete_envelopes(connection, pool.label)
        insert_envelopes(connection, following.values())
        move_pool(connection, Pool.of_key(pool.label, batch, public_key))
    keys.destroy_pool_key(pool.label, pool.batch)
    return batch, len(following)


# --- counting --------------------------------------------------------------------------------------------------------------------


def count_sheets(database: Database, keys: KeyDirectory, campaign: Campaign, *, is_thorough: bool = False) -> set[str]:
    """Compares used codes with sheets, and with the book; groups that do not agree are stopped, told, and returned.

    Everything is read in one snapshot. Envelopes that can't be opened although their key is there do not count: where the numbers agree
    without them they are deleted as foreign. They are looked for where the numbers do not agree, and where it is to be thorough.
    """
    noted = Counter(keys.take_uses(campaign.id))  # before the table is read: what is noted stands in it
    with database.read() as connection:
        balances = read_balances(connection, campaign.id)
        used = list_used_hashes(connection, campaign.id)
        suspect = {one.group for one in balances if is_thorough or one.missing or one.is_stopped}
        labels = [one.label for one in list_labels(connection, campaign.id) if one.group in suspect]
        foreign = {label: _foreign(connection, keys, campaign, label) for label in labels}
    stopped = {one.group for one in balances if not _agrees(database, campaign, one, foreign)}
    _set_counters_right(database, campaign, balances)
    book = keys.book(campaign.id)
    if not used <= book:
        keys.write_book(campaign.id, book | used)
    if repeated := {h for h, times in noted.items() if times > 1}:
        log.error(
            "%d codes of campaign %s were used more than once: the database was changed", len(repeated), campaign.id
        )
        stopped |= _groups_of(database, campaign, repeated)
    if forgotten := (book | noted.keys()) - used:
        log.error(
            "%d codes of campaign %s were used and are not any more: the database was changed",
            len(forgotten),
            campaign.id,
        )
        stopped |= _groups_of(database, campaign, forgotten)
    _stop_and_go(database, campaign, balances, stopped)
    return stopped


def _foreign(connection: Connection, keys: KeyDirectory, campaign: Campaign, label: str) -> list[bytes]:
    return Opener(keys, campaign.id, label).open(list_envelopes(connection, label)).unreadable


def _agrees(database: Database, campaign: Campaign, balance: Balance, foreign: Mapping[str, list[bytes]]) -> bool:
    """Whether the numbers of a group agree, without what is foreign, which then goes."""
    of_group = [id_ for label, ids in foreign.items() if group_of(label) == balance.group for id_ in ids]
    if balance.missing + len(of_group) != 0:
        return False
    if of_group:
        log.error(
            "%d envelopes of %s in campaign %s are nobody's and are deleted", len(of_group), balance.group, campaign.id
        )
        with database.write() as connection:
            delete_some(connection, of_group)
    return True


def _set_counters_right(database: Database, campaign: Campaign, balances: Sequence[Balance]) -> None:
    """Counters by which places are given are those of the rows, whoever changed them."""
    wrong = [one.group for one in balances if not one.is_counted_right]
    if wrong:
        log.error("the counters of %s in campaign %s were changed; they are set right", ", ".join(wrong), campaign.id)
        with database.write() as connection:
            lock_groups(connection, campaign.id)
            count_anew(connection, campaign.id)


def _groups_of(database: Database, campaign: Campaign, hashes: set[bytes]) -> set[str]:
    """The groups of codes; all groups where a code has been removed."""
    with database.read() as connection:
        known = groups_of(connection, campaign.id, hashes)
        if hashes - set(known):
            return {one.group for one in read_balances(connection, campaign.id)}
        return {group for group, _, _ in known.values()}


def _stop_and_go(database: Database, campaign: Campaign, balances: Sequence[Balance], stopped: set[str]) -> None:
    changed = [one for one in balances if one.is_stopped != (one.group in stopped)]
    for one in balances:
        if one.group in stopped:
            log.error(
                "%s of campaign %s: %d codes are used, and there are %d envelopes, %d answers, %d withheld, %d lost; nothing more"
                " is taken of this group until: junheng settle %s",
                *(one.group, campaign.id, one.used, one.envelopes, one.responses, one.withheld, one.lost, campaign.id),
            )
    if changed:
        with database.write() as connection:
            lock_groups(connection, campaign.id)
            for one in changed:
                stop_group(connection, campaign.id, one.group, stopped=one.group in stopped)


def _differences(database: Database, keys: KeyDirectory, campaign: Campaign) -> list[str]:
    with database.read() as connection:
        return differences(connection, keys, campaign)


def require_agreement(database: Database, keys: KeyDirectory, campaign: Campaign) -> None:
    """Raises `DatabaseMismatch` where sheets and used codes do not agree, or groups and labels are not as they were opened."""
    if lines := _differences(database, keys, campaign):
        raise DatabaseMismatch("; ".join(lines))
    if stopped := count_sheets(database, keys, campaign, is_thorough=True):
        raise DatabaseMismatch(
            f"campaign {campaign.id}: sheets and used codes of {', '.join(sorted(stopped))} do not agree; see: junheng settle {campaign.id}"
        )


# --- lost keys -------------------------------------------------------------------------------------------------------------------


def require_keys(keys: KeyDirectory, campaign: Campaign) -> None:
    """Raises `KeysMissing` unless this is the campaign's key directory at all: a wrong or unmounted one must not pass for lost keys."""
    if campaign.id not in keys.campaign_keys():
        raise KeysMissing(campaign.id, str(keys.path))


def replace_lost_keys(
    database: Database, keys: KeyDirectory, campaign: Campaign, settled_by: str = ""
) -> Mapping[str, int]:
    """Where the pair of an open batch is not there or not the pool's, writes off what can't be opened and goes on under a new one.

    Returns how many sheets were written off, by group.
    Where keys of other batches are there instead that do not open what waits, an older database or key directory was put back, and the
    newer one may be found yet: raises `DatabaseMismatch` then, unless somebody has decided that it is not.
    """
    dead = [pool for pool, _ in _pools(database, campaign) if not is_alive(keys, pool)]
    batches = keys.pool_batches() if dead else []
    of_another_time = [one.label for one in dead if _is_of_another_time(database, keys, campaign, one, batches)]
    if of_another_time and not settled_by:
        raise DatabaseMismatch(
            f"campaign {campaign.id}: the database and the key directory are of different times: {', '.join(of_another_time)}."
            f" Put back the newer one; if there is none, write off what is lost: junheng settle {campaign.id}"
        )
    lost = Counter[str]()
    for pool in dead:
        log.error("the key of %s, batch %d, is lost or another", pool.label, pool.batch)
        number = _replace_key(database, keys, campaign, pool, settled_by or BY_SYSTEM)
        if not is_text_label(pool.label):
            lost[group_of(pool.label)] += number
    return +lost


def is_alive(keys: KeyDirectory, pool: Pool) -> bool:
    """Whether the pair of a pool's batch is there, and the one that it names."""
    public_key = keys.public_key(pool.label, pool.batch)
    return public_key is not None and pool.is_key(public_key)


def _is_of_another_time(
    database: Database, keys: KeyDirectory, campaign: Campaign, pool: Pool, batches: Iterable[tuple[str, int]]
) -> bool:
    """Whether a pool's own key is gone and others of it are there, which do not open what waits, or which a newer database needs."""
    others = [batch for label, batch in batches if label == pool.label and batch != pool.batch]
    if not others or keys.pool_key(pool.label, pool.batch) is not None:
        return False
    with database.read() as connection:
        waiting = list_envelopes(connection, pool.label)
    opened = Opener(keys, campaign.id, pool.label).open(waiting)
    return bool(opened.without_key) or (not waiting and max(others) > pool.batch)


def _replace_key(database: Database, keys: KeyDirectory, campaign: Campaign, pool: Pool, by: str) -> int:
    """The number of envelopes that are lost with the key."""
    batch = max([pool.batch, *(number for label, number in keys.pool_batches() if label == pool.label)]) + 1
    public_key = keys.make_pool_key(pool.label, batch)
    opener = Opener(keys, campaign.id, pool.label)
    with database.write() as connection:
        if lock_pool(connection, pool.label) != pool:
            return 0
        opened = opener.open(list_envelopes(connection, pool.label))
        kept = [reencrypt(one, public_key, campaign.id, pool.label, batch) for one in opened.contents.values()]
        delete_envelopes(connection, pool.label)
        insert_envelopes(connection, kept)
        move_pool(connection, Pool.of_key(pool.label, batch, public_key))
        write_off(connection, campaign, pool.label, len(opened.without_key), by)
    for label, number in keys.pool_batches():
        if label == pool.label and number != batch:
            keys.destroy_pool_key(label, number)
    return len(opened.without_key)


def write_off(connection: Connection, campaign: Campaign, label: str, number: int, by: str) -> None:
    """Notes sheets that are gone in the log; their places become free, and as many codes may be issued anew.

    Nobody knows whose they were. What is lost of texts is noted and counts nowhere.
    """
    if number == 0:
        return
    lock_groups(connection, campaign.id)
    group = group_of(label)
    if not is_text_label(label):
        known = {one.label: one for one in list_labels(connection, campaign.id)}
        is_void, unit = known[label].is_void, known[label].unit
        add_to_group(
            connection, campaign.id, group, lost=number, **({"void": -number} if is_void else {"taken": -number})
        )
        add_to_label(connection, label, lost=number)
        if not is_void:
            shares = share_out(number, answered_by_school(connection, campaign.id, group, unit))
            add_to_group(connection, campaign.id, group, to_issue=sum(shares.values()))
            add_to_allocations(connection, campaign.id, group, "planned", shares)
    append_entry(connection, campaign.id, lost_entry(label, number, by))


def share_out(number: int, answered: dict[str, int]) -> dict[str, int]:
    """`number` over schools in proportion to their used codes; whole ones, the largest remainders first."""
    total = sum(answered.values())
    if total <= 0:
        return {}
    shares = {school: divmod(number * used, total) for school, used in answered.items()}
    by_remainder = sorted(shares, key=lambda school: (-shares[school][1], school))
    given = {school: whole for school, (whole, _) in shares.items()}
    for school in by_remainder[: number - sum(given.values())]:
        given[school] += 1
    return given


def clean_key_directory(database: Database, keys: KeyDirectory) -> int:
    """Destroys the keys of batches that are past, which a crash between commit and unlink leaves; the number of keys destroyed.

    Only where the pool's own key is there and opens what it holds: a past one may be all there is to open it with.
    """
    with only_mixer(database):
        keys.sweep()
        with database.read() as connection:
            batches = list_pool_batches(connection)
            closed = {campaign.id for campaign in list_campaigns(connection, [State.CLOSED])}
        pairs = keys.pool_batches()
        past = [pair for pair in pairs if pair[0] in batches and pair[1] < batches[pair[0]]]
        opens_all = {label: _opens_all(database, keys, label) for label in {label for label, _ in past}}
        old = [pair for pair in past if opens_all[pair[0]]]
        old += [pair for pair in pairs if pair[0] not in batches and campaign_of(pair[0]) in closed]
        for label, batch in old:
            keys.destroy_pool_key(label, batch)
    return len(old)


def _opens_all(database: Database, keys: KeyDirectory, label: str) -> bool:
    """Whether a pool's own key is there and opens what is in it, so that no other key is needed."""
    with database.read() as connection:
        pool, waiting = find_pool(connection, label), list_envelopes(connection, label)
    if pool is None or not is_alive(keys, pool) or any(one.batch != pool.batch for one in waiting):
        return False
    return not Opener(keys, campaign_of(label), label).open(waiting).unreadable


def _campaigns(database: Database, *states: State) -> list[Campaign]:
    with database.read() as connection:
        return list_campaigns(connection, states)


def _pools(database: Database, campaign: Campaign) -> list[tuple[Pool, int]]:
    with database.read() as connection:
        return list_pools(connection, campaign.id)
