"""Key files: whole or absent, never overwritten, gone without a trace in the directory."""

import os
import stat
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from survey_app.domain.keys import KeyDirectory


def files_of(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file())


def test_a_campaign_key_is_made_once_and_is_32_random_bytes(keys: KeyDirectory) -> None:
    key = keys.make_campaign_key("c1")
    assert len(key) == 32
    assert keys.make_campaign_key("c1") == key == KeyDirectory(keys.path).campaign_key("c1")
    assert keys.make_campaign_key("c2") != key
    assert KeyDirectory(keys.path).campaign_keys() == {"c1": key, "c2": keys.campaign_key("c2")}


def test_only_the_owner_can_read_keys(keys: KeyDirectory) -> None:
    keys.make_campaign_key("c1")
    keys.session_secret()
    keys.make_pool_key("c1/parent/U001", 1)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in keys.path.rglob("*") if path.is_dir()}
    assert modes | {stat.S_IMODE(keys.path.stat().st_mode)} == {0o700}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files_of(keys.path)} == {0o600}


def test_the_public_half_of_a_pool_key_fits_the_private_one(keys: KeyDirectory) -> None:
    public = keys.make_pool_key("c1/parent/U001", 1)
    private = X25519PrivateKey.from_private_bytes(keys.pool_key("c1/parent/U001", 1))
    assert private.public_key().public_bytes_raw() == public
    assert keys.make_pool_key("c1/parent/U001", 1) == public


def test_pool_keys_are_listed_with_label_and_batch_whatever_the_label_holds(keys: KeyDirectory) -> None:
    labels = [
        ("c1/parent/", 2),
        ("c1/parent/S.1", 10),
        ("c1/public/", 1),
        ("c1/parent/甲校", 3),
        ("c1/parent/a%2Fb", 4),
    ]
    for label, batch in labels:
        keys.make_pool_key(label, batch)
    assert keys.pool_batches() == sorted(labels)


def test_a_destroyed_key_is_gone_and_can_be_destroyed_again(keys: KeyDirectory) -> None:
    keys.make_pool_key("l", 1)
    keys.destroy_pool_key("l", 1)
    keys.destroy_pool_key("l", 1)
    assert keys.pool_batches() == []
    with pytest.raises(FileNotFoundError):
        keys.pool_key("l", 1)


def test_a_key_is_overwritten_before_it_is_unlinked(keys: KeyDirectory, tmp_path: Path) -> None:
    keys.make_pool_key("l", 1)
    contents = {file: file.read_bytes() for file in files_of(keys.path)}
    assert {file.parent.name for file in contents} == {"pools", "marks"}
    for file in contents:
        (tmp_path / file.parent.name).hardlink_to(file)  # another name of the same bytes on disk
    keys.destroy_pool_key("l", 1)
    assert files_of(keys.path) == []
    for file, content in contents.items():
        kept = (tmp_path / file.parent.name).read_bytes()
        assert kept != content
        assert len(kept) == 32


def test_twenty_processes_that_make_the_same_key_at_once_get_the_same_one(keys: KeyDirectory) -> None:
    made: list[bytes] = []
    start = threading.Barrier(20)

    def make() -> None:
        start.wait()
        made.append(KeyDirectory(keys.path).session_secret())

    threads = [threading.Thread(target=make) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 20
    assert set(made) == {keys.session_secret()}
    assert files_of(keys.path) == [keys.path / "session.key"]


def test_what_a_crash_left_half_written_is_no_key_and_is_swept_away(keys: KeyDirectory) -> None:
    keys.make_campaign_key("c1")
    (keys.path / "campaigns" / "0123.part").write_bytes(b"half")
    assert list(keys.campaign_keys()) == ["c1"]
    keys.sweep()
    assert len(files_of(keys.path)) == 2, "it may still be in the making"
    keys.sweep(older_than_s=0)
    assert files_of(keys.path) == [keys.path / "campaigns" / "c1.key"]


def test_sweeping_away_the_second_name_that_a_crash_left_of_a_key_leaves_the_key(keys: KeyDirectory) -> None:
    public = keys.make_pool_key("c1/parent/s1", 1)
    files = files_of(keys.path)
    for file in files:
        os.link(file, file.with_name("0123.part"))
    keys.sweep(older_than_s=0)
    assert files_of(keys.path) == files
    assert keys.make_pool_key("c1/parent/s1", 1) == public


def test_no_key_was_made_in_an_empty_directory(tmp_path: Path) -> None:
    keys = KeyDirectory(tmp_path / "none")
    assert keys.campaign_keys() == {}
    assert keys.pool_batches() == []
    assert not (tmp_path / "none").exists()
    with pytest.raises(FileNotFoundError):
        keys.campaign_key("c1")


def test_keys_of_marks_come_and_go_with_their_batch(keys: KeyDirectory) -> None:
    keys.make_pool_key("c1/parent/s1", 1)
    keys.make_pool_key("c2/parent/s1", 3)
    assert keys.mark_keys("c1") == {("c1/parent/s1", 1): keys.mark_key("c1/parent/s1", 1)}
    assert keys.mark_keys().keys() == {("c1/parent/s1", 1), ("c2/parent/s1", 3)}
    assert keys.mark_key("c1/parent/s1", 1) not in {keys.pool_key("c1/parent/s1", 1), keys.mark_key("c2/parent/s1", 3)}
    keys.destroy_pool_key("c1/parent/s1", 1)
    assert keys.mark_keys("c1") == {}
    assert keys.find_mark_key("c1/parent/s1", 1) is None


def test_the_key_of_runs_is_made_once_and_destroyed_at_the_closing(keys: KeyDirectory) -> None:
    key = keys.run_key("c1")
    assert keys.run_key("c1") == key == keys.find_run_key("c1")
    assert keys.campaigns_with_run_key() == ["c1"]
    keys.destroy_run_key("c1")
    assert (keys.find_run_key("c1"), keys.campaigns_with_run_key()) == (None, [])


def test_a_new_folder_is_synced_into_the_one_that_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(os.fstat(handle).st_ino), fsync(handle))[1])
    KeyDirectory(tmp_path / "data" / "keys").make_campaign_key("c1")
    folders = [tmp_path, tmp_path / "data", tmp_path / "data" / "keys", tmp_path / "data" / "keys" / "campaigns"]
    places = [synced.index(folder.stat().st_ino) for folder in folders]
    assert places == sorted(places)
