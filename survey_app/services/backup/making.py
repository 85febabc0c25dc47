"""Copies of the database and of the key directory (docs/operations.md, "Backup and restore").

`FILE` is a zip of the rows of each table (storage/copying.py) with a manifest; `FILE.keys` is the key directory, encrypted to the recovery
key, with the hash of `FILE`. Every pool is turned over first. The state of the database that is copied is fixed while the mixer stands
still, and so are the keys: they open every envelope in it. Both are written under names of their own, read back and compared, and renamed
together; where only the first renaming was done, `FILE.keys.part` belongs to `FILE`, and whoever reads them finds that.

One copy of the key directory is kept in a folder: several would tell what came in between them (A.7), whatever their names are.
"""

import hashlib
import json
import logging
import os
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from sqlalchemy import Connection, Table

from survey_app.domain.campaigns import State
from survey_app.domain.clock import Clock
from survey_app.domain.errors import DatabaseMismatch, SurveyError
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.recovery import (
    DamagedCopy,
    SealedWriter,
    make_recovery_key,
    new_copy_id,
    public_half,
)
from survey_app.domain.seal import log_root
from survey_app.services.audit import COMMAND_LINE, record
from survey_app.services.backup.copied_files import (
    DIGEST,
    FORMAT,
    MANIFEST,
    Document,
    check_copy,
    head_of,
    keys_file,
    manifest_of,
    open_keys,
    part_name,
    sha256_of,
    unfinished,
    waiting_in,
)
from survey_app.services.mixing.turnover import ForeignEnvelopes, turn_over_campaign
from survey_app.storage.campaigns.campaigns import list_campaigns
from survey_app.storage.copying import copied_tables, read_lines
from survey_app.storage.file_lock import locked
from survey_app.storage.migrating import newest_revision
from survey_app.storage.mixing.balance import Balance, read_balances
from survey_app.storage.mixing.mixer_lock import only_mixer
from survey_app.storage.mixing.pools import list_pools
from survey_app.storage.session import Database
from survey_app.storage.transparency_log import list_entries

_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
_LOCK: Final = "backup.lock"

log = logging.getLogger(__name__)


class NoRecoveryKey(SurveyError):
    """There is nobody yet to whom the copy of the keys could be encrypted."""

    def __str__(self) -> str:
        return (
            "copies of the keys are encrypted to a recovery key, and there is none yet; make one: junheng keys recovery"
        )


class RecoveryKeyThere(SurveyError):
    """A recovery key was made before."""

    def __str__(self) -> str:
        return (
            "there is a recovery key already; with --replace another takes its place, and copies from before still need the old one:"
            " make a new copy then, and destroy the old ones"
        )


class NotACopy(SurveyError):
    """A copy would take the place of something else."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is there already and is no copy of junheng's; choose another name")


@dataclass(slots=True)
class Made:
    """What was copied, and what whoever made the copy should know."""

    rows: int
    waiting: int
    """Answers that wait for the closing of their campaigns."""
    warnings: list[str] = field(default_factory=list)
    replaced: list[Path] = field(default_factory=list)
    """Earlier copies of the key directory, which are no more."""


def make_new_recovery_key(keys: KeyDirectory, *, replace: bool = False) -> bytes:
    """Makes a recovery key and keeps only its public half: the private one, to be printed now. Raises `RecoveryKeyThere`."""
    if keys.recovery_key() is not None and not replace:
        raise RecoveryKeyThere
    private_key = make_recovery_key()
    keys.write_recovery_key(public_half(private_key))
    return private_key


def make_backup(database: Database, keys: KeyDirectory, clock: Clock, file: Path) -> Made:
    """Writes `file` and `file.keys`, both or neither, in place of earlier ones.

    Raises `NoRecoveryKey`, `NotACopy`, `KeysMissing`, `DatabaseMismatch` where envelopes could not be opened with the keys there are, and
    `OSError`.
    """
    keys.check()
    recovery_key = keys.recovery_key()
    if recovery_key is None:
        raise NoRecoveryKey
    with locked(keys.path / _LOCK):
        _require_replaceable(file)
        _finish_interrupted(file)
        with _removed_unless_through(unfinished(file), unfinished(keys_file(file))):
            made = _write_both(database, keys, clock, file, recovery_key)
            unfinished(file).rename(file)
        unfinished(keys_file(file)).rename(keys_file(file))
        sync_folder(file.parent)
        made.replaced = _destroy_others(file, recovery_key)
    with database.write() as connection:
        record(connection, clock, COMMAND_LINE, "database_copied", "database", {"rows": made.rows})
    return made


def _require_replaceable(file: Path) -> None:
    if (file.exists() or file.is_symlink()) and not _is_copy(file):
        raise NotACopy(file)
    of_keys = keys_file(file)
    if (of_keys.exists() or of_keys.is_symlink()) and head_of(of_keys) is None:
        raise NotACopy(of_keys)


def _is_copy(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return MANIFEST in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _finish_interrupted(file: Path) -> None:
    """Where the last call was killed between its two renamings, does the second; else removes what it has left."""
    of_keys = keys_file(file)
    head = head_of(unfinished(of_keys))
    if head is not None and file.exists():
        try:
            is_of_file = manifest_of(file)["keys"] == head.copy_id.hex()
        except DamagedCopy:
            is_of_file = False
        if is_of_file:
            unfinished(of_keys).rename(of_keys)
    for left in (unfinished(file), unfinished(of_keys)):
        left.unlink(missing_ok=True)


@contextmanager
def _removed_unless_through(*files: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for file in files:
            file.unlink(missing_ok=True)
        raise


def _destroy_others(file: Path, recovery_key: bytes) -> list[Path]:
    """Removes earlier copies of this key directory from the folder: one is kept."""
    others = []
    for other in sorted(file.parent.glob("*.keys")):
        head = head_of(other)
        if other.name != keys_file(file).name and head is not None and head.is_for(recovery_key):
            other.unlink()
            others.append(other)
    sync_folder(file.parent)
    return others


# --- writing --------------------------------------------------------------------------------------------------------------------


def _write_both(database: Database, keys: KeyDirectory, clock: Clock, file: Path, recovery_key: bytes) -> Made:
    """Both files, whole and read back, under the names of unfinished ones."""
    copy_id, warnings = new_copy_id(), list[str]()
    with ExitStack() as stack:
        target = stack.enter_context(_new_file(unfinished(file)))
        keys_target = stack.enter_context(_new_file(unfinished(keys_file(file))))
        sealed = SealedWriter(keys_target, recovery_key, copy_id)
        with ExitStack() as standing_still:
            standing_still.enter_context(only_mixer(database))
            warnings += _turn_over(database, keys)
            acts = {name: keys.content(name) for name in keys.names() if name.startswith("acts/")}
            connection = stack.enter_context(database.read())
            campaigns = _campaigns(connection)  # the state that is copied is that of this first question
            _require_keys_of_pools(connection, keys)
            archive = stack.enter_context(tarfile.open(fileobj=cast(Any, sealed), mode="w|"))
            written = _write_keys(archive, keys, acts)
        manifest = _write_rows(target, connection, clock, copy_id, campaigns)
        _sync(target)
        digest = sha256_of(unfinished(file))
        written[DIGEST] = _add(archive, DIGEST, json.dumps({"sha256": digest}).encode())
        archive.close()
        sealed.finish()
        _sync(keys_target)
        back = open_keys(unfinished(keys_file(file)), sealed.own_key)
        if {name: hashlib.sha256(content).hexdigest() for name, content in back.files.items()} != written:
            raise DamagedCopy(f"{keys_file(file)}: what was written can't be read back")
    check_copy(unfinished(file))
    for campaign in manifest["campaigns"]:
        warnings += [
            f"campaign {campaign['id']}: {group['group']} has {group['used']} used codes and {_sheets(group)} sheets already in the"
            f" database; see: junheng settle {campaign['id']}"
            for group in campaign["groups"]
            if group["used"] != _sheets(group)
        ]
    return Made(sum(one["rows"] for one in manifest["tables"].values()), waiting_in(manifest), warnings)


def _turn_over(database: Database, keys: KeyDirectory) -> list[str]:
    """Turns every pool over; what stands in the way of one is no reason to have no copy."""
    with database.read() as connection:
        campaigns = list_campaigns(connection, (State.OPEN, State.CLOSING))
    told = []
    for campaign in campaigns:
        try:
            turn_over_campaign(database, keys, campaign)
        except ForeignEnvelopes as error:
            told.append(str(error))
    return told


def _campaigns(connection: Connection) -> list[Document]:
    """Of each campaign its log's size and root, and the numbers of the invariant."""
    found = []
    for campaign in list_campaigns(connection):
        entries = list_entries(connection, campaign.id)
        groups = [_numbers(one) for one in read_balances(connection, campaign.id)]
        of_log = {"size": len(entries), "root": log_root(entries)}
        found.append({"id": campaign.id, "state": str(campaign.state), "log": of_log, "groups": groups})
    return sorted(found, key=lambda one: str(one["id"]))


def _numbers(one: Balance) -> Document:
    return {name: getattr(one, name) for name in ("group", "used", "envelopes", "responses", "withheld", "lost")}


def _sheets(group: Mapping[str, int]) -> int:
    return group["envelopes"] + group["responses"] + group["withheld"] + group["lost"]


def _require_keys_of_pools(connection: Connection, keys: KeyDirectory) -> None:
    """An older or another key directory must not take the place of a good copy."""
    for campaign in list_campaigns(connection):
        for pool, number in list_pools(connection, campaign.id):
            private_key = keys.pool_key(pool.label, pool.batch)
            if number and (private_key is None or not pool.is_key(public_half(private_key))):
                raise DatabaseMismatch(
                    f"{number} envelopes of {pool.label} can't be opened with the keys in {keys.path}: it is not the key directory of this"
                    f" database, or keys of it are lost (then: junheng settle {campaign.id}); nothing was copied"
                )


def _write_keys(archive: tarfile.TarFile, keys: KeyDirectory, acts: Mapping[str, bytes | None]) -> dict[str, str]:
    """The key directory; what staff did was read before the database was, so that it is in one of both, or in both, which is told once."""
    written = {}
    for name in sorted({*keys.names(), *acts}):
        content = acts[name] if name in acts else keys.content(name)
        if content is not None:
            written[name] = _add(archive, name, content)
    return written


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> str:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o600
    archive.addfile(entry, BytesIO(content))
    return hashlib.sha256(content).hexdigest()


def _write_rows(
    target: BinaryIO, connection: Connection, clock: Clock, copy_id: bytes, campaigns: list[Document]
) -> Document:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        tables = {table.name: _write_table(archive, connection, table) for table in copied_tables()}
        manifest = {
            "format": FORMAT,
            "made_at": clock.now().isoformat(timespec="seconds"),
            "revision": newest_revision(),
            "keys": copy_id.hex(),
            "tables": tables,
            "campaigns": campaigns,
        }
        archive.writestr(_entry(MANIFEST), json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> Document:
    rows, digest = 0, hashlib.sha256()
    with archive.open(_entry(part_name(table)), "w", force_zip64=True) as part:
        for line in read_lines(connection, table):
            part.write(line)
            digest.update(line)
            rows += 1
    return {"columns": [column.name for column in table.columns], "rows": rows, "sha256": digest.hexdigest()}


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _new_file(file: Path) -> BinaryIO:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    return os.fdopen(handle, "w+b")


def _sync(target: BinaryIO) -> None:
    target.flush()
    os.fsync(target.fileno())


def sync_folder(folder: Path) -> None:
    """Makes names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
