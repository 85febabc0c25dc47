"""Keys, kept in a directory of their own and never in the database (docs/anonymity.md, "Keys").

`campaigns/ID.key`    the HMAC key of a campaign's codes (32 random bytes)
`campaigns/ID.terms`  the terms a campaign was opened with: the body of its log's first entry
`campaigns/ID.uses`, `.used`  the hashes of codes as they were used since the last round, and before it: sorted, one for each use
`campaigns/ID.book`   the hashes of the codes that were used by the last round, sorted
`pools/LABEL.BATCH.key`, `.pub`  the X25519 pair of one batch of a pool; web processes read only the public half
`sheets/NAME.key`     of a sheet of paper that was typed once: one of its two keys, and its code's hash (domain/paper.py)
`secrets/start/…`     what the forms' start times are signed with; `secrets/session/…`: what cookies of the staff's pages are
`acts/DAY…csv`        what staff did with codes of a campaign on a day, until it is told in the log of acts, once a day (services/codes/daily_audit.py)
`campaigns/ID.log`    the entries of a campaign's log as they were at the last round; `ID.given-up.N`: of a log that a restore gave up
`accounts.key`        what the staff's second factors are sealed under, and the counters of wrong passwords are kept by
`recovery.pub`        to whom copies of this directory are encrypted (domain/recovery.py); the private half is on paper only

A file is complete or absent: written under a temporary name, fsynced, renamed into place, and the directory fsynced, before anything
refers to it. Keys are overwritten and unlinked when they have had their time.
"""

import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count, takewhile
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from survey_app.domain.errors import UnsafeKeyDirectory

KEY_BYTES: Final = 32
SWEPT_AFTER_S: Final = 3_600.0
RETIRED_KEPT: Final = timedelta(hours=48)
"""How long after another has taken its place a secret is still tried: a form is good thirty hours after it was opened."""

_LONGEST_KEY_BYTES: Final = 4_096
_REREAD_AFTER_S: Final = 30.0
_KEY, _PUB, _TERMS, _BOOK, _LOG, _ACTS = ".key", ".pub", ".terms", ".book", ".log", ".csv"
_UNFINISHED = ".part"
_RECOVERY = "recovery.pub"
_HASH_BYTES: Final = 32

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Secret:
    made_at: int  # seconds since 1970
    value: bytes


_USES, _USES_TAKEN, _USED = ".uses", ".uses-taken", ".used"
# Notes of uses are of the running round: a copy's beside those of a directory that lives would count a code twice.
_NOT_COPIED = frozenset({_UNFINISHED, ".lock", _USES, _USES_TAKEN, _USED})
_HEX: Final = re.compile("[0-9a-f]{64}")
_APPENDING: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


class SecretRing:
    """A secret that changes from time to time: the newest signs, and those retired not long ago are still tried."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: list[_Secret] = []
        self._read_at = -_REREAD_AFTER_S

    def newest(self, now: datetime) -> bytes:
        """What signs; the first to ask makes it."""
        if self._is_due():
            self._read()
        if not self._known:
            self._make(now)
        return self._known[-1].value

    def all(self, now: datetime) -> list[bytes]:
        """What may have signed, the newest first: those retired long ago are not tried, even while their files are there."""
        self.newest(now)
        retired = {one.made_at for one in self._retired_long_ago(now)}
        return [one.value for one in reversed(self._known) if one.made_at not in retired]

    def reread(self) -> None:
        """Looks for secrets that other processes have made."""
        self._read()

    def rotate(self, now: datetime, after: timedelta = timedelta(hours=24)) -> None:
        """Makes a new secret when the newest is older than `after`, and destroys those that were retired long ago."""
        self._read()
        if not self._known or now.timestamp() - self._known[-1].made_at >= after.total_seconds():
            self._make(now)
        for one in self._retired_long_ago(now):
            _destroy(self._file(one.made_at))
        self._read()

    def _retired_long_ago(self, now: datetime) -> list[_Secret]:
        """Those whose place another took so long ago that no form that they have signed can come any more."""
        pairs = zip(self._known, self._known[1:], strict=False)
        return [one for one, following in pairs if now.timestamp() - following.made_at > RETIRED_KEPT.total_seconds()]

    def _is_due(self) -> bool:
        return time.monotonic() - self._read_at >= _REREAD_AFTER_S

    def _read(self) -> None:
        self._read_at = time.monotonic()
        moments = sorted(int(name) for name in _names(self._folder, _KEY) if name.isdecimal())
        found = [(moment, _read(self._file(moment))) for moment in moments]
        self._known = [_Secret(moment, value) for moment, value in found if value]

    def _make(self, now: datetime) -> None:
        """A later name than all others', whatever the clock says; where two processes make the first, one of them wins."""
        latest = self._known[-1].made_at + 1 if self._known else 0
        file = self._file(max(int(now.timestamp()), latest))
        _make_folder(file.parent)
        _write_once(file, secrets.token_bytes(KEY_BYTES))
        self._read()

    def _file(self, moment: int) -> Path:
        return self._folder / f"{moment}{_KEY}"


class KeyDirectory:
    """The key files under `path`, which is made (mode 0700) when the first key is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.start_secrets = SecretRing(path / "secrets" / "start")
        self.session_secrets = SecretRing(path / "secrets" / "session")
        self._campaigns = path / "campaigns"
        self._pools = path / "pools"
        self._sheets = path / "sheets"
        self._acts = path / "acts"
        self._campaign_keys: dict[str, bytes] = {}
        self._account_secret: bytes | None = None

    def check(self) -> None:
        """Raises `UnsafeKeyDirectory` unless it and all folders in it are real ones, of this user, closed to everybody else."""
        for folder in _folders(self.path):
            state = folder.lstat()
            if stat.S_ISLNK(state.st_mode):
                raise UnsafeKeyDirectory(str(folder), "is a link")
            if state.st_uid != os.geteuid():
                raise UnsafeKeyDirectory(str(folder), "belongs to another user")
            if state.st_mode & 0o077:
                raise UnsafeKeyDirectory(str(folder), "is open to others (chmod 700)")

    def is_usable(self) -> bool:
        """Whether the directory is there, and keys can be read and made in it."""
        return self.path.is_dir() and os.access(self.path, os.R_OK | os.W_OK | os.X_OK)

    def session_secret(self) -> bytes:
        """What cookies of the staff's pages are signed with, and sources of requests are hashed with."""
        return self.session_secrets.newest(datetime.now(UTC))

    # --- campaigns ---------------------------------------------------------------------------------------------------------------

    def account_secret(self) -> bytes:
        """The secret of the staff's second factors; made at the first call, the same in every process, read once in each."""
        if self._account_secret is None:
            self._account_secret = _read_or_make(self.path / f"accounts{_KEY}")
        return self._account_secret

    def make_campaign_key(self, campaign: str) -> bytes:
        """The key of a campaign's codes; made if it is not there."""
        return _read_or_make(_file(self._campaigns, campaign))

    def campaign_key(self, campaign: str) -> bytes:
        """The key of a campaign's codes. Raises `FileNotFoundError` when it is lost."""
        if campaign not in self._campaign_keys:
            self._campaign_keys[campaign] = _contents(_file(self._campaigns, campaign))
        return self._campaign_keys[campaign]

    def campaign_keys(self) -> dict[str, bytes]:
        """The keys of all campaigns by id; files are read once a process."""
        return {campaign: self.campaign_key(campaign) for campaign in _names(self._campaigns, _KEY)}

    def known_campaign_keys(self) -> dict[str, bytes]:
        """Those that this process has read so far: a code is looked for among them first, which spares listing the folder."""
        return dict(self._campaign_keys)

    def destroy_campaign(self, campaign: str) -> None:
        """Removes what belongs to a campaign: its key, terms, book and log."""
        self._campaign_keys.pop(campaign, None)
        for suffix in (_USES, _USES_TAKEN, _USED, _KEY, _TERMS, _BOOK, _LOG):
            _destroy(_file(self._campaigns, campaign, suffix=suffix))

    def write_terms(self, campaign: str, terms: bytes) -> None:
        """Keeps the terms that a campaign is being opened with."""
        _put(_file(self._campaigns, campaign, suffix=_TERMS), terms)

    def terms(self, campaign: str) -> bytes | None:
        """The terms that a campaign was opened with."""
        return _read(_file(self._campaigns, campaign, suffix=_TERMS))

    def write_book(self, campaign: str, hashes: set[bytes]) -> None:
        """Keeps the hashes of the codes that are used."""
        _put(_file(self._campaigns, campaign, suffix=_BOOK), b"".join(sorted(hashes)))

    def book(self, campaign: str) -> set[bytes]:
        """The hashes of the codes that were used by the last round."""
        return hashes_of_book(_read(_file(self._campaigns, campaign, suffix=_BOOK)) or b"")

    def write_log(self, campaign: str, entries: Sequence[str]) -> None:
        """Keeps the entries of a campaign's log."""
        _put(_file(self._campaigns, campaign, suffix=_LOG), _log_content(entries))

    def log(self, campaign: str) -> list[str]:
        """The entries of a campaign's log as they were kept last."""
        return entries_of_log(_read(_file(self._campaigns, campaign, suffix=_LOG)))

    def give_up_log(self, campaign: str, entries: Sequence[str]) -> str | None:
        """Keeps the entries of a log that is not gone on with, beside those given up before; the name of the file, None if it is one of them."""
        content = _log_content(entries)
        for number in count(1):
            file = _file(self._campaigns, campaign, suffix=f".given-up.{number}")
            kept = _read(file)
            if kept == content:
                return None
            if kept is None:
                _put(file, content)
                return str(file.relative_to(self.path))
        return None

    def given_up_logs(self, campaign: str) -> list[list[str]]:
        """The logs of a campaign that were given up, the first one first."""
        files = (_file(self._campaigns, campaign, suffix=f".given-up.{number}") for number in count(1))
        contents = takewhile(lambda content: content is not None, map(_read, files))
        return [entries_of_log(content) for content in contents]

    def note_uses(self, campaign: str, code_hashes: Iterable[bytes]) -> None:
        """Notes that codes were used, until the next round: the table could be made to forget it before then.

        A disk that is full costs the note and no answer.
        """
        with suppress(OSError):
            handle = os.open(_file(self._campaigns, campaign, suffix=_USES), _APPENDING, 0o600)
            try:
                os.write(handle, b"".join(code_hashes))
            finally:
                os.close(handle)

    def take_uses(self, campaign: str) -> list[bytes]:
        """All uses that were noted, sorted, each code as often as it was used: more than once only where the table was changed."""
        new, taken = (_file(self._campaigns, campaign, suffix=suffix) for suffix in (_USES, _USES_TAKEN))
        with suppress(FileNotFoundError):
            new.rename(taken)
        added = _hashes(_read(taken) or b"")
        taken.unlink(missing_ok=True)  # before they are kept: a crash loses a note rather than keep one twice
        known = sorted([*_hashes(_read(_file(self._campaigns, campaign, suffix=_USED)) or b""), *added])
        if added:
            self.write_uses(campaign, known)
        return known

    def noted_uses(self, campaign: str) -> set[bytes]:
        """The codes of which a use was noted, as the files stand."""
        files = [_file(self._campaigns, campaign, suffix=suffix) for suffix in (_USES, _USES_TAKEN, _USED)]
        return {h for file in files for h in _hashes(_read(file) or b"")}

    def write_uses(self, campaign: str, hashes: Sequence[bytes]) -> None:
        """Keeps the uses that were noted, in no order of time."""
        _put(_file(self._campaigns, campaign, suffix=_USED), b"".join(sorted(hashes)))

    # --- pools -------------------------------------------------------------------------------------------------------------------

    def make_pool_key(self, label: str, batch: int) -> bytes:
        """Makes the pair of a batch, always afresh, and returns the public half.

        A file that lies under its name already is nobody's: it is removed and reported.
        """
        private, public = self._pair(label, batch)
        if private.exists() or public.exists():
            log.warning("a key of %s, batch %d, lay there before it was made; it is not used", label, batch)
            self.destroy_pool_key(label, batch)
        key = X25519PrivateKey.generate()
        _put(private, key.private_bytes_raw())
        _put(public, key.public_key().public_bytes_raw())
        _public_key.cache_clear()
        return key.public_key().public_bytes_raw()

    def pool_key(self, label: str, batch: int) -> bytes | None:
        """The private key of a batch; None when it was destroyed or lost."""
        return _read(self._pair(label, batch)[0])

    def public_key(self, label: str, batch: int) -> bytes | None:
        """What to seal for a batch with; None where its pair is not whole: nothing is taken for a dead key."""
        private, public = self._pair(label, batch)
        try:
            return _public_key(public) if private.exists() else None
        except FileNotFoundError:
            return None

    def destroy_pool_key(self, label: str, batch: int) -> None:
        """Overwrites and unlinks the pair of a batch; nothing happens if it is gone already."""
        for file in self._pair(label, batch):
            _destroy(file)

    def pool_batches(self) -> list[tuple[str, int]]:
        """Label and batch of which a key is still there."""
        names = {*_names(self._pools, _KEY), *_names(self._pools, _PUB)}
        pairs = (name.rpartition(".") for name in names)
        return sorted((label, int(batch)) for label, _, batch in pairs if batch.isdecimal())

    def _pair(self, label: str, batch: int) -> tuple[Path, Path]:
        return _file(self._pools, label, batch), _file(self._pools, label, batch, _PUB)

    # --- sheets of paper and acts -------------------------------------------------------------------------------------------------

    def make_sheet_key(self, name: bytes, code_hash: bytes) -> bytes:
        """The key of a sheet of paper between its two typings, kept with its code's hash; made if it is not there.

        One that a crash has left overwritten is made anew.
        """
        file = _file(self._sheets, name.hex())
        content = _read(file)
        if content is not None and content[KEY_BYTES:] != code_hash:
            _destroy(file)
            content = None
        if content is None:
            _make_folder(file.parent)
            _write_once(file, secrets.token_bytes(KEY_BYTES) + code_hash)
        return _contents(file)[:KEY_BYTES]

    def sheet_key(self, name: bytes) -> bytes | None:
        """The key of a typed sheet; None when it was destroyed or lost."""
        content = _read(_file(self._sheets, name.hex()))
        return content and content[:KEY_BYTES]

    def destroy_sheet_key(self, name: bytes) -> None:
        """Overwrites and unlinks the key of a typed sheet; nothing happens if it is gone already."""
        _destroy(_file(self._sheets, name.hex()))

    def typed_sheets(self) -> dict[bytes, bytes]:
        """The hash of the code of each sheet that has a key."""
        names = [name for name in _names(self._sheets, _KEY) if _HEX.fullmatch(name)]
        contents = {name: _read(_file(self._sheets, name)) for name in names}
        return {bytes.fromhex(name): content[KEY_BYTES:] for name, content in contents.items() if content}

    def is_old_sheet(self, name: bytes, older_than_s: float = SWEPT_AFTER_S) -> bool:
        """Whether its key was made a while ago; the typing of a younger one may not be stored yet."""
        return _is_older(_file(self._sheets, name.hex()), older_than_s)

    def note_act(self, day: str, campaign: str, line: str) -> None:
        """Notes what somebody did with a code of a campaign on a day: no code, no time."""
        _make_folder(self._acts)
        file = _file(self._acts, f"{day}/{campaign}", suffix=_ACTS)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def noted_acts(self) -> list[str]:
        """What was noted: `DAY/CAMPAIGN`, to which more may come, and `DAY/CAMPAIGN/…`, set aside to be told."""
        return sorted(_names(self._acts, _ACTS))

    def set_acts_aside(self, name: str) -> str | None:
        """Lets nothing more come to what was noted, and gives it a name of its own; None where another process has done so."""
        if name.count("/") > 1:
            return name
        aside = f"{name}/{secrets.token_hex(8)}"
        try:
            _file(self._acts, name, suffix=_ACTS).rename(_file(self._acts, aside, suffix=_ACTS))
        except FileNotFoundError:
            return None
        _sync_folder(self._acts)
        return aside

    def read_acts(self, name: str) -> list[str]:
        """The lines noted; none where they were told and forgotten meanwhile."""
        return (_read(_file(self._acts, name, suffix=_ACTS)) or b"").decode().splitlines()

    def forget_acts(self, name: str) -> None:
        """What was noted stands in the log of acts now."""
        _file(self._acts, name, suffix=_ACTS).unlink(missing_ok=True)
        _sync_folder(self._acts)

    # --- copies of the whole --------------------------------------------------------------------------------------------------------

    def recovery_key(self) -> bytes | None:
        """The public half of the recovery key; None before one was made."""
        return _read(self.path / _RECOVERY)

    def write_recovery_key(self, public_key: bytes) -> None:
        """Keeps to whom copies are encrypted from now on."""
        _put(self.path / _RECOVERY, public_key)

    def names(self) -> list[str]:
        """The names of all files of which a copy consists, sorted; what is half-written is none of them."""
        files = (file for folder in _folders(self.path) for file in folder.iterdir() if is_name_of_copy(file.name))
        return sorted(str(file.relative_to(self.path)) for file in files if file.is_file() and not file.is_symlink())

    def content(self, name: str) -> bytes | None:
        """What a file of this name holds; None if it is gone."""
        return _read(self.path / name)

    def add(self, name: str, content: bytes) -> bool:
        """Puts a file of a copy into its place, unless something is there; whether it was put. Raises `ValueError` for a name that is none."""
        if not is_name_of_copy(name):
            raise ValueError(name)
        file = self.path / name
        if file.exists():
            return False
        _put(file, content)
        return True

    def remove(self, name: str) -> None:
        """Destroys a file that was just added."""
        self._campaign_keys.clear()
        _destroy(self.path / name)

    # --- keeping it clean ---------------------------------------------------------------------------------------------------------

    def sweep(self, older_than_s: float = SWEPT_AFTER_S) -> None:
        """Destroys what a crash left half-written; what is younger may still be in the making, by another process."""
        for folder in _folders(self.path):
            for unfinished in folder.glob(f"*{_UNFINISHED}"):
                if _is_older(unfinished, older_than_s):
                    _destroy(unfinished)


def pool_key_name(label: str, batch: int) -> str:
    """What the file of a batch's private key is called in a copy."""
    return str(_file(Path("pools"), label, batch))


def campaign_file_name(campaign: str, suffix: str) -> str:
    """What a file of a campaign is called in a copy: its key (`.key`), its book (`.book`), …"""
    return str(_file(Path("campaigns"), campaign, suffix=suffix))


def hashes_of_book(content: bytes) -> set[bytes]:
    """The hashes that a book holds."""
    return set(_hashes(content))


def _hashes(content: bytes) -> list[bytes]:
    whole = len(content) - len(content) % _HASH_BYTES
    return [content[start : start + _HASH_BYTES] for start in range(0, whole, _HASH_BYTES)]


def is_name_of_copy(name: str) -> bool:
    """Whether a file of this name may be in a copy, and so in a key directory: plain names, no way out of it."""
    parts = name.split("/")
    is_plain = all(part and not part.startswith(".") and "\0" not in part for part in parts)
    return is_plain and Path(name).suffix not in _NOT_COPIED


def _log_content(entries: Sequence[str]) -> bytes:
    return "".join(f"{entry}\n" for entry in entries).encode()


def entries_of_log(content: bytes | None) -> list[str]:
    """The entries in the file of a log; none where there is no file."""
    return (content or b"").decode().split("\n")[:-1]


def _folders(root: Path) -> Iterator[Path]:
    """The directory and all folders in it; links are named and not followed."""
    if not root.exists() and not root.is_symlink():
        return
    yield root
    if root.is_symlink():
        return
    for entry in root.iterdir():
        if entry.is_symlink() or entry.is_dir():
            yield from _folders(entry)


@lru_cache(maxsize=8_192)
def _file(folder: Path, name: str, batch: int | None = None, suffix: str = _KEY) -> Path:
    stem = quote(name, safe="")
    return folder / (f"{stem}{suffix}" if batch is None else f"{stem}.{batch}{suffix}")


@lru_cache(maxsize=8_192)
def _public_key(file: Path) -> bytes:
    """Read once a process: a pair never changes while a pool names it."""
    return _contents(file)


def _names(folder: Path, suffix: str) -> list[str]:
    try:
        found = os.listdir(folder)
    except FileNotFoundError:
        return []
    return [unquote(name.removesuffix(suffix)) for name in found if name.endswith(suffix)]


def _contents(file: Path) -> bytes:
    """What a file holds, without following a link."""
    handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        return os.read(handle, os.fstat(handle).st_size or _LONGEST_KEY_BYTES)
    finally:
        os.close(handle)


def _read(file: Path) -> bytes | None:
    try:
        return _contents(file)
    except FileNotFoundError:
        return None


def _read_or_make(file: Path) -> bytes:
    """What a key file holds; made if it is not there."""
    if _read(file) is None:
        _make_folder(file.parent)
        _write_once(file, secrets.token_bytes(KEY_BYTES))
    return _contents(file)


def _make_folder(folder: Path) -> None:
    for missing in reversed([part for part in (folder, *folder.parents) if not part.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(missing.parent)  # else a power cut could take the folder, and the keys in it, away


def _unfinished(file: Path, content: bytes) -> Path:
    """A temporary file beside `file` that holds the content durably."""
    unfinished = file.with_name(f"{secrets.token_hex(8)}{_UNFINISHED}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except BaseException:
        unfinished.unlink()
        raise
    finally:
        os.close(handle)
    return unfinished


def _put(file: Path, content: bytes) -> None:
    """Puts `content` at `file` durably and whole, in place of what was there."""
    _make_folder(file.parent)
    _unfinished(file, content).rename(file)
    _sync_folder(file.parent)


def _write_once(file: Path, content: bytes) -> None:
    """The same, unless something is there already, which then stays."""
    unfinished = _unfinished(file, content)
    try:
        os.link(unfinished, file)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
        _sync_folder(file.parent)


def _destroy(file: Path) -> None:
    """Overwrites a file and takes it away; one that has another name still loses only this one."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        state = os.fstat(handle)
        if state.st_nlink == 1:
            os.write(handle, secrets.token_bytes(state.st_size))
            os.fsync(handle)
    finally:
        os.close(handle)
    file.unlink(missing_ok=True)
    _sync_folder(file.parent)


def _is_older(file: Path, seconds: float) -> bool:
    """Whether a file was written so long ago; False if it is gone."""
    try:
        return time.time() - file.stat().st_mtime >= seconds
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
