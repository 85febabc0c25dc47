"""Keys, kept in a directory of their own and never in the database.

`campaigns/ID.key`   the HMAC key of a campaign's codes (32 random bytes)
`pools/LABEL.BATCH.key`  the X25519 private key of one batch of one pool
`marks/LABEL.BATCH.key`  what the marks of its envelopes are sealed with (32 random bytes; web processes use it, hence not derived)
`runs/ID.key`        what the runs of a campaign's schools are sealed with, until the closing
`sheets/HASH.key`    one of the two keys of a sheet of paper that was typed once (domain/paper.py)
`session.key`        what the forms' start times and the staff's cookies are signed with; it opens no session
`accounts.key`       what the staff's second factors are sealed under, and the counters of wrong passwords are kept by

A key file is complete or absent: written under a temporary name, fsynced, hard-linked into place (which never overwrites), and
the directory fsynced, before its public half may be used. A batch's keys are overwritten and unlinked once it is mixed.
"""

import os
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

KEY_BYTES = 32
_LONGEST_KEY_BYTES = 4_096
SWEPT_AFTER_S = 3_600.0
_SUFFIX = ".key"


class KeyDirectory:
    """The key files under `path`, which is made (mode 0700) when the first key is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._campaigns = path / "campaigns"
        self._pools = path / "pools"
        self._marks = path / "marks"
        self._runs = path / "runs"
        self._sheets = path / "sheets"
        self._campaign_keys: dict[str, bytes] = {}
        self._session_secret: bytes | None = None
        self._account_secret: bytes | None = None

    def session_secret(self) -> bytes:
        """The secret of sessions and start times; made at the first call, the same in every process, read once in each."""
        if self._session_secret is None:
            self._session_secret = _read_or_make(self.path / f"session{_SUFFIX}")
        return self._session_secret

    def account_secret(self) -> bytes:
        """The secret of the staff's second factors; made at the first call, the same in every process, read once in each."""
        if self._account_secret is None:
            self._account_secret = _read_or_make(self.path / f"accounts{_SUFFIX}")
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
        return {campaign: self.campaign_key(campaign) for campaign in _names(self._campaigns)}

    def known_campaign_keys(self) -> dict[str, bytes]:
        """Those that this process has read so far: a code is looked for among them first, which spares listing the folder."""
        return dict(self._campaign_keys)

    def destroy_campaign_key(self, campaign: str) -> None:
        """Removes the key of a campaign that was never stored."""
        self._campaign_keys.pop(campaign, None)
        _destroy(_file(self._campaigns, campaign))

    def make_pool_key(self, label: str, batch: int) -> bytes:
        """Makes the keys of a batch, if they are not there, and returns the public half of the private one."""
        self.mark_key(label, batch)
        return _public_half(_read_or_make(_file(self._pools, label, batch), _new_private_key))

    def pool_key(self, label: str, batch: int) -> bytes:
        """The private key of a batch. Raises `FileNotFoundError` when it was destroyed or lost."""
        return _contents(_file(self._pools, label, batch))

    def destroy_pool_key(self, label: str, batch: int) -> None:
        """Overwrites and unlinks the keys of a batch; nothing happens if they are gone already."""
        _destroy(_file(self._pools, label, batch))
        _destroy(_file(self._marks, label, batch))

    def pool_batches(self) -> list[tuple[str, int]]:
        """Label and batch of which a key is still there."""
        return sorted({*_batches(self._pools), *_batches(self._marks)})

    def mark_key(self, label: str, batch: int) -> bytes:
        """The key of a batch's marks; made if it is not there, so that a submission never waits for it."""
        return _read_or_make(_file(self._marks, label, batch))

    def mark_keys(self, campaign: str | None = None) -> dict[tuple[str, int], bytes]:
        """The keys of marks that are there, by label and batch: of one campaign, or all."""
        batches = [one for one in _batches(self._marks) if campaign is None or one[0].startswith(f"{campaign}/")]
        found = {one: _read(_file(self._marks, *one)) for one in batches}
        return {one: key for one, key in found.items() if key is not None}

    def find_mark_key(self, label: str, batch: int) -> bytes | None:
        """The key of a batch's marks, if it is there."""
        return _read(_file(self._marks, label, batch))

    def run_key(self, campaign: str) -> bytes:
        """The key of the runs of a campaign's schools; made if it is not there."""
        return _read_or_make(_file(self._runs, campaign))

    def find_run_key(self, campaign: str) -> bytes | None:
        """The same, if it is there."""
        return _read(_file(self._runs, campaign))

    def destroy_run_key(self, campaign: str) -> None:
        """Overwrites and unlinks it; nothing happens if it is gone already."""
        _destroy(_file(self._runs, campaign))

    def campaigns_with_run_key(self) -> list[str]:
        """The campaigns whose runs can still be opened."""
        return sorted(_names(self._runs))

    def make_sheet_key(self, h: bytes) -> bytes:
        """The key of a sheet of paper between its two typings; made if it is not there."""
        return _read_or_make(_file(self._sheets, h.hex()))

    def sheet_key(self, h: bytes) -> bytes:
        """The key of a typed sheet. Raises `FileNotFoundError` when it was destroyed or lost."""
        return _contents(_file(self._sheets, h.hex()))

    def destroy_sheet_key(self, h: bytes) -> None:
        """Overwrites and unlinks the key of a typed sheet; nothing happens if it is gone already."""
        _destroy(_file(self._sheets, h.hex()))

    def old_sheet_keys(self, older_than_s: float = SWEPT_AFTER_S) -> list[bytes]:
        """The sheets whose key was made a while ago; a younger one's typing may not be stored yet."""
        return sorted(
            bytes.fromhex(name) for name in _names(self._sheets) if _is_older(_file(self._sheets, name), older_than_s)
        )

    def sweep(self, older_than_s: float = SWEPT_AFTER_S) -> None:
        """Destroys what a crash left half-written; what is younger may still be in the making, by another process."""
        for folder in (self.path, self._campaigns, self._pools, self._marks, self._runs, self._sheets):
            for unfinished in folder.glob("*.part"):
                _sweep(unfinished, older_than_s)


@lru_cache(maxsize=4_096)
def _file(folder: Path, name: str, batch: int | None = None) -> Path:
    stem = quote(name, safe="")
    return folder / (f"{stem}{_SUFFIX}" if batch is None else f"{stem}.{batch}{_SUFFIX}")


def _names(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [unquote(file.name.removesuffix(_SUFFIX)) for file in folder.iterdir() if file.name.endswith(_SUFFIX)]


def _batches(folder: Path) -> list[tuple[str, int]]:
    names = (name.rpartition(".") for name in _names(folder))
    return [(label, int(batch)) for label, _, batch in names]


def _contents(file: Path) -> bytes:
    """What a key file holds; by system calls, for each submission reads two of them."""
    handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(handle, _LONGEST_KEY_BYTES)
    finally:
        os.close(handle)


def _read(file: Path) -> bytes | None:
    try:
        return _contents(file)
    except FileNotFoundError:
        return None


def _new_private_key() -> bytes:
    return X25519PrivateKey.generate().private_bytes_raw()


def _public_half(private_key: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def _read_or_make(file: Path, make: Callable[[], bytes] = lambda: secrets.token_bytes(KEY_BYTES)) -> bytes:
    try:
        return _contents(file)
    except FileNotFoundError:
        _make_folder(file.parent)
        _write_once(file, make())
        return _contents(file)


def _make_folder(folder: Path) -> None:
    for missing in reversed([part for part in (folder, *folder.parents) if not part.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(missing.parent)  # else a power cut could take the folder, and the keys in it, away


def _write_once(file: Path, content: bytes) -> None:
    """Puts `content` at `file` durably and whole, unless something is there already, which then stays."""
    unfinished = file.with_name(f"{secrets.token_hex(8)}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
        os.link(unfinished, file)
    except FileExistsError:
        pass
    finally:
        os.close(handle)
        unfinished.unlink()
        _sync_folder(file.parent)


def _destroy(file: Path) -> None:
    try:
        handle = os.open(file, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        os.write(handle, secrets.token_bytes(os.fstat(handle).st_size))
        os.fsync(handle)
    finally:
        os.close(handle)
    file.unlink(missing_ok=True)
    _sync_folder(file.parent)


def _sweep(unfinished: Path, older_than_s: float) -> None:
    """A crash between linking and unlinking leaves a second name of a key in use: then only the name goes."""
    if not _is_older(unfinished, older_than_s):
        return
    if unfinished.stat().st_nlink > 1:
        unfinished.unlink(missing_ok=True)
    else:
        _destroy(unfinished)


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
