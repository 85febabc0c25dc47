"""Key files: whole or absent, made afresh, gone without a trace in the directory."""

import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from survey_app.domain.errors import UnsafeKeyDirectory
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
    assert private.public_key().public_bytes_raw() == public == keys.public_key("c1/parent/U001", 1)


def test_a_pool_key_that_lay_there_before_is_reported_and_never_used(
    keys: KeyDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever could write into the directory once must not know the key that is made later."""
    keys.make_pool_key("l", 1)
    foreign = X25519PrivateKey.generate()
    for file, content in zip(
        files_of(keys.path), (foreign.private_bytes_raw(), foreign.public_key().public_bytes_raw()), strict=True
    ):
        file.write_bytes(content)
    public = keys.make_pool_key("l", 1)
    assert public != foreign.public_key().public_bytes_raw()
    assert keys.pool_key("l", 1) != foreign.private_bytes_raw()
    assert keys.public_key("l", 1) == KeyDirectory(keys.path).public_key("l", 1) == public
    assert "lay there before it was made" in caplog.text


@pytest.mark.parametrize("half", [".key", ".pub"])
def test_with_half_a_pair_nothing_can_be_sealed(keys: KeyDirectory, half: str) -> None:
    keys.make_pool_key("l", 1)
    (lost,) = [file for file in files_of(keys.path) if file.suffix == half]
    lost.unlink()
    keys.make_pool_key("other", 1)  # what the process remembers of public keys is forgotten
    assert keys.public_key("l", 1) is None
    assert ("l", 1) in keys.pool_batches()


def test_a_key_that_was_destroyed_seals_nothing_even_where_it_was_read_before(keys: KeyDirectory) -> None:
    keys.make_pool_key("l", 1)
    assert keys.public_key("l", 1)
    keys.destroy_pool_key("l", 1)
    assert keys.public_key("l", 1) is None


def test_no_link_is_followed_to_a_key(keys: KeyDirectory, tmp_path: Path) -> None:
    keys.make_pool_key("l", 1)
    (private,) = [file for file in files_of(keys.path) if file.suffix == ".key"]
    private.rename(tmp_path / "elsewhere")
    private.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        keys.pool_key("l", 1)


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
    assert keys.pool_key("l", 1) is None


def test_a_key_is_overwritten_before_it_is_unlinked(keys: KeyDirectory) -> None:
    keys.make_pool_key("l", 1)
    contents = {file: file.read_bytes() for file in files_of(keys.path)}
    assert {file.suffix for file in contents} == {".key", ".pub"}
    writing = {
        file: os.open(file, os.O_RDONLY) for file in contents
    }  # the same bytes on disk, whatever they are called
    keys.destroy_pool_key("l", 1)
    assert files_of(keys.path) == []
    for file, content in contents.items():
        kept = os.read(writing[file], 100)
        os.close(writing[file])
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
    assert [file.parent for file in files_of(keys.path)] == [keys.path / "secrets" / "session"]


def test_what_a_crash_left_half_written_is_no_key_and_is_swept_away(keys: KeyDirectory) -> None:
    keys.make_campaign_key("c1")
    (keys.path / "campaigns" / "0123.part").write_bytes(b"half")
    assert list(keys.campaign_keys()) == ["c1"]
    keys.sweep()
    assert len(files_of(keys.path)) == 2, "it may still be in the making"
    keys.sweep(older_than_s=0)
    assert files_of(keys.path) == [keys.path / "campaigns" / "c1.key"]


def test_sweeping_away_the_second_name_that_a_crash_left_of_a_key_leaves_the_key(keys: KeyDirectory) -> None:
    key = keys.make_campaign_key("c1")
    (file,) = files_of(keys.path)
    os.link(file, file.with_name("0123.part"))
    keys.sweep(older_than_s=0)
    assert files_of(keys.path) == [file]
    assert KeyDirectory(keys.path).campaign_key("c1") == key


def test_no_key_was_made_in_an_empty_directory(tmp_path: Path) -> None:
    keys = KeyDirectory(tmp_path / "none")
    assert keys.campaign_keys() == {}
    assert keys.pool_batches() == []
    assert not (tmp_path / "none").exists()
    with pytest.raises(FileNotFoundError):
        keys.campaign_key("c1")


def test_a_new_folder_is_synced_into_the_one_that_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(os.fstat(handle).st_ino), fsync(handle))[1])
    KeyDirectory(tmp_path / "data" / "keys").make_campaign_key("c1")
    folders = [tmp_path, tmp_path / "data", tmp_path / "data" / "keys", tmp_path / "data" / "keys" / "campaigns"]
    places = [synced.index(folder.stat().st_ino) for folder in folders]
    assert places == sorted(places)


# --- terms and book ---------------------------------------------------------------------------------------------------------------


def test_terms_and_book_belong_to_their_campaign_and_go_with_it(keys: KeyDirectory) -> None:
    hashes = {bytes([number]) * 32 for number in range(5)}
    for campaign in ("c1", "c2"):
        keys.make_campaign_key(campaign)
    keys.write_terms("c1", b"{}")
    keys.write_book("c1", hashes)
    assert (keys.terms("c1"), keys.terms("c2")) == (b"{}", None)
    assert (keys.book("c1"), keys.book("c2")) == (hashes, set())
    keys.destroy_campaign("c1")
    assert (keys.terms("c1"), keys.book("c1")) == (None, set())
    assert list(keys.campaign_keys()) == ["c2"]
    assert files_of(keys.path) == [keys.path / "campaigns" / "c2.key"]


def test_the_book_is_sorted_and_written_anew_as_a_whole(keys: KeyDirectory) -> None:
    """In order of hashes, so that it tells nothing of the order in which codes were used."""
    keys.write_book("c1", {b"z" * 32, b"a" * 32})
    (file,) = files_of(keys.path)
    before = file.stat().st_ino
    keys.write_book("c1", {b"z" * 32, b"m" * 32, b"a" * 32})
    assert file.read_bytes() == b"a" * 32 + b"m" * 32 + b"z" * 32
    assert file.stat().st_ino != before
    assert files_of(keys.path) == [file]


# --- secrets that rotate ----------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_secret_signs_for_a_day_and_is_tried_for_two_more(keys: KeyDirectory) -> None:
    ring = keys.start_secrets
    first = ring.newest(NOW)
    ring.rotate(NOW + 23 * HOUR)
    assert ring.all(NOW + 23 * HOUR) == [first]
    ring.rotate(NOW + 24 * HOUR)
    second, retired = ring.all(NOW + 24 * HOUR)
    assert (ring.newest(NOW + 24 * HOUR), retired) == (second, first)
    ring.rotate(NOW + 47 * HOUR)
    ring.rotate(NOW + 71 * HOUR)
    assert first in ring.all(NOW + 71 * HOUR)
    ring.rotate(NOW + 73 * HOUR)
    assert first not in ring.all(NOW + 73 * HOUR)
    assert second in ring.all(NOW + 73 * HOUR)
    assert len(files_of(keys.path)) == len(ring.all(NOW + 73 * HOUR))


def test_another_process_finds_a_new_secret_when_it_looks(keys: KeyDirectory) -> None:
    ring, other = keys.start_secrets, KeyDirectory(keys.path).start_secrets
    first = ring.newest(NOW)
    assert other.newest(NOW) == first
    ring.rotate(NOW + 25 * HOUR)
    assert other.all(NOW + 25 * HOUR) == [first], "the folder is not listed for every form"
    other.reread()
    assert other.all(NOW + 25 * HOUR) == ring.all(NOW + 25 * HOUR)


def test_a_clock_set_back_makes_no_older_secret_the_newest(keys: KeyDirectory) -> None:
    ring = keys.start_secrets
    ring.newest(NOW)
    ring.rotate(NOW + 25 * HOUR)
    newest = ring.newest(NOW)
    ring.rotate(NOW - 1000 * HOUR)
    assert ring.newest(NOW - 1000 * HOUR) == newest


def test_start_times_and_sessions_have_secrets_of_their_own(keys: KeyDirectory) -> None:
    assert keys.start_secrets.newest(NOW) != keys.session_secrets.newest(NOW)


# --- sheets of paper and acts -----------------------------------------------------------------------------------------------------


def test_the_key_of_a_typed_sheet_is_kept_with_the_hash_of_its_code(keys: KeyDirectory) -> None:
    key = keys.make_sheet_key(b"n" * 32, b"code_hash" * 32)
    assert len(key) == 32
    assert keys.make_sheet_key(b"n" * 32, b"code_hash" * 32) == key == keys.sheet_key(b"n" * 32)
    assert keys.typed_sheets() == {b"n" * 32: b"code_hash" * 32}
    assert not keys.is_old_sheet(b"n" * 32)
    assert keys.is_old_sheet(b"n" * 32, older_than_s=0)
    keys.destroy_sheet_key(b"n" * 32)
    keys.destroy_sheet_key(b"n" * 32)
    assert (keys.sheet_key(b"n" * 32), keys.typed_sheets(), files_of(keys.path)) == (None, {}, [])


def test_a_sheet_key_that_a_crash_left_overwritten_is_made_anew(keys: KeyDirectory) -> None:
    key = keys.make_sheet_key(b"n" * 32, b"code_hash" * 32)
    (file,) = files_of(keys.path)
    file.write_bytes(b"?" * 64)
    assert keys.make_sheet_key(b"n" * 32, b"code_hash" * 32) not in (key, b"?" * 32)
    assert keys.typed_sheets() == {b"n" * 32: b"code_hash" * 32}


def test_acts_are_noted_by_day_and_campaign_until_they_are_told(keys: KeyDirectory) -> None:
    for day, line in (("2026-11-23", "a,b"), ("2026-11-23", "c,d"), ("2026-11-24", "e,f")):
        keys.note_act(day, "c1", line)
    assert keys.noted_acts() == ["2026-11-23/c1", "2026-11-24/c1"]
    aside = keys.set_acts_aside("2026-11-23/c1")
    assert aside
    keys.note_act("2026-11-23", "c1", "late")
    assert keys.read_acts(aside) == ["a,b", "c,d"], "nothing more comes to what is being told"
    assert keys.set_acts_aside(aside) == aside, "a crash has left it: it is told now"
    keys.forget_acts(aside)
    keys.forget_acts(aside)
    assert keys.read_acts(aside) == []
    assert keys.noted_acts() == ["2026-11-23/c1", "2026-11-24/c1"]
    assert keys.read_acts("2026-11-23/c1") == ["late"]


def test_acts_that_another_process_tells_are_not_told_twice(keys: KeyDirectory) -> None:
    keys.note_act("2026-11-23", "c1", "a,b")
    assert keys.set_acts_aside("2026-11-23/c1")
    assert KeyDirectory(keys.path).set_acts_aside("2026-11-23/c1") is None


# --- whose directory it is --------------------------------------------------------------------------------------------------------


def test_a_directory_of_ours_is_safe(keys: KeyDirectory) -> None:
    keys.check()  # there is none yet
    keys.make_pool_key("l", 1)
    keys.check()


@pytest.mark.parametrize("folder", [".", "pools"])
def test_a_folder_that_others_may_read_is_not_safe(keys: KeyDirectory, folder: str) -> None:
    keys.make_pool_key("l", 1)
    (keys.path / folder).chmod(0o750)
    with pytest.raises(UnsafeKeyDirectory, match=r"open to others \(chmod 700\)"):
        keys.check()


@pytest.mark.parametrize("name", ["pools", "secrets"])
def test_a_folder_that_is_a_link_is_not_safe(keys: KeyDirectory, tmp_path: Path, name: str) -> None:
    keys.make_campaign_key("c1")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (keys.path / name).symlink_to(elsewhere)
    with pytest.raises(UnsafeKeyDirectory, match=f"{name} is a link"):
        keys.check()


def test_a_directory_that_is_a_link_itself_is_not_safe(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "keys").symlink_to(tmp_path / "real")
    with pytest.raises(UnsafeKeyDirectory, match="is a link"):
        KeyDirectory(tmp_path / "keys").check()


def test_a_folder_of_another_user_is_not_safe(keys: KeyDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.make_campaign_key("c1")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UnsafeKeyDirectory, match="another user"):
        keys.check()
