"""Puts a copy back (docs/operations.md, "Backup and restore"): into an empty database that nobody uses, all or nothing, after everything was checked.

The database is an old one then, and the key directory may be newer: where only the database died, it is still there. So in the transaction
that stores the rows:

- every pool moves to a fresh batch above all key files: what is in it is opened with the copied keys or those that are there, and
  re-encrypted. No key of a pool comes out of the copy onto the disk, and nothing is taken for a dead key. What can't be opened is written off.
- codes that a book knows as used, that of the directory or that of the copy, become used, and their sheets lost: nobody votes twice.
- codes that were cancelled or issued since, as the log says that the key directory has kept, are so again.
- each log gets an entry that says that a copy was put back; what it had said since is kept in the key directory.

A key directory that is there keeps what it has and gets only what it lacks. Files are added before the transaction commits, and do no harm
if it never does; what the rows must agree with (books, logs) is written after it.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from survey_app.domain.campaigns import Campaign, State
from survey_app.domain.clock import Clock
from survey_app.domain.codes import place_tag
from survey_app.domain.errors import SurveyError
from survey_app.domain.keys import (
    KeyDirectory,
    campaign_file_name,
    entries_of_log,
    hashes_of_book,
    is_name_of_copy,
    pool_key_name,
)
from survey_app.domain.recovery import DamagedCopy, key_of_recovery, public_half
from survey_app.domain.seal import Place, codes_entry
from survey_app.domain.units import campaign_of, is_text_label
from survey_app.services.audit import COMMAND_LINE, record
from survey_app.services.backup.copied_files import (
    DIGEST,
    KeyCopy,
    check_copy,
    head_of,
    keys_file,
    lines_of,
    manifest_of,
    open_keys,
    sha256_of,
    unfinished,
    waiting_in,
)
from survey_app.services.mixing.envelopes import Opener, reencrypt
from survey_app.services.mixing.settling import use_again
from survey_app.services.mixing.turnover import write_off
from survey_app.services.transparency_log import GivenUp, find_given_up, note_restored
from survey_app.storage.campaigns.campaigns import list_campaigns, move_state
from survey_app.storage.codes.issuing import NewCode, cancel_codes, insert_codes, list_places, list_unused
from survey_app.storage.copying import copied_tables, insert_rows, make_ready, row_of_line, tables_with_rows
from survey_app.storage.mixing.balance import list_used_hashes
from survey_app.storage.mixing.pools import (
    Pool,
    delete_envelopes,
    insert_envelopes,
    list_envelopes,
    list_labels,
    list_pools,
    move_pool,
)
from survey_app.storage.session import Database
from survey_app.storage.tables import code
from survey_app.storage.transparency_log import append_entry, list_entries

_ONLY_WHERE_NONE_IS: Final = ("sheets/", "acts/", "secrets/start/", "secrets/session/")
"""What a key directory in use has destroyed or told since: it must not come back into one."""

log = logging.getLogger(__name__)


class KeysNotCopied(SurveyError):
    """The copy of the keys is not there."""

    def __init__(self, file: Path, waiting: int) -> None:
        super().__init__(
            f"{keys_file(file)} is not there: without it, up to {waiting} answers in {file} that wait for their closing can't be opened any"
            " more; to give them up: --without-keys"
        )


class OtherKeys(SurveyError):
    """The keys are not those of the copied database."""

    def __init__(self, campaign: str, where: str) -> None:
        super().__init__(f"the keys in {where} are not those of campaign {campaign} in the copy; nothing was restored")


class NotEmpty(SurveyError):
    """The database holds something."""

    def __init__(self, tables: list[str]) -> None:
        super().__init__(
            f"the database is not empty (there are rows in {', '.join(tables)}); a copy is put back into a new one: name it in"
            " JUNHENG_DATABASE_URL"
        )


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was read from beginning to end and found whole; `keys` is None where it is to be put back without."""

    file: Path
    manifest: Mapping[str, Any]
    keys: KeyCopy | None

    @property
    def files(self) -> Mapping[str, bytes]:
        """The copied files of the key directory."""
        return self.keys.files if self.keys else {}

    @property
    def is_pair(self) -> bool:
        """Whether both halves were made together."""
        return self.keys is not None and self.keys.copy_id == self.manifest["keys"]


@dataclass(slots=True)
class CampaignLoss:
    """What a campaign has lost by going back to a copy."""

    campaign: str
    state: State
    lost: int = 0
    """Answers that can't be opened any more, or of which only the book knows that they were given."""
    used_since: int = 0
    unknown_since: int = 0
    """Codes that were used since and were issued after the copy was made: they are gone with their answers."""
    given_up: dict[str, int] = field(default_factory=dict)
    """How many entries of each kind the log has given up."""
    codes_dead: int = 0
    """Codes that can't be checked any more because the campaign's key is lost; they are cancelled."""


@dataclass(slots=True)
class Restored:
    """What was put back."""

    made_at: str
    rows: int
    outcomes: list[CampaignLoss]
    missing: list[str]
    """Campaigns of which the key directory knows and the copy does not: they were made after it."""
    is_pair: bool


# --- before anything is written -------------------------------------------------------------------------------------------------


def is_key_needed(file: Path, *, without_keys: bool) -> bool:
    """Whether the recovery key is to be asked for. Raises `DamagedCopy`, `KeysNotCopied`, and `OSError` where there is no copy."""
    manifest = manifest_of(file)
    if without_keys:
        return False
    if _keys_source(file, manifest) is None:
        raise KeysNotCopied(file, waiting_in(manifest))
    return True


def read_copy(file: Path, recovery_key: bytes | None) -> Copy:
    """Reads and checks both halves of a copy; without a recovery key only that of the database.

    Raises `DamagedCopy`, `OtherRevision`, `WrongRecoveryKey`, `KeysNotCopied`.
    """
    manifest = check_copy(file)
    if recovery_key is None:
        return Copy(file, manifest, None)
    source = _keys_source(file, manifest)
    if source is None:
        raise KeysNotCopied(file, waiting_in(manifest))
    copy = Copy(file, manifest, open_keys(source, key_of_recovery(recovery_key)))
    _check_keys(copy, source)
    return copy


def _keys_source(file: Path, manifest: Mapping[str, Any]) -> Path | None:
    """The copy of the keys: the one that was made with the file, also where its renaming was cut short; else what lies beside it."""
    for one in (keys_file(file), unfinished(keys_file(file))):
        head = head_of(one)
        if head is not None and head.copy_id.hex() == manifest["keys"]:
            return one
    return keys_file(file) if keys_file(file).exists() else None


def _check_keys(copy: Copy, source: Path) -> None:
    if copy.keys is None or DIGEST not in copy.files or not all(map(is_name_of_copy, copy.files)):
        raise DamagedCopy(f"{source} is no copy of a key directory")
    if copy.is_pair and copy.keys.sha256 != sha256_of(copy.file):
        raise DamagedCopy(f"{copy.file} is not what it was when {source} was made with it")


def _usable_keys(copy: Copy, keys: KeyDirectory) -> set[str]:
    """The campaigns whose key is there or copied, and fits the copied codes. Raises `OtherKeys` where one does not.

    One that fits nothing and of whose campaign nothing else is there was made by a call that was killed: it is as good as none.
    """
    there = keys.campaign_keys()
    found: dict[str, bytes] = {}
    for campaign in (str(one["id"]) for one in copy.manifest["campaigns"]):
        copied = copy.files.get(campaign_file_name(campaign, ".key"))
        if key := there.get(campaign, copied):
            found[campaign] = key
        if copied is not None and key != copied:
            raise OtherKeys(campaign, str(keys.path))
    misfits = _misfits(copy, found)
    for campaign in sorted(misfits):
        if copy.keys is not None or keys.book(campaign) or keys.log(campaign):
            raise OtherKeys(campaign, str(keys.path if campaign in there else keys_file(copy.file)))
    return set(found) - misfits


def _misfits(copy: Copy, found: Mapping[str, bytes]) -> set[str]:
    """The campaigns of whose codes none bears the mark of its key."""
    fitting, tried = set[str](), set[str]()
    for line in lines_of(copy.file, code):
        row = row_of_line(code, line)
        campaign = row["campaign"]
        if campaign in found and campaign not in fitting:
            tried.add(campaign)
            if place_tag(found[campaign], row["code_hash"], row["group"], row["school"], row["label"]) == row["tag"]:
                fitting.add(campaign)
    return tried - fitting


# --- putting it back ------------------------------------------------------------------------------------------------------------


def restore(database: Database, keys: KeyDirectory, clock: Clock, copy: Copy) -> Restored:
    """Puts a copy back into an empty database that nobody uses. Raises `DatabaseInUse`, `NotEmpty`, `OtherKeys`, `UnsafeKeyDirectory`."""
    keys.check()
    usable, known = _usable_keys(copy, keys), set(keys.campaign_keys())
    with _undone_unless_through(keys) as added, database.alone() as connection:
        make_ready(connection)
        if tables := tables_with_rows(connection):
            raise NotEmpty(tables)
        _add_files(keys, copy, added, is_new=not known)
        for table in copied_tables():
            insert_rows(connection, table, lines_of(copy.file, table))
        restoring = _Restoring(connection, keys, clock, copy, usable, added)
        outcomes = [restoring.bring_up(one) for one in sorted(list_campaigns(connection), key=lambda one: one.id)]
        told = {
            "made_at": copy.manifest["made_at"],
            "lost": {one.campaign: one.lost for one in outcomes if one.lost},
        }
        record(connection, clock, COMMAND_LINE, "database_restored", "database", told)
    _agree(database, keys)
    rows = sum(one["rows"] for one in copy.manifest["tables"].values())
    missing = sorted(known - {one.campaign for one in outcomes})
    return Restored(str(copy.manifest["made_at"]), rows, outcomes, missing, copy.is_pair or copy.keys is None)


@dataclass(slots=True)
class _Added:
    """What was put into the key directory and is not referred to before the commit."""

    names: list[str] = field(default_factory=list)
    pools: list[tuple[str, int]] = field(default_factory=list)


@contextmanager
def _undone_unless_through(keys: KeyDirectory) -> Iterator[_Added]:
    added = _Added()
    try:
        yield added
    except BaseException:
        for label, batch in added.pools:
            keys.destroy_pool_key(label, batch)
        for name in added.names:
            keys.remove(name)
        raise


def _add_files(keys: KeyDirectory, copy: Copy, added: _Added, *, is_new: bool) -> None:
    """Puts into the key directory what it lacks, and of these the keys of pools never."""
    left_out = ("pools/", *(() if is_new else _ONLY_WHERE_NONE_IS))
    for name, content in sorted(copy.files.items()):
        if name != DIGEST and not name.startswith(left_out) and keys.add(name, content):
            added.names.append(name)


class _KeysOfPool:
    """The private keys of a pool, from the copy or from the directory; only one that is the pool's."""

    def __init__(self, keys: KeyDirectory, copied: Mapping[str, bytes], pool: Pool) -> None:
        self._keys, self._copied, self._pool = keys, copied, pool

    def pool_key(self, label: str, batch: int) -> bytes | None:
        """The key of a batch; None where neither has it."""
        for key in (self._copied.get(pool_key_name(label, batch)), self._keys.pool_key(label, batch)):
            if key is not None and self._pool.is_key(public_half(key)):
                return key
        return None


class _Restoring:
    """Brings campaigns up to what is known beyond the copy, in the transaction that stores it."""

    def __init__(
        self, connection: Connection, keys: KeyDirectory, clock: Clock, copy: Copy, usable: set[str], added: _Added
    ) -> None:
        self._connection, self._keys, self._clock = connection, keys, clock
        self._copy, self._usable, self._added = copy, usable, added

    def bring_up(self, campaign: Campaign) -> CampaignLoss:
        """All of a campaign, in the order in which its log tells it."""
        outcome = CampaignLoss(campaign.id, campaign.state)
        given_up = self._given_up(campaign)
        outcome.given_up = dict(sorted(Counter(str(json.loads(entry)["kind"]) for entry in given_up.since).items()))
        self._move_end_again(campaign, given_up.since)
        cancelled, added = self._change_codes_again(campaign, given_up.since)
        forgotten = self._forgotten(campaign)
        again = use_again(self._connection, campaign.id, forgotten)
        outcome.used_since = sum(again.values())
        outcome.unknown_since = len(forgotten) - outcome.used_since
        self._added.names += note_restored(
            self._connection, self._keys, self._clock, campaign.id, given_up, outcome.used_since, COMMAND_LINE
        )
        self._note_codes(campaign, cancelled, added)
        if campaign.state != State.CLOSED:
            outcome.codes_dead = self._replace_lost_key(campaign)
            outcome.lost += self._move_pools(campaign)
        for label, number in sorted(again.items()):
            write_off(self._connection, campaign, label, number, COMMAND_LINE)
            outcome.lost += number
        return outcome

    def _move_end_again(self, campaign: Campaign, since: Sequence[str]) -> None:
        """The end as the log that was given up moved it last: else the campaign would close at its old one, for good."""
        moved = [entry for one in since if (entry := json.loads(one))["kind"] == "term"]
        if moved and campaign.state == State.OPEN:
            end = datetime.fromisoformat(moved[-1]["new"])
            move_state(self._connection, campaign.id, State.OPEN, closes=end)

    def _given_up(self, campaign: Campaign) -> GivenUp:
        copied = entries_of_log(self._copy.files.get(campaign_file_name(campaign.id, ".log")))
        return find_given_up(self._keys, campaign.id, list_entries(self._connection, campaign.id), copied)

    def _forgotten(self, campaign: Campaign) -> set[bytes]:
        copied = hashes_of_book(self._copy.files.get(campaign_file_name(campaign.id, ".book"), b""))
        book = self._keys.book(campaign.id) | self._keys.noted_uses(campaign.id) | copied
        return book - list_used_hashes(self._connection, campaign.id)

    def _change_codes_again(self, campaign: Campaign, since: Sequence[str]) -> tuple[list[Place], list[Place]]:
        """Cancels and adds the codes that were cancelled and added after the copy, as the log given up says, where their labels are there.

        A slip that was called in must not vote, and those that were handed out for it must.
        """
        changes = [one for entry in since if (one := json.loads(entry))["kind"] == "codes"]
        cancelled = {bytes.fromhex(one["h"]) for change in changes for one in change["cancelled"]}
        there = {one.place.code_hash: one for one in list_places(self._connection, campaign.id)} if changes else {}
        dead = [one for h, one in there.items() if h in cancelled and not one.used and not one.cancelled]
        cancel_codes(self._connection, campaign.id, dead)
        added = [Place.from_document(one) for change in changes for one in change["added"]]
        added = [one for one in added if one.code_hash not in cancelled and one.code_hash not in there]
        return [one.place for one in dead], self._add_codes(campaign, added)

    def _add_codes(self, campaign: Campaign, places: Sequence[Place]) -> list[Place]:
        """Stores codes under labels that are there; those that it stored."""
        labels = {one.label for one in list_labels(self._connection, campaign.id)}
        added = [one for one in places if one.label in labels]
        if not added or campaign.id not in self._usable or campaign.state == State.CLOSED:
            return []
        key = self._keys.campaign_key(campaign.id)
        new = [NewCode(one, place_tag(key, one.code_hash, one.group, one.school, one.label)) for one in added]
        insert_codes(self._connection, campaign.id, new)
        return added

    def _note_codes(self, campaign: Campaign, cancelled: Sequence[Place], added: Sequence[Place]) -> None:
        if (cancelled or added) and campaign.state != State.DRAFT:
            append_entry(self._connection, campaign.id, codes_entry(cancelled, added))

    def _replace_lost_key(self, campaign: Campaign) -> int:
        """Where the key of the codes is lost, none that is out can be checked: they are cancelled, and others can be issued under a new key.

        The terms are then those that the log has.
        """
        if self._keys.terms(campaign.id) is None:
            self._write_terms(campaign)
        if campaign.id in self._usable:
            return 0
        self._added.names.append(campaign_file_name(campaign.id, ".key"))
        self._keys.make_campaign_key(campaign.id)
        labels = [one.label for one in list_labels(self._connection, campaign.id)]
        dead = list_unused(self._connection, campaign.id, labels)
        cancel_codes(self._connection, campaign.id, dead)
        self._note_codes(campaign, [one.place for one in dead], [])
        return len(dead)

    def _write_terms(self, campaign: Campaign) -> None:
        for entry in list_entries(self._connection, campaign.id):
            if json.loads(entry)["kind"] == "open":
                self._added.names.append(campaign_file_name(campaign.id, ".terms"))
                self._keys.write_terms(campaign.id, entry.encode())

    def _move_pools(self, campaign: Campaign) -> int:
        """Moves each pool to a batch above all there are keys of; the number of answers that can't be opened."""
        lost = 0
        for pool, _ in list_pools(self._connection, campaign.id):
            batch = 1 + max([pool.batch, *(batch for label, batch in self._batches() if label == pool.label)])
            self._added.pools.append((pool.label, batch))
            public_key = self._keys.make_pool_key(pool.label, batch)
            opener = Opener(_KeysOfPool(self._keys, self._copy.files, pool), campaign.id, pool.label)
            opened = opener.open(list_envelopes(self._connection, pool.label))
            sealed = [reencrypt(one, public_key, campaign.id, pool.label, batch) for one in opened.contents.values()]
            delete_envelopes(self._connection, pool.label)
            insert_envelopes(self._connection, sealed)
            move_pool(self._connection, Pool.of_key(pool.label, batch, public_key))
            write_off(self._connection, campaign, pool.label, len(opened.without_key), COMMAND_LINE)
            lost += 0 if is_text_label(pool.label) else len(opened.without_key)
        return lost

    def _batches(self) -> list[tuple[str, int]]:
        return self._keys.pool_batches()


def _agree(database: Database, keys: KeyDirectory) -> None:
    """Brings the key directory to what the database says now: books, logs, and of each pool only the key of its batch."""
    with database.read() as connection:
        campaigns = list_campaigns(connection)
        used = {one.id: list_used_hashes(connection, one.id) for one in campaigns}
        logs = {one.id: list_entries(connection, one.id) for one in campaigns}
        batches = {pool.label: pool.batch for one in campaigns for pool, _ in list_pools(connection, one.id)}
    for one in campaigns:
        if one.state != State.CLOSED or keys.book(one.id):
            keys.write_book(one.id, used[one.id])
            noted = keys.take_uses(one.id)
            keys.write_uses(one.id, sorted(used[one.id] & set(noted)))
        keys.write_log(one.id, logs[one.id])
    for label, batch in keys.pool_batches():
        if campaign_of(label) in used and batches.get(label) != batch:
            keys.destroy_pool_key(label, batch)
