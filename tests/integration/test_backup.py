"""Copies of the database and the keys: made under load, put back, damaged, killed (docs/operations.md, "Backup and restore"), on both engines."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from survey_app.domain.clock import FixedClock
from survey_app.domain.errors import CodeUsed, DatabaseMismatch, KeysMissing, UnknownCode
from survey_app.domain.keys import KeyDirectory
from survey_app.domain.recovery import DamagedCopy, WrongRecoveryKey, make_recovery_key
from survey_app.domain.seal import log_root
from survey_app.services.backup.copied_files import KeyCopy, OtherRevision, keys_file, open_keys, unfinished
from survey_app.services.backup.making import (
    Made,
    NoRecoveryKey,
    NotACopy,
    RecoveryKeyThere,
    make_backup,
    make_new_recovery_key,
)
from survey_app.services.backup.restoring import (
    KeysNotCopied,
    NotEmpty,
    OtherKeys,
    Restored,
    is_key_needed,
    read_copy,
    restore,
)
from survey_app.services.campaigns.closing import close_campaign, move_closing
from survey_app.services.codes.issuing import issue_codes
from survey_app.services.mixing.settling import settle
from survey_app.services.mixing.turnover import Mixer, clean_key_directory
from survey_app.services.starting_up import find_mismatches
from survey_app.services.transparency_log import LogKeeper
from survey_app.storage import tables
from survey_app.storage.campaigns.campaigns import find_campaign
from survey_app.storage.copying import NOT_COPIED, copied_tables, read_lines
from survey_app.storage.mixing.balance import read_balances
from survey_app.storage.mixing.pools import list_pools
from survey_app.storage.schema import metadata
from survey_app.storage.session import Database, DatabaseInUse, open_database
from survey_app.storage.transparency_log import append_entry, list_entries
from tests.builders_survey import CAMPAIGN, Crowd, Survey, open_survey
from tests.paths import REPOSITORY

CROWDS = [Crowd("parent", "S1", 30), Crowd("parent", "S2", 30), Crowd("public", "", 30)]
MARKER = "墨水很蓝marker"


@pytest.fixture
def survey(database: Database, keys: KeyDirectory, clock: FixedClock) -> Survey:
    made = open_survey(database, keys, clock, CROWDS, min_seconds=0, extra_choices=4)
    with database.write() as connection:  # opening does so
        append_entry(connection, CAMPAIGN, json.loads(keys.terms(CAMPAIGN) or b""))
    return made


@pytest.fixture
def paper(keys: KeyDirectory) -> bytes:
    """The recovery key."""
    return make_new_recovery_key(keys)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies" / "monday.jh"


@pytest.fixture
def new_place(
    make_database_url: Callable[..., str], tmp_path: Path
) -> Iterator[Callable[..., tuple[Database, KeyDirectory]]]:
    """Makes empty databases, and empty key directories beside them unless one is named."""
    opened, numbers = list[Database](), count()

    def make(keys: KeyDirectory | None = None) -> tuple[Database, KeyDirectory]:
        opened.append(open_database(make_database_url()))
        return opened[-1], keys or KeyDirectory(tmp_path / f"keys of {next(numbers)}")

    yield make
    for one in opened:
        one.close()


def hand_in(survey: Survey, group: str, school: str, codes: slice) -> list[str]:
    some = survey.codes[group, school][codes]
    for code in some:
        survey.submit(code, nonce=code)
    return some


def back_up(survey: Survey, target: Path) -> Made:
    return make_backup(survey.database, survey.keys, survey.clock, target)


def put_back(
    survey: Survey, place: tuple[Database, KeyDirectory], target: Path, key: bytes | None
) -> tuple[Survey, Restored]:
    database, keys = place
    restored = restore(database, keys, survey.clock, read_copy(target, key))
    again = Survey(database, KeyDirectory(keys.path), FixedClock(survey.clock.now()), survey.codes)
    return again, restored


def check_invariant(survey: Survey) -> None:
    with survey.database.read() as connection:
        balances = read_balances(connection, CAMPAIGN)
    assert [one.missing for one in balances] == [0] * len(balances)
    counts = survey.counts()
    assert counts["used"] == counts["answered"] == counts["cells"]
    assert counts["taken"] == counts["used"] - counts["lost"]
    assert find_mismatches(survey.database, survey.keys) == []


def close(survey: Survey) -> None:
    survey.clock.move(timedelta(days=3))
    assert close_campaign(survey.database, survey.keys, survey.clock, CAMPAIGN).state == "closed"


def entries(survey: Survey, kind: str = "") -> list[dict]:
    with survey.database.read() as connection:
        found = [json.loads(one) for one in list_entries(connection, CAMPAIGN)]
    return [one for one in found if kind in ("", one["kind"])]


# --- a copy ---------------------------------------------------------------------------------------------------------------------


def test_a_copy_put_back_elsewhere_is_the_same_survey(survey, paper, target, new_place) -> None:
    hand_in(survey, "parent", "S1", slice(12))
    hand_in(survey, "public", "", slice(9))
    made = back_up(survey, target)
    assert (made.waiting, made.warnings) == (21, [])
    again, restored = put_back(survey, new_place(), target, paper)
    assert (restored.outcomes[0].lost, restored.outcomes[0].used_since, restored.missing) == (0, 0, [])
    check_invariant(again)
    for code in survey.codes["parent", "S1"][:12]:
        assert again.submit(code, nonce=code).is_repeat  # with its receipt
        with pytest.raises(CodeUsed):
            again.submit(code, nonce="another")
    hand_in(again, "parent", "S1", slice(12, 20))
    assert Mixer().round(again.database, again.keys) == [CAMPAIGN]
    close(again)
    counts = again.counts()
    assert (counts["responses"], counts["lost"], counts["withheld"]) == (29, 0, 0)
    assert not again.keys.pool_batches()


def test_everything_but_what_is_there_for_a_while_comes_back(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(9))
    with survey.database.write() as connection:
        connection.execute(insert(tables.guess), {"source": "s", "window": 1, "n": 2})
    back_up(survey, target)
    again, _ = put_back(survey, new_place(), target, paper)
    changed = {"envelope", "pool", "entry", "audit"}
    for table in copied_tables():
        if table.name not in changed:
            with survey.database.read() as one, again.database.read() as other:
                assert list(read_lines(one, table)) == list(read_lines(other, table)), table.name
    assert again.stored(tables.guess, "n") == []
    assert {table.name for table in metadata.sorted_tables} == {one.name for one in copied_tables()} | (
        NOT_COPIED & set(metadata.tables)
    )


def test_rows_lie_in_a_copy_by_their_keys_and_not_by_arrival(survey, paper, target) -> None:
    hand_in(survey, "public", "", slice(20))
    back_up(survey, target)
    with zipfile.ZipFile(target) as archive:
        for name in ("code", "envelope"):
            lines = archive.read(f"tables/{name}.jsonl").splitlines()
            keys = [bytes.fromhex(b64(json.loads(line)[0])) for line in lines]
            assert keys == sorted(keys)
            assert len(keys) >= 20
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def b64(text: str) -> str:
    import base64

    return base64.b64decode(text).hex()


def test_pools_are_turned_over_before(survey, paper, target) -> None:
    hand_in(survey, "public", "", slice(9))
    before = set(survey.stored(tables.envelope, "id"))
    back_up(survey, target)
    assert not before & set(survey.stored(tables.envelope, "id"))


def test_no_byte_of_a_copy_says_what_was_answered(survey, paper, target) -> None:
    for code in survey.codes["public", ""][:9]:
        survey.submit(code, nonce=code, q04=MARKER)
    back_up(survey, target)
    held = [target.read_bytes(), keys_file(target).read_bytes(), *contents_of(target)]
    held += list(open_keys(keys_file(target), key_of(paper)).files.values())
    for content in held:
        assert MARKER.encode() not in content
        assert MARKER.encode("unicode_escape") not in content
    close(survey)
    back_up(survey, target)
    assert any(MARKER.encode() in content for content in contents_of(target)), "the marker would be found"


def contents_of(target: Path) -> list[bytes]:
    with zipfile.ZipFile(target) as archive:
        return [archive.read(name) for name in archive.namelist()]


def key_of(paper: bytes):
    from survey_app.domain.recovery import key_of_recovery

    return key_of_recovery(paper)


def test_no_key_lies_open_in_either_file(survey, paper, target) -> None:
    hand_in(survey, "public", "", slice(9))
    back_up(survey, target)
    held = [target.read_bytes(), keys_file(target).read_bytes(), *contents_of(target)]
    for file in (survey.keys.path).rglob("*.key"):
        assert all(file.read_bytes() not in content for content in held), file
    assert {file.stat().st_mode & 0o777 for file in (target, keys_file(target))} == {0o600}


# --- under load -----------------------------------------------------------------------------------------------------------------


@dataclass
class Load:
    """Two threads that hand in as many of the codes that are left as they may, and one that turns over, until told to stop."""

    survey: Survey
    waiting: list[str]
    permits: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    done: list[str] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self.threads = [threading.Thread(target=self.run, args=[work]) for work in (self.submit, self.submit, self.mix)]
        for thread in self.threads:
            thread.start()

    def run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self.failures.append(error)

    def submit(self) -> None:
        while self.permits.acquire() and not self.stop.is_set():
            code = self.waiting.pop()
            self.survey.submit(code, nonce=code, q04=f"说{code}")
            self.done.append(code)

    def mix(self) -> None:
        mixer = Mixer(turned_over_every_s=0)
        while not self.stop.is_set():
            mixer.round(self.survey.database, self.survey.keys)

    def go_on(self) -> None:
        """Lets twelve more come in, and waits for the first four."""
        aim = len(self.done) + 4
        self.permits.release(12)
        while len(self.done) < aim and not self.failures:
            time.sleep(0.005)

    def end(self) -> None:
        self.stop.set()
        self.permits.release(2)
        for thread in self.threads:
            thread.join()
        assert self.failures == []


def test_each_of_ten_copies_made_under_load_is_a_survey_of_its_moment(
    database, keys, clock, paper, tmp_path, new_place
) -> None:
    survey = open_survey(database, keys, clock, [Crowd("parent", "S1", 80), Crowd("public", "", 60)], min_seconds=0)
    load = Load(survey, survey.all_codes())
    load.start()
    copies = []
    for number in range(10):
        load.go_on()
        place, before = tmp_path / f"copy {number}", len(load.done)
        place.mkdir()
        make_backup(survey.database, survey.keys, survey.clock, place / "copy.jh")
        copies.append((place / "copy.jh", before, len(load.done)))
    load.end()
    assert sum(after > before for _, before, after in copies) > 3, "there was load"
    for file, before, after in copies:
        came_back = put_back(survey, new_place(), file, paper)
        check_copy_of_moment(survey, came_back, load.done[:before], after)


def check_copy_of_moment(survey: Survey, came_back: tuple[Survey, Restored], before: list[str], after: int) -> None:
    again, restored = came_back
    assert sum(one.lost for one in restored.outcomes) == 0
    used = again.counts()["used"]
    assert len(before) <= used <= after + 2, "of the moment; two may have been stored and not yet counted"
    check_invariant(again)
    for code in before:
        with pytest.raises(CodeUsed):
            again.submit(code, nonce="another")
    close(again)
    counts = again.counts()
    assert (counts["responses"] + counts["withheld"], counts["lost"], counts["envelopes"]) == (used, 0, 0)
    texts, rest = Counter(again.stored(tables.comment, "text")), Counter(f"说{code}" for code in survey.all_codes())
    assert texts <= rest
    assert counts["comments"] <= used


# --- the keys -------------------------------------------------------------------------------------------------------------------


def test_without_a_recovery_key_there_is_no_copy(survey, target) -> None:
    with pytest.raises(NoRecoveryKey):
        back_up(survey, target)
    assert list(target.parent.iterdir()) == []


def test_a_second_recovery_key_is_made_on_demand_only(keys) -> None:
    first = make_new_recovery_key(keys)
    public = keys.recovery_key()
    with pytest.raises(RecoveryKeyThere):
        make_new_recovery_key(keys)
    assert keys.recovery_key() == public
    assert make_new_recovery_key(keys, replace=True) != first
    assert keys.recovery_key() != public
    assert all(first not in file.read_bytes() for file in keys.path.rglob("*") if file.is_file())


def test_another_recovery_key_opens_nothing(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    with pytest.raises(WrongRecoveryKey, match="another recovery key"):
        read_copy(target, make_recovery_key())


def test_one_copy_of_the_keys_is_kept_in_a_folder(survey, paper, target, tmp_path) -> None:
    back_up(survey, target)
    foreign = target.with_name("other county.keys")
    shutil.copy(keys_file(target), foreign)
    tuesday = target.with_name("tuesday.jh")
    other = KeyDirectory(tmp_path / "other keys")
    make_new_recovery_key(other)
    of_others = foreign.read_bytes()
    foreign.write_bytes(of_others[:31] + os.urandom(32) + of_others[63:])  # for another recovery key
    notes = target.with_name("notes.keys")
    notes.write_text("not ours")
    made = back_up(survey, tuesday)
    assert made.replaced == [keys_file(target)]
    assert sorted(one.name for one in target.parent.iterdir()) == [
        "monday.jh", "notes.keys", "other county.keys", "tuesday.jh", "tuesday.jh.keys",
    ]  # fmt: skip
    with pytest.raises(KeysNotCopied):
        read_copy(target, paper)


def test_a_wrong_key_directory_does_not_take_the_place_of_a_good_copy(survey, paper, target, tmp_path) -> None:
    hand_in(survey, "public", "", slice(6))
    older = tmp_path / "older"
    shutil.copytree(survey.keys.path, older)
    back_up(survey, target)
    before = [file.read_bytes() for file in (target, keys_file(target))]
    empty = KeyDirectory(tmp_path / "empty")
    make_new_recovery_key(empty)
    with pytest.raises(KeysMissing):
        make_backup(survey.database, empty, survey.clock, target)
    with pytest.raises(DatabaseMismatch):
        make_backup(survey.database, KeyDirectory(older), survey.clock, target)
    assert [file.read_bytes() for file in (target, keys_file(target))] == before
    assert len(list(target.parent.iterdir())) == 2


def test_without_the_copied_keys_only_when_asked_and_what_is_lost_is_told(survey, paper, target, new_place) -> None:
    hand_in(survey, "parent", "S1", slice(7))
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    keys_file(target).unlink()
    with pytest.raises(KeysNotCopied, match="up to 13 answers"):
        is_key_needed(target, without_keys=False)
    again, restored = put_back(survey, new_place(), target, None)
    (outcome,) = restored.outcomes
    assert (outcome.lost, outcome.codes_dead) == (13, 77)
    check_invariant(again)
    assert again.counts()["lost"] == 13
    with pytest.raises(UnknownCode):
        again.submit(survey.codes["public", ""][20])
    issued = issue_codes(again.database, again.keys, again.clock, CAMPAIGN)
    assert len(issued) == 90, "the lost ones and those that are out, anew"
    for code in [one.code for one in issued if one.group == "public"][:6]:
        again.submit(code)
    close(again)
    assert (again.counts()["responses"], again.counts()["lost"]) == (6, 13)
    assert [one["n"] for one in entries(again, "lost") if "!text" not in one["label"]] == [7, 6]


def test_without_the_copied_keys_what_the_directory_can_open_is_not_lost(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    keys_file(target).unlink()
    again, restored = put_back(survey, new_place(survey.keys), target, None)
    assert (restored.outcomes[0].lost, restored.outcomes[0].codes_dead) == (0, 0)
    check_invariant(again)
    hand_in(again, "public", "", slice(6, 10))
    close(again)
    assert again.counts()["responses"] == 10


# --- mixes of old and new -------------------------------------------------------------------------------------------------------


def keep(survey: Survey) -> None:
    """What the worker does in a round."""
    Mixer(turned_over_every_s=0).round(survey.database, survey.keys)
    LogKeeper().round(survey.database, survey.keys)


def test_where_only_the_database_died_codes_used_since_stay_used(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    later = hand_in(survey, "public", "", slice(6, 11)) + hand_in(survey, "parent", "S1", slice(8))
    keep(survey)
    again, restored = put_back(survey, new_place(survey.keys), target, paper)
    (outcome,) = restored.outcomes
    assert (outcome.lost, outcome.used_since) == (13, 13)
    check_invariant(again)
    for code in later:
        with pytest.raises(CodeUsed):
            again.submit(code, nonce=code)
    quota = {group: row for group, *row in again.stored(tables.quota, "group", "answered", "taken", "lost", "to_issue")}
    assert quota == {"parent": [8, 0, 8, 68], "public": [11, 6, 5, 35]}
    assert len(issue_codes(again.database, again.keys, again.clock, CAMPAIGN)) == 13
    close(again)
    assert (again.counts()["responses"], again.counts()["lost"]) == (6, 13)


def test_the_log_tells_that_it_went_back_and_what_was_given_up(survey, paper, target, new_place) -> None:
    back_up(survey, target)
    issued = survey.codes["public", ""][0]
    from survey_app.services.codes.cancelling import reissue_codes

    reissue_codes(survey.database, survey.keys, survey.clock, CAMPAIGN, [issued])
    hand_in(survey, "public", "", slice(1, 7))
    keep(survey)
    with survey.database.read() as connection:
        given_up = list_entries(connection, CAMPAIGN)
    again, restored = put_back(survey, new_place(survey.keys), target, paper)
    assert restored.outcomes[0].given_up == {"codes": 1}
    (told,) = entries(again, "restored")
    assert (told["size"], told["root"], told["n"]) == (2, log_root(given_up), 6)
    assert again.keys.given_up_logs(CAMPAIGN) == [given_up]
    assert [one["kind"] for one in entries(again)] == ["open", "restored", "codes", "lost"]
    LogKeeper().round(again.database, again.keys)
    with again.database.read() as connection:
        assert again.keys.log(CAMPAIGN) == list_entries(connection, CAMPAIGN)


def test_on_a_fresh_machine_the_log_tells_the_copy_that_was_put_back(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    keep(survey)
    back_up(survey, target)
    again, _ = put_back(survey, new_place(), target, paper)
    (told,) = entries(again, "restored")
    assert (told["size"], told["n"], again.keys.given_up_logs(CAMPAIGN)) == (1, 0, [])


def test_codes_changed_after_the_copy_are_changed_again(survey, paper, target, new_place) -> None:
    back_up(survey, target)
    from survey_app.services.codes.cancelling import reissue_codes, revoke_codes

    first, second, third, fourth, fifth = survey.codes["public", ""][:5]
    new = reissue_codes(survey.database, survey.keys, survey.clock, CAMPAIGN, [first, second, third])
    revoke_codes(survey.database, survey.keys, survey.clock, CAMPAIGN, [new[2].code, fourth])
    survey.submit(new[0].code)
    keep(survey)
    issued = survey.stored(tables.quota, "issued")
    again, restored = put_back(survey, new_place(survey.keys), target, paper)
    outcome = restored.outcomes[0]
    assert (outcome.used_since, outcome.unknown_since, outcome.given_up) == (1, 0, {"codes": 2})
    check_invariant(again)
    assert again.stored(tables.quota, "issued") == issued
    for code in (first, second, third, fourth, new[2].code):
        with pytest.raises(UnknownCode):
            again.submit(code)
    with pytest.raises(CodeUsed):
        again.submit(new[0].code)
    again.submit(new[1].code)
    again.submit(fifth)
    Mixer().round(again.database, again.keys)
    check_invariant(again)


def test_an_end_moved_after_the_copy_is_moved_again(survey, paper, target, new_place) -> None:
    back_up(survey, target)
    later = (survey.clock.now() + timedelta(days=9)).isoformat(timespec="minutes")
    moved = move_closing(survey.database, survey.clock, CAMPAIGN, later)
    keep(survey)
    again, restored = put_back(survey, new_place(survey.keys), target, paper)
    assert restored.outcomes[0].given_up == {"term": 1}
    with again.database.read() as connection:
        assert find_campaign(connection, CAMPAIGN).closes == moved.closes


def test_used_codes_of_which_nothing_else_is_known_are_told(survey, paper, target, new_place) -> None:
    back_up(survey, target)
    from survey_app.services.codes.cancelling import reissue_codes

    (new,) = reissue_codes(survey.database, survey.keys, survey.clock, CAMPAIGN, survey.codes["public", ""][:1])
    survey.submit(new.code)
    Mixer().round(survey.database, survey.keys)  # the log was not kept
    again, restored = put_back(survey, new_place(survey.keys), target, paper)
    assert (restored.outcomes[0].used_since, restored.outcomes[0].unknown_since) == (0, 1)
    check_invariant(again)
    with pytest.raises(UnknownCode):
        again.submit(new.code)
    Mixer().round(again.database, again.keys)
    hand_in(again, "public", "", slice(2, 4))  # no group was stopped by it


def test_what_a_key_directory_has_destroyed_does_not_come_back_into_it(survey, paper, target, new_place) -> None:
    name, h = b"n" * 32, b"code_hash" * 32
    survey.keys.make_sheet_key(name, h)
    survey.keys.note_act("2026-11-23", CAMPAIGN, "desk,paper_typed,public,1")
    start = survey.keys.start_secrets.newest(survey.clock.now())
    back_up(survey, target)
    fresh = new_place()
    put_back(survey, fresh, target, paper)
    assert fresh[1].sheet_key(name) == survey.keys.sheet_key(name)
    assert fresh[1].noted_acts() == survey.keys.noted_acts() != []
    assert start in fresh[1].start_secrets.all(survey.clock.now())
    assert fresh[1].recovery_key() == survey.keys.recovery_key()
    survey.keys.destroy_sheet_key(name)
    survey.keys.forget_acts(f"2026-11-23/{CAMPAIGN}")
    put_back(survey, new_place(survey.keys), target, paper)
    assert survey.keys.sheet_key(name) is None
    assert survey.keys.noted_acts() == []


def test_no_key_of_a_pool_comes_out_of_a_copy(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    again, _ = put_back(survey, new_place(), target, paper)
    of_pools = {file.read_bytes() for file in (survey.keys.path / "pools").iterdir()}
    assert not of_pools & {file.read_bytes() for file in (again.keys.path / "pools").iterdir()}


def test_the_worker_keeps_the_logs(survey) -> None:
    from survey_app.services.mixing.worker import run_worker

    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=[survey.database, survey.keys, survey.clock, stop, 0.05])
    worker.start()
    while worker.is_alive() and not survey.keys.log(CAMPAIGN):
        time.sleep(0.02)
    stop.set()
    worker.join()
    with survey.database.read() as connection:
        assert survey.keys.log(CAMPAIGN) == list_entries(connection, CAMPAIGN)


def test_an_older_key_directory_that_is_there_learns_from_the_copy(survey, paper, target, new_place, tmp_path) -> None:
    hand_in(survey, "public", "", slice(6))
    keep(survey)
    shutil.copytree(survey.keys.path, tmp_path / "older")
    hand_in(survey, "public", "", slice(6, 12))
    keep(survey)
    back_up(survey, target)
    again, restored = put_back(survey, new_place(KeyDirectory(tmp_path / "older")), target, paper)
    assert (restored.outcomes[0].lost, restored.outcomes[0].used_since) == (0, 0)
    check_invariant(again)
    close(again)
    assert again.counts()["responses"] == 12


def test_an_older_copy_with_newer_copied_keys_keeps_codes_used(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    older = target.with_name("older.jh")
    shutil.copy(target, older)
    later = hand_in(survey, "public", "", slice(6, 11))
    keep(survey)
    back_up(survey, target)
    keys_file(target).rename(keys_file(older))
    again, restored = put_back(survey, new_place(), older, paper)
    assert not restored.is_pair
    (outcome,) = restored.outcomes
    assert (outcome.lost, outcome.used_since) == (11, 5), "what waited then can't be opened either"
    check_invariant(again)
    with pytest.raises(CodeUsed):
        again.submit(later[0], nonce=later[0])


def test_of_two_books_each_code_counts(survey, paper, target, new_place, tmp_path) -> None:
    hand_in(survey, "public", "", slice(3))
    keep(survey)
    shutil.copytree(survey.keys.path, tmp_path / "older")
    back_up(survey, target)
    older = target.with_name("older.jh")
    shutil.copy(target, older)
    hand_in(survey, "public", "", slice(6, 11))
    keep(survey)
    back_up(survey, target)
    keys_file(target).rename(keys_file(older))
    again, restored = put_back(survey, new_place(KeyDirectory(tmp_path / "older")), older, paper)
    assert restored.outcomes[0].used_since == 5
    check_invariant(again)


def test_a_key_of_the_same_batch_that_is_another_opens_nothing_and_is_told(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    keys = survey.keys
    for label, batch in keys.pool_batches():
        keys.make_pool_key(label, batch)
    again, restored = put_back(survey, new_place(keys), target, None)
    assert restored.outcomes[0].lost == 6
    check_invariant(again)


def test_the_keys_of_another_installation_are_refused(survey, paper, target, new_place, tmp_path) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    database, keys = new_place()
    keys.make_campaign_key(CAMPAIGN)
    before = keys.names()
    with pytest.raises(OtherKeys):
        restore(database, keys, survey.clock, read_copy(target, paper))
    assert keys.names() == before
    keys.write_book(CAMPAIGN, {b"code_hash" * 32})
    with pytest.raises(OtherKeys):
        restore(database, keys, survey.clock, read_copy(target, None))


def test_a_campaign_made_after_the_copy_is_told(survey, paper, target, new_place) -> None:
    back_up(survey, target)
    survey.keys.make_campaign_key("c2")
    _, restored = put_back(survey, new_place(survey.keys), target, paper)
    assert restored.missing == ["c2"]


def test_a_draft_that_was_opened_after_the_copy_can_not_be_voted_in_twice(survey, paper, target, new_place) -> None:
    with survey.database.write() as connection:
        connection.execute(update(tables.campaign).values(state="draft", admission=0, opened_at=None))
        connection.execute(delete(tables.entry))
    back_up(survey, target)
    with survey.database.write() as connection:
        connection.execute(update(tables.campaign).values(state="open", admission=1))
        append_entry(connection, CAMPAIGN, json.loads(survey.keys.terms(CAMPAIGN) or b""))
    hand_in(survey, "public", "", slice(5))
    keep(survey)
    again, restored = put_back(survey, new_place(survey.keys), target, paper)
    assert (restored.outcomes[0].lost, restored.outcomes[0].given_up) == (5, {"open": 1})
    from survey_app.services.campaigns.lifecycle import open_campaign

    open_campaign(again.database, again.keys, again.clock, CAMPAIGN)
    check_invariant(again)
    with pytest.raises(CodeUsed):
        again.submit(survey.codes["public", ""][0])
    hand_in(again, "public", "", slice(5, 12))
    close(again)
    assert (again.counts()["responses"], again.counts()["lost"]) == (7, 5)


def test_a_closed_campaign_comes_back_closed(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    close(survey)
    back_up(survey, target)
    again, restored = put_back(survey, new_place(), target, paper)
    assert again.counts()["responses"] == 6
    assert restored.outcomes[0].lost == 0
    assert [one["kind"] for one in entries(again)][-2:] == ["close", "restored"]


def test_a_campaign_closed_after_the_copy_closes_again(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(7))
    back_up(survey, target)
    hand_in(survey, "public", "", slice(7, 9))
    close(survey)
    LogKeeper().round(survey.database, survey.keys)
    again, restored = put_back(survey, new_place(survey.keys), target, paper)
    assert restored.outcomes[0].given_up == {"close": 1, "mix": 1}
    check_invariant(again)
    close(again)
    assert (again.counts()["responses"], again.counts()["lost"]) == (7, 2)


def test_an_older_database_put_back_by_hand_is_told_by_its_log(survey, clock) -> None:
    from survey_app.services.codes.cancelling import revoke_codes

    LogKeeper().round(survey.database, survey.keys)
    revoke_codes(survey.database, survey.keys, clock, CAMPAIGN, survey.codes["public", ""][:1])
    LogKeeper().round(survey.database, survey.keys)
    with survey.database.write() as connection:  # as it was before
        connection.execute(delete(tables.entry).where(tables.entry.c.seq == 1))
        connection.execute(update(tables.code).values(cancelled=False))
    kept = survey.keys.log(CAMPAIGN)
    LogKeeper().round(survey.database, survey.keys)
    assert survey.keys.log(CAMPAIGN) == kept, "the proof stays"
    assert [line for line in find_mismatches(survey.database, survey.keys) if "its log is not what it was" in line]
    settle(survey.database, survey.keys, clock, CAMPAIGN)
    assert [(one["size"], one["root"]) for one in entries(survey, "restored")] == [(2, log_root(kept))]
    assert survey.keys.given_up_logs(CAMPAIGN) == [kept]
    assert find_mismatches(survey.database, survey.keys) == []


# --- killed ---------------------------------------------------------------------------------------------------------------------


def killed_at_steps(mode: str, url: str, keys: KeyDirectory, target: Path, paper: bytes) -> int:
    """Does it again and again in other processes, killed at a later step each time, until it gets through; how many were killed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.killing_copies", mode, url, str(keys.path), str(target), paper.hex()],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_backup_killed_anywhere_leaves_a_whole_pair(survey, database_url, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    survey.database.close()
    assert killed_at_steps("backup", database_url, survey.keys, target, paper) > 10
    assert sorted(file.name for file in target.parent.iterdir()) == ["monday.jh", "monday.jh.keys"]
    assert survey.counts()["used"] == 6
    again, restored = put_back(survey, new_place(), target, paper)
    assert (again.counts()["envelopes"], restored.outcomes[0].lost) == (6, 0)
    check_invariant(survey)


def test_a_restore_killed_anywhere_is_all_or_nothing(
    survey, paper, target, new_place, make_database_url, tmp_path
) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    hand_in(survey, "public", "", slice(6, 9))
    keep(survey)
    url = make_database_url()
    assert killed_at_steps("restore", url, survey.keys, target, paper) > 10
    database = open_database(url)
    again = Survey(database, KeyDirectory(survey.keys.path), survey.clock, survey.codes)
    check_invariant(again)
    assert (again.counts()["envelopes"], again.counts()["lost"]) == (6, 3)
    assert len(again.keys.given_up_logs(CAMPAIGN)) == 0
    clean_key_directory(again.database, again.keys)
    close(again)
    assert again.counts()["responses"] == 6
    database.close()


# --- refusals -------------------------------------------------------------------------------------------------------------------


def test_a_database_in_use_is_refused(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    database, keys = new_place()
    other = open_database(
        f"sqlite:///{database.file}" if database.file else database.engine.url.render_as_string(hide_password=False)
    )
    with other.read() as connection:
        connection.execute(select(tables.campaign)).all()
    copy = read_copy(target, paper)  # and `other` is idle now, but connected
    with pytest.raises(DatabaseInUse):
        restore(database, keys, survey.clock, copy)
    assert keys.names() == []
    other.close()
    restore(database, keys, survey.clock, copy)


def test_a_database_that_holds_anything_is_refused(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    copy, here = read_copy(target, paper), survey.keys.names()
    with pytest.raises(NotEmpty, match="campaign"):
        restore(survey.database, survey.keys, survey.clock, copy)
    assert survey.keys.names() == here
    assert survey.counts()["used"] == 6


def test_signs_of_life_are_nothing_that_a_database_holds(survey, paper, target, new_place) -> None:
    back_up(survey, target)
    database, keys = new_place()
    with database.write() as connection:
        connection.execute(insert(tables.guess), {"source": "s", "window": 1, "n": 2})
    restore(database, keys, survey.clock, read_copy(target, paper))
    with database.read() as connection:
        assert connection.execute(select(tables.guess)).all() == []


def test_a_copy_of_another_version_is_refused(survey, paper, target) -> None:
    back_up(survey, target)
    rewrite(target, "manifest.json", lambda text: re.sub(rb'"[0-9]{4}_[a-z_]+"', b'"9999_more"', text))
    with pytest.raises(OtherRevision, match="9999_more"):
        read_copy(target, paper)


def rewrite(target: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(target) as archive:
        contents = {one: archive.read(one) for one in archive.namelist()}
    contents[name] = change(contents[name])
    with zipfile.ZipFile(target, "w") as archive:
        for one, content in contents.items():
            archive.writestr(one, content)


def test_damage_anywhere_is_told_and_nothing_is_written(survey, paper, target) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    for file in (target, keys_file(target)):
        whole = file.read_bytes()
        places = [*range(0, len(whole), max(1, len(whole) // 40)), len(whole) - 1]
        for place in places:
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
            with pytest.raises((DamagedCopy, WrongRecoveryKey, OtherRevision)):
                read_copy(target, paper)
        for size in (0, 10, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:size])
            with pytest.raises((DamagedCopy, WrongRecoveryKey)):
                read_copy(target, paper)
        file.write_bytes(whole)
    read_copy(target, paper)


@pytest.mark.parametrize("with_keys", [True, False])
def test_rows_that_were_changed_are_told_even_with_their_hash(survey, paper, target, with_keys) -> None:
    import hashlib

    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    with zipfile.ZipFile(target) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        lines = archive.read("tables/envelope.jsonl").splitlines(keepends=True)
    lines.remove(next(line for line in lines if b"public/!text" not in line))
    content = b"".join(lines)
    manifest["tables"]["envelope"] |= {"rows": len(lines), "sha256": hashlib.sha256(content).hexdigest()}
    rewrite(target, "tables/envelope.jsonl", lambda _: content)
    rewrite(target, "manifest.json", lambda _: json.dumps(manifest).encode())
    with pytest.raises(DamagedCopy):
        read_copy(target, paper if with_keys else None)


def test_the_copied_keys_tell_a_copy_that_was_forged_with_all_its_hashes(survey, paper, target) -> None:
    import hashlib

    back_up(survey, target)
    with zipfile.ZipFile(target) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        content = archive.read("tables/allocation.jsonl").replace(b",30,", b",31,")
    manifest["tables"]["allocation"]["sha256"] = hashlib.sha256(content).hexdigest()
    rewrite(target, "tables/allocation.jsonl", lambda _: content)
    rewrite(target, "manifest.json", lambda _: json.dumps(manifest).encode())
    with pytest.raises(DamagedCopy, match="is not what it was"):
        read_copy(target, paper)


@pytest.mark.parametrize("name", ["../out", "/etc/out", "pools/../../out", ".hidden", "a.part", "x/.y", "a//b"])
def test_a_key_directory_takes_only_names_of_its_own(keys, name) -> None:
    with pytest.raises(ValueError, match=r".+"):
        keys.add(name, b"")


@pytest.mark.parametrize("content", [b"", b"my letters", b"SQLite format 3\0" * 100])
def test_what_is_no_copy_is_not_written_over(survey, paper, target, content) -> None:
    target.write_bytes(content)
    with pytest.raises(NotACopy):
        back_up(survey, target)
    target.unlink()
    keys_file(target).write_bytes(content)
    with pytest.raises(NotACopy):
        back_up(survey, target)
    assert [file.read_bytes() for file in target.parent.iterdir()] == [content]


def test_a_later_copy_takes_the_place_of_an_earlier_one(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    hand_in(survey, "public", "", slice(6, 9))
    back_up(survey, target)
    again, _ = put_back(survey, new_place(), target, paper)
    assert again.counts()["used"] == 9
    assert sorted(file.name for file in target.parent.iterdir()) == ["monday.jh", "monday.jh.keys"]


def test_a_copy_whose_second_renaming_was_cut_off_is_whole(survey, paper, target, new_place) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    older = keys_file(target).read_bytes()
    hand_in(survey, "public", "", slice(6, 9))
    back_up(survey, target)
    keys_file(target).rename(unfinished(keys_file(target)))
    keys_file(target).write_bytes(older)
    again, restored = put_back(survey, new_place(), target, paper)
    assert (again.counts()["used"], restored.outcomes[0].lost, restored.is_pair) == (9, 0, True)
    newer = unfinished(keys_file(target)).read_bytes()
    back_up(survey, target)
    assert not unfinished(keys_file(target)).exists()
    assert keys_file(target).read_bytes() not in (older, newer)


def test_a_database_that_does_not_agree_is_copied_and_told(survey, paper, target) -> None:
    hand_in(survey, "public", "", slice(6))
    with survey.database.write() as connection:
        victim = connection.execute(
            select(tables.envelope.c.id).where(tables.envelope.c.label == f"{CAMPAIGN}/public/").limit(1)
        ).scalar_one()
        connection.execute(delete(tables.envelope).where(tables.envelope.c.id == victim))
    made = back_up(survey, target)
    assert [line for line in made.warnings if "public has 6 used codes and 5 sheets" in line]
    read_copy(target, paper)


def test_keys_left_by_a_restore_that_was_killed_harm_nothing(survey, paper, target, new_place, monkeypatch) -> None:
    hand_in(survey, "public", "", slice(6))
    back_up(survey, target)
    database, keys = new_place()
    copy = read_copy(target, paper)
    monkeypatch.setattr(
        "survey_app.services.backup.restoring.record", lambda *_: (_ for _ in ()).throw(RuntimeError("here"))
    )
    with pytest.raises(RuntimeError, match="here"):
        restore(database, keys, survey.clock, copy)
    assert keys.names() == [], "undone"
    with database.read() as connection:
        assert connection.execute(select(tables.campaign)).all() == []
    monkeypatch.undo()
    restore(database, keys, survey.clock, copy)
    assert clean_key_directory(database, keys) == 0
    with database.read() as connection:
        pools = list_pools(connection, CAMPAIGN)
    assert Counter(label for label, _ in keys.pool_batches()) == Counter(pool.label for pool, _ in pools)
    assert isinstance(copy.keys, KeyCopy)
